"""A workbook to the document that YAML would give, with a cell for every value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.rulesets.document import Document
from crmrules.rulesets.excel.decisions import add_decision
from crmrules.rulesets.excel.layout import (
    CALENDAR_DAYS,
    CAPS,
    HEAD,
    TEST_ACTIONS,
    TEST_RECORDS,
    TESTS,
    VALUES,
    VOCABULARY,
    Column,
    header_key,
)
from crmrules.rulesets.excel.parts import Forbidden, RawWorkbook, TooMuch, read_sheet, read_workbook
from crmrules.rulesets.excel.prescan import Damaged, Package, open_package
from crmrules.rulesets.excel.ruletests import add_test_actions, add_test_records, add_tests
from crmrules.rulesets.excel.sheetdata import Builder, names
from crmrules.rulesets.excel.tables import Grid, Table, body, check_strays, find_tables, make_grid, title_of, title_zh
from crmrules.rulesets.excel.unseen import unseen
from crmrules.rulesets.nearest import nearest
from crmrules.timing.hours import NO_HOURS, parse_hours


def read_excel(path: str | Path, file: str | None = None) -> tuple[Document | None, list[Issue]]:
    """Read the rule-set tables of a workbook (``.xlsx``, ``.xlsm``).

    ``file`` is the name that places show. Returns the document (None when the file is no workbook or holds no table)
    and everything there is to say about it.
    """
    name = str(path) if file is None else file
    package, issues = open_package(Path(path), name)
    if package is None:
        return None, issues
    grids, issues = _grids(package, name)
    if grids is None:
        return None, issues
    found = [(grid, find_tables(grid, issues)) for grid in grids]
    tables = [table for _, of_sheet in found for table in of_sheet]
    if not tables:
        return None, issues or [issue("W107", Span(name))]
    reported = {each.span.sheet for each in issues}
    for grid, of_sheet in found:
        if grid.cells and not of_sheet and grid.name not in reported:
            issues.append(issue("W106", Span(name, sheet=grid.name)))
    issues += unseen(tables)
    return _document(name, tables, issues), issues


def _grids(package: Package, file: str) -> tuple[list[Grid] | None, list[Issue]]:
    span = Span(file)
    sheet_name = ""
    try:
        book: RawWorkbook = read_workbook(package)
        grids = []
        for sheet_name, part, hidden in book.sheets:
            grids.append(make_grid(file, read_sheet(package, sheet_name, part, hidden), book))
    except Damaged as damage:
        return None, [issue("W102", span, problem=damage.problem, problem_zh=damage.problem_zh)]
    except Forbidden as part:
        return None, [issue("W104", span, part=part.part)]
    except TooMuch as excess:
        place = Span(file, sheet=sheet_name or None)
        limit = f"{excess.limit:,}"
        return None, [issue(excess.code, place, limit=limit, what=excess.what, what_zh=excess.what_zh)]
    return grids, []


def _document(file: str, tables: Sequence[Table], issues: list[Issue]) -> Document:
    builder = Builder(file, issues)
    builder.put(("crmrules",), 1, Span(file))
    for table in tables:
        if table.layout is HEAD:
            _add_head(builder, table)
        elif table.layout.section not in ("decisions", "values", "caps", "calendar days", *_TEST_SECTIONS):
            _add_entries(builder, table)
    for table in tables:
        if table.layout is VALUES:
            _add_values(builder, table)
        elif table.layout is CALENDAR_DAYS:
            _add_calendar_days(builder, table)
        elif table.layout is CAPS:
            _add_caps(builder, table)
    for table in tables:
        if table.layout.section == "decisions":
            add_decision(builder, table)
    for section, add in _TEST_SECTIONS.items():
        for table in tables:
            if table.layout.section == section:
                add(builder, table)
    return builder.document()


_TEST_SECTIONS: Final = {
    TESTS.section: add_tests, TEST_RECORDS.section: add_test_records, TEST_ACTIONS.section: add_test_actions,
}  # fmt: skip
"""In this order: cases first, then what belongs to them."""


def _add_head(builder: Builder, table: Table) -> None:
    """The table Rule set: a field and its value in each row."""
    if table.name:
        builder.put(("name",), table.name, table.span)
    known = {header_key(h): column for column in HEAD.columns for h in column.headers()}
    places: dict[tuple[str, ...], Span] = {}
    for row in table.rows:
        own = table.grid.own(row)
        field, values = table.grid.line(row, own[0]), own[1:]
        column = known.get(header_key(field))
        if column is None:
            words = [word for c in HEAD.columns for word in (c.en, c.zh)]
            span = table.grid.span(row, own[0])
            expected, expected_zh = names(HEAD.columns)
            builder.report(
                "W120", span, found=field, expected=expected, expected_zh=expected_zh, nearest=nearest(field, words)
            )
            continue
        for stray in values[1:]:
            builder.report("W114", table.grid.span(row, stray), found=table.grid.line(row, stray)[:60])
        if not values:
            continue
        span = table.grid.span(row, values[0])
        first = places.setdefault(column.path, span)
        if first is not span or (column.path == ("name",) and table.name):
            first = first if first is not span else table.span
            builder.report(
                "W122",
                span,
                found=field,
                table=title_of(table),
                table_zh=title_zh(table),
                what="field",
                what_zh="字段",
                first=str(first),
            )
            continue
        builder.put_cell(column.path, column, table.grid.at(row, values[0]), span, table.grid.span(row, own[0]))


def _add_entries(builder: Builder, table: Table) -> None:
    """A table with one named thing per row: parameters, roles, facts, KPIs."""
    columns = _columns(builder, table, ("entity", "name") if table.layout is VOCABULARY else ("name",))
    if columns is None:
        return
    for row, cells in body(table, list(columns)):
        texts = {columns[c].path: (c, cell) for c, cell in cells.items()}
        path = _entry_path(builder, table, row, texts)
        if path is None:
            continue
        name_column = texts[("name",)][0]
        if not builder.open(path, table.grid.span(row, name_column), title_of(table)):
            continue
        for column, cell in cells.items():
            target = columns[column]
            if target.path not in (("name",), ("entity",)):
                span = table.grid.span(row, column)
                builder.put_cell((*path, *target.path), target, cell, span, table.grid.span(table.header_row, column))


def _entry_path(
    builder: Builder, table: Table, row: int, texts: dict[tuple[str, ...], tuple[int, Any]]
) -> tuple[str, ...] | None:
    """Where the row's thing goes in the document; None with an issue when it has no name."""
    path = [table.layout.section]
    for key in ("entity", "name") if table.layout is VOCABULARY else ("name",):
        if (key,) not in texts:
            first = min(column for column, _ in texts.values())
            builder.report("W124", table.grid.span(row, first), expected=_header(table, key))
            return None
        column, cell = texts[(key,)]
        text = builder.text(
            next(c for c in table.layout.columns if c.path == (key,)), cell, table.grid.span(row, column)
        )
        path.append(" ".join(text.split()))
    return tuple(path)


def _add_values(builder: Builder, table: Table) -> None:
    """The table Values: allowed values of facts that the table Vocabulary declares."""
    columns = _columns(builder, table, ("entity", "fact", "value"))
    if columns is None:
        return
    by_key = {column.path[0]: column for column in table.layout.columns}
    for row, cells in body(table, list(columns)):
        texts = {columns[c].path: (c, cell) for c, cell in cells.items()}
        missing = next((key for key in ("entity", "fact", "value") if (key,) not in texts), "")
        if missing:
            first = min(column for column, _ in texts.values())
            builder.report("W124", table.grid.span(row, first), expected=_header(table, missing))
            continue
        spans = {key: table.grid.span(row, texts[(key,)][0]) for key in ("entity", "fact", "value")}
        entity = builder.text(by_key["entity"], texts[("entity",)][1], spans["entity"])
        spelled = " ".join(builder.text(by_key["fact"], texts[("fact",)][1], spans["fact"]).split())
        fact = builder.fact(entity, spelled)
        if not fact:
            near = nearest(spelled, builder.fact_spellings(entity))
            builder.report("W123", spans["fact"], found=spelled, what=entity, nearest=near)
            continue
        path = ("vocabulary", entity, fact, "values")
        index = builder.append(path, {}, spans["value"])
        for column, cell in cells.items():
            target = columns[column]
            if target.path[0] not in ("entity", "fact"):
                span = table.grid.span(row, column)
                builder.put_cell((*path, str(index), *target.path), target, cell, span, span)


def _add_caps(builder: Builder, table: Table) -> None:
    """The table Caps: one frequency cap per row, without names."""
    columns = _columns(builder, table, ("count", "per"))
    if columns is None:
        return
    path = ("policies", "caps")
    for row, cells in body(table, list(columns)):
        index = builder.append(path, {}, table.grid.span(row, min(cells)))
        for column, cell in cells.items():
            span = table.grid.span(row, column)
            builder.put_cell((*path, str(index), *columns[column].path), columns[column], cell, span, span)


def _add_calendar_days(builder: Builder, table: Table) -> None:
    """The table Calendar days: days off and further working days of calendars that the table Calendars declares."""
    columns = _columns(builder, table, ("calendar", "date"))
    if columns is None:
        return
    by_key = {column.path[0]: column for column in table.layout.columns}
    places: dict[tuple[str, str], Span] = {}
    for row, cells in body(table, list(columns)):
        texts = {columns[c].path[0]: (c, cell) for c, cell in cells.items()}
        missing = next((key for key in ("calendar", "date") if key not in texts), "")
        if missing:
            first = min(column for column, _ in texts.values())
            builder.report("W124", table.grid.span(row, first), expected=_header(table, missing))
            continue
        spans = {key: table.grid.span(row, column) for key, (column, _) in texts.items()}
        said = {key: builder.text(by_key[key], cell, spans[key]).strip() for key, (_, cell) in texts.items()}
        calendar = builder.calendar(said["calendar"])
        if not calendar:
            near = nearest(said["calendar"], builder.calendar_spellings())
            builder.report("W126", spans["calendar"], found=said["calendar"], nearest=near)
            continue
        date, hours = said["date"], said.get("hours", "")
        place = places.setdefault((calendar, date), spans["date"])
        if place is not spans["date"]:
            builder.report(
                "W122",
                spans["date"],
                found=date,
                table=title_of(table),
                table_zh=title_zh(table),
                what="date",
                what_zh="日期",
                first=str(place),
            )
        elif parse_hours(hours) == NO_HOURS:
            builder.append(("calendars", calendar, "holidays"), date, spans["date"])
        else:
            text = "" if hours == "work" else hours
            builder.put(("calendars", calendar, "working_days", date), text, spans["hours"], spans["date"])


def _columns(builder: Builder, table: Table, needed: Sequence[str]) -> dict[int, Column] | None:
    """Sheet column → column of the layout; None when a needed one is missing."""
    known = {header_key(h): column for column in table.layout.columns for h in column.headers()}
    found: dict[int, Column] = {}
    for number, header in table.headers.items():
        column = known.get(header_key(header))
        span = table.grid.span(table.header_row, number)
        if column is None:
            words = [word for c in table.layout.columns for word in (c.en, c.zh)]
            expected, expected_zh = names(table.layout.columns)
            builder.report(
                "W111", span, found=header, table=title_of(table), table_zh=title_zh(table), expected=expected,
                expected_zh=expected_zh, nearest=nearest(header, words),
            )  # fmt: skip
        elif column in found.values():
            first = next(n for n, c in found.items() if c is column)
            builder.report("W113", span, found=header, first=str(table.grid.span(table.header_row, first)))
        else:
            found[number] = column
    check_strays(table, builder.issues)
    missing = [key for key in needed if not any(c.path == (key,) for c in found.values())]
    for key in missing if table.header_row else []:
        span = table.grid.span(table.header_row, min(table.headers))
        builder.report("W112", span, table=title_of(table), table_zh=title_zh(table), expected=_header(table, key))
    return None if missing else found


def _header(table: Table, key: str) -> str:
    column = next(c for c in table.layout.columns if c.path == (key,))
    return f"{column.en} / {column.zh}"
