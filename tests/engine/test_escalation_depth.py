"""Escalation beyond elapsed time: working clocks, warnings, holds, re-entry, missing data, several people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crmrules.model.decision import Decision, Episode, History, Task, Told
from crmrules.model.values import DateTime
from tests.engine.helpers import compile_text, facts, problems, rules, shown

OFFICE = "calendars:\n  office: {hours: {mon-fri: '09:00-17:00'}}\n  china: {country: CN, hours: {mon-fri: '09:00-12:00, 13:00-18:00'}}\ncalendar: office\n"


def escalation(cells: str, settings: str = "since: opened_at", columns: str = "", head: str = OFFICE,
               zone: str = "Asia/Shanghai", more: str = "") -> str:  # fmt: skip
    """A signal ``late`` with one row ``E1``; ``more`` are further rows."""
    names = columns or ", ".join(dict.fromkeys(part.split(":")[0].strip() for part in cells.split(", ")))
    known = facts(
        "open: {type: boolean}", "opened_at: {type: date and time}", "score: {type: number}", "held_at: {type: date and time}",
        "resumed_at: {type: date and time}",
    ).replace("Asia/Shanghai", zone)  # fmt: skip
    return (
        known
        + head
        + (
            f"decisions:\n  late:\n    kind: escalation\n    hit_policy: C\n    settings: {{{settings}}}\n    inputs: [open, score]\n"
            f"    outputs: [{names}]\n    rules:\n      - {{id: E1, when: {{open: true}}, then: {{{cells}}}}}\n{more}"
        )
    )


def moment(text: str) -> DateTime:
    found = DateTime.parse(text)
    assert found is not None
    return found


def decided(text: str, as_of: str, history: History | None = None, **record: object) -> Decision:
    compiled, issues = compile_text(text)
    assert compiled is not None and {i.code for i in issues} <= {"C120"}, [shown(i) for i in issues]
    decision = compiled.decide({"id": "C1", "open": True, **record}, as_of=as_of, history=history or History())
    assert decision.warnings == ()
    return decision


def tasks(text: str, as_of: str, history: History | None = None, **record: object) -> list[Task]:
    return list(decided(text, as_of, history, **record).tasks)


def clock(task: Task) -> tuple[str, str, str]:
    return str(task.due)[:16], str(task.until)[:16], task.status.value


# --- working time ---------------------------------------------------------------------------------------------------

TWO_HOURS = "within: 2h, task: answer, clock: working"


@pytest.mark.parametrize(
    ("opened", "until"),
    [
        ("2026-03-07T16:00:00", "2026-03-09T11:00"),  # Saturday: Monday
        ("2026-03-05T15:00:00", "2026-03-05T17:00"),  # ends with the working day
        ("2026-03-05T15:00:01", "2026-03-06T09:00"),
        ("2026-03-06T16:00:00", "2026-03-09T10:00"),
        ("2026-03-06T17:00:00", "2026-03-09T11:00"),
    ],
)
def test_two_hours_of_work(opened: str, until: str) -> None:
    (task,) = tasks(escalation(TWO_HOURS), opened, opened_at=opened)
    assert clock(task)[1] == until


@pytest.mark.parametrize(
    ("as_of", "status"),
    [("2026-03-07T16:00:00", "due"), ("2026-03-09T10:59:59", "due"), ("2026-03-09T11:00:00", "overdue")],
)
def test_the_end_of_working_time(as_of: str, status: str) -> None:
    (task,) = tasks(escalation(TWO_HOURS), as_of, opened_at="2026-03-07T16:00:00")
    assert clock(task) == ("2026-03-07T16:00", "2026-03-09T11:00", status)


@pytest.mark.parametrize(
    ("opened", "until"),
    [
        ("2026-02-13T17:00:00", "2026-02-14T10:00"),  # the 14th, a Saturday, is worked
        ("2026-02-14T17:00:00", "2026-02-24T10:00"),  # then Spring Festival, until the 23rd
        ("2026-01-03T10:00:00", "2026-01-04T11:00"),  # Sunday the 4th is worked
        ("2026-02-27T17:00:00", "2026-02-28T10:00"),
        ("2026-05-08T17:00:00", "2026-05-09T10:00"),
        ("2026-09-19T10:00:00", "2026-09-20T11:00"),
        ("2026-10-09T17:00:00", "2026-10-10T10:00"),
        ("2026-03-05T11:00:00", "2026-03-05T14:00"),  # lunch
    ],
)
def test_make_up_days_and_lunch(opened: str, until: str) -> None:
    text = escalation(TWO_HOURS, "since: opened_at, calendar: china")
    assert [clock(t)[1] for t in tasks(text, opened, opened_at=opened)] == [until]


@pytest.mark.parametrize(
    ("zone", "opened", "until"),
    [
        ("Europe/London", "2026-03-27T16:00:00", "2026-03-30T10:00"),
        ("Europe/London", "2026-10-23T16:00:00", "2026-10-26T10:00"),
        ("America/New_York", "2026-03-06T16:00:00", "2026-03-09T10:00"),
        ("America/New_York", "2026-10-30T16:00:00", "2026-11-02T10:00"),
    ],
)
def test_working_time_where_clocks_change_at_the_weekend(zone: str, opened: str, until: str) -> None:
    assert [clock(t)[1] for t in tasks(escalation(TWO_HOURS, zone=zone), opened, opened_at=opened)] == [until]


@pytest.mark.parametrize(
    ("zone", "opened", "until"),
    [
        ("Europe/London", "2026-03-28T20:00:00", "2026-03-29T21:00"), ("Europe/London", "2026-10-24T20:00:00", "2026-10-25T19:00"),
        ("America/New_York", "2026-03-07T20:00:00", "2026-03-08T21:00"),
        ("America/New_York", "2026-10-31T20:00:00", "2026-11-01T19:00"),
    ],
)  # fmt: skip
def test_elapsed_time_where_clocks_change(zone: str, opened: str, until: str) -> None:
    text = escalation("within: 24h, task: answer", zone=zone)
    assert [clock(t)[1] for t in tasks(text, opened, opened_at=opened)] == [until]


def test_levels_by_working_time() -> None:
    """Sixteen hours of work after Friday noon: five on Friday, eight on Monday, three on Tuesday."""
    text = escalation("after: 16h, within: 8h, task: visit", "since: opened_at, clock: working")
    assert clock(tasks(text, "2026-03-10T11:59:59", opened_at="2026-03-06T12:00:00")[0])[2] == "upcoming"
    assert clock(tasks(text, "2026-03-10T12:00:00", opened_at="2026-03-06T12:00:00")[0]) == (
        "2026-03-10T12:00", "2026-03-11T12:00", "due",
    )  # fmt: skip


def test_one_row_may_run_by_another_clock() -> None:
    more = "      - {id: E2, when: {open: true}, then: {within: 2h, task: report, clock: elapsed}}\n"
    text = escalation("within: 2h, task: answer, clock: ''", "since: opened_at, clock: working", more=more)
    assert [clock(t)[1] for t in tasks(text, "2026-03-07T16:00:00", opened_at="2026-03-07T16:00:00")] == [
        "2026-03-09T11:00", "2026-03-07T18:00",
    ]  # fmt: skip


# --- warnings -------------------------------------------------------------------------------------------------------

WARNED = "level: 2, within: 8h, warn: 2h, task: answer"


@pytest.mark.parametrize(
    ("as_of", "states"),
    [
        ("2026-03-02T09:00:00", [(2, "due"), (0, "upcoming")]), ("2026-03-02T14:59:59", [(2, "due"), (0, "upcoming")]),
        ("2026-03-02T15:00:00", [(2, "due"), (0, "due")]), ("2026-03-02T16:59:59", [(2, "due"), (0, "due")]),
        ("2026-03-02T17:00:00", [(2, "overdue")]),
    ],
)  # fmt: skip
def test_a_warning_before_the_time_is_over(as_of: str, states: list[tuple[int, str]]) -> None:
    found = tasks(escalation(WARNED), as_of, opened_at="2026-03-02T09:00:00")
    assert [(t.level, t.status) for t in found] == states
    assert [t.task for t in found] == ["answer", "Warning: answer"][: len(found)]
    assert {t.period for t in found} == {"2026-03-02T09:00:00@Asia/Shanghai"}


def test_a_warning_in_working_time() -> None:
    """Friday 15:00 and four hours of work end on Monday at 11:00; one hour before is 10:00."""
    text = escalation("within: 4h, warn: 1h, task: answer, clock: working")
    found = tasks(text, "2026-03-06T15:00:00", opened_at="2026-03-06T15:00:00")
    assert [clock(t)[:2] for t in found] == [
        ("2026-03-06T15:00", "2026-03-09T11:00"),
        ("2026-03-09T10:00", "2026-03-09T11:00"),
    ]


def test_a_warning_may_be_as_long_as_the_time() -> None:
    found = tasks(
        escalation("within: 8h, warn: 8h, task: answer"), "2026-03-02T09:00:00", opened_at="2026-03-02T09:00:00"
    )
    assert [(t.level, t.status) for t in found] == [(1, "due"), (0, "due")]


def test_the_warning_is_an_action_of_its_own_and_speaks_the_language() -> None:
    text = escalation(WARNED, head="").replace("name: test\n", "name: test\nlanguage: zh\n")
    plan = rules(text).plan(
        [{"id": "C1", "open": True, "opened_at": "2026-03-02T09:00:00"}], as_of="2026-03-02T15:00:00"
    )
    assert [(a.task, a.level) for a in plan.actions] == [("answer", 2), ("预警：answer", 0)]
    assert len({a.key for a in plan.actions}) == 2


# --- holds ----------------------------------------------------------------------------------------------------------

HELD = "since: opened_at, clock: working, holds: '[{start: held_at, end: resumed_at}]'"
FOUR = "within: 4h, task: answer"


@pytest.mark.parametrize(
    ("held", "resumed", "until"),
    [
        ("2026-03-02T10:00:00", "2026-03-02T11:00:00", "2026-03-02T14:00"),  # an hour of work
        ("2026-03-02T12:00:00", "2026-03-03T10:00:00", "2026-03-03T11:00"),  # the night costs nothing
        ("2026-03-02T18:00:00", "2026-03-03T08:00:00", "2026-03-02T13:00"),  # outside working time
        ("2026-03-02T13:00:00", "2026-03-02T15:00:00", "2026-03-02T13:00"),  # begins when the time is over
        ("2026-03-01T00:00:00", "2026-03-02T09:30:00", "2026-03-02T13:30"),  # began before
    ],
)
def test_a_hold_takes_what_it_takes_of_working_time(held: str, resumed: str, until: str) -> None:
    record = {"opened_at": "2026-03-02T09:00:00", "held_at": held, "resumed_at": resumed}
    (task,) = tasks(escalation(FOUR, HELD), "2026-03-04T00:00:00", **record)
    assert clock(task)[1:] == (until, "overdue")


@pytest.mark.parametrize(
    ("as_of", "seen"),
    [
        ("2026-03-02T09:59:59", ("2026-03-02T13:00", "due")),
        ("2026-03-02T10:00:00", ("2026-03-02T13:00", "paused")),
        ("2026-03-02T16:00:00", ("2026-03-03T11:00", "paused")),  # three hours are left
        ("2026-03-05T09:00:00", ("2026-03-05T12:00", "paused")),
    ],
)
def test_an_open_hold_stops_the_clock(as_of: str, seen: tuple[str, str]) -> None:
    record = {"opened_at": "2026-03-02T09:00:00", "held_at": "2026-03-02T10:00:00"}
    (task,) = tasks(escalation(FOUR, HELD), as_of, **record)
    assert clock(task)[1:] == seen


def test_a_level_that_a_hold_keeps_away_and_one_that_was_missed_before() -> None:
    more = "      - {id: E2, when: {open: true}, then: {after: 8h, within: 4h, task: visit}}\n"
    text = escalation("within: 1h, task: answer", HELD.replace("working", "elapsed"), "after, within, task", more=more)
    record = {"opened_at": "2026-03-02T09:00:00", "held_at": "2026-03-02T11:00:00"}
    assert [clock(t) for t in tasks(text, "2026-03-06T09:00:00", **record)] == [
        ("2026-03-02T09:00", "2026-03-02T10:00", "overdue"), ("2026-03-06T15:00", "2026-03-06T19:00", "paused"),
    ]  # fmt: skip


def test_no_hold() -> None:
    record = {"opened_at": "2026-03-02T09:00:00"}
    assert [clock(t)[1] for t in tasks(escalation(FOUR, HELD), "2026-03-02", **record)] == ["2026-03-02T13:00"]
    none = escalation(FOUR, "since: opened_at, clock: working, holds: 'null'")
    assert [clock(t)[1] for t in tasks(none, "2026-03-02", **record)] == ["2026-03-02T13:00"]


def test_a_hold_that_is_none() -> None:
    text = escalation(FOUR, "since: opened_at, holds: '[{start: score}]'", head="")
    decision = rules(text).decide(
        {"id": "C1", "open": True, "opened_at": "2026-03-02T09:00:00", "score": 5}, as_of="2026-03-02"
    )
    assert [clock(t)[1] for t in decision.tasks] == ["2026-03-02T13:00"]
    assert [shown(i).partition("P408")[2] for i in decision.warnings] == [
        ": customer C1: '[{start: score}]' should give holds, each with 'start' and 'end', found context {'start': 5}; "
        "it is left out"
    ]


# --- re-entry -------------------------------------------------------------------------------------------------------


def told(at: str) -> dict[str, Told]:
    return {"E1": Told(moment(f"{at}@Asia/Shanghai"))}


@pytest.mark.parametrize(
    ("reentry", "period"),
    [
        ("episode", "2026-05-06T09:00:00@Asia/Shanghai"), ("每次", "2026-05-06T09:00:00@Asia/Shanghai"),
        ("once", "once"), ("仅一次", "once"), ("per day", "2026-05-06"), ("per week", "week 2026-05-04"),
        ("per month", "2026-05"), ("每月", "2026-05"), ("per quarter", "2026-Q2"), ("每季度", "2026-Q2"), ("per year", "2026"),
    ],
)  # fmt: skip
def test_what_tells_episodes_apart(reentry: str, period: str) -> None:
    text = escalation("task: answer", f"reentry: {reentry}")
    assert [t.period for t in tasks(text, "2026-05-06T09:00:00")] == [period]


@pytest.mark.parametrize(
    ("as_of", "seen"),
    [
        ("2026-03-31T08:59:59", ("2026-04-01T09:00", "upcoming")),
        ("2026-04-01T08:59:59", ("2026-04-01T09:00", "upcoming")),
        ("2026-04-01T09:00:00", ("2026-04-01T09:00", "due")),
        ("2026-04-20T09:00:00", ("2026-04-20T09:00", "due")),
    ],
)
def test_a_signal_that_comes_back_too_soon_waits(as_of: str, seen: tuple[str, str]) -> None:
    """Told on 2 March, resolved, and back: thirty days later at the earliest."""
    text = escalation("task: answer", "reentry: cooldown P30D")
    history = History(as_of=moment("2026-03-20T09:00:00@Asia/Shanghai"), told=told("2026-03-02T09:00:00"))
    (task,) = tasks(text, as_of, history)
    assert (clock(task)[0], clock(task)[2]) == seen


def test_an_episode_told_after_its_cooldown_goes_on() -> None:
    text = escalation("task: answer", "reentry: 冷却30天")
    open_since = Episode("late", moment("2026-04-01T09:00:00@Asia/Shanghai"))
    history = History(episodes={"late": open_since}, told=told("2026-04-01T09:00:00"))
    (task,) = tasks(text, "2026-04-02T09:00:00", history)
    assert (task.period, clock(task)[0]) == ("2026-04-01T09:00:00@Asia/Shanghai", "2026-04-01T09:00")


def test_a_beginning_put_earlier_is_the_same_episode() -> None:
    history = History(episodes={"late": Episode("late", moment("2026-03-02T09:00:00@Asia/Shanghai"))})
    (task,) = tasks(escalation("task: answer"), "2026-03-03", history, opened_at="2026-02-20T09:00:00")
    assert task.period == "2026-03-02T09:00:00@Asia/Shanghai"
    (later,) = tasks(escalation("task: answer"), "2026-03-03", history, opened_at="2026-03-02T15:00:00")
    assert later.period == "2026-03-02T15:00:00@Asia/Shanghai"


# --- open, over, unknown --------------------------------------------------------------------------------------------


def test_episodes_open_stay_and_are_resolved() -> None:
    text = escalation("task: answer", "", more="      - {id: S1, when: {score: '< 70'}, then: {signal: low, task: visit}}\n",
                      columns="signal, task")  # fmt: skip
    march = moment("2026-03-01T09:00:00@Asia/Shanghai")
    history = History(
        episodes={"late": Episode("late", march), "low": Episode("low", march), "gone": Episode("gone", march)}
    )
    stays = decided(text, "2026-03-03T09:00:00", history, score=69)
    assert (stays.episodes, stays.resolved) == ({"late": march, "low": march}, ("gone",))
    over = decided(text, "2026-03-03T09:00:00", history, open=False, score=70)
    assert (over.episodes, over.resolved, over.tasks) == ({}, ("late", "low", "gone"), ())
    unknown = decided(text, "2026-03-03T09:00:00", history, open=False, score=None)
    assert (unknown.episodes, unknown.resolved, unknown.tasks) == ({"low": march}, ("late", "gone"), ())
    fresh = decided(text, "2026-03-03T09:00:00", None, score=69)
    assert set(map(str, fresh.episodes.values())) == {"2026-03-03T09:00:00@Asia/Shanghai"}


@pytest.mark.parametrize(("score", "on"), [("69.99", True), ("70", False), ("70.01", False), (None, False)])
def test_a_threshold(score: str | None, on: bool) -> None:
    text = escalation("task: answer", "").replace("{open: true}", "{score: '< 70'}")
    assert bool(tasks(text, "2026-03-03", score=None if score is None else Decimal(score))) is on


def test_each_role_gets_an_action_and_a_warning() -> None:
    head = "roles: {sales: {}, manager: {}}\n"
    text = escalation('within: 8h, warn: 2h, task: answer, owner_role: "sales, manager"', head=head,
                      columns="within, warn, task, owner_role")  # fmt: skip
    found = tasks(text, "2026-03-02T15:00:00", opened_at="2026-03-02T09:00:00")
    assert [(t.level, t.owner_role, t.part) for t in found] == [
        (1, "sales", ""), (1, "manager", "manager"), (0, "sales", ""), (0, "manager", "manager"),
    ]  # fmt: skip
    plan = rules(text).plan(
        [{"id": "C1", "open": True, "opened_at": "2026-03-02T09:00:00"}], as_of="2026-03-02T15:00:00"
    )
    assert len({a.key for a in plan.actions}) == 4


# --- mistakes -------------------------------------------------------------------------------------------------------

MISTAKES = {
    "no calendar": (
        escalation(TWO_HOURS, head=""),
        "19:78: error P314: this counts working days or hours, but no calendar says which; calendars: -; declare one under "
        "calendars, or name one with the setting 'calendar'",
    ),
    "two calendars and none of them the default": (
        escalation(TWO_HOURS, head=OFFICE.replace("calendar: office\n", "").replace("country: CN, ", "")),
        "22:78: error P314: this counts working days or hours, but no calendar says which; calendars: office, china; declare "
        "one under calendars, or name one with the setting 'calendar'",
    ),
    "negative warning": (
        escalation("within: 8h, warn: -2h, task: answer", head=""),
        "19:63: error P308: a time allowed cannot be negative, found -2h",
    ),
    "warning longer than the time": (
        escalation("within: 8h, warn: 9h, task: answer", head=""),
        "19:63: error P316: a warning comes before the end of the time allowed, so 9h must not be longer than 'within' (8h)",
    ),
    "warning without a time": (
        escalation("warn: 9h, task: answer", head=""),
        "19:51: error P316: a warning comes before the end of the time allowed, so 9h must not be longer than 'within' (-)",
    ),
    "unknown clock": (
        escalation("within: 8h, task: answer", "since: opened_at, clock: wroking", head=""),
        "15:41: error P313: 'wroking' is no clock; expected one of elapsed, working; did you mean working?",
    ),
    "unknown re-entry": (
        escalation("task: answer", "reentry: evry", head=""),
        "15:25: error P313: 'evry' is no reentry; expected one of episode, once, cooldown P30D, per day, per week, per month, "
        "per quarter, per year; did you mean per day?",
    ),
    "cooldown of no length": (
        escalation("task: answer", "reentry: cooldown soon", head=""),
        "15:25: error P302: 'soon' is no duration; expected for instance 24h, 48小时, 3天, P3D, 提前30天",
    ),
    "misspelt hold": (
        escalation("task: answer", "holds: '[{start: heldat}]'", head=""),
        '15:33: error F120: unknown name "heldat"; did you mean held_at?',
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_at_their_place(case: str) -> None:
    text, expected = MISTAKES[case]
    assert problems(text) == [f"rules.yaml:{expected}"]
