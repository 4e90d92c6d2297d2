"""Tables for the hygiene tests: from texts to what ``check_hygiene`` takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from crmrules.feel.compiler import CompiledTest, Scope, compile_unary
from crmrules.feel.types import BOOLEAN, DATE, DATE_TIME, DAYS_DURATION, MONTHS_DURATION, NUMBER, STRING, Type
from crmrules.model.ruleset import DecisionTable, HitPolicy, Input, Kind, Rule
from crmrules.model.spans import Span
from crmrules.model.vocabulary import Cell
from crmrules.tables.conditions import Interval
from crmrules.tables.hygiene.check import check_hygiene
from crmrules.tables.hygiene.report import Finding, HygieneReport
from crmrules.tables.hygiene.space import Column
from crmrules.tables.table import CompiledTable, build_table

TYPES: Mapping[str, Type] = {
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "date and time": DATE_TIME,
    "days and time duration": DAYS_DURATION,
    "years and months duration": MONTHS_DURATION,
}
SCOPE = Scope({"limit": NUMBER})


@cache
def compile_cell(text: str, kind: str, words: tuple[str, ...] = ()) -> CompiledTest:
    """A cell; compiled once, however many tables have it."""
    test, issues = compile_unary(text, SCOPE, input=TYPES[kind], values={w: w for w in words} or None)
    assert test is not None, (text, [i.message() for i in issues])
    return test


def number(name: str = "x", *, scale: int | None = None, bounds: str = "", nullable: bool = True) -> Column:
    return Column(
        name, "number", scale=scale, bounds=compile_cell(bounds, "number") if bounds else None, nullable=nullable
    )


def words(name: str, *values: str) -> Column:
    return Column(name, "string", values=values, words={v: v for v in values})


def flag(name: str) -> Column:
    return Column(name, "boolean", values=(True, False))


@dataclass(frozen=True)
class Made:
    """A table and what was found in it."""

    columns: Sequence[Column]
    tests: Sequence[Sequence[CompiledTest]]
    lookup: CompiledTable
    report: HygieneReport

    def brief(self) -> list[str]:
        """The findings in short."""
        return [brief(finding, [c.name for c in self.columns]) for finding in self.report.findings]


def brief(finding: Finding, names: Sequence[str]) -> str:
    parts: list[str] = [finding.kind.value]
    if finding.rows:
        parts.append(",".join(str(row) for row in finding.rows))
    if finding.region is not None:
        parts.append(" | ".join(finding.region.cells))
        if finding.region.valid_from or finding.region.valid_to:
            parts.append(f"({finding.region.valid_from}..{finding.region.valid_to})")
    elif finding.column is not None:
        parts.append(names[finding.column])
    if finding.values and finding.region is None:
        parts.append("; ".join(finding.values))
    return " ".join(parts)


def make(
    policy: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    outputs: Sequence[Any] = (),
    *,
    windows: Sequence[Interval | None] = (),
    defaults: Mapping[str, Cell] | None = None,
    **more: Any,
) -> Made:
    """Rows are cells only; outputs are the row numbers unless given."""
    hit_policy = HitPolicy(policy)
    known: dict[tuple[int, str], CompiledTest] = {}
    tests = []
    for row in rows:
        line = []
        for at, (text, column) in enumerate(zip(row, columns, strict=True)):
            if (at, text) not in known:
                known[at, text] = compile_cell(text, column.kind, tuple(column.words))
            line.append(known[at, text])
        tests.append(line)
    rules = tuple(
        Rule(
            f"R{n + 1}",
            tuple(Cell(text, Span("t.yaml", n + 1, at + 1)) for at, text in enumerate(row)),
            (),
            span=Span("t.yaml", n + 1),
        )
        for n, row in enumerate(rows)
    )
    table = DecisionTable(
        "t", Kind.CLASSIFICATION, hit_policy, tuple(Input(Cell(c.name)) for c in columns), ("out",), rules,
        defaults=defaults or {}, span=Span("t.yaml", 100),
    )  # fmt: skip
    lookup = build_table(tests, hit_policy, windows)
    report = check_hygiene(table, lookup, columns, list(outputs) or list(range(len(rows))), **more)
    return Made(columns, tests, lookup, report)
