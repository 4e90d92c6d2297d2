"""Occurrences counted from an anchor, and what is made up for after an outage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.values import DateTime
from crmrules.timing.frequency import parse_duration
from crmrules.timing.recurrence import CatchUp, due_occurrences, last_index, next_occurrence, occurrence
from tests.timing.calendars import at


def gap(text: str):
    found = parse_duration(text)
    assert found is not None
    return found


def test_never_chained() -> None:
    anchor = at("2026-01-31 09:00")
    found = [str(occurrence(anchor, gap("P1M"), n).date) for n in range(6)]
    assert found == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
    leap = at("2024-02-29 09:00")
    assert [str(occurrence(leap, gap("P1Y"), n).date) for n in (1, 4)] == ["2025-02-28", "2028-02-29"]


@pytest.mark.parametrize(
    ("anchor", "every", "after", "following"),
    [
        ("2026-01-31 09:00", "P1M", "2026-02-28 08:59", "2026-02-28 09:00"),
        ("2026-01-31 09:00", "P1M", "2026-02-28 09:00", "2026-03-31 09:00"),
        ("2026-01-31 09:00", "P3M", "2027-12-01 00:00", "2028-01-31 09:00"),
        ("2026-03-02 09:00", "P14D", "2026-03-02 08:00", "2026-03-02 09:00"),
        ("2026-03-02 09:00", "P14D", "2026-03-02 09:00", "2026-03-16 09:00"),
        ("2026-03-02 09:00", "P14D", "2025-12-31 00:00", "2026-01-05 09:00"),
        ("2026-03-02 09:00", "PT36H", "2026-03-04 00:00", "2026-03-05 09:00"),
        # the time of day stays where the clock changes, 29 March 2026 in London
        ("2026-03-28 09:00@Europe/London", "P1D", "2026-03-28 09:00@Europe/London", "2026-03-29 09:00@Europe/London"),
        ("2026-03-28 09:00@Europe/London", "P1D", "2026-03-29T08:00:00Z", "2026-03-30 09:00@Europe/London"),
    ],
)
def test_next(anchor: str, every: str, after: str, following: str) -> None:
    assert str(next_occurrence(at(anchor), gap(every), at(after))) == str(at(following))


def days(found: tuple[DateTime, ...]) -> list[str]:
    return [str(each.date) for each in found]


def test_a_ten_day_outage() -> None:
    anchor, daily = at("2026-03-01 09:00"), gap("P1D")
    last, as_of = at("2026-03-02 09:30"), at("2026-03-12 10:00")
    assert days(due_occurrences(anchor, daily, last, as_of, CatchUp.LATEST_ONLY)) == ["2026-03-12"]
    assert days(due_occurrences(anchor, daily, last, as_of, CatchUp.ALL)) == [f"2026-03-{n:02d}" for n in range(3, 13)]
    assert days(due_occurrences(anchor, daily, last, as_of, CatchUp.SKIP)) == ["2026-03-12"]


def test_weekly_missed_by_days() -> None:
    anchor, weekly = at("2026-03-02 09:00"), gap("P7D")
    last, as_of = at("2026-03-03 00:00"), at("2026-03-19 10:00")
    assert days(due_occurrences(anchor, weekly, last, as_of)) == ["2026-03-16"]
    assert days(due_occurrences(anchor, weekly, last, as_of, CatchUp.ALL)) == ["2026-03-09", "2026-03-16"]
    assert due_occurrences(anchor, weekly, last, as_of, CatchUp.SKIP) == ()


def test_the_window_is_open_at_its_beginning_and_closed_at_its_end() -> None:
    anchor, weekly = at("2026-03-02 09:00"), gap("P7D")
    assert due_occurrences(anchor, weekly, at("2026-03-09 09:00"), at("2026-03-16 08:59"), CatchUp.ALL) == ()
    assert days(due_occurrences(anchor, weekly, at("2026-03-09 08:59"), at("2026-03-16 09:00"), CatchUp.ALL)) == [
        "2026-03-09", "2026-03-16",
    ]  # fmt: skip


def test_nothing_before_the_anchor() -> None:
    anchor, weekly = at("2026-03-02 09:00"), gap("P7D")
    assert due_occurrences(anchor, weekly, None, at("2026-03-01 09:00"), CatchUp.ALL) == ()
    assert days(due_occurrences(anchor, weekly, None, at("2026-03-10 00:00"), CatchUp.ALL)) == [
        "2026-03-02", "2026-03-09",
    ]  # fmt: skip
    assert days(due_occurrences(anchor, weekly, at("2025-01-01 00:00"), at("2026-03-03 00:00"), CatchUp.ALL)) == [
        "2026-03-02"
    ]


def test_never_a_flood() -> None:
    found = due_occurrences(at("2020-01-01 00:00"), gap("PT1H"), None, at("2026-01-01 00:30"), CatchUp.ALL)
    assert len(found) == 10_000
    assert found[-1] == at("2026-01-01 00:00")


@pytest.mark.parametrize("text", ["-P1D", "P0D", "-P1M"])
def test_a_gap_is_positive(text: str) -> None:
    with pytest.raises(ValueError, match="a gap is longer than nothing"):
        last_index(at("2026-03-02 09:00"), gap(text), at("2026-03-03 09:00"))


def test_moments_that_cannot_be_compared() -> None:
    local = DateTime.parse("2026-03-02T09:00:00")
    assert local is not None
    with pytest.raises(ValueError, match="a moment without an offset cannot be compared with one that has it"):
        last_index(local, gap("P1D"), at("2026-03-03 09:00"))


@given(
    st.integers(-1_000_000, 1_000_000), st.integers(-1_000_000, 1_000_000),
    st.sampled_from(["P1D", "P7D", "PT5H", "PT90M", "P1M", "P3M", "P1Y", "P14DT3H"]),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]),
)  # fmt: skip
def test_the_last_one_is_the_last_one(a: int, b: int, every: str, zone: str) -> None:
    minute = 60_000_000_000
    start = at("2026-03-02T00:00:00Z").instant
    anchor = DateTime.of_instant(start + a * minute, None, zone)
    until = DateTime.of_instant(start + b * minute, None, zone)
    n = last_index(anchor, gap(every), until)
    assert occurrence(anchor, gap(every), n) <= until < occurrence(anchor, gap(every), n + 1)
