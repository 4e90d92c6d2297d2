"""Plain mappings as records: spellings, Python's own values, and what is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from crmrules.engine.records import to_record
from crmrules.model.errors import DataError, PlanError
from crmrules.model.records import Record
from crmrules.model.values import Date, DateTime
from tests.engine.helpers import facts, rules

TEXT = (
    facts(
        "amount: {label: {en: Amount, zh: 金额}, aliases: [年消费额], type: number, range: '>= 0'}",
        "tier: {type: string, values: [{value: gold, label: {zh: 金牌}}, silver]}",
        "signed: {type: date}",
        "touched: {type: date and time}",
        "tags: {type: list<string>}",
        "vip: {type: boolean}",
        "total: {type: number, formula: sum(orders.amount)}",
    )
    + "  order:\n    amount: {label: {zh: 订单额}, type: number}\n    placed_at: {type: date and time}\n"
)


def read(**fields: object) -> Record:
    record, warnings = to_record(rules(TEXT), {"id": "C1", **fields})
    assert warnings == []
    return record


def test_names_labels_and_aliases() -> None:
    assert (
        read(amount=5).fields
        == read(金额=5).fields
        == read(年消费额=5).fields
        == read(Amount=5).fields
        == {"amount": 5}
    )
    assert to_record(rules(TEXT), {"customer_id": 7, "vip": True})[0] == Record("7", {"vip": True})


def test_pythons_own_values() -> None:
    zone = ZoneInfo("Asia/Tokyo")
    fields = read(
        amount=0.1, tier="金牌", signed=datetime.date(2026, 3, 1), tags=("a", "b"), vip=None,
        touched=datetime.datetime(2026, 3, 1, 9, 30, tzinfo=zone),
    ).fields  # fmt: skip
    assert fields == {
        "amount": Decimal("0.1"), "tier": "gold", "signed": Date(2026, 3, 1), "tags": ["a", "b"], "vip": None,
        "touched": DateTime.parse("2026-03-01T09:30:00@Asia/Tokyo"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "given",
    ["2026-03-01T09:30:00", "2026-03-01 09:30", datetime.datetime(2026, 3, 1, 9, 30), "2026-03-01T01:30:00Z"],
)
def test_moments_without_a_zone_are_the_rule_sets(given: object) -> None:
    moment = read(touched=given).fields["touched"]
    assert moment == DateTime.parse("2026-03-01T09:30:00@Asia/Shanghai")


def test_related_rows_under_their_plural() -> None:
    record = read(orders=[{"amount": 1, "placed_at": "2026-03-01"}, {"订单额": 2}], 互动=[])
    assert record.related == {
        "order": [{"amount": 1, "placed_at": DateTime.parse("2026-03-01T00:00:00@Asia/Shanghai")}, {"amount": 2}],
        "interaction": [],
    }
    assert rules(TEXT).decide(record, as_of="2026-03-02").values == {"total": 3}


def test_all_that_does_not_fit_at_once() -> None:
    with pytest.raises(DataError) as caught:
        read(
            amount="a lot", tier="glod", signed="1 March", touched=5, vip="yes", tags=[1],
            orders=[{"amount": float("nan")}, {"placed_at": True}],
        )  # fmt: skip
    assert [i.render() for i in caught.value.issues] == [
        "error P410: record C1: 'orders[0].amount' should be number, found nan is not a number a rule can use",
        "error P410: record C1: 'orders[1].placed_at' should be date and time, found boolean True",
        "error P410: record C1: 'amount' should be number, found string a lot",
        "error P415: record C1: 'tier' is no word of 'tier': glod; allowed: gold, silver; did you mean gold?",
        "error P410: record C1: 'signed' should be date, found string 1 March",
        "error P410: record C1: 'touched' should be date and time, found number 5",
        "error P410: record C1: 'vip' should be boolean, found string yes",
        "error P410: record C1: 'tags' should be list<string>, found list [1]",
    ]


def test_a_value_out_of_range() -> None:
    with pytest.raises(DataError) as caught:
        read(amount=-1)
    assert str(caught.value) == "error P411: record C1: 'amount' is number -1, outside >= 0"


def test_related_rows_that_are_none() -> None:
    with pytest.raises(DataError) as caught:
        read(orders="many")
    assert str(caught.value) == "error P410: record C1: 'orders' should be a list of order rows, found string many"


@pytest.mark.parametrize("record", [{"amount": 5}, {"id": None}, {"id": "  "}, {"id": True}])
def test_a_record_needs_an_id(record: dict[str, object]) -> None:
    with pytest.raises(DataError) as caught:
        to_record(rules(TEXT), record)
    assert [i.code for i in caught.value.issues] == ["P413"]


def test_a_misspelt_field_is_a_warning_others_are_the_callers_own() -> None:
    decision = rules(TEXT).decide({"id": "C1", "amuont": 5, "crm_url": "https://x"}, as_of="2026-03-02")
    assert [i.render() for i in decision.warnings] == [
        "warning P412: record C1: there is no fact 'amuont'; it is not read; did you mean amount?"
    ]


@pytest.mark.parametrize(
    "as_of",
    [
        "2026-03-02", "2026-03-02T00:00:00", "2026-03-01T16:00:00Z", "2026-03-02 00:00", datetime.date(2026, 3, 2),
        datetime.datetime(2026, 3, 2), datetime.datetime(2026, 3, 1, 16, tzinfo=datetime.UTC), Date(2026, 3, 2),
        DateTime.parse("2026-03-02T00:00:00"),
    ],
)  # fmt: skip
def test_as_of_in_many_forms(as_of: str) -> None:
    moment = rules(TEXT).decide({"id": "C1"}, as_of=as_of).as_of
    assert str(moment) == "2026-03-02T00:00:00@Asia/Shanghai"


@pytest.mark.parametrize("as_of", ["tomorrow", "2026-02-30", "", 5])
def test_as_of_that_is_no_instant(as_of: str) -> None:
    with pytest.raises(PlanError) as caught:
        rules(TEXT).decide({"id": "C1"}, as_of=as_of)
    assert [i.code for i in caught.value.issues] == ["P414"]
