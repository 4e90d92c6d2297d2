"""What a cell accepts, when it is made of constants alone: for row indexes and the search for gaps and overlaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crmrules.feel import core
from crmrules.feel.builtins.comparison import le
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.types import BOOLEAN
from crmrules.model.values import Range, Value


@dataclass(frozen=True, slots=True)
class Shape:
    """What a test accepts."""


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """Every value, null included (``-``)."""


@dataclass(frozen=True, slots=True)
class Opaque(Shape):
    """Not known before it runs: the test depends on other variables or on functions."""


@dataclass(frozen=True, slots=True)
class IsNull(Shape):
    """Null alone; ``negated``: every value but null."""

    negated: bool = False


@dataclass(frozen=True, slots=True)
class Points(Shape):
    """Exactly these values, none of them null; ``negated``: every value but these.

    What a negated test says of null is not part of the shape: pure FEEL accepts it, a relaxed cell cannot tell.
    """

    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Intervals(Shape):
    """The values inside any of these ranges; a missing end is None. Null is in none."""

    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Union(Shape):
    """Any of several shapes of different kinds; none of them is Anything or Opaque."""

    parts: tuple[Shape, ...]


ANYTHING, OPAQUE = Anything(), Opaque()


def shape_of(node: core.Node) -> Shape:
    """The shape of a lowered cell."""
    if isinstance(node, core.Const) and node.value is True:
        return ANYTHING
    return _shape(node)


def _shape(node: core.Node) -> Shape:
    match node:
        case core.Equal(left=core.Input(name="?"), right=core.Const(value=value)):
            if value is None:
                return IsNull()
            return Points((value,)) if type(value) not in (list, dict, Range) else OPAQUE
        case core.Order(op=op, left=core.Input(name="?"), right=core.Const(value=value)) if value is not None:
            return Intervals((_half(op, value),))
        case core.Order(op=op, left=core.Const(value=value), right=core.Input(name="?")) if value is not None:
            return Intervals((_half(_FLIPPED[op], value),))
        case core.Between(value=core.Input(name="?"), low=core.Const(value=low), high=core.Const(value=high)):
            if low is None or high is None:
                return OPAQUE
            return Intervals((Range(low, high, node.low_included, node.high_included),))
        case core.Or(items=items):
            return union([_shape(item) for item in items])
        case core.Not(item=item):
            return _complement(item)
        case core.And(items=(core.Input(name="?", type=kind),)) if kind == BOOLEAN:
            return Points((True,))
        case _:
            return OPAQUE


_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def _half(op: str, value: Value) -> Range:
    if op in ("<", "<="):
        return Range(None, value, False, op == "<=")
    return Range(value, None, op == ">=", False)


def union(parts: Sequence[Shape]) -> Shape:
    """Several shapes as one."""
    points: list[Value] = []
    ranges: list[Range] = []
    others: list[Shape] = []
    for part in parts:
        match part:
            case Opaque() | Anything():
                return part if isinstance(part, Anything) else OPAQUE
            case Points(values=values, negated=False):
                points += [v for v in values if v not in points]
            case Intervals(ranges=more):
                ranges += more
            case Union(parts=inner):
                others += inner
            case _:
                others.append(part)
    merged: list[Shape] = [Points(tuple(points))] if points else []
    merged += [Intervals(tuple(ranges))] if ranges else []
    merged += [s for i, s in enumerate(others) if s not in others[:i]]
    return merged[0] if len(merged) == 1 else Union(tuple(merged))


def _complement(item: core.Node) -> Shape:
    inner = _shape(item)
    match inner:
        case IsNull(negated=negated):
            return IsNull(not negated)
        case Points(values=values, negated=negated):
            return Points(values, not negated)
        case Intervals(ranges=ranges):
            return _outside(ranges)
        case _:
            return OPAQUE


def _outside(ranges: Sequence[Range]) -> Shape:
    """The values in none of ``ranges``: what lies before, between and after them. Null is not among them."""
    try:
        ordered = sorted(ranges, key=_by_start())
        gaps: list[Range] = []
        low: Value = None
        low_included = False
        open_below = True
        for r in ordered:
            if r.start is not None:
                gap = Range(low, r.start, low_included, not r.start_included)
                if open_below or _lies(gap):
                    gaps.append(gap)
            open_below = False
            if r.end is None:
                return Intervals(tuple(gaps))
            if low is None or le(low, r.end):
                low, low_included = r.end, not r.end_included
        gaps.append(Range(low, None, low_included, False))
        return Intervals(tuple(gaps))
    except Failure:
        return OPAQUE


def _by_start() -> Callable[[Range], tuple[bool, object, bool]]:
    from crmrules.feel.builtins.comparison import order_key

    return lambda r: (r.start is not None, order_key(r.start) if r.start is not None else 0, not r.start_included)


def _lies(gap: Range) -> bool:
    if gap.start == gap.end:
        return gap.start_included and gap.end_included
    return le(gap.start, gap.end) is True
