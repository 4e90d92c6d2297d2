"""The forms that begin with a keyword: ``if``, ``for``, ``some``, ``every``, ``function``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmrules.feel import tree
from crmrules.feel.lexer import NAME_SIGNS, NUMBER, WORD, Token
from crmrules.feel.types import ANY
from crmrules.feel.words import joined

if TYPE_CHECKING:
    from crmrules.feel.parser import Parser


def if_form(parser: Parser, token: Token) -> tree.Node:
    """``if c then a else b``"""
    parser.at += 1
    parts = [parser.expression()]
    height = parser.height
    for word in ("then", "else"):
        parser.take(word)
        parts.append(parser.expression())
        height = max(height, parser.height)
    parser.grown(height)
    return tree.If(token.start, parts[2].end, *parts)


def for_form(parser: Parser, token: Token) -> tree.Node:
    """``for x in xs return e``"""
    iterators, body = iteration(parser, "return", partial=True)
    return tree.For(token.start, body.end, iterators, body)


def quantified(parser: Parser, token: Token) -> tree.Node:
    """``some|every x in xs satisfies c``"""
    iterators, body = iteration(parser, "satisfies", partial=False)
    return tree.Quantified(token.start, body.end, token.text == "every", iterators, body)


def iteration(parser: Parser, word: str, *, partial: bool) -> tuple[tuple[tree.Iterator, ...], tree.Node]:
    """The iterators and the body after ``word``; ``partial`` is in scope of a ``for``'s body."""
    parser.locals.append({})
    iterators: list[tree.Iterator] = []
    height = 0
    while True:
        parser.at += 1
        start = parser.at
        while parser.tokens[parser.at].text != "in" and parser.tokens[parser.at].kind in (WORD, NUMBER):
            parser.at += 1
        if parser.at == start:
            raise parser.missing()
        name = joined(parser.tokens[start : parser.at])
        parser.take("in")
        source = parser.expression()
        height = max(height, parser.height)
        last = None
        if parser.tokens[parser.at].text == "..":
            parser.at += 1
            last = parser.expression()
            height = max(height, parser.height)
        iterators.append(tree.Iterator(parser.tokens[start].start, (last or source).end, name, source, last))
        parser.declare(name)
        if parser.tokens[parser.at].text != ",":
            break
    parser.take(word)
    if partial:
        parser.declare("partial")
    body = parser.expression()
    parser.locals.pop()
    parser.grown(height + len(iterators))
    return tuple(iterators), body


def function_form(parser: Parser, token: Token) -> tree.Node:
    """``function(a, b: number) body``"""
    parser.at += 1
    parser.take("(")
    parser.locals.append({})
    parameters: list[tree.Parameter] = []
    while parser.tokens[parser.at].text != ")" or parameters:
        start = parser.at
        while parser.tokens[parser.at].kind in (WORD, NUMBER) or parser.tokens[parser.at].text in NAME_SIGNS:
            parser.at += 1
        if parser.at == start:
            raise parser.missing()
        name = joined(parser.tokens[start : parser.at])
        declared = ANY
        if parser.tokens[parser.at].text == ":":
            parser.at += 1
            declared = parser.type_name()
        parameters.append(tree.Parameter(parser.tokens[start].start, parser.tokens[parser.at - 1].end, name, declared))
        parser.declare(name)
        if parser.tokens[parser.at].text != ",":
            break
        parser.at += 1
    parser.take(")")
    external = parser.tokens[parser.at].text == "external"
    if external:
        parser.at += 1
    body = parser.expression()
    parser.locals.pop()
    parser.grown(parser.height)
    return tree.FunctionLiteral(token.start, body.end, tuple(parameters), body, external)
