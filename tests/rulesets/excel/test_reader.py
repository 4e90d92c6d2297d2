"""Workbooks as people make them: layouts, headers in two languages, merged cells, and every mistake at its cell."""

from __future__ import annotations

import datetime

import pytest

from crmrules.model.ruleset import HitPolicy, Kind
from crmrules.model.vocabulary import Cell, Label
from crmrules.rulesets.excel.layout import LAYOUTS
from crmrules.rulesets.loader import read_ruleset

KEYWORDS = ", ".join(word for layout in LAYOUTS for word in (layout.en, layout.zh))

VOCABULARY = """\
规则集：分级
时区 | Asia/Shanghai
语言 | 中文
禁止联系 | do_not_contact = true

参数
名称 | 中文名 | 类型 | 值
high_value | 高价值门槛 | 数字 | 50万

角色
名称 | 中文名 | 别名 | 人员
am | 客户经理 | AM、经理 | owner

词汇
对象 | 名称 | 中文名 | 类型 | 小数位 | 缺失 | 默认值
客户 | amount | 年合作额 | 数字 | 2
客户 | owner | 负责人 | 文本
客户 | do_not_contact | | 是否 | | 默认值 | false
客户 | tier | 等级 | 文本
客户 | touched | 最近触达 | 日期时间
互动 | occurred_at | | 日期时间
行动 | channel

取值
对象 | 字段 | 值 | 中文名 | 别名
客户 | 等级 | high | 高 | 高价值、VIP
客户 | tier | low | 低
行动 | channel | phone | 电话"""

TIERS = """\
分类：tier | 命中策略：首个 | 中文名：客户等级 | 默认 等级：low
其他 | 条件 | 结果 | 其他
编号 | 年合作额 | 等级 | 备注
T1 | >= high_value | high | 大客户
T2 | [10万..high_value) | low"""


def test_a_workbook_in_chinese(read_sheets, grid):
    ruleset, issues = read_sheets({"词汇": grid(VOCABULARY), "分级": grid(TIERS)})
    assert issues == []
    assert (ruleset.name, ruleset.time_zone, ruleset.language) == ("分级", "Asia/Shanghai", "zh")
    assert ruleset.policies.do_not_contact == Cell("do_not_contact = true")
    assert ruleset.parameters["high_value"].value.text == "50万"
    assert ruleset.roles["am"].aliases == ("AM", "经理")
    amount = ruleset.vocabulary.customer["amount"]
    assert (amount.label, amount.type, amount.scale) == (Label(zh="年合作额"), "number", 2)
    assert [v.aliases for v in ruleset.vocabulary.customer["tier"].values] == [("高价值", "VIP"), ()]
    assert ruleset.vocabulary.of("action")["channel"].values[0].label.zh == "电话"
    table = ruleset.decisions["tier"]
    assert (table.kind, table.hit_policy, table.label) == (Kind.CLASSIFICATION, HitPolicy.FIRST, Label(zh="客户等级"))
    assert table.defaults == {"tier": Cell("low")}
    assert [(r.id, r.when[0].text, r.then[0].text, r.note) for r in table.rules] == [
        ("T1", ">= high_value", "high", "大客户"),
        ("T2", "[10万..high_value)", "low", ""),
    ]
    assert str(table.rules[0].when[0].span) == "rules.xlsx › 分级!B4"
    assert str(table.rules[1].span) == "rules.xlsx › 分级!A5:D5"
    assert str(amount.span) == "rules.xlsx › 词汇!B16"
    assert str(ruleset.roles["am"].span) == "rules.xlsx › 词汇!A12"


ENGLISH = """\
Rule set: small

Vocabulary
Entity | Name | Type
customer | amount | number
customer | tier | string
customer | since | date

Classification: tier
amount | tier
> 1 | a
"""


@pytest.mark.parametrize(
    ("table", "outputs", "inputs"),
    [
        ("Classification: tier\namount | tier\n> 1 | a", ("tier",), ["amount"]),
        ("Classification: tier\nid | tier | amount\n1 | a | > 1", ("tier",), ["amount"]),
        ("Classification: x\nWhen | Then\namount | tier\n> 1 | a", ("tier",), ["amount"]),
        ("Classification: x\nWhen |  | Then\namount | since | tier\n> 1 | | a", ("tier",), ["amount", "since"]),
        ("Cadence: c\ntier | Frequency | owner_role\na | weekly | am", ("every", "owner_role"), ["tier"]),
        ("Escalation: e\n信号 | amount | 层级\nlow | > 1 | 1", ("signal", "level"), ["amount"]),
        ("Classification: x\n | When | Then\nId | big := amount > 5 | tier\nR | true | a", ("tier",), ["amount > 5"]),
        (" | Classification: x\n | When | Then\n | amount | tier\n | > 1 | a", ("tier",), ["amount"]),
    ],
)
def test_which_columns_are_results(table, outputs, inputs, read_sheets, grid):
    head = ENGLISH.split("Classification")[0]
    ruleset, issues = read_sheets({"S": grid(head + table)})
    assert issues == []
    decision = next(iter(ruleset.decisions.values()))
    assert decision.outputs == outputs
    assert [i.expression.text for i in decision.inputs] == inputs
    assert len(decision.rules) == 1


def test_merged_cells_stand_for_each_of_their_rows(read_sheets, grid):
    table = """\
Cadence: c | anchor: since
Other | When | | Then
Id | tier | amount | every | task
C1 | a | > 1 | weekly | call
C2 | | <= 1 | monthly
C3 | b | - | P1Y | write"""
    head = ENGLISH.split("Classification")[0]
    ruleset, issues = read_sheets(
        {"V": grid(head), "C": grid(table)}, {"C": ["B2:C2", "D2:E2", "B4:B5", "E4:E5", "A1:A1"]}
    )
    assert issues == []
    rules = ruleset.decisions["c"].rules
    assert [tuple(c.text for c in (*r.when, *r.then)) for r in rules] == [
        ("a", "> 1", "weekly", "call"),
        ("a", "<= 1", "monthly", "call"),
        ("b", "-", "P1Y", "write"),
    ]
    assert str(rules[1].when[0].span) == "rules.xlsx › C!B4"
    assert ruleset.decisions["c"].settings == {"anchor": Cell("since")}


def test_headers_that_reach_up_into_the_band_row(read_sheets, grid):
    table = "Classification: x\nId | When | Then\n | amount | tier\nR1 | > 1 | a"
    ruleset, issues = read_sheets({"S": grid(ENGLISH.split("Classification")[0] + table)}, {"S": ["A10:A11"]})
    assert issues == []
    assert ruleset.decisions["x"].rules[0].id == "R1"


def test_notes_around_tables_are_ignored(read_sheets, grid):
    text = "Our rules, agreed on 3 March: see the minutes\n\n" + ENGLISH + "\n\nWritten by the operations team."
    ruleset, issues = read_sheets({"S": grid(text), "Notes": [["just a note"]], "Empty": []})
    assert issues == [
        "rules.xlsx › Notes: note W106: the sheet holds no table (a table begins with a cell such as "
        "`Classification: name`) and is ignored"
    ]
    assert len(ruleset.decisions["tier"].rules) == 1


def test_typed_cells_give_their_plain_text(read_sheets, grid):
    rows = grid(ENGLISH)[:-1]
    rows[8:] = [
        ["Classification: tier"],
        ["amount", "tier", "valid from"],
        [500000, True, datetime.date(2026, 3, 1)],
        [0.1, 1.5, None],
    ]
    ruleset, issues = read_sheets({"S": rows})
    assert issues == []
    rules = ruleset.decisions["tier"].rules
    assert [(r.when[0].text, r.then[0].text, r.valid_from.text) for r in rules] == [
        ("500000", "true", "2026-03-01"),
        ("0.1", "1.5", ""),
    ]


def changed(old: str, new: str) -> str:
    assert old in ENGLISH
    return ENGLISH.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            changed("amount | tier\n> 1", "amuont | tier\n> 1"),
            [
                "rules.xlsx › S!A10: error R310: unknown input `amuont`: no fact of the customer has this name, label or alias; did you mean amount?"
            ],
        ),
        (
            changed("Entity | Name | Type", "Entity | Nmae | Type"),
            [
                "rules.xlsx › S!B4: error W111: unknown column `Nmae` in the table Vocabulary; known: Entity, Name, Label (en), Label (zh), Aliases, Type, Scale, Unit, Range, Missing, Default, Sensitivity, Formula, Description; did you mean Name?",
                "rules.xlsx › S!A4: error W112: the table Vocabulary needs the column `Name / 名称`",
                "rules.xlsx › S!A10: error R310: unknown input `amount`: no fact of the customer has this name, label or alias",
                "rules.xlsx › S!B10: error R311: unknown result `tier`; known: -",
            ],
        ),
        (
            changed("> 1 | a", "> 1 | a\n> 2 | b | c"),
            ["rules.xlsx › S!C12: error W114: `c` stands in a column without a header"],
        ),
        (
            changed("Classification: tier\namount | tier", "Classification: tier\nid | amount | tier").replace(
                "> 1 | a", "A | > 1 | a\nA | > 2 | b"
            ),
            ["rules.xlsx › S!A12: error R305: two rules have the id `A`; the other is at rules.xlsx › S!A11"],
        ),
        (
            changed("Classification: tier\n", "Classification: tier | hit policy: FIRTS\n"),
            [
                "rules.xlsx › S!B9: error R203: `hit_policy` cannot be `FIRTS`; expected one of: U, A, P, F, C, C+, C<, C>, C#, R, O, UNIQUE, ANY, PRIORITY, FIRST, COLLECT, COLLECT SUM, COLLECT MIN, COLLECT MAX, COLLECT COUNT, SUM, MIN, MAX, COUNT, RULE ORDER, OUTPUT ORDER; did you mean FIRST?"
            ],
        ),
        (
            changed("Classification: tier\n", "Clasification: tier\n"),
            [
                "rules.xlsx › S!A9: error W115: `Clasification: tier` looks like the title of a table, but is none; known: "
                + KEYWORDS
                + "; did you mean Classification?"
            ],
        ),
        (
            changed("customer | since | date", "customer | since | date\ncustomer | tier | number"),
            [
                "rules.xlsx › S!B8: error W122: `tier` is said in the row above; the table Vocabulary holds each name once (first at rules.xlsx › S!B6)"
            ],
        ),
        (
            changed("customer | since | date", "customer | | date"),
            ["rules.xlsx › S!A7: error W124: the row gives values but no `Name / 名称`"],
        ),
        (
            changed("customer | amount | number", "custmer | amount | number"),
            [
                "rules.xlsx › S!B5: error R201: unknown key `custmer`; known here: customer, contact, opportunity, contract, order, interaction, ticket, survey, consent, transition, owner, action; did you mean customer?",
                "rules.xlsx › S!A10: error R310: unknown input `amount`: no fact of the customer has this name, label or alias",
            ],
        ),
    ],
)
def test_mistakes(text, expected, read_sheets, grid):
    ruleset, issues = read_sheets({"S": grid(text)})
    assert ruleset is None
    assert issues == expected


def cell_mistake(read_sheets, grid, cell) -> list[str]:
    rows = grid(ENGLISH)
    rows[10] = [cell, "a"]
    ruleset, issues = read_sheets({"S": rows})
    assert ruleset is None
    return issues


def test_a_date_in_a_number_column_says_what_excel_did(read_sheets, grid):
    assert cell_mistake(read_sheets, grid, datetime.datetime(2026, 5, 7)) == [
        "rules.xlsx › S!A11: error W110: Excel turned this cell into the date 2026-05-07, but the column amount holds "
        "number; format the cell as text and type it again, for instance 5-7 or [5..7]"
    ]


def test_a_formula_without_a_value_is_shown(read_sheets, grid):
    assert cell_mistake(read_sheets, grid, "=SUM(B1:B3)") == [
        "rules.xlsx › S!A11: error W108: the formula =SUM(B1:B3) has no stored value; open the workbook in Excel, let "
        "it calculate, and save it"
    ]


def test_an_error_cell_is_shown(read_sheets, grid):
    assert cell_mistake(read_sheets, grid, "#N/A") == [
        "rules.xlsx › S!A11: error W109: the cell shows the error #N/A; correct it"
    ]


def test_problems_of_cells_outside_tables_do_not_matter(read_sheets, grid):
    rows = grid(ENGLISH)
    rows += [[], ["", "", "=NOW()"], ["#REF!"]]
    _, issues = read_sheets({"S": rows})
    assert issues == []


def test_a_workbook_without_tables(read_sheets):
    ruleset, issues = read_sheets({"S": [["Hello"]]})
    assert ruleset is None
    assert issues == [
        "rules.xlsx: error W107: no sheet holds a table: a table begins with a cell such as `Classification: name`"
    ]


def test_a_workbook_may_include_yaml(read_sheets, grid, write):
    write("vocabulary: {customer: {amount: {type: number}, tier: {}}}\n", "facts.yaml")
    ruleset, issues = read_sheets(
        {"S": grid("Rule set: a\nInclude | facts.yaml\n\nClassification: tier\namount | tier\n> 1 | a")}
    )
    assert issues == []
    assert list(ruleset.vocabulary.customer) == ["amount", "tier"]


def test_yaml_may_include_a_workbook(workbook, grid, write):
    workbook({"S": grid("Classification: tier\namount | tier\n> 1 | a")}, "tiers.xlsx")
    path = write(
        "crmrules: 1\nname: a\ninclude: [tiers.xlsx]\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\n"
    )
    ruleset, issues = read_ruleset(path)
    assert issues == []
    assert ruleset.decisions["tier"].rules[0].id == "tier.1"
