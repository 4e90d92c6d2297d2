"""The examination of one decision table: every finding, with a witness, exact where it says anything at all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from crmrules.model.ruleset import DecisionTable, HitPolicy
from crmrules.tables.hygiene import columns as columnwise
from crmrules.tables.hygiene import rows as rowwise
from crmrules.tables.hygiene.gaps import find_gaps
from crmrules.tables.hygiene.prepare import SINGLE, Prepared, prepare
from crmrules.tables.hygiene.report import Finding, FindingKind, HygieneReport
from crmrules.tables.hygiene.search import Budget
from crmrules.tables.hygiene.space import Column
from crmrules.tables.index import bits_to_rows
from crmrules.tables.table import CompiledTable

LIMIT: Final = 100
EFFORT: Final = 3_000_000
"""Rows looked at before a search is given up; some seconds."""

_MEETING: Final = (HitPolicy.UNIQUE, HitPolicy.ANY)
_ORDERED: Final = (HitPolicy.FIRST, HitPolicy.PRIORITY)


def check_hygiene(
    table: DecisionTable,
    lookup: CompiledTable,
    columns: Sequence[Column],
    outputs: Sequence[Hashable],
    *,
    ranks: Sequence[tuple[int, ...] | None] = (),
    unused: Mapping[str, Sequence[str]] = MappingProxyType({}),
    gaps: bool | None = None,
    limit: int = LIMIT,
    effort: int = EFFORT,
) -> HygieneReport:
    """Examine a table that compiled.

    ``lookup`` is its condition side, ``columns`` what is known of each input. ``outputs`` has for each row something
    equal for rows that give the same; ``ranks`` its rank under PRIORITY, smaller first (None: hangs on the record).
    ``unused`` are allowed words, by result, that no row gives. ``gaps`` asks for gaps or not; by default they are
    looked for where one row decides and the table has no default. At most ``limit`` findings of a kind are reported,
    the others counted; ``effort`` bounds each search.
    """
    names = tuple(column.name for column in columns)
    if not table.rules:
        return HygieneReport(table.id, names, table.span)
    made = prepare(table, lookup, columns, outputs)
    collected = _Findings(limit)
    collected.take(columnwise.impossible(made))
    twins = rowwise.duplicates(made)
    collected.take(rowwise.duplicate_findings(made, twins))
    blank = columnwise.blank_columns(made)
    collected.take(columnwise.column_finding(made, column, blank=True) for column in blank)
    collected.take(columnwise.unused_results(made, unused))
    collected.take(rowwise.mergeable(made, twins))
    if table.hit_policy in _MEETING:
        collected.take(*rowwise.overlaps(made, twins, limit))
    budgets = []
    if all(axis.size for axis in made.axes):
        budgets = _searches(made, collected, twins, blank, ranks, gaps=gaps, effort=effort)
    if not collected.any(FindingKind.GAP):  # a gap says more of the values it has
        collected.take(columnwise.unused_values(made))
    if table.hit_policy in _MEETING or _wants_gaps(table, gaps):
        collected.take(_undecided(made))
    complete = not any(budget.spent_out for budget in budgets)
    return HygieneReport(table.id, names, table.span, collected.sorted(), MappingProxyType(collected.more), complete)


def _searches(
    made: Prepared,
    collected: _Findings,
    twins: Sequence[Sequence[int]],
    blank: Sequence[int],
    ranks: Sequence[tuple[int, ...] | None],
    *,
    gaps: bool | None,
    effort: int,
) -> list[Budget]:
    """What needs a search: shadowed rows, columns that change nothing, gaps. Returns the budgets that count."""
    table = made.table
    budgets = []
    if table.hit_policy in _ORDERED:
        budgets.append(Budget(effort))
        collected.take(rowwise.shadowed(made, ranks, twins, budgets[-1]))
    contested = collected.any(FindingKind.OVERLAP, FindingKind.CONFLICT)
    if table.hit_policy in SINGLE and not contested and not blank:
        order = rowwise.precedence(made, ranks)
        if len(order) == made.present.bit_count():
            idle = columnwise.idle_columns(made, order, Budget(effort // 4))
            collected.take(columnwise.column_finding(made, column, blank=False) for column in idle)
    if _wants_gaps(table, gaps):
        budgets.append(Budget(effort))
        regions, more = find_gaps(made.axes, made.pieces, budgets[-1], collected.limit)
        sets = [
            [(part,) if axis.ordered else part for axis, part in zip(made.axes, box, strict=True)] for box in regions
        ]
        found = [Finding(FindingKind.GAP, span=table.span, region=made.region(each)) for each in sets]
        collected.take(found, more)
    return budgets


def _wants_gaps(table: DecisionTable, asked: bool | None) -> bool:
    return asked if asked is not None else table.hit_policy in SINGLE and not table.defaults


def _undecided(made: Prepared) -> list[Finding]:
    rows = list(bits_to_rows(made.present & ~made.certain))
    if not rows:
        return []
    names = dict.fromkeys(made.axes[column].column.name for row in rows for column in made.opaque[row])
    return [made.finding(FindingKind.UNDECIDED, rows, values=tuple(names), span=made.table.rules[rows[0]].span)]


class _Findings:
    """Findings as they come in, the first of each kind kept and the others counted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.more: dict[FindingKind, int] = {}
        self._kept: dict[FindingKind, list[Finding]] = {}

    def take(self, findings: Iterable[Finding], more: int = 0) -> None:
        kind = None
        for finding in findings:
            kind = finding.kind
            kept = self._kept.setdefault(kind, [])
            if len(kept) < self.limit:
                kept.append(finding)
            else:
                self.more[kind] = self.more.get(kind, 0) + 1
        if more and kind is not None:
            self.more[kind] = self.more.get(kind, 0) + more

    def any(self, *kinds: FindingKind) -> bool:
        return any(self._kept.get(kind) for kind in kinds)

    def sorted(self) -> tuple[Finding, ...]:
        return tuple(
            finding for kind in FindingKind for finding in sorted(self._kept.get(kind, ()), key=lambda f: f.rows[:1])
        )
