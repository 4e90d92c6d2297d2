"""What is absent is unknown, an empty list is none; records that are none, and issues as text."""

from __future__ import annotations

import pytest

from crmrules.engine.coverage import coverage_issues
from crmrules.model.errors import DataError
from crmrules.model.records import Dataset, Record, SourceReport
from tests.engine.helpers import rules

TEXT = """\
crmrules: 1
name: small
time_zone: UTC
vocabulary:
  customer:
    industry: {type: string}
    annual_amount: {type: number}
    bought: {type: number, formula: count(orders)}
    complained: {type: boolean, formula: some t in tickets satisfies t.severity = "high"}
    tier: {type: string, values: [a, b]}
  order: {placed_at: {type: date}}
  ticket: {severity: {type: string}}
decisions:
  tier:
    kind: classification
    hit_policy: F
    inputs: [bought, annual_amount, industry]
    outputs: [tier]
    rules:
      - {id: T1, when: {bought: "0", annual_amount: "> 5"}, then: {tier: b}}
      - {id: T2, when: {bought: "> 0", industry: '"x"'}, then: {tier: a}}
      - {id: T3, when: {annual_amount: "> 9"}, then: {tier: a}}
"""


def test_absent_is_unknown_and_empty_is_none() -> None:
    small = rules(TEXT)
    unknown = small.decide({"id": "C1"}, as_of="2026-03-02")
    assert (unknown.values["bought"], unknown.values["complained"], unknown.warnings) == (None, None, ())
    assert "bought" in unknown.unknown
    none = small.decide({"id": "C1", "orders": [], "tickets": []}, as_of="2026-03-02")
    assert (none.values["bought"], none.values["complained"]) == (0, False)
    assert small.decide(Record("C1", {}), as_of="2026-03-02").values["bought"] is None
    assert small.decide(Record("C1", {}, {"order": ()}), as_of="2026-03-02").values["bought"] == 0


def test_what_no_source_gives() -> None:
    small = rules(TEXT)
    report = SourceReport("customer", "c.csv", unused=("annual_amont",))
    found = coverage_issues(small, Dataset((Record("C1", {"name": "x"}, {"ticket": ()}),), reports=(report,)))
    assert [str(each) for each in found] == [
        "warning P416: rules read orders, but no source gives them: what depends on them is unknown for every customer",
        "warning P418: no column gives 'annual_amount' (2 formulas and rows read it), so it is unknown for every customer; "
        "is the column 'annual_amont' meant?",
        "warning P417: no column gives these facts, which are unknown for every customer (in brackets: how many formulas and "
        "rows read it): industry (1)",
    ]
    full = Record("C1", {"industry": None, "annual_amount": 3}, {"ticket": (), "order": ()})
    assert coverage_issues(small, Dataset((full,))) == []


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (None, "error P420: a record is a mapping or a Record, found None"),
        ("x", "error P420: a record is a mapping or a Record, found str 'x'"),
        ({"id": "C1", "orders": {"a": 1}}, "error P410: record C1: 'orders' should be a list of order rows, found context {'a': 1}"),
    ],
)  # fmt: skip
def test_no_record(record: object, message: str) -> None:
    small = rules(TEXT)
    with pytest.raises(DataError) as caught:
        small.decide(record, as_of="2026-03-02")  # type: ignore[arg-type]
    assert [str(each) for each in caught.value.issues] == [message]
    with pytest.raises(DataError) as caught:
        small.plan([record], as_of="2026-03-02")  # type: ignore[list-item]
    assert [str(each) for each in caught.value.issues] == [message]


def test_one_record_twice() -> None:
    with pytest.raises(DataError) as caught:
        rules(TEXT).plan([{"id": "C1"}, {"id": "C2"}, {"id": "C1"}], as_of="2026-03-02")
    assert [str(each) for each in caught.value.issues] == [
        "error P419: record C1 is there twice: its actions could not be told apart"
    ]
    assert caught.value.issues[0].render("zh") == "错误 P419: 记录 C1 出现了两次：其行动将无法区分"


def test_a_forgotten_column_of_refusals_is_missed_though_it_has_a_default() -> None:
    compiled = rules("""
crmrules: 1
name: guarded
policies: {do_not_contact: stopped = true, blocked_channels: refused}
vocabulary:
  customer:
    name: {type: string}
    stopped: {type: boolean, missing: default, default: false}
    refused: {type: list<string>}
""")
    without = Dataset((Record("C1", {"name": "A"}),))
    assert [i.code for i in coverage_issues(compiled, without)] == ["P417"]
    assert coverage_issues(compiled, without)[0].message().endswith(": stopped (1), refused (1)")
    assert coverage_issues(compiled, Dataset((Record("C1", {"stopped": None, "refused": None}),))) == []
