"""Aggregation of lines that become one row: sum, min, max, count, first, last. Nulls are passed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from crmrules.model.numbers import FEEL_CONTEXT, INT_LIMIT

Begin = Callable[[Any, bool], Any]
Merge = Callable[[Any, Any, bool], Any]


def add(left: Any, right: Any) -> Any:
    """Exact sum of two numbers; the other one where one is null."""
    if left is None:
        return right
    if right is None:
        return left
    if type(left) is int and type(right) is int:
        total = left + right
        if -INT_LIMIT <= total <= INT_LIMIT:
            return total
    return FEEL_CONTEXT.add(left, right)


def _first(value: Any, there: bool) -> Any:
    return value


def _count_one(value: Any, there: bool) -> int:
    return 1 if value is not None or not there else 0


def _sum(sofar: Any, value: Any, there: bool) -> Any:
    return add(sofar, value)


def _min(sofar: Any, value: Any, there: bool) -> Any:
    return value if sofar is None or (value is not None and value < sofar) else sofar


def _max(sofar: Any, value: Any, there: bool) -> Any:
    return value if sofar is None or (value is not None and sofar < value) else sofar


def _count(sofar: Any, value: Any, there: bool) -> Any:
    return sofar + _count_one(value, there)


def _last(sofar: Any, value: Any, there: bool) -> Any:
    return sofar if value is None else value


_FOLDS: Final[Mapping[str, tuple[Begin, Merge | None]]] = {
    "sum": (_first, _sum),
    "min": (_first, _min),
    "max": (_first, _max),
    "count": (_count_one, _count),
    "first": (_first, None),
    "last": (_first, _last),
}
"""How a function begins with the first line's value and goes on; ``there`` is False for a name that is no column, which
only ``count`` knows: it then counts the lines."""


def folds(aggregate: Mapping[str, str]) -> tuple[Sequence[tuple[str, Begin]], Sequence[tuple[str, Merge]]]:
    """For every aggregated name how to begin, and for those that change how to go on."""
    begin = [(name, _FOLDS[function][0]) for name, function in aggregate.items()]
    merge = [(name, fold) for name, function in aggregate.items() if (fold := _FOLDS[function][1]) is not None]
    return begin, merge
