"""Problems of whole tables: exact sentences, in both languages."""

from __future__ import annotations

import pytest

from crmrules.model.ruleset import DecisionTable, HitPolicy, Kind, Rule
from crmrules.model.spans import Span
from crmrules.model.vocabulary import Cell
from crmrules.tables.conditions import Interval
from crmrules.tables.hit_policy import apply_hit_policy
from crmrules.tables.problems import check_hit_policy, outcome_issues
from crmrules.tables.validity import read_validity


def table(policy: HitPolicy, outputs: tuple[str, ...] = ("tier",)) -> DecisionTable:
    rules = tuple(Rule(f"T{n}", (), (), span=Span("tiers.xlsx", sheet="Tiers", cell=f"B{n + 6}")) for n in (1, 2, 3))
    return DecisionTable("tier", Kind.CLASSIFICATION, policy, (), outputs, rules, span=Span("tiers.yaml", 4, 3))


OUT = {0: ("high",), 1: ("low",), 2: ("high",)}


@pytest.mark.parametrize(
    ("policy", "en", "zh"),
    [
        (
            HitPolicy.UNIQUE,
            "tiers.xlsx › Tiers!B9: warning T101: table tier is UNIQUE, yet 3 of its rows match: T1 (tiers.xlsx › Tiers!B7), "
            "T2 (tiers.xlsx › Tiers!B8), T3 (tiers.xlsx › Tiers!B9); it gives no value",
            "tiers.xlsx › Tiers!B9: 警告 T101: 表 tier 的命中策略是 UNIQUE，却有 3 行同时命中：T1 (tiers.xlsx › Tiers!B7), "
            "T2 (tiers.xlsx › Tiers!B8), T3 (tiers.xlsx › Tiers!B9)；因此没有结果",
        ),
        (
            HitPolicy.ANY,
            "tiers.xlsx › Tiers!B8: warning T102: table tier is ANY, yet rows that match give different results: "
            "T1 (tiers.xlsx › Tiers!B7), T2 (tiers.xlsx › Tiers!B8); it gives no value",
            "tiers.xlsx › Tiers!B8: 警告 T102: 表 tier 的命中策略是 ANY，但命中的行结果不一致："
            "T1 (tiers.xlsx › Tiers!B7), T2 (tiers.xlsx › Tiers!B8)；因此没有结果",
        ),
    ],
)
def test_contradicting_rows_are_named_with_their_places(policy, en, zh):
    outcome = apply_hit_policy(policy, [0, 1, 2], OUT.__getitem__, 1)
    (found,) = outcome_issues(table(policy), outcome)
    assert (found.render("en"), found.render("zh")) == (en, zh)


def test_outputs_that_do_not_add_up():
    outcome = apply_hit_policy(HitPolicy.SUM, [0, 2], {0: (1,), 2: (None,)}.__getitem__, 1)
    (found,) = outcome_issues(table(HitPolicy.SUM), outcome)
    assert found.render() == (
        "tiers.yaml:4:3: warning T103: the outputs of table tier cannot be combined by C+: number, null (rows T1, T3)"
    )


def test_a_sound_result_has_no_issues():
    assert outcome_issues(table(HitPolicy.FIRST), apply_hit_policy(HitPolicy.FIRST, [0, 1], OUT.__getitem__, 1)) == []
    assert outcome_issues(table(HitPolicy.SUM), apply_hit_policy(HitPolicy.SUM, [], OUT.__getitem__, 1)) == []


@pytest.mark.parametrize(
    ("policy", "outputs", "priorities", "texts"),
    [
        (HitPolicy.SUM, ("a", "b"), ((), ()), ["T111: hit policy C+ combines one output, and table tier has 2: a, b"]),
        (HitPolicy.COUNT, ("a",), ((),), []),
        (
            HitPolicy.PRIORITY, ("a", "b"), ((), ()),
            ["T112: hit policy P orders by allowed values, and no output of table tier has any: a, b"],
        ),
        (HitPolicy.OUTPUT_ORDER, ("a", "b"), ((), ("x",)), []),
        (HitPolicy.UNIQUE, ("a", "b"), ((), ()), []),
    ],
)  # fmt: skip
def test_outputs_must_suit_the_hit_policy(policy, outputs, priorities, texts):
    found = check_hit_policy(table(policy, outputs), priorities)
    assert [i.render() for i in found] == [f"tiers.yaml:4:3: error {text}" for text in texts]


DAY = 20_513  # 2026-03-01


@pytest.mark.parametrize(
    ("start", "end", "window", "texts"),
    [
        ("", " - ", None, []),
        ("2026-03-01", "", Interval(DAY, None, True, False), []),
        ("", "2026-03-02", Interval(None, DAY + 1, True, False), []),
        ("2026/03/01", "2026-03-02", Interval(DAY, DAY + 1, True, False), []),
        (
            "1 March", "2026-02-30", None,
            [
                "r.yaml:1: error T121: 1 March is not a date; expected YYYY-MM-DD, such as 2026-03-01",
                "r.yaml:2: error T121: 2026-02-30 is not a date; expected YYYY-MM-DD, such as 2026-03-01",
            ],
        ),
        (
            "2026-03-01", "2026-03-01", None,
            ["r.yaml:2: error T122: row R1 is never valid: it ends on 2026-03-01, not after 2026-03-01, when it begins"],
        ),
    ],
)  # fmt: skip
def test_validity_dates(start, end, window, texts):
    rule = Rule("R1", (), (), valid_from=Cell(start, Span("r.yaml", 1)), valid_to=Cell(end, Span("r.yaml", 2)))
    found, issues = read_validity(rule)
    assert (found, [i.render() for i in issues]) == (window, texts)
