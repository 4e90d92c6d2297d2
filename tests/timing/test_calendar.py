"""Working days of calendars: hours of the week, single dates, a country's holidays and make-up days."""

from __future__ import annotations

import pickle
import sys
from types import MappingProxyType

import pytest

from crmrules.model.errors import MissingExtraError
from crmrules.model.values import Date
from crmrules.timing import holidays as country_holidays
from crmrules.timing.calendar import CalendarError, WorkCalendar, around_the_clock
from crmrules.timing.holidays import country_code, holidays_of, is_known, published_until
from tests.timing.calendars import OFFICE, calendar, day

CHINA = calendar("09:00-12:00, 13:00-18:00", country="CN")

MAKE_UP_2026 = ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")


@pytest.mark.parametrize("text", MAKE_UP_2026)
def test_make_up_days_of_2026_are_worked(text: str) -> None:
    assert day(text).weekday in (6, 7)
    assert CHINA.is_working_day(day(text))
    assert CHINA.intervals(day(text)) == CHINA.week[0]
    assert not OFFICE.is_working_day(day(text))


def test_no_other_weekend_of_2026_is_worked() -> None:
    weekend = [each for n in range(365) if (each := Date.of_days(day("2026-01-01").days + n)).weekday > 5]
    assert tuple(str(each) for each in weekend if CHINA.is_working_day(each)) == MAKE_UP_2026


OFF_2026 = """
    2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23 2026-04-06 2026-05-01
    2026-05-04 2026-05-05 2026-06-19 2026-09-25 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07
"""


def test_weekdays_off_in_2026() -> None:
    week = [each for n in range(365) if (each := Date.of_days(day("2026-01-01").days + n)).weekday < 6]
    assert [str(each) for each in week if not CHINA.is_working_day(each)] == OFF_2026.split()


def test_a_make_up_day_in_december_for_a_holiday_in_january() -> None:
    assert CHINA.is_working_day(day("2007-12-29"))  # Saturday, for New Year 2008


def test_own_dates_come_before_the_country() -> None:
    dates = MappingProxyType({day("2026-02-14").days: (), day("2026-10-01").days: ((0, 3_600),)})
    own = WorkCalendar("own", "Asia/Shanghai", CHINA.week, dates, "CN")
    assert not own.is_working_day(day("2026-02-14"))
    assert own.intervals(day("2026-10-01")) == ((0, 3_600),)


def test_a_make_up_saturday_keeps_its_own_hours() -> None:
    half = WorkCalendar("half", "Asia/Shanghai", (*CHINA.week[:5], ((0, 3_600),), ()), country="CN")
    assert half.intervals(day("2026-02-14")) == ((0, 3_600),)


def test_unpublished_years_are_provisional() -> None:
    last = published_until("CN")
    assert last is not None and last >= 2026
    assert [CHINA.is_provisional(year) for year in (2000, 2001, 2026, last, last + 1, 2101)] == [
        True, False, False, False, True, True,
    ]  # fmt: skip
    assert not OFFICE.is_provisional(2099)


def test_holidays_that_follow_from_the_law_are_never_provisional() -> None:
    assert published_until("US") is None
    assert not holidays_of("US", 2090).provisional
    assert day("2026-07-03").days in holidays_of("US", 2026).off  # 4 July is a Saturday


def test_part_of_a_country() -> None:
    assert day("2026-01-06").days in holidays_of("DE-BY", 2026).off
    assert day("2026-01-06").days not in holidays_of("DE-BE", 2026).off


@pytest.mark.parametrize(
    ("text", "code"),
    [("CN", "CN"), (" cn ", "CN"), ("中国", "CN"), ("China", "CN"), ("de/by", "DE-BY"), ("DE-BY", "DE-BY"),
     ("Germany", ""), ("", ""), ("C", "")],
)  # fmt: skip
def test_codes(text: str, code: str) -> None:
    assert country_code(text) == code


def test_known_countries() -> None:
    assert is_known("CN") and is_known("DE-BY")
    assert not is_known("XX") and not is_known("DE-XX")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    country_holidays.holidays_of.cache_clear()
    with pytest.raises(MissingExtraError) as caught:
        holidays_of("CN", 2026)
    assert str(caught.value) == (
        "error C201: holidays of countries need the library holidays, which is not installed; install it with: "
        "pip install 'crmrules[calendars]'"
    )


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-01"])
def test_years_are_bounded(text: str) -> None:
    with pytest.raises(CalendarError, match="calendars know the years 1900 to 2199, not"):
        OFFICE.is_working_day(day(text))


def test_around_the_clock() -> None:
    always = around_the_clock("Asia/Shanghai")
    assert always.always and always.is_working_day(day("2026-02-17"))
    assert not OFFICE.always and not CHINA.always


class Works:
    """A plugin's calendar: closed on the 10th of a month, at work on the 14th; 2030 is not known yet."""

    name = "works"

    def is_working_day(self, year: int, month: int, day: int) -> bool | None:
        return None if year >= 2030 else {10: False, 14: True}.get(day, Date(year, month, day).weekday < 6)


def test_a_plugins_calendar() -> None:
    works = WorkCalendar("works", "Asia/Shanghai", OFFICE.week, plugin=Works())
    days = ("2026-03-09", "2026-03-10", "2026-03-14", "2026-03-15", "2030-03-11", "2030-03-10")
    assert [works.is_working_day(day(each)) for each in days] == [True, False, True, False, True, False]
    assert [works.is_provisional(year) for year in (2026, 2030)] == [False, True]
    assert not works.always


def test_a_calendar_can_be_sent_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(CHINA))
    assert (again.name, again.zone, again.week, again.country) == ("test", "Asia/Shanghai", CHINA.week, "CN")
    assert again.is_working_day(day("2026-02-14"))
