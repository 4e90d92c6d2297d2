"""Dates that come back every year: birthdays and anniversaries, with a say on 29 February."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crmrules.model.temporal import Date
from crmrules.model.zones import MAX_YEAR, days_in_month


class LeapDay(StrEnum):
    """When 29 February is kept in a year without one."""

    FEB28 = "feb28"
    MAR1 = "mar1"
    SKIP = "skip"


_LONGEST: Final = 8
"""Years from one 29 February to the next, at most."""


def annual_date(day: Date, year: int, leap_day: LeapDay = LeapDay.FEB28) -> Date | None:
    """The day's anniversary in ``year``; None for 29 February where it is skipped."""
    month, number = day.month, day.day
    if (month, number) == (2, 29) and days_in_month(year, 2) == 28:
        if leap_day is LeapDay.SKIP:
            return None
        return Date(year, 2, 28) if leap_day is LeapDay.FEB28 else Date(year, 3, 1)
    return Date(year, month, number)


def next_annual(day: Date, since: Date, leap_day: LeapDay = LeapDay.FEB28) -> Date:
    """The first anniversary on or after ``since``; ``OverflowError`` past the last year there is."""
    for year in range(since.year, min(since.year + _LONGEST + 1, MAX_YEAR + 1)):
        found = annual_date(day, year, leap_day)
        if found is not None and found >= since:
            return found
    raise OverflowError("there is no such year")


def previous_annual(day: Date, until: Date, leap_day: LeapDay = LeapDay.FEB28) -> Date:
    """The last anniversary on or before ``until``; ``OverflowError`` before the first year there is."""
    for year in range(until.year, max(until.year - _LONGEST - 1, -MAX_YEAR - 1), -1):
        found = annual_date(day, year, leap_day)
        if found is not None and found <= until:
            return found
    raise OverflowError("there is no such year")
