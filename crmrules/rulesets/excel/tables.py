"""Sheets to tables: where each begins and ends, its title row, bands, headers and rows, merged cells filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.rulesets.excel.cells import CellText, read_cell
from crmrules.rulesets.excel.layout import BANDS, LAYOUTS, TEST_BANDS, TESTS, Layout, header_key
from crmrules.rulesets.excel.lost import after_gap, is_band_row, lost_title
from crmrules.rulesets.excel.parts import RawSheet, RawWorkbook, TooMuch, cell_name
from crmrules.rulesets.nearest import nearest

MAX_FILLED: Final = 500_000
"""Cells that merged areas may fill in one sheet."""

_TITLE = re.compile(r"\s*([^:：]{1,40}?)\s*(?:[:：]\s*(.*))?", re.DOTALL)
_KEYWORDS: Final = {header_key(word): layout for layout in LAYOUTS for word in (layout.en, layout.zh, layout.key)}
_BAND_WORDS: Final = {header_key(word): band for band, words in BANDS.items() for word in words}
_TEST_BAND_WORDS: Final = {header_key(word): band for band, words in TEST_BANDS.items() for word in words}

Position = tuple[int, int]
_EMPTY: Final = CellText("")


@dataclass(slots=True)
class Grid:
    """One sheet's texts by (row, column), merged areas filled; problems of cells wait until the cell is used."""

    file: str
    name: str
    cells: dict[Position, CellText] = field(default_factory=dict)
    filled: dict[Position, Position] = field(default_factory=dict)
    """Cell of a merged area → the area's first cell, which holds its text."""
    columns: dict[int, list[int]] = field(default_factory=dict)
    """Row → columns with something in them, ascending; filled ones included."""
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()
    struck: frozenset[Position] = frozenset()
    """Cells whose text is struck through."""

    def at(self, row: int, column: int) -> CellText:
        """The text at a position, through merged areas."""
        position = self.filled.get((row, column), (row, column))
        return self.cells.get(position, _EMPTY)

    def own(self, row: int) -> list[int]:
        """Columns of the row that hold something themselves, not by a merged area that began above or to the left."""
        return [column for column in self.columns.get(row, ()) if (row, column) in self.cells]

    def span(self, row: int, column: int) -> Span:
        """Where a cell is: the first cell of its merged area."""
        row, column = self.filled.get((row, column), (row, column))
        return Span(self.file, sheet=self.name, cell=cell_name(row, column))

    def line(self, row: int, column: int) -> str:
        """The text at a position as one line."""
        return " ".join(self.at(row, column).text.split())


@dataclass(slots=True)
class Table:
    """One table of a sheet. Rows and columns are sheet numbers; ``headers`` in order of columns."""

    layout: Layout
    name: str
    grid: Grid
    title: Position
    settings: list[int]
    """Columns of the title row that hold settings."""
    bands: dict[int, str] | None = None
    """Column → ``when``, ``then`` or ``other`` (of Tests: a key of ``TEST_BANDS``); None without a band row."""
    header_row: int = 0
    headers: dict[int, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)

    @property
    def span(self) -> Span:
        """The title cell."""
        return self.grid.span(*self.title)


def make_grid(file: str, sheet: RawSheet, book: RawWorkbook) -> Grid:
    """Give every cell of ``sheet`` its text; raises :class:`TooMuch` for merged areas beyond measure."""
    grid = Grid(file, sheet.name, hidden=sheet.hidden, hidden_rows=frozenset(sheet.hidden_rows))
    grid.hidden_columns = tuple(sheet.hidden_columns)
    grid.struck = frozenset(place for place, raw in sheet.cells.items() if raw.style in book.struck and raw.value)
    for position, raw in sheet.cells.items():
        cell = read_cell(raw, book.texts, book.formats, book.epoch_1904)
        if cell.text or cell.problem:
            grid.cells[position] = cell
    last_row = max((row for row, _ in grid.cells), default=0)
    last_column = max((column for _, column in grid.cells), default=0)
    for top, left, bottom, right in sheet.merges:
        if (top, left) not in grid.cells:
            continue
        bottom, right = min(bottom, last_row), min(right, last_column)
        if len(grid.filled) + (bottom - top + 1) * (right - left + 1) > MAX_FILLED:
            raise TooMuch(MAX_FILLED, "merged cells", "合并单元格")
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    grid.filled[row, column] = (top, left)
                    grid.cells.pop((row, column), None)  # Excel hides what stands under a merged area
    columns: dict[int, set[int]] = {}
    for row, column in (*grid.cells, *grid.filled):
        columns.setdefault(row, set()).add(column)
    grid.columns = {row: sorted(found) for row, found in sorted(columns.items())}
    return grid


def find_tables(grid: Grid, issues: list[Issue]) -> list[Table]:
    """The tables of a sheet, from top to bottom.

    Blank rows inside a table are passed over: a table ends at the next title. What stands below it after a blank row,
    in its own columns, is a row of it, a note (:func:`after_gap`), or an error.
    """
    tables: list[Table] = []
    current: Table | None = None
    previous = 0
    gap = noted = lost = False
    for row in grid.columns:
        if row != previous + 1:
            gap, lost = True, False
        previous = row
        started = _title(grid, row)
        if started is not None:
            tables.append(started)
            current, gap, noted, lost = started, False, False, False
            continue
        if lost:
            continue
        if current is None or gap:
            problem = _misspelt_title(grid, row) or lost_title(grid, row) if not _heads_missing(current) else None
            if problem is not None:
                issues.append(problem)
                current, lost = None, True
                continue
        if current is None:
            continue
        if gap:
            what, problem = after_gap(current, row, noted)
            noted = noted or what == "note"
            if what == "row":
                current.rows.append(row)
            elif problem is not None:
                issues.append(problem)
                current, lost = None, True
        elif _second_bands(current, row):
            issues.append(lost_title(grid, row) or issue("W132", grid.span(row, grid.own(row)[0])))
            current, lost = None, True
        else:
            current.rows.append(row)
    for table in tables:
        _split(table, issues)
    return tables


def _heads_missing(table: Table | None) -> bool:
    """Whether the bands or headers of a table are still to come."""
    return table is not None and table.layout.section != "head" and len(table.rows) < 2 and not _has_headers(table)


def _has_headers(table: Table) -> bool:
    rows = [row for row in table.rows if table.grid.own(row)]
    return bool(rows) and bands_of(table) is None


def _second_bands(table: Table, row: int) -> bool:
    """Whether a row of a table is the band row of another, whose title was lost."""
    return len(table.rows) > 2 and is_band_row(table.grid, row, table.grid.own(row))


def _title(grid: Grid, row: int) -> Table | None:
    own = grid.own(row)
    if not own:
        return None
    text = grid.at(row, own[0]).text
    match = _TITLE.fullmatch(text)
    layout = _KEYWORDS.get(header_key(match[1])) if match else None
    if match is None or layout is None or (match[2] is None and len(own) > 1):
        return None  # without a colon, the keyword must stand alone: a header may read like it
    return Table(layout, " ".join((match[2] or "").split()), grid, (row, own[0]), own[1:])


def _misspelt_title(grid: Grid, row: int) -> Issue | None:
    """A table nobody recognises would be silently ignored rules."""
    own = grid.own(row)
    match = _TITLE.fullmatch(grid.at(row, own[0]).text) if own else None
    if match is None or match[2] is None or len(match[1]) < 2:
        return None
    known = [word for layout in LAYOUTS for word in (layout.en, layout.zh)]
    near = nearest(match[1], known)
    if not near:
        return None
    return issue("W115", grid.span(row, own[0]), found=grid.line(row, own[0]), expected=", ".join(known), nearest=near)


def _split(table: Table, issues: list[Issue]) -> None:
    """Part the rows under the title into bands, headers and body."""
    grid = table.grid
    rows = [row for row in table.rows if grid.own(row)]  # a row with nothing of its own continues the one above
    if table.layout.section == "head":
        table.rows = rows
        return
    table.bands = bands_of(table)
    if table.bands is not None:
        rows = rows[1:]
    if not rows:
        issues.append(issue("W119", table.span, table=title_of(table), table_zh=title_zh(table)))
        table.rows = []
        return
    table.header_row = rows[0]
    for column in grid.columns[rows[0]]:
        header = grid.line(rows[0], column)
        if header:
            table.headers[column] = header
    table.rows = rows[1:]


def bands_of(table: Table) -> dict[int, str] | None:
    """Column → band by the first row under the title; None when that is no band row."""
    rows = [row for row in table.rows[:8] if table.grid.own(row)]
    if not rows or (table.layout.section != "decisions" and table.layout is not TESTS):
        return None
    words = _TEST_BAND_WORDS if table.layout is TESTS else _BAND_WORDS
    return _bands(table.grid, rows[0], rows[1] if len(rows) > 1 else 0, words)


def _bands(grid: Grid, row: int, header_row: int, words: Mapping[str, str]) -> dict[int, str] | None:
    """Column → band, when ``row`` is a band row: nothing but band words, headers that reach up into it aside."""
    found: dict[int, str] = {}
    for column in grid.own(row):
        if header_row and grid.filled.get((header_row, column)) == (row, column):
            continue
        band = words.get(header_key(grid.at(row, column).text))
        if band is None:
            return None
        found[column] = band
    if not found:
        return None
    bands: dict[int, str] = {}
    current = "other"
    reach = range(min(grid.columns[row]), max(*grid.columns[row], *grid.columns.get(header_row, [0])) + 1)
    for column in reach:
        current = found.get(column, current)
        reaching_up = header_row and grid.filled.get((header_row, column)) == (row, column)
        bands[column] = "other" if reaching_up else current
    return bands


def title_of(table: Table) -> str:
    """How issues call a table."""
    return f"{table.layout.en}: {table.name}" if table.name else table.layout.en


def title_zh(table: Table) -> str:
    """The same in Chinese."""
    return f"{table.layout.zh}：{table.name}" if table.name else table.layout.zh


def body(table: Table, columns: Sequence[int]) -> Iterator[tuple[int, dict[int, CellText]]]:
    """The rows of a table with something in them, each as column → cell for ``columns``."""
    for row in table.rows:
        cells = {}
        for column in columns:
            cell = table.grid.at(row, column)
            if cell.text or cell.problem:
                cells[column] = cell
        if cells:
            yield row, cells


def check_strays(table: Table, issues: list[Issue]) -> None:
    """Values in columns without a header, the first of each column."""
    seen: set[int] = set()
    for row in table.rows:
        for column in table.grid.own(row):
            if column not in table.headers and column not in seen:
                seen.add(column)
                found = table.grid.line(row, column)[:60] or "-"
                issues.append(issue("W114", table.grid.span(row, column), found=found))
