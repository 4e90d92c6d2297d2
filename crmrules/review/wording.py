"""How one rule set's names are written for people in one language, and which of its values are personal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from crmrules.model.plan import Action, KpiResult, Overflow, Trend, Withheld
from crmrules.model.population import Cut, Measure
from crmrules.model.ruleset import KpiType, RuleSet
from crmrules.model.values import DateTime
from crmrules.model.vocabulary import Fact, Label, Sensitivity
from crmrules.review.labels import LABELS, say
from crmrules.review.texts import looks_personal, mask, mask_within, one_line, show, show_moment, show_number


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
    experiments: Mapping[str, Label] = field(default_factory=dict)

    def say(self, key: str, **params: object) -> str:
        """Words of the catalogue in this language."""
        return say(key, self.lang, **params)

    def fact(self, name: str) -> str:
        """A column or fact as people call it."""
        known = self.facts.get(name)
        return known.label.get(self.lang, name) if known else name

    def column(self, name: str) -> str:
        """What a KPI is grouped by: a fact, or the period of a running total."""
        return self.say(name) if name == "period" and name not in self.facts else self.fact(name)

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

    def cut(self, cut: Cut) -> str:
        """``cut at 300,000: top 20 % of 84 customers by spent_12m``."""
        of = one_line(self.fact(cut.of), 60)
        if not cut.points:
            text = self.say("cut_nobody", of=of)
        else:
            key = "cut_top" if cut.measure is Measure.TOP_SHARE else "cut_parts"
            points = self.say("comma").join(self.value(cut.of, point) for point in cut.points)
            part = f"{show_number(cut.part * 100, 4)}%" if cut.measure is Measure.TOP_SHARE else show_number(cut.part)
            text = self.say(key, points=points, part=part, n=f"{cut.size:,}", of=of)
        return text + (self.say("cut_among", among=one_line(self.fact(cut.among), 60)) if cut.among else "")

    def experiment(self, name: str) -> str:
        """An experiment's label."""
        return self.experiments.get(name, Label()).get(self.lang, name)

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

    def held(self, item: Withheld, as_of: DateTime | None = None) -> str:
        """Why an action was withheld, with what the reason speaks of: the channel, the cap, the day it is free."""
        reason, details = item.reason, item.details
        told = {
            "channel": self.word("channel", str(details.get("channel", ""))) or self.say("every_channel"),
            "purpose": self.word("purpose", str(details.get("purpose", ""))),
            "n": details.get("count", ""),
            "per": show(details.get("per"), self.lang),
        }
        key = f"held_{reason}"
        text = self.say(key, **told) if details and key in LABELS[self.lang] else self.reason(reason)
        for name in ("at", "until"):
            moment = details.get(name)
            if isinstance(moment, DateTime):
                shown = show_moment(moment if as_of is None else local(moment, as_of))
                text += self.say("comma") + self.say(f"held_{name}", moment=shown)
        return text

    def behalf(self, action: Action) -> str:
        """``for 林晓, who is absent``; blank where the owner stands in for nobody."""
        if not action.on_behalf_of:
            return ""
        behalf = self.word("owner_role", action.on_behalf_of)
        return self.say(f"behalf_{action.behalf_reason}", behalf=behalf)

    def overflow(self, each: Overflow) -> str:
        """``林晓 2026-03-02: 12 actions, capacity 8``."""
        numbers = self.say("overflow_of", n=f"{each.planned:,}", capacity=f"{each.capacity:,}")
        return f"{each.owner} {each.day}{self.say('colon')}{numbers}"

    def text(self, text: str) -> str:
        """A text that was filled in, phone numbers and mail addresses in it masked."""
        return text if self.reveal else mask_within(text)

    def amount(self, kpi: KpiResult, value: Any) -> str:
        """A KPI's value or target with its unit; the share of a ratio as per cent."""
        if value is None:
            return self.say("no data")
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not is_number:
            return show(value, self.lang)
        if self._is_share(kpi):
            return f"{show_number(value * 100, 1)}%"
        unit = kpi.unit if kpi.unit == "%" else f" {kpi.unit}" if kpi.unit else ""
        return f"{show_number(value, 2)}{unit}"

    def rating(self, kpi: KpiResult) -> str:
        """How it compares with the target; where there is no value, why."""
        return self.say(kpi.rating if kpi.reason is None else f"because_{kpi.reason}")

    def previous(self, kpi: KpiResult) -> str:
        """The value over the window before; blank for a KPI without a window."""
        return "" if kpi.previous_start is None else self.amount(kpi, kpi.previous)

    def trend(self, kpi: KpiResult) -> str:
        """``+2.0 pp better``: the change since the window before, and whether it is for the better."""
        if kpi.trend is None:
            return ""
        if kpi.trend is Trend.SAME:
            return self.say(kpi.trend)
        change = self.amount(kpi, kpi.change)
        if self._is_share(kpi):
            change = change.removesuffix("%") + self.say("points")
        sign = "" if change.startswith("-") else "+"
        return f"{sign}{change} {self.say(kpi.trend)}"

    def _is_share(self, kpi: KpiResult) -> bool:
        return kpi.unit == "%" and (kpi.kpi in self.ratios or kpi.numerator is not None)

    def group(self, group: Mapping[str, Any]) -> str:
        """``Value tier: High``; the total for an empty group."""
        colon = self.say("colon")
        parts = [f"{self.column(name)}{colon}{self.value(name, value)}" for name, value in group.items()]
        return self.say("comma").join(parts) or self.say("total")

    def basis(self, action: Action) -> list[tuple[str, str]]:
        """The values an action rests on, as (name, value) for people."""
        return [(self.fact(name), self.value(name, value)) for name, value in action.basis.items()]

    def why(self, action: Action) -> str:
        """One line: ``FU1 · Value tier: High, Satisfaction: 64``."""
        colon = self.say("colon")
        values = self.say("comma").join(f"{name}{colon}{value}" for name, value in self.basis(action))
        parts = (action.rule, values, self.behalf(action))
        return " · ".join(part for part in parts if part)


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
        frozenset(kpi.id for kpi in ruleset.kpis.values() if kpi.type in (KpiType.RATIO, KpiType.CONVERSION)),
        True,
        {name: experiment.label for name, experiment in ruleset.experiments.items()},
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
