"""Hygiene findings, case by case: what is said of which table, in exact words."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest

from crmrules.model.issues import Severity
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration
from crmrules.model.vocabulary import Cell
from crmrules.tables.conditions import Interval
from crmrules.tables.hygiene.issues import condition, kinds_named, report_issues
from crmrules.tables.hygiene.report import FindingKind
from crmrules.tables.hygiene.space import Column
from tests.tables.hygiene_helpers import flag, make, number, words

TIER = words("tier", "high", "mid", "low")
AMOUNT = number("amount", scale=2, bounds=">= 0")
WHEN = Column("at", "date and time")
TEXT = Column("s", "string")
DAY = Column("d", "date")
X = number()


@pytest.mark.parametrize(
    ("policy", "columns", "rows", "found"),
    [
        # gaps
        ("U", [TIER, AMOUNT], [("high", "-"), ("mid", "< 50万"), ("mid", ">= 60万"), ("low", "-")], ["gap mid | [500000..600000)"]),
        ("U", [AMOUNT], [("<= 99.99",), (">= 100",)], []),
        ("U", [AMOUNT], [("<= 99.9",), (">= 100",)], ["gap [99.91..100)"]),
        ("U", [number(bounds="[0..100]")], [("< 70",)], ["gap >= 70"]),
        ("U", [X], [("<= 4",), (">= 5",)], ["gap (4..5)"]),
        ("U", [number(scale=0)], [("<= 4",), (">= 8",)], ["gap [5..7]"]),
        ("U", [number(scale=0)], [("<= 4",), (">= 6",)], ["gap 5"]),
        ("U", [X], [("1",), ("2, 3",)], ["gap not(1, 2, 3)"]),
        ("U", [X], [("1",), ("null",)], ["gap < 1", "gap > 1"]),
        ("U", [TEXT], [("a",), ("b c",)], ['gap not("a", "b c")']),
        ("U", [TEXT], [("a",), ("null",)], ['gap not("a", null)']),
        ("U", [TEXT], [('< "m"',)], ['gap >= "m"']),
        ("U", [DAY], [("<= 2026-03-31",), (">= 2026-04-02",)], ["gap 2026-04-01"]),
        ("U", [DAY], [("< 2026-03-01",), ("> 2026-03-31",)], ["gap [2026-03-01..2026-03-31]"]),
        ("U", [WHEN], [("< 2026-03-01T08:00:00+08:00",), ("> 2026-03-02T00:00:00Z",)],
         ["gap [2026-03-01T08:00:00+08:00..2026-03-02T00:00:00Z]"]),
        ("U", [Column("p", "days and time duration")], [("< P30D",), ("(P30D..P60D]",)], ["gap P30D", "gap > P60D"]),
        ("U", [Column("p", "years and months duration")], [("< P1Y",), ("> P14M",)], ["gap [P1Y..P1Y2M]"]),
        ("U", [flag("f"), TIER], [("true", "-"), ("false", "high, mid")], ["gap false | low"]),
        ("A", [TIER], [("not(low)",)], ["gap low"]),
        ("C", [X], [("> 5",)], []),
        ("C+", [X], [("> 5",)], []),
        ("F", [X, TIER], [("> 5", "-"), ("-", "high, mid"), ("< 0", "low")], ["gap [0..5] | low"]),
        # overlaps and conflicts
        ("U", [X], [(">= 10",), ("<= 10",)], ["overlap 0,1 10"]),
        ("U", [X], [("null",), ("-",)], ["overlap 0,1 null"]),
        ("U", [X], [("-",), *((str(n),) for n in range(5))], ["overlap 0,1,2,3,4,5 0"]),
        ("A", [X], [(">= 10",), ("<= 10",)], ["conflict 0,1 10"]),
        # shadowed
        ("F", [X], [(">= 5",), ("< 5",), ("7",), ("-",)], ["shadowed 2,0"]),
        ("F", [X, TIER], [("> 5", "-"), ("-", "high"), ("-", "mid, low"), ("< 0", "mid")], ["shadowed 3,2"]),
        ("F", [X], [("<= 0",), ("> 0",), ("[-1..1]",)], ["shadowed 2,0,1"]),
        ("F", [number(nullable=False)], [("<= 0",), ("> 0",), ("-",)], ["shadowed 2,0,1"]),
        # others
        ("F", [X], [("> 5",), ("> 5",), ("<= 5",)], ["duplicate 0,1"]),
        ("U", [X], [("> 5",), ("> 5",), ("<= 5",)], ["duplicate 0,1"]),
        ("U", [AMOUNT], [("-",), ("< 0",)], ["impossible 1 amount < 0"]),
        ("U", [number("n", scale=0)], [("-",), ("1.5",)], ["impossible 1 n 1.5"]),
        ("U", [X, TIER], [("> 5", "-"), ("<= 5", "-")], ["unused-column tier"]),
        ("F", [TIER, X], [("high", "> 5"), ("-", "> 5"), ("high, mid", "-"), ("-", "<= 5")], ["unused-value tier low"]),
        ("F", [TIER], [("high",), ("-",)], []),
        ("U", [X, flag("f")], [("> limit", "-"), ("<= 5", "true")], ["undecided 0 x"]),
        ("U", [X], [("> limit",), ("> limit",)], ["duplicate 0,1", "undecided 0,1 x"]),
        ("F", [X, TIER], [("> limit", "high, mid"), ("< 5", "-")], ["gap >= 5 | low", "undecided 0 x"]),
    ],
)  # fmt: skip
def test_what_is_found(policy: str, columns: list[Column], rows: list[Any], found: list[str]) -> None:
    assert make(policy, columns, rows).brief() == found


@pytest.mark.parametrize(
    ("policy", "rows", "outputs", "found"),
    [
        ("F", [("[0..10)",), ("[10..20]",), ("-",)], "aab", ["mergeable 0,1 [0..20]"]),
        ("F", [("[0..10)",), ("[5..6]",), ("[10..20]",), ("-",)], "abab", ["shadowed 1,0", "mergeable 0,2 [0..20]"]),
        ("F", [("[0..10)",), ("[5..12]",), ("[10..20]",), ("-",)], "abac", []),
        ("U", [("< 0",), ("> 0",), ("0",)], "aaa", ["mergeable 0,1,2 -"]),
        ("C", [("[0..10]",), ("[5..20]",)], "aa", []),
        ("R", [("[0..10]",), ("(10..20]",)], "aa", []),
        ("C", [("> 5",), ("> 5",)], "ab", []),
        ("C", [("> 5",), ("> 5",)], "aa", ["duplicate 0,1"]),
        ("P", [("> 5",), ("> 3",), ("-",)], "ccb", ["shadowed 0,2", "shadowed 1,2", "mergeable 0,1 > 3"]),
    ],
)
def test_what_hangs_on_the_results(policy: str, rows: list[Any], outputs: str, found: list[str]) -> None:
    ranks = [(ord(o),) for o in outputs]
    assert [b for b in make(policy, [X], rows, list(outputs), ranks=ranks).brief() if not b.startswith("gap")] == found


def test_a_column_that_changes_nothing() -> None:
    rows = [("> 5", "true"), ("> 5", "false"), ("<= 5", "-")]
    assert make("F", [X, flag("f")], rows, "aab").brief() == ["mergeable 0,1 > 5 | -", "unused-column f"]
    assert make("F", [X, flag("f")], rows[1:], "ab").report.of(FindingKind.UNUSED_COLUMN) == ()


def test_validity_is_a_column_of_its_own() -> None:
    day = Date(2026, 6, 1).days
    old, new = Interval(None, day, True, False), Interval(day, None, True, False)
    rows = [("< 10",), ("< 20",), (">= 20",)]
    made = make("U", [X], rows, windows=[old, new, None])
    assert made.brief() == ["gap [10..20) (..2026-06-01)"]
    issues = report_issues(made.report)
    assert issues[0].params["row"] == "when: {x: '[10..20)'}, valid_to: 2026-06-01"
    assert issues[0].params["region"] == "x in [10..20), […..2026-06-01)"
    assert make("U", [X], [("-",), ("-",)], windows=[old, new]).brief() == ["unused-column x"]
    assert make("U", [X], [("-",)], windows=[new]).brief() == ["unused-column x"]  # nothing is missed before it begins


def test_defaults_and_choice() -> None:
    rows = [("> 5",)]
    assert make("U", [X], rows, defaults={"out": Cell("1")}).brief() == []
    assert make("U", [X], rows, gaps=False).brief() == []
    assert make("C", [X], rows, gaps=True).brief() == ["gap <= 5"]
    assert make("U", [X], [("1",), ("3",)], unused={"out": ("mid",)}).brief() == ["gap not(1, 3)", "unused-value mid"]
    assert make("U", [X], []).brief() == []


def test_witnesses_are_of_their_kind() -> None:
    cases: list[tuple[Column, list[str], Any]] = [
        (X, ["<= 4", ">= 5"], 4.5),
        (AMOUNT, ["< 10", "> 10.5"], 10),
        (DAY, ["< 2026-03-01"], Date(2026, 3, 1)),
        (WHEN, ["> 2026-03-01T00:00:00+08:00"], DateTime.parse("2026-03-01T00:00:00+08:00")),
        (WHEN, [">= 2026-03-01T00:00:00+08:00"], DateTime.parse("2026-02-28T00:00:00+08:00")),
        (Column("p", "days and time duration"), ["<= P3D"], DaysDuration.of(days=4)),
        (Column("p", "years and months duration"), ["<= P3M"], MonthsDuration(4)),
        (TEXT, ["other, other2"], "other3"),
        (TEXT, ['<= "m"'], "ma"),
        (Column("b", "boolean", values=(True, False)), ["true"], False),
    ]
    for column, rows, witness in cases:
        (gap,) = make("U", [column], [(row,) for row in rows]).report.of(FindingKind.GAP)
        assert gap.region is not None
        assert gap.region.witness == (witness,)


def said(
    policy: str, columns: list[Column], rows: list[Any], outputs: Any = (), **more: Any
) -> dict[str, tuple[str, str]]:
    report = make(policy, columns, rows, outputs, **more).report
    return {i.code: (i.render("en"), i.render("zh")) for i in report_issues(report)}


def test_issues_in_both_languages() -> None:
    two = [TIER, AMOUNT]
    gap = said("U", two, [("high", "-"), ("mid", "< 50"), ("mid", ">= 60"), ("low", "-")])
    assert gap["T201"] == (
        "t.yaml:100: warning T201: table t: no row covers tier = mid, amount in [50..60), for instance tier = mid, "
        "amount = 50; a row that would: when: {tier: mid, amount: '[50..60)'}",
        "t.yaml:100: 警告 T201: 表 t：没有任何一行覆盖 tier = mid, amount in [50..60)，例如 tier = mid, amount = 50；"
        "可补一行：when: {tier: mid, amount: '[50..60)'}",
    )
    assert said("U", [X], [("<= 4",), (">= 5",)])["T202"][0].endswith(
        "no row covers x in (4..5), for instance x = 4.5; if x is always a whole number, declare `scale: 0`, else add "
        "when: {x: '(4..5)'}"
    )
    assert said("U", [X], [(">= 10",), ("<= 10",)])["T203"] == (
        "t.yaml:2: warning T203: row R2 of table t (UNIQUE) overlaps R1 at x = 10, for instance x = 10",
        "t.yaml:2: 警告 T203: 表 t（唯一）的行 R2 与 R1 重叠：x = 10，例如 x = 10",
    )
    star = said("U", [X], [("-",), *((str(n),) for n in range(9))])["T203"][0]
    assert star.startswith(
        "t.yaml:1: warning T203: row R1 of table t (UNIQUE) overlaps R2, R3, R4, R5, R6, R7 … (9) at x = 0"
    )
    assert "gives another result than R1 at x = 10" in said("A", [X], [(">= 10",), ("<= 10",)])["T204"][0]
    assert said("F", [X], [(">= 5",), ("< 5",), ("7",)])["T205"] == (
        "t.yaml:3: warning T205: row R3 of table t is never used: wherever it could match, other rows win: R1",
        "t.yaml:3: 警告 T205: 表 t 的行 R3 永远不会生效：凡它可能命中之处，都由其他行优先：R1",
    )
    assert (
        "rows R1, R2 of table t have the same conditions and the same results"
        in said("F", [X], [("5",), ("5",)], "aa")["T206"][0]
    )
    assert "the same conditions but different results" in said("F", [X], [("5",), ("5",)], "ab")["T207"][0]
    never = said("U", [AMOUNT], [("-",), ("< 0",)])
    assert never["T208"][0] == (
        "t.yaml:2:1: warning T208: row R2 of table t can never match: `< 0` accepts no value that amount can have"
    )
    blank = said("U", [X, TIER], [("> 5", "-"), ("<= 5", "-")])["T210"][0]
    assert blank == "note T210: column tier of table t never matters: all its cells accept anything"
    merged = said("F", [X, flag("f")], [("> 5", "true"), ("> 5", "false"), ("<= 5", "-")], "aab")
    assert "note T209: rows R1, R2 of table t give the same and can be one row: f = -" in merged["T209"][0]
    assert "column f of table t changes nothing" in merged["T211"][0]
    assert (
        "never names these values of tier: mid, low"
        in said("F", [TIER, X], [("high", "> 5"), ("-", "> 5"), ("-", "<= 5")])["T212"][0]
    )
    assert (
        "no row of table t gives these values of out: mid"
        in said("F", [X], [("-",)], unused={"out": ["mid"]})["T213"][0]
    )
    assert (
        "rows R1 of table t cannot be compared with others: cells of x depend"
        in said("U", [X], [("> limit",)])["T214"][0]
    )
    assert "T215" in said("U", [X, TIER], [("> 3", "mid"), ("< 8", "low")], effort=1)
    more = said("F", [X], [("-",), *((str(n),) for n in range(9))], limit=2)
    assert more["T216"][0] == "t.yaml:100: note T216: table t has more of the kind shadowed: 7"


def test_kinds_to_fail_on() -> None:
    made = make("U", [X], [(">= 10",), ("< 5",)])
    (issue,) = report_issues(made.report, {FindingKind.GAP})
    assert issue.severity is Severity.ERROR
    assert report_issues(made.report, {FindingKind.OVERLAP})[0].severity is Severity.WARNING
    cut = replace(made.report, complete=False)
    assert report_issues(cut, {FindingKind.UNDECIDED})[-1].severity is Severity.ERROR
    assert kinds_named(["overlap", "gap"])[0] == {FindingKind.OVERLAP, FindingKind.CONFLICT, FindingKind.GAP}
    assert kinds_named(["all"])[0] == set(FindingKind)
    assert kinds_named(["gpa"]) == (frozenset(), ["gpa"])


def test_conditions_as_text() -> None:
    texts = ["5", "< 5", "[1..2)", "(1..2)", "a, b", 'not("a")', '"a, b"', "< 1, > 2"]
    assert [condition("x", text) for text in texts] == [
        "x = 5", "x < 5", "x in [1..2)", "x in (1..2)", "x in (a, b)", 'x not in ("a")', 'x = "a, b"', "x in (< 1, > 2)",
    ]  # fmt: skip


# --- large tables ---------------------------------------------------------------------------------------------------


def partition(size: int, seed: int) -> list[list[str]]:
    """A random partition of two word columns of 20 values and two ranges into boxes."""
    rng = random.Random(seed)
    boxes: list[list[Any]] = [[tuple(range(20)), tuple(range(20)), (0, 1_000_000), (0, 10_000)]]
    while len(boxes) < size:
        at, column = rng.randrange(len(boxes)), rng.randrange(4)
        part = boxes[at][column]
        if column < 2:
            if len(part) < 2:
                continue
            order, cut = rng.sample(part, len(part)), rng.randrange(1, len(part))
            halves: Any = tuple(sorted(order[:cut])), tuple(sorted(order[cut:]))
        else:
            if part[1] - part[0] < 2:
                continue
            cut = rng.randrange(part[0] + 1, part[1])
            halves = (part[0], cut), (cut, part[1])
        boxes.append([*boxes[at][:column], halves[1], *boxes[at][column + 1 :]])
        boxes[at][column] = halves[0]
    rng.shuffle(boxes)
    return [
        [*(", ".join(f"v{n}" for n in part) for part in box[:2]), *(f"[{part[0]}..{part[1]})" for part in box[2:])]
        for box in boxes
    ]


LARGE = [
    words("c1", *(f"v{n}" for n in range(20))), words("c2", *(f"v{n}" for n in range(20))),
    number("x", bounds="[0..1000000)"), number("y", bounds="[0..10000)"),
]  # fmt: skip


def test_a_large_partition() -> None:
    rows = partition(1_000, 7)
    assert make("U", LARGE, rows).brief() == []
    holes = make("U", LARGE, rows[3:])
    assert holes.report.complete
    gaps = holes.report.of(FindingKind.GAP)
    assert len(gaps) >= 3
    assert holes.report.more == {}
    closed = make("U", LARGE, [*rows[3:], *(list(gap.region.cells) for gap in gaps if gap.region)])
    assert closed.brief() == []
    first = make("F", LARGE, [*rows, ["-"] * 4])
    assert first.report.complete
    assert first.brief() == []  # the last row is left with unknown values alone


@pytest.mark.slow
def test_ten_thousand_rows_take_seconds() -> None:
    rows = [[*row, "-", "-"] for row in partition(10_000, 7)]
    rows = [[*row[:4], ("true", "false", "-")[n % 3], "-"] for n, row in enumerate(rows)]
    before = time.perf_counter()
    made = make("F", [*LARGE, flag("f"), number("z")], rows)
    assert made.report.complete
    assert made.report.of(FindingKind.SHADOWED) == ()
    assert len(made.report.of(FindingKind.GAP)) == 100
    assert time.perf_counter() - before < 120  # a few seconds on a quiet machine; the cells' compilation is in it
