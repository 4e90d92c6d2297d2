"""Which rows of a rule set are reached by its tests, and which only by sample records."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crmrules.model.ruleset import DecisionTable, RuleSet
from crmrules.model.spans import Span


class Reach(StrEnum):
    """By what a row made a result."""

    TESTS = "tests"
    SAMPLES = "samples"  # by a sample record, and by no test
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RowCoverage:
    """One row."""

    rule: str
    span: Span
    reach: Reach


@dataclass(frozen=True, slots=True)
class TableCoverage:
    """The rows of one decision."""

    table: DecisionTable
    rows: tuple[RowCoverage, ...]

    def count(self, reach: Reach) -> int:
        """How many rows are reached so."""
        return sum(1 for row in self.rows if row.reach is reach)


@dataclass(frozen=True, slots=True)
class Coverage:
    """All decisions in the order of the document. ``sampled`` says whether sample records were asked."""

    tables: tuple[TableCoverage, ...]
    sampled: bool

    @property
    def unreached(self) -> tuple[RowCoverage, ...]:
        """The rows that nothing reaches."""
        return tuple(row for table in self.tables for row in table.rows if row.reach is Reach.NOTHING)

    @property
    def percent(self) -> int:
        """Rows reached by a test or sample, in whole per cent rounded down; 100 without rows."""
        return share(sum(len(table.rows) for table in self.tables), len(self.unreached))


def share(total: int, missing: int) -> int:
    """What is not missing, in whole per cent rounded down."""
    return (total - missing) * 100 // total if total else 100


def coverage_of(ruleset: RuleSet, tested: Collection[str], sampled: Mapping[str, int] | None = None) -> Coverage:
    """The coverage by rule ids that tests reached, and those that samples did (None: there were no samples)."""
    tables = []
    for table in ruleset.decisions.values():
        rows = tuple(
            RowCoverage(
                rule.id,
                rule.span,
                Reach.TESTS if rule.id in tested else Reach.SAMPLES if rule.id in (sampled or ()) else Reach.NOTHING,
            )
            for rule in table.rules
        )
        tables.append(TableCoverage(table, rows))
    return Coverage(tuple(tables), sampled is not None)
