"""Rows against rows: overlaps, conflicts, duplicates, shadowed rows, and rows that could be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from crmrules.model.ruleset import HitPolicy
from crmrules.tables.hygiene.prepare import SINGLE, Prepared
from crmrules.tables.hygiene.report import Finding, FindingKind
from crmrules.tables.hygiene.search import Budget, boxes_of, uncovered
from crmrules.tables.hygiene.space import join, joined
from crmrules.tables.index import bits_to_rows

_PAIRS: Final = 3
"""Partners of a row up to which each pair is told by itself."""
_CORNERS: Final = 16


def duplicates(made: Prepared) -> list[list[int]]:
    """Rows with the same conditions; where all hits count, with the same results as well."""
    single = made.table.hit_policy in SINGLE
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row in bits_to_rows(made.present):
        groups[made.identity(row), None if single else made.outputs[row]].append(row)
    return [rows for rows in groups.values() if len(rows) > 1]


def duplicate_findings(made: Prepared, groups: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """One finding a group."""
    for rows in groups:
        same = len({made.outputs[row] for row in rows}) == 1
        yield made.finding(FindingKind.DUPLICATE, rows, same=same)


def overlaps(made: Prepared, groups: Sequence[Sequence[int]], limit: int) -> tuple[list[Finding], int]:
    """UNIQUE: rows that meet; ANY: rows that meet and differ. Duplicates are told elsewhere.

    Up to ``limit`` findings, and the number of the others: a large table may have millions of pairs.
    """
    unique = made.table.hit_policy is HitPolicy.UNIQUE
    kind = FindingKind.OVERLAP if unique else FindingKind.CONFLICT
    excused: dict[int, int] = {}
    for rows in [*groups, *([] if unique else _alike(made).values())]:
        bits = sum(1 << row for row in rows)
        for row in rows:
            excused[row] = excused.get(row, 0) | bits
    partners = {
        row: made.meeting.all[row] & made.certain & ~excused.get(row, 0) & ~(1 << row)
        for row in bits_to_rows(made.certain)
    }
    busy = sorted(
        (row for row, others in partners.items() if others.bit_count() > _PAIRS),
        key=lambda row: (-partners[row].bit_count(), row),
    )
    found: list[Finding] = []
    done = more = 0
    for row in dict.fromkeys((*busy, *partners)):
        others = partners[row] & ~done
        done |= 1 << row
        count = others.bit_count()
        if len(found) >= limit:
            more += 1 if count > _PAIRS else count
            continue
        listed = list(bits_to_rows(others))
        if count > _PAIRS:
            span = made.table.rules[row].span
            found.append(made.finding(kind, [row, *listed], region=made.shared(row, listed[0]), span=span))
            continue
        for other in listed:
            pair = sorted((row, other))
            found.append(made.finding(kind, pair, region=made.shared(*pair)))
    return found[:limit], more + max(0, len(found) - limit)


def _alike(made: Prepared) -> dict[Hashable, list[int]]:
    """Rows by their outputs."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for row, outputs in enumerate(made.outputs):
        groups[outputs].append(row)
    return groups


# --- shadowed -------------------------------------------------------------------------------------------------------


def shadowed(
    made: Prepared, ranks: Sequence[tuple[int, ...] | None], groups: Sequence[Sequence[int]], budget: Budget
) -> Iterator[Finding]:
    """FIRST and PRIORITY: rows whose every point goes to a row that comes before. Exact as long as the budget
    lasts."""
    order = precedence(made, ranks)
    place = {row: number for number, row in enumerate(order)}
    later_twins = {row for rows in groups for row in sorted(rows, key=lambda row: place.get(row, -1))[1:]}
    by_row: dict[int, list[int]] = defaultdict(list)
    for piece, row in enumerate(made.pieces.row):
        by_row[row].append(piece)
    before = 0  # the rows so far that are reached: the others lie within these
    for row in order:
        earlier = made.meeting.all[row] & before
        if row in later_twins:
            continue
        takers = _takers(made, row, earlier, by_row, budget) if earlier else None
        if takers is not None:
            yield made.finding(FindingKind.SHADOWED, [row, *takers], span=made.table.rules[row].span)
        elif made.certain >> row & 1:
            before |= 1 << row
        if budget.spent_out:
            return


def _takers(
    made: Prepared, row: int, earlier: int, by_row: Mapping[int, Sequence[int]], budget: Budget
) -> list[int] | None:
    """The earlier rows that together take every point of a row; None when a point is left, or none is found in
    time."""
    if _a_corner_is_free(made, row, earlier):
        return None
    among = [piece for other in bits_to_rows(earlier) for piece in by_row[other]]
    covering: set[int] = set()
    for box in boxes_of(made.pieces.ordered, made.cells[row]):
        if next(uncovered(made.pieces, box, budget, among, covering), None) is not None or budget.spent_out:
            return None
    return sorted(covering)


def precedence(made: Prepared, ranks: Sequence[tuple[int, ...] | None]) -> list[int]:
    """The rows in the order in which they win; rows of unknown rank are left out."""
    rows = list(bits_to_rows(made.present))
    if made.table.hit_policy is not HitPolicy.PRIORITY:
        return rows
    ranked = [(rank, row) for row in rows if (rank := ranks[row]) is not None]
    return [row for _, row in sorted(ranked)]


def _a_corner_is_free(made: Prepared, row: int, earlier: int) -> bool:
    """Whether one of a few corners of the row belongs to no earlier row: mostly so, and quickly seen."""
    ends = [corners[row] for corners in made.meeting.corners]
    for number, corner in enumerate(product(*({*pair} for pair in ends))):
        left = earlier
        for rows in corner:
            left &= rows
            if not left:
                return True
        if number >= _CORNERS:
            break
    return False


# --- rows that could be one -----------------------------------------------------------------------------------------


def mergeable(made: Prepared, groups: Sequence[Sequence[int]]) -> Iterator[Finding]:
    """Rows that differ in one column only, give the same, and whose cells there can be written as one."""
    policy = made.table.hit_policy
    if policy in (HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER):
        return
    twins = {row for rows in groups for row in rows[1:]}
    rows = [row for row in bits_to_rows(made.present) if row not in twins]
    used: set[int] = set()
    for column in range(len(made.axes) - made.dated):
        axis = made.axes[column]
        buckets: dict[Hashable, list[int]] = defaultdict(list)
        for row in rows:
            atoms = made.cells[row][column]
            null = atoms >> axis.size if isinstance(atoms, int) else atoms[-1][1] >= axis.size
            if row not in used and column not in made.opaque[row] and not null:
                identity = made.identity(row)
                buckets[identity[:column], identity[column + 1 :], made.outputs[row]].append(row)
        for bucket in buckets.values():
            if len(bucket) < 2:
                continue
            for group in _chains(made, column, bucket):
                atoms = made.cells[group[0]][column]
                for row in group[1:]:
                    atoms = join(atoms, made.cells[row][column])
                used.update(group)
                box = (*made.cells[group[0]][:column], atoms, *made.cells[group[0]][column + 1 :])
                unclear = made.opaque[group[0]]
                region = None if unclear else made.region(box)
                cell = made.region(box).cells[column]
                yield made.finding(FindingKind.MERGEABLE, group, region=region, column=column, values=(cell,))


def _chains(made: Prepared, column: int, bucket: Sequence[int]) -> Iterator[list[int]]:
    """Groups of the bucket that may be put together."""
    single = made.table.hit_policy in SINGLE
    ordered = made.axes[column].ordered
    if ordered:
        bucket = sorted(bucket, key=lambda row: (made.cells[row][column], row))
    group: list[int] = []
    atoms: Any = None
    for row in bucket:
        cell = made.cells[row][column]
        if group and _fits(atoms, cell, ordered=ordered, may_overlap=single) and _may_move(made, [*group, row]):
            group.append(row)
            atoms = join(atoms, cell)
            continue
        if len(group) > 1:
            yield sorted(group)
        group, atoms = [row], cell
    if len(group) > 1:
        yield sorted(group)


def _fits(atoms: Any, cell: Any, *, ordered: bool, may_overlap: bool) -> bool:
    if not ordered:
        return may_overlap or not atoms & cell
    if len(atoms) > 1 or len(cell) > 1:
        return False
    together = len(joined([*atoms, *cell])) == 1
    return together and (may_overlap or atoms[0][1] < cell[0][0])


def _may_move(made: Prepared, group: Sequence[int]) -> bool:
    """Under FIRST, whether the rows may stand in the first one's place: none between takes a point of a later one
    and gives something else."""
    if made.table.hit_policy is not HitPolicy.FIRST:
        return True
    first = min(group)
    for row in group:
        between = made.meeting.all[row] & ((1 << row) - 1) >> (first + 1) << (first + 1)
        if any(made.outputs[other] != made.outputs[row] for other in bits_to_rows(between)):
            return False
    return True
