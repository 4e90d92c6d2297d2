"""Warnings of many customers, gathered by what and where they are, so that a plan stays readable."""

from __future__ import annotations

from dataclasses import dataclass, field

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span

SHOWN = 3
"""How many warnings of one code at one place are kept as they are."""

EXAMPLES = 5
"""How many customers a summary of the others names."""


@dataclass(slots=True)
class _Group:
    first: list[Issue] = field(default_factory=list)
    more: int = 0
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Warnings:
    """Gathers warnings; memory grows with the places that warn, not with the customers."""

    groups: dict[tuple[str, Span], _Group] = field(default_factory=dict)

    def add(self, warning: Issue, customer: str) -> None:
        """Take a warning met for a customer."""
        group = self.groups.setdefault((warning.code, warning.span), _Group())
        if len(group.first) < SHOWN:
            if warning not in group.first:
                group.first.append(warning)
            return
        group.more += 1
        if len(group.examples) < EXAMPLES and customer not in group.examples:
            group.examples.append(customer)

    def summary(self) -> tuple[Issue, ...]:
        """The first of each kind and place, then how many more there were; in the order first met."""
        result: list[Issue] = []
        for (code, span), group in self.groups.items():
            result += group.first
            if group.more:
                examples = ", ".join(group.examples)
                result.append(issue("P502", span, same=code, count=group.more, examples=examples))
        return tuple(result)
