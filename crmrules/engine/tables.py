"""Compiling decision tables: condition columns, cells, and for each kind its result side."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from crmrules.engine.actions import ActionCompiler
from crmrules.engine.cells import compile_result, listed, nearest
from crmrules.engine.facts import Facts, target_of
from crmrules.engine.messages import Template, Words
from crmrules.engine.ordering import Node
from crmrules.engine.steps import (
    CadenceBody,
    ClassificationBody,
    CompiledInput,
    EscalationBody,
    Result,
    TableStep,
    Target,
)
from crmrules.engine.transition_compiler import compile_transition
from crmrules.feel.compiler import CompiledTest, compile_expression, compile_unary
from crmrules.feel.scope import Scope
from crmrules.feel.types import ANY, NUMBER, STRING, ListType
from crmrules.model.decision import Match
from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import (
    ACTION_COLUMNS,
    DecisionTable,
    HitPolicy,
    Input,
    Kind,
    RuleSet,
)
from crmrules.model.vocabulary import Cell, Fact
from crmrules.tables.hit_policy import AGGREGATES
from crmrules.tables.problems import check_hit_policy
from crmrules.tables.table import build_table
from crmrules.tables.validity import read_validity

_ZH = {Kind.CLASSIFICATION: "分类", Kind.CADENCE: "节奏", Kind.ESCALATION: "升级"}
_ACTION_POLICIES = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY, HitPolicy.COLLECT, HitPolicy.RULE_ORDER)


@dataclass(frozen=True, slots=True)
class Told:
    """What texts may name, and the texts of notifications compiled so far."""

    words: Words
    templates: dict[str, Template]


def compile_table(
    table: DecisionTable, ruleset: RuleSet, scope: Scope, facts: Facts, actions: ActionCompiler, told: Told
) -> tuple[TableStep | None, list[Issue]]:
    """One decision table as the loader gives it; None when anything in it is wrong, with all that is."""
    issues: list[Issue] = []
    inputs: list[CompiledInput] = []
    tests: list[list[CompiledTest | None]] = []
    for at, column in enumerate(table.inputs):
        compiled, columns_tests, found = _compile_input(column, [r.when[at] for r in table.rules], ruleset, scope)
        issues += found
        tests.append(columns_tests)
        if compiled is not None:
            inputs.append(compiled)
    windows = []
    for rule in table.rules:
        window, found = read_validity(rule)
        windows.append(window)
        issues += found
    body: ClassificationBody | CadenceBody | EscalationBody | None
    if table.kind is Kind.CLASSIFICATION:
        body, found = _compile_classification(table, ruleset, scope, facts, told)
    else:
        body, found = _compile_actions(table, actions)
    issues += found
    rows = [[column[at] for column in tests] for at in range(len(table.rules))]
    complete = [[test for test in row if test is not None] for row in rows]
    broken = len(inputs) < len(table.inputs) or any(len(row) < len(inputs) for row in complete)
    if body is None or broken:
        return None, issues
    lookup = build_table(complete, table.hit_policy, windows)
    matches = tuple(Match(table.id, rule.id, rule.span) for rule in table.rules)
    return TableStep(table, tuple(inputs), lookup, body, matches), issues


# --- conditions -----------------------------------------------------------------------------------------------------


def _compile_input(
    column: Input, cells: Sequence[Cell], ruleset: RuleSet, scope: Scope
) -> tuple[CompiledInput | None, list[CompiledTest | None], list[Issue]]:
    text = column.expression.text.strip()
    fact = _fact_named(text, ruleset, scope)
    issues: list[Issue] = []
    if fact is not None:
        target = target_of(fact)
        name, kind, expression, reads = fact.name, target.type, None, frozenset({fact.name})
        words = target.words
    else:
        expression, issues = compile_expression(text, scope, column.expression.span)
        name, words = text, {}
        kind, reads = (ANY, frozenset()) if expression is None else (expression.type, expression.reads)
    tests: list[CompiledTest | None] = []
    seen: dict[str, CompiledTest | None] = {}
    for cell in cells:
        known = cell.text.strip()
        if known in seen and seen[known] is not None:
            tests.append(seen[known])  # one text, one test: the table evaluates it once however many rows share it
            continue
        test, found = compile_unary(cell.text, scope, cell.span, input=kind, values=words or None)
        issues += found
        seen[known] = test
        tests.append(test)
    if fact is None and expression is None:
        return None, tests, issues
    cell_reads = frozenset().union(*(test.reads for test in tests if test is not None)) - {"?"}
    return CompiledInput(name, expression, reads, cell_reads, column.expression), tests, issues


def _fact_named(text: str, ruleset: RuleSet, scope: Scope) -> Fact | None:
    facts = ruleset.vocabulary.customer
    return facts.get(text) or facts.get(scope.spellings.get(text, ""))


# --- results --------------------------------------------------------------------------------------------------------


def _compile_classification(
    table: DecisionTable, ruleset: RuleSet, scope: Scope, facts: Facts, told: Told
) -> tuple[ClassificationBody | None, list[Issue]]:
    issues: list[Issue] = []
    outputs: list[Fact | None] = []
    targets: list[Target | None] = []
    known = ruleset.vocabulary.customer
    for name in table.outputs:
        fact = known.get(name) or known.get(scope.spellings.get(name, ""))
        outputs.append(fact)
        if fact is None:
            words = [spelling for each in known.values() for spelling in each.spellings()]
            issues.append(issue("P104", table.span, found=name, table=table.id, nearest=nearest(name, words)))
            targets.append(None)
            continue
        target, found = _cell_target(table, fact)
        issues += found
        targets.append(target)
    priorities = tuple(target.allowed if target is not None else () for target in targets)
    issues += check_hit_policy(table, priorities)
    rows: list[tuple[Result | None, ...]] = []
    cache: dict[tuple[int, str], Result] = {}
    for rule in table.rules:
        row: list[Result | None] = []
        for at, (cell, wanted) in enumerate(zip(rule.then, targets, strict=True)):
            result = cache.get((at, cell.text))
            if result is None and wanted is not None:
                result, found = compile_result(cell, wanted, scope, ruleset.time_zone)
                issues += found
                if result is not None and result.compiled is None:
                    cache[at, cell.text] = result
            row.append(result)
        rows.append(tuple(row))
    defaults: dict[int, Result] = {}
    for at, (name, each) in enumerate(zip(table.outputs, targets, strict=True)):
        fact = outputs[at]
        if name in table.defaults and each is not None and fact is not None:
            whole = target_of(fact) if table.hit_policy.many or table.hit_policy in AGGREGATES else each
            result, found = compile_result(table.defaults[name], whole, scope, ruleset.time_zone)
            issues += found
            if result is not None:
                defaults[at] = result
    given = tuple(fact for fact in outputs if fact is not None)
    transition = None
    if given and targets[0] is not None:
        transition, templates, found = compile_transition(table, targets[0], given[0], ruleset, scope, told.words)
        told.templates.update(templates)
        issues += found
    full = [tuple(r for r in row if r is not None) for row in rows]
    if len(given) < len(outputs) or any(len(row) < len(outputs) for row in full):
        return None, issues
    ranges = tuple(facts.ranges.get(fact.name) for fact in given)
    constants = tuple(
        {fact.name: result.value for fact, result in zip(given, row, strict=True)}
        if all(result.compiled is None for result in row) and not any(ranges)
        else None
        for row in full
    )
    return ClassificationBody(given, tuple(full), constants, defaults, priorities, ranges, transition), issues


def _cell_target(table: DecisionTable, fact: Fact) -> tuple[Target, list[Issue]]:
    """What one row gives for the fact: an item where the policy makes a list, anything where it counts."""
    target = target_of(fact)
    policy = table.hit_policy
    if target.type == ANY:
        return target, []
    if policy.many:
        if not isinstance(target.type, ListType):
            return target, [_policy_issue(table, fact, f"list<{fact.type}>")]
        return Target(fact.name, target.type.item, target.words), []
    if policy is HitPolicy.COUNT:
        if target.type != NUMBER:
            return target, [_policy_issue(table, fact, "a number")]
        return Target(fact.name, STRING, {}), []  # what is counted is never evaluated
    if policy is HitPolicy.SUM and target.type != NUMBER:
        return target, [_policy_issue(table, fact, "a number")]
    return target, []


def _policy_issue(table: DecisionTable, fact: Fact, expected: str) -> Issue:
    return issue("P106", fact.span, policy=table.hit_policy.value, fact=fact.name, found=fact.type, expected=expected)


def _compile_actions(
    table: DecisionTable, actions: ActionCompiler
) -> tuple[CadenceBody | EscalationBody | None, list[Issue]]:
    issues: list[Issue] = []
    allowed = [column for column in ACTION_COLUMNS.values() if table.kind in column.kinds]
    names = [column.name for column in allowed]
    for name in table.outputs:
        if name not in names:
            words = [spelling for column in allowed for spelling in column.spellings()]
            issues.append(
                issue(
                    "P105", table.span, found=name, kind=table.kind.value, kind_zh=_ZH[table.kind],
                    allowed=listed(names, len(names)), nearest=nearest(name, words),
                )
            )  # fmt: skip
    if table.hit_policy not in _ACTION_POLICIES:
        policies = listed(policy.value for policy in _ACTION_POLICIES)
        issues.append(
            issue(
                "P115", table.span, policy=table.hit_policy.value, kind=table.kind.value, kind_zh=_ZH[table.kind],
                allowed=policies,
            )
        )  # fmt: skip
    if table.kind is Kind.CADENCE:
        cadence, found = actions.cadence(table)
        return cadence, [*issues, *found]
    escalation, found = actions.escalation(table)
    return escalation, [*issues, *found]


# --- order ----------------------------------------------------------------------------------------------------------


def node_of(step: TableStep, fact_names: Collection[str]) -> Node:
    """A table as something to put in order; ``fact_names`` are those a table's own name could be taken for."""
    body = step.body
    gives = frozenset(fact.name for fact in body.facts) if isinstance(body, ClassificationBody) else frozenset()
    reads = {name for column in step.inputs for name in column.reads | column.cell_reads}
    for read in _body_reads(body):
        reads |= read
    name = step.table.id
    label = f"decision {name}" if name in fact_names and name not in gives else name
    return Node(label, gives, frozenset(reads) - {"?"}, step.table.span)


def _body_reads(body: ClassificationBody | CadenceBody | EscalationBody) -> Iterator[frozenset[str]]:
    if isinstance(body, ClassificationBody):
        results = [result for row in body.rows for result in row] + list(body.defaults.values())
        if body.transition is not None:
            yield from (each.reads for each in (body.transition.pin, body.transition.pin_until) if each is not None)
        yield from (test.reads - {fact.name} for fact, test in zip(body.facts, body.ranges, strict=True) if test)
    else:
        cells = [row.cells for row in body.rows] + ([body.default.cells] if body.default is not None else [])
        results = [each.priority for each in cells]
        if body.suppress is not None:
            yield body.suppress.reads
        if body.calendar is not None and body.calendar.named is not None:
            yield body.calendar.named.reads
    if isinstance(body, CadenceBody):
        cadences = [*body.rows, *([body.default] if body.default is not None else [])]
        yield from (row.anchor.reads for row in cadences if row.anchor is not None)
        if not isinstance(body.if_never, str):
            yield body.if_never.reads
        yield from (each.reads for each in (body.stretch, body.cancel_if) if each is not None)
    elif isinstance(body, EscalationBody):
        escalations = [*body.rows, *([body.default] if body.default is not None else [])]
        results += [row.level for row in escalations]
        yield from (row.since.reads for row in escalations if row.since is not None)
        if body.holds is not None:
            yield body.holds.reads
    yield from (result.compiled.reads for result in results if result.compiled is not None)
