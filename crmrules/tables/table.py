"""A compiled decision table: which rows match the inputs, which cannot be told, and why.

Lookup, trace and index evaluate cells through one function, so an explanation never differs from the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from crmrules.model.decision import CellTrace, RuleTrace
from crmrules.model.durations import DAY_NANOS
from crmrules.model.ruleset import DecisionTable, HitPolicy
from crmrules.model.values import Value
from crmrules.tables.conditions import Condition, Interval, Test, Verdict, condition_of
from crmrules.tables.index import Candidates, RowIndex, bits_to_rows


@dataclass(frozen=True, slots=True)
class CellNote:
    """A condition cell that could not be evaluated, by row and column, and the language's note about it."""

    row: int
    column: int
    note: Any


class Hits(NamedTuple):
    """The answer of a lookup.

    ``rows`` match, in rule order (under FIRST only the first). ``undecided`` rows neither match nor fail: no cell
    refuses, but at least one cannot tell; ``unknown`` are the columns of those cells. Under FIRST, rows after the
    hit are not asked.
    """

    rows: tuple[int, ...]
    undecided: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()


_NO_HITS = Hits(())


@dataclass(frozen=True, slots=True)
class _Cell:
    """A condition that is not blank: its column, its test, and its shape where that is constant."""

    column: int
    test: Test
    condition: Condition | None

    def verdict(self, value: Value, env: Mapping[str, Value], notes: list[Any] | None) -> Verdict:
        """The cell's answer."""
        return self.test.test(value, env, notes)


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """The condition side of a decision table. ``windows`` holds each row's validity in days since 1970-01-01."""

    policy: HitPolicy
    size: int
    width: int
    cells: tuple[tuple[_Cell, ...], ...]
    windows: tuple[Interval | None, ...]
    dated: bool
    index: RowIndex | None

    def lookup(self, values: Sequence[Value], env: Mapping[str, Value], notes: list[CellNote] | None = None) -> Hits:
        """The rows that match ``values``, one per input column.

        ``env`` is what cells may read besides; ``env["as_of"]`` (a ``DateTime`` in the rule set's zone) gives the
        day for rows with validity dates. Cells that fail to evaluate are added to ``notes``, unless another cell
        stops the row.
        """
        index = self.index
        found = self._all_rows(env) if index is None else index.candidates(values, self._day(env) if self.dated else 0)
        hits, possible, pending = found
        if pending:
            return self._resolve(found, values, env, notes)
        if not possible:
            return _NO_HITS
        if hits == possible:
            if self.policy is HitPolicy.FIRST or not hits & (hits - 1):
                return Hits(((hits & -hits).bit_length() - 1,))
            return Hits(tuple(bits_to_rows(hits)))
        return self._settled(hits, possible ^ hits, values, ())

    def trace(self, table: DecisionTable, values: Sequence[Value], env: Mapping[str, Value]) -> tuple[RuleTrace, ...]:
        """Every row with every cell's verdict on ``values``, evaluated as :meth:`lookup` does.

        ``table`` is the table this one was compiled from; it gives the texts and the places.
        """
        active = self._active(env)
        traces = []
        for number, rule in enumerate(table.rules):
            verdicts: list[Verdict] = [True] * self.width
            for cell in self.cells[number]:
                verdicts[cell.column] = cell.verdict(values[cell.column], env, None)
            cells = tuple(
                CellTrace(column.label or column.expression.text, text.text, value, verdict, text.span)
                for column, text, value, verdict in zip(table.inputs, rule.when, values, verdicts, strict=True)
            )
            valid = bool(active >> number & 1)
            matched = valid and all(verdict is True for verdict in verdicts)
            traces.append(RuleTrace(rule.id, matched, cells, rule.span, valid))
        return tuple(traces)

    def _settled(self, hits: int, undecided: int, values: Sequence[Value], asked: Sequence[tuple[int, int]]) -> Hits:
        """``asked`` has columns and rows of cells that were evaluated and cannot tell."""
        if self.policy is HitPolicy.FIRST and hits:
            hits &= -hits
            undecided &= hits - 1
        rows = tuple(bits_to_rows(hits))
        if not undecided:
            return Hits(rows)
        unknown = {column for column, row in asked if undecided >> row & 1}
        if self.index is not None:
            unknown.update(
                column
                for column, value in enumerate(values)
                if value is None and self.index.null_open(column) & undecided
            )
        return Hits(rows, tuple(bits_to_rows(undecided)), tuple(sorted(unknown)))

    def _resolve(
        self, found: Candidates, values: Sequence[Value], env: Mapping[str, Value], notes: list[CellNote] | None
    ) -> Hits:
        """Evaluate what the index could not: for each row still possible, the cells pending in it."""
        hits, undecided = found.hits, found.possible ^ found.hits
        waiting = [0] * self.width
        rows = 0
        for column, bits in found.pending:
            waiting[column] = bits
            rows |= bits
        if self.policy is HitPolicy.FIRST and (certain := hits & ~rows):
            rows &= (certain & -certain) - 1
        seen: dict[int, tuple[Verdict, list[Any]]] = {}  # one evaluation per cell, however many rows share it
        asked: list[tuple[int, int]] = []
        for row in bits_to_rows(rows):
            bit = 1 << row
            failures: list[CellNote] = []
            for cell in self.cells[row]:
                column = cell.column
                if not waiting[column] & bit:
                    continue
                answer = seen.get(id(cell))
                if answer is None:
                    cell_notes: list[Any] = []
                    answer = seen[id(cell)] = cell.test.test(values[column], env, cell_notes), cell_notes
                verdict, found_notes = answer
                if verdict is False:
                    hits &= ~bit
                    undecided &= ~bit
                    break
                if verdict is not True:
                    hits &= ~bit
                    undecided |= bit
                    asked.append((column, row))
                if found_notes:
                    failures += [CellNote(row, column, note) for note in found_notes]
            else:
                if failures and notes is not None:
                    notes += failures
                if hits & bit and self.policy is HitPolicy.FIRST:
                    break
        return self._settled(hits, undecided, values, asked)

    def _all_rows(self, env: Mapping[str, Value]) -> Candidates:
        active = self._active(env)
        return Candidates(active, active, tuple((column, active) for column in range(self.width) if active))

    def _active(self, env: Mapping[str, Value]) -> int:
        if not self.dated:
            return (1 << self.size) - 1
        day = self._day(env)
        return sum(1 << row for row, window in enumerate(self.windows) if window is None or _within(day, window))

    def _day(self, env: Mapping[str, Value]) -> int:
        return int(env["as_of"].local // DAY_NANOS)


def _within(day: int, window: Interval) -> bool:
    return (window.start is None or window.start <= day) and (window.end is None or day < window.end)


def build_table(
    tests: Sequence[Sequence[Test]],
    policy: HitPolicy,
    windows: Sequence[Interval | None] = (),
    *,
    indexed: bool = True,
) -> CompiledTable:
    """Put compiled cells, rows × columns, together. ``windows`` is each row's validity (see :mod:`.validity`).

    Without an index (``indexed=False``) every cell of every row is evaluated, to the same answers.
    """
    shared: list[dict[int, _Cell]] = [{} for _ in tests[0]] if tests else []
    shapes: list[list[Condition | None]] = []
    cells: list[tuple[_Cell, ...]] = []
    for row in tests:
        row_shapes: list[Condition | None] = []
        row_cells = []
        for column, test in enumerate(row):
            cell = shared[column].get(id(test))
            if cell is None:
                cell = shared[column][id(test)] = _Cell(column, test, condition_of(test))
            shape = cell.condition
            row_shapes.append(shape)
            if shape is None or not shape.anything:
                row_cells.append(cell)
        shapes.append(row_shapes)
        cells.append(tuple(row_cells))
    every = tuple(windows) or (None,) * len(tests)
    return CompiledTable(
        policy=policy,
        size=len(tests),
        width=len(shared),
        cells=tuple(cells),
        windows=every,
        dated=any(every),
        index=RowIndex(shapes, every) if indexed else None,
    )
