"""Key figures over a dataset: one pass over the rows of each entity, whatever the number of KPIs.

A row counts when it lies in the window and the ``where`` condition is true. What cannot be told is never read as 0:
a row whose date, condition or value is unknown (or fails) is left out and counted as unknown.

- *simple*: the rows counted, or their values summed. 0 when there are rows and none counts; no data without rows.
- *ratio*: numerator / denominator, each a count of the rows where it is true, or a sum of its numbers; both are taken
  over the same rows, independently of each other. A denominator of zero gives no data.
- *mean*: the average. *percentile*: the nearest rank, that is the smallest value which at least that share of the
  values does not exceed (Hyndman and Fan's definition 1): always a value that occurs, exact, and defined for durations
  as for numbers.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from itertools import product
from typing import TYPE_CHECKING, Any

from crmrules.engine.decide import apply_defaults, derive_row, environment
from crmrules.engine.instants import instant_of
from crmrules.engine.kinds.kpi_compiler import CompiledKpi, GroupFact
from crmrules.engine.scopes import AS_OF, CUSTOMER
from crmrules.feel.builtins._base import Failure
from crmrules.feel.builtins.comparison import le, order
from crmrules.feel.builtins.operators import add, div, mul
from crmrules.model.decision import NO_HISTORY
from crmrules.model.plan import KpiResult, Rating
from crmrules.model.records import CUSTOMER_ID, Dataset, Record
from crmrules.model.ruleset import Direction, KpiType
from crmrules.model.values import DateTime, Value, kind_of

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet

_MEASURES = frozenset({"number", "days and time duration", "years and months duration"})
_Key = tuple[Value, ...]


def compute_kpis(
    compiled: CompiledRuleSet, dataset: Dataset, decided: Mapping[str, Mapping[str, Value]], as_of: DateTime
) -> tuple[KpiResult, ...]:
    """Every KPI of the rule set, in its order, each total before its groups.

    ``decided`` has each customer's derived and decided facts by the customer's id; ``as_of`` is in the rule set's zone.
    """
    kpis: tuple[CompiledKpi, ...] = compiled.compiled_kpis
    runs = [_Run(each, as_of, compiled.zone) for each in kpis]
    by_entity: defaultdict[str, list[_Run]] = defaultdict(list)
    for run in runs:
        by_entity[run.compiled.kpi.over].append(run)
    source = _Source(compiled, dataset, decided, as_of)
    for entity, several in by_entity.items():
        for env, customer in source.rows(entity, several):
            for run in several:
                run.take(env, customer)
    return tuple(result for run in runs for result in run.results(source))


# --- rows -----------------------------------------------------------------------------------------------------------


class _Source:
    """Rows as KPI expressions read them."""

    def __init__(
        self,
        compiled: CompiledRuleSet,
        dataset: Dataset,
        decided: Mapping[str, Mapping[str, Value]],
        as_of: DateTime,
    ) -> None:
        self.compiled = compiled
        self.dataset = dataset
        self.decided = decided
        self.as_of = as_of

    def rows(self, entity: str, runs: Sequence[_Run]) -> Iterator[tuple[Mapping[str, Value], Mapping[str, Value]]]:
        """Each row of an entity with what its expressions read, and its customer's facts (empty when not needed)."""
        reads = frozenset().union(*(run.compiled.reads for run in runs))
        if entity == CUSTOMER:
            related = not reads.isdisjoint(self.compiled.related.values())
            for record in self.dataset.customers:
                env = self._customer(record, related)
                yield env, env
            return
        wanted = CUSTOMER in reads or any(group.of_customer for run in runs for group in run.compiled.groups)
        customers = {record.id: self._customer(record, False) for record in self.dataset.customers} if wanted else {}
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
            for value in _each(row.get(fact)):
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


# --- one KPI --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """What has been counted for one group. ``seen`` are all its rows, ``n`` those that count."""

    seen: int = 0
    n: int = 0
    unknown: int = 0
    numerator: Value = None
    denominator: Value = None
    values: list[Value] = field(default_factory=list)


class _Run:
    """One KPI on its way through the rows."""

    def __init__(self, compiled: CompiledKpi, as_of: DateTime, zone: str) -> None:
        self.compiled = compiled
        self.zone = zone
        self.total = _Tally()
        self.groups: dict[_Key, _Tally] = {}
        self.bounds = compiled.window.bounds(as_of) if compiled.window is not None else None

    def take(self, env: Mapping[str, Value], customer: Mapping[str, Value]) -> None:
        """Count a row in the total and in its groups."""
        accepted = self._accepts(env)
        counted = self._measure(env) if accepted else None
        known = accepted is not None and (not accepted or counted is not None)
        self._enter(self.total, known, counted)
        if self.compiled.groups:
            for key in _keys(self.compiled.groups, env, customer):
                tally = self.groups.get(key)
                if tally is None:
                    tally = self.groups[key] = _Tally()
                self._enter(tally, known, counted)

    def _accepts(self, env: Mapping[str, Value]) -> bool | None:
        """Whether the row lies in the window and fulfils the condition; None when that cannot be told."""
        inside: bool | None = True
        if self.bounds is not None:
            moment = instant_of(env.get(self.compiled.kpi.window_on), self.zone)
            inside = None if moment is None else self.bounds[0] <= moment < self.bounds[1]
            if inside is False:
                return False
        if self.compiled.where is None:
            return inside
        met = self.compiled.where.call(env)
        if met is False:
            return False  # whenever it was, it does not count
        return inside if met is True else None

    def _measure(self, env: Mapping[str, Value]) -> tuple[Value, Value] | None:
        """What the row adds: numerator and denominator, or value and 1; None when that is unknown."""
        compiled = self.compiled
        if compiled.kpi.type is KpiType.RATIO:
            above = _count(compiled.numerator.call(env)) if compiled.numerator is not None else None
            below = 1 if compiled.denominator is None else _count(compiled.denominator.call(env))
            return None if above is None or below is None else (above, below)
        if compiled.value is None:
            return 1, 1
        value = compiled.value.call(env)
        return (value, 1) if kind_of(value) in _MEASURES else None

    def _enter(self, tally: _Tally, known: bool, counted: tuple[Value, Value] | None) -> None:
        tally.seen += 1
        if counted is None:
            tally.unknown += not known
            return
        above, below = counted
        if self.compiled.kpi.type is KpiType.PERCENTILE:
            tally.values.append(above)
            above = None
        try:
            if tally.denominator is not None:
                above = None if above is None else add(tally.numerator, above)
                below = add(tally.denominator, below)
        except Failure:  # a duration among numbers, or a sum beyond all numbers
            tally.unknown += 1
            return
        tally.numerator, tally.denominator = above, below
        if self.compiled.denominator is None or counted[1] != 0:
            tally.n += 1

    def results(self, source: _Source) -> Iterator[KpiResult]:
        """The total, then the groups in order; groups that only ``groups_from`` names have no data."""
        yield self._result((), self.total)
        groups = {key: each for key, each in self.groups.items() if each.denominator is not None or each.unknown}
        if self.compiled.groups_from is not None:
            declared = self.compiled.groups[0].ranks
            for value in (*declared, *source.values(*self.compiled.groups_from)):
                groups.setdefault((value,), self.groups.get((value,), _Tally()))
        for key in sorted(groups, key=self._rank):
            yield self._result(key, groups[key])

    def _rank(self, key: _Key) -> tuple[Any, ...]:
        """Allowed values in their order, then other values by kind and size, then unknown."""
        ranks = []
        for value, group in zip(key, self.compiled.groups, strict=True):
            rank = group.ranks.get(value) if isinstance(value, str) else None
            if value is None:
                ranks.append((2, 0, "", _NOTHING))
            elif rank is not None:
                ranks.append((0, rank, "", _NOTHING))
            else:
                ranks.append((1, 0, kind_of(value), _Ordered(value)))
        return tuple(ranks)

    def _result(self, key: _Key, tally: _Tally) -> KpiResult:
        kpi = self.compiled.kpi
        value = self._value(tally)
        shown = kpi.type in (KpiType.RATIO, KpiType.MEAN)
        start, end = self.bounds or (None, None)
        return KpiResult(
            kpi=kpi.id,
            label=kpi.label,
            group={group.key: each for group, each in zip(self.compiled.groups, key, strict=False)},
            value=value,
            n=tally.n,
            rating=_rating(self.compiled, value),
            unit=kpi.unit,
            numerator=tally.numerator if shown else None,
            denominator=tally.denominator if shown else None,
            target=self.compiled.target,
            direction=kpi.direction,
            window_start=start,
            window_end=end,
            place=kpi.span,
            unknown=tally.unknown,
        )

    def _value(self, tally: _Tally) -> Value:
        kind = self.compiled.kpi.type
        try:
            if kind is KpiType.SIMPLE:
                if tally.n or not tally.seen or tally.unknown:
                    return tally.numerator
                numeric = self.compiled.value is None or self.compiled.value.type.name == "number"
                return 0 if numeric else None
            if tally.denominator is None or tally.denominator == 0:
                return None
            if kind is KpiType.PERCENTILE:
                return nearest_rank(tally.values, self.compiled.percentile)
            return div(tally.numerator, tally.denominator)
        except Failure:  # numbers and durations among the values
            return None


def nearest_rank(values: Sequence[Value], share: Value) -> Value:
    """The smallest of ``values`` that at least ``share`` (0 to 1) of them do not exceed."""
    ranked = sorted(values, key=cmp_to_key(order))
    return ranked[math.ceil(mul(share, len(ranked))) - 1]


def _rating(compiled: CompiledKpi, value: Value) -> Rating:
    if value is None:
        return Rating.NO_DATA
    if compiled.target is None:
        return Rating.NONE
    if _reaches(compiled, value, compiled.target):
        return Rating.GREEN
    if compiled.amber is not None and _reaches(compiled, value, compiled.amber):
        return Rating.AMBER
    return Rating.RED


def _reaches(compiled: CompiledKpi, value: Value, bound: Value) -> bool:
    higher = compiled.kpi.direction is Direction.HIGHER
    try:
        return (le(bound, value) if higher else le(value, bound)) is True
    except Failure:  # a number against a duration reaches nothing
        return False


def _count(value: Value) -> Value:
    """A condition as 1 or 0, a number as it is; None for anything else."""
    if value is True or value is False:
        return int(value)
    return value if kind_of(value) == "number" else None


def _keys(
    groups: Sequence[GroupFact], env: Mapping[str, Value], customer: Mapping[str, Value]
) -> list[_Key] | Iterator[_Key]:
    """The groups of a row: one, or one for each item of a list (tags)."""
    if len(groups) == 1:
        group = groups[0]
        value = (customer if group.of_customer else env).get(group.fact)
        if not isinstance(value, list):
            return [(value,)]
    return product(*(dict.fromkeys(_each((customer if g.of_customer else env).get(g.fact))) for g in groups))


def _each(value: Value) -> Sequence[Value]:
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
