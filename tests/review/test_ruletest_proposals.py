"""Proposed tests: both sides of each boundary, in the fact's own steps; why there is none where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.compiler import compile_ruleset
from crmrules.feel.shapes import Intervals, IsNull, Points
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range
from crmrules.model.vocabulary import AllowedValue, Fact
from crmrules.review.ruletest_coverage import coverage_of
from crmrules.review.ruletest_proposals import Proposals, propose_tests
from crmrules.review.ruletest_values import probes, step, value_text
from crmrules.rulesets.loader import read_ruleset

CASES = Path(__file__).parent / "cases"


def compiled_of(text: str, folder: Path) -> CompiledRuleSet:
    path = folder / "t.yaml"
    path.write_text(text, "utf-8")
    ruleset, issues = read_ruleset(path)
    assert ruleset is not None, [i.render() for i in issues]
    compiled, found = compile_ruleset(ruleset)
    assert compiled is not None, [i.render() for i in found]
    return compiled


def proposals(compiled: CompiledRuleSet, lang: str = "en") -> Proposals:
    coverage = coverage_of(compiled.ruleset, set())
    return propose_tests(compiled, coverage, compiled.moment("2026-03-02"), lang)


def table(facts: str, inputs: str, rules: str, policy: str = "U") -> str:
    return (
        f"crmrules: 1\nname: a\nvocabulary: {{customer: {{{facts}, out: {{}}}}}}\ndecisions:\n  t:\n"
        f"    kind: classification\n    hit_policy: {policy}\n    inputs: [{inputs}]\n    outputs: [out]\n    rules:\n{rules}"
    )


def short(found: Proposals) -> list[tuple[str, dict[str, str], list[str], list[str]]]:
    return [
        (t.id, {k: c.text for k, c in t.given.items()}, [c.text for c in t.rows], [c.text for c in t.not_rows])
        for t in found.tests
    ]


BOUNDS = [
    ("x: {type: number, scale: 2}", '"[10..20)"', [("10", True), ("19.99", True), ("9.99", False), ("20", False)]),
    ("x: {type: number}", '"(10..20]"', [("11", True), ("20", True), ("10", False), ("21", False)]),
    ("x: {type: number}", '"< 0.5"', [("0.4", True), ("0.5", False)]),
    ("x: {type: number, range: \">= 0\"}", '">= 0"', [("0", True)]),
    ("x: {type: date}", "'>= date(\"2026-03-01\")'", [("2026-03-01", True), ("2026-02-28", False)]),
    ("x: {type: date}", "'< date(\"2024-03-01\")'", [("2024-02-29", True), ("2024-03-01", False)]),
    ("x: {type: duration}", '\'<= @"P1D"\'', [("P1D", True), ("P1DT1S", False)]),
    ("x: {values: [a, b, c]}", '"a, b"', [("a", True), ("b", True)]),
    ("x: {values: [a, b, c]}", "not(a)", [("b", True), ("c", True)]),
    ("x: {type: boolean}", "true", [("true", True)]),
]  # fmt: skip


@pytest.mark.parametrize(("fact", "cell", "expected"), BOUNDS)
def test_both_sides_of_each_boundary(fact: str, cell: str, expected: list[tuple[str, bool]], tmp_path: Path) -> None:
    rules = f"      - {{id: R1, when: {{x: {cell}}}, then: {{out: yes}}}}\n"
    found = proposals(compiled_of(table(fact, "x", rules), tmp_path))
    assert [(given["x"], rows == ["R1"]) for _, given, rows, _ in short(found)] == expected
    assert all((not_rows == ["R1"]) != (rows == ["R1"]) for _, _, rows, not_rows in short(found))
    assert found.impossible == ()


def test_every_proposal_passes_and_reaches_what_can_be_reached(tmp_path: Path) -> None:
    from crmrules.review.ruletest_cases import prepare_test
    from crmrules.review.ruletests import run_test

    compiled = compiled_of((CASES / "tested.yaml").read_text("utf-8"), tmp_path)
    found = proposals(compiled)
    reached = set()
    for test in found.tests:
        case, issues = prepare_test(compiled, test)
        assert case is not None and issues == []
        result = run_test(compiled, case)
        assert result.passed
        reached |= {match.rule for match in result.decision.matches}
    assert reached == {"T1", "T2", "T3", "T4", "G1", "C1", "C2"}
    assert [(i.code, str(i.span).split("/")[-1], i.params["columns"]) for i in found.impossible] == [
        ("O202", "t.yaml:41:9", "orders_total")
    ]


def test_decided_facts_are_reached_through_the_rows_that_decide_them(tmp_path: Path) -> None:
    compiled = compiled_of((CASES / "tested.yaml").read_text("utf-8"), tmp_path)
    by_row = {each[0]: each for each in short(proposals(compiled))}
    assert by_row["C1-1"] == ("C1-1", {"amount": "100000", "vip": "true"}, ["C1"], [])
    assert by_row["T3-1"] == ("T3-1", {"amount": "100000"}, ["T3"], [])


def test_notes_say_which_side(tmp_path: Path) -> None:
    rules = '      - {id: R1, when: {x: ">= 10"}, then: {out: yes}}\n'
    compiled = compiled_of(table("x: {label: {zh: 金额}, type: number}", "x", rules), tmp_path)
    assert [t.note for t in proposals(compiled, "en").tests] == [
        "proposed, please check: 金额 10 is just inside >= 10",
        "proposed, please check: 金额 9 is just outside >= 10",
    ]
    assert [t.note for t in proposals(compiled, "zh").tests] == [
        "建议用例，请核对：金额为 10，刚好满足 >= 10",
        "建议用例，请核对：金额为 9，刚好不满足 >= 10",
    ]
    assert {k: c.text for k, c in proposals(compiled).tests[1].expect.items()} == {"out": "null"}


def test_a_row_behind_earlier_ones_is_reached_by_what_they_leave(tmp_path: Path) -> None:
    rules = (
        "      - {id: R1, when: {x: '> 5'}, then: {out: a}}\n"
        "      - {id: R2, when: {x: '<= 5'}, then: {out: b}}\n"
        "      - {id: R3, when: {y: true}, then: {out: c}}\n"
        "      - {id: R4, when: {y: true}, then: {out: d}}\n"
    )
    found = proposals(compiled_of(table("x: {type: number}, y: {type: boolean}", "x, y", rules, "F"), tmp_path))
    assert ("R3-1", {"y": "true"}, ["R3"], []) in short(found)
    assert [(i.code, i.params["rule"]) for i in found.impossible] == [("O204", "R4")]


def test_a_cell_that_hangs_on_other_facts_is_told(tmp_path: Path) -> None:
    rules = "      - {id: R1, when: {x: '>= y'}, then: {out: a}}\n"
    found = proposals(compiled_of(table("x: {type: number}, y: {type: number}", "x", rules), tmp_path))
    assert found.tests == ()
    assert [(i.code, i.params["cells"]) for i in found.impossible] == [("O203", ">= y")]


# --- values -----------------------------------------------------------------------------------------------------------

NUMBER = Fact("x", type="number")


@pytest.mark.parametrize(
    ("value", "fact", "up", "down"),
    [
        (5, NUMBER, "6", "4"),
        (5, Fact("x", type="number", scale=2), "5.01", "4.99"),
        (Date(2024, 2, 28), Fact("x", type="date"), "2024-02-29", "2024-02-27"),
        (
            DateTime.read("2026-01-01T00:00"),
            Fact("x", type="date and time"),
            "2026-01-01T00:00:01",
            "2025-12-31T23:59:59",
        ),
        (DaysDuration(0), Fact("x"), "PT1S", "-PT1S"),
        (MonthsDuration(12), Fact("x"), "P1Y1M", "P11M"),
    ],
)
def test_steps(value: object, fact: Fact, up: str, down: str) -> None:
    assert (value_text(step(value, 1, fact)), value_text(step(value, -1, fact))) == (up, down)


def test_what_has_no_step_gives_no_outer_side() -> None:
    assert step("a", 1, Fact("x")) is None and step(True, 1, Fact("x")) is None
    assert [p.value for p in probes(Intervals((Range("a", "m"),)), Fact("x")) or []] == ["a", "m"]


def test_probes_of_null_and_points() -> None:
    word = Fact("x", values=(AllowedValue("a"), AllowedValue("b")))
    assert [(p.value, p.inside) for p in probes(IsNull(), word) or []] == [(None, True)]
    assert [(p.value, p.inside) for p in probes(IsNull(True), word) or []] == [("a", True), ("b", True), (None, False)]
    assert [(p.value, p.inside) for p in probes(Points((3,), True), NUMBER) or []] == [(4, True), (3, False)]
    assert [(p.value, p.inside) for p in probes(Points(("q",), True), Fact("x")) or []] == [("x", True), ("q", False)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"), (True, "true"), (10, "10"), (["a", "b"], "a、b"), ([], "[]"), ([1, None], "[1, null]"),
        (DateTime.read("2026-03-02"), "2026-03-02"), (DateTime.read("2026-03-02T09:00"), "2026-03-02T09:00"),
    ],
)  # fmt: skip
def test_texts(value: object, text: str) -> None:
    assert value_text(value) == text
