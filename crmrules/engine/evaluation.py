"""What one evaluation carries along: the environment, and what has been found so far. Passed, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmrules.engine.cells import fits, listed
from crmrules.model.issues import Issue, issue
from crmrules.model.values import DateTime, Value, kind_of

if TYPE_CHECKING:
    from crmrules.engine.steps import CompiledInput, Result, TableStep
    from crmrules.feel.compiler import Compiled, CompiledTest
    from crmrules.feel.notes import Note
    from crmrules.model.decision import FactTrace, History, Match, TableTrace, Task, Transition
    from crmrules.model.population import Cut
    from crmrules.model.spans import Span
    from crmrules.model.vocabulary import Fact
    from crmrules.tables.table import CellNote, Hits


class Evaluation:
    """One customer at one instant. ``env`` is what the language reads; ``zone`` the rule set's. ``cuts`` are the cuts
    of the population by key, ``uncut`` the facts (and places) that lack one. ``episodes`` are the signals that are on,
    ``undecided`` those of which missing data says nothing. ``outside`` are the facts of experiments that
    the customer takes no part in: null, but not unknown.

    ``trace`` is None unless asked for.
    """

    __slots__ = (
        "as_of", "customer", "cuts", "env", "episodes", "history", "matches", "notes", "outside", "tasks", "trace",
        "transitions", "uncut", "undecided", "unknown", "values", "warnings", "zone",
    )  # fmt: skip

    def __init__(
        self, customer: str, env: dict[str, Value], as_of: DateTime, zone: str, history: History, trace: bool
    ) -> None:
        self.customer = customer
        self.env = env
        self.as_of = as_of
        self.zone = zone
        self.history = history
        self.values: dict[str, Value] = {}
        self.matches: list[Match] = []
        self.tasks: list[Task] = []
        self.warnings: list[Issue] = []
        self.unknown: set[str] = set()
        self.notes: list[Note] = []
        self.transitions: list[Transition] = []
        self.episodes: dict[str, DateTime] = {}
        self.undecided: set[str] = set()
        self.cuts: dict[str, Cut] = {}
        self.outside: set[str] = set()
        self.uncut: list[tuple[str, Span]] = []
        self.trace: list[FactTrace | TableTrace] | None = [] if trace else None

    def value(self, compiled: Compiled) -> Value:
        """The expression's value; failures become warnings at the place of the failing operation."""
        value = compiled.call(self.env, self.notes)
        if self.notes:
            self.take_notes(compiled)
        return value

    def take_notes(self, compiled: Compiled | CompiledTest) -> None:
        """Turn what the language noted about ``compiled`` into warnings."""
        for note in self.notes:
            self.warn(
                issue(
                    "P401", compiled.span.at(note.start), customer=self.customer, text=compiled.text.strip(),
                    reason=note.reason,
                )
            )  # fmt: skip
        self.notes.clear()

    def warn(self, warning: Issue) -> None:
        """Keep a warning; one cell that fails in several places of the same run is told once."""
        if warning not in self.warnings:
            self.warnings.append(warning)

    def result(self, result: Result) -> Value:
        """The value of a result cell; one that does not fit is a warning and unknown."""
        compiled = result.compiled
        if compiled is None:
            return result.value
        value = self.value(compiled)
        target = result.target
        if fits(value, target):
            return value
        expected = f"one of {listed(target.allowed)}" if target.words else str(target.type)
        self.warn(
            issue(
                "P405", result.cell.span, customer=self.customer, fact=target.name, expected=expected,
                text=result.cell.text.strip(), found=f"{kind_of(value)} {value}"[:60],
            )
        )  # fmt: skip
        return None

    def within(self, fact: Fact, test: CompiledTest, value: Value) -> Value:
        """``value`` if it lies in the fact's range, else unknown with a warning."""
        if value is None:
            return None
        self.env["?"] = value
        accepted = test.call(self.env, self.notes)
        if self.notes:
            self.take_notes(test)
        if accepted is not False:
            return value
        self.warn(
            issue(
                "P404", test.span, customer=self.customer, fact=fact.name, found=str(value)[:60],
                expected=fact.range.text.strip() if fact.range is not None else "",
            )
        )  # fmt: skip
        return None

    def hits(self, step: TableStep) -> Hits:
        """The rows of a table that match, its failures as warnings and its unknown facts collected."""
        env = self.env
        values = [env.get(i.name) if i.compiled is None else self.value(i.compiled) for i in step.inputs]
        notes: list[CellNote] = []
        found = step.lookup.lookup(values, env, notes)
        if notes:
            self.take_cell_notes(step, notes)
        for column in found.unknown:
            self.unknown.update(missing_facts(step.inputs[column], values[column], env))
        return found

    def take_cell_notes(self, step: TableStep, notes: list[CellNote]) -> None:
        """Turn failures of condition cells into warnings at the cells."""
        for each in notes:
            cell = step.table.rules[each.row].when[each.column]
            self.warn(
                issue(
                    "P401", cell.span.at(each.note.start), customer=self.customer, text=cell.text.strip(),
                    reason=each.note.reason,
                )
            )  # fmt: skip


def missing_facts(column: CompiledInput, value: Value, env: Mapping[str, Value]) -> set[str]:
    """Which facts keep the column's cells from being told: those that the input or its cells read and that are null.

    An expression that is null although it has all it reads (a failed operation) is named by itself.
    """
    reads = column.reads if value is None else column.cell_reads
    return {name for name in reads if env.get(name) is None} or {column.name}
