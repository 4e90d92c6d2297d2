"""A compiled table as sets of atoms: what all parts of the examination work on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from crmrules.feel.shapes import Intervals, Shape
from crmrules.model.ruleset import DecisionTable, HitPolicy
from crmrules.model.values import Date, Range, Value
from crmrules.tables.conditions import Interval, Test
from crmrules.tables.hygiene.overlaps import Neighbours, neighbours
from crmrules.tables.hygiene.regions import region_of
from crmrules.tables.hygiene.report import Finding, FindingKind, Region
from crmrules.tables.hygiene.search import Pieces, pieces_for
from crmrules.tables.hygiene.space import Axis, Column, build_axis, meet
from crmrules.tables.table import CompiledTable

SINGLE = (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)
"""Policies whose result is one row's."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """``cells[row][column]`` are sets of atoms; with ``dated`` the last column is the rows' validity.

    ``opaque[row]`` are the columns that cannot be decided (their set is everything), ``empty[row]`` those that
    accept nothing. ``certain`` and ``present`` are sets of rows as bits: those without either, and those without
    empty ones.
    """

    table: DecisionTable
    axes: tuple[Axis, ...]
    dated: bool
    cells: tuple[tuple[Any, ...], ...]
    opaque: tuple[tuple[int, ...], ...]
    empty: tuple[tuple[int, ...], ...]
    certain: int
    present: int
    outputs: tuple[Hashable, ...]
    pieces: Pieces
    meeting: Neighbours

    def identity(self, row: int) -> tuple[Any, ...]:
        """What two rows have in common when their conditions are the same; opaque cells are compared by text."""
        unclear = self.opaque[row]
        if not unclear:
            return self.cells[row]
        when = self.table.rules[row].when
        return tuple(
            ("text", when[column].text.strip()) if column in unclear else atoms
            for column, atoms in enumerate(self.cells[row])
        )

    def region(self, box: Sequence[Any]) -> Region:
        """A set of atoms per column as texts."""
        return region_of(self.axes, box, self.dated)

    def shared(self, one: int, two: int) -> Region:
        """Where two rows meet."""
        return self.region([meet(a, b) for a, b in zip(self.cells[one], self.cells[two], strict=True)])

    def finding(self, kind: FindingKind, rows: Sequence[int], **more: Any) -> Finding:
        """A finding about rows, placed at the last of the first two."""
        rules = self.table.rules
        ids = tuple(rules[row].id for row in rows)
        more.setdefault("span", rules[max(rows[:2])].span)
        return Finding(kind, tuple(rows), ids, **more)


def prepare(
    table: DecisionTable, lookup: CompiledTable, columns: Sequence[Column], outputs: Sequence[Hashable]
) -> Prepared:
    """Cut the space and place the rows in it."""
    tests: list[list[Test | None]] = [[None] * lookup.size for _ in columns]
    for row, cells in enumerate(lookup.cells):
        for cell in cells:
            tests[cell.column][row] = cell.test
    built = [build_axis(column, column_tests) for column, column_tests in zip(columns, tests, strict=True)]
    if lookup.dated:
        built.append(_validity(lookup.windows))
    axes = tuple(axis for axis, _ in built)
    sets = [column_sets for _, column_sets in built]
    opaque = [tuple(c for c, column in enumerate(sets) if column[row] is None) for row in range(lookup.size)]
    empty = tuple(
        tuple(c for c, column in enumerate(sets) if column[row] is not None and not column[row])
        for row in range(lookup.size)
    )
    cells_of = tuple(
        tuple(axis.everything if column[row] is None else column[row] for axis, column in zip(axes, sets, strict=True))
        for row in range(lookup.size)
    )
    pieces = pieces_for(axes)
    for row, cells_ in enumerate(cells_of):
        if not empty[row] and not pieces.add(row, cells_, bool(opaque[row])):
            # Too ragged to be taken apart: nothing is said of the row, and its hull is never called a gap.
            opaque[row] = tuple(c for c, (axis, atoms) in enumerate(zip(axes, cells_, strict=True)) if axis.ordered)
            pieces.add_box(
                row,
                [(a[0][0], a[-1][1]) if axis.ordered else a for axis, a in zip(axes, cells_, strict=True)],
                maybe=True,
            )
    certain = sum(1 << row for row in range(lookup.size) if not empty[row] and not opaque[row])
    present = sum(1 << row for row in range(lookup.size) if not empty[row])
    met = neighbours(axes, [None if empty[row] else cells for row, cells in enumerate(cells_of)])
    return Prepared(
        table, axes, lookup.dated, cells_of, tuple(opaque), empty, certain, present, tuple(outputs), pieces, met
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """A row's validity as a test of a day."""

    shape: Shape

    def test(self, value: Value, env: Any, notes: Any) -> bool | None:
        """Never asked: the shape says it all, and a day is never unknown."""
        return None


def _validity(windows: Sequence[Interval | None]) -> tuple[Axis, list[Any]]:
    """The rows' validity as one more column. Days before the first row begins and after the last one ends do not
    count."""
    tests = [None if window is None else _days(window.start, window.end) for window in windows]
    starts = [None if window is None else window.start for window in windows]
    ends = [None if window is None else window.end for window in windows]
    start, end = (None if None in days else pick(days) for days, pick in ((starts, min), (ends, max)))  # type: ignore[type-var]
    bounds = None if start is None and end is None else _days(start, end)
    return build_axis(Column("", "date", bounds=bounds, nullable=False), tests)


def _days(start: int | None, end: int | None) -> _Days:
    low, high = (None if day is None else Date.of_days(day) for day in (start, end))
    return _Days(Intervals((Range(low, high, low is not None, False),)))
