"""One mistake gives one issue, and says what to do."""

from __future__ import annotations

import pytest

from crmrules.datasets.source import read_source
from crmrules.engine.compiler import compile_ruleset
from crmrules.rulesets.decisions import rules_without_ids
from crmrules.rulesets.loader import inspect_ruleset

RULES = """crmrules: 1
name: a
vocabulary:
  customer:
    amount: {type: number}
    tier: {values: [high, low]}
decisions:
  tier:
    kind: classification
    inputs: [amount]
    outputs: [tier]
    rules:
      - {id: T1, when: {amount: ">= 10"}, then: {tier: high}}
      - {when: {amount: "< 10"}, then: {tier: low}}
"""


def found(text, write, lang="en"):
    path = write(text)
    ruleset, issues = inspect_ruleset(path)
    _, more = compile_ruleset(ruleset)
    return [i.render(lang).split("rules.yaml:")[1] for i in [*issues, *more]]


@pytest.mark.parametrize(
    ("old", "new", "en", "zh"),
    [
        (
            "{type: number}",
            "{type: nubmer, range: '>= 0'}",
            "5:20: error V102: unknown type `nubmer`; known: number, string, boolean, date, time, date and time, "
            "days and time duration, years and months duration, list<…>; did you mean number?",
            "5:20: 错误 V102: 未知类型“nubmer”；可用：数字、文本、是否、日期、时间、日期时间、时长、年月时长、列表<…>；"
            "是否想写 number？",
        ),
        (
            "then: {tier: high}}",
            "then: {tier: high}, valid_from: 2026-03-01, valid_to: 2026-02-01}",
            "13:97: error R316: the rule ends (2026-02-01) before it begins (2026-03-01)",
            "13:97: 错误 R316: 规则的失效日 2026-02-01 不晚于生效日 2026-03-01",
        ),
        (
            "inputs: [amount]",
            "inputs: [amuont]",
            "10:14: error R310: unknown input `amuont`: no fact of the customer has this name, label or alias; "
            "did you mean amount?",
            "10:14: 错误 R310: 未知条件“amuont”：客户没有此名称、标签或别名的字段；是否想写 amount？",
        ),
        (
            "{type: number}",
            "{type: number, description: what is bought, in yuan}",
            "5:57: error R201: unknown key `in yuan`; known here: label, aliases, type, scale, unit, values, range, "
            "missing, default, sensitivity, formula, description; a text with a comma inside { } must stand in quotes",
            "5:57: 错误 R201: 未知的键“in yuan”；此处可用：label, aliases, type, scale, unit, values, range, "
            "missing, default, sensitivity, formula, description；{ } 中含逗号的文本要加引号",
        ),
        (
            "tier: low}",
            "tier: low, high}",
            "14:52: error R313: the rule gives `high`, which is no result of this table; its results: tier; "
            "a text with a comma inside { } must stand in quotes",
            "14:52: 错误 R313: 规则的结果“high”不是本表的结果列；结果列：tier；{ } 中含逗号的文本要加引号",
        ),
    ],
)  # fmt: skip
def test_one_mistake_one_issue(write, old, new, en, zh):
    text = RULES.replace(old, new)
    assert text != RULES
    assert found(text, write) == [en]
    assert found(text, write, "zh") == [zh]


def test_unknown_columns_are_said_once_for_all_rules(write):
    text = RULES.replace("inputs: [amount]", "inputs: [sum]")
    text = text.replace("{amount: ", "{toal: ")
    assert [line.split(":")[2].split()[1] for line in found(text, write)] == ["R310", "R312"]


def test_rules_without_ids(write):
    ruleset, _ = inspect_ruleset(write(RULES))
    assert [i.render("en").split("rules.yaml:")[1] for i in rules_without_ids(ruleset.decisions)] == [
        "8:3: note R318: 1 rows of the table tier have no id and are known by their position (such as tier.2): histories, "
        "comparisons and acknowledgements take another row for it when one is inserted above; write ids, or let "
        "`crmrules convert` write them"
    ]
    written, _ = inspect_ruleset(write(RULES.replace("- {when", "- {id: tier.2, when")))
    assert rules_without_ids(written.decisions) == []
    assert written.decisions == ruleset.decisions


def test_files_in_each_others_place(write):
    _, issues = inspect_ruleset(write("crmrules_data: 1\nsources: {customers: {path: a.csv}}\n"))
    assert [i.message() for i in issues] == [
        "this is a data source (`crmrules_data`), not a rule set; give the file of the rules here"
    ]
    _, issues = read_source(write(RULES))
    assert [(i.code, i.message("zh")) for i in issues] == [
        ("R126", "这是规则集文件（crmrules），不是数据源；此处应给出数据源文件")
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (
            "amount",
            "the column amount holds number; format the cell as text and type it again, for instance 5-7 or [5..7]",
        ),
        ("name", "the column name holds string; format the cell as text and type it again, for instance 5-7"),
    ],
)
def test_a_date_cell_is_said_once(workbook, header, said):
    import datetime

    rows = [
        ["Rule set: a"], [], ["Vocabulary"], ["Entity", "Name", "Type"], ["customer", "amount", "number"],
        ["customer", "name", "text"], ["customer", "tier", "text"], [], ["Classification: tier"],
        ["Other", "When", "Then"], ["Id", header, "tier"], ["T1", datetime.date(2026, 5, 7), "high"],
    ]  # fmt: skip
    ruleset, issues = inspect_ruleset(workbook({"S": rows}))
    _, more = compile_ruleset(ruleset)
    assert [(i.code, i.message()) for i in [*issues, *more]] == [
        ("W110", f"Excel turned this cell into the date 2026-05-07, but {said}")
    ]
