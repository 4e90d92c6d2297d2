"""Quiet hours: what they cover, over midnight and over a change of the clock, and what is none."""

from __future__ import annotations

import pytest

from crmrules.model.values import DateTime
from crmrules.timing.quiet import parse_quiet_hours


def until(text: str, moment: str, zone: str = "Asia/Shanghai") -> str:
    quiet = parse_quiet_hours(text)
    at = DateTime.parse(moment)
    assert quiet is not None and at is not None
    end = quiet.until(at, zone)
    return "" if end is None else str(end)[:16]


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-02T20:59:59", ""),
        ("2026-03-02T21:00:00", "2026-03-03T08:00"),
        ("2026-03-02T23:59:59", "2026-03-03T08:00"),
        ("2026-03-03T00:00:00", "2026-03-03T08:00"),
        ("2026-03-03T07:59:59", "2026-03-03T08:00"),
        ("2026-03-03T08:00:00", ""),
    ],
)
@pytest.mark.parametrize("text", ["21:00-08:00", "21:00 - 次日08:00", "21：00～08：00", "21:00-8:00+1"])
def test_over_midnight(text: str, moment: str, end: str) -> None:
    assert until(text, moment + "@Asia/Shanghai") == end


def test_several_stretches_and_one_that_leads_into_the_next() -> None:
    text = "12:00-13:30, 21:00-24:00、00:00-08:00"
    assert until(text, "2026-03-02T12:00:00@Asia/Shanghai") == "2026-03-02T13:30"
    assert until(text, "2026-03-02T13:30:00@Asia/Shanghai") == ""
    assert until(text, "2026-03-02T22:00:00@Asia/Shanghai") == "2026-03-03T08:00"


def test_the_clock_of_the_zone_counts() -> None:
    assert until("21:00-08:00", "2026-03-02T14:00:00Z", "Asia/Shanghai") == "2026-03-03T08:00"
    assert until("21:00-08:00", "2026-03-02T14:00:00Z", "Europe/Berlin") == ""


def test_a_night_in_which_the_clock_changes_ends_by_the_clock() -> None:
    # 28 to 29 March 2026: Berlin goes from +01:00 to +02:00.
    quiet, at = parse_quiet_hours("21:00-08:00"), DateTime.parse("2026-03-28T22:00:00@Europe/Berlin")
    assert quiet is not None and at is not None
    end = quiet.until(at, "Europe/Berlin")
    assert end is not None
    assert str(end) == "2026-03-29T08:00:00@Europe/Berlin"
    assert end.instant - at.instant == 9 * 3_600_000_000_000


@pytest.mark.parametrize(
    "text",
    ["", "25:00-08:00", "21:60-08:00", "21-8", "night", "08:00-08:00", "00:00-24:00", "00:00-12:00, 12:00-00:00"],
)
def test_what_is_none(text: str) -> None:
    assert parse_quiet_hours(text) is None
