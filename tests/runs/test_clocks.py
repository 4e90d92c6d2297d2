"""Runs day after day over cadence and escalation: what is told, once each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import crmrules
from crmrules.model.records import Dataset, Record
from crmrules.model.values import Date, DateTime
from crmrules.runs.run import run_plan
from crmrules.runs.store import SqlStateStore
from tests.runs.builders import Recorder, moment

HEAD = """
crmrules: 1
name: clocks
time_zone: Asia/Shanghai
vocabulary:
  customer:
    score: {type: number}
    signed: {type: date}
    held: {type: boolean}
    dormant: {type: boolean}
decisions:
"""


def unhappy(settings: str = "", cells: str = "") -> str:
    return HEAD + (
        f"  unhappy:\n    kind: escalation\n    hit_policy: C\n    settings: {{{settings}}}\n    inputs: [score]\n"
        "    outputs: [signal, level, after, within, warn, task]\n    rules:\n"
        f"      - {{id: U1, when: {{score: '< 70'}}, then: {{signal: low, level: 1, task: call{cells}}}}}\n"
        "      - {id: U2, when: {score: '< 70'}, then: {signal: low, level: 2, after: 48h, task: visit}}\n"
    )


class Office:
    """One customer over many days; what each day's run told, by task."""

    def __init__(self, text: str, folder: Path) -> None:
        path = folder / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        self.rules = crmrules.load(path)
        self.store = SqlStateStore(f"sqlite:///{folder}/crm.db")
        self.told = Recorder()

    def day(self, day: str, **fields: object) -> list[str]:
        """What the run at nine o'clock of ``day`` puts into the outbox and sends: tasks, by due instant."""
        at = moment(f"{day}T09:00:00@Asia/Shanghai")
        before = len(self.told.told)
        report = run_plan(
            self.rules, Dataset(customers=(Record("C1", fields),)), as_of=at, store=self.store,
            notifiers={self.told.name: self.told},
        )  # fmt: skip
        sent = self.told.told[before:]
        return [a.task for a in report.plan.actions if a.key in sent]


@pytest.fixture
def office(tmp_path: Path):
    opened: list[Office] = []

    def make(text: str) -> Office:
        opened.append(Office(text, tmp_path))
        return opened[-1]

    yield make
    for each in opened:
        each.store.close()


def days(office: Office, story: Mapping[str, int | None]) -> dict[str, list[str]]:
    """Each day's score, and what was told that day."""
    return {day: office.day(f"2026-{day}", score=score) for day, score in story.items()}


def test_leaving_and_coming_back_is_exactly_one_more(office) -> None:
    found = days(office(unhappy()), {"03-02": 60, "03-03": 60, "03-04": 80, "03-05": 60, "03-06": 60, "03-09": 60})
    assert found == {
        "03-02": ["call"], "03-03": [], "03-04": [], "03-05": ["call"], "03-06": [], "03-09": ["visit"],
    }  # fmt: skip


def test_missing_data_does_not_end_an_episode(office) -> None:
    found = days(office(unhappy()), {"03-02": 60, "03-03": None, "03-04": 60, "03-05": 70, "03-06": 69})
    assert found == {"03-02": ["call"], "03-03": [], "03-04": ["visit"], "03-05": [], "03-06": ["call"]}


@pytest.mark.parametrize(
    ("reentry", "again"),
    [
        ("episode", {"03-05": ["call"], "03-31": ["call"], "04-10": ["call"]}),
        ("once", {"03-05": [], "03-31": [], "04-10": []}),
        ("per month", {"03-05": [], "03-31": [], "04-10": ["call"]}),
        ("cooldown P30D", {"03-05": [], "03-31": [], "04-10": ["call"]}),
        ("cooldown P29D", {"03-05": [], "03-31": ["call"], "04-10": []}),
    ],
)
def test_coming_back_again_and_again(office, reentry: str, again: dict[str, list[str]]) -> None:
    team = office(unhappy(f"reentry: {reentry}"))
    assert days(team, {"03-02": 60, "03-03": 80}) == {"03-02": ["call"], "03-03": []}
    for day, expected in again.items():
        assert team.day(f"2026-{day}", score=60) == expected
        assert team.day(f"2026-{day[:3]}{int(day[3:]) + 1:02d}" if day != "03-31" else "2026-04-01", score=80) == []


def test_a_signal_that_lasts_is_told_when_its_cooldown_ends(office) -> None:
    found = days(
        office(unhappy("reentry: cooldown P30D")),
        {"03-02": 60, "03-03": 80, "03-20": 60, "03-31": 60, "04-01": 60, "04-02": 60, "04-03": 60},
    )
    assert {day: told for day, told in found.items() if told} == {
        "03-02": ["call"], "04-01": ["call"], "04-03": ["visit"],
    }  # fmt: skip


def test_a_warning_is_told_once(office) -> None:
    team = office(unhappy(cells=", within: P3D, warn: P1D"))
    found = days(team, {"03-02": 60, "03-03": 60, "03-04": 60, "03-05": 60, "03-06": 60})
    assert found == {
        "03-02": ["call"], "03-03": [], "03-04": ["Warning: call", "visit"], "03-05": [], "03-06": [],
    }  # fmt: skip


def test_a_paused_level_is_not_told(office) -> None:
    holds = "holds: 'if held then [{start: @\"2026-03-03T09:00:00+08:00\"}] else []'"
    team = office(unhappy(holds))
    assert team.day("2026-03-02", score=60, held=False) == ["call"]
    assert team.day("2026-03-04", score=60, held=True) == []
    assert team.day("2026-03-09", score=60, held=True) == []
    assert team.day("2026-03-10", score=60, held=False) == ["visit"]


def series(settings: str) -> str:
    return HEAD + (
        f"  tips:\n    kind: cadence\n    settings: {{anchor: signed, {settings}}}\n    inputs: []\n    outputs: [every, task]\n    rules:\n"
        "      - {id: T1, then: {every: P3D, task: tip}}\n"
    )


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("schedule: fixed", [1, 0, 1, 1, 0]), ("schedule: fixed, catch_up: all", [1, 0, 3, 1, 0]),
        ("schedule: fixed, catch_up: skip", [1, 0, 0, 1, 0]), ("schedule: rolling", [1, 0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_an_outage_of_ten_days(office, settings: str, told: list[int]) -> None:
    """Due every third day, on the 4th, 7th, 10th, 13th and 16th; nothing runs between the 5th and the 15th."""
    team = office(series(settings))
    found = [len(team.day(f"2026-03-{day}", signed=Date(2026, 3, 1))) for day in ("04", "05", "15", "16", "17")]
    assert found == told


STEPS = (
    HEAD
    + """
  win_back:
    kind: cadence
    hit_policy: C
    settings: {anchor: signed}
    inputs: [dormant]
    outputs: [offset, after_step, within, task]
    rules:
      - {id: RECALL, when: {dormant: 'true'}, then: {offset: P0D, task: coupon}}
      - {id: CALL, when: {dormant: 'true'}, then: {after_step: RECALL, offset: P1D, within: 24h, task: call}}
"""
)


def test_steps_follow_one_another(office) -> None:
    team = office(STEPS)
    record = {"signed": Date(2026, 3, 2), "dormant": True}
    assert team.day("2026-03-02", **record) == ["coupon"]
    assert team.day("2026-03-03", **record) == ["call"]
    assert team.day("2026-03-04", **record) == []
    assert team.day("2026-03-05", **{**record, "dormant": False}) == []


def test_a_correction_to_an_earlier_day_is_not_told_again(office) -> None:
    team = office(STEPS)
    assert team.day("2026-03-10", signed=Date(2026, 3, 10), dormant=True) == ["coupon"]
    assert team.day("2026-03-10", signed=Date(2026, 3, 10), dormant=True) == []
    assert "coupon" not in team.day("2026-03-11", signed=Date(2026, 3, 6), dormant=True)
    assert "coupon" not in team.day("2026-03-12", signed=Date(2026, 3, 6), dormant=True)
    assert "coupon" in team.day("2026-03-13", signed=Date(2026, 3, 13), dormant=True)


def test_history_names_the_last_run_and_what_was_told(office) -> None:
    team = office(STEPS)
    team.day("2026-03-02", signed=Date(2026, 3, 2), dormant=True)
    team.day("2026-03-03", signed=Date(2026, 3, 2), dormant=True)
    last: DateTime = moment("2026-03-03T09:00:00@Asia/Shanghai")
    history = team.store.histories("clocks", moment("2026-03-04T09:00:00@Asia/Shanghai"))["C1"]
    assert history.as_of == last
    assert {rule: (str(told.at)[:10], told.period) for rule, told in history.told.items()} == {
        "RECALL": ("2026-03-02", "2026-03-02"), "CALL": ("2026-03-03", "2026-03-02"),
    }  # fmt: skip
    assert "CALL" not in team.store.histories("clocks", last)["C1"].told
