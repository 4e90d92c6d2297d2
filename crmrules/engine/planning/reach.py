"""Whether a customer may be reached, and when: do-not-contact, consent, snooze, caps and quiet hours.

What cannot be worked out is decided for the customer's peace, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from crmrules.engine.cells import canonical, nearest
from crmrules.engine.instants import in_zone, instant_of
from crmrules.engine.planning.caps import Touch, apply_caps, covers, read_touches
from crmrules.engine.planning.consent import Consent, read_consents, refused
from crmrules.engine.planning.policies import PURPOSES
from crmrules.engine.steps import CompiledCap, TableStep
from crmrules.engine.warnings import Warnings
from crmrules.model.decision import Task, TaskStatus
from crmrules.model.issues import issue
from crmrules.model.plan import Action, Withheld
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.values import DateTime, Value, kind_of
from crmrules.model.zones import find_zone

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.feel.compiler import Compiled
    from crmrules.feel.notes import Note

DO_NOT_CONTACT: Final = "do_not_contact"
BLOCKED_CHANNEL: Final = "blocked_channel"
BLOCKED_PURPOSE: Final = "blocked_purpose"
OPTED_OUT: Final = "opted_out"
SNOOZED: Final = "snoozed"
CAPPED: Final = "capped"
"""Why actions are withheld, besides a table's own ``suppress``."""

INTERNAL: Final = "internal"

_NONE: Final[frozenset[str] | None] = frozenset()
_LONG_AGO: Final = DateTime.of_local(-(10**18) * 10, 0)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why an action is withheld, which cell says so, and what it speaks of."""

    reason: str
    place: Span = NOWHERE
    details: Mapping[str, Any] = field(default_factory=dict)


class Reach:
    """The policies of one customer, worked out once."""

    def __init__(
        self, compiled: Program, customer: str, env: Mapping[str, Value], as_of: DateTime, warnings: Warnings
    ) -> None:
        self.compiled, self.customer, self.env, self.as_of, self.warnings = compiled, customer, env, as_of, warnings
        policies = compiled.policies
        self.stopped = policies.do_not_contact is not None and self._holds(policies.do_not_contact)
        self.channels = _NONE
        self.purposes = _NONE
        self.consents: list[Consent] = []
        self.snooze: DateTime | None = _LONG_AGO
        self.zone = compiled.zone
        if policies.blocked_channels is not None:
            self.channels = self._words(policies.blocked_channels, compiled.channels)
        if policies.blocked_purposes is not None:
            self.purposes = self._words(policies.blocked_purposes, PURPOSES)
        if policies.consent is not None:
            self.consents = self._consents(policies.consent)
        if policies.snooze_until is not None:
            self.snooze = self._snooze(policies.snooze_until)
        if policies.customer_time_zone is not None and policies.quiet_hours is not None:
            self.zone = self._zone(policies.customer_time_zone)

    # --- one action -------------------------------------------------------------------------------------------------

    def stop(self, task: Task, step: TableStep) -> Stop | None:
        """Why the task is withheld; None when it is not. Work inside the company needs no consent."""
        if task.purpose == INTERNAL and not task.withheld:
            return None
        if task.withheld:
            cell = step.table.settings.get(task.withheld)
            return Stop(task.withheld, NOWHERE if cell is None else cell.span)
        at = task.due if task.due.instant > self.as_of.instant else self.as_of
        return self.stop_of(task.channel, task.purpose, at)

    def stop_of(self, channel: str, purpose: str, at: DateTime) -> Stop | None:
        """Why nothing of this channel and purpose may reach the customer at ``at``."""
        if purpose == INTERNAL:
            return None
        policies = self.compiled.policies
        if self.stopped:
            return Stop(DO_NOT_CONTACT, _span(policies.do_not_contact))
        if channel and (self.channels is None or channel in self.channels):
            return Stop(BLOCKED_CHANNEL, _span(policies.blocked_channels), {"channel": channel})
        if self.purposes is None or purpose in self.purposes:
            return Stop(BLOCKED_PURPOSE, _span(policies.blocked_purposes), {"purpose": purpose})
        if self.consents:
            refusal = refused(self.consents, channel, purpose)
            if refusal is not None:
                details: dict[str, Any] = {"channel": channel, "purpose": purpose}
                if refusal.at is not None:
                    details["at"] = refusal.at
                return Stop(OPTED_OUT, _span(policies.consent), details)
        if self.snooze is not _LONG_AGO and (self.snooze is None or at.instant < self.snooze.instant):
            return Stop(SNOOZED, _span(policies.snooze_until), {} if self.snooze is None else {"until": self.snooze})
        return None

    def send_after(self, task: Task) -> DateTime | None:
        """The end of the quiet hours that sending would fall in; None when it falls in none, or reaches nobody."""
        quiet = self.compiled.policies.quiet_hours
        if quiet is None or task.purpose == INTERNAL:
            return None
        end = quiet.until(task.due if task.status is TaskStatus.UPCOMING else self.as_of, self.zone)
        return None if end is None else in_zone(end, self.compiled.zone)

    # --- all actions of the customer --------------------------------------------------------------------------------

    def capped(self, actions: list[Action]) -> tuple[list[Action], list[Withheld]]:
        """The actions that the caps leave, and those that they keep back."""
        caps = [cap for cap in self.compiled.policies.caps if cap.where is None or self._holds(cap.where)]
        if not caps:
            return actions, []
        free = [action for action in actions if action.purpose == INTERNAL]
        concerned = [action for action in actions if action.purpose != INTERNAL]
        touches = self._touches()
        if touches is None:
            stopped = {a.key: cap for a in concerned for cap in caps if covers(cap, a.channel, a.purpose)}
            withheld = [Withheld(a, CAPPED, stopped[a.key].cap.span) for a in concerned if a.key in stopped]
            return [*free, *(a for a in concerned if a.key not in stopped)], withheld
        kept, beyond = apply_caps(caps, touches, concerned, self.as_of)
        return [*free, *kept], [
            Withheld(each.action, CAPPED, each.cap.cap.span, _details(each.cap, each.free)) for each in beyond
        ]

    # --- the policies' values ---------------------------------------------------------------------------------------

    def _called(self, rule: Compiled) -> tuple[Value, bool]:
        """The value, and whether it could be worked out."""
        notes: list[Note] = []
        value = rule.call(self.env, notes)
        for note in notes:
            place, text = rule.span.at(note.start), rule.text.strip()
            self._warn("P503", place, text=text, reason=note.reason)
        return value, not notes

    def _warn(self, code: str, place: Span, **params: object) -> None:
        self.warnings.add(issue(code, place, customer=self.customer, **params), self.customer)  # type: ignore[arg-type]

    def _holds(self, rule: Compiled) -> bool:
        value, known = self._called(rule)
        return value is True or not known

    def _words(self, rule: Compiled, spellings: Mapping[str, str]) -> frozenset[str] | None:
        """What the customer refused, as canonical words; None, which is all, when it cannot be worked out."""
        value, known = self._called(rule)
        if not known:
            return None
        if value is None:
            return _NONE
        words = canonical(value if isinstance(value, list) else [value], spellings)
        return frozenset(word for word in words if isinstance(word, str))

    def _consents(self, rule: Compiled) -> list[Consent]:
        value, known = self._called(rule)
        if not known:
            return [Consent("", "", True)]
        consents, strange = read_consents(_listed(value), self.compiled.channels, self.as_of, self.compiled.zone)
        for found, near in strange:
            self._warn("P530", rule.span, found=found[:60], nearest=near)
        return consents

    def _snooze(self, rule: Compiled) -> DateTime | None:
        """The end of the snooze; the beginning of time where there is none, None where it cannot be told."""
        value, known = self._called(rule)
        if value is None and known:
            return _LONG_AGO
        until = instant_of(value, self.compiled.zone)
        if until is None and known:
            self._warn("P531", rule.span, text=rule.text.strip(), found=f"{kind_of(value)} {value}"[:60])
        return until

    def _touches(self) -> list[Touch] | None:
        rule = self.compiled.policies.touches
        if rule is None:
            return []
        value, known = self._called(rule)
        if not known:
            return None
        touches, strange = read_touches(_listed(value), self.compiled.channels, self.as_of, self.compiled.zone)
        for entry in strange:
            found = "null" if entry is None else f"{kind_of(entry)} {entry}"[:60]
            self._warn("P531", rule.span, text=rule.text.strip(), found=found)
        return touches

    def _zone(self, rule: Compiled) -> str:
        value, _ = self._called(rule)
        if isinstance(value, str) and find_zone(value) is not None:
            return value
        if value is not None:
            self._warn("P532", rule.span, found=str(value)[:60], nearest=_nearest_zone(str(value)))
        return self.compiled.zone


def _listed(value: Value) -> Iterable[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _span(rule: Compiled | None) -> Span:
    return NOWHERE if rule is None else rule.span


def _details(cap: CompiledCap, free: DateTime | None) -> dict[str, Any]:
    details: dict[str, Any] = {"count": cap.count, "per": cap.per}
    if free is not None:
        details["until"] = free
    return details


def _nearest_zone(text: str) -> str:
    from zoneinfo import available_timezones

    return nearest(text, sorted(available_timezones()))
