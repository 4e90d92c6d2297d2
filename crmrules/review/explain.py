"""Why the rules say what they say of one customer: read off the trace that the decision itself left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmrules.engine.compiled import CompiledRuleSet, Moment
from crmrules.engine.planner import plan_actions, plan_end
from crmrules.engine.records import to_record
from crmrules.model.decision import (
    NO_HISTORY,
    Decision,
    FactTrace,
    History,
    RuleTrace,
    TableTrace,
    Task,
)
from crmrules.model.plan import Action
from crmrules.model.records import Record
from crmrules.model.ruleset import DecisionTable, RuleSet
from crmrules.model.temporal import DateTime
from crmrules.model.vocabulary import Cell
from crmrules.review.explain_json import explanation_json
from crmrules.review.explain_text import explanation_text
from crmrules.review.wording import wording

NEAREST = 3
"""How many rows that nearly matched are shown of a table."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. ``columns`` are the names of its inputs (fact or expression), one a cell of the trace.

    ``counts`` says whether the row made the result: under F, P or A a row can match and not count.
    """

    trace: RuleTrace
    columns: tuple[str, ...]
    counts: bool = False


@dataclass(frozen=True, slots=True)
class TableStory:
    """One decision: its result, the rows that matched, and those that did not by the fewest cells."""

    table: DecisionTable
    trace: TableTrace
    matched: tuple[Row, ...]
    nearest: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TaskStory:
    """One task. ``counted_from`` and ``gap`` are the texts of its anchor (or ``since``) and of what was added to it.

    ``withheld`` says why it is no action of the plan, ``later`` that it lies behind the plan's horizon.
    """

    task: Task
    action: Action
    counted_from: Cell
    gap: Cell
    withheld: str
    later: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one customer at one instant, in the order in which it was worked out."""

    ruleset: RuleSet
    fingerprint: str
    customer: str
    customer_name: str
    as_of: DateTime
    until: DateTime
    decision: Decision
    steps: tuple[FactTrace | TableStory, ...]
    tasks: tuple[TaskStory, ...]


def explain(
    compiled: CompiledRuleSet,
    record: Record | Mapping[str, object],
    as_of: Moment,
    history: History = NO_HISTORY,
) -> Explanation:
    """Decide one customer with a trace and tell what came of it; the same path as a plan takes."""
    moment = compiled.moment(as_of)
    known, _ = to_record(compiled, record)
    decision = compiled.decide(record, as_of=moment, history=history, trace=True)
    until = plan_end(compiled, moment)
    name = known.fields.get("name")
    steps = decision.trace.steps if decision.trace is not None else ()
    return Explanation(
        ruleset=compiled.ruleset,
        fingerprint=compiled.fingerprint,
        customer=known.id,
        customer_name=name if isinstance(name, str) else "",
        as_of=moment,
        until=until,
        decision=decision,
        steps=tuple(_step(step, compiled.ruleset, decision) for step in steps),
        tasks=_tasks(compiled, known, decision, history, moment, until),
    )


def render_text(explanation: Explanation, lang: str = "en", *, reveal: bool = False) -> str:
    """The explanation as lines for a terminal; personal values masked unless ``reveal``."""
    return explanation_text(explanation, wording(lang, explanation.ruleset, reveal=reveal))


def to_json(explanation: Explanation, lang: str = "en", *, reveal: bool = False) -> dict[str, Any]:
    """The explanation as plain data (shape: ``schemas/decision.schema.json``; text by ``json_text.dumps``)."""
    return explanation_json(explanation, wording(lang, explanation.ruleset, reveal=reveal))


def _step(step: FactTrace | TableTrace, ruleset: RuleSet, decision: Decision) -> FactTrace | TableStory:
    if isinstance(step, FactTrace):
        return step
    table = ruleset.decisions[step.decision]
    columns = tuple(column.expression.text.strip() for column in table.inputs)
    counting = {match.rule for match in decision.matches if match.decision == table.id}
    matched = tuple(Row(rule, columns, rule.rule in counting) for rule in step.rules if rule.matched)
    missed = sorted((rule for rule in step.rules if not rule.matched), key=lambda r: r.misses + (not r.active))
    return TableStory(table, step, matched, tuple(Row(rule, columns) for rule in missed[:NEAREST]))


def _tasks(
    compiled: CompiledRuleSet, record: Record, decision: Decision, history: History, as_of: DateTime, until: DateTime
) -> tuple[TaskStory, ...]:
    """Every task with the action it would be; a row gives at most one task, so the rule's id finds it."""
    if not decision.tasks:
        return ()
    last = max(task.due for task in decision.tasks).plus_nanos(1)  # a plan holds what is due before its end
    plan = plan_actions(
        compiled, [(record, decision)], as_of=as_of, until=max(last, until), histories={record.id: history}
    )
    found = {action.rule: (action, "") for action in plan.actions}
    found.update({item.action.rule: (item.action, item.reason) for item in plan.withheld})
    stories = []
    for task in sorted(decision.tasks, key=lambda t: (t.due, t.priority, t.rule)):
        action, reason = found[task.rule]
        table = compiled.ruleset.decisions[task.decision]
        anchor, gap = _clock(table, task)
        stories.append(TaskStory(task, action, anchor, gap, reason, task.due >= until))
    return tuple(stories)


def _clock(table: DecisionTable, task: Task) -> tuple[Cell, Cell]:
    """What the task's time was counted from and what was added: cells of its row, else settings of its table."""
    cells = dict(table.defaults)
    for rule in table.rules:
        if rule.id == task.rule:
            cells = dict(zip(table.outputs, rule.then, strict=True))
    origins = ("anchor", "since")
    anchor = _first(cells, origins) or _first(table.settings, origins) or Cell()
    return anchor, _first(cells, ("every", "offset", "after")) or Cell()


def _first(cells: Mapping[str, Cell], names: tuple[str, ...]) -> Cell | None:
    return next((cells[name] for name in names if name in cells and cells[name].text.strip() not in ("", "-")), None)
