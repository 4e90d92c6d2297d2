"""A diff of rule sets as lines for a terminal, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crmrules.model.decision import Match
from crmrules.model.plan import Action, KpiResult
from crmrules.model.ruleset import RuleSet
from crmrules.model.temporal import DateTime
from crmrules.review.explain_text import cell_texts
from crmrules.review.labels import count
from crmrules.review.render.plan_text import table
from crmrules.review.texts import one_line, show, show_moment
from crmrules.review.wording import Wording, local

if TYPE_CHECKING:
    from crmrules.review.diff import ActionChange, Diff, FactChange, KpiChange

_LISTED = 20
_STOPS = 4
_CELL = 240  # two rules with their places


def diff_text(diff: Diff, words: Wording) -> str:
    """The lines, each ended; lists are cut after twenty entries."""
    head = words.say(
        "diff_head",
        old=_version(diff.old, diff.old_fingerprint, words),
        new=_version(diff.new, diff.new_fingerprint, words),
        as_of=show_moment(diff.as_of),
        customers=count("customer", diff.customers, words.lang),
    )
    if diff.is_empty:
        return f"{head}\n{words.say('diff_empty')}\n"
    counts = words.say(
        "diff_counts",
        customers=f"{len({change.customer for change in diff.facts}):,}",
        added=f"{len(diff.added):,}",
        removed=f"{len(diff.removed):,}",
        changed=f"{len(diff.changed):,}",
    )
    blocks = [
        [head, counts],
        *(_migrations(fact, counts_of, words) for fact, counts_of in diff.migrations.items()),
        _facts(diff.facts, words),
        _actions("diff_added", "+", diff.added, diff, words),
        _actions("diff_removed", "-", diff.removed, diff, words),
        _actions("diff_changed", "~", diff.changed, diff, words),
        _section("kpis", [_kpi(change, words) for change in diff.kpis[:_LISTED]], len(diff.kpis), words),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _version(ruleset: RuleSet, fingerprint: str, words: Wording) -> str:
    name = one_line(ruleset.label.get(words.lang, ruleset.name), 60)
    return " ".join(part for part in (name, one_line(ruleset.version, 20), f"({fingerprint[:8]})") if part)


def _migrations(fact: str, counts: Any, words: Wording) -> list[str]:
    rows = [[f"{_value(fact, old, words)} → {_value(fact, new, words)}", f"{n:,}"] for (old, new), n in counts.items()]
    return [words.fact(fact), *table(rows[:_LISTED], right=(1,)), *_more(len(rows), words)]


def _section(key: str, rows: list[list[str]], total: int, words: Wording) -> list[str]:
    return [words.say(key), *table(rows, limit=_CELL), *_more(total, words)] if rows else []


def _more(total: int, words: Wording) -> list[str]:
    return ["  " + words.say("more", n=f"{total - _LISTED:,}")] if total > _LISTED else []


def _facts(changes: Sequence[FactChange], words: Wording) -> list[str]:
    """A line for each change, and below it the cells that stop the row that used to count."""
    shown = changes[:_LISTED]
    lines = _section("diff_facts", [_fact(change, words) for change in shown], 0, words)
    result = lines[:1]
    for line, change in zip(lines[1:], shown, strict=True):
        result.append(line)
        for stop in change.stops[:_STOPS]:
            texts = " ".join(text for text in cell_texts(stop.column, stop.cell, words) if text)
            result.append(f"      {stop.rule} {texts}")
    return result + _more(len(changes), words)


def _fact(change: FactChange, words: Wording) -> list[str]:
    return [
        _who(change.customer, change.customer_name),
        words.fact(change.fact),
        f"{_value(change.fact, change.old, words)} → {_value(change.fact, change.new, words)}",
        _rules(change.old_rules, change.old_conflict, words)
        + " → "
        + _rules(change.new_rules, change.new_conflict, words),
    ]


def _rules(matches: Iterable[Match], conflict: bool, words: Wording) -> str:
    if conflict:
        return words.say("by_conflict")
    named = [f"{match.rule} ({match.span})" if str(match.span) else match.rule for match in matches]
    return words.say("comma").join(one_line(name, 70) for name in named) or words.say("by_no_row")


def _actions(key: str, sign: str, changes: Sequence[ActionChange], diff: Diff, words: Wording) -> list[str]:
    rows = [[sign, *_action(change, diff, words)] for change in changes[:_LISTED]]
    return _section(key, rows, len(changes), words)


def _action(change: ActionChange, diff: Diff, words: Wording) -> list[str]:
    action = change.action
    told = words.say("comma").join(_field(name, change, diff, words) for name in change.fields)
    return [
        _who(action.customer, action.customer_name),
        one_line(words.word("task", action.task), 24),
        show_moment(local(action.due, diff.as_of)),
        one_line(words.owner(action), 24),
        told or one_line(f"{action.rule} ({action.place})" if str(action.place) else action.rule, 70),
    ]


def _field(name: str, change: ActionChange, diff: Diff, words: Wording) -> str:
    old = _shown(name, change.old, change.old_withheld, diff, words)
    new = _shown(name, change.new, change.new_withheld, diff, words)
    return f"{words.say(name)} {old} → {new}"


def _shown(name: str, action: Action | None, withheld: str, diff: Diff, words: Wording) -> str:
    if action is None:
        return show(None)
    if name == "withheld":
        return words.reason(withheld) if withheld else show(None)
    if name == "owner":
        return one_line(words.owner(action), 20)
    value = getattr(action, name)
    if isinstance(value, DateTime):
        return show_moment(local(value, diff.as_of))
    if name == "rule":
        return one_line(f"{action.rule} ({action.place})" if str(action.place) else action.rule, 70)
    if name in ("task", "channel", "purpose"):
        value = words.word(name, value)
    return one_line(show(value if value != "" else None, words.lang), 40)


def _kpi(change: KpiChange, words: Wording) -> list[str]:
    known = change.new or change.old
    if known is None:
        return []
    return [
        one_line(known.label.get(words.lang, known.kpi), 30),
        one_line(words.group(known.group), 30),
        f"{_result(change.old, words)} → {_result(change.new, words)}",
    ]


def _result(kpi: KpiResult | None, words: Wording) -> str:
    return show(None) if kpi is None else f"{words.amount(kpi, kpi.value)} ({words.say(kpi.rating)}, n={kpi.n:,})"


def _value(fact: str, value: Any, words: Wording) -> str:
    return one_line(words.value(fact, list(value) if isinstance(value, tuple) else value), 40)


def _who(customer: str, name: str) -> str:
    return one_line(f"{customer} {name}", 30)
