"""Checked tree → core: the one place where the meaning of null, ranges, cells and ``in`` is written down.

Constants are folded here, so that what certainly fails (``date("2026-02-30")``) is known before anything runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from crmrules.feel import bindings, core, tree
from crmrules.feel.bindings import Checked, Problem
from crmrules.feel.builtins import operators
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.calls import builtin_function, caller
from crmrules.feel.conform import type_of
from crmrules.feel.scope import Scope
from crmrules.feel.typefacts import ORDERED, asks_for_item
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, ListType, RangeType, Type
from crmrules.model.values import Range, Value, parse_temporal

_FOLDED: Final = frozenset(
    ("date", "time", "date and time", "duration", "years and months duration", "number", "range", "string")
)
_SAFE: Final = frozenset(("+", "-"))
_ARITHMETIC: Final[Mapping[str, Callable[[Value, Value], Value]]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.div,
    "**": operators.power,
}


def lower(checked: Checked, scope: Scope) -> tuple[core.Node, list[Problem]]:
    """The core of an expression or a cell, and the problems found while folding constants."""
    lowering = _Lowering(checked, scope)
    root = checked.root
    node = lowering.cell(root) if isinstance(root, tree.Tests) else lowering.node(root)
    return node, lowering.problems


def _plain_item(item: Value, kind: Type) -> bool:
    """Whether membership by this item of a list is plain equality, or lying inside it."""
    found = type_of(item)
    return (found == kind and kind in ORDERED) or (isinstance(found, RangeType) and found.end == kind)


def _equal(place: tuple[int, int, Type], left: core.Node, right: core.Node, strict: bool) -> core.Equal:
    """``left = right``; a test that names null is never strict."""
    return core.Equal(*place, left, right, strict and not (isinstance(right, core.Const) and right.value is None))


class _Lowering:
    """One pass over one checked tree."""

    def __init__(self, checked: Checked, scope: Scope) -> None:
        self.checked, self.scope = checked, scope
        self.problems: list[Problem] = []
        self.lets = 0
        self.invariants: list[list[core.Let] | None] = []

    def node(self, node: tree.Node) -> core.Node:
        return _VISIT[type(node)](self, node)

    def place(self, node: tree.Node) -> tuple[int, int, Type]:
        return node.start, node.end, self.checked.types.get(id(node), ANY)

    def const(self, node: tree.Node, value: Value) -> core.Const:
        return core.Const(node.start, node.end, type_of(value), value)

    def fold(self, node: tree.Node, operation: Callable[[], Value]) -> core.Const:
        """The value of an operation on constants; a failure is a problem and null."""
        try:
            return self.const(node, operation())
        except Failure as failure:
            self.problems.append(Problem("F143", node.start, node.end, {"reason": failure.reason}))
            return self.const(node, None)

    def slot(self, owner: object) -> int:
        return self.checked.slots[id(owner)]

    # --- cells ------------------------------------------------------------------------------------------------

    def cell(self, cell: tree.Tests) -> core.Node:
        place = cell.start, cell.end, BOOLEAN
        if not cell.items:
            return core.Const(*place, True)
        value = core.Input(cell.start, cell.end, self.checked.cell_type, "?")
        tests = tuple(self.test(item, value, self.scope.relaxed) for item in cell.items)
        holds = tests[0] if len(tests) == 1 else core.Or(*place, tests)
        return core.Not(*place, holds) if cell.negated else holds

    def test(self, test: tree.Node, value: core.Node, strict: bool = False) -> core.Node:
        """Whether ``value`` passes one test; ``strict`` ones cannot tell of null, unless they are about null.

        FEEL's ``=`` knows that null is not five. In a cell null is what is not known, and that may well be five: so
        relaxed cells are strict, and ``not(5)`` is as silent about null as ``< 5``.
        """
        if isinstance(test, tree.Tail):
            return self.compare(test, test.op, value, self.node(test.operand), strict)
        if isinstance(test, tree.RangeLiteral):
            return self.inside(test, value, strict)
        if id(test) in self.checked.asking:  # a test that uses ?
            node = self.node(test)
            # What is read (?, a key) may hold no truth value at run time, whatever its declared type.
            read = isinstance(node, core.Input | core.Local | core.Path | core.ItemKey)
            return core.And(test.start, test.end, BOOLEAN, (node,)) if read or node.type != BOOLEAN else node
        wanted = self.node(test)
        if self.scope.relaxed and asks_for_item(value.type, wanted.type):
            return core.Member(test.start, test.end, BOOLEAN, wanted, value, strict)
        return self.member(test, value, wanted, strict)

    def inside(self, test: tree.RangeLiteral, value: core.Node, strict: bool) -> core.Node:
        if isinstance(value.type, RangeType):
            return self.member(test, value, self.node(test), strict)
        low, high = self.node(test.low), self.node(test.high)
        if isinstance(low, core.Const) and isinstance(high, core.Const):
            self.refuse_reversed(test, low.value, high.value)
        return core.Between(test.start, test.end, BOOLEAN, value, low, high, test.low_included, test.high_included)

    def refuse_reversed(self, test: tree.Node, low: Value, high: Value) -> None:
        """``[50..10]`` holds nothing: that is never what was meant."""
        try:
            if operators.gt(low, high) is True:
                self.problems.append(Problem("F113", test.start, test.end, {"low": str(low), "high": str(high)}))
        except Failure:
            pass  # the checker has said that they cannot be compared

    def member(self, test: tree.Node, value: core.Node, wanted: core.Node, strict: bool) -> core.Node:
        place = test.start, test.end, BOOLEAN
        if isinstance(wanted, core.Const):
            constant = wanted.value
            if type(constant) is list:
                if all(_plain_item(item, value.type) for item in constant):
                    items = tuple(self.member(test, value, self.const(test, item), strict) for item in constant)
                    return core.Or(*place, items) if len(items) != 1 else items[0]
                return core.Member(*place, value, wanted, strict and None not in constant)
            if type(constant) is not Range:
                return _equal(place, value, wanted, strict)
            if not isinstance(value.type, RangeType) and value.type != ANY:
                return self.in_constant(place, value, constant, strict)
        plain = wanted.type != ANY and not isinstance(wanted.type, ListType | RangeType)
        if plain and wanted.type in ORDERED | {BOOLEAN}:
            return _equal(place, value, wanted, strict)
        return core.Member(*place, value, wanted, strict)

    def in_constant(self, place: tuple[int, int, Type], value: core.Node, r: Range, strict: bool) -> core.Node:
        start, end, _ = place
        low, high = (core.Const(start, end, type_of(v), v) for v in (r.start, r.end))
        match r.form:
            case "=":
                return _equal(place, value, low, strict)
            case "!=":
                return core.Not(*place, _equal(place, value, low, strict))
            case "<" | "<=":
                return core.Order(*place, r.form, value, high)
            case ">" | ">=":
                return core.Order(*place, r.form, value, low)
        return core.Between(*place, value, low, high, r.start_included, r.end_included)

    def compare(self, node: tree.Node, op: str, left: core.Node, right: core.Node, strict: bool = False) -> core.Node:
        place = node.start, node.end, BOOLEAN
        if op == "=":
            return _equal(place, left, right, strict)
        if op == "!=":
            return core.Not(*place, _equal(place, left, right, strict))
        return core.Order(*place, op, left, right)

    # --- values -----------------------------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> core.Node:
        return core.Const(*self.place(node), node.value)

    def temporal(self, node: tree.Temporal) -> core.Node:
        return self.const(node, parse_temporal(node.text))

    def list_literal(self, node: tree.ListLiteral) -> core.Node:
        items = tuple(self.node(item) for item in node.items)
        if all(isinstance(item, core.Const) for item in items):
            return self.const(node, [item.value for item in items if isinstance(item, core.Const)])
        return core.MakeList(*self.place(node), items)

    def context(self, node: tree.ContextLiteral) -> core.Node:
        keys = tuple(entry.key for entry in node.entries)
        values = tuple(self.node(entry.value) for entry in node.entries)
        if len(set(keys)) != len(keys):
            return self.const(node, None)
        return core.MakeContext(*self.place(node), keys, tuple(self.slot(e) for e in node.entries), values)

    def range_literal(self, node: tree.RangeLiteral) -> core.Node:
        low, high = self.node(node.low), self.node(node.high)
        if isinstance(low, core.Const) and isinstance(high, core.Const):
            return self.const(node, Range(low.value, high.value, node.low_included, node.high_included))
        return core.MakeRange(*self.place(node), low, high, node.low_included, node.high_included)

    def tail(self, node: tree.Tail) -> core.Node:
        operand = self.node(node.operand)
        if isinstance(operand, core.Const):
            return self.const(node, Range.unary(node.op, operand.value))
        return core.MakeRange(*self.place(node), operand, operand, False, False, node.op)

    def function(self, node: tree.FunctionLiteral) -> core.Node:
        if node.external:
            return self.const(node, None)
        params = node.parameters
        names, slots = tuple(p.name for p in params), tuple(self.slot(p) for p in params)
        self.invariants.append(None)  # what a function works out stays inside it
        body = self.node(node.body)
        self.invariants.pop()
        return core.MakeFunction(*self.place(node), names, slots, body)

    # --- names ------------------------------------------------------------------------------------------------

    def name(self, node: tree.Name) -> core.Node:
        return self.bound(node, self.checked.bindings[id(node)], self.place(node))

    def bound(self, node: tree.Name, binding: bindings.Binding, place: tuple[int, int, Type]) -> core.Node:
        match binding.kind:
            case bindings.LOCAL:
                return core.Local(*place, binding.slot)
            case bindings.INPUT:
                return core.Input(*place, binding.name)
            case bindings.CONSTANT:
                return self.const(node, self.scope.constants[binding.name])
            case bindings.FUNCTION:
                return self.const(node, builtin_function(self.scope.builtins[binding.name]))
            case bindings.KEY:
                item = core.Local(node.start, node.end, ANY, binding.slot)
                if binding.outer is None:
                    return core.Path(*place, item, binding.name)
                return core.ItemKey(
                    *place, binding.slot, binding.name, self.bound(node, binding.outer, (node.start, node.end, ANY))
                )
            case _:
                return self.const(node, None)

    def property(self, node: tree.Property) -> core.Node:
        base = self.node(node.base)
        kind = base.type
        while isinstance(kind, ListType):
            kind = kind.item
        fields = getattr(kind, "fields", {})
        name = node.name if node.name in fields and node.text not in fields else node.text
        return core.Path(*self.place(node), base, name)

    def filter(self, node: tree.Filter) -> core.Node:
        base = self.node(node.base)

        def make() -> core.Node:
            condition = self.node(node.condition)
            if condition.type == NUMBER and self.slot(node) not in core.slots_used((condition,)):
                return core.Index(*self.place(node), base, condition)
            return core.Select(*self.place(node), base, self.slot(node), condition)

        return self.looped(make)

    # --- calls ------------------------------------------------------------------------------------------------

    def call(self, node: tree.Call) -> core.Node:
        arguments = tuple(self.node(a) for a in node.arguments)
        place = self.place(node)
        if isinstance(node.function, tree.Name):
            binding = self.checked.bindings[id(node.function)]
            if binding.kind == bindings.FUNCTION:
                return self.builtin(node, self.scope.builtins[binding.name], arguments)
        return core.CallValue(*place, self.node(node.function), arguments, node.names)

    def builtin(self, node: tree.Call, builtin: Any, arguments: tuple[core.Node, ...]) -> core.Node:
        if builtin.name == "not" and len(arguments) == 1:
            return core.Not(node.start, node.end, BOOLEAN, arguments[0])
        if builtin.name in _FOLDED and all(isinstance(a, core.Const) for a in arguments):
            values = [a.value for a in arguments if isinstance(a, core.Const)]
            return self.fold(node, lambda: caller(builtin, len(values), node.names)(None, *values))
        return core.CallBuiltin(*self.place(node), builtin, arguments, node.names)

    # --- operators --------------------------------------------------------------------------------------------

    def conjunction(self, node: tree.Conjunction) -> core.Node:
        return core.And(*self.place(node), tuple(self.node(item) for item in node.items))

    def disjunction(self, node: tree.Disjunction) -> core.Node:
        return core.Or(*self.place(node), tuple(self.node(item) for item in node.items))

    def comparison(self, node: tree.Comparison) -> core.Node:
        return self.compare(node, node.op, self.node(node.left), self.node(node.right))

    def between(self, node: tree.Between) -> core.Node:
        return core.Between(*self.place(node), self.node(node.value), self.node(node.low), self.node(node.high))

    def membership(self, node: tree.In) -> core.Node:
        value = self.node(node.value)
        if len(node.tests) == 1:
            return self.test(node.tests[0], value)
        place = self.place(node)
        if isinstance(value, core.Const | core.Input | core.Local):
            return core.Or(*place, tuple(self.test(test, value) for test in node.tests))
        self.lets -= 1
        once = core.Local(value.start, value.end, value.type, self.lets)
        tests = core.Or(*place, tuple(self.test(test, once) for test in node.tests))
        return core.Let(*place, once.slot, value, tests)

    def instance(self, node: tree.InstanceOf) -> core.Node:
        return core.IsInstance(*self.place(node), self.node(node.value), node.type)

    def arithmetic(self, node: tree.Arithmetic) -> core.Node:
        left, right = self.node(node.left), self.node(node.right)
        if isinstance(left, core.Const) and isinstance(right, core.Const):
            a, b = left.value, right.value
            return self.fold(node, lambda: _ARITHMETIC[node.op](a, b))
        made = core.Arithmetic(*self.place(node), node.op, left, right)
        return self.invariant(made) if self.invariants and self.invariants[-1] is not None else made

    def negate(self, node: tree.Negate) -> core.Node:
        operand = self.node(node.operand)
        if isinstance(operand, core.Const):
            value = operand.value
            return self.fold(node, lambda: operators.negate(value))
        return core.Negate(*self.place(node), operand)

    def invariant(self, node: core.Arithmetic) -> core.Node:
        """``as_of - P90D`` inside a filter does not depend on the item: work it out once, before the outermost loop.

        Only what cannot fail is moved, so that nothing is noted that would not have been worked out.
        """
        held = self.invariants[-1]
        known = {let.slot for let in held or ()}
        free = all(
            isinstance(n, core.Const | core.Input) or (isinstance(n, core.Local) and n.slot in known)
            for n in (node.left, node.right)
        )
        if held is None or not free or node.op not in _SAFE or ANY in (node.type, node.left.type, node.right.type):
            return node
        self.lets -= 1
        local = core.Local(node.start, node.end, node.type, self.lets)
        held.append(core.Let(node.start, node.end, node.type, self.lets, node, local))
        return local

    def looped(self, make: Callable[[], core.Node]) -> core.Node:
        """A loop, and around the outermost one what it need not work out again and again."""
        if self.invariants and self.invariants[-1] is not None:
            return make()
        held: list[core.Let] = []
        self.invariants.append(held)
        node = make()
        self.invariants.pop()
        for let in reversed(held):
            node = core.Let(node.start, node.end, node.type, let.slot, let.value, node)
        return node

    # --- control ----------------------------------------------------------------------------------------------

    def if_form(self, node: tree.If) -> core.Node:
        return core.If(*self.place(node), self.node(node.condition), self.node(node.then), self.node(node.otherwise))

    def loops(self, iterators: tuple[tree.Iterator, ...]) -> tuple[core.Loop, ...]:
        return tuple(
            core.Loop(self.slot(i), self.node(i.source), None if i.last is None else self.node(i.last))
            for i in iterators
        )

    def for_form(self, node: tree.For) -> core.Node:
        return self.looped(
            lambda: core.ForEach(*self.place(node), self.loops(node.iterators), self.node(node.body), self.slot(node))
        )

    def quantified(self, node: tree.Quantified) -> core.Node:
        return core.Quantify(*self.place(node), node.every, self.loops(node.iterators), self.node(node.condition))


_VISIT: Final[Mapping[type, Callable[[_Lowering, Any], core.Node]]] = {
    tree.Literal: _Lowering.literal,
    tree.Temporal: _Lowering.temporal,
    tree.ListLiteral: _Lowering.list_literal,
    tree.ContextLiteral: _Lowering.context,
    tree.RangeLiteral: _Lowering.range_literal,
    tree.Tail: _Lowering.tail,
    tree.FunctionLiteral: _Lowering.function,
    tree.Name: _Lowering.name,
    tree.Property: _Lowering.property,
    tree.Filter: _Lowering.filter,
    tree.Call: _Lowering.call,
    tree.Conjunction: _Lowering.conjunction,
    tree.Disjunction: _Lowering.disjunction,
    tree.Comparison: _Lowering.comparison,
    tree.Between: _Lowering.between,
    tree.In: _Lowering.membership,
    tree.InstanceOf: _Lowering.instance,
    tree.Arithmetic: _Lowering.arithmetic,
    tree.Negate: _Lowering.negate,
    tree.If: _Lowering.if_form,
    tree.For: _Lowering.for_form,
    tree.Quantified: _Lowering.quantified,
}
