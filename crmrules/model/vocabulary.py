"""The words of a rule set: entities, facts with labels and types, allowed values, roles and parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crmrules.model.spans import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Label:
    """A name for people, in English and Chinese; either may be empty."""

    en: str = ""
    zh: str = ""

    def get(self, lang: str, fallback: str = "") -> str:
        """The label in ``lang``, else in the other language, else ``fallback``."""
        first, second = (self.zh, self.en) if lang == "zh" else (self.en, self.zh)
        return first or second or fallback


NO_LABEL = Label()


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of source text (a condition, a result, a formula) and where it stands. Blank is ``""``."""

    text: str = ""
    span: Span = field(default=NOWHERE, compare=False)


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class AllowedValue:
    """One allowed word of a string fact; order in the list is priority order (highest first)."""

    value: str
    label: Label = NO_LABEL
    aliases: tuple[str, ...] = ()

    def spellings(self) -> Iterator[str]:
        """Every way to write this value, the canonical one first."""
        yield self.value
        yield from (t for t in (self.label.en, self.label.zh, *self.aliases) if t)


class Missing(StrEnum):
    """What an absent value means: stays unknown, is an error, or is read as the fact's default."""

    UNKNOWN = "unknown"
    ERROR = "error"
    DEFAULT = "default"


class Sensitivity(StrEnum):
    """How far a value may be shown: PERSONAL values are masked unless the viewer may see them."""

    NONE = "none"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known about a record.

    A fact with a ``formula`` is derived; one that a decision names as an output is decided; every other one comes
    with the data. ``type`` is FEEL's own spelling: number, string, boolean, date, time, date and time,
    days and time duration, years and months duration, or ``list<…>`` of one.
    ``range`` is a unary test that values must satisfy (``[0..100]``); ``scale`` the digits after the point.
    """

    name: str
    entity: str = "customer"
    type: str = "string"
    label: Label = NO_LABEL
    aliases: tuple[str, ...] = ()
    values: tuple[AllowedValue, ...] = ()
    scale: int | None = None
    unit: str = ""
    range: Cell | None = None
    missing: Missing = Missing.UNKNOWN
    default: Cell | None = None
    sensitivity: Sensitivity = Sensitivity.NONE
    formula: Cell | None = None
    description: str = ""
    span: Span = field(default=NOWHERE, compare=False)

    def spellings(self) -> Iterator[str]:
        """Every way to name this fact, the canonical one first."""
        yield self.name
        yield from (t for t in (self.label.en, self.label.zh, *self.aliases) if t)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named value used in cells by name; ``value`` is FEEL text of the type."""

    name: str
    type: str = "number"
    value: Cell = BLANK
    label: Label = NO_LABEL
    aliases: tuple[str, ...] = ()
    unit: str = ""
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False)

    def spellings(self) -> Iterator[str]:
        """Every way to name this parameter, the canonical one first."""
        yield self.name
        yield from (t for t in (self.label.en, self.label.zh, *self.aliases) if t)


@dataclass(frozen=True, slots=True)
class Role:
    """Who does things. ``person`` is a FEEL expression over the customer that names the person (``owner``);
    a role without one, or whose expression is null, is a queue under the role's own name. ``deputy`` is the role that
    steps in where nobody of this one can."""

    name: str
    label: Label = NO_LABEL
    aliases: tuple[str, ...] = ()
    person: Cell | None = None
    span: Span = field(default=NOWHERE, compare=False)
    deputy: Cell | None = None

    def spellings(self) -> Iterator[str]:
        """Every way to name this role, the canonical one first."""
        yield self.name
        yield from (t for t in (self.label.en, self.label.zh, *self.aliases) if t)


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record. ``plural`` is the name under which a customer's related records stand in formulas."""

    name: str
    plural: str
    label: Label


ENTITIES: Mapping[str, Entity] = {
    e.name: e
    for e in (
        Entity("customer", "customers", Label("Customer", "客户")),
        Entity("contact", "contacts", Label("Contact", "联系人")),
        Entity("opportunity", "opportunities", Label("Opportunity", "商机")),
        Entity("contract", "contracts", Label("Contract", "合同")),
        Entity("order", "orders", Label("Order", "订单")),
        Entity("interaction", "interactions", Label("Interaction", "互动")),
        Entity("ticket", "tickets", Label("Ticket", "工单")),
        Entity("survey", "surveys", Label("Survey response", "调研")),
        Entity("consent", "consents", Label("Consent", "联系许可")),
        Entity("transition", "transitions", Label("Transition", "状态变更")),
        Entity("owner", "owners", Label("Owner", "负责人")),
    )
}
"""The entities a record may consist of. ``owner`` rows stand alone; all others but customer belong to one."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All facts, by entity and name, in the order they were declared.

    Besides the entities, the pseudo-entity ``action`` refines the columns that cadence and escalation tables
    give (``channel``, ``owner_role`` …), for instance with allowed values.
    """

    facts: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)

    def of(self, entity: str) -> Mapping[str, Fact]:
        """The facts of one entity, by name; empty when none is declared."""
        return self.facts.get(entity, {})

    @property
    def customer(self) -> Mapping[str, Fact]:
        """The facts of the customer itself."""
        return self.of("customer")


NO_VOCABULARY = Vocabulary()
