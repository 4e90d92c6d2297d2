"""From the outbox to the notifiers: each action at least once, in the order in which it was called for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from crmrules.engine.planning.reach import SNOOZED
from crmrules.model.issues import Issue, issue
from crmrules.model.plan import Action
from crmrules.model.ports import Delivery, Notifier, StateStore
from crmrules.model.values import DateTime
from crmrules.runs.records import Answer, Pending
from crmrules.timing.quiet import parse_quiet_hours

_BATCH = 100
_COUNTED = ("delivered", "failed", "refused", "held", "withdrawn")


@dataclass(frozen=True, slots=True)
class Sent:
    """What one notifier did with what it was given: delivered, failed for now, refused for good.

    ``held`` actions wait for the end of quiet hours or of a snooze; ``withdrawn`` ones are not sent any more, because
    the customer has refused them since they were planned.
    """

    notifier: str
    delivered: int = 0
    failed: int = 0
    refused: int = 0
    reason: str = ""
    held: int = 0
    withdrawn: int = 0

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What somebody should hear about."""
        return tuple(
            issue(code, notifier=self.notifier, count=count, total=self._total, reason=self.reason)
            for code, count in (("X207", self.failed), ("X208", self.refused))
            if count
        )

    @property
    def _total(self) -> int:
        return self.delivered + self.failed + self.refused


@dataclass(slots=True)
class _Tally:
    """The counts of one notifier while dispatch goes on."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    reason: str = ""

    def add(self, answers: Sequence[Delivery]) -> None:
        for answer in answers:
            outcome = "delivered" if answer.ok else "failed" if answer.retry else "refused"
            self.counts[outcome] += 1
            if not answer.ok:
                self.reason = self.reason or answer.detail


def dispatch(
    store: StateStore,
    ruleset: str,
    notifiers: Mapping[str, Notifier],
    as_of: DateTime,
    withdrawn: Mapping[str, str] | None = None,
) -> tuple[Sent, ...]:
    """Offer every pending action of ``ruleset`` to every notifier that has yet to settle it.

    Answers are recorded batch by batch, so a process that is killed offers at most one batch again. An action that
    cannot be delivered stays pending and does not hold up the others; so does one that falls into quiet hours.
    ``withdrawn`` has the keys and reasons of actions that must not be sent any more: they are parked, or wait for the
    end of a snooze.
    """
    gone = withdrawn or {}
    tallies = {name: _Tally() for name in notifiers}
    after = 0
    while batch := store.pending(ruleset, after=after, limit=_BATCH):
        answers: list[Answer] = []
        for name, notifier in notifiers.items():
            waiting: list[Pending] = []
            for each in batch:
                reason = gone.get(each.action.key, "")
                if name in each.settled:
                    continue
                if reason == SNOOZED or (not reason and is_quiet(each.action, as_of)):
                    tallies[name].counts["held"] += 1
                elif reason:
                    tallies[name].counts["withdrawn"] += 1
                    answers.append(Answer(each.number, name, Delivery(ok=False, detail=reason, retry=False)))
                else:
                    waiting.append(each)
            if not waiting:
                continue
            deliveries = _send(notifier, [each.action for each in waiting])
            tallies[name].add(deliveries)
            answers += [Answer(each.number, name, delivery) for each, delivery in zip(waiting, deliveries, strict=True)]
        store.settle(answers, list(notifiers), as_of)
        after = batch[-1].number
    return tuple(Sent(name, **tally.counts, reason=tally.reason) for name, tally in tallies.items())


def is_quiet(action: Action, as_of: DateTime) -> bool:
    """Whether the action must wait, because it is night at the customer's."""
    if action.send_after is not None and as_of.instant < action.send_after.instant:
        return True
    quiet = _quiet_hours(action.quiet_hours) if action.quiet_hours else None
    return quiet is not None and quiet.until(as_of, action.quiet_zone) is not None


_quiet_hours = lru_cache(maxsize=64)(parse_quiet_hours)


def _send(notifier: Notifier, actions: Sequence[Action]) -> Sequence[Delivery]:
    """The notifier's answers; whatever it does wrong is a failed delivery, never an end of the run."""
    try:
        answers = list(notifier.send(actions))
    except Exception as error:  # foreign code: its failure is an answer, too
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        return [Delivery(ok=False, detail=reason)] * len(actions)
    if len(answers) != len(actions):
        reason = f"the notifier gave {len(answers)} answers for {len(actions)} actions"
        return [Delivery(ok=False, detail=reason)] * len(actions)
    return answers
