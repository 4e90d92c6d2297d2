"""What people write into cells in China, and what they are told, in their own words."""

from __future__ import annotations

import pytest

from crmrules.engine.compiler import compile_ruleset
from crmrules.rulesets.loader import inspect_ruleset

RULES = """crmrules: 1
name: a
vocabulary:
  customer:
    amount: {label: {zh: 消费额}, type: number, unit: CNY}
    visits: {label: {zh: 到店次数}, type: number}
    active: {label: {zh: 活跃}, type: boolean}
    tier: {label: {zh: 等级}, values: [{value: core, label: {en: Core, zh: 核心}}, {value: low, label: {en: Low, zh: 沉睡}}]}
    grade: {type: number}
    last: {type: date}
roles: {am: {}}
decisions:
  tier:
    kind: classification
    hit_policy: F
    inputs: [amount, visits, active, old]
    outputs: [tier]
    rules: [{id: T1, when: {KEY: "CELL"}, then: {tier: core}}]
  grade:
    kind: classification
    hit_policy: F
    inputs: [tier]
    outputs: [grade]
    rules: [{id: G1, when: {tier: "TIER"}, then: {grade: "GRADE"}}]
  care:
    kind: cadence
    settings: {anchor: last}
    inputs: []
    outputs: [every, within, task]
    rules: [{id: C1, then: {every: "EVERY", within: "WITHIN", task: call}}]
"""
FINE = {"KEY": "amount", "CELL": "> 1", "TIER": "core", "GRADE": "1", "EVERY": "每周", "WITHIN": "48小时"}


def said(write, lang="zh", **given):
    text = RULES.replace(", old]", "]")
    for key, value in {**FINE, **given}.items():
        text = text.replace(key, value, 1)
    ruleset, issues = inspect_ruleset(write(text))
    compiled, more = compile_ruleset(ruleset)
    return compiled, [i.message(lang) for i in [*issues, *more]]


def test_the_rules_are_fine(write):
    assert said(write)[1] == []


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ("8万-30万元", "8万-30万"), ("50万元", "50万"), ("< 5000元", "< 5000"), ("5000元以上", "5000以上"),
        ("8万元-30万元", "8万-30万"), ("[8万元..30万元)", "[8万..30万)"), ("1000 元, 2000 元", "1000, 2000"),
    ],
)  # fmt: skip
def test_yuan_after_amounts(write, cell, plain):
    compiled, issues = said(write, CELL=cell)
    assert issues == []
    assert compiled.ruleset.decisions["tier"].rules[0].when[0].text == plain


def test_every_two_weeks(write):
    _, issues = said(write, EVERY="双周")
    assert issues == []


@pytest.mark.parametrize(
    ("given", "zh", "en"),
    [
        (
            {"KEY": "visits", "CELL": "50元"},
            "数字 50 后面的 元 不是单位；可用：% 百 千 万 百万 千万 亿 万亿；请删去“元”：50",
            "元 after the number 50 is no unit; known: % 百 千 万 百万 千万 亿 万亿; delete 元: 50",
        ),
        (
            {"CELL": "<8w"},
            "数字 与 时长 不能比较；8w 会读作 8 周；若指 8 万，请写 8万",
            "number cannot be compared with days and time duration; 8w reads as 8 weeks; write 8万 for ten thousands",
        ),
        (
            {"CELL": "八万以下"},
            "未知名称“八万以下”；此处应为数字，例如 8万以下",
            'unknown name "八万以下"; a number belongs here, such as 8万以下',
        ),
        (
            {"KEY": "active", "CELL": "有"},
            "未知名称“有”；请写 是 或 否",
            'unknown name "有"; write true or false',
        ),
        (
            {"GRADE": "一级"},
            "未知名称“一级”；此处应为数字，例如 1",
            'unknown name "一级"; a number belongs here, such as 1',
        ),
        (
            {"TIER": "核心客户"},
            "“核心客户”不在允许的取值之中（核心、沉睡）；是否想写 核心？",
            '"核心客户" is none of the allowed values (core, low); did you mean 核心?',
        ),
        (
            {"TIER": "'vip'".replace("'", '\\"')},
            "“vip”不在允许的取值之中（核心、沉睡），条件永远不成立",
            '"vip" is none of the allowed values (core, low), so this never holds',
        ),
        (
            {"KEY": "金额"},
            "规则的条件“金额”不是本表的条件列；条件列：消费额（amount）、到店次数（visits）、活跃（active）",
            "the rule has a condition on `金额`, which is no input of this table; its inputs: amount, visits, active",
        ),
        (
            {"WITHIN": "48"},
            "“48”不是时长；写法如：24h、48小时、3天、P3D、提前30天；缺少单位：请写 48小时 或 48天",
            "the unit is missing: write 48h or 48d",
        ),
        (
            {"WITHIN": "2个工作日"},
            "“2个工作日”不是时长；写法如：24h、48小时、3天、P3D、提前30天；工作时间请写小时数（如 16小时），"
            "并在表的设置中写“计时：working”",
            "working time is written in hours, such as 16h, with the table's setting `clock: working`",
        ),
    ],
)
def test_what_is_meant(write, given, zh, en):
    assert said(write, **given)[1] == [zh]
    [english] = said(write, "en", **given)[1]
    assert english == en or english.endswith(f"; {en}")
