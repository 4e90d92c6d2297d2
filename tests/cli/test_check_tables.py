"""``check`` over tables with gaps and overlaps, and what ``--fail-on`` makes of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.helpers import crmrules

MINIMAL = Path(__file__).parents[2] / "config/examples/minimal/rules.yaml"
GAP = "table value_tier: no row covers annual_amount = 500000, for instance annual_amount = 500000"


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The minimal example with a hole at 500,000 and an overlap at 100,000."""
    text = (
        MINIMAL.read_text(encoding="utf-8")
        .replace('">= high_value"', '"> high_value"')
        .replace('"< 10万"', '"<= 10万"')
    )
    (tmp_path / "edited.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "edited.yaml"


def test_findings_are_warnings(edited: str) -> None:
    answer = crmrules("check", edited)
    assert (answer.code, answer.out) == (0, "minimal has no errors (decisions: 3, rows: 7, facts: 13, KPIs: 1)\n")
    lines = answer.err.splitlines()
    assert lines[1] == f"  50:3  warning T201  {GAP}; a row that would: when: {{annual_amount: 500000}}"
    assert lines[2].startswith(
        "  59:9  warning T203  row VT3 of table value_tier (UNIQUE) overlaps VT2 at annual_amount = 100000"
    )
    assert "没有任何一行覆盖 annual_amount = 500000" in crmrules("check", edited, "--lang", "zh").err


@pytest.mark.parametrize(
    ("kinds", "code", "errors"),
    [
        ("gap", 1, ["T201"]),
        ("overlap, gap", 1, ["T201", "T203"]),
        ("ALL", 1, ["T201", "T203"]),
        ("shadowed,duplicate", 0, []),
    ],
)
def test_fail_on_makes_errors(edited: str, kinds: str, code: int, errors: list[str]) -> None:
    answer = crmrules("check", edited, "--fail-on", kinds, "--format", "json")
    found = json.loads(answer.out)["issues"]
    assert answer.code == code
    assert [each["code"] for each in found if each["severity"] == "error"] == errors
    assert [each["code"] for each in found] == ["T201", "T203"]


def test_fields_of_a_gap(edited: str) -> None:
    gap = json.loads(crmrules("check", edited, "--format", "json").out)["issues"][0]
    assert gap["params"] == {
        "table": "value_tier",
        "region": "annual_amount = 500000",
        "witness": "annual_amount = 500000",
        "row": "when: {annual_amount: 500000}",
    }


def test_an_unknown_kind(edited: str) -> None:
    answer = crmrules("check", edited, "--fail-on", "gpa,overlap")
    assert (answer.code, answer.err) == (2, "error X103: --fail-on: 'gpa' cannot be used, expected gap\n")
