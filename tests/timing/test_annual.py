"""Birthdays and anniversaries, 29 February among them; lunar festivals and birthdays."""

from __future__ import annotations

import datetime
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.errors import MissingExtraError
from crmrules.model.values import Date
from crmrules.timing import lunar
from crmrules.timing.annual import LeapDay, annual_date, next_annual, previous_annual
from crmrules.timing.lunar import (
    FESTIVALS,
    festival_date,
    find_festival,
    lunar_date,
    nearest_festival,
    next_lunar_annual,
    to_lunar,
)
from tests.timing.calendars import day

ANNUAL = [
    # born, seen from, policy, next, previous
    ("1990-05-20", "2026-03-02", "feb28", "2026-05-20", "2025-05-20"),
    ("1990-05-20", "2026-05-20", "feb28", "2026-05-20", "2026-05-20"),
    ("1990-05-20", "2026-05-21", "feb28", "2027-05-20", "2026-05-20"),
    ("1990-12-31", "2026-01-01", "feb28", "2026-12-31", "2025-12-31"),
    ("1992-02-29", "2026-02-01", "feb28", "2026-02-28", "2025-02-28"),
    ("1992-02-29", "2026-02-28", "feb28", "2026-02-28", "2026-02-28"),
    ("1992-02-29", "2026-03-01", "feb28", "2027-02-28", "2026-02-28"),
    ("1992-02-29", "2026-02-28", "mar1", "2026-03-01", "2025-03-01"),
    ("1992-02-29", "2026-03-01", "mar1", "2026-03-01", "2026-03-01"),
    ("1992-02-29", "2026-03-01", "skip", "2028-02-29", "2024-02-29"),
    ("1992-02-29", "2028-02-28", "feb28", "2028-02-29", "2027-02-28"),
    ("1992-02-29", "2097-01-01", "skip", "2104-02-29", "2096-02-29"),  # 2100 is no leap year
]


@pytest.mark.parametrize(("born", "seen", "policy", "following", "before"), ANNUAL)
def test_annual(born: str, seen: str, policy: str, following: str, before: str) -> None:
    assert str(next_annual(day(born), day(seen), LeapDay(policy))) == following
    assert str(previous_annual(day(born), day(seen), LeapDay(policy))) == before


def test_no_29_february_that_year() -> None:
    assert annual_date(day("1992-02-29"), 2026, LeapDay.SKIP) is None
    assert str(annual_date(day("1992-02-29"), 2028, LeapDay.SKIP)) == "2028-02-29"


dates = st.dates(datetime.date(1901, 1, 1), datetime.date(2090, 12, 31)).map(Date.from_stdlib)


@given(dates, dates, st.sampled_from(LeapDay))
def test_around_any_day(born: Date, seen: Date, policy: LeapDay) -> None:
    following, before = next_annual(born, seen, policy), previous_annual(born, seen, policy)
    assert before <= seen <= following
    assert before == following or previous_annual(born, Date.of_days(following.days - 1), policy) == before


# --- the moon -------------------------------------------------------------------------------------------------------

FESTIVAL_DAYS = [
    ("除夕", 2026, "2026-02-16"), ("春节", 2026, "2026-02-17"), ("元宵节", 2026, "2026-03-03"),
    ("清明节", 2026, "2026-04-05"), ("端午节", 2026, "2026-06-19"), ("七夕", 2026, "2026-08-19"),
    ("中元节", 2026, "2026-08-27"), ("中秋节", 2026, "2026-09-25"), ("重阳节", 2026, "2026-10-18"),
    ("冬至", 2026, "2026-12-22"), ("春节", 2025, "2025-01-29"), ("中秋节", 2025, "2025-10-06"),
    ("重阳节", 2025, "2025-10-29"), ("春节", 2027, "2027-02-06"), ("春节", 2033, "2033-01-31"),
    ("Spring Festival", 2024, "2024-02-10"), ("mid-autumn", 2024, "2024-09-17"), ("Dragon Boat", 2024, "2024-06-10"),
    ("double ninth", 2024, "2024-10-11"), ("Lantern", 2024, "2024-02-24"), ("QIXI", 2024, "2024-08-10"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "year", "expected"), FESTIVAL_DAYS)
def test_festival(name: str, year: int, expected: str) -> None:
    assert str(festival_date(name, year)) == expected


@pytest.mark.parametrize("year", range(2001, 2051))
def test_festivals_agree_with_another_library(year: int) -> None:
    from holidays.calendars import _ChineseLunisolar

    other = _ChineseLunisolar()
    for name, found in (
        ("春节", other.lunar_new_year_date(year)), ("端午节", other.dragon_boat_date(year)),
        ("中秋节", other.mid_autumn_date(year)), ("重阳节", other.double_ninth_date(year)),
    ):  # fmt: skip
        assert found is not None and festival_date(name, year) == Date.from_stdlib(found[0]), name


def test_names() -> None:
    assert {each.zh for each in FESTIVALS} >= {"春节", "元宵节", "端午节", "七夕", "中秋节", "重阳节"}
    spellings = [name.casefold() for each in FESTIVALS for name in each.spellings()]
    assert len(spellings) == len(set(spellings))
    assert find_festival("Valentine's Day") is None
    assert nearest_festival("中秋街") == "中秋"
    assert nearest_festival("Midautum") == "Mid-Autumn"
    assert nearest_festival("xyz") == ""


def test_lunar_dates() -> None:
    assert str(lunar_date(2026, 1, 1)) == "2026-02-17"
    assert str(lunar_date(2025, 12, 30)) == "2026-02-16"  # the month has 29 days
    assert to_lunar(day("2026-02-16")) == (2025, 12, 29, False)
    assert to_lunar(day("2025-07-25")) == (2025, 6, 1, True)  # the leap sixth month


@pytest.mark.parametrize(
    ("born", "since", "expected"),
    [
        ("1990-03-01", "2026-01-01", "2026-03-23"),  # fifth day of the second month
        ("1990-03-01", "2026-03-23", "2026-03-23"),
        ("1990-03-01", "2026-03-24", "2027-03-12"),
        ("1990-01-20", "2026-01-01", "2026-02-11"),  # twelfth month: of the lunar year before
        ("2025-07-25", "2026-01-01", "2026-07-14"),  # born in a leap month
    ],
)
def test_lunar_birthday(born: str, since: str, expected: str) -> None:
    assert str(next_lunar_annual(day(born), day(since))) == expected


@pytest.mark.parametrize("year", [1899, 2101, -5])
def test_lunar_years_are_bounded(year: int) -> None:
    with pytest.raises(ValueError, match=f"lunar dates are known from 1900 to 2100, not for {year}"):
        festival_date("春节", year)


@pytest.mark.parametrize(("month", "number"), [(0, 1), (13, 1), (1, 0), (1, 31)])
def test_no_such_lunar_date(month: int, number: int) -> None:
    with pytest.raises(ValueError, match=f"there is no day {number} of lunar month {month}"):
        lunar_date(2026, month, number)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lunar_python", None)
    lunar._festival_day.cache_clear()
    with pytest.raises(MissingExtraError) as caught:
        festival_date("春节", 2026)
    assert str(caught.value) == (
        "error C202: lunar dates need the library lunar_python, which is not installed; install it with: "
        "pip install 'crmrules[calendars]'"
    )
