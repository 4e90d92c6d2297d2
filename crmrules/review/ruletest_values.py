"""Values on both sides of what a condition accepts, and values as a test's cell says them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crmrules.feel.builtins.comparison import order
from crmrules.feel.shapes import Anything, Intervals, IsNull, Points, Shape, Union
from crmrules.model.durations import NANOS, DaysDuration, MonthsDuration
from crmrules.model.numbers import fit, plain
from crmrules.model.temporal import Date, DateTime, clock_text
from crmrules.model.values import Range, Value
from crmrules.model.vocabulary import Fact


@dataclass(frozen=True, slots=True)
class Probe:
    """A value to try. ``inside`` says whether the condition accepts it; ``bound`` whether it lies at a boundary."""

    value: Value
    inside: bool
    bound: bool = False


def probes(shape: Shape, fact: Fact) -> list[Probe] | None:
    """The values worth trying on a condition of ``fact``, accepted ones first; None when its shape is not known."""
    parts = shape.parts if isinstance(shape, Union) else (shape,)
    found: list[Probe] = []
    for part in parts:
        match part:
            case Points(values=values, negated=False):
                found += [Probe(value, True) for value in values]
            case Points(values=values):
                found += [Probe(value, True) for value in _others(values, fact)]
                found += [Probe(value, False) for value in values]
            case Intervals(ranges=ranges):
                found += [probe for each in ranges for probe in _around(each, fact)]
            case IsNull(negated=negated):
                found.append(Probe(None, not negated))
                if negated:
                    found += [Probe(value, True) for value in _others((), fact)]
            case Anything():
                pass
            case _:
                return None
    return sorted(found, key=lambda probe: not probe.inside)


def _others(values: tuple[Value, ...], fact: Fact) -> list[Value]:
    """Values that are none of ``values``."""
    if fact.values:
        return [allowed.value for allowed in fact.values if allowed.value not in values]
    if fact.type == "boolean":
        return [value for value in (True, False) if value not in values]
    if fact.type == "number":
        numbers = [value for value in values if isinstance(value, int | Decimal)]
        return [max(numbers, default=0) + 1]
    if fact.type == "string":
        return ["x" if "x" not in values else "y"]
    return []


def _around(each: Range, fact: Fact) -> Iterator[Probe]:
    """Both sides of each end of a range."""
    for end, included, outwards in ((each.start, each.start_included, -1), (each.end, each.end_included, 1)):
        if end is None:
            continue
        inner = end if included else step(end, -outwards, fact)
        outer = step(end, outwards, fact) if included else end
        if inner is not None and _lies_in(inner, each):
            yield Probe(inner, True, True)
        if outer is not None:
            yield Probe(outer, False, True)


def _lies_in(value: Value, each: Range) -> bool:
    """Whether the inner side of one end is not beyond the other."""
    below = each.start is not None and (order(value, each.start) or 0) < (0 if each.start_included else 1)
    above = each.end is not None and (order(value, each.end) or 0) > (0 if each.end_included else -1)
    return not below and not above


def step(value: Value, direction: int, fact: Fact) -> Value:
    """The nearest other value that the fact can have, upwards (1) or downwards (-1); None for kinds without one.

    Numbers go by the fact's scale (0.01 for scale 2; without a scale by the last digit written, whole numbers by 1),
    dates by a day, instants by a second, durations by a second or a month.
    """
    if isinstance(value, bool):
        return None
    match value:
        case int() | Decimal():
            exponent = Decimal(value).as_tuple().exponent
            digits = fact.scale if fact.scale is not None else max(0, -exponent) if isinstance(exponent, int) else 0
            return fit(Decimal(value) + direction * Decimal(1).scaleb(-digits))
        case Date():
            return Date.of_days(value.days + direction)
        case DateTime():
            return value.plus_nanos(direction * NANOS)
        case DaysDuration():
            return DaysDuration(value.nanos + direction * NANOS)
        case MonthsDuration():
            return MonthsDuration(value.months + direction)
        case _:
            return None


def value_text(value: Value) -> str:
    """A value as the cell of a test says it; instants on the rule set's clock."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return plain(Decimal(value))
        case DateTime():
            clock = clock_text(value.time.nanos).removesuffix(":00")
            return str(value.date) if clock == "00:00" else f"{value.date}T{clock}"
        case list():
            if value and all(isinstance(item, str) for item in value):
                return "、".join(value)
            return f"[{', '.join(value_text(item) for item in value)}]"
        case _:
            return str(value)
