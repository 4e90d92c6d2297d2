"""Lookups: the index against the scan against cells evaluated one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.feel.compiler import Scope, compile_unary
from crmrules.feel.shapes import Anything, Intervals, IsNull, Opaque, Points, Shape, Union
from crmrules.feel.types import DATE, NUMBER, STRING
from crmrules.model.decision import CellTrace
from crmrules.model.ruleset import DecisionTable, HitPolicy, Input, Kind, Rule
from crmrules.model.spans import Span
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range, Time
from crmrules.model.vocabulary import Cell as Text
from crmrules.tables.conditions import Condition, Interval, condition_of, key_of
from crmrules.tables.index import _rows_to_bits, bits_to_rows
from crmrules.tables.table import CellNote, CompiledTable, Hits, build_table

AS_OF = DateTime.parse("2026-03-10T09:00:00@Asia/Shanghai")
ENV = {"as_of": AS_OF}

Verdict = bool | None


@dataclass(frozen=True)
class Cell:
    text: str
    test: Callable[[Any, Mapping[str, Any], list[Any] | None], Verdict]
    shape: Shape


ANY = Cell("-", lambda value, env, notes: True, Anything())
NULL = Cell("null", lambda value, env, notes: value is None, IsNull())
NOT_NULL = Cell("not(null)", lambda value, env, notes: value is not None, IsNull(negated=True))


def points(*values: Any, negated: bool = False) -> Cell:
    kind = key_of(values[0])[0]

    def test(value: Any, env: Mapping[str, Any], notes: list[Any] | None) -> Verdict:
        if value is None or key_of(value) is None or key_of(value)[0] != kind:
            return None
        return any(value == v for v in values) is not negated

    return Cell(f"{'not ' if negated else ''}{values}", test, Points(values, negated))


def ranges(*texts: tuple[str, Any, Any, str]) -> Cell:
    """``("[", 1, 5, ")")``; an end of None reaches without limit."""
    kind = key_of(next(v for _, a, b, _ in texts for v in (a, b) if v is not None))[0]

    def test(value: Any, env: Mapping[str, Any], notes: list[Any] | None) -> Verdict:
        if value is None or key_of(value) is None or key_of(value)[0] != kind:
            return None
        return any(
            (a is None or a < value or (left == "[" and a == value))
            and (b is None or value < b or (right == "]" and b == value))
            for left, a, b, right in texts
        )

    return Cell(
        str(texts), test, Intervals(tuple(Range(a, b, left == "[", right == "]") for left, a, b, right in texts))
    )


def opaque(call: Callable[[Any], Verdict], text: str = "opaque") -> Cell:
    return Cell(text, lambda value, env, notes: call(value), Opaque())


def tables(rows: list[list[Cell]], policy: HitPolicy = HitPolicy.COLLECT, windows: Any = ()) -> list[CompiledTable]:
    return [build_table(rows, policy, windows, indexed=indexed) for indexed in (True, False)]


def lookup(rows: list[list[Cell]], values: list[Any], policy: HitPolicy = HitPolicy.COLLECT, windows: Any = ()) -> Hits:
    """By index and by scan, which must agree."""
    by_index, by_scan = (t.lookup(values, ENV) for t in tables(rows, policy, windows))
    assert by_index == by_scan
    return by_index


def by_hand(rows: list[list[Cell]], values: list[Any]) -> Hits:
    """What lookups must answer: every cell of every row, evaluated by itself."""
    hits, undecided, unknown = [], [], set()
    for number, row in enumerate(rows):
        verdicts = [cell.test(value, {}, None) for cell, value in zip(row, values, strict=True)]
        if all(v is True for v in verdicts):
            hits.append(number)
        elif False not in verdicts:
            undecided.append(number)
            unknown |= {column for column, v in enumerate(verdicts) if v is None}
    return Hits(tuple(hits), tuple(undecided), tuple(sorted(unknown)))


BANDS = [
    [ranges(("[", 0, 10, ")"))],
    [ranges(("[", 10, 20, "]"))],
    [ranges(("(", 20, None, ")"))],
    [ranges(("(", None, 0, ")"))],
]


@pytest.mark.parametrize(
    ("value", "row"),
    [
        (-1, 3),
        (0, 0),
        (Decimal("9.999"), 0),
        (10, 1),
        (Decimal("10.00"), 1),
        (20, 1),
        (Decimal("20.0001"), 2),
        (10**30, 2),
    ],
)
def test_each_value_falls_into_its_band(value, row):
    assert lookup(BANDS, [value]) == Hits((row,))


def test_a_null_input_is_undecided_not_unmatched():
    assert lookup(BANDS, [None]) == Hits((), (0, 1, 2, 3), (0,))
    assert lookup([*BANDS, [ANY]], [None]) == Hits((4,), (0, 1, 2, 3), (0,))
    assert lookup([[NULL], [NOT_NULL], [points("a")]], [None]) == Hits((0,), (2,), (0,))
    assert lookup([[NULL], [NOT_NULL], [points("a")]], ["a"]) == Hits((1, 2))


def test_a_row_refused_by_another_cell_is_not_undecided():
    rows = [[points("a"), ranges(("[", 1, 2, "]"))], [points("b"), ranges(("[", 1, 2, "]"))]]
    assert lookup(rows, ["a", None]) == Hits((), (0,), (1,))
    assert lookup(rows, [None, 3]) == Hits(())
    assert lookup(rows, [None, None]) == Hits((), (0, 1), (0, 1))


def test_first_stops_at_the_hit_and_asks_nothing_after_it():
    rows = [[points("a"), ANY], [ANY, points(1)], [points("a"), ANY]]
    assert lookup(rows, [None, 1], HitPolicy.FIRST) == Hits((1,), (0,), (0,))
    assert lookup(rows, ["a", 1], HitPolicy.FIRST) == Hits((0,))
    assert lookup(rows, [None, 1], HitPolicy.RULE_ORDER) == Hits((1,), (0, 2), (0,))


def test_kinds_do_not_mix():
    rows = [[points(1)], [points("1")], [points(True)], [points(1, negated=True)], [ranges(("[", 0, 2, "]"))]]
    assert lookup(rows, [1]).rows == (0, 4)
    assert lookup(rows, [True]).rows == (2,)
    assert lookup(rows, ["1"]).rows == (1,)
    assert lookup(rows, [2]).rows == (3, 4)
    assert lookup(rows, [Date(2026, 1, 1)]).rows == ()


def test_every_ordered_kind_is_indexed():
    pairs = [
        (Date(2026, 1, 31), Date(2026, 2, 1)),
        (DateTime.parse("2026-01-31T10:00:00"), DateTime.parse("2026-01-31T10:00:01")),
        (DateTime.parse("2026-01-31T10:00:00+08:00"), DateTime.parse("2026-01-31T10:00:01@Asia/Shanghai")),
        (DaysDuration.of(days=1), DaysDuration.of(hours=25)),
        (MonthsDuration(11), MonthsDuration(12)),
        ("ab", "b"),
        (Decimal("0.1"), 1),
    ]
    for low, high in pairs:
        rows = [
            [ranges(("[", low, high, ")"))],
            [ranges(("[", high, None, ")"))],
            [points(low)],
            [points(high, negated=True)],
        ]
        assert key_of(low) is not None
        assert lookup(rows, [low]).rows == (0, 2, 3)
        assert lookup(rows, [high]).rows == (1,)


def test_values_that_have_no_order_are_evaluated_cell_by_cell():
    vip = opaque(lambda v: "vip" in v if v is not None else None)
    rows = [[vip], [ANY], [points("vip")]]
    assert lookup(rows, [["vip", "new"]]).rows == (0, 1)
    assert lookup(rows, [None]) == Hits((1,), (0, 2), (0,))
    assert key_of(Time(9, 0)) is None
    assert key_of(DateTime.parse("2026-01-01T00:00:00.5Z")) is None


def test_an_opaque_cell_is_evaluated_once_and_only_where_the_row_is_possible():
    seen: list[Any] = []

    def slow(value: Any) -> bool | None:
        seen.append(value)
        return value > 5

    cell = opaque(slow)
    rows = [[points("a"), cell], [points("b"), cell], [points("a"), cell], [points("a"), opaque(slow)]]
    assert build_table(rows, HitPolicy.COLLECT, indexed=True).lookup(["a", 7], ENV) == Hits((0, 2, 3))
    assert seen == [7, 7]
    seen.clear()
    assert build_table(rows, HitPolicy.COLLECT, indexed=True).lookup(["c", 7], ENV) == Hits(())
    assert seen == []


def test_a_failing_cell_is_noted_unless_its_row_is_stopped_anyway():
    def test(value: Any, env: Mapping[str, Any], notes: list[Any] | None) -> None:
        if notes is not None:
            notes.append("cannot divide by 0")

    broken = Cell("? / 0 > 1", test, Opaque())
    for order in ([broken, points("a")], [points("a"), broken]):
        for table in tables([order, [ANY, ANY]]):
            column = order.index(broken)
            for value, expected in (("a", [CellNote(0, column, "cannot divide by 0")]), ("b", [])):
                notes: list[CellNote] = []
                values = [1, 1]
                values[1 - column] = value
                hits = table.lookup(values, ENV, notes)
                assert notes == expected
                assert hits == (Hits((1,), (0,), (column,)) if expected else Hits((1,)))
                assert table.lookup(values, ENV) == hits


def test_validity_dates_are_half_open_and_use_the_day_on_the_clock_of_as_of():
    day = Date(2026, 3, 10).days
    windows = [
        None,
        Interval(day, None, True, False),
        Interval(None, day, True, False),
        Interval(day, day + 1, True, False),
    ]
    rows = [[ANY]] * 4
    assert lookup(rows, [1], windows=windows).rows == (0, 1, 3)
    for table in tables(rows, windows=windows):
        # 2026-03-10 in Shanghai begins at 16:00 UTC the day before.
        assert table.lookup([1], {"as_of": DateTime.parse("2026-03-09T23:59:59@Asia/Shanghai")}).rows == (0, 2)
        assert table.lookup([1], {"as_of": DateTime.parse("2026-03-11T00:00:00@Asia/Shanghai")}).rows == (0, 1)
        undecided = table.lookup([1], {"as_of": DateTime.parse("2026-03-08T00:00:00Z")})
        assert undecided == Hits((0, 2))


def test_an_expired_row_is_neither_a_hit_nor_undecided():
    gone = Interval(None, Date(2026, 1, 1).days, True, False)
    assert lookup([[points("a")], [points("a")]], [None], windows=[gone, None]) == Hits((), (1,), (0,))


def test_a_table_without_rows_or_without_columns():
    assert lookup([], []) == Hits(())
    assert lookup([[], []], []) == Hits((0, 1))


def test_ranges_that_hold_nothing_and_cells_of_several_ranges():
    rows = [
        [ranges(("(", 5, 5, "]"))],
        [ranges(("[", 6, 4, "]"))],
        [ranges(("[", 1, 3, ")"), ("(", 3, 5, "]"), ("[", 4, 9, "]"))],
    ]
    assert [lookup(rows, [n]).rows for n in (0, 1, 3, 4, 5, 9, 10)] == [(), (2,), (), (2,), (2,), (2,), ()]


NUMBERS = st.integers(-4, 4).map(lambda n: n if n % 2 else Decimal(n) / 2)
WORDS = st.sampled_from(["a", "b", "c", "d"])
ENDS = st.one_of(st.none(), NUMBERS)
BRACKETS = st.sampled_from("[("), st.sampled_from("])")
SPANS = st.lists(
    st.tuples(BRACKETS[0], ENDS, ENDS, BRACKETS[1]).filter(lambda r: r[1] is not None or r[2] is not None),
    min_size=1, max_size=3,
)  # fmt: skip
COMMON = st.sampled_from([ANY, ANY, NULL, NOT_NULL])


def cells_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Cell]:
    several = st.tuples(st.lists(values, min_size=1, max_size=3), st.booleans())
    return several.map(lambda drawn: points(*drawn[0], negated=drawn[1]))


NUMBER_CELLS = st.one_of(
    COMMON, SPANS.map(lambda s: ranges(*s)), cells_of(NUMBERS), cells_of(WORDS),
    NUMBERS.map(lambda n: opaque(lambda v, n=n: v > n if isinstance(v, int | Decimal) and not isinstance(v, bool) else None)),
)  # fmt: skip
WORD_CELLS = st.one_of(
    COMMON, cells_of(WORDS), WORDS.map(lambda w: opaque(lambda v, w=w: w in v if isinstance(v, str | list) else None))
)
ROWS = st.lists(st.tuples(NUMBER_CELLS, WORD_CELLS, NUMBER_CELLS).map(list), min_size=1, max_size=12)
ASKED = st.tuples(
    st.one_of(NUMBERS, st.none(), WORDS, st.just(True)),
    st.one_of(WORDS, st.none(), st.just(["a", "c"])),
    st.one_of(NUMBERS, st.none()),
)


@settings(max_examples=400, deadline=None)
@given(ROWS, st.lists(ASKED, min_size=1, max_size=6))
def test_index_scan_and_cells_agree(rows, asked):
    by_index, by_scan = tables(rows)
    first_index, first_scan = tables(rows, HitPolicy.FIRST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crmrules.tables.index._BUDGET", 1)
        without_answers = build_table(rows, HitPolicy.COLLECT)
    for values in asked:
        expected = by_hand(rows, list(values))
        assert by_index.lookup(values, ENV) == expected
        assert without_answers.lookup(values, ENV) == expected
        assert by_scan.lookup(values, ENV) == expected
        first = first_index.lookup(values, ENV)
        assert first == first_scan.lookup(values, ENV)
        assert first.rows == expected.rows[:1]
        assert first.undecided == tuple(r for r in expected.undecided if not expected.rows or r < expected.rows[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 60), st.booleans(), st.booleans()), min_size=100, max_size=300
    )
)
def test_long_lists_of_ranges_agree_however_little_memory_the_running_sets_have(drawn):
    rows = [[ranges(("[" if left else "(", a, a + n, "]" if right else ")"))] for a, n, left, right in drawn]
    scan = build_table(rows, HitPolicy.COLLECT, indexed=False)
    for budget in (1 << 20, 200, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("crmrules.tables.index._BUDGET", budget)
            index = build_table(rows, HitPolicy.COLLECT)
        for value in (0, 17, 200, Decimal("200.5"), 400, 460, 461):
            assert index.lookup([value], ENV) == scan.lookup([value], ENV)


@given(st.sets(st.integers(0, 300)))
def test_sets_of_rows_there_and_back(rows):
    assert list(bits_to_rows(_rows_to_bits(sorted(rows)))) == sorted(rows)


def test_trace_shows_every_cell_with_its_verdict_and_place():
    span = Span("tiers.xlsx", sheet="Tiers", cell="B7")
    table = DecisionTable(
        "tier", Kind.CLASSIFICATION, HitPolicy.UNIQUE,
        inputs=(Input(Text("annual_amount"), "年合作额"), Input(Text("stage"))), outputs=("tier",),
        rules=(
            Rule("T1", (Text("[0..10)", span), Text("-")), (Text("low"),), span=span),
            Rule("T2", (Text("[10..20]"), Text("won, lost")), (Text("high"),)),
            Rule("T3", (Text(""), Text("")), (Text("old"),)),
        ),
    )  # fmt: skip
    rows = [[BANDS[0][0], ANY], [BANDS[1][0], points("won", "lost")], [ANY, ANY]]
    gone = Interval(None, Date(2026, 1, 1).days, True, False)
    for compiled in tables(rows, HitPolicy.UNIQUE, [None, None, gone]):
        one, two, three = compiled.trace(table, [10, None], ENV)
        assert one.cells == (
            CellTrace("年合作额", "[0..10)", 10, False, span),
            CellTrace("stage", "-", None, True, Span()),
        )
        assert (one.rule, one.matched, one.active, one.misses, one.span) == ("T1", False, True, 1, span)
        assert [c.result for c in two.cells] == [True, None]
        assert (two.matched, two.misses) == (False, 1)
        assert (three.matched, three.active, three.misses) == (False, False, 0)
        assert compiled.lookup([10, None], ENV) == Hits((), (1,), (1,))
        assert [t.matched for t in compiled.trace(table, [10, "won"], ENV)] == [False, True, False]


# --- with the language's own cells ----------------------------------------------------------------------------------


def compiled(text: str, kind: Any, **constants: Any) -> Any:
    scope = Scope({"stage": STRING, "limit": NUMBER}, {}, constants)
    test, issues = compile_unary(text, scope, input=kind)
    assert not issues
    return test


@pytest.mark.parametrize(
    ("text", "kind", "condition"),
    [
        ("-", NUMBER, Condition(anything=True, null=True)),
        ("", STRING, Condition(anything=True, null=True)),
        ("5, 7", NUMBER, Condition(kind="number", points=(5, 7))),
        ("not(5)", NUMBER, Condition(kind="number", points=(5,), negated=True)),
        ("won, lost", STRING, Condition(kind="string", points=("won", "lost"))),
        ("null", NUMBER, Condition(null=True)),
        ("not(null)", NUMBER, Condition(negated=True, null=False)),
        ("not(null, 5)", NUMBER, None),
        ("!= 5", NUMBER, Condition(kind="number", points=(5,), negated=True)),
        ("null, < 5", NUMBER, Condition(kind="number", intervals=(Interval(None, 5, False, False),), null=True)),
        ("[1..5)", NUMBER, Condition(kind="number", intervals=(Interval(1, 5, True, False),))),
        (">= 5", NUMBER, Condition(kind="number", intervals=(Interval(5, None, True, False),))),
        (">= threshold", NUMBER, Condition(kind="number", intervals=(Interval(9, None, True, False),))),
        ("3, > 5", NUMBER, Condition(kind="number", points=(3,), intervals=(Interval(5, None, False, False),))),
        ("> limit", NUMBER, None),
        ("odd(?)", NUMBER, None),
        ('>= date("2026-01-01")', DATE, Condition(kind="date", intervals=(Interval(20_454, None, True, False),))),
    ],
)  # fmt: skip
def test_cells_of_the_language_as_conditions(text, kind, condition):
    assert condition_of(compiled(text, kind, threshold=9)) == condition


@pytest.mark.parametrize(
    "shape",
    [
        Opaque(),
        Points((1, "a")),
        Points((Time(9, 0),)),
        Points((DateTime.parse("2026-01-01T00:00:00.5"),)),
        Intervals((Range(1, 2),) * 9),
        Intervals((Range("a", None, True, False), Range(1, 2))),
        Union((IsNull(negated=True), Points((1,)))),
    ],
)
def test_shapes_that_are_not_indexed(shape):
    assert condition_of(Cell("", lambda value, env, notes: None, shape)) is None


CELLS = st.sampled_from(
    ["-", "5", "not(5)", "5, 7", "[1..5)", "(5..7]", "<= 5", "> 5.5", "not(< 5)", "not([5..6], 7)", "null", "not(null)",
     "null, > 6", "> limit", "not(limit)", "? * 2 > 11", "odd(?)", "3, [6..7]"]
)  # fmt: skip
COMPILED: dict[str, Any] = {}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=10), st.sampled_from([None, 4, 6]))
def test_index_and_scan_agree_over_cells_of_the_language(texts, limit):
    for text in {text for row in texts for text in row} - COMPILED.keys():
        COMPILED[text] = compiled(text, NUMBER)
    rows = [[COMPILED[text] for text in row] for row in texts]
    env = {**ENV, "limit": limit}
    by_index, by_scan = tables(rows)
    for first in (None, 1, 5, Decimal("5.5"), 6, 7, 8):
        for second in (None, 5, Decimal("6.01")):
            hits = by_index.lookup([first, second], env)
            assert hits == by_scan.lookup([first, second], env)
            verdicts = [[t.test(v, env, None) for t, v in zip(row, (first, second), strict=True)] for row in rows]
            assert hits.rows == tuple(n for n, row in enumerate(verdicts) if row == [True, True])
            assert hits.undecided == tuple(n for n, row in enumerate(verdicts) if None in row and False not in row)


@pytest.mark.parametrize(
    ("relaxed", "expected"), [(True, Hits((4, 5), (0, 1, 2), (0,))), (False, Hits((1, 4, 5), (2,), (0,)))]
)
def test_an_unknown_value_matches_nothing_silently_except_in_pure_feel(relaxed, expected):
    scope = Scope(relaxed=relaxed)
    cells = [compile_unary(text, scope, input=NUMBER)[0] for text in ("5", "not(5)", "< 5", "not(null)", "null", "-")]
    assert lookup([[cell] for cell in cells], [None]) == expected
