"""Functions of the language that compare stretches of time: where a period begins, and whether numbers fall or rise."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import pairwise
from typing import Any, Final

from crmrules.feel.builtins.comparison import order
from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.types import BOOLEAN, DATE, DATE_TIME, NUMBER, STRING, ListType
from crmrules.model.durations import DAY_NANOS, DaysDuration, Duration, MonthsDuration
from crmrules.model.numbers import Number, as_int
from crmrules.model.values import Date, DateTime
from crmrules.timing.arithmetic import add_gap

_UNITS: Final[dict[str, Duration]] = {
    word: length
    for words, length in (
        ("day,天,日", DaysDuration.of(days=1)),
        ("week,周", DaysDuration.of(days=7)),
        ("month,月", MonthsDuration(1)),
        ("quarter,季度,季", MonthsDuration(3)),
        ("year,年", MonthsDuration(12)),
    )
    for word in words.split(",")
}


def trend_functions() -> tuple[Builtin, ...]:
    """All of them."""
    more = (Param("unit", STRING), Param("shift", NUMBER, optional=True))
    numbers = (Param("list", ListType(item=NUMBER)),)
    return (
        Builtin(
            "period start",
            (
                # In this order: a date would be taken for its first moment.
                Signature((Param("date", DATE), *more), _period_start_day, DATE),
                Signature((Param("date", DATE_TIME), *more), _period_start, DATE_TIME),
            ),
            doc="The beginning of the day, week (Monday), month, quarter or year that a moment lies in; with a shift "
            "of -1 that of the period before.",
        ),
        Builtin(
            "falling",
            (Signature(numbers, lambda items: _steady(items, -1), BOOLEAN),),
            doc="falling([3, 2, 1]) is true: each is less than the one before. Null with an unknown, or less than two.",
        ),
        Builtin(
            "rising",
            (Signature(numbers, lambda items: _steady(items, 1), BOOLEAN),),
            doc="rising([1, 2, 3]) is true: each is more than the one before. Null with an unknown, or less than two.",
        ),
    )


def _period_start(moment: DateTime, unit: str, shift: Number | None) -> DateTime:
    day = _first_day(moment.date, unit)
    offset = None if moment.zone else moment.offset
    first = DateTime.of_local(day.days * DAY_NANOS, offset, moment.zone)
    return _shifted(first, unit, shift)


def _period_start_day(day: Date, unit: str, shift: Number | None) -> Date:
    return _shifted(DateTime.midnight(_first_day(day, unit)), unit, shift).date


def _first_day(day: Date, unit: str) -> Date:
    length = _length(unit)
    if isinstance(length, DaysDuration):
        return day if length.nanos == DAY_NANOS else Date.of_days(day.days - day.weekday + 1)
    return Date(day.year, (day.month - 1) // length.months * length.months + 1, 1)


def _shifted(first: DateTime, unit: str, shift: Number | None) -> DateTime:
    if shift is None:
        return first
    if shift != int(shift):
        raise Failure(f"{shift} is no whole number of periods")
    try:
        return add_gap(first, _length(unit), as_int(shift))
    except OverflowError as error:
        raise Failure(str(error)) from None


def _length(unit: str) -> Duration:
    length = _UNITS.get(unit.strip().lower())
    if length is None:
        near = get_close_matches(unit.lower(), list(_UNITS), 1, 0.5)
        raise Failure(
            f"'{unit[:20]}' is no period; write day, week, month, quarter or year"
            + (f"; did you mean {near[0]}?" if near else "")
        )
    return length


def _steady(items: list[Any], sign: int) -> bool | None:
    if len(items) < 2 or any(item is None for item in items):
        return None
    return all(order(after, before) == sign for before, after in pairwise(items))
