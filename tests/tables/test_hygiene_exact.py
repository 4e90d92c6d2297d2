"""Hygiene against enumeration: small random tables, every point of their space tried."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.model.ruleset import HitPolicy
from crmrules.tables.hygiene.report import FindingKind
from crmrules.tables.hygiene.space import Column
from tests.tables.hygiene_helpers import Made, compile_cell, flag, make, number, words

Point = tuple[Any, ...]

# A column, its cells, and values of which there is one at least in everything that cells can tell apart.
TIER = words("tier", "high", "mid", "low")
DENSE = number("x")
COUNT = number("n", scale=0, bounds="[0..6]")
MONEY = number("m", scale=1, bounds=">= 0", nullable=False)
FREE = Column("s", "string")
FLAG = flag("f")
DAY = Column("d", "date")

HALVES = [Decimal(n) / 2 for n in range(-2, 12)]
DAYS = [f"2026-01-{day:02d}" for day in range(1, 6)]

ends = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(sorted)
intervals = st.one_of(
    st.builds(
        lambda e, a, b: f"{a}{e[0]}..{e[1]}{b}" if e[0] < e[1] else str(e[0]),
        ends,
        st.sampled_from("[("),
        st.sampled_from("])"),
    ),
    st.builds(lambda op, n: f"{op} {n}", st.sampled_from(["<", "<=", ">", ">="]), st.integers(0, 4)),
    st.integers(0, 4).map(str),
)
numbers = st.one_of(
    st.just("-"), intervals, st.tuples(intervals, intervals).map(", ".join), st.integers(0, 4).map(lambda n: f"not({n})"),
    st.sampled_from(["null", "not(null)", "-"]),
)  # fmt: skip
counts = st.one_of(intervals, st.just("-"))


def some(*texts: str) -> st.SearchStrategy[str]:
    lists = st.lists(st.sampled_from(texts), min_size=1, max_size=len(texts), unique=True).map(", ".join)
    return st.one_of(st.just("-"), lists, st.sampled_from(texts).map(lambda t: f"not({t})"), st.just("null"))


def days() -> st.SearchStrategy[str]:
    pair = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
    return st.one_of(
        st.just("-"), pair.map(lambda p: f"[{p[0]}..{p[1]}]"), pair.map(lambda p: f">= {p[0]}"),
        pair.filter(lambda p: p[0] < p[1]).map(lambda p: f"[{p[0]}..{p[1]})"), pair.map(lambda p: f"< {p[0]}"),
    )  # fmt: skip


def _days() -> list[Any]:
    from crmrules.model.values import Date

    return [Date(2025, 12, 31), *(Date.parse(day) for day in DAYS), Date(2026, 1, 6)]


DOMAINS: list[tuple[Column, st.SearchStrategy[str], list[Any]]] = [
    (TIER, some("high", "mid", "low"), ["high", "mid", "low", None]),
    (DENSE, numbers, [*HALVES, None]),
    (COUNT, counts, [*range(7), None]),
    (MONEY, counts, [Decimal(n) / 10 for n in range(52)]),
    (FREE, some('"a"', '"b"', '"c"'), ["a", "b", "c", "zz", None]),
    (FLAG, st.sampled_from(["-", "true", "false", "null", "not(true)"]), [True, False, None]),
    (DAY, days(), [*_days(), None]),
]
SMALL = [0, 1, 2, 4, 5, 6]


@st.composite
def tables(draw: st.DrawFn, opaque: bool = False) -> tuple[list[int], list[tuple[str, ...]], list[int]]:
    chosen = draw(
        st.lists(st.sampled_from(SMALL if draw(st.booleans()) else [3, 0, 5]), min_size=1, max_size=3, unique=True)
    )
    row = st.tuples(*(DOMAINS[at][1] for at in chosen))
    if opaque and any(DOMAINS[at][0].kind == "number" for at in chosen):
        at = next(n for n, at in enumerate(chosen) if DOMAINS[at][0].kind == "number")
        row = st.one_of(row, row.map(lambda cells: (*cells[:at], "> limit", *cells[at + 1 :])))
    rows = draw(st.lists(row, min_size=1, max_size=6))
    outputs = draw(st.lists(st.integers(1, 2), min_size=len(rows), max_size=len(rows)))
    return chosen, rows, outputs


def points(chosen: Sequence[int], *, known: bool) -> list[Point]:
    return list(product(*([v for v in DOMAINS[at][2] if v is not None or not known] for at in chosen)))


def columns(chosen: Sequence[int]) -> list[Column]:
    return [DOMAINS[at][0] for at in chosen]


def takes(made: Made, row: int, point: Point) -> bool:
    return all(
        test.text == "> limit" or test.test(value, {}, None) is True
        for test, value in zip(made.tests[row], point, strict=True)
    )


def is_opaque(made: Made, row: int) -> bool:
    return any(test.text == "> limit" for test in made.tests[row])


def within(made: Made, cells: Sequence[str], point: Point) -> bool:
    tests = [
        compile_cell(text, column.kind, tuple(column.words)) for text, column in zip(cells, made.columns, strict=True)
    ]
    return all(test.test(value, {}, None) is True for test, value in zip(tests, point, strict=True))


@settings(max_examples=150, deadline=None)
@given(tables(opaque=True), st.sampled_from("UF"))
def test_gaps_are_exactly_the_points_that_no_row_takes(table: Any, policy: str) -> None:
    chosen, rows, outputs = table
    made = make(policy, columns(chosen), rows, outputs)
    assert made.report.complete
    regions = [finding.region for finding in made.report.of(FindingKind.GAP)]
    for point in points(chosen, known=True):
        free = not any(takes(made, row, point) for row in range(len(rows)))
        holding = sum(within(made, region.cells, point) for region in regions if region is not None)
        assert holding == free, point  # none twice: the suggested rows do not overlap
    for region in regions:
        assert region is not None
        assert within(made, region.cells, region.witness)
        assert not any(takes(made, row, region.witness) for row in range(len(rows)))


@settings(max_examples=100, deadline=None)
@given(tables())
def test_suggested_rows_close_the_gaps_and_overlap_nothing(table: Any) -> None:
    chosen, rows, outputs = table
    before = make("U", columns(chosen), rows, outputs)
    more = [finding.region.cells for finding in before.report.of(FindingKind.GAP) if finding.region is not None]
    after = make("U", columns(chosen), [*rows, *more], [*outputs, *range(3, 3 + len(more))])
    assert after.report.of(FindingKind.GAP) == ()

    def kinds(made: Made) -> list[Any]:
        return [f.rows for f in made.report.findings if f.kind in (FindingKind.OVERLAP, FindingKind.DUPLICATE)]

    assert not any(row >= len(rows) for found in kinds(after) for row in found)


def pairs_told(made: Made, kind: FindingKind) -> set[frozenset[int]]:
    told = set()
    for finding in made.report.of(kind):
        if len(finding.rows) == 2:
            told.add(frozenset(finding.rows))
        else:
            told |= {frozenset((finding.rows[0], other)) for other in finding.rows[1:]}
    for finding in made.report.of(FindingKind.DUPLICATE):
        told |= {frozenset(pair) for pair in product(finding.rows, finding.rows) if pair[0] != pair[1]}
    return told


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from("UA"))
def test_overlaps_are_exactly_the_pairs_that_meet(table: Any, policy: str) -> None:
    chosen, rows, outputs = table
    made = make(policy, columns(chosen), rows, outputs)
    kind = FindingKind.OVERLAP if policy == "U" else FindingKind.CONFLICT
    every = points(chosen, known=False)
    twins = {
        frozenset(pair) for f in made.report.of(FindingKind.DUPLICATE) for pair in product(f.rows, f.rows) if pair[0] != pair[1]
    }  # fmt: skip
    expected = set()
    for one in range(len(rows)):
        for two in range(one + 1, len(rows)):
            shared = any(takes(made, one, p) and takes(made, two, p) for p in every)
            if shared and (policy == "U" or outputs[one] != outputs[two]):
                expected.add(frozenset((one, two)))
    assert expected <= pairs_told(made, kind)
    assert pairs_told(made, kind) - twins <= expected
    for finding in made.report.of(kind):
        assert finding.region is not None
        assert takes(made, finding.rows[0], finding.region.witness)
        assert takes(made, finding.rows[1], finding.region.witness)


@settings(max_examples=150, deadline=None)
@given(tables(opaque=True), st.sampled_from("FP"))
def test_shadowed_are_exactly_the_rows_that_are_never_first(table: Any, policy: str) -> None:
    chosen, rows, outputs = table
    ranks = [(rank,) for rank in outputs]
    made = make(policy, columns(chosen), rows, outputs, ranks=ranks)
    order = sorted(range(len(rows)), key=lambda row: (ranks[row] if policy == "P" else (), row))
    every = points(chosen, known=False)
    reached = set()
    for point in every:
        for row in order:
            if takes(made, row, point):
                reached.add(row)
                if not is_opaque(made, row):
                    break
    never = {row for row in order if row not in reached and any(takes(made, row, p) for p in every)}
    told = {finding.rows[0] for finding in made.report.of(FindingKind.SHADOWED)}
    twins = {row for f in made.report.of(FindingKind.DUPLICATE) for row in f.rows}
    assert told <= never
    assert never - twins <= told
    for finding in made.report.of(FindingKind.SHADOWED):
        mine = [p for p in every if takes(made, finding.rows[0], p)]
        assert all(any(takes(made, other, p) for other in finding.rows[1:]) for p in mine)
    empty = {finding.rows[0] for finding in made.report.of(FindingKind.IMPOSSIBLE)}
    assert empty == {row for row in range(len(rows)) if not any(takes(made, row, p) for p in every)}


def result(made: Made, policy: str, outputs: Sequence[int], point: Point) -> Any:
    hits = [outputs[row] for row in range(len(made.tests)) if takes(made, row, point)]
    if policy == "F":
        return hits[:1]
    if policy == "P":
        return sorted(hits)[:1]
    return hits


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from("UFAPC"))
def test_merged_rows_give_the_same(table: Any, policy: str) -> None:
    chosen, rows, outputs = table
    made = make(policy, columns(chosen), rows, outputs, ranks=[(rank,) for rank in outputs])
    for finding in made.report.of(FindingKind.MERGEABLE):
        assert finding.region is not None
        first = min(finding.rows)
        kept = [(n, row) for n, row in enumerate(rows) if n == first or n not in finding.rows]
        merged = [finding.region.cells if n == first else row for n, row in kept]
        gives = [outputs[n] for n, _ in kept]
        after = make(policy, columns(chosen), merged, gives, ranks=[(rank,) for rank in gives])
        for point in points(chosen, known=True):
            was, now = result(made, policy, outputs, point), result(after, policy, gives, point)
            assert set(was) == set(now) if policy in "UA" else sorted(was) == sorted(now)  # C has no order


@settings(max_examples=150, deadline=None)
@given(tables(), st.sampled_from("UFP"))
def test_unused_columns_are_exactly_those_that_change_nothing(table: Any, policy: str) -> None:
    chosen, rows, outputs = table
    made = make(policy, columns(chosen), rows, outputs, ranks=[(rank,) for rank in outputs])
    told = {finding.column for finding in made.report.of(FindingKind.UNUSED_COLUMN)}
    blank = {at for at in range(len(chosen)) if all(row[at] == "-" for row in rows)}
    assert blank <= told
    if blank or made.report.of(FindingKind.OVERLAP) or made.report.of(FindingKind.IMPOSSIBLE):
        return
    live = [n for n in range(len(rows)) if n not in {f.rows[0] for f in made.report.of(FindingKind.IMPOSSIBLE)}]
    if len(live) < 2 or len(chosen) < 2:
        return
    results = {p: result(made, policy, outputs, p)[:1] for p in points(chosen, known=True)}
    for at in range(len(chosen)):
        by_others: dict[Point, set[Any]] = {}
        for point, value in results.items():
            by_others.setdefault((*point[:at], *point[at + 1 :]), set()).add(tuple(value))
        matters = any(len(values) > 1 for values in by_others.values())
        assert (at in told) == (not matters)


@pytest.mark.parametrize("policy", list(HitPolicy))
def test_every_policy_is_examined(policy: HitPolicy) -> None:
    made = make(policy.value, [DENSE], [("< 0",), ("[0..5]",), ("> 9",)], ranks=[(0,), (1,), (2,)])
    gap = policy in (HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST)
    assert made.brief() == (["gap (5..9]"] if gap else [])
