"""The recipes of docs/how-to/kpis.md, run as they stand there: each KPI against a small example worked by hand.

The evaluation is as of 1 April 2026, 00:00 in Shanghai: last quarter is January to March, last month is March.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.instants import in_zone
from crmrules.model.plan import KpiResult, NoData, Rating, Trend
from crmrules.model.records import Dataset, Record
from crmrules.model.values import Date, DateTime, DaysDuration, to_value
from tests.engine.helpers import ROOT, rules

AS_OF = "2026-04-01"
PAGE = ROOT / "docs/how-to/kpis.md"


@cache
def measures() -> CompiledRuleSet:
    """The page's first block, and the others as its KPIs."""
    head, *recipes = re.findall(r"^```yaml\n(.*?)^```", Path(PAGE).read_text(encoding="utf-8"), re.S | re.M)
    body = "".join(f"  {line}" if line.strip() else line for block in recipes for line in block.splitlines(True))
    return rules(f"{head}kpis:\n{body}")


def moment(text: str | None) -> DateTime | None:
    found = None if text is None else DateTime.read(text)
    return None if found is None else in_zone(found, "Asia/Shanghai")


def day(text: str | None) -> Date | None:
    return None if text is None else Date.parse(text)


def customer(name: str, **given: Any) -> Record:
    """A customer; lists of tuples become related records."""
    related: dict[str, list[dict[str, Any]]] = {"order": [], "interaction": []}
    for order in given.pop("orders", ()):
        at, amount, *line = order if isinstance(order, tuple) else (order, 1)
        row = {"placed_at": moment(at), "amount": to_value(amount), "product_line": line[0] if line else "a"}
        related["order"].append(row)
    for touch in given.pop("touches", ()):
        at, direction, human = touch if isinstance(touch, tuple) else (touch, "outbound", True)
        related["interaction"].append({"occurred_at": moment(at), "direction": direction, "human": human})
    for fact, start, end, at in given.pop("moves", ()):
        row = {"fact": fact, "from": start, "to": end, "at": moment(at)}
        related.setdefault("transition", []).append(row)
    for rows in related.values():
        for row in rows:
            row["customer_id"] = name
    return Record(name, given, related)


def dataset(*customers: Record, **entities: list[dict[str, Any]]) -> Dataset:
    joined: dict[str, list[Any]] = {"customer": [each.fields for each in customers], **entities}
    for each in customers:
        for entity, rows in each.related.items():
            joined.setdefault(entity, []).extend(rows)
    return Dataset(customers, joined)


def results(name: str, data: Dataset, as_of: str = AS_OF) -> list[KpiResult]:
    return [result for result in measures().kpis(data, as_of=as_of) if result.kpi == name]


def total(name: str, data: Dataset, as_of: str = AS_OF) -> KpiResult:
    return results(name, data, as_of)[0]


def terms(result: KpiResult) -> tuple[Any, Any, int, int]:
    return result.numerator, result.denominator, result.n, result.unknown


# --- customers that stay --------------------------------------------------------------------------------------------

# Active at the start: an order in [2025-10-03, 2026-01-01); at the end: in [2026-01-01, 2026-04-01).
STAYERS = dataset(
    customer("stays", industry="retail", orders=["2025-11-01", "2026-02-01"]),
    customer("stays, first and last moment", industry="retail", orders=["2025-10-03", "2026-03-31T23:59:59"]),
    customer("a second too early at the end", industry="energy", orders=["2025-12-31T23:59:59"]),
    customer("leaves", industry="energy", orders=["2025-12-30T23:59:59"]),
    customer("left before", industry="energy", orders=["2025-10-02T23:59:59"]),
    customer("new at the start", orders=["2026-01-01"]),
    customer("never bought"),
)


def test_retention_and_churn_part_those_who_were_active_at_the_start():
    kept, *groups = results("retention", STAYERS)
    assert (terms(kept), kept.value) == ((2, 4, 4, 0), Decimal("0.5"))
    assert [(each.group["industry"], each.value, each.n) for each in groups] == [
        ("energy", 0, 2), ("retail", 1, 2),
    ]  # fmt: skip
    lost = total("churn", STAYERS)
    assert (terms(lost), lost.value) == ((2, 4, 4, 0), Decimal("0.5"))


def test_a_retention_of_nobody_is_no_data():
    (result,) = results("retention", dataset(customer("new", orders=["2026-01-01"])))
    assert (result.value, result.rating, result.reason) == (None, Rating.NO_DATA, NoData.NOTHING_COUNTS)
    (result,) = results("retention", dataset())
    assert result.reason is NoData.NO_ROWS


def test_the_trend_of_churn_follows_its_direction():
    """The quarter before: active at [2025-07-03, 2025-10-01) and at [2025-10-03, 2026-01-01)."""
    data = dataset(
        customer("kept on", orders=["2025-09-01", "2025-11-01", "2026-02-01"]),
        customer("lost in the quarter before", orders=["2025-09-01"]),
        customer("lost now", orders=["2025-12-01"]),
        customer("kept now", orders=["2025-12-01", "2026-01-05"]),
    )
    result = total("churn", data)
    assert (terms(result), result.previous, result.previous_n) == ((1, 3, 3, 0), Decimal("0.5"), 2)
    assert result.change == Decimal("-0.1666666666666666666666666666666667")
    assert result.change_ratio == Decimal("-0.3333333333333333333333333333333334")
    assert result.trend is Trend.BETTER
    kept = total("retention", data)
    assert (kept.previous, kept.trend) == (Decimal("0.5"), Trend.BETTER)
    assert (str(result.previous_start), str(result.previous_end)) == (
        "2025-10-01T00:00:00@Asia/Shanghai", "2026-01-01T00:00:00@Asia/Shanghai",
    )  # fmt: skip


def contract(ends: str | None, renewed: str | None = None) -> dict[str, Any]:
    return {"customer_id": None, "ends_on": day(ends), "renewed_on": day(renewed)}


def test_renewal_counts_contracts_whose_grace_is_over():
    data = dataset(contract=[
        contract("2026-01-01", "2026-01-31"),  # the last day of grace
        contract("2026-01-31", "2026-03-03"),  # a day late
        contract("2026-02-10", "2025-12-01"),  # early
        contract("2026-03-01"),                # its grace ended yesterday, 31 March
        contract("2026-03-02", "2026-03-02"),  # its grace ends today: nobody can say yet
        contract("2025-12-31", "2026-01-01"),  # the quarter before
        contract(None),
    ])  # fmt: skip
    result = total("renewal", data)
    assert (terms(result), result.value) == ((2, 4, 4, 1), Decimal("0.5"))
    assert (result.previous, result.previous_n, result.trend) == (1, 1, Trend.WORSE)


def test_repurchase_leaves_out_whoever_had_no_chance_yet():
    data = dataset(
        customer("on day 365", orders=["2025-01-10T08:00:00", "2026-01-10T08:00:00"]),
        customer("a second late", orders=["2025-01-10T08:00:00", "2026-01-10T08:00:01"]),
        customer("once", orders=["2024-05-01"]),
        customer("365 days are over right now", orders=["2025-04-01T00:00:00", "2025-04-02"]),
        customer("one second short of it", orders=["2025-04-01T00:00:01", "2025-04-02"]),
        customer("never bought"),
    )
    result = total("repurchase", data)
    assert (terms(result), result.value) == ((2, 4, 4, 0), Decimal("0.5"))


def test_clv_growth_keeps_the_cohort_of_the_start():
    data = dataset(
        customer("grows", orders=[("2025-03-31", 100), ("2025-12-31", 50), ("2026-03-01", 100)]),  # 150 → 150
        customer("doubles", orders=[("2025-06-01", 100), ("2026-02-01", 100)]),  # 100 → 200
        customer("gone", orders=[("2025-02-01", 50)]),  # 50 → 0
        customer("came later", orders=[("2026-01-01", 9999)]),
    )
    result = total("clv_growth", data)
    assert (terms(result), result.value) == ((50, 300, 3, 0), Decimal("0.1666666666666666666666666666666667"))


def test_cross_sell_counts_product_lines_of_twelve_months():
    data = dataset(
        customer("two lines", orders=[("2025-05-01", 1, "a"), ("2026-01-01", 1, "b")]),
        customer("one line twice", orders=[("2025-05-01", 1, "a"), ("2026-01-01", 1, "a")]),
        customer("the second is too old", orders=[("2025-03-31", 1, "a"), ("2026-01-01", 1, "b")]),
        customer("not active", orders=[("2025-03-31", 1, "a"), ("2025-03-30", 1, "b")]),
    )
    result = total("cross_sell", data)
    assert (terms(result), result.value) == ((1, 3, 3, 0), Decimal("0.3333333333333333333333333333333333"))


# --- sales ----------------------------------------------------------------------------------------------------------


def deal(
    created: str | None, converted: str | None = None, closed: str | None = None, stage: str | None = None
) -> dict[str, Any]:
    return {
        "customer_id": None, "created_at": moment(created), "converted_at": moment(converted),
        "closed_on": day(closed), "stage": stage,
    }  # fmt: skip


def test_leads_convert_within_thirty_days_or_not():
    data = dataset(opportunity=[
        deal("2026-01-01", "2026-01-31"),           # on day 30
        deal("2026-01-01", "2026-01-31T00:00:01"),  # a second late
        deal("2026-02-01"),
        deal("2026-03-02"),                         # 30 days are over right now
        deal("2026-03-02T00:00:01", "2026-03-03"),  # not yet over, converted or not
        deal("2025-12-31", "2026-01-01"),
    ])  # fmt: skip
    result = total("lead_conversion", data)
    assert (terms(result), result.value, result.previous) == ((1, 4, 4, 0), Decimal("0.25"), 1)
    assert (result.change, result.change_ratio, result.trend) == (Decimal("-0.75"), Decimal("-0.75"), Trend.WORSE)


def test_win_rate_is_over_what_was_closed():
    data = dataset(opportunity=[
        deal(None, closed="2026-01-01", stage="won"), deal(None, closed="2026-03-31", stage="won"),
        deal(None, closed="2026-02-01", stage="lost"), deal(None, closed="2026-02-01", stage="open"),
        deal(None, closed="2026-04-01", stage="won"), deal(None, closed="2025-12-31", stage="lost"),
        deal(None, stage="open"),
    ])  # fmt: skip
    result = total("win_rate", data)
    assert (result.numerator, result.denominator, result.n) == (2, 3, 3)
    assert (result.previous, result.previous_n) == (0, 1)
    assert (result.change_ratio, result.trend) == (None, Trend.BETTER)  # nothing can be a share of 0


def test_a_denominator_of_zero_is_no_data_with_its_reason():
    result = total("win_rate", dataset(opportunity=[deal(None, closed="2026-02-01", stage="open")]))
    assert (result.value, result.n, result.rating, result.reason) == (None, 0, Rating.NO_DATA, NoData.ZERO)


MOVES = dataset(
    # March: the value right before 1 March, 00:00 counts
    customer("converts", moves=[("stage", None, "potential", "2026-01-05"), ("stage", "potential", "intent", "2026-03-01")]),
    customer("jumps to won", moves=[("阶段", None, "潜在", "2026-01-05"), ("stage", "潜在", "成交", "2026-03-31T23:59:59")]),
    customer("stays", moves=[("stage", None, "potential", "2026-02-28T23:59:59")]),
    customer("converts too late", moves=[("stage", None, "potential", "2026-01-05"), ("stage", "potential", "won", "2026-04-01")]),
    customer("there and back", moves=[
        ("stage", "potential", "intent", "2026-03-10"), ("stage", "intent", "potential", "2026-03-20")]),
    customer("was intent", moves=[("stage", None, "intent", "2026-01-05"), ("stage", "intent", "won", "2026-03-05")]),
    customer("came in March", moves=[("stage", None, "potential", "2026-03-01"), ("stage", "potential", "won", "2026-03-02")]),
    customer("other fact", moves=[("arm", None, "potential", "2026-01-01")]),
    customer("undated", moves=[("stage", None, "potential", None)]),
    customer("unknown"),
)  # fmt: skip


def test_conversion_follows_the_cohort_of_the_start():
    result = total("potential_to_intent", MOVES)
    assert (terms(result), result.value, result.rating) == ((3, 5, 5, 3), Decimal("0.6"), Rating.GREEN)
    assert (terms(result)[1], result.previous, result.previous_n) == (5, 0, 4)  # February: nobody moved
    assert result.trend is Trend.BETTER


def test_the_month_before_has_a_cohort_of_its_own():
    result = total("potential_to_intent", MOVES, "2026-03-31")
    assert (result.numerator, result.denominator, str(result.window_end)) == (0, 4, "2026-03-01T00:00:00@Asia/Shanghai")


def test_a_running_total_by_month_up_to_the_evaluation():
    data = dataset(customer("a", orders=[
        ("2026-01-01", 10), ("2026-01-31", 5), ("2026-03-01", 7), ("2026-04-01", 100), ("2025-12-31", 1), (None, 3),
    ]))  # fmt: skip
    whole, *steps = results("revenue", data, "2026-04-02")
    assert (whole.value, whole.n, whole.unknown, whole.previous) == (122, 4, 1, 1)
    assert (whole.trend, whole.change) == (None, None)  # the year is not over
    assert [(str(each.group["period"]), each.value, each.n) for each in steps] == [
        ("2026-01-01", 15, 2), ("2026-02-01", 15, 2), ("2026-03-01", 22, 3), ("2026-04-01", 122, 4),
    ]  # fmt: skip


# --- contact --------------------------------------------------------------------------------------------------------


def test_interaction_frequency_is_per_active_customer_and_month():
    data = dataset(
        customer(
            "busy", orders=["2026-01-15"], touches=["2026-01-01", "2026-02-01", "2026-03-31T23:59:59", "2026-04-01"]
        ),
        customer("quiet", orders=["2025-04-01"], touches=["2025-12-31"]),
        customer("not active", orders=["2025-03-31"], touches=["2026-01-01"]),
    )
    result = total("interaction_frequency", data)
    assert (terms(result), result.value) == ((3, 6, 2, 0), Decimal("0.5"))


def test_cadence_compliance_asks_for_a_touch_in_each_stretch():
    """28 days before 1 April: 4, 11, 18 and 25 March begin the weeks."""
    weekly = DaysDuration.of(days=7)
    data = dataset(
        customer(
            "every week", gap=weekly, touches=["2026-03-04", "2026-03-11", "2026-03-24T23:59", "2026-03-31T23:59"]
        ),
        customer("two weeks of four", gap=weekly, touches=["2026-03-05", "2026-03-06", "2026-03-30"]),
        customer(
            "mails and calls of theirs",
            gap=weekly,
            touches=[("2026-03-05", "outbound", False), ("2026-03-12", "inbound", True)],
        ),
        customer("once in the window", gap=DaysDuration.of(days=28), touches=["2026-03-20"]),
        customer("a quarter apart", gap=DaysDuration.of(days=91)),
        customer("no gap said"),
    )
    result = total("cadence_compliance", data)
    assert (terms(result), result.rating) == ((7, 13, 4, 1), Rating.RED)


# --- service --------------------------------------------------------------------------------------------------------


def ticket(opened: str | None, replied: str | None = None, closed: str | None = None, held: int = 0) -> dict[str, Any]:
    return {
        "customer_id": None, "opened_at": moment(opened), "first_reply_at": moment(replied), "closed_at": moment(closed),
        "held": DaysDuration.of(hours=held),
    }  # fmt: skip


TICKETS = [
    ticket("2026-03-27T17:00", "2026-03-30T10:00"),  # Friday to Monday: 2 hours of work
    ticket("2026-03-30T09:00", "2026-03-30T13:00"),  # exactly 4 hours
    ticket("2026-03-30T09:00", "2026-03-30T13:01"),  # a minute more
    ticket("2026-03-31T13:00"),                      # unanswered for 5 hours: a breach
    ticket("2026-03-31T14:00"),                      # unanswered for 4 hours: not overdue yet
    ticket("2026-04-01T09:00", "2026-04-01T09:01"),  # the next quarter
]  # fmt: skip


def test_first_response_counts_the_unanswered_once_they_are_overdue():
    data = dataset(ticket=TICKETS)
    in_time = total("first_response_in_time", data)
    assert (terms(in_time), in_time.value) == ((2, 4, 4, 0), Decimal("0.5"))
    half, most = total("first_response_p50", data), total("first_response_p90", data)
    assert (half.value, half.n) == (DaysDuration.of(hours=4), 4)
    assert (most.value, most.n, most.rating) == (DaysDuration.of(hours=5), 4, Rating.RED)


def test_durations_have_a_trend():
    data = dataset(ticket=[*TICKETS, ticket("2025-12-30T09:00", "2025-12-30T14:00")])
    half = total("first_response_p50", data)
    assert (half.previous, half.change, half.change_ratio, half.trend) == (
        DaysDuration.of(hours=5), DaysDuration.of(hours=-1), Decimal("-0.2"), Trend.BETTER,
    )  # fmt: skip


def test_resolution_takes_off_the_time_on_hold():
    data = dataset(ticket=[
        ticket("2026-01-01T09:00", closed="2026-01-03T09:00", held=24), ticket("2025-12-30T09:00", closed="2026-01-01T09:00"),
        ticket("2026-02-01T09:00"),  # open, or open again
    ])  # fmt: skip
    result = total("resolution_p90", data)
    assert (result.value, result.n, result.unknown) == (DaysDuration.of(days=2), 2, 1)


# --- what customers say ---------------------------------------------------------------------------------------------


def answer(
    contact: str | None, at: str | None, recommend: int | None = None, score: int | None = None
) -> dict[str, Any]:
    return {"customer_id": None, "contact": contact, "answered_at": moment(at), "recommend": recommend, "score": score}


def test_nps_takes_the_latest_answer_of_each_contact():
    data = dataset(survey=[
        answer("li", "2026-03-01", 6), answer("li", "2026-01-01", 10), answer("li", "2026-03-02", None),
        answer("han", "2026-02-01", 9), answer("wu", "2026-02-01", 8), answer("zhao", "2026-02-01", 0),
        answer("zhao", "2025-12-31", 10), answer("sun", "2026-04-01", 10), answer(None, "2026-02-01", 10),
    ])  # fmt: skip
    result = total("nps", data)
    assert (terms(result), result.value, result.unit) == ((-1, 4, 4, 1), -25, "points")
    assert (result.previous, result.change, result.change_ratio, result.trend) == (
        100, -125, Decimal("-1.25"), Trend.WORSE,
    )  # fmt: skip


def test_of_two_answers_at_one_instant_the_later_row_counts():
    data = dataset(survey=[answer("li", "2026-02-01", 0), answer("li", "2026-02-01", 10)])
    assert (total("nps", data).value, total("nps", data).n) == (100, 1)


def test_a_negative_score_may_improve():
    data = dataset(survey=[answer("li", "2025-11-01", 0), answer("li", "2026-02-01", 7)])
    result = total("nps", data)
    assert (result.value, result.previous, result.change, result.change_ratio) == (0, -100, 100, 1)
    assert result.trend is Trend.BETTER


def test_csat_is_a_mean_and_a_share():
    data = dataset(survey=[
        answer("a", "2026-01-01", score=100), answer("b", "2026-02-01", score=80), answer("c", "2026-03-31", score=79),
        answer("d", "2026-03-31"),
    ])  # fmt: skip
    mean = total("csat", data)
    assert (mean.value, mean.n, mean.rating) == (Decimal("4.316666666666666666666666666666667"), 3, Rating.RED)
    assert total("csat_top_two", data).value == Decimal("0.6666666666666666666666666666666667")


def test_arms_of_an_experiment_stand_side_by_side():
    data = dataset(
        customer("a", arm="pilot", orders=["2026-01-01", "2026-01-02"]), customer("b", arm="control", orders=["2026-01-01"]),
        customer("c", arm="control", orders=["2026-01-01", "2026-02-01"]), customer("d", orders=["2026-01-01"]),
    )  # fmt: skip
    groups = [(each.group.get("arm"), each.value, each.n) for each in results("repurchase_by_arm", data)]
    assert groups == [(None, Decimal("0.5"), 4), ("control", Decimal("0.5"), 2), ("pilot", 1, 1), (None, 0, 1)]


@pytest.mark.parametrize(("as_of", "value", "previous"), [("2026-04-01", 1, 0), ("2026-07-01", None, 1)])
def test_a_window_moves_with_the_evaluation(as_of, value, previous):
    data = dataset(opportunity=[
        deal(None, closed="2026-01-01", stage="won"), deal(None, closed="2025-12-31", stage="lost"),
    ])  # fmt: skip
    result = total("win_rate", data, as_of)
    assert (result.value, result.previous) == (value, previous)
    assert result.trend is (Trend.BETTER if value else None)


TRIAL = """
crmrules: 1
name: trial
vocabulary:
  customer:
    tier: {type: string}
    arm: {type: string, values: [{value: pilot}, {value: control}]}
  order: {placed_at: {type: date and time}}
experiments:
  points: {scope: 'tier = "potential"', share: 50%, salt: "1", fact: arm, arms: [pilot, control]}
kpis:
  again: {type: ratio, where: tier = "potential", numerator: count(orders) >= 2, group_by: [arm]}
"""


def test_the_arms_that_a_rule_set_draws_are_compared():
    compiled = rules(TRIAL)
    everybody = [
        Record(f"C{i}", {"tier": "potential" if i % 4 else "core"}, {"order": [{"placed_at": None}] * (i % 3)})
        for i in range(40)
    ]
    arms = {each.id: compiled.decide(each, as_of=AS_OF).values["arm"] for each in everybody}
    expected: dict[str, list[int]] = {"pilot": [0, 0], "control": [0, 0]}
    for each in everybody:
        if each.fields["tier"] == "potential":
            expected[arms[each.id]][0] += len(each.related["order"]) >= 2
            expected[arms[each.id]][1] += 1
    _, *groups = compiled.kpis(Dataset(everybody), as_of=AS_OF)
    assert {each.group["arm"]: [each.numerator, each.n] for each in groups} == expected
    assert min(n for _, n in expected.values()) >= 5
