"""What the operators mean on values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmrules.feel.builtins import operators as op
from crmrules.feel.builtins.comparison import identity_key, same
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.builtins.values_text import literal_of
from crmrules.model.values import Range, parse_temporal

T = parse_temporal
D = Decimal


@pytest.mark.parametrize(
    ("operator", "a", "b", "result"),
    [
        ("add", 1, 2, "3"),
        ("add", D("0.1"), D("0.2"), "0.3"),
        ("add", 10**34, 1, "10000000000000000000000000000000000"),
        ("add", "a", "b", '"ab"'),
        ("add", None, 1, "null"),
        ("add", "a", None, "null"),
        ("sub", 1, D("0.5"), "0.5"),
        ("mul", 3, 4, "12"),
        ("div", 6, 3, "2"),
        ("div", 1, 3, "0.3333333333333333333333333333333333"),
        ("power", 3, 4, "81"),
        ("power", 2, D("0.5"), "1.414213562373095048801688724209698"),
        ("power", 2, -1, "0.5"),
        ("power", 0, 0, "1"),
        ("add", T("2024-01-31"), T("P1M"), '@"2024-02-29"'),
        ("add", T("P1M"), T("2024-01-31T10:00:00"), '@"2024-02-29T10:00:00"'),
        ("add", T("2024-01-31"), T("PT23H"), '@"2024-01-31"'),
        ("sub", T("2024-01-31"), T("PT1H"), '@"2024-01-30"'),
        ("add", T("23:30:00+01:00"), T("PT1H"), '@"00:30:00+01:00"'),
        ("add", T("10:00:00"), T("P1D"), '@"10:00:00"'),
        ("sub", T("10:00:00"), T("11:30:00"), '@"-PT1H30M"'),
        ("sub", T("2024-03-01"), T("2024-02-01"), '@"P29D"'),
        ("sub", T("2024-03-01"), T("2024-02-29T12:00:00Z"), '@"PT12H"'),
        ("sub", T("2024-03-01T10:00:00+02:00"), T("2024-03-01T10:00:00Z"), '@"-PT2H"'),
        ("add", T("P1D"), T("PT1H"), '@"P1DT1H"'),
        ("sub", T("P1Y"), T("P1M"), '@"P11M"'),
        ("mul", T("P1D"), D("1.5"), '@"P1DT12H"'),
        ("mul", D("1.5"), T("P1M"), '@"P1M"'),
        ("div", T("P1Y"), 5, '@"P2M"'),
        ("div", T("-P1Y"), 5, '@"-P2M"'),
        ("div", T("P1D"), T("PT6H"), "4"),
        ("div", T("P1Y"), T("P5M"), "2.4"),
    ],
)
def test_arithmetic(operator: str, a: Any, b: Any, result: str) -> None:
    assert literal_of(getattr(op, operator)(a, b)) == result


@pytest.mark.parametrize(
    ("operator", "a", "b", "reason"),
    [
        ("add", "a", 1, "cannot calculate string + number"),
        ("add", True, 1, "cannot calculate boolean + number"),
        ("div", 1, 0, "division by zero"),
        ("div", D(1), D("0.0"), "division by zero"),
        ("div", T("P1D"), 0, "division by zero"),
        ("div", T("P1D"), T("PT0S"), "division by zero"),
        ("power", 0, -1, "division by zero"),
        ("power", 10, 10**9, "number ** number has no result: the number is out of range"),
        ("power", D("1.1"), D("1e30"), "number ** number has no result: the number is out of range"),
        ("power", -8, D("0.5"), "number ** number has no result: there is no such number"),
        ("mul", D("1e6000"), D("1e6000"), "number * number has no result: the number is out of range"),
        ("mul", T("P1D"), D("1e40"), "number is too large for a position or a count"),
        ("add", T("999999999-12-31"), T("P1D"), "date is beyond the years ±999999999"),
        ("add", T("P1M"), T("P1D"), "cannot calculate years and months duration + days and time duration"),
        ("sub", T("P1D"), T("2024-01-01"), "cannot calculate days and time duration - date"),
        (
            "sub",
            T("2024-01-01"),
            T("2024-01-01T00:00:00"),
            "cannot subtract: one has an offset from UTC and the other has none",
        ),
    ],
)
def test_arithmetic_without_a_result(operator: str, a: Any, b: Any, reason: str) -> None:
    with pytest.raises(Failure) as caught:
        getattr(op, operator)(a, b)
    assert caught.value.reason == reason


def test_long_strings_are_refused() -> None:
    half = "x" * (1 << 19)
    assert len(op.add(half, half)) == 1 << 20
    with pytest.raises(Failure, match="longer than 1048576 characters"):
        op.add(half, half + "x")


def test_negation() -> None:
    assert op.negate(5) == -5
    assert str(op.negate(D("0.0"))) == "0.0"
    assert op.negate(T("P1D")) == T("-P1D")
    assert op.negate(None) is None
    with pytest.raises(Failure, match="cannot negate string"):
        op.negate("5")


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        (1, D("1.00"), True),
        (None, None, True),
        (None, 1, False),
        ([1, [D("2.0")]], [1, [2]], True),
        ([1, "a"], ["a", 1], False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        (T("PT24H"), T("P1D"), True),
        (T("10:00:00.1"), T("10:00:00.9"), True),
        (T("2024-07-01T12:00:00@Europe/Paris"), T("2024-07-01T10:00:00Z"), True),
        (T("10:00:00@Europe/Paris"), T("10:00:00@Europe/Paris"), True),
        (Range(1, 5), Range(1, D("5.0")), True),
        (Range(1, 5, False), Range(1, 5), False),
        (Range.unary("=", 5), Range(5, 5), False),
    ],
)
def test_equality(a: Any, b: Any, result: bool) -> None:
    assert op.equals(a, b) is result
    assert op.equals(b, a) is result
    assert op.not_equals(a, b) is (not result)
    assert (identity_key(a) == identity_key(b)) is result


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, "1"), (True, 1), ([], 0), ({}, []), (T("P1Y"), T("P365D")), (T("2024-01-01"), T("2024-01-01T00:00:00")),
        (T("2024-01-01T00:00:00"), T("2024-01-01T00:00:00Z")),
    ],
)  # fmt: skip
def test_kinds_that_cannot_be_compared(a: Any, b: Any) -> None:
    for compare in (op.equals, op.lt, op.le, op.gt, op.ge):
        with pytest.raises(Failure):
            compare(a, b)
    assert not same(a, b)
    assert identity_key(a) != identity_key(b)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (1, D("1.5")), ("a", "b"), ("B", "a"), ("\uffff", "\U00010000"), (T("2024-01-01"), T("2024-01-02")),
        (T("10:00:00.1"), T("10:00:00.2")), (T("P1D"), T("PT25H")), (T("P1M"), T("P1Y")),
        (T("2024-07-01T12:00:00@Europe/Paris"), T("2024-07-01T10:00:01Z")),
    ],
)  # fmt: skip
def test_order(low: Any, high: Any) -> None:
    assert (op.lt(low, high), op.le(low, high), op.gt(low, high), op.ge(low, high)) == (True, True, False, False)
    assert (op.lt(high, low), op.le(high, low), op.gt(high, low), op.ge(high, low)) == (False, False, True, True)
    assert (op.lt(low, low), op.le(low, low), op.gt(low, low), op.ge(low, low)) == (False, True, False, True)
    assert op.between(low, low, high) is True
    assert op.lt(low, None) is None and op.ge(None, high) is None
    assert op.between(low, None, high) is None


@pytest.mark.parametrize(("a", "b"), [(True, False), ([1], [2]), ({}, {})])
def test_kinds_without_an_order(a: Any, b: Any) -> None:
    with pytest.raises(Failure, match="cannot order"):
        op.lt(a, b)


def test_three_valued_logic() -> None:
    values = (True, False, None, 123)
    assert [[op.and3(a, b) for b in values] for a in values] == [
        [True, False, None, None],
        [False, False, False, False],
        [None, False, None, None],
        [None, False, None, None],
    ]
    assert [[op.or3(a, b) for b in values] for a in values] == [
        [True, True, True, True],
        [True, False, None, None],
        [True, None, None, None],
        [True, None, None, None],
    ]
    assert [op.not3(a) for a in values] == [False, True, None, None]


@pytest.mark.parametrize(
    ("value", "test", "result"),
    [
        (5, Range(1, 5), True),
        (5, Range(1, 5, True, False), False),
        (None, Range(1, 5), None),
        (5, Range(None, 10), None),
        (5, Range.unary("<", 10), True),
        (10, Range.unary("<=", 10), True),
        (5, Range.unary(">", 10), False),
        (5, Range.unary("!=", 10), True),
        (5, Range.unary("=", D("5.0")), True),
        (5, Range.unary("<", None), None),
        (5, [1, D("5.0")], True),
        (5, [Range(1, 3), Range(4, 6)], True),
        (True, [False, 2, "x", Range(1, 2)], False),
        ([1, 2], [1, 2], True),
        ([1, 2], [[1, 2], [3]], True),
        (None, [1, None], True),
        (None, None, True),
        (1, None, False),
        (Range(1, 2), [Range(1, 2)], True),
    ],
)
def test_membership(value: Any, test: Any, result: bool | None) -> None:
    assert op.in_test(value, test) is result


def test_paths() -> None:
    assert op.get_path({"a": 1}, "a") == 1
    assert op.get_path({"a": 1}, "b") is None
    assert op.get_path(None, "a") is None
    assert op.get_path([{"a": 1}, {}, 5, [{"a": 2}], None], "a") == [1, None, None, [2], None]
    assert op.get_path(T("2024-02-29"), "year") == 2024
    with pytest.raises(Failure) as caught:
        op.get_path(T("2024-02-29"), "hour")
    assert caught.value.reason == "date has no 'hour' (it has year, month, day, weekday)"
    with pytest.raises(Failure, match="number has no 'a'"):
        op.get_path(5, "a")


def test_hostile_depth_is_a_failure_not_a_crash() -> None:
    a: list[Any] = []
    b: list[Any] = []
    for _ in range(5_000):
        a, b = [a], [b]
    for attempt in (
        lambda: op.equals(a, b),
        lambda: identity_key(a),
        lambda: op.get_path(a, "x"),
        lambda: literal_of(a),
    ):
        with pytest.raises(Failure, match="nested more than 100 levels deep"):
            attempt()
