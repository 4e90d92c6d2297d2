"""Who sees what: people their own customers and those of their team, some roles all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmrules.engine.cells import listed, nearest
from crmrules.engine.decide import apply_defaults, decide, environment
from crmrules.engine.planning.people import read_people
from crmrules.engine.planning.policies import role_words
from crmrules.engine.scopes import decided_facts
from crmrules.model.decision import NO_HISTORY, History
from crmrules.model.errors import PlanError
from crmrules.model.issues import issue
from crmrules.model.records import CUSTOMER_ID, Dataset, Record
from crmrules.model.values import DateTime, Value

if TYPE_CHECKING:
    from crmrules.engine.program import Program


@dataclass(frozen=True, slots=True)
class View:
    """The part of the data that ``viewer`` sees. ``names`` are the people it is about, None for everybody's;
    ``reveals`` says whether personal values may be shown."""

    viewer: str
    dataset: Dataset
    names: frozenset[str] | None = None
    reveals: bool = True


def view_of(
    compiled: Program,
    dataset: Dataset,
    viewer: str,
    *,
    as_of: DateTime,
    histories: Mapping[str, History] | None = None,
) -> View:
    """What ``viewer`` (a person or a role; blank: nobody in particular, who sees all) sees of ``dataset``.

    People see the customers of whom one of the roles names them, somebody of their team (by the owners' managers), or
    somebody for whom they stand in. Raises :class:`~crmrules.model.errors.PlanError` for somebody unknown.
    """
    policies = compiled.policies
    reveal = policies.reveal_roles
    if not viewer:
        return View("", dataset, None, not reveal)
    people, _ = read_people(compiled, dataset.entities.get("owner", ()))
    person = people.known.get(viewer)
    roles = {role_words(compiled.ruleset).get(viewer, "")} - {""}
    roles |= person.roles if person is not None else set()
    reveals = not reveal or bool(roles & reveal)
    if roles & policies.view_all_roles:
        return View(viewer, dataset, None, reveals)
    names = frozenset(people.led_by(viewer))
    seen: list[Record] = []
    named: set[str] = set()
    for record, persons in _persons(compiled, dataset.customers, as_of, histories or {}):
        named |= persons
        if any(people.concerned(each, as_of) & names for each in persons):
            seen.append(record)
    known = {*people.known, *named, *role_words(compiled.ruleset), *(each.manager for each in people.known.values())}
    if viewer not in known:
        raise PlanError([issue("P528", found=viewer, nearest=nearest(viewer, sorted(known)))])
    return View(viewer, _cut(dataset, seen), names, reveals)


def check_reveal(compiled: Program, view: View) -> None:
    """:class:`~crmrules.model.errors.PlanError` unless the viewer may see personal values."""
    if not view.reveals:
        allowed = listed(sorted(compiled.policies.reveal_roles))
        found = view.viewer or "nobody (--viewer)"
        raise PlanError([issue("P529", found=found, allowed=allowed)])


def _persons(
    compiled: Program, customers: Iterable[Record], as_of: DateTime, histories: Mapping[str, History]
) -> Iterable[tuple[Record, set[str]]]:
    """Each customer with the persons that roles name for it."""
    rules = [role.person for role in compiled.roles.values() if role.person is not None]
    worked_out = {f.name for f in compiled.ruleset.vocabulary.customer.values() if f.formula is not None}
    worked_out |= set(decided_facts(compiled.ruleset))
    plain = not any(rule.reads & worked_out for rule in rules)
    for record in customers:
        history = histories.get(record.id, NO_HISTORY)
        env: dict[str, Value] = environment(compiled, record, as_of, history)
        apply_defaults(compiled, env)
        if not plain:
            env.update(decide(compiled, record, as_of=as_of, history=history, trace=False).values)
        values = (rule.call(env, None) for rule in rules)
        yield record, {value for value in values if isinstance(value, str) and value.strip()}


def _cut(dataset: Dataset, seen: list[Record]) -> Dataset:
    """The dataset of these customers alone; the owners stay, for deputies."""
    ids = {record.id for record in seen}
    entities = {
        entity: rows if entity == "owner" else [row for row in rows if row.get(CUSTOMER_ID) in ids]
        for entity, rows in dataset.entities.items()
        if entity != "customer"
    }
    entities["customer"] = [record.fields for record in seen]
    return replace(dataset, customers=seen, entities=entities)
