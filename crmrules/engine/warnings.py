"""Warnings of many customers, gathered by what and where they are, so that a plan stays readable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span

SHOWN = 3
"""How many warnings of one code at one place are kept as they are."""

EXAMPLES = 5
"""How many customers a summary of the others names."""

CONFLICTS = frozenset({"T101", "T102", "T103"})
"""Rows that contradict each other, or cannot be added up: the table gives no value. All customers of one such set of
rows make one warning, which counts them."""


@dataclass(slots=True)
class _Group:
    first: list[Issue] = field(default_factory=list)
    more: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Warnings:
    """Gathers warnings; memory grows with the places that warn, not with the customers."""

    groups: dict[tuple[str, Span, str], _Group] = field(default_factory=dict)

    def add(self, warning: Issue, customer: str) -> None:
        """Take a warning met for a customer."""
        rows = warning.params.get("rows", "") if warning.code in CONFLICTS else ""
        group = self.groups.setdefault((warning.code, warning.span, rows), _Group())
        if rows:
            group.first = group.first or [warning]
        elif len(group.first) < SHOWN:
            if warning not in group.first:
                group.first.append(warning)
            return
        group.more += 1
        if len(group.examples) < EXAMPLES and customer not in group.examples:
            group.examples.append(customer)

    def summary(self) -> tuple[Issue, ...]:
        """The first of each kind and place, then how many more there were; in the order first met."""
        result: list[Issue] = []
        for (code, span, rows), group in self.groups.items():
            examples = ", ".join(group.examples)
            if rows:
                more = " …" if group.more > len(group.examples) else ""
                params = {**group.first[0].params, "affected": f"{group.more:,} ({examples}{more})"}
                result.append(replace(group.first[0], params=MappingProxyType(params)))
                continue
            result += group.first
            if group.more:
                result.append(issue("P502", span, same=code, count=group.more, examples=examples))
        return tuple(result)


def conflicting_tables(warnings: Iterable[Issue]) -> set[str]:
    """The tables that gave no value because rows of theirs contradict each other."""
    return {each.params["table"] for each in warnings if each.code in CONFLICTS}
