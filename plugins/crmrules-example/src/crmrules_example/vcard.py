"""Contacts from vCard files (``.vcf``): storage ``vcard``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmrules.model.errors import DataError
from crmrules.model.issues import issue
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.spans import Span

COLUMNS = ("UID", "FN", "ORG", "EMAIL", "TEL", "CATEGORIES", "NOTE")
_ESCAPE = re.compile(r"\\(.)")


class VCardStorage:
    """One row a card. A property that stands more than once (two phone numbers) is joined by ``;``."""

    name = "vcard"

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        """Read the whole address book; ``DataError`` for a file that is missing or broken."""
        wrong = [issue("D120", spec.span, storage=self.name, found=name, expected="-") for name in spec.options]
        if wrong:
            raise DataError(wrong)
        path = Path(spec.location)
        if not path.is_file():
            beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
            near = difflib.get_close_matches(path.name, beside, n=1)
            raise DataError([issue("D101", spec.span, found=spec.location, nearest=near[0] if near else "")])
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DataError([issue("D105", Span(str(path)), expected="UTF-8", byte=error.start + 1)]) from None
        cards = list(_cards(text, str(path)))

        def place(row: int, column: str | None) -> Span:
            return Span(str(path), line=cards[row][0] if 0 <= row < len(cards) else None)

        rows = ([values.get(column) for column in COLUMNS] for _, values in cards)
        yield RawTable(COLUMNS, rows, place)


def _cards(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each card with the line it begins on."""
    start = 0
    values: dict[str, str] = {}
    for number, line in _unfolded(text):
        name, _, value = line.partition(":")
        name = name.split(";")[0].rpartition(".")[2].upper()  # without group and parameters
        if name == "BEGIN":
            if start:
                break
            start, values = number, {}
        elif name == "END" and start:
            yield start, values
            start = 0
        elif start and name in COLUMNS and value.strip():
            plain = _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value.strip())
            values[name] = f"{values[name]};{plain}" if name in values else plain
    if start:
        raise DataError([issue("D102", Span(file, line=start), found="the card that begins here has no END:VCARD")])


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of their first line: a line that begins with a blank goes on with the last one."""
    held, first = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line[:1] in (" ", "\t") and first:
            held += line[1:]
        else:
            if first:
                yield first, held
            held, first = line, number
    if first:
        yield first, held
