"""What a rule set is compiled to: plain frozen data, read by :mod:`.decide`, the kinds and the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmrules.feel.types import Type
from crmrules.model.decision import Match
from crmrules.model.ruleset import DecisionTable, Rule
from crmrules.model.values import Value
from crmrules.model.vocabulary import Cell, Fact, Missing

if TYPE_CHECKING:
    from crmrules.feel.compiler import Compiled, CompiledTest
    from crmrules.model.durations import Duration
    from crmrules.tables.table import CompiledTable
    from crmrules.timing.frequency import Frequency


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
class FactStep:
    """A derived fact: evaluate ``compiled``, apply ``default`` to null when the fact says so, check ``range``."""

    fact: Fact
    compiled: Compiled
    default: Value = None
    range: CompiledTest | None = None


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


@dataclass(frozen=True, slots=True)
class ActionCells:
    """What cadence and escalation rows have in common. ``task`` and ``content`` are texts as written."""

    rule: Rule
    task: str
    channel: str
    content: str
    owner_role: str
    purpose: str
    priority: Result
    within: Duration | None


@dataclass(frozen=True, slots=True)
class CadenceRow:
    """A cadence row: recurring with ``every`` or once at ``offset``; ``anchor`` is the row's own or the table's."""

    cells: ActionCells
    every: Frequency | None
    offset: Duration | None
    anchor: Compiled


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """An escalation row: the ``level`` of ``signal`` that is reached ``after`` the episode's beginning."""

    cells: ActionCells
    signal: str
    level: Result
    since: Compiled | None
    after: Duration | None


@dataclass(frozen=True, slots=True)
class CadenceBody:
    """``if_never``: ``"now"``, ``"skip"``, or an expression for the instant. ``default`` serves when no row matches."""

    rows: tuple[CadenceRow, ...]
    default: CadenceRow | None
    if_never: str | Compiled
    suppress: Compiled | None


@dataclass(frozen=True, slots=True)
class EscalationBody:
    """``default`` is used when no row matches."""

    rows: tuple[EscalationRow, ...]
    default: EscalationRow | None
    suppress: Compiled | None


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
    """A role: ``person`` gives the name of the person, None for a queue."""

    name: str
    person: Compiled | None


@dataclass(frozen=True, slots=True)
class CompiledPolicies:
    """The plan's policies; None where the rule set has none. ``horizon`` is a duration."""

    do_not_contact: Compiled | None = None
    blocked_channels: Compiled | None = None
    horizon: Duration | None = None


@dataclass(frozen=True, slots=True)
class RowFacts:
    """The derived facts of a related entity's rows, in the order they must be worked out."""

    entity: str
    steps: tuple[FactStep, ...]
