"""Calendars for these tests, in a line each."""

from __future__ import annotations

from collections.abc import Mapping

from crmrules.model.values import Date, DateTime, DaysDuration
from crmrules.timing.calendar import WorkCalendar
from crmrules.timing.hours import NO_HOURS, WEEKDAYS, Hours, HoursProblem, parse_hours


def hours(text: str) -> Hours:
    found = parse_hours(text)
    assert not isinstance(found, HoursProblem), found
    return found


def calendar(
    week: str, zone: str = "Asia/Shanghai", country: str = "", dates: Mapping[str, str] | None = None, **days: str
) -> WorkCalendar:
    """``week`` are the hours of Monday to Friday; single days by name; ``dates`` by ISO date."""
    by_day = {**dict.fromkeys(WEEKDAYS[:5], week), **days}
    own = {day(text).days: hours(each) for text, each in (dates or {}).items()}
    return WorkCalendar("test", zone, tuple(hours(by_day.get(d, "")) or NO_HOURS for d in WEEKDAYS), own, country)


def at(text: str, zone: str = "Asia/Shanghai") -> DateTime:
    """``2026-03-07 16:00`` on the clock of ``zone``; a text with its own zone or offset as it stands."""
    text, _, own = text.partition("@")
    moment, zone = DateTime.read(text), own or zone
    assert moment is not None, text
    return moment if moment.offset is not None else DateTime.of_local(moment.local, None, zone)


def day(text: str) -> Date:
    found = Date.parse(text)
    assert found is not None, text
    return found


def span(text: str) -> DaysDuration:
    found = DaysDuration.parse(text)
    assert found is not None, text
    return found


OFFICE = calendar("09:00-17:00")
