"""Key figures over a dataset: one pass over the rows of each entity, whatever the number of KPIs.

A row counts when it lies in the window and the ``where`` condition is true. What cannot be told is never read as 0:
a row whose date, condition or value is unknown (or fails) is left out and counted as unknown.

- *simple*: the rows counted, or their values summed. 0 when there are rows and none counts; no data without rows.
- *cumulative*: the same, and its running total at each step of the window.
- *ratio*: numerator / denominator, each a count of the rows where it is true, or a sum of its numbers; both are taken
  over the same rows, independently of each other. A denominator of zero gives no data.
- *conversion*: a ratio over customers whose terms come from their transitions
  (:mod:`~crmrules.engine.kinds.conversion`).
- *mean*: the average. *percentile*: the nearest rank, that is the smallest value which at least that share of the
  values does not exceed (Hyndman and Fan's definition 1): always a value that occurs, exact, and defined for durations
  as for numbers.

A KPI with a window is computed over the window before it, too, in the same pass and from the same facts: what the past
is compared with is what is known of it today.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cmp_to_key
from typing import TYPE_CHECKING, Final

from crmrules.engine.instants import instant_of
from crmrules.engine.kinds.kpi_compiler import WINDOW_END, WINDOW_START, CompiledKpi
from crmrules.engine.kinds.kpi_rows import Key, Source, keys, rank
from crmrules.engine.scopes import CUSTOMER, RELATED
from crmrules.feel.builtins.comparison import le, order
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.builtins.operators import add, div, mul, negate, sub
from crmrules.model.plan import KpiResult, NoData, Rating, Trend
from crmrules.model.records import CUSTOMER_ID, Dataset
from crmrules.model.ruleset import Direction, KpiType
from crmrules.model.values import DateTime, Value, kind_of
from crmrules.timing.arithmetic import add_gap

if TYPE_CHECKING:
    from crmrules.engine.program import Program

PERIOD: Final = "period"
"""Under this name a running total's group has the day its step begins on."""

_MEASURES = frozenset({"number", "days and time duration", "years and months duration"})
_SUMS = (KpiType.SIMPLE, KpiType.CUMULATIVE)
_SHARES = (KpiType.RATIO, KpiType.CONVERSION)
_Bounds = tuple[DateTime, DateTime]


def compute_kpis(
    compiled: Program, dataset: Dataset, decided: Mapping[str, Mapping[str, Value]], as_of: DateTime
) -> tuple[KpiResult, ...]:
    """Every KPI of the rule set, in its order, each total before its groups.

    ``decided`` has each customer's derived and decided facts by the customer's id; ``as_of`` is in the rule set's zone.
    """
    kpis: tuple[CompiledKpi, ...] = compiled.compiled_kpis
    runs = [_windows(each, as_of, compiled.zone) for each in kpis]
    by_entity: defaultdict[str, list[_Run]] = defaultdict(list)
    for several in runs:
        by_entity[several[0].compiled.kpi.over] += several
    source = Source(compiled, dataset, decided, as_of)
    for entity, several in by_entity.items():
        for env, customer in source.rows(entity, [run.compiled for run in several]):
            for run in several:
                run.take(env, customer)
    return tuple(result for now, *before in runs for result in _results(now, before, source))


def _windows(compiled: CompiledKpi, as_of: DateTime, zone: str) -> list[_Run]:
    """The KPI over its window, and over the one before; over everything where it has none."""
    if compiled.window is None:
        return [_Run(compiled, as_of, zone, None)]
    return [_Run(compiled, as_of, zone, compiled.window.bounds(as_of, earlier)) for earlier in (0, 1)]


def _results(now: _Run, before: Sequence[_Run], source: Source) -> Iterator[KpiResult]:
    """The total, then the groups in order, then running totals; each beside its previous value."""
    results = now.results(source)
    earlier = before[0].results(source) if before else {}
    ended = now.bounds is None or now.bounds[1].instant <= now.as_of.instant
    compared = ended or now.compiled.kpi.type not in _SUMS
    for key, result in results.items():
        if before and PERIOD not in result.group:
            result = _beside(now.compiled, result, earlier.get(key), before[0].bounds, compared)
        yield result


# --- one KPI over one window ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Tally:
    """What has been counted for one group. ``seen`` are all its rows, ``n`` those that count; ``values`` are those to
    be ranked, ``steps`` the sums by the step of a running total."""

    seen: int = 0
    n: int = 0
    unknown: int = 0
    numerator: Value = None
    denominator: Value = None
    values: list[Value] = field(default_factory=list)
    steps: dict[int, tuple[Value, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a row adds: numerator and denominator, or value and 1; and the step it falls in."""

    above: Value
    below: Value
    step: int = 0


class _Run:
    """One KPI on its way through the rows."""

    def __init__(self, compiled: CompiledKpi, as_of: DateTime, zone: str, bounds: _Bounds | None) -> None:
        self.compiled = compiled
        self.as_of = as_of
        self.zone = zone
        self.bounds = bounds
        self.total = _Tally()
        self.groups: dict[Key, _Tally] = {}
        self.latest: dict[Key, tuple[DateTime, Mapping[str, Value], Mapping[str, Value]]] = {}
        self.steps = self._steps() if compiled.per is not None else []
        self.names: Mapping[str, Value] = {}
        if bounds is not None and compiled.bounded:
            self.names = {WINDOW_START: bounds[0], WINDOW_END: bounds[1]}

    def _steps(self) -> list[DateTime]:
        """Where the steps of a running total begin, up to ``as_of``."""
        if self.bounds is None or self.compiled.per is None:
            return []
        start, end = self.bounds
        last = min(end.instant, self.as_of.instant)
        steps = [start]
        while (at := add_gap(start, self.compiled.per, len(steps))).instant < last:
            steps.append(at)
        return steps

    def take(self, env: Mapping[str, Value], customer: Mapping[str, Value]) -> None:
        """Count a row in the total and in its groups."""
        if self.names:
            env = {**self.names, **env}
        moment = instant_of(env.get(self.compiled.kpi.window_on), self.zone) if self.compiled.kpi.window_on else None
        accepted = self._accepts(env, moment)
        if accepted and self.compiled.kpi.latest_per:
            self._keep(env, customer, moment)
        else:
            self._count(env, customer, accepted, moment)

    def _keep(self, env: Mapping[str, Value], customer: Mapping[str, Value], moment: DateTime | None) -> None:
        """Hold back a row until it is known whether it is the latest of its like; the later one of a tie is."""
        key = tuple(env.get(CUSTOMER_ID if name == CUSTOMER else name) for name in self.compiled.kpi.latest_per)
        if moment is None or None in key:
            self._count(env, customer, None, moment)
            return
        rival = self.latest.get(key)
        if rival is not None and moment.instant < rival[0].instant:
            self._count(env, customer, False, moment)
            return
        if rival is not None:
            self._count(rival[1], rival[2], False, rival[0])
        self.latest[key] = moment, env, customer

    def _count(
        self, env: Mapping[str, Value], customer: Mapping[str, Value], accepted: bool | None, moment: DateTime | None
    ) -> None:
        counted = self._measure(env, moment) if accepted else None
        known = accepted is not None and (not accepted or counted is not None)
        self._enter(self.total, known, counted)
        if self.compiled.groups:
            for key in keys(self.compiled.groups, env, customer):
                tally = self.groups.get(key)
                if tally is None:
                    tally = self.groups[key] = _Tally()
                self._enter(tally, known, counted)

    def _accepts(self, env: Mapping[str, Value], moment: DateTime | None) -> bool | None:
        """Whether the row lies in the window and fulfils the condition; None when that cannot be told."""
        inside: bool | None = True
        if self.bounds is not None and self.compiled.kpi.window_on:
            inside = None if moment is None else self.bounds[0] <= moment < self.bounds[1]
            if inside is False:
                return False
        if self.compiled.where is None:
            return inside
        met = self.compiled.where.call(env)
        if met is False:
            return False  # whenever it was, it does not count
        return inside if met is True else None

    def _measure(self, env: Mapping[str, Value], moment: DateTime | None) -> _Counted | None:
        """What the row adds; None when that is unknown."""
        compiled = self.compiled
        if compiled.conversion is not None and self.bounds is not None:
            changes = env.get(RELATED["transition"])
            terms = compiled.conversion.measure(changes, *self.bounds, self.as_of, self.zone)
            return None if terms is None else _Counted(*terms)
        if compiled.kpi.type is KpiType.RATIO:
            above = _term(compiled.numerator.call(env)) if compiled.numerator is not None else None
            below = 1 if compiled.denominator is None else _term(compiled.denominator.call(env))
            return None if above is None or below is None else _Counted(above, below)
        step = 0
        if moment is not None and self.steps:
            step = sum(start.instant <= moment.instant for start in self.steps) - 1
        if compiled.value is None:
            return _Counted(1, 1, step)
        value = compiled.value.call(env)
        return _Counted(value, 1, step) if kind_of(value) in _MEASURES else None

    def _enter(self, tally: _Tally, known: bool, counted: _Counted | None) -> None:
        tally.seen += 1
        if counted is None:
            tally.unknown += not known
            return
        above, below = counted.above, counted.below
        if self.compiled.kpi.type is KpiType.PERCENTILE:
            tally.values.append(above)
            above = None
        try:
            if tally.denominator is not None:
                above = None if above is None else add(tally.numerator, above)
                below = add(tally.denominator, below)
            if self.steps:
                so_far, n = tally.steps.get(counted.step, (None, 0))
                added = counted.above if so_far is None else add(so_far, counted.above)
                tally.steps[counted.step] = added, n + 1
        except Failure:  # a duration among numbers, or a sum beyond all numbers
            tally.unknown += 1
            return
        tally.numerator, tally.denominator = above, below
        if counted.below != 0:
            tally.n += 1

    def results(self, source: Source) -> dict[tuple[Key, int], KpiResult]:
        """The total, then the groups in order, by group and step; groups only ``groups_from`` names have no data."""
        for moment, env, customer in self.latest.values():
            self._count(env, customer, True, moment)
        self.latest = {}
        groups = {key: each for key, each in self.groups.items() if each.denominator is not None or each.unknown}
        if self.compiled.groups_from is not None:
            declared = self.compiled.groups[0].ranks
            for value in (*declared, *source.values(*self.compiled.groups_from)):
                groups.setdefault((value,), self.groups.get((value,), _Tally()))
        ranked = [((), self.total)]
        ranked += [(key, groups[key]) for key in sorted(groups, key=lambda key: rank(key, self.compiled.groups))]
        found: dict[tuple[Key, int], KpiResult] = {}
        for key, tally in ranked:
            found[key, -1] = self._result(key, tally)
        for key, tally in ranked:
            for step, result in enumerate(self._running(key, tally)):
                found[key, step] = result
        return found

    def _running(self, key: Key, tally: _Tally) -> Iterator[KpiResult]:
        """The total up to the end of each step, all from the same rows."""
        so_far = _Tally(seen=tally.seen)
        for step, start in enumerate(self.steps):
            added, n = tally.steps.get(step, (None, 0))
            if added is not None:
                so_far.numerator = added if so_far.numerator is None else add(so_far.numerator, added)
                so_far.denominator, so_far.n = 1, so_far.n + n
            result = self._result(key, so_far)
            yield replace(result, group={**result.group, PERIOD: start.date}, target=None, rating=Rating.NONE)

    def _result(self, key: Key, tally: _Tally) -> KpiResult:
        kpi = self.compiled.kpi
        value, reason = self._value(tally)
        shown = kpi.type in (*_SHARES, KpiType.MEAN)
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
            reason=reason,
        )

    def _value(self, tally: _Tally) -> tuple[Value, NoData | None]:
        try:
            value, reason = self._plain(tally)
            if value is not None and self.compiled.factor is not None:
                value = mul(value, self.compiled.factor)
        except Failure:  # numbers and durations among the values
            return None, NoData.MIXED
        return value, reason

    def _plain(self, tally: _Tally) -> tuple[Value, NoData | None]:
        """The value before the factor, and why there is none."""
        kind = self.compiled.kpi.type
        if kind in _SUMS and tally.seen and not tally.n and not tally.unknown:
            numeric = self.compiled.value is None or self.compiled.value.type.name == "number"
            return (0, None) if numeric else (None, NoData.NOTHING_COUNTS)
        if tally.denominator is None:
            missing = NoData.UNKNOWN if tally.unknown else NoData.NOTHING_COUNTS if tally.seen else NoData.NO_ROWS
            return None, missing
        if kind in _SUMS:
            return tally.numerator, None
        if tally.denominator == 0:
            return None, NoData.ZERO
        if kind is KpiType.PERCENTILE:
            return nearest_rank(tally.values, self.compiled.percentile), None
        return div(tally.numerator, tally.denominator), None


def nearest_rank(values: Sequence[Value], share: Value) -> Value:
    """The smallest of ``values`` that at least ``share`` (0 to 1) of them do not exceed."""
    ranked = sorted(values, key=cmp_to_key(order))
    return ranked[math.ceil(mul(share, len(ranked))) - 1]


# --- against the target, and against the window before ---------------------------------------------------------------


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


def _beside(
    compiled: CompiledKpi, result: KpiResult, earlier: KpiResult | None, bounds: _Bounds | None, compared: bool
) -> KpiResult:
    """The result with its previous value, and what has changed since where they may be ``compared``."""
    start, end = bounds or (None, None)
    old = earlier.value if earlier is not None else None
    result = replace(
        result, previous=old, previous_n=earlier.n if earlier is not None else 0, previous_start=start, previous_end=end
    )
    new = result.value
    if not compared or new is None or old is None:
        return result
    try:
        change = sub(new, old)
        trend = Trend.SAME
        if order(new, old):
            trend = Trend.BETTER if _reaches(compiled, new, old) else Trend.WORSE
        ratio = _over(change, old)
    except Failure:  # a number against a duration
        return result
    return replace(result, change=change, change_ratio=ratio, trend=trend)


def _over(change: Value, old: Value) -> Value:
    """The change as a share of the old value's size; None of nothing."""
    nothing = sub(old, old)
    if order(old, nothing) == 0:
        return None
    size = old if order(old, nothing) > 0 else negate(old)
    return div(change, size)


def _term(value: Value) -> Value:
    """A condition as 1 or 0, a number as it is; None for anything else."""
    if value is True or value is False:
        return int(value)
    return value if kind_of(value) == "number" else None
