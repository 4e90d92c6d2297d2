"""What a change of rules changes for real customers: decided facts, actions and KPIs, old and new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from crmrules.engine.compiled import CompiledRuleSet, Moment
from crmrules.engine.planner import plan_actions, plan_end
from crmrules.engine.planning.view import View
from crmrules.engine.warnings import conflicting_tables
from crmrules.model.decision import NO_HISTORY, CellTrace, Decision, History, Match, TableTrace
from crmrules.model.issues import Issue
from crmrules.model.plan import Action, ActionPlan, KpiResult
from crmrules.model.population import CutPoints
from crmrules.model.records import Dataset, Record
from crmrules.model.ruleset import Kind, RuleSet
from crmrules.model.temporal import DateTime
from crmrules.review.diff_json import diff_json
from crmrules.review.diff_text import diff_text
from crmrules.review.wording import wording

COMPARED = ("rule", "task", "due", "until", "channel", "owner", "priority", "purpose", "content")
"""Fields of an action whose change is told."""

EXPLAINED = 1_000
"""Customers for whom it is also worked out which cells stop the row that used to count; each costs a trace."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A cell of the new rule set that stops a row which counted under the old one; ``column`` is its input."""

    rule: str
    column: str
    cell: CellTrace


@dataclass(frozen=True, slots=True)
class FactChange:
    """A decided fact of one customer that is not what it was; with the rows that gave it, under each rule set.

    ``stops`` says why the old rows do not count any more, as far as they are still there. A side in ``conflict`` has no
    row because several contradict each other.
    """

    customer: str
    customer_name: str
    fact: str
    old: Any
    new: Any
    old_rules: tuple[Match, ...]
    new_rules: tuple[Match, ...]
    stops: tuple[Stop, ...] = ()
    old_conflict: bool = False
    new_conflict: bool = False


@dataclass(frozen=True, slots=True)
class ActionChange:
    """An action that was added (``old`` None), removed (``new`` None) or changed in ``fields``.

    ``withheld`` of an action that one side keeps back is among the fields; the reasons stand beside.
    """

    old: Action | None
    new: Action | None
    fields: tuple[str, ...] = ()
    old_withheld: str = ""
    new_withheld: str = ""

    @property
    def action(self) -> Action:
        """The newer one there is."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a change without an action")
        return found


@dataclass(frozen=True, slots=True)
class KpiChange:
    """One KPI for one group under both rule sets; None where one of them does not have it."""

    old: KpiResult | None
    new: KpiResult | None


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that differs. ``migrations``: fact → (old value, new value) → customers, most frequent first;
    ``kpis`` holds those whose value, n or rating differ; ``warnings`` are those of both plans."""

    old: RuleSet
    new: RuleSet
    old_fingerprint: str
    new_fingerprint: str
    as_of: DateTime
    customers: int
    facts: tuple[FactChange, ...] = ()
    migrations: Mapping[str, Mapping[tuple[Any, Any], int]] = field(default_factory=dict)
    added: tuple[ActionChange, ...] = ()
    removed: tuple[ActionChange, ...] = ()
    changed: tuple[ActionChange, ...] = ()
    kpis: tuple[KpiChange, ...] = ()
    warnings: tuple[Issue, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the two rule sets come to the same for these customers."""
        return not (self.facts or self.added or self.removed or self.changed or self.kpis)


def diff_rulesets(
    old: CompiledRuleSet,
    new: CompiledRuleSet,
    dataset: Dataset,
    as_of: Moment,
    *,
    histories: Mapping[str, History] | None = None,
    view: View | None = None,
) -> Diff:
    """Decide and plan every customer of ``dataset``, or those that ``view`` shows, under both and compare; nothing is
    written anywhere."""
    cuts = [each.cut_points(dataset, as_of=as_of, histories=histories) for each in (old, new)]  # of all customers
    dataset = dataset if view is None else view.dataset
    before = _evaluate(old, dataset, as_of, histories or {}, cuts[0])
    after = _evaluate(new, dataset, as_of, histories or {}, cuts[1])
    facts = _with_stops(tuple(_fact_changes(dataset.customers, before, after)), new, dataset, after, histories or {})
    added, removed, changed = _action_changes(before.plan, after.plan)
    return Diff(
        old.ruleset,
        new.ruleset,
        old.fingerprint,
        new.fingerprint,
        after.plan.as_of,
        len(dataset.customers),
        facts,
        _migrations(facts),
        added,
        removed,
        changed,
        tuple(_kpi_changes(before.kpis, after.kpis)),
        tuple(dict.fromkeys((*before.plan.warnings, *after.plan.warnings))),
    )


def render_text(diff: Diff, lang: str = "en", *, reveal: bool = False) -> str:
    """The diff as lines for a terminal; long lists are cut, and say so."""
    return diff_text(diff, wording(lang, diff.new, reveal=reveal))


def to_json(diff: Diff, lang: str = "en", *, reveal: bool = False) -> dict[str, Any]:
    """The diff as plain data (shape: ``schemas/diff.schema.json``; text by ``json_text.dumps``)."""
    return diff_json(diff, wording(lang, diff.new, reveal=reveal))


# --- one side -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Side:
    """What one rule set says: its plan and KPIs, and by customer the decided facts and the rows that fired.

    ``sources`` maps each decided fact to its decision or experiment.
    """

    plan: ActionPlan
    kpis: tuple[KpiResult, ...]
    sources: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]]
    matches: Mapping[str, tuple[Match, ...]]
    conflicts: frozenset[tuple[str, str]] = frozenset()


def _evaluate(
    compiled: CompiledRuleSet,
    dataset: Dataset,
    as_of: Moment,
    histories: Mapping[str, History],
    cuts: CutPoints,
) -> _Side:
    moment = compiled.moment(as_of)
    sources = {
        fact: table.id
        for table in compiled.ruleset.decisions.values()
        if table.kind is Kind.CLASSIFICATION
        for fact in table.outputs
    }
    sources |= {experiment.fact: experiment.id for experiment in compiled.ruleset.experiments.values()}
    values: dict[str, Mapping[str, Any]] = {}
    matches: dict[str, tuple[Match, ...]] = {}
    conflicts: set[tuple[str, str]] = set()

    def decided() -> Iterator[tuple[Record, Decision]]:
        for record in dataset.customers:
            history = histories.get(record.id, NO_HISTORY)
            decision = compiled.decide(record, as_of=moment, history=history, cut_points=cuts)
            values[record.id] = decision.values
            matches[record.id] = decision.matches
            conflicts.update((record.id, table) for table in conflicting_tables(decision.warnings))
            yield record, decision

    until, owners = plan_end(compiled, moment), dataset.entities.get("owner", ())
    plan = plan_actions(compiled, decided(), as_of=moment, until=until, histories=histories, owners=owners)
    plan = replace(plan, cut_points=cuts)
    kpis: tuple[KpiResult, ...] = ()
    if compiled.compiled_kpis:
        from crmrules.engine.kinds.kpi import compute_kpis

        kpis = compute_kpis(compiled, dataset, values, moment)
    return _Side(plan, kpis, sources, values, matches, frozenset(conflicts))


# --- comparing ------------------------------------------------------------------------------------------------------


def _fact_changes(customers: Iterable[Record], before: _Side, after: _Side) -> Iterator[FactChange]:
    """By customer in the order read, then by fact in the new rule set's order. A fact that only one side decides is
    not a change of a customer but of the rule set, unless it has a value."""
    facts = [*after.sources, *(fact for fact in before.sources if fact not in after.sources)]
    for record in customers:
        old, new = before.values[record.id], after.values[record.id]
        for fact in facts:
            if old.get(fact) != new.get(fact):
                name = record.fields.get("name")
                yield FactChange(
                    record.id,
                    name if isinstance(name, str) else "",
                    fact,
                    old.get(fact),
                    new.get(fact),
                    _rows(before, record.id, fact),
                    _rows(after, record.id, fact),
                    old_conflict=(record.id, before.sources.get(fact, "")) in before.conflicts,
                    new_conflict=(record.id, after.sources.get(fact, "")) in after.conflicts,
                )


def _rows(side: _Side, customer: str, fact: str) -> tuple[Match, ...]:
    return tuple(match for match in side.matches[customer] if match.decision == side.sources.get(fact))


def _with_stops(
    changes: tuple[FactChange, ...],
    new: CompiledRuleSet,
    dataset: Dataset,
    after: _Side,
    histories: Mapping[str, History],
) -> tuple[FactChange, ...]:
    """The changes with the cells that stop their old rows, read off a trace of the new decision."""
    wanted = set(islice(dict.fromkeys(change.customer for change in changes), EXPLAINED))
    traces: dict[str, Mapping[str, TableTrace]] = {}
    for record in dataset.customers:
        if record.id in wanted:
            history = histories.get(record.id, NO_HISTORY)
            decision = new.decide(
                record, as_of=after.plan.as_of, history=history, trace=True, cut_points=after.plan.cut_points
            )
            trace = decision.trace
            steps = trace.steps if trace is not None else ()
            traces[record.id] = {step.decision: step for step in steps if isinstance(step, TableTrace)}
    result = []
    for change in changes:
        table = traces.get(change.customer, {}).get(after.sources.get(change.fact, ""))
        stops = tuple(_stops(change, table, new.ruleset)) if table is not None else ()
        result.append(replace(change, stops=stops))
    return tuple(result)


def _stops(change: FactChange, trace: TableTrace, ruleset: RuleSet) -> Iterator[Stop]:
    columns = [column.expression.text.strip() for column in ruleset.decisions[trace.decision].inputs]
    gone = {match.rule for match in change.old_rules} - {match.rule for match in change.new_rules}
    for rule in trace.rules:
        if rule.rule in gone:
            for column, cell in zip(columns, rule.cells, strict=True):
                if cell.result is not True:
                    yield Stop(rule.rule, column, cell)


def _migrations(changes: Iterable[FactChange]) -> dict[str, dict[tuple[Any, Any], int]]:
    counters: dict[str, Counter[tuple[Any, Any]]] = {}
    for change in changes:
        pair = (_hashable(change.old), _hashable(change.new))
        counters.setdefault(change.fact, Counter())[pair] += 1
    return {
        fact: dict(sorted(counter.items(), key=lambda item: (-item[1], str(item[0]))))
        for fact, counter in counters.items()
    }


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


Planned = tuple[Action, str]
"""An action and the reason why it is withheld, blank for one of the plan."""


def _action_changes(
    before: ActionPlan, after: ActionPlan
) -> tuple[tuple[ActionChange, ...], tuple[ActionChange, ...], tuple[ActionChange, ...]]:
    """Added, removed, changed. A rule mostly gives a customer one action, so rule and customer match them (the key
    would also hold the period, and a moved anchor is a change), and of several their order;
    what is left is matched by decision, signal and level: another row of the same table now speaks for the customer."""
    old, new = _planned(before), _planned(after)
    pairs = [(old.pop(key), new.pop(key)) for key in list(old) if key in new]
    spare: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for key, (action, _) in new.items():
        spare.setdefault(_place_in_table(action), []).append(key)
    for key, item in list(old.items()):
        candidates = spare.get(_place_in_table(item[0]))
        if candidates:
            pairs.append((old.pop(key), new.pop(candidates.pop(0))))
    changed = [change for pair in pairs if (change := _compare(*pair)) is not None]
    # What is withheld on its only side is no work gained or lost.
    added = [ActionChange(None, action) for action, reason in new.values() if not reason]
    removed = [ActionChange(action, None) for action, reason in old.values() if not reason]
    return _in_order(added), _in_order(removed), _in_order(changed)


def _planned(plan: ActionPlan) -> dict[tuple[str, ...], Planned]:
    items: list[Planned] = [(action, "") for action in plan.actions]
    items += [(item.action, item.reason) for item in plan.withheld]
    found: dict[tuple[str, ...], Planned] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for action, reason in sorted(items, key=lambda item: (item[0].due.instant, item[0].owner_role)):
        thing = (action.decision, action.rule, action.customer, _step(action))
        counts[thing] += 1
        found[(*thing, str(counts[thing]))] = (action, reason)
    return found


def _step(action: Action) -> str:
    """A level and the warning of it are two things."""
    return "warning" if action.signal and not action.level else ""


def _place_in_table(action: Action) -> tuple[str, ...]:
    return action.customer, action.decision, action.signal, str(action.level)


def _compare(old: Planned, new: Planned) -> ActionChange | None:
    fields = [name for name in COMPARED if getattr(old[0], name) != getattr(new[0], name)]
    if old[1] != new[1]:
        fields.append("withheld")
    return ActionChange(old[0], new[0], tuple(fields), old[1], new[1]) if fields else None


def _in_order(changes: list[ActionChange]) -> tuple[ActionChange, ...]:
    def order(change: ActionChange) -> tuple[int, int, str, str]:
        action = change.action
        return action.due.instant, action.priority, action.customer, action.rule

    return tuple(sorted(changes, key=order))


def _kpi_changes(before: Iterable[KpiResult], after: Iterable[KpiResult]) -> Iterator[KpiChange]:
    old = {_group(kpi): kpi for kpi in before}
    new = {_group(kpi): kpi for kpi in after}
    for key in [*new, *(key for key in old if key not in new)]:
        one, other = old.get(key), new.get(key)
        if one is None or other is None or (one.value, one.n, one.rating) != (other.value, other.n, other.rating):
            yield KpiChange(one, other)


def _group(kpi: KpiResult) -> tuple[str, ...]:
    return kpi.kpi, *(f"{name}={value}" for name, value in kpi.group.items())
