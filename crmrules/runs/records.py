"""What a run hands to the store, and what it gets back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.ports import Delivery

if TYPE_CHECKING:
    from crmrules.model.decision import Pending as PendingValue
    from crmrules.model.plan import Action
    from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class Decided:
    """The value of one decided fact and the rows that gave it (``VT1``, or ``T1,T4`` where several count)."""

    value: Any
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run says of one customer: decided facts by name, open episodes by signal with their beginning,
    lower values that wait by fact."""

    customer: str
    facts: Mapping[str, Decided] = field(default_factory=dict)
    episodes: Mapping[str, DateTime] = field(default_factory=dict)
    pending: Mapping[str, PendingValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Everything that one run commits. ``as_of`` has a zone or an offset."""

    ruleset: str
    version: str
    fingerprint: str
    as_of: DateTime
    outcomes: Sequence[Outcome]
    actions: Sequence[Action]
    cut_points: CutPoints = NO_CUT_POINTS


@dataclass(frozen=True, slots=True)
class Committed:
    """The run's number in the store, how many of its actions were ``new`` there, and how many were ``waiting`` there
    to be delivered, from earlier runs."""

    run: int
    new: int
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """An action of the outbox that somebody has yet to hear of. ``number`` orders the outbox.

    ``settled`` names the notifiers that need not be asked again: they delivered it, or refused it for good.
    """

    number: int
    action: Action
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one notifier said about one action of the outbox."""

    number: int
    notifier: str
    delivery: Delivery
