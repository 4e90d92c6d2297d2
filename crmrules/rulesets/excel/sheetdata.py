"""The document under construction while tables are read: values put at paths, each with its cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.rulesets.document import Document, child
from crmrules.rulesets.excel.cells import CellText
from crmrules.rulesets.excel.layout import Column, Holds, canonical

_ITEM = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[、，,;；|\n]|$)|([^、，,;；|\n]+)')
_NEEDS_QUOTES = re.compile(r'[、，,;；|\n]|^"')


class Builder:
    """Collects the data, spans, keys and marks of one :class:`Document`, and the issues met on the way."""

    def __init__(self, file: str, issues: list[Issue]) -> None:
        self.file, self.issues = file, issues
        self.data: dict[str, Any] = {}
        self.spans: dict[str, Span] = {"": Span(file)}
        self.keys: dict[str, Span] = {}
        self.marks: dict[str, str] = {}

    def document(self) -> Document:
        """The finished document."""
        return Document(self.data, self.spans, (self.file,), self.keys, self.marks)

    def report(self, code: str, span: Span, **params: object) -> None:
        """Add an issue."""
        self.issues.append(issue(code, span, **params))  # type: ignore[arg-type]

    def text(self, column: Column, cell: CellText, span: Span) -> str:
        """The cell's text in the document's own words; a cell that cannot be read is reported and blank."""
        if cell.problem is not None:
            self.report(cell.problem.code, span, **cell.problem.params)
            return ""
        return canonical(column.words, cell.text) if column.words else cell.text

    def put_cell(self, path: tuple[str, ...], column: Column, cell: CellText, span: Span, key: Span) -> None:
        """Put what ``cell`` says at ``path``, as the column holds it."""
        text = self.text(column, cell, span)
        if not text:
            return
        value: Any = text
        if column.holds is Holds.LIST:
            value = split_list(text)
        elif column.holds is Holds.WHOLE and text.isdecimal() and len(text) < 10:
            value = int(text)
        pointer = self.put(path, value, span, key)
        if isinstance(value, list):
            self.spans.update({f"{pointer}/{i}": span for i in range(len(value))})
        if cell.is_date:
            self.marks[pointer] = "date"

    def put(self, path: tuple[str, ...], value: Any, span: Span, key: Span | None = None) -> str:
        """Put ``value`` at ``path``, making the mappings above it; returns its JSON pointer."""
        target: Any = self.data
        pointer = ""
        for part in path[:-1]:
            pointer = child(pointer, part)
            if isinstance(target, list):
                target = target[int(part)]
                continue
            if part not in target:
                target[part] = {}
                self.spans[pointer] = span
                self.keys[pointer] = key or span
            target = target[part]
        pointer = child(pointer, path[-1])
        target[path[-1]] = value
        self.spans[pointer] = span
        self.keys[pointer] = key or span
        return pointer

    def append(self, path: tuple[str, ...], value: Any, span: Span) -> int:
        """Add ``value`` to the list at ``path``; returns its index."""
        found: Any = self.data
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            found = []
            self.put(path, found, span)
        found.append(value)
        pointer = ""
        for part in path:
            pointer = child(pointer, part)
        self.spans[f"{pointer}/{len(found) - 1}"] = span
        return len(found) - 1

    def open(self, path: tuple[str, ...], span: Span, table: str) -> bool:
        """Begin a named thing at ``path``; False with an issue when it is there already."""
        pointer = ""
        for part in path:
            pointer = child(pointer, part)
        found: Any = self.data
        for part in path:
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None:
            first = str(self.keys[pointer])
            self.report("W122", span, found=path[-1], table=table, what="name", what_zh="名称", first=first)
            return False
        self.put(path, {}, span)
        return True

    def fact(self, entity: str, spelled: str) -> str:
        """The name of the fact of ``entity`` that ``spelled`` means; empty when this workbook declares none."""
        return next((name for name, words in self._facts(entity) if spelled in words), "")

    def fact_spellings(self, entity: str) -> list[str]:
        """Every spelling of every fact of ``entity`` that this workbook declares."""
        return [word for _, words in self._facts(entity) for word in words]

    def calendar(self, spelled: str) -> str:
        """The name of the calendar that ``spelled`` means; empty when this workbook declares none."""
        return next((name for name, words in self._calendars() if spelled in words), "")

    def calendar_spellings(self) -> list[str]:
        """Every spelling of every calendar that this workbook declares."""
        return [word for _, words in self._calendars() for word in words]

    def _calendars(self) -> list[tuple[str, list[str]]]:
        declared = self.data.get("calendars", {})
        return [(name, [name, *calendar.get("label", {}).values()]) for name, calendar in declared.items()]

    def _facts(self, entity: str) -> list[tuple[str, list[str]]]:
        found = []
        for name, fact in self.data.get("vocabulary", {}).get(entity, {}).items():
            label = fact.get("label", {})
            words = [name, label.get("en", ""), label.get("zh", ""), *fact.get("aliases", [])]
            found.append((name, [" ".join(w.split()) for w in words if w]))
        return found


def names(columns: Sequence[Column]) -> tuple[str, str]:
    """The headers of columns for a message, in English and in Chinese."""
    return ", ".join(column.en for column in columns), "、".join(column.zh for column in columns)


def split_list(text: str) -> list[str]:
    """The items of a list cell, parted by lines, commas, ``、``, ``;`` or ``|``; one with such a sign in it stands in
    double quotes."""
    found = (m[1].replace('""', '"') if m[1] is not None else m[2].strip() for m in _ITEM.finditer(text))
    return [item for item in found if item]


def join_list(items: Sequence[str]) -> str:
    """The list cell that :func:`split_list` reads as ``items``."""
    quoted = ('"' + item.replace('"', '""') + '"' if _NEEDS_QUOTES.search(item) else item for item in items)
    return "、".join(quoted)
