"""Explanations: exact texts, the published shape, and nothing that the trace does not say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

import jsonschema
import pytest

from crmrules.model.decision import Episode, History
from crmrules.model.records import Dataset, Record
from crmrules.model.values import DateTime
from crmrules.review.explain import explain, render_text, to_json
from crmrules.review.json_text import dumps

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet

AS_OF = "2026-03-02T09:00:00"
Load = Callable[[str], "CompiledRuleSet"]

C1_ENGLISH = """\
C1 上海云帆 as of 2026-03-02 09:00, by Demo handbook

Facts worked out
  Last touch = 2026-02-20 09:00  (old.yaml:25:86)
    max(interactions.occurred_at)
    from: interactions = 2 rows

Value tier (Classification, F) → Value tier = High
  ✓ VT1  (old.yaml:46:9)
      ✓ Annual amount  = 620,000 CNY  wanted >= high_value (high_value = 50万)  (old.yaml:46:41)
      ✓ Satisfaction   = 64           wanted >= 60                              (old.yaml:46:72)
  ✓ VT2  (old.yaml:47:9)  matched, but another row counts
      ✓ Annual amount  = 620,000 CNY  wanted >= 10万  (old.yaml:47:41)
  nearest rows that did not match:
  ✗ VT3  (old.yaml:48:9)
      ✗ Annual amount  = 620,000 CNY  wanted < 10万  (old.yaml:48:41)
  ✗ VT4  (old.yaml:49:9)  not valid on this day
      ✗ Satisfaction  = 64  wanted > 99  (old.yaml:49:40)

reachable (Classification, U) → Reachable = mobile
  ✓ RE1  (old.yaml:57:9)
      ✓ starts with(phone, "1")  = yes  wanted true  (old.yaml:57:53)
  nearest rows that did not match:
  ✗ RE2  (old.yaml:58:9)
      ✗ Phone  = 138****0001  wanted starts with(?, "0")  (old.yaml:58:33)

Follow-up (Cadence, U)
  ✓ FU1  (old.yaml:67:9)
      ✓ Value tier  = High  wanted high  (old.yaml:67:38)
  nearest rows that did not match:
  ✗ FU2  (old.yaml:68:9)
      ✗ Value tier  = High  wanted mid, low  (old.yaml:68:38)

unhappy (Escalation, C)
  ✓ UH1  (old.yaml:75:9)
      ✓ Satisfaction  = 64  wanted < 70  (old.yaml:75:40)
  ✓ UH2  (old.yaml:76:9)
      ✓ Satisfaction  = 64  wanted < 70  (old.yaml:76:40)

Actions
  FU1  (old.yaml:67:9): 回访 · Phone call · 王芳 · Priority 3 · Overdue
    Last touch 2026-02-20 09:00 + 每周1次 = Due 2026-02-27 09:00
    上海云帆：了解近况
  UH1  (old.yaml:75:9): 致电了解 · 王芳 · Priority 2 · Due today
    open since 2026-03-02 09:00 = Due 2026-03-02 09:00
    Until 2026-03-03 09:00
  UH2  (old.yaml:76:9): 上门 · Sales head (queue) · Priority 1 · Upcoming
    open since 2026-03-02 09:00 + 240h = Due 2026-03-12 09:00
    Until 2026-03-13 09:00
    later than this plan, which ends 2026-03-09 09:00
"""

C3_CHINESE = """\
C3，截至 2026-03-02 09:00，依据演示手册

推导出的字段
  最近触达 = —  (old.yaml:25:86)
    max(interactions.occurred_at)
    来自：interactions = —

价值等级 (分类, F) → 价值等级 = 低
  ✓ VT3  (old.yaml:48:9)
      ✓ 年合作额  = 50 CNY  条件 < 10万  (old.yaml:48:41)
  最接近但未匹配的行：
  ✗ VT2  (old.yaml:47:9)
      ✗ 年合作额  = 50 CNY  条件 >= 10万  (old.yaml:47:41)
  ✗ VT1  (old.yaml:46:9)
      ✗ 年合作额  = 50 CNY  条件 >= high_value (high_value = 50万)  (old.yaml:46:41)
      ✗ 满意度    = 50      条件 >= 60                              (old.yaml:46:72)
  ✗ VT4  (old.yaml:49:9)  当日不在有效期内
      ✗ 满意度  = 50  条件 > 99  (old.yaml:49:40)

reachable (分类, U) → 可联系 = nobody
  没有匹配的行：采用默认值
  最接近但未匹配的行：
  ✗ RE1  (old.yaml:57:9)
      ? starts with(phone, "1")  未知  条件 true  (old.yaml:57:53)
  ✗ RE2  (old.yaml:58:9)
      ? 电话号码  未知  条件 starts with(?, "0")  (old.yaml:58:33)

跟进 (节奏, U)
  ✓ FU2  (old.yaml:68:9)
      ✓ 价值等级  = 低  条件 mid, low  (old.yaml:68:38)
  最接近但未匹配的行：
  ✗ FU1  (old.yaml:67:9)
      ✗ 价值等级  = 低  条件 high  (old.yaml:67:38)

unhappy (升级, C)
  ✓ UH1  (old.yaml:75:9)
      ✓ 满意度  = 50  条件 < 70  (old.yaml:75:40)
  ✓ UH2  (old.yaml:76:9)
      ✓ 满意度  = 50  条件 < 70  (old.yaml:76:40)

行动
  UH1  (old.yaml:75:9)：致电了解 · 客户经理（待分派） · 优先级 2 · 今日到期
    开始于 2026-03-02 09:00 = 到期 2026-03-02 09:00
    截止 2026-03-03 09:00
  FU2  (old.yaml:68:9)：资讯 · 邮件 · 客户经理（待分派） · 优先级 3 · 今日到期
    最近触达从未发生 = 到期 2026-03-02 09:00
    被拦下：客户拒绝渠道：邮件  (old.yaml:9:21)
  UH2  (old.yaml:76:9)：上门 · 销售负责人（待分派） · 优先级 1 · 将到期
    开始于 2026-03-02 09:00 + 240h = 到期 2026-03-12 09:00
    截止 2026-03-13 09:00
    晚于本计划的截止时间 2026-03-09 09:00

规则需要但未知：电话号码
"""


def test_english(load: Load, customers: Dataset) -> None:
    assert render_text(explain(load("old"), customers.customers[0], AS_OF), "en") == C1_ENGLISH


def test_chinese_with_unknowns_and_a_withheld_action(load: Load, customers: Dataset) -> None:
    assert render_text(explain(load("old"), customers.customers[2], AS_OF), "zh") == C3_CHINESE


def test_an_open_episode_counts_from_its_beginning(load: Load, customers: Dataset) -> None:
    since = DateTime.parse("2026-02-25T10:00:00@Asia/Shanghai")
    assert since is not None
    history = History(episodes={"low_satisfaction": Episode("low_satisfaction", since)})
    text = render_text(explain(load("old"), customers.customers[0], AS_OF, history), "en")
    assert "    open since 2026-02-25 10:00 + 240h = Due 2026-03-07 10:00\n" in text


def test_reveal(load: Load, customers: Dataset) -> None:
    explanation = explain(load("old"), customers.customers[0], AS_OF)
    assert "13800000001" not in render_text(explanation) + dumps(to_json(explanation))
    assert "= 13800000001  wanted" in render_text(explanation, reveal=True)
    assert '"value": "13800000001"' in dumps(to_json(explanation, reveal=True))


@pytest.mark.parametrize("number", range(4))
def test_json_fits_the_published_schema(load: Load, customers: Dataset, number: int) -> None:
    schema = json.loads(files("crmrules_schemas").joinpath("decision.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(dumps(to_json(explain(load("old"), customers.customers[number], AS_OF), "zh")))
    assert [e.json_path + " " + e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    assert [step.get("decision", step.get("name")) for step in document["steps"]] == [
        "last_touch_at", "value_tier", "reachable", "follow_up", "unhappy",
    ]  # fmt: skip


def test_json_of_actions(load: Load, customers: Dataset) -> None:
    actions = to_json(explain(load("old"), customers.customers[2], AS_OF))["actions"]
    assert [(a["rule"], a["counted_from"], a["start"], a["gap"], a["due"], a["withheld"], a["in_plan"]) for a in actions] == [
        ("UH1", "", "2026-03-02T09:00:00+08:00", "", "2026-03-02T09:00:00+08:00", "", True),
        ("FU2", "last_touch_at", None, "每月1次", "2026-03-02T09:00:00+08:00", "blocked_channel", False),
        ("UH2", "", "2026-03-02T09:00:00+08:00", "240h", "2026-03-12T09:00:00+08:00", "", False),
    ]  # fmt: skip


def test_the_same_actions_as_the_plan(load: Load, customers: Dataset) -> None:
    """An explanation is no second opinion."""
    compiled = load("old")
    plan = compiled.plan(customers.customers, as_of=AS_OF)
    told = [
        action["key"]
        for record in customers.customers
        for action in to_json(explain(compiled, record, AS_OF))["actions"]
        if action["in_plan"]
    ]
    assert sorted(told) == sorted(action.key for action in plan.actions)
    assert len(told) == 4


def test_hostile_values_stay_on_their_line(load: Load, customers: Dataset) -> None:
    known = customers.customers[0]
    record: Record = replace(known, fields={**known.fields, "name": "a\x1b[31m\r\n✓ VT9\u202e" + "长" * 13_000})
    text = render_text(explain(load("old"), record, AS_OF), "en")
    assert text.splitlines()[0].startswith("C1 a\ufffd[31m ✓ VT9长长")
    assert max(len(line) for line in text.splitlines()) < 300
    assert "\x1b" not in text
    assert "\u202e" not in text
