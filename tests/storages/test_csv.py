"""CSV files as they come: encodings, delimiters, blank lines, and what is broken about them."""

from __future__ import annotations

import codecs
import gzip
from pathlib import Path

import pytest

from crmrules.model.ports import SourceSpec
from crmrules.storages.csv import CsvStorage

from .helpers import read, refusals

CSV = CsvStorage()
TEXT = "客户,金额\n华东制造,12\nÄrzte,3\n"
ROWS = [["华东制造", "12"], ["Ärzte", "3"]]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "UTF-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "UTF-8"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16"),
        (codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), "UTF-32"),
        (TEXT.encode("gb18030"), "GB18030"),
        (("\ufeff" + TEXT).encode("gb18030"), "GB18030"),
        (TEXT.replace("\n", "\r\n").encode("gb18030"), "GB18030"),
        (TEXT.replace("\n", "\r").encode(), "UTF-8"),
        (gzip.compress(TEXT.encode("gb18030")), "GB18030"),
    ],
)
def test_encodings_are_found_and_told(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with CSV.open(SourceSpec(str(path))) as table:
        assert table.columns == ("客户", "金额")
        assert [list(row) for row in table.rows] == ROWS
        assert table.encoding == encoding


@pytest.mark.parametrize("name", ["gbk", "GB2312", "gb18030"])
def test_a_named_chinese_encoding_is_read_as_gb18030(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("名,値\n𠮷,1\n".encode("gb18030"))
    assert read(CSV, path, encoding=name) == (("名", "値"), [["𠮷", "1"]])


def test_a_named_encoding_overrides(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("name\nJosé\n".encode("cp1252"))
    assert read(CSV, path, encoding="cp1252") == (("name",), [["José"]])


def test_a_character_may_lie_across_two_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = ["x" * 997 + "客户"] * 2000  # 1,004 bytes a line: some block of 1 MiB ends within 客户
    path.write_bytes("\n".join(["a", *rows]).encode())
    assert read(CSV, path)[1] == [[row] for row in rows]


CASES = {
    "empty": (b"", {}, ["a.csv: error D103: the file is empty; expected a header line with the column names"]),
    "only a line end": (
        b"\n",
        {},
        ["a.csv: error D103: the file is empty; expected a header line with the column names"],
    ),
    "latin-1": (
        b"name\nJos\xe9\n",
        {},
        ["a.csv: error D104: the text is neither UTF-8 nor GB18030 (byte 9); name its encoding with `encoding:`"],
    ),
    "wrong named encoding": (
        TEXT.encode("gb18030"),
        {"encoding": "utf-8"},
        ["a.csv: error D105: the text is not utf-8 (byte 1)"],
    ),
    "unknown encoding": (b"a\n1\n", {"encoding": "utf-88"}, ["error D106: there is no encoding utf-88"]),
    "no text encoding": (b"a\n1\n", {"encoding": "rot13"}, ["error D106: there is no encoding rot13"]),
    "NUL": (
        b"a,b\n1,2\n1,\x002\n",
        {},
        [
            "a.csv:3: error D107: the text holds a NUL character: this is no text file, or a UTF-16 file without a byte-order mark"
        ],
    ),
    "UTF-16 without a mark": (
        "a,b\n1,2\n".encode("utf-16-le"),
        {},
        [
            "a.csv:1: error D107: the text holds a NUL character: this is no text file, or a UTF-16 file without a byte-order mark"
        ],
    ),
    "quote never closed": (
        b'a,b\n1,2\n3,"x\n4,5\n',
        {},
        ["a.csv:3: error D108: broken quotes in the row that begins here: unexpected end of data"],
    ),
    "text after a quote": (
        b'a,b\n1,"x"y\n',
        {},
        ["a.csv:2: error D108: broken quotes in the row that begins here: ',' expected after '\"'"],
    ),
    "gzip cut off": (
        gzip.compress(TEXT.encode() * 100)[:40],
        {},
        [
            "a.csv: error D117: the compressed file is damaged: Compressed file ended before the end-of-stream marker was reached"
        ],
    ),
    "ambiguous delimiter": (
        b"a,b;c\n1,2;3\n",
        {},
        ["a.csv:1: error D122: the delimiter cannot be told from the header line 'a,b;c'; name it with `delimiter:`"],
    ),
    "long delimiter": (
        b"a::b\n",
        {"delimiter": "::"},
        ["error D121: option delimiter is '::', expected one character"],
    ),
    "delimiter no text": (b"a,b\n", {"delimiter": 5}, ["error D121: option delimiter is 5, expected a text"]),
    "header row": (b"a,b\n", {"header_row": 0}, ["error D121: option header_row is 0, expected a row number from 1"]),
    "unknown option": (
        b"a\n",
        {"delimitr": ";"},
        [
            "error D120: storage csv has no option delimitr; it knows delimiter, encoding, header_row; did you mean delimiter?"
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_broken_is_said(tmp_path: Path, case: str) -> None:
    data, options, expected = CASES[case]
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    assert refusals(CSV, path, **options) == expected


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("a\n")
    assert refusals(CSV, tmp_path / "ordrs.csv") == [
        "ordrs.csv: error D101: there is no file ordrs.csv; did you mean orders.csv?"
    ]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").mkdir()
    assert refusals(CSV, tmp_path / "a.csv") == ["a.csv: error D102: the source cannot be opened: a.csv is a folder"]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("a;b\n1;2\n", "a.csv", (("a", "b"), [["1", "2"]])),
        ("a\tb\n1\t2\n", "a.csv", (("a", "b"), [["1", "2"]])),
        ("a|b\n1|2\n", "a.csv", (("a", "b"), [["1", "2"]])),
        ("a,b\tc\n1\t2\n", "a.tsv", (("a,b", "c"), [["1", "2"]])),
        ('"x;y;z",b\n1,2\n', "a.csv", (("x;y;z", "b"), [["1", "2"]])),
        ("only\n1\n", "a.csv", (("only",), [["1"]])),
        ("sep=;\na;b\n1;2\n", "a.csv", (("a", "b"), [["1", "2"]])),
        (" a , b \n1,2\n", "a.csv", (("a", "b"), [["1", "2"]])),
        ("a,b,\n1,2,\n", "a.csv", (("a", "b", ""), [["1", "2", ""]])),
    ],
)
def test_delimiters_are_found_in_the_header_line(tmp_path: Path, text: str, name: str, expected: object) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    assert read(CSV, path) == expected


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,note\n1,a\n\n2,"two\nlines"\n,\n3,c\n', "utf-8")
    with CSV.open(SourceSpec(str(path))) as table:
        assert [row[0] for row in table.rows] == ["1", "2", "3"]
        places = [table.place(n, None).line for n in range(3)]
    assert places == [2, 4, 6]
    assert str(table.place(1, "note")).endswith("a.csv:4:2")


def test_lines_above_the_header_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Report "of March\n\nid,name\n1,a\n', "utf-8")
    with CSV.open(SourceSpec(str(path), {"header_row": 3})) as table:
        assert table.columns == ("id", "name")
        assert next(iter(table.rows)) == ["1", "a"]
        assert table.place(0, None).line == 4


def test_ragged_rows_are_given_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1\n1,2,3\n1,2,,\n", "utf-8")
    assert read(CSV, path)[1] == [["1"], ["1", "2", "3"], ["1", "2"]]
