"""Documents to vocabulary, parameters and roles: labels, types, allowed values, and whether words mean one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import ACTION_COLUMNS
from crmrules.model.vocabulary import (
    AllowedValue,
    Cell,
    Fact,
    Label,
    Missing,
    Parameter,
    Role,
    Sensitivity,
    Vocabulary,
)
from crmrules.rulesets.document import Node
from crmrules.rulesets.names import KEYWORDS, RESERVED, Spellings, merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.typenames import TYPES, UNKNOWN_TYPE, fact_type, spellings, type_zh

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
ACTION: Final = "action"
"""The pseudo-entity whose facts refine the columns of cadence and escalation tables."""


def build_label(node: Node) -> Label:
    """``{en: …, zh: …}``, or one text, which is the Chinese label when it has Chinese characters."""
    if isinstance(node.value, dict):
        return Label(node.get("en").line(), node.get("zh").line())
    text = node.line()
    return Label(zh=text) if _CHINESE.search(text) else Label(en=text)


def build_words(node: Node) -> tuple[str, ...]:
    """A list of one-line texts without blanks and repetitions."""
    return tuple(dict.fromkeys(text for text in (item.line() for item in node.elements()) if text))


def optional_cell(node: Node) -> Cell | None:
    """The cell, or None for a blank."""
    return node.cell() if node.filled else None


def build_vocabulary(sections: Sequence[Node], issues: list[Issue]) -> Vocabulary:
    """The vocabulary of all files."""
    entities: dict[str, list[Node]] = {}
    for section in sections:
        for entity, node in section.items():
            entities.setdefault(entity, []).append(node)
    facts: dict[str, Mapping[str, Fact]] = {}
    for entity, nodes in entities.items():
        declared = merged(nodes, f"the fact {entity}.", f"字段 {entity}.", issues)
        built = {name: _fact(entity, name, node, issues) for name, node in declared.items()}
        if built:
            facts[entity] = built
    return Vocabulary(facts)


def _fact(entity: str, name: str, node: Node, issues: list[Issue]) -> Fact:
    if entity == ACTION:
        if name not in ACTION_COLUMNS:
            known = ", ".join(ACTION_COLUMNS)
            issues.append(
                issue("V107", node.key_span, found=name, expected=known, nearest=nearest(name, ACTION_COLUMNS))
            )
    else:
        _check_name(name, node, issues)
    type_name = _type(node.get("type"), "string", issues)
    missing = Missing(_one_of(node.get("missing"), Missing, Missing.UNKNOWN))
    default = optional_cell(node.get("default"))
    if missing is Missing.DEFAULT and default is None:
        issues.append(issue("V103", node.get("missing").span))
    elif default is not None and missing is not Missing.DEFAULT and "missing" not in node:
        issues.append(issue("V104", node.get("default").span))
    scale = node.get("scale").value
    fact = Fact(
        name=name,
        entity=entity,
        type=type_name,
        label=build_label(node.get("label")),
        aliases=build_words(node.get("aliases")),
        values=_values(node.get("values"), f"{entity}.{name}", issues),
        scale=scale if isinstance(scale, int) and not isinstance(scale, bool) else None,
        unit=node.get("unit").line(),
        range=optional_cell(node.get("range")),
        missing=missing,
        default=default,
        sensitivity=Sensitivity(_one_of(node.get("sensitivity"), Sensitivity, Sensitivity.NONE)),
        formula=optional_cell(node.get("formula")),
        description=node.get("description").text(),
        span=node.key_span,
    )
    if fact.values and type_name not in ("string", "list<string>", UNKNOWN_TYPE):
        issues.append(issue("V114", node.get("values").span, found=name, type=type_name, type_zh=type_zh(type_name)))
    return fact


def _check_name(name: str, node: Node, issues: list[Issue]) -> None:
    if name in KEYWORDS or name in RESERVED:
        issues.append(issue("V109", node.key_span, found=name))


def _type(node: Node, default: str, issues: list[Issue]) -> str:
    if not node.filled or not isinstance(node.value, str):
        return default
    known = fact_type(node.value)
    if known is None:
        expected, expected_zh = ", ".join((*TYPES, "list<…>")), "、".join((*map(type_zh, TYPES), "列表<…>"))
        near = nearest(node.line(), spellings())
        issues.append(
            issue("V102", node.span, found=node.line(), expected=expected, expected_zh=expected_zh, nearest=near)
        )
    return known or UNKNOWN_TYPE


def _one_of(node: Node, choices: Iterable[str], default: str) -> str:
    """The node's text where it is one of ``choices``; the schema reports what is none."""
    text = node.line()
    return text if text in set(choices) else default


def _values(node: Node, what: str, issues: list[Issue]) -> tuple[AllowedValue, ...]:
    values: list[AllowedValue] = []
    meaning: dict[str, str] = {}
    for item in node.elements():
        if isinstance(item.value, dict):
            value = AllowedValue(
                item.get("value").line(), build_label(item.get("label")), build_words(item.get("aliases"))
            )
        else:
            value = AllowedValue(item.line())
        if not value.value:
            continue
        if any(v.value == value.value for v in values):
            issues.append(issue("V108", item.span, found=value.value, what=what, one=value.value, two=value.value))
            continue
        values.append(value)
        for spelling in dict.fromkeys(value.spellings()):
            other = meaning.setdefault(spelling, value.value)
            if other != value.value:
                issues.append(issue("V108", item.span, found=spelling, what=what, one=other, two=value.value))
    return tuple(values)


def build_parameters(sections: Sequence[Node], issues: list[Issue]) -> dict[str, Parameter]:
    """The parameters of all files."""
    result = {}
    for name, node in merged(sections, "the parameter", "参数", issues).items():
        _check_name(name, node, issues)
        result[name] = Parameter(
            name=name,
            type=_type(node.get("type"), "number", issues),
            value=node.get("value").cell(),
            label=build_label(node.get("label")),
            aliases=build_words(node.get("aliases")),
            unit=node.get("unit").line(),
            note=node.get("note").text(),
            span=node.key_span,
        )
    return result


def build_roles(sections: Sequence[Node], issues: list[Issue]) -> dict[str, Role]:
    """The roles of all files."""
    roles = {
        name: Role(
            name=name,
            label=build_label(node.get("label")),
            aliases=build_words(node.get("aliases")),
            person=optional_cell(node.get("person")),
            deputy=optional_cell(node.get("deputy")),
            span=node.key_span,
        )
        for name, node in merged(sections, "the role", "角色", issues).items()
    }
    spelled = Spellings()
    for role in roles.values():
        spelled.add(role, "roles", issues)
    return roles


def customer_spellings(vocabulary: Vocabulary, parameters: Mapping[str, Parameter], issues: list[Issue]) -> Spellings:
    """Facts of the customer and parameters by every spelling; words with two meanings, in any entity, are issues."""
    for entity in vocabulary.facts:
        if entity not in ("customer", ACTION):
            spellings_of(entity, vocabulary, parameters, issues)
    return spellings_of("customer", vocabulary, parameters, issues)


def spellings_of(
    entity: str, vocabulary: Vocabulary, parameters: Mapping[str, Parameter], issues: list[Issue]
) -> Spellings:
    """Facts of ``entity`` and parameters by every spelling."""
    spelled = Spellings()
    for fact in vocabulary.of(entity).values():
        spelled.add(fact, entity, issues)
    for parameter in parameters.values():
        spelled.add(parameter, "parameters", issues)
    return spelled
