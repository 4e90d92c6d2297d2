"""What compiling gives: the parts of a rule set in the form that evaluation needs. Data only.

The engine's functions take a :class:`Program`; what programs hold in their hands is
:class:`~crmrules.engine.compiled.CompiledRuleSet`, the same data with methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmrules.timing.calendar import NO_CALENDARS, Calendars

if TYPE_CHECKING:
    from crmrules.engine.messages import Template
    from crmrules.engine.steps import (
        CompiledPolicies,
        CompiledRole,
        DataFact,
        RowFacts,
        Stage,
        Step,
        Target,
    )
    from crmrules.feel.compiler import CompiledTest
    from crmrules.feel.scope import Scope
    from crmrules.model.issues import Issue
    from crmrules.model.ports import Registry
    from crmrules.model.ruleset import RuleSet
    from crmrules.model.values import Value


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Program:
    """A compiled rule set's parts.

    ``ruleset`` is what was compiled (parameters overridden), ``fingerprint`` the hash of its document, ``zone`` the
    name of its time zone, ``steps`` the derived facts and decisions in the order they are worked out, ``issues`` the
    warnings met on the way.
    """

    ruleset: RuleSet
    fingerprint: str
    zone: str
    steps: tuple[Step, ...]
    issues: tuple[Issue, ...] = ()
    constants: Mapping[str, Value] = field(default_factory=dict)
    scope: Scope = field(kw_only=True)
    data_facts: tuple[DataFact, ...] = ()
    ranges: Mapping[str, CompiledTest] = field(default_factory=dict)
    targets: Mapping[str, Mapping[str, Target]] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    related: Mapping[str, str] = field(default_factory=dict)
    row_facts: tuple[RowFacts, ...] = ()
    roles: Mapping[str, CompiledRole] = field(default_factory=dict)
    policies: CompiledPolicies = field(kw_only=True)
    templates: Mapping[str, Template] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    compiled_kpis: tuple[Any, ...] = ()
    calendars: Calendars = NO_CALENDARS
    registry: Registry | None = None
    population: tuple[Stage, ...] = ()
