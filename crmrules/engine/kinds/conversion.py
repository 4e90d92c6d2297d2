"""Who changed from one value to another within a window, as the customer's transitions tell.

A transition is a row of the entity of that name: ``fact``, ``from`` (blank: there was none before), ``to``, ``at``. A
customer belongs to the cohort whose value right before the window passes the first cell: the latest change before the
window gives it, else what the first change after it started from. It has converted when a change in the window leads to
a value that passes the second cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmrules.engine.cells import canonical
from crmrules.engine.instants import instant_of
from crmrules.feel.compiler import CompiledTest
from crmrules.model.values import DateTime, Value

FACT, FROM, TO, AT = "fact", "from", "to", "at"
"""The facts of a transition."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A compiled conversion. ``names`` are the spellings of the fact, ``words`` those of its values."""

    fact: str
    names: frozenset[str]
    words: Mapping[str, str]
    before: CompiledTest
    after: CompiledTest
    constants: Mapping[str, Value]

    def measure(
        self, transitions: Value, start: DateTime, end: DateTime, as_of: DateTime, zone: str
    ) -> tuple[int, int] | None:
        """1 of 1 for a customer that converted in ``[start, end)``, 0 of 1 for one that did not, 0 of 0 for one outside
        the cohort; None when the transitions do not tell. What happens after ``as_of`` is not known yet."""
        changes: list[tuple[DateTime, Value, Value]] = []
        for row in transitions if isinstance(transitions, list) else ():
            if row.get(FACT) not in self.names:
                continue
            moment = instant_of(row.get(AT), zone)
            if moment is None:
                return None
            if moment.instant <= as_of.instant:
                changes.append((moment, canonical(row.get(FROM), self.words), canonical(row.get(TO), self.words)))
        if not changes:
            return None
        changes.sort(key=lambda change: change[0].instant)
        earlier = [change for change in changes if change[0].instant < start.instant]
        value = earlier[-1][2] if earlier else changes[0][1]
        if value is None:
            return 0, 0
        member = self._passes(self.before, value)
        if member is not True:
            return None if member is None else (0, 0)
        inside = [to for at, _, to in changes if start.instant <= at.instant < end.instant]
        outcomes = [self._passes(self.after, to) for to in inside]
        if True in outcomes:
            return 1, 1
        return None if None in outcomes else (0, 1)

    def _passes(self, test: CompiledTest, value: Value) -> Value:
        return test.call({**self.constants, "?": value}, None)
