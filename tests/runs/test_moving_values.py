"""Day after day with state: tiers that wait, frozen cut points, arms that are remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmrules.model.decision import Pending
from crmrules.model.records import Dataset, Record
from crmrules.runs.run import RunReport, run_plan
from crmrules.runs.store import SqlStateStore
from tests.engine.helpers import rules
from tests.runs.builders import Recorder, moment

TIERS = rules(
    """\
crmrules: 1
name: loyalty
time_zone: Asia/Shanghai
vocabulary:
  customer:
    spent: {type: number}
    third: {type: number, formula: 'quantile(spent, 3)'}
    tier: {type: string, values: [gold, silver, normal]}
    arm: {type: string}
experiments:
  trial: {scope: 'previous.tier = "gold"', share: 50%, salt: x, fact: arm, arms: [pilot, control]}
decisions:
  tiers:
    kind: classification
    settings: {grace: P2D, notify_task: told, notify_content: '{{ previous_value }} to {{ new_value }}'}
    inputs: [third]
    outputs: [tier]
    rules:
      - {id: T3, when: {third: 3}, then: {tier: gold}}
      - {id: T2, when: {third: 2}, then: {tier: silver}}
      - {id: T1, when: {third: 1}, then: {tier: normal}}
"""
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStateStore]:
    with SqlStateStore(f"sqlite:///{tmp_path}/crm.db") as opened:
        yield opened


def day(number: int) -> str:
    return f"2026-03-{number:02d}T09:00:00@Asia/Shanghai"


def run(store: SqlStateStore, number: int, *spent: int, recorder: Recorder | None = None) -> RunReport:
    records = [Record(f"C{at}", {"spent": amount}) for at, amount in enumerate(spent, 1)]
    notifiers = {"recorder": recorder or Recorder()}
    return run_plan(TIERS, Dataset(records), as_of=moment(day(number)), store=store, notifiers=notifiers)


def tiers(store: SqlStateStore, number: int) -> list[str]:
    histories = store.histories("loyalty", moment(day(number)))
    return [histories[customer].values["tier"] for customer in sorted(histories)]


def test_a_tier_falls_when_its_grace_is_over(store: SqlStateStore) -> None:
    run(store, 2, 10, 20, 30)
    assert tiers(store, 3) == ["normal", "silver", "gold"]
    run(store, 3, 25, 20, 15)  # C3 falls to the bottom, C1 rises to the top
    assert tiers(store, 4) == ["gold", "silver", "gold"]
    history = store.histories("loyalty", moment(day(4)))
    assert history["C3"].pending == {"tier": Pending("normal", moment(day(3)))}
    assert history["C1"].since["tier"] == moment(day(3))
    assert history["C3"].since["tier"] == moment(day(2))
    run(store, 4, 25, 15, 20)  # still lower, though not as low: the wait goes on
    assert store.histories("loyalty", moment(day(5)))["C3"].pending == {"tier": Pending("silver", moment(day(3)))}
    report = run(store, 5, 25, 15, 20)
    assert tiers(store, 6) == ["gold", "silver", "silver"]
    assert [(a.customer, a.content) for a in report.plan.actions] == [("C3", "gold to silver")]
    assert store.histories("loyalty", moment(day(6)))["C3"].pending == {}
    # C2 has been called lower since the fourth
    assert store.histories("loyalty", moment(day(6)))["C2"].pending == {"tier": Pending("normal", moment(day(4)))}


def test_a_break_in_the_call_for_less_begins_anew(store: SqlStateStore) -> None:
    run(store, 2, 10, 20, 30)
    run(store, 3, 10, 30, 20)
    run(store, 4, 10, 20, 30)
    run(store, 5, 10, 30, 20)
    assert tiers(store, 6)[2] == "gold"
    assert store.histories("loyalty", moment(day(6)))["C3"].pending == {"tier": Pending("silver", moment(day(5)))}


def test_a_change_is_told_once_however_often_the_day_is_run(store: SqlStateStore) -> None:
    recorder = Recorder()
    run(store, 2, 10, 20, 30, recorder=recorder)
    assert recorder.told == []
    first = run(store, 3, 25, 20, 15, recorder=recorder)
    again = run(store, 3, 25, 20, 15, recorder=recorder)
    assert [a.key for a in first.plan.actions] == [a.key for a in again.plan.actions] == recorder.told
    assert (first.new, again.new) == (1, 0)
    run(store, 4, 25, 20, 15, recorder=recorder)
    assert len(recorder.told) == 1


def test_a_decision_of_the_past_can_be_made_again(store: SqlStateStore) -> None:
    report = run(store, 2, 10, 20, 30)
    run(store, 3, 10, 2000, 3000)
    cuts = store.cut_points("loyalty", report.run)
    assert cuts == report.plan.cut_points
    decision = TIERS.decide({"id": "C2", "spent": 20}, as_of=moment(day(2)), cut_points=cuts)
    assert decision.values["tier"] == "silver"


def test_arms_are_remembered_and_seen_by_later_runs(store: SqlStateStore) -> None:
    run(store, 2, 10, 20, 30)
    assert {h.values.get("arm") for h in store.histories("loyalty", moment(day(3))).values()} == {None}
    run(store, 3, 10, 20, 30)
    arms = {c: h.values.get("arm") for c, h in store.histories("loyalty", moment(day(4))).items()}
    assert arms["C3"] in ("pilot", "control") and arms["C1"] is arms["C2"] is None
