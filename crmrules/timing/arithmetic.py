"""Moving along the calendar, and the windows that KPIs look at. All of it in the zone of the instant given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from crmrules.model.durations import DAY_NANOS, DaysDuration, Duration, MonthsDuration
from crmrules.model.temporal import Date, DateTime
from crmrules.timing.frequency import parse_duration
from crmrules.timing.words import normalise


def add_gap(start: DateTime, gap: Duration, n: int = 1) -> DateTime:
    """``start`` moved by ``n`` times ``gap`` (either may be negative): the n-th recurrence counted from an anchor.

    Counted from the anchor, never from the one before: 31 January + 1 month is 28 February, + 2 months 31 March.
    Whole days keep the time of day where the clock changes; a rest of hours is exact. ``OverflowError`` beyond the
    years ±999,999,999.
    """
    if isinstance(gap, MonthsDuration):
        return start.plus_months(gap.months * n)
    days, rest = divmod(gap.nanos * n, DAY_NANOS)
    offset = None if start.zone else start.offset
    moved = DateTime.of_local(start.local + days * DAY_NANOS, offset, start.zone) if days else start
    return moved.plus_nanos(rest) if rest else moved


def add_elapsed(start: DateTime, length: Duration) -> DateTime:
    """``start`` plus a time that elapses: 48 hours are 48 hours also where the clock changes in between."""
    if isinstance(length, MonthsDuration):
        return start.plus_months(length.months)
    return start.plus_nanos(length.nanos)


def start_of_day(moment: DateTime) -> DateTime:
    """The first instant of the moment's day, on its own clock."""
    return _midnight(moment, moment.local // DAY_NANOS)


def end_of_day(moment: DateTime) -> DateTime:
    """The first instant of the next day: days are half-open, and this is no longer part of the moment's."""
    return _midnight(moment, moment.local // DAY_NANOS + 1)


def _midnight(moment: DateTime, day: int) -> DateTime:
    return DateTime.of_local(day * DAY_NANOS, None if moment.zone else moment.offset, moment.zone)


# --- windows --------------------------------------------------------------------------------------------------------

_WEEK: Final = DaysDuration.of(days=7)
_PERIODS: Final[Mapping[str, tuple[Duration, int]]] = MappingProxyType(
    {
        word: (unit, back)
        for unit, back, words in (
            (_WEEK, 0, "this week,本周,这周"),
            (_WEEK, 1, "last week,上周"),
            (MonthsDuration(1), 0, "this month,本月,这个月,当月"),
            (MonthsDuration(1), 1, "last month,上月,上个月"),
            (MonthsDuration(3), 0, "this quarter,本季度,本季"),
            (MonthsDuration(3), 1, "last quarter,上季度,上个季度,上季"),
            (MonthsDuration(12), 0, "this year,今年,本年,本年度"),
            (MonthsDuration(12), 1, "last year,去年,上年,上年度"),
        )
        for word in words.split(",")
    }
)
PERIOD_WORDS: Final = tuple(_PERIODS)
"""Every word for a calendar period, for messages."""

_LATEST = re.compile(r"(?:最近|近|过去|(?:the )?last |(?:the )?past )(.+)")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that depends on ``as_of``: a calendar period, ``back`` periods ago, or a trailing duration."""

    unit: Duration
    back: int | None = None
    text: str = field(default="", compare=False)

    def bounds(self, as_of: DateTime, earlier: int = 0) -> tuple[DateTime, DateTime]:
        """``[start, end)`` in the zone of ``as_of``; with ``earlier`` 1 the window right before it, and so on.

        A trailing window ends at ``as_of``, which lies outside it. A calendar period is whole: this month goes on to
        the end of the month, after ``as_of``.
        """
        if self.back is None:
            return add_gap(as_of, self.unit, -1 - earlier), add_gap(as_of, self.unit, -earlier)
        first, back = _first_day(as_of, self.unit), self.back + earlier
        return add_gap(first, self.unit, -back), add_gap(first, self.unit, 1 - back)


def parse_window(text: str) -> Window | None:
    """``this month``, ``上季度``, ``P90D``, ``last 90 days``, ``近12个月``; None for anything else."""
    plain = normalise(text)
    known = _PERIODS.get(plain)
    if known is not None:
        return Window(*known, text.strip())
    latest = _LATEST.fullmatch(plain)
    length = parse_duration(latest[1] if latest else plain)
    if length is None or (length.months if isinstance(length, MonthsDuration) else length.nanos) <= 0:
        return None
    return Window(length, None, text.strip())


def _first_day(moment: DateTime, unit: Duration) -> DateTime:
    """The beginning of the week (Monday), month, quarter or year that the moment lies in."""
    day = moment.date
    if isinstance(unit, DaysDuration):
        return _midnight(moment, day.days - (day.weekday - 1))
    month = (day.month - 1) // unit.months * unit.months + 1
    return _midnight(moment, Date(day.year, month, 1).days)
