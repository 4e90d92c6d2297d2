"""Compiling the result side of cadence and escalation tables, row by row; single cells by :mod:`.action_cells`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crmrules.engine.action_cells import CellReader, RunningClock, Schedule, filled
from crmrules.engine.cells import listed, nearest
from crmrules.engine.messages import Template, TemplateReader
from crmrules.engine.steps import (
    ActionCells,
    Annual,
    CadenceBody,
    CadenceRow,
    CalendarChoice,
    EscalationBody,
    EscalationRow,
)
from crmrules.feel.compiler import Compiled
from crmrules.feel.scope import Scope
from crmrules.feel.types import BOOLEAN, NUMBER
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ruleset import DecisionTable, Kind, Rule, RuleSet
from crmrules.model.values import DaysDuration, MonthsDuration
from crmrules.model.vocabulary import BLANK, Cell
from crmrules.timing.annual import LeapDay
from crmrules.timing.business_days import Roll
from crmrules.timing.calendar import NO_CALENDARS, Calendars
from crmrules.timing.frequency import nearest_frequency, parse_frequency
from crmrules.timing.recurrence import CatchUp

_DEFAULT_PRIORITY = 3
_WARNING = {"en": "Warning: {}", "zh": "预警：{}"}


class ActionCompiler:
    """Compiles the action tables of one rule set; their texts are gathered in ``templates`` (by text)."""

    def __init__(
        self, ruleset: RuleSet, scope: Scope, texts: TemplateReader, calendars: Calendars = NO_CALENDARS
    ) -> None:
        self.ruleset = ruleset
        self.read = CellReader(ruleset, scope, texts, calendars)

    @property
    def templates(self) -> dict[str, Template]:
        """Every text with what it is compiled to."""
        return self.read.templates

    def cadence(self, table: DecisionTable) -> tuple[CadenceBody | None, list[Issue]]:
        """The result side of a cadence table; None when anything in it is wrong."""
        issues: list[Issue] = []
        read, settings = self.read, _Settings(table)
        anchor = read.expression(settings.cell("anchor"), issues)
        if_never = read.if_never(settings.cell("if_never"), issues)
        catch_up = read.choice("catch_up", settings.cell("catch_up"), CatchUp.LATEST_ONLY, issues)
        schedule = read.choice("schedule", settings.cell("schedule"), Schedule.ROLLING, issues)
        fixed = schedule is Schedule.FIXED or catch_up is not CatchUp.LATEST_ONLY
        roll = read.choice("roll", settings.cell("roll"), Roll.NONE, issues)
        given = _rows(table)
        rows = [self._cadence_row(table, each, anchor, fixed, issues) for each in given]
        complete = [row for row in rows if row is not None]
        needed = settings.cell("roll") if roll is not Roll.NONE else _clock_cell(table, given, complete)
        body = CadenceBody(
            rows=tuple(complete[: len(table.rules)]),
            default=complete[-1] if len(complete) > len(table.rules) else None,
            if_never="" if if_never is None else if_never,
            suppress=read.expression(settings.cell("suppress"), issues, BOOLEAN),
            fixed=fixed,
            stretch=read.expression(settings.cell("stretch"), issues, NUMBER),
            catch_up=catch_up,
            cancel_if=read.expression(settings.cell("cancel_if"), issues, BOOLEAN),
            leap_day=read.choice("leap_day", settings.cell("leap_day"), LeapDay.FEB28, issues),
            roll=roll,
            calendar=self._calendar(settings.cell("calendar"), needed, issues),
        )
        broken = len(complete) < len(rows) or if_never is None
        return (None if broken or has_errors(issues) else body), issues

    def escalation(self, table: DecisionTable) -> tuple[EscalationBody | None, list[Issue]]:
        """The result side of an escalation table; None when anything in it is wrong."""
        issues: list[Issue] = []
        read, settings = self.read, _Settings(table)
        since = read.expression(settings.cell("since"), issues)
        given = _rows(table)
        rows = [self._escalation_row(table, each, since, issues) for each in given]
        rules_of: dict[str, tuple[str, ...]] = {}
        for row in rows:
            rules_of[row.signal] = (*rules_of.get(row.signal, ()), row.cells.rule.id)
        body = EscalationBody(
            rows=tuple(rows[: len(table.rules)]),
            default=rows[-1] if len(rows) > len(table.rules) else None,
            suppress=read.expression(settings.cell("suppress"), issues, BOOLEAN),
            holds=read.expression(settings.cell("holds"), issues),
            reentry=read.reentry(settings.cell("reentry"), issues),
            calendar=self._calendar(settings.cell("calendar"), _clock_cell(table, given, rows), issues),
            rules_of=rules_of,
        )
        return (None if has_errors(issues) else body), issues

    def _calendar(self, named: Cell, needed: Cell | None, issues: list[Issue]) -> CalendarChoice | None:
        """The calendar of a table that needs one (at ``needed``); one that is named must exist either way."""
        if needed is None and not named.text.strip():
            return None
        return self.read.calendar(named, named.span if needed is None else needed.span, issues)

    # --- rows ---

    def _cadence_row(
        self, table: DecisionTable, row: _Row, anchor: Compiled | None, fixed: bool, issues: list[Issue]
    ) -> CadenceRow | None:
        read = self.read
        cells = self._common(table, row, issues)
        every_cell, offset_cell, annual_cell = row.cell("every"), row.cell("offset"), row.cell("annual")
        every_text, annual_text = every_cell.text.strip(), annual_cell.text.strip()
        every = parse_frequency(every_text) if every_text else None
        if every_text and every is None:
            issues.append(issue("P301", every_cell.span, found=every_text, nearest=nearest_frequency(every_text)))
        offset = read.duration(offset_cell, issues)
        annual = read.annual(annual_cell, issues)
        kinds = [every_text, annual_text or offset_cell.text.strip()]
        if all(kinds) or not any(kinds):
            issues.append(issue("P305", row.rule.span, found=" / ".join(each for each in kinds if each) or "-"))
        expires_cell = row.cell("expires") if row.cell("expires").text else _Settings(table).cell("expires")
        expires = read.duration(expires_cell, issues, negative=False)
        if row.cell("expires").text.strip() and every_text and not fixed:
            issues.append(issue("P319", row.cell("expires").span, column="expires", other="every"))
        step, own = self._counted_from(table, row, anchor, annual, issues)
        if annual_text:
            counted = annual is not None
        else:
            counted = own is not None or bool(step)
        if not counted:
            return None
        return CadenceRow(cells, every, offset, own, annual, step, None if every_text and not fixed else expires)

    def _counted_from(
        self, table: DecisionTable, row: _Row, anchor: Compiled | None, annual: Annual | None, issues: list[Issue]
    ) -> tuple[str, Compiled | None]:
        """The step or the anchor that a row's time is counted from."""
        step_cell, anchor_cell = row.cell("after_step"), row.cell("anchor")
        step, own, yearly = step_cell.text.strip(), anchor_cell.text.strip(), row.cell("annual").text.strip()
        for column, cell, other in (("after_step", step_cell, "anchor"), ("after_step", step_cell, "annual"),
                                    ("anchor", anchor_cell, "annual")):  # fmt: skip
            if cell.text.strip() and row.cell(other).text.strip():
                issues.append(issue("P319", cell.span, column=column, other=other))
        if step:
            known = _action_rules(self.ruleset)
            if step not in known:
                near = nearest(step, known)
                issues.append(issue("P320", step_cell.span, found=step, allowed=listed(known), nearest=near))
            return step, None
        if yearly:
            return "", annual.date if annual is not None else None
        if own:
            return "", self.read.expression(anchor_cell, issues)
        if not table.settings.get("anchor", BLANK).text.strip():
            issues.append(issue("P306", row.rule.span))
        return "", anchor

    def _escalation_row(
        self, table: DecisionTable, row: _Row, since: Compiled | None, issues: list[Issue]
    ) -> EscalationRow:
        read = self.read
        cells = self._common(table, row, issues)
        signal = read.word("signal", row.cell("signal"), issues) or table.id
        level = read.whole("level", row.cell("level"), 1, issues)
        own = read.expression(row.cell("since"), issues)
        after = read.clocked(row.cell("after"), issues, working=cells.working)
        warn_cell = row.cell("warn")
        warn = read.clocked(warn_cell, issues, working=cells.working)
        warning = ""
        if warn is not None:
            if cells.within is None or _longer(warn, cells.within):
                within = row.cell("within").text.strip() or "-"
                issues.append(issue("P316", warn_cell.span, found=warn_cell.text.strip(), within=within))
            language = self.ruleset.language
            warning = _WARNING[language].format(self._task_label(cells.task))
            read.text(warning, row.cell("task").span, issues)
        return EscalationRow(cells, signal, level, own or since, after, warn, warning)

    def _task_label(self, task: str) -> str:
        """The task as people read it: its label where the vocabulary lists it."""
        refined = self.ruleset.vocabulary.of("action").get("task")
        for allowed in refined.values if refined is not None else ():
            if allowed.value == task:
                return allowed.label.get(self.ruleset.language, task)
        return task

    def _common(self, table: DecisionTable, row: _Row, issues: list[Issue]) -> ActionCells:
        read = self.read
        task = row.cell("task")
        known = read.word("task", task, issues)
        text = known or table.label.get(self.ruleset.language, table.id)
        content = row.cell("content")
        read.text(text, task.span, issues)
        read.text(content.text, content.span, issues)
        purpose = row.cell("purpose")
        if not purpose.text.strip():
            purpose = table.settings.get("purpose", BLANK)
        clock = row.cell("clock") if row.cell("clock").text else _Settings(table).cell("clock")
        working = read.choice("clock", clock, RunningClock.ELAPSED, issues) is RunningClock.WORKING
        roles = read.roles(row.cell("owner_role"), issues)
        return ActionCells(
            rule=row.rule,
            task=text,
            channel=read.word("channel", row.cell("channel"), issues),
            content=content.text,
            owner_role=roles[0] if roles else "",
            purpose=read.purpose(purpose, table.kind, issues),
            priority=read.whole("priority", row.cell("priority"), _DEFAULT_PRIORITY, issues),
            within=read.clocked(row.cell("within"), issues, working=working, deadline=True),
            more_roles=roles[1:],
            working=working,
        )


@dataclass(frozen=True, slots=True)
class _Settings:
    """A table's settings; a missing one is blank."""

    table: DecisionTable

    def cell(self, name: str) -> Cell:
        return self.table.settings.get(name, BLANK)


@dataclass(frozen=True, slots=True)
class _Row:
    """A rule with its result cells by column; the table's defaults come as one more row."""

    rule: Rule
    cells: Mapping[str, Cell]

    def cell(self, column: str) -> Cell:
        return filled(self.cells.get(column, BLANK))


def _rows(table: DecisionTable) -> list[_Row]:
    return list(_each_row(table))


def _each_row(table: DecisionTable) -> Iterator[_Row]:
    for rule in table.rules:
        yield _Row(rule, dict(zip(table.outputs, rule.then, strict=True)))
    if table.defaults:
        span = next(iter(table.defaults.values())).span
        yield _Row(Rule(f"{table.id}.default", (), (), span=span), table.defaults)


def _clock_cell(table: DecisionTable, given: list[_Row], rows: list[CadenceRow] | list[EscalationRow]) -> Cell | None:
    """The first cell that asks for working time; None where none does."""
    working = {row.cells.rule.id for row in rows if row.cells.working}
    for row in given:
        if row.rule.id in working:
            cell = row.cell("clock")
            return cell if cell.text.strip() else table.settings.get("clock", BLANK)
    return None


def _action_rules(ruleset: RuleSet) -> list[str]:
    """The ids of all rows that ask for actions."""
    return [
        row.rule.id
        for table in ruleset.decisions.values()
        if table.kind is not Kind.CLASSIFICATION
        for row in _each_row(table)
    ]


def _longer(one: DaysDuration | MonthsDuration, other: DaysDuration | MonthsDuration) -> bool:
    """Whether ``one`` is certainly longer: a month has at least 28 days and at most 31."""
    if isinstance(one, MonthsDuration) and isinstance(other, MonthsDuration):
        return one.months > other.months
    days = DaysDuration.of(days=1).nanos
    least = one.months * 28 * days if isinstance(one, MonthsDuration) else one.nanos
    most = other.months * 31 * days if isinstance(other, MonthsDuration) else other.nanos
    return least > most
