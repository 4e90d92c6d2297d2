"""KPIs: what counts, what is unknown, what has no data, and how it is rated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.engine.compiler import compile_ruleset
from crmrules.engine.kinds.kpi import nearest_rank
from crmrules.model.plan import KpiResult, Rating
from crmrules.model.records import Dataset, Record
from crmrules.model.values import Date, DateTime, DaysDuration, to_value
from tests.engine.helpers import problems, rules

HEAD = """
crmrules: 1
name: figures
time_zone: Asia/Shanghai
parameters:
  goal: {type: number, value: 25%}
vocabulary:
  customer:
    name: {type: string}
    industry: {type: string, label: {zh: 行业}}
    satisfaction: {type: number}
    vip: {type: boolean, missing: default, default: false}
    tags: {type: list<string>}
    orders_all: {type: number, formula: count(orders)}
    tier: {type: string, values: [{value: high}, {value: mid}, {value: low}]}
  order:
    placed_at: {type: date and time}
    amount: {type: number}
    big: {type: boolean, formula: amount >= 100}
  opportunity:
    stage: {type: string, values: [{value: won}, {value: lost}, {value: open}]}
    agent: {type: string}
    closed_on: {type: date}
    value: {type: number}
    took: {type: days and time duration}
  owner:
    name: {type: string}
decisions:
  tier:
    kind: classification
    inputs: [orders_all]
    outputs: [tier]
    rules:
      - {id: T1, when: {orders_all: ">= 2"}, then: {tier: high}}
      - {id: T2, when: {orders_all: "1"}, then: {tier: mid}}
      - {id: T3, when: {orders_all: "0"}, then: {tier: low}}
kpis:
  k: """

AS_OF = "2026-03-10T09:00:00"


def order(customer: str | None, placed_at: str | None, amount: Any) -> dict[str, Any]:
    moment = DateTime.read(placed_at) if placed_at else None
    return {"customer_id": customer, "placed_at": moment, "amount": to_value(amount)}


ORDERS = [
    order("A", "2026-03-01T00:00:00", 100),
    order("A", "2026-02-28T23:59:59", 50),
    order("B", "2026-03-09T10:00:00", 30),
    order("B", "2026-04-01T00:00:00", 7),  # April has begun
    order("B", None, 1000),
    order("A", "2026-03-10T08:00:00", None),
    order(None, "2026-03-05T12:00:00", 11),
    order("Z", "2026-03-05T12:00:00", 13),  # a customer nobody knows
]

CUSTOMERS = [
    ("A", {"industry": "retail", "satisfaction": 90, "tags": ["vip", "new"], "vip": True}),
    ("B", {"industry": "energy", "satisfaction": 60, "tags": ["new"]}),
    ("C", {"industry": "energy", "satisfaction": None}),
    ("D", {"satisfaction": 70, "tags": []}),
]


def deal(
    agent: str | None, stage: str | None, value: Any = None, closed: str | None = None, hours: int = 0
) -> dict[str, Any]:
    return {
        "customer_id": None, "agent": agent, "stage": stage, "value": to_value(value),
        "closed_on": Date.parse(closed) if closed else None, "took": DaysDuration.of(hours=hours) if hours else None,
    }  # fmt: skip


DEALS = [
    deal("Ann", "won", 100, "2026-03-01", 10),
    deal("Ann", "lost", 50, "2026-02-28", 30),
    deal("Ann", "won", Decimal("12.50"), "2026-01-01", 20),
    deal("Bob", "lost", 10, "2025-12-31", 40),
    deal("Bob", "open"),
    deal("Cid", "open"),
    deal("Cid", None, 5),
    deal(None, "won", 1, "2026-03-31", 50),
]

DATASET = Dataset(
    customers=[
        Record(name, fields, {"order": [o for o in ORDERS if o["customer_id"] == name]}) for name, fields in CUSTOMERS
    ],
    entities={
        "order": ORDERS, "opportunity": DEALS, "owner": [{"name": "Dan"}, {"name": "Ann"}],
        "customer": [fields for _, fields in CUSTOMERS],
    },
)  # fmt: skip


def run(definition: str, dataset: Dataset = DATASET) -> list[KpiResult]:
    return list(rules(HEAD + definition + "\n").kpis(dataset, as_of=AS_OF))


def brief(result: KpiResult) -> tuple[Any, ...]:
    return (*result.group.values(), result.value, result.n, result.unknown)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        # value, n, unknown
        ("{type: simple, over: order}", (8, 8, 0)),
        ("{type: simple, over: order, where: amount >= 50}", (3, 3, 1)),
        ("{type: simple, over: order, value: amount}", (1211, 7, 1)),
        ("{type: simple, over: order, where: big}", (2, 2, 1)),
        ("{type: simple, over: order, window: this month, window_on: placed_at}", (5, 5, 1)),
        ("{type: simple, over: order, window: this month, window_on: placed_at, value: amount}", (154, 4, 2)),
        ("{type: simple, over: order, window: last month, window_on: placed_at, value: amount}", (50, 1, 1)),
        ("{type: simple, over: order, window: P9D, window_on: placed_at, value: amount}", (54, 3, 2)),
        ("{type: simple, over: order, where: amount < 20, window: this month, window_on: placed_at}", (2, 2, 1)),
        ("{type: simple, over: order, where: amount > 9999}", (None, 0, 1)),
        ("{type: simple, over: order, where: amount != null and amount > 9999}", (0, 0, 0)),
        ("{type: simple, over: ticket}", (None, 0, 0)),
        ("{type: simple, over: order, where: customer.industry = \"retail\"}", (3, 3, 0)),
        ("{type: simple, over: order, where: customer.tier = \"high\"}", (6, 6, 0)),
        ("{type: simple, where: vip}", (1, 1, 0)),
        ("{type: simple, where: not(vip)}", (3, 3, 0)),
        ("{type: simple, where: 'count(orders[amount > 60]) > 0'}", (2, 2, 0)),
        ("{type: mean, value: satisfaction}", (Decimal("73.33333333333333333333333333333333"), 3, 1)),
        ("{type: mean, value: satisfaction, where: satisfaction > 99}", (None, 0, 1)),
        ("{type: ratio, numerator: satisfaction >= 70}", (Decimal("0.6666666666666666666666666666666667"), 3, 1)),
        ("{type: ratio, numerator: orders_all >= 2, denominator: orders_all >= 1}", (1, 2, 0)),
        ("{type: ratio, numerator: orders_all >= 2}", (Decimal("0.5"), 4, 0)),
        ("{type: ratio, numerator: satisfaction >= 0, denominator: satisfaction > 100}", (None, 0, 1)),
        ('{type: ratio, over: opportunity, numerator: stage = "won", denominator: "stage in (\\"won\\", \\"lost\\")"}', (Decimal("0.6"), 5, 0)),
        ("{type: ratio, over: order, numerator: amount, denominator: 2 * amount}", (Decimal("0.5"), 7, 1)),
        ("{type: percentile, over: opportunity, value: took, percentile: 0.5}", (DaysDuration.of(hours=30), 5, 3)),
        ("{type: percentile, over: opportunity, value: took, percentile: 90%}", (DaysDuration.of(hours=50), 5, 3)),
        ("{type: percentile, over: opportunity, value: took, percentile: 0.2}", (DaysDuration.of(hours=10), 5, 3)),
        ("{type: percentile, over: opportunity, value: took, percentile: 0.21}", (DaysDuration.of(hours=20), 5, 3)),
        ("{type: mean, over: opportunity, value: took}", (DaysDuration.of(hours=30), 5, 3)),
        ("{type: simple, over: opportunity, value: took}", (DaysDuration.of(hours=150), 5, 3)),
        ("{type: simple, over: opportunity, window: this quarter, window_on: closed_on, value: value}", (Decimal("163.50"), 4, 3)),
        ("{type: mean, over: order, value: 100 / (amount - 50), where: 'amount in [30..100]'}", (Decimal("-1.5"), 2, 2)),
    ],
)  # fmt: skip
def test_totals(definition, expected):
    (result,) = run(definition)
    value, n, unknown = expected
    assert (result.value, result.n, result.unknown) == (value, n, unknown)


def test_values_that_do_not_add_up_are_left_out_and_counted():
    (result,) = run('{type: simple, over: opportunity, value: if agent = "Ann" then value else took}')
    assert brief(result) == (Decimal("162.50"), 3, 5)
    (result,) = run(
        '{type: percentile, over: opportunity, value: if agent = "Ann" then value else took, percentile: 0.5}'
    )
    assert (result.value, result.n, result.rating) == (None, 5, Rating.NO_DATA)


def test_a_ratio_shows_what_it_is_made_of():
    (result,) = run(
        '{type: ratio, over: opportunity, numerator: stage = "won", denominator: stage != "open", unit: "%"}'
    )
    assert (result.numerator, result.denominator, result.value, result.unit) == (3, 6, Decimal("0.5"), "%")
    (mean,) = run("{type: mean, value: satisfaction}")
    assert (mean.numerator, mean.denominator) == (220, 3)


def test_groups_come_in_the_order_of_allowed_values_then_by_value_with_unknown_last():
    results = run("{type: simple, group_by: [tier]}")
    assert [brief(r) for r in results] == [(4, 4, 0), ("high", 2, 2, 0), ("low", 2, 2, 0)]
    results = run("{type: simple, group_by: [industry]}")
    assert [r.group for r in results] == [{}, {"industry": "energy"}, {"industry": "retail"}, {"industry": None}]


def test_rows_are_grouped_by_facts_of_their_customer():
    results = run("{type: simple, over: order, group_by: [tier, big], value: amount}")
    assert [brief(r) for r in results] == [
        (1211, 7, 1),
        ("high", False, 87, 3, 0), ("high", True, 1100, 2, 0), ("high", None, None, 0, 1),
        (None, False, 24, 2, 0),
    ]  # fmt: skip


def test_a_row_with_several_tags_counts_in_each_and_once_in_the_total():
    results = run("{type: simple, group_by: [tags]}")
    assert [brief(r) for r in results] == [(4, 4, 0), ("new", 2, 2, 0), ("vip", 1, 1, 0), (None, 2, 2, 0)]


def test_groups_without_rows_have_no_data_and_groups_where_nothing_counts_have_none():
    won = "over: opportunity, group_by: [agent], groups_from: owner.name, target: 50%"
    results = run(f'{{type: ratio, {won}, numerator: stage = "won", denominator: "stage in (\\"won\\", \\"lost\\")"}}')
    assert [(*brief(r), r.rating) for r in results] == [
        (Decimal("0.6"), 5, 0, Rating.GREEN),
        ("Ann", Decimal("0.6666666666666666666666666666666667"), 3, 0, Rating.GREEN),
        ("Bob", 0, 1, 0, Rating.RED),
        ("Cid", None, 0, 0, Rating.NO_DATA),
        ("Dan", None, 0, 0, Rating.NO_DATA),
        (None, 1, 1, 0, Rating.GREEN),
    ]
    stale = run(f'{{type: simple, {won}, where: stage = "lost"}}')
    assert [brief(r) for r in stale][1:] == [("Ann", 1, 1, 0), ("Bob", 1, 1, 0), ("Dan", None, 0, 0)]


def test_allowed_values_and_values_of_another_entity_both_make_groups():
    results = run("{type: simple, where: orders_all >= 1, group_by: [tier], groups_from: customer.tier}")
    assert [brief(r) for r in results] == [(2, 2, 0), ("high", 2, 2, 0), ("mid", None, 0, 0), ("low", 0, 0, 0)]


@pytest.mark.parametrize(
    ("settings", "rating"),
    [
        ("", Rating.NONE),
        ("target: 0.5", Rating.GREEN),
        ("target: 0.51", Rating.RED),
        ("target: 0.6, amber: 0.5", Rating.AMBER),
        ("target: 0.6, amber: 0.55", Rating.RED),
        ("target: goal", Rating.GREEN),
        ("target: 0.5, direction: lower", Rating.GREEN),
        ("target: 0.4, amber: 0.5, direction: lower", Rating.AMBER),
        ("target: 40%, amber: 45%, direction: lower", Rating.RED),
        ('target: 0.5, where: name = "x"', Rating.NO_DATA),
        ('where: name = "x"', Rating.NO_DATA),
    ],
)
def test_ratings(settings, rating):
    (result,) = run(f"{{type: ratio, numerator: orders_all >= 2{', ' + settings if settings else ''}}}")
    assert result.rating is rating


def test_durations_have_targets_too():
    text = (
        "{type: percentile, over: opportunity, value: took, percentile: 0.9, target: 24h, amber: P3D, direction: lower}"
    )
    (result,) = run(text)
    assert (result.target, result.rating) == (DaysDuration.of(hours=24), Rating.AMBER)


def test_the_window_is_shown_in_the_zone_of_the_rule_set():
    (result,) = run("{type: simple, over: order, window: 本月, window_on: placed_at}")
    assert str(result.window_start) == "2026-03-01T00:00:00@Asia/Shanghai"
    assert str(result.window_end) == "2026-04-01T00:00:00@Asia/Shanghai"
    assert result.place is not None and result.place.line == 38


def test_no_data_at_all():
    results = run("{type: ratio, numerator: vip, target: 1, group_by: [tier]}", Dataset(customers=[]))
    assert [(*brief(r), r.rating) for r in results] == [(None, 0, 0, Rating.NO_DATA)]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([15, 20, 35, 40, 50], Decimal("0.05"), 15),
        ([15, 20, 35, 40, 50], Decimal("0.3"), 20),
        ([15, 20, 35, 40, 50], Decimal("0.4"), 20),
        ([15, 20, 35, 40, 50], Decimal("0.5"), 35),
        ([50, 15, 40, 35, 20], 1, 50),
        ([3], Decimal("0.0001"), 3),
    ],
)
def test_nearest_rank(values, share, expected):
    assert nearest_rank(values, share) == expected


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=40), st.integers(1, 100))
def test_nearest_rank_is_the_smallest_value_that_enough_do_not_exceed(values, percent):
    found = nearest_rank(values, Decimal(percent) / 100)
    enough = [v for v in values if sum(w <= v for w in values) * 100 >= percent * len(values)]
    assert found == min(enough)


PROBLEMS = {
    "{type: simple, over: order, window: next month, window_on: placed_at}":
        "error P601: 'next month' is no window of KPI 'k'; expected a duration such as P90D or last 90 days, or this / last "
        "week, month, quarter or year; did you mean this month?",
    "{type: mean, value: name}": "error P603: 'value' of KPI 'k' must give number / days and time duration / "
        "years and months duration, found string",
    "{type: ratio, numerator: name}": "error P603: 'numerator' of KPI 'k' must give boolean / number, found string",
    "{type: simple, where: satisfaction}": "error P603: 'where' of KPI 'k' must give boolean, found number",
    "{type: simple, over: opportunity, window: P9D, window_on: agent}":
        "error P604: the window of KPI 'k' needs a date, but fact 'agent' is declared as string",
    "{type: percentile, value: satisfaction, percentile: 90}":
        "error P605: the percentile of KPI 'k' must lie between 0 and 1, such as 0.9 or 90%, found 90",
    "{type: simple, target: 0.2, amber: 0.25}":
        "warning P606: nothing of KPI 'k' can be amber: 0.25 is better than the target 0.2, as higher is better",
    "{type: simple, groups_from: owner.name}":
        "error P607: groups_from of KPI 'k' (owner.name) needs exactly one fact in group_by, found (none)",
    "{type: ratio}": "error P608: KPI 'k' is of type ratio and needs 'numerator'",
    "{type: percentile, value: satisfaction}": "error P608: KPI 'k' is of type percentile and needs 'percentile'",
    "{type: simple, over: order, window: P9D}": "error P608: KPI 'k' is of type simple and needs 'window_on'",
    "{type: simple, where: satisfacton > 1}": 'error F120: unknown name "satisfacton"; did you mean satisfaction?',
    "{type: percentile, value: name, percentile: 0.9}": "error P603: 'value' of KPI 'k' must give number / days and time "
        "duration / years and months duration, found string",
    "{type: simple, where: as_of > window_start}": "error P610: KPI 'k' reads window_start or window_end but has no window",
    "{type: ratio, numerator: orders_all, denominator: 0}": "error P611: KPI 'k' divides by nothing: its denominator is always 0",
    "{type: ratio, numerator: orders_all, denominator: 2 - 2}":
        "error P611: KPI 'k' divides by nothing: its denominator is always 2 - 2",
    "{type: ratio, numerator: orders_all, denominator: false}":
        "error P611: KPI 'k' divides by nothing: its denominator is always false",
    "{type: mean, value: satisfaction, numerator: vip}":
        "warning P612: 'numerator' means nothing to KPI 'k' of type mean; it is not used",
    "{type: conversion, over: order, fact: tier, from: low, to: high, window: P9D}":
        "error P613: a conversion is counted over customers, but KPI 'k' is over order",
    "{type: conversion, fact: tier, from: low, to: high}": "error P608: KPI 'k' is of type conversion and needs 'window'",
    "{type: conversion, fact: tier, from: low, window: P9D}": "error P608: KPI 'k' is of type conversion and needs 'to'",
    "{type: conversion, fact: tier, from: low, to: hihg, window: P9D}":
        'error F121: "hihg" is none of the allowed values (high, mid, low); did you mean high?',
    "{type: conversion, fact: tier, from: low, to: high, window: fortnight}":
        "error P601: 'fortnight' is no window of KPI 'k'; expected a duration such as P90D or last 90 days, or this / last "
        "week, month, quarter or year",
    "{type: cumulative, over: order, window: this year, window_on: placed_at, per: fortnight}":
        "error P614: 'fortnight' is no step for the running total of KPI 'k'; expected a length such as P1M, P7D or 1个月, at "
        "most 400 of them in the window",
    "{type: cumulative, over: order, window: this year, window_on: placed_at, per: PT1H}":
        "error P614: 'PT1H' is no step for the running total of KPI 'k'; expected a length such as P1M, P7D or 1个月, at most "
        "400 of them in the window",
    "{type: ratio, over: order, numerator: big, latest_per: [amount]}": "error P608: KPI 'k' is of type ratio and needs 'window_on'",
    "{type: simple, over: order, window: P9D, window_on: placed_at, latest_per: [amuont]}":
        "error V111: unknown fact `amuont` of order; did you mean amount?",
    "{type: simple, factor: ten}": 'error F120: unknown name "ten"',
}  # fmt: skip


@pytest.mark.parametrize(("definition", "message"), PROBLEMS.items())
def test_problems(definition, message):
    found = [line.split(": ", 1)[1] for line in problems(HEAD + definition + "\n")]
    assert found == [message]


def test_a_conversion_of_an_unknown_fact():
    found = problems(HEAD + "{type: conversion, fact: teir, from: low, to: high, window: P9D}\n")
    assert "error V111: unknown fact `teir` of customer; did you mean tier?" in found[0]


def test_facts_are_checked_where_a_rule_set_was_made_by_a_program():
    """A file's loader finds unknown facts first; a rule set put together in Python has only the compiler."""
    ruleset = rules(HEAD + "{type: simple}\n").ruleset
    kpis = {"k": replace(ruleset.kpis["k"], group_by=("teir",))}
    compiled, issues = compile_ruleset(replace(ruleset, kpis=kpis))
    assert compiled is None
    assert [i.message() for i in issues] == ["'teir' in group_by of KPI 'k' is no fact it can use; did you mean tier?"]
    assert [i.code for i in issues] == ["P609"]


def test_a_constant_may_not_read_facts():
    (found,) = problems(HEAD + "{type: simple, target: satisfaction}\n")
    assert 'F120: unknown name "satisfaction"' in found
