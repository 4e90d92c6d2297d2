"""What a condition cell accepts, in a form that can be indexed.

A compiled cell knows its shape when it only compares the input with constants; :class:`Condition` is that shape
with the constants' kinds told apart, because ``5``, ``"5"`` and ``true`` live in different orders. Cells of any other
shape are *opaque*: they are evaluated when a row is otherwise possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from crmrules.feel.shapes import Anything, Intervals, IsNull, Points, Shape, Union
from crmrules.model.durations import NANOS
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range, Value

Verdict = bool | None
"""True: accepted; False: not; None: cannot be told (mostly because something is unknown)."""


class Test(Protocol):
    """A compiled condition cell (:class:`crmrules.feel.compiler.CompiledTest` is one)."""

    @property
    def test(self) -> Callable[[Value, Mapping[str, Value], list[Any] | None], Verdict]:
        """The cell as a function of the input's value, the environment, and a list for notes of what failed."""
        ...

    @property
    def shape(self) -> Shape:
        """What the cell accepts, when it is made of constants."""
        ...


@dataclass(frozen=True, slots=True)
class Interval:
    """The keys between two ends of one kind; a missing end is None and reaches without limit."""

    start: Any = None
    end: Any = None
    start_included: bool = True
    end_included: bool = True

    @property
    def empty(self) -> bool:
        """Whether nothing lies inside: the ends are crossed, or equal and not both included."""
        if self.start is None or self.end is None:
            return False
        if self.start == self.end:
            return not (self.start_included and self.end_included)
        return not self.start < self.end


@dataclass(frozen=True, slots=True)
class Condition:
    """A cell that depends on nothing but the input's value.

    It accepts every non-null value (``anything``), or those of one ``kind`` whose key is one of ``points`` or lies in
    one of ``intervals``; with ``negated`` it accepts all of that kind *but* the points. ``null`` is its verdict on
    null: True accepts it, False refuses it, None cannot tell. ``kind`` is blank without constants.
    """

    anything: bool = False
    kind: str = ""
    points: tuple[Any, ...] = ()
    negated: bool = False
    intervals: tuple[Interval, ...] = ()
    null: Verdict = None


_ANYTHING: Final = Condition(anything=True, null=True)
_MOST_RANGES: Final = 8
"""A cell of more ranges is not indexed: each further one costs every lookup a little."""


def condition_of(test: Test, most_ranges: int = _MOST_RANGES) -> Condition | None:
    """The cell as a :class:`Condition`; None when it is opaque: it reads other facts, calls functions, mixes kinds."""
    shape = test.shape
    if isinstance(shape, Anything):
        return _ANYTHING
    parts = shape.parts if isinstance(shape, Union) else (shape,)
    kinds: set[str | None] = set()
    points: list[Any] = []
    intervals: list[Interval] = []
    negated = False
    for part in parts:
        if isinstance(part, Points | IsNull):
            if part.negated and len(parts) > 1:
                return None
            negated = part.negated
        if isinstance(part, Points):
            points += _keys(part.values, kinds)
        elif isinstance(part, Intervals):
            for each in part.ranges:
                intervals.append(_interval(each, kinds))
        elif not isinstance(part, IsNull):
            return None
    if len(kinds) > 1 or None in kinds or len(intervals) > most_ranges or (intervals and "boolean" in kinds):
        return None
    kind = kinds.pop() or "" if kinds else ""
    return Condition(False, kind, tuple(points), negated, tuple(intervals), test.test(None, {}, None))


def _interval(r: Range, kinds: set[str | None]) -> Interval:
    if r.start is None:
        (end,) = _keys((r.end,), kinds)
        return Interval(None, end, False, r.end_included)
    if r.end is None:
        (start,) = _keys((r.start,), kinds)
        return Interval(start, None, r.start_included, False)
    start, end = _keys((r.start, r.end), kinds)
    return Interval(start, end, r.start_included, r.end_included)


def _keys(values: tuple[Value, ...], kinds: set[str | None]) -> tuple[Any, ...]:
    """The values' keys; their kinds are added to ``kinds``, None for a value without a key."""
    plain = {PLAIN_KINDS.get(kind) for kind in set(map(type, values))}
    if None not in plain:
        kinds |= plain
        return values
    keyed = [key_of(value) or (None, None) for value in values]
    kinds.update(kind for kind, _ in keyed)
    return tuple(key for _, key in keyed)


def key_of(value: Value) -> tuple[str, Any] | None:
    """The value's kind and its key, comparable within the kind as the language compares; None: not indexed.

    Instants with and without an offset are kinds of their own, as they cannot be compared. Those with fractions
    of a second are left out: the language's ``=`` drops the fraction and its ``<`` does not. Lists, contexts, ranges
    and times of day are left out, too.
    """
    known = _KEYS.get(type(value))
    return known(value) if known is not None else None


def _instant(value: DateTime) -> tuple[str, Any] | None:
    if value.instant % NANOS:
        return None
    return ("local date and time" if value.offset is None else "date and time", value.instant)


PLAIN_KINDS: Final[Mapping[type, str]] = {int: "number", Decimal: "number", str: "string", bool: "boolean"}
"""The kinds of values that are their own keys, by type."""

_KEYS: Final[Mapping[type, Callable[[Any], tuple[str, Any] | None]]] = {
    int: lambda value: ("number", value),
    Decimal: lambda value: ("number", value),
    str: lambda value: ("string", value),
    bool: lambda value: ("boolean", value),
    Date: lambda value: ("date", value.days),
    DateTime: _instant,
    DaysDuration: lambda value: ("days and time duration", value.nanos),
    MonthsDuration: lambda value: ("years and months duration", value.months),
}
