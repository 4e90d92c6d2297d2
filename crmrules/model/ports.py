"""The ports: what an adapter must offer. Implementations live in storages/, notifiers/, runs/ and in plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from crmrules.model.spans import NOWHERE, Span

if TYPE_CHECKING:
    from crmrules.model.issues import Issue
    from crmrules.model.plan import Action
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
    """Untyped rows: one tuple per row, aligned with ``columns``. Text storages give text; others what they hold.

    ``rows`` is read once, lazily. ``place(row_number, column)`` names the file and row for errors, where
    ``row_number`` counts data rows from 0. ``encoding`` is reported to the user when it had to be found out.
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
    declaration the language understands.
    """

    storages: Mapping[str, Storage] = field(default_factory=dict)
    notifiers: Mapping[str, Callable[[str], Notifier]] = field(default_factory=dict)
    formats: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Any] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    plugins: tuple[PluginInfo, ...] = ()
    issues: tuple[Issue, ...] = ()


class StateStore(Protocol):
    """Where runs keep what happened. Used by :mod:`crmrules.runs` only."""

    def histories(self, ruleset: str) -> Mapping[str, Any]:
        """History of every customer known to this rule set."""
        ...

    def commit(self, run: Any) -> int:
        """Write one run's values, episodes and actions in one transaction; returns how many actions were new."""
        ...

    def pending(self, now: DateTime, limit: int) -> Sequence[Action]:
        """Actions committed and not yet delivered, oldest first."""
        ...
