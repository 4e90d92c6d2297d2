"""DMN's hit policies: which of the rows that matched give the result, and what it is.

Everything here is a pure function of row numbers and outputs, so rule sets and DMN files share one meaning. Outputs are
asked for lazily: only rows that take part in the result are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import DecimalException
from typing import NamedTuple

from crmrules.feel.builtins.comparison import order, same
from crmrules.feel.builtins.declare import Failure
from crmrules.model.numbers import FEEL_CONTEXT, fit
from crmrules.model.ruleset import HitPolicy
from crmrules.model.values import Value, kind_of

Outputs = Callable[[int], Sequence[Value]]
"""Row number → its outputs, in the order of the table's output columns."""

AGGREGATES = frozenset({HitPolicy.SUM, HitPolicy.MIN, HitPolicy.MAX, HitPolicy.COUNT})
"""Policies that make one number (or extreme) of a single output column."""


class Outcome(NamedTuple):
    """What a table gives.

    ``columns`` holds one value per output column: the value itself, a list for C, R and O, the aggregate for
    C+ C< C> C#. ``rows`` are the rows that make the result, in the result's order; ``records`` their outputs, row
    by row. ``conflict`` names rows that contradict each other (UNIQUE: all that match, ANY: the first and each that
    differs from it); the result is null then. ``failed``: an aggregate could not be formed of the outputs.
    """

    columns: tuple[Value, ...]
    rows: tuple[int, ...] = ()
    records: tuple[tuple[Value, ...], ...] = ()
    conflict: tuple[int, ...] = ()
    used_default: bool = False
    failed: bool = False


def apply_hit_policy(
    policy: HitPolicy,
    hits: Sequence[int],
    outputs: Outputs,
    width: int,
    *,
    priorities: Sequence[Sequence[Value]] = (),
    defaults: Mapping[int, Value] | None = None,
) -> Outcome:
    """Make the result of a table whose rows ``hits`` (ascending) matched.

    ``width`` is the number of output columns. ``priorities`` has each column's allowed values, highest first (empty: no
    order); it may be left out for policies other than P and O. ``defaults`` maps a column to its default value and
    is the result when nothing matched, under every policy; columns without one are null.
    """
    if not hits:
        return _without_hits(policy, width, defaults)
    if policy is HitPolicy.UNIQUE and len(hits) > 1:
        return Outcome((None,) * width, conflict=tuple(hits))
    if policy in (HitPolicy.UNIQUE, HitPolicy.FIRST):
        return _one(hits[0], tuple(outputs(hits[0])))
    if policy is HitPolicy.COUNT:
        return Outcome((len(hits),) * width, tuple(hits))
    found = [(row, tuple(outputs(row))) for row in hits]
    if policy is HitPolicy.ANY:
        first = found[0][1]
        differing = tuple(row for row, record in found if not _all_same(record, first))
        if differing:
            return Outcome((None,) * width, conflict=(hits[0], *differing))
        return _one(*found[0])
    if policy is HitPolicy.PRIORITY:
        return _one(*min(found, key=lambda entry: output_rank(entry[1], priorities)))
    if policy is HitPolicy.OUTPUT_ORDER:
        found.sort(key=lambda entry: output_rank(entry[1], priorities))  # stable: ties stay in rule order
    rows = tuple(row for row, _ in found)
    records = tuple(record for _, record in found)
    listed = tuple([record[column] for record in records] for column in range(width))
    if policy.many:
        return Outcome(listed, rows, records)
    columns = tuple(_AGGREGATE[policy](values) for values in listed)
    return Outcome(columns, rows, records, failed=None in columns)


def _one(row: int, record: tuple[Value, ...]) -> Outcome:
    return Outcome(record, (row,), (record,))


def _without_hits(policy: HitPolicy, width: int, defaults: Mapping[int, Value] | None) -> Outcome:
    if defaults:
        columns = tuple([defaults.get(column) for column in range(width)])
        return Outcome(columns, records=(columns,), used_default=True)
    if policy.many:
        return Outcome(tuple([] for _ in range(width)))
    return Outcome((0 if policy is HitPolicy.COUNT else None,) * width)


def output_rank(record: Sequence[Value], priorities: Sequence[Sequence[Value]]) -> tuple[int, ...]:
    """Where outputs stand in their columns' allowed values, left to right; smaller is higher.

    A value that is not listed comes after all that are; a column without a list does not take part.
    """
    return tuple(_position(value, allowed) for value, allowed in zip(record, priorities, strict=False))


def _position(value: Value, allowed: Sequence[Value]) -> int:
    for position, each in enumerate(allowed):
        if same(value, each):
            return position
    return len(allowed)


def to_feel(outcome: Outcome, policy: HitPolicy, names: Sequence[str]) -> Value:
    """The result as DMN shows it: one output its value, several a context by name; a list of those for C, R and O."""
    if outcome.used_default or not policy.many:
        if len(names) == 1:
            return outcome.columns[0]
        if not outcome.rows and not outcome.used_default and policy not in AGGREGATES:
            return None  # no row, or a conflict: null, not a context of nulls
        return dict(zip(names, outcome.columns, strict=True))
    if len(names) == 1:
        return outcome.columns[0]
    return [dict(zip(names, record, strict=True)) for record in outcome.records]


def _all_same(left: Sequence[Value], right: Sequence[Value]) -> bool:
    return all(map(same, left, right))


def total(values: Sequence[Value]) -> Value:
    """The sum of numbers, to 34 digits; null when there are none, one is no number, or the sum is beyond range."""
    if not values or any(kind_of(value) != "number" for value in values):
        return None
    result: Value = 0
    try:
        for value in values:
            result = result + value if type(result) is int is type(value) else FEEL_CONTEXT.add(result, value)
        return fit(result)
    except (DecimalException, OverflowError, ValueError):
        return None


def extreme(values: Sequence[Value], *, largest: bool) -> Value:
    """The smallest or largest of values of one ordered kind, the first of equals; null without an order."""
    if not values or values[0] is None:
        return None
    best, wanted = values[0], 1 if largest else -1
    try:
        order(best, best)  # a single value must be of an ordered kind, too
        for value in values[1:]:
            if order(value, best) == wanted:
                best = value
    except Failure:
        return None
    return best


_AGGREGATE: Mapping[HitPolicy, Callable[[Sequence[Value]], Value]] = {
    HitPolicy.SUM: total,
    HitPolicy.MIN: lambda values: extreme(values, largest=False),
    HitPolicy.MAX: lambda values: extreme(values, largest=True),
}
