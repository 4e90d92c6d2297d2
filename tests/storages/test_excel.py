"""Workbooks as data: typed cells, dates by their epoch, and files that are damaged, hostile or none."""

from __future__ import annotations

import datetime
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from crmrules.model.issues import Issue
from crmrules.model.ports import SourceSpec
from crmrules.storages.excel import ExcelStorage

from .helpers import read, refusals

EXCEL = ExcelStorage()
DAY = datetime.datetime(2026, 3, 31)


def workbook(path: Path, *rows: tuple[Any, ...], title: str = "订单", mac: bool = False) -> Path:
    book = Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.create_sheet("second").append(["x"])
    book.save(path)
    return path


def rewritten(path: Path, part: str, change: Any) -> Path:
    """The workbook with one part's bytes changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("mac", [False, True])
def test_cells_keep_their_kind(tmp_path: Path, mac: bool) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ("id", "n", "d", "t", "b"),
        ("C1", 0.1, DAY, datetime.time(9, 30), True),
        ("C2", 30.0, None, None, None),
        mac=mac,
    )
    columns, rows = read(EXCEL, path)
    assert columns == ("id", "n", "d", "t", "b")
    assert rows == [["C1", Decimal("0.1"), DAY, datetime.time(9, 30), True], ["C2", 30, None, None, None]]
    assert type(rows[1][1]) is int


def test_blank_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id", "n"), (1, 2), (None, None), (3, 4), (None, " "))
    with EXCEL.open(SourceSpec(str(path))) as table:
        assert [row[0] for row in table.rows] == [1, 3]
        assert str(table.place(1, "n")) == f"{path} › 订单!B4"


def test_sheets_and_header_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("Orders of March",), (), ("id", "n"), (1, 2))
    assert read(EXCEL, path, header_row=3) == (("id", "n"), [[1, 2]])
    assert read(EXCEL, path, sheet="second") == (("x",), [])
    assert refusals(EXCEL, path, sheet="secnod") == [
        "error D112: there is no sheet secnod; there are 订单, second; did you mean second?"
    ]


def test_error_cells_and_formulas_without_result_hold_an_issue(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id", "n"), ("#DIV/0!", "=1+1"), ("x", 5))
    ((error, formula), plain) = read(EXCEL, path)[1]
    assert isinstance(error, Issue)
    assert error.message() == "the cell holds the error #DIV/0!"
    assert isinstance(formula, Issue)
    assert formula.message() == (
        "the formula =1+1 has no stored result; open the workbook in a spreadsheet program and save it"
    )
    assert plain == ["x", 5]


def test_a_formula_with_a_result_gives_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id", "n"), ("x", "=1+1"))
    rewritten(
        path,
        SHEET,
        lambda data: data.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>"
        ),
    )
    assert read(EXCEL, path)[1] == [["x", 2]]


def test_a_false_dimension_is_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id", "n"), (1, 2))
    rewritten(path, SHEET, lambda data: data.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    assert read(EXCEL, path) == (("id", "n"), [[1, 2]])


def test_a_cell_far_below_does_not_cost_a_million_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id", "n"), (1, 2))
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    rewritten(path, SHEET, lambda data: data.replace(b"</sheetData>", far))
    start = time.perf_counter()
    assert read(EXCEL, path) == (("id", "n"), [[1, 2]])
    assert time.perf_counter() - start < 5


def test_entities_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id",), (1,))
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    rewritten(path, SHEET, lambda data: data.replace(b"<worksheet", bomb + b"<worksheet", 1))
    assert refusals(EXCEL, path) == [f"a.xlsx: error D111: the workbook is refused: part {SHEET} declares entities"]


def test_a_zip_bomb_is_refused_without_unpacking(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("id",), (1,))
    rewritten(path, SHEET, lambda data: data + b" " * (64 << 20))
    start = time.perf_counter()
    (told,) = refusals(EXCEL, path)
    assert told.startswith(f"a.xlsx: error D111: the workbook is refused: part {SHEET} is packed")
    assert time.perf_counter() - start < 1


FILES = {
    "renamed CSV": (
        b"id,name\n1,a\n",
        "a.xlsx: error D109: this is no Excel workbook (.xlsx): the content is text, such as CSV; name it .csv or say `storage: csv`",
    ),
    "old xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "a.xlsx: error D109: this is no Excel workbook (.xlsx): the content is an old .xls file or an encrypted workbook; save it as .xlsx without a password",
    ),
    "HTML": (
        b"<html><table>",
        "a.xlsx: error D109: this is no Excel workbook (.xlsx): the content is HTML or XML; open it in a spreadsheet program and save it as .xlsx",
    ),
    "empty": (b"", "a.xlsx: error D103: the file is empty; expected a header line with the column names"),
    "cut off": (
        b"PK\x03\x04abc",
        "a.xlsx: error D110: the workbook cannot be read: the archive is damaged (File is not a zip file)",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_what_is_no_workbook_is_refused(tmp_path: Path, case: str) -> None:
    data, expected = FILES[case]
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert refusals(EXCEL, path) == [expected]


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    (told,) = refusals(EXCEL, path)
    assert told.startswith("a.xlsx: error D110: the workbook cannot be read: KeyError")


@pytest.mark.data
def test_odd_workbooks_are_read_or_refused() -> None:
    """Real damaged, encrypted and hostile workbooks: rows or located problems, never another exception."""
    folder = Path(__file__).parents[3] / "shared" / "data" / "odd-workbooks"
    if not folder.is_dir():
        pytest.skip("real data not present: ../shared/data/odd-workbooks")
    outcomes = {"read": 0, "refused": 0}
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")):
        outcomes["refused" if refusals(EXCEL, path) else "read"] += 1
    assert sum(outcomes.values()) > 50
    assert min(outcomes.values()) > 10
