"""JSON and NDJSON: exact numbers, places, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from crmrules.model.issues import Issue
from crmrules.model.ports import SourceSpec
from crmrules.storages.json import JsonStorage

from .helpers import read, refusals

JSON, NDJSON = JsonStorage("json"), JsonStorage("ndjson")


def test_numbers_are_exact_and_columns_are_all_keys(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 0.1, "b": 12345678901234567890}, {"c": [1, 2.50], "a": true}]', "utf-8")
    columns, rows = read(JSON, path)
    assert columns == ("a", "b", "c")
    assert rows == [[Decimal("0.1"), 12345678901234567890, None], [True, None, [1, Decimal("2.50")]]]
    assert type(rows[0][0]) is Decimal
    assert str(rows[1][2][1]) == "2.50"


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "9" * 7000])
def test_what_is_no_number_becomes_an_issue_in_its_cell(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text(f'{{"a": {text}, "b": 1}}\n')
    ((cell, one),) = read(NDJSON, path)[1]
    assert isinstance(cell, Issue)
    assert cell.code == "D115"
    assert one == 1


def test_places_are_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[\n {"a": "x\\ny"},\n\n {"a": 2}, {"a": 3}\n]\n', "utf-8")
    with JSON.open(SourceSpec(str(path))) as table:
        assert [table.place(n, "a").line for n in range(3)] == [2, 4, 4]
    path = tmp_path / "a.ndjson"
    path.write_text('{"a": 1}\n\n{"a": 2}', "utf-8")
    with NDJSON.open(SourceSpec(str(path))) as table:
        assert [table.place(n, "a").line for n in range(2)] == [1, 3]


def test_an_empty_list_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[ ]\n")
    assert read(JSON, path) == ((), [])


CASES = {
    "object": ('{"id": 1}', ["a.json:1: error D114: expected a list of objects, found an object"]),
    "number": ("12", ["a.json:1: error D114: expected a list of objects, found a number"]),
    "list of numbers": (
        '[{"a": 1},\n 2]',
        ["a.json:2: error D114: expected a list of objects, found a number in the list"],
    ),
    "comma at the end": (
        '[{"a": 1},\n]',
        ["a.json:2:1: error D113: this is no valid JSON: Expecting value"],
    ),
    "no comma": (
        '[{"a": 1}\n {"a": 2}]',
        ["a.json:2: error D113: this is no valid JSON: expected ',' or ']', found '{'"],
    ),
    "cut off": (
        '[{"a": 1}',
        ["a.json:1: error D113: this is no valid JSON: expected ',' or ']', found the end of the file"],
    ),
    "more behind": ('[{"a": 1}] x', ["a.json:1: error D113: this is no valid JSON: something stands after the list"]),
    "broken object": ('[{"a" 1}]', ["a.json:1:7: error D113: this is no valid JSON: Expecting ':' delimiter"]),
    "depth bomb": ("[" + '{"a":' * 100_000, ["a.json:1: error D113: this is no valid JSON: nested too deeply"]),
    "blank": ("", ["a.json: error D103: the file is empty; expected a header line with the column names"]),
}


@pytest.mark.parametrize("case", CASES)
def test_broken_json_is_located(tmp_path: Path, case: str) -> None:
    text, expected = CASES[case]
    path = tmp_path / "a.json"
    path.write_text(text)
    assert refusals(JSON, path) == expected


def test_all_broken_lines_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"a": 1}\n{"a"}\n[]\n{"a": 2}\n')
    assert refusals(NDJSON, path) == [
        "a.ndjson:2: error D113: this is no valid JSON: Expecting ':' delimiter",
        "a.ndjson:3: error D114: expected a list of objects, found a list",
    ]
