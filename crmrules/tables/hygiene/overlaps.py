"""Which rows meet which: for every row the set of all rows that share a point with it, as bits.

One pass a column, two or three operations on such sets a row; rows meet when they meet in every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crmrules.tables.hygiene.space import Axis, Run, runs_of


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``by_column[c][row]`` are the rows whose cell in column c shares an atom with that row's; ``all[row]`` those
    that do in every column, the row itself among them. ``corners[c][row]`` are rows that accept an atom of the
    row's, one set for its first and one for its last."""

    by_column: tuple[list[int], ...]
    all: list[int]
    corners: tuple[list[tuple[int, int]], ...]

    def but(self, column: int, row: int, everything: int) -> int:
        """The rows that share a point with ``row`` when the column is taken away."""
        result = everything
        for number, sets in enumerate(self.by_column):
            if number != column:
                result &= sets[row]
        return result


def neighbours(axes: Sequence[Axis], rows: Sequence[Sequence[Any] | None]) -> Neighbours:
    """``rows`` are sets of atoms, one a column; None for a row that takes no part."""
    part = [number for number, row in enumerate(rows) if row is not None]
    everything = sum(1 << number for number in part) if len(part) < len(rows) else (1 << len(rows)) - 1
    result = [everything if row is not None else 0 for row in rows]
    columns, corners = [], []
    for column, axis in enumerate(axes):
        cells = [row[column] if row is not None else None for row in rows]
        meeting, ends = _ordered(cells) if axis.ordered else _masked(cells)
        for number in part:
            result[number] &= meeting[number]
        columns.append(meeting)
        corners.append(ends)
    return Neighbours(tuple(columns), result, tuple(corners))


def _masked(cells: Sequence[int | None]) -> tuple[list[int], list[tuple[int, int]]]:
    by_mask: dict[int, int] = {}
    for number, mask in enumerate(cells):
        if mask is not None:
            by_mask[mask] = by_mask.get(mask, 0) | 1 << number
    by_atom: dict[int, int] = {}
    for mask, rows in by_mask.items():
        for atom in _atoms(mask):
            by_atom[atom] = by_atom.get(atom, 0) | rows
    meeting: dict[int, int] = {}
    ends: dict[int, tuple[int, int]] = {}
    for mask in by_mask:
        found, atoms = 0, _atoms(mask)
        for atom in atoms:
            found |= by_atom[atom]
        meeting[mask] = found
        ends[mask] = (by_atom[atoms[0]], by_atom[atoms[-1]]) if atoms else (0, 0)
    nothing = (0, 0)
    return (
        [0 if mask is None else meeting[mask] for mask in cells],
        [nothing if mask is None else ends[mask] for mask in cells],
    )


def _atoms(mask: int) -> list[int]:
    return [atom for first, last in runs_of(mask) for atom in range(first, last + 1)]


def _ordered(cells: Sequence[tuple[Run, ...] | None]) -> tuple[list[int], list[tuple[int, int]]]:
    layers: list[list[tuple[int, Run]]] = []
    for number, runs in enumerate(cells):
        for depth, run in enumerate(runs or ()):
            if depth == len(layers):
                layers.append([])
            layers[depth].append((number, run))
    asked = {atom for runs in cells for run in runs or () for atom in run}
    started: list[dict[int, int]] = []
    ended: list[dict[int, int]] = []
    for layer in layers:
        started.append(_running(sorted((run[0], number) for number, run in layer), sorted(asked)))
        ended.append(_running(sorted((run[1] + 1, number) for number, run in layer), sorted(asked)))

    def between(first: int, last: int) -> int:
        """Rows with a run that starts by ``last`` and has not ended before ``first``."""
        found = 0
        for begun, over in zip(started, ended, strict=True):
            found |= begun[last] & ~over[first]
        return found

    cache: dict[tuple[Run, ...], tuple[int, tuple[int, int]]] = {}
    for runs in cells:
        if runs and runs not in cache:
            found = 0
            for first, last in runs:
                found |= between(first, last)
            low, high = runs[0][0], runs[-1][1]
            cache[runs] = found, (between(low, low), between(high, high))
    nothing = (0, (0, 0))
    answers = [cache[runs] if runs else nothing for runs in cells]
    return [answer[0] for answer in answers], [answer[1] for answer in answers]


def _running(entries: list[tuple[int, int]], asked: list[int]) -> dict[int, int]:
    """For each atom asked for, the rows whose entry is at or before it."""
    sums, running, at = {}, 0, 0
    for atom in asked:
        while at < len(entries) and entries[at][0] <= atom:
            running |= 1 << entries[at][1]
            at += 1
        sums[atom] = running
    return sums
