"""The space of a table's inputs, cut where its cells cut it.

Each condition column becomes an :class:`Axis`: its values fall into a few *atoms*, numbered 0 … ``size`` - 1, that
no cell tells apart; where the value may be unknown, null is one atom more, number ``size``. What a cell accepts is
then a set of atoms, so everything that follows is exact and knows nothing of dates or decimals. A set is a mask of
bits where atoms have no order (:attr:`Axis.ordered` false), else a tuple of runs ``(first, last)``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from crmrules.feel.shapes import Intervals, Points, Union
from crmrules.model.numbers import FEEL_CONTEXT
from crmrules.model.values import Value
from crmrules.tables.conditions import Condition, Interval, Test, condition_of, key_of

Run = tuple[int, int]
"""Atoms from the first to the last, both included."""

_MANY: Final = 1 << 30
_MOST_MASKED: Final = 256
"""Ordered atoms up to which a column whose cells have holes is held as masks."""
WHOLE_KINDS: Final = ("date", "years and months duration")


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of a condition column besides its cells.

    ``name`` is shown; ``kind`` the language's name of its type, blank when not known. ``values`` are all it can be,
    where they are counted; ``scale`` the digits after a number's point, where they are; ``bounds`` a test that every
    value passes. ``nullable`` is false where null cannot occur. ``words`` gives the spelling of a value in cells.
    """

    name: str
    kind: str = ""
    values: tuple[Value, ...] = ()
    scale: int | None = None
    bounds: Test | None = None
    nullable: bool = True
    words: Mapping[Value, str] = field(default_factory=lambda: MappingProxyType({}))


Cut = Any
"""A place between values: before or after a key. Where keys are steps (days, months, numbers of a scale) it is the
first step after the place, else ``(key, 0)`` before and ``(key, 1)`` after the key."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A column's atoms.

    Unordered: ``points`` are values, one an atom, and with ``other`` a last atom stands for every other value.
    Ordered: atom ``i`` reaches from ``ends[i][0]`` to ``ends[i][1]``, cuts, None without limit. ``masked`` ordered
    axes hold sets as masks. ``originals`` has the value that each key was written as. ``null`` is whether null is an
    atom, ``names_null`` whether a cell asks for it, so that ``-`` is not the same as every value that is known.
    """

    column: Column
    kind: str
    size: int
    null: bool
    names_null: bool = False
    ordered: bool = False
    points: tuple[Value, ...] = ()
    other: bool = False
    ends: tuple[tuple[Cut | None, Cut | None], ...] = ()
    stepped: bool = False
    originals: Mapping[Any, Value] = field(default_factory=dict)

    @property
    def known(self) -> Any:
        """Every value but null."""
        return ((0, self.size - 1),) if self.ordered else (1 << self.size) - 1

    @property
    def everything(self) -> Any:
        """Every value, null included where it can occur."""
        last = self.size + self.null
        return ((0, last - 1),) if self.ordered else (1 << last) - 1


def build_axis(column: Column, tests: Sequence[Test | None]) -> tuple[Axis, list[Any]]:
    """The axis, and for each cell the atoms it accepts: None for an opaque one. A test of None accepts anything.

    One test may stand for many rows; it is examined once.
    """
    distinct = {id(test): test for test in tests if test is not None}
    conditions = {key: condition_of(test, _MANY) for key, test in distinct.items()}
    if column.values:
        axis, accept = _counted(column, distinct, conditions)
    else:
        axis, accept = _measured(column, distinct, conditions)
    return axis, [axis.everything if test is None else accept[id(test)] for test in tests]


def _takes_null(test: Test) -> bool:
    return test.test(None, {}, None) is True


def _constant(test: Test, condition: Condition | None) -> bool:
    """Whether the test hangs on nothing but the value: then a few values can simply be tried."""
    return condition is not None or getattr(test, "reads", None) == frozenset()


# --- counted values -------------------------------------------------------------------------------------------------


def _counted(
    column: Column, tests: Mapping[int, Test], conditions: Mapping[int, Condition | None]
) -> tuple[Axis, dict[int, Any]]:
    points = tuple(
        value for value in column.values if column.bounds is None or column.bounds.test(value, {}, None) is True
    )
    accept: dict[int, Any] = {}
    names_null = False
    for key, test in tests.items():
        if not _constant(test, conditions[key]):
            accept[key] = None
            continue
        mask = sum(1 << atom for atom, value in enumerate(points) if test.test(value, {}, None) is True)
        if column.nullable and _takes_null(test):
            mask |= 1 << len(points)
            names_null = names_null or not _free(conditions[key])
        accept[key] = mask
    kind = key_of(points[0]) if points else None
    return Axis(column, kind[0] if kind else "", len(points), column.nullable, names_null, points=points), accept


def _free(condition: Condition | None) -> bool:
    return condition is not None and condition.anything


# --- measured values ------------------------------------------------------------------------------------------------


def _measured(
    column: Column, tests: Mapping[int, Test], conditions: Mapping[int, Condition | None]
) -> tuple[Axis, dict[int, Any]]:
    kinds = {c.kind for c in conditions.values() if c is not None and c.kind}
    kind = kinds.pop() if len(kinds) == 1 else ""
    bounds = condition_of(column.bounds, _MANY) if column.bounds is not None else None
    if bounds is not None and (bounds.negated or bounds.kind != (kind or column.kind)):
        bounds = None
    kind = kind or column.kind
    readable: dict[int, Condition] = {}
    for key, condition in conditions.items():
        if condition is not None and (not condition.kind or condition.kind == kind):
            readable[key] = condition
    originals = _originals([*(tests[key] for key in readable), *((column.bounds,) if bounds and column.bounds else ())])
    null = {key for key in readable if column.nullable and _takes_null(tests[key])}
    names_null = any(not readable[key].anything for key in null)
    stepped = kind in WHOLE_KINDS or (kind == "number" and column.scale is not None)
    plain = not stepped and bounds is None and not any(c.intervals for c in readable.values())
    if plain and not (names_null and kind != "string"):
        axis, sets = _scattered(column, kind, readable, null, names_null, originals)
    else:
        cuts = _Cuts(column, kind, stepped, [*readable.values(), *((bounds,) if bounds else ())], bounds)
        axis, sets = _sorted_axis(column, kind, readable, null, names_null, originals, cuts)
    return axis, {key: sets.get(key) for key in tests}


def _originals(tests: Sequence[Test]) -> dict[Any, Value]:
    """Key → value as written, for kinds whose keys do not say it all."""
    found: dict[Any, Value] = {}
    for test in tests:
        shape = test.shape
        for part in shape.parts if isinstance(shape, Union) else (shape,):
            values: list[Value] = list(part.values) if isinstance(part, Points) else []
            if isinstance(part, Intervals):
                values = [end for r in part.ranges for end in (r.start, r.end) if end is not None]
            for value in values:
                keyed = key_of(value)
                if keyed is not None:
                    found.setdefault(keyed[1], value)
    return found


def _scattered(
    column: Column,
    kind: str,
    readable: Mapping[int, Condition],
    null: set[int],
    names_null: bool,
    originals: Mapping[Any, Value],
) -> tuple[Axis, dict[int, Any]]:
    """Only points are named: they, and any other value."""
    numbers: dict[Any, int] = {}
    for condition in readable.values():
        for key in condition.points:
            numbers.setdefault(key, len(numbers))
    size = len(numbers) + 1
    known = (1 << size) - 1
    sets: dict[int, Any] = {}
    for key, condition in readable.items():
        mask = sum(1 << numbers[point] for point in dict.fromkeys(condition.points))
        if condition.anything or condition.negated:
            mask = known & ~mask
        sets[key] = mask | (1 << size if key in null else 0)
    points = tuple(originals[key] for key in numbers)
    axis = Axis(column, kind, size, column.nullable, names_null, points=points, other=True, originals=originals)
    return axis, sets


class _Cuts:
    """All places where a column's cells begin and end, and the atoms between them that lie within the bounds."""

    def __init__(
        self, column: Column, kind: str, stepped: bool, conditions: Sequence[Condition], bounds: Condition | None
    ) -> None:
        self.stepped = stepped
        self.scale = (column.scale or 0) if stepped and kind == "number" else None
        places = {cut for c in conditions for pair in self.pairs(c) for cut in pair if cut is not None}
        self.cuts = sorted(places)
        self.at = {cut: number for number, cut in enumerate(self.cuts)}
        kept = [bounds is None] * (len(self.cuts) + 1)
        if bounds is not None:
            for low, high in self.pairs(bounds):
                first, last = self.raw(low, high)
                kept[first : last + 1] = [True] * (last + 1 - first)
        self.before = [0]
        for keep in kept:
            self.before.append(self.before[-1] + keep)
        edges = [None, *self.cuts, None]
        self.ends = tuple((edges[at], edges[at + 1]) for at, keep in enumerate(kept) if keep)

    def pairs(self, condition: Condition) -> list[tuple[Cut | None, Cut | None]]:
        """What a condition accepts (or, negated, excludes) as pairs of cuts."""
        found = [(self.cut(key, 0), self.cut(key, 1)) for key in condition.points]
        return found + [self.pair(interval) for interval in condition.intervals if not interval.empty]

    def pair(self, interval: Interval) -> tuple[Cut | None, Cut | None]:
        start = None if interval.start is None else self.cut(interval.start, not interval.start_included)
        end = None if interval.end is None else self.cut(interval.end, interval.end_included)
        return start, end

    def cut(self, key: Any, after: bool | int) -> Cut:
        if not self.stepped:
            return (key, int(after))
        if self.scale is not None:
            key = Decimal(key).scaleb(self.scale, FEEL_CONTEXT)
        return math.floor(key) + 1 if after else math.ceil(key)

    def raw(self, low: Cut | None, high: Cut | None) -> Run:
        first = 0 if low is None else self.at[low] + 1
        last = len(self.cuts) if high is None else self.at[high]
        return first, max(last, first - 1)

    def runs(self, condition: Condition) -> list[Run]:
        """The atoms of a condition's pairs, in order, those that touch made one."""
        runs: list[Run] = []
        for low, high in self.pairs(condition):
            first, last = self.raw(low, high)
            run = self.before[first], self.before[last + 1] - 1
            if run[0] <= run[1]:
                runs.append(run)
        return joined(runs)


def _sorted_axis(
    column: Column,
    kind: str,
    readable: Mapping[int, Condition],
    null: set[int],
    names_null: bool,
    originals: Mapping[Any, Value],
    cuts: _Cuts,
) -> tuple[Axis, dict[int, Any]]:
    size = len(cuts.ends)
    sets: dict[int, tuple[Run, ...]] = {}
    for key, condition in readable.items():
        if condition.anything:
            runs = [(0, size - 1)] if size else []
        else:
            runs = cuts.runs(condition)
            if condition.negated:
                runs = outside(runs, size)
        sets[key] = tuple(joined([*runs, (size, size)] if key in null else runs))
    ragged = any(len(runs) > 1 for runs in sets.values()) and size <= _MOST_MASKED
    axis = Axis(
        column, kind, size, column.nullable, names_null,
        ordered=not ragged, ends=cuts.ends, stepped=cuts.stepped, originals=originals,
    )  # fmt: skip
    return axis, {key: mask_of(runs) for key, runs in sets.items()} if ragged else dict(sets)


def joined(runs: Sequence[Run]) -> list[Run]:
    """Runs in order, those that touch or overlap made one."""
    result: list[Run] = []
    for first, last in sorted(runs):
        if result and first <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(last, result[-1][1])
        else:
            result.append((first, last))
    return result


def outside(runs: Sequence[Run], size: int) -> list[Run]:
    """The atoms of 0 … size - 1 in none of ``runs``, which are in order."""
    result, at = [], 0
    for first, last in runs:
        if first > at:
            result.append((at, first - 1))
        at = max(at, last + 1)
    return [*result, (at, size - 1)] if at < size else result


def mask_of(runs: Sequence[Run]) -> int:
    """Runs as a mask of bits."""
    mask = 0
    for first, last in runs:
        mask |= (1 << last + 1) - (1 << first)
    return mask


def runs_of(mask: int) -> list[Run]:
    """A mask's bits as runs."""
    runs, at = [], 0
    while mask >> at:
        rest = mask >> at
        at += (rest & -rest).bit_length() - 1
        length = (~(mask >> at) & (mask >> at) + 1).bit_length() - 1
        runs.append((at, at + length - 1))
        at += length
    return runs


# --- sets of atoms --------------------------------------------------------------------------------------------------


def meet(one: Any, two: Any) -> Any:
    """The atoms in both sets; falsy when there are none."""
    if isinstance(one, int):
        return one & two
    found = [(max(a, c), min(b, d)) for a, b in one for c, d in two]
    return tuple(sorted(run for run in found if run[0] <= run[1]))


def minus(one: Any, two: Any) -> Any:
    """The atoms of the first set that are not in the second."""
    if isinstance(one, int):
        return one & ~two
    top = one[-1][1] + 1 if one else 0
    return meet(one, tuple(outside(joined(two), top)))


def join(one: Any, two: Any) -> Any:
    """The atoms in either set."""
    return one | two if isinstance(one, int) else tuple(joined([*one, *two]))


def first_atom(atoms: Any) -> int:
    """The lowest atom of a set that is not empty."""
    return (atoms & -atoms).bit_length() - 1 if isinstance(atoms, int) else int(atoms[0][0])
