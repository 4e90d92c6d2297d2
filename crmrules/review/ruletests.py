"""Running rule tests through the production path, and telling a failure by its cells.

What is compared comes from a decision and, where a case speaks of actions, from a plan of that one customer; why it is
otherwise than expected is read off the decision's own trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.feel.builtins.comparison import same
from crmrules.model.decision import Decision, FactTrace, TableTrace
from crmrules.model.ruleset import HitPolicy, RuleSet
from crmrules.model.ruletest import RuleTest
from crmrules.model.values import Date, DateTime, Value
from crmrules.model.vocabulary import Cell
from crmrules.review.explain import Row
from crmrules.review.ruletest_cases import Case, Expected, ExpectedAction
from crmrules.review.ruletest_coverage import Coverage, coverage_of

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.plan import Action, ActionPlan


_Step = TypeVar("_Step", FactTrace, TableTrace)


class What(StrEnum):
    """What came out otherwise than expected."""

    VALUE = "value"  # a fact has another value
    ROW = "row"  # a rule made no result, and should have
    NOT_ROW = "not_row"  # a rule made a result, and should not have
    UNKNOWN = "unknown"  # a missing value left nothing undecided
    NO_ACTION = "no_action"  # the plan lacks an action
    ACTION = "action"  # an action of the plan is different
    ACTION_COUNT = "action_count"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One expectation that was not met.

    ``subject`` is the fact or rule, ``field`` that of an action; ``cell`` is where the expectation stands. Why:
    ``matched`` are the rows that made the result instead, ``stopped`` the row that should have, with the cells that
    stopped it; ``derived`` how a derived fact came about; ``reason`` why an action is not in the plan (a policy's
    reason, ``later`` than the plan ends, ``no_task``: its row matched and asks for nothing now), with its due date if
    it has one.
    """

    what: What
    subject: str
    cell: Cell
    expected: Value = None
    actual: Value = None
    field: str = ""
    decision: str = ""
    matched: tuple[Row, ...] = ()
    stopped: Row | None = None
    derived: FactTrace | None = None
    reason: str = ""
    due: DateTime | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """One case: what the rules said of it, and every expectation that was not met."""

    __test__ = False  # no test class, whatever pytest makes of its name

    test: RuleTest
    decision: Decision
    mismatches: tuple[Mismatch, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.mismatches


@dataclass(frozen=True, slots=True)
class TestReport:
    """All cases in order, and the rows they reach."""

    __test__ = False

    ruleset: RuleSet
    fingerprint: str
    results: tuple[TestResult, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The cases that did not come out as expected."""
        return tuple(result for result in self.results if not result.passed)


def run_tests(compiled: CompiledRuleSet, cases: Iterable[Case], sampled: Mapping[str, int] | None = None) -> TestReport:
    """Run all cases. ``sampled`` counts how often sample records reached each rule, None without samples."""
    results = tuple(run_test(compiled, case) for case in cases)
    reached = {match.rule for result in results for match in result.decision.matches}
    return TestReport(compiled.ruleset, compiled.fingerprint, results, coverage_of(compiled.ruleset, reached, sampled))


def run_test(compiled: CompiledRuleSet, case: Case) -> TestResult:
    """Run one case."""
    decision = compiled.decide(
        case.record, as_of=case.as_of, history=case.history, trace=True, cut_points=case.cut_points
    )
    found = [*_values(compiled, case, decision), *_rows(compiled, case, decision), *_unknown(case, decision)]
    if case.wants_plan:
        histories = {case.record.id: case.history}
        plan = compiled.plan(
            [case.record], as_of=case.as_of, histories=histories, kpis=False, cut_points=case.cut_points
        )
        found += _actions(compiled, case, decision, plan)
    return TestResult(case.test, decision, tuple(found))


# --- values, rows, unknown facts ------------------------------------------------------------------------------------


def _values(compiled: CompiledRuleSet, case: Case, decision: Decision) -> Iterator[Mismatch]:
    deciding = {name: table for table in compiled.ruleset.decisions.values() for name in table.outputs}
    for expected in case.expect:
        table = deciding.get(expected.name)
        actual = decision.values.get(expected.name)
        unordered = table is not None and table.hit_policy is HitPolicy.COLLECT
        if agree(expected.value, actual, unordered=unordered):
            continue
        derived = next((s for s in _steps(decision, FactTrace) if s.name == expected.name), None)
        trace = _table(decision, table.id) if table is not None else None
        yield Mismatch(
            What.VALUE,
            expected.name,
            expected.cell,
            expected.value,
            actual,
            decision=trace.decision if trace is not None else "",
            matched=_counting(compiled, decision, trace),
            stopped=_giving(compiled, trace, expected) if trace is not None else None,
            derived=derived,
        )


def agree(expected: Value, actual: Value, *, unordered: bool = False) -> bool:
    """Whether two values are the same to the language; ``unordered`` lists may stand in any order."""
    if unordered and isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        left = list(actual)
        for item in expected:
            at = next((i for i, other in enumerate(left) if same(item, other)), None)
            if at is None:
                return False
            del left[at]
        return True
    return same(expected, actual)


def _rows(compiled: CompiledRuleSet, case: Case, decision: Decision) -> Iterator[Mismatch]:
    made = {match.rule for match in decision.matches}
    for cell in case.test.rows:
        if cell.text not in made:
            yield _unmatched(compiled, decision, cell, What.ROW)
    for cell in case.test.not_rows:
        if cell.text in made:
            trace = _table_of_rule(decision, cell.text)
            rows = tuple(r for r in _counting(compiled, decision, trace) if r.trace.rule == cell.text)
            yield Mismatch(What.NOT_ROW, cell.text, cell, decision=trace.decision if trace else "", matched=rows)


def _unmatched(compiled: CompiledRuleSet, decision: Decision, cell: Cell, what: What, reason: str = "") -> Mismatch:
    """A rule that made no result, with the cells that stopped it and the rows that made one."""
    trace = _table_of_rule(decision, cell.text)
    if trace is None:
        return Mismatch(what, cell.text, cell, reason=reason)
    stopped = next(r for r in _all_rows(compiled, decision, trace) if r.trace.rule == cell.text)
    matched = _counting(compiled, decision, trace)
    return Mismatch(what, cell.text, cell, decision=trace.decision, matched=matched, stopped=stopped, reason=reason)


def _unknown(case: Case, decision: Decision) -> Iterator[Mismatch]:
    for cell in case.test.unknown:
        if cell.text not in decision.unknown:
            yield Mismatch(What.UNKNOWN, cell.text, cell, actual=sorted(decision.unknown))


# --- actions --------------------------------------------------------------------------------------------------------


def _actions(compiled: CompiledRuleSet, case: Case, decision: Decision, plan: ActionPlan) -> Iterator[Mismatch]:
    for expected in case.actions:
        yield from _action(compiled, expected, decision, plan)
    if case.action_count is not None and case.action_count != len(plan.actions):
        cell = case.test.action_count
        rules = [action.rule for action in plan.actions]
        yield Mismatch(What.ACTION_COUNT, case.test.id, cell, case.action_count, rules)


def _action(
    compiled: CompiledRuleSet, expected: ExpectedAction, decision: Decision, plan: ActionPlan
) -> Iterator[Mismatch]:
    rule = expected.rule.text
    held = [item for item in plan.withheld if item.action.rule == rule]
    if any(field.name == "withheld" for field in expected.fields):
        candidates = [(item.action, item.reason) for item in held]
    else:
        candidates = [(action, "") for action in plan.actions if action.rule == rule]
    if candidates:
        differing = ([f for f in expected.fields if not _field_agrees(f, a, reason)] for a, reason in candidates)
        best, (action, reason) = min(zip(differing, candidates, strict=True), key=lambda pair: len(pair[0]))
        for field in best:
            actual = _field(field, action, reason)
            yield Mismatch(What.ACTION, rule, field.cell, field.value, actual, field.name, action.decision)
        return
    if held:
        yield Mismatch(What.NO_ACTION, rule, expected.rule, reason=held[0].reason, due=held[0].action.due)
        return
    if rule not in {match.rule for match in decision.matches}:
        yield _unmatched(compiled, decision, expected.rule, What.NO_ACTION)
        return
    due = min((task.due for task in decision.tasks if task.rule == rule), default=None)
    reason = "no_task" if due is None else "later" if due >= plan.until else "not_planned"
    yield Mismatch(What.NO_ACTION, rule, expected.rule, reason=reason, due=due)


def _field_agrees(field: Expected, action: Action, reason: str) -> bool:
    return agree(field.value, _field(field, action, reason))


def _field(field: Expected, action: Action, reason: str) -> Value:
    """The action's value; its day where a day is expected."""
    value: Value = reason if field.name == "withheld" else getattr(action, field.name)
    if isinstance(value, DateTime) and isinstance(field.value, Date):
        return value.date
    return str(value) if isinstance(value, StrEnum) else value


# --- what the trace says --------------------------------------------------------------------------------------------


def _steps(decision: Decision, kind: type[_Step]) -> Iterator[_Step]:
    for step in decision.trace.steps if decision.trace is not None else ():
        if isinstance(step, kind):
            yield step


def _table(decision: Decision, name: str) -> TableTrace | None:
    return next((step for step in _steps(decision, TableTrace) if step.decision == name), None)


def _table_of_rule(decision: Decision, rule: str) -> TableTrace | None:
    return next((s for s in _steps(decision, TableTrace) if any(r.rule == rule for r in s.rules)), None)


def _all_rows(compiled: CompiledRuleSet, decision: Decision, trace: TableTrace) -> Iterator[Row]:
    table = compiled.ruleset.decisions[trace.decision]
    columns = tuple(column.expression.text.strip() for column in table.inputs)
    counting = {match.rule for match in decision.matches if match.decision == table.id}
    for rule in trace.rules:
        yield Row(rule, columns, rule.rule in counting)


def _counting(compiled: CompiledRuleSet, decision: Decision, trace: TableTrace | None) -> tuple[Row, ...]:
    """The rows that made the result."""
    if trace is None:
        return ()
    return tuple(row for row in _all_rows(compiled, decision, trace) if row.counts)


def _giving(compiled: CompiledRuleSet, trace: TableTrace, expected: Expected) -> Row | None:
    """Of the rows that would have given the expected value, the one that fewest cells stopped."""
    step = next(s for s in compiled.steps if isinstance(s, TableStep) and s.table.id == trace.decision)
    body = step.body
    if not isinstance(body, ClassificationBody) or expected.value is None:
        return None
    column = step.table.outputs.index(expected.name)
    columns = tuple(each.expression.text.strip() for each in step.table.inputs)
    giving = [
        rule
        for rule, results in zip(trace.rules, body.rows, strict=True)
        if not (rule.matched and rule.active)
        and results[column].compiled is None
        and _gives(results[column].value, expected.value)
    ]
    nearest = min(giving, key=lambda rule: (rule.misses, not rule.active), default=None)
    return Row(nearest, columns) if nearest is not None else None


def _gives(value: Value, expected: Value) -> bool:
    return any(same(value, item) for item in expected) if isinstance(expected, list) else same(value, expected)


def sample_matches(compiled: CompiledRuleSet, decisions: Iterable[Decision]) -> dict[str, int]:
    """How often each rule made a result over sample records."""
    counts: dict[str, int] = {}
    for decision in decisions:
        for match in decision.matches:
            counts[match.rule] = counts.get(match.rule, 0) + 1
    return counts
