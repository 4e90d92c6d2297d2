"""What follows a value: ``.name``, ``[filter]`` and ``(arguments)``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmrules.feel import tree
from crmrules.feel.grammar import AFTER_RANGE, GOES_ON, MAX_ITEMS
from crmrules.feel.lexer import END, NAME_SIGNS, NUMBER, SIGN, WORD, SyntaxFault
from crmrules.feel.words import LOCAL, Known, Match, Meaning, Table, find, joined

if TYPE_CHECKING:
    from crmrules.feel.parser import Parser


def closes_range(parser: Parser) -> bool:
    """Whether this ``[`` ends an open range (``]1..5[``) rather than starting a filter."""
    follow = parser.tokens[parser.at + 1]
    return follow.kind == END or follow.text in AFTER_RANGE


def property_of(parser: Parser, base: tree.Node) -> tree.Node:
    """``base.name``"""
    parser.at += 1
    match = find((parser.keys, parser.lexicon.fields), parser.tokens, parser.at)
    if match is None:
        run = 0
        for token in parser.tokens[parser.at :]:
            if token.kind != WORD or (run and token.text in GOES_ON):
                break
            run += 1
        if run == 0:
            raise parser.missing()
        text = joined(parser.tokens[parser.at : parser.at + run])
        match = Match(run, text, Meaning("unknown", text))
    parser.at += match.length
    return tree.Property(base.start, parser.tokens[parser.at - 1].end, base, match.text, match.meaning.name)


def filter_of(parser: Parser, base: tree.Node) -> tree.Node:
    """``base[condition]``"""
    parser.open()
    parser.locals.append(_frame(parser.lexicon.fields, parser.keys))
    condition = parser.expression()
    parser.locals.pop()
    end = parser.close("]")
    return tree.Filter(base.start, end, base, condition)


def call_of(parser: Parser, function: tree.Node) -> tree.Node:
    """``function(a, b)``, ``function(x: a)``"""
    parser.open()
    arguments: list[tree.Node] = []
    names: list[str] = []
    height = 0
    while parser.tokens[parser.at].text != ")" or arguments:
        name = _argument_name(parser)
        if name is not None:
            names.append(name)
        arguments.append(parser.expression())
        height = max(height, parser.height)
        if len(arguments) > MAX_ITEMS:
            raise SyntaxFault("F106", function.start, parser.tokens[parser.at].end, limit=f"{MAX_ITEMS:,}")
        if parser.tokens[parser.at].text != ",":
            break
        parser.at += 1
    end = parser.close(")")
    parser.height = height
    if names and len(names) != len(arguments):
        raise SyntaxFault("F117", function.start, end)
    return tree.Call(function.start, end, function, tuple(arguments), tuple(names))


def _argument_name(parser: Parser) -> str | None:
    """``name:`` before an argument; None when the argument has no name."""
    for index in range(parser.at, len(parser.tokens)):
        token = parser.tokens[index]
        if token.text == ":" and token.kind == SIGN:
            if index == parser.at:
                return None
            name = joined(parser.tokens[parser.at : index])
            parser.at = index + 1
            return name
        if token.kind not in (WORD, NUMBER) and token.text not in NAME_SIGNS:
            return None
    return None


def _frame(fields: Table, keys: Mapping[str, list[Known]]) -> dict[str, list[Known]]:
    """The words a filter adds: ``item`` and every property name known anywhere."""
    frame: dict[str, list[Known]] = {"item": [Known((("item", False),), "item", Meaning(LOCAL, "item"))]}
    for table in (keys, fields):
        for first, entries in table.items():
            frame.setdefault(first, []).extend(entries)
    for entries in frame.values():
        entries.sort(key=lambda k: -len(k.parts))
    return frame
