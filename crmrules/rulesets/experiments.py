"""Documents to experiments. What scope, share and arms mean is checked when the rule set is compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import DecisionTable, Experiment, Kind
from crmrules.model.vocabulary import Vocabulary
from crmrules.rulesets.document import Node
from crmrules.rulesets.names import Spellings, merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.vocabulary import build_label


def build_experiments(
    sections: Sequence[Node],
    vocabulary: Vocabulary,
    known: Spellings,
    decisions: Mapping[str, DecisionTable],
    issues: list[Issue],
) -> dict[str, Experiment]:
    """The experiments of all files. One whose fact is unknown is reported and left out."""
    found: dict[str, Experiment] = {}
    decided = {fact: t.id for t in decisions.values() if t.kind is Kind.CLASSIFICATION for fact in t.outputs}
    for name, node in merged(sections, "the experiment", "试点", issues).items():
        fact = _fact(node.get("fact"), vocabulary, known, issues)
        if not fact:
            continue
        formula = vocabulary.customer[fact].formula
        if formula is not None:
            issues.append(issue("V105", formula.span, found=fact, two=name))
        first = decided.setdefault(fact, name)
        if first != name:
            issues.append(issue("V106", node.key_span, found=fact, one=first, two=name))
        found[name] = Experiment(
            id=name,
            fact=fact,
            label=build_label(node.get("label")),
            scope=node.get("scope").cell(),
            share=node.get("share").cell(),
            salt=node.get("salt").cell(),
            arms=tuple(item.cell() for item in node.get("arms").elements()),
            description=node.get("description").text(),
            span=node.key_span,
        )
    return found


def _fact(node: Node, vocabulary: Vocabulary, known: Spellings, issues: list[Issue]) -> str:
    text = node.line()
    name = known.find(text)
    if name in vocabulary.customer:
        return name
    if text:
        words = [spelling for fact in vocabulary.customer.values() for spelling in fact.spellings()]
        issues.append(issue("V111", node.span, found=text, what="customer", nearest=nearest(text, words)))
    return ""
