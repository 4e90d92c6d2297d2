"""The vocabulary as the language sees it: which names a formula or cell may use, their types and their spellings.

Two scopes exist. Over the *customer* stand its facts, its related records under their plural (``orders``), ``as_of``,
``previous`` (what the last run decided), ``since`` (when that began) and the parameters. Over a *row* of another
entity stand that row's facts, ``as_of``, the parameters, and — for KPIs — the row's customer as ``customer``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from crmrules.feel.scope import Scope, default_builtins
from crmrules.feel.typenames import type_named
from crmrules.feel.types import ANY, DATE_TIME, ContextType, ListType, Type
from crmrules.model.ports import Registry
from crmrules.model.ruleset import Kind, RuleSet
from crmrules.model.values import Value
from crmrules.model.vocabulary import ENTITIES, Fact

AS_OF: Final = "as_of"
PREVIOUS: Final = "previous"
SINCE: Final = "since"
CUSTOMER: Final = "customer"
RELATED: Final[Mapping[str, str]] = MappingProxyType(
    {name: entity.plural for name, entity in ENTITIES.items() if name not in ("customer", "owner")}
)
"""Entities whose records belong to a customer, and the name their list has in formulas."""


def fact_type(fact: Fact) -> Type:
    """The fact's type; ``Any`` for a type nobody knows (the loader has reported it)."""
    return type_named(fact.type) or ANY


def row_type(facts: Mapping[str, Fact]) -> ContextType:
    """A record as a context of its facts; nothing else is in it."""
    return ContextType(fields=MappingProxyType({name: fact_type(fact) for name, fact in facts.items()}), open=False)


def decided_facts(ruleset: RuleSet) -> dict[str, str]:
    """Facts that classification tables and experiments give → the one that gives it first."""
    result: dict[str, str] = {}
    for table in ruleset.decisions.values():
        if table.kind is Kind.CLASSIFICATION:
            for name in table.outputs:
                result.setdefault(name, table.id)
    for experiment in ruleset.experiments.values():
        result.setdefault(experiment.fact, experiment.id)
    return result


def customer_scope(ruleset: RuleSet, constants: Mapping[str, Value], registry: Registry | None = None) -> Scope:
    """What formulas, cells, settings and policies over the customer may name."""
    facts = ruleset.vocabulary.customer
    names: dict[str, Type] = {name: fact_type(fact) for name, fact in facts.items()}
    for entity, plural in RELATED.items():
        names[plural] = ListType(item=row_type(ruleset.vocabulary.of(entity)))
    decided = decided_facts(ruleset)
    names[AS_OF] = DATE_TIME
    names[PREVIOUS] = row_type({name: fact for name, fact in facts.items() if name in decided})
    if SINCE not in facts:
        moments = {name: DATE_TIME for name in facts if name in decided}
        names[SINCE] = ContextType(fields=MappingProxyType(moments), open=False)
    return _scope(ruleset, names, (CUSTOMER, *RELATED), constants, registry)


def row_scope(
    ruleset: RuleSet,
    entity: str,
    constants: Mapping[str, Value],
    registry: Registry | None = None,
    *,
    with_customer: bool = True,
) -> Scope:
    """What a formula over one row of ``entity`` may name; ``customer.<fact>`` is the customer the row belongs to
    (for KPIs: a row's own derived facts are worked out before those of its customer)."""
    facts = ruleset.vocabulary.of(entity)
    names: dict[str, Type] = {name: fact_type(fact) for name, fact in facts.items()}
    names[AS_OF] = DATE_TIME
    if entity != CUSTOMER and with_customer:
        names.setdefault(CUSTOMER, row_type(ruleset.vocabulary.customer))
    entities = (entity, CUSTOMER) if with_customer else (entity,)
    return _scope(ruleset, names, entities, constants, registry)


def _scope(
    ruleset: RuleSet,
    names: Mapping[str, Type],
    entities: Iterable[str],
    constants: Mapping[str, Value],
    registry: Registry | None,
) -> Scope:
    functions = registry.functions if registry is not None else {}
    return Scope(
        names=MappingProxyType(dict(names)),
        spellings=MappingProxyType(_spellings(ruleset, names, entities)),
        constants=MappingProxyType(dict(constants)),
        builtins={**default_builtins(), **functions} if functions else default_builtins(),
    )


def _spellings(ruleset: RuleSet, names: Mapping[str, Type], entities: Iterable[str]) -> dict[str, str]:
    """Label or alias → name. The first entity's own words win; among the others a word that two facts of different
    names share means neither, so that it is reported as unknown instead of being guessed."""
    result: dict[str, str] = {}
    shared: set[str] = set()
    own = True
    for entity in entities:
        for fact in ruleset.vocabulary.of(entity).values():
            for spelling in fact.spellings():
                if spelling in names or spelling == fact.name:
                    continue
                known = result.setdefault(spelling, fact.name)
                if known != fact.name and not own:
                    shared.add(spelling)
        if own:
            protected = set(result)
        own = False
    for spelling in shared - protected:
        del result[spelling]
    for entity, plural in RELATED.items():
        label = ENTITIES[entity].label.zh
        if plural in names and label not in names:
            result.setdefault(label, plural)
    for parameter in ruleset.parameters.values():
        for spelling in parameter.spellings():
            if spelling not in names and spelling != parameter.name:
                result.setdefault(spelling, parameter.name)
    return result
