"""Documents to KPI definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import Direction, Kpi, KpiType
from crmrules.model.vocabulary import ENTITIES, Parameter, Vocabulary
from crmrules.rulesets.document import Node
from crmrules.rulesets.names import Spellings, merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.vocabulary import build_label, spellings_of


def build_kpis(
    sections: Sequence[Node], vocabulary: Vocabulary, parameters: Mapping[str, Parameter], issues: list[Issue]
) -> dict[str, Kpi]:
    """The KPIs of all files, with facts by their names."""
    spelled = {entity: spellings_of(entity, vocabulary, parameters, []) for entity in ENTITIES}
    return {
        name: _kpi(name, node, vocabulary, spelled, issues)
        for name, node in merged(sections, "the KPI", "指标", issues).items()
        if node.get("type").line() in set(KpiType)
    }


def _kpi(name: str, node: Node, vocabulary: Vocabulary, spelled: Mapping[str, Spellings], issues: list[Issue]) -> Kpi:
    kind = KpiType(node.get("type").line())
    over = node.get("over").line() or "customer"
    over = over if over in ENTITIES else "customer"
    group_by = (_group(item, over, vocabulary, spelled, issues) for item in node.get("group_by").elements())
    latest_per = [_latest(item, over, vocabulary, spelled, issues) for item in node.get("latest_per").elements()]
    direction = node.get("direction").line()
    return Kpi(
        id=name,
        type=kind,
        label=build_label(node.get("label")),
        over=over,
        where=node.get("where").cell(),
        window=node.get("window").cell(),
        window_on=_fact(node.get("window_on"), over, vocabulary, spelled, issues),
        value=node.get("value").cell(),
        numerator=node.get("numerator").cell(),
        denominator=node.get("denominator").cell(),
        percentile=node.get("percentile").cell(),
        group_by=tuple(dict.fromkeys(g for g in group_by if g)),
        groups_from=_groups_from(node.get("groups_from"), vocabulary, spelled, issues),
        target=node.get("target").cell(),
        amber=node.get("amber").cell(),
        direction=Direction(direction) if direction in set(Direction) else Direction.HIGHER,
        unit=node.get("unit").line(),
        description=node.get("description").text(),
        span=node.key_span,
        factor=node.get("factor").cell(),
        latest_per=tuple(dict.fromkeys(name for name in latest_per if name)),
        per=node.get("per").cell(),
        fact=_fact(node.get("fact"), "customer", vocabulary, spelled, issues),
        from_value=node.get("from").cell(),
        to_value=node.get("to").cell(),
    )


def _group(node: Node, over: str, vocabulary: Vocabulary, spelled: Mapping[str, Spellings], issues: list[Issue]) -> str:
    """A fact of the row by name; else one of the row's customer, by name or as ``customer.<fact>``."""
    text = node.line()
    if text.startswith("customer."):
        rest = text.removeprefix("customer.").strip()
        name = spelled["customer"].find(rest)
        if name in vocabulary.customer:
            return name if over == "customer" else f"customer.{name}"
    for entity in dict.fromkeys((over, "customer")):
        name = spelled[entity].find(text)
        if name in vocabulary.of(entity):
            return name
    if text:
        _report(node, text, (over, "customer"), vocabulary, issues)
    return ""


def _latest(
    node: Node, over: str, vocabulary: Vocabulary, spelled: Mapping[str, Spellings], issues: list[Issue]
) -> str:
    """A fact of the row; ``customer`` for the row's customer."""
    return "customer" if node.line() == "customer" else _fact(node, over, vocabulary, spelled, issues)


def _fact(
    node: Node, entity: str, vocabulary: Vocabulary, spelled: Mapping[str, Spellings], issues: list[Issue]
) -> str:
    text = node.line()
    name = spelled[entity].find(text)
    if not text or name in vocabulary.of(entity):
        return name
    _report(node, text, (entity,), vocabulary, issues)
    return ""


def _groups_from(node: Node, vocabulary: Vocabulary, spelled: Mapping[str, Spellings], issues: list[Issue]) -> str:
    text = node.line()
    if not text:
        return ""
    entity, dot, fact = (part.strip() for part in text.partition("."))
    if not dot or entity not in ENTITIES:
        issues.append(issue("V112", node.span, found=text))
        return ""
    name = spelled[entity].find(fact)
    if name in vocabulary.of(entity):
        return f"{entity}.{name}"
    _report(node, fact, (entity,), vocabulary, issues)
    return ""


def _report(node: Node, text: str, entities: Sequence[str], vocabulary: Vocabulary, issues: list[Issue]) -> None:
    known = [s for entity in entities for fact in vocabulary.of(entity).values() for s in fact.spellings()]
    what = ", ".join(dict.fromkeys(entities))
    issues.append(issue("V111", node.span, found=text, what=what, nearest=nearest(text, known)))
