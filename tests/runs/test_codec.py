"""Values and actions come back from their JSON text as they were."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range, Time
from crmrules.runs.codec import dump_action, dump_value, load_action, load_value
from tests.runs.builders import action

VALUES = [
    (None, "null"),
    (True, "true"),
    (3, "3"),
    (Decimal("0.5"), '{"number":"0.5"}'),
    ("高价值", '"高价值"'),
    (Date(2026, 3, 1), '{"date":"2026-03-01"}'),
    (Time(9, 30), '{"time":"09:30:00"}'),
    (DateTime.parse("2026-03-01T09:00:00@Asia/Shanghai"), '{"date and time":"2026-03-01T09:00:00@Asia/Shanghai"}'),
    (DaysDuration.of(hours=36), '{"days and time duration":"P1DT12H"}'),
    (MonthsDuration(14), '{"years and months duration":"P1Y2M"}'),
    (["a", Decimal("1.25")], '["a",{"number":"1.25"}]'),
    ({"b": 1, "a": None}, '{"context":{"a":null,"b":1}}'),
    (Range(1, Decimal("2.5"), True, False), '{"range":[1,{"number":"2.5"},true,false,""]}'),
]


@pytest.mark.parametrize(("value", "text"), VALUES, ids=lambda v: str(v)[:30])
def test_a_value_keeps_its_type(value: object, text: str) -> None:
    assert dump_value(value) == text
    back = load_value(text)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    ("one", "other"), [(Decimal("1.50"), Decimal("1.5")), (Decimal("2.00"), 2), (Decimal("-0"), 0)]
)
def test_equal_numbers_have_equal_texts(one: object, other: object) -> None:
    assert dump_value(one) == dump_value(other)


def test_a_huge_number_is_kept_without_its_zeros() -> None:
    assert dump_value(Decimal("1E+6000")) == '{"number":"1E+6000"}'


def test_an_action_comes_back_whole() -> None:
    before = action("K1")
    assert load_action(dump_action(before)) == before


def test_an_action_written_by_another_release_is_read() -> None:
    text = dump_action(action("K1")).replace('"signal":""', '"colour":"red"')
    assert load_action(text) == action("K1")
