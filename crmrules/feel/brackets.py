"""What stands in brackets: parentheses, lists, ranges and contexts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmrules.feel import tree
from crmrules.feel.grammar import COMPARE, MAX_ITEMS
from crmrules.feel.lexer import NAME_SIGNS, NUMBER, SIGN, STRING, WORD, SyntaxFault, Token
from crmrules.feel.words import joined

if TYPE_CHECKING:
    from crmrules.feel.parser import Parser


def parenthesis(parser: Parser, token: Token) -> tree.Node:
    """``(a)``, ``(a..b)``, ``(< a)``"""
    parser.open()
    follow = parser.tokens[parser.at]
    if follow.kind == SIGN and follow.text in COMPARE:
        tail = parser.tail()
        end = parser.close(")")
        return tree.Tail(token.start, end, tail.op, tail.operand)
    node = parser.expression()
    if parser.tokens[parser.at].text == "..":
        return range_from(parser, token, node, False)
    parser.close(")")
    return node


def bracket(parser: Parser, token: Token) -> tree.Node:
    """``[a, b]``, ``[a..b]``"""
    parser.open()
    items: list[tree.Node] = []
    height = 0
    while parser.tokens[parser.at].text != "]" or items:
        items.append(parser.expression())
        height = max(height, parser.height)
        if len(items) == 1 and parser.tokens[parser.at].text == "..":
            return range_from(parser, token, items[0], True)
        if len(items) > MAX_ITEMS:
            raise SyntaxFault("F106", token.start, parser.tokens[parser.at].end, limit=f"{MAX_ITEMS:,}")
        if parser.tokens[parser.at].text != ",":
            break
        parser.at += 1
    end = parser.close("]")
    parser.height = height
    parser.grown(height)
    return tree.ListLiteral(token.start, end, tuple(items))


def open_range(parser: Parser, token: Token) -> tree.Node:
    """``]a..b]``"""
    parser.open()
    return range_from(parser, token, parser.expression(), False)


def range_from(parser: Parser, opening: Token, low: tree.Node, included: bool) -> tree.Node:
    """The rest of a range after its first end."""
    height = parser.height
    parser.take("..")
    high = parser.expression()
    close = parser.tokens[parser.at]
    if close.text not in (")", "]", "["):
        raise parser.expected(") ]")
    parser.brackets -= 1
    parser.at += 1
    parser.grown(height)
    return tree.RangeLiteral(opening.start, close.end, low, high, included, close.text == "]")


def brace(parser: Parser, token: Token) -> tree.Node:
    """``{key: value, …}``"""
    parser.open()
    parser.locals.append({})
    entries: list[tree.Entry] = []
    height = 0
    while parser.tokens[parser.at].text != "}" or entries:
        start = parser.tokens[parser.at].start
        key = _key(parser)
        value = parser.expression()
        height = max(height, parser.height)
        entries.append(tree.Entry(start, value.end, key, value))
        parser.declare(key)
        if len(entries) > MAX_ITEMS:
            raise SyntaxFault("F106", token.start, value.end, limit=f"{MAX_ITEMS:,}")
        if parser.tokens[parser.at].text != ",":
            break
        parser.at += 1
    parser.locals.pop()
    end = parser.close("}")
    parser.height = height
    parser.grown(height)
    return tree.ContextLiteral(token.start, end, tuple(entries))


def _key(parser: Parser) -> str:
    """The key of an entry, with the colon after it."""
    token = parser.tokens[parser.at]
    if token.kind == STRING:
        parser.at += 1
        parser.take(":")
        return str(token.value)
    start = parser.at
    while parser.tokens[parser.at].text != ":":
        token = parser.tokens[parser.at]
        if token.kind not in (WORD, NUMBER) and token.text not in NAME_SIGNS:
            raise parser.expected(":")
        parser.at += 1
    if parser.at == start:
        raise parser.missing()
    parser.at += 1
    return joined(parser.tokens[start : parser.at - 1])
