"""Who does an action: the person a role names, whoever stands in for them, the role's deputy, at last the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crmrules.engine.planning.people import UNNAMED, People
from crmrules.engine.steps import CompiledRole
from crmrules.model.values import DateTime


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who does it; ``on_behalf_of`` whom, and ``reason`` why, where that is somebody else."""

    owner: str
    is_queue: bool
    on_behalf_of: str = ""
    reason: str = ""


def assign(
    role: str,
    roles: Mapping[str, CompiledRole],
    people: People,
    named: Callable[[CompiledRole], str],
    moment: DateTime,
) -> Assignment:
    """The first who is there at ``moment``, along the deputies of the person and then of the role.

    ``named`` gives the person that a role names for the customer, blank for nobody. With nobody to do it the action
    lies in the queue of the role that was asked for.
    """
    behalf = reason = ""
    known = roles.get(role)
    while known is not None:
        person = named(known)
        if person:
            found = people.stand_in(person, moment)
            if found == person:
                return Assignment(person, False, behalf, reason)
            if not behalf:
                behalf, reason = person, people.why(person, moment)
            if found is not None:
                return Assignment(found, False, behalf, reason)
        elif not behalf and known.deputy:
            behalf, reason = known.name, UNNAMED
        known = roles.get(known.deputy)
    # Standing in for one's own role is what a queue is for.
    return Assignment(role, True) if reason == UNNAMED else Assignment(role, True, behalf, reason)
