"""Cadence: when a task is due, in which state, and in which period."""

from __future__ import annotations

import pytest

from crmrules.model.decision import Task
from tests.engine.helpers import facts, rules, shown


def cadence(cells: str, settings: str = "anchor: touched", columns: str = "every, task") -> str:
    """A rule set with one cadence row."""
    return facts(
        "touched: {type: date and time}", "signed: {type: date}", "stop: {type: boolean}", "n: {type: number}"
    ) + (
        f"decisions:\n  c:\n    kind: cadence\n    hit_policy: U\n    settings: {{{settings}}}\n    inputs: [n]\n"
        f"    outputs: [{columns}]\n    rules:\n      - {{id: R1, then: {{{cells}}}}}\n"
    )


def tasks(text: str, as_of: str, **record: object) -> list[Task]:
    """The tasks of one customer, who must cause no warnings."""
    decision = rules(text).decide({"id": "C1", **record}, as_of=as_of)
    assert decision.warnings == ()
    return list(decision.tasks)


WEEKLY = cadence("every: 每周1次, task: call")


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        ("2026-03-08T23:59:59", "upcoming"), ("2026-03-09T00:00:00", "due"), ("2026-03-09T10:00:00", "due"),
        ("2026-03-09T23:59:59", "due"), ("2026-03-10T00:00:00", "overdue"),
    ],
)  # fmt: skip
def test_recurring_by_days_of_the_local_clock(as_of: str, status: str) -> None:
    (task,) = tasks(WEEKLY, as_of, touched="2026-03-02T10:00:00")
    assert str(task.due) == "2026-03-09T10:00:00@Asia/Shanghai"
    assert (task.status, task.period, task.until) == (status, "2026-03-02", None)
    assert str(task.start) == "2026-03-02T10:00:00@Asia/Shanghai"


def test_the_day_is_the_rule_sets_not_utc() -> None:
    (task,) = tasks(WEEKLY, "2026-03-08T17:00:00Z", touched="2026-03-01T17:00:00Z")  # 01:00 on the 2nd and the 9th
    assert (str(task.due), task.period, task.status) == ("2026-03-09T01:00:00@Asia/Shanghai", "2026-03-02", "due")


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        ("2026-03-03T09:00:00", "upcoming"), ("2026-03-04T00:00:00", "due"), ("2026-03-05T09:59:59", "due"),
        ("2026-03-05T10:00:00", "overdue"),
    ],
)  # fmt: skip
def test_ideal_and_longest_gap(as_of: str, status: str) -> None:
    (task,) = tasks(cadence("every: 每2-3天1次, task: call"), as_of, touched="2026-03-02T10:00:00")
    assert str(task.due) == "2026-03-04T10:00:00@Asia/Shanghai"
    assert str(task.until) == "2026-03-05T10:00:00@Asia/Shanghai"
    assert task.status == status


def test_months_are_counted_from_the_anchor() -> None:
    monthly = cadence("every: 每月1次, task: call")
    (task,) = tasks(monthly, "2026-02-01", touched="2026-01-31T09:00:00")
    assert str(task.due) == "2026-02-28T09:00:00@Asia/Shanghai"


def test_never_touched_is_due_now() -> None:
    (task,) = tasks(WEEKLY, "2026-03-02T08:30:00")
    assert (str(task.due), task.status, task.period, task.start) == (
        "2026-03-02T08:30:00@Asia/Shanghai", "due", "never", None,
    )  # fmt: skip


def test_never_touched_may_be_skipped_or_told_when() -> None:
    assert tasks(cadence("every: weekly, task: call", "anchor: touched, if_never: skip"), "2026-03-02") == []
    text = cadence("every: weekly, task: call", "anchor: touched, if_never: signed")
    (task,) = tasks(text, "2026-03-02", signed="2026-02-20")
    assert (str(task.due), task.status) == ("2026-02-20T00:00:00@Asia/Shanghai", "overdue")
    assert tasks(text, "2026-03-02") == []


@pytest.mark.parametrize(
    ("offset", "due"),
    [
        ("P3D", "2026-03-13T00:00:00"), ("提前30天", "2026-02-08T00:00:00"), ("-P1M", "2026-02-10T00:00:00"),
        ("24h", "2026-03-11T00:00:00"), ("P0D", "2026-03-10T00:00:00"),
    ],
)  # fmt: skip
def test_once_at_an_offset_of_a_date(offset: str, due: str) -> None:
    text = cadence(f"anchor: signed, offset: {offset}, task: call", "if_never: skip", "anchor, offset, task")
    (task,) = tasks(text, "2026-03-01", signed="2026-03-10")
    assert (str(task.due), task.period, task.every) == (f"{due}@Asia/Shanghai", "2026-03-10", "")


@pytest.mark.parametrize(
    ("as_of", "status"),
    [("2026-03-02T09:59:59", "due"), ("2026-03-03T09:59:59", "due"), ("2026-03-03T10:00:00", "overdue")],
)
def test_the_time_allowed(as_of: str, status: str) -> None:
    text = cadence("offset: P0D, within: 24小时内, task: call", columns="offset, within, task")
    (task,) = tasks(text, as_of, touched="2026-03-02T10:00:00")
    assert (str(task.until), task.status) == ("2026-03-03T10:00:00@Asia/Shanghai", status)


def test_the_rows_anchor_counts_before_the_tables() -> None:
    text = cadence("anchor: signed, every: weekly, task: call", columns="anchor, every, task")
    (task,) = tasks(text, "2026-03-02", signed="2026-03-01", touched="2026-01-01T00:00:00")
    assert task.period == "2026-03-01"


def test_suppress_withholds_and_says_so() -> None:
    text = cadence("every: weekly, task: call", "anchor: touched, suppress: stop")
    assert [t.withheld for t in tasks(text, "2026-03-02", stop=True)] == ["suppress"]
    assert [t.withheld for t in tasks(text, "2026-03-02", stop=False)] == [""]
    assert [t.withheld for t in tasks(text, "2026-03-02")] == [""]  # unknown does not hold back


def test_what_the_cells_say() -> None:
    columns = "every, task, channel, priority, purpose"
    (task,) = tasks(
        cadence("every: weekly, task: 回访, channel: 电话, priority: 2, purpose: 服务", columns=columns), "2026-03-02"
    )
    assert (task.task, task.channel, task.priority, task.purpose, task.every) == (
        "回访",
        "电话",
        2,
        "service",
        "weekly",
    )
    (plain,) = tasks(WEEKLY, "2026-03-02")
    assert (plain.priority, plain.purpose, plain.owner_role, plain.rule, plain.decision) == (
        3,
        "marketing",
        "",
        "R1",
        "c",
    )


def test_priority_may_be_worked_out() -> None:
    text = cadence("every: weekly, task: call, priority: n", columns="every, task, priority")
    assert [t.priority for t in tasks(text, "2026-03-02", n=1)] == [1]
    decision = rules(text).decide({"id": "C1", "n": 100}, as_of="2026-03-02")
    assert [t.priority for t in decision.tasks] == [3]
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:18:62: warning P405: customer C1: 'priority' is 1..9, but 'n' gave 100; read as unknown"
    ]


def test_an_anchor_that_is_no_moment() -> None:
    decision = rules(cadence("every: weekly, task: call", "anchor: n")).decide({"id": "C1", "n": 5}, as_of="2026-03-02")
    assert decision.tasks == ()
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:14:24: warning P407: customer C1: 'n' should give a date or an instant, found number 5; "
        "the task is left out"
    ]


def test_a_default_row_serves_those_whom_no_row_matches() -> None:
    text = facts("n: {type: number}", "touched: {type: date}") + (
        "decisions:\n  c:\n    kind: cadence\n    hit_policy: U\n    settings: {anchor: touched}\n    inputs: [n]\n"
        "    outputs: [every, task]\n    default: {every: 每半年1次, task: push}\n    rules:\n"
        "      - {id: R1, when: {n: '> 1'}, then: {every: weekly, task: call}}\n"
    )
    assert [(t.rule, t.task, str(t.due)) for t in tasks(text, "2026-03-02", n=1, touched="2026-01-31")] == [
        ("c.default", "push", "2026-07-31T00:00:00@Asia/Shanghai")
    ]
    assert [t.rule for t in tasks(text, "2026-03-02", n=2, touched="2026-01-31")] == ["R1"]
