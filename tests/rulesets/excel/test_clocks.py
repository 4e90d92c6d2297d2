"""The columns and settings of schedules and clocks in a workbook: the same rule set as in YAML, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmrules.engine.compiler import compile_ruleset
from crmrules.rulesets.excel.writer import write_excel
from crmrules.rulesets.loader import inspect_ruleset

RULES = """
crmrules: 1
name: clocks
time_zone: Asia/Shanghai
calendars: {office: {label: {zh: 总部}, hours: {mon-fri: '09:00-17:00'}}}
roles: {sales: {}, manager: {}}
vocabulary:
  customer:
    signed: {type: date}
    birthday: {type: date}
    feedback: {type: string}
    open: {type: boolean}
    held_at: {type: date and time}
decisions:
  care:
    kind: cadence
    hit_policy: C
    settings: {anchor: signed, schedule: 固定, catch_up: 全部, stretch: 'if feedback = "暂不需要" then 2 else 1', roll: next,
      leap_day: mar1, cancel_if: feedback = "退订", expires: 14天, calendar: 总部, clock: elapsed}
    inputs: [feedback]
    outputs: [every, annual, offset, after_step, expires, within, clock, task, owner_role]
    rules:
      - {id: TIP, then: {every: 每月1次, task: 月度技巧}}
      - {id: BDAY, then: {annual: birthday, task: 生日祝福, owner_role: 'sales, manager'}}
      - {id: BOX, then: {annual: 春节、中秋, offset: 提前30天, task: 礼盒}}
      - {id: CALL, then: {after_step: BOX, offset: P1D, expires: P3D, within: 24h, clock: working, task: 回访}}
  complaint:
    kind: escalation
    hit_policy: C
    settings: {clock: working, holds: '[{start: held_at}]', reentry: cooldown P30D}
    inputs: [open]
    outputs: [signal, level, after, within, warn, task]
    rules:
      - {id: L1, when: {open: true}, then: {signal: complaint, within: 8h, warn: 2h, task: 处理投诉}}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_says_the_same(tmp_path: Path, lang: str) -> None:
    source = tmp_path / "rules.yaml"
    source.write_text(RULES, encoding="utf-8")
    ruleset, issues = inspect_ruleset(source)
    assert ruleset is not None and issues == []
    write_excel(ruleset, tmp_path / "rules.xlsx", lang)
    again, issues = inspect_ruleset(tmp_path / "rules.xlsx")
    assert issues == [] and again == ruleset
    compiled, issues = compile_ruleset(again)
    assert issues == [] and compiled is not None
    tasks = compiled.decide({"id": "C1", "signed": "2026-01-31", "birthday": "2000-02-29"}, as_of="2026-02-28").tasks
    assert [(t.rule, str(t.due)[:10], t.owner_role) for t in tasks] == [
        ("TIP", "2026-03-02", ""), ("TIP", "2026-03-31", ""), ("BDAY", "2026-03-02", "sales"), ("BDAY", "2026-03-02", "manager"),
        ("BOX", "2027-01-07", ""), ("BOX", "2026-08-26", ""),
    ]  # fmt: skip


def test_headers_and_settings_in_chinese(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    source = tmp_path / "rules.yaml"
    source.write_text(RULES, encoding="utf-8")
    ruleset, _ = inspect_ruleset(source)
    assert ruleset is not None
    write_excel(ruleset, tmp_path / "rules.xlsx", "zh")
    texts = {
        str(cell.value)
        for sheet in load_workbook(tmp_path / "rules.xlsx")
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    }
    assert {
        "每年",
        "前序步骤",
        "有效期",
        "预警",
        "计时",
        "补做：全部",
        "排期：固定",
        "再次触发：cooldown P30D",
    } <= texts
