"""Whole working days: the next one, the n-th one, and moving a date that falls on a day off."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from crmrules.model.temporal import Date
from crmrules.timing.calendar import CalendarError, WorkCalendar

MAX_REST: Final = 366
"""Days without work in a row beyond which a calendar is taken to have none."""
MAX_DAYS: Final = 4_000
"""Working days that can be counted off at once (more than ten years)."""


class Roll(StrEnum):
    """What becomes of a date on a day off. MODIFIED: the next working day, unless that is in another month, then the
    previous one."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"
    MODIFIED = "modified"


def roll(day: Date, calendar: WorkCalendar, how: Roll = Roll.NEXT) -> Date:
    """``day`` itself when it is a working day or ``how`` is NONE, else the working day it moves to.

    :class:`~crmrules.timing.calendar.CalendarError` when there is none within a year.
    """
    if how is Roll.NONE or calendar.is_working_day(day):
        return day
    moved = add_working_days(day, -1 if how is Roll.PREVIOUS else 1, calendar)
    if how is Roll.MODIFIED and (moved.year, moved.month) != (day.year, day.month):
        return add_working_days(day, -1, calendar)
    return moved


def next_working_day(day: Date, calendar: WorkCalendar) -> Date:
    """The first working day after ``day``."""
    return add_working_days(day, 1, calendar)


def add_working_days(day: Date, count: int, calendar: WorkCalendar) -> Date:
    """The ``count``-th working day after ``day``, before it for a negative count; ``day`` itself for 0.

    :class:`~crmrules.timing.calendar.CalendarError` for more than 4,000 days and when a year passes without work.
    """
    if abs(count) > MAX_DAYS:
        raise CalendarError(f"{count} working days are more than {MAX_DAYS}")
    step = 1 if count > 0 else -1
    at, left, rest = day, abs(count), 0
    while left:
        at = Date.of_days(at.days + step)
        if calendar.is_working_day(at):
            left, rest = left - 1, 0
        else:
            rest += 1
            if rest > MAX_REST:
                raise CalendarError(f"calendar {calendar.name} has no working day within a year of {day}")
    return at
