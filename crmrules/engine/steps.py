"""What a rule set is compiled to: plain frozen data, read by :mod:`.decide`, the kinds and the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from crmrules.feel.types import Type
from crmrules.model.decision import Match
from crmrules.model.ruleset import Cap, DecisionTable, Rule
from crmrules.model.spans import Span
from crmrules.model.values import Value
from crmrules.model.vocabulary import Cell, Fact, Missing
from crmrules.timing.annual import LeapDay
from crmrules.timing.business_days import Roll
from crmrules.timing.recurrence import CatchUp

if TYPE_CHECKING:
    from crmrules.feel.compiler import Compiled, CompiledTest
    from crmrules.model.durations import Duration
    from crmrules.model.population import Cut, Measure
    from crmrules.model.ruleset import Experiment
    from crmrules.model.values import DateTime
    from crmrules.tables.table import CompiledTable
    from crmrules.timing.calendar import Calendars, WorkCalendar
    from crmrules.timing.frequency import Frequency
    from crmrules.timing.quiet import QuietHours


@dataclass(frozen=True, slots=True)
class Target:
    """What a result cell must give: the name shown in messages, the type, and allowed words (spelling → value)."""

    name: str
    type: Type
    words: Mapping[str, str]

    @property
    def allowed(self) -> tuple[str, ...]:
        """The canonical words, each once, in priority order."""
        return tuple(dict.fromkeys(self.words.values()))


@dataclass(frozen=True, slots=True)
class Result:
    """A result cell: the constant ``value``, or ``compiled`` when it must be evaluated."""

    cell: Cell
    target: Target
    value: Value = None
    compiled: Compiled | None = None


@dataclass(frozen=True, slots=True)
class CutSpec:
    """A place where a formula cuts the population: ``value`` of those customers for whom ``among`` is true (None:
    all), into the top ``part`` or into so many parts. Its points stand in the environment under ``variable``."""

    key: str
    fact: str
    measure: Measure
    part: Value
    value: Compiled
    among: Compiled | None
    place: Span

    @property
    def variable(self) -> str:
        """A name that no fact can have."""
        return f"cut:{self.key}"

    def made(self, cut: Cut) -> bool:
        """Whether ``cut`` was made by this very formula."""
        among = "" if self.among is None else self.among.text
        return (cut.measure, cut.of, cut.part, cut.among) == (self.measure, self.value.text, self.part, among)


@dataclass(frozen=True, slots=True)
class FactStep:
    """A derived fact: evaluate ``compiled``, apply ``default`` to null when the fact says so, check ``range``.

    ``cuts`` are the cuts of the population that it compares with.
    """

    fact: Fact
    compiled: Compiled
    default: Value = None
    range: CompiledTest | None = None
    cuts: tuple[CutSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class ExperimentStep:
    """An experiment: ``arms`` are the words of its fact, the first for hashes below ``share`` of all there are."""

    experiment: Experiment
    scope: Compiled | None
    share: Fraction
    salt: str
    arms: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """Cuts that can be found in one pass over the population, and the steps that must be taken before, in order."""

    cuts: tuple[CutSpec, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class DataFact:
    """What to do when a fact of the data is missing."""

    fact: Fact
    missing: Missing
    default: Value = None


@dataclass(frozen=True, slots=True)
class CompiledInput:
    """A condition column. ``name`` is the fact's, or the expression's text; ``compiled`` is None for a plain fact.

    ``reads`` are the facts the column's value rests on, ``cell_reads`` those that its cells name besides.
    """

    name: str
    compiled: Compiled | None
    reads: frozenset[str]
    cell_reads: frozenset[str]
    cell: Cell


@dataclass(frozen=True, slots=True)
class TransitionBody:
    """How the one value of a classification moves; ``order`` has the values, highest first, ``words`` their
    spellings.

    Upgrades or downgrades wait for a review where they are ``at_review``; reviews come every ``review`` counted from
    ``anchor``. ``notify`` has a row for each rule, one for the default and one for the pin, when changes are told.
    """

    fact: Fact
    order: tuple[str, ...]
    words: Mapping[str, str]
    upgrade_at_review: bool = False
    downgrade_at_review: bool = False
    review: Duration | None = None
    anchor: DateTime | None = None
    grace: Duration | None = None
    tenure: Duration | None = None
    pin: Compiled | None = None
    pin_until: Compiled | None = None
    notify: Mapping[str, NotifyRow] | None = None


@dataclass(frozen=True, slots=True)
class NotifyRow:
    """The task that a change of value calls for, when ``cells.rule`` is the row that gave the new value."""

    cells: ActionCells


@dataclass(frozen=True, slots=True)
class ClassificationBody:
    """Rows × outputs of a classification. ``priorities``: each output's allowed values, highest first.

    ``constants`` has, for each row that needs no evaluation, its facts and values; None for the others.
    """

    facts: tuple[Fact, ...]
    rows: tuple[tuple[Result, ...], ...]
    constants: tuple[Mapping[str, Value] | None, ...]
    defaults: Mapping[int, Result]
    priorities: tuple[tuple[Value, ...], ...]
    ranges: tuple[CompiledTest | None, ...]
    transition: TransitionBody | None = None


@dataclass(frozen=True, slots=True)
class ActionCells:
    """What cadence and escalation rows have in common. ``task`` and ``content`` are texts as written.

    ``more_roles`` are those besides ``owner_role`` who get an action of their own; ``working`` says that the row's
    clock runs by a calendar.
    """

    rule: Rule
    task: str
    channel: str
    content: str
    owner_role: str
    purpose: str
    priority: Result
    within: Duration | None
    more_roles: tuple[str, ...] = ()
    working: bool = False


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """Whose working time counts: that of ``fixed``, or of the calendar that ``named`` gives the name of (``fixed``
    where it gives none)."""

    calendars: Calendars
    fixed: WorkCalendar | None
    named: Compiled | None = None


@dataclass(frozen=True, slots=True)
class Annual:
    """Something that comes back every year: festivals by name, or the anniversary of a date."""

    festivals: tuple[str, ...] = ()
    date: Compiled | None = None


@dataclass(frozen=True, slots=True)
class CadenceRow:
    """A cadence row: recurring with ``every``, once at ``offset``, or ``annual`` (moved by ``offset``).

    ``anchor`` is the row's own or the table's; None where time is counted from the action of the row ``after_step``,
    or from festivals.
    """

    cells: ActionCells
    every: Frequency | None
    offset: Duration | None
    anchor: Compiled | None
    annual: Annual | None = None
    after_step: str = ""
    expires: Duration | None = None


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """An escalation row: the ``level`` of ``signal`` that is reached ``after`` the episode's beginning. ``warn`` before
    the end of the time allowed goes out a task called ``warning``."""

    cells: ActionCells
    signal: str
    level: Result
    since: Compiled | None
    after: Duration | None
    warn: Duration | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class CadenceBody:
    """``if_never``: ``"now"``, ``"skip"``, an expression for the instant, or blank for what suits the row. ``default``
    serves when no row matches. ``fixed``: ``every`` gives a series of occurrences counted from its anchor."""

    rows: tuple[CadenceRow, ...]
    default: CadenceRow | None
    if_never: str | Compiled
    suppress: Compiled | None
    fixed: bool = False
    stretch: Compiled | None = None
    catch_up: CatchUp = CatchUp.LATEST_ONLY
    cancel_if: Compiled | None = None
    leap_day: LeapDay = LeapDay.FEB28
    roll: Roll = Roll.NONE
    calendar: CalendarChoice | None = None


@dataclass(frozen=True, slots=True)
class Reentry:
    """What a signal that comes back does: count anew (``unit`` and ``cooldown`` blank), wait until ``cooldown`` has
    passed since it was last told, or be told once in each ``unit`` (``month`` …) or ever (``once``)."""

    cooldown: Duration | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class EscalationBody:
    """``default`` is used when no row matches; ``rules_of`` has the rows' ids by signal."""

    rows: tuple[EscalationRow, ...]
    default: EscalationRow | None
    suppress: Compiled | None
    holds: Compiled | None = None
    reentry: Reentry = Reentry()
    calendar: CalendarChoice | None = None
    rules_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableStep:
    """A decision table: its condition side as ``lookup``, its result side as ``body``; ``matches`` by row."""

    table: DecisionTable
    inputs: tuple[CompiledInput, ...]
    lookup: CompiledTable
    body: ClassificationBody | CadenceBody | EscalationBody
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class CompiledRole:
    """A role: ``person`` gives the name of the person, None for a queue; ``deputy`` is the role that steps in."""

    name: str
    person: Compiled | None
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class CompiledCap:
    """A frequency cap; ``channels`` is empty where all count."""

    cap: Cap
    count: int
    per: Duration
    where: Compiled | None
    channels: frozenset[str]
    purposes: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledPolicies:
    """The plan's policies; None where the rule set has none. ``horizon`` is a duration."""

    do_not_contact: Compiled | None = None
    blocked_channels: Compiled | None = None
    horizon: Duration | None = None
    blocked_purposes: Compiled | None = None
    consent: Compiled | None = None
    snooze_until: Compiled | None = None
    touches: Compiled | None = None
    quiet_hours: QuietHours | None = None
    customer_time_zone: Compiled | None = None
    capacity: int | None = None
    caps: tuple[CompiledCap, ...] = ()
    view_all_roles: frozenset[str] = frozenset()
    reveal_roles: frozenset[str] = frozenset()

    @property
    def restrict(self) -> bool:
        """Whether there is anything that a customer may refuse."""
        rules = (
            self.do_not_contact, self.blocked_channels, self.blocked_purposes, self.consent, self.snooze_until,
        )  # fmt: skip
        return any(rule is not None for rule in rules)


@dataclass(frozen=True, slots=True)
class RowFacts:
    """The derived facts of a related entity's rows, in the order they must be worked out."""

    entity: str
    steps: tuple[FactStep, ...]


Step = FactStep | TableStep | ExperimentStep
"""One thing worked out of a customer."""
