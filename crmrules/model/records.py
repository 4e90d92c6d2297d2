"""Customer records and what surrounds them, as rules see them. All values are FEEL values
(:mod:`crmrules.model.values`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmrules.model.spans import NOWHERE, Span

if TYPE_CHECKING:
    from crmrules.model.issues import Issue

Row = Mapping[str, Any]
"""One record of an entity: fact name → value; an absent key is unknown."""

CUSTOMER_ID = "customer_id"
"""Key under which a row of a related entity holds the id (text) of its customer; None where it names none."""


@dataclass(frozen=True, slots=True)
class Record:
    """One customer: its own facts, and its related records by entity name (``order``, ``interaction`` …).

    An entity that is absent is unknown; one with an empty list has no records.
    """

    id: str
    fields: Row
    related: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    origin: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What reading one source did: rows read, kept, filtered out by its ``where``, quarantined; encoding used; columns
    that nothing takes."""

    entity: str
    file: str
    read: int = 0
    kept: int = 0
    filtered: int = 0
    quarantined: int = 0
    encoding: str = ""
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """All records of one evaluation.

    ``customers`` in the order read; ``entities`` holds every row of every entity (KPIs count rows that belong to
    no customer, too); ``issues`` what was wrong and tolerated by the declared policy; ``reports`` one per source.
    """

    customers: Sequence[Record]
    entities: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()
    reports: tuple[SourceReport, ...] = ()
