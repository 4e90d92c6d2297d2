"""Classification: bounds, hit policies, words, expressions, what is unknown and what was before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crmrules.model.decision import History
from tests.engine.helpers import facts, problems, rules, shown

AS_OF = "2026-03-02"


@pytest.mark.parametrize(
    ("amount", "tier"),
    [
        (0, "low"), (99999, "low"), (Decimal("99999.99"), "low"), (100000, "mid"), (499999, "mid"), (500000, "high"),
        (None, None),
    ],
)  # fmt: skip
def test_bounds_of_the_minimal_rule_set(amount: int | None, tier: str | None) -> None:
    decision = rules().decide({"id": "C1", "annual_amount": amount}, as_of=AS_OF)
    assert decision.values["value_tier"] == tier
    assert ("annual_amount" in decision.unknown) is (amount is None)


def test_an_override_moves_the_bound() -> None:
    compiled = rules(overrides={"高价值门槛": "60万"})
    assert compiled.decide({"id": "C1", "annual_amount": 500000}, as_of=AS_OF).values["value_tier"] == "mid"
    assert compiled.fingerprint != rules().fingerprint
    assert compiled.ruleset.parameters["high_value"].value.text == "60万"


def table(policy: str, outputs: str, rows: str, *declared: str, extra: str = "") -> str:
    """A rule set with one table over ``v``; ``rows`` has one ``id | when | output: value, …`` a line."""
    lines = []
    for row in rows.strip().splitlines():
        name, when, then = (part.strip() for part in row.split("|"))
        lines.append(f"      - {{id: {name}, when: {{v: '{when}'}}, then: {{{then}}}}}")
    return facts("v: {type: number}", "w: {type: number}", *declared) + (
        f"decisions:\n  t:\n    kind: classification\n    hit_policy: {policy}\n    inputs: [v]\n"
        f"    outputs: [{outputs}]\n{extra}    rules:\n" + "\n".join(lines) + "\n"
    )


def tagged(*rows: str) -> str:
    """A rule set with one table over the tags of a customer; it collects the numbers of the rows that match."""
    words = "values: [{value: vip, label: {zh: 大客户}}, {value: new, label: {zh: 新客}}]"
    head = facts(f"tags: {{type: list<string>, {words}}}", "out: {type: list<number>}")
    table = "    kind: classification\n    hit_policy: R\n    inputs: [tags]\n    outputs: [out]\n    rules:\n"
    lines = [f"      - {{id: R{n}, when: {{tags: '{row}'}}, then: {{out: {n}}}}}" for n, row in enumerate(rows)]
    return f"{head}decisions:\n  t:\n{table}" + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("tags", "rows", "unknown"),
    [
        (["vip"], [0, 2, 5], set()), (["new", "vip"], [0, 2, 5], set()), (["new"], [1, 2, 5], set()), ([], [1, 3, 5], set()),
        (None, [4, 5], {"tags"}),
    ],
)  # fmt: skip
def test_words_in_a_column_of_tags_ask_what_the_list_contains(tags: object, rows: list[int], unknown: set[str]) -> None:
    compiled = rules(tagged("大客户", "not(vip)", "新客, vip", "not(新客, vip)", "null", "-", 'list contains(?, "x")'))
    decision = compiled.decide({"id": "C1", "tags": tags}, as_of=AS_OF)
    assert decision.values["out"] == rows
    assert decision.unknown == unknown
    assert decision.warnings == ()


def test_an_unknown_tag_names_the_nearest() -> None:
    assert problems(tagged("大客")) == [
        'rules.yaml:15:32: error F121: "大客" is none of the allowed values (vip, new); did you mean 大客户?'
    ]


def test_unknown_never_matches_silently() -> None:
    rows = "A | 5 | out: 1\nB | not(5) | out: 2\nC | < 9 | out: 3\nD | not(null) | out: 4"
    compiled = rules(table("C", "out", rows, "out: {type: list<number>}"))
    for v, expected, unknown in ((5, [1, 3, 4], set()), (6, [2, 3, 4], set()), (None, [], {"v"})):
        decision = compiled.decide({"id": "C1", "v": v}, as_of=AS_OF)
        assert (decision.values["out"], decision.unknown) == (expected, unknown)


OVERLAPPING = "A | > 0 | out: {a}\nB | > 5 | out: {b}\nC | > 9 | out: {c}"
NUMBERS = OVERLAPPING.format(a=1, b=2, c=4)
NUMBER, WORDS = "out: {type: number}", "out: {type: string, values: [gold, silver, bronze]}"
TAGS = "out: {type: list<string>, values: [gold, silver, bronze]}"


@pytest.mark.parametrize(
    ("policy", "fact", "rows", "values"),
    [
        ("F", NUMBER, NUMBERS, {1: 1, 6: 1, 10: 1, 0: None}),
        ("C+", NUMBER, NUMBERS, {1: 1, 6: 3, 10: 7, 0: None}),
        ("C<", NUMBER, NUMBERS, {10: 1, 0: None}),
        ("C>", NUMBER, NUMBERS, {10: 4, 0: None}),
        ("C#", NUMBER, OVERLAPPING.format(a="x", b="y", c="z"), {10: 3, 0: 0}),
        ("P", WORDS, OVERLAPPING.format(a="bronze", b="gold", c="silver"), {1: "bronze", 6: "gold", 10: "gold"}),
        ("C", TAGS, OVERLAPPING.format(a="bronze", b="gold", c="silver"), {10: ["bronze", "gold", "silver"], 0: []}),
        ("R", TAGS, OVERLAPPING.format(a="bronze", b="gold", c="silver"), {10: ["bronze", "gold", "silver"]}),
        ("O", TAGS, OVERLAPPING.format(a="bronze", b="gold", c="silver"), {10: ["gold", "silver", "bronze"]}),
        ("A", NUMBER, OVERLAPPING.format(a=1, b=1, c=1), {10: 1}),
    ],
)
def test_hit_policies(policy: str, fact: str, rows: str, values: dict[int, object]) -> None:
    compiled = rules(table(policy, "out", rows, fact))
    for v, expected in values.items():
        decision = compiled.decide({"id": "C1", "v": v}, as_of=AS_OF)
        assert decision.values["out"] == expected
        assert decision.warnings == ()


def test_a_conflict_is_a_located_warning_and_no_value() -> None:
    decision = rules(table("U", "out", NUMBERS, NUMBER)).decide({"id": "C1", "v": 6}, as_of=AS_OF)
    assert decision.values["out"] is None
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:17:9: warning T101: table t is UNIQUE, yet 2 of its rows match: A (rules.yaml:16:9), "
        "B (rules.yaml:17:9); it gives no value"
    ]
    assert decision.matches == ()


def test_any_with_different_results_is_a_conflict() -> None:
    decision = rules(table("A", "out", NUMBERS, NUMBER)).decide({"id": "C1", "v": 6}, as_of=AS_OF)
    assert decision.values["out"] is None
    assert [i.code for i in decision.warnings] == ["T102"]


def test_words_labels_and_aliases_give_the_canonical_value() -> None:
    fact = "out: {type: string, values: [{value: gold, label: {en: Gold, zh: 金牌}, aliases: [第一]}, silver]}"
    rows = 'A | 1 | out: 金牌\nB | 2 | out: Gold\nC | 3 | out: 第一\nD | 4 | out: \'"金牌"\'\nE | 5 | out: "null"'
    compiled = rules(table("U", "out", rows, fact))
    got = [compiled.decide({"id": "C1", "v": v}, as_of=AS_OF).values["out"] for v in (1, 2, 3, 4, 5)]
    assert got == ["gold", "gold", "gold", "gold", None]


def test_text_without_allowed_values_is_literal_unless_quoted() -> None:
    rows = (
        "A | 1 | out: 电话+定制方案\nB | 2 | out: name\n"
        'C | 3 | out: \'"v is " + string(v)\'\nD | 4 | out: \'if w > 1 then "big" else "small"\''
    )
    compiled = rules(table("U", "out", rows, "out: {type: string}", "name: {type: string}"))
    got = [compiled.decide({"id": "C1", "v": v, "w": 2, "name": "x"}, as_of=AS_OF).values["out"] for v in (1, 2, 3, 4)]
    assert got == ["电话+定制方案", "name", "v is 3", "big"]


@pytest.mark.parametrize(
    ("fact", "cell", "value"),
    [
        ("out: {type: number}", "v * 2 + 1", 11),
        ("out: {type: number}", "20%", Decimal("0.2")),
        ("out: {type: boolean}", "是", True),
        ("out: {type: boolean}", "v > 9", False),
        ("out: {type: date}", "2026-03-05", "2026-03-05"),
        ("out: {type: date and time}", "as_of + P1D", "2026-03-03T00:00:00@Asia/Shanghai"),
        ("out: {type: days and time duration}", "48小时", "P2D"),
        ("out: {type: years and months duration}", "3个月", "P3M"),
        ("out: {type: list<string>}", "电话、邮件", ["电话", "邮件"]),
    ],
)
def test_results_by_type(fact: str, cell: str, value: object) -> None:
    compiled = rules(table("U", "out", f"A | - | out: '{cell}'", fact))
    found = compiled.decide({"id": "C1", "v": 5}, as_of=AS_OF).values["out"]
    assert (str(found) if isinstance(value, str) else found) == value


def test_default_when_no_row_matches() -> None:
    compiled = rules(table("U", "out", "A | > 5 | out: 1", NUMBER, extra="    default: {out: 7}\n"))
    decision = compiled.decide({"id": "C1", "v": 1}, as_of=AS_OF, trace=True)
    assert decision.values["out"] == 7
    assert decision.matches == ()
    assert decision.trace is not None and decision.trace.steps[0].used_default  # type: ignore[union-attr]
    assert compiled.decide({"id": "C1", "v": 6}, as_of=AS_OF).values["out"] == 1


def test_the_value_before_is_there_and_null_without_state() -> None:
    rows = "A | > 10 | out: gold\nB | '> 5' | out: previous.out\nC | <= 5 | out: bronze".replace("'> 5'", "(5..10]")
    compiled = rules(table("U", "out", rows, WORDS))

    def out(v: int, before: str | None) -> object:
        return compiled.decide({"id": "C1", "v": v}, as_of=AS_OF, history=History({"out": before})).values["out"]

    assert (out(11, "bronze"), out(7, "gold"), out(7, "bronze"), out(5, "gold")) == ("gold", "gold", "bronze", "bronze")
    assert compiled.decide({"id": "C1", "v": 7}, as_of=AS_OF).values["out"] is None


def test_a_result_that_does_not_fit_is_a_warning() -> None:
    text = table("U", "out", "A | - | out: previous.other", WORDS, "other: {type: string}") + (
        "  other:\n    kind: classification\n    hit_policy: U\n    inputs: [w]\n    outputs: [other]\n"
        "    rules:\n      - {id: O1, then: {other: lead}}\n"
    )
    decision = rules(text).decide({"id": "C1"}, as_of=AS_OF, history=History({"other": "lead"}))
    assert decision.values["out"] is None
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:17:45: warning P405: customer C1: 'out' is one of gold, silver, bronze, "
        "but 'previous.other' gave string lead; read as unknown"
    ]


def test_a_failing_expression_is_a_located_warning() -> None:
    text = facts("n: {type: number}", "share: {type: number, formula: 100 / n}", "big: {type: boolean}") + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: U\n    inputs: [share]\n    outputs: [big]\n"
        "    rules:\n      - {id: T1, when: {share: '> 50'}, then: {big: true}}\n"
    )
    decision = rules(text).decide({"id": "C1", "n": 0}, as_of=AS_OF)
    assert decision.values == {"share": None, "big": None}
    assert decision.unknown == {"share"}
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:7:36: warning P401: customer C1: '100 / n' could not be evaluated: division by zero"
    ]


def test_a_derived_value_out_of_range_is_unknown() -> None:
    text = facts("n: {type: number}", "score: {type: number, range: '[0..100]', formula: n * 2}")
    compiled = rules(text)
    assert compiled.decide({"id": "C1", "n": 50}, as_of=AS_OF).values["score"] == 100
    decision = compiled.decide({"id": "C1", "n": 51}, as_of=AS_OF)
    assert decision.values["score"] is None
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:7:34: warning P404: customer C1: 'score' is 102, outside [0..100]; read as unknown"
    ]


def test_missing_values_as_the_vocabulary_says() -> None:
    text = (
        facts(
            "a: {type: number, missing: default, default: 5}",
            "b: {type: number, missing: error}",
            "c: {type: number, missing: default, default: 0, formula: 'sum(orders.amount)'}",
            "s: {type: number, formula: a + 1}",
        )
        + "  order:\n    amount: {type: number}\n"
    )
    decision = rules(text).decide({"id": "C1"}, as_of=AS_OF)
    assert decision.values == {"c": 0, "s": 6}
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:7:5: warning P403: customer C1: 'b' is missing and must not be"
    ]


def test_unknown_names_the_facts_behind_an_expression() -> None:
    text = facts("a: {type: number}", "b: {type: number}", "big: {type: boolean}") + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: U\n    inputs: [a + b, a]\n    outputs: [big]\n"
        "    rules:\n      - {id: T1, when: {a + b: '> 50', a: '> 1'}, then: {big: true}}\n"
    )
    compiled = rules(text)
    assert compiled.decide({"id": "C1", "a": 2}, as_of=AS_OF).unknown == {"b"}
    assert compiled.decide({"id": "C1", "a": 1}, as_of=AS_OF).unknown == frozenset()  # decided: the row fails on a
    assert compiled.decide({"id": "C1", "b": 1}, as_of=AS_OF).unknown == {"a"}


def test_facts_of_related_rows_are_derived_first() -> None:
    text = facts(
        "spent: {type: number, formula: sum(orders.total)}", "worst: {type: number, formula: max(orders.share)}"
    ) + (
        "  order:\n    quantity: {type: number}\n    price: {type: number}\n"
        "    total: {type: number, formula: quantity * price}\n    share: {type: number, formula: price / quantity}\n"
    )
    orders = [{"quantity": 2, "price": 3}, {"quantity": 4, "price": 5}, {"quantity": 0, "price": 5}]
    decision = rules(text).decide({"id": "C1", "orders": orders}, as_of=AS_OF)
    assert decision.values["spent"] == 26
    assert [shown(i) for i in decision.warnings] == [
        "rules.yaml:12:36: warning P401: customer C1: 'price / quantity' could not be evaluated: division by zero"
    ]


def test_a_scorecard_is_a_sum_and_a_table_of_bands() -> None:
    text = table("C+", "out", NUMBERS, NUMBER, "band: {type: string, values: [top, rest]}") + (
        "  band:\n    kind: classification\n    hit_policy: U\n    inputs: [out]\n    outputs: [band]\n"
        "    rules:\n      - {id: B1, when: {out: '>= 3'}, then: {band: top}}\n"
        "      - {id: B2, when: {out: '< 3'}, then: {band: rest}}\n"
    )
    compiled = rules(text)
    assert [compiled.decide({"id": "C1", "v": v}, as_of=AS_OF).values["band"] for v in (1, 6, 10)] == [
        "rest",
        "top",
        "top",
    ]


def test_rows_count_on_their_days_only() -> None:
    rows = table("U", "out", "A | - | out: 1", NUMBER).replace(
        "then: {out: 1}}", "then: {out: 1}, valid_from: 2026-03-01, valid_to: 2026-04-01}"
    )
    compiled = rules_by_day = rules(rows)
    days = ("2026-02-28T23:59:59", "2026-03-01", "2026-03-31T23:59:59", "2026-04-01")
    assert [rules_by_day.decide({"id": "C1", "v": 1}, as_of=day).values["out"] for day in days] == [None, 1, 1, None]
    decision = compiled.decide({"id": "C1", "v": 1}, as_of="2026-04-01", trace=True)
    assert decision.trace is not None
    assert [r.active for r in decision.trace.steps[0].rules] == [False]  # type: ignore[union-attr]
