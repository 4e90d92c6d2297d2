"""``--state`` of commands that look only: previous values count, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.helpers import crmrules

RULES = """\
crmrules: 1
name: loyalty
vocabulary:
  customer:
    spent: {type: number}
    tier: {type: string, values: [gold, silver]}
decisions:
  tiers:
    kind: classification
    settings: {grace: P30D, notify_task: tell}
    inputs: [spent]
    outputs: [tier]
    rules:
      - {id: T1, when: {spent: ">= 10"}, then: {tier: gold}}
      - {id: T2, when: {spent: "< 10"}, then: {tier: silver}}
"""
STATE = ("--state", "sqlite:///crm.db")


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    for day, spent in (("01", 20), ("02", 5)):
        (tmp_path / f"{day}.csv").write_text(f"customer_id,spent\nC1,{spent}\n", encoding="utf-8")
    assert crmrules("run", "rules.yaml", "--data", "01.csv", "--as-of", "2026-03-01", *STATE).code == 0
    return tmp_path


def ask(command: str, day: str, *more: str) -> str:
    answer = crmrules(command, "rules.yaml", "--data", "02.csv", "--as-of", day, *more)
    assert answer.code == 0, answer.err
    return answer.out


def test_a_plan_with_state_knows_what_was(ran: Path) -> None:
    before = (ran / "crm.db").read_bytes()
    assert "P717" in ask("plan", "2026-03-02")
    assert "P717" not in ask("plan", "2026-03-02", *STATE)
    assert "tell" not in ask("plan", "2026-03-02", *STATE)
    assert (ran / "crm.db").read_bytes() == before


def test_an_explanation_with_state_says_why_a_value_waits(ran: Path) -> None:
    text = ask("explain", "2026-03-02", "--customer", "C1", *STATE)
    assert "  stays gold, since 2026-03-01 00:00\n" in text
    assert "  silver is held back: it has not been called for long enough, until 2026-04-01 00:00\n" in text


@pytest.mark.parametrize("command", [("plan",), ("explain", "--customer", "C1")])
def test_a_state_that_is_not_there_is_not_made(ran: Path, command: tuple[str, ...]) -> None:
    answer = crmrules(*command, "rules.yaml", "--data", "02.csv", "--as-of", "2026-03-02", "--state", "sqlite:///no.db")
    assert (answer.code, answer.out) == (1, "")
    assert "error X210  there is no state at 'no.db' yet; `run` makes one" in answer.err
    assert not (ran / "no.db").exists()
