"""What counts although people may think it does not: hidden sheets, rows and columns, and struck-through rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.rulesets.excel.parts import cell_name
from crmrules.rulesets.excel.tables import Table, title_of, title_zh


def unseen(tables: Sequence[Table]) -> list[Issue]:
    """A note for each hidden sheet with tables, and for what is hidden or struck through in each table."""
    found: list[Issue] = []
    for sheet in dict.fromkeys(table.grid.name for table in tables if table.grid.hidden):
        file = next(table.grid.file for table in tables if table.grid.name == sheet)
        found.append(issue("W133", Span(file, sheet=sheet), found=sheet))
    for table in tables:
        grid = table.grid
        rows = [row for row in table.rows if grid.own(row)]
        hidden = [row for row in rows if row in grid.hidden_rows]
        columns = sorted(c for c in table.headers if any(a <= c <= b for a, b in grid.hidden_columns))
        struck = [row for row in rows if all((row, column) in grid.struck for column in grid.own(row))]
        title: dict[str, Any] = {"table": title_of(table), "table_zh": title_zh(table)}
        if hidden:
            found.append(issue("W134", table.span, found=ranges(hidden), count=len(hidden), **title))
        if columns:
            letters = ", ".join(cell_name(1, column)[:-1] for column in columns)
            found.append(issue("W135", table.span, found=letters, **title))
        if struck:
            found.append(issue("W136", table.span, found=ranges(struck), count=len(struck), **title))
    return found


def ranges(rows: Iterable[int]) -> str:
    """``4, 7-9`` for the rows 4, 7, 8, 9; at most ten pieces."""
    pieces: list[list[int]] = []
    for row in rows:
        if pieces and row == pieces[-1][1] + 1:
            pieces[-1][1] = row
        else:
            pieces.append([row, row])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in pieces]
    return ", ".join(shown if len(shown) <= 10 else [*shown[:10], "…"])
