"""Built-ins on dates, times and durations."""

from __future__ import annotations

import datetime as stdlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.types import DATE, DATE_TIME, DAYS_DURATION, MONTHS_DURATION, NUMBER, STRING, TIME, Type
from crmrules.model.durations import NANOS, parse_duration
from crmrules.model.numbers import FEEL_CONTEXT, Number, as_int
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Time
from crmrules.model.zones import civil_from_days, days_from_civil

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

Moment = Date | DateTime


def _reader(parse: Callable[[str], Any], kind: str, shape: str) -> Callable[[str], Any]:
    """The constructor from text; the failure shows what the text should look like."""

    def read(text: str) -> Any:
        value = parse(text)
        if value is None:
            raise Failure(f'"{text[:40]}" is no {kind} ({shape})')
        return value

    return read


def _day(moment: Moment) -> Date:
    return moment.date if isinstance(moment, DateTime) else moment


def _date(year: Number, month: Number, day: Number) -> Date:
    try:
        return Date(as_int(year), as_int(month), as_int(day))
    except (ValueError, OverflowError):
        raise Failure(f"there is no day {year}-{month}-{day}") from None


def _time(
    hour: Number | None, minute: Number | None, second: Number | None, offset: DaysDuration | None
) -> Time | None:
    if hour is None or minute is None or second is None:
        return None
    if offset is not None and offset.nanos % NANOS:
        raise Failure("an offset is whole seconds")
    try:
        nanos = as_int(FEEL_CONTEXT.multiply(Decimal(second), NANOS))
        seconds = None if offset is None else offset.nanos // NANOS
        return Time(as_int(hour), as_int(minute), nanos // NANOS, nanos % NANOS, seconds)
    except (ValueError, OverflowError, ArithmeticError):
        raise Failure(f"there is no time {hour}:{minute}:{second} at that offset") from None


def _date_and_time(day: Moment, time: Time) -> DateTime:
    """The date's own time and zone are dropped; the zone comes from the time."""
    return DateTime(_day(day), time)


def _months_between(start: Moment, end: Moment) -> MonthsDuration:
    """Whole months between the days as written, cut toward zero."""
    y1, m1, d1 = civil_from_days(_day(start).days)
    y2, m2, d2 = civil_from_days(_day(end).days)
    months = (y2 - y1) * 12 + m2 - m1
    if months > 0 and d2 < d1:
        months -= 1
    elif months < 0 and d2 > d1:
        months += 1
    return MonthsDuration(months)


def _day_of_year(moment: Moment) -> int:
    day = _day(moment)
    return day.days - days_from_civil(day.year, 1, 1) + 1


def _week_of_year(moment: Moment) -> int:
    """ISO 8601: week 1 has the year's first Thursday. The calendar repeats after 400 years."""
    year, month, day = civil_from_days(_day(moment).days)
    return stdlib.date(2000 + year % 400, month, day).isocalendar().week


def _on_days(call: Callable[[Moment], Any], result: Type) -> tuple[Signature, ...]:
    """The function of a date or of a date and time."""
    return tuple(Signature((Param("date", kind),), call, result) for kind in (DATE, DATE_TIME))


TEMPORAL_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "date",
        (
            Signature((Param("from", STRING),), _reader(Date.parse, "date", "YYYY-MM-DD"), DATE),
            Signature((Param("from", DATE),), _day, DATE),
            Signature((Param("from", DATE_TIME),), _day, DATE),
            Signature((Param("year", NUMBER), Param("month", NUMBER), Param("day", NUMBER)), _date, DATE),
        ),
        doc='date("2024-02-29"), date(2024, 2, 29), or the day of a date and time.',
    ),
    Builtin(
        "time",
        (
            Signature((Param("from", STRING),), _reader(Time.parse, "time", "hh:mm:ss"), TIME),
            Signature((Param("from", TIME),), lambda time: time, TIME),
            Signature((Param("from", DATE),), lambda day: Time(0, 0, offset=0), TIME),
            Signature((Param("from", DATE_TIME),), lambda moment: moment.time, TIME),
            Signature(
                (
                    Param("hour", NUMBER),
                    Param("minute", NUMBER),
                    Param("second", NUMBER),
                    Param("offset", DAYS_DURATION, optional=True),
                ),
                _time,
                TIME,
                nulls=True,
            ),
        ),
        doc='time("10:30:00+08:00"), time(10, 30, 0, @"PT8H"), or the time of a date and time.',
    ),
    Builtin(
        "date and time",
        (
            Signature(
                (Param("from", STRING),), _reader(DateTime.parse, "date and time", "YYYY-MM-DDThh:mm:ss"), DATE_TIME
            ),
            Signature((Param("from", DATE_TIME),), lambda moment: moment, DATE_TIME),
            Signature((Param("date", DATE), Param("time", TIME)), _date_and_time, DATE_TIME),
            Signature((Param("date", DATE_TIME), Param("time", TIME)), _date_and_time, DATE_TIME),
        ),
        doc='date and time("2024-02-29T10:30:00"), or from a date and a time.',
    ),
    Builtin(
        "duration",
        (Signature((Param("from", STRING),), _reader(parse_duration, "duration", "P1DT2H or P1Y2M")),),
        doc='duration("P1DT2H"): days and time; duration("P1Y2M"): years and months.',
    ),
    Builtin(
        "years and months duration",
        tuple(
            Signature((Param("from", start), Param("to", end)), _months_between, MONTHS_DURATION)
            for start in (DATE, DATE_TIME)
            for end in (DATE, DATE_TIME)
        ),
        doc="years and months duration(start, end): whole months between two days.",
    ),
    Builtin(
        "now",
        (Signature((), lambda instant: instant, DATE_TIME),),
        clock=True,
        doc="now(): the moment the rules are evaluated for.",
    ),
    Builtin(
        "today",
        (Signature((), _day, DATE),),
        clock=True,
        doc="today(): the day of the moment the rules are evaluated for.",
    ),
    Builtin("day of year", _on_days(_day_of_year, NUMBER), doc='day of year(@"2024-02-01") is 32.'),
    Builtin(
        "day of week",
        _on_days(lambda moment: WEEKDAYS[_day(moment).weekday - 1], STRING),
        doc='day of week(@"2024-02-01") is "Thursday".',
    ),
    Builtin(
        "month of year",
        _on_days(lambda moment: MONTHS[_day(moment).month - 1], STRING),
        doc='month of year(@"2024-02-01") is "February".',
    ),
    Builtin("week of year", _on_days(_week_of_year, NUMBER), doc='week of year(@"2024-02-01") is 5 (ISO 8601).'),
)
