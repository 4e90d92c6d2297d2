"""``kpi --state``: conversions over the changes that runs met, previous values and trends on the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.helpers import crmrules

RULES = """
crmrules: 1
name: funnel
time_zone: Asia/Shanghai
vocabulary:
  customer:
    quoted: {type: boolean, missing: default, default: false}
    stage: {type: string, values: [{value: potential}, {value: intent}]}
  order: {placed_at: {type: date and time}}
decisions:
  stage:
    kind: classification
    inputs: [quoted]
    outputs: [stage]
    rules:
      - {id: ST-INTENT, when: {quoted: true}, then: {stage: intent}}
      - {id: ST-POTENTIAL, when: {quoted: false}, then: {stage: potential}}
kpis:
  orders: {type: simple, over: order, window: last month, window_on: placed_at, where: placed_at != null}
  no_orders: {type: ratio, over: order, numerator: placed_at = null, denominator: placed_at > as_of}
  to_intent: {type: conversion, fact: stage, from: potential, to: intent, window: last month, unit: "%"}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/orders.csv").write_text("customer_id,placed_at\nA,2026-02-10\nA,2026-01-10\nB,2026-01-11\nC,\n")
    quoted(tmp_path, "")
    return tmp_path


def quoted(here: Path, who: str) -> None:
    rows = "".join(f"{name},{'true' if name in who else 'false'}\n" for name in "ABC")
    (here / "data/customers.csv").write_text(f"customer_id,quoted\n{rows}")


def run(as_of: str) -> None:
    answer = crmrules(
        "run", "rules.yaml", "--data", "data", "--as-of", as_of, "--state", "sqlite:///crm.db", "--notify", "file:out"
    )
    assert answer.code == 0, answer.err


def test_conversions_count_the_changes_that_runs_met(here: Path) -> None:
    run("2026-01-31")
    quoted(here, "A")
    run("2026-02-15")
    before = (here / "crm.db").read_bytes()
    answer = crmrules(
        "kpi",
        "rules.yaml",
        "--data",
        "data",
        "--as-of",
        "2026-03-01",
        "--state",
        "sqlite:///crm.db",
        "--format",
        "json",
    )
    found = {each["kpi"]: each for each in json.loads(answer.out)["kpis"]}["to_intent"]
    assert [found[name] for name in ("numerator", "denominator", "n", "unknown", "previous")] == [1, 3, 3, 0, None]
    assert (here / "crm.db").read_bytes() == before


def test_without_state_nobody_knows(here: Path) -> None:
    answer = crmrules("kpi", "rules.yaml", "--data", "data", "--as-of", "2026-03-01")
    assert answer.out.splitlines() == [
        "  KPI        Group    Value  Target  Rating                   Before  Trend     n  unknown",
        "  orders     Total        1          no target                     2  -1 worse  1",
        "  no_orders  Total  no data          the denominator is 0                       0        1",
        "  to_intent  Total  no data          what counts is unknown  no data            0        3",
    ]


def test_a_state_that_is_not_there_is_not_made(here: Path) -> None:
    answer = crmrules("kpi", "rules.yaml", "--data", "data", "--as-of", "2026-03-01", "--state", "sqlite:///new.db")
    assert answer.code == 1
    assert "error X210  there is no state at 'new.db' yet; `run` makes one" in answer.err
    assert not (here / "new.db").exists()
