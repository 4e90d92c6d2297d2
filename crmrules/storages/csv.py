"""CSV and TSV files, plain or gzip: storage ``csv``.

Options: ``encoding`` (``auto``), ``delimiter`` (by the header line), ``header_row`` (1-based, 1).
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crmrules.model.issues import issue
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.spans import Span
from crmrules.storages._common import cannot_open, check_options, existing_file, fail, text_option
from crmrules.storages.encodings import find_encoding, open_bytes

_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


class CsvStorage:
    """Text tables with a header line. Every cell is text; rows that are blank throughout are left out."""

    name = "csv"

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        """Open the file; its encoding is checked over the whole file before the first row."""
        check_options(spec, self.name, ("encoding", "delimiter", "header_row"))
        path = existing_file(spec)
        codec, encoding = find_encoding(spec, path, text_option(spec, "encoding", "auto"))
        try:
            file = open_bytes(path)
        except OSError as error:
            cannot_open(spec, error)
        with file, io.TextIOWrapper(file, encoding=codec, newline="") as text:
            yield _table(spec, path, text, encoding)


def header_row(spec: SourceSpec) -> int:
    """The 1-based row that holds the column names."""
    value = spec.options.get("header_row", 1)
    if type(value) is not int or value < 1:
        fail(issue("D121", spec.span, option="header_row", found=repr(value), expected="a row number from 1"))
    return value


def _table(spec: SourceSpec, path: Path, text: IO[str], encoding: str) -> RawTable:
    file = str(path)
    first = header_row(spec)
    lines = _guarded(iter(text), file)
    delimiter = text_option(spec, "delimiter")
    # what stands above the header line is skipped as lines: it may be prose with a stray quote
    for _ in range(first - 1):
        next(lines, None)
    line = next(lines, "").lstrip("\ufeff")
    separator = _SEPARATOR_LINE.fullmatch(line)  # what Excel writes on top to name the delimiter
    if separator:
        delimiter = delimiter or separator[1]
        first, line = first + 1, next(lines, "")
    if not line.strip():
        fail(issue("D103", Span(file)))
    if not delimiter:
        delimiter = _sniff(spec, path, line, Span(file, line=first))
    elif len(delimiter) != 1 or delimiter in '"\r\n':
        fail(issue("D121", spec.span, option="delimiter", found=repr(delimiter), expected="one character"))

    def again() -> Iterator[str]:
        yield line
        yield from lines

    reader = csv.reader(again(), delimiter=delimiter, strict=True)
    blank: list[int] = []  # data rows before which a blank one was left out
    columns = tuple(name.strip() for name in next(_rows(reader, file, first - 1, 0, blank), []))

    def place(row: int, column: str | None) -> Span:
        at = columns.index(column) + 1 if column in columns else None
        return Span(file, line=first + 1 + row + bisect_right(blank, row), column=at)

    return RawTable(columns, _rows(reader, file, first - 1, len(columns), blank), place, encoding)


def _rows(reader: Any, file: str, above: int, width: int, blank: list[int]) -> Iterator[list[str]]:
    """Rows that are not blank. ``above`` counts the lines before the reader's first one."""
    done = 0
    start = reader.line_num
    try:
        for row in reader:
            if any(map(str.strip, row)):
                if width and len(row) > width and not any(row[width:]):
                    del row[width:]  # spreadsheets write empty cells past the header
                yield row
                done += 1
            elif width:
                blank.append(done)
            start = reader.line_num
    except csv.Error as error:
        fail(issue("D108", Span(file, line=above + start + 1), found=str(error)))


def _guarded(lines: Iterator[str], file: str) -> Iterator[str]:
    """The lines; a file that changed since its encoding was checked is a located problem, too."""
    try:
        yield from lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        fail(issue("D117", Span(file), found=str(error)))
    except (OSError, UnicodeDecodeError) as error:
        fail(issue("D102", Span(file), found=str(error)))


def _sniff(spec: SourceSpec, path: Path, line: str, span: Span) -> str:
    """The delimiter that stands most often in the header line, outside quotes; none at all means one column."""
    if {".tsv", ".tab"} & set(path.suffixes):
        return "\t"
    bare = re.sub(r'"[^"]*"', "", line)
    counts: Callable[[str], int] = bare.count
    ranked = sorted(_DELIMITERS, key=counts, reverse=True)
    most = counts(ranked[0])
    if most and most == counts(ranked[1]):
        fail(issue("D122", span, found=repr(line.strip()[:80])))
    return ranked[0] if most else ","
