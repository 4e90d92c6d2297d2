"""From rows of several sources to customers with their related records: duplicates, and who belongs to whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from crmrules.datasets.problems import Problems
from crmrules.datasets.rows import Rows, Values, remove
from crmrules.datasets.source import QUARANTINE
from crmrules.model.issues import Issue, Severity, issue
from crmrules.model.records import CUSTOMER_ID, Record
from crmrules.model.spans import Span

_NAMED: Final = 5  # unknown customers named in the message


def settle_duplicates(sources: Sequence[Rows], problems: Problems) -> None:
    """Rows of one entity with one key, by the later source's policy.

    ``refuse`` reports every repetition; in quarantine none of the rows is used, so that the outcome does not depend
    on their order.
    """
    seen: dict[str, tuple[Rows, int]] = {}
    drop: dict[int, set[int]] = {}
    for source in sources:
        if not source.plan.key:
            continue
        policy = source.entry.duplicates
        quarantine = source.entry.on_error == QUARANTINE
        for at, key in enumerate(source.keys):
            if key is None:
                continue
            other = seen.setdefault(key, (source, at))
            if other == (source, at):
                continue
            first, first_at = other
            if policy == "first":
                drop.setdefault(id(source), set()).add(at)
            elif policy == "last":
                drop.setdefault(id(first), set()).add(first_at)
                seen[key] = (source, at)
            else:
                severity = Severity.WARNING if quarantine else Severity.ERROR
                span = source.span(at)
                problems.row(
                    issue("D305", span, severity=severity, key=source.plan.key, found=key, first=first.span(first_at))
                )
                drop.setdefault(id(source), set()).add(at)
                if quarantine:
                    drop.setdefault(id(first), set()).add(first_at)
    for source in sources:
        gone = drop.get(id(source))
        if gone:
            remove(source, gone)
            refused = len(gone) if source.entry.duplicates == "refuse" and source.entry.on_error == QUARANTINE else 0
            source.report = replace(
                source.report, kept=len(source.rows), quarantined=source.report.quarantined + refused
            )


def attach(
    ids: Sequence[str],
    fields: Sequence[Values],
    places: Sequence[Span],
    related: Mapping[str, Sequence[Rows]],
    problems: Problems,
) -> tuple[Record, ...]:
    """Customers with their related rows, in the order of the sources; unknown customers are reported once a source.

    Of every entity in ``related`` each customer has a list, though it may be empty: what no source gives is unknown,
    what a source does not have of a customer there is none of.
    """
    known: dict[str, dict[str, list[Any]]] = {customer: {} for customer in ids}
    for entity, sources in related.items():
        for source in sources:
            if not source.plan.customer:
                continue
            unknown: dict[str, int] = {}
            for row in source.rows:
                customer = row[CUSTOMER_ID]
                if customer is None:
                    continue
                theirs = known.get(customer)
                if theirs is None:
                    unknown[customer] = unknown.get(customer, 0) + 1
                else:
                    theirs.setdefault(entity, []).append(row)
            if unknown and not problems.failed:  # customers may be missing for what was reported already
                problems.add(_unknown(entity, source, unknown))
    none: Mapping[str, Sequence[Any]] = MappingProxyType(dict.fromkeys(related, ()))
    return tuple(
        Record(customer, row, {**none, **known[customer]} if known[customer] else none, place)
        for customer, row, place in zip(ids, fields, places, strict=True)
    )


def _unknown(entity: str, source: Rows, unknown: Mapping[str, int]) -> Issue:
    names = ", ".join(list(unknown)[:_NAMED]) + (" …" if len(unknown) > _NAMED else "")
    span = Span(source.entry.location)
    return issue("D312", span, count=sum(unknown.values()), distinct=len(unknown), entity=entity, found=names)
