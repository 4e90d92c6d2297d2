"""Why the rules say what they say of one customer: read off the trace that the decision itself left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmrules.engine.compiled import CompiledRuleSet, Moment
from crmrules.engine.planner import plan_actions, plan_end
from crmrules.engine.planning.keys import task_key
from crmrules.engine.records import to_record
from crmrules.model.decision import (
    NO_HISTORY,
    Decision,
    FactTrace,
    History,
    RuleTrace,
    TableTrace,
    Task,
    Transition,
)
from crmrules.model.issues import Issue
from crmrules.model.plan import Action, Overflow, Withheld
from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.records import Dataset, Record
from crmrules.model.ruleset import DecisionTable, Kind, RuleSet
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
    """One decision: its result, the rows that matched, and those that did not by the fewest cells; for a value that
    moves up and down, what became of it."""

    table: DecisionTable
    trace: TableTrace
    matched: tuple[Row, ...]
    nearest: tuple[Row, ...]
    transition: Transition | None = None


@dataclass(frozen=True, slots=True)
class TaskStory:
    """One task. ``counted_from`` and ``gap`` are the texts of its anchor (or ``since``) and of what was added to it.

    ``withheld`` says why it is no action of the plan (``kept`` in full, with the policy's cell), ``later`` that it lies
    behind the plan's horizon, ``overflow`` that its owner has more to do on that day than they can.
    """

    task: Task
    action: Action
    counted_from: Cell
    gap: Cell
    withheld: str
    later: bool
    kept: Withheld | None = None
    overflow: Overflow | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one customer at one instant, in the order in which it was worked out. ``warnings`` are those of
    the decision and of the policies."""

    ruleset: RuleSet
    fingerprint: str
    customer: str
    customer_name: str
    as_of: DateTime
    until: DateTime
    decision: Decision
    steps: tuple[FactTrace | TableStory, ...]
    tasks: tuple[TaskStory, ...]
    warnings: tuple[Issue, ...] = ()


def explain(
    compiled: CompiledRuleSet,
    record: Record | Mapping[str, object],
    as_of: Moment,
    history: History | None = None,
    *,
    dataset: Dataset | None = None,
    cut_points: CutPoints | None = None,
) -> Explanation:
    """Decide one customer with a trace and tell what came of it; the same path as a plan takes.

    ``dataset`` has the owners, for deputies and absences, and the other customers, whose actions tell whether their
    owner's day is full. They are the population, too, that ``top share`` and ``quantile`` cut, unless ``cut_points``
    say how it was cut.
    """
    moment = compiled.moment(as_of)
    known, _ = to_record(compiled, record)
    if cut_points is None:
        cut_points = NO_CUT_POINTS if dataset is None else compiled.cut_points(dataset, as_of=moment)
    decision = compiled.decide(record, as_of=moment, history=history, trace=True, cut_points=cut_points)
    until = plan_end(compiled, moment)
    name = known.fields.get("name")
    steps = decision.trace.steps if decision.trace is not None else ()
    tasks, found = _tasks(compiled, known, decision, history or NO_HISTORY, moment, until, dataset)
    return Explanation(
        ruleset=compiled.ruleset,
        fingerprint=compiled.fingerprint,
        customer=known.id,
        customer_name=name if isinstance(name, str) else "",
        as_of=moment,
        until=until,
        decision=decision,
        steps=tuple(_step(step, compiled.ruleset, decision) for step in steps),
        tasks=tasks,
        warnings=(*decision.warnings, *found),
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
    moved = next((moved for moved in decision.transitions if moved.decision == table.id), None)
    return TableStory(table, step, matched, tuple(Row(rule, columns) for rule in missed[:NEAREST]), moved)


def _tasks(
    compiled: CompiledRuleSet,
    record: Record,
    decision: Decision,
    history: History,
    as_of: DateTime,
    until: DateTime,
    dataset: Dataset | None,
) -> tuple[tuple[TaskStory, ...], list[Issue]]:
    """Every task with the action it would be, and what planning has to say of the customer."""
    if not decision.tasks:
        return (), []
    last = max(task.due for task in decision.tasks).plus_nanos(1)  # a plan holds what is due before its end
    owners = dataset.entities.get("owner", ()) if dataset is not None else ()
    histories = {record.id: history}
    found: dict[str, tuple[Action, Withheld | None]] = {}
    # What lies behind the horizon is told, too, but must not use up the caps of what lies before it.
    for end in (max(last, until), until):
        plan = plan_actions(compiled, [(record, decision)], as_of=as_of, until=end, histories=histories, owners=owners)
        found.update({action.key: (action, None) for action in plan.actions})
        found.update({item.action.key: (item.action, item) for item in plan.withheld})
    known = set(decision.warnings)
    warnings = [each for each in plan.warnings if each not in known and each.params.get("customer") == record.id]
    full = _overflow(compiled, dataset, as_of)
    stories = []
    for task in sorted(decision.tasks, key=lambda t: (t.due, t.priority, t.rule)):
        action, kept = found[task_key(compiled.ruleset.name, record.id, task)]
        table = compiled.ruleset.decisions[task.decision]
        anchor, gap = _clock(table, task)
        reason = "" if kept is None else kept.reason
        beyond = full.get(action.key)
        stories.append(TaskStory(task, action, anchor, gap, reason, task.due >= until, kept, beyond))
    return tuple(stories), warnings


def _overflow(compiled: CompiledRuleSet, dataset: Dataset | None, as_of: DateTime) -> dict[str, Overflow]:
    """The actions beyond somebody's capacity, by key; the whole plan is needed to tell."""
    owners = dataset.entities.get("owner", ()) if dataset is not None else ()
    limited = compiled.policies.capacity is not None or any(row.get("capacity") is not None for row in owners)
    if dataset is None or not limited:
        return {}
    return {a.key: each for each in compiled.plan(dataset, as_of=as_of, kpis=False).overflow for a in each.actions}


def _clock(table: DecisionTable, task: Task) -> tuple[Cell, Cell]:
    """What the task's time was counted from and what was added: cells of its row, else settings of its table."""
    cells = dict(table.defaults)
    for rule in table.rules:
        if rule.id == task.rule:
            cells = dict(zip(table.outputs, rule.then, strict=True))
    cadence = task.kind is Kind.CADENCE
    origins = ("after_step", "annual", "anchor") if cadence else ("since",)
    gaps = ("every", "offset") if cadence else ("after",)
    anchor = _first(cells, origins) or _first(table.settings, origins) or Cell()
    gap = _first(cells, gaps) or Cell()
    if task.kind is Kind.ESCALATION and not task.level:  # the warning before the end of the time allowed
        ahead = f"{cells['within'].text.strip()} - {cells['warn'].text.strip()}"
        gap = Cell(f"{gap.text.strip()} + {ahead}" if gap.text.strip() else ahead, cells["warn"].span)
    return anchor, gap


def _first(cells: Mapping[str, Cell], names: tuple[str, ...]) -> Cell | None:
    return next((cells[name] for name in names if name in cells and cells[name].text.strip() not in ("", "-")), None)
