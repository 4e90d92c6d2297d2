"""Compiling who does things and what holds for the whole plan: roles, consent, caps, quiet hours, capacity."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from crmrules.engine.cells import listed, nearest, words_of
from crmrules.engine.steps import CompiledCap, CompiledPolicies, CompiledRole
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope
from crmrules.feel.types import ANY, BOOLEAN, DATE_TIME, NUMBER, STRING, ListType, Type
from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import is_whole
from crmrules.model.ruleset import Cap, RuleSet
from crmrules.model.values import DaysDuration, MonthsDuration
from crmrules.model.vocabulary import Cell
from crmrules.timing.frequency import nearest_duration, parse_duration
from crmrules.timing.quiet import QuietHours, parse_quiet_hours

PURPOSES: Mapping[str, str] = {
    "marketing": "marketing", "service": "service", "internal": "internal",
    "营销": "marketing", "服务": "service", "内部": "internal",
}  # fmt: skip
"""Every spelling of a purpose → its word."""

DEFAULT_CAP_PURPOSES = frozenset({"marketing"})
_CHANNEL = "channel"


def compile_roles(ruleset: RuleSet, scope: Scope) -> tuple[dict[str, CompiledRole], list[Issue]]:
    """The roles by name; ``person`` must give text, ``deputy`` name a role, and deputies must not go round."""
    roles: dict[str, CompiledRole] = {}
    issues: list[Issue] = []
    spelled = role_words(ruleset)
    for role in ruleset.roles.values():
        person = None
        if role.person is not None and role.person.text.strip():
            person, found = compile_expression(role.person.text, scope, role.person.span, expected=STRING)
            issues += found
        deputies = _words((role.deputy,) if role.deputy is not None else (), spelled, "P303", "deputy", issues)
        roles[role.name] = CompiledRole(role.name, person, next(iter(deputies), ""))
    seen: set[str] = set()
    for name in roles:
        chain: list[str] = []
        while name and name not in chain and name not in seen:
            chain.append(name)
            name = roles[name].deputy
        if name in chain:
            round_trip = chain[chain.index(name) :]
            deputy = ruleset.roles[round_trip[0]].deputy
            span = deputy.span if deputy is not None else ruleset.roles[name].span
            issues.append(issue("P524", span, chain=" → ".join([*round_trip, name])))
        seen.update(chain)
    return roles, issues


def role_words(ruleset: RuleSet) -> dict[str, str]:
    """Every spelling of a role → its name, names first."""
    words = {name: name for name in ruleset.roles}
    for role in ruleset.roles.values():
        for spelling in role.spellings():
            words.setdefault(spelling, role.name)
    return words


def compile_policies(ruleset: RuleSet, scope: Scope) -> tuple[CompiledPolicies, list[Issue]]:
    """The policies of the plan; None for those that the rule set does not have."""
    policies = ruleset.policies
    issues: list[Issue] = []
    words = ListType(item=STRING)
    rows = ListType(item=ANY)
    spelled = role_words(ruleset)
    compiled = CompiledPolicies(
        do_not_contact=_expression(policies.do_not_contact, scope, BOOLEAN, issues),
        blocked_channels=_expression(policies.blocked_channels, scope, words, issues),
        horizon=_horizon(policies.horizon, issues),
        blocked_purposes=_expression(policies.blocked_purposes, scope, words, issues),
        consent=_expression(policies.consent, scope, rows, issues),
        snooze_until=_expression(policies.snooze_until, scope, DATE_TIME, issues),
        touches=_expression(policies.touches, scope, rows, issues),
        quiet_hours=_quiet_hours(policies.quiet_hours, issues),
        customer_time_zone=_expression(policies.customer_time_zone, scope, STRING, issues),
        capacity=_whole(policies.capacity, scope, 0, "P523", issues),
        caps=tuple(cap for each in policies.caps if (cap := _cap(each, ruleset, scope, issues)) is not None),
        view_all_roles=frozenset(_words(policies.view_all_roles, spelled, "P303", "view_all_roles", issues)),
        reveal_roles=frozenset(_words(policies.reveal_roles, spelled, "P303", "reveal_roles", issues)),
    )
    if policies.caps and not policies.touches.text.strip():
        issues.append(issue("P533", policies.caps[0].span))
    return compiled, issues


def read_horizon(text: str) -> DaysDuration | MonthsDuration | None:
    """A duration that is not negative; None for any other text."""
    found = parse_duration(text.strip())
    if found is None or (found.nanos if isinstance(found, DaysDuration) else found.months) < 0:
        return None
    return found


def _expression(cell: Cell, scope: Scope, expected: Type, issues: list[Issue]) -> Compiled | None:
    if not cell.text.strip():
        return None
    compiled, found = compile_expression(cell.text, scope, cell.span, expected=expected)
    issues += found
    return compiled


def _horizon(cell: Cell, issues: list[Issue]) -> DaysDuration | MonthsDuration | None:
    if not cell.text.strip():
        return None
    horizon = read_horizon(cell.text)
    if horizon is None:
        issues.append(issue("P504", cell.span, found=cell.text.strip()))
    return horizon


def _quiet_hours(cell: Cell, issues: list[Issue]) -> QuietHours | None:
    if not cell.text.strip():
        return None
    quiet = parse_quiet_hours(cell.text)
    if quiet is None:
        issues.append(issue("P522", cell.span, found=cell.text.strip()))
    return quiet


def _whole(cell: Cell, scope: Scope, least: int, code: str, issues: list[Issue]) -> int | None:
    """A whole number that needs no customer: digits or a parameter."""
    text = cell.text.strip()
    if not text:
        return None
    compiled, found = compile_expression(cell.text, scope, cell.span, expected=NUMBER)
    issues += found
    if compiled is None:
        return None
    value = None if compiled.reads else compiled.call({}, None)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not is_whole(value) or value < least:
        issues.append(issue(code, cell.span, found=text))
        return None
    return int(value)


def _cap(cap: Cap, ruleset: RuleSet, scope: Scope, issues: list[Issue]) -> CompiledCap | None:
    before = len(issues)
    count = _whole(cap.count, scope, 1, "P520", issues)
    per = parse_duration(cap.per.text.strip())
    if per is None or (per.nanos if isinstance(per, DaysDuration) else per.months) <= 0:
        found = cap.per.text.strip()
        if found:  # the schema asks for it where it is missing
            issues.append(issue("P521", cap.per.span, found=found, nearest=nearest_duration(found)))
        per = None
    where = _expression(cap.where, scope, BOOLEAN, issues)
    channel = ruleset.vocabulary.of("action").get(_CHANNEL)
    known = words_of(channel.values) if channel is not None and channel.values else None
    channels = _words(cap.channels, known, "P304", _CHANNEL, issues)
    purposes = _words(cap.purposes, PURPOSES, "P304", "purpose", issues)
    if count is None or per is None or len(issues) > before:
        return None
    return CompiledCap(cap, count, per, where, frozenset(channels), frozenset(purposes) or DEFAULT_CAP_PURPOSES)


def _words(
    cells: tuple[Cell, ...], known: Mapping[str, str] | None, code: str, column: str, issues: list[Issue]
) -> list[str]:
    """The canonical words; without ``known`` ones every word is good."""
    result = []
    for cell in cells:
        text = cell.text.strip()
        word = text if known is None else known.get(text)
        if word is not None:
            result.append(word)
        elif known is not None:
            allowed = listed(dict.fromkeys(known.values()))
            near = nearest(text, known)
            issues.append(issue(code, cell.span, found=text, column=column, allowed=allowed, nearest=near))
    return result
