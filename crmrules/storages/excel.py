"""Data in Excel workbooks (.xlsx, .xlsm): storage ``excel``. Rule workbooks are another matter.

Options: ``sheet`` (default: the first), ``header_row`` (1-based, 1). Dates follow the workbook's own epoch; formulas
give their stored result, and one without a result is a problem, like an error cell.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from crmrules.model.errors import DataError
from crmrules.model.issues import Issue, issue
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.spans import Span
from crmrules.storages._common import check_options, exact, existing_file, fail, nearest, text_option
from crmrules.storages.csv import header_row
from crmrules.storages.workbook_guard import guard, has_formulas

_MAX_COLUMNS: Final = 2_000
_MAX_BLANK: Final = 100_000  # blank rows in a row: formatted far below the data, not data


class ExcelStorage:
    """One sheet as a table: a header row, then a row a record. Rows that are blank throughout are left out."""

    name = "excel"

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        """Open the workbook after a check that it is one, and harmless."""
        check_options(spec, self.name, ("sheet", "header_row"))
        path = existing_file(spec)
        guard(path)
        first = header_row(spec)
        books: list[Any] = []
        try:
            books.append(_load(path, results=True))
            sheet = _sheet(spec, path, books[0])
            formulas = None
            if has_formulas(path):
                books.append(_load(path, results=False))
                formulas = books[1][sheet.title]
            yield _table(path, sheet, formulas, first)
        finally:
            for book in books:
                book.close()


def _load(path: Path, *, results: bool) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(path, read_only=True, data_only=results)
    except Exception as error:  # damaged parts make openpyxl raise errors of every kind
        fail(issue("D110", Span(str(path)), found=_reason(error)))


def _sheet(spec: SourceSpec, path: Path, book: Any) -> Any:
    wanted = text_option(spec, "sheet")
    names = [sheet.title for sheet in book.worksheets]
    if not names:
        fail(issue("D110", Span(str(path)), found="it shows no sheets (Strict Open XML?); save it as a normal .xlsx"))
    if wanted and wanted not in names:
        near = nearest(wanted, names)
        fail(issue("D112", spec.span, kind="sheet", found=wanted, expected=", ".join(names), nearest=near))
    return book[wanted or names[0]]


def _table(path: Path, sheet: Any, formulas: Any, first: int) -> RawTable:
    file, title = str(path), sheet.title
    blank: list[int] = []
    rows = _rows(file, sheet, formulas, first)
    header = [str(cell).strip() if cell is not None and not isinstance(cell, Issue) else "" for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        fail(issue("D103", Span(file, sheet=title, cell=f"A{first}")))
    columns = tuple(header)

    def place(row: int, column: str | None) -> Span:
        number = first + 1 + row + bisect_right(blank, row)
        at = columns.index(column) + 1 if column in columns else 1
        return Span(file, sheet=title, cell=f"{_letters(at)}{number}")

    return RawTable(columns, _data(rows, len(columns), blank), place)


def _data(rows: Iterator[list[Any]], width: int, blank: list[int]) -> Iterator[Sequence[Any]]:
    done = 0
    empty = 0
    for row in rows:
        while len(row) > width and row[-1] is None:
            row.pop()
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row):
            empty += 1
            if empty > _MAX_BLANK:
                return
            continue
        blank += [done] * empty
        empty = 0
        yield row + [None] * (width - len(row))
        done += 1


def _rows(file: str, sheet: Any, formulas: Any, first: int) -> Iterator[list[Any]]:
    """The values of each row from ``first`` on; a cell that has none worth reading holds an issue."""
    span = Span(file, sheet=sheet.title)
    try:
        for each in (sheet, formulas):
            if each is not None:
                each.reset_dimensions()  # what the file says of its size may be false
        raw = sheet.iter_rows(min_row=first)
        beside = formulas.iter_rows(min_row=first) if formulas is not None else ()
        for cells, written in zip_longest(raw, beside, fillvalue=()):
            if len(cells) > _MAX_COLUMNS:
                fail(issue("D111", span, found=f"a row has {len(cells)} cells, more than {_MAX_COLUMNS}"))
            row = [_value(cell) for cell in cells]
            for at, formula in enumerate(written):
                if formula.data_type == "f" and at < len(row) and row[at] is None:
                    row[at] = issue("D119", found=_formula(formula.value))
            yield row
    except DataError:
        raise
    except Exception as error:  # damaged parts make openpyxl raise errors of every kind
        fail(issue("D110", span, found=_reason(error)))


def _value(cell: Any) -> Any:
    value = cell.value
    if cell.data_type == "e":
        return issue("D118", found=value)
    if isinstance(value, str):
        return value.replace("_x000D_\n", "\n")
    return exact(value)


def _formula(value: Any) -> str:
    text = str(getattr(value, "text", value))
    return text if len(text) <= 60 else text[:57] + "…"


def _letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
