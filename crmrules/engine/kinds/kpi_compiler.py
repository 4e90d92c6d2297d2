"""KPI definitions → compiled KPIs: every expression over the row, and what does not make sense told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from crmrules.engine.cells import compile_result, listed, nearest, words_of
from crmrules.engine.scopes import CUSTOMER, PREVIOUS, customer_scope, fact_type, row_scope
from crmrules.engine.steps import Target
from crmrules.feel.builtins._base import Failure
from crmrules.feel.builtins.comparison import lt
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope
from crmrules.feel.types import ANY, BOOLEAN, DATE, DATE_TIME, DAYS_DURATION, MONTHS_DURATION, NULL, NUMBER, Type
from crmrules.model.issues import Issue, issue
from crmrules.model.ports import Registry
from crmrules.model.ruleset import Direction, Kpi, KpiType, RuleSet
from crmrules.model.values import Value, kind_of
from crmrules.model.vocabulary import Cell, Fact
from crmrules.timing.arithmetic import PERIOD_WORDS, Window, parse_window

_MEASURES = (NUMBER, DAYS_DURATION, MONTHS_DURATION)
_COUNTED = (BOOLEAN, NUMBER)
_NEEDED: Mapping[KpiType, tuple[str, ...]] = {
    KpiType.SIMPLE: (),
    KpiType.RATIO: ("numerator",),
    KpiType.MEAN: ("value",),
    KpiType.PERCENTILE: ("value", "percentile"),
}


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
    """A KPI ready to be computed. ``groups_from`` is entity and fact; ``reads`` are the names its expressions read."""

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


def kpi_scope(
    ruleset: RuleSet, entity: str, constants: Mapping[str, Value], registry: Registry | None = None
) -> Scope:
    """What a KPI over ``entity`` may name. The last run's values are not known when KPIs are computed."""
    if entity != CUSTOMER:
        return row_scope(ruleset, entity, constants, registry)
    scope = customer_scope(ruleset, constants, registry)
    return replace(scope, names={name: kind for name, kind in scope.names.items() if name != PREVIOUS})


def compile_kpi(kpi: Kpi, scope: Scope, ruleset: RuleSet) -> tuple[CompiledKpi | None, list[Issue]]:
    """One KPI over rows that ``scope`` describes; None with the issues when anything is wrong."""
    read = _Reader(kpi, scope, ruleset)
    needed = (*_NEEDED[kpi.type], "window_on") if _text(kpi.window) else _NEEDED[kpi.type]
    for name in needed:
        given = getattr(kpi, name)
        if not (given if isinstance(given, str) else _text(given)):
            read.issues.append(issue("P608", kpi.span, kpi=kpi.id, type=kpi.type.value, field=name))
    where = read.expression("where", (BOOLEAN,))
    value = read.expression("value", _MEASURES)
    numerator = read.expression("numerator", _COUNTED)
    denominator = read.expression("denominator", _COUNTED)
    result_type = NUMBER if kpi.type is KpiType.RATIO or value is None else value.type
    target = read.constant("target", result_type)
    amber = read.constant("amber", result_type)
    percentile = read.constant("percentile", NUMBER)
    if percentile is not None and not 0 < percentile <= 1:
        read.issues.append(issue("P605", kpi.percentile.span, kpi=kpi.id, found=_text(kpi.percentile)))
    read.check_amber(target, amber)
    window = read.window()
    groups = tuple(group for name in kpi.group_by if (group := read.group(name)) is not None)
    groups_from = read.groups_from()
    if read.issues and any(each.severity == "error" for each in read.issues):
        return None, read.issues
    parts = [part for part in (where, value, numerator, denominator) if part is not None]
    return (
        CompiledKpi(
            kpi, window, where, value, numerator, denominator, percentile, target, amber, groups, groups_from,
            frozenset().union(*(part.reads for part in parts)),
        ),
        read.issues,
    )  # fmt: skip


def _text(cell: Cell) -> str:
    return cell.text.strip()


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
        constants = self.scope.constants
        fixed = replace(
            self.scope, names={}, spellings={k: v for k, v in self.scope.spellings.items() if v in constants}
        )
        result, found = compile_result(cell, target, fixed, self.ruleset.time_zone)
        self.issues += found
        if result is None:
            return None
        if result.compiled is not None or kind_of(result.value) not in {kind.name for kind in _MEASURES}:
            self.issues.append(
                issue("P603", cell.span, kpi=self.kpi.id, field=field, found=_text(cell), expected=target.type)
            )
            return None
        return result.value

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
            self.issues.append(
                issue("P604", self.kpi.window.span, kpi=self.kpi.id, found=on, type=fact.type)
            )
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
            self.issues.append(
                issue("P607", self.kpi.span, kpi=self.kpi.id, found=self.kpi.groups_from, groups=groups)
            )
            return None
        entity, _, name = self.kpi.groups_from.partition(".")
        if name not in self.ruleset.vocabulary.of(entity):
            known = {f"{each}.{fact}": fact for each, facts in self.ruleset.vocabulary.facts.items() for fact in facts}
            self.issues.append(self._unknown_fact("groups_from", self.kpi.groups_from, known))
            return None
        return entity, name

    def _unknown_fact(self, field: str, found: str, known: Mapping[str, Fact] | Mapping[str, str]) -> Issue:
        return issue("P609", self.kpi.span, kpi=self.kpi.id, field=field, found=found, nearest=nearest(found, known))
