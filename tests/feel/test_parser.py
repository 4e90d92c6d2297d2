"""Tokens to tree: names by scope, precedence, every form of the grammar, limits and error places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import pytest

from crmrules.feel import tree
from crmrules.feel.cells import parse_cell
from crmrules.feel.compiler import Scope
from crmrules.feel.lexer import SyntaxFault
from crmrules.feel.parser import parse_expression
from crmrules.feel.types import ANY, NUMBER, ContextType, ListType

NAMES = Scope(
    names=dict.fromkeys(
        ("a", "b", "a-b", "xs", "Monthly Salary", "days in weekend", "days", "Student's name", "x"), ANY
    ),
    spellings={"金额": "a", "近30天消费": "b", "3星": "x"},
    builtins={},
)
PURE = Scope(names=NAMES.names, builtins={}, relaxed=False)


def show(node: object) -> str:
    """A tree as a nested text, without places."""
    match node:
        case tree.Literal(value=value):
            return repr(value)
        case tree.Temporal(text=text):
            return f"@{text}"
        case tree.Name(name=name):
            return name
        case tree.Property(base=base, text=text):
            return f"{show(base)}.{text}"
        case tree.Arithmetic(op=op, left=left, right=right) | tree.Comparison(op=op, left=left, right=right):
            return f"({show(left)} {op} {show(right)})"
        case tuple():
            return "[" + " ".join(show(item) for item in node) + "]"
        case tree.Node():
            kept = [getattr(node, f.name) for f in fields(node) if f.name not in ("start", "end")]
            return f"{type(node).__name__}({' '.join(show(k) for k in kept)})"
        case _:
            return str(node)


def parsed(text: str, scope: Scope = PURE) -> str:
    return show(parse_expression(text, scope.lexicon))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
        ("2 ** 3 ** 2", "((2 ** 3) ** 2)"),
        ("-2 ** 2", "(Negate(2) ** 2)"),
        ("a - b", "(a - b)"),
        ("a-b", "a-b"),
        ("a -b", "(a - b)"),
        ("a or b and x = 1", "Disjunction([a Conjunction([b (x = 1)])])"),
        ("a and b and x", "Conjunction([a b x])"),
        ("Monthly  \n Salary > 5", "(Monthly Salary > 5)"),
        ("Student's name", "Student's name"),
        ("for d in days in weekend return d", "For([Iterator(d days in weekend None)] d)"),
        ("days in xs", "In(days [xs])"),
        ("a between 1 and 2 and b", "Conjunction([Between(a 1 2) b])"),
        ("a in (1, < 5, [2..3])", "In(a [1 Tail(< 5) RangeLiteral(2 3 True True)])"),
        ("a in (1..5]", "In(a [RangeLiteral(1 5 False True)])"),
        ("a in ]1..5[", "In(a [RangeLiteral(1 5 False False)])"),
        ("a in (xs)[1]", "In(a [Filter(xs 1)])"),
        ("a in = 3", "In(a [Tail(= 3)])"),
        ("(>= 5)", "Tail(>= 5)"),
        ("xs[1].y(2)(3)", "Call(Call(Filter(xs 1).y [2] []) [3] [])"),
        ("xs[a > 1 and b]", "Filter(xs Conjunction([(a > 1) b]))"),
        ("x(a: 1, b c: 2)", "Call(x [1 2] [a b c])"),
        ('{a: 1, b c: a, "d e": 2}', "ContextLiteral([Entry(a 1) Entry(b c a) Entry(d e 2)])"),
        ("{b c: 1}.b c", "ContextLiteral([Entry(b c 1)]).b c"),
        (
            "function(p, q: list<number>) p + q",
            "FunctionLiteral([Parameter(p Any) Parameter(q list<number>)] (p + q) False)",
        ),
        ("if a then 1 else 2 + 3", "If(a 1 (2 + 3))"),
        ("some i in xs, j in 1..3 satisfies i > j", "Quantified(False [Iterator(i xs None) Iterator(j 1 3)] (i > j))"),
        ("every i in xs satisfies i", "Quantified(True [Iterator(i xs None)] i)"),
        ("for x y in xs return x y", "For([Iterator(x y xs None)] x y)"),
        ("a instance of context<x: number, y: list<string>>", "InstanceOf(a context<x: number, y: list<string>>)"),
        ("a instance of function<number, string> -> boolean", "InstanceOf(a function<number, string> -> boolean)"),
        ("a instance of date and time", "InstanceOf(a date and time)"),
        ('@"2026-01-31"', "@2026-01-31"),
        ("[]", "ListLiteral([])"),
        ("{}", "ContextLiteral([])"),
        ("x y z", "x y z"),
        ("a b", "a b"),
    ],
)
def test_expressions(text: str, expected: str) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("金额 > 3", "(a > 3)"),
        ("近30天消费 + 1", "(b + 1)"),
        ("3星", "x"),
        ("1,000 + 1", "(1000 + 1)"),
        ("1,234,567.5", "1234567.5"),
        ("[1,200,300]", "ListLiteral([1 200 300])"),
        ("[1,000..5,000)", "RangeLiteral(1000 5000 True False)"),
        ("2026-01-31", "@2026-01-31"),
    ],
)
def test_relaxed_expressions(text: str, expected: str) -> None:
    assert parsed(text, NAMES).replace("Decimal('1234567.5')", "1234567.5") == expected


def test_spans_cover_the_text_as_written() -> None:
    node = parse_expression("  金额 ＋ (b)", NAMES.lexicon)
    assert isinstance(node, tree.Arithmetic)
    assert (node.left.start, node.left.end, node.right.start, node.right.end) == (2, 4, 8, 9)


def test_fields_of_types_are_names_in_filters() -> None:
    order = ContextType({"placed at": NUMBER, "net-value": NUMBER})
    scope = Scope(names={"orders": ListType(order)}, builtins={}, relaxed=False)
    assert parsed("orders[placed at > 1 and net-value > 2].net-value", scope) == (
        "Filter(orders Conjunction([(placed at > 1) (net-value > 2)])).net-value"
    )


@pytest.mark.parametrize(
    ("text", "code", "start", "params"),
    [
        ("", "F100", 0, {}),
        ("(1 + 2]", "F101", 6, {"found": "]", "expected": ")"}),
        ("(1 + 2", "F110", 6, {"expected": ")"}),
        ("1 +", "F110", 3, {"expected": "…"}),
        ("1 + ) 2", "F109", 4, {"found": ")"}),
        ("1 2", "F111", 2, {"found": "2"}),
        ("a == b", "F115", 2, {"found": "==", "write": "="}),
        ("a => b", "F115", 2, {"found": "=>", "write": ">="}),
        ("a <> b", "F115", 2, {"found": "<>", "write": "!="}),
        ("a && b", "F115", 2, {"found": "&&", "write": "and"}),
        ("1 < 2 < 3", "F116", 6, {"found": "<"}),
        ("x(1, a: 2)", "F117", 0, {}),
        ("1 instance of nmber", "F123", 14, {"found": "nmber"}),
        ("if a then 1", "F110", 11, {"expected": "else"}),
        ("{a 1}", "F101", 4, {"found": "}", "expected": ":"}),
    ],
)
def test_faults(text: str, code: str, start: int, params: Mapping[str, str]) -> None:
    with pytest.raises(SyntaxFault) as fault:
        parsed(text)
    assert (fault.value.code, fault.value.start, dict(fault.value.params)) == (code, start, params)


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [("100,200", "100200", "100, 200"), ("5000-1万", "5000万-1万", "[5000..10000]"), ("[1,000]", "1000", "1, 000")],
)
def test_what_can_be_read_in_two_ways_is_refused(text: str, one: str, two: str) -> None:
    with pytest.raises(SyntaxFault) as fault:
        parse_cell(text, NAMES.lexicon)
    assert fault.value.code == "F112"
    assert (fault.value.params["one"], fault.value.params["two"]) == (one, two)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000, "[" * 10_000, "{a:" * 10_000, "-" * 10_000, "if " * 10_000, "not(" * 10_000, "f(" * 10_000,
        "x in (" * 5_000, "for x in " * 5_000, "+".join("1" * 5_000), "a" + ".a" * 10_000, "a" + "[1]" * 10_000,
        "1 instance of " + "list<" * 5_000, "function(x) " * 5_000, "]" * 10_000, "x" + "(1)" * 10_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_hostile_depth_is_a_fault(text: str) -> None:
    with pytest.raises(SyntaxFault) as fault:
        parsed(text)
    assert fault.value.code in ("F105", "F123")


def test_limits() -> None:
    with pytest.raises(SyntaxFault, match="F104"):
        parsed("1" * 70_000)
    with pytest.raises(SyntaxFault, match="F106"):
        parsed("[" + "1," * 10_001 + "1]")
    assert len(parsed("[" + "1," * 9_999 + "1]")) > 10_000
    assert parsed("(" * 90 + "a" + ")" * 90) == "a"


def test_long_chains_of_and_are_flat() -> None:
    assert parsed(" and ".join(["a"] * 3_000)).count(" ") == 2_999
