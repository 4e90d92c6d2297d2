"""Decisions → actions: who does what for which customer, by when, and why.

Records are decided and planned one by one; what is kept is the actions, some counts, and — where KPIs are wanted —
the values decided for each customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from crmrules.engine.decide import decide
from crmrules.engine.planning.capacity import overflow
from crmrules.engine.planning.counts import Counts, counted_facts
from crmrules.engine.planning.customer import Planned, TableRow
from crmrules.engine.planning.people import read_people
from crmrules.engine.planning.policies import read_horizon
from crmrules.engine.planning.view import View
from crmrules.engine.population import stateless, with_cut_points
from crmrules.engine.records import to_record
from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import NO_HISTORY, Decision, History
from crmrules.model.errors import DataError, PlanError
from crmrules.model.issues import issue
from crmrules.model.plan import Action, ActionPlan, KpiResult, Withheld
from crmrules.model.population import CutPoints
from crmrules.model.records import Dataset, Record, Row
from crmrules.model.values import DateTime, Value
from crmrules.timing.arithmetic import add_gap, end_of_day

if TYPE_CHECKING:
    from crmrules.engine.program import Program


def plan(
    compiled: Program,
    records: Dataset | Iterable[Record | Mapping[str, object]],
    *,
    as_of: DateTime,
    histories: Mapping[str, History] | None = None,
    horizon: str | None = None,
    kpis: bool = True,
    view: View | None = None,
    cut_points: CutPoints | None = None,
) -> ActionPlan:
    """Decide and plan all ``records``; ``as_of`` is in the rule set's zone.

    With ``view`` (of the same records) the plan is cut to what its viewer sees. The population is cut by
    ``cut_points``, else as all ``records`` cut it, whoever looks.
    """
    records, cuts = with_cut_points(compiled, records, as_of, histories, cut_points)
    until = plan_end(compiled, as_of, horizon)
    known = histories or {}
    seen = records if view is None else view.dataset
    dataset = seen if isinstance(seen, Dataset) else None
    customers = seen.customers if isinstance(seen, Dataset) else seen
    wanted = kpis and dataset is not None and bool(compiled.compiled_kpis)
    decided: dict[str, Mapping[str, Value]] | None = {} if wanted else None
    pairs = _decided(compiled, customers, as_of, known, decided, cuts)
    owners = dataset.entities.get("owner", ()) if dataset is not None else ()
    made = plan_actions(compiled, pairs, as_of=as_of, until=until, histories=known, owners=owners)
    notes = stateless(compiled) if histories is None else []
    made = replace(made, cut_points=cuts, warnings=(*notes, *made.warnings))
    if view is not None and view.names is not None:  # of others the viewer sees a part of their work alone
        made = replace(made, overflow=tuple(each for each in made.overflow if each.owner in view.names))
    if decided is not None and dataset is not None:
        made = replace(made, kpis=_compute_kpis(compiled, dataset, decided, as_of))
    for each in compiled.registry.plan_filters if compiled.registry is not None else ():
        made = each(made)
    return made


def plan_end(compiled: Program, as_of: DateTime, horizon: str | None = None) -> DateTime:
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


def kpi_results(
    compiled: Program,
    dataset: Dataset,
    *,
    as_of: DateTime,
    view: View | None = None,
    histories: Mapping[str, History] | None = None,
) -> tuple[KpiResult, ...]:
    """The rule set's KPIs over a dataset, or over the part of it that ``view`` shows."""
    if not compiled.compiled_kpis:
        return ()
    decided: dict[str, Mapping[str, Value]] = {}
    _, cuts = with_cut_points(compiled, dataset, as_of, histories)
    dataset = dataset if view is None else view.dataset
    for _ in _decided(compiled, dataset.customers, as_of, histories or {}, decided, cuts):
        pass
    return _compute_kpis(compiled, dataset, decided, as_of)


def _compute_kpis(
    compiled: Program, dataset: Dataset, decided: Mapping[str, Mapping[str, Value]], as_of: DateTime
) -> tuple[KpiResult, ...]:
    from crmrules.engine.kinds.kpi import compute_kpis

    return compute_kpis(compiled, dataset, decided, as_of)


def _decided(
    compiled: Program,
    records: Iterable[Record | Mapping[str, object]],
    as_of: DateTime,
    histories: Mapping[str, History],
    decided: dict[str, Mapping[str, Value]] | None,
    cuts: CutPoints,
) -> Iterator[tuple[Record, Decision]]:
    seen: set[str] = set()
    for given in records:
        record, warnings = to_record(compiled, given)
        if record.id in seen:  # actions of both would have the same keys
            raise DataError([issue("P419", customer=record.id)])
        seen.add(record.id)
        history = histories.get(record.id, NO_HISTORY)
        decision = decide(
            compiled, record, as_of=as_of, history=history, trace=False, warnings=warnings, cut_points=cuts
        )
        if decided is not None:
            decided[record.id] = decision.values
        yield record, decision


# --- from decisions to a plan ---------------------------------------------------------------------------------------


def plan_actions(
    compiled: Program,
    pairs: Iterable[tuple[Record, Decision]],
    *,
    as_of: DateTime,
    until: DateTime,
    histories: Mapping[str, History] | None = None,
    owners: Iterable[Row] = (),
) -> ActionPlan:
    """The plan for records with their decisions: every task due before ``until``, overdue ones included.

    ``pairs`` is read once. ``owners`` are the rows of that entity: absences, deputies, capacities. The result is
    sorted by due instant, priority, customer and key.
    """
    table_rows = _rows_by_rule(compiled)
    counts = Counts(counted_facts(compiled))
    warnings = Warnings()
    people, found = read_people(compiled, owners)
    for warning in found:
        warnings.add(warning, "")
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
        customer = Planned(compiled, record, decision, as_of, history, warnings, people)
        allowed: list[Action] = []
        for task in tasks:
            step, row = table_rows[task.rule]
            action = customer.action(task, step, row)
            kept_back = customer.withheld(action, task, step)
            if kept_back is None:
                allowed.append(action)
            else:
                withheld.append(kept_back)
        if compiled.policies.caps:
            allowed, capped = customer.reach.capped(allowed)
            withheld += capped
        actions += allowed
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
        overflow=overflow(compiled, people, actions, as_of),
    )


def _order(action: Action) -> tuple[int, int, str, str]:
    return action.due.instant, action.priority, action.customer, action.key


def _rows_by_rule(compiled: Program) -> dict[str, tuple[TableStep, TableRow]]:
    rows: dict[str, tuple[TableStep, TableRow]] = {}
    for step in compiled.steps:
        if not isinstance(step, TableStep):
            continue
        if isinstance(step.body, ClassificationBody):
            told = step.body.transition.notify if step.body.transition is not None else None
            rows.update((row.cells.rule.id, (step, row)) for row in (told or {}).values())
        else:
            every: list[TableRow] = [*step.body.rows, *([step.body.default] if step.body.default is not None else [])]
            rows.update((row.cells.rule.id, (step, row)) for row in every)
    return rows
