"""A rule set to a workbook that people like to edit: reading it back gives an equal rule set.

Texts stay texts: cells of conditions and results are formatted as text, so that Excel cannot turn ``5-7`` into a date,
and no cell is ever a formula.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crmrules.model.errors import RuleSetError
from crmrules.model.issues import issue
from crmrules.model.ruleset import ACTION_COLUMNS, DecisionTable, Kind, RuleSet
from crmrules.model.spans import Span
from crmrules.model.vocabulary import Fact
from crmrules.rulesets.excel.hints import Hint, input_hint, output_hint
from crmrules.rulesets.excel.layout import (
    BANDS,
    CALENDAR_DAYS,
    CALENDARS,
    CAPS,
    DECISIONS,
    DEFAULT,
    EXPERIMENTS,
    HEAD,
    ID,
    KPIS,
    PARAMETERS,
    ROLES,
    RULE_COLUMNS,
    TEST_RECORDS,
    TESTS,
    TITLE_SETTINGS,
    VALUES,
    VOCABULARY,
    WORDS,
    Column,
    Layout,
    chinese,
)
from crmrules.rulesets.excel.parts import cell_name
from crmrules.rulesets.excel.sheetdata import join_list
from crmrules.rulesets.excel.style import Style
from crmrules.rulesets.excel.test_sheets import Block, test_blocks
from crmrules.rulesets.output import replace_file
from crmrules.rulesets.writer import to_document

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_TEXT: Final = 32_767

_WHOLE = re.compile(r"-?[1-9][0-9]{0,14}|0")
_FRACTION = re.compile(r"-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,4}[1-9]")
_DATE = re.compile(r"(?:19[1-9][0-9]|2[0-9]{3})-[0-9]{2}-[0-9]{2}")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_MOMENT: Final = datetime.datetime(2000, 1, 1)


def write_excel(ruleset: RuleSet, path: str | Path, lang: str = "zh") -> None:
    """Write the rule set as a workbook, whole or not at all; titles, headers and labels in ``lang``.

    Raises :class:`~crmrules.model.errors.RuleSetError` for a text that no cell can hold.
    """
    replace_file(Path(path), excel_bytes(ruleset, lang))


def excel_bytes(ruleset: RuleSet, lang: str = "zh") -> bytes:
    """The workbook as bytes: the same for the same rule set."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    writer = _Writer(ruleset, lang, Style())
    for name, fill in writer.sheets():
        fill(book.create_sheet(_sheet_name(name, book.sheetnames)))
    book.properties.creator = "crmrules"
    book.properties.created = _MOMENT
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue())


class _Writer:
    """Fills the sheets. Rows and columns are counted from 1."""

    def __init__(self, ruleset: RuleSet, lang: str, style: Style) -> None:
        self.ruleset, self.lang, self.style = ruleset, lang, style
        self.document = to_document(ruleset)
        self.ranges: dict[tuple[str, str], str] = {}
        """(entity, fact) → the cells that hold its allowed values, for dropdowns."""

    def sheets(self) -> Iterable[tuple[str, Any]]:
        """Sheet names with the function that fills each."""
        yield self._word(HEAD), self._head_sheet
        if self.ruleset.vocabulary.facts:
            yield self._word(VOCABULARY), self._vocabulary_sheet
        if self.ruleset.calendars:
            yield self._word(CALENDARS), self._calendar_sheet
        for table in self.ruleset.decisions.values():
            yield table.label.get(self.lang, table.id), _Bound(self._decision_sheet, table)
        if self.ruleset.experiments:
            yield self._word(EXPERIMENTS), self._experiment_sheet
        if self.ruleset.kpis:
            yield self._word(KPIS), self._kpi_sheet
        if self.ruleset.tests:
            cases, *further = test_blocks(self.ruleset, self.lang)
            yield self._word(TESTS), _Bound(self._test_sheet, [cases])
            if further:
                yield self._word(TEST_RECORDS), _Bound(self._test_sheet, further)

    def _word(self, thing: Layout | Column) -> str:
        return thing.zh if self.lang == "zh" else thing.en

    def _title(self, layout: Layout, name: str = "") -> str:
        colon = "：" if self.lang == "zh" else ": "
        return f"{self._word(layout)}{colon}{name}" if name or not layout.named else self._word(layout)

    # --- sheets of one-line things --------------------------------------------------------------------------------

    def _head_sheet(self, sheet: Worksheet) -> None:
        head = {key: self.document[key] for key in self.document if key not in ("crmrules", "name")}
        self.style.title(self._put(sheet, 1, 1, self._title(HEAD, self.ruleset.name)))
        row = 2
        for column in HEAD.columns:
            value = _at(head, column.path)
            if column.path != ("name",) and value is not None:
                self.style.field(self._put(sheet, row, 1, self._word(column)))
                self.style.body(self._put(sheet, row, 2, self._shown(column, value)))
                row += 1
        for layout in (PARAMETERS, ROLES):
            entries = [{"name": name, **entry} for name, entry in self.document.get(layout.section, {}).items()]
            if entries:
                row = self._list(sheet, row + 1, layout, entries)
        caps = self.document.get("policies", {}).get("caps", [])
        if caps:
            self._list(sheet, row + 1, CAPS, caps)
        self.style.widths(sheet)

    def _vocabulary_sheet(self, sheet: Worksheet) -> None:
        facts, values = [], []
        for entity, of_entity in self.document["vocabulary"].items():
            for name, fact in of_entity.items():
                facts.append({"entity": entity, "name": name, **fact})
                for value in fact.get("values", ()):
                    entry = value if isinstance(value, dict) else {"value": value}
                    values.append({"entity": entity, "fact": name, **entry})
        row = self._list(sheet, 1, VOCABULARY, facts)
        if values:
            first = row + 3
            self._list(sheet, row + 1, VALUES, values)
            column = 1 + [c.path for c in VALUES.columns].index(("value",))
            letter = cell_name(1, column)[:-1]
            quoted = sheet.title.replace("'", "''")
            for number, entry in enumerate(values, first):
                key = (entry["entity"], entry["fact"])
                start = self.ranges.get(key, f"'{quoted}'!${letter}${number}").split(":")[0]
                self.ranges[key] = f"{start}:${letter}${number}"
        self.style.widths(sheet)
        sheet.freeze_panes = "C3"

    def _calendar_sheet(self, sheet: Worksheet) -> None:
        calendars = self.document["calendars"]
        row = self._list(sheet, 1, CALENDARS, [{"name": name, **entry} for name, entry in calendars.items()])
        days = []
        for name, entry in calendars.items():
            days += [{"calendar": name, "date": date, "hours": "off"} for date in entry.get("holidays", ())]
            for date, hours in entry.get("working_days", {}).items():
                days.append({"calendar": name, "date": date, "hours": hours or "work"})
        if days:
            self._list(sheet, row + 1, CALENDAR_DAYS, days)
        self.style.widths(sheet)

    def _experiment_sheet(self, sheet: Worksheet) -> None:
        entries = self.document["experiments"]
        self._list(sheet, 1, EXPERIMENTS, [{"name": name, **entry} for name, entry in entries.items()])
        self.style.widths(sheet)

    def _kpi_sheet(self, sheet: Worksheet) -> None:
        self._list(sheet, 1, KPIS, [{"name": name, **kpi} for name, kpi in self.document["kpis"].items()])
        self.style.widths(sheet)
        sheet.freeze_panes = "B3"

    def _test_sheet(self, sheet: Worksheet, blocks: Sequence[Block]) -> None:
        row = 1
        for block in blocks:
            self.style.title(self._put(sheet, row, 1, block.title))
            row += 1
            if block.bands:
                self._bands(sheet, row, block.bands)
                row += 1
            for number, header in enumerate(block.headers, 1):
                colour = block.bands[number - 1][1] if block.bands else "other"
                self.style.header(self._put(sheet, row, number, header), colour)
            for row, texts in enumerate(block.rows, row + 1):  # noqa: B020
                for number, text in enumerate(texts, 1):
                    self.style.body(self._put(sheet, row, number, text))
            row += 2
        self.style.widths(sheet)
        sheet.freeze_panes = "B4" if blocks[0].bands else None

    def _list(self, sheet: Worksheet, row: int, layout: Layout, entries: Sequence[Mapping[str, Any]]) -> int:
        """Write a table with one thing per row; returns the row below it."""
        self.style.title(self._put(sheet, row, 1, self._title(layout).rstrip(": ：")))
        for number, column in enumerate(layout.columns, 1):
            self.style.header(self._put(sheet, row + 1, number, self._word(column)), "other")
            if column.words and column.words != "type":
                words = WORDS[column.words]
                shown = list(words.values()) if self.lang == "zh" else list(words)
                self.style.dropdown(sheet, number, row + 2, row + 1 + len(entries) + 50, shown)
        for index, entry in enumerate(entries, row + 2):
            for number, column in enumerate(layout.columns, 1):
                value = _at(entry, column.path)
                self.style.body(self._put(sheet, index, number, self._shown(column, value)))
        return row + 2 + len(entries)

    def _shown(self, column: Column, value: Any) -> Any:
        """A value of the document as its cell shows it."""
        if isinstance(value, list):
            return join_list(value)
        if column.words and self.lang == "zh" and value is not None:
            return chinese(column.words, value)
        return value

    # --- decisions ------------------------------------------------------------------------------------------------

    def _decision_sheet(self, sheet: Worksheet, table: DecisionTable) -> None:
        self._title_row(sheet, table)
        notes = [c for c in RULE_COLUMNS if c is not ID]
        bands = ["other", *("when" for _ in table.inputs), *("then" for _ in table.outputs), *("other" for _ in notes)]
        headers = [
            self._word(ID),
            *(self._input_header(i.expression.text, i.label) for i in table.inputs),
            *(self._output_header(table.kind, name) for name in table.outputs),
            *(self._word(c) for c in notes),
        ]
        vocabulary = self.ruleset.vocabulary
        hints: list[Hint | None] = [
            None,
            *(input_hint(vocabulary.customer.get(i.expression.text), self.lang) for i in table.inputs),
            *(output_hint(self.ruleset, table.kind, name, self.lang) for name in table.outputs),
            *(None for _ in notes),
        ]
        self._bands(sheet, 2, [(BANDS[band][self.lang == "zh"], band) for band in bands])
        last = 3 + len(table.rules) + 100
        for number, (band, header, hint) in enumerate(zip(bands, headers, hints, strict=True), 1):
            cell = self._put(sheet, 3, number, header)
            self.style.header(cell, band)
            if hint is not None:
                self.style.comment(cell, hint.text)
                if hint.choices:
                    cells = self.ranges.get(hint.fact, "") if hint.fact else ""
                    self.style.dropdown(sheet, number, 4, last, hint.choices, cells)
        for row, rule in enumerate(table.rules, 4):
            texts = [rule.id, *(c.text for c in rule.when), *(c.text for c in rule.then)]
            for number, text in enumerate([*texts, rule.note], 1):
                self.style.body(self._put(sheet, row, number, text))
            for number, text in enumerate((rule.valid_from.text, rule.valid_to.text), len(texts) + 2):
                self.style.body(self._put(sheet, row, number, text, dates=True), dates=True)
        sheet.freeze_panes = "B4"
        self.style.widths(sheet, skip_rows=2, title=self._title(DECISIONS[table.kind], table.id))

    def _title_row(self, sheet: Worksheet, table: DecisionTable) -> None:
        self.style.title(self._put(sheet, 1, 1, self._title(DECISIONS[table.kind], table.id)))
        colon = "：" if self.lang == "zh" else ": "
        entry = self.document["decisions"][table.id]
        settings = []
        for column in TITLE_SETTINGS:
            value = _at(entry, column.path)
            if value is not None:
                settings.append(f"{self._word(column)}{colon}{self._shown(column, value)}")
        word = DEFAULT[self.lang == "zh"]
        settings += [f"{word} {output}{colon}{text}" for output, text in entry.get("default", {}).items()]
        for number, text in enumerate(settings, 2):
            self.style.setting(self._put(sheet, 1, number, text))

    def _bands(self, sheet: Worksheet, row: int, bands: Sequence[tuple[str, str]]) -> None:
        """The band row: a word and a colour for each column, written once over neighbours that share them."""
        start = 1
        for number in range(1, len(bands) + 1):
            if number == len(bands) or bands[number] != bands[start - 1]:
                text, colour = bands[start - 1]
                self.style.band(sheet, row, start, number, self._put(sheet, row, start, text), colour)
                start = number + 1

    def _input_header(self, expression: str, label: str) -> str:
        fact = self.ruleset.vocabulary.customer.get(expression)
        if label or (":=" in expression or "：=" in expression):
            return f"{label} := {expression}".strip()
        return self._fact_header(fact) if fact is not None else expression

    def _output_header(self, kind: Kind, name: str) -> str:
        if kind is Kind.CLASSIFICATION:
            return self._fact_header(self.ruleset.vocabulary.customer[name])
        return ACTION_COLUMNS[name].label.get(self.lang, name)

    def _fact_header(self, fact: Fact) -> str:
        label = fact.label.get(self.lang, fact.name)
        return fact.name if ":=" in label or "：=" in label else label

    def _put(self, sheet: Worksheet, row: int, column: int, value: Any, dates: bool = False) -> Any:
        """Write one cell: never a formula, numbers as numbers only where their text comes back unchanged."""
        cell = sheet.cell(row, column)
        if value is None or value == "":
            return cell
        if not isinstance(value, str):
            cell.value = value
            return cell
        if len(value) > MAX_TEXT:
            place = Span(sheet=sheet.title, cell=cell.coordinate)
            raise RuleSetError([issue("W125", place, found=str(place))])
        if _WHOLE.fullmatch(value):
            cell.value = int(value)
        elif _FRACTION.fullmatch(value):
            cell.value = float(value)
        elif dates and _DATE.fullmatch(value):
            cell.value = datetime.date.fromisoformat(value)
        else:
            cell.value = _LOOKS_ESCAPED.sub("_x005F_", value)
            cell.data_type = "s"  # also for what begins with "=" or reads like an error
            if value[0] in "=+-@":
                cell.quotePrefix = True
        return cell


class _Bound:
    """A sheet filler together with what it writes."""

    def __init__(self, fill: Any, table: Any) -> None:
        self.fill, self.table = fill, table

    def __call__(self, sheet: Worksheet) -> None:
        self.fill(sheet, self.table)


def _at(entry: Mapping[str, Any], path: Sequence[str]) -> Any:
    value: Any = entry
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """``name`` as Excel allows it: 31 characters, some forbidden, unique whatever the letter case."""
    base = _BAD_IN_SHEET_NAME.sub(" ", name).strip(" '")[:31] or "Sheet"
    folded = {t.casefold() for t in taken} | {"history"}
    result, number = base, 2
    while result.casefold() in folded:
        suffix = f" {number}"
        result, number = base[: 31 - len(suffix)] + suffix, number + 1
    return result


def _without_clock(data: bytes) -> bytes:
    """The same archive with fixed times, so that equal rule sets give equal bytes."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(data))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                stamp = _MOMENT.isoformat().encode() + b"Z"
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
