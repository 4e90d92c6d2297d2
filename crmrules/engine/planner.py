"""Decisions → actions: who does what for which customer, by when, and why.

Records are decided and planned one by one; what is kept is the actions, some counts, and — where KPIs are wanted —
the values decided for each customer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from crmrules.engine.cells import canonical
from crmrules.engine.decide import apply_defaults, decide, environment
from crmrules.engine.facts import read_horizon
from crmrules.engine.messages import TemplateFailure, render
from crmrules.engine.records import to_record
from crmrules.engine.steps import CadenceRow, ClassificationBody, EscalationRow, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import NO_HISTORY, Decision, History, Task
from crmrules.model.errors import PlanError
from crmrules.model.issues import issue
from crmrules.model.plan import Action, ActionPlan, KpiResult, Withheld
from crmrules.model.records import Dataset, Record
from crmrules.model.values import DateTime, Value
from crmrules.timing.arithmetic import add_gap, end_of_day

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.feel.compiler import Compiled
    from crmrules.feel.notes import Note

DO_NOT_CONTACT = "do_not_contact"
BLOCKED_CHANNEL = "blocked_channel"
"""Why actions are withheld, besides a table's own ``suppress``."""

_INTERNAL = "internal"
_NO_VALUE = ""


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
    counts = _Counts(_counted_facts(compiled))
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
        customer = _Customer(compiled, record, decision, as_of, history, warnings)
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


def action_key(ruleset: str, rule: str, customer: str, period: str, level: int) -> str:
    """Twenty hexadecimal digits, the same on every run for the same rule, customer, period or episode, and level."""
    text = json.dumps([ruleset, rule, customer, period, level], ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=10).hexdigest()


TableRow = CadenceRow | EscalationRow


def _rows_by_rule(compiled: CompiledRuleSet) -> dict[str, tuple[TableStep, TableRow]]:
    rows: dict[str, tuple[TableStep, TableRow]] = {}
    for step in compiled.steps:
        if isinstance(step, TableStep) and not isinstance(step.body, ClassificationBody):
            every: list[TableRow] = [*step.body.rows, *([step.body.default] if step.body.default is not None else [])]
            rows.update((row.cells.rule.id, (step, row)) for row in every)
    return rows


class _Customer:
    """One customer while its tasks become actions: names resolved, consent applied, texts filled in."""

    def __init__(
        self,
        compiled: CompiledRuleSet,
        record: Record,
        decision: Decision,
        as_of: DateTime,
        history: History,
        warnings: Warnings,
    ) -> None:
        self.compiled = compiled
        self.id = record.id
        self.env = environment(compiled, record, as_of, history)
        apply_defaults(compiled, self.env)
        self.env.update(decision.values)
        self.warnings = warnings
        self.stopped = self._do_not_contact()
        self.blocked = self._blocked_channels()

    def action(self, task: Task, step: TableStep, row: TableRow) -> Action:
        """The task with its owner, its texts, its key and the values it rests on."""
        compiled = self.compiled
        owner, is_queue = self._owner(task.owner_role)
        name = self.env.get("name")
        return Action(
            key=action_key(compiled.ruleset.name, task.rule, self.id, task.period, task.level),
            customer=self.id,
            kind=task.kind,
            decision=task.decision,
            rule=task.rule,
            place=task.span,
            task=self._text(task.task, row),
            due=task.due,
            until=task.until,
            status=task.status,
            channel=task.channel,
            owner=owner,
            owner_role=task.owner_role,
            is_queue=is_queue,
            priority=task.priority,
            purpose=task.purpose,
            content=self._text(task.content, row),
            basis=self._basis(step, row),
            ruleset=compiled.ruleset.name,
            fingerprint=compiled.fingerprint,
            customer_name=name if isinstance(name, str) else "",
            start=task.start,
            signal=task.signal,
            level=task.level,
        )

    def reason(self, task: Task) -> str:
        """Why the action is withheld; blank when it is not. Work inside the company needs no consent."""
        if task.withheld:
            return task.withheld
        if task.purpose == _INTERNAL:
            return ""
        if self.stopped:
            return DO_NOT_CONTACT
        if task.channel and (self.blocked is None or task.channel in self.blocked):
            return BLOCKED_CHANNEL
        return ""

    def _owner(self, role: str) -> tuple[str, bool]:
        known = self.compiled.roles.get(role)
        person = self._value(known.person) if known is not None and known.person is not None else None
        if isinstance(person, str) and person.strip():
            return person, False
        return role, True

    def _value(self, expression: Compiled) -> Value:
        notes: list[Note] = []
        value = expression.call(self.env, notes)
        self._warn_of(expression, notes, "P401")
        return value

    def _warn_of(self, expression: Compiled, notes: list[Note], code: str) -> None:
        for note in notes:
            place, text = expression.span.at(note.start), expression.text.strip()
            self.warnings.add(issue(code, place, customer=self.id, text=text, reason=note.reason), self.id)

    def _do_not_contact(self) -> bool:
        """Whether the customer must be left alone; when that cannot be worked out, they are."""
        rule = self.compiled.policies.do_not_contact
        if rule is None:
            return False
        notes: list[Note] = []
        value = rule.call(self.env, notes)
        self._warn_of(rule, notes, "P503")
        return value is True or bool(notes)

    def _blocked_channels(self) -> frozenset[str] | None:
        """The channels the customer refused, as canonical words; None, which is all, when they cannot be worked out."""
        rule = self.compiled.policies.blocked_channels
        if rule is None:
            return frozenset()
        notes: list[Note] = []
        value = rule.call(self.env, notes)
        if notes:
            self._warn_of(rule, notes, "P503")
            return None
        words = canonical(value if isinstance(value, list) else [value], self.compiled.channels)
        return frozenset(word for word in words if isinstance(word, str))

    def _text(self, text: str, row: TableRow) -> str:
        template = self.compiled.templates.get(text)
        if template is None or template.literal:
            return text
        try:
            return render(template, {**self.compiled.constants, **self.env})
        except TemplateFailure as failure:
            self.warnings.add(
                issue("P501", row.cells.rule.span, customer=self.id, text=text[:80], reason=failure.reason), self.id
            )
            return text

    def _basis(self, step: TableStep, row: TableRow) -> dict[str, Value]:
        """What the row looked at: the table's inputs, and the anchor or beginning."""
        env = self.env
        basis: dict[str, Value] = {}
        for column in step.inputs:
            basis[column.name] = env.get(column.name) if column.compiled is None else column.compiled.call(env, None)
        counted = row.anchor if isinstance(row, CadenceRow) else row.since
        if counted is not None:
            text = counted.text.strip()
            basis.setdefault(self.compiled.scope.spellings.get(text, text), counted.call(env, None))
        return basis


# --- counts ---------------------------------------------------------------------------------------------------------


def _counted_facts(compiled: CompiledRuleSet) -> dict[str, tuple[str, ...]]:
    """Facts given by tables whose values are text → their allowed words."""
    result: dict[str, tuple[str, ...]] = {}
    for step in compiled.steps:
        if isinstance(step, TableStep) and isinstance(step.body, ClassificationBody):
            for fact in step.body.facts:
                if fact.type in ("string", "list<string>"):
                    result[fact.name] = tuple(allowed.value for allowed in fact.values)
    return result


@dataclass(slots=True)
class _Counts:
    """How many customers have which value of the decided facts, and for how many something was unknown."""

    facts: Mapping[str, tuple[str, ...]]
    customers: int = 0
    values: dict[str, Counter[str]] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, decision: Decision) -> None:
        """Count one customer; each tag of a list counts, a customer without any counts as without a value."""
        self.customers += 1
        for name in self.facts:
            value = decision.values.get(name)
            words = value if isinstance(value, list) else [value]
            counter = self.values.setdefault(name, Counter())
            for word in {word if isinstance(word, str) else _NO_VALUE for word in words} or {_NO_VALUE}:
                counter[word] += 1
        self.unknown.update(decision.unknown)

    def distribution(self) -> dict[str, dict[str, int]]:
        """Fact → value → customers: allowed words in their order, then others by name, then those without a value."""
        result: dict[str, dict[str, int]] = {}
        for name, allowed in self.facts.items():
            counter = self.values.get(name, Counter())
            others = sorted(word for word in counter if word not in allowed and word != _NO_VALUE)
            words = [*(word for word in allowed if word in counter), *others]
            words += [_NO_VALUE] if _NO_VALUE in counter else []
            result[name] = {word: counter[word] for word in words}
        return result
