"""How a table's lookup grows with its rows: build time, memory and median lookup, by index and by scan.

    python benchmarks/table_index.py

The table is a shuffled partition of c1 × c2 × x × y (two columns of word sets, two of half-open ranges); every
twentieth row has wildcards and the last row catches all. Answers of index and scan are compared before timing.
A second table, of ranges only with ends that never repeat, is the hardest case for memory.
"""

from __future__ import annotations

import random
import statistics
import time
import tracemalloc
from collections.abc import Callable, Mapping
from typing import Any

from crmrules.feel.shapes import Anything, Intervals, Points, Shape
from crmrules.model.ruleset import HitPolicy
from crmrules.model.values import DateTime, Range
from crmrules.tables.conditions import condition_of
from crmrules.tables.index import RowIndex
from crmrules.tables.table import CompiledTable, build_table

ENV = {"as_of": DateTime.parse("2026-01-01T00:00:00Z")}
SEED = 7


class Cell:
    """A compiled cell as the tables see it: a function and its shape."""

    __slots__ = ("shape", "test")

    def __init__(self, shape: Shape, test: Callable[[Any, Mapping[str, Any], list[Any] | None], bool]) -> None:
        self.shape = shape
        self.test = test


ANY = Cell(Anything(), lambda value, env, notes: True)


def words(draw: random.Random) -> Cell:
    chosen = frozenset(f"w{n:02d}" for n in draw.sample(range(20), 5))
    return Cell(Points(tuple(sorted(chosen))), lambda value, env, notes: value in chosen)


def span(low: int, high: int) -> Cell:
    return Cell(
        Intervals((Range(low, high, True, False),)), lambda value, env, notes: value is not None and low <= value < high
    )


def partition(rows: int) -> list[list[Cell]]:
    """x is cut into stripes and each stripe's y into bands, so that every point is in one rectangle."""
    draw = random.Random(SEED)
    stripes = max(1, int(rows**0.5))
    table: list[list[Cell]] = []
    for stripe in range(stripes):
        bands = rows // stripes + (stripe < rows % stripes)
        cuts = sorted(draw.sample(range(1, 10_000), bands - 1)) if bands > 1 else []
        for low, high in zip([0, *cuts], [*cuts, 10_000], strict=True):
            x = span(1_000_000 * stripe // stripes, 1_000_000 * (stripe + 1) // stripes)
            if draw.random() < 0.05:
                table.append([ANY, ANY, x, span(low, high)])
            else:
                table.append([words(draw), words(draw), x, span(low, high)])
    draw.shuffle(table)
    table[-1] = [ANY, ANY, ANY, ANY]
    return table


def ranges_only(rows: int) -> list[list[Cell]]:
    """Ends that never repeat, in four columns."""
    draw = random.Random(SEED)
    lows = [[draw.randrange(10**9) for _ in range(4)] for _ in range(rows)]
    return [[span(low, low + draw.randrange(10**8)) for low in each] for each in lows]


def asked(rows: int, columns: int, count: int) -> list[list[Any]]:
    draw = random.Random(rows)
    if columns == 0:
        return [[draw.randrange(10**9) for _ in range(4)] for _ in range(count)]
    return [
        [f"w{draw.randrange(20):02d}", f"w{draw.randrange(20):02d}", draw.randrange(10**6), draw.randrange(10**4)]
        for _ in range(count)
    ]


def median_us(table: CompiledTable, questions: list[list[Any]]) -> float:
    taken = []
    for values in questions:
        begin = time.perf_counter_ns()
        table.lookup(values, ENV)
        taken.append(time.perf_counter_ns() - begin)
    return statistics.median(taken) / 1000


def main() -> None:
    print(f"{'table':<12}{'rows':>8}{'build ms':>11}{'index MiB':>12}{'lookup µs':>12}{'scan µs':>12}")
    for name, make, columns in (("partition", partition, 4), ("ranges only", ranges_only, 0)):
        for rows in (10, 100, 1_000, 10_000):
            cells = make(rows)
            begin = time.perf_counter()
            table = build_table(cells, HitPolicy.FIRST, indexed=True)
            built = time.perf_counter() - begin
            conditions = [[condition_of(cell) for cell in row] for row in cells]
            tracemalloc.start()
            kept = RowIndex(conditions)
            memory, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            del kept
            scan = build_table(cells, HitPolicy.FIRST, indexed=False)
            questions = asked(rows, columns, 2_000)
            for values in questions[: max(20, 20_000 // rows)]:
                if table.lookup(values, ENV) != scan.lookup(values, ENV):
                    raise SystemExit(f"index and scan differ for {values}")
            scanned = median_us(scan, questions[: max(20, 20_000 // rows)])
            print(
                f"{name:<12}{rows:>8,}{built * 1000:>11.1f}{memory / 2**20:>12.2f}"
                f"{median_us(table, questions):>12.2f}{scanned:>12.1f}"
            )


if __name__ == "__main__":
    main()
