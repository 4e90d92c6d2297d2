"""A row index: which rows of a table can match the inputs' values, at a cost that grows with columns, not rows.

Sets of rows are Python integers, one bit a row. Each column answers with the rows whose cell accepts the value (a
bisection and two or three operations on such integers), the columns' answers are intersected. Rows whose cell is opaque
in a column stay in the answer, marked as still to be evaluated there.

Where a column's cells tell few values apart, the answer for each of them is worked out when the table is compiled. Else
ranges are not stored per segment, which would take rows² bits: a row accepts a value when it has started and not yet
ended, so two running sets suffice, one over the starts and one over the ends, kept at intervals wide enough for memory
(:data:`_BUDGET`) and completed row by row in between.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

from crmrules.model.values import Value
from crmrules.tables.conditions import PLAIN_KINDS, Condition, Interval, key_of

_BUDGET = 1 << 20
"""Bytes that the answers of one column, or the running sets of one list of ends, may take."""


class Candidates(NamedTuple):
    """What the index can say: ``hits`` are rows that match and ``possible`` those that no cell refuses (a superset),
    both under the condition that the cells still to be evaluated agree: ``pending`` has column and rows."""

    hits: int
    possible: int
    pending: tuple[tuple[int, int], ...] = ()


class RowIndex:
    """Rows × columns of conditions, None for an opaque cell; built once, never changed."""

    __slots__ = ("_asked", "_columns", "_everything", "_windows")

    def __init__(self, rows: Sequence[Sequence[Condition | None]], windows: Sequence[Interval | None] = ()) -> None:
        """``windows`` are the rows' validity, in days since 1970-01-01; None or a short list: always valid."""
        self._everything = (1 << len(rows)) - 1
        width = len(rows[0]) if rows else 0
        self._columns = tuple(_build_column([row[column] for row in rows]) for column in range(width))
        self._asked = tuple(
            (number, column)
            for number, column in enumerate(self._columns)
            if not column.free == column.null[0] == self._everything
        )
        self._windows: _Kind | None = None
        if any(windows):
            bounded = [(row, Condition(intervals=(each or Interval(),))) for row, each in enumerate(windows)]
            self._windows = _build_kind(len(rows), bounded, 0, 0)

    def active(self, day: int) -> int:
        """The rows valid on a day (since 1970-01-01)."""
        return self._everything if self._windows is None else self._windows.accepting(day)

    def candidates(self, values: Sequence[Value], day: int) -> Candidates:
        """The rows that the values (one per column, in order) leave on that day."""
        hits = possible = self.active(day)
        pending: list[tuple[int, int]] = []
        for number, column in self._asked:
            value = values[number]
            if value is None:
                accepted, maybe, open_rows = column.null
                hits &= accepted
                possible &= maybe
            else:
                kind = column.plain.get(type(value))
                if kind is not None:
                    accepted, open_rows = kind.accepting(value), kind.opaque
                else:
                    accepted, open_rows = column.accepting(value)
                accepted |= open_rows
                hits &= accepted
                possible &= accepted
            if open_rows:
                pending.append((number, open_rows))
            if not possible:
                return _NONE
        if not pending:
            return Candidates(hits, possible)
        return Candidates(hits, possible, tuple((n, rows) for n, open_ in pending if (rows := open_ & possible)))

    def null_open(self, column: int) -> int:
        """The rows whose cell in a column cannot tell when the value is null."""
        return self._columns[column].null_open


_NONE = Candidates(0, 0)


@dataclass(frozen=True, slots=True)
class _Column:
    """``null``: what the column says of null: rows that accept it or are opaque, these and those that cannot tell, the
    opaque ones. ``free``: rows that accept every non-null value. ``other``: rows to be evaluated for a value of a kind
    without constants here, be it that they are opaque or that they compare with constants. ``plain`` has the kinds
    whose values are their own keys, by type."""

    free: int
    other: int
    null: tuple[int, int, int]
    null_open: int
    kinds: dict[str, _Answers | _Kind]
    plain: dict[type, _Answers | _Kind]

    def accepting(self, value: Value) -> tuple[int, int]:
        """Rows whose cell accepts a non-null value, and rows whose cell must be evaluated."""
        keyed = key_of(value)
        if keyed is not None:
            kind = self.kinds.get(keyed[0])
            if kind is not None:
                return kind.accepting(keyed[1]), kind.opaque
        return self.free, self.other


@dataclass(frozen=True, slots=True)
class _Answers:
    """The rows for every key named in a column (``at``), and for those between two of them (``between``)."""

    at: dict[Any, int]
    keys: list[Any]
    between: list[int]
    opaque: int

    def accepting(self, key: Any) -> int:
        rows = self.at.get(key)
        return self.between[bisect_left(self.keys, key) if self.keys else 0] if rows is None else rows


@dataclass(frozen=True, slots=True)
class _Kind:
    """The cells of one column that compare with constants of one kind; ``free`` rows accept any, and ``opaque`` are all
    others."""

    free: int
    points: dict[Any, int | array[int]]
    negated: int
    excluded: dict[Any, int | array[int]]
    keys: list[Any]
    layers: tuple[tuple[_Running, _Running], ...]
    opaque: int

    def accepting(self, key: Any) -> int:
        # Even positions lie between two ends, odd ones are on an end.
        position = 2 * bisect_left(self.keys, key)
        if position < 2 * len(self.keys) and self.keys[position >> 1] == key:
            position += 1
        rows = self.between(position) | _bits(self.points.get(key, 0))
        if key in self.excluded:  # a cell that excludes points has no ranges
            rows &= ~_bits(self.excluded[key])
        return rows

    def between(self, position: int) -> int:
        """The rows for a key that no cell names, at a position among the ends."""
        rows = self.free | self.negated
        for started, ended in self.layers:
            rows |= started.upto(position) ^ ended.upto(position)
        return rows

    def answered(self, size: int) -> _Answers | _Kind:
        """The same with all answers worked out, when they are few; ``size`` is the number of rows."""
        named = dict.fromkeys((*self.points, *self.excluded, *self.keys))
        if (len(named) + len(self.keys) + 1) * size > 8 * _BUDGET:
            return self
        between = [self.between(2 * number) for number in range(len(self.keys) + 1)]
        return _Answers({key: self.accepting(key) for key in named}, self.keys, between, self.opaque)


@dataclass(frozen=True, slots=True)
class _Running:
    """Rows sorted by the position from which they count. ``counts[p]`` rows count at position p; ``sums[k]`` is the
    set of the first ``k * step`` of them, for every k that a count needs."""

    rows: array[int]
    counts: array[int]
    sums: dict[int, int]
    step: int

    def upto(self, position: int) -> int:
        count = self.counts[position]
        block, rest = divmod(count, self.step)
        result = self.sums[block]
        if rest:
            for row in self.rows[count - rest : count]:
                result |= 1 << row
        return result


def _build_column(conditions: Sequence[Condition | None]) -> _Column:
    opaque, free, null_accepted, null_open = [], [], [], []
    by_kind: dict[str, list[tuple[int, Condition]]] = {}
    for row, condition in enumerate(conditions):
        if condition is None:
            opaque.append(row)
            continue
        if condition.null:
            null_accepted.append(row)
        elif condition.null is None:
            null_open.append(row)
        if condition.kind:
            by_kind.setdefault(condition.kind, []).append((row, condition))
        elif condition.anything or condition.negated:
            free.append(row)
    constant = {kind: _rows_to_bits([row for row, _ in cells]) for kind, cells in by_kind.items()}
    every, blind = 0, _rows_to_bits(opaque)
    for bits in constant.values():
        every |= bits
    size, any_value, unclear = len(conditions), _rows_to_bits(free), _rows_to_bits(null_open)
    kinds = {
        kind: _build_kind(size, cells, any_value, blind | (every ^ constant[kind])).answered(size)
        for kind, cells in by_kind.items()
    }
    if not kinds:
        kinds = dict.fromkeys(PLAIN_KINDS.values(), _Answers({}, [], [any_value], blind))
    known = _rows_to_bits(null_accepted) | blind
    return _Column(
        free=any_value,
        other=blind | every,
        null=(known, known | unclear, blind),
        null_open=unclear,
        kinds=kinds,
        plain={kind: kinds[name] for kind, name in PLAIN_KINDS.items() if name in kinds},
    )


def _build_kind(size: int, cells: Sequence[tuple[int, Condition]], free: int, opaque: int) -> _Kind:
    points: dict[Any, array[int]] = {}
    excluded: dict[Any, array[int]] = {}
    negated: list[int] = []
    # The first range of every cell makes the first layer, the second ones the second: within a layer a row has one
    # range only, so "started and not ended" is exact.
    layered: list[list[tuple[int, Interval]]] = []
    for row, cell in cells:
        if cell.negated:
            negated.append(row)
        for key in cell.points if len(cell.points) < 2 else dict.fromkeys(cell.points):
            (excluded if cell.negated else points).setdefault(key, array("I")).append(row)
        depth = 0
        for interval in cell.intervals:
            if interval.empty:
                continue
            if depth == len(layered):
                layered.append([])
            layered[depth].append((row, interval))
            depth += 1
    keys = {each.start for layer in layered for _, each in layer}
    keys.update(each.end for layer in layered for _, each in layer)
    keys.discard(None)
    ordered = sorted(keys)
    places = {key: 2 * number + 1 for number, key in enumerate(ordered)}
    return _Kind(
        free=free,
        points=_shrink(points),
        negated=_rows_to_bits(negated),
        excluded=_shrink(excluded),
        keys=ordered,
        layers=tuple(_build_layer(layer, places, size) for layer in layered),
        opaque=opaque,
    )


def _build_layer(layer: Sequence[tuple[int, Interval]], places: dict[Any, int], size: int) -> tuple[_Running, _Running]:
    last = 2 * len(places) + 1
    starts, ends = [], []
    for row, each in layer:
        starts.append((0 if each.start is None else places[each.start] + (not each.start_included), row))
        ends.append((last if each.end is None else places[each.end] + each.end_included, row))
    return _build_running(starts, last, size), _build_running(ends, last, size)


def _build_running(entries: list[tuple[int, int]], last: int, size: int) -> _Running:
    """``entries``: position from which a row counts, and row; ``last`` is a position never asked for."""
    entries.sort()
    tally = array("I", bytes(4 * last))
    for position, _ in entries:
        if position < last:
            tally[position] += 1
    counts = array("I", accumulate(tally))
    rows = array("I", (row for _, row in entries))
    needed = set(counts)
    step = 1 if len(needed) * size <= 8 * _BUDGET else max(1, len(rows) * size // (8 * _BUDGET))
    blocks = sorted({count // step for count in needed})
    sums, running, done = {}, 0, 0
    for block in blocks:
        running |= _rows_to_bits(rows[done * step : block * step])
        done = block
        sums[block] = running
    return _Running(rows, counts, sums, step)


def _shrink(found: dict[Any, array[int]]) -> dict[Any, int | array[int]]:
    """Key → rows, as a set of bits or as row numbers, whichever is smaller."""
    return {key: rows if 32 * len(rows) < rows[-1] else _rows_to_bits(rows) for key, rows in found.items()}


def _bits(rows: int | array[int]) -> int:
    return rows if isinstance(rows, int) else _rows_to_bits(rows)


def _rows_to_bits(rows: Sequence[int]) -> int:
    """The set of ascending or unordered row numbers; linear in their number for long lists."""
    if len(rows) < 16:
        result = 0
        for row in rows:
            result |= 1 << row
        return result
    octets = bytearray((max(rows) >> 3) + 1)
    for row in rows:
        octets[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(octets, "little")


def bits_to_rows(bits: int) -> Iterator[int]:
    """The row numbers of a set, ascending; linear in its size also for sets of many rows."""
    if bits.bit_count() <= 16:
        while bits:
            low = bits & -bits
            yield low.bit_length() - 1
            bits ^= low
        return
    for start, octet in enumerate(bits.to_bytes((bits.bit_length() + 7) >> 3, "little")):
        while octet:
            low = octet & -octet
            yield 8 * start + low.bit_length() - 1
            octet ^= low
