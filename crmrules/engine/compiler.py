"""RuleSet → CompiledRuleSet: every cell read once, everything that is wrong told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from crmrules.engine.actions import ActionCompiler
from crmrules.engine.cells import words_of
from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.experiments import compile_experiments
from crmrules.engine.experiments import node_of as experiment_node
from crmrules.engine.facts import (
    Facts,
    compile_facts,
    compile_parameters,
    override,
    target_of,
)
from crmrules.engine.facts import node_of as fact_node
from crmrules.engine.kinds.kpi_compiler import compile_kpis
from crmrules.engine.messages import Template, TemplateReader, Words
from crmrules.engine.ordering import Node, order
from crmrules.engine.planning.policies import compile_policies, compile_roles
from crmrules.engine.population import stages_of
from crmrules.engine.population_compiler import ELSEWHERE, misplaced
from crmrules.engine.scopes import AS_OF, CUSTOMER, RELATED, customer_scope, decided_facts, row_scope
from crmrules.engine.steps import ExperimentStep, FactStep, Stage, Step, TableStep
from crmrules.engine.tables import Told, compile_table
from crmrules.engine.tables import node_of as table_node
from crmrules.feel.builtins.declare import Builtin
from crmrules.feel.scope import Scope
from crmrules.model.issues import Issue, has_errors
from crmrules.model.ports import Registry
from crmrules.model.ruleset import RuleSet
from crmrules.model.vocabulary import Fact
from crmrules.rulesets.fingerprint import fingerprint
from crmrules.timing.calendar_compiler import compile_calendars
from crmrules.timing.functions import calendar_functions


def compile_ruleset(
    ruleset: RuleSet, registry: Registry | None = None, *, overrides: Mapping[str, str] | None = None
) -> tuple[CompiledRuleSet | None, list[Issue]]:
    """Compile a rule set as the loader gives it; None when any of the issues is an error.

    ``overrides`` sets parameters (by name, label or alias) to other texts; the result's ``ruleset`` and fingerprint are
    those of the rule set with these values. ``registry`` brings functions and plan filters of plugins.
    """
    ruleset, issues = override(ruleset, overrides or {})
    calendars, found = compile_calendars(ruleset, registry.calendars if registry is not None else {})
    issues += found
    given, registry = registry, _with_functions(registry, calendar_functions(calendars))
    constants, found = compile_parameters(ruleset, _wordless(customer_scope(ruleset, {}, registry)))
    issues += found
    scope = customer_scope(ruleset, constants, registry)
    rows = {
        entity: row_scope(ruleset, entity, constants, registry, with_customer=False)
        for entity in RELATED
        if any(fact.formula is not None or fact.default for fact in ruleset.vocabulary.of(entity).values())
    }
    facts, found = compile_facts(ruleset, scope, rows, decided_facts(ruleset))
    issues += found
    roles, found = compile_roles(ruleset, scope)
    issues += found
    policies, found = compile_policies(ruleset, scope)
    issues += found
    experiments, found = compile_experiments(ruleset, scope)
    issues += found
    words = _template_words(ruleset, scope)
    actions = ActionCompiler(ruleset, scope, TemplateReader(words), calendars)
    told: dict[str, Template] = {}
    tables: list[TableStep] = []
    for table in ruleset.decisions.values():
        step, found = compile_table(table, ruleset, scope, facts, actions, Told(words, told))
        issues += found
        tables += [step] if step is not None else []
    steps, stages, found = _ordered(ruleset, facts, tables, experiments)
    issues += found
    kpis, found = compile_kpis(ruleset, constants, registry)
    issues += found
    issues = list(dict.fromkeys(misplaced(issues)))
    if has_errors(issues):
        return None, issues
    channel = ruleset.vocabulary.of("action").get("channel")
    compiled = CompiledRuleSet(
        ruleset=ruleset,
        fingerprint=fingerprint(ruleset),
        zone=ruleset.time_zone,
        steps=steps,
        population=stages,
        issues=tuple(issues),
        constants=MappingProxyType(constants),
        scope=scope,
        data_facts=facts.data,
        ranges=facts.ranges,
        targets={
            entity: {name: target_of(fact) for name, fact in ruleset.vocabulary.of(entity).items()}
            for entity in (CUSTOMER, *RELATED)
        },
        spellings={entity: _spellings(ruleset, entity) for entity in (CUSTOMER, *RELATED)},
        related=RELATED,
        row_facts=facts.rows,
        roles=roles,
        policies=policies,
        templates={**told, **actions.templates},
        channels=words_of(channel.values) if channel is not None else {},
        compiled_kpis=kpis,
        calendars=calendars,
        registry=given,
    )
    return compiled, issues


def recompile(ruleset: RuleSet, registry: Registry | None) -> CompiledRuleSet:
    """Make again what was compiled before without errors (functions cannot be pickled; the rule set can)."""
    compiled, issues = compile_ruleset(ruleset, registry)
    if compiled is None:
        from crmrules.model.errors import RuleSetError

        raise RuleSetError(issues)
    return compiled


def _with_functions(registry: Registry | None, functions: Mapping[str, Builtin]) -> Registry:
    """The registry with the functions of the rule set's own calendars; a plugin's function of one name comes first."""
    known = registry or Registry()
    return replace(known, functions={**ELSEWHERE, **functions, **known.functions})


def _wordless(scope: Scope) -> Scope:
    """The scope without names, spellings and constants: for texts that must be constant."""
    return Scope(builtins=scope.builtins)


def _ordered(
    ruleset: RuleSet, facts: Facts, tables: list[TableStep], experiments: list[ExperimentStep]
) -> tuple[tuple[Step, ...], tuple[Stage, ...], list[Issue]]:
    """All steps in the order in which they are worked out, and the passes over the population before them."""
    steps: list[Step] = [*facts.derived, *tables, *experiments]
    nodes = [_node(step, ruleset.vocabulary.customer) for step in steps]
    positions, issues = order(nodes)
    ordered = [steps[at] for at in positions]
    stages = stages_of(ordered, [nodes[at] for at in positions]) if any(step.cuts for step in facts.derived) else ()
    return tuple(ordered), stages, issues


def _node(step: Step, known: Mapping[str, Fact]) -> Node:
    if isinstance(step, FactStep):
        return fact_node(step)
    return table_node(step, known) if isinstance(step, TableStep) else experiment_node(step)


def _spellings(ruleset: RuleSet, entity: str) -> dict[str, str]:
    """Every spelling of the entity's facts → name; names before labels."""
    facts = ruleset.vocabulary.of(entity).values()
    result = {fact.name: fact.name for fact in facts}
    for fact in facts:
        for spelling in fact.spellings():
            result.setdefault(spelling, fact.name)
    return result


def _template_words(ruleset: RuleSet, scope: Scope) -> Words:
    """What texts may name: facts of the customer, parameters and ``as_of``; not related records."""
    names = {AS_OF: AS_OF} | {name: name for name in (*ruleset.vocabulary.customer, *scope.constants)}
    for spelling, name in scope.spellings.items():
        if name in names and spelling.isidentifier():
            names.setdefault(spelling, name)
    labels = {
        fact.name: {each.value: each.label.get(ruleset.language, each.value) for each in fact.values}
        for fact in ruleset.vocabulary.customer.values()
        if fact.values
    }
    return Words(names, labels, ruleset.language)
