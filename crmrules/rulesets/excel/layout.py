"""How a rule set is laid out in a workbook: the tables, their columns, and every word in English and Chinese.

Reader and writer both follow these lists, and so does the reference page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crmrules.model.ruleset import Kind
from crmrules.model.ruletest import ACTION_FIELDS
from crmrules.model.vocabulary import ENTITIES


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    LIST = "list"
    WHOLE = "whole number"


@dataclass(frozen=True, slots=True)
class Column:
    """A column (or, in the table Rule set, a row): where its values go in the document, and its headers."""

    path: tuple[str, ...]
    en: str
    zh: str
    others: tuple[str, ...] = ()
    holds: Holds = Holds.TEXT
    words: str = ""
    """The word list (:data:`WORDS`) its values may be written in."""

    def headers(self) -> Iterator[str]:
        """Every header that means this column."""
        yield from (self.en, self.zh, self.path[-1], *self.others)


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of table: its title keyword, the document section it holds, its columns."""

    key: str
    en: str
    zh: str
    section: str
    columns: tuple[Column, ...] = ()

    @property
    def named(self) -> bool:
        """Whether the title needs a name after the keyword."""
        return self.section in ("decisions", "head")


_NAME = Column(("name",), "Name", "名称")
_LABEL_EN = Column(("label", "en"), "Label (en)", "英文名", ("label en",))
_LABEL_ZH = Column(("label", "zh"), "Label (zh)", "中文名", ("label zh",))
_ALIASES = Column(("aliases",), "Aliases", "别名", holds=Holds.LIST)
_TYPE = Column(("type",), "Type", "类型", words="type")
_UNIT = Column(("unit",), "Unit", "单位")
_DESCRIPTION = Column(("description",), "Description", "说明")

ID: Final = Column(("id",), "Id", "编号")
RULE_COLUMNS: Final = (
    ID,
    Column(("note",), "Note", "备注"),
    Column(("valid_from",), "Valid from", "生效", ("生效日期",)),
    Column(("valid_to",), "Valid to", "失效", ("失效日期",)),
)
"""Columns of decision tables that are neither conditions nor results."""

BANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "when": ("When", "条件", "If", "Conditions"),
    "then": ("Then", "结果", "Results"),
    "other": ("Other", "其他", "其它"),
}
"""Words of the band row, the written ones first."""

HEAD: Final = Layout(
    "head",
    "Rule set",
    "规则集",
    "head",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        _DESCRIPTION,
        Column(("version",), "Version", "版本"),
        Column(("time_zone",), "Time zone", "时区"),
        Column(("language",), "Language", "语言", words="language"),
        Column(("include",), "Include", "包含文件", holds=Holds.LIST),
        Column(("policies", "do_not_contact"), "Do not contact", "禁止联系"),
        Column(("policies", "blocked_channels"), "Blocked channels", "拒收渠道"),
        Column(("policies", "horizon"), "Horizon", "计划范围"),
        Column(("policies", "blocked_purposes"), "Blocked purposes", "拒收目的"),
        Column(("policies", "consent"), "Consent", "联系许可"),
        Column(("policies", "snooze_until"), "Snooze until", "暂缓至"),
        Column(("policies", "touches"), "Touches", "触达记录"),
        Column(("policies", "quiet_hours"), "Quiet hours", "免打扰时段"),
        Column(("policies", "customer_time_zone"), "Customer time zone", "客户时区"),
        Column(("policies", "capacity"), "Capacity", "每日容量", ("每人每日容量",)),
        Column(("policies", "view_all_roles"), "View all roles", "可看全部的角色", holds=Holds.LIST),
        Column(("policies", "reveal_roles"), "Reveal roles", "可看个人信息的角色", holds=Holds.LIST),
        Column(("calendar",), "Calendar", "日历", ("默认日历",)),
    ),
)
PARAMETERS: Final = Layout(
    "parameters",
    "Parameters",
    "参数",
    "parameters",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        _ALIASES,
        _TYPE,
        Column(("value",), "Value", "值", ("取值",)),
        _UNIT,
        Column(("note",), "Note", "备注"),
    ),
)
ROLES: Final = Layout(
    "roles",
    "Roles",
    "角色",
    "roles",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        _ALIASES,
        Column(("person",), "Person", "人员"),
        Column(("deputy",), "Deputy", "代理角色", ("代理",)),
    ),
)
CAPS: Final = Layout(
    "caps",
    "Caps",
    "频次上限",
    "caps",
    (
        Column(("count",), "Count", "次数"),
        Column(("per",), "Per", "周期"),
        Column(("where",), "Where", "筛选"),
        Column(("channels",), "Channels", "渠道", holds=Holds.LIST),
        Column(("purposes",), "Purposes", "目的", holds=Holds.LIST),
        Column(("note",), "Note", "备注"),
    ),
)
VOCABULARY: Final = Layout(
    "vocabulary",
    "Vocabulary",
    "词汇",
    "vocabulary",
    (
        Column(("entity",), "Entity", "对象", words="entity"),
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        _ALIASES,
        _TYPE,
        Column(("scale",), "Scale", "小数位", holds=Holds.WHOLE),
        _UNIT,
        Column(("range",), "Range", "范围"),
        Column(("missing",), "Missing", "缺失", words="missing"),
        Column(("default",), "Default", "默认值"),
        Column(("sensitivity",), "Sensitivity", "敏感", words="sensitivity"),
        Column(("formula",), "Formula", "公式"),
        _DESCRIPTION,
    ),
)
VALUES: Final = Layout(
    "values",
    "Values",
    "取值",
    "values",
    (
        Column(("entity",), "Entity", "对象", words="entity"),
        Column(("fact",), "Fact", "字段"),
        Column(("value",), "Value", "值", ("取值",)),
        _LABEL_EN,
        _LABEL_ZH,
        _ALIASES,
    ),
)
KPIS: Final = Layout(
    "kpis",
    "KPIs",
    "指标",
    "kpis",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        Column(("type",), "Type", "类型", words="kpi"),
        Column(("over",), "Over", "对象", words="entity"),
        Column(("where",), "Where", "筛选"),
        Column(("window",), "Window", "时间窗"),
        Column(("window_on",), "Window on", "时间字段"),
        Column(("value",), "Value", "数值", ("值",)),
        Column(("numerator",), "Numerator", "分子"),
        Column(("denominator",), "Denominator", "分母"),
        Column(("percentile",), "Percentile", "分位"),
        Column(("factor",), "Factor", "倍数", ("系数",)),
        Column(("latest_per",), "Latest per", "取最近一条", holds=Holds.LIST),
        Column(("per",), "Per", "累计步长"),
        Column(("fact",), "Fact", "转化字段", ("字段",)),
        Column(("from",), "From", "转化前"),
        Column(("to",), "To", "转化后"),
        Column(("group_by",), "Group by", "分组", holds=Holds.LIST),
        Column(("groups_from",), "Groups from", "分组来源"),
        Column(("target",), "Target", "目标值", ("目标",)),
        Column(("amber",), "Amber", "预警值", ("黄灯",)),
        Column(("direction",), "Direction", "方向", words="direction"),
        _UNIT,
        _DESCRIPTION,
    ),
)
CALENDARS: Final = Layout(
    "calendars",
    "Calendars",
    "日历",
    "calendars",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        Column(("time_zone",), "Time zone", "时区"),
        Column(("country",), "Country", "国家", ("国家或地区",)),
        Column(("hours", "mon-fri"), "Mon-Fri", "周一至周五"),
        Column(("hours", "mon"), "Mon", "周一"),
        Column(("hours", "tue"), "Tue", "周二"),
        Column(("hours", "wed"), "Wed", "周三"),
        Column(("hours", "thu"), "Thu", "周四"),
        Column(("hours", "fri"), "Fri", "周五"),
        Column(("hours", "sat"), "Sat", "周六"),
        Column(("hours", "sun"), "Sun", "周日"),
    ),
)
CALENDAR_DAYS: Final = Layout(
    "calendar days",
    "Calendar days",
    "日历日期",
    "calendar days",
    (
        Column(("calendar",), "Calendar", "日历"),
        Column(("date",), "Date", "日期"),
        Column(("hours",), "Hours", "工作时间", ("时间",), words="hours"),
    ),
)
"""Single dates of calendars: ``off`` or blank, ``work`` (the usual hours), or hours."""
EXPERIMENTS: Final = Layout(
    "experiments",
    "Experiments",
    "试点",
    "experiments",
    (
        _NAME,
        _LABEL_EN,
        _LABEL_ZH,
        Column(("scope",), "Scope", "范围", ("适用范围",)),
        Column(("share",), "Share", "比例", ("试点比例",)),
        Column(("salt",), "Salt", "随机盐", ("盐",)),
        Column(("fact",), "Fact", "字段"),
        Column(("arms",), "Arms", "组别", ("分组",), holds=Holds.LIST),
        _DESCRIPTION,
    ),
)
DECISIONS: Final[Mapping[Kind, Layout]] = {
    Kind.CLASSIFICATION: Layout("classification", "Classification", "分类", "decisions"),
    Kind.CADENCE: Layout("cadence", "Cadence", "节奏", "decisions"),
    Kind.ESCALATION: Layout("escalation", "Escalation", "升级", "decisions"),
}
CASE: Final = Column(("case",), "Case", "用例", ("test",))
TESTS: Final = Layout(
    "tests",
    "Tests",
    "测试",
    "tests",
    (
        ID,
        Column(("note",), "Note", "备注"),
        Column(("as_of",), "As of", "截至", ("日期", "截至日期")),
        Column(("rows",), "Rows", "命中规则", holds=Holds.LIST),
        Column(("not_rows",), "Not rows", "不命中规则", holds=Holds.LIST),
        Column(("unknown",), "Unknown", "未知", holds=Holds.LIST),
        Column(("actions",), "Actions", "行动", holds=Holds.LIST),
        Column(("action_count",), "Action count", "行动数", holds=Holds.WHOLE),
    ),
)
"""Cases, one a row; besides these columns, facts that are given, ``previous.<fact>``, and facts that are expected."""
TEST_RECORDS: Final = Layout("test records", "Test records", "测试记录", "test records", (CASE,))
"""Related records of cases, the entity in the title; besides the case, columns are the entity's facts."""
TEST_ACTIONS: Final = Layout(
    "test actions",
    "Test actions",
    "测试行动",
    "test actions",
    (
        CASE,
        *(
            Column((f.name,), f.label.en, f.label.zh, words="status" if f.name == "status" else "")
            for f in ACTION_FIELDS.values()
        ),
    ),
)
"""Actions that cases expect, where more is said of them than the rule."""
TEST_BANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "other": ("Case", "用例", "Other", "其他"),
    "given": ("Given", "给定", "When", "条件"),
    "expect": ("Expect", "期望", "Then", "结果"),
    "checks": ("Rows and actions", "规则与行动"),
}
"""Words of the band row of Tests, the written ones first; ``other`` and ``checks`` are the fixed columns."""
TEST_PREFIXES: Final[Mapping[str, tuple[str, str]]] = {
    "previous": ("previous", "上次"),
    "since": ("since", "始于"),
    "cut_points": ("cut points", "分界点"),
}
"""What stands before the point in the header of a fact as the last run left it, and the like: ``previous.stage``."""
LAYOUTS: Final = (
    HEAD, PARAMETERS, ROLES, CAPS, CALENDARS, CALENDAR_DAYS, VOCABULARY, VALUES, *DECISIONS.values(), EXPERIMENTS, KPIS,
    TESTS, TEST_RECORDS, TEST_ACTIONS,
)  # fmt: skip

TITLE_SETTINGS: Final = (
    Column(("hit_policy",), "hit policy", "命中策略", words="hit_policy"),
    Column(("label", "en"), "label en", "英文名", ("label (en)",)),
    Column(("label", "zh"), "label zh", "中文名", ("label (zh)",)),
    Column(("description",), "description", "说明"),
    Column(("settings", "anchor"), "anchor", "起算点"),
    Column(("settings", "if_never"), "if never", "从未联系"),
    Column(("settings", "since"), "since", "起始时间"),
    Column(("settings", "suppress"), "suppress", "抑制"),
    Column(("settings", "purpose"), "purpose", "目的"),
    Column(("settings", "schedule"), "schedule", "排期"),
    Column(("settings", "stretch"), "stretch", "间隔倍数"),
    Column(("settings", "catch_up"), "catch up", "补做"),
    Column(("settings", "expires"), "expires", "有效期"),
    Column(("settings", "cancel_if"), "cancel if", "取消条件"),
    Column(("settings", "leap_day"), "leap day", "闰日"),
    Column(("settings", "roll"), "roll", "顺延"),
    Column(("settings", "clock"), "clock", "计时"),
    Column(("settings", "calendar"), "calendar", "日历"),
    Column(("settings", "holds"), "holds", "暂停"),
    Column(("settings", "reentry"), "reentry", "再次触发"),
    Column(("settings", "upgrade"), "upgrade", "升等", words="transition"),
    Column(("settings", "downgrade"), "downgrade", "降等", words="transition"),
    Column(("settings", "review"), "review", "复核周期", ("评审周期",)),
    Column(("settings", "review_anchor"), "review anchor", "复核起算日"),
    Column(("settings", "grace"), "grace", "宽限期"),
    Column(("settings", "minimum_tenure"), "minimum tenure", "最短保级期", ("保级期",)),
    Column(("settings", "pin"), "pin", "人工锁定"),
    Column(("settings", "pin_until"), "pin until", "锁定至"),
    Column(("settings", "notify_task"), "notify task", "通知行动"),
    Column(("settings", "notify_channel"), "notify channel", "通知方式"),
    Column(("settings", "notify_role"), "notify role", "通知责任人"),
    Column(("settings", "notify_content"), "notify content", "通知内容"),
)
"""What the title row of a decision may say; besides, ``default <output>: value``."""
DEFAULT: Final = ("default", "默认")

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "entity": {**{e.name: e.label.zh for e in ENTITIES.values()}, "action": "行动"},
    "missing": {"unknown": "未知", "error": "报错", "default": "默认值"},
    "sensitivity": {"none": "无", "personal": "个人信息"},
    "language": {"en": "英文", "zh": "中文"},
    "hours": {"off": "休", "work": "上班"},
    "status": {"overdue": "已逾期", "due": "今日到期", "upcoming": "将到期"},
    "kpi": {
        "simple": "简单", "ratio": "比率", "mean": "均值", "percentile": "分位数", "cumulative": "累计",
        "conversion": "转化",
    },
    "transition": {"now": "立即", "review": "复核时"},
    "direction": {"higher": "越高越好", "lower": "越低越好"},
    "hit_policy": {
        "U": "唯一", "A": "任意", "P": "优先", "F": "首个", "C": "收集", "C+": "求和", "C<": "最小", "C>": "最大",
        "C#": "计数", "R": "规则顺序", "O": "输出顺序",
    },
    "type": {
        "number": "数字", "string": "文本", "boolean": "是否", "date": "日期", "time": "时间",
        "date and time": "日期时间", "days and time duration": "时长",
        "years and months duration": "年月时长", "list<string>": "列表<文本>",
        "list<number>": "列表<数字>",
    },
}  # fmt: skip
"""Word lists: the document's word → how it is written in Chinese. Both are read."""


def canonical(words: str, text: str) -> str:
    """The document's word for ``text``, in English in any letter case or in Chinese; any other text as it is."""
    known = WORDS[words]
    for word, chinese in known.items():
        if text == chinese or text.casefold() == word.casefold():
            return word
    if words == "entity":
        for entity in ENTITIES.values():
            if text.casefold() in (entity.plural, entity.label.en.casefold()):
                return entity.name
    return text.upper() if words == "hit_policy" else text


def chinese(words: str, text: str) -> str:
    """The Chinese way to write a word of the document; any other text as it is."""
    return WORDS[words].get(text, text)


def header_key(text: str) -> str:
    """A built-in header as it is compared: letter case, underscores and runs of white space do not matter."""
    return " ".join(text.replace("_", " ").split()).casefold()
