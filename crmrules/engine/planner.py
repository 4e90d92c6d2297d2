"""Decisions → actions: who does what for which customer, by when, and why.

Records are decided and planned one by one; what is kept is the actions, some counts, and — where KPIs are wanted —
the values decided for each customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crmrules.engine.decide import decide
from crmrules.engine.facts import read_horizon
from crmrules.engine.planning.counts import Counts, counted_facts
from crmrules.engine.planning.customer import Planned, TableRow
from crmrules.engine.records import to_record
from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import NO_HISTORY, Decision, History
from crmrules.model.errors import PlanError
from crmrules.model.issues import issue
from crmrules.model.plan import Action, ActionPlan, KpiResult, Withheld
from crmrules.model.records import Dataset, Record
from crmrules.model.values import DateTime, Value
from crmrules.timing.arithmetic import add_gap, end_of_day

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet


def plan(
    compiled: CompiledRuleSet,
    records: Dataset | Iterable[Record | Mapping[str, object]],
    *,
    as_of: DateTime,
    histories: Mapping[str, History] | None = None,
    horizon: str | None = None,
    kpis: bool = True,
) -> ActionPlan:
    """Decide and plan all ``records``; ``as_of`` is in the rule set's zone."""
    until = plan_end(compiled, as_of, horizon)
    known = histories or {}
    dataset = records if isinstance(records, Dataset) else None
    customers = records.customers if isinstance(records, Dataset) else records
    wanted = kpis and dataset is not None and bool(compiled.compiled_kpis)
    decided: dict[str, Mapping[str, Value]] | None = {} if wanted else None
    pairs = _decided(compiled, customers, as_of, known, decided)
    made = plan_actions(compiled, pairs, as_of=as_of, until=until, histories=known)
    if decided is not None and dataset is not None:
        made = replace(made, kpis=_compute_kpis(compiled, dataset, decided, as_of))
    for each in compiled.registry.plan_filters if compiled.registry is not None else ():
        made = each(made)
    return made


def plan_end(compiled: CompiledRuleSet, as_of: DateTime, horizon: str | None = None) -> DateTime:
    """How far a plan looks: the horizon given, else the rule set's, else the end of the day.

    Raises :class:`~crmrules.model.errors.PlanError` for a horizon that is no duration.
    """
    gap = compiled.policies.horizon
    if horizon is not None and horizon.strip():
        gap = read_horizon(horizon)
        if gap is None:
            raise PlanError([issue("P504", found=horizon)])
    try:
        return end_of_day(as_of) if gap is None else add_gap(as_of, gap)
    except OverflowError:
        raise PlanError([issue("P504", found=horizon or str(gap))]) from None


def kpi_results(compiled: CompiledRuleSet, dataset: Dataset, *, as_of: DateTime) -> tuple[KpiResult, ...]:
    """The rule set's KPIs over a dataset."""
    if not compiled.compiled_kpis:
        return ()
    decided: dict[str, Mapping[str, Value]] = {}
    for _ in _decided(compiled, dataset.customers, as_of, {}, decided):
        pass
    return _compute_kpis(compiled, dataset, decided, as_of)


def _compute_kpis(
    compiled: CompiledRuleSet, dataset: Dataset, decided: Mapping[str, Mapping[str, Value]], as_of: DateTime
) -> tuple[KpiResult, ...]:
    from crmrules.engine.kinds.kpi import compute_kpis

    return compute_kpis(compiled, dataset, decided, as_of)


def _decided(
    compiled: CompiledRuleSet,
    records: Iterable[Record | Mapping[str, object]],
    as_of: DateTime,
    histories: Mapping[str, History],
    decided: dict[str, Mapping[str, Value]] | None,
) -> Iterator[tuple[Record, Decision]]:
    for given in records:
        record, warnings = to_record(compiled, given)
        history = histories.get(record.id, NO_HISTORY)
        decision = decide(compiled, record, as_of=as_of, history=history, trace=False, warnings=warnings)
        if decided is not None:
            decided[record.id] = decision.values
        yield record, decision


# --- from decisions to a plan ---------------------------------------------------------------------------------------


def plan_actions(
    compiled: CompiledRuleSet,
    pairs: Iterable[tuple[Record, Decision]],
    *,
    as_of: DateTime,
    until: DateTime,
    histories: Mapping[str, History] | None = None,
) -> ActionPlan:
    """The plan for records with their decisions: every task due before ``until``, overdue ones included.

    ``pairs`` is read once. The result is sorted by due instant, priority, customer and key.
    """
    table_rows = _rows_by_rule(compiled)
    counts = Counts(counted_facts(compiled))
    warnings = Warnings()
    actions: list[Action] = []
    withheld: list[Withheld] = []
    for record, decision in pairs:
        counts.add(decision)
        for warning in decision.warnings:
            warnings.add(warning, decision.customer)
        tasks = [task for task in decision.tasks if task.due < until]
        if not tasks:
            continue
        history = (histories or {}).get(record.id, NO_HISTORY)
        customer = Planned(compiled, record, decision, as_of, history, warnings)
        for task in tasks:
            action = customer.action(task, *table_rows[task.rule])
            reason = customer.reason(task)
            if reason:
                withheld.append(Withheld(action, reason))
            else:
                actions.append(action)
    actions.sort(key=_order)
    withheld.sort(key=lambda each: _order(each.action))
    ruleset = compiled.ruleset
    return ActionPlan(
        ruleset=ruleset.name,
        label=ruleset.label,
        version=ruleset.version,
        fingerprint=compiled.fingerprint,
        as_of=as_of,
        until=until,
        customers=counts.customers,
        actions=tuple(actions),
        withheld=tuple(withheld),
        distribution=counts.distribution(),
        unknown=dict(sorted(counts.unknown.items())),
        warnings=warnings.summary(),
        language=ruleset.language,
    )


def _order(action: Action) -> tuple[int, int, str, str]:
    return action.due.instant, action.priority, action.customer, action.key


def _rows_by_rule(compiled: CompiledRuleSet) -> dict[str, tuple[TableStep, TableRow]]:
    rows: dict[str, tuple[TableStep, TableRow]] = {}
    for step in compiled.steps:
        if not isinstance(step, TableStep):
            continue
        if isinstance(step.body, ClassificationBody):
            told = step.body.transition.notify if step.body.transition is not None else None
            rows.update((rule, (step, row)) for rule, row in (told or {}).items())
        else:
            every: list[TableRow] = [*step.body.rows, *([step.body.default] if step.body.default is not None else [])]
            rows.update((row.cells.rule.id, (step, row)) for row in every)
    return rows
