"""A mistake in a cell stops the load with one located message; several mistakes are told at once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from crmrules.engine.compiler import compile_ruleset
from tests.engine.helpers import ROOT, edited, facts, problems, rules, shown

CASES = {
    "typo in a condition": (
        '">= high_value"', '">= high_valeu"',
        'rules.yaml:56:45: error F120: unknown name "high_valeu"; did you mean high_value?',
    ),
    "unknown word in a condition": (
        '"mid, low"', '"mid, lwo"',
        'rules.yaml:67:44: error F121: "lwo" is none of the allowed values '
        "(high, mid, low); did you mean low?",
    ),
    "wrong type in a condition": (
        '"< 10万"', "'< \"many\"'", "rules.yaml:58:42: error F130: number cannot be compared with string",
    ),
    "unknown word in a result": (
        "then: {value_tier: high}", "then: {value_tier: hihg}",
        "rules.yaml:56:78: error P201: 'hihg' is no word of 'value_tier'; allowed: high, mid, low; did you mean high?",
    ),
    "unknown role": (
        "owner_role: sales_head", "owner_role: sales_haed",
        "rules.yaml:75:139: error P303: 'sales_haed' is no role of the rule set; roles: account_manager, sales_head; "
        "did you mean sales_head?",
    ),
    "unknown word of a column": (
        "channel: phone", "channel: telephone",
        "rules.yaml:66:84: error P304: 'telephone' is no word of column 'channel'; allowed: phone, email; "
        "did you mean phone?",
    ),
    "bad frequency": (
        "每周1次", "每周一此",
        "rules.yaml:66:59: error P301: '每周一此' is no frequency; expected for instance 每周1次, 每两周1次, weekly, "
        "every 2-3 days, P2W; did you mean 每周1次?",
    ),
    "bad duration": (
        "after: 48h", "after: soon",
        "rules.yaml:75:99: error P302: 'soon' is no duration; expected for instance 24h, 48小时, 3天, P3D, 提前30天",
    ),
    "negative deadline": (
        "after: 48h", "after: -PT48H", "rules.yaml:75:99: error P308: a time allowed cannot be negative, found -PT48H",
    ),
    "level with a fraction": (
        "level: 2", "level: 2.5", "rules.yaml:75:89: error P307: 'level' is a whole number from 1 to 99, found 2.5",
    ),
    "priority out of its limits": (
        "priority: 1}", "priority: 10}",
        "rules.yaml:75:161: error P307: 'priority' is a whole number from 1 to 9, found 10",
    ),
    "misspelt placeholder": (
        '"{{ name }}：了解近况"', '"{{ nmae }}：了解近况"',
        "rules.yaml:66:104: error P311: the placeholder 'nmae' names nothing of the customer; did you mean name?",
    ),
    "attribute in a template": (
        '"{{ name }}：了解近况"', "\"{{ ''.__class__ }}\"",
        "rules.yaml:66:101: error P310: {{ ''.__class__ }} is refused: an attribute is not allowed in a text; "
        "placeholders name facts and use filters",
    ),
    "unfinished placeholder": (
        '"{{ name }}：了解近况"', '"{{ name"',
        "rules.yaml:66:101: error P309: the text is no template: "
        "unexpected end of template, expected 'end of print statement'.",
    ),
    "unknown filter": (
        '"{{ name }}：了解近况"', '"{{ name | uper }}"',
        "rules.yaml:66:111: error P312: there is no filter 'uper'; filters: date, datetime, default, join, lower, "
        "money, number, percent, trim, upper; did you mean upper?",
    ),
    "misspelt anchor": (
        "anchor: last_touch_at", "anchor: last_tuoch_at",
        'rules.yaml:62:24: error F120: unknown name "last_tuoch_at"; did you mean last_touch_at?',
    ),
    "misspelt formula": (
        "max(interactions.occurred_at)", "max(interactions.ocurred_at)",
        'rules.yaml:31:77: error F124: there is no "ocurred_at" here; did you mean occurred_at?',
    ),
    "parameter of another type": (
        "value: 50万", "value: '\"many\"'",
        "rules.yaml:16:74: error F136: this gives string; number is expected",
    ),
    "bad horizon": (
        "horizon: P7D ", "horizon: -P7D ",
        "rules.yaml:13:12: error P504: a plan looks ahead, so its horizon is a duration such as P7D, found -P7D",
    ),
    "misspelt policy": (
        "do_not_contact: do_not_contact = true", "do_not_contact: do_not_contat = true",
        'rules.yaml:11:19: error F120: unknown name "do_not_contat"; did you mean do_not_contact?',
    ),
    "misspelt person": (
        "person: owner", "person: ownr", 'rules.yaml:19:84: error F120: unknown name "ownr"; did you mean owner?',
    ),
    "bad range": ('range: "[0..100]"', 'range: "[0..abc]"', 'rules.yaml:29:82: error F120: unknown name "abc"'),
    "policy that combines actions": (
        "hit_policy: C\n", "hit_policy: C+\n",
        "rules.yaml:68:3: error P115: hit policy C+ orders or combines results; escalation tables have U, F, A, C, R",
    ),
    "both every and offset": (
        "outputs: [every, task, channel, content, owner_role]\n    rules:\n      - {id: FU1, when: {value_tier: high}, then: {every: 每周1次,",
        "outputs: [every, offset, task, channel, content, owner_role]\n    rules:\n      - {id: FU1, when: {value_tier: high}, then: {every: 每周1次, offset: P3D,",
        "rules.yaml:66:9: error P305: the row needs either 'every' or 'offset' (or 'annual', which 'offset' may move), "
        "found 每周1次 / P3D",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_mistake_is_one_message(case: str) -> None:
    old, new, expected = CASES[case]
    assert problems(edited((old, new))) == [expected]


def test_the_minimal_rule_set_has_no_problems() -> None:
    assert problems(edited()) == []


def test_the_rule_set_of_the_reference_page_has_no_problems() -> None:
    page = (ROOT / "docs" / "reference" / "ruleset.md").read_text(encoding="utf-8")
    block = re.search(r"^```yaml\n(.*?)^```", page, re.S | re.M)
    assert block is not None
    assert problems(re.sub(r"^include:.*\n", "", block[1], flags=re.M)) == []


def test_all_problems_at_once() -> None:
    text = edited(
        ('">= high_value"', '">= high_valeu"'),
        ("then: {value_tier: mid}", "then: {value_tier: midd}"),
        ("每周1次", "每周一此"),
        ("owner_role: sales_head", "owner_role: sales_haed"),
        ("person: owner", "person: ownr"),
        ('"{{ name }}：了解近况"', '"{{ nmae }} {{ name | uper }}"'),
    )
    assert [line.split(": error ")[1].split(":")[0] for line in problems(text)] == [
        "F120", "F120", "P201", "P311", "P312", "P301", "P303",
    ]  # fmt: skip


def test_chinese() -> None:
    text = edited(("then: {value_tier: high}", "then: {value_tier: hihg}"), ("hit_policy: C\n", "hit_policy: C+\n"))
    assert problems(text, lang="zh") == [
        "rules.yaml:56:78: 错误 P201: “hihg”不是“value_tier”的取值；可用的取值：高、中、低；是否想写 high？",
        "rules.yaml:68:3: 错误 P115: 命中策略 C+ 用于排序或汇总结果；升级表可用 U, F, A, C, R",
    ]


def test_no_anchor() -> None:
    text = edited(("settings: {anchor: last_touch_at, if_never: now}", "settings: {if_never: skip}"))
    message = "nothing says from when time is counted: the table has no setting 'anchor', the row no cell 'anchor'"
    assert problems(text) == [f"rules.yaml:66:9: error P306: {message}", f"rules.yaml:67:9: error P306: {message}"]


def test_unknown_override() -> None:
    assert problems(edited(), {"high_valeu": "60万"}) == [
        "--set high_valeu: error P107: there is no parameter 'high_valeu' to set; did you mean high_value?"
    ]


def test_bad_override() -> None:
    assert problems(edited(), {"high_value": "true"}) == [
        "--set high_value: error F136: this gives boolean; number is expected"
    ]
    assert problems(edited(), {"high_value": ""}) == [
        "--set high_value: error P108: parameter 'high_value' is declared as number, found nothing"
    ]


def test_cycle_of_facts_and_tables() -> None:
    text = facts(
        "a: {type: number, formula: b + 1}",
        "b: {type: number}",
        "c: {type: number, formula: a * 2}",
        "x: {type: number, formula: y}",
        "y: {type: number, formula: x}",
    ) + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: U\n    inputs: [c]\n    outputs: [b]\n"
        "    rules:\n      - {id: T1, when: {c: '> 1'}, then: {b: 1}}\n"
    )
    assert problems(text) == [
        "rules.yaml:6:32: error P103: these need each other, so none can come first: a → t → c → a "
        "(rules.yaml:6:32, rules.yaml:12:3, rules.yaml:8:32)",
        "rules.yaml:9:32: error P103: these need each other, so none can come first: x → y → x "
        "(rules.yaml:9:32, rules.yaml:10:32)",
    ]


def test_lists_need_list_facts() -> None:
    text = facts("v: {type: number}", "tags: {type: string}") + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: C\n    inputs: [v]\n    outputs: [tags]\n"
        "    rules:\n      - {id: T1, when: {v: '> 1'}, then: {tags: big}}\n"
    )
    assert problems(text) == [
        "rules.yaml:7:5: error P106: hit policy C gives list<string>, but fact 'tags' is declared as string"
    ]


def test_default_of_a_decided_fact_belongs_to_the_table() -> None:
    text = facts("v: {type: number}", "big: {type: boolean, missing: default, default: false}") + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: U\n    inputs: [v]\n    outputs: [big]\n"
        "    rules:\n      - {id: T1, when: {v: '> 1'}, then: {big: true}}\n"
    )
    assert problems(text) == [
        "rules.yaml:7:5: error P114: fact 'big' is given by a table and has a default, which belongs to the table "
        "(default: {big: …})"
    ]


def test_a_constant_of_another_type() -> None:
    text = facts("v: {type: number}", "out: {type: number}") + (
        "decisions:\n"
        "  t:\n    kind: classification\n    hit_policy: U\n    inputs: [v]\n    outputs: [out]\n"
        "    rules:\n      - {id: T1, then: {out: 'get value({a: true}, \"a\")'}}\n"
    )
    assert problems(text) == ["rules.yaml:15:30: error P202: 'out' is number, found boolean"]


@pytest.mark.parametrize(
    ("table", "column", "expected"),
    [
        ("value_tier", "value_teir", "error P104: 'value_teir' is no fact of the customer, so table 'value_tier' cannot "
         "give it; did you mean value_tier?"),
        ("follow_up", "evry", "error P105: 'evry' is no result column of cadence tables; they have every, offset, anchor, "
         "annual, after_step, expires, within, clock, task, channel, content, owner_role, priority, purpose; did you mean every?"),
    ],
)  # fmt: skip
def test_a_rule_set_made_by_a_program(table: str, column: str, expected: str) -> None:
    """What the loader would refuse is refused here, too."""
    ruleset = rules().ruleset
    changed = replace(ruleset.decisions[table], outputs=(column, *ruleset.decisions[table].outputs[1:]))
    compiled, issues = compile_ruleset(replace(ruleset, decisions={**ruleset.decisions, table: changed}))
    assert compiled is None
    assert shown(issues[0]).partition(": ")[2] == expected
