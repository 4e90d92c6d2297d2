"""Customers derived from the rows of another entity, where there is no customer table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from crmrules.datasets.checks import data_type, fact_check
from crmrules.datasets.mapping import Words
from crmrules.datasets.problems import Problems
from crmrules.datasets.rows import Rows, Values
from crmrules.datasets.source import QUARANTINE, ColumnSpec, SourceEntry
from crmrules.datasets.typing import WrongValue, make_converter
from crmrules.feel.compiler import Compiled, Note, compile_expression
from crmrules.feel.types import BOOLEAN, STRING, Type
from crmrules.model.issues import Issue, Severity, has_errors, issue
from crmrules.model.records import CUSTOMER_ID
from crmrules.model.spans import Span
from crmrules.model.values import Value, kind_of
from crmrules.model.vocabulary import Fact
from crmrules.rulesets.nearest import nearest

Take = tuple[str, str, Callable[[Value], Value]]


@dataclass(frozen=True, slots=True)
class _Derivation:
    """What a derived customer is made of: (fact, column, conversion), then computed facts, then the condition."""

    takes: tuple[Take, ...]
    computed: tuple[tuple[str, Compiled], ...]
    where: Compiled | None


def derive_customers(
    entry: SourceEntry, sources: Sequence[Rows], words: Words, problems: Problems
) -> Iterator[tuple[str, Values, Span]]:
    """One customer per distinct customer of the rows, in the order they first appear: id, facts from its first row,
    and the place of that row."""
    if not any(source.plan.customer for source in sources):
        reason = "there are no such rows" if not sources else "no column names the customer"
        problems.add(issue("D206", entry.place("derive_from"), found=entry.derive_from, reason=reason))
        return
    derivation = _compile(entry, sources, words, problems)
    if derivation is None:
        return
    severity = Severity.WARNING if entry.on_error == QUARANTINE else Severity.ERROR
    seen: set[str] = set()
    for source in sources:
        for at, row in enumerate(source.rows):
            customer = row.get(CUSTOMER_ID)
            if customer is None or customer in seen:
                continue
            seen.add(customer)
            values = _values(customer, row, derivation, source, at, severity, problems)
            if values is not None:
                yield customer, values, source.span(at)


def _values(
    customer: str, row: Values, derivation: _Derivation, source: Rows, at: int, severity: Severity, problems: Problems
) -> Values | None:
    values: Values = {}
    notes: list[Note] = []
    for fact, column, convert in derivation.takes:
        try:
            values[fact] = convert(customer if column == CUSTOMER_ID else row.get(column))
        except WrongValue as error:
            params = MappingProxyType({**error.params, "column": column})
            problems.row(Issue(error.code, source.span(at), params, severity))
            return None
    for fact, compiled in derivation.computed:
        values[fact] = compiled.call(values, notes)
        if notes:
            problems.row(issue("D308", source.span(at), severity=severity, fact=fact, found=notes[0].reason))
            return None
    if derivation.where is not None and derivation.where.call(values, notes) is not True:
        if notes:
            problems.row(issue("D313", source.span(at), severity=severity, found=notes[0].reason))
        return None
    return values


def _compile(entry: SourceEntry, sources: Sequence[Rows], words: Words, problems: Problems) -> _Derivation | None:
    known = {CUSTOMER_ID: None, **{name: None for source in sources for name in source.plan.names}}
    takes: list[Take] = []
    types: dict[str, Type] = {}
    found = []
    for spec in entry.columns:
        fact = words.fact("customer", spec.name)
        if fact is None:
            near = nearest(spec.name, words.ruleset.vocabulary.customer)
            found.append(issue("D202", spec.span, found=spec.name, entity="customer", nearest=near))
        elif words.works_out(fact):
            found.append(issue("D207", spec.span, found=spec.name))
        elif spec.source not in known:
            near = nearest(spec.source, known)
            shown = ", ".join(known)
            found.append(issue("D204", spec.span, option="columns", found=spec.source, expected=shown, nearest=near))
        else:
            takes.append((fact.name, spec.source, _conversion(fact, words)))
            types[fact.name] = data_type(fact.type) or STRING
    for name in dict.fromkeys((CUSTOMER_ID, *(source.plan.customer for source in sources))):
        fact = words.ruleset.vocabulary.customer.get(name)
        if fact is not None and name not in types and not words.works_out(fact):
            takes.append((name, CUSTOMER_ID, _conversion(fact, words)))
            types[name] = data_type(fact.type) or STRING
    computed = []
    for name, cell in entry.computed.items():
        fact = words.fact("customer", name)
        kind = data_type(fact.type) if fact else None
        scope = replace(words.scope, names=dict(types))
        compiled, issues = compile_expression(cell.text, scope, cell.span, expected=kind)
        found += issues
        if compiled is not None:
            computed.append((fact.name if fact else name, compiled))
            types[fact.name if fact else name] = kind or compiled.type
    where = None
    if entry.where.text:
        scope = replace(words.scope, names=dict(types))
        where, issues = compile_expression(entry.where.text, scope, entry.where.span, expected=BOOLEAN)
        found += issues
    problems.add(*found)
    return None if has_errors(found) else _Derivation(tuple(takes), tuple(computed), where)


def _conversion(fact: Fact, words: Words) -> Callable[[Value], Value]:
    """The other entity's value as the customer's fact: taken as it is, or read from its text."""
    kind = data_type(fact.type) or STRING
    check, _ = fact_check(fact, words.scope)
    read = make_converter(kind, ColumnSpec(fact.name, ""), ("",), words.ruleset.time_zone, check)

    def convert(value: Value) -> Value:
        if value is None or kind_of(value) != kind.name or isinstance(value, str):
            return read(value)
        return check(value) if check is not None else value

    return convert
