"""Sending: quiet hours hold, a snooze holds, and what the customer has refused since is withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import crmrules
from crmrules.model.records import Dataset, Record
from crmrules.runs.run import RunReport, run_plan
from crmrules.runs.store import SqlStateStore
from tests.runs.builders import Recorder, moment

RULES = """
crmrules: 1
name: small
time_zone: Asia/Shanghai
policies: {do_not_contact: stopped, snooze_until: snoozed, quiet_hours: 21:00-08:00}
roles: {manager: {person: owner}}
vocabulary:
  customer:
    owner: {type: string}
    stopped: {type: boolean}
    snoozed: {type: date}
    last_touch_at: {type: date and time}
decisions:
  touch:
    kind: cadence
    hit_policy: C
    settings: {anchor: last_touch_at}
    inputs: []
    outputs: [every, task, purpose, owner_role]
    rules:
      - {id: NEWS, then: {every: P7D, task: news, purpose: marketing, owner_role: manager}}
      - {id: MEMO, then: {every: P7D, task: memo, purpose: internal, owner_role: manager}}
"""


@pytest.fixture
def rules(tmp_path: Path) -> crmrules.CompiledRuleSet:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return crmrules.load(path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStateStore]:
    with SqlStateStore(f"sqlite:///{tmp_path}/crm.db") as opened:
        yield opened


def go(rules: crmrules.CompiledRuleSet, store: SqlStateStore, at: str, to: Recorder, **facts: object) -> RunReport:
    as_of = moment(at + "@Asia/Shanghai")
    data = Dataset((Record("C1", {"owner": "amy", **facts}),))
    return run_plan(rules, data, as_of=as_of, store=store, notifiers={to.name: to})


def told(report: RunReport) -> tuple[int, int, int]:
    (sent,) = report.sent
    return sent.delivered, sent.held, sent.withdrawn


def test_the_night_holds_what_reaches_the_customer(rules: crmrules.CompiledRuleSet, store: SqlStateStore) -> None:
    to = Recorder()
    night = go(rules, store, "2026-03-02T22:00:00", to)
    assert (night.new, told(night), night.undelivered) == (2, (1, 1, 0), False)
    assert told(go(rules, store, "2026-03-03T07:59:59", to)) == (0, 1, 0)
    assert told(go(rules, store, "2026-03-03T08:00:00", to)) == (1, 0, 0)
    assert told(go(rules, store, "2026-03-03T09:00:00", to)) == (0, 0, 0)
    assert store.counts("small") == {"pending": 0, "sent": 2, "parked": 0}


def test_refused_between_planning_and_sending(rules: crmrules.CompiledRuleSet, store: SqlStateStore) -> None:
    to = Recorder()
    go(rules, store, "2026-03-02T22:00:00", to)
    morning = go(rules, store, "2026-03-03T09:00:00", to, stopped=True)
    assert (told(morning), morning.undelivered) == ((0, 0, 1), False)
    assert [item.reason for item in morning.plan.withheld] == ["do_not_contact"]
    assert store.counts("small") == {"pending": 0, "sent": 1, "parked": 1}
    assert len(to.told) == 1


def test_a_snooze_between_planning_and_sending_holds(rules: crmrules.CompiledRuleSet, store: SqlStateStore) -> None:
    to = Recorder()
    go(rules, store, "2026-03-02T22:00:00", to)
    until = moment("2026-03-05T00:00:00@Asia/Shanghai").date
    assert told(go(rules, store, "2026-03-03T09:00:00", to, snoozed=until)) == (0, 1, 0)
    assert told(go(rules, store, "2026-03-05T09:00:00", to, snoozed=until)) == (1, 0, 0)
    assert len(to.told) == 2
