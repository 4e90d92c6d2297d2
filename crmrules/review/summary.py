"""Counts over a plan that every readable output shows, worked out once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from crmrules.model.decision import TaskStatus
from crmrules.model.plan import Action, ActionPlan
from crmrules.model.temporal import Date
from crmrules.review.labels import count
from crmrules.review.texts import show_moment
from crmrules.review.wording import Wording, local


@dataclass(frozen=True, slots=True)
class OwnerWork:
    """One owner's part of a plan, actions in the plan's order. ``name`` is the owner as people read it."""

    name: str
    actions: tuple[Action, ...]
    overdue: int


@dataclass(frozen=True, slots=True)
class Summary:
    """``by_status`` and ``by_kind`` have every word that occurs; ``per_day`` counts by the day of ``due``;
    ``owners`` is sorted by number of actions, most first, then by name."""

    sentence: str
    by_status: Mapping[TaskStatus, int]
    by_kind: Mapping[str, int]
    per_day: Mapping[Date, int]
    owners: tuple[OwnerWork, ...]
    customers: int


def summarise(plan: ActionPlan, words: Wording) -> Summary:
    """The summary of a plan, with names in the wording's language."""
    by_owner: dict[str, list[Action]] = {}
    for action in plan.actions:
        by_owner.setdefault(words.owner(action), []).append(action)
    owners = [
        OwnerWork(name, tuple(work), sum(1 for a in work if a.status is TaskStatus.OVERDUE))
        for name, work in by_owner.items()
    ]
    owners.sort(key=lambda owner: (-len(owner.actions), owner.name))
    statuses = Counter(action.status for action in plan.actions)
    kinds = Counter(action.kind.value for action in plan.actions)
    days = Counter(local(action.due, plan.as_of).date for action in plan.actions)
    customers = len({action.customer for action in plan.actions})
    return Summary(
        sentence=_sentence(plan, customers, words),
        by_status={status: statuses[status] for status in TaskStatus if statuses[status]},
        by_kind=dict(sorted(kinds.items())),
        per_day=dict(sorted(days.items())),
        owners=tuple(owners),
        customers=customers,
    )


def _sentence(plan: ActionPlan, some: int, words: Wording) -> str:
    return words.say(
        "sentence" if plan.actions else "sentence_none",
        as_of=show_moment(plan.as_of),
        until=show_moment(local(plan.until, plan.as_of)),
        actions=count("action", len(plan.actions), words.lang),
        some=f"{some:,}",
        customers=count("customer", plan.customers, words.lang),
    )


def ordered_values(fact: str, counts: Mapping[str, int], words: Wording) -> list[tuple[str, int]]:
    """A distribution as (value for people, customers): in the vocabulary's order where it has one, else most first."""
    known = words.facts.get(fact)
    rank = {allowed.value: index for index, allowed in enumerate(known.values)} if known else {}
    items = sorted(counts.items(), key=lambda item: (rank.get(item[0], len(rank)), -item[1], item[0]))
    return [(words.value(fact, value) if value else words.say("no_value"), n) for value, n in items]
