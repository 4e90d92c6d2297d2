"""The ports: what an adapter must offer. Implementations live in storages/, notifiers/, runs/ and in plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from crmrules.model.spans import NOWHERE, Span

if TYPE_CHECKING:
    from crmrules.model.decision import History
    from crmrules.model.issues import Issue
    from crmrules.model.plan import Action, ActionPlan
    from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """What a storage is asked to read: a place (path or URL, resolved) and its own options, as in the data file.

    ``span`` is where the data-source file says so, for errors about the source itself.
    """

    location: str
    options: Mapping[str, Any] = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class RawTable:
    """Untyped rows: one sequence per row, aligned with ``columns``. Text storages give text; others what they hold
    (``int``, ``Decimal``, ``bool``, ``None``, the standard library's dates and times, lists; never ``float``).

    ``rows`` is read once, lazily. A row of another length is reported by the reader as ragged; a cell that cannot be
    read holds an :class:`~crmrules.model.issues.Issue` in place of its value. Where reading cannot go on, the
    iterator raises :class:`~crmrules.model.errors.DataError`.
    ``place(row_number, column)`` names the file and row for errors, where ``row_number`` counts data rows from 0.
    ``encoding`` is reported to the user when it had to be found out.
    """

    columns: tuple[str, ...]
    rows: Iterator[Sequence[Any]]
    place: Callable[[int, str | None], Span]
    encoding: str = ""


@runtime_checkable
class Storage(Protocol):
    """Reads rows from somewhere. ``name`` is what data-source files call it (``csv``)."""

    name: str

    def open(self, spec: SourceSpec) -> AbstractContextManager[RawTable]:
        """Open the source; raises :class:`~crmrules.model.errors.DataError` with located issues."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """The answer of a notifier for one action. ``retry`` False means that trying again cannot help."""

    ok: bool
    detail: str = ""
    retry: bool = True


@runtime_checkable
class Notifier(Protocol):
    """Tells people about actions. It must be safe to call again with an action that was delivered before: the
    action's ``key`` goes along, for receivers that can drop a repetition."""

    name: str

    def send(self, actions: Sequence[Action]) -> Sequence[Delivery]:
        """Deliver; one answer per action, in order. Raising counts as a failed delivery of all."""
        ...


@runtime_checkable
class Calendar(Protocol):
    """Working time. A plugin may provide one by name."""

    name: str

    def is_working_day(self, year: int, month: int, day: int) -> bool | None:
        """Whether work is done that day; None when the calendar does not know that year."""
        ...


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """What ``crmrules plugins`` shows of one plugin."""

    name: str
    version: str
    origin: str
    provides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that adapters and plugins contribute, as plain data, built once by hosting/.

    ``formats`` maps a file suffix (``".yaml"``) to a reader of rule-file documents; ``functions`` a FEEL name to a
    declaration the language understands; ``state_stores`` a URL scheme to an opener; ``plan_filters`` are applied to
    every plan, in this order.
    """

    storages: Mapping[str, Storage] = field(default_factory=dict)
    notifiers: Mapping[str, Callable[[str], Notifier]] = field(default_factory=dict)
    formats: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Any] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    state_stores: Mapping[str, Callable[[str], StateStore]] = field(default_factory=dict)
    plan_filters: tuple[Callable[[ActionPlan], ActionPlan], ...] = ()
    plugins: tuple[PluginInfo, ...] = ()
    issues: tuple[Issue, ...] = ()


class StateStore(Protocol):
    """Where runs keep what happened: histories of customers, and an outbox of actions. Used by
    :mod:`crmrules.runs` only, whose ``records`` module has the types of what goes in and out."""

    def histories(self, ruleset: str, before: DateTime) -> Mapping[str, History]:
        """What runs of this rule set as of earlier moments left, by customer id."""
        ...

    def commit(self, run: Any) -> Any:
        """Write one run's values, episodes and actions in one transaction; actions known by key are not doubled."""
        ...

    def pending(self, ruleset: str, *, after: int = 0, limit: int = 100) -> Sequence[Any]:
        """Actions committed and not yet delivered, oldest first, numbered above ``after``."""
        ...

    def settle(self, answers: Sequence[Any], notifiers: Sequence[str], as_of: DateTime) -> None:
        """Record what notifiers answered."""
        ...
