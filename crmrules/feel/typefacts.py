"""What the checker knows about types alone: which can be compared, calculated with, passed and called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeGuard

from crmrules.feel.builtins.declare import Builtin, Signature
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ListType,
    RangeType,
    Type,
)

ORDERED: Final = frozenset((NUMBER, STRING, DATE, TIME, DATE_TIME, DAYS_DURATION, MONTHS_DURATION))
SCALARS: Final = ORDERED | {BOOLEAN}
DURATIONS: Final = (DAYS_DURATION, MONTHS_DURATION)
MOMENTS: Final = (DATE, DATE_TIME)


def common(types: Sequence[Type]) -> Type:
    known = [t for t in types if t != NULL]
    if not known:
        return NULL if types else ANY
    return known[0] if all(t == known[0] for t in known) else ANY


_SCALAR_NAMES: Final = frozenset(kind.name for kind in SCALARS)


def open_kind(kind: Type) -> bool:
    """Whether nothing is known of values of this type: ``Any``, ``Null``, a type that is not defined here."""
    return type(kind) is Type and kind.name not in _SCALAR_NAMES


def same_kind(left: Type, right: Type) -> bool:
    """Whether ``=`` between the two could be other than null."""
    if open_kind(left) or open_kind(right):
        return True
    if isinstance(left, ListType) and isinstance(right, ListType):
        return True
    return left.name == right.name


def asks_for_item(column: Type, test: Type) -> TypeGuard[ListType]:
    """Whether a relaxed cell's test asks what the column's lists contain (tags), not what they equal."""
    return isinstance(column, ListType) and test not in (ANY, NULL) and not isinstance(test, ListType | RangeType)


def could_be(kind: Type, wanted: Type) -> bool:
    """Whether an argument of type ``kind`` could serve as ``wanted``, after FEEL's conversions."""
    if open_kind(kind) or open_kind(wanted):
        return True
    if isinstance(wanted, ListType):
        item = kind.item if isinstance(kind, ListType) else kind
        return could_be(item, wanted.item)
    if isinstance(kind, ListType):
        return could_be(kind.item, wanted)
    if wanted == DATE_TIME and kind == DATE:
        return True
    return kind.name == wanted.name


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of ``left op right``; None when it is certainly null."""
    if open_kind(left) or open_kind(right):
        if op == "**" or (op in "*/" and NUMBER in (left, right) and ANY not in (left, right)):
            return NUMBER
        return ANY
    return _ARITHMETIC.get((op, left, right))


_ARITHMETIC: Final[Mapping[tuple[str, Type, Type], Type]] = {
    **{(op, NUMBER, NUMBER): NUMBER for op in ("+", "-", "*", "/", "**")},
    ("+", STRING, STRING): STRING,
    **{(op, moment, d): moment for op in "+-" for moment in MOMENTS for d in DURATIONS},
    **{("+", d, moment): moment for moment in MOMENTS for d in DURATIONS},
    **{(op, TIME, DAYS_DURATION): TIME for op in "+-"},
    ("+", DAYS_DURATION, TIME): TIME,
    **{("-", a, b): DAYS_DURATION for a in MOMENTS for b in MOMENTS},
    ("-", TIME, TIME): DAYS_DURATION,
    **{(op, d, d): d for op in "+-" for d in DURATIONS},
    **{("*", d, NUMBER): d for d in DURATIONS},
    **{("*", NUMBER, d): d for d in DURATIONS},
    **{("/", d, NUMBER): d for d in DURATIONS},
    **{("/", d, d): NUMBER for d in DURATIONS},
}


def counts(signature: Signature) -> list[int]:
    required = sum(not p.optional for p in signature.params)
    return list(range(required, len(signature.params) + 1))


def takes(signature: Signature, count: int, names: Sequence[str]) -> bool:
    """Whether a signature can be called with so many arguments, or with arguments of these names."""
    params = signature.params
    if names:
        known = {p.name for p in params}
        return (
            len(set(names)) == len(names)
            and known.issuperset(names)
            and all(p.name in names or p.optional for p in params)
        )
    if params and params[-1].variadic:
        return count >= len(params)
    return sum(not p.optional for p in params) <= count <= len(params)


def parameter_at(signature: Signature, index: int, names: Sequence[str]) -> Type | None:
    """The type wanted of the argument at ``index``."""
    params = signature.params
    if names:
        return next((p.type for p in params if p.name == names[index]), None)
    if not params:
        return None
    return params[min(index, len(params) - 1)].type


def parameter_types(builtin: Builtin) -> tuple[Type, ...]:
    signatures = builtin.signatures
    if len(signatures) != 1 or any(p.optional or p.variadic for p in signatures[0].params):
        return ()
    return tuple(p.type for p in signatures[0].params)


# --- properties ---------------------------------------------------------------------------------------------------

_DATE_PARTS: Final = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_TIME_PARTS: Final = {
    **dict.fromkeys(("hour", "minute", "second"), NUMBER), "time offset": DAYS_DURATION, "timezone": STRING,
}  # fmt: skip
PROPERTIES: Final[Mapping[Type, Mapping[str, Type]]] = {
    DATE: _DATE_PARTS,
    TIME: _TIME_PARTS,
    DATE_TIME: {**_DATE_PARTS, **_TIME_PARTS},
    DAYS_DURATION: dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    MONTHS_DURATION: dict.fromkeys(("years", "months"), NUMBER),
    NUMBER: {},
    STRING: {},
    BOOLEAN: {},
}
"""The built-in properties of values by type."""
