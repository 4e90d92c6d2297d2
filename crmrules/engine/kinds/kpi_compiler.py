"""KPI definitions → compiled KPIs: every expression over the row, and what does not make sense told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from crmrules.engine.cells import compile_result, listed, nearest, words_of
from crmrules.engine.kinds.conversion import Conversion
from crmrules.engine.scopes import CUSTOMER, PREVIOUS, RELATED, customer_scope, fact_type, row_scope, row_type
from crmrules.engine.steps import Target
from crmrules.feel.builtins.comparison import lt
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.compiler import Compiled, CompiledTest, compile_expression, compile_unary
from crmrules.feel.scope import Scope
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    ContextType,
    ListType,
    Type,
)
from crmrules.model.durations import DAY_NANOS, Duration
from crmrules.model.issues import Issue, issue
from crmrules.model.ports import Registry
from crmrules.model.ruleset import Direction, Kpi, KpiType, RuleSet
from crmrules.model.spans import Span
from crmrules.model.values import MonthsDuration, Value, kind_of
from crmrules.model.vocabulary import ENTITIES, Cell, Fact
from crmrules.timing.arithmetic import PERIOD_WORDS, Window, parse_window
from crmrules.timing.frequency import parse_duration

_MEASURES = (NUMBER, DAYS_DURATION, MONTHS_DURATION)
_COUNTED = (BOOLEAN, NUMBER)
_NEEDED: Mapping[KpiType, tuple[str, ...]] = {
    KpiType.SIMPLE: (),
    KpiType.RATIO: ("numerator",),
    KpiType.MEAN: ("value",),
    KpiType.PERCENTILE: ("value", "percentile"),
    KpiType.CUMULATIVE: ("window", "window_on", "per"),
    KpiType.CONVERSION: ("fact", "from_value", "to_value", "window"),
}
_OWN: Mapping[str, tuple[KpiType, ...]] = {
    "value": (KpiType.SIMPLE, KpiType.MEAN, KpiType.PERCENTILE, KpiType.CUMULATIVE),
    "numerator": (KpiType.RATIO,),
    "denominator": (KpiType.RATIO,),
    "percentile": (KpiType.PERCENTILE,),
    "per": (KpiType.CUMULATIVE,),
    "fact": (KpiType.CONVERSION,),
    "from_value": (KpiType.CONVERSION,),
    "to_value": (KpiType.CONVERSION,),
}
"""Which types a field belongs to; others pass over it, and that is said."""

WINDOW_START: Final = "window_start"
WINDOW_END: Final = "window_end"
BOUNDS: Final = (WINDOW_START, WINDOW_END)
"""Names under which a KPI's expressions read its window, unless the vocabulary has facts of these names."""


@dataclass(frozen=True, slots=True)
class GroupFact:
    """What a KPI is grouped by: a fact of the row, or (``of_customer``) of the row's customer.

    ``key`` is its name in results; ``ranks`` puts its allowed values in their declared order.
    """

    key: str
    fact: str
    of_customer: bool
    ranks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CompiledKpi:
    """A KPI ready to be computed. ``groups_from`` is entity and fact; ``reads`` are the names its expressions read.

    ``bounded``: they read where the window begins or ends. ``customer_rows``: they may read related records of a row's
    customer (``customer.orders``).
    """

    kpi: Kpi
    window: Window | None = None
    where: Compiled | None = None
    value: Compiled | None = None
    numerator: Compiled | None = None
    denominator: Compiled | None = None
    percentile: Value = None
    target: Value = None
    amber: Value = None
    groups: tuple[GroupFact, ...] = ()
    groups_from: tuple[str, str] | None = None
    reads: frozenset[str] = frozenset()
    factor: Value = None
    per: Duration | None = None
    conversion: Conversion | None = None
    bounded: bool = False
    customer_rows: bool = False


def compile_kpis(
    ruleset: RuleSet, constants: Mapping[str, Value], registry: Registry | None = None
) -> tuple[tuple[CompiledKpi, ...], list[Issue]]:
    """All KPIs of a rule set. ``constants`` are the parameters' values."""
    scopes: dict[str, Scope] = {}
    compiled: list[CompiledKpi] = []
    issues: list[Issue] = []
    for kpi in ruleset.kpis.values():
        if kpi.over not in scopes:
            scopes[kpi.over] = kpi_scope(ruleset, kpi.over, constants, registry)
        one, found = compile_kpi(kpi, scopes[kpi.over], ruleset)
        issues += found
        compiled += [one] if one is not None else []
    return tuple(compiled), issues


def kpi_scope(ruleset: RuleSet, entity: str, constants: Mapping[str, Value], registry: Registry | None = None) -> Scope:
    """What a KPI over ``entity`` may name. The last run's values are not known when KPIs are computed."""
    bounds = dict.fromkeys(BOUNDS, DATE_TIME)
    customer = customer_scope(ruleset, constants, registry)
    if entity == CUSTOMER:
        names = {name: kind for name, kind in customer.names.items() if name != PREVIOUS}
        return replace(customer, names={**bounds, **names})
    scope = row_scope(ruleset, entity, constants, registry)
    names = {**bounds, **scope.names}
    owned = names.get(CUSTOMER)
    if isinstance(owned, ContextType) and CUSTOMER not in ruleset.vocabulary.of(entity):
        lists = {plural: ListType(item=row_type(ruleset.vocabulary.of(each))) for each, plural in RELATED.items()}
        names[CUSTOMER] = ContextType(fields={**lists, **owned.fields}, open=False)
    return replace(scope, names=names)


def compile_kpi(kpi: Kpi, scope: Scope, ruleset: RuleSet) -> tuple[CompiledKpi | None, list[Issue]]:
    """One KPI over rows that ``scope`` describes; None with the issues when anything is wrong."""
    read = _Reader(kpi, scope, ruleset)
    read.check_fields()
    where = read.expression("where", (BOOLEAN,))
    value = read.expression("value", _MEASURES)
    numerator = read.expression("numerator", _COUNTED)
    denominator = read.expression("denominator", _COUNTED)
    parts = [part for part in (where, value, numerator, denominator) if part is not None]
    reads = frozenset().union(*(part.reads for part in parts))
    bounded = any(name in reads and name not in read.own for name in BOUNDS)
    read.check_window(bounded)
    read.check_divisor(denominator)
    result_type = NUMBER if kpi.type in (KpiType.RATIO, KpiType.CONVERSION) or value is None else value.type
    target = read.constant("target", result_type)
    amber = read.constant("amber", result_type)
    percentile = read.constant("percentile", NUMBER)
    if percentile is not None and not 0 < percentile <= 1:
        read.issues.append(issue("P605", kpi.percentile.span, kpi=kpi.id, found=_text(kpi.percentile)))
    read.check_amber(target, amber)
    factor = read.constant("factor", NUMBER)
    window = read.window()
    per = read.per(window)
    conversion = read.conversion()
    read.check_latest()
    groups = tuple(group for name in kpi.group_by if (group := read.group(name)) is not None)
    groups_from = read.groups_from()
    if read.issues and any(each.severity == "error" for each in read.issues):
        return None, read.issues
    if conversion is not None:
        reads |= {RELATED["transition"]}
    lists = {*RELATED.values(), *(ENTITIES[entity].label.zh for entity in RELATED)}
    return (
        CompiledKpi(
            kpi, window, where, value, numerator, denominator, percentile, target, amber, groups, groups_from,
            reads, factor, per, conversion, bounded, any(name in part.text for part in parts for name in lists),
        ),
        read.issues,
    )  # fmt: skip


def _text(cell: Cell) -> str:
    return cell.text.strip()


def _field(name: str) -> str:
    """A field as the document calls it."""
    return name.removesuffix("_value")


_MOST_STEPS: Final = 400


def _steps(window: Window, step: Duration) -> float:
    """About how many steps the window has, a month taken as 30 days."""
    return _days(window.unit) / _days(step)


def _days(length: Duration) -> float:
    return length.months * 30 if isinstance(length, MonthsDuration) else length.nanos / DAY_NANOS


class _Reader:
    """Reads the fields of one KPI and collects what is wrong with them."""

    def __init__(self, kpi: Kpi, scope: Scope, ruleset: RuleSet) -> None:
        self.kpi = kpi
        self.scope = scope
        self.ruleset = ruleset
        self.own = ruleset.vocabulary.of(kpi.over)
        self.issues: list[Issue] = []

    def expression(self, field: str, wanted: tuple[Type, ...]) -> Compiled | None:
        cell: Cell = getattr(self.kpi, field)
        if not _text(cell):
            return None
        compiled, found = compile_expression(cell.text, self.scope, cell.span)
        self.issues += found
        if compiled is not None and compiled.type not in (*wanted, ANY, NULL):
            self.issues.append(
                issue(
                    "P603", cell.span, kpi=self.kpi.id, field=field, found=compiled.type,
                    expected=" / ".join(kind.name for kind in wanted),
                )
            )  # fmt: skip
        return compiled

    def constant(self, field: str, wanted: Type) -> Value:
        """A number or duration that depends on parameters alone."""
        cell: Cell = getattr(self.kpi, field)
        if not _text(cell):
            return None
        target = Target(f"{self.kpi.id}.{field}", wanted if wanted in _MEASURES else ANY, {})
        result, found = compile_result(cell, target, self._fixed(), self.ruleset.time_zone)
        self.issues += found
        if result is None:
            return None
        if result.compiled is not None or kind_of(result.value) not in {kind.name for kind in _MEASURES}:
            self.issues.append(
                issue("P603", cell.span, kpi=self.kpi.id, field=field, found=_text(cell), expected=target.type)
            )
            return None
        return result.value

    def _fixed(self) -> Scope:
        """The scope of parameters alone."""
        known = {k: v for k, v in self.scope.spellings.items() if v in self.scope.constants}
        return replace(self.scope, names={}, spellings=known)

    def check_amber(self, target: Value, amber: Value) -> None:
        """Amber lies on the worse side of the target, or nothing is ever amber."""
        if target is None or amber is None:
            return
        higher = self.kpi.direction is Direction.HIGHER
        try:
            wrong = lt(target, amber) if higher else lt(amber, target)
        except Failure:
            wrong = True
        if wrong:
            self.issues.append(
                issue(
                    "P606", self.kpi.amber.span, kpi=self.kpi.id, amber=_text(self.kpi.amber),
                    target=_text(self.kpi.target), direction=self.kpi.direction.value,
                )
            )  # fmt: skip

    def check_fields(self) -> None:
        """What the type needs is there, and nothing that it passes over."""
        kpi = self.kpi
        for name in _NEEDED[kpi.type]:
            if not self._given(name):
                self._needs(name)
        for name, types in _OWN.items():
            if kpi.type not in types and self._given(name):
                self.issues.append(
                    issue("P612", self._place(name), kpi=kpi.id, type=kpi.type.value, field=_field(name))
                )
        if kpi.type is KpiType.CONVERSION and kpi.over != CUSTOMER:
            self.issues.append(issue("P613", kpi.span, kpi=kpi.id, found=kpi.over))

    def check_window(self, bounded: bool) -> None:
        """A window is of use where rows lie in it or expressions read it, and is there where they do."""
        kpi = self.kpi
        if not _text(kpi.window):
            if bounded:
                self.issues.append(issue("P610", kpi.span, kpi=kpi.id))
        elif not (kpi.window_on or bounded or kpi.type in (KpiType.CONVERSION, KpiType.CUMULATIVE)):
            self._needs("window_on")
        if kpi.latest_per and not kpi.window_on and (bounded or not _text(kpi.window)):
            self._needs("window_on")

    def check_divisor(self, denominator: Compiled | None) -> None:
        """A denominator that reads nothing and is nothing divides every time by nothing."""
        if denominator is None or denominator.reads or self.kpi.type is not KpiType.RATIO:
            return
        value = denominator.call({}, None)
        if value is None or value is False or (value is not True and value == 0):
            cell = self.kpi.denominator
            self.issues.append(issue("P611", cell.span, kpi=self.kpi.id, found=_text(cell)))

    def check_latest(self) -> None:
        for name in self.kpi.latest_per:
            if name not in self.own and (name != CUSTOMER or self.kpi.over in (CUSTOMER, "owner")):
                self.issues.append(self._unknown_fact("latest_per", name, self.own))

    def per(self, window: Window | None) -> Duration | None:
        """The step of a running total."""
        text = _text(self.kpi.per)
        if not text or self.kpi.type is not KpiType.CUMULATIVE:
            return None
        step = parse_duration(text)
        length = 0 if step is None else step.months if isinstance(step, MonthsDuration) else step.nanos
        if step is None or length <= 0 or (window is not None and _steps(window, step) > _MOST_STEPS):
            self.issues.append(issue("P614", self.kpi.per.span, kpi=self.kpi.id, found=text, most=_MOST_STEPS))
            return None
        return step

    def conversion(self) -> Conversion | None:
        """The two cells of a conversion, over the values of its fact."""
        kpi = self.kpi
        if kpi.type is not KpiType.CONVERSION or not kpi.fact:
            return None
        fact = self.ruleset.vocabulary.customer.get(kpi.fact)
        if fact is None:
            self.issues.append(self._unknown_fact("fact", kpi.fact, self.ruleset.vocabulary.customer))
            return None
        words = words_of(fact.values)
        before = self._cell(kpi.from_value, fact, words)
        after = self._cell(kpi.to_value, fact, words)
        if before is None or after is None:
            return None
        return Conversion(fact.name, frozenset(fact.spellings()), words, before, after, self.scope.constants)

    def _cell(self, cell: Cell, fact: Fact, words: Mapping[str, Value]) -> CompiledTest | None:
        test, found = compile_unary(cell.text, self._fixed(), cell.span, input=fact_type(fact), values=words or None)
        self.issues += found
        return test

    def _given(self, name: str) -> bool:
        given = getattr(self.kpi, name)
        return bool(given if isinstance(given, str) else _text(given))

    def _place(self, name: str) -> Span:
        given = getattr(self.kpi, name)
        return given.span if isinstance(given, Cell) else self.kpi.span

    def _needs(self, name: str) -> None:
        kpi = self.kpi
        self.issues.append(issue("P608", kpi.span, kpi=kpi.id, type=kpi.type.value, field=_field(name)))

    def window(self) -> Window | None:
        text, on = _text(self.kpi.window), self.kpi.window_on
        if not text:
            return None
        window = parse_window(text)
        if window is None:
            hint = nearest(text.lower(), PERIOD_WORDS)
            self.issues.append(issue("P601", self.kpi.window.span, kpi=self.kpi.id, found=text, nearest=hint))
        fact = self.own.get(on)
        if not on:
            return window  # said already: a window needs it
        if fact is None:
            self.issues.append(self._unknown_fact("window_on", on, self.own))
        elif fact_type(fact) not in (DATE, DATE_TIME):
            self.issues.append(issue("P604", self.kpi.window.span, kpi=self.kpi.id, found=on, type=fact.type))
        return window

    def group(self, name: str) -> GroupFact | None:
        customer = self.ruleset.vocabulary.customer
        plain = name.removeprefix(f"{CUSTOMER}.")
        own = self.own.get(name)
        fact = own if own is not None else customer.get(plain)
        if fact is None or (own is None and self.kpi.over == "owner"):
            self.issues.append(self._unknown_fact("group_by", name, {**self.own, **customer}))
            return None
        ranks = {word: rank for rank, word in enumerate(dict.fromkeys(words_of(fact.values).values()))}
        return GroupFact(name, fact.name, own is None, ranks)

    def groups_from(self) -> tuple[str, str] | None:
        if not self.kpi.groups_from:
            return None
        if len(self.kpi.group_by) != 1:
            groups = listed(self.kpi.group_by)
            self.issues.append(issue("P607", self.kpi.span, kpi=self.kpi.id, found=self.kpi.groups_from, groups=groups))
            return None
        entity, _, name = self.kpi.groups_from.partition(".")
        if name not in self.ruleset.vocabulary.of(entity):
            known = {f"{each}.{fact}": fact for each, facts in self.ruleset.vocabulary.facts.items() for fact in facts}
            self.issues.append(self._unknown_fact("groups_from", self.kpi.groups_from, known))
            return None
        return entity, name

    def _unknown_fact(self, field: str, found: str, known: Mapping[str, Fact] | Mapping[str, str]) -> Issue:
        return issue("P609", self.kpi.span, kpi=self.kpi.id, field=field, found=found, nearest=nearest(found, known))
