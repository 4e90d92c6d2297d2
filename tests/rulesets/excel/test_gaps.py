"""Nothing that could be a rule vanishes: blank rows inside tables, notes below them, titles that were lost."""

from __future__ import annotations

import pytest

from crmrules.rulesets.loader import read_ruleset

HEAD = """
Rule set: a

Vocabulary
Entity | Name | Type
customer | amount | number
customer | tier | text
"""
TIER = """
Classification: tier
Other | When | Then
Id | amount | tier
T1 | >= 10 | high
"""


def read(workbook, grid, text):
    ruleset, issues = read_ruleset(workbook({"S": grid(text)}))
    return ruleset, [plain(i.render()) for i in issues]


def plain(line):
    """Without the folder."""
    return line[line.index("rules.xlsx") :]


def row_of(text, first):
    """The sheet's row whose line begins so."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.startswith(first))


def rules(ruleset):
    return [(r.id, r.when[0].text, r.then[0].text) for r in ruleset.decisions["tier"].rules]


def test_blank_rows_inside_tables_are_passed_over(workbook, grid):
    text = """
Rule set: a

do not contact | refused

Vocabulary

Entity | Name | Type

customer | amount | number


customer | tier | text
customer | refused | boolean

Classification: tier

Other | When | Then

Id | amount | tier

T1 | >= 10 | high

T2 | < 10 | low

KPIs
Name | Type | Value
k1 | simple | 1

k2 | simple | 2
"""
    ruleset, said = read(workbook, grid, text)
    assert said == []
    assert ruleset.policies.do_not_contact.text == "refused"
    assert list(ruleset.vocabulary.customer) == ["amount", "tier", "refused"]
    assert rules(ruleset) == [("T1", ">= 10", "high"), ("T2", "< 10", "low")]
    assert list(ruleset.kpis) == ["k1", "k2"]


@pytest.mark.parametrize(
    "below",
    [
        "checked every quarter",
        "注：以上为示例",
        " | | | | beside the table | and more",
        "checked every quarter\n\nand by two people\n\nalways: so",
    ],
    ids=["sentence", "chinese", "beside", "several"],
)
def test_notes_below_a_table_are_left_alone(workbook, grid, below):
    ruleset, said = read(workbook, grid, f"{HEAD}\n{TIER}\n{below}\n")
    assert said == []
    assert rules(ruleset) == [("T1", ">= 10", "high")]


@pytest.mark.parametrize(
    ("below", "found"),
    [
        ("T2 | < 10", "T2"),
        ("T2", "T2"),
        ("checked every quarter | by Li Min", "checked every quarter"),
        ("these wait for approval\nT2 | < 10 | low", "T2"),
        ("these wait for approval\n\n | < 10 | low", "< 10"),
    ],
)
def test_what_may_be_a_rule_is_an_error(workbook, grid, below, found):
    text = f"{HEAD}\n{TIER}\n{below}\n"
    row = row_of(text, " | <" if found == "< 10" else found)
    ruleset, said = read(workbook, grid, text)
    assert ruleset is None
    column = "B" if found == "< 10" else "A"
    assert said == [
        f"rules.xlsx › S!{column}{row}: error W130: `{found}` stands below the table Classification: tier after a blank row "
        f"(row {row}): is it a part of the table? If so, remove the rows between; if not, put it beside the table or on "
        "another sheet"
    ]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (
            "分类 tier",
            "A{title}: error W131: `分类 tier` looks like the title of a table without a colon; write `分类：tier`",
        ),
        (
            "分类tier",
            "A{title}: error W131: `分类tier` looks like the title of a table without a colon; write `分类：tier`",
        ),
        (
            "Classification - tier | hit policy: U",
            "A{title}: error W131: `Classification - tier` looks like the title of a table without a colon; "
            "write `Classification: tier`",
        ),
        (
            "分类 | 命中策略：唯一",
            "A{title}: error W131: `分类` looks like the title of a table without a colon; write `分类：名称`",
        ),
        (
            "tier",
            "A{bands}: error W132: these are the headers of a table without a title (Other, When, Then); write the title in "
            "the row above, for instance `Classification: name`",
        ),
        (
            " | hit policy: U",
            "A{bands}: error W132: these are the headers of a table without a title (Other, When, Then); write the title in "
            "the row above, for instance `Classification: name`",
        ),
        (
            "Clasification: tier",
            "A{title}: error W115: `Clasification: tier` looks like the title of a table, but is none; ",
        ),
    ],
)
def test_a_lost_title_is_an_error(workbook, grid, title, said):
    text = f"{HEAD}\n{TIER.replace('Classification: tier', title)}"
    bands = row_of(text, "Other")
    ruleset, issues = read(workbook, grid, text)
    assert ruleset is None
    assert len(issues) == 1
    assert issues[0].startswith("rules.xlsx › S!" + said.format(title=bands - 1, bands=bands))


def test_a_table_that_lost_title_and_blank_row(workbook, grid):
    text = f"{HEAD}\n{TIER.rstrip()}\nT2 | < 10 | low\nWhen | Then\namount | tier\n> 1 | x\n"
    _, said = read(workbook, grid, text)
    assert said == [
        "rules.xlsx › S!A15: error W132: these are the headers of a table without a title (When, Then); write the title "
        "in the row above, for instance `Classification: name`"
    ]


def test_headers_without_a_title(workbook, grid):
    text = f"{HEAD}\n{TIER}\n\n\n名称 | 人员\nam | owner\n"
    _, issues = read_ruleset(workbook({"S": grid(text)}))
    assert [plain(i.render("zh")) for i in issues] == [
        "rules.xlsx › S!A17: 错误 W132: 这里是表头（名称, 人员），但没有表标题；请在上一行第一格写标题，例如“角色”"
    ]


def test_a_sheet_of_notes_stays_one(workbook, grid):
    notes = "Roles in this workbook\nare the people who act\n\nName | Description\namount | in yuan"
    ruleset, issues = read_ruleset(workbook({"S": grid(f"{HEAD}\n{TIER}"), "Notes": grid(notes)}))
    assert ruleset is not None
    assert [(i.code, i.span.sheet) for i in issues] == [("W106", "Notes")]
