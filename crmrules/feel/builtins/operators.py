"""What the language's operators mean on values; generated code calls these functions.

Arithmetic, three-valued logic and paths are here, comparison comes from :mod:`crmrules.feel.builtins.comparison`.
A null operand gives null silently; a wrong kind, a division by zero or a result out of range raises :class:`Failure`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any

from crmrules.feel.builtins.comparison import (
    between,
    equals,
    ge,
    gt,
    in_range,
    in_test,
    is_same,
    le,
    lt,
    not_equals,
)
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.builtins.limits import check_depth, short_enough
from crmrules.model.durations import DAY_NANOS
from crmrules.model.numbers import FEEL_CONTEXT, INT_LIMIT, Number, as_int
from crmrules.model.values import (
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Value,
    kind_of,
    property_names,
    property_of,
)

__all__ = [
    "add",
    "and3",
    "between",
    "div",
    "equals",
    "ge",
    "get_path",
    "gt",
    "in_range",
    "in_test",
    "is_same",
    "le",
    "lt",
    "mul",
    "negate",
    "not3",
    "not_equals",
    "or3",
    "power",
    "sub",
]

_add = FEEL_CONTEXT.add
_subtract = FEEL_CONTEXT.subtract
_multiply = FEEL_CONTEXT.multiply
_divide = FEEL_CONTEXT.divide
_NUMBERS = frozenset({int, Decimal})
_Operation = Callable[[Any, Any], Value]


def add(a: Value, b: Value) -> Value:
    """``a + b``: numbers, strings, and the temporal pairs."""
    kind = type(a)
    if kind is type(b):
        if kind is int:
            total = a + b
            return total if -INT_LIMIT <= total <= INT_LIMIT else _add(a, b)
        if kind is str:
            return short_enough(a + b)
    return _apply("+", _ADD, a, b)


def sub(a: Value, b: Value) -> Value:
    """``a - b``: numbers and the temporal pairs."""
    if type(a) is int and type(b) is int:
        rest = a - b
        return rest if -INT_LIMIT <= rest <= INT_LIMIT else _subtract(a, b)
    return _apply("-", _SUB, a, b)


def mul(a: Value, b: Value) -> Value:
    """``a * b``: numbers, and a duration by a number."""
    if type(a) is int and type(b) is int:
        product = a * b
        return product if -INT_LIMIT <= product <= INT_LIMIT else _multiply(a, b)
    return _apply("*", _MUL, a, b)


def div(a: Value, b: Value) -> Value:
    """``a / b``: numbers, a duration by a number, a duration by one of its kind."""
    return _apply("/", _DIV, a, b)


def power(a: Value, b: Value) -> Value:
    """``a ** b`` on numbers."""
    return _apply("**", _POWER, a, b)


def negate(a: Value) -> Value:
    """``-a`` on a number or a duration."""
    kind = type(a)
    if kind is int or kind is DaysDuration or kind is MonthsDuration:
        return -a
    if a is None:
        return None
    if kind is Decimal:
        return FEEL_CONTEXT.minus(a)
    raise Failure(f"cannot negate {kind_of(a)}")


def _apply(symbol: str, table: dict[tuple[type, type], _Operation], a: Value, b: Value) -> Value:
    operation = table.get((type(a), type(b)))
    if operation is None:
        if a is None or b is None:
            return None
        raise Failure(f"cannot calculate {kind_of(a)} {symbol} {kind_of(b)}")
    try:
        return operation(a, b)
    except DecimalException as error:
        raise Failure(f"{kind_of(a)} {symbol} {kind_of(b)} has no result: {_reason(error)}") from None
    except (OverflowError, ValueError) as error:
        raise Failure(str(error)) from None


def _reason(error: DecimalException) -> str:
    return "the number is out of range" if "Overflow" in type(error).__name__ else "there is no such number"


# --- numbers ------------------------------------------------------------------------------------------------


def _divide_numbers(a: Number, b: Number) -> Number:
    if not b:
        raise Failure("division by zero")
    if type(a) is int and type(b) is int:
        quotient, rest = divmod(a, b)
        if not rest:
            return quotient
    return _divide(a, b)


def _power_numbers(a: Number, b: Number) -> Number:
    if type(a) is int and type(b) is int and b >= 0 and a.bit_length() * b < 112:  # surely below 34 digits
        return int(a**b)
    if not b:
        return 1
    if not a and b < 0:
        raise Failure("division by zero")
    return FEEL_CONTEXT.power(a, b)


def _numbers(operation: _Operation) -> dict[tuple[type, type], _Operation]:
    return {(x, y): operation for x in _NUMBERS for y in _NUMBERS}


# --- dates, times and durations -----------------------------------------------------------------------------


def _date_plus_nanos(day: Date, nanos: int) -> Date:
    return Date.of_days((day.days * DAY_NANOS + nanos) // DAY_NANOS)


def _time_plus(clock: Time, nanos: int) -> Time:
    return Time.of_nanos(clock.nanos + nanos, clock.offset, clock.zone)


def _moment_minus_moment(a: Date | DateTime, b: Date | DateTime) -> DaysDuration:
    """A date stands for midnight UTC against a date and time."""
    x = DateTime.midnight(a, 0) if isinstance(a, Date) else a
    y = DateTime.midnight(b, 0) if isinstance(b, Date) else b
    if not x.comparable(y):
        raise Failure("cannot subtract: one has an offset from UTC and the other has none")
    return DaysDuration(x.instant - y.instant)


def _time_minus_time(a: Time, b: Time) -> DaysDuration:
    if not a.comparable(b):
        raise Failure("cannot subtract: one time has an offset from UTC and the other has none")
    return DaysDuration(a.instant - b.instant)


def _whole(value: Decimal) -> int:
    return as_int(value.to_integral_value())


def _scale_months(months: MonthsDuration, factor: Number) -> MonthsDuration:
    return MonthsDuration(as_int(_multiply(months.months, factor)))


def _scale_days(length: DaysDuration, factor: Number) -> DaysDuration:
    return DaysDuration(_whole(_multiply(length.nanos, factor)))


def _share_months(months: MonthsDuration, divisor: Number) -> MonthsDuration:
    return MonthsDuration(as_int(_divide(months.months, _not_zero(divisor))))


def _share_days(length: DaysDuration, divisor: Number) -> DaysDuration:
    return DaysDuration(_whole(_divide(length.nanos, _not_zero(divisor))))


def _not_zero(divisor: Number) -> Number:
    if not divisor:
        raise Failure("division by zero")
    return divisor


def _flipped(table: dict[tuple[type, type], _Operation]) -> dict[tuple[type, type], _Operation]:
    """The same operations with the operands in the other order (not for pairs of one class)."""
    return {(y, x): _swap(operation) for (x, y), operation in table.items() if x is not y}


def _swap(operation: _Operation) -> _Operation:
    return lambda a, b: operation(b, a)


_MOVE: dict[tuple[type, type], _Operation] = {
    (Date, MonthsDuration): lambda d, m: d.plus_months(m.months),
    (DateTime, MonthsDuration): lambda d, m: d.plus_months(m.months),
    (Date, DaysDuration): lambda d, n: _date_plus_nanos(d, n.nanos),
    (DateTime, DaysDuration): lambda d, n: d.plus_nanos(n.nanos),
    (Time, DaysDuration): lambda t, n: _time_plus(t, n.nanos),
}
_ADD: dict[tuple[type, type], _Operation] = {
    **_numbers(_add),
    **_MOVE,
    **_flipped(_MOVE),
    (DaysDuration, DaysDuration): lambda a, b: DaysDuration(a.nanos + b.nanos),
    (MonthsDuration, MonthsDuration): lambda a, b: MonthsDuration(a.months + b.months),
}
_SUB: dict[tuple[type, type], _Operation] = {
    **_numbers(_subtract),
    (Date, MonthsDuration): lambda d, m: d.plus_months(-m.months),
    (DateTime, MonthsDuration): lambda d, m: d.plus_months(-m.months),
    (Date, DaysDuration): lambda d, n: _date_plus_nanos(d, -n.nanos),
    (DateTime, DaysDuration): lambda d, n: d.plus_nanos(-n.nanos),
    (Time, DaysDuration): lambda t, n: _time_plus(t, -n.nanos),
    **{(x, y): _moment_minus_moment for x in (Date, DateTime) for y in (Date, DateTime)},
    (Date, Date): lambda a, b: DaysDuration((a.days - b.days) * DAY_NANOS),
    (Time, Time): _time_minus_time,
    (DaysDuration, DaysDuration): lambda a, b: DaysDuration(a.nanos - b.nanos),
    (MonthsDuration, MonthsDuration): lambda a, b: MonthsDuration(a.months - b.months),
}
_SCALE: dict[tuple[type, type], _Operation] = {
    **{(MonthsDuration, number): _scale_months for number in _NUMBERS},
    **{(DaysDuration, number): _scale_days for number in _NUMBERS},
}
_MUL: dict[tuple[type, type], _Operation] = {**_numbers(_multiply), **_SCALE, **_flipped(_SCALE)}
_DIV: dict[tuple[type, type], _Operation] = {
    **_numbers(_divide_numbers),
    **{(MonthsDuration, number): _share_months for number in _NUMBERS},
    **{(DaysDuration, number): _share_days for number in _NUMBERS},
    (DaysDuration, DaysDuration): lambda a, b: _divide_numbers(a.nanos, b.nanos),
    (MonthsDuration, MonthsDuration): lambda a, b: _divide_numbers(a.months, b.months),
}
_POWER = _numbers(_power_numbers)


# --- logic --------------------------------------------------------------------------------------------------


def and3(a: Value, b: Value) -> bool | None:
    """``a and b``: false if either is false, else null if either is not a boolean, else true."""
    if a is False or b is False:
        return False
    return True if a is True and b is True else None


def or3(a: Value, b: Value) -> bool | None:
    """``a or b``: true if either is true, else null if either is not a boolean, else false."""
    if a is True or b is True:
        return True
    return False if a is False and b is False else None


def not3(a: Value) -> bool | None:
    """``not(a)``: null for null and for what is no boolean."""
    return not a if type(a) is bool else None


# --- paths --------------------------------------------------------------------------------------------------


def get_path(value: Value, name: str, depth: int = 0) -> Value:
    """``value.name``: a context's key (null when missing), a property, or a list of these for a list."""
    kind = type(value)
    if kind is dict:
        return value.get(name)
    if value is None:
        return None
    if kind is list:
        check_depth(depth)
        return [_item_path(item, name, depth + 1) for item in value]
    try:
        return property_of(value, name)
    except KeyError:
        known = ", ".join(property_names(value))
        raise Failure(f"{kind_of(value)} has no {name!r}" + (f" (it has {known})" if known else "")) from None


def _item_path(item: Value, name: str, depth: int) -> Value:
    """In a list, an item without the key or property counts as null."""
    if type(item) is dict or type(item) is list:
        return get_path(item, name, depth)
    try:
        return property_of(item, name)
    except KeyError:
        return None
