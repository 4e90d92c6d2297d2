"""Written workbooks: nothing a spreadsheet would execute, dropdowns and comments where people need them."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from crmrules.model.errors import RuleSetError
from crmrules.model.ruleset import DecisionTable, HitPolicy, Input, Kind, Rule, RuleSet
from crmrules.model.vocabulary import AllowedValue, Cell, Fact, Label, Vocabulary
from crmrules.rulesets.excel.prescan import open_package
from crmrules.rulesets.excel.writer import excel_bytes, write_excel
from crmrules.rulesets.loader import read_ruleset

EXAMPLE = Path(__file__).parents[3] / "config/examples/minimal"


@pytest.fixture(scope="module")
def minimal() -> RuleSet:
    ruleset, _ = read_ruleset(EXAMPLE / "rules.yaml")
    assert ruleset is not None
    return ruleset


@pytest.fixture(scope="module")
def book(minimal):
    return load_workbook(BytesIO(excel_bytes(minimal, "zh")))


def test_the_same_rule_set_gives_the_same_bytes(minimal):
    assert excel_bytes(minimal) == excel_bytes(minimal)


def test_sheets_and_headers(book):
    assert book.sheetnames == ["规则集", "词汇", "价值等级", "follow_up", "unhappy", "指标", "测试", "测试记录"]
    sheet = book["价值等级"]
    assert [c.value for c in sheet[1]][:3] == ["分类：value_tier", "命中策略：唯一", "英文名：Value tier"]
    assert [c.value for c in sheet[2]][:4] == ["其他", "条件", "结果", "其他"]
    assert [c.value for c in sheet[3]] == ["编号", "年合作额", "价值等级", "备注", "生效", "失效"]
    assert sheet.freeze_panes == "B4"
    assert sorted(str(m) for m in book["unhappy"].merged_cells.ranges) == ["C2:I2", "J2:L2"]


def test_comments_say_type_unit_and_words(book):
    note = book["价值等级"]["B3"].comment.text
    assert "类型: number" in note
    assert "单位: CNY" in note
    assert "范围: >= 0" in note
    assert "取值: high (高), mid (中), low (低)" in book["follow_up"]["B3"].comment.text


def test_dropdowns_offer_words_and_forbid_nothing(book):
    rules = {str(v.sqref): v for v in book["follow_up"].data_validations.dataValidation}
    assert rules["B4:B105"].formula1 == '"high,mid,low"'
    assert rules["E4:E105"].formula1 == '"phone,email"'
    assert rules["G4:G105"].formula1 == '"account_manager,sales_head"'
    assert all(not v.showErrorMessage for v in rules.values())


def test_conditions_are_formatted_as_text(book):
    assert {c.number_format for row in book["价值等级"]["B4:C6"] for c in row} == {"@"}


HOSTILE = ['=cmd|"/C calc"!A0', "=1+1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "#REF!", "\t=1", "'=1"]


def test_no_cell_is_ever_executed(tmp_path):
    fact = Fact(
        "x",
        values=tuple(AllowedValue(h, Label(h, h)) for h in HOSTILE[:3]),
        description=HOSTILE[0],
        label=Label(zh="=标签"),
    )
    rules = tuple(Rule(h, (Cell(h),), (Cell(h),), h) for h in HOSTILE)
    table = DecisionTable(
        "t", Kind.CLASSIFICATION, HitPolicy.UNIQUE, (Input(Cell("x")),), ("y",), rules, Label(zh="=表"), "=d"
    )
    ruleset = RuleSet(
        "a",
        Label("=1", "@x"),
        "=desc",
        vocabulary=Vocabulary({"customer": {"x": fact, "y": Fact("y")}}),
        decisions={"t": table},
    )
    path = tmp_path / "r.xlsx"
    write_excel(ruleset, path)
    for sheet in load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d"), cell.value
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in archive.read(name)
                assert b"<hyperlink" not in archive.read(name)
    again, issues = read_ruleset(path)
    assert issues == []
    assert [r.id for r in again.decisions["t"].rules] == [h.strip() for h in HOSTILE]


def test_long_lists_are_dropdowns_on_the_table_of_values(tmp_path):
    words = tuple(AllowedValue(f"word number {n}, with a comma") for n in range(40))
    facts = {"x": Fact("x", values=words), "y": Fact("y")}
    table = DecisionTable("t", Kind.CLASSIFICATION, HitPolicy.UNIQUE, (Input(Cell("x")),), ("y",), ())
    ruleset = RuleSet("a", vocabulary=Vocabulary({"customer": facts}), decisions={"t": table})
    book = load_workbook(BytesIO(excel_bytes(ruleset, "en")))
    assert book["t"].data_validations.dataValidation[0].formula1 == "'Vocabulary'!$C$8:$C$47"
    assert [book["Vocabulary"][f"C{n}"].value for n in (8, 47)] == [words[0].value, words[-1].value]


@pytest.mark.parametrize("label", ["a" * 40, "a/b:c*d?e[f]", "'quoted'", "规则集", "", "History"])
def test_sheet_names_are_what_excel_allows(label, minimal):
    table = replace(minimal.decisions["value_tier"], label=Label(zh=label, en=label))
    other = replace(table, id="u", outputs=(), rules=())
    ruleset = replace(minimal, decisions={"value_tier": table, "u": other}, kpis={}, tests={})
    names = load_workbook(BytesIO(excel_bytes(ruleset))).sheetnames
    assert len({n.casefold() for n in names}) == len(names) == 4
    assert all(0 < len(n) <= 31 and not set(n) & set("[]:*?/\\") and n[0] != "'" for n in names)


def test_a_text_no_cell_can_hold_is_refused(minimal, tmp_path):
    path = tmp_path / "r.xlsx"
    with pytest.raises(RuleSetError) as caught:
        write_excel(replace(minimal, description="x" * 40_000), path)
    assert [i.render() for i in caught.value.issues] == [
        "规则集!B4: error W125: the text of 规则集!B4 is longer than a cell of Excel can hold (32,767 characters)"
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_committed_example_is_what_the_writer_writes(minimal):
    """Refresh it with ``python config/examples/build_workbooks.py``."""
    committed = load_workbook(EXAMPLE / "rules.xlsx")
    fresh = load_workbook(BytesIO(excel_bytes(minimal, minimal.language)))
    assert committed.sheetnames == fresh.sheetnames
    for name in fresh.sheetnames:
        assert [[c.value for c in row] for row in committed[name].iter_rows()] == [
            [c.value for c in row] for row in fresh[name].iter_rows()
        ]
    package, issues = open_package(EXAMPLE / "rules.xlsx", "rules.xlsx")
    assert package is not None
    assert issues == []


def test_the_example_is_the_reference_pages_example():
    page = (EXAMPLE.parents[2] / "docs/reference/ruleset.md").read_text("utf-8")
    assert (EXAMPLE / "rules.yaml").read_text("utf-8") == page.split("```yaml\n")[1].split("```")[0]
