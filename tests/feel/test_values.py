"""Numbers, ranges, and the way of Python objects into the language and back."""

from __future__ import annotations

import datetime as stdlib
import decimal
import enum
import math
from decimal import Decimal
from typing import Any

import pytest

from crmrules.model.numbers import as_int, fit, is_whole, parse_number, plain
from crmrules.model.values import (
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Range,
    Time,
    from_value,
    kind_of,
    property_names,
    property_of,
    to_value,
)


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("obj", "value", "kind"),
    [
        (None, None, "Null"),
        (True, True, "boolean"),
        (5, 5, "number"),
        (0.1, Decimal("0.1"), "number"),
        (1e300, Decimal("1e300"), "number"),
        (Level.HIGH, 3, "number"),
        (Colour.RED, "red", "string"),
        (Name("x"), "x", "string"),
        (stdlib.date(2024, 2, 29), Date(2024, 2, 29), "date"),
        (stdlib.datetime(2024, 2, 29, 10), DateTime(Date(2024, 2, 29), Time(10, 0)), "date and time"),
        (stdlib.time(10), Time(10, 0), "time"),
        (stdlib.timedelta(hours=30), DaysDuration.of(days=1, hours=6), "days and time duration"),
        (MonthsDuration(5), MonthsDuration(5), "years and months duration"),
        ((1, (2, 3)), [1, [2, 3]], "list"),
        ({3, 1, 2}, [1, 2, 3], "list"),
        ({"a": {"b": (1.5,)}}, {"a": {"b": [Decimal("1.5")]}}, "context"),
    ],
)
def test_objects_become_values(obj: object, value: object, kind: str) -> None:
    result = to_value(obj)
    assert result == value
    assert type(result) is type(value)
    assert kind_of(result) == kind


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        (math.nan, "nan is not a number a rule can use"),
        (math.inf, "inf is not a number a rule can use"),
        (Decimal("NaN"), "not a finite number"),
        (Decimal("sNaN"), "not a finite number"),
        (Decimal("Infinity"), "not a finite number"),
        (Decimal("1e7000"), "number is beyond 34 digits and exponent 6144"),
        pytest.param(10**10_000, "number is beyond 34 digits and exponent 6144", id="10**10000"),
        ({1: "a"}, "a context's keys are strings, not int 1"),
        (object(), "a object is no value of the rule language"),
        (b"x", "a bytes is no value of the rule language"),
    ],
)
def test_objects_that_do_not_fit(obj: object, reason: str) -> None:
    with pytest.raises(ValueError) as caught:
        to_value(obj)
    assert str(caught.value) == reason


def test_a_value_too_deep_is_refused() -> None:
    nested: list[Any] = []
    for _ in range(2_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested more than 64 levels deep"):
        to_value(nested)


def test_values_become_objects_again() -> None:
    obj = {"d": stdlib.date(2024, 2, 29), "l": [stdlib.timedelta(1), None, "x", Decimal("1.5")]}
    assert from_value(to_value(obj)) == obj
    late = Date(10_000, 1, 1)
    assert from_value(late) is late


def test_long_whole_numbers_are_rounded() -> None:
    assert fit(10**34) == 10**34
    assert fit(10**34 + 1) == Decimal("1.000000000000000000000000000000000E+34")
    assert fit(Decimal("0.12345678901234567890123456789012345678")) == Decimal("0.1234567890123456789012345678901235")


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("-0.5", Decimal("-0.5")), (".5", Decimal("0.5")), ("5.", 5), ("1e3", 1000), ("+7", 7)],
)
def test_number_text(text: str, number: object) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["", ".", "1,000", "0x10", "NaN", "Infinity", "1e9999", "1e9999999", "１２", "1_000", " 1"]
)
def test_text_that_is_no_number(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E-7"), "0.0000001"),
        (-3, "-3"),
    ],
)
def test_numbers_are_written_plainly(number: Any, text: str) -> None:
    assert plain(number) == text


def test_huge_numbers_stay_cheap() -> None:
    assert is_whole(Decimal("1e6000"))
    assert not is_whole(Decimal("1.5"))
    assert as_int(Decimal("-2.9")) == -2
    with pytest.raises(OverflowError):
        as_int(Decimal("1e6000"))


def test_the_threads_own_precision_plays_no_part() -> None:
    from crmrules.feel.builtins.calling import call
    from crmrules.feel.builtins.operators import add, div, mul, negate
    from crmrules.feel.builtins.registry import BUILTINS

    third = Decimal("0.3333333333333333333333333333333333")
    with decimal.localcontext() as context:
        context.prec = 3
        assert div(1, 3) == third
        assert add(third, 0) == third
        assert str(negate(third)) == "-" + str(third)
        assert str(mul(third, 1)) == str(third)
        assert str(call(BUILTINS["abs"], [negate(third)])) == str(third)


def test_unary_ranges_have_their_form() -> None:
    assert Range.unary("<", 10) == Range(None, 10, False, False, "<")
    assert Range.unary(">=", 10) == Range(10, None, True, False, ">=")
    assert Range.unary("=", 10) != Range(10, 10)
    with pytest.raises(ValueError, match="no unary range"):
        Range.unary("~", 10)


@pytest.mark.parametrize(
    ("value", "name", "found"),
    [
        (Date(2024, 2, 29), "weekday", 4),
        (Time(10, 30, 15, 250_000_000), "second", Decimal("15.25")),
        (Time(10, 30, 15), "second", 15),
        (Time(10, 30, offset=3_600), "time offset", DaysDuration.of(hours=1)),
        (Time(10, 30), "time offset", None),
        (DateTime.parse("2024-02-29T10:30:00@Asia/Shanghai"), "timezone", "Asia/Shanghai"),
        (DateTime.parse("2024-02-29T10:30:00@Asia/Shanghai"), "time offset", DaysDuration.of(hours=8)),
        (DateTime.parse("2024-02-29T10:30:00"), "month", 2),
        (DaysDuration.of(days=1, hours=2, seconds=5), "seconds", 5),
        (DaysDuration.of(hours=-26), "hours", -2),
        (MonthsDuration(26), "months", 2),
        (Range(1, 5, False, True), "start included", False),
    ],
)
def test_properties(value: object, name: str, found: object) -> None:
    assert name in property_names(value)
    assert property_of(value, name) == found
    with pytest.raises(KeyError):
        property_of(value, "colour")
