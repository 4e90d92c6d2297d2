from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmrules.model.ruleset import HitPolicy
from crmrules.model.values import Date, DateTime
from crmrules.tables.hit_policy import Outcome, apply_hit_policy, extreme, output_rank, to_feel, total

OUT = {0: ("low", 1), 1: ("high", 5), 2: ("low", 1), 3: ("mid", 3), 4: ("odd", 4)}
RANKS = (("high", "mid", "low"), ())
P = HitPolicy


def run(policy: HitPolicy, hits: list[int], **more: Any) -> Outcome:
    return apply_hit_policy(policy, hits, OUT.__getitem__, 2, priorities=RANKS, **more)


@pytest.mark.parametrize(
    ("policy", "hits", "rows", "columns"),
    [
        (P.UNIQUE, [3], (3,), ("mid", 3)),
        (P.FIRST, [1, 2, 3], (1,), ("high", 5)),
        (P.ANY, [0, 2], (0,), ("low", 1)),
        (P.PRIORITY, [0, 1, 3], (1,), ("high", 5)),
        (P.PRIORITY, [0, 2], (0,), ("low", 1)),
        (P.PRIORITY, [0, 4], (0,), ("low", 1)),
        (P.PRIORITY, [4], (4,), ("odd", 4)),
        (P.COLLECT, [0, 1, 2], (0, 1, 2), (["low", "high", "low"], [1, 5, 1])),
        (P.RULE_ORDER, [0, 1, 3], (0, 1, 3), (["low", "high", "mid"], [1, 5, 3])),
        (P.OUTPUT_ORDER, [0, 1, 2, 3, 4], (1, 3, 0, 2, 4), (["high", "mid", "low", "low", "odd"], [5, 3, 1, 1, 4])),
        (P.COUNT, [0, 1, 2], (0, 1, 2), (3, 3)),
    ],
)
def test_the_rows_that_count_and_what_they_give(policy, hits, rows, columns):
    outcome = run(policy, hits)
    assert (outcome.rows, outcome.columns, outcome.conflict) == (rows, columns, ())
    assert outcome.used_default is False


def test_unique_and_any_name_all_rows_in_conflict():
    assert run(P.UNIQUE, [0, 2]) == Outcome((None, None), conflict=(0, 2))
    assert run(P.ANY, [0, 1, 2, 3]) == Outcome((None, None), conflict=(0, 1, 3))


def test_only_rows_that_count_are_evaluated():
    asked = []

    def outputs(row: int) -> tuple[Any, ...]:
        asked.append(row)
        return OUT[row]

    for policy in (P.FIRST, P.UNIQUE, P.COUNT):
        apply_hit_policy(policy, [3] if policy is P.UNIQUE else [3, 4], outputs, 2)
    apply_hit_policy(P.UNIQUE, [3, 4], outputs, 2)
    assert asked == [3, 3]


@pytest.mark.parametrize(
    ("policy", "value"),
    [(p, None) for p in (P.UNIQUE, P.ANY, P.PRIORITY, P.FIRST, P.SUM, P.MIN, P.MAX)]
    + [(p, []) for p in (P.COLLECT, P.RULE_ORDER, P.OUTPUT_ORDER)]
    + [(P.COUNT, 0)],
)
def test_no_hit(policy, value):
    assert run(policy, []) == Outcome((value, value))
    assert run(policy, [], defaults={1: 9}) == Outcome((None, 9), records=((None, 9),), used_default=True)


@pytest.mark.parametrize(
    ("policy", "values", "result"),
    [
        (P.SUM, [1, Decimal("2.5"), 3], Decimal("6.5")),
        (P.SUM, [10, 20], 30),
        (P.SUM, [1, None], None),
        (P.SUM, ["1", 2], None),
        (P.SUM, [True, 2], None),
        (P.SUM, [10**34, 10**34], Decimal("2E+34")),
        (P.SUM, [Decimal("9.9E+6144"), Decimal("9.9E+6144")], None),
        (P.MIN, [3, Decimal("1.5"), 2], Decimal("1.5")),
        (P.MAX, ["a", "c", "b"], "c"),
        (P.MIN, [Date(2026, 2, 1), Date(2026, 1, 31)], Date(2026, 1, 31)),
        (P.MAX, [1, "a"], None),
        (P.MIN, [1, None], None),
        (P.MAX, [True, False], None),
    ],
)
def test_aggregates(policy, values, result):
    outcome = apply_hit_policy(policy, list(range(len(values))), lambda row: (values[row],), 1)
    assert outcome.columns == (result,)
    assert outcome.failed is (result is None)


def test_aggregates_of_nothing_comparable():
    assert total([]) is None
    assert extreme([], largest=True) is None
    assert (
        extreme([DateTime.parse("2026-01-01T00:00:00"), DateTime.parse("2026-01-01T00:00:00Z")], largest=True) is None
    )


def test_rank_goes_left_to_right_over_columns_with_an_order():
    order = (("a", "b"), (), (2, 1))
    assert output_rank(("b", "x", Decimal("1.0")), order) == (1, 0, 1)
    assert output_rank(("?", "x", 3), order) == (2, 0, 2)
    records = [("b", "x", 2), ("a", "x", 1), ("a", "y", 2)]
    assert apply_hit_policy(P.OUTPUT_ORDER, [0, 1, 2], records.__getitem__, 3, priorities=order).rows == (2, 1, 0)


def test_any_compares_by_value():
    for first, second in ((1, Decimal("1.00")), ([1, 2], [1, Decimal(2)]), (None, None), ({"a": 1}, {"a": 1})):
        assert apply_hit_policy(P.ANY, [0, 1], [(first,), (second,)].__getitem__, 1).columns == (first,)
    for first, second in ((1, True), (None, 0), ("1", 1), ([1], [1, 2]), ({"a": 1}, {"b": 1})):
        assert apply_hit_policy(P.ANY, [0, 1], [(first,), (second,)].__getitem__, 1).conflict == (0, 1)


@pytest.mark.parametrize(
    ("policy", "hits", "names", "value"),
    [
        (P.FIRST, [1], ["tier"], "high"),
        (P.FIRST, [1], ["tier", "points"], {"tier": "high", "points": 5}),
        (P.FIRST, [], ["tier", "points"], None),
        (P.UNIQUE, [0, 1], ["tier", "points"], None),
        (P.COLLECT, [0, 1], ["tier"], ["low", "high"]),
        (P.RULE_ORDER, [0, 1], ["tier", "points"], [{"tier": "low", "points": 1}, {"tier": "high", "points": 5}]),
        (P.RULE_ORDER, [], ["tier", "points"], []),
        (P.COUNT, [0, 1], ["tier"], 2),
    ],
)
def test_results_as_dmn_shows_them(policy, hits, names, value):
    outcome = apply_hit_policy(policy, hits, lambda row: OUT[row][: len(names)], len(names), priorities=RANKS)
    assert to_feel(outcome, policy, names) == value


def test_defaults_as_dmn_shows_them():
    one = apply_hit_policy(P.COLLECT, [], OUT.__getitem__, 1, defaults={0: "none"})
    two = apply_hit_policy(P.RULE_ORDER, [], OUT.__getitem__, 2, defaults={0: "none"})
    assert to_feel(one, P.COLLECT, ["tier"]) == "none"
    assert to_feel(two, P.RULE_ORDER, ["tier", "points"]) == {"tier": "none", "points": None}
