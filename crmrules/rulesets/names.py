"""Names and their spellings: which fact, column or role a word means, and when it means two."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import ACTION_COLUMNS, Kind
from crmrules.model.spans import Span
from crmrules.model.vocabulary import ENTITIES, Fact
from crmrules.rulesets.document import Node
from crmrules.rulesets.nearest import nearest

KEYWORDS: Final = frozenset(
    [
        "and",
        "between",
        "else",
        "every",
        "external",
        "false",
        "for",
        "function",
        "if",
        "in",
        "instance",
        "not",
        "null",
        "of",
        "or",
        "return",
        "satisfies",
        "some",
        "then",
        "true",
    ]
)
RESERVED: Final = frozenset({"as_of", "previous", "customer", *(e.plural for e in ENTITIES.values())})
"""Names the language gives a meaning of its own: records, the instant of evaluation, what was decided before."""

_WORDS = re.compile(r"[^\W\d]\w*(?: [^\W\d]\w*)*")


class Spelled(Protocol):
    """A thing with several spellings."""

    @property
    def name(self) -> str: ...
    @property
    def span(self) -> Span: ...
    def spellings(self) -> Iterable[str]: ...


class Spellings:
    """Every spelling in one scope → the canonical name."""

    def __init__(self) -> None:
        self._meanings: dict[str, tuple[str, str]] = {}

    def add(self, thing: Spelled, where: str, issues: list[Issue]) -> None:
        """Take in ``thing``, called ``where.name`` in issues; a spelling already taken is an issue."""
        place = f"{where}.{thing.name}"
        for spelling in dict.fromkeys(thing.spellings()):
            _, other = self._meanings.setdefault(spelling, (thing.name, place))
            if other != place:
                issues.append(issue("V101", thing.span, found=spelling, one=other, two=place))

    def find(self, word: str) -> str:
        """The canonical name of ``word``; empty when it has no meaning here."""
        return self._meanings.get(word, ("", ""))[0]

    def nearest(self, word: str) -> str:
        """The spelling closest to ``word``."""
        return nearest(word, self._meanings)


def is_words(text: str) -> bool:
    """Whether ``text`` is nothing but words: a name, known or misspelt, rather than an expression."""
    return bool(_WORDS.fullmatch(text)) and not KEYWORDS.intersection(text.split())


def merged(sections: Iterable[Node], what: str, what_zh: str, issues: list[Issue]) -> dict[str, Node]:
    """The entries of one section over all files; a name declared twice is an issue that names both places."""
    found: dict[str, Node] = {}
    for section in sections:
        for name, node in section.items():
            first = found.setdefault(name, node)
            if first is not node:
                place = first.key_span
                issues.append(issue("R304", node.key_span, what=what, what_zh=what_zh, found=name, first=str(place)))
    return found


def columns_of(kind: Kind, refined: Mapping[str, Fact], issues: list[Issue]) -> Spellings:
    """The result columns of a kind by every spelling, those that ``vocabulary.action`` adds included."""
    spellings = Spellings()
    for column in ACTION_COLUMNS.values():
        if kind in column.kinds:
            spellings.add(_Column(column.name, column.spellings()), "columns", issues)
    for fact in refined.values():
        if fact.name in ACTION_COLUMNS and kind in ACTION_COLUMNS[fact.name].kinds:
            spellings.add(fact, "columns", issues)
    return spellings


class _Column:
    """An action column as a thing with spellings."""

    def __init__(self, name: str, spellings: Iterable[str]) -> None:
        self.name = name
        self.span = Span()
        self._spellings = tuple(spellings)

    def spellings(self) -> Iterable[str]:
        """Every spelling, the canonical one first."""
        return self._spellings
