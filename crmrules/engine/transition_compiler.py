"""The settings by which a classified value moves up and down, compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from crmrules.engine.action_cells import CellReader
from crmrules.engine.cells import listed, nearest
from crmrules.engine.instants import in_zone
from crmrules.engine.kinds.transition import DEFAULT_ROW, PIN_ROW
from crmrules.engine.messages import Template, TemplateReader, Words
from crmrules.engine.steps import ActionCells, NotifyRow, Result, Target, TransitionBody
from crmrules.feel.scope import Scope
from crmrules.feel.types import NUMBER, STRING
from crmrules.model.durations import DaysDuration, Duration
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ruleset import DECISION_SETTINGS, DecisionTable, HitPolicy, Kind, Rule, RuleSet
from crmrules.model.values import Date, DateTime
from crmrules.model.vocabulary import BLANK, Cell, Fact
from crmrules.timing.frequency import nearest_frequency, parse_frequency

_SINGLE: Final = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)
_WHEN: Final = {"now": False, "立即": False, "review": True, "复核时": True}
_TOLD: Final = ("notify_task", "notify_channel", "notify_role", "notify_content")
_CHANGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {"upgrade": "upgrade", "downgrade": "downgrade"},
    "zh": {"upgrade": "升等", "downgrade": "降等"},
}


def compile_transition(
    table: DecisionTable, target: Target, fact: Fact, ruleset: RuleSet, scope: Scope, words: Words
) -> tuple[TransitionBody | None, dict[str, Template], list[Issue]]:
    """How the table's value moves; None when nothing says that it does, or when something is wrong. With the texts of
    its notification."""
    given = {name: cell for name in DECISION_SETTINGS[Kind.CLASSIFICATION] if (cell := _cell(table, name)).text}
    if not given:
        return None, {}, []
    issues = list(_shape(table, fact, given))
    told = CellReader(ruleset, scope, TemplateReader(_told_words(words, fact)))
    times: dict[str, Duration | None] = {
        name: told.duration(_cell(table, name), issues, negative=False) for name in ("grace", "minimum_tenure")
    }
    upgrade, downgrade = (_when(table, name, issues) for name in ("upgrade", "downgrade"))
    review, anchor = _review(table, upgrade or downgrade, ruleset.time_zone, issues)
    pin = told.expression(_cell(table, "pin"), issues, STRING)
    pin_until = told.expression(_cell(table, "pin_until"), issues)
    if "pin_until" in given and "pin" not in given:
        place = given["pin_until"].span
        issues.append(issue("P715", place, setting="pin_until", because="there is no `pin`", because_zh="没有设置 pin"))
    notify = _notify(table, told, ruleset, issues) if any(name in given for name in _TOLD) else None
    if has_errors(issues):
        return None, {}, issues
    body = TransitionBody(
        fact=fact,
        order=target.allowed,
        words=target.words,
        upgrade_at_review=upgrade,
        downgrade_at_review=downgrade,
        review=review,
        anchor=anchor,
        grace=times["grace"],
        tenure=times["minimum_tenure"],
        pin=pin,
        pin_until=pin_until,
        notify=notify,
    )
    return body, told.templates, issues


def _cell(table: DecisionTable, name: str) -> Cell:
    cell = table.settings.get(name, BLANK)
    return replace(cell, text=cell.text.strip())


def _shape(table: DecisionTable, fact: Fact, given: Mapping[str, Cell]) -> Iterator[Issue]:
    """Whether the table has the one ordered value that settings move."""
    place = next(iter(given.values())).span
    found = ""
    if len(table.outputs) != 1:
        found = f"{len(table.outputs)} outputs: {listed(table.outputs)}"
    elif fact.type != "string":
        found = f"{fact.name} of type {fact.type}"
    elif len(fact.values) < 2:
        found = f"{fact.name} with {len(fact.values)} values"
    if found:
        yield issue("P711", place, settings=listed(given), found=found)
    if table.hit_policy not in _SINGLE:
        yield issue("P712", place, found=table.hit_policy.value)


def _when(table: DecisionTable, name: str, issues: list[Issue]) -> bool:
    """Whether a move waits for a review."""
    cell = _cell(table, name)
    if not cell.text:
        return False
    known = _WHEN.get(cell.text.lower())
    if known is None:
        issues.append(issue("P713", cell.span, setting=name, found=cell.text, nearest=nearest(cell.text, _WHEN)))
    return known is True


def _review(
    table: DecisionTable, wanted: bool, zone: str, issues: list[Issue]
) -> tuple[Duration | None, DateTime | None]:
    """How often reviews come, and one of them."""
    every, anchor = _cell(table, "review"), _cell(table, "review_anchor")
    gap, start = None, None
    if every.text:
        frequency = parse_frequency(every.text)
        if frequency is None:
            issues.append(issue("P301", every.span, found=every.text, nearest=nearest_frequency(every.text)))
        else:
            gap = frequency.ideal
            size = gap.nanos if isinstance(gap, DaysDuration) else gap.months
            if size <= 0:
                issues.append(issue("P301", every.span, found=every.text, nearest=""))
    if anchor.text:
        day = Date.parse(anchor.text)
        if day is None:
            issues.append(issue("P716", anchor.span, found=anchor.text))
        else:
            start = in_zone(DateTime.midnight(day), zone)
    if wanted:
        setting = next(n for n in ("downgrade", "upgrade") if _WHEN.get(_cell(table, n).text.lower()))
        missing = [name for name, cell in (("review", every), ("review_anchor", anchor)) if not cell.text]
        if missing:
            place = _cell(table, setting).span
            issues.append(issue("P714", place, setting=setting, missing=", ".join(missing)))
    else:
        because, because_zh = "neither `upgrade` nor `downgrade` is review", "upgrade 与 downgrade 都不是 review"
        for name, cell in (("review", every), ("review_anchor", anchor)):
            if cell.text:
                issues.append(issue("P715", cell.span, setting=name, because=because, because_zh=because_zh))
    return gap, start


# --- the notification -----------------------------------------------------------------------------------------------


def _told_words(words: Words, fact: Fact) -> Words:
    """What the texts of a notification may name besides what every text may."""
    extra = ("previous_value", "new_value", "change", "reason")
    labels = {each.value: each.label.get(words.language, each.value) for each in fact.values}
    return Words(
        {**words.names, **{name: name for name in extra}},
        {
            **words.labels,
            "previous_value": labels,
            "new_value": labels,
            "change": _CHANGES["zh" if words.language == "zh" else "en"],
        },
        words.language,
    )


def _notify(table: DecisionTable, read: CellReader, ruleset: RuleSet, issues: list[Issue]) -> dict[str, NotifyRow]:
    """A row for every rule that may change the value, and for the default and the pin."""
    task, content = _cell(table, "notify_task"), _cell(table, "notify_content")
    text = read.word("task", task, issues) or table.label.get(ruleset.language, table.id)
    read.text(text, task.span, issues)
    read.text(content.text, content.span, issues)
    roles = read.roles(_cell(table, "notify_role"), issues)
    channel = read.word("channel", _cell(table, "notify_channel"), issues)

    def row(rule: Rule) -> NotifyRow:
        priority = Result(BLANK, Target("priority", NUMBER, {}), 3)
        first = roles[0] if roles else ""
        cells = ActionCells(rule, text, channel, content.text, first, "service", priority, None, roles[1:])
        return NotifyRow(cells)

    default = next(iter(table.defaults.values()), BLANK)
    return {
        **{rule.id: row(rule) for rule in table.rules},
        DEFAULT_ROW: row(Rule(f"{table.id}.default", (), (), span=default.span)),
        PIN_ROW: row(Rule(f"{table.id}.pin", (), (), span=_cell(table, "pin").span)),
    }
