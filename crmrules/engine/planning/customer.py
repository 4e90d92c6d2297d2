"""One customer's tasks as actions: names resolved, texts filled in, consent looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmrules.engine.cells import canonical
from crmrules.engine.decide import apply_defaults, environment
from crmrules.engine.messages import TemplateFailure, render
from crmrules.engine.planning.keys import action_key
from crmrules.engine.steps import CadenceRow, EscalationRow, NotifyRow, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import Decision, History, Task
from crmrules.model.issues import issue
from crmrules.model.plan import Action
from crmrules.model.records import Record
from crmrules.model.values import DateTime, Value

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.feel.compiler import Compiled
    from crmrules.feel.notes import Note

DO_NOT_CONTACT = "do_not_contact"
BLOCKED_CHANNEL = "blocked_channel"
"""Why actions are withheld, besides a table's own ``suppress``."""

TableRow = CadenceRow | EscalationRow | NotifyRow
_INTERNAL = "internal"


class Planned:
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
            task=self._text(task.task, row, task.details),
            due=task.due,
            until=task.until,
            status=task.status,
            channel=task.channel,
            owner=owner,
            owner_role=task.owner_role,
            is_queue=is_queue,
            priority=task.priority,
            purpose=task.purpose,
            content=self._text(task.content, row, task.details),
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

    def _text(self, text: str, row: TableRow, details: Mapping[str, Value]) -> str:
        template = self.compiled.templates.get(text)
        if template is None or template.literal:
            return text
        try:
            return render(template, {**self.compiled.constants, **self.env, **details})
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
        counted = None
        if isinstance(row, CadenceRow):
            counted = row.anchor
        elif isinstance(row, EscalationRow):
            counted = row.since
        if counted is not None:
            text = counted.text.strip()
            basis.setdefault(self.compiled.scope.spellings.get(text, text), counted.call(env, None))
        return basis
