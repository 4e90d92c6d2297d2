"""Whole runs over a real rule set: told once, remembered, resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import crmrules
from crmrules.model.decision import Episode
from crmrules.model.records import Dataset, Record
from crmrules.model.temporal import DateTime
from crmrules.runs.run import RunReport, run_plan
from crmrules.runs.store import SqlStateStore
from tests.runs.builders import Recorder, moment

RULES = """
crmrules: 1
name: small
time_zone: Asia/Shanghai
roles: {manager: {person: owner}}
vocabulary:
  customer:
    amount: {type: number}
    satisfaction: {type: number}
    owner: {type: string}
    tier: {type: string, values: [high, low]}
    moved: {type: boolean}
decisions:
  tier:
    kind: classification
    hit_policy: U
    inputs: [amount]
    outputs: [tier]
    rules:
      - {id: T1, when: {amount: ">= 100"}, then: {tier: high}}
      - {id: T2, when: {amount: "< 100"}, then: {tier: low}}
  moved:
    kind: classification
    hit_policy: U
    inputs: ['previous.tier != null and previous.tier != tier']
    outputs: [moved]
    rules:
      - {id: M1, when: {'previous.tier != null and previous.tier != tier': "true"}, then: {moved: "true"}}
      - {id: M2, when: {'previous.tier != null and previous.tier != tier': "false"}, then: {moved: "false"}}
  unhappy:
    kind: escalation
    hit_policy: C
    inputs: [satisfaction]
    outputs: [signal, level, after, task, owner_role]
    rules:
      - {id: U1, when: {satisfaction: "< 70"}, then: {signal: unhappy, level: 1, task: call, owner_role: manager}}
      - {id: U2, when: {satisfaction: "< 70"}, then: {signal: unhappy, level: 2, after: PT48H, task: visit, owner_role: manager}}
"""
DAYS = {day: moment(f"2026-03-{day:02d}T09:00:00@Asia/Shanghai") for day in range(2, 10)}


@pytest.fixture
def rules(tmp_path: Path) -> crmrules.CompiledRuleSet:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    return crmrules.load(path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStateStore]:
    with SqlStateStore(f"sqlite:///{tmp_path}/crm.db") as opened:
        yield opened


def customers(satisfaction: int = 60, amount: int = 150) -> Dataset:
    fields = {"amount": amount, "satisfaction": satisfaction, "owner": "amy"}
    return Dataset(customers=(Record("C1", fields), Record("C2", {**fields, "satisfaction": 90})))


def go(rules: crmrules.CompiledRuleSet, store: SqlStateStore, data: Dataset, day: int, to: Recorder) -> RunReport:
    at: DateTime = DAYS[day]
    return run_plan(rules, data, as_of=at, store=store, notifiers={to.name: to})


def tasks(report: RunReport) -> list[str]:
    return [action.task for action in report.plan.actions]


def test_a_run_repeated_with_the_same_input_sends_nothing_twice(
    rules: crmrules.CompiledRuleSet, store: SqlStateStore
) -> None:
    told = Recorder()
    first = go(rules, store, customers(), 2, told)
    assert (first.actions, first.new, first.resumed, first.sent[0].delivered) == (1, 1, 0, 1)
    second = go(rules, store, customers(), 2, told)
    assert (second.actions, second.new, second.resumed, second.sent[0].delivered) == (1, 0, 0, 0)
    assert second.plan == first.plan
    assert len(told.told) == 1


def test_an_episode_keeps_its_beginning_and_each_level_is_told_once(
    rules: crmrules.CompiledRuleSet, store: SqlStateStore
) -> None:
    told = Recorder()
    assert tasks(go(rules, store, customers(), 2, told)) == ["call"]
    assert store.histories("small", DAYS[3])["C1"].episodes == {"unhappy": Episode("unhappy", DAYS[2])}
    assert go(rules, store, customers(), 3, told).new == 0
    reached = go(rules, store, customers(), 4, told)
    assert (tasks(reached), reached.new) == (["call", "visit"], 1)
    assert go(rules, store, customers(), 5, told).new == 0
    assert len(told.told) == 2
    # over, and again: a new episode, told anew
    assert tasks(go(rules, store, customers(satisfaction=80), 6, told)) == []
    again = go(rules, store, customers(), 7, told)
    assert (tasks(again), again.new) == (["call"], 1)
    assert len(told.told) == 3


def test_the_previous_value_is_the_last_runs(rules: crmrules.CompiledRuleSet, store: SqlStateStore) -> None:
    told = Recorder()
    go(rules, store, customers(amount=150), 2, told)
    go(rules, store, customers(amount=50), 3, told)
    history = store.histories("small", DAYS[4])["C1"]
    assert history.values == {"tier": "low", "moved": True}
    go(rules, store, customers(amount=50), 4, told)
    assert store.histories("small", DAYS[5])["C1"].values == {"tier": "low", "moved": False}


def test_what_could_not_be_sent_is_sent_by_the_next_run(rules: crmrules.CompiledRuleSet, store: SqlStateStore) -> None:
    told = Recorder()
    told.error = ConnectionError("no network")
    first = go(rules, store, customers(), 2, told)
    assert first.undelivered
    assert [i.code for i in first.issues] == ["X207"]
    told.error = None
    second = go(rules, store, customers(satisfaction=90), 3, told)
    assert (second.actions, second.resumed, second.sent[0].delivered) == (0, 1, 1)
    assert not second.undelivered
    assert told.told == [first.plan.actions[0].key]


def test_a_plan_filter_of_a_plugin_applies(tmp_path: Path, store: SqlStateStore) -> None:
    from dataclasses import replace

    from crmrules.model.ports import Registry

    registry = Registry(plan_filters=(lambda plan: replace(plan, actions=()),))
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, encoding="utf-8")
    report = go(crmrules.load(path, registry=registry), store, customers(), 2, Recorder())
    assert (report.actions, report.new) == (0, 0)
