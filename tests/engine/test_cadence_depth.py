"""Cadence beyond the one gap: yearly dates, series, outages, steps, corrections, days off."""

from __future__ import annotations

import re

import pytest

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.model.decision import Decision, History, Task, Told
from crmrules.model.ruleset import DECISION_SETTINGS, Kind
from crmrules.model.values import DateTime
from crmrules.rulesets.excel.layout import TITLE_SETTINGS
from tests.engine.helpers import ROOT, compile_text, facts, problems, rules, shown

OFFICE = (
    "calendars:\n  office: {country: CN, hours: {mon-fri: '09:00-12:00, 13:00-18:00'}}\n"
    "  london: {time_zone: Europe/London, hours: {mon-fri: '09:00-17:00'}}\ncalendar: office\n"
)


def cadence(cells: str, settings: str = "", columns: str = "", head: str = "", zone: str = "Asia/Shanghai") -> str:
    """A rule set with one cadence row ``R1``; the columns are those of the cells."""
    names = columns or ", ".join(dict.fromkeys(part.split(":")[0].strip() for part in cells.split(", ")))
    known = facts(
        "touched: {type: date and time}", "signed: {type: date}", "birthday: {type: date}", "n: {type: number}",
        "reversed: {type: boolean}", "feedback: {type: string}", "desk: {type: string}",
    ).replace("Asia/Shanghai", zone)  # fmt: skip
    return (
        known
        + head
        + (
            f"decisions:\n  c:\n    kind: cadence\n    hit_policy: C\n    settings: {{{settings}}}\n    inputs: [n]\n"
            f"    outputs: [{names}]\n    rules:\n      - {{id: R1, then: {{{cells}}}}}\n"
        )
    )


def moment(text: str) -> DateTime:
    found = DateTime.parse(text)
    assert found is not None
    return found


def decided(text: str, as_of: str, history: History | None = None, **record: object) -> Decision:
    return rules(text).decide({"id": "C1", **record}, as_of=as_of, history=history or History())


def tasks(text: str, as_of: str, history: History | None = None, **record: object) -> list[Task]:
    decision = decided(text, as_of, history, **record)
    assert decision.warnings == ()
    return list(decision.tasks)


def seen(found: list[Task]) -> list[tuple[str, str, str]]:
    """Day (and clock time, unless it is midnight), status and period of each task."""
    return [(str(t.due)[:16].removesuffix("T00:00"), t.status.value, t.period) for t in found]


def ran(day: str, **told: Told) -> History:
    """A history whose last run was at nine on that day."""
    return History(as_of=moment(f"{day}T09:00:00@Asia/Shanghai"), told=told)


def last_told(at: str, start: str = "", period: str = "") -> Told:
    return Told(moment(f"{at}@Asia/Shanghai"), moment(f"{start}@Asia/Shanghai") if start else None, period)


# --- yearly dates ---------------------------------------------------------------------------------------------------

BIRTHDAY = cadence("annual: birthday, task: greet")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-05-10T23:59:59", [("2026-05-11", "upcoming", "2026-05-11")]),
        ("2026-05-11T00:00:00", [("2026-05-11", "due", "2026-05-11"), ("2027-05-11", "upcoming", "2027-05-11")]),
        ("2026-05-11T23:59:59", [("2026-05-11", "due", "2026-05-11"), ("2027-05-11", "upcoming", "2027-05-11")]),
        ("2026-05-12T00:00:00", [("2027-05-11", "upcoming", "2027-05-11")]),
    ],
)
def test_a_birthday(as_of: str, expected: list[tuple[str, str, str]]) -> None:
    assert seen(tasks(BIRTHDAY, as_of, birthday="1980-05-11")) == expected


def test_a_birthday_that_nobody_knows_calls_for_nothing() -> None:
    assert tasks(BIRTHDAY, "2026-05-11") == []


def test_the_day_itself_is_no_anniversary() -> None:
    year = cadence("annual: signed, task: gift")
    assert seen(tasks(year, "2026-03-02", signed="2026-03-02")) == [("2027-03-02", "upcoming", "2027-03-02")]


@pytest.mark.parametrize(
    ("leap_day", "as_of", "due"),
    [
        ("", "2026-01-01", "2026-02-28"), ("feb28", "2026-01-01", "2026-02-28"), ("mar1", "2026-01-01", "2026-03-01"),
        ("3月1日", "2026-01-01", "2026-03-01"), ("skip", "2026-01-01", "2028-02-29"), ("mar1", "2028-01-01", "2028-02-29"),
        ("feb28", "2028-01-01", "2028-02-29"), ("skip", "2096-03-01", "2104-02-29"),
    ],
)  # fmt: skip
def test_29_february(leap_day: str, as_of: str, due: str) -> None:
    text = cadence("annual: birthday, task: greet", f"leap_day: {leap_day}" if leap_day else "")
    assert seen(tasks(text, as_of, birthday="2000-02-29"))[-1] == (due, "upcoming", due)


FESTIVAL = cadence("annual: 春节, offset: -P30D, task: gift box")  # 2026-02-17, 2027-02-06


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        ("2026-01-17T23:59:59", ("2026-01-18", "upcoming", "2026-02-17")),
        ("2026-01-18T00:00:00", ("2026-01-18", "due", "2026-02-17")),
        ("2026-01-19T00:00:00", ("2026-01-18", "overdue", "2026-02-17")),
        ("2026-02-17T23:59:59", ("2026-01-18", "overdue", "2026-02-17")),
        ("2026-02-18T00:00:00", ("2027-01-07", "upcoming", "2027-02-06")),
    ],
)
def test_ahead_of_a_festival(as_of: str, first: tuple[str, str, str]) -> None:
    assert seen(tasks(FESTIVAL, as_of))[0] == first


def test_several_festivals_in_one_row() -> None:
    text = cadence('annual: "春节、Mid-Autumn", task: greet')
    assert seen(tasks(text, "2026-02-01")) == [
        ("2026-02-17", "upcoming", "2026-02-17"), ("2026-09-25", "upcoming", "2026-09-25")
    ]  # fmt: skip


def test_a_greeting_missed_in_an_outage_is_belated_once_or_let_go() -> None:
    history, record = ran("2026-05-05"), {"birthday": "1980-05-11"}
    belated = tasks(BIRTHDAY, "2026-05-15", history, **record)
    assert seen(belated)[0] == ("2026-05-11", "overdue", "2026-05-11")
    assert seen(tasks(BIRTHDAY, "2026-05-16", ran("2026-05-15"), **record)) == [
        ("2027-05-11", "upcoming", "2027-05-11")
    ]
    skip = cadence("annual: birthday, task: greet", "catch_up: skip")
    assert seen(tasks(skip, "2026-05-15", history, **record)) == [("2027-05-11", "upcoming", "2027-05-11")]
    every = cadence("annual: birthday, task: greet", "catch_up: all")
    assert seen(tasks(every, "2026-05-15", ran("2023-12-31"), **record)) == [
        ("2024-05-11", "overdue", "2024-05-11"), ("2025-05-11", "overdue", "2025-05-11"),
        ("2026-05-11", "overdue", "2026-05-11"), ("2027-05-11", "upcoming", "2027-05-11"),
    ]  # fmt: skip


def test_expires_keeps_a_greeting_for_a_while() -> None:
    text = cadence("annual: birthday, expires: P3D, task: greet")
    assert seen(tasks(text, "2026-05-13T23:59:59", birthday="1980-05-11"))[0] == ("2026-05-11", "overdue", "2026-05-11")
    assert seen(tasks(text, "2026-05-14T00:00:00", birthday="1980-05-11"))[0][0] == "2027-05-11"


def test_a_festival_beyond_the_calendar() -> None:
    decision = decided(FESTIVAL, "2200-01-01")
    assert decision.tasks == ()
    assert [i.code for i in decision.warnings] == ["P407"]


# --- series and outages ---------------------------------------------------------------------------------------------

DAILY3 = "every: P3D, task: tip"  # from 1 March: 4, 7, 10, 13 March …


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("", ["2026-03-13 due", "2026-03-16 upcoming"]),
        ("latest_only", ["2026-03-13 due", "2026-03-16 upcoming"]),
        (
            "all",
            ["2026-03-04 overdue", "2026-03-07 overdue", "2026-03-10 overdue", "2026-03-13 due", "2026-03-16 upcoming"],
        ),
        ("skip", ["2026-03-13 due", "2026-03-16 upcoming"]),
    ],
)
def test_ten_days_without_a_run(policy: str, expected: list[str]) -> None:
    text = cadence(DAILY3, "anchor: signed, schedule: fixed" + (f", catch_up: {policy}" if policy else ""))
    found = tasks(text, "2026-03-13T09:00:00", ran("2026-03-03"), signed="2026-03-01")
    assert [f"{due} {status}" for due, status, _ in seen(found)] == expected
    assert [period for due, _, period in seen(found)] == [due for due, _, _ in seen(found)]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("latest_only", ["2026-03-13 overdue", "2026-03-16 upcoming"]),
        ("all", ["2026-03-10 overdue", "2026-03-13 overdue", "2026-03-16 upcoming"]),
        ("skip", ["2026-03-16 upcoming"]),
    ],
)
def test_a_day_after_the_last_occurrence(policy: str, expected: list[str]) -> None:
    text = cadence(DAILY3, f"anchor: signed, schedule: fixed, catch_up: {policy}")
    found = tasks(text, "2026-03-14T09:00:00", ran("2026-03-08"), signed="2026-03-01")
    assert [f"{due} {status}" for due, status, _ in seen(found)] == expected


def test_what_was_told_before_the_outage_is_not_made_up_for() -> None:
    text = cadence(DAILY3, "anchor: signed, schedule: fixed, catch_up: all")
    found = tasks(text, "2026-03-13T09:00:00", ran("2026-03-10"), signed="2026-03-01")
    assert [t.period for t in found] == ["2026-03-13", "2026-03-16"]


def test_without_an_earlier_run_nothing_is_known_to_be_missed() -> None:
    text = cadence(DAILY3, "anchor: signed, schedule: fixed, catch_up: all")
    assert [t.period for t in tasks(text, "2026-03-13", signed="2020-03-01")] == ["2026-03-12", "2026-03-15"]


def test_a_rolling_cadence_is_one_task_however_long_the_outage() -> None:
    text = cadence(DAILY3, "anchor: signed")
    assert seen(tasks(text, "2026-03-13", ran("2026-03-03"), signed="2026-03-01")) == [
        ("2026-03-04", "overdue", "2026-03-01")
    ]


def test_a_series_counts_months_from_its_anchor() -> None:
    text = cadence("every: 每月1次, task: tip", "anchor: signed, schedule: 固定")
    due = [str(t.due)[:10] for day in ("2026-02-01", "2026-03-01") for t in tasks(text, day, signed="2026-01-31")]
    assert due == ["2026-02-28", "2026-02-28", "2026-03-31"]


def test_before_the_first_occurrence_there_is_only_that() -> None:
    text = cadence(DAILY3, "anchor: signed, schedule: fixed")
    assert seen(tasks(text, "2026-02-20", signed="2026-03-01")) == [("2026-03-04", "upcoming", "2026-03-04")]


def test_a_series_of_hours_has_periods_of_hours() -> None:
    text = cadence("every: 8h, task: check", "anchor: touched, schedule: fixed")
    assert [t.period for t in tasks(text, "2026-03-02T12:00:00", touched="2026-03-02T06:00:00")] == [
        "2026-03-02T22:00", "2026-03-03T06:00"
    ]  # fmt: skip


def test_ideal_and_longest_gap_of_a_series() -> None:
    text = cadence("every: 每2-3天1次, task: call", "anchor: touched, schedule: fixed")
    found = tasks(text, "2026-03-06T10:00:00", touched="2026-03-02T10:00:00")
    assert [(str(t.due)[:16], str(t.until)[:16]) for t in found] == [
        ("2026-03-06T10:00", "2026-03-07T10:00"), ("2026-03-08T10:00", "2026-03-09T10:00")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("as_of", "status"),
    [("2026-03-11T23:59:59", "upcoming"), ("2026-03-12T00:00:00", "due"), ("2026-03-12T10:00:00", "due"),
     ("2026-03-13T00:00:00", "overdue")],
)  # fmt: skip
def test_times_a_period(as_of: str, status: str) -> None:
    """Three times a month are ten days apart."""
    (task,) = tasks(cadence("every: 每月3次, task: call", "anchor: touched"), as_of, touched="2026-03-02T10:00:00")
    assert (str(task.due)[:16], task.status) == ("2026-03-12T10:00", status)


# --- stretch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "stretch", "due"),
    [
        ("每周1次", "'if feedback = \"暂不需要\" then 2 else null'", "2026-03-16"), ("每月1次", "n", "2026-04-02"),
        ("每月1次", "1.5", "2026-04-16"), ("每周1次", "0.5", "2026-03-05T12:00"),
    ],
)  # fmt: skip
def test_gaps_are_stretched(every: str, stretch: str, due: str) -> None:
    text = cadence(f"every: {every}, task: call", f"anchor: signed, stretch: {stretch}")
    (task,) = tasks(text, "2026-03-02", signed="2026-03-02", feedback="暂不需要")
    assert seen([task])[0][0] == due


def test_a_stretch_that_is_no_factor() -> None:
    text = cadence("every: weekly, task: call", "anchor: signed, stretch: n")
    decision = decided(text, "2026-03-02", signed="2026-03-02", n=0)
    assert seen(list(decision.tasks))[0][0] == "2026-03-09"
    assert [shown(i).partition(": ")[2] for i in decision.warnings] == [
        "warning P406: customer C1: 'n' should give a number above 0 to multiply gaps by, found number 0; read as 1"
    ]


# --- events: reversed, expired, put in later ------------------------------------------------------------------------

EVENT = cadence("offset: P3D, task: welcome", "anchor: signed, cancel_if: reversed")


def test_a_reversed_event_calls_for_nothing() -> None:
    assert [t.task for t in tasks(EVENT, "2026-03-05", signed="2026-03-02")] == ["welcome"]
    assert tasks(EVENT, "2026-03-05", signed="2026-03-02", reversed=True) == []
    assert tasks(EVENT, "2026-03-05") == []  # the date was taken out: an event that never was
    assert [t.task for t in tasks(EVENT, "2026-03-05", signed="2026-03-02", reversed=False)] == ["welcome"]


def test_whoever_wants_it_gets_a_task_without_the_event() -> None:
    text = cadence("offset: P3D, task: welcome", "anchor: signed, if_never: now")
    assert seen(tasks(text, "2026-03-05")) == [("2026-03-05", "due", "never")]


@pytest.mark.parametrize(
    ("as_of", "asked"), [("2026-03-18T23:59:59", True), ("2026-03-19T00:00:00", False), ("2026-03-05T00:00:00", True)]
)
def test_an_event_expires(as_of: str, asked: bool) -> None:
    """Due on the 5th; fourteen days later it is not asked for any more."""
    row = cadence("offset: P3D, expires: P14D, task: welcome", "anchor: signed")
    table = cadence("offset: P3D, task: welcome", "anchor: signed, expires: 14天")
    for text in (row, table):
        assert bool(tasks(text, as_of, signed="2026-03-02")) is asked


def test_the_rows_expiry_counts_before_the_tables() -> None:
    text = cadence("offset: P3D, expires: P1D, task: welcome", "anchor: signed, expires: P14D")
    assert tasks(text, "2026-03-06", signed="2026-03-02") == []


def test_skip_lets_an_event_go_once_its_time_is_over() -> None:
    text = cadence("offset: P0D, within: 24h, task: confirm", "anchor: touched, catch_up: skip")
    assert len(tasks(text, "2026-03-03T09:59:59", touched="2026-03-02T10:00:00")) == 1
    assert tasks(text, "2026-03-03T10:00:00", touched="2026-03-02T10:00:00") == []


def test_a_record_put_in_later_for_an_earlier_day_is_the_same_action() -> None:
    """The first order was the 10th and has been welcomed; then one of the 6th is found."""
    text = cadence("offset: P0D, task: welcome", "anchor: signed")
    known = ran("2026-03-10", R1=last_told("2026-03-10T09:00:00", "2026-03-10T00:00:00", "2026-03-10"))
    assert seen(tasks(text, "2026-03-11", known, signed="2026-03-06")) == [("2026-03-06", "overdue", "2026-03-10")]
    assert seen(tasks(text, "2026-03-11", signed="2026-03-06")) == [("2026-03-06", "overdue", "2026-03-06")]
    assert [t.period for t in tasks(text, "2026-03-12", known, signed="2026-03-12")] == ["2026-03-12"]  # a new event


def test_a_touch_taken_out_does_not_call_again() -> None:
    text = cadence("every: weekly, task: call", "anchor: touched")
    known = ran("2026-03-09", R1=last_told("2026-03-09T09:00:00", "2026-03-02T10:00:00", "2026-03-02"))
    assert [t.period for t in tasks(text, "2026-03-10", known, touched="2026-02-20T10:00:00")] == ["2026-03-02"]
    assert [t.period for t in tasks(text, "2026-03-10", known, touched="2026-03-09T15:00:00")] == ["2026-03-09"]


def test_a_date_ahead_that_moves_is_asked_for_again() -> None:
    """Told on 31 May of a contract's end on 30 June; then another one ends on the 20th."""
    text = cadence("offset: -P30D, task: renew", "anchor: signed")
    known = ran("2026-05-31", R1=last_told("2026-05-31T09:00:00", "2026-06-30T00:00:00", "2026-06-30"))
    assert [t.period for t in tasks(text, "2026-06-01", known, signed="2026-06-20")] == ["2026-06-20"]


# --- steps ----------------------------------------------------------------------------------------------------------

STEPS = cadence(
    "anchor: signed, offset: P0D, task: recall", columns="anchor, after_step, every, offset, within, task"
) + (
    "      - {id: CALL, then: {after_step: R1, offset: PT2H, within: 24h, task: call}}\n"
    "      - {id: TIP, then: {after_step: TIP, every: weekly, task: tip}}\n"
)


def test_a_step_counts_from_the_action_before() -> None:
    assert [t.rule for t in tasks(STEPS, "2026-03-03", signed="2026-03-02")] == ["R1"]  # nothing was sent yet
    known = ran("2026-03-02", R1=last_told("2026-03-02T09:00:00", "2026-03-02T00:00:00", "2026-03-02"))
    call = tasks(STEPS, "2026-03-03T11:00:00", known, signed="2026-03-02")[1]
    assert (call.rule, str(call.due)[:16], str(call.until)[:16], call.period) == (
        "CALL", "2026-03-02T11:00", "2026-03-03T11:00", "2026-03-02",
    )  # fmt: skip
    assert call.status == "overdue"
    assert tasks(STEPS, "2026-03-03T10:59:59", known, signed="2026-03-02")[1].status == "due"


def test_a_row_may_count_from_its_own_last_action() -> None:
    known = ran("2026-03-02", TIP=last_told("2026-03-02T09:00:00"))
    (tip,) = tasks(STEPS, "2026-03-03", known)
    assert (tip.rule, str(tip.due)[:16], tip.period) == ("TIP", "2026-03-09T09:00", "2026-03-02")
    first = STEPS.replace("settings: {}", "settings: {if_never: now}")
    assert [(t.rule, t.period) for t in tasks(first, "2026-03-03")] == [
        ("R1", "never"),
        ("CALL", "never"),
        ("TIP", "never"),
    ]


# --- working days and hours -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "signed", "due"),
    [
        ("next", "2026-02-13", "2026-02-14"),  # a Saturday made up for
        ("next", "2026-01-03", "2026-01-04"),  # a Sunday made up for
        ("next", "2026-10-01", "2026-10-08"),  # National Day goes on until the 7th
        ("previous", "2026-10-01", "2026-09-30"),
        ("modified", "2026-10-30", "2026-10-30"),  # the 31st is a Saturday, and Monday is in November
        ("none", "2026-10-01", "2026-10-02"),
        ("顺延", "2026-05-08", "2026-05-09"),
        ("next", "2026-10-09", "2026-10-10"),
        ("previous", "2026-09-19", "2026-09-20"),
        ("next", "2026-02-27", "2026-02-28"),
    ],
)
def test_what_falls_on_a_day_off_moves(how: str, signed: str, due: str) -> None:
    text = cadence("offset: P1D, task: visit", f"anchor: signed, roll: {how}", head=OFFICE)
    compiled = rules_with_notes(text)
    (task,) = compiled.decide({"id": "C1", "signed": signed}, as_of="2026-02-01").tasks
    assert (str(task.due)[:10], task.period) == (due, signed)


def rules_with_notes(text: str) -> CompiledRuleSet:
    compiled, issues = compile_text(text)
    assert compiled is not None and {i.code for i in issues} <= {"C120"}, [shown(i) for i in issues]
    return compiled


@pytest.mark.parametrize(
    ("as_of", "seen_there"),
    [
        ("2026-05-10T23:59:59", ("2026-05-11", "upcoming", "2026-05-10")), ("2026-05-11", ("2026-05-11", "due", "2026-05-10")),
        ("2026-05-12", ("2027-05-10", "upcoming", "2027-05-10")),
    ],
)  # fmt: skip
def test_a_birthday_on_a_sunday_is_kept_on_monday(as_of: str, seen_there: tuple[str, str, str]) -> None:
    text = cadence("annual: birthday, task: greet", "roll: next", head=OFFICE.replace("country: CN, ", ""))
    assert seen(tasks(text, as_of, birthday="1980-05-10"))[0] == seen_there


def test_the_longest_gap_moves_along() -> None:
    """Ideally Saturday, at the latest Sunday: both are Monday."""
    text = cadence("every: 每2-3天1次, task: call", "anchor: touched, roll: next", head=OFFICE)
    (task,) = rules_with_notes(text).decide({"id": "C1", "touched": "2026-03-05T10:00:00"}, as_of="2026-03-06").tasks
    assert (str(task.due)[:16], str(task.until)[:16]) == ("2026-03-09T10:00", "2026-03-09T10:00")


@pytest.mark.parametrize(
    ("settings", "desk", "until"),
    [
        ("clock: working, calendar: office", None, "2026-03-09T11:00:00@Asia/Shanghai"),
        ("clock: working", None, "2026-03-09T11:00:00@Asia/Shanghai"),
        ("clock: elapsed", None, "2026-03-07T18:00:00@Asia/Shanghai"),
        ("clock: 工作时间, calendar: desk", "london", "2026-03-09T19:00:00@Asia/Shanghai"),
        ("clock: working, calendar: desk", None, "2026-03-09T11:00:00@Asia/Shanghai"),
    ],
)
def test_the_time_allowed_in_working_time(settings: str, desk: str | None, until: str) -> None:
    """Saturday 16:00 and two hours; the desk in London opens at 17:00 in Shanghai."""
    text = cadence("offset: P0D, within: 2h, task: answer", f"anchor: touched, {settings}", head=OFFICE)
    decision = rules_with_notes(text).decide(
        {"id": "C1", "touched": "2026-03-07T16:00:00", "desk": desk}, as_of="2026-03-07"
    )
    assert decision.warnings == ()
    assert [str(t.until) for t in decision.tasks] == [until]


def test_a_calendar_that_is_none() -> None:
    text = cadence(
        "offset: P0D, within: 2h, task: answer", "anchor: touched, clock: working, calendar: desk", head=OFFICE
    )
    decision = rules_with_notes(text).decide(
        {"id": "C1", "touched": "2026-03-07T16:00:00", "desk": "lodnon"}, as_of="2026-03-07"
    )
    assert [str(t.until)[:16] for t in decision.tasks] == ["2026-03-09T11:00"]
    assert [shown(i).partition(": ")[2] for i in decision.warnings] == [
        "warning P409: customer C1: 'desk' should name a calendar, found string lodnon; calendars: office, london; "
        "office is used"
    ]


@pytest.mark.parametrize(
    ("zone", "touched", "due"),
    [
        ("Europe/London", "2026-03-22T01:30:00", "2026-03-29T02:30:00"),  # 01:30 does not exist on the 29th
        ("Europe/London", "2026-10-18T01:30:00", "2026-10-25T01:30:00"),
        ("America/New_York", "2026-03-01T02:30:00", "2026-03-08T03:30:00"),
        ("America/New_York", "2026-10-25T09:00:00", "2026-11-01T09:00:00"),
    ],
)
def test_a_week_keeps_the_clock_time_where_clocks_change(zone: str, touched: str, due: str) -> None:
    text = cadence("every: weekly, task: call", "anchor: touched", zone=zone)
    (task,) = tasks(text, "2026-01-01", touched=touched)
    assert task.due == moment(f"{due}@{zone}")


# --- several people -------------------------------------------------------------------------------------------------


def test_each_role_gets_an_action() -> None:
    head = "roles: {sales: {label: {zh: 销售}}, manager: {label: {zh: 经理}}}\n"
    text = cadence(
        'every: weekly, task: call, owner_role: "销售、manager"', "anchor: signed", "every, task, owner_role", head
    )
    found = tasks(text, "2026-03-02", signed="2026-03-01")
    assert [(t.owner_role, t.part, t.period) for t in found] == [
        ("sales", "", "2026-03-01"),
        ("manager", "manager", "2026-03-01"),
    ]
    plan = rules(text).plan([{"id": "C1", "signed": "2026-03-01"}], as_of="2026-03-10")
    assert len({a.key for a in plan.actions}) == 2
    assert [a.owner_role for a in plan.actions] in (["sales", "manager"], ["manager", "sales"])


# --- mistakes -------------------------------------------------------------------------------------------------------

MISTAKES = {
    "unknown festival": (
        cadence("annual: 中秋街, task: greet"),
        "21:33: error P315: '中秋街' is no festival that is known, and no date of the customer; did you mean 中秋?",
    ),
    "one of two festivals": (
        cadence('annual: "春节、中秋街", task: greet'),
        "21:37: error P315: '中秋街' is no festival that is known, and no date of the customer; did you mean 中秋?",
    ),
    "misspelt fact": (
        cadence("annual: brithday, task: greet"), '21:33: error F120: unknown name "brithday"; did you mean birthday?',
    ),
    "unknown catch-up": (
        cadence(DAILY3, "anchor: signed, catch_up: latest"),
        "17:42: error P313: 'latest' is no catch_up; expected one of latest_only, all, skip; "
        "did you mean latest_only?",
    ),
    "unknown schedule": (
        cadence(DAILY3, "anchor: signed, schedule: fixd"),
        "17:42: error P313: 'fixd' is no schedule; expected one of rolling, fixed; did you mean fixed?",
    ),
    "unknown leap day": (
        cadence("annual: signed, task: gift", "leap_day: feb27"),
        "17:26: error P313: 'feb27' is no leap_day; expected one of feb28, mar1, skip; did you mean feb28?",
    ),
    "unknown roll": (
        cadence(DAILY3, "anchor: signed, roll: nxt", head=""),
        "17:38: error P313: 'nxt' is no roll; expected one of none, next, previous, modified; did you mean next?",
    ),
    "working clock without a calendar": (
        cadence("offset: P0D, within: 2h, task: call", "anchor: signed, clock: working"),
        "17:39: error P314: this counts working days or hours, but no calendar says which; calendars: -; declare one under "
        "calendars, or name one with the setting 'calendar'",
    ),
    "roll without a calendar": (
        cadence(DAILY3, "anchor: signed, roll: next"),
        "17:38: error P314: this counts working days or hours, but no calendar says which; calendars: -; declare one under "
        "calendars, or name one with the setting 'calendar'",
    ),
    "negative expiry": (
        cadence("offset: P3D, expires: -P1D, task: call", "anchor: signed"),
        "21:47: error P308: a time allowed cannot be negative, found -P1D",
    ),
    "expiry of what recurs": (
        cadence("every: weekly, expires: P1D, task: call", "anchor: signed"),
        "21:49: error P319: 'expires' does not go with 'every' in one row",
    ),
    "every and annual": (
        cadence("every: weekly, annual: birthday, task: call", "anchor: signed"),
        "21:9: error P305: the row needs either 'every' or 'offset' (or 'annual', which 'offset' may move), found "
        "weekly / birthday",
    ),
    "unknown step": (
        cadence("after_step: R2, offset: P1D, task: call"),
        "21:37: error P320: 'R2' is no row that asks for an action; rows: R1; did you mean R1?",
    ),
    "step and anchor": (
        cadence("after_step: R1, anchor: signed, offset: P1D, task: call"),
        "21:37: error P319: 'after_step' does not go with 'anchor' in one row",
    ),
    "one of two roles": (
        cadence('offset: P1D, task: call, owner_role: "sales, boss"', "anchor: signed", "offset, task, owner_role",
                "roles: {sales: {}}\n"),
        "22:70: error P303: 'boss' is no role of the rule set; roles: sales",
    ),
    "unknown calendar": (
        cadence("offset: P0D, within: 2h, task: call", "anchor: signed, clock: working, calendar: ofice", head=OFFICE.replace("country: CN, ", "")),
        "21:58: error C111: there is no calendar 'ofice'; known: office, london, 24x7; did you mean office?",
    ),
    "months of work": (
        cadence("offset: P0D, within: 1个月, task: call", "anchor: signed, clock: working", head=OFFICE.replace("country: CN, ", "")),
        "25:46: error P318: working time is counted in hours, not in months, found 1个月",
    ),
    "days of work": (
        cadence("offset: P0D, within: 3天, task: call", "anchor: signed, clock: working", head=OFFICE.replace("country: CN, ", "")),
        "25:46: warning P317: the clock counts working time, so '3天' is 72 hours of work, not so many days on the calendar; "
        "write hours to make that plain",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_at_their_place(case: str) -> None:
    text, expected = MISTAKES[case]
    assert problems(text) == [f"rules.yaml:{expected}"]


# --- the reference --------------------------------------------------------------------------------------------------


def test_every_setting_of_the_reference_is_read_in_both_languages() -> None:
    """The table of settings in docs/reference/ruleset.md: every word, English and Chinese, compiles."""
    page = (ROOT / "docs" / "reference" / "ruleset.md").read_text(encoding="utf-8")
    rows = [line.strip("|").split("|") for line in page.splitlines() if re.match(r"\| `\w+` \| [一-龥]+ \|", line)]
    told: dict[str, set[str]] = {}
    for name, chinese, kinds, values in rows:
        setting = name.strip().strip("`")
        column = next(c for c in TITLE_SETTINGS if c.path == ("settings", setting))
        assert column.zh == chinese.strip()
        for kind in ("cadence", "escalation") if kinds.strip() == "both" else (kinds.strip(),):
            told.setdefault(kind, set()).add(setting)
        for english, zh in re.findall(r"`([a-z_0-9 P]+D?)` ([0-9一-龥]+)", values):
            for word in (english, zh):
                cells = {"cadence": "offset: P1D, task: call", "escalation": "task: call"}
                kind = "escalation" if kinds.strip() == "escalation" else "cadence"
                text = cadence(
                    cells[kind], f"anchor: signed, {setting}: {word}" if kind == "cadence" else f"{setting}: {word}"
                )
                text = text.replace("time_zone", "calendar: 24x7\ntime_zone").replace("kind: cadence", f"kind: {kind}")
                assert problems(text) == [], word
    assert told == {kind: set(DECISION_SETTINGS[Kind(kind)]) for kind in ("cadence", "escalation")}
