"""Experiments and settings of values that move, as a workbook in Chinese says them."""

from __future__ import annotations

from crmrules.engine.compiler import compile_ruleset
from crmrules.model.ruleset import Experiment
from crmrules.model.vocabulary import Cell, Label
from crmrules.rulesets.loader import inspect_ruleset
from tests.rulesets.excel.test_reader import VOCABULARY

TIERS = """\
分类：tier | 命中策略：首个 | 升等：立即 | 降等：复核时 | 复核周期：每季度 | 复核起算日：2026-01-01 | 宽限期：P30D | 最短保级期：P90D | 通知行动：等级通知 | 通知责任人：客户经理
其他 | 条件 | 结果
编号 | 年合作额 | 等级
T1 | >= high_value | high
T2 | [10万..high_value) | low"""

TRIAL = """\
试点
名称 | 中文名 | 范围 | 比例 | 随机盐 | 字段 | 组别
points | 积分试点 | tier = "low" | 20% | 2026-points | 试点组 | 试点、对照"""

FACT = VOCABULARY.replace("\n客户 | touched", "\n客户 | arm | 试点组 | 文本\n客户 | touched") + (
    "\n客户 | arm | pilot | 试点\n客户 | arm | control | 对照"
)


def test_both_in_chinese(read_sheets, grid):
    ruleset, issues = read_sheets({"词汇": grid(FACT), "分级": grid(TIERS), "试点": grid(TRIAL)})
    assert issues == []
    assert {name: cell.text for name, cell in ruleset.decisions["tier"].settings.items()} == {
        "upgrade": "now", "downgrade": "review", "review": "每季度", "review_anchor": "2026-01-01", "grace": "P30D",
        "minimum_tenure": "P90D", "notify_task": "等级通知", "notify_role": "客户经理",
    }  # fmt: skip
    assert ruleset.experiments == {
        "points": Experiment(
            "points", "arm", Label(zh="积分试点"), Cell('tier = "low"'), Cell("20%"), Cell("2026-points"),
            (Cell("试点"), Cell("对照")),
        )
    }  # fmt: skip
    compiled, issues = compile_ruleset(ruleset)
    assert issues == [] and compiled is not None
    assert compiled.decide({"id": "C1", "amount": 200000}, as_of="2026-03-02").values["arm"] in ("pilot", "control")


def test_mistakes_are_told_at_their_cells(workbook, grid, monkeypatch, tmp_path):
    trial = TRIAL.replace("20%", "120%").replace("试点、对照", "试点、对象")
    tiers = TIERS.replace("每季度", "每季渡").replace("宽限期", "宽限其")
    workbook({"词汇": grid(FACT), "分级": grid(tiers), "试点": grid(trial)})
    monkeypatch.chdir(tmp_path)
    ruleset, issues = inspect_ruleset("rules.xlsx")
    assert ruleset is not None
    issues += compile_ruleset(ruleset)[1]
    assert [(str(each.span), each.code, each.params.get("nearest")) for each in issues] == [
        ("rules.xlsx › 分级!G1", "W116", "宽限期"),
        ("rules.xlsx › 试点!D3", "P731", None),
        ("rules.xlsx › 试点!G3", "P201", "对照"),
        ("rules.xlsx › 分级!E1", "P301", "每季度"),
    ]
