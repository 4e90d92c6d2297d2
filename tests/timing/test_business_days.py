"""Whole working days and dates moved off days of rest."""

from __future__ import annotations

import pytest

from crmrules.timing.business_days import Roll, add_working_days, next_working_day, roll
from crmrules.timing.calendar import CalendarError
from tests.timing.calendars import OFFICE, calendar, day

CHINA = calendar("09:00-18:00", country="CN")


@pytest.mark.parametrize(
    ("text", "none", "next_", "previous", "modified"),
    [
        ("2026-03-06", "2026-03-06", "2026-03-06", "2026-03-06", "2026-03-06"),  # a Friday
        ("2026-03-07", "2026-03-07", "2026-03-09", "2026-03-06", "2026-03-09"),
        ("2026-03-08", "2026-03-08", "2026-03-09", "2026-03-06", "2026-03-09"),
        ("2026-02-28", "2026-02-28", "2026-03-02", "2026-02-27", "2026-02-27"),  # the month's last day, a Saturday
        ("2026-05-31", "2026-05-31", "2026-06-01", "2026-05-29", "2026-05-29"),
        ("2027-01-02", "2027-01-02", "2027-01-04", "2027-01-01", "2027-01-04"),
    ],
)
def test_roll(text: str, none: str, next_: str, previous: str, modified: str) -> None:
    found = [str(roll(day(text), OFFICE, how)) for how in (Roll.NONE, Roll.NEXT, Roll.PREVIOUS, Roll.MODIFIED)]
    assert found == [none, next_, previous, modified]


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("2026-02-13", "2026-02-14"),  # a make-up Saturday
        ("2026-02-14", "2026-02-24"),  # Spring Festival, 15 to 23 February
        ("2026-02-27", "2026-02-28"),
        ("2026-09-19", "2026-09-20"),  # a make-up Sunday
        ("2026-09-30", "2026-10-08"),
        ("2026-10-09", "2026-10-10"),
    ],
)
def test_next_working_day_in_china(text: str, following: str) -> None:
    assert str(next_working_day(day(text), CHINA)) == following


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [("2026-03-06", 3, "2026-03-11"), ("2026-03-07", 1, "2026-03-09"), ("2026-03-07", 0, "2026-03-07"),
     ("2026-03-07", -1, "2026-03-06"), ("2026-03-09", -5, "2026-03-02"), ("2026-12-31", 1, "2027-01-01")],
)  # fmt: skip
def test_count(text: str, count: int, expected: str) -> None:
    assert str(add_working_days(day(text), count, OFFICE)) == expected


def test_bounds() -> None:
    with pytest.raises(CalendarError, match="5000 working days are more than 4000"):
        add_working_days(day("2026-03-06"), 5_000, OFFICE)
    with pytest.raises(CalendarError, match="calendar test has no working day within a year of 2026-03-06"):
        next_working_day(day("2026-03-06"), calendar(""))
    with pytest.raises(CalendarError, match="not 2200"):
        next_working_day(day("2199-12-31"), OFFICE)
