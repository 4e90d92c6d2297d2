"""Working time: exact cases over weekends, holidays and changes of the clock, and what must hold for any calendar."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.model.durations import DAY_NANOS, NANOS
from crmrules.model.values import DateTime, DaysDuration
from crmrules.timing.calendar import CalendarError, WorkCalendar, around_the_clock
from crmrules.timing.working_time import (
    Hold,
    add_working,
    deadline_with_holds,
    elapsed_working,
    working_between,
)
from tests.timing.calendars import OFFICE, at, calendar, span

SPLIT = calendar("09:00-12:00, 13:00-18:00")
CHINA = calendar("09:00-12:00, 13:00-18:00", country="CN")
LONDON = calendar("09:00-17:00", "Europe/London")
LONDON_NIGHTS = calendar("22:00-06:00+1", "Europe/London", sat="22:00-06:00+1", sun="22:00-06:00+1")
LONDON_ALL = calendar("24h", "Europe/London", sat="24h", sun="23:00-24:00")
NEW_YORK_NIGHTS = calendar("22:00-06:00+1", "America/New_York", sat="22:00-06:00+1", sun="22:00-06:00+1")

DEADLINES = [
    # Friday 6 March 2026; the office works Monday to Friday
    ("weekend", OFFICE, "2026-03-07 16:00", "PT2H", "2026-03-09 11:00"),
    ("within a day", OFFICE, "2026-03-06 09:30", "PT2H", "2026-03-06 11:30"),
    ("to the last minute", OFFICE, "2026-03-06 15:00", "PT2H", "2026-03-06 17:00"),
    ("over the evening", OFFICE, "2026-03-05 16:00", "PT2H", "2026-03-06 10:00"),
    ("over the weekend", OFFICE, "2026-03-06 16:00", "PT2H", "2026-03-09 10:00"),
    ("before work", OFFICE, "2026-03-06 03:00", "PT1H", "2026-03-06 10:00"),
    ("at the end of work", OFFICE, "2026-03-06 17:00", "PT1S", "2026-03-09 09:00:01"),
    ("a week of work", OFFICE, "2026-03-06 09:00", "PT40H", "2026-03-12 17:00"),
    ("a day is 24 hours worked", OFFICE, "2026-03-02 09:00", "P1D", "2026-03-04 17:00"),
    ("nothing", OFFICE, "2026-03-07 16:00", "PT0S", "2026-03-07 16:00"),
    ("a nanosecond", OFFICE, "2026-03-07 16:00", "PT0.000000001S", "2026-03-09 09:00:00.000000001"),
    ("over lunch", SPLIT, "2026-03-06 11:30", "PT1H", "2026-03-06 13:30"),
    ("during lunch", SPLIT, "2026-03-06 12:30", "PT1H", "2026-03-06 14:00"),
    ("to lunch", SPLIT, "2026-03-06 11:00", "PT1H", "2026-03-06 12:00"),
    ("make-up Saturday", CHINA, "2026-02-13 17:00", "PT2H", "2026-02-14 10:00"),
    ("Spring Festival", CHINA, "2026-02-14 17:00", "PT2H", "2026-02-24 10:00"),
    ("National Day", CHINA, "2026-09-30 17:30", "PT1H", "2026-10-08 09:30"),
    ("make-up Sunday in January", CHINA, "2025-12-31 17:00", "PT10H", "2026-01-05 10:00"),
    ("over New Year", OFFICE, "2026-12-31 16:00", "PT9H", "2027-01-01 17:00"),
    ("backward", OFFICE, "2026-03-09 11:00", "-PT2H", "2026-03-09 09:00"),
    ("backward over the weekend", OFFICE, "2026-03-09 11:00", "-PT3H", "2026-03-06 16:00"),
    ("backward from Sunday", OFFICE, "2026-03-08 11:00", "-PT8H", "2026-03-06 09:00"),
    ("backward over New Year", OFFICE, "2027-01-01 10:00", "-PT9H", "2026-12-31 09:00"),
]


@pytest.mark.parametrize(("work", "start", "length", "due"), [c[1:] for c in DEADLINES], ids=[c[0] for c in DEADLINES])
def test_deadline(work: WorkCalendar, start: str, length: str, due: str) -> None:
    assert str(add_working(at(start), span(length), work)) == str(at(due))
    assert working_between(at(start), at(due), work) == span(length)
    assert working_between(at(due), at(start), work) == -span(length)


CLOCK_CHANGES = [
    # London, 29 March 2026: 01:00 becomes 02:00; 25 October 2026: 02:00 becomes 01:00
    ("London office, spring", LONDON, "2026-03-27 16:00@Europe/London", "PT2H", "2026-03-30 10:00@Europe/London"),
    ("London office, autumn", LONDON, "2026-10-23 16:00@Europe/London", "PT2H", "2026-10-26 10:00@Europe/London"),
    ("spring night", LONDON_NIGHTS, "2026-03-28 22:00@Europe/London", "PT7H", "2026-03-29 06:00@Europe/London"),
    ("spring night, in UTC", LONDON_NIGHTS, "2026-03-28T22:00:00Z", "PT7H", "2026-03-29T05:00:00Z"),
    ("into the gap", LONDON_NIGHTS, "2026-03-28 22:00@Europe/London", "PT3H", "2026-03-29 02:00@Europe/London"),
    ("autumn night", LONDON_NIGHTS, "2026-10-24 22:00@Europe/London", "PT9H", "2026-10-25 06:00@Europe/London"),
    ("the second 01:30", LONDON_NIGHTS, "2026-10-24T21:00:00Z", "PT4H30M", "2026-10-25T01:30:00Z"),
    ("a short day of rest", LONDON_ALL, "2026-03-28 23:00@Europe/London", "PT2H", "2026-03-30 00:00@Europe/London"),
    ("a long Sunday", LONDON_ALL, "2026-10-24 23:00@Europe/London", "PT2H", "2026-10-26 00:00@Europe/London"),
    # New York, 8 March 2026: 02:00 becomes 03:00; 1 November 2026: 02:00 becomes 01:00
    ("spring in New York", NEW_YORK_NIGHTS, "2026-03-07 22:00@America/New_York", "PT7H",
     "2026-03-08 06:00@America/New_York"),
    ("autumn in New York", NEW_YORK_NIGHTS, "2026-10-31 22:00@America/New_York", "PT9H",
     "2026-11-01 06:00@America/New_York"),
    ("another clock", OFFICE, "2026-03-06 09:00@Europe/London", "PT2H", "2026-03-09 03:00@Europe/London"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("work", "start", "length", "due"), [c[1:] for c in CLOCK_CHANGES], ids=[c[0] for c in CLOCK_CHANGES]
)
def test_where_the_clock_changes(work: WorkCalendar, start: str, length: str, due: str) -> None:
    assert str(add_working(at(start), span(length), work)) == str(at(due))
    assert working_between(at(start), at(due), work) == span(length)


@pytest.mark.parametrize(
    ("zone", "from_", "to", "length"),
    [
        ("Europe/London", "2026-03-29 00:00", "2026-03-30 00:00", "PT23H"),
        ("Europe/London", "2026-10-25 00:00", "2026-10-26 00:00", "P1DT1H"),
        ("America/New_York", "2026-03-08 00:00", "2026-03-09 00:00", "PT23H"),
        ("America/New_York", "2026-11-01 00:00", "2026-11-02 00:00", "P1DT1H"),
        ("Asia/Shanghai", "2026-03-29 00:00", "2026-03-30 00:00", "P1D"),
    ],
)
def test_a_whole_day_around_the_clock(zone: str, from_: str, to: str, length: str) -> None:
    always = around_the_clock(zone)
    spelled = calendar("00:00-12:00, 12:00-24:00", zone, sat="24h", sun="24h", dates={"2020-01-01": "off"})
    for work in (always, spelled):
        assert working_between(at(from_, zone), at(to, zone), work) == span(length)
        assert add_working(at(from_, zone), span(length), work) == at(to, zone)


def test_hours_that_the_clock_skips_are_not_worked_twice() -> None:
    gap = calendar("01:00-01:30, 01:30-02:00, 02:00-03:00", "Europe/London", sun="01:00-01:30, 02:00-03:00")
    assert working_between(
        at("2026-03-29 00:00", "Europe/London"), at("2026-03-30 00:00", "Europe/London"), gap
    ) == span("PT1H")


def test_a_night_before_a_holiday_goes_on_into_it() -> None:
    nights = calendar("22:00-06:00+1", dates={"2026-03-04": "off"})
    assert working_between(at("2026-03-04 00:00"), at("2026-03-05 00:00"), nights) == span("PT6H")


def test_a_night_that_runs_into_an_earlier_start_counts_once() -> None:
    nights = calendar("22:00-06:00+1", dates={"2026-03-04": "04:00-08:00"})
    assert working_between(at("2026-03-04 00:00"), at("2026-03-05 00:00"), nights) == span("PT8H")


def test_the_night_of_new_year() -> None:
    nights = calendar("22:00-06:00+1")
    assert working_between(at("2026-12-31 21:00"), at("2027-01-01 07:00"), nights) == span("PT8H")
    assert working_between(at("2027-01-01 02:00"), at("2027-01-01 07:00"), nights) == span("PT4H")
    assert add_working(at("2027-01-01 02:00"), span("PT4H"), nights) == at("2027-01-01 06:00")
    assert add_working(at("2027-01-01 02:00"), span("-PT2H"), nights) == at("2027-01-01 00:00")


def test_a_start_without_an_offset_is_on_the_calendars_clock() -> None:
    start = DateTime.parse("2026-03-07T16:00:00")
    assert start is not None
    due = add_working(start, span("PT2H"), OFFICE)
    assert (str(due), due.offset) == ("2026-03-09T11:00:00", None)
    assert working_between(start, at("2026-03-09 11:00"), OFFICE) == span("PT2H")


def test_the_offset_of_the_start_is_kept() -> None:
    assert str(add_working(at("2026-03-07T08:00:00Z"), span("PT2H"), OFFICE)) == "2026-03-09T03:00:00Z"
    assert str(add_working(at("2026-03-07T08:00:00+01:00"), span("PT2H"), OFFICE)) == "2026-03-09T04:00:00+01:00"


# --- holds ----------------------------------------------------------------------------------------------------------


def holds(*pairs: tuple[str, str]) -> list[Hold]:
    return [(at(first), at(last) if last else None) for first, last in pairs]


HOLDS = [
    # start, time allowed, holds, deadline
    ("none", "2026-03-06 10:00", "PT4H", [], "2026-03-06 14:00"),
    ("within work", "2026-03-06 10:00", "PT4H", [("2026-03-06 11:00", "2026-03-06 12:30")], "2026-03-06 15:30"),
    ("outside work", "2026-03-06 10:00", "PT8H", [("2026-03-06 17:00", "2026-03-09 09:00")], "2026-03-09 10:00"),
    ("partly outside", "2026-03-06 10:00", "PT8H", [("2026-03-06 16:00", "2026-03-09 09:30")], "2026-03-09 11:30"),
    ("before the start", "2026-03-06 10:00", "PT4H", [("2026-03-05 10:00", "2026-03-06 11:00")], "2026-03-06 15:00"),
    ("long before", "2026-03-06 10:00", "PT4H", [("2026-03-04 10:00", "2026-03-05 11:00")], "2026-03-06 14:00"),
    ("at the deadline", "2026-03-06 10:00", "PT4H", [("2026-03-06 14:00", "2026-03-06 16:00")], "2026-03-06 14:00"),
    ("after a pushed deadline", "2026-03-06 09:00", "PT2H",
     [("2026-03-06 10:00", "2026-03-06 12:00"), ("2026-03-06 12:30", "2026-03-06 13:00")], "2026-03-06 13:30"),
    ("overlapping", "2026-03-06 09:00", "PT4H",
     [("2026-03-06 11:00", "2026-03-06 12:30"), ("2026-03-06 10:00", "2026-03-06 12:00")], "2026-03-06 15:30"),
    ("reversed", "2026-03-06 09:00", "PT4H", [("2026-03-06 12:00", "2026-03-06 10:00")], "2026-03-06 13:00"),
    ("open", "2026-03-06 09:00", "PT4H", [("2026-03-06 12:00", "")], None),
    ("open after the deadline", "2026-03-06 09:00", "PT3H", [("2026-03-06 12:00", "")], "2026-03-06 12:00"),
    ("nothing allowed", "2026-03-07 09:00", "PT0S", [("2026-03-06 12:00", "")], None),
    ("nothing allowed, no hold", "2026-03-07 09:00", "PT0S", [], "2026-03-07 09:00"),
]  # fmt: skip


@pytest.mark.parametrize(("start", "allowed", "pairs", "due"), [c[1:] for c in HOLDS], ids=[c[0] for c in HOLDS])
def test_deadline_with_holds(start: str, allowed: str, pairs: list[tuple[str, str]], due: str | None) -> None:
    found = deadline_with_holds(at(start), span(allowed), OFFICE, holds(*pairs))
    assert str(found) == ("None" if due is None else str(at(due)))
    if found is not None:
        assert elapsed_working(at(start), found, OFFICE, holds(*pairs)) == span(allowed)


def test_elapsed_while_an_open_hold_lasts() -> None:
    paused = holds(("2026-03-06 11:00", ""))
    assert elapsed_working(at("2026-03-06 10:00"), at("2026-03-09 12:00"), OFFICE, paused) == span("PT1H")
    assert elapsed_working(at("2026-03-06 10:00"), at("2026-03-06 10:30"), OFFICE, paused) == span("PT30M")


def test_holds_without_an_offset_are_on_the_calendars_clock() -> None:
    hold = (DateTime.parse("2026-03-06T11:00:00"), DateTime.parse("2026-03-06T12:00:00"))
    assert hold[0] is not None
    found = elapsed_working(at("2026-03-06T02:00:00Z"), at("2026-03-06T05:00:00Z"), OFFICE, [(hold[0], hold[1])])
    assert found == span("PT2H")


# --- bounds ---------------------------------------------------------------------------------------------------------


def test_a_deadline_too_far_ahead() -> None:
    with pytest.raises(CalendarError) as caught:
        add_working(at("2026-03-06 10:00"), span("P1000D"), OFFICE)
    assert str(caught.value) == "P1000D of working time in calendar test ends more than 10 years after the start"


def test_a_deadline_too_far_back() -> None:
    with pytest.raises(CalendarError, match="-P1000D of working time in calendar test ends more than 10 years before"):
        add_working(at("2026-03-06 10:00"), span("-P1000D"), OFFICE)


def test_ten_years_are_not_too_far() -> None:
    hours = 8 * 261 * 10
    assert add_working(at("2026-01-05 09:00"), DaysDuration.of(hours=hours), OFFICE).date.year == 2036


def test_no_working_time_at_all() -> None:
    with pytest.raises(CalendarError):
        add_working(at("2026-03-06 10:00"), span("PT1S"), calendar(""))


def test_years_nobody_knows() -> None:
    with pytest.raises(CalendarError, match="calendars know the years 1900 to 2199, not 2300"):
        add_working(at("2300-01-01 10:00"), span("PT1S"), OFFICE)


def test_a_negative_time_allowed() -> None:
    with pytest.raises(ValueError, match="a time allowed is not negative"):
        deadline_with_holds(at("2026-03-06 10:00"), span("-PT1H"), OFFICE)


# --- what holds for any calendar ------------------------------------------------------------------------------------

MINUTE = 60 * NANOS
ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC")


@st.composite
def day_hours(draw: st.DrawFn) -> str:
    times = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    pairs = zip(times[::2], times[1::2], strict=False)
    return ", ".join(f"{a // 4:02d}:{a % 4 * 15:02d}-{b // 4:02d}:{b % 4 * 15:02d}" for a, b in pairs)


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    days = {name: draw(day_hours()) for name in ("tue", "sat", "sun")}
    night = draw(st.sampled_from(["", "20:00-03:00+1"]))
    dates = {"2026-03-30": draw(day_hours()), "2026-11-02": "", "2026-12-31": night}
    return calendar(
        draw(st.sampled_from(["09:00-17:00", "01:00-02:30, 13:00-18:00", "24h"])),
        draw(st.sampled_from(ZONES)), draw(st.sampled_from(["", "", "CN", "GB"])), dates, fri=night, **days,
    )  # fmt: skip


moments = st.integers(-400 * 1_440, 400 * 1_440).map(
    lambda m: DateTime.of_instant(at("2026-07-01T00:00:00Z").instant + m * MINUTE, 0, None)
)
lengths = st.integers(1, 60 * 24 * 60).map(lambda m: DaysDuration(m * MINUTE))


def slow(start: int, end: int, work: WorkCalendar) -> int:
    """The same by looking at each day: hours as instants, cut to what is asked for, overlaps counted once."""
    total, reached = 0, start
    for number in range(start // DAY_NANOS - 3, end // DAY_NANOS + 3):
        for first, last in work.intervals(DateTime.of_local(number * DAY_NANOS).date):
            a = max(DateTime.of_local(number * DAY_NANOS + first, None, work.zone).instant, reached)
            b = min(DateTime.of_local(number * DAY_NANOS + last, None, work.zone).instant, end)
            if b > a:
                total, reached = total + b - a, b
    return total


@given(calendars(), moments, lengths)
@settings(max_examples=150, deadline=None)
def test_what_is_added_has_passed(work: WorkCalendar, start: DateTime, length: DaysDuration) -> None:
    due = add_working(start, length, work)
    assert working_between(start, due, work) == length
    assert due > start
    back = add_working(due, -length, work)
    assert back >= start and working_between(back, due, work) == length


@given(calendars(), moments, moments)
@settings(max_examples=150, deadline=None)
def test_as_day_by_day(work: WorkCalendar, a: DateTime, b: DateTime) -> None:
    first, last = sorted((a, b))
    assert working_between(first, last, work).nanos == slow(first.instant, last.instant, work)


@given(calendars(), moments, moments, moments)
@settings(max_examples=100, deadline=None)
def test_lengths_add_up(work: WorkCalendar, a: DateTime, b: DateTime, c: DateTime) -> None:
    parts = working_between(a, b, work).nanos + working_between(b, c, work).nanos
    assert parts == working_between(a, c, work).nanos


@given(calendars(), moments, moments, lengths, lengths)
@settings(max_examples=100, deadline=None)
def test_later_starts_and_longer_times_are_due_later(
    work: WorkCalendar, a: DateTime, b: DateTime, one: DaysDuration, more: DaysDuration
) -> None:
    first, last = sorted((a, b))
    assert add_working(first, one, work) <= add_working(last, one, work)
    both = DaysDuration(one.nanos + more.nanos)
    assert add_working(first, one, work) < add_working(first, both, work)
    assert add_working(add_working(first, one, work), more, work) == add_working(first, both, work)


@given(calendars(), moments, lengths, st.lists(st.tuples(moments, moments), max_size=4))
@settings(max_examples=100, deadline=None)
def test_time_on_hold_is_not_counted(
    work: WorkCalendar, start: DateTime, length: DaysDuration, pairs: Sequence[tuple[DateTime, DateTime]]
) -> None:
    due = deadline_with_holds(start, length, work, pairs)
    assert due is not None
    assert elapsed_working(start, due, work, pairs) == length
    assert due >= add_working(start, length, work)
    before = DateTime.of_instant(due.instant - 1, 0, None)
    assert elapsed_working(start, before, work, pairs) < length
