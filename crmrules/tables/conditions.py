"""What a condition cell accepts, in a form that can be indexed.

A compiled cell knows its shape when it only compares the input with constants; :class:`Condition` is that shape
with the constants' kinds told apart, because ``5``, ``"5"`` and ``true`` live in different orders. Cells of any other
shape are *opaque*: they are evaluated when a row is otherwise possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from crmrules.model.durations import NANOS
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Value

Verdict = bool | None
"""True: accepted; False: not; None: cannot be told (mostly because something is unknown)."""


class Test(Protocol):
    """A compiled condition cell (:class:`crmrules.feel.compiler.CompiledTest` is one)."""

    @property
    def call(self) -> Callable[[Mapping[str, Value], list[Any] | None], Verdict]:
        """The cell as a function of the environment; the input's value is under ``"?"``."""
        ...

    @property
    def shape(self) -> Any:
        """What the cell compares with, when that is constant."""
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
    null: True accepts it, False refuses it by name, None cannot tell. ``kind`` is blank without constants.
    """

    anything: bool = False
    kind: str = ""
    points: tuple[Any, ...] = ()
    negated: bool = False
    intervals: tuple[Interval, ...] = ()
    null: Verdict = None


ANYTHING = Condition(anything=True, null=True)


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


_KEYS: Mapping[type, Callable[[Any], tuple[str, Any] | None]] = {
    int: lambda value: ("number", value),
    Decimal: lambda value: ("number", value),
    str: lambda value: ("string", value),
    bool: lambda value: ("boolean", value),
    Date: lambda value: ("date", value.days),
    DateTime: _instant,
    DaysDuration: lambda value: ("days and time duration", value.nanos),
    MonthsDuration: lambda value: ("years and months duration", value.months),
}
