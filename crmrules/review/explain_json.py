"""An explanation as plain data; the shape is published as ``schemas/decision.schema.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmrules.model.decision import CellTrace, FactTrace, Transition
from crmrules.model.plan import Withheld
from crmrules.model.population import Cut
from crmrules.review.json_text import instant, json_value, label, maybe_instant, place
from crmrules.review.texts import mask
from crmrules.review.wording import Wording

if TYPE_CHECKING:
    from crmrules.review.explain import Explanation, Row, TableStory, TaskStory


def explanation_json(explanation: Explanation, words: Wording) -> dict[str, Any]:
    """The whole explanation; ``steps`` in the order taken."""
    ruleset, decision = explanation.ruleset, explanation.decision
    return {
        "crmrules_decision": 1,
        "ruleset": {
            "name": ruleset.name,
            "label": label(ruleset.label),
            "version": ruleset.version,
            "fingerprint": explanation.fingerprint,
        },
        "customer": explanation.customer,
        "customer_name": explanation.customer_name,
        "as_of": instant(explanation.as_of),
        "until": instant(explanation.until),
        "personal_values": "shown" if words.reveal else "masked",
        "values": {name: value_json(name, value, words) for name, value in decision.values.items()},
        "steps": [
            _fact(step, words) if isinstance(step, FactTrace) else _table(step, words) for step in explanation.steps
        ],
        "actions": [_task(story, words) for story in explanation.tasks],
        "unknown": sorted(decision.unknown),
        "warnings": [issue.to_json(words.lang) for issue in explanation.warnings],
    }


def held_json(item: Withheld) -> dict[str, Any]:
    """Which cell keeps an action back, and what the reason speaks of."""
    return {"place": place(item.place), **{name: json_value(value) for name, value in item.details.items()}}


def value_json(name: str, value: Any, words: Wording) -> Any:
    """A value as JSON data; a list of related records is told by their number, a personal value masked."""
    if is_rows(value):
        return {"rows": len(value)}
    return mask(value) if words.is_personal(name, value) else json_value(value)


def is_rows(value: Any) -> bool:
    """Whether a value is a list of related records (``orders``)."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _fact(fact: FactTrace, words: Wording) -> dict[str, Any]:
    return {
        "step": "fact",
        "name": fact.name,
        "formula": fact.formula,
        "value": value_json(fact.name, fact.value, words),
        "reads": {name: value_json(name, value, words) for name, value in fact.reads.items()},
        "place": place(fact.span),
        **({"cuts": [cut_json(cut, words) for cut in fact.cuts]} if fact.cuts else {}),
        **({"experiment": fact.experiment} if fact.experiment else {}),
    }


def cut_json(cut: Cut, words: Wording) -> dict[str, Any]:
    """One cut of the population; points of a personal value are masked."""
    return {
        "fact": cut.fact,
        "measure": cut.measure.value,
        "of": cut.of,
        "part": json_value(cut.part),
        "among": cut.among,
        "customers": cut.size,
        "points": [value_json(cut.of, point, words) for point in cut.points],
    }


def _transition(moved: Transition, words: Wording) -> dict[str, Any]:
    return {
        "fact": moved.fact,
        "previous": value_json(moved.fact, moved.previous, words),
        "proposed": value_json(moved.fact, moved.proposed, words),
        "value": value_json(moved.fact, moved.value, words),
        "change": moved.change.value,
        "since": maybe_instant(moved.since),
        "pending_since": maybe_instant(moved.pending_since),
        "held": [{"reason": held.reason.value, "until": maybe_instant(held.until)} for held in moved.held],
    }


def _table(story: TableStory, words: Wording) -> dict[str, Any]:
    trace = story.trace
    return {
        "step": "table",
        "decision": trace.decision,
        "kind": trace.kind.value,
        "hit_policy": trace.hit_policy,
        "values": {name: value_json(name, value, words) for name, value in trace.values.items()},
        "used_default": trace.used_default,
        "matched": [_row(row, words) for row in story.matched],
        "nearest": [_row(row, words) for row in story.nearest],
        **({"transition": _transition(story.transition, words)} if story.transition is not None else {}),
    }


def _row(row: Row, words: Wording) -> dict[str, Any]:
    trace = row.trace
    return {
        "rule": trace.rule,
        "place": place(trace.span),
        "matched": trace.matched,
        "counts": row.counts,
        "valid_now": trace.active,
        "misses": trace.misses,
        "cells": [cell_json(name, cell, words) for name, cell in zip(row.columns, trace.cells, strict=True)],
    }


def cell_json(name: str, cell: CellTrace, words: Wording) -> dict[str, Any]:
    """One condition as it was evaluated; ``name`` is its column's fact or expression."""
    return {
        "column": name,
        "condition": cell.text,
        "value": value_json(name, cell.value, words),
        "result": cell.result,
        "place": place(cell.span),
    }


def _task(story: TaskStory, words: Wording) -> dict[str, Any]:
    task, action = story.task, story.action
    return {
        "key": action.key,
        "kind": task.kind.value,
        "decision": task.decision,
        "rule": task.rule,
        "place": place(task.span),
        "task": action.task,
        "period": task.period,
        "counted_from": story.counted_from.text,
        "start": maybe_instant(task.start),
        "gap": story.gap.text,
        "due": instant(task.due),
        "until": maybe_instant(task.until),
        "reckoning": {name: json_value(value) for name, value in task.reckoning.items()},
        "status": task.status.value,
        "channel": task.channel,
        "owner": action.owner,
        "owner_role": task.owner_role,
        "is_queue": action.is_queue,
        "priority": task.priority,
        "purpose": task.purpose,
        "content": words.text(action.content),
        "signal": task.signal,
        "level": task.level,
        "on_behalf_of": action.on_behalf_of,
        "behalf_reason": action.behalf_reason,
        "send_after": maybe_instant(action.send_after),
        "withheld": story.withheld,
        "withheld_by": None if story.kept is None else held_json(story.kept),
        "over_capacity": story.overflow is not None,
        "in_plan": not story.withheld and not story.later,
    }
