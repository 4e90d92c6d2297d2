"""Columns that never matter, cells that accept nothing, and words that are never used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from crmrules.tables.hygiene.prepare import SINGLE, Prepared
from crmrules.tables.hygiene.regions import word
from crmrules.tables.hygiene.report import Finding, FindingKind
from crmrules.tables.hygiene.search import Box, Budget, Pieces, boxes_of, pieces_for, uncovered
from crmrules.tables.hygiene.space import Axis, meet
from crmrules.tables.index import bits_to_rows

_MOST_QUERIES = 2_000


def impossible(made: Prepared) -> Iterator[Finding]:
    """Rows with a cell that accepts no value the column can have."""
    inputs = len(made.axes) - made.dated
    for row, columns in enumerate(made.empty):
        for column in columns[:1]:
            if column < inputs:
                cell = made.table.rules[row].when[column]
                name = made.axes[column].column.name
                yield made.finding(
                    FindingKind.IMPOSSIBLE, [row], column=column, fact=name, values=(cell.text.strip(),), span=cell.span
                )


def blank_columns(made: Prepared) -> list[int]:
    """Columns in which every row accepts anything."""
    return [
        column
        for column, axis in enumerate(made.axes[: len(made.axes) - made.dated])
        if all(
            cells[column] == axis.everything and column not in opaque
            for cells, opaque in zip(made.cells, made.opaque, strict=True)
        )
    ]


def column_finding(made: Prepared, column: int, *, blank: bool) -> Finding:
    """The column never matters: all its cells are blank, or it changes nothing."""
    given = made.table.inputs[column]
    name = made.axes[column].column.name
    return Finding(FindingKind.UNUSED_COLUMN, span=given.expression.span, column=column, fact=name, same=blank)


def unused_values(made: Prepared) -> Iterator[Finding]:
    """Allowed words of a column that only blank cells accept; a row for all that is left is not asked for names."""
    everything = tuple(axis.everything for axis in made.axes)
    if made.table.hit_policy not in SINGLE or everything in made.cells:
        return
    for column, axis in enumerate(made.axes[: len(made.axes) - made.dated]):
        if not axis.column.words or any(column in opaque for opaque in made.opaque):
            continue
        named = blank = 0
        for cells in made.cells:
            if cells[column] == axis.everything:
                blank = axis.everything
            else:
                named |= cells[column]
        left = blank & ~named & axis.known if named else 0
        if left:
            words = tuple(word(axis, value) for atom, value in enumerate(axis.points) if left >> atom & 1)
            span = made.table.inputs[column].expression.span
            yield Finding(FindingKind.UNUSED_VALUE, span=span, column=column, fact=axis.column.name, values=words)


def unused_results(made: Prepared, unused: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Allowed words of a result that no row gives."""
    for fact, words in unused.items():
        if words:
            yield Finding(FindingKind.UNUSED_VALUE, span=made.table.span, fact=fact, values=tuple(words))


# --- columns that change nothing ------------------------------------------------------------------------------------


def idle_columns(made: Prepared, order: Sequence[int], budget: Budget) -> Iterator[int]:
    """Columns whose known value never changes which result is given, whatever the others are.

    ``order`` are the rows as they win. Two inputs that differ in the column alone, and get different results, are
    searched for in the space with that column twice.
    """
    if made.certain != made.present or made.dated or len(order) < 2:
        return
    for column in range(len(made.axes)):
        if len(made.axes) > 1 and not _matters(made, order, column, budget) and not budget.spent_out:
            yield column


def _matters(made: Prepared, order: Sequence[int], column: int, budget: Budget) -> bool:
    """Whether the column matters, or that could not be found out."""
    axis = made.axes[column]
    axes = [*made.axes, axis]
    pieces, of_first, of_second = _twice(made, axes, order, column)
    everything = (1 << len(made.cells)) - 1
    place = {row: number for number, row in enumerate(order)}
    queries = 0
    for number, row in enumerate(order):
        near = made.meeting.but(column, row, everything)
        blocked = _pieces_of(of_first, near, order[:number])
        others = [
            other for other in bits_to_rows(near) if place[other] > number and made.outputs[other] != made.outputs[row]
        ]
        for other in (*others, None):
            queries += 1
            if queries > _MOST_QUERIES or not budget.take(len(order)):
                return True
            if other is None:
                cells = [*made.cells[row], axis.known]
                among = blocked + _pieces_of(of_second, near, order)
            else:
                cells = [meet(a, b) for a, b in zip(made.cells[row], made.cells[other], strict=True)]
                cells[column] = made.cells[row][column]
                cells.append(made.cells[other][column])
                among = blocked + _pieces_of(of_second, near, order[: place[other]])
            known = [meet(part, each.known) for part, each in zip(cells, axes, strict=True)]
            if all(known) and _some_uncovered(pieces, boxes_of(pieces.ordered, known), budget, among):
                return True
    return False


def _some_uncovered(pieces: Pieces, boxes: Sequence[Box], budget: Budget, among: Sequence[int]) -> bool:
    return any(next(uncovered(pieces, box, budget, among), None) is not None for box in boxes) or budget.spent_out


def _twice(
    made: Prepared, axes: Sequence[Axis], order: Sequence[int], column: int
) -> tuple[Pieces, dict[int, list[int]], dict[int, list[int]]]:
    """Every row once with its cell in the column, once with it in the column's double, and the pieces of both."""
    pieces = pieces_for(axes)
    found: tuple[dict[int, list[int]], dict[int, list[int]]] = {}, {}
    whole = axes[column].everything
    for row in order:
        cells = made.cells[row]
        swapped = [*cells[:column], whole, *cells[column + 1 :], cells[column]]
        for each, by_row in zip(([*cells, whole], swapped), found, strict=True):
            start = len(pieces.row)
            pieces.add(row, each)
            by_row[row] = list(range(start, len(pieces.row)))
    return pieces, *found


def _pieces_of(by_row: Mapping[int, Sequence[int]], near: int, rows: Sequence[int]) -> list[int]:
    return [piece for row in rows if near >> row & 1 for piece in by_row[row]]
