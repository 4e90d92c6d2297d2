"""Rule tests of a workbook: the tables Tests, Test records and Test actions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from crmrules.model.vocabulary import ENTITIES
from crmrules.rulesets.excel.cells import CellText
from crmrules.rulesets.excel.layout import (
    CASE,
    ID,
    TEST_ACTIONS,
    TEST_PREFIXES,
    TEST_RECORDS,
    TESTS,
    WORDS,
    Column,
    Layout,
    canonical,
    header_key,
)
from crmrules.rulesets.excel.sheetdata import Builder
from crmrules.rulesets.excel.tables import Table, body, check_strays, title_of
from crmrules.rulesets.nearest import nearest

_PREFIXES: Final = {word: key for key, words in TEST_PREFIXES.items() for word in (key, *words)}
_PREFIXED = re.compile(rf"({'|'.join(_PREFIXES)})\s*[.．。]\s*(.+)", re.DOTALL)
_FACT: Final = Column(("fact",), "", "")
_ENTITIES: Final = tuple(name for name in ENTITIES if name not in ("customer", "owner"))

Target = tuple[tuple[str, ...], Column]
"""Where a column's cells go below the case, and how they are held."""


def add_tests(builder: Builder, table: Table) -> None:
    """Put the cases of one table Tests into the document, in the form YAML has."""
    columns = _test_columns(builder, table)
    id_column = next((number for number, (_, column) in columns.items() if column is ID), 0)
    if not id_column:
        if table.header_row:
            place = table.grid.span(table.header_row, min(table.headers))
            builder.report("W112", place, table=title_of(table), expected=f"{ID.en} / {ID.zh}")
        return
    for row, cells in body(table, list(columns)):
        if id_column not in cells:
            builder.report("W124", table.grid.span(row, min(cells)), expected=f"{ID.en} / {ID.zh}")
            continue
        span = table.grid.span(row, id_column)
        name = " ".join(builder.text(ID, cells[id_column], span).split())
        path = ("tests", name)
        if not name or not builder.open(path, span, title_of(table)):
            continue
        for number, cell in cells.items():
            below, column = columns[number]
            if column is not ID:
                header = table.grid.span(table.header_row, number)
                builder.put_cell((*path, *below), column, cell, table.grid.span(row, number), header)


def add_test_records(builder: Builder, table: Table) -> None:
    """Add the rows of one table Test records to their cases."""
    entity = canonical("entity", table.name)
    if entity not in _ENTITIES:
        words = [word for name in _ENTITIES for word in (ENTITIES[name].plural, name, WORDS["entity"][name])]
        expected = ", ".join(ENTITIES[name].plural for name in _ENTITIES)
        near = nearest(table.name, words) if table.name else ""
        builder.report("W129", table.span, found=table.name or "-", expected=expected, nearest=near)
        return
    _add_to_cases(builder, table, TEST_RECORDS, ("given", ENTITIES[entity].plural))


def add_test_actions(builder: Builder, table: Table) -> None:
    """Add the rows of one table Test actions to their cases."""
    _add_to_cases(builder, table, TEST_ACTIONS, ("actions",))


def _test_columns(builder: Builder, table: Table) -> dict[int, Target]:
    check_strays(table, builder.issues)
    fixed = {header_key(h): column for column in TESTS.columns for h in column.headers()}
    found: dict[int, Target] = {}
    for number, header in table.headers.items():
        span = table.grid.span(table.header_row, number)
        band = table.bands.get(number, "other") if table.bands is not None else ""
        column = fixed.get(header_key(header)) if band in ("", "other", "checks") else None
        if column is not None:
            target: Target = column.path, column
        elif band in ("other", "checks"):
            words = [word for c in TESTS.columns for word in (c.en, c.zh)]
            expected = ", ".join(c.en for c in TESTS.columns)
            near = nearest(header, words)
            builder.report("W111", span, found=header, table=title_of(table), expected=expected, nearest=near)
            continue
        else:
            target = _fact_column(builder, header, band), _FACT
        first = next((n for n, (path, _) in found.items() if path == target[0]), 0)
        if first:
            builder.report("W113", span, found=header, first=str(table.grid.span(table.header_row, first)))
        else:
            found[number] = target
    return found


def _fact_column(builder: Builder, header: str, band: str) -> tuple[str, ...]:
    """Whether a fact is given or expected; without a band row, what the rules of this workbook work out is expected."""
    prefixed = _PREFIXED.fullmatch(header)
    if band == "expect":
        return "expect", header
    if prefixed:
        return _PREFIXES[prefixed[1]], prefixed[2]
    if band == "given":
        return "given", header
    name = builder.fact("customer", header)
    worked_out = name in _decided(builder) or "formula" in builder.data.get("vocabulary", {}).get("customer", {}).get(
        name, {}
    )
    return "expect" if worked_out else "given", header


def _decided(builder: Builder) -> Iterator[str]:
    for decision in builder.data.get("decisions", {}).values():
        if decision.get("kind") == "classification":
            for output in decision.get("outputs", ()):
                yield builder.fact("customer", output)


def _add_to_cases(builder: Builder, table: Table, layout: Layout, below: tuple[str, ...]) -> None:
    columns = _columns(builder, table, layout)
    case_column = next((number for number, column in columns.items() if column is CASE), 0)
    if not case_column:
        if table.header_row:
            place = table.grid.span(table.header_row, min(table.headers))
            builder.report("W112", place, table=title_of(table), expected=f"{CASE.en} / {CASE.zh}")
        return
    for row, cells in body(table, list(columns)):
        name = _case(builder, table, row, case_column, cells)
        if not name:
            continue
        path = ("tests", name, *below)
        index = builder.append(path, {}, table.grid.span(row, case_column))
        for number, cell in cells.items():
            column = columns[number]
            if column is not CASE:
                header = table.grid.span(table.header_row, number)
                place = table.grid.span(row, number)
                builder.put_cell((*path, str(index), *column.path), column, cell, place, header)


def _columns(builder: Builder, table: Table, layout: Layout) -> dict[int, Column]:
    """Sheet column → column of the layout; in Test records every other header is a fact."""
    check_strays(table, builder.issues)
    known = {header_key(h): column for column in layout.columns for h in column.headers()}
    found: dict[int, Column] = {}
    for number, header in table.headers.items():
        span = table.grid.span(table.header_row, number)
        column = known.get(header_key(header))
        if layout is TEST_RECORDS and (column is None or column in found.values()):
            column = Column((header,), header, header)  # a fact, which may be called like the first column
        if column is None:
            words = [word for c in layout.columns for word in (c.en, c.zh)]
            expected = ", ".join(c.en for c in layout.columns)
            near = nearest(header, words)
            builder.report("W111", span, found=header, table=title_of(table), expected=expected, nearest=near)
        elif column in found.values():
            first = next(n for n, c in found.items() if c == column)
            builder.report("W113", span, found=header, first=str(table.grid.span(table.header_row, first)))
        else:
            found[number] = column
    return found


def _case(builder: Builder, table: Table, row: int, column: int, cells: Mapping[int, CellText]) -> str:
    """The case a row belongs to; empty, with an issue, when there is none."""
    if column not in cells:
        builder.report("W124", table.grid.span(row, min(cells)), expected=f"{CASE.en} / {CASE.zh}")
        return ""
    span = table.grid.span(row, column)
    name = " ".join(builder.text(CASE, cells[column], span).split())
    known = builder.data.get("tests", {})
    if name and name not in known:
        builder.report("W128", span, found=name, nearest=nearest(name, known))
        return ""
    return name
