"""Is a box covered by rows, and where not? An exact search that cuts the box where rows begin and end.

The box is cut in two, each row is kept for the halves it meets, and so on, until a row covers what is left, or none
meets it: that is a gap. Each cut is the one that divides the fewest rows, so a table that was made by dividing ranges
further and further is taken apart along the same lines, in time n log n. The problem in general is exponential in the
columns (it is Klee's): :class:`Budget` bounds the work, and says when it ran out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crmrules.tables.hygiene.space import Axis, Run

Box = tuple[Any, ...]
"""For each axis the atoms meant: a run for an ordered axis, else a mask."""

_CANDIDATES: Final = 8
_MOST_PIECES: Final = 64


@dataclass(slots=True)
class Budget:
    """How much work is left, counted in rows looked at. ``spent_out`` stays true once it was not enough."""

    left: int
    spent_out: bool = False

    def take(self, amount: int) -> bool:
        """Whether there was that much left."""
        self.left -= amount
        if self.left < 0:
            self.spent_out = True
        return not self.spent_out


@dataclass(frozen=True, slots=True)
class Pieces:
    """Boxes of rows, column by column: ``low`` and ``high`` for ordered axes, ``mask`` for the others.

    A row whose cell has holes is several pieces. ``maybe`` rows have cells that cannot be decided: they may cover
    less.
    """

    ordered: tuple[bool, ...]
    row: list[int] = field(default_factory=list)
    maybe: list[bool] = field(default_factory=list)
    low: tuple[list[int], ...] = ()
    high: tuple[list[int], ...] = ()
    mask: tuple[list[int], ...] = ()

    def add(self, row: int, cells: Sequence[Any], maybe: bool = False) -> bool:
        """Add a row, one set of atoms a column. False, and nothing added, when it would be too many pieces."""
        boxes: list[list[Any]] = [[]]
        for ordered, atoms in zip(self.ordered, cells, strict=True):
            parts = atoms if ordered else (atoms,)
            if len(boxes) * len(parts) > _MOST_PIECES:
                return False
            boxes = [[*box, part] for box in boxes for part in parts]
        for box in boxes:
            self.add_box(row, box, maybe)
        return True

    def add_box(self, row: int, box: Sequence[Any], maybe: bool = False) -> None:
        """Add one box."""
        self.row.append(row)
        self.maybe.append(maybe)
        for column, part in enumerate(box):
            if self.ordered[column]:
                self.low[column].append(part[0])
                self.high[column].append(part[1])
            else:
                self.mask[column].append(part)


def pieces_for(axes: Sequence[Axis]) -> Pieces:
    """No pieces yet, of these axes."""
    ordered = tuple(axis.ordered for axis in axes)
    low: tuple[list[int], ...] = tuple([] for _ in axes)
    high: tuple[list[int], ...] = tuple([] for _ in axes)
    mask: tuple[list[int], ...] = tuple([] for _ in axes)
    return Pieces(ordered, low=low, high=high, mask=mask)


def boxes_of(ordered: Sequence[bool], cells: Sequence[Any]) -> list[Box]:
    """Sets of atoms, one a column, as boxes."""
    boxes: list[tuple[Any, ...]] = [()]
    for is_ordered, atoms in zip(ordered, cells, strict=True):
        boxes = [(*box, part) for box in boxes for part in (atoms if is_ordered else (atoms,))]
    return boxes


Entry = tuple[int, int]
"""A piece, and the columns (bits) in which it does not cover the box."""


def uncovered(
    pieces: Pieces, box: Box, budget: Budget, among: Sequence[int] | None = None, covering: set[int] | None = None
) -> Iterator[Box]:
    """The parts of ``box`` that no piece covers, disjoint, in no order of interest.

    Parts that only ``maybe`` pieces cover are left out: nothing is known of them. ``among``: the pieces to look at.
    The rows that cover something are added to ``covering``. When the budget runs out the search simply ends.
    """
    ordered, row, maybe = pieces.ordered, pieces.row, pieces.maybe
    if among is None:
        among = range(len(row))
    if not budget.take(len(among) // 2 + 1):
        return
    waiting = [(box, _enter(pieces, box, among))]
    while waiting:
        box, entries = waiting.pop()
        if not entries:
            yield box
            continue
        closed = [piece for piece, open_columns in entries if not open_columns]
        if closed:
            if covering is not None:
                certain = [row[piece] for piece in closed if not maybe[piece]]
                covering.update(certain[:1])
            continue
        if not budget.take(len(entries)):
            return
        column, cut = _best_cut(pieces, box, entries)
        bit = 1 << column
        near: list[Entry] = []
        far: list[Entry] = []
        if ordered[column]:
            first, last = box[column]
            low, high = pieces.low[column], pieces.high[column]
            for entry in entries:
                piece, open_columns = entry
                if not open_columns & bit:
                    near.append(entry)
                    far.append(entry)
                    continue
                start, end = low[piece], high[piece]
                if start < cut:
                    near.append((piece, open_columns ^ bit) if start <= first and end >= cut - 1 else entry)
                if end >= cut:
                    far.append((piece, open_columns ^ bit) if start <= cut and end >= last else entry)
            halves: tuple[Any, Any] = (first, cut - 1), (cut, last)
        else:
            masks = pieces.mask[column]
            rest = box[column] & ~cut
            for entry in entries:
                piece, open_columns = entry
                if not open_columns & bit:
                    near.append(entry)
                    far.append(entry)
                    continue
                atoms = masks[piece]
                if atoms & cut:
                    near.append(entry if cut & ~atoms else (piece, open_columns ^ bit))
                if atoms & rest:
                    far.append(entry if rest & ~atoms else (piece, open_columns ^ bit))
            halves = cut, rest
        before, after = box[:column], box[column + 1 :]
        one = ((*before, halves[0], *after), near)
        two = ((*before, halves[1], *after), far)
        waiting += (one, two) if len(near) > len(far) else (two, one)  # the emptier half first: a gap is near


def _enter(pieces: Pieces, box: Box, among: Sequence[int]) -> list[Entry]:
    entries: list[Entry] = [(piece, 0) for piece in among]
    for column, part in enumerate(box):
        bit = 1 << column
        if pieces.ordered[column]:
            first, last = part
            low, high = pieces.low[column], pieces.high[column]
            entries = [
                (piece, was if low[piece] <= first and high[piece] >= last else was | bit)
                for piece, was in entries
                if low[piece] <= last and high[piece] >= first
            ]
        else:
            masks = pieces.mask[column]
            entries = [(p, was | bit if part & ~masks[p] else was) for p, was in entries if masks[p] & part]
    return entries


# --- where to cut ---------------------------------------------------------------------------------------------------


def _best_cut(pieces: Pieces, box: Box, entries: Sequence[Entry]) -> tuple[int, Any]:
    """The column and the place (ordered: the first atom of the upper half; else: the atoms of one half)."""
    best: tuple[int, int, Any] | None = None
    count = len(entries)
    for column, part in enumerate(box):
        bit = 1 << column
        opened = [piece for piece, open_columns in entries if open_columns & bit]
        if not opened:
            continue
        closed = count - len(opened)
        found = (
            _cut_between(pieces.low[column], pieces.high[column], opened, closed, part)
            if pieces.ordered[column]
            else _cut_apart(pieces.mask[column], opened, closed, part)
        )
        if best is None or found[0] < best[0]:
            best = found[0], column, found[1]
        if count <= 2:
            break
    assert best is not None  # an entry without open columns covers the box, and then nothing is cut
    return best[1], best[2]


def _cut_between(low: list[int], high: list[int], opened: list[int], closed: int, run: Run) -> tuple[int, int]:
    first, last = run
    starts = sorted([low[piece] for piece in opened if low[piece] > first])
    ends = sorted([high[piece] + 1 for piece in opened if high[piece] < last])
    started, ended, at, count = len(opened) - len(starts), 0, 0, len(opened)
    best = cut = -1
    total_starts = len(starts)
    places = sorted({*starts, *ends})
    position = 0
    for place in places:
        # Below the cut are the pieces that start before it, above it those that end behind it.
        while position < total_starts and starts[position] < place:
            position += 1
        while at < len(ends) and ends[at] <= place:
            at += 1
        below, above = started + position + closed, count - ended - at + closed
        score = below * below + above * above
        if best < 0 or score < best:
            best, cut = score, place
    return best, cut


def _cut_apart(masks: list[int], opened: list[int], closed: int, atoms: int) -> tuple[int, int]:
    tally = Counter([masks[piece] & atoms for piece in opened])
    groups: list[tuple[int, int]] = []
    seen = 0
    for mask, number in tally.items():
        if not mask & seen:
            seen |= mask
            groups.append((mask, number))
            continue
        seen |= mask
        together = mask
        rest = []
        for other, count in groups:
            if other & together:
                together |= other
                number += count
            else:
                rest.append((other, count))
        groups = [*rest, (together, number)]
        if together == atoms:
            break
    if len(groups) > 1 or groups[0][0] != atoms:
        return _cut_groups(groups, len(opened), closed, atoms)
    best, cut = -1, 0
    candidates = [mask for mask, _ in tally.most_common(_CANDIDATES)]
    lowest = atoms & -atoms
    for candidate in dict.fromkeys([*candidates, lowest]):
        near = far = closed
        for mask, number in tally.items():
            near += number if mask & candidate else 0
            far += number if mask & ~candidate else 0
        score = near * near + far * far
        if candidate != atoms and (best < 0 or score < best):
            best, cut = score, candidate
    return best, cut


def _cut_groups(groups: list[tuple[int, int]], opened: int, closed: int, atoms: int) -> tuple[int, int]:
    """Groups of rows that share no atom: no row is cut."""
    groups.sort(key=lambda group: (-group[1], group[0]))
    cut, below = groups[0]
    for mask, number in groups[1:]:
        if (below + number) * 2 > opened:
            continue
        cut, below = cut | mask, below + number
    return (below + closed) ** 2 + (opened - below + closed) ** 2, cut
