"""Functions of the language that know calendars: built-ins bound to the calendars of one rule set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Final

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.types import BOOLEAN, DATE, DATE_TIME, DAYS_DURATION, NUMBER, STRING, Type
from crmrules.model.errors import MissingExtraError
from crmrules.model.numbers import Number, as_int
from crmrules.model.values import Date, DateTime, DaysDuration
from crmrules.timing.annual import LeapDay, next_annual
from crmrules.timing.business_days import add_working_days
from crmrules.timing.calendar import CalendarError, Calendars, WorkCalendar
from crmrules.timing.trends import trend_functions
from crmrules.timing.working_time import add_working, working_between

Moment = Date | DateTime

_MOMENTS: Final = (DATE, DATE_TIME)  # a date would be midnight UTC to the second


def calendar_functions(calendars: Calendars) -> Mapping[str, Builtin]:
    """All functions by name. Those that need a calendar use the default one unless an argument names another; without
    a default that argument is required."""
    found = (*_working_functions(calendars), *_yearly_functions(), *trend_functions())
    return MappingProxyType({builtin.name: builtin for builtin in found})


def _working_functions(calendars: Calendars) -> tuple[Builtin, ...]:
    named = Param("calendar", STRING, optional=bool(calendars.default))

    def of(name: str | None) -> WorkCalendar:
        calendar = calendars.of(name or "")
        if calendar is not None:
            return calendar
        near = get_close_matches(name or "", list(calendars.by_name), 1, 0.6)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Failure(f"there is no calendar '{(name or calendars.default)[:40]}'{hint}")

    def add_time(start: Moment, duration: DaysDuration, name: str | None) -> DateTime:
        calendar = of(name)
        return add_working(_moment(start, calendar), duration, calendar)

    def time_between(start: Moment, end: Moment, name: str | None) -> DaysDuration:
        calendar = of(name)
        return working_between(_moment(start, calendar), _moment(end, calendar), calendar)

    def is_working(day: Moment, name: str | None) -> bool:
        calendar = of(name)
        return calendar.is_working_day(_day(day, calendar))

    def next_day(day: Moment, name: str | None) -> Date:
        calendar = of(name)
        return add_working_days(_day(day, calendar), 1, calendar)

    def add_days(day: Moment, count: Number, name: str | None) -> Date:
        if count != int(count):
            raise Failure(f"{count} is no whole number of days")
        calendar = of(name)
        return add_working_days(_day(day, calendar), as_int(count), calendar)

    return (
        Builtin(
            "add working time",
            tuple(
                Signature((Param("start", kind), Param("duration", DAYS_DURATION), named), _told(add_time), DATE_TIME)
                for kind in _MOMENTS
            ),
            doc="The moment at which so much working time has passed since the start; a day is 24 hours of work.",
        ),
        Builtin(
            "working time between",
            tuple(
                Signature((Param("start", a), Param("end", b), named), _told(time_between), DAYS_DURATION)
                for a in _MOMENTS
                for b in _MOMENTS
            ),
            doc="The working time from one moment to another.",
        ),
        _on_days("is working day", (named,), _told(is_working), BOOLEAN, "Whether work is done on a day."),
        _on_days("next working day", (named,), _told(next_day), DATE, "The first working day after a day."),
        _on_days(
            "add working days",
            (Param("count", NUMBER), named),
            _told(add_days),
            DATE,
            "The n-th working day after a day (before it for a negative number).",
        ),
    )


def _on_days(name: str, more: tuple[Param, ...], call: Callable[..., Any], result: Type, doc: str) -> Builtin:
    signatures = (Signature((Param("date", kind), *more), call, result) for kind in _MOMENTS)
    return Builtin(name, tuple(signatures), doc=doc)


def _yearly_functions() -> tuple[Builtin, ...]:
    leap = Param("leap day", STRING, optional=True)
    pairs = [(a, b) for a in _MOMENTS for b in _MOMENTS]
    return (
        Builtin(
            "festival",
            (Signature((Param("name", STRING), Param("year", NUMBER)), _told(_festival), DATE),),
            doc="The day of a festival in a year: Spring Festival, Lantern Festival, Qingming, Dragon Boat, Qixi, "
            "Mid-Autumn, Double Ninth, in English or Chinese.",
        ),
        Builtin(
            "next annual",
            tuple(Signature((Param("date", a), Param("from", b), leap), _told(_next_annual), DATE) for a, b in pairs),
            doc="The first anniversary of a date on or after another; 29 February is kept on the 28th (feb28), on "
            "1 March (mar1) or only in leap years (skip).",
        ),
        Builtin(
            "next lunar annual",
            tuple(Signature((Param("date", a), Param("from", b)), _told(_next_lunar), DATE) for a, b in pairs),
            doc="The same by the Chinese lunar calendar: a lunar birthday.",
        ),
    )


def _festival(name: str, year: Number) -> Date:
    from crmrules.timing.lunar import festival_date, find_festival, nearest_festival

    if find_festival(name) is None:
        near = nearest_festival(name)
        raise Failure(f"there is no festival '{name[:40]}'" + (f"; did you mean {near}?" if near else ""))
    if year != int(year):
        raise Failure(f"{year} is no year")
    return festival_date(name, as_int(year))


def _next_annual(day: Moment, since: Moment, leap: str | None) -> Date:
    if leap is not None and leap not in set(LeapDay):
        raise Failure(f"'{leap[:20]}' is no way to keep 29 February; write {', '.join(LeapDay)}")
    return next_annual(_day(day), _day(since), LeapDay(leap or LeapDay.FEB28))


def _next_lunar(day: Moment, since: Moment) -> Date:
    from crmrules.timing.lunar import next_lunar_annual

    return next_lunar_annual(_day(day), _day(since))


def _moment(value: Moment, calendar: WorkCalendar) -> DateTime:
    """A date is its first moment on the calendar's clock."""
    if isinstance(value, DateTime):
        return value
    return DateTime.of_local(DateTime.midnight(value).local, None, calendar.zone)


def _day(value: Moment, calendar: WorkCalendar | None = None) -> Date:
    """The day of a moment; with a calendar, on that calendar's clock."""
    if isinstance(value, Date):
        return value
    if calendar is not None and value.offset is not None and value.zone != calendar.zone:
        return DateTime.of_instant(value.instant, None, calendar.zone).date
    return value.date


def _told(call: Callable[..., Any]) -> Callable[..., Any]:
    """``call``, with what it cannot answer as the language's failure."""

    def guarded(*args: Any) -> Any:
        try:
            return call(*args)
        except MissingExtraError as missing:
            raise Failure(missing.issues[0].message()) from None
        except (CalendarError, OverflowError, ValueError) as error:
            raise Failure(str(error)) from None

    return guarded
