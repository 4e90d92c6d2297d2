"""From scraps that no row covers to a few regions a person can read: each as wide as it can be, none overlapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Any, Final

from crmrules.tables.hygiene.search import Box, Budget, Pieces, uncovered
from crmrules.tables.hygiene.space import Axis

_MOST_SCRAPS: Final = 20_000


def find_gaps(axes: Sequence[Axis], pieces: Pieces, budget: Budget, limit: int) -> tuple[list[Box], int]:
    """Up to ``limit`` regions that no row covers, and how many scraps are left over. Null is left aside.

    ``pieces`` are all rows; the regions found are added to them.
    """
    root = tuple((0, axis.size - 1) if axis.ordered else axis.known for axis in axes)
    search = uncovered(pieces, root, budget)
    scraps = [(-_volume(scrap), scrap) for scrap in islice(search, _MOST_SCRAPS)]
    heapify(scraps)
    regions: list[Box] = []
    while scraps and len(regions) < limit:
        _, scrap = heappop(scraps)
        rest = _without(scrap, regions)
        if rest != [scrap]:
            for part in rest:
                heappush(scraps, (-_volume(part), part))
            continue
        region = _widest(axes, pieces, scrap)
        regions.append(region)
        pieces.add_box(-1, region)
    more = sum(len(_without(scrap, regions)) for _, scrap in scraps) + sum(1 for _ in search)
    return regions, more


def _volume(box: Box) -> int:
    volume = 1
    for part in box:
        volume *= part.bit_count() if isinstance(part, int) else part[1] - part[0] + 1
    return volume


def _without(box: Box, regions: Sequence[Box]) -> list[Box]:
    """The parts of a box in none of the regions."""
    parts = [box]
    for region in regions:
        parts = [rest for part in parts for rest in _minus(part, region)]
    return parts


def _minus(box: Box, region: Box) -> Iterator[Box]:
    if any(not _meets(a, b) for a, b in zip(box, region, strict=True)):
        yield box
        return
    inner = list(box)
    for column, (part, other) in enumerate(zip(box, region, strict=True)):
        if isinstance(part, int):
            outside = [part & ~other] if part & ~other else []
            inside: Any = part & other
        else:
            outside = [(part[0], other[0] - 1)] if part[0] < other[0] else []
            outside += [(other[1] + 1, part[1])] if part[1] > other[1] else []
            inside = max(part[0], other[0]), min(part[1], other[1])
        for each in outside:
            yield (*inner[:column], each, *inner[column + 1 :])
        inner[column] = inside


def _meets(one: Any, two: Any) -> bool:
    return bool(one & two) if isinstance(one, int) else one[0] <= two[1] and one[1] >= two[0]


# --- widening -------------------------------------------------------------------------------------------------------


def _widest(axes: Sequence[Axis], pieces: Pieces, box: Box) -> Box:
    """The box grown as far as no piece is met, the columns taken in either order; the plainer result."""
    columns = list(range(len(axes)))
    grown = [_grow(axes, pieces, box, order) for order in (columns, columns[::-1])]
    return max(grown, key=lambda each: (_free(axes, each), _volume(each)))


def _free(axes: Sequence[Axis], box: Box) -> int:
    return sum(part == _whole(axis) for axis, part in zip(axes, box, strict=True))


def _whole(axis: Axis) -> Any:
    return (0, axis.size - 1) if axis.ordered else axis.known


def _grow(axes: Sequence[Axis], pieces: Pieces, box: Box, order: Sequence[int]) -> Box:
    """First the columns that can become "any", then the others as far as they go."""
    parts = list(box)
    apart = [0] * len(pieces.row)  # for each piece the columns (bits) in which it does not meet the box
    for column in order:
        _compare(pieces, column, parts[column], apart)
    for whole_only in (True, False):
        for column in order:
            wide = _room(axes[column], pieces, column, parts[column], apart)
            if wide != parts[column] and (not whole_only or wide == _whole(axes[column])):
                parts[column] = wide
                _compare(pieces, column, wide, apart)
    return tuple(parts)


def _compare(pieces: Pieces, column: int, part: Any, apart: list[int]) -> None:
    bit = 1 << column
    if pieces.ordered[column]:
        first, last = part
        for piece, (low, high) in enumerate(zip(pieces.low[column], pieces.high[column], strict=True)):
            if low > last or high < first:
                apart[piece] |= bit
            else:
                apart[piece] &= ~bit
    else:
        for piece, mask in enumerate(pieces.mask[column]):
            if mask & part:
                apart[piece] &= ~bit
            else:
                apart[piece] |= bit


def _room(axis: Axis, pieces: Pieces, column: int, part: Any, apart: Sequence[int]) -> Any:
    """How far the box may reach in a column: up to the pieces that meet it in every other one."""
    bit = 1 << column
    near = [piece for piece, columns in enumerate(apart) if columns == bit]
    if not pieces.ordered[column]:
        free: int = axis.known
        for piece in near:
            free &= ~pieces.mask[column][piece]
        return free
    first, last = 0, axis.size - 1
    for piece in near:
        low, high = pieces.low[column][piece], pieces.high[column][piece]
        if high < part[0]:
            first = max(first, high + 1)
        else:
            last = min(last, low - 1)
    return first, last
