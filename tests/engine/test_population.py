"""Top shares and quantiles: exact borders, ties, filters, frozen cut points, and what is wrong with a formula."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crmrules.engine.population_compiler import points_of
from crmrules.model.population import Cut, CutPoints, Measure
from tests.engine.helpers import facts, problems, rules

AS_OF = "2026-03-02"
RFM = facts(
    "spent: {type: number}",
    "active: {type: boolean}",
    "top_customer: {type: boolean, formula: 'top share(spent, 20%)'}",
    "third: {type: number, formula: 'quantile(spent, 3)'}",
    "active_third: {type: number, formula: 'quantile(spent, 3, active)'}",
)


def decided(text: str, records: list[dict[str, object]], fact: str) -> list[object]:
    compiled = rules(text)
    cuts = compiled.cut_points(records, as_of=AS_OF)
    decisions = [compiled.decide(record, as_of=AS_OF, cut_points=cuts) for record in records]
    assert [issue.render() for each in decisions for issue in each.warnings] == []
    return [each.values[fact] for each in decisions]


def spent(*amounts: object) -> list[dict[str, object]]:
    return [{"id": f"C{at}", "spent": amount} for at, amount in enumerate(amounts, 1)]


@pytest.mark.parametrize(
    ("part", "values", "points"),
    [
        (Decimal("0.2"), range(1, 11), (9,)),  # 2 of 10
        (Decimal("0.2"), range(1, 12), (9,)),  # ⌈2.2⌉ = 3 of 11
        (Decimal("0.01"), range(1, 4), (3,)),  # one at least
        (Decimal("0.99"), range(1, 4), (1,)),
        (Decimal("0.5"), [7], (7,)),
        (Decimal("0.3"), range(1, 11), (8,)),  # exactly 3: no float makes it 4
        (Decimal("0.2"), [], ()),
    ],
)
def test_the_cut_of_a_top_share(part, values, points):
    assert points_of(Measure.TOP_SHARE, part, list(values)) == points


@pytest.mark.parametrize(
    ("part", "values", "points"),
    [
        (3, range(1, 10), (3, 6)),
        (3, range(1, 11), (4, 7)),
        (3, range(1, 12), (4, 8)),
        (2, range(1, 4), (2,)),
        (4, [1], (1, 1, 1)),
        (3, [5, 5, 5], (5, 5)),
        (2, [], ()),
    ],
)
def test_the_cuts_of_a_quantile(part, values, points):
    assert points_of(Measure.QUANTILE, part, list(values)) == points


def test_top_share_on_both_sides_of_the_border():
    assert decided(RFM, spent(*range(1, 11)), "top_customer") == [False] * 8 + [True] * 2


def test_a_tie_at_the_border_is_in():
    assert decided(RFM, spent(1, 2, 3, 4, 5, 6, 9, 9, 9, 10), "top_customer") == [False] * 6 + [True] * 4


def test_tertiles_with_the_highest_called_3():
    assert decided(RFM, spent(*range(1, 10)), "third") == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_ties_stay_together_in_the_lower_bucket():
    assert decided(RFM, spent(1, 2, 3, 3, 3, 6, 7, 8, 9), "third") == [1, 1, 1, 1, 1, 2, 3, 3, 3]


def test_unknown_belongs_to_no_bucket_and_counts_for_nobody():
    values = decided(RFM, spent(None, 1, None, 2, 3), "third")
    assert values == [None, 1, None, 2, 3]


def test_a_filter_says_who_is_ranked():
    records = [{"id": f"C{n}", "spent": n, "active": n != 5} for n in range(1, 8)]
    records[6]["active"] = None
    # five are ranked: 1 2 3 4 6; the points are the second and the fourth of them
    assert decided(RFM, records, "active_third") == [1, 1, 2, 2, None, 3, None]


def test_dates_and_durations_are_ranked_too():
    text = facts(
        "last_order: {type: date and time}",
        "recency: {type: number, formula: 'quantile(last_order, 2)'}",
        "fresh: {type: number, formula: 'quantile(last_order - as_of, 2)'}",
    )
    records = [{"id": str(day), "last_order": f"2026-02-0{day}"} for day in (3, 1, 2, 4)]
    assert decided(text, records, "recency") == [2, 1, 1, 2]
    assert decided(text, records, "fresh") == [2, 1, 1, 2]


def test_a_cut_may_rest_on_decisions_and_on_other_cuts():
    text = (
        facts(
            "spent: {type: number}",
            "top_half: {type: boolean, formula: 'top share(spent, 50%)'}",
            "tier: {type: string, values: [high, low]}",
            "rank_in_tier: {type: number, formula: 'quantile(spent, 2, tier = \"high\")'}",
        )
        + "decisions:\n  tiers:\n    kind: classification\n    inputs: [top_half]\n    outputs: [tier]\n"
        "    rules:\n"
        "      - {id: T1, when: {top_half: 'true'}, then: {tier: high}}\n"
        "      - {id: T2, when: {top_half: 'false'}, then: {tier: low}}\n"
    )
    assert [len(stage.cuts) for stage in rules(text).population] == [1, 1]
    assert decided(text, spent(*range(1, 9)), "rank_in_tier") == [None] * 4 + [1, 1, 2, 2]


def test_two_cuts_in_one_formula():
    text = facts(
        "a: {type: number}", "b: {type: number}", "score: {type: number, formula: 'quantile(a, 2) + quantile(b, 2)'}"
    )
    records = [{"id": f"{a}{b}", "a": a, "b": b} for a in (1, 2) for b in (1, 2)]
    assert decided(text, records, "score") == [2, 3, 3, 4]
    assert list(rules(text).cut_points(records, as_of=AS_OF).cuts) == ["score", "score#2"]


def test_cut_points_say_how_they_came_about():
    cuts = rules(RFM).cut_points(spent(*range(1, 11)), as_of=AS_OF)
    assert str(cuts.as_of) == "2026-03-02T00:00:00@Asia/Shanghai"
    assert cuts.cuts["top_customer"] == Cut("top_customer", Measure.TOP_SHARE, "spent", Decimal("0.2"), 10, (9,))
    assert cuts.cuts["active_third"] == Cut("active_third", Measure.QUANTILE, "spent", 3, 0, (), "active")


def test_frozen_cut_points_outlive_the_population():
    compiled = rules(RFM)
    cuts = compiled.cut_points(spent(*range(1, 11)), as_of=AS_OF)
    newcomer = {"id": "N", "spent": 9}
    assert compiled.decide(newcomer, as_of="2027-01-01", cut_points=cuts).values["top_customer"] is True
    plan = compiled.plan(spent(100, 200), as_of=AS_OF, cut_points=cuts)
    assert plan.cut_points is cuts


def test_a_plan_cuts_its_own_population_and_keeps_the_points():
    plan = rules(RFM).plan((record for record in spent(*range(1, 11))), as_of=AS_OF)
    assert plan.customers == 10
    assert plan.cut_points.cuts["third"].points == (4, 7)


def test_without_cut_points_the_fact_is_unknown_and_says_what_to_do():
    decision = rules(RFM).decide({"id": "C1", "spent": 5}, as_of=AS_OF)
    assert decision.values["top_customer"] is None
    assert [issue.code for issue in decision.warnings] == ["P706", "P706", "P706"]
    assert decision.warnings[0].render() == (
        f"{decision.warnings[0].span}: warning P706: 'top_customer' compares customer C1 with the population, but no cut "
        "points were given, so it is unknown; pass cut_points=rules.cut_points(records, as_of=…)"
    )


def test_cut_points_of_another_formula_do_not_count():
    other = rules(RFM.replace("20%", "30%")).cut_points(spent(1, 2, 3), as_of=AS_OF)
    decision = rules(RFM).decide({"id": "C1", "spent": 5}, as_of=AS_OF, cut_points=other)
    assert decision.values["top_customer"] is None
    assert decision.values["third"] == 3
    assert [issue.params["fact"] for issue in decision.warnings] == ["top_customer"]
    assert CutPoints() == CutPoints(None, {})


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("quantile(name, 3)",
         "P701: quantile puts customers in order by string, which has no order; expected a number, a date, a date and time "
         "or a duration"),
        ("quantile(spent, 1)", "P702: quantile parts the population into a whole number of parts from 2 to 1,000, found 1"),
        ("quantile(spent, 2.5)", "P702: quantile parts the population into a whole number of parts from 2 to 1,000, found 2.5"),
        ("quantile(spent, spent)",
         "P702: quantile parts the population into a whole number of parts from 2 to 1,000, found spent"),
        ("if top share(spent, 20) then 1 else 2", "P703: top share takes a share between 0 and 1, such as 20%, found 20"),
        ("if top share(spent, 0) then 1 else 2", "P703: top share takes a share between 0 and 1, such as 20%, found 0"),
        ("if top share(spent, 100%) then 1 else 2",
         "P703: top share takes a share between 0 and 1, such as 20%, found 100%"),
        ("sum(for x in orders return quantile(x.amount, 3))",
         "P704: quantile cuts the population once for all customers; it cannot stand inside a loop, a filter, a function or "
         "another cut; give it a fact of its own"),
        ("quantile(spent, 3, top share(spent, 20%))",
         "P704: top share cuts the population once for all customers; it cannot stand inside a loop, a filter, a function "
         "or another cut; give it a fact of its own"),
        ("quantile(spend, 3)", 'F120: unknown name "spend"; did you mean spent?'),
    ],
)  # fmt: skip
def test_mistakes_in_a_formula(formula, expected):
    text = facts("spent: {type: number}", "name: {type: string}", f"third: {{type: number, formula: '{formula}'}}")
    text += "  order:\n    amount: {type: number}\n"
    assert [line.partition("error ")[2] for line in problems(text)] == [expected]


def test_elsewhere_a_cut_has_no_meaning():
    text = (
        facts("spent: {type: number}", "tier: {type: string}")
        + "decisions:\n  tiers:\n    kind: classification\n    inputs: ['quantile(spent, 3)']\n    outputs: [tier]\n"
        "    rules: [{id: T1, when: {'quantile(spent, 3)': 3}, then: {tier: high}}]\n"
        "kpis:\n  top: {type: simple, where: 'top share(value: spent, share: 20%)'}\n"
    )
    assert problems(text, lang="zh") == [
        "rules.yaml:11:15: 错误 P705: quantile 只能写在客户字段的公式（formula）中；请先定义字段再引用",
        "rules.yaml:15:31: 错误 P705: top share 只能写在客户字段的公式（formula）中；请先定义字段再引用",
    ]


def test_a_cycle_through_the_population_names_its_members():
    text = facts(
        "spent: {type: number}",
        "third: {type: number, formula: 'quantile(weight, 3)'}",
        "weight: {type: number, formula: 'spent * third'}",
    )
    (line,) = problems(text)
    assert "P103: these need each other, so none can come first: third → weight → third" in line
