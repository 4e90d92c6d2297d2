"""Decision tables of a workbook: the title row's settings, condition and result columns, rules."""

from __future__ import annotations

import re
from typing import Any, Final

from crmrules.model.ruleset import ACTION_COLUMNS, Kind
from crmrules.model.spans import Span
from crmrules.rulesets.document import child
from crmrules.rulesets.excel.cells import CellText
from crmrules.rulesets.excel.layout import DEFAULT, RULE_COLUMNS, TITLE_SETTINGS, Column, header_key
from crmrules.rulesets.excel.parts import cell_name
from crmrules.rulesets.excel.sheetdata import Builder, names
from crmrules.rulesets.excel.tables import Table, body, check_strays, title_of, title_zh
from crmrules.rulesets.nearest import nearest

_SETTING = re.compile(r"\s*([^:：]+?)\s*[:：]\s*(.*)", re.DOTALL)
_LABELLED = re.compile(r"(.*?)\s*[:：]=\s*(.+)", re.DOTALL)
_ANY: Final = Column(("cell",), "", "")


def add_decision(builder: Builder, table: Table) -> None:
    """Put one decision table into the document, in the form YAML has."""
    if not table.name:
        builder.report("W121", table.span, found=table.layout.en, found_zh=table.layout.zh)
        return
    path = ("decisions", table.name)
    if not builder.open(path, table.span, title_of(table)):
        return
    builder.put((*path, "kind"), table.layout.key, table.span)
    _add_settings(builder, table, path)
    bands = _columns(builder, table)
    if bands is None:
        del builder.data["decisions"][table.name]
        return
    columns: dict[int, Any] = {}
    for number, header in table.headers.items():
        band = bands[number]
        span = table.grid.span(table.header_row, number)
        if band == "when":
            header = table.grid.at(table.header_row, number).text  # an expression keeps its lines
            labelled = _LABELLED.fullmatch(header)
            if labelled:
                label, header = labelled[1], labelled[2]
                index = builder.append((*path, "inputs"), {"expression": header, "label": label}, span)
                place = child("/decisions", table.name) + f"/inputs/{index}"
                builder.spans.update({f"{place}/expression": span, f"{place}/label": span})
            else:
                builder.append((*path, "inputs"), header, span)
            columns[number] = ("when", header)
        elif band == "then":
            builder.append((*path, "outputs"), header, span)
            columns[number] = ("then", header)
        else:
            columns[number] = (_RULE_HEADERS[header_key(header)].path[0],)
    decision = builder.data["decisions"][table.name]
    decision.setdefault("inputs", [])
    decision.setdefault("outputs", [])
    decision["rules"] = []
    _add_rules(builder, table, decision["rules"], columns)


_RULE_HEADERS: Final = {header_key(h): column for column in RULE_COLUMNS for h in column.headers()}


def _columns(builder: Builder, table: Table) -> dict[int, str] | None:
    """Sheet column → ``when``, ``then`` or ``other``; None when that cannot be said."""
    check_strays(table, builder.issues)
    if not table.headers:
        return None
    bands: dict[int, str] = {}
    seen: dict[tuple[str, str], Span] = {}
    for number, header in table.headers.items():
        span = table.grid.span(table.header_row, number)
        band = (table.bands or {}).get(number, "other")
        first = seen.setdefault((band, header), span)
        if first is not span:
            builder.report("W113", span, found=header, first=str(first))
            return None
        if table.bands is None:
            band = _guess(builder, table, header)
        elif band == "other" and header_key(header) not in _RULE_HEADERS:
            known = [word for c in RULE_COLUMNS for word in (c.en, c.zh)]
            near = nearest(header, known)
            expected, expected_zh = names(RULE_COLUMNS)
            builder.report(
                "W111", span, found=header, table=title_of(table), table_zh=title_zh(table), expected=expected,
                expected_zh=expected_zh, nearest=near,
            )  # fmt: skip
            return None
        bands[number] = band or "when"
    if table.bands is None and "then" not in bands.values():
        builder.report("W118", table.grid.span(table.header_row, min(table.headers)))
        return None
    return bands


def _guess(builder: Builder, table: Table, header: str) -> str:
    """What a column is in a table without a band row."""
    if header_key(header) in _RULE_HEADERS:
        return "other"
    kind = Kind(table.layout.key)
    if kind is Kind.CLASSIFICATION:
        decided = header == table.name or builder.fact("customer", header) == table.name
        return "then" if decided else "when"
    named = builder.fact("action", header)
    is_action = any(kind in c.kinds and (header in c.spellings() or c.name == named) for c in ACTION_COLUMNS.values())
    return "then" if is_action else "when"


def _add_settings(builder: Builder, table: Table, path: tuple[str, ...]) -> None:
    """The further cells of the title row, each ``name: value``."""
    known = {header_key(h): column for column in TITLE_SETTINGS for h in (column.en, column.zh, *column.others)}
    row = table.title[0]
    for number in table.settings:
        span = table.grid.span(row, number)
        cell = table.grid.at(row, number)
        text = builder.text(_ANY, cell, span)
        match = _SETTING.fullmatch(text)
        if match is None or not match[2]:
            if text:
                builder.report("W117", span, found=" ".join(text.split())[:60])
            continue
        name, value = match[1], CellText(match[2].strip())
        column = known.get(header_key(name))
        default = next((word for word in DEFAULT if header_key(name).startswith(word)), "")
        if column is not None:
            builder.put_cell((*path, *column.path), column, value, span, span)
        elif default and name[len(default) :].strip():
            output = " ".join(name[len(default) :].split())
            builder.put_cell((*path, "default", output), _ANY, value, span, span)
        else:
            words = [word for c in TITLE_SETTINGS for word in (c.en, c.zh)]
            expected, expected_zh = names(TITLE_SETTINGS)
            builder.report(
                "W116", span, found=name, expected=f"{expected}, default …", expected_zh=f"{expected_zh}、默认 …",
                nearest=nearest(name, words),
            )  # fmt: skip


def _add_rules(builder: Builder, table: Table, rules: list[Any], columns: dict[int, Any]) -> None:
    """The rows: written straight into the document, as there may be ten thousand of them."""
    grid, spans, keys, marks = table.grid, builder.spans, builder.keys, builder.marks
    base = child("/decisions", table.name) + "/rules"
    spans[base] = table.span
    suffixes = {number: "".join(child("", part) for part in path) for number, path in columns.items()}
    headers = {number: grid.span(table.header_row, number) for number in columns}
    first, last = min(table.headers), max(table.headers)
    for row, cells in body(table, list(columns)):
        rule: dict[str, Any] = {}
        pointer = f"{base}/{len(rules)}"
        spans[pointer] = Span(grid.file, sheet=grid.name, cell=f"{cell_name(row, first)}:{cell_name(row, last)}")
        for number, cell in cells.items():
            span = grid.span(row, number)
            text = builder.text(_ANY, cell, span)
            path = columns[number]
            if len(path) == 2:
                rule.setdefault(path[0], {})[path[1]] = text
            else:
                rule[path[0]] = text
            place = pointer + suffixes[number]
            spans[place], keys[place] = span, headers[number]
            if cell.is_date:
                marks[place] = "date"
        rules.append(rule)
