"""Rule tests: what passes, and a failure told by its cells: expectation, rows that made the result, cells that stopped."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from crmrules.engine.compiler import compile_ruleset
from crmrules.review.json_text import dumps
from crmrules.review.ruletest_cases import prepare_tests
from crmrules.review.ruletest_coverage import Reach, coverage_of, share
from crmrules.review.ruletest_json import junit_xml, report_json
from crmrules.review.ruletest_text import report_text
from crmrules.review.ruletests import TestReport, agree, run_tests, sample_matches
from crmrules.review.wording import wording
from crmrules.rulesets.loader import read_ruleset

BASE = (Path(__file__).parent / "cases" / "tested.yaml").read_text("utf-8")


def compiled_with(tests: str, folder: Path):
    path = folder / "t.yaml"
    path.write_text(BASE + "tests:\n" + tests, "utf-8")
    ruleset, issues = read_ruleset(path)
    assert ruleset is not None, [i.render() for i in issues]
    compiled, found = compile_ruleset(ruleset)
    assert compiled is not None, [i.render() for i in found]
    return compiled


def run(tests: str, folder: Path) -> TestReport:
    compiled = compiled_with(tests, folder)
    cases, issues = prepare_tests(compiled)
    assert [i.render() for i in issues] == []
    return run_tests(compiled, cases)


def lines(tests: str, folder: Path, lang: str = "en") -> list[str]:
    report = run(tests, folder)
    text = report_text(report, wording(lang, report.ruleset, reveal=True)).replace(f"{folder}/", "")
    return text.split("\n\n")[0].splitlines()


PASSING = [
    "{as_of: 2026-03-02, given: {amount: 50万}, expect: {tier: 高}, rows: [T2], not_rows: [T1, T3]}",
    "{as_of: 2026-03-02, given: {年合作额: much - 0.01}, expect: {等级: mid}}",
    "{as_of: 2026-03-02, given: {amount: 门槛}, expect: {tier: high}}",
    "{as_of: 2026-03-02, expect: {tier: null, orders_total: 0, last_order_at: null}, unknown: [amount, vip]}",
    "{as_of: 2026-03-02, given: {vip: 是, orders: [{placed_at: 2026-01-01}, {placed_at: 2026-01-02}]}, expect: {tags: [loyal, vip]}}",
    "{as_of: 2026-03-02, expect: {tags: []}, action_count: 0}",
    "{as_of: 2026-03-02, given: {amount: 99999.99, 订单: {下单时间: as_of - P1D}}, expect: {last_order_at: 2026-03-01}}",
    "{as_of: 2026-03-02, given: {amount: 60万, owner: 林晓, orders: [{placed_at: 2026-02-23T09:00}]}, "
    "actions: [{rule: C1, due: 2026-03-02, status: due, owner: 林晓, owner_role: 销售, task: 回访, priority: 3}], action_count: 1}",
    "{as_of: 2026-03-02, given: {amount: 60万, orders: [{placed_at: 2026-02-23T09:00}]}, actions: [{rule: C1, due: 2026-03-02T09:00}]}",
    "{as_of: 2026-03-02, given: {amount: 60万, orders: [{placed_at: 2026-02-23T09:00}]}, actions: [{rule: C1, due: as_of + PT9H}]}",
    "{as_of: 2026-03-02, given: {amount: 60万, do_not_contact: true, orders: [{placed_at: 2026-02-23}]}, "
    "actions: [{rule: C1, withheld: do_not_contact}], no_actions: true}",
    "{as_of: 2026-03-01T16:00:00Z, given: {amount: 1}, rows: T4}",
]


@pytest.mark.parametrize("case", PASSING)
def test_passing(case: str, tmp_path: Path) -> None:
    report = run(f"  c: {case}\n", tmp_path)
    assert [m for r in report.results for m in r.mismatches] == []
    assert (len(report.results), report.failed) == (1, ())


def test_previous_values_reach_the_rules(tmp_path: Path) -> None:
    text = BASE.replace("formula: count(orders)", "formula: 'if previous.tier = \"high\" then 2 else 0'")
    path = tmp_path / "t.yaml"
    case = "{as_of: 2026-03-02, previous: {tier: 高}, expect: {orders_total: 2, tags: loyal}}"
    path.write_text(f"{text}tests:\n  c: {case}\n", "utf-8")
    ruleset, _ = read_ruleset(path)
    assert ruleset is not None
    compiled, _ = compile_ruleset(ruleset)
    assert compiled is not None
    cases, issues = prepare_tests(compiled)
    assert issues == [] and run_tests(compiled, cases).failed == ()


FAILING = {
    "another row": (
        "{as_of: 2026-03-02, given: {amount: 50万}, expect: {tier: mid}}",
        [
            "✗ c  (t.yaml:53:3)",
            "  Tier: expected 中, got 高  (t.yaml:53:63)",
            "    ✓ T2: made by  (t.yaml:31:9)",
            "        ✓ Amount  = 500,000 CNY  wanted >= much (much = 50万)  (t.yaml:31:33)",
            "    ✗ T3: this row did not match  (t.yaml:32:9)",
            "        ✗ Amount  = 500,000 CNY  wanted [10万..much) (much = 50万)  (t.yaml:32:33)",
        ],
    ),
    "no row at all": (
        "{as_of: 2026-03-02, expect: {tier: low}}",
        [
            "✗ c  (t.yaml:53:3)",
            "  Tier: expected 低, got —  (t.yaml:53:41)",
            "    ✗ T4: this row did not match  (t.yaml:33:9)",
            "        ? Amount  is unknown  wanted < 10万  (t.yaml:33:33)",
        ],
    ),
    "a row overruled by an earlier one": (
        "{as_of: 2026-03-02, given: {vip: true, amount: 50万}, rows: [T2]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected T2 to match  (t.yaml:53:66)",
            "    ✓ T1: made by  (t.yaml:30:9)",
            "        ✓ VIP     = yes          wanted true     (t.yaml:30:30)",
            "        ✓ Amount  = 500,000 CNY  wanted >= 10万  (t.yaml:30:44)",
            "    ✗ T2: this row matched, but another one counts  (t.yaml:31:9)",
            "        ✓ Amount  = 500,000 CNY  wanted >= much (much = 50万)  (t.yaml:31:33)",
        ],
    ),
    "a row that should not": (
        "{as_of: 2026-03-02, given: {amount: 5}, not_rows: [T4]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected T4 not to match  (t.yaml:53:57)",
            "    ✓ T4: made by  (t.yaml:33:9)",
            "        ✓ Amount  = 5 CNY  wanted < 10万  (t.yaml:33:33)",
        ],
    ),
    "a derived fact": (
        "{as_of: 2026-03-02, given: {orders: [{placed_at: 2026-01-01}]}, expect: {orders_total: 2}}",
        [
            "✗ c  (t.yaml:53:3)",
            "  订单数: expected 2, got 1  (t.yaml:53:93)",
            "    count(orders)  (t.yaml:16:61)",
        ],
    ),
    "nothing is unknown": (
        "{as_of: 2026-03-02, given: {amount: 5, vip: true}, unknown: [vip]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  VIP: expected to be unknown and to leave a row undecided  (t.yaml:53:67)",
        ],
    ),
    "an action of a row that does not match": (
        "{as_of: 2026-03-02, given: {amount: 5}, actions: [C1]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected an action of C1  (t.yaml:53:56)",
            "    ✓ C2: made by  (t.yaml:51:9)",
            "        ✓ Tier  = 低  wanted mid, low  (t.yaml:51:31)",
            "    ✗ C1: this row did not match  (t.yaml:50:9)",
            "        ✗ Tier  = 低  wanted high  (t.yaml:50:31)",
        ],
    ),
    "an action that is not asked for now": (
        "{as_of: 2026-03-02, given: {amount: 60万}, actions: [C1]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected an action of C1  (t.yaml:53:58)",
            "    its row matches, and asks for nothing now",
        ],
    ),
    "an action later than the plan": (
        "{as_of: 2026-03-02, given: {amount: 5, orders: [{placed_at: 2026-03-01}]}, actions: [C2]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected an action of C2  (t.yaml:53:91)",
            "    it is due 2026-04-01 00:00, later than the plan ends",
        ],
    ),
    "an action withheld": (
        "{as_of: 2026-03-02, given: {amount: 60万, do_not_contact: true, orders: [{placed_at: 2026-02-23}]}, actions: [C1]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected an action of C1  (t.yaml:53:115)",
            "    it is withheld: do not contact",
        ],
    ),
    "an action that is different": (
        "{as_of: 2026-03-02, given: {amount: 60万, orders: [{placed_at: 2026-02-23}]}, actions: [{rule: C1, due: 2026-03-03, status: overdue}]}",
        [
            "✗ c  (t.yaml:53:3)",
            "  C1, Due: expected 2026-03-03, got 2026-03-02  (t.yaml:53:109)",
            "  C1, Status: expected Overdue, got Due today  (t.yaml:53:129)",
        ],
    ),
    "too many actions": (
        "{as_of: 2026-03-02, given: {amount: 60万, orders: [{placed_at: 2026-02-23}]}, no_actions: true}",
        [
            "✗ c  (t.yaml:53:3)",
            "  expected 0 actions in all, got 1 (C1)  (t.yaml:53:95)",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAILING)
def test_failing(name: str, tmp_path: Path) -> None:
    case, expected = FAILING[name]
    assert lines(f"  c: {case}\n", tmp_path) == expected


def test_in_chinese(tmp_path: Path) -> None:
    case, _ = FAILING["another row"]
    assert lines(f"  c: {case}\n", tmp_path, "zh")[1:3] == [
        "  等级：期望 中，实际 高  (t.yaml:53:63)",
        "    ✓ T2：由此得出  (t.yaml:31:9)",
    ]


# --- cells that cannot be read ----------------------------------------------------------------------------------------

WRONG = [
    ("given: {amount: many}, rows: [T1]", "53:42", "F120"),
    ("given: {amount: true}, rows: [T1]", "53:42", "F136"),
    ("given: {vip: maybe}, rows: [T1]", "53:39", "F120"),
    ("given: {amount: -1}, rows: [T1]", "53:42", "O201"),
    ("given: {orders: [{placed_at: yesterday}]}, rows: [T1]", "53:55", "F120"),
    ("expect: {tier: hihg}", "53:41", "P201"),
    ("expect: {orders_total: high tier}", "53:49", "F120"),
    ("previous: {tier: hihg}, rows: [T1]", "53:43", "P201"),
    ("actions: [{rule: C1, due: soon}]", "53:52", "F120"),
    ("actions: [{rule: C1, priority: high}]", "53:57", "P202"),
]


@pytest.mark.parametrize(("body", "place", "code"), WRONG)
def test_wrong_cells_are_located(body: str, place: str, code: str, tmp_path: Path) -> None:
    compiled = compiled_with(
        f"  c: {{as_of: 2026-03-02, {body}}}\n  d: {{as_of: 2026-03-02, expect: {{tier: null}}}}\n", tmp_path
    )
    cases, issues = prepare_tests(compiled)
    assert [case.test.id for case in cases] == ["d"]  # the others still run
    assert [(i.code.startswith(code), str(i.span)) for i in issues] == [(True, f"{tmp_path}/t.yaml:{place}")]
    assert all("<" not in i.message("zh") for i in issues)


# --- equality, coverage, machine-readable forms -----------------------------------------------------------------------


def test_lists_that_collect_may_stand_in_any_order() -> None:
    assert agree(["a", "b"], ["b", "a"], unordered=True)
    assert not agree(["a", "b"], ["b", "a"])
    assert not agree(["a", "a"], ["a", "b"], unordered=True)
    assert not agree(["a"], ["a", "b"], unordered=True)
    assert not agree(None, 0) and not agree("1", 1) and agree(1, 1)


def test_coverage_tells_tests_from_samples(tmp_path: Path) -> None:
    compiled = compiled_with("  c: {as_of: 2026-03-02, given: {amount: 5}, rows: [T4]}\n", tmp_path)
    cases, _ = prepare_tests(compiled)
    decisions = [compiled.decide({"id": str(n), "amount": n}, as_of="2026-03-02") for n in (5, 600_000, 700_000)]
    sampled = sample_matches(compiled, decisions)
    assert sampled == {"T4": 1, "C2": 1, "T2": 2, "C1": 2}
    coverage = run_tests(compiled, cases, sampled).coverage
    found = {row.rule: row.reach for table in coverage.tables for row in table.rows}
    assert found == {
        "T1": Reach.NOTHING, "T2": Reach.SAMPLES, "T3": Reach.NOTHING, "T4": Reach.TESTS,
        "G1": Reach.NOTHING, "G2": Reach.NOTHING, "C1": Reach.SAMPLES, "C2": Reach.TESTS,
    }  # fmt: skip
    assert (coverage.percent, [str(row.span).split(":", 1)[1] for row in coverage.unreached]) == (
        50, ["30:9", "32:9", "40:9", "41:9"],
    )  # fmt: skip
    assert (share(0, 0), share(3, 1), share(1000, 1)) == (100, 66, 99)
    assert coverage_of(compiled.ruleset, (), None).sampled is False


def test_the_report_as_text(tmp_path: Path) -> None:
    report = run("  c: {as_of: 2026-03-02, given: {amount: 5}, rows: [T4]}\n", tmp_path)
    text = report_text(report, wording("en", report.ruleset)).replace(f"{tmp_path}/", "")
    assert text == (
        "1 test: all passed\n\n"
        "Rows reached  by tests  not at all\n"
        "  Tier               1           3  25%\n"
        "  tags               0           2   0%\n"
        "  Contact            1           1  50%\n"
        "Total                2           6  25%\n\n"
        "Rows that no test reaches:\n"
        "  T1  (t.yaml:30:9)\n  T2  (t.yaml:31:9)\n  T3  (t.yaml:32:9)\n  G1  (t.yaml:40:9)\n  G2  (t.yaml:41:9)\n"
        "  C1  (t.yaml:50:9)\n"
    )


def test_the_report_as_json_follows_its_schema(tmp_path: Path) -> None:
    cases = "".join(f"  c{n}: {case}\n" for n, (case, _) in enumerate(FAILING.values()))
    report = run(cases + "  ok: {as_of: 2026-03-02, rows: [], action_count: 0}\n", tmp_path)
    data = json.loads(dumps(report_json(report, wording("en", report.ruleset))))
    schema = json.loads(files("crmrules_schemas").joinpath("tests.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert [e.message for e in Draft202012Validator(schema).iter_errors(data)] == []
    assert data["counts"] == {"tests": len(FAILING) + 1, "passed": 1, "failed": len(FAILING)}
    assert data["tests"][0]["mismatches"][0]["message"] == "Tier: expected 中, got 高"
    assert data["tests"][0]["mismatches"][0]["stopped"]["rule"] == "T3"


def test_the_report_as_junit(tmp_path: Path) -> None:
    case, expected = FAILING["another row"]
    report = run(f'  "a <&> \\"b\\"": {case}\n  ok: {{as_of: 2026-03-02, action_count: 0}}\n', tmp_path)
    root = ElementTree.fromstring(junit_xml(report, wording("en", report.ruleset)))
    assert root.attrib == {"tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    first, second = root.iter("testcase")
    assert (first.attrib["name"], first.attrib["classname"], first.attrib["line"]) == ('a <&> "b"', "tested", "53")
    failure = first.find("failure")
    assert failure is not None and failure.attrib["message"] == "Tier: expected 中, got 高"
    assert failure.text is not None and failure.text.replace(f"{tmp_path}/", "").splitlines()[2:] == expected[2:]
    assert list(second) == []


def test_tests_do_not_count_in_the_fingerprint(tmp_path: Path) -> None:
    one = compiled_with("  c: {as_of: 2026-03-02, rows: [T4]}\n", tmp_path)
    two = compiled_with("  d: {as_of: 2026-03-02, rows: [T1]}\n", tmp_path)
    assert one.fingerprint == two.fingerprint
    assert one.ruleset != two.ruleset


# --- the last run, the population -------------------------------------------------------------------------------------

AROUND = """\
crmrules: 1
name: around
time_zone: Asia/Shanghai
vocabulary:
  customer:
    spent: {type: number}
    top: {type: boolean, formula: 'top share(spent, 20%)'}
    band: {type: number, formula: 'quantile(spent, 3)'}
    days: {type: days and time duration, formula: as_of - since.tier}
    tier: {values: [high, low]}
decisions:
  tier: {kind: classification, inputs: [top], outputs: [tier], rules: [{id: R1, when: {top: true}, then: {tier: high}}]}
tests:
"""


def around(case: str, folder: Path):
    path = folder / "t.yaml"
    path.write_text(f"{AROUND}  c: {{as_of: 2026-03-02, {case}}}\n", "utf-8")
    ruleset, issues = read_ruleset(path)
    assert ruleset is not None, [i.render() for i in issues]
    compiled, found = compile_ruleset(ruleset)
    assert compiled is not None, [i.render() for i in found]
    cases, problems = prepare_tests(compiled)
    return run_tests(compiled, cases), problems


@pytest.mark.parametrize(
    "case",
    [
        "given: {spent: 100}, cut_points: {top: 100}, expect: {top: true, tier: high}, rows: [R1]",
        "given: {spent: 99}, cut_points: {top: 100}, expect: {top: false}, not_rows: [R1], action_count: 0",
        "given: {spent: 30}, cut_points: {band: [30, 90]}, expect: {band: 1}",
        "given: {spent: 31}, cut_points: {band: '[30, 90]'}, expect: {band: 2}",
        "given: {spent: 91}, cut_points: {band: [30, 90]}, expect: {band: 3}",
        "previous: {tier: low}, since: {tier: 2026-02-28T12:00}, expect: {days: PT36H}",
    ],
)
def test_the_last_run_and_the_population(case: str, tmp_path: Path) -> None:
    report, problems = around(case, tmp_path)
    assert problems == [] and len(report.results) == 1
    assert [(m.subject, m.actual) for result in report.failed for m in result.mismatches] == []


@pytest.mark.parametrize(
    ("case", "code", "place"),
    [
        ("cut_points: {days: 5}, rows: [R1]", "O205", "14:45"),
        ("cut_points: {top: many}, rows: [R1]", "F120", "14:44"),
        ("since: {tier: long ago}, rows: [R1]", "F", "14:40"),
    ],
)
def test_what_cannot_be_said_of_them(case: str, code: str, place: str, tmp_path: Path) -> None:
    report, problems = around(case, tmp_path)
    assert report.results == ()
    assert [(i.code.startswith(code), str(i.span).split("t.yaml:")[1]) for i in problems] == [(True, place)]
