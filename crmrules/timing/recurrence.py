"""What comes back: the n-th occurrence counted from an anchor, and which ones to make up for after an outage."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crmrules.model.durations import DAY_NANOS, Duration, MonthsDuration
from crmrules.model.temporal import DateTime
from crmrules.timing.arithmetic import add_gap, start_of_day

MAX_OCCURRENCES: Final = 10_000
"""Occurrences that are made up for at once, at most."""

_MONTH: Final = 31 * DAY_NANOS


class CatchUp(StrEnum):
    """What becomes of missed occurrences: only the latest counts, all of them, or none (one of today still does)."""

    LATEST_ONLY = "latest_only"
    ALL = "all"
    SKIP = "skip"


def occurrence(anchor: DateTime, gap: Duration, n: int) -> DateTime:
    """``anchor + n × gap``, counted from the anchor: 31 January, 28 February, 31 March. ``n`` may be negative."""
    return add_gap(anchor, gap, n)


def last_index(anchor: DateTime, gap: Duration, until: DateTime) -> int:
    """The greatest ``n`` with ``occurrence(anchor, gap, n) <= until``; negative before the anchor.

    ``ValueError`` for a gap that is not positive, or moments of which only one has an offset.
    """
    size = gap.months * _MONTH if isinstance(gap, MonthsDuration) else gap.nanos
    if size <= 0:
        raise ValueError("a gap is longer than nothing")
    if not anchor.comparable(until):
        raise ValueError("a moment without an offset cannot be compared with one that has it")
    if isinstance(gap, MonthsDuration):
        first, last = anchor.date, until.date
        n = ((last.year - first.year) * 12 + last.month - first.month) // gap.months + 1
    else:
        n = (until.instant - anchor.instant + DAY_NANOS) // size + 1  # a day's room for a change of the clock
    while occurrence(anchor, gap, n) > until:
        n -= 1
    return n


def next_occurrence(anchor: DateTime, gap: Duration, after: DateTime) -> DateTime:
    """The first occurrence later than ``after``."""
    return occurrence(anchor, gap, last_index(anchor, gap, after) + 1)


def due_occurrences(
    anchor: DateTime, gap: Duration, last: DateTime | None, as_of: DateTime, policy: CatchUp = CatchUp.LATEST_ONLY
) -> tuple[DateTime, ...]:
    """The occurrences in ``(last, as_of]`` to be acted upon, oldest first; without ``last`` from the anchor on.

    LATEST_ONLY: the latest of them. ALL: every one (at most the latest 10,000). SKIP: the latest, if it is on the day
    of ``as_of``; older ones are let go.
    """
    newest = last_index(anchor, gap, as_of)
    oldest = 0 if last is None else max(last_index(anchor, gap, last) + 1, 0)
    if newest < oldest:
        return ()
    if policy is CatchUp.ALL:
        oldest = max(oldest, newest - MAX_OCCURRENCES + 1)
        return tuple(occurrence(anchor, gap, n) for n in range(oldest, newest + 1))
    latest = occurrence(anchor, gap, newest)
    if policy is CatchUp.SKIP and latest < start_of_day(as_of):
        return ()
    return (latest,)
