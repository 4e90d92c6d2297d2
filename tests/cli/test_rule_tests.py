"""``crmrules test``: exit codes, forms, coverage, proposals; and ``check`` reads the tests, too."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.cli.helpers import crmrules, files_of

MINIMAL = Path(__file__).parents[2] / "config" / "examples" / "minimal" / "rules.yaml"
TESTS = """\
tests:
  at the bound: {as_of: 2026-03-02, given: {annual_amount: 500000}, expect: {value_tier: high}}
  below: {as_of: 2026-03-02, given: {annual_amount: 499999.99}, expect: {value_tier: mid}}
"""
DATA = ("--data", "data", "--as-of", "2026-03-02T09:00")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The minimal example with three customers, as the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "customers.csv").write_text(
        "customer_id,annual_amount,satisfaction\nC1,600000,60\nC2,200000,80\nC3,5,90\n", "utf-8"
    )
    without, _ = MINIMAL.read_text("utf-8").split("\ntests:")
    (tmp_path / "rules.yaml").write_text(f"{without}\n", "utf-8")
    return tmp_path


@pytest.fixture
def tested(here: Path) -> Path:
    text = (here / "rules.yaml").read_text("utf-8")
    (here / "rules.yaml").write_text(text + TESTS, "utf-8")
    return here


def test_all_pass(tested: Path) -> None:
    answer = crmrules("test", "rules.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("2 tests: all passed\n\nRows reached")
    assert "Rows that no test reaches:\n  VT3  (rules.yaml:" in answer.out
    assert crmrules("test", "rules.yaml", "--lang", "zh").out.startswith("2 个用例：全部通过\n")


def test_a_failure_ends_with_1(tested: Path) -> None:
    text = (
        (tested / "rules.yaml")
        .read_text("utf-8")
        .replace("499999.99}, expect: {value_tier: mid}", "499999.99}, expect: {value_tier: low}")
    )
    (tested / "rules.yaml").write_text(text, "utf-8")
    answer = crmrules("test", "rules.yaml")
    assert (answer.code, answer.err) == (1, "")
    assert "2 tests: 1 passed, 1 failed" in answer.out and "✗ VT3: this row did not match" in answer.out
    found = json.loads(crmrules("test", "rules.yaml", "--format", "json").out)
    assert found["counts"] == {"tests": 2, "passed": 1, "failed": 1}
    junit = crmrules("test", "rules.yaml", "--format", "junit")
    assert junit.code == 1 and ElementTree.fromstring(junit.out).attrib["failures"] == "1"


def test_parameters_set_at_the_command_line_count(tested: Path) -> None:
    assert crmrules("test", "rules.yaml", "--set", "high_value=600000").code == 1


def test_coverage_by_samples_and_its_minimum(tested: Path) -> None:
    short = crmrules("test", "rules.yaml", "--min-coverage", "100")
    assert short.code == 1
    assert short.err.startswith("error X120: ") and "% of the rows are reached, 100% are asked for" in short.err
    sampled = crmrules("test", "rules.yaml", *DATA, "--min-coverage", "100")
    assert (
        sampled.code == 0 and "warning P416  rules read orders, interactions, but no source gives them" in sampled.err
    )
    assert "only by samples" in sampled.out and "Rows that no test" not in sampled.out
    found = json.loads(crmrules("test", "rules.yaml", *DATA, "--format", "json").out)["coverage"]
    assert (found["percent"], found["sampled"], found["unreached"]) == (100, True, [])


def test_without_tests_there_is_nothing_to_pass(here: Path) -> None:
    answer = crmrules("test", "rules.yaml")
    assert (answer.code, answer.out) == (1, "The rule set has no tests.\n")
    assert crmrules("test", "rules.yaml", *DATA).code == 0  # coverage by samples alone may be asked for


def test_proposals_as_yaml_run_and_pass(here: Path) -> None:
    answer = crmrules("test", "rules.yaml", "--generate", "--as-of", "2026-03-02")
    assert answer.code == 0 and answer.out.startswith("tests:\n")
    text = (here / "rules.yaml").read_text("utf-8")
    (here / "rules.yaml").write_text(text + answer.out, "utf-8")
    again = crmrules("test", "rules.yaml", "--min-coverage", "100")
    assert (again.code, again.err) == (0, ""), again.out


def test_proposals_are_written_into_a_copy(tested: Path) -> None:
    before = files_of(tested)
    answer = crmrules("test", "rules.yaml", "--generate", "--out", "proposed.xlsx")
    assert answer.code == 0 and answer.out.startswith("written: proposed.xlsx (tests proposed: ")
    assert set(files_of(tested)) == {*before, "proposed.xlsx"}
    ran = crmrules("test", "proposed.xlsx", "--min-coverage", "100")
    assert (ran.code, ran.err) == (0, ""), ran.out
    refused = crmrules("test", "rules.yaml", "--generate", "--out", "proposed.xlsx")
    assert (refused.code, refused.err) == (2, "error X111: 'proposed.xlsx' exists already and is not overwritten\n")


WRONG = [
    (["--as-of", "2026-03-02"], "X121"),
    (["--out", "x.xlsx"], "X121"),
    (["--data", "data"], "X108"),
    (["--generate"], "X108"),
    (["--min-coverage", "101"], "X103"),
    (["--min-coverage", "all"], "X103"),
    (["--format", "xml"], "X103"),
    (["--generate", "--as-of", "2026-03-02", "--format", "junit"], "X103"),
    (["--generate", "--as-of", "2026-03-02", "--out", "x.csv"], "X110"),
    (["--generate", "--as-of", "2026-03-02", "--out", "nowhere/x.yaml"], "X112"),
    (["--data", "dta", "--as-of", "2026-03-02"], "X106"),
]


@pytest.mark.parametrize(("options", "code"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else v)
def test_wrong_usage(here: Path, options: list[str], code: str) -> None:
    before = files_of(here)
    answer = crmrules("test", "rules.yaml", *options)
    assert answer.code == 2 and f"error {code}: " in answer.err, answer
    assert files_of(here) == before


BROKEN = [
    ("c: {as_of: 2026-03-02, given: {anual_amount: 1}, rows: [VT1]}", "R330", "did you mean annual_amount?"),
    ("c: {as_of: 2026-03-02, rows: [VT9]}", "R333", "did you mean VT3?"),
    ("c: {as_of: 2026-03-02, given: {value_tier: high}, rows: [VT1]}", "R331", "under `expect`"),
    ("c: {as_of: 2026-03-02, expect: {annual_amount: 1}}", "R332", "under `given`"),
    ("c: {as_of: 2026-03-02, given: {annual_amount: 1}}", "R335", "expects nothing"),
    ("c: {as_of: 2026-03-02, expect: {value_tier: hihg}}", "P201", "did you mean high?"),
    ("c: {as_of: 2026-13-02, rows: [VT1]}", "R338", "is not a moment"),
    ("c: {rows: [VT1]}", "R204", "`as_of` is missing"),
    ("c: {as_of: 2026-03-02, rows: [VT1]}\n  c: {as_of: 2026-03-02, rows: [VT1]}", "R116", "stands twice"),
    ("c: {as_of: 2026-03-02, actions: [VT1]}", "R336", "gives no actions"),
    ("c: {as_of: 2026-03-02, actions: [{due: 2026-03-02}]}", "R204", "`rule` is missing"),
    ("c: {as_of: 2026-03-02, actions: [{rule: FU1, du: 2026-03-02}]}", "R201", "did you mean due?"),
    ("c: {as_of: 2026-03-02, actions: [{rule: FU1, status: late}]}", "R203", "overdue, due, upcoming"),
    ("c: {as_of: 2026-03-02, action_count: -1}", "R206", "minimum"),
]


@pytest.mark.parametrize(("case", "code", "words"), BROKEN, ids=[code for _, code, _ in BROKEN])
def test_check_reads_the_tests_too(here: Path, case: str, code: str, words: str) -> None:
    text = (here / "rules.yaml").read_text("utf-8")
    (here / "rules.yaml").write_text(f"{text}tests:\n  {case}\n", "utf-8")
    line = len(text.splitlines()) + 2 + case.count("\n")
    for command in ("check", "test"):
        answer = crmrules(command, "rules.yaml")
        assert answer.code == 1 and "Traceback" not in answer.err
        found = [each for each in answer.err.splitlines() if f"error {code} " in each]
        assert len(found) == 1 and found[0].strip().startswith(f"{line}:") and words in found[0], answer.err
