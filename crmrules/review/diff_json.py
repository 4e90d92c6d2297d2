"""A diff of rule sets as plain data; the shape is published as ``schemas/diff.schema.json``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crmrules.model.decision import Match
from crmrules.model.plan import Action
from crmrules.model.ruleset import RuleSet
from crmrules.model.temporal import DateTime
from crmrules.review.explain_json import cell_json, value_json
from crmrules.review.json_text import instant, label, place
from crmrules.review.render.plan_json import action_json, kpi_json
from crmrules.review.wording import Wording

if TYPE_CHECKING:
    from crmrules.review.diff import ActionChange, Diff, FactChange


def diff_json(diff: Diff, words: Wording) -> dict[str, Any]:
    """The whole diff, nothing cut."""
    return {
        "crmrules_diff": 1,
        "old": _ruleset(diff.old, diff.old_fingerprint),
        "new": _ruleset(diff.new, diff.new_fingerprint),
        "as_of": instant(diff.as_of),
        "personal_values": "shown" if words.reveal else "masked",
        "counts": {
            "customers": diff.customers,
            "customers_decided_differently": len({change.customer for change in diff.facts}),
            "actions_added": len(diff.added),
            "actions_removed": len(diff.removed),
            "actions_changed": len(diff.changed),
            "kpis_changed": len(diff.kpis),
        },
        "migrations": [
            {
                "fact": fact,
                "from": value_json(fact, _listed(old), words),
                "to": value_json(fact, _listed(new), words),
                "customers": n,
            }
            for fact, counts in diff.migrations.items()
            for (old, new), n in counts.items()
        ],
        "facts": [_fact(change, words) for change in diff.facts],
        "added": [action_json(change.action, words) for change in diff.added],
        "removed": [action_json(change.action, words) for change in diff.removed],
        "changed": [_changed(change, words) for change in diff.changed],
        "kpis": [
            {"old": change.old and kpi_json(change.old), "new": change.new and kpi_json(change.new)}
            for change in diff.kpis
        ],
    }


def _ruleset(ruleset: RuleSet, fingerprint: str) -> dict[str, Any]:
    return {
        "name": ruleset.name,
        "label": label(ruleset.label),
        "version": ruleset.version,
        "fingerprint": fingerprint,
    }


def _fact(change: FactChange, words: Wording) -> dict[str, Any]:
    return {
        "customer": change.customer,
        "customer_name": change.customer_name,
        "fact": change.fact,
        "from": value_json(change.fact, change.old, words),
        "to": value_json(change.fact, change.new, words),
        "old_rules": _rules(change.old_rules),
        "new_rules": _rules(change.new_rules),
        "stops": [{"rule": stop.rule, **cell_json(stop.column, stop.cell, words)} for stop in change.stops],
    }


def _rules(matches: Iterable[Match]) -> list[dict[str, Any]]:
    return [{"rule": match.rule, "place": place(match.span)} for match in matches]


def _changed(change: ActionChange, words: Wording) -> dict[str, Any]:
    """The new action, with what each changed field was and is."""
    return {
        "action": action_json(change.action, words),
        "changes": [
            {
                "field": name,
                "from": _side(change.old, name, change.old_withheld),
                "to": _side(change.new, name, change.new_withheld),
            }
            for name in change.fields
        ],
        "old_place": place(change.old.place) if change.old is not None else None,
    }


def _side(action: Action | None, name: str, withheld: str) -> Any:
    if name == "withheld":
        return withheld
    value = getattr(action, name)
    return instant(value) if isinstance(value, DateTime) else value


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
