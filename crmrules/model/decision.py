"""What a rule set says of one customer, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from crmrules.model.ruleset import Kind
from crmrules.model.spans import NOWHERE, Span

if TYPE_CHECKING:
    from crmrules.model.issues import Issue
    from crmrules.model.population import Cut
    from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class Match:
    """A row that fired."""

    decision: str
    rule: str
    span: Span = NOWHERE


class TaskStatus(StrEnum):
    """Where a task stands at ``as_of``: OVERDUE its time has passed, DUE it falls on this day, UPCOMING later; PAUSED
    its clock stands still, and ``due`` and ``until`` are the earliest they can become."""

    OVERDUE = "overdue"
    DUE = "due"
    UPCOMING = "upcoming"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Task:
    """What a cadence or escalation row asks for, before planning: no names resolved, nothing rendered.

    ``start`` is the instant counted from (the anchor, or the opening of the episode), None where there was never
    one; ``due`` when it is to be done, ``until`` the end of the time allowed. ``period`` names the recurrence or
    episode that the task belongs to, stable over repeated runs: with rule and customer it makes the action's key.
    ``withheld`` says why a rule's own ``suppress`` keeps it from the plan (blank: it does not). ``details`` are
    values that its texts may name besides the customer's facts. ``part`` tells apart what one row asks of several
    people (blank: the first). A warning before the end of a level's time has ``level`` 0. ``reckoning`` says what
    besides the row's own cells went into its times: ``times`` the gap was counted, ``stretch`` its factor, ``rolled``
    from what instant, ``calendar`` of the working time, ``holds`` that stopped the clock, ``acted`` on before.
    """

    kind: Kind
    decision: str
    rule: str
    span: Span
    task: str
    due: DateTime
    status: TaskStatus
    period: str
    start: DateTime | None = None
    until: DateTime | None = None
    channel: str = ""
    owner_role: str = ""
    priority: int = 3
    purpose: str = "internal"
    content: str = ""
    every: str = ""
    signal: str = ""
    level: int = 0
    withheld: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""
    reckoning: Mapping[str, Any] = field(default_factory=dict)


class Change(StrEnum):
    """What became of a value that may move: FIRST there was none before, KEPT it stays, UPGRADE, DOWNGRADE."""

    FIRST = "first"
    KEPT = "kept"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


class Hold(StrEnum):
    """Why a proposed value was not taken: REVIEW it is not the time of a review, GRACE the proposal has not stood long
    enough, TENURE the value in force has not, PINNED somebody set the value by hand, NO_PROPOSAL no row gave one."""

    REVIEW = "review"
    GRACE = "grace"
    TENURE = "minimum tenure"
    PINNED = "pinned"
    NO_PROPOSAL = "no proposal"


@dataclass(frozen=True, slots=True)
class Held:
    """One reason why a proposal waits, and until when it does as far as that is known."""

    reason: Hold
    until: DateTime | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """What became of one decided value that may move up and down.

    ``proposed`` is what the rows said (``rules``), ``previous`` what the last run left (None: nothing), ``value`` what
    is in force now, since ``since`` (None where that is not known). ``held`` says why the proposal waits;
    ``pending_since`` since when a lower value has been called for without being taken.
    """

    decision: str
    fact: str
    previous: Any
    proposed: Any
    value: Any
    change: Change
    rules: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()
    since: DateTime | None = None
    pending_since: DateTime | None = None


@dataclass(frozen=True, slots=True)
class CellTrace:
    """One condition of one row as it was evaluated: its column, its text, the value seen, True/False/None."""

    column: str
    text: str
    value: Any
    result: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One row: whether it matched, and its cells in order. ``active`` is False outside its validity dates."""

    rule: str
    matched: bool
    cells: tuple[CellTrace, ...]
    span: Span
    active: bool = True

    @property
    def misses(self) -> int:
        """How many cells stopped the row."""
        return sum(1 for c in self.cells if c.result is not True)


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One decision: its rows, and the values it gave."""

    decision: str
    kind: Kind
    hit_policy: str
    rules: tuple[RuleTrace, ...]
    values: Mapping[str, Any]
    used_default: bool = False


@dataclass(frozen=True, slots=True)
class FactTrace:
    """A derived fact: formula, value, and the values it was computed from; the ``cuts`` of the population it was
    compared with. For an experiment the formula is its scope and ``experiment`` its id."""

    name: str
    formula: str
    value: Any
    reads: Mapping[str, Any]
    span: Span
    cuts: tuple[Cut, ...] = ()
    experiment: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of a decision, in the order they were taken; collected by the production path itself."""

    steps: tuple[FactTrace | TableTrace, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything the rules say of one customer.

    ``values`` has every fact that was derived or decided. ``unknown`` names facts whose missing value kept at least
    one row from being decided (it neither matched nor failed). ``warnings`` are located problems met on the way
    (a cell that could not be evaluated, two rows of a UNIQUE table, …). ``episodes`` has every signal that is on, with
    its beginning, and those that were on and of which missing data says nothing now; ``resolved`` the signals that were
    on at the last run and no longer are.
    """

    customer: str
    as_of: DateTime
    values: Mapping[str, Any]
    matches: tuple[Match, ...] = ()
    tasks: tuple[Task, ...] = ()
    warnings: tuple[Issue, ...] = ()
    unknown: frozenset[str] = frozenset()
    trace: Trace | None = None
    transitions: tuple[Transition, ...] = ()
    episodes: Mapping[str, DateTime] = field(default_factory=dict)
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Episode:
    """A signal that is open for a customer since an instant."""

    signal: str
    since: DateTime


@dataclass(frozen=True, slots=True)
class Pending:
    """A lower value that has been called for since an instant and is not taken yet."""

    value: Any
    since: DateTime


@dataclass(frozen=True, slots=True)
class Told:
    """When a row's action was last committed by a run, and what it was about: the instant counted from, the period."""

    at: DateTime
    start: DateTime | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What is known from earlier runs about one customer; empty in a dry run without state.

    ``values`` are the decided facts of the last run (``previous.value_tier`` in rules), ``episodes`` the open ones.
    ``since`` says when each of the values began (``since.value_tier``), ``pending`` holds lower values that wait, and
    ``as_of`` is the instant of the last run. ``told`` has the last action of each row (by rule id).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    episodes: Mapping[str, Episode] = field(default_factory=dict)
    since: Mapping[str, DateTime] = field(default_factory=dict)
    pending: Mapping[str, Pending] = field(default_factory=dict)
    as_of: DateTime | None = None
    told: Mapping[str, Told] = field(default_factory=dict)


NO_HISTORY = History()
