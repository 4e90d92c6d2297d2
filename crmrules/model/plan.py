"""Action plans: who does what, for which customer, by when, and why. And KPI results beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crmrules.model.decision import TaskStatus
from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.ruleset import Direction, Kind
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.vocabulary import Label

if TYPE_CHECKING:
    from crmrules.model.issues import Issue
    from crmrules.model.values import Date, DateTime


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    ``key`` is stable: the same rule, customer and period or episode give the same key on every run, so a receiver can
    drop a repetition. ``owner`` is a person, or the role's name where nobody is named (then ``is_queue``).
    ``basis`` are the values the row looked at; ``place`` the cell or line of the row.

    ``on_behalf_of`` names whom the owner stands in for (a person, or a role of which nobody is named), and
    ``behalf_reason`` why: ``absent``, ``left`` or ``unnamed``. ``send_after`` is the end of the quiet hours that the
    action falls in (None: it may be sent at once); ``quiet_hours`` (``21:00-08:00``) and ``quiet_zone`` are what it
    was reckoned with, for whoever sends later. Work inside the company has none.
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
    period: str = ""
    on_behalf_of: str = ""
    behalf_reason: str = ""
    send_after: DateTime | None = None
    quiet_hours: str = ""
    quiet_zone: str = ""


@dataclass(frozen=True, slots=True)
class Withheld:
    """An action that the rules asked for and a policy kept back, with the reason (``do_not_contact`` …).

    ``place`` is the policy's cell. ``details`` are what the reason speaks of: ``channel``, ``purpose``, ``at``,
    ``until`` (the instant from which the action would be free again), ``count`` and ``per`` of a cap.
    """

    action: Action
    reason: str
    place: Span = NOWHERE
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overflow:
    """A day on which somebody has more to do than ``capacity``; ``actions`` are those beyond it, least urgent last.

    What is overdue counts on the day of ``as_of``. Nothing is taken from the plan for it.
    """

    owner: str
    day: Date
    planned: int
    capacity: int
    actions: tuple[Action, ...]


class Rating(StrEnum):
    """Red, amber or green against the target; NONE without a target, NO_DATA without rows."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NONE = "none"
    NO_DATA = "no data"


class Trend(StrEnum):
    """Where a value has gone since the window before, in the KPI's direction."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


class NoData(StrEnum):
    """Why a KPI has no value: there are no rows; none lies in the window and fulfils the condition; what those that may
    count hold is unknown; the denominator is 0; numbers stand among durations."""

    NO_ROWS = "no rows"
    NOTHING_COUNTS = "nothing counts"
    UNKNOWN = "unknown"
    ZERO = "denominator is 0"
    MIXED = "mixed values"


@dataclass(frozen=True, slots=True)
class KpiResult:
    """One KPI for one group (``group`` is empty for the total). ``value`` is None when there is no data, and ``reason``
    says why.

    ``n`` counts the rows the value rests on: the denominator's rows for a ratio. ``unknown`` counts rows left out
    because a condition, a date or a value of theirs is missing or failed. The window is ``[start, end)``.

    ``previous`` is the value over the window before, of ``previous_n`` rows; ``change`` is the difference to it and
    ``change_ratio`` the difference over it, None where it is 0. ``trend`` follows the KPI's direction. A sum over a
    period that is still running has a previous value, but no change: it would always look worse.
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
    reason: NoData | None = None
    previous: Any = None
    previous_n: int = 0
    previous_start: DateTime | None = None
    previous_end: DateTime | None = None
    change: Any = None
    change_ratio: Any = None
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """All actions of one evaluation, sorted by due instant, priority, customer and key.

    ``distribution``: decided string fact → value → number of customers. ``unknown``: fact → number of customers for
    whom its missing value left a row undecided. ``cut_points`` are the borders that parted the population. Nothing here
    depends on the wall clock.
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
    cut_points: CutPoints = NO_CUT_POINTS
    overflow: tuple[Overflow, ...] = ()
