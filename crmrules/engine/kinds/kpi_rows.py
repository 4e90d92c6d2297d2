"""What KPIs read: rows with their derived facts and customers, and the groups that rows belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from crmrules.engine.decide import apply_defaults, derive_row, environment
from crmrules.engine.kinds.kpi_compiler import CompiledKpi, GroupFact
from crmrules.engine.scopes import AS_OF, CUSTOMER
from crmrules.feel.builtins.comparison import order
from crmrules.feel.builtins.declare import Failure
from crmrules.model.decision import NO_HISTORY
from crmrules.model.records import CUSTOMER_ID, Dataset, Record
from crmrules.model.values import DateTime, Value, kind_of

if TYPE_CHECKING:
    from crmrules.engine.program import Program

Key = tuple[Value, ...]
"""One value for each fact that a KPI is grouped by."""


class Source:
    """Rows as KPI expressions read them."""

    def __init__(
        self,
        compiled: Program,
        dataset: Dataset,
        decided: Mapping[str, Mapping[str, Value]],
        as_of: DateTime,
    ) -> None:
        self.compiled = compiled
        self.dataset = dataset
        self.decided = decided
        self.as_of = as_of

    def rows(
        self, entity: str, kpis: Sequence[CompiledKpi]
    ) -> Iterator[tuple[Mapping[str, Value], Mapping[str, Value]]]:
        """Each row of an entity with what its expressions read, and its customer's facts (empty when not needed)."""
        reads = frozenset().union(*(kpi.reads for kpi in kpis))
        if entity == CUSTOMER:
            related = not reads.isdisjoint(self.compiled.related.values())
            for record in self.dataset.customers:
                env = self._customer(record, related)
                yield env, env
            return
        wanted = CUSTOMER in reads or any(group.of_customer for kpi in kpis for group in kpi.groups)
        related = any(kpi.customer_rows for kpi in kpis)
        customers = {each.id: self._customer(each, related) for each in self.dataset.customers} if wanted else {}
        steps = next((each.steps for each in self.compiled.row_facts if each.entity == entity), ())
        for row in self.dataset.entities.get(entity, ()):
            customer = customers.get(row.get(CUSTOMER_ID) or "", {}) if wanted else {}
            env = derive_row(steps, row, self.as_of) if steps else dict(row)
            env[AS_OF] = self.as_of
            if CUSTOMER in reads:
                env[CUSTOMER] = customer or None
            yield env, customer

    def values(self, entity: str, fact: str) -> list[Value]:
        """The known values of an entity's fact, each once, in the order met."""
        found: dict[Value, None] = {}
        if entity == CUSTOMER:
            rows: Iterator[Mapping[str, Value]] = (self._customer(each, False) for each in self.dataset.customers)
        else:
            steps = next((each.steps for each in self.compiled.row_facts if each.entity == entity), ())
            rows = (derive_row(steps, each, self.as_of) for each in self.dataset.entities.get(entity, ()))
        for row in rows:
            for value in each_of(row.get(fact)):
                if value is not None:
                    found[value] = None
        return list(found)

    def _customer(self, record: Record, related: bool) -> dict[str, Value]:
        env: dict[str, Value]
        if related:
            env = environment(self.compiled, record, self.as_of, NO_HISTORY)
        else:
            env = {**record.fields, AS_OF: self.as_of}
        apply_defaults(self.compiled, env)
        env.update(self.decided.get(record.id, {}))
        return env


# --- groups ---------------------------------------------------------------------------------------------------------


def keys(groups: Sequence[GroupFact], env: Mapping[str, Value], customer: Mapping[str, Value]) -> Sequence[Key]:
    """The groups of a row: one, or one for each item of a list (tags)."""
    if len(groups) == 1:
        group = groups[0]
        value = (customer if group.of_customer else env).get(group.fact)
        if not isinstance(value, list):
            return [(value,)]
    values = ((customer if group.of_customer else env).get(group.fact) for group in groups)
    return list(product(*(dict.fromkeys(each_of(value)) for value in values)))


def rank(key: Key, groups: Sequence[GroupFact]) -> tuple[Any, ...]:
    """What groups are sorted by: allowed values in their order, then other values by kind and size, then unknown."""
    ranks = []
    for value, group in zip(key, groups, strict=True):
        declared = group.ranks.get(value) if isinstance(value, str) else None
        if value is None:
            ranks.append((2, 0, "", _NOTHING))
        elif declared is not None:
            ranks.append((0, declared, "", _NOTHING))
        else:
            ranks.append((1, 0, kind_of(value), _Ordered(value)))
    return tuple(ranks)


def each_of(value: Value) -> Sequence[Value]:
    """The items of a list (none: unknown), or the value alone."""
    return (value or [None]) if isinstance(value, list) else (value,)


class _Ordered:
    """A value that sorts as the language orders it, by its text where it has no order (booleans)."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ordered) and self._compare(other) == 0

    def __lt__(self, other: _Ordered) -> bool:
        return self._compare(other) < 0

    __hash__ = None  # type: ignore[assignment]

    def _compare(self, other: _Ordered) -> int:
        try:
            return order(self.value, other.value)
        except Failure:
            left, right = str(self.value), str(other.value)
            return (left > right) - (left < right)


_NOTHING = _Ordered("")
