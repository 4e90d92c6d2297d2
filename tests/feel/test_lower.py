"""Checked tree to core: what the language's forms come down to."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from crmrules.feel import core
from crmrules.feel.compiler import Scope, compile_expression, compile_unary
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, STRING, ContextType, ListType

SCOPE = Scope(
    names={
        "n": NUMBER,
        "s": STRING,
        "x": ANY,
        "xs": ListType(NUMBER),
        "rows": ListType(ContextType({"k": NUMBER}, open=False)),
    },
    constants={"line": 5},
)
TAGS = ListType(NUMBER)
_HIDDEN = ("start", "end", "type", "slot", "slots", "partial", "strict")


def show(node: object) -> str:
    """A lowered tree as text, without places, types and slots."""
    if isinstance(node, core.Const):
        return repr(node.value)
    if isinstance(node, core.Input):
        return node.name
    if isinstance(node, core.Local):
        return "local"
    if isinstance(node, core.Node | core.Loop):
        kept = [getattr(node, f.name) for f in fields(node) if f.name not in _HIDDEN]
        strict = "Strict" if getattr(node, "strict", False) else ""
        return f"{strict}{type(node).__name__}({', '.join(show(k) for k in kept)})"
    if isinstance(node, tuple):
        return "[" + ", ".join(map(show, node)) + "]"
    return getattr(node, "name", None) or str(node)


def lowered(text: str) -> str:
    compiled, issues = compile_expression(text, SCOPE)
    assert compiled is not None, [i.message() for i in issues]
    return show(compiled.core)


def cell(text: str, kind: object = NUMBER, scope: Scope = SCOPE) -> str:
    test, issues = compile_unary(text, scope, input=kind)  # type: ignore[arg-type]
    assert test is not None, [i.message() for i in issues]
    return show(test.core)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", "7"),
        ("n + line", "Arithmetic(+, n, 5)"),
        ("-(1)", "-1"),
        ("[1, 2 + 3]", "[1, 5]"),
        ('date("2026-01-31")', "Date('2026-01-31')"),
        ("n != 1", "Not(Equal(n, 1))"),
        ("not(n = 1)", "Not(Equal(n, 1))"),
        ("n between 1 and 5", "Between(n, 1, 5, True, True)"),
        ("n in [1..5)", "Between(n, 1, 5, True, False)"),
        ("n in (> 5)", "Order(>, n, 5)"),
        ("n in (1, 2)", "Or([Equal(n, 1), Equal(n, 2)])"),
        ("n + 1 in (1, 2)", "Let(Arithmetic(+, n, 1), Or([Equal(local, 1), Equal(local, 2)]))"),
        ("n in [1, 2]", "Or([Equal(n, 1), Equal(n, 2)])"),
        ("n in xs", "Member(n, xs)"),
        ("x in [1, 2]", "Member(x, [1, 2])"),
        ("n = 1 and s = \"a\" and x", "And([Equal(n, 1), Equal(s, 'a'), x])"),
        ("xs[1]", "Index(xs, 1)"),
        ("xs[item > 1]", "Select(xs, Order(>, local, 1))"),
        ("rows[k > n].k", "Path(Select(rows, Order(>, Path(local, k), n)), k)"),
        ("x[k > n]", "Select(x, Order(>, ItemKey(k, None), ItemKey(n, n)))"),
        ("for i in 1..n return i", "ForEach([Loop(1, n)], local)"),
        ("some i in xs satisfies i > 1", "Quantify(False, [Loop(xs, None)], Order(>, local, 1))"),
        ("xs[item > n + 1]", "Let(Arithmetic(+, n, 1), Select(xs, Order(>, local, local)))"),
        ("xs[item > n / 2]", "Select(xs, Order(>, local, Arithmetic(/, n, 2)))"),
        ("for i in xs return i + n", "ForEach([Loop(xs, None)], Arithmetic(+, local, n))"),
        ("count(xs)", "CallBuiltin(count, [xs], [])"),
        ("function(a) a", "MakeFunction([a], local)"),
        ("{a: 1, b: a}", "MakeContext([a, b], [1, local])"),
        ("x.y", "Path(x, y)"),
        ("if x then 1 else 2", "If(x, 1, 2)"),
        ("x instance of number", "IsInstance(x, number)"),
    ],
)  # fmt: skip
def test_expressions(text: str, expected: str) -> None:
    assert lowered(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("-", NUMBER, "True"),
        ("5", NUMBER, "StrictEqual(?, 5)"),
        (">= 5", NUMBER, "Order(>=, ?, 5)"),
        ("[1..5)", NUMBER, "Between(?, 1, 5, True, False)"),
        ("1, > 5", NUMBER, "Or([StrictEqual(?, 1), Order(>, ?, 5)])"),
        ("not(1, 2)", NUMBER, "Not(Or([StrictEqual(?, 1), StrictEqual(?, 2)]))"),
        ("!= 1", NUMBER, "Not(StrictEqual(?, 1))"),
        ("[1, 2]", NUMBER, "Or([StrictEqual(?, 1), StrictEqual(?, 2)])"),
        ("[1, null]", NUMBER, "Member(?, [1, None])"),
        ("? > n", NUMBER, "Order(>, ?, n)"),
        ("? = n", NUMBER, "Equal(?, n)"),
        ("?", BOOLEAN, "And([?])"),
        ("? in (1, 2)", NUMBER, "Or([Equal(?, 1), Equal(?, 2)])"),
        ("x", NUMBER, "StrictMember(?, x)"),
        ("n", NUMBER, "StrictEqual(?, n)"),
        ("null", NUMBER, "Equal(?, None)"),
        ("not(null)", NUMBER, "Not(Equal(?, None))"),
        ("!= null", NUMBER, "Not(Equal(?, None))"),
        ("null, 5", NUMBER, "Or([Equal(?, None), StrictEqual(?, 5)])"),
        ("x and ? > 1", NUMBER, "And([x, Order(>, ?, 1)])"),
        ("xs", NUMBER, "StrictMember(?, xs)"),
        ('"a"', STRING, "StrictEqual(?, 'a')"),
        ("1, 2", TAGS, "Or([StrictMember(1, ?), StrictMember(2, ?)])"),
        ("not(1)", TAGS, "Not(StrictMember(1, ?))"),
        ("n", TAGS, "StrictMember(n, ?)"),
        ("[1, 2]", TAGS, "StrictMember(?, [1, 2])"),
        ("null", TAGS, "Equal(?, None)"),
        ("list contains(?, 1)", TAGS, "CallBuiltin(list contains, [?, 1], [])"),
    ],
)
def test_cells(text: str, kind: object, expected: str) -> None:
    assert cell(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "Equal(?, 5)"),
        ("not(1, 2)", "Not(Or([Equal(?, 1), Equal(?, 2)]))"),
        ("n", "Equal(?, n)"),
        ("xs", "Member(?, xs)"),
    ],
)
def test_pure_cells_know_that_null_is_not_five(text: str, expected: str) -> None:
    assert cell(text, NUMBER, replace(SCOPE, relaxed=False)) == expected
