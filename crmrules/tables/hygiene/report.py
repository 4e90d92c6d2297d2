"""What an examination of a decision table finds: plain frozen data, in the table's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from crmrules.model.spans import NOWHERE, Span
from crmrules.model.values import Value


class FindingKind(StrEnum):
    """What is the matter. The words are those of ``crmrules check --fail-on``."""

    GAP = "gap"  # no row covers a region
    OVERLAP = "overlap"  # UNIQUE: rows share a region
    CONFLICT = "conflict"  # ANY: rows share a region and give different results
    SHADOWED = "shadowed"  # FIRST, PRIORITY: others always come first
    DUPLICATE = "duplicate"  # rows with the same conditions
    IMPOSSIBLE = "impossible"  # a cell that accepts no value the column can have
    MERGEABLE = "mergeable"  # rows that could be one row
    UNUSED_COLUMN = "unused-column"  # a condition column that never matters
    UNUSED_VALUE = "unused-value"  # an allowed value that no condition names, or no result gives
    UNDECIDED = "undecided"  # rows or regions about which nothing can be said


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the space of inputs: a FEEL cell for each condition column (``-``: any), ready to be a row's.

    ``witness`` is one point of it, a value per column (for a column that is an expression: its value). ``valid_from``
    and ``valid_to`` are blank unless the region exists on some days only.
    """

    cells: tuple[str, ...]
    witness: tuple[Value, ...]
    valid_from: str = ""
    valid_to: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    ``rows`` are row numbers from 0, ``ids`` and ``span`` those of the rule or column concerned. What they mean hangs
    on the kind: OVERLAP and CONFLICT have a row and all that meet it; SHADOWED the row, then those that take its
    place; DUPLICATE and MERGEABLE all the rows. ``region`` is the gap, where the first two rows meet, or the merged
    row; ``column`` the input's number (UNUSED_VALUE: None for a result), ``fact`` its name, ``values`` the words not
    used. ``same`` tells duplicates with equal results and all-blank columns from the others.
    """

    kind: FindingKind
    rows: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    span: Span = NOWHERE
    region: Region | None = None
    column: int | None = None
    fact: str = ""
    values: tuple[str, ...] = ()
    same: bool = False


@dataclass(frozen=True, slots=True)
class HygieneReport:
    """All findings of one table, by kind, then row.

    ``columns`` are the condition columns' names. ``more`` counts, by kind, what was found beyond the reported. With
    ``complete`` false the table is too entangled: the search for gaps or shadowed rows was given up, and there may be
    more than the report tells; what it tells is right all the same.
    """

    table: str
    columns: tuple[str, ...]
    span: Span = NOWHERE
    findings: tuple[Finding, ...] = ()
    more: Mapping[FindingKind, int] = field(default_factory=lambda: MappingProxyType({}))
    complete: bool = True

    def of(self, kind: FindingKind) -> tuple[Finding, ...]:
        """The findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind is kind)
