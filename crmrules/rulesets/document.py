"""A document: what a rule file or data-source file says, as plain data, with the place of every value.

Readers of all formats (:mod:`.yaml`, :mod:`.excel.reader`) end in a :class:`Document`; everything after them is the
same for all formats. Plain data is ``dict``, ``list``, ``str``, ``int``, ``Decimal`` (digits as written), ``bool`` and
``None``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from crmrules.model.spans import NOWHERE, Span
from crmrules.model.vocabulary import Cell

BARE: Final = "bare"
"""Mark of the value that ``b`` has in ``{text: a, b}``: most often a piece of a text with a comma in it."""
COMMA: Final[Mapping[str, Any]] = {
    "suggestion": "a text with a comma inside { } must stand in quotes",
    "suggestion_zh": "{ } 中含逗号的文本要加引号",
}
"""What an issue about such a key suggests."""


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and where each part of it stands.

    ``spans`` maps JSON pointers (``/decisions/tier/rules/0``) to the place of the value, ``keys`` to that of its key.
    ``marks`` says what a scalar was in the file where its text does not tell: ``"null"`` for a null written out in YAML
    (FEEL's null, not a blank), ``"date"`` for a date cell of a workbook, :data:`BARE` for a key in ``{ }`` that nothing
    follows.
    """

    data: dict[str, Any]
    spans: Mapping[str, Span]
    files: tuple[str, ...]
    keys: Mapping[str, Span] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Node:
        """The whole document as a node."""
        return Node(self, "", self.data)


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document with its place; reads as empty where the value is not of the kind asked for, because the
    schema has reported that already."""

    document: Document
    pointer: str
    value: Any

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return self.document.spans.get(self.pointer, NOWHERE)

    @property
    def key_span(self) -> Span:
        """Where the value's key stands; the value's own place where there is no key."""
        return self.document.keys.get(self.pointer) or self.span

    def get(self, key: str) -> Node:
        """The value under ``key`` of a mapping; a node of None where there is none."""
        value = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(self.document, child(self.pointer, key), value)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, in order."""
        if isinstance(self.value, dict):
            for key, value in self.value.items():
                yield key, Node(self.document, child(self.pointer, key), value)

    def elements(self) -> Iterator[Node]:
        """The elements of a list, in order."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(self.document, f"{self.pointer}/{index}", value)

    @property
    def filled(self) -> bool:
        """Whether anything but white space stands here."""
        return (
            self.value is not None and self.value != "" and not (isinstance(self.value, str) and not self.value.strip())
        )

    @property
    def mark(self) -> str:
        """What the scalar was in the file, see :class:`Document`."""
        return self.document.marks.get(self.pointer, "")

    def text(self) -> str:
        """The scalar's text with outer white space removed and line ends as ``\\n``."""
        return plain_text(self.value).replace("\r\n", "\n").replace("\r", "\n").strip()

    def line(self) -> str:
        """The scalar's text as one line, runs of white space as one space: for names and labels."""
        return " ".join(plain_text(self.value).split())

    def cell(self) -> Cell:
        """The scalar as a cell of the rule language: a null written out is FEEL's null."""
        if self.value is None:
            return Cell("null" if self.mark == "null" else "", self.span)
        text = plain_text(self.value)
        span = self.span
        leading = len(text) - len(text.lstrip())
        return Cell(self.text(), _shifted(span, leading) if leading else span)


def child(pointer: str, key: str) -> str:
    """The JSON pointer of ``key`` below ``pointer``."""
    if "~" in key or "/" in key:
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{key}"


def plain_text(value: Any) -> str:
    """The text of a scalar as it was written; empty for None, lists and mappings."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int):
        return str(value)
    return ""


def _shifted(span: Span, leading: int) -> Span:
    """``span`` without its first ``leading`` characters."""
    if not span.inner:
        return span
    start = span.at(leading)
    first = (0, start.line or 0, start.column or 0)
    return replace(span, inner=(first, *((o - leading, line, col) for o, line, col in span.inner if o > leading)))
