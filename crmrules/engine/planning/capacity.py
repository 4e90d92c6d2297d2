"""What one person can do in a day, and the days that hold more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crmrules.engine.instants import in_zone
from crmrules.engine.planning.people import People
from crmrules.model.decision import TaskStatus
from crmrules.model.plan import Action, Overflow
from crmrules.model.values import Date, DateTime

if TYPE_CHECKING:
    from crmrules.engine.program import Program


def overflow(compiled: Program, people: People, actions: Iterable[Action], as_of: DateTime) -> tuple[Overflow, ...]:
    """The days of people with more actions than they can do, in order; queues have no limit, and what is paused waits.

    What is overdue counts on the day of ``as_of``. The most urgent are done; those beyond are named.
    """
    general = compiled.policies.capacity
    own = {name: person.capacity for name, person in people.known.items() if person.capacity is not None}
    if general is None and not own:
        return ()
    days: dict[tuple[Date, str], list[Action]] = {}
    for action in actions:
        if action.status is TaskStatus.PAUSED:
            continue
        if not action.is_queue and (general is not None or action.owner in own):
            moment = action.due if action.due.instant > as_of.instant else as_of
            days.setdefault((in_zone(moment, compiled.zone).date, action.owner), []).append(action)
    found: list[Overflow] = []
    for (day, owner), work in days.items():
        capacity = own.get(owner, general)
        if capacity is not None and len(work) > capacity:
            work.sort(key=lambda a: (a.priority, a.due.instant, a.customer, a.key))
            found.append(Overflow(owner, day, len(work), capacity, tuple(work[capacity:])))
    found.sort(key=lambda each: (each.day.days, each.owner))
    return tuple(found)
