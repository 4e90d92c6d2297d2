"""The people who do things: who is there on which day, who stands in for whom, and who leads whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from crmrules.engine.cells import nearest
from crmrules.engine.instants import instant_of
from crmrules.engine.planning.policies import role_words
from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import is_whole
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.values import DateTime

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.model.records import Row

ABSENT: Final = "absent"
LEFT: Final = "left"
UNNAMED: Final = "unnamed"
"""Why somebody stands in: the person is away, is gone, or the role names nobody."""

_OWNER: Final = "owner"


@dataclass(slots=True)
class Person:
    """What the owner rows say of one person; several rows of one name add up (further absences).

    Absences are half-open ``(from, until)`` instants, None for an open end; ``left`` is the instant from which the
    person is gone, ``always`` gone with no date.
    """

    name: str
    manager: str = ""
    deputy: str = ""
    roles: set[str] = field(default_factory=set)
    capacity: int | None = None
    absences: list[tuple[int | None, int | None]] = field(default_factory=list)
    left: int | None = None
    gone: bool = False

    def away(self, moment: DateTime) -> str:
        """Why the person cannot do a thing at ``moment``; blank when they can."""
        now = moment.instant
        if self.gone or (self.left is not None and self.left <= now):
            return LEFT
        if any((start is None or start <= now) and (end is None or now < end) for start, end in self.absences):
            return ABSENT
        return ""

    def away_from(self, moment: DateTime) -> bool:
        """Whether the person is away at ``moment`` or will be."""
        coming = any(end is None or moment.instant < end for _, end in self.absences)
        return self.gone or self.left is not None or coming


@dataclass(frozen=True, slots=True)
class People:
    """People by name; without owner rows nobody is known, and everybody named is there."""

    known: Mapping[str, Person] = field(default_factory=dict)

    def stand_in(self, name: str, moment: DateTime) -> str | None:
        """The first along the deputies of ``name`` who is there at ``moment``; None when nobody is."""
        seen = {name}
        while True:
            person = self.known.get(name)
            if person is None or not person.away(moment):
                return name
            name = person.deputy
            if not name or name in seen:
                return None
            seen.add(name)

    def why(self, name: str, moment: DateTime) -> str:
        """Why ``name`` cannot do a thing at ``moment``; blank when they can or nothing is known of them."""
        person = self.known.get(name)
        return "" if person is None else person.away(moment)

    def concerned(self, name: str, moment: DateTime) -> set[str]:
        """``name``, and everybody who stands in for them at ``moment`` or will during an absence that is known."""
        result: set[str] = set()
        while name and name not in result:
            result.add(name)
            person = self.known.get(name)
            name = person.deputy if person is not None and person.away_from(moment) else ""
        return result

    def led_by(self, name: str) -> set[str]:
        """``name`` and everybody whose chain of managers leads there."""
        result = {name}
        growing = True
        while growing:
            team = {p.name for p in self.known.values() if p.manager in result and p.name not in result}
            result |= team
            growing = bool(team)
        return result


NOBODY: Final = People()


def read_people(compiled: Program, rows: Iterable[Row]) -> tuple[People, list[Issue]]:
    """The owner rows as people, with warnings about what cannot be: deputies that go round or that nobody knows,
    negative capacities. They stand at the facts of the vocabulary, which is what the rule set knows of the rows."""
    known: dict[str, Person] = {}
    issues: list[Issue] = []
    words = role_words(compiled.ruleset)
    for row in rows:
        name = row.get("name")
        if isinstance(name, str) and name.strip():
            _add(compiled, known.setdefault(name, Person(name)), row, words, issues)
    issues += _deputies(compiled, known)
    return (People(known) if known else NOBODY), issues


def _add(compiled: Program, person: Person, row: Row, words: Mapping[str, str], issues: list[Issue]) -> None:
    person.manager = person.manager or _text(row.get("manager"))
    person.deputy = person.deputy or _text(row.get("deputy"))
    roles = row.get("role")
    given = roles if isinstance(roles, list) else [roles]
    person.roles |= {words.get(role, role) for role in given if isinstance(role, str)}
    capacity = row.get("capacity")
    if capacity is not None:
        whole = isinstance(capacity, int | Decimal) and not isinstance(capacity, bool) and is_whole(capacity)
        if whole and capacity >= 0:
            person.capacity = int(capacity)
        else:
            issues.append(issue("P527", _span(compiled, "capacity"), person=person.name, found=capacity))
    start, end = (_instant(row.get(name), compiled.zone) for name in ("absent_from", "absent_until"))
    if start is not None or end is not None:
        person.absences.append((start, end))
    left = row.get("left")
    if left is True:
        person.gone = True
    else:
        since = _instant(left, compiled.zone)
        person.left = since if since is not None else person.left


def _deputies(compiled: Program, known: Mapping[str, Person]) -> list[Issue]:
    issues: list[Issue] = []
    span = _span(compiled, "deputy")
    seen: set[str] = set()
    for name in known:
        chain: list[str] = []
        while name in known and name not in chain and name not in seen:
            chain.append(name)
            deputy = known[name].deputy
            if deputy and deputy not in known:
                near = nearest(deputy, known)
                issues.append(issue("P526", span, person=name, found=deputy, nearest=near))
            name = deputy
        if name in chain:
            issues.append(issue("P525", span, chain=" → ".join([*chain[chain.index(name) :], name])))
        seen.update(chain)
    return issues


def _span(compiled: Program, fact: str) -> Span:
    known = compiled.ruleset.vocabulary.of(_OWNER).get(fact)
    return NOWHERE if known is None else known.span


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _instant(value: Any, zone: str) -> int | None:
    found = instant_of(value, zone)
    return None if found is None else found.instant
