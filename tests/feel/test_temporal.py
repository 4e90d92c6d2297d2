"""Dates, times and durations: text, fields, order, arithmetic on the classes, and the way to the standard library."""

from __future__ import annotations

import copy
import datetime as stdlib
import pickle
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Time, parse_temporal


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29", "-0001-01-01", "0000-12-31", "999999999-12-31", "-999999999-01-01", "10000-01-01",
        "10:30:00", "10:30:00.123456789", "00:00:00Z", "10:30:00+05:30", "10:30:00-02:45:55", "23:59:59@Asia/Shanghai",
        "2024-02-29T10:30:00", "2024-02-29T10:30:00.5Z", "2024-02-29T10:30:00@Europe/Paris",
        "-999999999-12-31T23:59:59.999999999+02:00", "999999999-12-31T23:59:59.999999999@Europe/Paris",
        "P1D", "-P1DT2H3M4.5S", "PT0S", "P2Y2M", "-P1Y", "P0M",
    ],
)  # fmt: skip
def test_canonical_text_comes_back(text: str) -> None:
    assert str(parse_temporal(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10:30:00+00:00", "10:30:00Z"),
        ("10:30:00.500", "10:30:00.5"),
        ("2024-12-31T24:00:00", "2025-01-01T00:00:00"),
        ("P26M", "P2Y2M"),
        ("PT1000M", "PT16H40M"),
        ("PT36H", "P1DT12H"),
        ("PT0.S", "PT0S"),
        ("-P0D", "PT0S"),
        ("-P0Y", "P0M"),
    ],
)
def test_text_is_normalised(text: str, canonical: str) -> None:
    assert str(parse_temporal(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "", "T", "P", "PT", "foo", "2023-02-29", "2024-13-01", "998-12-31", "01211-12-31", "+2024-01-01", "2024/01/01",
        "-0000-01-01", "1000000000-01-01", "2024-1-01", "２０２４-01-01", "24:00:00", "23:59:60", "7:00:00", "07:01",
        "10:00:00+5:00", "10:00:00+19:00", "10:00:00+02:00@Europe/Paris", "10:00:00@Nowhere/Land", "10:00:00@Europe",
        "10:00:00@../etc/passwd", "2024-01-01T", "2024-01-01T24:00:01", "2024-01-01 10:00:00", "P1H", "P1Y2D", "P-1D",
        "P1.5D", "PT.5S", "P1DT", "P99999999999999999999D", "999999999-12-31T24:00:00",
    ],
)  # fmt: skip
def test_text_of_no_moment(text: str) -> None:
    assert parse_temporal(text) is None


def test_fields() -> None:
    day = Date(2024, 2, 29)
    assert (day.year, day.month, day.day, day.weekday) == (2024, 2, 29, 4)
    time = Time(10, 30, 15, 500, offset=3_600)
    assert (time.hour, time.minute, time.second, time.nano, time.offset) == (10, 30, 15, 500, 3_600)
    assert DaysDuration.of(days=-1, hours=-2).parts() == (-1, -2, 0, 0, 0)
    assert MonthsDuration(-26).parts() == (-2, -2)


@pytest.mark.parametrize("year", [-400, -1, 0, 1, 9_999, 10_000, 999_999_999])
def test_days_of_far_years_follow_each_other(year: int) -> None:
    last = Date(year, 12, 31)
    assert Date.of_days(last.days - 365).year in (year, year - 1)
    assert str(Date.of_days(last.days - 30)) == str(Date(year, 12, 1))


@given(st.integers(-(10**9), 10**9))
def test_civil_calendar_goes_both_ways(days: int) -> None:
    day = Date.of_days(days)
    assert Date(day.year, day.month, day.day) == day
    assert Date.parse(str(day)) == day


@given(st.datetimes())
def test_standard_library_there_and_back(moment: stdlib.datetime) -> None:
    assert DateTime.from_stdlib(moment).to_stdlib() == moment
    assert Date.from_stdlib(moment.date()).to_stdlib() == moment.date()
    assert Time.from_stdlib(moment.time()).to_stdlib() == moment.time()


@given(st.timedeltas())
def test_timedelta_there_and_back(length: stdlib.timedelta) -> None:
    assert DaysDuration.from_stdlib(length).to_stdlib() == length


def test_zone_name_is_kept() -> None:
    moment = stdlib.datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Paris"))
    value = DateTime.from_stdlib(moment)
    assert str(value) == "2024-07-01T12:00:00@Europe/Paris"
    assert value.offset == 7_200
    assert value.to_stdlib() == moment
    assert value.to_stdlib().tzinfo == ZoneInfo("Europe/Paris")


def test_second_hour_of_an_overlap_survives() -> None:
    later = stdlib.datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=1)
    value = DateTime.from_stdlib(later)
    assert value.offset == 3_600
    assert value.to_stdlib().fold == 1
    assert value == DateTime.parse("2024-10-27T02:30:00+01:00")


def test_exact_length_crosses_a_clock_change() -> None:
    before = DateTime.parse("2024-03-30T12:00:00@Europe/Paris")
    assert before is not None
    assert str(before.plus_nanos(DaysDuration.of(days=1).nanos)) == "2024-03-31T13:00:00@Europe/Paris"
    assert str(before.plus_months(1)) == "2024-04-30T12:00:00@Europe/Paris"


def test_order_is_by_instant() -> None:
    paris = DateTime.parse("2024-07-01T12:00:00@Europe/Paris")
    utc = DateTime.parse("2024-07-01T10:00:00Z")
    shanghai = DateTime.parse("2024-07-01T18:00:01+08:00")
    local = DateTime.parse("2024-07-01T12:00:00")
    assert paris == utc and hash(paris) == hash(utc)
    assert utc < shanghai  # type: ignore[operator]
    assert local != paris
    with pytest.raises(TypeError):
        _ = local < paris  # type: ignore[operator]
    assert Time.parse("10:00:00Z") < Time.parse("10:00:00-01:00")  # type: ignore[operator]
    assert Date(2024, 1, 1) <= Date(2024, 1, 1) < Date(2024, 1, 2)


def test_month_end_is_clamped() -> None:
    assert str(Date(2024, 1, 31).plus_months(1)) == "2024-02-29"
    assert str(Date(2024, 3, 31).plus_months(-13)) == "2023-02-28"
    with pytest.raises(OverflowError):
        Date(999_999_999, 12, 1).plus_months(1)


def test_what_the_standard_library_cannot_hold() -> None:
    for text in ("10000-01-01", "-0001-01-01"):
        with pytest.raises(ValueError):
            Date.parse(text).to_stdlib()  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="nanoseconds"):
        Time.parse("10:00:00.000000001").to_stdlib()  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["2024-02-29", "10:00:00@Etc/UTC", "2024-10-27T02:30:00@Europe/Paris", "P1D", "P1M"])
def test_values_are_immutable_and_travel(text: str) -> None:
    value = parse_temporal(text)
    with pytest.raises(AttributeError, match="immutable"):
        value.days = 1  # type: ignore[union-attr]
    assert copy.deepcopy(value) is value
    there = pickle.loads(pickle.dumps(value))
    assert there == value and str(there) == str(value)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2024-02-29 10:30", "2024-02-29T10:30:00"),
        ("2024-02-29 10:30:05", "2024-02-29T10:30:05"),
        ("2024-02-29T10:30:05.25Z", "2024-02-29T10:30:05.25Z"),
        ("2024-02-29", "2024-02-29T00:00:00"),
        ("2024-02-30 10:30", "None"),
        ("29.02.2024 10:30", "None"),
    ],
)
def test_data_files_write_a_blank(text: str, canonical: str) -> None:
    assert str(DateTime.read(text)) == canonical
