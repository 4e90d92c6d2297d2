"""Core → one closure, for the simple cells that tables of many rows are made of.

The same core, the same meaning as :mod:`crmrules.feel.python`, without the cost of compiling a text: a column of ten
thousand cells ``>= 500000`` becomes ten thousand closures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from crmrules.feel import core
from crmrules.feel.builtins import operators
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.notes import Notes
from crmrules.feel.python import Function, inlined
from crmrules.feel.runtime import note, within
from crmrules.feel.types import BOOLEAN, NUMBER, STRING
from crmrules.model.values import Value

_PLAIN_TYPES: Final = frozenset((NUMBER, STRING, BOOLEAN))
_GENERAL: Final = {
    "<": (operators.lt, False), "<=": (operators.le, False), ">": (operators.lt, True), ">=": (operators.le, True),
}  # fmt: skip


def closure(node: core.Node) -> Function | None:
    """The function that works out ``node``; None when it is not one of the simple forms."""
    match node:
        case core.Const(value=value):
            return _constant(value)
        case core.Input(name=name):
            return _itself if name == "?" else _variable(name)
        case core.Equal(left=core.Input(name="?"), right=core.Const(value=value)):
            return _equal(node, value, node.strict)
        case core.Member(value=core.Const(value=value), test=core.Input(name="?"), strict=True) if value is not None:
            return _contains(node, value)
        case core.Order(op=op, left=core.Input(name="?"), right=core.Const(value=value)) if value is not None:
            return _order(node, op, value, inlined(node.left, node.right))
        case core.Between(value=core.Input(name="?"), low=core.Const(value=low), high=core.Const(value=high)):
            return _between(node, low, high, inlined(node.value, node.low, node.high))
        case core.Or(items=items):
            return _any_of(node, items)
        case core.Not(item=item):
            inner = closure(item)
            return None if inner is None else _not(inner)
        case _:
            return None


def _itself(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
    return v


def _constant(value: Value) -> Function:
    def constant(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        return value

    return constant


def _is_null(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
    return v is None


def _variable(name: str) -> Function:
    def read(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        return e.get(name)

    return read


def _equal(node: core.Equal, value: Value, strict: bool) -> Function:
    kind = node.left.type
    if value is None and not strict:
        return _is_null
    if kind == node.right.type and kind in _PLAIN_TYPES:

        def same(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
            return None if strict and v is None else v == value

        return same

    def equal(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if strict and v is None else operators.equals(v, value)
        except Failure as failure:
            return note(n, failure, node.start, node.end)

    return equal


def _contains(node: core.Node, value: Value) -> Function:
    def contains(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if v is None else operators.in_test(value, v)
        except Failure as failure:
            return note(n, failure, node.start, node.end)

    return contains


def _order(node: core.Order, op: str, value: Value, plain: bool) -> Function:
    if plain:
        return _PLAIN[op](value, node)
    compare, exchanged = _GENERAL[op]

    def general(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return compare(value, v) if exchanged else compare(v, value)
        except Failure as failure:
            return note(n, failure, node.start, node.end)

    return general


def _less(value: Value, node: core.Node) -> Function:
    def less(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if v is None else v < value
        except TypeError as failure:
            return note(n, failure, node.start, node.end)

    return less


def _at_most(value: Value, node: core.Node) -> Function:
    def at_most(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if v is None else v <= value
        except TypeError as failure:
            return note(n, failure, node.start, node.end)

    return at_most


def _more(value: Value, node: core.Node) -> Function:
    def more(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if v is None else v > value
        except TypeError as failure:
            return note(n, failure, node.start, node.end)

    return more


def _at_least(value: Value, node: core.Node) -> Function:
    def at_least(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if v is None else v >= value
        except TypeError as failure:
            return note(n, failure, node.start, node.end)

    return at_least


_PLAIN: Final[Mapping[str, Callable[[Value, core.Node], Function]]] = {
    "<": _less,
    "<=": _at_most,
    ">": _more,
    ">=": _at_least,
}


def _between(node: core.Between, low: Value, high: Value, plain: bool) -> Function | None:
    if low is None or high is None:
        return None
    low_in, high_in = node.low_included, node.high_included
    if plain and low_in:

        def inside(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
            try:
                return None if v is None else low <= v <= high if high_in else low <= v < high
            except TypeError as failure:
                return note(n, failure, node.start, node.end)

        return inside

    def general(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return within(v, low, high, low_in, high_in)
        except Failure as failure:
            return note(n, failure, node.start, node.end)

    return general


def _any_of(node: core.Node, items: tuple[core.Node, ...]) -> Function | None:
    return _one_of(node, items) or _first_true(items)


def _one_of(node: core.Node, items: tuple[core.Node, ...]) -> Function | None:
    """``a, b, c`` of plain constants of the input's own type: membership in a set."""
    values: list[Value] = []
    strict: set[bool] = set()
    for item in items:
        match item:
            case core.Equal(left=core.Input(name="?", type=kind), right=core.Const(value=value, type=own)):
                if value is None or kind != own or kind not in (NUMBER, STRING):
                    return None
                values.append(value)
                strict.add(item.strict)
            case _:
                return None
    if len(strict) != 1:
        return None
    known, (unless_null,) = frozenset(values), strict

    def one_of(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        try:
            return None if unless_null and v is None else v in known
        except TypeError as failure:
            return note(n, failure, node.start, node.end)

    return one_of


def _first_true(items: tuple[core.Node, ...]) -> Function | None:
    """Any tests of constants: true if one is, else null if one is no boolean, else false."""
    tests: list[Function] = []
    for item in items:
        test = closure(item)
        if test is None:
            return None
        tests.append(test)

    def first_true(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        result: Value = False
        for test in tests:
            found = test(v, e, n)
            if found is True:
                return True
            if found is not False:
                result = None
        return result

    return first_true


def _not(inner: Function) -> Function:
    def negated(v: Value, e: Mapping[str, Value], n: Notes = None) -> Value:
        found = inner(v, e, n)
        return not found if type(found) is bool else None

    return negated
