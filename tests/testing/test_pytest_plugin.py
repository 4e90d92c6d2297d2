"""The pytest plugin: rule files become items, failures read without a traceback, and nothing heavy is imported before."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RULES = """\
crmrules: 1
name: a
vocabulary: {customer: {amount: {type: number}, tier: {values: [high, low]}}}
decisions:
  t: {kind: classification, inputs: [amount], outputs: [tier], rules: [{id: R1, when: {amount: ">= 10"}, then: {tier: high}}]}
"""
TESTS = """\
tests:
  at the bound: {as_of: 2026-03-02, given: {amount: 10}, expect: {tier: high}}
  below: {as_of: 2026-03-02, given: {amount: 9}, expect: {tier: high}}
"""


def run(folder: Path, *args: str) -> tuple[int, str]:
    """pytest in a process of its own, with this plugin alone."""
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "crmrules.testing.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "-q",
        *args,
    ]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False)
    assert "INTERNALERROR" not in done.stdout + done.stderr, done.stdout
    return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    return tmp_path


def test_cases_are_items_and_failures_name_their_cells(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES + TESTS, "utf-8")
    code, out = run(folder, "-vv")
    assert code == 1
    assert "rules.yaml::at the bound PASSED" in out and "rules.yaml::below FAILED" in out
    shown = out[out.index("✗ below") :].splitlines()[:4]
    assert shown == [
        "✗ below  (rules.yaml:8:3)",
        "  tier: expected high, got —  (rules.yaml:8:65)",
        "    ✗ R1: this row did not match  (rules.yaml:5:72)",
        "        ✗ amount  = 9  wanted >= 10  (rules.yaml:5:96)",
    ]
    assert "Traceback" not in out


def test_one_case_can_be_chosen(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES + TESTS, "utf-8")
    code, out = run(folder, "rules.yaml::at the bound")
    assert (code, out.splitlines()[-1].split(" in ")[0]) == (0, "1 passed")


def test_files_without_tests_and_other_files_give_nothing(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES, "utf-8")
    (folder / "other.yaml").write_text(RULES + TESTS, "utf-8")
    assert run(folder)[0] == 5  # nothing collected


def test_files_may_be_named_in_the_ini_file(folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ncrmrules_files = policies/*.yaml\n", "utf-8")
    (folder / "policies").mkdir()
    (folder / "policies" / "tier.yaml").write_text(RULES + TESTS, "utf-8")
    (folder / "rules.yaml").write_text(RULES + TESTS, "utf-8")
    code, out = run(folder, "-vv")
    assert code == 1 and "policies/tier.yaml::below FAILED" in out and "\nrules.yaml::" not in out


def test_a_workbook_is_a_rule_file_too(folder: Path) -> None:
    from crmrules.rulesets.excel.writer import write_excel
    from crmrules.rulesets.loader import read_ruleset

    (folder / "source.yaml").write_text(RULES + TESTS, "utf-8")
    ruleset, _ = read_ruleset(folder / "source.yaml")
    assert ruleset is not None
    write_excel(ruleset, folder / "rules.xlsx", "zh")
    code, out = run(folder)
    assert code == 1
    assert "✗ below  (rules.xlsx › 测试!A5)" in out
    assert "  tier: expected high, got —  (rules.xlsx › 测试!E5)" in out


def test_a_broken_file_is_a_report(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES.replace("tier: high", "tier: hihg") + TESTS.replace("R1", "R2"), "utf-8")
    code, out = run(folder)
    assert code == 2 and "Traceback" not in out
    assert "5:119  error P201  'hihg' is no word of 'tier'" in out


def test_a_case_that_cannot_be_read_is_a_report(folder: Path) -> None:
    (folder / "rules.yaml").write_text(RULES + TESTS.replace("amount: 9", "amount: nine"), "utf-8")
    code, out = run(folder)
    assert code == 1 and "error F120" in out and "1 failed, 1 passed" in out and "Traceback" not in out


def test_nothing_of_crmrules_is_loaded_for_ordinary_tests(folder: Path) -> None:
    (folder / "test_x.py").write_text(
        "import sys\n\ndef test_x():\n    heavy = [m for m in sys.modules if m.startswith(('crmrules', 'yaml', 'openpyxl', 'jsonschema'))]\n"
        "    assert heavy == ['crmrules', 'crmrules.testing', 'crmrules.testing.pytest_plugin']\n",
        "utf-8",
    )
    code, out = run(folder)
    assert code == 0, out


def test_the_plugin_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"crmrules": "crmrules.testing.pytest_plugin"}
