"""Equality, order, ranges and membership: what ``=``, ``<``, ``between``, ``in`` and ``is()`` mean.

Every function gives null for a null operand (equality excepted) and raises :class:`Failure` for kinds that cannot
be compared. The first lines of each are the fast path for the common case of two values of one plain class.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Any

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.builtins.limits import check_depth
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range, Time, Value, kind_of

_NANOS = 1_000_000_000
_PLAIN = frozenset({int, str, Decimal, bool, Date, DaysDuration, MonthsDuration, type(None)})
_NUMBERS = frozenset({int, Decimal})

# What values of a kind are ordered by. Numbers and strings are their own keys.
_ORDER: dict[type, Callable[[Any], Any]] = {
    int: lambda v: v,
    Decimal: lambda v: v,
    str: lambda v: v,
    Date: lambda v: v.days,
    Time: lambda v: v.instant,
    DateTime: lambda v: v.instant,
    DaysDuration: lambda v: v.nanos,
    MonthsDuration: lambda v: v.months,
}


def equals(a: Value, b: Value) -> bool | None:
    """``a = b``: deep, numbers by value, moments by whole second. Null equals only null; two kinds fail."""
    kind = type(a)
    if kind is type(b):
        if kind is Date:
            return a.days == b.days  # type: ignore[no-any-return]
        return a == b if kind in _PLAIN else _same_kind_equals(a, b)
    if a is None or b is None:
        return False
    if kind in _NUMBERS and type(b) in _NUMBERS:
        return bool(a == b)
    raise Failure(f"cannot compare {kind_of(a)} with {kind_of(b)}")


def not_equals(a: Value, b: Value) -> bool | None:
    """``a != b``."""
    result = equals(a, b)
    return None if result is None else not result


def _same_kind_equals(a: Value, b: Value) -> bool:
    if isinstance(a, Time | DateTime) and not a.comparable(b):
        raise Failure(f"cannot compare a {kind_of(a)} that has an offset with one that has none")
    return same(a, b)


def same(a: Value, b: Value, depth: int = 0) -> bool:
    """Equality that is never null: values of different kinds are just not the same (members of lists, keys)."""
    kind = type(a)
    if kind is not type(b):
        return kind in _NUMBERS and type(b) in _NUMBERS and bool(a == b)
    if kind in _PLAIN:
        return bool(a == b)
    check_depth(depth)
    if kind is list:
        return len(a) == len(b) and all(same(x, y, depth + 1) for x, y in zip(a, b, strict=True))
    if kind is dict:
        return a.keys() == b.keys() and all(same(x, b[key], depth + 1) for key, x in a.items())
    if kind is DateTime or kind is Time:
        return bool(a.comparable(b)) and a.instant // _NANOS == b.instant // _NANOS
    if kind is Range:
        return _shape(a) == _shape(b) and same(a.start, b.start, depth + 1) and same(a.end, b.end, depth + 1)
    return a is b


def _shape(r: Range) -> tuple[bool, bool, str]:
    return r.start_included, r.end_included, r.form


def identity_key(value: Value, depth: int = 0) -> Hashable:
    """A hashable key that two values share exactly when :func:`same` holds; makes large lists quick to compare."""
    kind = type(value)
    if kind is bool:
        return bool, value
    if kind in _PLAIN:
        return value  # type: ignore[no-any-return]
    check_depth(depth)
    if kind is list:
        return list, tuple(identity_key(item, depth + 1) for item in value)
    if kind is dict:
        return dict, frozenset((key, identity_key(item, depth + 1)) for key, item in value.items())
    if kind is DateTime:
        return DateTime, value.instant // _NANOS, value.offset is None
    if kind is Time:
        return Time, value.instant // _NANOS, value.zone if value.offset is None else ""
    if kind is Range:
        return Range, _shape(value), identity_key(value.start, depth + 1), identity_key(value.end, depth + 1)
    return id(value), kind


def is_same(a: Value, b: Value) -> bool:
    """``is(a, b)``: same kind and identical, including the offset or zone as written. Never null."""
    kind = type(a)
    if kind is not type(b):
        return kind in _NUMBERS and type(b) in _NUMBERS and bool(a == b)
    if kind is Time:
        return (a.nanos, a.offset, a.zone) == (b.nanos, b.offset, b.zone)
    if kind is DateTime:
        return (a.local, a.offset, a.zone) == (b.local, b.offset, b.zone)
    return same(a, b)


def _order_keys(a: Value, b: Value) -> tuple[Any, Any] | None:
    """The two keys to compare; None when an operand is null; fails for kinds without a common order."""
    if a is None or b is None:
        return None
    kind = type(a)
    key = _ORDER.get(kind)
    if key is None or (kind is not type(b) and not (kind in _NUMBERS and type(b) in _NUMBERS)):
        raise Failure(f"cannot order {kind_of(a)} and {kind_of(b)}")
    if isinstance(a, Time | DateTime) and not a.comparable(b):
        raise Failure(f"cannot order a {kind_of(a)} that has an offset and one that has none")
    return key(a), key(b)


def lt(a: Value, b: Value) -> bool | None:
    """``a < b``."""
    kind = type(a)
    if kind is type(b):
        if kind is int or kind is Decimal or kind is str:
            return a < b  # type: ignore[no-any-return]
        if kind is Date:
            return a.days < b.days  # type: ignore[no-any-return]
        if kind is DateTime and a.offset is None and b.offset is None:
            return a.local < b.local  # type: ignore[no-any-return]
    keys = _order_keys(a, b)
    return None if keys is None else keys[0] < keys[1]


def le(a: Value, b: Value) -> bool | None:
    """``a <= b``."""
    kind = type(a)
    if kind is type(b):
        if kind is int or kind is Decimal or kind is str:
            return a <= b  # type: ignore[no-any-return]
        if kind is Date:
            return a.days <= b.days  # type: ignore[no-any-return]
        if kind is DateTime and a.offset is None and b.offset is None:
            return a.local <= b.local  # type: ignore[no-any-return]
    keys = _order_keys(a, b)
    return None if keys is None else keys[0] <= keys[1]


def gt(a: Value, b: Value) -> bool | None:
    """``a > b``."""
    return lt(b, a)


def ge(a: Value, b: Value) -> bool | None:
    """``a >= b``."""
    return le(b, a)


def order(a: Value, b: Value) -> int:
    """-1, 0 or 1 for two values of one ordered kind; a null fails too (there is nothing to order)."""
    keys = _order_keys(a, b)
    if keys is None:
        raise Failure("null has no place in an order")
    return int(keys[0] > keys[1]) - int(keys[0] < keys[1])


def order_key(value: Value) -> Any:
    """The key that ``<`` compares, to sort values known to be of one kind."""
    return _ORDER[type(value)](value)


def between(value: Value, low: Value, high: Value) -> bool | None:
    """``value between low and high``, ends included; null when any of the three is null."""
    above, below = le(low, value), le(value, high)
    return None if above is None or below is None else above and below


def in_range(value: Value, r: Range) -> bool | None:
    """Whether ``value`` lies inside; null for a null value or an end that was written as null."""
    if value is None:
        return None
    match r.form:
        case "=":
            return equals(value, r.start)
        case "!=":
            return not_equals(value, r.start)
        case "<" | "<=":
            return le(value, r.end) if r.end_included else lt(value, r.end)
        case ">" | ">=":
            return le(r.start, value) if r.start_included else lt(r.start, value)
    above = le(r.start, value) if r.start_included else lt(r.start, value)
    below = le(value, r.end) if r.end_included else lt(value, r.end)
    return None if above is None or below is None else above and below


def in_test(value: Value, test: Value) -> bool | None:
    """Whether ``value`` passes a test that is a value: inside a range, a member of a list, or equal to it.

    A list's members may be ranges; members of another kind simply do not hold the value.
    """
    kind = type(test)
    if kind is Range and type(value) is not Range:
        return in_range(value, test)
    if kind is list:
        return any(_member(value, item) for item in test) or (type(value) is list and same(value, test))
    return equals(value, test)


def _member(value: Value, item: Value) -> bool:
    if type(item) is Range and type(value) is not Range:
        try:
            return in_range(value, item) is True
        except Failure:
            return False
    return same(value, item)
