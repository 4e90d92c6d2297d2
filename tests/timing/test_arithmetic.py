from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.durations import DaysDuration, MonthsDuration
from crmrules.model.values import DateTime
from crmrules.timing.arithmetic import Window, add_elapsed, add_gap, end_of_day, parse_window, start_of_day
from crmrules.timing.frequency import parse_duration


def at(text: str) -> DateTime:
    moment = DateTime.parse(text)
    assert moment is not None
    return moment


@pytest.mark.parametrize(
    ("start", "gap", "n", "expected"),
    [
        ("2026-01-31T09:00:00@Asia/Shanghai", "P1M", 1, "2026-02-28T09:00:00@Asia/Shanghai"),
        ("2026-01-31T09:00:00@Asia/Shanghai", "P1M", 2, "2026-03-31T09:00:00@Asia/Shanghai"),
        ("2024-01-31T09:00:00+08:00", "P1M", 1, "2024-02-29T09:00:00+08:00"),
        ("2024-02-29T00:00:00Z", "P1Y", 1, "2025-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P1Y", 4, "2028-02-29T00:00:00Z"),
        ("2026-03-31T00:00:00Z", "P1M", -1, "2026-02-28T00:00:00Z"),
        ("2026-03-10T09:00:00@Asia/Shanghai", "P14D", 3, "2026-04-21T09:00:00@Asia/Shanghai"),
        ("2026-03-10T09:00:00", "-P30D", 1, "2026-02-08T09:00:00"),
        ("2026-03-10T09:00:00Z", "P3DT12H", 1, "2026-03-13T21:00:00Z"),
        ("2026-03-10T09:00:00Z", "P3DT12H", 2, "2026-03-17T09:00:00Z"),
        # the clock goes forward on 29 March 2026 in Berlin
        ("2026-03-28T09:00:00@Europe/Berlin", "P1D", 1, "2026-03-29T09:00:00@Europe/Berlin"),
        ("2026-03-28T09:00:00@Europe/Berlin", "PT23H", 1, "2026-03-29T09:00:00@Europe/Berlin"),
        ("2026-03-28T02:30:00@Europe/Berlin", "P1D", 1, "2026-03-29T03:30:00@Europe/Berlin"),
        ("2026-03-10T09:00:00Z", "P0D", 5, "2026-03-10T09:00:00Z"),
    ],
)
def test_recurrences_are_counted_from_the_anchor(start, gap, n, expected):
    assert add_gap(at(start), parse_duration(gap), n) == at(expected)


def test_elapsed_time_is_exact_where_the_clock_changes():
    start = at("2026-03-28T09:00:00@Europe/Berlin")
    assert str(add_elapsed(start, DaysDuration.of(hours=48))) == "2026-03-30T10:00:00@Europe/Berlin"
    assert str(add_elapsed(start, MonthsDuration(1))) == "2026-04-28T09:00:00@Europe/Berlin"


@pytest.mark.parametrize(
    ("moment", "start", "end"),
    [
        ("2026-03-10T09:30:00@Asia/Shanghai", "2026-03-10T00:00:00@Asia/Shanghai", "2026-03-11T00:00:00@Asia/Shanghai"),
        ("2026-12-31T00:00:00+08:00", "2026-12-31T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("2026-03-29T12:00:00@Europe/Berlin", "2026-03-29T00:00:00@Europe/Berlin", "2026-03-30T00:00:00@Europe/Berlin"),
    ],
)
def test_days_are_half_open(moment, start, end):
    assert (start_of_day(at(moment)), end_of_day(at(moment))) == (at(start), at(end))
    assert str(end_of_day(at(moment))) == end


AS_OF = at("2026-03-10T09:30:00@Asia/Shanghai")  # a Tuesday


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("this week", "2026-03-09T00:00:00", "2026-03-16T00:00:00"),
        ("上周", "2026-03-02T00:00:00", "2026-03-09T00:00:00"),
        ("this month", "2026-03-01T00:00:00", "2026-04-01T00:00:00"),
        ("Last Month", "2026-02-01T00:00:00", "2026-03-01T00:00:00"),
        ("本季度", "2026-01-01T00:00:00", "2026-04-01T00:00:00"),
        ("last quarter", "2025-10-01T00:00:00", "2026-01-01T00:00:00"),
        ("this year", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("去年", "2025-01-01T00:00:00", "2026-01-01T00:00:00"),
        ("P90D", "2025-12-10T09:30:00", "2026-03-10T09:30:00"),
        ("last 90 days", "2025-12-10T09:30:00", "2026-03-10T09:30:00"),
        ("近12个月", "2025-03-10T09:30:00", "2026-03-10T09:30:00"),
        ("最近 3 个月", "2025-12-10T09:30:00", "2026-03-10T09:30:00"),
    ],
)
def test_windows(text, start, end):
    window = parse_window(text)
    assert window is not None
    assert window.bounds(AS_OF) == (at(start + "@Asia/Shanghai"), at(end + "@Asia/Shanghai"))


@pytest.mark.parametrize("text", ["", "next month", "-P90D", "P0D", "month", "本", "last", "提前30天"])
def test_what_is_no_window(text):
    assert parse_window(text) is None


def test_equal_windows_however_written():
    assert parse_window("last month") == parse_window("上个月") == Window(MonthsDuration(1), 1)


@given(
    st.integers(0, 3 * 366),
    st.sampled_from(["this week", "last week", "this month", "last month", "this quarter", "last year"]),
)
def test_a_moment_lies_in_this_period_and_right_after_the_last(days, text):
    moment = add_gap(at("2024-01-01T23:59:59@Asia/Shanghai"), DaysDuration.of(days=1), days)
    this = parse_window(text.replace("last", "this"))
    last = parse_window(text.replace("this", "last"))
    assert this is not None and last is not None
    start, end = this.bounds(moment)
    assert start <= moment < end
    assert last.bounds(moment)[1] == start
