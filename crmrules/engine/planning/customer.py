"""One customer's tasks as actions: names resolved, texts filled in, consent looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmrules.engine.decide import apply_defaults, environment
from crmrules.engine.messages import TemplateFailure, render
from crmrules.engine.planning.keys import task_key
from crmrules.engine.planning.ownership import Assignment, assign
from crmrules.engine.planning.people import NOBODY, People
from crmrules.engine.planning.reach import INTERNAL, Reach
from crmrules.engine.steps import CadenceRow, CompiledRole, EscalationRow, NotifyRow, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import Decision, History, Task
from crmrules.model.issues import issue
from crmrules.model.plan import Action, Withheld
from crmrules.model.records import Record
from crmrules.model.values import DateTime, Value

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.feel.compiler import Compiled
    from crmrules.feel.notes import Note

TableRow = CadenceRow | EscalationRow | NotifyRow


class Planned:
    """One customer while its tasks become actions: names resolved, consent applied, texts filled in."""

    def __init__(
        self,
        compiled: Program,
        record: Record,
        decision: Decision,
        as_of: DateTime,
        history: History,
        warnings: Warnings,
        people: People = NOBODY,
    ) -> None:
        self.compiled = compiled
        self.id = record.id
        self.env = environment(compiled, record, as_of, history)
        apply_defaults(compiled, self.env)
        self.env.update(decision.values)
        self.warnings = warnings
        self.as_of, self.people = as_of, people
        self.reach = Reach(compiled, record.id, self.env, as_of, warnings)
        self.quiet = compiled.policies.quiet_hours

    def action(self, task: Task, step: TableStep, row: TableRow) -> Action:
        """The task with its owner, its texts, its key and the values it rests on."""
        compiled = self.compiled
        assigned = self._assigned(task)
        quiet = self.quiet if task.purpose != INTERNAL else None
        name = self.env.get("name")
        return Action(
            key=task_key(compiled.ruleset.name, self.id, task),
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
            owner=assigned.owner,
            owner_role=task.owner_role,
            is_queue=assigned.is_queue,
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
            period=task.period,
            on_behalf_of=assigned.on_behalf_of,
            behalf_reason=assigned.reason,
            send_after=None if quiet is None else self.reach.send_after(task),
            quiet_hours="" if quiet is None else quiet.text,
            quiet_zone="" if quiet is None else self.reach.zone,
        )

    def withheld(self, action: Action, task: Task, step: TableStep) -> Withheld | None:
        """The action as one that is kept back, with the reason; None when nothing keeps it back."""
        stop = self.reach.stop(task, step)
        return None if stop is None else Withheld(action, stop.reason, stop.place, stop.details)

    def _assigned(self, task: Task) -> Assignment:
        if not self.people.known:  # everybody named is there
            role = self.compiled.roles.get(task.owner_role)
            if role is None or (role.person is None and not role.deputy):
                return Assignment(task.owner_role, True)
            person = self._named(role)
            if person:
                return Assignment(person, False)
        moment = task.due if task.due.instant > self.as_of.instant else self.as_of
        return assign(task.owner_role, self.compiled.roles, self.people, self._named, moment)

    def _named(self, role: CompiledRole) -> str:
        person = self._value(role.person) if role.person is not None else None
        return person if isinstance(person, str) and person.strip() else ""

    def _value(self, expression: Compiled) -> Value:
        notes: list[Note] = []
        value = expression.call(self.env, notes)
        self._warn_of(expression, notes, "P401")
        return value

    def _warn_of(self, expression: Compiled, notes: list[Note], code: str) -> None:
        for note in notes:
            place, text = expression.span.at(note.start), expression.text.strip()
            self.warnings.add(issue(code, place, customer=self.id, text=text, reason=note.reason), self.id)

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
