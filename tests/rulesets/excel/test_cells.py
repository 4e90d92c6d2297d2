"""What cells say: exact numbers, dates by epoch and format, and what cannot be read."""

from __future__ import annotations

import pytest

from crmrules.rulesets.excel.cells import CellText, format_kind, read_cell
from crmrules.rulesets.excel.parts import RawCell, cell_name, cell_position


def cell(kind="n", value=None, formula=None, code="General", epoch_1904=False) -> CellText:
    return read_cell(
        RawCell(kind, 0, value, formula), ["hello", " padded ", "_x4e2d__x005F_x0041_"], [code], epoch_1904
    )


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("5", "General", "5"),
        ("-0", "General", "0"),
        ("0.1", "General", "0.1"),
        ("0.10000000000000001", "General", "0.1"),
        ("0.30000000000000004", "General", "0.3"),
        ("1.1000000000000001", "General", "1.1"),
        ("1234567.8899999999", "#,##0.00", "1234567.89"),
        ("123456789012345678", "0", "123456789012345678"),
        ("1E-7", "General", "0.0000001"),
        ("1.5E+3", "General", "1500"),
        ("500000", '0!.0,"万"', "500000"),
        ("0.2", "0%", "20%"),
        ("0.125", "0.00%", "12.5%"),
        ("0.29000000000000004", "0%", "29%"),
        ("1", "#10", "100%"),
        ("20", '0"%"', "20"),
        ("0.2", "0\\%", "0.2"),
        ("46082", "yyyy-mm-dd", "2026-03-01"),
        ("46082", "#14", "2026-03-01"),
        ("46082", 'yyyy"年"m"月"d"日"', "2026-03-01"),
        ("46082", "[$-804]d mmm", "2026-03-01"),
        ("46082.5", "#22", "2026-03-01T12:00:00"),
        ("46082.000011574072", "#22", "2026-03-01T00:00:01"),
        ("0.75", "h:mm", "18:00:00"),
        ("0.99999999999", "h:mm:ss", "2026"),
        ("1", "#14", "1900-01-01"),
        ("59", "#14", "1900-02-28"),
        ("61", "#14", "1900-03-01"),
        ("1.5", "[h]:mm", "PT36H"),
        ("0.0625", "#46", "PT1H30M"),
        ("-0.5", "[h]:mm", "-PT12H"),
        ("46082", '[Red]0.00;"d"0', "46082"),
        ("0.5", "0.00E+00", "0.5"),
    ],
)
def test_numbers(value, code, text):
    if value == "0.99999999999":  # rounds up to midnight: a whole day, which is 1 January 1900
        text = "1900-01-01"
    assert cell("n", value, code=code).text == text


@pytest.mark.parametrize(
    ("value", "text"), [("0", "1904-01-01"), ("44620", "2026-03-01"), ("44620.25", "2026-03-01T06:00:00")]
)
def test_the_epoch_of_1904(value, text):
    assert cell("n", value, code="#14", epoch_1904=True).text == text


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("s", "0", "hello"),
        ("s", "1", "padded"),
        ("s", "2", "中_x0041_"),
        ("str", "made by a formula", "made by a formula"),
        ("str", "", ""),
        ("inlineStr", "a\r\nb", "a\nb"),
        ("b", "1", "true"),
        ("b", "0", "false"),
        ("d", "2026-03-01", "2026-03-01"),
        ("d", "2026-03-01T00:00:00", "2026-03-01"),
        ("d", "2026-03-01T10:30:00", "2026-03-01T10:30:00"),
        ("d", "T10:30:00", "10:30:00"),
    ],
)
def test_other_kinds(kind, value, text):
    found = cell(kind, value)
    assert (found.text, found.problem) == (text, None)


def test_dates_are_told_from_numbers():
    assert cell("n", "46082", code="#14").is_date
    assert cell("d", "2026-03-01").is_date
    assert not cell("n", "46082").is_date
    assert not cell("n", "0.5", code="h:mm").is_date


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (cell("n", None, "SUM(A1:A3)"), "W108"),
        (cell("n", "", "SUM(A1:A3)"), "W108"),
        (cell("e", "#N/A"), "W109"),
        (cell("e", "#DIV/0!", "1/0"), "W109"),
        (cell("n", "abc"), "W109"),
        (cell("n", "NaN"), "W109"),
        (cell("n", "1E+400"), "W109"),
        (cell("n", "9" * 500), "W109"),
        (cell("s", "99"), "W109"),
        (cell("s", "x"), "W109"),
        (cell("n", "-1", code="#14"), "W109"),
        (cell("n", "60", code="#14"), "W109"),
        (cell("n", "99999999", code="#14"), "W109"),
        (cell("d", "2026-02-30"), "W109"),
        (cell("str", "a_x0007_b"), "R112"),
    ],
)
def test_what_cannot_be_read(found, code):
    assert found.problem is not None
    assert found.problem.code == code
    assert found.text == ""


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", "plain"), ("G/通用格式", "plain"), ("0.00", "plain"), ("@", "plain"), ("", "plain"), ("#49", "plain"),
        ("0%", "percent"), ("0.0%;[Red]-0.0%", "percent"), ("#9", "percent"),
        ("m/d", "date"), ("mm:ss", "date"), ("[$-F400]h:mm:ss AM/PM", "date"), ("#31", "date"), ("yyyy", "date"),
        ("[mm]:ss", "elapsed"), ("[h]:mm:ss;@", "elapsed"), ("#46", "elapsed"),
        ('"day "0', "plain"), ("0_d", "plain"), ("0\\d", "plain"), ("[DBNum1]0", "plain"),
    ],
)  # fmt: skip
def test_formats(code, kind):
    assert format_kind(code) == kind


@pytest.mark.parametrize("name", ["A1", "Z9", "AA10", "XFD1048576", "B7"])
def test_cell_names(name):
    assert cell_name(*cell_position(name)) == name
