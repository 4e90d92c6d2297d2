"""Compiling what stands outside tables: parameters and their overrides, facts, roles, policies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from crmrules.engine.cells import compile_result, fits, nearest, words_of
from crmrules.engine.ordering import Node, order
from crmrules.engine.population_compiler import FUNCTIONS, split_cuts
from crmrules.engine.scopes import fact_type
from crmrules.engine.steps import (
    DataFact,
    FactStep,
    RowFacts,
    Target,
)
from crmrules.feel.compiler import CompiledTest, compile_expression, compile_unary
from crmrules.feel.scope import Scope
from crmrules.feel.typenames import type_named
from crmrules.feel.types import ANY
from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import RuleSet
from crmrules.model.spans import Span
from crmrules.model.values import Value, kind_of
from crmrules.model.vocabulary import Cell, Fact, Missing


def target_of(fact: Fact) -> Target:
    """What a value of the fact must be."""
    return Target(fact.name, fact_type(fact), words_of(fact.values))


# --- parameters -----------------------------------------------------------------------------------------------------


def override(ruleset: RuleSet, overrides: Mapping[str, str]) -> tuple[RuleSet, list[Issue]]:
    """The rule set with parameters set to other texts; an override's place is ``--set name``."""
    if not overrides:
        return ruleset, []
    spellings = {text: p.name for p in ruleset.parameters.values() for text in p.spellings()}
    parameters = dict(ruleset.parameters)
    issues: list[Issue] = []
    for given, text in overrides.items():
        name = given if given in parameters else spellings.get(given)
        span = Span(file=f"--set {given}")
        if name is None:
            issues.append(issue("P107", span, found=given, nearest=nearest(given, spellings)))
        else:
            parameters[name] = replace(parameters[name], value=Cell(text, span))
    return replace(ruleset, parameters=parameters), issues


def compile_parameters(ruleset: RuleSet, empty: Scope) -> tuple[dict[str, Value], list[Issue]]:
    """The parameters' values by name. ``empty`` is a scope without names; later parameters may use earlier ones."""
    values: dict[str, Value] = {}
    issues: list[Issue] = []
    spellings: dict[str, str] = {}
    for parameter in ruleset.parameters.values():
        wanted = type_named(parameter.type) or ANY
        target = Target(parameter.name, wanted, {})
        scope = replace(empty, constants=dict(values), spellings=dict(spellings))
        result, found = compile_result(parameter.value, target, scope, ruleset.time_zone)
        issues += found
        spellings.update((text, parameter.name) for text in parameter.spellings() if text != parameter.name)
        values[parameter.name] = None if result is None else result.value
        if result is not None and (result.value is None or not fits(result.value, target)):
            shown = parameter.value.text.strip() or "nothing"
            issues.append(
                issue("P108", parameter.value.span, name=parameter.name, expected=parameter.type, found=shown)
            )
    return values, issues


# --- facts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """The customer's facts: those of the data that have a policy for missing values, and the derived ones."""

    data: tuple[DataFact, ...]
    derived: tuple[FactStep, ...]
    ranges: Mapping[str, CompiledTest]
    rows: tuple[RowFacts, ...]


def compile_facts(
    ruleset: RuleSet, scope: Scope, row_scopes: Mapping[str, Scope], decided: Collection[str]
) -> tuple[Facts, list[Issue]]:
    """All facts of all entities; ``decided`` are those that tables give."""
    formulas = replace(scope, builtins={**scope.builtins, **FUNCTIONS})
    issues: list[Issue] = []
    data: list[DataFact] = []
    derived: list[FactStep] = []
    ranges: dict[str, CompiledTest] = {}
    for fact in ruleset.vocabulary.customer.values():
        default, found = _default(fact, scope, ruleset.time_zone)
        issues += found
        test, found = _range(fact, scope)
        issues += found
        if test is not None:
            ranges[fact.name] = test
        if fact.name in decided:
            if fact.missing is Missing.DEFAULT:
                issues.append(issue("P114", fact.span, fact=fact.name))
        elif fact.formula is not None:
            step, found = _formula(fact, fact.formula, formulas, default, test)
            issues += found
            derived += [step] if step is not None else []
        elif fact.missing is not Missing.UNKNOWN:
            data.append(DataFact(fact, fact.missing, default))
    rows: list[RowFacts] = []
    for entity, row_scope in row_scopes.items():
        of_rows, found = _compile_row_facts(ruleset, entity, row_scope)
        issues += found
        rows += [of_rows] if of_rows.steps else []
    return Facts(tuple(data), tuple(derived), ranges, tuple(rows)), issues


def _compile_row_facts(ruleset: RuleSet, entity: str, scope: Scope) -> tuple[RowFacts, list[Issue]]:
    issues: list[Issue] = []
    steps: list[FactStep] = []
    for fact in ruleset.vocabulary.of(entity).values():
        default, found = _default(fact, scope, ruleset.time_zone)
        issues += found
        test, found = _range(fact, scope)
        issues += found
        if fact.formula is not None:
            step, found = _formula(fact, fact.formula, scope, default, test)
            issues += found
            steps += [step] if step is not None else []
    nodes = [node_of(step, f"{entity}.") for step in steps]
    positions, found = order(nodes)
    return RowFacts(entity, tuple(steps[at] for at in positions)), [*issues, *found]


def node_of(step: FactStep, prefix: str = "") -> Node:
    """A derived fact as something to put in order."""
    span = step.fact.formula.span if step.fact.formula is not None else step.fact.span
    reads = step.compiled.reads | (step.range.reads if step.range is not None else frozenset())
    return Node(prefix + step.fact.name, frozenset({step.fact.name}), reads - {"?"}, span)


def _formula(
    fact: Fact, formula: Cell, scope: Scope, default: Value, test: CompiledTest | None
) -> tuple[FactStep | None, list[Issue]]:
    compiled, issues = compile_expression(formula.text, scope, formula.span, expected=fact_type(fact))
    if compiled is None:
        return None, issues
    compiled, cuts, found = split_cuts(fact.name, compiled)
    return FactStep(fact, compiled, default, test, cuts), [*issues, *found]


def _default(fact: Fact, scope: Scope, zone: str) -> tuple[Value, list[Issue]]:
    if fact.default is None or fact.missing is not Missing.DEFAULT:
        return None, []
    # A default is a constant: nothing of the record may be read while the record is completed.
    constant = replace(scope, names={}, spellings={k: v for k, v in scope.spellings.items() if v in scope.constants})
    result, issues = compile_result(fact.default, target_of(fact), constant, zone)
    return (None if result is None else result.value), issues


def _range(fact: Fact, scope: Scope) -> tuple[CompiledTest | None, list[Issue]]:
    if fact.range is None or fact.range.text.strip() in ("", "-"):
        return None, []
    return compile_unary(fact.range.text, scope, fact.range.span, input=fact_type(fact))


def described(value: Value) -> str:
    """A value for a message: its kind and, when short, itself."""
    text = str(value)
    return f"{kind_of(value)} {text}" if value is not None and len(text) <= 40 else kind_of(value)
