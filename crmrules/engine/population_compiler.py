"""Formulas that cut the population, compiled: ``top share(spent, 20%)``, ``quantile(spent, 3)``.

One customer cannot be ranked without the others. The call is therefore parted in two: what each customer is ranked by,
which is worked out for everybody beforehand, and a comparison with the points where that cut the population, which
stand in the environment under a name that no fact can have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from crmrules.engine.steps import CutSpec
from crmrules.feel import core
from crmrules.feel.builtins.comparison import order
from crmrules.feel.builtins.declare import Builtin, Param, Signature
from crmrules.feel.closures import closure
from crmrules.feel.compiler import Compiled, reads_of
from crmrules.feel.notes import Notes
from crmrules.feel.python import generate
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NUMBER,
    Type,
)
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.numbers import is_whole
from crmrules.model.population import Measure
from crmrules.model.spans import Span
from crmrules.model.values import Value

MAX_PARTS: Final = 1_000
RANKED: Final = frozenset((NUMBER, DATE, DATE_TIME, DAYS_DURATION, MONTHS_DURATION))
"""Types that have an order which means something for a population."""

_PARAMS: Final[Mapping[Measure, tuple[Param, ...]]] = {
    Measure.TOP_SHARE: (Param("value"), Param("share", NUMBER), Param("among", BOOLEAN, optional=True)),
    Measure.QUANTILE: (Param("value"), Param("parts", NUMBER), Param("among", BOOLEAN, optional=True)),
}
_RESULTS: Final = {Measure.TOP_SHARE: BOOLEAN, Measure.QUANTILE: NUMBER}


def _never(*_: Value) -> Value:
    raise RuntimeError("a population formula is replaced when it is compiled")


FUNCTIONS: Final[Mapping[str, Builtin]] = MappingProxyType(
    {
        measure.value: Builtin(measure.value, (Signature(_PARAMS[measure], _never, _RESULTS[measure], nulls=True),))
        for measure in Measure
    }
)
"""What formulas of the customer's facts may call."""

ELSEWHERE: Final[Mapping[str, Builtin]] = MappingProxyType({m.value: Builtin(m.value, ()) for m in Measure})
"""The same names everywhere else, where no call of them is right; :func:`misplaced` says so."""


def misplaced(issues: Iterable[Issue]) -> list[Issue]:
    """``issues`` with calls of population functions that stand anywhere but in a formula told as such."""
    result = []
    for each in issues:
        name = each.params.get("name", "")
        if each.code in ("F126", "F127") and name in ELSEWHERE and not each.params.get("expected"):
            each = issue("P705", each.span, measure=name)
        result.append(each)
    return result


def split_cuts(fact: str, formula: Compiled) -> tuple[Compiled, tuple[CutSpec, ...], list[Issue]]:
    """``formula`` with its calls of population functions replaced by comparisons, and what they need beforehand."""
    if not _has_cuts(formula.core):
        return formula, (), []
    splitter = _Splitter(fact, formula)
    node = splitter.rewritten(formula.core, inside=False)
    if has_errors(splitter.issues):
        return formula, (), splitter.issues
    return _compiled(formula, node, formula.text, formula.span), tuple(splitter.cuts), splitter.issues


def _has_cuts(node: core.Node) -> bool:
    if isinstance(node, core.CallBuiltin) and node.builtin.name in FUNCTIONS:
        return True
    return any(_has_cuts(child) for child in core.children(node))


_INSIDE: Final = (core.Select, core.ForEach, core.Quantify, core.MakeFunction, core.MakeContext)
"""Operations whose parts may depend on an item, a parameter or an entry."""


class _Splitter:
    """One pass over one formula."""

    def __init__(self, fact: str, formula: Compiled) -> None:
        self.fact, self.formula = fact, formula
        self.cuts: list[CutSpec] = []
        self.issues: list[Issue] = []

    def rewritten(self, node: core.Node, *, inside: bool) -> core.Node:
        """``node`` with population calls replaced."""
        if isinstance(node, core.CallBuiltin) and node.builtin.name in FUNCTIONS:
            return self.cut(node, inside=inside)
        changes = {}
        below = inside or isinstance(node, _INSIDE)
        for each in fields(node):
            value = getattr(node, each.name)
            new = self.part(value, inside=below)
            if new is not value:
                changes[each.name] = new
        return replace(node, **changes) if changes else node

    def part(self, value: Any, *, inside: bool) -> Any:
        """A field of a node: a node, a loop, several of these, or anything else, which stays."""
        if isinstance(value, core.Node):
            return self.rewritten(value, inside=inside)
        if isinstance(value, core.Loop):
            source = self.rewritten(value.source, inside=inside)
            last = None if value.last is None else self.rewritten(value.last, inside=inside)
            return value if source is value.source and last is value.last else replace(value, source=source, last=last)
        if isinstance(value, tuple):
            new = tuple(self.part(item, inside=inside) for item in value)
            return value if all(a is b for a, b in zip(new, value, strict=True)) else new
        return value

    def cut(self, call: core.CallBuiltin, *, inside: bool) -> core.Node:
        """The comparison that takes the place of a call."""
        measure = Measure(call.builtin.name)
        place = self.formula.span.at(call.start)
        if inside:
            self.issues.append(issue("P704", place, measure=measure.value))
            return call
        value, part, among = self.arguments(call)
        if value.type not in RANKED:
            found = "something of unknown type" if value.type == ANY else value.type
            self.issues.append(issue("P701", self.formula.span.at(value.start), measure=measure.value, found=found))
        size = self.size(measure, part)
        number = len(self.cuts) + 1
        spec = CutSpec(
            key=self.fact if number == 1 else f"{self.fact}#{number}",
            fact=self.fact,
            measure=measure,
            part=size,
            value=self.compiled(self.rewritten(value, inside=True)),
            among=None if among is None else self.compiled(self.rewritten(among, inside=True)),
            place=place,
        )
        self.cuts.append(spec)
        points = core.Input(call.start, call.end, ANY, spec.variable)
        everybody = core.Const(call.start, call.end, BOOLEAN, True)
        builtin = Builtin(measure.value, (_signature(measure, value.type),))
        arguments = (value, everybody if among is None else among, points)
        return core.CallBuiltin(call.start, call.end, call.type, builtin, arguments)

    def arguments(self, call: core.CallBuiltin) -> tuple[core.Node, core.Node, core.Node | None]:
        """Value, part and filter, however the call names them."""
        names = call.names or [param.name for param in _PARAMS[Measure(call.builtin.name)]]
        given = dict(zip(names, call.arguments, strict=False))
        known = [param.name for param in _PARAMS[Measure(call.builtin.name)]]
        among = given.get(known[2])
        if isinstance(among, core.Const) and among.value is None:
            among = None
        return given[known[0]], given[known[1]], among

    def size(self, measure: Measure, part: core.Node) -> Value:
        """The share or the number of parts, which must be a constant."""
        value: Value = part.value if isinstance(part, core.Const) else None
        right = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if right and measure is Measure.QUANTILE:
            right = is_whole(value) and 2 <= value <= MAX_PARTS
        elif right:
            right = 0 < value < 1
        if not right:
            code = "P702" if measure is Measure.QUANTILE else "P703"
            found = self.formula.text[part.start : part.end].strip()[:60]
            self.issues.append(issue(code, self.formula.span.at(part.start), found=found))
        return value

    def compiled(self, node: core.Node) -> Compiled:
        """A part of the formula as an expression of its own."""
        return _compiled(self.formula, node, self.formula.text[node.start : node.end].strip(), self.formula.span)


def _compiled(formula: Compiled, node: core.Node, text: str, span: Span) -> Compiled:
    function = closure(node) or generate(node)

    def call(env: Mapping[str, Value], notes: Notes = None) -> Value:
        return function(None, env, notes)

    return Compiled(text, span, node.type, reads_of(node), node, call)


# --- what runs for one customer -------------------------------------------------------------------------------------


def _signature(measure: Measure, kind: Type) -> Signature:
    params = (Param("value", kind), Param("among", BOOLEAN), Param("points"))
    call: Callable[..., Value] = in_top if measure is Measure.TOP_SHARE else bucket_of
    return Signature(params, call, _RESULTS[measure], nulls=True)


def in_top(value: Value, among: Value, points: Sequence[Value] | None) -> bool | None:
    """Whether a value is not below the cut; None for customers that do not count, and where nobody was ranked."""
    if value is None or among is not True or not points:
        return None
    return order(value, points[0]) >= 0


def bucket_of(value: Value, among: Value, points: Sequence[Value] | None) -> int | None:
    """The bucket of a value from 1, the lowest: as many points as lie below it, and one."""
    if value is None or among is not True or not points:
        return None
    return 1 + sum(order(point, value) < 0 for point in points)


# --- where the population is cut ------------------------------------------------------------------------------------


def points_of(measure: Measure, part: Any, ranked: Sequence[Value]) -> tuple[Value, ...]:
    """The cut points of values in ascending order.

    Ranks are found by the nearest-rank method (definition 1 of Hyndman & Fan, "Sample Quantiles in Statistical
    Packages", The American Statistician 50 (1996) 361): the point for a share p of n values is the ⌈pn⌉-th, so it is
    always a value that somebody has. A top share counts its rank from above.
    """
    count = len(ranked)
    if not count:
        return ()
    if measure is Measure.TOP_SHARE:
        top = -((-Fraction(part) * count) // 1)
        return (ranked[count - int(top)],)
    parts = int(part)
    return tuple(ranked[-(-count * number // parts) - 1] for number in range(1, parts))
