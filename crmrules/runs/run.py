"""One run: histories → plan → one transaction → dispatch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmrules.engine.planner import plan_actions, plan_end
from crmrules.engine.planning.customer import Planned
from crmrules.engine.warnings import Warnings, conflicting_tables
from crmrules.model.decision import NO_HISTORY, Decision, History, Pending, TaskStatus
from crmrules.model.ruleset import Kind
from crmrules.runs.dispatch import Sent, dispatch
from crmrules.runs.records import Decided, Outcome, RunRecord

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.issues import Issue
    from crmrules.model.plan import Action, ActionPlan
    from crmrules.model.ports import Notifier, StateStore
    from crmrules.model.records import Dataset, Record
    from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did: ``actions`` of its plan, of which ``new`` ones were put into the outbox; ``resumed`` ones were
    left there by earlier runs and offered again; ``sent`` has each notifier's count; ``undecided`` counts customers for
    whom rows of a table contradict each other.

    Actions are not sent in the customer's quiet hours, and those of earlier runs not to somebody who has refused them
    since.
    """

    run: int
    plan: ActionPlan
    customers: int
    actions: int
    new: int
    resumed: int
    sent: tuple[Sent, ...]
    undecided: int = 0

    @property
    def undelivered(self) -> bool:
        """Whether any notifier failed or refused."""
        return any(sent.failed or sent.refused for sent in self.sent)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Warnings of the plan, and what could not be delivered."""
        return (*self.plan.warnings, *(found for sent in self.sent for found in sent.issues))


def run_plan(
    compiled: CompiledRuleSet,
    dataset: Dataset,
    *,
    as_of: DateTime,
    store: StateStore,
    notifiers: Mapping[str, Notifier],
    accept: Callable[[ActionPlan], None] | None = None,
) -> RunReport:
    """Evaluate every customer with its history, commit what was found, then offer all pending actions.

    Only what is due or overdue is committed: an escalation level that has not been reached must not be told, and a
    later touch may still become unnecessary. A plan shows them; the run of their own day sends them.

    ``notifiers`` by the name under which deliveries are recorded. Repeating a run as of the same moment changes
    nothing and sends nothing twice. ``accept`` is shown the plan before anything is committed; what it raises ends the
    run with nothing changed. Raises :class:`~crmrules.model.errors.StateError` when the store cannot commit;
    then nothing has been sent. A failing notifier is in the report, never an exception.
    """
    ruleset = compiled.ruleset.name
    histories = store.histories(ruleset, as_of)
    known = next(iter(histories.values()), NO_HISTORY)
    unseen = History(as_of=known.as_of)  # of customers of whom earlier runs left nothing
    cuts = compiled.cut_points(dataset, as_of=as_of, histories=histories)
    outcomes: list[Outcome] = []
    waiting = _waiting(store, ruleset) if compiled.policies.restrict else {}
    withdrawn: dict[str, str] = {}
    undecided: set[str] = set()

    def decided() -> Iterator[tuple[Record, Decision]]:
        for record in dataset.customers:
            decision = compiled.decide(record, as_of=as_of, history=histories.get(record.id, unseen), cut_points=cuts)
            outcomes.append(_outcome(compiled, decision))
            if conflicting_tables(decision.warnings):
                undecided.add(record.id)
            if record.id in waiting:
                withdrawn.update(_withdrawn(compiled, record, decision, as_of, histories, waiting[record.id]))
            yield record, decision

    until = plan_end(compiled, as_of)
    owners = dataset.entities.get("owner", ())
    plan = plan_actions(compiled, decided(), as_of=as_of, until=until, histories=histories, owners=owners)
    called_for = tuple(action for action in plan.actions if _is_called_for(action, as_of))
    plan = replace(plan, actions=called_for, cut_points=cuts)
    for change in compiled.registry.plan_filters if compiled.registry is not None else ():
        plan = change(plan)
    if accept is not None:
        accept(plan)
    record = RunRecord(ruleset, compiled.ruleset.version, compiled.fingerprint, as_of, outcomes, plan.actions, cuts)
    committed = store.commit(record)
    sent = dispatch(store, ruleset, notifiers, as_of, withdrawn)
    return RunReport(
        committed.run, plan, len(outcomes), len(plan.actions), committed.new, committed.waiting, sent,
        len(undecided),
    )  # fmt: skip


def _waiting(store: StateStore, ruleset: str) -> dict[str, list[Action]]:
    """What earlier runs left in the outbox, by customer."""
    found: dict[str, list[Action]] = {}
    after = 0
    while batch := store.pending(ruleset, after=after):
        for each in batch:
            found.setdefault(each.action.customer, []).append(each.action)
        after = batch[-1].number
    return found


def _withdrawn(
    compiled: CompiledRuleSet,
    record: Record,
    decision: Decision,
    as_of: DateTime,
    histories: Mapping[str, History],
    actions: list[Action],
) -> Iterator[tuple[str, str]]:
    """Keys and reasons of actions that the customer no longer wants, now that they are about to be sent."""
    customer = Planned(compiled, record, decision, as_of, histories.get(record.id, NO_HISTORY), Warnings())
    for action in actions:
        stop = customer.reach.stop_of(action.channel, action.purpose, as_of)
        if stop is not None:
            yield action.key, stop.reason


def _is_called_for(action: Action, as_of: DateTime) -> bool:
    """Whether its time has come; a level that a paused clock has not reached waits."""
    if action.status is TaskStatus.PAUSED:
        return action.due <= as_of
    return action.status is not TaskStatus.UPCOMING


def _outcome(compiled: CompiledRuleSet, decision: Decision) -> Outcome:
    """What of a decision later runs must know: decided facts, episodes that are open, lower values that wait."""
    facts: dict[str, Decided] = {}
    for table in compiled.ruleset.decisions.values():
        if table.kind is Kind.CLASSIFICATION:
            rules = ",".join(match.rule for match in decision.matches if match.decision == table.id)
            for fact in table.outputs:
                facts[fact] = Decided(decision.values.get(fact), rules)
    for experiment in compiled.ruleset.experiments.values():
        facts[experiment.fact] = Decided(decision.values.get(experiment.fact), experiment.id)
    pending = {
        moved.fact: Pending(moved.proposed, moved.pending_since)
        for moved in decision.transitions
        if moved.pending_since is not None
    }
    return Outcome(decision.customer, facts, decision.episodes, pending)
