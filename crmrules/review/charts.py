"""The geometry of the report's charts: percentages and texts, drawn as inline SVG by the template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crmrules.model.plan import ActionPlan, KpiResult
from crmrules.model.temporal import Date
from crmrules.review.labels import say
from crmrules.review.wording import Wording, local

_MAX_COLUMNS = 45
_MAX_BARS = 12
_MAX_TICKS = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar: ``percent`` of the chart's longest, ``share`` of the total where that means something."""

    label: str
    n: int
    percent: str
    share: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A vertical bar; ``x``, ``middle`` and ``wide`` in per cent, ``y`` and ``high`` in pixels."""

    label: str
    tick: str
    n: int
    x: str
    middle: str
    wide: str
    y: str
    high: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class Gauge:
    """A KPI's bar and its target's mark, in per cent of the gauge; blank where there is nothing to draw."""

    filled: str
    target: str


def bars(counts: Sequence[tuple[str, int]], lang: str, *, shares: bool = False) -> list[Bar]:
    """The first dozen as bars, the others summed into one."""
    shown = list(counts[:_MAX_BARS])
    rest = counts[_MAX_BARS:]
    if rest:
        shown.append((say("others", lang, n=len(rest)), sum(n for _, n in rest)))
    longest = max((n for _, n in shown), default=0)
    total = sum(n for _, n in shown)
    return [Bar(label, n, _percent(n, longest), f"{_percent(n, total)}%" if shares else "") for label, n in shown]


def columns(plan: ActionPlan, per_day: Mapping[Date, int], words: Wording, height: int = 120) -> list[Column]:
    """Actions by day from ``as_of`` to ``until``, with one column before for what is overdue."""
    first, last = plan.as_of.date, local(plan.until, plan.as_of).date
    last = max([first, last, *per_day])
    step = max(1, -(-(last.days - first.days + 1) // _MAX_COLUMNS))
    counts = [0] * ((last.days - first.days) // step + 1)
    past = 0
    for day, n in per_day.items():
        if day < first:
            past += n
        else:
            counts[(day.days - first.days) // step] += n
    labels = [str(Date.of_days(first.days + i * step)) for i in range(len(counts))]
    if past:
        labels.insert(0, words.say("earlier"))
        counts.insert(0, past)
    every = -(-len(counts) // _MAX_TICKS)
    highest, slot = max(counts), 100 / len(counts)
    return [
        Column(
            label=label,
            tick=label if past and i == 0 else label[5:] if (i - bool(past)) % every == 0 and slot * every > 8 else "",
            n=n,
            x=_number(slot * (i + 0.1)),
            middle=_number(slot * (i + 0.5)),
            wide=_number(slot * 0.8),
            y=_number(height - height * n / highest if highest else height),
            high=_number(height * n / highest if highest else 0),
            is_past=bool(past) and i == 0,
        )
        for i, (label, n) in enumerate(zip(labels, counts, strict=True))
    ]


def gauge(kpi: KpiResult) -> Gauge:
    """Value against target on one scale that holds both, a share without target on 0 to 100 %.

    Nothing for other values: a bar without anything to measure it by would only look full.
    """
    value, target = _positive(kpi.value), _positive(kpi.target)
    if value is None or (target is None and (kpi.unit != "%" or value > 1)):
        return Gauge("", "")
    scale = Decimal(1) if target is None else max(value, target * Decimal("1.25"))
    if not scale:
        return Gauge("0", "")
    return Gauge(_number(float(value / scale) * 100), "" if target is None else _number(float(target / scale) * 100))


def _positive(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        return None
    return Decimal(value)


def _percent(part: int, whole: int) -> str:
    return _number(100 * part / whole if whole else 0)


def _number(value: float) -> str:
    """At most one digit after the point: enough for a screen, and the same text on every machine."""
    return f"{value:.1f}".removesuffix(".0")
