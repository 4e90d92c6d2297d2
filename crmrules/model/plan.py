"""Action plans: who does what, for which customer, by when, and why. And KPI results beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crmrules.model.decision import TaskStatus
from crmrules.model.ruleset import Direction, Kind
from crmrules.model.spans import Span
from crmrules.model.vocabulary import Label

if TYPE_CHECKING:
    from crmrules.model.issues import Issue
    from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    ``key`` is stable: the same rule, customer and period or episode give the same key on every run, so a receiver can
    drop a repetition. ``owner`` is a person, or the role's name where nobody is named (then ``is_queue``).
    ``basis`` are the values the row looked at; ``place`` the cell or line of the row.
    """

    key: str
    customer: str
    kind: Kind
    decision: str
    rule: str
    place: Span
    task: str
    due: DateTime
    until: DateTime | None
    status: TaskStatus
    channel: str
    owner: str
    owner_role: str
    is_queue: bool
    priority: int
    purpose: str
    content: str
    basis: Mapping[str, Any]
    ruleset: str
    fingerprint: str
    customer_name: str = ""
    start: DateTime | None = None
    signal: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Withheld:
    """An action that the rules asked for and a policy kept back, with the reason (``do_not_contact`` …)."""

    action: Action
    reason: str


class Rating(StrEnum):
    """Red, amber or green against the target; NONE without a target, NO_DATA without rows."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class KpiResult:
    """One KPI for one group (``group`` is empty for the total). ``value`` is None when there is no data.

    ``n`` counts the rows the value rests on: the denominator's rows for a ratio. ``unknown`` counts rows left out
    because a condition, a date or a value of theirs is missing or failed. The window is ``[start, end)``.
    """

    kpi: str
    label: Label
    group: Mapping[str, Any]
    value: Any
    n: int
    rating: Rating
    unit: str = ""
    numerator: Any = None
    denominator: Any = None
    target: Any = None
    direction: Direction = Direction.HIGHER
    window_start: DateTime | None = None
    window_end: DateTime | None = None
    place: Span | None = None
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """All actions of one evaluation, sorted by due instant, priority, customer and key.

    ``distribution``: decided string fact → value → number of customers. ``unknown``: fact → number of customers for
    whom its missing value left a row undecided. Nothing here depends on the wall clock.
    """

    ruleset: str
    label: Label
    version: str
    fingerprint: str
    as_of: DateTime
    until: DateTime
    customers: int
    actions: tuple[Action, ...]
    withheld: tuple[Withheld, ...] = ()
    distribution: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[Issue, ...] = ()
    kpis: tuple[KpiResult, ...] = ()
    language: str = "en"
