"""When a cadence row falls: once, in a series counted from its anchor, or once a year. Nothing here reads a customer.

An occurrence has a period of its own, which makes it one action however often the rules run. What came due while
nothing ran (after ``last``, the instant of the run before) is made up for as the row's catch-up policy says; without
an earlier run nothing is known to have been missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crmrules.engine.kinds.due import day_of
from crmrules.model.durations import DAY_NANOS, NANOS, DaysDuration, Duration, MonthsDuration
from crmrules.model.numbers import Number
from crmrules.model.values import Date, DateTime
from crmrules.timing.annual import LeapDay, annual_date
from crmrules.timing.arithmetic import add_gap, end_of_day
from crmrules.timing.business_days import Roll, roll
from crmrules.timing.calendar import WorkCalendar
from crmrules.timing.frequency import Frequency
from crmrules.timing.recurrence import CatchUp, last_index, occurrence

MAX_MISSED = 1_000
"""Missed occurrences of one row that are made up for at once, at most."""

_LEAP = 8
"""Years from one 29 February to the next, at most."""

_MINUTE = 60 * NANOS


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time a row falls: ``start`` is what it is counted from, ``latest`` the end of the longest gap allowed,
    ``over`` the moment from which it is not asked for any more (None: it stays), ``reckoning`` what to tell of it."""

    start: DateTime | None
    period: str
    due: DateTime
    latest: DateTime | None = None
    over: DateTime | None = None
    reckoning: Mapping[str, Any] = field(default_factory=dict)


def rolling(start: DateTime, every: Frequency, factor: Number) -> Occurrence:
    """One gap after ``start``, until that moves."""
    due = add_gap(start, stretched(every.ideal, factor))
    latest = add_gap(start, stretched(every.maximum, factor)) if every.maximum != every.ideal else None
    return Occurrence(start, str(start.date), due, latest, None, {"stretch": factor} if factor != 1 else {})


def series(
    start: DateTime, every: Frequency, factor: Number, as_of: DateTime, last: DateTime | None, policy: CatchUp
) -> Iterator[Occurrence]:
    """Those missed and to be made up for, the latest one up to the day of ``as_of``, and the one after it."""
    gap, longest = stretched(every.ideal, factor), stretched(every.maximum, factor)
    newest = last_index(start, gap, end_of_day(as_of).plus_nanos(-1))
    first = max(newest, 1)
    if policy is CatchUp.ALL and last is not None:
        first = max(min(last_index(start, gap, end_of_day(last).plus_nanos(-1)) + 1, first), newest - MAX_MISSED, 1)
    for number in range(first, max(newest, 0) + 2):
        due = occurrence(start, gap, number)
        whole = isinstance(gap, MonthsDuration) or gap.nanos % DAY_NANOS == 0
        period = str(due.date) if whole else str(due)[:16]
        told = {"times": number, **({"stretch": factor} if factor != 1 else {})}
        yield Occurrence(start, period, due, None if gap == longest else _later(due, gap, longest), None, told)


def anniversaries(
    day: Date, as_of: DateTime, leap_day: LeapDay, offset: Duration | None, last: DateTime | None, policy: CatchUp
) -> Iterator[Occurrence]:
    """The yearly occurrences of a date, from that date on."""
    years = _years(as_of, offset, last, policy, ahead=_LEAP)
    found = (annual_date(day, year, leap_day) for year in years)
    days = [each for each in found if each is not None and each > day]
    yield from _yearly(days, as_of, offset, last, policy)


def festivals(
    name: str, as_of: DateTime, offset: Duration | None, last: DateTime | None, policy: CatchUp
) -> Iterator[Occurrence]:
    """The occurrences of a festival. ``ValueError`` beyond the years that are known."""
    from crmrules.timing.lunar import festival_date

    days = [festival_date(name, year) for year in _years(as_of, offset, last, policy, ahead=1)]
    yield from _yearly(days, as_of, offset, last, policy)


def _years(as_of: DateTime, offset: Duration | None, last: DateTime | None, policy: CatchUp, ahead: int) -> range:
    """Every year whose occurrence may matter, and as many ``ahead`` as it takes to find the next one."""
    reach = 0
    if offset is not None:
        months = offset.months if isinstance(offset, MonthsDuration) else offset.nanos // (28 * DAY_NANOS)
        reach = abs(months) // 12 + 1
    year = as_of.date.year
    first = min(last.date.year, year) if last is not None and policy is CatchUp.ALL else year
    return range(max(first, year - 100) - reach - 1, year + reach + ahead + 1)


def _yearly(
    days: list[Date], as_of: DateTime, offset: Duration | None, last: DateTime | None, policy: CatchUp
) -> Iterator[Occurrence]:
    found = [_on(day, as_of, offset) for day in days]
    today = day_of(as_of)
    fallen = [each for each in found if day_of(each.due) <= today]
    ahead = [each for each in found if day_of(each.due) > today]
    missed = [each for each in fallen if last is not None and day_of(each.due) > day_of(last)]
    if policy is CatchUp.LATEST_ONLY:
        missed = missed[-1:]
    elif policy is CatchUp.SKIP:
        missed = []
    # Nothing tells that a greeting was done, so one that was not missed goes when its day is over.
    for each in fallen:
        if each in missed:
            yield Occurrence(each.start, each.period, each.due)
        elif each is fallen[-1]:
            yield each
    yield from ahead[:1]


def _on(day: Date, as_of: DateTime, offset: Duration | None) -> Occurrence:
    moment = DateTime.of_local(day.days * DAY_NANOS, None if as_of.zone else as_of.offset, as_of.zone)
    due = moment if offset is None else add_gap(moment, offset)
    return Occurrence(moment, str(day), due, over=end_of_day(max(due, moment)))


def rolled(moment: DateTime, how: Roll, calendar: WorkCalendar | None) -> DateTime:
    """The moment on the working day that its day moves to, at the same time of day.

    :class:`~crmrules.timing.calendar.CalendarError` where the calendar has none."""
    if how is Roll.NONE or calendar is None:
        return moment
    day = roll(moment.date, calendar, how)
    return moment if day == moment.date else add_gap(moment, DaysDuration((day.days - moment.date.days) * DAY_NANOS))


def stretched(gap: Duration, factor: Number) -> Duration:
    """The gap times a positive factor: whole months stay months, others count 30 days (as ``每月2次`` does)."""
    if factor == 1:
        return gap
    exact = Decimal(factor)
    if isinstance(gap, MonthsDuration):
        months = gap.months * exact
        if months == int(months):
            return MonthsDuration(int(months))
        years, rest = divmod(gap.months, 12)
        gap = DaysDuration.of(days=years * 365 + rest * 30)
    return DaysDuration(max(int(gap.nanos * exact) // _MINUTE, 1) * _MINUTE)


def _later(due: DateTime, gap: Duration, longest: Duration) -> DateTime:
    if isinstance(gap, MonthsDuration) and isinstance(longest, MonthsDuration):
        return add_gap(due, MonthsDuration(longest.months - gap.months))
    if isinstance(gap, DaysDuration) and isinstance(longest, DaysDuration):
        return add_gap(due, DaysDuration(longest.nanos - gap.nanos))
    return add_gap(due, longest)
