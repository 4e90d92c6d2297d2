"""Compiling the result side of cadence and escalation tables: frequencies, durations, words, roles and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from crmrules.engine.cells import compile_result, listed, nearest, words_of
from crmrules.engine.messages import Template, TemplateReader
from crmrules.engine.steps import (
    ActionCells,
    CadenceBody,
    CadenceRow,
    EscalationBody,
    EscalationRow,
    Result,
    Target,
)
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope
from crmrules.feel.types import BOOLEAN, NUMBER, Type
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.numbers import is_whole
from crmrules.model.ruleset import DecisionTable, Kind, Rule, RuleSet
from crmrules.model.spans import Span
from crmrules.model.values import DaysDuration, MonthsDuration, Value
from crmrules.model.vocabulary import Cell
from crmrules.timing.frequency import nearest_duration, nearest_frequency, parse_duration, parse_frequency

LIMITS: Mapping[str, tuple[int, int]] = {"priority": (1, 9), "level": (1, 99)}
"""Smallest and largest whole number of the columns that are one."""

_PURPOSES = {
    "marketing": "marketing", "service": "service", "internal": "internal",
    "营销": "marketing", "服务": "service", "内部": "internal",
}  # fmt: skip
_IF_NEVER = {"": "now", "now": "now", "skip": "skip", "立即": "now", "跳过": "skip"}
_DEFAULT_PURPOSE = {Kind.CADENCE: "marketing", Kind.ESCALATION: "internal"}
_DEFAULT_PRIORITY = 3
_BLANK = Cell()


@dataclass(frozen=True, slots=True)
class ActionCompiler:
    """Compiles the action tables of one rule set and gathers their texts in ``templates`` (by text)."""

    ruleset: RuleSet
    scope: Scope
    texts: TemplateReader
    templates: dict[str, Template] = field(default_factory=dict)

    def cadence(self, table: DecisionTable) -> tuple[CadenceBody | None, list[Issue]]:
        """The result side of a cadence table; None when anything in it is wrong."""
        issues: list[Issue] = []
        anchor = self._expression(table.settings.get("anchor", _BLANK), issues)
        suppress = self._expression(table.settings.get("suppress", _BLANK), issues, BOOLEAN)
        if_never = self._if_never(table.settings.get("if_never", _BLANK), issues)
        rows = [self._cadence_row(table, each, anchor, issues) for each in _rows(table)]
        complete = [row for row in rows if row is not None]
        if has_errors(issues) or len(complete) < len(rows) or if_never is None:
            return None, issues
        count = len(table.rules)
        default = complete[count] if len(complete) > count else None
        return CadenceBody(tuple(complete[:count]), default, if_never, suppress), issues

    def escalation(self, table: DecisionTable) -> tuple[EscalationBody | None, list[Issue]]:
        """The result side of an escalation table; None when anything in it is wrong."""
        issues: list[Issue] = []
        since = self._expression(table.settings.get("since", _BLANK), issues)
        suppress = self._expression(table.settings.get("suppress", _BLANK), issues, BOOLEAN)
        rows = [self._escalation_row(table, each, since, issues) for each in _rows(table)]
        if has_errors(issues):
            return None, issues
        count = len(table.rules)
        return EscalationBody(tuple(rows[:count]), rows[count] if len(rows) > count else None, suppress), issues

    # --- rows ---

    def _cadence_row(
        self, table: DecisionTable, row: _Row, anchor: Compiled | None, issues: list[Issue]
    ) -> CadenceRow | None:
        cells = self._common(table, row, issues)
        every_cell, offset_cell = row.cell("every"), row.cell("offset")
        every = None
        if every_cell.text.strip():
            every = parse_frequency(every_cell.text)
            if every is None:
                text = every_cell.text.strip()
                issues.append(issue("P301", every_cell.span, found=text, nearest=nearest_frequency(text)))
        offset = self._duration(offset_cell, issues)
        if bool(every_cell.text.strip()) == bool(offset_cell.text.strip()):
            both = f"{every_cell.text.strip()} / {offset_cell.text.strip()}" if every_cell.text.strip() else "-"
            issues.append(issue("P305", row.rule.span, found=both))
        anchor_cell = row.cell("anchor")
        own = self._expression(anchor_cell, issues) if anchor_cell.text.strip() else anchor
        if not anchor_cell.text.strip() and not table.settings.get("anchor", _BLANK).text.strip():
            issues.append(issue("P306", row.rule.span))
        return CadenceRow(cells, every, offset, own) if own is not None else None

    def _escalation_row(
        self, table: DecisionTable, row: _Row, since: Compiled | None, issues: list[Issue]
    ) -> EscalationRow:
        cells = self._common(table, row, issues)
        signal = self._word("signal", row.cell("signal"), issues) or table.id
        level = self._whole("level", row.cell("level"), 1, issues)
        own = self._expression(row.cell("since"), issues)
        after = self._duration(row.cell("after"), issues, negative=False)
        return EscalationRow(cells, signal, level, own or since, after)

    def _common(self, table: DecisionTable, row: _Row, issues: list[Issue]) -> ActionCells:
        task = row.cell("task")
        known = self._word("task", task, issues)
        text = known or table.label.get(self.ruleset.language, table.id)
        content = row.cell("content")
        self._text(text, task.span, issues)
        self._text(content.text, content.span, issues)
        purpose = row.cell("purpose")
        if not purpose.text.strip():
            purpose = table.settings.get("purpose", _BLANK)
        return ActionCells(
            rule=row.rule,
            task=text,
            channel=self._word("channel", row.cell("channel"), issues),
            content=content.text,
            owner_role=self._role(row.cell("owner_role"), issues),
            purpose=self._purpose(purpose, table.kind, issues),
            priority=self._whole("priority", row.cell("priority"), _DEFAULT_PRIORITY, issues),
            within=self._duration(row.cell("within"), issues, negative=False, deadline=True),
        )

    # --- cells ---

    def _expression(self, cell: Cell, issues: list[Issue], expected: Type | None = None) -> Compiled | None:
        if not cell.text.strip():
            return None
        compiled, found = compile_expression(cell.text, self.scope, cell.span, expected=expected)
        issues += found
        return compiled

    def _if_never(self, cell: Cell, issues: list[Issue]) -> str | Compiled | None:
        word = _IF_NEVER.get(cell.text.strip().lower())
        return word if word is not None else self._expression(cell, issues)

    def _duration(
        self, cell: Cell, issues: list[Issue], *, negative: bool = True, deadline: bool = False
    ) -> DaysDuration | MonthsDuration | None:
        text = cell.text.strip()
        if not text:
            return None
        found = parse_duration(text, deadline=deadline)
        if found is None:
            issues.append(issue("P302", cell.span, found=text, nearest=nearest_duration(text)))
        elif not negative and (found.nanos if isinstance(found, DaysDuration) else found.months) < 0:
            issues.append(issue("P308", cell.span, found=text))
        return found

    def _whole(self, column: str, cell: Cell, default: int, issues: list[Issue]) -> Result:
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

    def _word(self, column: str, cell: Cell, issues: list[Issue]) -> str:
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

    def _role(self, cell: Cell, issues: list[Issue]) -> str:
        text = cell.text.strip()
        roles = self.ruleset.roles
        if not text or text in roles:
            return text
        spellings = {spelling: role.name for role in roles.values() for spelling in role.spellings()}
        if text not in spellings:
            near = nearest(text, spellings)
            issues.append(issue("P303", cell.span, found=text, allowed=listed(roles), nearest=near))
        return spellings.get(text, text)

    def _purpose(self, cell: Cell, kind: Kind, issues: list[Issue]) -> str:
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

    def _text(self, text: str, span: Span, issues: list[Issue]) -> None:
        if text not in self.templates:
            template, found = self.texts.read(text, span)
            issues += found
            if template is not None:
                self.templates[text] = template


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule with its result cells by column; the table's defaults come as one more row."""

    rule: Rule
    cells: Mapping[str, Cell]

    def cell(self, column: str) -> Cell:
        cell = self.cells.get(column, _BLANK)
        return _BLANK if cell.text.strip() in ("", "-") else cell


def _rows(table: DecisionTable) -> Iterator[_Row]:
    for rule in table.rules:
        yield _Row(rule, dict(zip(table.outputs, rule.then, strict=True)))
    if table.defaults:
        span = next(iter(table.defaults.values())).span
        yield _Row(Rule(f"{table.id}.default", (), (), span=span), table.defaults)


def in_limits(column: str, value: Value) -> bool:
    """Whether a priority or level is a whole number within its limits."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    low, high = LIMITS[column]
    return is_whole(value) and low <= value <= high
