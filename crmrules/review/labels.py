"""The words of everything people read from this room, in English and Chinese, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    # columns and fields of a plan
    "due": ("Due", "到期"),
    "until": ("Until", "截止"),
    "start": ("Counted from", "起算"),
    "status": ("Status", "状态"),
    "priority": ("Priority", "优先级"),
    "owner": ("Owner", "负责人"),
    "owner_role": ("Role", "角色"),
    "customer": ("Customer", "客户"),
    "customer_id": ("Customer id", "客户编号"),
    "task": ("Task", "行动"),
    "channel": ("Channel", "方式"),
    "content": ("What to say or do", "内容"),
    "kind": ("Kind", "类别"),
    "decision": ("Decision", "决策"),
    "rule": ("Rule", "规则"),
    "place": ("Where it stands", "出处"),
    "why": ("Why", "依据"),
    "purpose": ("Purpose", "目的"),
    "signal": ("Signal", "信号"),
    "level": ("Level", "层级"),
    "key": ("Key", "唯一键"),
    "done": ("Done", "是否完成"),
    "outcome": ("Outcome", "跟进结果"),
    "reason": ("Reason", "原因"),
    "values": ("Values it rests on", "所依据的取值"),
    # kinds, statuses, ratings, purposes
    "classification": ("Classification", "分类"),
    "cadence": ("Cadence", "节奏"),
    "escalation": ("Escalation", "升级"),
    "overdue": ("Overdue", "已逾期"),
    "due_today": ("Due today", "今日到期"),
    "upcoming": ("Upcoming", "将到期"),
    "paused": ("Paused", "已暂停"),
    "all": ("All", "全部"),
    "green": ("on target", "达标"),
    "amber": ("close to target", "接近目标"),
    "red": ("off target", "未达标"),
    "none": ("no target", "无目标"),
    "no data": ("no data", "无数据"),
    "marketing": ("Marketing", "营销"),
    "service": ("Service", "服务"),
    "internal": ("Internal", "内部"),
    # why an action was withheld
    "do_not_contact": ("do not contact", "免打扰客户"),
    "blocked_channel": ("channel refused by the customer", "客户拒绝此渠道"),
    "suppress": ("suppressed by the table's own condition", "被规则表的抑制条件拦下"),
    # sections and captions
    "plan": ("Action plan", "行动计划"),
    "summary": ("Summary", "概览"),
    "actions": ("Actions", "行动"),
    "customers": ("Customers", "客户"),
    "withheld": ("Withheld", "被拦下"),
    "withheld_note": (
        "The rules asked for these, and a policy kept them back.",
        "规则要求了以下行动，但按策略未予安排。",
    ),
    "by_owner": ("By owner", "按负责人"),
    "by_customer": ("By customer", "按客户"),
    "per_day": ("Actions per day", "每日行动数"),
    "per_owner": ("Actions per owner", "各负责人行动数"),
    "distribution": ("Customers by {fact}", "客户分布：{fact}"),
    "kpis": ("KPIs", "指标"),
    "kpi": ("KPI", "指标"),
    "group": ("Group", "分组"),
    "value": ("Value", "值"),
    "target": ("Target", "目标"),
    "rating": ("Rating", "评价"),
    "n": ("n", "样本数"),
    "total": ("Total", "合计"),
    "unknown": ("Unknown values", "未知取值"),
    "unknown_note": (
        "Customers for whom a missing value left a rule undecided.",
        "因缺少取值而无法判定规则的客户数。",
    ),
    "warnings": ("Warnings", "警告"),
    "earlier": ("earlier", "更早"),
    "others": ("{n} others", "其他 {n} 位"),
    "no_value": ("(none)", "（无）"),
    "search": ("Search customer, task, owner …", "搜索客户、行动、负责人……"),
    "search_count": ("{n} shown", "显示 {n} 项"),
    "no_actions": ("Nothing to do in this time.", "此期间没有需要执行的行动。"),
    "cut_note": (
        "The list shows the first {shown} of {n} actions; the Excel, CSV and JSON plans hold all of them.",
        "列表仅显示前 {shown} 项（共 {n} 项）；Excel、CSV 与 JSON 计划包含全部行动。",
    ),
    "queue": ("queue", "待分派"),
    "contents": ("Contents", "目录"),
    "skip": ("Skip to the list", "跳到列表"),
    "field": ("Field", "字段"),
    "ruleset": ("Rule set", "规则集"),
    "version": ("Version", "版本"),
    "fingerprint": ("Fingerprint", "指纹"),
    "as_of": ("As of", "截至"),
    "count": ("Count", "数量"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "masked_note": ("Personal values are masked.", "个人信息已打码。"),
    "sentence": (
        "As of {as_of}, the rule set asks for {actions} for {some} of {customers} customers up to {until}.",
        "截至 {as_of}，规则集为 {customers} 位客户中的 {some} 位安排了 {actions}（至 {until}）。",
    ),
    "sentence_none": (
        "As of {as_of}, the rule set asks for nothing for {customers} customers up to {until}.",
        "截至 {as_of}，规则集没有为 {customers} 位客户安排行动（至 {until}）。",
    ),
    "n_action": ("{n} actions", "{n} 项行动"),
    "1_action": ("1 action", "1 项行动"),
    "more_actions": ("… and {n} more", "……另有 {n} 项"),
    # explanations
    "explain_head": ("{who} as of {as_of}, by {ruleset}", "{who}，截至 {as_of}，依据{ruleset}"),
    "derived": ("Facts worked out", "推导出的字段"),
    "reads": ("from", "来自"),
    "condition": ("wanted", "条件"),
    "is_unknown": ("is unknown", "未知"),
    "not_counted": ("matched, but another row counts", "匹配，但由其他行决定"),
    "default_used": ("no row matched: the table's default", "没有匹配的行：采用默认值"),
    "no_row": ("no row matched", "没有匹配的行"),
    "nearest": ("nearest rows that did not match:", "最接近但未匹配的行："),
    "not_valid": ("not valid on this day", "当日不在有效期内"),
    "no_tasks": ("The rules ask for no action.", "规则未要求任何行动。"),
    "never": ("{anchor} never happened", "{anchor}从未发生"),
    "episode": ("open since", "开始于"),
    "beyond": ("later than this plan, which ends {until}", "晚于本计划的截止时间 {until}"),
    "unknown_of": ("Unknown, and a rule asked for it", "规则需要但未知"),
    "n_rows": ("{n} rows", "{n} 行"),
    # diffs
    "diff_head": (
        "{old} → {new}, as of {as_of}, {customers} customers",
        "{old} → {new}，截至 {as_of}，{customers} 位客户",
    ),
    "diff_empty": (
        "No customer is decided differently, and no action or KPI changes.",
        "没有客户的判定、行动或指标发生变化。",
    ),
    "diff_counts": (
        "Customers decided differently: {customers}. Actions added: {added}, removed: {removed}, changed: {changed}.",
        "判定有变的客户：{customers}。行动新增：{added}，取消：{removed}，变更：{changed}。",
    ),
    "diff_facts": ("Customers decided differently", "判定有变的客户"),
    "diff_added": ("Actions added", "新增的行动"),
    "diff_removed": ("Actions removed", "取消的行动"),
    "diff_changed": ("Actions changed", "变更的行动"),
    "by_no_row": ("no row", "无匹配行"),
    "more": ("… and {n} more", "……另有 {n} 项"),
    # rule tests
    "test_expected": ("expected {expected}, got {actual}", "期望 {expected}，实际 {actual}"),
    "test_row": ("expected {rule} to match", "期望 {rule} 命中"),
    "test_not_row": ("expected {rule} not to match", "期望 {rule} 不命中"),
    "test_unknown": ("expected to be unknown and to leave a row undecided", "期望其未知并使某行无法判定"),
    "test_no_action": ("expected an action of {rule}", "期望 {rule} 产生行动"),
    "test_action": (
        "{rule}, {field}: expected {expected}, got {actual}",
        "{rule} 的{field}：期望 {expected}，实际 {actual}",
    ),
    "test_count": ("expected {expected} actions in all, got {actual}", "期望共 {expected} 项行动，实际 {actual} 项"),
    "test_withheld": ("it is withheld", "行动被拦下"),
    "test_later": ("it is due {due}, later than the plan ends", "到期时间 {due} 晚于计划范围"),
    "test_no_task": ("its row matches, and asks for nothing now", "规则命中，但此刻不产生行动"),
    "test_not_planned": ("its row matches, and the plan leaves it out", "规则命中，但未列入计划"),
    "test_made_by": ("made by", "由此得出"),
    "test_stopped": ("this row did not match", "此行未命中"),
    "test_overruled": ("this row matched, but another one counts", "此行命中，但由其他行决定"),
    "n_test": ("{n} tests", "{n} 个用例"),
    "1_test": ("1 test", "1 个用例"),
    "test_passed": ("{tests}: all passed", "{tests}：全部通过"),
    "test_failed": ("{tests}: {passed} passed, {failed} failed", "{tests}：通过 {passed}，失败 {failed}"),
    "test_broken": ("{tests} could not be run", "{tests}无法运行"),
    "test_none": ("The rule set has no tests.", "规则集没有测试用例。"),
    "coverage": ("Rows reached", "命中的规则行"),
    "coverage_tests": ("by tests", "由用例"),
    "coverage_samples": ("only by samples", "仅由样本"),
    "coverage_nothing": ("not at all", "未命中"),
    "coverage_of_tests": ("Rows that no test reaches:", "没有用例命中的规则行："),
    "coverage_of_both": ("Rows that no test and no sample reaches:", "没有用例或样本命中的规则行："),
    # issues
    "n_error": ("{n} errors", "{n} 个错误"),
    "1_error": ("1 error", "1 个错误"),
    "n_warning": ("{n} warnings", "{n} 个警告"),
    "1_warning": ("1 warning", "1 个警告"),
    "n_note": ("{n} notes", "{n} 条提示"),
    "1_note": ("1 note", "1 条提示"),
    "no_issues": ("No problems found.", "未发现问题。"),
    "in_files": ("{counts} in {n} files", "{n} 个文件中共有 {counts}"),
    "in_1_file": ("{counts} in 1 file", "1 个文件中共有 {counts}"),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "note": ("note", "提示"),
    "comma": (", ", "、"),
    "colon": (": ", "："),
}

LABELS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "en": MappingProxyType({key: pair[0] for key, pair in _WORDS.items()}),
        "zh": MappingProxyType({key: pair[1] for key, pair in _WORDS.items()}),
    }
)
"""Language → key → words."""


def say(key: str, lang: str, **params: object) -> str:
    """The words under ``key`` in ``lang`` (anything but ``zh`` is English), with ``{placeholders}`` filled."""
    text = LABELS["zh" if lang == "zh" else "en"][key]
    return text.format(**params) if params else text


def count(noun: str, n: int, lang: str) -> str:
    """``1 error``, ``3 errors``; ``noun`` is one that has a ``1_`` and an ``n_`` entry."""
    return say(f"1_{noun}", lang) if n == 1 and f"1_{noun}" in _WORDS else say(f"n_{noun}", lang, n=f"{n:,}")
