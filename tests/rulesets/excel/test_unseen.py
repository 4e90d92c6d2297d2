"""What is hidden or struck through counts, and a note says so."""

from __future__ import annotations

from openpyxl import load_workbook
from openpyxl.styles import Font

from crmrules.rulesets.loader import read_ruleset

TEXT = """Rule set: a

Vocabulary
Entity | Name | Type
customer | amount | number
customer | tier | text

分类：tier
其他 | 条件 | 结果
编号 | amount | tier
T1 | >= 10 | high
T2 | [5..10) | mid
T3 | < 5 | low
"""


def edited(workbook, grid, edit):
    path = workbook({"S": grid(TEXT), "More": grid("Roles\nName | Person\nam |")})
    book = load_workbook(path)
    edit(book)
    book.save(path)
    ruleset, issues = read_ruleset(path)
    assert len(ruleset.decisions["tier"].rules) == 3
    return [[str(i.render(lang)).split(" › ")[1] for i in issues] for lang in ("en", "zh")]


def test_hidden_sheet(workbook, grid):
    def edit(book):
        book["More"].sheet_state = "hidden"

    assert edited(workbook, grid, edit) == [
        ["More: note W133: the sheet is hidden, and its tables count"],
        ["More: 提示 W133: 工作表已隐藏，其中的表仍然有效"],
    ]


def test_hidden_rows_and_columns(workbook, grid):
    def edit(book):
        book["S"].row_dimensions[11].hidden = True
        book["S"].row_dimensions[12].hidden = True
        book["S"].column_dimensions["B"].hidden = True

    said = edited(workbook, grid, edit)
    assert said[0] == [
        "S!A3: note W135: columns of the table Vocabulary are hidden, and count: B",
        "S!A8: note W134: rows of the table Classification: tier are hidden, and count: 11-12",
        "S!A8: note W135: columns of the table Classification: tier are hidden, and count: B",
    ]
    assert said[1][1] == "S!A8: 提示 W134: 表“分类：tier”中有隐藏的行，仍然有效：第 11-12 行"


def test_struck_through_rows(workbook, grid):
    def edit(book):
        for cell in book["S"][12]:
            cell.font = Font(strike=True)
        book["S"]["A11"].font = Font(strike=True)  # one cell is no row
        for cell in book["S"][13]:
            cell.font = Font(bold=True)

    assert edited(workbook, grid, edit) == [
        [
            "S!A8: note W136: rows of the table Classification: tier are struck through, and count: 12; "
            "delete those that shall not"
        ],
        ["S!A8: 提示 W136: 表“分类：tier”中有带删除线的行，仍然有效：第 12 行；不用的行请删除"],
    ]
