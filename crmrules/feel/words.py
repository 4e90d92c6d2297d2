"""Known words, found in a row of tokens by their longest match.

Which tokens form a name (``Monthly Salary``, ``days in weekend``, ``a-b``) depends on what is known at that place:
these tables answer it, for the scope's names once, and for parameters and context keys as the parser meets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from crmrules.feel.lexer import WORD, Specials, SyntaxFault, Token, narrow, scan
from crmrules.feel.types import Type

VALUE, NAME, CONSTANT, FUNCTION, FIELD, LOCAL = "value", "name", "constant", "function", "field", "local"


class Meaning(NamedTuple):
    """What a word stands for: its kind, the canonical name, and for a VALUE the value itself."""

    kind: str
    name: str
    value: Any = None


class Known(NamedTuple):
    """One known word as the tokens it consists of: their texts, and whether white space precedes each."""

    parts: tuple[tuple[str, bool], ...]
    text: str
    meaning: Meaning


Table = Mapping[str, Sequence[Known]]
"""Known words by the text of their first token, longest first."""

NOTHING: Final[Table] = {}


class Match(NamedTuple):
    """A known word found at a token: how many tokens it takes, the word, its meaning."""

    length: int
    text: str
    meaning: Meaning


def known(word: str, meaning: Meaning, *, relaxed: bool) -> tuple[Known, bool]:
    """``word`` cut into tokens, and whether it must be taken whole by the lexer because it has no such tokens."""
    try:
        tokens = scan(word, relaxed=relaxed)[:-1]
    except SyntaxFault:
        tokens = []
    whole = not tokens or tokens[0].kind != WORD
    if whole or (relaxed and len(scan(word, relaxed=True, cell=True)) != len(tokens) + 1):
        text = scan_form(word, relaxed)
        return Known(((text, False),), text, meaning), True
    parts = ((tokens[0].text, False), *((t.text, t.space) for t in tokens[1:]))
    return Known(parts, joined(tokens), meaning), False


def scan_form(word: str, relaxed: bool) -> str:
    """``word`` with white space collapsed and, when relaxed, in half-width signs: as the lexer sees it."""
    return " ".join((narrow(word) if relaxed else word).split())


def joined(tokens: Iterable[Token]) -> str:
    """The text of tokens with any white space between them as one space."""
    return "".join(f" {t.text}" if t.space and i else t.text for i, t in enumerate(tokens))


def build(words: Iterable[tuple[str, Meaning]], *, relaxed: bool) -> tuple[Table, Specials]:
    """A table of ``words``; of equal ones the first counts."""
    table: dict[str, list[Known]] = {}
    specials: dict[str, list[str]] = {}
    seen: set[tuple[tuple[str, bool], ...]] = set()
    for word, meaning in words:
        if not word.strip():
            continue
        entry, whole = known(word, meaning, relaxed=relaxed)
        if entry.parts in seen:
            continue
        seen.add(entry.parts)
        table.setdefault(entry.parts[0][0], []).append(entry)
        if whole:
            specials.setdefault(entry.text[0], []).append(entry.text)
    for entries in table.values():
        entries.sort(key=lambda k: -len(k.parts))
    return table, {first: tuple(sorted(texts, key=len, reverse=True)) for first, texts in specials.items()}


def find(tables: Iterable[Table], tokens: Sequence[Token], at: int) -> Match | None:
    """The longest known word that starts at token ``at``; of equally long ones that of the first table."""
    first, best = tokens[at].text, None
    for table in tables:
        for word in table.get(first, ()):
            parts = word.parts
            count = len(parts)
            if best is not None and count <= best.length:
                break
            if count == 1 or _continues(parts, tokens, at):
                best = Match(count, word.text, word.meaning)
                break
    return best


def _continues(parts: tuple[tuple[str, bool], ...], tokens: Sequence[Token], at: int) -> bool:
    if at + len(parts) > len(tokens):
        return False
    for offset in range(1, len(parts)):
        token = tokens[at + offset]
        if (token.text, token.space) != parts[offset]:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words a text may use, in tables by first token; made by :class:`crmrules.feel.scope.Scope`."""

    names: Table = field(default_factory=lambda: NOTHING)
    values: Table = field(default_factory=lambda: NOTHING)
    fields: Table = field(default_factory=lambda: NOTHING)
    specials: Specials = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)
    relaxed: bool = True
