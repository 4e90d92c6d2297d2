"""Real, odd, damaged and hostile workbooks of others: each ends in a rule set or in issues."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from crmrules.rulesets.excel.cells import read_cell
from crmrules.rulesets.excel.parts import Forbidden, TooMuch, read_sheet, read_workbook
from crmrules.rulesets.excel.prescan import Damaged, open_package
from crmrules.rulesets.loader import read_ruleset

DATA = Path(__file__).parents[2].parent / "shared/data"


def manifest(folder: str) -> list[dict[str, str]]:
    path = DATA / folder / "MANIFEST.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


ODD, RULES = manifest("odd-workbooks"), manifest("rule-workbooks")
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not ODD, reason="the real workbooks are not here: ../shared/data is missing"),
]
DAMAGE = {"W101", "W102", "W103", "W104", "W105", "W127", "R103", "R106"}


@pytest.mark.parametrize("row", ODD, ids=lambda r: r["file"])
def test_odd_workbooks(row):
    start = time.process_time()
    ruleset, issues = read_ruleset(DATA / "odd-workbooks" / row["file"])
    assert time.process_time() - start < 2
    assert ruleset is None
    assert len(issues) == 1, "none of them is a rule set, and each is refused with one reason"
    expected = {"W107"} if row["expect"].startswith("load") else DAMAGE | {"W107"}
    if row["expect"].startswith(("refuse", "hostile: entity")):
        expected = DAMAGE
    assert issues[0].code in expected
    assert "<" not in issues[0].message() + issues[0].message("zh")


@pytest.mark.parametrize("row", [r for r in ODD if "encrypted-ooxml" in r["features"]], ids=lambda r: r["file"])
def test_encrypted_workbooks_are_said_to_be(row):
    _, issues = read_ruleset(DATA / "odd-workbooks" / row["file"])
    assert "protected by a password" in issues[0].message()


@pytest.mark.parametrize("row", RULES, ids=lambda r: r["file"])
def test_workbooks_of_other_engines_hold_no_table_of_ours(row):
    ruleset, issues = read_ruleset(DATA / "rule-workbooks" / row["file"])
    assert ruleset is None
    assert {i.code for i in issues} <= {"W101", "W107"}


readable = [r for r in (*ODD, *RULES) if r["openpyxl"].startswith("ok") and "strict" not in r["features"]]


@pytest.mark.parametrize("row", readable, ids=lambda r: r["file"])
def test_cells_agree_with_openpyxl(row):
    """Wherever openpyxl reads a text, a number, a boolean or a date, so do we, and the same."""
    import datetime
    from decimal import Decimal

    from openpyxl import load_workbook

    folder = "odd-workbooks" if row in ODD else "rule-workbooks"
    path = DATA / folder / row["file"]
    package, _ = open_package(path, path.name)
    assert package is not None
    try:
        book = read_workbook(package)
        sheets = {name: read_sheet(package, name, part) for name, part, _ in book.sheets}
    except (Damaged, Forbidden, TooMuch):
        assert row["expect"].startswith(("damaged", "hostile"))
        return
    theirs = load_workbook(path, data_only=True)
    compared = 0
    for name, sheet in sheets.items():
        for (line, column), raw in sheet.cells.items():
            ours = read_cell(raw, book.texts, book.formats, book.epoch_1904)
            value = theirs[name].cell(line, column).value
            if ours.problem is not None or value is None:
                continue
            compared += 1
            if isinstance(value, bool):
                assert ours.text == ("true" if value else "false")
            elif isinstance(value, str):
                if "_x" not in value:
                    assert ours.text == value.replace("\r\n", "\n").replace("\r", "\n").strip()
            elif isinstance(value, (int, float)):
                number = Decimal(ours.text.rstrip("%")) / (100 if ours.text.endswith("%") else 1)
                assert abs(number - Decimal(repr(value))) <= abs(Decimal(repr(value))) * Decimal("1e-14")
            elif isinstance(value, (datetime.datetime, datetime.date)):
                moment = datetime.datetime.fromisoformat(ours.text) if ours.text[2] != ":" else None
                if moment is not None and isinstance(value, datetime.datetime):
                    assert abs(moment - value) < datetime.timedelta(milliseconds=2)
    held = [c for s in sheets.values() for c in s.cells.values() if c.value and c.formula is None and c.kind != "e"]
    assert compared or not held or row["openpyxl"] == "ok 0"
