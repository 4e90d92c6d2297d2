"""How one rule set's names are written for people in one language, and which of its values are personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crmrules.model.plan import Action, KpiResult
from crmrules.model.ruleset import KpiType, RuleSet
from crmrules.model.values import DateTime
from crmrules.model.vocabulary import Fact, Label, Sensitivity
from crmrules.review.labels import LABELS, say
from crmrules.review.texts import looks_personal, mask, show, show_number


@dataclass(frozen=True, slots=True)
class Wording:
    """Names and values in one language. Without a rule set (``Wording("en")``) names stay as they are, and only
    values that have the shape of a mail address or a mobile number count as personal.

    ``facts`` has the customer's facts under every spelling, ``words`` labels of words by column (``channel`` …).
    ``parameters`` has the parameters' values as written, under every spelling. ``reveal`` shows personal values; it is
    for viewers who may see them.
    """

    lang: str = "en"
    reveal: bool = False
    facts: Mapping[str, Fact] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    words: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)
    decisions: Mapping[str, Label] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    ratios: frozenset[str] = frozenset()
    known: bool = False

    def say(self, key: str, **params: object) -> str:
        """Words of the catalogue in this language."""
        return say(key, self.lang, **params)

    def fact(self, name: str) -> str:
        """A column or fact as people call it."""
        known = self.facts.get(name)
        return known.label.get(self.lang, name) if known else name

    def value(self, name: str, value: Any) -> str:
        """The value of a fact or condition column: labelled words, units, personal ones masked."""
        if self.is_personal(name, value):
            return mask(value)
        known = self.facts.get(name)
        if known is None:
            return show(value, self.lang)
        if isinstance(value, list | tuple):
            joint = "、" if self.lang == "zh" else ", "
            return joint.join(self.value(name, item) for item in value) or show(None)
        for allowed in known.values:
            if allowed.value == value:
                return allowed.label.get(self.lang, allowed.value)
        text = show(value, self.lang)
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return f"{text} {known.unit}" if known.unit and is_number else text

    def is_personal(self, name: str, value: Any) -> bool:
        """Whether the value must be masked: its fact is personal, or an expression column reads a personal fact."""
        if self.reveal or value is None:
            return False
        if not self.known:
            return looks_personal(value)
        if name in self.facts:
            return self.facts[name].sensitivity is Sensitivity.PERSONAL
        return not isinstance(value, bool) and any(spelling in name for spelling in self.personal)

    def decision(self, name: str) -> str:
        """A decision's label."""
        return self.decisions.get(name, Label()).get(self.lang, name)

    def word(self, column: str, word: str) -> str:
        """A word of an action column (``channel``, ``owner_role``, ``task`` …), by its label where it has one."""
        label = self.words.get(column, {}).get(word)
        if label is not None:
            return label.get(self.lang, word)
        return LABELS[self.lang].get(word, word) if column == "purpose" else word

    def owner(self, action: Action) -> str:
        """Who does it: the person, or the role with a remark that it is a queue."""
        if not action.is_queue:
            return action.owner or show(None)
        role = self.word("owner_role", action.owner) or show(None)
        return f"{role} ({self.say('queue')})" if self.lang != "zh" else f"{role}（{self.say('queue')}）"

    def status(self, status: str) -> str:
        """A task status; the word ``due`` alone is a column's name."""
        return self.say("due_today" if status == "due" else status)

    def reason(self, reason: str) -> str:
        """Why an action was withheld; a reason of the rule set's own stays as it is."""
        return LABELS[self.lang].get(reason, reason)

    def amount(self, kpi: KpiResult, value: Any) -> str:
        """A KPI's value or target with its unit; the share of a ratio as per cent."""
        if value is None:
            return self.say("no data")
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not is_number:
            return show(value, self.lang)
        if kpi.unit == "%" and (kpi.kpi in self.ratios or kpi.numerator is not None):
            return f"{show_number(value * 100, 1)}%"
        unit = kpi.unit if kpi.unit == "%" else f" {kpi.unit}" if kpi.unit else ""
        return f"{show_number(value, 2)}{unit}"

    def group(self, group: Mapping[str, Any]) -> str:
        """``Value tier: High``; the total for an empty group."""
        colon = self.say("colon")
        parts = [f"{self.fact(name)}{colon}{self.value(name, value)}" for name, value in group.items()]
        return self.say("comma").join(parts) or self.say("total")

    def basis(self, action: Action) -> list[tuple[str, str]]:
        """The values an action rests on, as (name, value) for people."""
        return [(self.fact(name), self.value(name, value)) for name, value in action.basis.items()]

    def why(self, action: Action) -> str:
        """One line: ``FU1 · Value tier: High, Satisfaction: 64``."""
        colon = self.say("colon")
        values = self.say("comma").join(f"{name}{colon}{value}" for name, value in self.basis(action))
        return f"{action.rule} · {values}" if values else action.rule


_FIRST = frozenset({"customer", "action"})  # the customer's names win over other entities'; action has columns


def wording(lang: str, ruleset: RuleSet | None = None, *, reveal: bool = False) -> Wording:
    """The wording of a rule set in ``"en"`` or ``"zh"`` (anything else is English)."""
    lang = "zh" if lang == "zh" else "en"
    if ruleset is None:
        return Wording(lang, reveal)
    facts: dict[str, Fact] = {}
    entities = [ruleset.vocabulary.customer, *(f for e, f in ruleset.vocabulary.facts.items() if e not in _FIRST)]
    for fact in (fact for entity in entities for fact in entity.values()):
        for spelling in fact.spellings():
            facts.setdefault(spelling, fact)
    return Wording(
        lang,
        reveal,
        facts,
        frozenset(s for entity in ruleset.vocabulary.facts.values() for f in entity.values() for s in _personal(f)),
        _action_words(ruleset),
        {name: table.label for name, table in ruleset.decisions.items()},
        {name: p.value.text for p in ruleset.parameters.values() for name in p.spellings()},
        frozenset(kpi.id for kpi in ruleset.kpis.values() if kpi.type is KpiType.RATIO),
        True,
    )


def _personal(fact: Fact) -> Iterator[str]:
    return fact.spellings() if fact.sensitivity is Sensitivity.PERSONAL else iter(())


def _action_words(ruleset: RuleSet) -> dict[str, dict[str, Label]]:
    words: dict[str, dict[str, Label]] = {"owner_role": {r.name: r.label for r in ruleset.roles.values()}}
    for column in ruleset.vocabulary.of("action").values():
        words.setdefault(column.name, {}).update({v.value: v.label for v in column.values})
    return words


def local(moment: DateTime, as_of: DateTime) -> DateTime:
    """``moment`` on the clock that ``as_of`` is written in, so that one document speaks of one zone."""
    if moment.offset is None or as_of.offset is None:
        return moment
    return DateTime.of_instant(moment.instant, as_of.offset, as_of.zone)
