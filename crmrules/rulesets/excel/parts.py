"""The parts of a workbook, streamed: relations, sheets, shared texts, number formats and cells.

Elements are told by their local names, so Strict OOXML and odd prefixes read like any other workbook. A DTD stops the
reading before any entity is looked at; sizes are bounded while reading.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from crmrules.rulesets.excel.prescan import Damaged, Package

MAX_ELEMENTS: Final = 1_500_000
MAX_ROWS: Final = 500_000
MAX_CELLS: Final = 400_000
MAX_TEXT: Final = 40_000
"""Characters of one cell; Excel itself allows 32,767."""
MAX_SHARED: Final = 40_000_000
"""Characters of all shared texts together."""
MAX_MERGES: Final = 100_000

Attributes = dict[str, str]
_TRUE: Final = ("1", "true", "on")


class Forbidden(Exception):
    """The part declares a DTD or an entity."""

    def __init__(self, part: str) -> None:
        self.part = part
        super().__init__(part)


class TooMuch(Exception):
    """More than a limit allows; ``what`` is counted, in English and Chinese."""

    def __init__(self, limit: int, what: str, what_zh: str, code: str = "W105") -> None:
        self.limit, self.what, self.what_zh, self.code = limit, what, what_zh, code
        super().__init__(what)


@dataclass(slots=True)
class RawCell:
    """One cell as the file has it: type letter, style index, value text, formula."""

    kind: str = "n"
    style: int = 0
    value: str | None = None
    formula: str | None = None
    shared: str = ""


@dataclass(slots=True)
class RawSheet:
    """Cells that hold something, by (row, column) from 1, and merged areas (first row, first column, last …)."""

    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """First and last of columns that are hidden together."""


@dataclass(slots=True)
class RawWorkbook:
    """What the parts say, before cells are given a meaning."""

    sheets: list[tuple[str, str, bool]] = field(default_factory=list)  # name, part, hidden
    epoch_1904: bool = False
    texts: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    """Number format of each cell style; a built-in one as ``#`` and its number."""
    struck: frozenset[int] = frozenset()
    """Cell styles whose font is struck through."""


def read_workbook(package: Package) -> RawWorkbook:
    """Sheets in order, shared texts and number formats."""
    book = RawWorkbook()
    targets = _relations(package, package.workbook)
    listed: list[tuple[str, str, bool]] = []

    def start(name: str, attributes: Attributes) -> None:
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            listed.append((attributes.get("name", ""), relation, hidden))
        elif name == "workbookPr":
            book.epoch_1904 = attributes.get("date1904", "") in ("1", "true", "on")

    _parse(package, package.workbook, start)
    for name, relation, hidden in listed:
        kind, part = targets.get(relation, ("", ""))
        if not kind or kind == "worksheet":  # chart and macro sheets hold no cells
            book.sheets.append((name, part, hidden))
    by_kind = dict(targets.values())
    shared = by_kind.get("sharedStrings", "xl/sharedStrings.xml")
    if package.has(shared):
        book.texts = _shared_texts(package, shared)
    styles = by_kind.get("styles", "xl/styles.xml")
    if package.has(styles):
        book.formats, book.struck = _formats(package, styles)
    return book


def read_sheet(package: Package, name: str, part: str, hidden: bool = False) -> RawSheet:
    """One sheet's cells and merged areas."""
    sheet = RawSheet(name, hidden)
    reader = _SheetReader(sheet)
    _parse(package, part, reader.start, reader.end, reader.text)
    return sheet


class _SheetReader:
    """Handlers for a sheet's XML."""

    def __init__(self, sheet: RawSheet) -> None:
        self.sheet = sheet
        self.row = self.column = self.rows = 0
        self.cell: RawCell | None = None
        self.buffer: list[str] | None = None
        self.length = 0
        self.pieces: list[str] = []
        self.phonetic = False
        self.masters: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "c":
            reference = attributes.get("r", "")
            if reference:
                self.row, self.column = cell_position(reference)
            else:
                self.column += 1
            style = attributes.get("s", "")
            self.cell = RawCell(attributes.get("t", "n"), int(style) if style.isdecimal() and len(style) < 9 else 0)
            self.pieces = []
        elif name == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 9 else self.row + 1
            self.column = 0
            self.rows += 1
            if attributes.get("hidden") in _TRUE:
                self.sheet.hidden_rows.add(self.row)
            if self.rows > MAX_ROWS:
                raise TooMuch(MAX_ROWS, "rows", "行")
        elif name in ("v", "t", "f"):
            if self.cell is not None and not self.phonetic:
                self.buffer, self.length = [], 0
                if name == "f":
                    self.cell.formula = ""
                    self.cell.shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        elif name == "rPh":
            self.phonetic = True
        elif name == "col":
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if attributes.get("hidden") in _TRUE and first.isdecimal() and last.isdecimal() and len(first + last) < 12:
                self.sheet.hidden_columns.append((int(first), int(last)))
        elif name == "mergeCell":
            if len(self.sheet.merges) >= MAX_MERGES:
                raise TooMuch(MAX_MERGES, "merged areas", "合并区域")
            first, _, last = attributes.get("ref", "").partition(":")
            if first and last:
                self.sheet.merges.append((*cell_position(first), *cell_position(last)))

    def text(self, data: str) -> None:
        """Characters."""
        if self.buffer is not None:
            self.length += len(data)
            if self.length > MAX_TEXT:
                raise TooMuch(MAX_TEXT, "characters", "字符", "W127")
            self.buffer.append(data)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "row":
            return
        if self.buffer is not None and name in ("v", "t", "f") and self.cell is not None:
            text = "".join(self.buffer)
            self.buffer = None
            if name == "f":
                if self.cell.shared and text:
                    self.masters[self.cell.shared] = text
                self.cell.formula = text or self.masters.get(self.cell.shared, "")
            elif name == "v":
                self.cell.value = text
            else:
                self.pieces.append(text)
        elif name == "c" and self.cell is not None:
            if self.pieces and self.cell.kind == "inlineStr":
                self.cell.value = "".join(self.pieces)
            if self.cell.value or self.cell.formula is not None:
                if len(self.sheet.cells) >= MAX_CELLS:
                    raise TooMuch(MAX_CELLS, "cells", "单元格")
                self.sheet.cells[self.row, self.column] = self.cell
            self.cell = None
        elif name == "rPh":
            self.phonetic = False


def cell_position(reference: str) -> tuple[int, int]:
    """``"B7"`` as (7, 2); raises :class:`Damaged` for what is no reference."""
    column = 0
    digits = reference.replace("$", "")
    letters = digits.rstrip("0123456789")
    number = digits[len(letters) :]
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or column > 20_000:
            raise Damaged(f"`{reference[:20]}` is no cell", f"“{reference[:20]}”不是单元格")
        column = column * 26 + ord(letter) - 64
    if not column or not number or len(number) > 7:
        raise Damaged(f"`{reference[:20]}` is no cell", f"“{reference[:20]}”不是单元格")
    return int(number), column


def cell_name(row: int, column: int) -> str:
    """(7, 2) as ``"B7"``."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relation id → (kind, path of the part it leads to)."""
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Attributes) -> None:
        if name == "Relationship" and attributes.get("TargetMode", "") != "External":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target if target.startswith("/") else posixpath.join(folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(path).lstrip("/"))

    if package.has(relations):
        _parse(package, relations, start)
    return found


def _shared_texts(package: Package, part: str) -> list[str]:
    texts: list[str] = []
    pieces: list[str] = []
    inside = [False, False]  # within <t>, within <rPh>
    total = [0, 0]  # characters of this text, of all

    def start(name: str, attributes: Attributes) -> None:
        if name == "si":
            pieces.clear()
            total[0] = 0
        elif name == "rPh":
            inside[1] = True
        elif name == "t":
            inside[0] = not inside[1]

    def end(name: str) -> None:
        if name == "si":
            texts.append("".join(pieces))
        elif name == "rPh":
            inside[1] = False
        elif name == "t":
            inside[0] = False

    def text(data: str) -> None:
        if inside[0]:
            total[0] += len(data)
            total[1] += len(data)
            if total[0] > MAX_TEXT:
                raise TooMuch(MAX_TEXT, "characters", "字符", "W127")
            if total[1] > MAX_SHARED:
                raise TooMuch(MAX_SHARED, "characters", "字符")
            pieces.append(data)

    _parse(package, part, start, end, text)
    return texts


def _formats(package: Package, part: str) -> tuple[list[str], frozenset[int]]:
    """The number format of each cell style, and the styles whose font is struck through."""
    custom: dict[str, str] = {}
    styles: list[str] = []
    fonts: list[int] = []
    struck: set[int] = set()
    inside = {"cellXfs": False, "fonts": False}
    count = [-1]

    def start(name: str, attributes: Attributes) -> None:
        if name == "numFmt" and not inside["cellXfs"]:
            custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in inside:
            inside[name] = True
        elif name == "font" and inside["fonts"]:
            count[0] += 1
        elif name == "strike" and inside["fonts"] and attributes.get("val", "1") in _TRUE:
            struck.add(count[0])
        elif name == "xf" and inside["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))
            font = attributes.get("fontId", "0")
            fonts.append(int(font) if font.isdecimal() and len(font) < 9 else 0)

    def end(name: str) -> None:
        if name in inside:
            inside[name] = False

    _parse(package, part, start, end)
    formats = [custom.get(number, f"#{number}") for number in styles]
    return formats, frozenset(style for style, font in enumerate(fonts) if font in struck)


def _parse(
    package: Package,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Stream ``part`` through the handlers, with local element names."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    count = 0

    def on_root(name: str, attributes: Attributes) -> None:
        prefix, _, local = name.rpartition(":")
        if prefix:
            parser.StartElementHandler = lambda name, attributes: on_start(name.rpartition(":")[2], attributes)
            parser.EndElementHandler = lambda name: end(name.rpartition(":")[2]) if end is not None else None
        else:
            parser.StartElementHandler = on_start
            parser.EndElementHandler = end
        start(local, attributes)

    def on_start(name: str, attributes: Attributes) -> None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS:
            raise TooMuch(MAX_ELEMENTS // 2, "cells and rows", "单元格和行")
        start(name, attributes)

    def on_doctype(*_: object) -> int:
        raise Forbidden(part)

    parser.StartElementHandler = on_root
    if text is not None:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = on_doctype
    parser.ExternalEntityRefHandler = on_doctype
    try:
        with package.open(part) as stream:
            while chunk := stream.read(65_536):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        where = f"{part}, line {error.lineno}"
        raise Damaged(f"broken XML in {where}", f"XML 损坏：{where}") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
        raise Damaged(f"the part {part} cannot be unpacked", f"部件 {part} 无法解压") from None
