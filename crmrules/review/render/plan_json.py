"""An action plan as JSON for programs; the shape is published as ``schemas/plan.schema.json``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crmrules.model.decision import TaskStatus
from crmrules.model.plan import Action, ActionPlan, KpiResult, Overflow
from crmrules.review.explain_json import cut_json, held_json
from crmrules.review.json_text import dumps, instant, json_value, label, maybe_instant, place
from crmrules.review.texts import mask
from crmrules.review.wording import Wording


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The document's bytes: UTF-8, one action a line. Personal values of ``basis`` are masked unless revealed."""
    return dumps(to_json(plan, words)).encode("utf-8", "replace")


def to_json(plan: ActionPlan, words: Wording) -> dict[str, Any]:
    """The plan as plain data (``Decimal`` stands for exact numbers)."""
    statuses = Counter(action.status for action in plan.actions)
    return {
        "crmrules_plan": 1,
        "ruleset": {
            "name": plan.ruleset,
            "label": label(plan.label),
            "version": plan.version,
            "fingerprint": plan.fingerprint,
        },
        "as_of": instant(plan.as_of),
        "until": instant(plan.until),
        "time_zone": plan.as_of.zone or "",
        "language": plan.language,
        "personal_values": "shown" if words.reveal else "masked",
        "counts": {
            "customers": plan.customers,
            "customers_with_actions": len({action.customer for action in plan.actions}),
            "actions": len(plan.actions),
            **{status.value: statuses[status] for status in TaskStatus},
            "withheld": len(plan.withheld),
        },
        "actions": [action_json(action, words) for action in plan.actions],
        "withheld": [
            {"reason": w.reason, "by": held_json(w), "action": action_json(w.action, words)} for w in plan.withheld
        ],
        "overflow": [overflow_json(each) for each in plan.overflow],
        **(
            {"cut_points": [cut_json(cut, words) for cut in plan.cut_points.cuts.values()]}
            if plan.cut_points.cuts
            else {}
        ),
        "distribution": {fact: dict(counts) for fact, counts in plan.distribution.items()},
        "unknown": dict(plan.unknown),
        "kpis": [kpi_json(kpi) for kpi in plan.kpis],
        "warnings": [issue.to_json(words.lang) for issue in plan.warnings],
    }


def action_json(action: Action, words: Wording) -> dict[str, Any]:
    """One action as plain data."""
    return {
        "key": action.key,
        "customer": action.customer,
        "customer_name": action.customer_name,
        "kind": action.kind.value,
        "decision": action.decision,
        "rule": action.rule,
        "place": place(action.place),
        "task": action.task,
        "start": maybe_instant(action.start),
        "due": instant(action.due),
        "until": maybe_instant(action.until),
        "status": action.status.value,
        "channel": action.channel,
        "owner": action.owner,
        "owner_role": action.owner_role,
        "is_queue": action.is_queue,
        "priority": action.priority,
        "purpose": action.purpose,
        "content": words.text(action.content),
        "signal": action.signal,
        "level": action.level,
        "on_behalf_of": action.on_behalf_of,
        "behalf_reason": action.behalf_reason,
        "send_after": maybe_instant(action.send_after),
        "quiet_hours": action.quiet_hours,
        "quiet_zone": action.quiet_zone,
        "basis": {
            name: mask(value) if words.is_personal(name, value) else json_value(value)
            for name, value in action.basis.items()
        },
        "ruleset": action.ruleset,
        "fingerprint": action.fingerprint,
    }


def overflow_json(each: Overflow) -> dict[str, Any]:
    """A day on which somebody has more to do than they can; the actions beyond it by their keys."""
    return {
        "owner": each.owner,
        "day": str(each.day),
        "planned": each.planned,
        "capacity": each.capacity,
        "beyond": [action.key for action in each.actions],
    }


def kpi_json(kpi: KpiResult) -> dict[str, Any]:
    """One KPI's result for one group as plain data."""
    return {
        "kpi": kpi.kpi,
        "label": label(kpi.label),
        "group": {name: json_value(value) for name, value in kpi.group.items()},
        "value": json_value(kpi.value),
        "n": kpi.n,
        "rating": kpi.rating.value,
        "unit": kpi.unit,
        "numerator": json_value(kpi.numerator),
        "denominator": json_value(kpi.denominator),
        "target": json_value(kpi.target),
        "direction": kpi.direction.value,
        "window_start": maybe_instant(kpi.window_start),
        "window_end": maybe_instant(kpi.window_end),
        "place": None if kpi.place is None else place(kpi.place),
        "unknown": kpi.unknown,
        "reason": None if kpi.reason is None else kpi.reason.value,
        "previous": json_value(kpi.previous),
        "previous_n": kpi.previous_n,
        "previous_start": maybe_instant(kpi.previous_start),
        "previous_end": maybe_instant(kpi.previous_end),
        "change": json_value(kpi.change),
        "change_ratio": json_value(kpi.change_ratio),
        "trend": None if kpi.trend is None else kpi.trend.value,
    }
