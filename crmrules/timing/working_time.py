"""Working time: deadlines and lengths that count only the hours of a calendar, less the time something was on hold.

Exact to the nanosecond over weekends, holidays and changes of the clock. Lengths are hours worked: one day is 24 of
them (for whole working days see :mod:`.business_days`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from crmrules.model.clock import known_zone
from crmrules.model.durations import DAY_NANOS, NANOS, DaysDuration
from crmrules.model.temporal import DateTime
from crmrules.model.zones import civil_from_days, offset_at_instant
from crmrules.timing.calendar import FIRST_YEAR, CalendarError, WorkCalendar, check_year, on_clock

MAX_YEARS: Final = 10
"""How many years ahead (or back) a deadline is looked for."""

Hold = tuple[DateTime, DateTime | None]
"""A pause from an instant to another (None: still paused), during which no time counts."""


def add_working(start: DateTime, duration: DaysDuration, calendar: WorkCalendar) -> DateTime:
    """The first moment at which ``duration`` of working time has passed since ``start``.

    Saturday 16:00 + 2 h over 09:00–17:00, Monday to Friday, is Monday 11:00; Thursday 15:00 + 2 h is Thursday 17:00;
    nothing added leaves ``start``. A negative duration goes back to the last moment from which that much is worked
    until ``start``. The result is on the clock of ``start``; a start without an offset is on the calendar's clock, and
    so is the result. :class:`~crmrules.timing.calendar.CalendarError` when the moment is more than ten years away.
    """
    begin = on_clock(start, calendar.zone)
    if duration.nanos == 0:
        return start
    found = begin + duration.nanos if calendar.always else _moved(begin, duration, calendar)
    return _like(start, found, calendar)


def working_between(start: DateTime, end: DateTime, calendar: WorkCalendar) -> DaysDuration:
    """The working time from ``start`` to ``end``; negative when ``end`` comes first."""
    return DaysDuration(_between(on_clock(start, calendar.zone), on_clock(end, calendar.zone), calendar))


def elapsed_working(start: DateTime, end: DateTime, calendar: WorkCalendar, holds: Iterable[Hold] = ()) -> DaysDuration:
    """The working time from ``start`` to ``end`` (not before it) that no hold covers. Holds may overlap each other, lie
    outside, or be open; only what they take from working time counts."""
    first, last = on_clock(start, calendar.zone), on_clock(end, calendar.zone)
    counted = _between(first, last, calendar)
    for begin, until in _merged(holds, calendar):
        low, high = max(begin, first), last if until is None else min(until, last)
        if high > low:
            counted -= _between(low, high, calendar)
    return DaysDuration(counted)


def deadline_with_holds(
    start: DateTime, duration: DaysDuration, calendar: WorkCalendar, holds: Iterable[Hold] = ()
) -> DateTime | None:
    """The first moment at which ``duration`` of working time without holds has passed since ``start``.

    None while an open hold keeps the clock from getting there. A hold that begins at the deadline or later changes
    nothing. :class:`~crmrules.timing.calendar.CalendarError` as :func:`add_working`; ``ValueError`` for a negative
    duration.
    """
    if duration.nanos < 0:
        raise ValueError("a time allowed is not negative")
    first = on_clock(start, calendar.zone)
    due = _plus(first, duration.nanos, calendar)
    for begin, until in _merged(holds, calendar):
        if begin >= due:
            break
        if until is None:
            return None
        due = _plus(due, max(_between(max(begin, first), max(until, first), calendar), 0), calendar)
    return start if due == first else _like(start, due, calendar)


def _plus(begin: int, nanos: int, calendar: WorkCalendar) -> int:
    if nanos == 0:
        return begin
    return begin + nanos if calendar.always else _moved(begin, DaysDuration(nanos), calendar)


def _like(start: DateTime, instant: int, calendar: WorkCalendar) -> DateTime:
    """``instant`` on the clock of ``start``."""
    if start.offset is None:
        return DateTime.of_local(DateTime.of_instant(instant, None, calendar.zone).local)
    return DateTime.of_instant(instant, start.offset, start.zone)


def _moved(begin: int, duration: DaysDuration, calendar: WorkCalendar) -> int:
    """The instant at which the work done since the year before ``begin`` has grown by ``duration``."""
    year = _year(begin, calendar)
    first = max(year - 1, FIRST_YEAR)
    goal = _worked(begin, first, year, calendar) + duration.nanos
    if duration.nanos > 0:  # the first instant with that much work behind it
        for at in range(first, year + MAX_YEARS + 1):
            work = calendar.year(at)
            if goal <= work.total:
                index = bisect_left(work.before, goal) - 1
                return work.starts[index] + goal - work.before[index]
            goal -= work.total
    else:  # the last such instant
        while goal < 0 and first >= year - MAX_YEARS:
            first -= 1
            goal += calendar.year(first).total
        for at in range(first, year + 1) if goal >= 0 else ():
            work = calendar.year(at)
            if goal < work.total:
                index = bisect_right(work.before, goal) - 1
                return work.starts[index] + goal - work.before[index]
            goal -= work.total
    when = "after" if duration.nanos > 0 else "before"
    raise CalendarError(
        f"{duration} of working time in calendar {calendar.name} ends more than {MAX_YEARS} years {when} the start"
    )


def _between(first: int, last: int, calendar: WorkCalendar) -> int:
    if calendar.always or first == last:
        return last - first
    if last < first:
        return -_between(last, first, calendar)
    low, high = _year(first, calendar), _year(last, calendar)
    base = max(low - 1, FIRST_YEAR)
    return _worked(last, base, high, calendar) - _worked(first, base, low, calendar)


def _worked(instant: int, base: int, year: int, calendar: WorkCalendar) -> int:
    """Work from the beginning of the year ``base`` to ``instant``, which lies in ``year``. The last shift of a year may
    go on in the next, so the year before is counted up to the instant, too."""
    whole = sum(calendar.year(at).total for at in range(base, year - 1))
    part = calendar.year(year - 1).worked(instant) if year > base else 0
    return whole + part + calendar.year(year).worked(instant)


def _year(instant: int, calendar: WorkCalendar) -> int:
    """The year of an instant on the calendar's clock."""
    days, rest = divmod(instant, DAY_NANOS)
    offset = offset_at_instant(known_zone(calendar.zone), days, rest // NANOS)
    year = civil_from_days((instant + offset * NANOS) // DAY_NANOS)[0]
    check_year(year)
    return year


def _merged(holds: Iterable[Hold], calendar: WorkCalendar) -> Sequence[tuple[int, int | None]]:
    """The holds as instants, in order and apart; empty and reversed ones left out."""
    known = [(on_clock(a, calendar.zone), None if b is None else on_clock(b, calendar.zone)) for a, b in holds]
    merged: list[tuple[int, int | None]] = []
    for begin, until in sorted(known, key=lambda hold: hold[0]):
        if until is not None and until <= begin:
            continue
        if merged and (merged[-1][1] is None or begin <= merged[-1][1]):
            last = merged[-1][1]
            merged[-1] = (merged[-1][0], None if last is None or until is None else max(last, until))
        else:
            merged.append((begin, until))
    return merged
