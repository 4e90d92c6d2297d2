"""Reading single cells and settings of cadence and escalation tables: durations, words, roles, calendars, texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from crmrules.engine.cells import compile_result, listed, nearest, words_of
from crmrules.engine.messages import Template, TemplateReader
from crmrules.engine.steps import Annual, CalendarChoice, Reentry, Result, Target
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope
from crmrules.feel.types import NUMBER, Type
from crmrules.model.durations import DAY_NANOS
from crmrules.model.errors import MissingExtraError
from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import is_whole
from crmrules.model.ruleset import Kind, RuleSet
from crmrules.model.spans import Span
from crmrules.model.values import DaysDuration, MonthsDuration, Value
from crmrules.model.vocabulary import BLANK, Cell
from crmrules.timing.annual import LeapDay
from crmrules.timing.business_days import Roll
from crmrules.timing.calendar import NO_CALENDARS, Calendars
from crmrules.timing.frequency import duration_hint, parse_duration
from crmrules.timing.recurrence import CatchUp

LIMITS: Final[Mapping[str, tuple[int, int]]] = {"priority": (1, 9), "level": (1, 99)}
"""Smallest and largest whole number of the columns that are one."""


class Schedule(StrEnum):
    """What ``every`` counts from: the anchor, once, until it moves; or the anchor again and again."""

    ROLLING = "rolling"
    FIXED = "fixed"


class RunningClock(StrEnum):
    """How time passes: always, or while work is done."""

    ELAPSED = "elapsed"
    WORKING = "working"


Word = TypeVar("Word", bound=StrEnum)

_ZH: Final[Mapping[type[StrEnum], Mapping[str, StrEnum]]] = {
    Schedule: {"滚动": Schedule.ROLLING, "固定": Schedule.FIXED},
    RunningClock: {"自然时间": RunningClock.ELAPSED, "工作时间": RunningClock.WORKING},
    CatchUp: {"只补最近": CatchUp.LATEST_ONLY, "全部": CatchUp.ALL, "跳过": CatchUp.SKIP},
    LeapDay: {"2月28日": LeapDay.FEB28, "3月1日": LeapDay.MAR1, "跳过": LeapDay.SKIP},
    Roll: {"不顺延": Roll.NONE, "顺延": Roll.NEXT, "提前": Roll.PREVIOUS, "当月内顺延": Roll.MODIFIED},
}
_PURPOSES: Final = {
    "marketing": "marketing", "service": "service", "internal": "internal",
    "营销": "marketing", "服务": "service", "内部": "internal",
}  # fmt: skip
_IF_NEVER: Final = {"now": "now", "skip": "skip", "立即": "now", "跳过": "skip"}
_DEFAULT_PURPOSE: Final = {Kind.CADENCE: "marketing", Kind.ESCALATION: "internal"}
_REENTRY: Final = {"": "", "episode": "", "每次": "", "once": "once", "仅一次": "once", "一次": "once"}
_COOLDOWN: Final = re.compile(r"(?:cooldown|冷却|间隔) *(.+)")
_PER: Final = re.compile(r"(?:per|every|每) *个?(.+)")
_UNITS: Final = {
    "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year",
    "天": "day", "日": "day", "周": "week", "月": "month", "季度": "quarter", "季": "quarter", "年": "year",
}  # fmt: skip
_PARTS: Final = re.compile(r"[、,，;；|\n]")
_HOURS: Final = re.compile(r"[时分秒hHsST]|min")


@dataclass(frozen=True, slots=True)
class CellReader:
    """Reads the cells of one rule set's action tables; texts are gathered in ``templates``."""

    ruleset: RuleSet
    scope: Scope
    texts: TemplateReader
    calendars: Calendars = NO_CALENDARS
    templates: dict[str, Template] = field(default_factory=dict)

    # --- expressions, numbers, durations ---

    def expression(self, cell: Cell, issues: list[Issue], expected: Type | None = None) -> Compiled | None:
        """The cell's FEEL; None for a blank one."""
        if not cell.text.strip():
            return None
        compiled, found = compile_expression(cell.text, self.scope, cell.span, expected=expected)
        issues += found
        return compiled

    def if_never(self, cell: Cell, issues: list[Issue]) -> str | Compiled | None:
        """``now``, ``skip``, an expression, or blank; None for what cannot be read."""
        text = cell.text.strip()
        word = _IF_NEVER.get(text.lower()) if text else ""
        return word if word is not None else self.expression(cell, issues)

    def duration(
        self, cell: Cell, issues: list[Issue], *, negative: bool = True, deadline: bool = False
    ) -> DaysDuration | MonthsDuration | None:
        """A length of time; None for a blank."""
        text = cell.text.strip()
        if not text:
            return None
        found = parse_duration(text, deadline=deadline)
        if found is None:
            issues.append(issue("P302", cell.span, found=text, **duration_hint(text)))
        elif not negative and (found.nanos if isinstance(found, DaysDuration) else found.months) < 0:
            issues.append(issue("P308", cell.span, found=text))
        return found

    def clocked(
        self, cell: Cell, issues: list[Issue], *, working: bool, deadline: bool = False
    ) -> DaysDuration | MonthsDuration | None:
        """A length of time that runs by the row's clock: not negative, and in working time no months."""
        found = self.duration(cell, issues, negative=False, deadline=deadline)
        if not working or found is None:
            return found
        text = cell.text.strip()
        if isinstance(found, MonthsDuration):
            issues.append(issue("P318", cell.span, found=text))
        elif found.nanos and found.nanos % DAY_NANOS == 0 and not _HOURS.search(text):
            issues.append(issue("P317", cell.span, found=text, hours=found.nanos // DAY_NANOS * 24))
        return found

    def whole(self, column: str, cell: Cell, default: int, issues: list[Issue]) -> Result:
        """A whole number within the column's limits, or an expression for one."""
        target = Target(column, NUMBER, {})
        if not cell.text.strip():
            return Result(cell, target, default)
        result, found = compile_result(cell, target, self.scope, self.ruleset.time_zone)
        issues += found
        if result is None:
            return Result(cell, target, default)
        if result.compiled is None and not in_limits(column, result.value):
            low, high = LIMITS[column]
            issues.append(issue("P307", cell.span, column=column, low=low, high=high, found=cell.text.strip()))
        return result

    # --- words ---

    def word(self, column: str, cell: Cell, issues: list[Issue]) -> str:
        """The canonical word where the vocabulary lists the column's words, else the text as it stands."""
        text = cell.text.strip()
        refined = self.ruleset.vocabulary.of("action").get(column)
        if not text or refined is None or not refined.values:
            return text
        words = words_of(refined.values)
        if text in words:
            return words[text]
        allowed = listed(dict.fromkeys(words.values()))
        issues.append(
            issue("P304", cell.span, found=text, column=column, allowed=allowed, nearest=nearest(text, words))
        )
        return text

    def choice(self, name: str, cell: Cell, default: Word, issues: list[Issue]) -> Word:
        """One word of the enumeration that ``default`` belongs to, in English or Chinese."""
        text = cell.text.strip()
        if not text:
            return default
        kind = type(default)
        known: dict[str, Word] = {each.value: each for each in kind}
        known |= {zh: each for zh, each in _ZH[kind].items() if isinstance(each, kind)}
        found = known.get(text.lower().replace(" ", "_"))
        if found is None:
            issues.append(
                issue(
                    "P313", cell.span, found=text, setting=name, allowed=listed(each.value for each in kind),
                    nearest=nearest(text, known),
                )
            )  # fmt: skip
        return default if found is None else found

    def reentry(self, cell: Cell, issues: list[Issue]) -> Reentry:
        """``episode``, ``once``, ``cooldown P30D`` or ``per month``, in English or Chinese."""
        text = cell.text.strip()
        plain = text.lower()
        if plain in _REENTRY:
            return Reentry(unit=_REENTRY[plain])
        cooldown, per = _COOLDOWN.fullmatch(plain), _PER.fullmatch(plain)
        if cooldown is not None:
            length = parse_duration(cooldown[1])
            if length is None:
                issues.append(issue("P302", cell.span, found=cooldown[1], **duration_hint(cooldown[1])))
            elif (length.nanos if isinstance(length, DaysDuration) else length.months) < 0:
                issues.append(issue("P308", cell.span, found=cooldown[1]))
            return Reentry(cooldown=length)
        if per is not None and per[1] in _UNITS:
            return Reentry(unit=_UNITS[per[1]])
        words = ["episode", "once", "cooldown P30D", *(f"per {unit}" for unit in dict.fromkeys(_UNITS.values()))]
        issues.append(
            issue(
                "P313", cell.span, found=text, setting="reentry", allowed=listed(words),
                nearest=nearest(plain, words),
            )
        )  # fmt: skip
        return Reentry()

    def roles(self, cell: Cell, issues: list[Issue]) -> tuple[str, ...]:
        """The roles a cell names, each once; none for a blank."""
        text = cell.text.strip()
        roles = self.ruleset.roles
        spellings = {spelling: role.name for role in roles.values() for spelling in role.spellings()}
        if not text:
            return ()
        if text in roles or text in spellings:
            return (spellings.get(text, text),)
        found: list[str] = []
        for part in _PARTS.split(text):
            word = part.strip()
            if not word:
                continue
            if word not in spellings:
                near = nearest(word, spellings)
                place = cell.span if word == text else cell.span.at(cell.text.find(word))
                issues.append(issue("P303", place, found=word, allowed=listed(roles), nearest=near))
            found.append(spellings.get(word, word))
        return tuple(dict.fromkeys(found))

    def purpose(self, cell: Cell, kind: Kind, issues: list[Issue]) -> str:
        """Marketing, service or internal; a blank is what is usual for the kind."""
        text = cell.text.strip()
        if not text:
            return _DEFAULT_PURPOSE[kind]
        word = _PURPOSES.get(text)
        if word is None:
            issues.append(
                issue(
                    "P304", cell.span, found=text, column="purpose", allowed="marketing, service, internal",
                    nearest=nearest(text, _PURPOSES),
                )
            )  # fmt: skip
        return word or text

    def text(self, text: str, span: Span, issues: list[Issue]) -> None:
        """Take a text with placeholders."""
        if text not in self.templates:
            template, found = self.texts.read(text, span)
            issues += found
            if template is not None:
                self.templates[text] = template

    # --- calendars and yearly dates ---

    def calendar(self, cell: Cell, place: Span, issues: list[Issue]) -> CalendarChoice | None:
        """Whose working time counts; ``place`` is where it is asked for, ``cell`` the setting (blank: the default)."""
        text = cell.text.strip()
        default = self.calendars.of()
        if not text:
            if default is None:
                self._no_calendar(place, issues)
                return None
            return CalendarChoice(self.calendars, default)
        fixed = self.calendars.by_name.get(text)
        if fixed is not None:
            return CalendarChoice(self.calendars, fixed)
        if text.isidentifier() and text not in self.scope.names and text not in self.scope.spellings:
            if text not in self.ruleset.calendars:  # one with mistakes of its own has been reported
                known = [*self.calendars.names, "24x7"]
                near = nearest(text, self.calendars.by_name)
                issues.append(issue("C111", cell.span, found=text, expected=listed(known), nearest=near))
            return None
        named = self.expression(cell, issues)
        return None if named is None else CalendarChoice(self.calendars, default, named)

    def _no_calendar(self, place: Span, issues: list[Issue]) -> None:
        names = self.calendars.names
        if len(self.ruleset.calendars) == 1 or self.ruleset.calendar.text:
            return  # there is one, with mistakes of its own that have been reported
        issues.append(issue("P314", place, found=listed(names) if names else "-"))

    def annual(self, cell: Cell, issues: list[Issue]) -> Annual | None:
        """Festivals, or a FEEL date; None for a blank or what is neither."""
        from crmrules.timing.lunar import festival_date, find_festival, nearest_festival

        text = cell.text.strip()
        parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
        if not parts:
            return None
        if any(find_festival(part) for part in parts):
            for part in parts:
                if find_festival(part) is None:
                    place = cell.span.at(cell.text.find(part))
                    issues.append(issue("P315", place, found=part, nearest=nearest_festival(part)))
            try:
                festival_date("Spring Festival", 2026)
            except MissingExtraError as missing:
                issues.append(Issue(missing.issues[0].code, cell.span))
            return Annual(tuple(parts))
        near = nearest_festival(text)
        known = text in self.scope.names or text in self.scope.spellings
        if not known and (near or not text.isascii()) and text.replace(" ", "").replace("-", "").isalpha():
            issues.append(issue("P315", cell.span, found=text, nearest=near or nearest(text, self.scope.names)))
            return None
        date = self.expression(cell, issues)
        return None if date is None else Annual(date=date)


def in_limits(column: str, value: Value) -> bool:
    """Whether a priority or level is a whole number within its limits."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    low, high = LIMITS[column]
    return is_whole(value) and low <= value <= high


def filled(cell: Cell) -> Cell:
    """The cell, a dash being a blank."""
    return BLANK if cell.text.strip() in ("", "-") else cell
