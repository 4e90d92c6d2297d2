"""What a plan counts besides its actions: decided values, and customers for whom something was unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crmrules.engine.steps import ClassificationBody, ExperimentStep, TableStep
from crmrules.model.decision import Decision

if TYPE_CHECKING:
    from crmrules.engine.program import Program

_NO_VALUE = ""


def counted_facts(compiled: Program) -> dict[str, tuple[str, ...]]:
    """Facts given by tables and experiments whose values are text → their allowed words."""
    result: dict[str, tuple[str, ...]] = {}
    for step in compiled.steps:
        if isinstance(step, TableStep) and isinstance(step.body, ClassificationBody):
            for fact in step.body.facts:
                if fact.type in ("string", "list<string>"):
                    result[fact.name] = tuple(allowed.value for allowed in fact.values)
        elif isinstance(step, ExperimentStep):
            result[step.experiment.fact] = step.arms
    return result


@dataclass(slots=True)
class Counts:
    """How many customers have which value of the decided facts, and for how many something was unknown."""

    facts: Mapping[str, tuple[str, ...]]
    customers: int = 0
    values: dict[str, Counter[str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, decision: Decision) -> None:
        """Count one customer; each tag of a list counts, a customer without any counts as without a value."""
        self.customers += 1
        for name in self.facts:
            value = decision.values.get(name)
            words = value if isinstance(value, list) else [value]
            counter = self.values.setdefault(name, Counter())
            for word in {word if isinstance(word, str) else _NO_VALUE for word in words} or {_NO_VALUE}:
                counter[word] += 1
        self.unknown.update(decision.unknown)

    def distribution(self) -> dict[str, dict[str, int]]:
        """Fact → value → customers: allowed words in their order, then others by name, then those without a value."""
        result: dict[str, dict[str, int]] = {}
        for name, allowed in self.facts.items():
            counter = self.values.get(name, Counter())
            others = sorted(word for word in counter if word not in allowed and word != _NO_VALUE)
            words = [*(word for word in allowed if word in counter), *others]
            words += [_NO_VALUE] if _NO_VALUE in counter else []
            result[name] = {word: counter[word] for word in words}
        return result
