"""Escalation: when an episode began, which levels are reached, and that each is told once."""

from __future__ import annotations

import pytest

from crmrules.model.decision import Episode, History
from crmrules.model.values import DateTime
from tests.engine.helpers import facts, rules, shown


def escalation(settings: str = "since: opened_at", since: str = "") -> str:
    """A signal with three levels: at once, after a day, after three days, with a day to act on each."""
    columns = "signal, level, after, within, task" + (", since" if since else "")
    own = f", since: {since}" if since else ""
    rows = "".join(
        f"      - {{id: E{level}, when: {{open: true}}, then: {{signal: complaint, level: {level}, after: {after}, "
        f"within: 24h, task: step {level}{own}}}}}\n"
        for level, after in ((1, "''"), (2, "P1D"), (3, "72h"))
    )
    head = facts("open: {type: boolean}", "opened_at: {type: date and time}", "day: {type: date}", "n: {type: number}")
    return head + (
        f"decisions:\n  e:\n    kind: escalation\n    hit_policy: C\n    settings: {{{settings}}}\n    inputs: [open]\n"
        f"    outputs: [{columns}]\n    rules:\n{rows}"
    )


def moment(text: str) -> DateTime:
    found = DateTime.parse(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("as_of", "states"),
    [
        ("2026-03-02T10:00:00", ["due", "upcoming", "upcoming"]),
        ("2026-03-03T09:59:59", ["due", "upcoming", "upcoming"]),
        ("2026-03-03T10:00:00", ["overdue", "due", "upcoming"]),
        ("2026-03-05T09:59:59", ["overdue", "overdue", "upcoming"]),
        ("2026-03-05T10:00:00", ["overdue", "overdue", "due"]),
        ("2026-03-06T10:00:00", ["overdue", "overdue", "overdue"]),
    ],
)
def test_levels_are_reached_by_the_clock(as_of: str, states: list[str]) -> None:
    record = {"id": "C1", "open": True, "opened_at": "2026-03-02T10:00:00"}
    tasks = rules(escalation()).decide(record, as_of=as_of).tasks
    assert [t.status for t in tasks] == states
    assert [(t.level, t.signal, t.task, str(t.due)[:19], str(t.until)[:19]) for t in tasks] == [
        (1, "complaint", "step 1", "2026-03-02T10:00:00", "2026-03-03T10:00:00"),
        (2, "complaint", "step 2", "2026-03-03T10:00:00", "2026-03-04T10:00:00"),
        (3, "complaint", "step 3", "2026-03-05T10:00:00", "2026-03-06T10:00:00"),
    ]
    assert {t.period for t in tasks} == {"2026-03-02T10:00:00@Asia/Shanghai"}


def test_the_episode_is_over_when_the_signal_no_longer_matches() -> None:
    compiled = rules(escalation())
    assert compiled.decide({"id": "C1", "open": False, "opened_at": "2026-03-02"}, as_of="2026-03-03").tasks == ()
    unknown = compiled.decide({"id": "C1"}, as_of="2026-03-03")
    assert (unknown.tasks, unknown.unknown) == ((), {"open"})


def test_without_since_the_episode_opens_when_first_seen_and_is_remembered() -> None:
    compiled = rules(escalation(settings=""))
    first = compiled.decide({"id": "C1", "open": True}, as_of="2026-03-02T10:00:00")
    assert [str(t.start) for t in first.tasks] == ["2026-03-02T10:00:00@Asia/Shanghai"] * 3
    known = History(episodes={"complaint": Episode("complaint", moment("2026-03-02T02:00:00Z"))})
    later = compiled.decide({"id": "C1", "open": True}, as_of="2026-03-03T12:00:00", history=known)
    assert [(t.status, t.period) for t in later.tasks] == [
        ("overdue", "2026-03-02T10:00:00@Asia/Shanghai"),
        ("due", "2026-03-02T10:00:00@Asia/Shanghai"),
        ("upcoming", "2026-03-02T10:00:00@Asia/Shanghai"),
    ]
    other = History(episodes={"silence": Episode("silence", moment("2026-01-01T00:00:00Z"))})
    assert (
        str(compiled.decide({"id": "C1", "open": True}, as_of="2026-03-03", history=other).tasks[0].start)[:10]
        == "2026-03-03"
    )


def test_where_the_beginning_comes_from() -> None:
    history = History(episodes={"complaint": Episode("complaint", moment("2026-02-01T00:00:00+08:00"))})
    record = {"id": "C1", "open": True, "opened_at": "2026-02-20T08:00:00", "day": "2026-02-25"}

    def start(text: str, **changed: object) -> str:
        return str(rules(text).decide({**record, **changed}, as_of="2026-03-01", history=history).tasks[0].start)

    assert start(escalation()) == "2026-02-20T08:00:00@Asia/Shanghai"
    assert start(escalation(since="day")) == "2026-02-25T00:00:00@Asia/Shanghai"  # the row before the table
    assert start(escalation(), opened_at=None) == "2026-02-01T00:00:00@Asia/Shanghai"  # unknown: what a run has seen


def test_a_beginning_that_is_no_moment() -> None:
    decision = rules(escalation(settings="since: n")).decide({"id": "C1", "open": True, "n": 3}, as_of="2026-03-01")
    assert decision.tasks == ()
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:14:23: warning P407: customer C1: 'n' should give a date or an instant, found number 3; "
        "the task is left out"
    ]


def test_hours_elapse_where_the_clock_changes() -> None:
    text = escalation().replace("Asia/Shanghai", "Europe/Berlin")
    record = {"id": "C1", "open": True, "opened_at": "2026-03-28T12:00:00"}  # the clock goes forward on the 29th
    tasks = rules(text).decide(record, as_of="2026-03-28T12:00:00").tasks
    assert [str(t.due) for t in tasks[:2]] == ["2026-03-28T12:00:00@Europe/Berlin", "2026-03-29T13:00:00@Europe/Berlin"]


def test_defaults_of_the_columns() -> None:
    text = facts("open: {type: boolean}") + (
        "decisions:\n  e:\n    kind: escalation\n    label: {en: Trouble, zh: 麻烦}\n    hit_policy: C\n    inputs: [open]\n"
        "    outputs: [within]\n    rules:\n      - {id: E1, when: {open: true}, then: {within: 2h}}\n"
    )
    (task,) = rules(text).decide({"id": "C1", "open": True}, as_of="2026-03-01").tasks
    assert (task.signal, task.level, task.task, task.purpose, task.priority) == ("e", 1, "Trouble", "internal", 3)


def test_suppress() -> None:
    compiled = rules(escalation(settings="since: opened_at, suppress: n > 1"))
    record = {"id": "C1", "open": True, "opened_at": "2026-03-01"}
    assert {t.withheld for t in compiled.decide({**record, "n": 2}, as_of="2026-03-02").tasks} == {"suppress"}
    assert {t.withheld for t in compiled.decide({**record, "n": 1}, as_of="2026-03-02").tasks} == {""}
