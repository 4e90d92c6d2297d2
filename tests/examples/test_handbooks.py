"""The five handbooks: each runs clean, is tested row by row, is the same in Excel, and its table in the docs holds."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crmrules import load
from crmrules.cli.main import cli
from crmrules.model.decision import History
from crmrules.rulesets.loader import read_ruleset
from crmrules.rulesets.writer import to_document

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "config" / "examples"
HANDBOOKS = ("saas_abcd", "rfm_clv", "value_activity_stage", "loyalty_tiers", "sales_funnel")
AS_OF = "2026-03-02T09:00"
EXPECTED_NOTES = {
    "P717",  # a plan without state takes the proposals of a table whose values move up and down
    "C120",  # how far the holidays of a country are known
}


def command(*args: str) -> str:
    """What the command prints; it must end well."""
    result = CliRunner().invoke(cli, ["--lang", "en", *args])
    assert result.exit_code == 0, result.output
    return str(result.stdout)


def rules(name: str) -> str:
    return str(EXAMPLES / name / "rules.yaml")


@pytest.fixture(scope="module")
def reports() -> dict[str, Any]:
    """The test report of each handbook, once."""
    return {}


def report(name: str, reports: dict[str, Any]) -> Any:
    if name not in reports:
        reports[name] = json.loads(command("test", rules(name), "--format", "json"))
    return reports[name]


@pytest.mark.parametrize("name", HANDBOOKS)
def test_check_finds_nothing(name: str) -> None:
    found = json.loads(command("check", rules(name), "--format", "json"))
    assert [each for each in found["issues"] if each["code"] not in EXPECTED_NOTES] == []


@pytest.mark.parametrize("name", HANDBOOKS)
def test_the_tests_pass_and_reach_every_row(name: str, reports: dict[str, Any]) -> None:
    found = report(name, reports)
    assert found["counts"]["failed"] == 0 and found["counts"]["tests"] >= 40
    assert found["coverage"]["unreached"] == []


@pytest.mark.parametrize("name", HANDBOOKS)
def test_plan_and_kpis_run_clean(name: str) -> None:
    data = str(EXAMPLES / name)
    plan = json.loads(command("plan", rules(name), "--data", data, "--as-of", AS_OF, "--format", "json"))
    assert {each["code"] for each in plan["warnings"]} <= EXPECTED_NOTES
    assert plan["actions"] and plan["counts"]["customers"] > 50
    kpis = json.loads(command("kpi", rules(name), "--data", data, "--as-of", AS_OF, "--format", "json"))
    totals = [each for each in kpis["kpis"] if not each["group"]]
    assert [each["kpi"] for each in totals if each["value"] is None] == []


@pytest.mark.parametrize("name", HANDBOOKS)
def test_the_workbook_says_the_same(name: str) -> None:
    text, issues = read_ruleset(EXAMPLES / name / "rules.yaml")
    sheet, others = read_ruleset(EXAMPLES / name / "rules.xlsx")
    assert {each.code for each in (*issues, *others)} <= EXPECTED_NOTES
    assert text is not None and sheet is not None
    assert to_document(text) == to_document(sheet)


@pytest.mark.parametrize("name", HANDBOOKS)
def test_the_workbook_passes_the_tests_too(name: str) -> None:
    assert "all passed" in command("test", str(EXAMPLES / name / "rules.xlsx"))


@pytest.fixture(scope="module")
def makers() -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLES))
    yield importlib.import_module("make_samples")
    sys.path.remove(str(EXAMPLES))


@pytest.mark.parametrize("name", HANDBOOKS)
def test_the_sample_data_is_fresh(name: str, makers: Any, tmp_path: Path) -> None:
    makers.SAMPLES[name]().write(tmp_path)
    made = {each.name: each.read_text("utf-8") for each in tmp_path.iterdir()}
    kept = {each.name: each.read_text("utf-8") for each in (EXAMPLES / name / "data").iterdir()}
    assert made == kept and made


# --- what a case in a rule file cannot say --------------------------------------------------------------------------


def test_a_change_of_tier_is_told_at_once_and_with_its_reason() -> None:
    tiers = load(rules("loyalty_tiers"))
    orders = [{"placed_at": "2025-06-01", "amount": 1}, {"placed_at": "2026-02-01", "amount": 60_000}]
    record = {"id": "C1", "name": "云帆", "owner": "叶青", "orders": orders}
    as_of = tiers.moment(AS_OF)
    plan = tiers.plan([record], as_of=as_of, histories={"C1": History(values={"tier": "normal"})})
    (told,) = [each for each in plan.actions if each.task == "等级变更通知"]
    assert (told.rule, told.owner, str(told.due)[:16]) == ("TI-SILVER", "叶青", AS_OF)
    assert told.content == "云帆：升等，普通 → 银卡（TI-SILVER: 消费与合作时长达到银卡）"


def test_a_lower_tier_waits_for_grace_tenure_and_review() -> None:
    tiers = load(rules("loyalty_tiers"))
    as_of = tiers.moment(AS_OF)
    held = History(values={"tier": "diamond"}, since={"tier": tiers.moment("2026-01-05T09:00")})
    record = {"id": "C1", "orders": [{"placed_at": "2025-06-01", "amount": 600_000}]}
    (moved,) = tiers.decide(record, as_of=as_of, history=held).transitions
    assert (moved.proposed, moved.value, moved.rules) == ("gold", "diamond", ("TI-DROP-DIAMOND",))
    assert {str(each.reason) for each in moved.held} == {"grace", "minimum tenure", "review"}


# --- docs/handbooks.md ----------------------------------------------------------------------------------------------

_SECTION = re.compile(r"^## .*`(?P<name>\w+)`", re.MULTILINE)
_ID = re.compile(r"`([A-Za-z_][\w.-]*)`")


def lines(name: str) -> Iterator[tuple[str, list[str]]]:
    """The handbook's lines, and the ids that are said to implement each."""
    page = (ROOT / "docs" / "handbooks.md").read_text("utf-8")
    parts = _SECTION.split(page)  # before the first heading, then name and text in turn
    text = dict(zip(parts[1::2], parts[2::2], strict=True)).get(name, "")
    for row in text.splitlines():
        cells = [each.strip() for each in row.strip().strip("|").split(" | ")]
        if row.startswith("|") and len(cells) >= 2 and cells[1] != "Implemented by" and not row.startswith("|---"):
            yield cells[0], _ID.findall(cells[1])


@pytest.mark.parametrize("name", HANDBOOKS)
def test_each_line_of_the_handbook_is_carried_and_exercised(name: str, reports: dict[str, Any]) -> None:
    ruleset, _ = read_ruleset(EXAMPLES / name / "rules.yaml")
    assert ruleset is not None
    assert report(name, reports)["coverage"]["unreached"] == []  # so that every row of the file is exercised by a case
    tested = {rule.id for table in ruleset.decisions.values() for rule in table.rules}
    others = {
        *ruleset.kpis,
        *ruleset.experiments,
        *ruleset.parameters,
        *ruleset.roles,
        *ruleset.vocabulary.of("customer"),
        *(
            f"{entity}.{fact}"
            for entity in ("contact", "interaction", "order", "ticket")
            for fact in ruleset.vocabulary.of(entity)
        ),
        *(
            f"policies.{field}"
            for field in ("do_not_contact", "consent", "caps", "quiet_hours", "view_all_roles", "reveal_roles")
        ),
    }
    found = list(lines(name))
    assert len(found) >= 10
    for line, ids in found:
        assert ids, f"nothing carries: {line}"
        assert [each for each in ids if each not in tested and each not in others] == [], line
