"""What runs left of customers' values, as records that KPIs read beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crmrules.model.records import CUSTOMER_ID, Dataset, Row

TRANSITION = "transition"
"""The entity whose rows are changes of a customer's decided value."""


def with_transitions(dataset: Dataset, rows: Sequence[Row]) -> Dataset:
    """The dataset with ``rows`` as transitions of its customers. Of a fact whose transitions the data bring, theirs
    stand alone; rows of customers that the data do not have are left out."""
    own = dataset.entities.get(TRANSITION, ())
    told = {row.get("fact") for row in own}
    known = {record.id for record in dataset.customers}
    fresh = [row for row in rows if row.get("fact") not in told and row[CUSTOMER_ID] in known]
    by_customer: dict[str, list[Row]] = {}
    for row in fresh:
        by_customer.setdefault(row[CUSTOMER_ID], []).append(row)
    customers = [
        replace(each, related=_joined(each.related, by_customer.get(each.id, ()))) for each in dataset.customers
    ]
    return replace(dataset, customers=customers, entities={**dataset.entities, TRANSITION: [*own, *fresh]})


def _joined(related: Mapping[str, Sequence[Row]], rows: Sequence[Row]) -> dict[str, Sequence[Row]]:
    return {**related, TRANSITION: [*related.get(TRANSITION, ()), *rows]}
