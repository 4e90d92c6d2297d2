"""Working hours and days of the week as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.durations import DAY_NANOS, NANOS
from crmrules.timing.hours import WEEKDAYS, HoursProblem, hours_text, parse_days, parse_hours

CASES = {
    "09:00-17:00": "09:00-17:00",
    "9:00-17:00": "09:00-17:00",
    "09:00-12:00, 13:00-18:00": "09:00-12:00, 13:00-18:00",
    "9：00～12：00、13：00至18：00": "09:00-12:00, 13:00-18:00",
    "13:00-18:00; 09:00-12:00": "09:00-12:00, 13:00-18:00",
    "09:00-12:00\n13:00-18:00": "09:00-12:00, 13:00-18:00",
    "09:00–12:00 13:00–18:00": "09:00-12:00, 13:00-18:00",
    "09:00-12:00 and 13:00-18:00": "09:00-12:00, 13:00-18:00",
    "09:00-12:00, 12:00-15:00": "09:00-15:00",
    "00:00-24:00": "00:00-24:00",
    "24h": "00:00-24:00",
    "24小时": "00:00-24:00",
    "全天": "00:00-24:00",
    "22:00-06:00+1": "22:00-06:00+1",
    "22:00-次日06:00": "22:00-06:00+1",
    "22:00 - next day 6:00": "22:00-06:00+1",
    "": "",
    " - ": "",
    "off": "",
    "Closed": "",
    "休": "",
    "休息": "",
}


@pytest.mark.parametrize(("text", "expected"), list(CASES.items()))
def test_read(text: str, expected: str) -> None:
    found = parse_hours(text)
    assert not isinstance(found, HoursProblem)
    assert hours_text(found) == expected


def test_nanoseconds() -> None:
    hour = 3_600 * NANOS
    assert parse_hours("09:30-12:00") == ((9 * hour + hour // 2, 12 * hour),)
    assert parse_hours("22:00-06:00+1") == ((22 * hour, DAY_NANOS + 6 * hour),)


PROBLEMS = {
    "nine to five": ("C101", {"found": "nine to five"}),
    "09:00": ("C101", {"found": "09:00"}),
    "9-17": ("C101", {"found": "9-17"}),
    "09:00-17:00 lunch": ("C101", {"found": "09:00-17:00 lunch"}),
    "09:00-25:00": ("C102", {"found": "25:00"}),
    "09:60-17:00": ("C102", {"found": "09:60"}),
    "18:00-09:00": ("C103", {"found": "18:00-09:00", "example": "18:00-09:00+1"}),
    "09:00-09:00": ("C103", {"found": "09:00-09:00", "example": "09:00-09:00+1"}),
    "20:00-24:00+1": ("C103", {"found": "20:00-24:00+1", "example": "20:00-24:00+1"}),
    "09:00-13:00, 12:00-18:00": ("C104", {"found": "12:00-18:00", "other": "09:00-13:00"}),
}


@pytest.mark.parametrize("text", PROBLEMS)
def test_refused(text: str) -> None:
    found = parse_hours(text)
    assert isinstance(found, HoursProblem)
    assert (found.code, dict(found.params)) == PROBLEMS[text]


DAYS = {
    "mon": "mon", "Monday": "mon", "周日": "sun", "星期天": "sun", "礼拜五": "fri",
    "mon-fri": "mon tue wed thu fri", "Mon–Fri": "mon tue wed thu fri", "周一至周五": "mon tue wed thu fri",
    "周一-五": "mon tue wed thu fri", "星期一到星期五": "mon tue wed thu fri", "工作日": "mon tue wed thu fri",
    "weekdays": "mon tue wed thu fri", "sat, sun": "sat sun", "周六、周日": "sat sun", "周末": "sat sun",
    "fri-mon": "fri sat sun mon", "daily": "mon tue wed thu fri sat sun",
}  # fmt: skip


@pytest.mark.parametrize("text", DAYS)
def test_days(text: str) -> None:
    found = parse_days(text)
    assert found is not None
    assert " ".join(WEEKDAYS[day] for day in found) == DAYS[text]


@pytest.mark.parametrize("text", ["", "mon-fry", "somedays", "周八", "mon-", "-fri", "2026-03-09", "m"])
def test_no_days(text: str) -> None:
    assert parse_days(text) is None


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = parse_hours(text)
    if not isinstance(found, HoursProblem):
        assert parse_hours(hours_text(found)) == found
    parse_days(text)
