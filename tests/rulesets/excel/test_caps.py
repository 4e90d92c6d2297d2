"""Policies, deputies and the table Caps in a workbook: what they mean, and mistakes at their cells."""

from __future__ import annotations

from crmrules.engine.compiler import compile_ruleset
from crmrules.model.ruleset import Cap
from crmrules.model.vocabulary import Cell

HEAD = """\
规则集：触达
拒收目的 | refused
联系许可 | consents
暂缓至 | snoozed
触达记录 | interactions.occurred_at
免打扰时段 | 21:00-08:00
每日容量 | 8
可看全部的角色 | 销售负责人、manager
可看个人信息的角色 | manager

角色
名称 | 中文名 | 人员 | 代理角色
manager | 经理 | owner | 销售负责人
head | 销售负责人 | |

频次上限
次数 | 周期 | 筛选 | 渠道 | 目的 | 备注
1 | 1周 | stage = "潜在" | 微信、电话 | 营销 | 每周一次
2 | P1M | | | |

词汇
对象 | 名称 | 类型
客户 | owner | 文本
客户 | stage | 文本
客户 | refused | 列表<文本>
客户 | snoozed | 日期
互动 | occurred_at | 日期时间
"""


def test_what_it_means(read_sheets, grid):
    ruleset, issues = read_sheets({"S": grid(HEAD)})
    assert issues == []
    policies = ruleset.policies
    assert policies.caps == (
        Cap(Cell("1"), Cell("1周"), Cell('stage = "潜在"'), (Cell("微信"), Cell("电话")), (Cell("营销"),), "每周一次"),
        Cap(Cell("2"), Cell("P1M")),
    )
    assert [str(cap.span) for cap in policies.caps] == ["rules.xlsx › S!A18", "rules.xlsx › S!A19"]
    assert (policies.quiet_hours.text, policies.capacity.text, policies.consent.text) == (
        "21:00-08:00",
        "8",
        "consents",
    )
    assert [cell.text for cell in policies.view_all_roles] == ["销售负责人", "manager"]
    assert ruleset.roles["manager"].deputy == Cell("销售负责人")
    compiled, found = compile_ruleset(ruleset)
    assert found == []
    assert (compiled.roles["manager"].deputy, compiled.policies.capacity) == ("head", 8)
    assert compiled.policies.view_all_roles == {"head", "manager"}
    assert [(cap.count, str(cap.per), cap.channels, cap.purposes) for cap in compiled.policies.caps] == [
        (1, "P7D", {"微信", "电话"}, {"marketing"}), (2, "P1M", set(), {"marketing"}),
    ]  # fmt: skip


def test_mistakes_stand_at_their_cells(read_sheets, grid):
    text = HEAD.replace("1 | 1周", "0 | 一周半").replace("21:00-08:00", "25:00-08:00").replace("| 8", "| -1")
    ruleset, issues = read_sheets({"S": grid(text.replace("head | 销售负责人 | |", "head | 销售负责人 | | manager"))})
    assert issues == []
    _, found = compile_ruleset(ruleset)
    assert [(str(i.span), i.code) for i in found] == [
        ("rules.xlsx › S!D13", "P524"),
        ("rules.xlsx › S!B6", "P522"),
        ("rules.xlsx › S!B7", "P523"),
        ("rules.xlsx › S!A18", "P520"),
        ("rules.xlsx › S!B18", "P521"),
    ]


def test_a_cap_without_a_length_is_told(read_sheets, grid):
    _, issues = read_sheets({"S": grid(HEAD.replace("2 | P1M", "2 | "))})
    assert issues == ["rules.xlsx › S!A19: error R204: `per` is missing"]
    _, issues = read_sheets({"S": grid(HEAD.replace("次数 | 周期", "次数 | 周其"))})
    assert [i.split(": ")[1][:10] for i in issues] == ["error W111", "error W112"]
