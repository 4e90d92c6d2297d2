"""An explanation as lines for a terminal, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crmrules.model.decision import CellTrace, FactTrace, Transition
from crmrules.model.ruleset import HitPolicy, Kind
from crmrules.model.spans import Span
from crmrules.model.temporal import DateTime
from crmrules.review.explain_json import is_rows
from crmrules.review.labels import count
from crmrules.review.texts import fit, one_line, show, show_moment, width
from crmrules.review.wording import Wording, local

if TYPE_CHECKING:
    from crmrules.review.explain import Explanation, Row, TableStory, TaskStory

_SIGNS = {True: "✓", False: "✗", None: "?"}
_TEXT = 100


def explanation_text(explanation: Explanation, words: Wording) -> str:
    """The lines, each ended."""
    facts = [step for step in explanation.steps if isinstance(step, FactTrace)]
    tables = [step for step in explanation.steps if not isinstance(step, FactTrace)]
    blocks = [
        [_head(explanation, words)],
        _facts(facts, words),
        *(list(_table(story, words)) for story in tables),
        _tasks(explanation, words),
        _unknown(explanation, words),
        [one_line(words.text(issue.render(words.lang)), 400) for issue in explanation.warnings],
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def _head(explanation: Explanation, words: Wording) -> str:
    name = one_line(explanation.customer_name, 60)
    who = one_line(explanation.customer, 60) + (f" {name}" if name else "")
    ruleset = one_line(explanation.ruleset.label.get(words.lang, explanation.ruleset.name), 60)
    return words.say("explain_head", who=who, as_of=show_moment(explanation.as_of), ruleset=ruleset)


def _facts(facts: list[FactTrace], words: Wording) -> list[str]:
    if not facts:
        return []
    lines = [words.say("derived")]
    for fact in facts:
        value = _value(fact.name, fact.value, words)
        lines.append(f"  {words.fact(fact.name)} = {value}{at_place(fact.span)}")
        if fact.formula:
            lines.append(f"    {one_line(fact.formula, _TEXT)}")
        reads = [f"{words.fact(name)} = {_value(name, value, words)}" for name, value in fact.reads.items()]
        if reads:
            lines.append(f"    {words.say('reads')}{words.say('colon')}{words.say('comma').join(reads)}")
        lines += [f"    {words.cut(cut)}" for cut in fact.cuts]
        if fact.experiment:
            lines.append(f"    {words.say('experiment')}{words.say('colon')}{words.experiment(fact.experiment)}")
    return lines


def _table(story: TableStory, words: Wording) -> Iterator[str]:
    trace = story.trace
    values = [f"{words.fact(name)} = {_value(name, value, words)}" for name, value in trace.values.items()]
    result = f" → {words.say('comma').join(values)}" if values else ""
    yield f"{words.decision(trace.decision)} ({words.say(trace.kind)}, {trace.hit_policy}){result}"
    for row in story.matched:
        note = "" if row.counts else f"  {_not_counted(story, words)}"
        yield f"  ✓ {row.trace.rule}{at_place(row.trace.span)}{note}"
        yield from row_conditions(row, words, all_of_them=True)
    if trace.used_default:
        yield f"  {words.say('default_used')}"
    elif not story.matched:
        yield f"  {words.say('no_row')}"
    if story.transition is not None:
        yield from _transition(story.transition, words)
    if story.nearest:
        yield f"  {words.say('nearest')}"
    for row in story.nearest:
        note = "" if row.trace.active else f"  {words.say('not_valid')}"
        yield f"  ✗ {row.trace.rule}{at_place(row.trace.span)}{note}"
        yield from row_conditions(row, words, all_of_them=False)


def _not_counted(story: TableStory, words: Wording) -> str:
    """Why a row that matched does not count: another one does, or none because they contradict each other."""
    policy, matched = story.table.hit_policy, len(story.matched)
    if any(row.counts for row in story.matched) or policy not in (HitPolicy.UNIQUE, HitPolicy.ANY):
        return words.say("not_counted")
    if policy is HitPolicy.ANY:
        return words.say("conflict_any")
    return words.say("conflict_both" if matched == 2 else "conflict_all", n=matched, policy=policy.name)


def row_conditions(row: Row, words: Wording, *, all_of_them: bool) -> list[str]:
    """The conditions as aligned lines: all of a row that matched, those that stopped one that did not."""
    cells = [
        (name, cell)
        for name, cell in zip(row.columns, row.trace.cells, strict=True)
        if (cell.result is not True) or (all_of_them and cell.text.strip() not in ("", "-"))
    ]
    rows = [cell_texts(name, cell, words) for name, cell in cells]
    widths = [max(width(line[i]) for line in rows) for i in range(4)] if rows else []
    return ["      " + "  ".join(fit(t, w) for t, w in zip(line, widths, strict=True)).rstrip() for line in rows]


def cell_texts(name: str, cell: CellTrace, words: Wording) -> tuple[str, str, str, str]:
    """A condition for people: sign and column, the value seen, what was wanted, where it stands."""
    label = words.fact(name) if name in words.facts else cell.column
    value = f"= {_value(name, cell.value, words)}" if cell.value is not None else words.say("is_unknown")
    place = f"({cell.span})" if str(cell.span) else ""
    return (
        f"{_SIGNS[cell.result]} {one_line(label, 40)}",
        one_line(value, 60),
        f"{words.say('condition')} {one_line(cell.text, 60)}{_parameters(cell.text, words)}",
        one_line(place, _TEXT),
    )


def _parameters(text: str, words: Wording) -> str:
    """`` (high_value = 50万)`` for a condition that names a parameter."""
    named = [f"{name} = {one_line(value, 40)}" for name, value in words.parameters.items() if name in text]
    return f" ({words.say('comma').join(named)})" if named else ""


def _transition(moved: Transition, words: Wording) -> Iterator[str]:
    """What the value was, what became of it, and why a proposal waits."""
    shown = {name: _value(moved.fact, getattr(moved, name), words) for name in ("previous", "proposed", "value")}
    since = "" if moved.since is None else words.say("value_since", since=show_moment(moved.since))
    yield f"  {words.say(f'moved_{moved.change}', **shown)}{since}"
    for held in moved.held:
        until = "" if held.until is None else words.say("held_back_until", until=show_moment(held.until))
        yield f"  {words.say('held_back', proposed=shown['proposed'])}{words.say(f'waits_{held.reason}')}{until}"
    if moved.pending_since is not None:
        yield f"  {words.say('pending_since', since=show_moment(moved.pending_since))}"


def _tasks(explanation: Explanation, words: Wording) -> list[str]:
    if not explanation.tasks:
        return [words.say("no_tasks")]
    lines = [words.say("actions")]
    for story in explanation.tasks:
        lines += _task(story, explanation, words)
    return lines


def _task(story: TaskStory, explanation: Explanation, words: Wording) -> Iterator[str]:
    task, action = story.task, story.action
    parts = [
        one_line(words.word("task", action.task), 60),
        one_line(words.word("channel", task.channel), 30),
        one_line(words.owner(action), 40),
        f"{words.say('priority')} {task.priority}",
        words.status(task.status),
    ]
    yield f"  {task.rule}{at_place(task.span)}{words.say('colon')}{' · '.join(part for part in parts if part)}"
    yield f"    {_reckoning(story, explanation, words)}"
    if task.reckoning:
        told = [
            words.say(f"told_{name}", value=one_line(show(_local(value, explanation), words.lang), 40))
            for name, value in task.reckoning.items()
        ]
        yield f"    {words.say('comma').join(told)}"
    if task.until is not None:
        yield f"    {words.say('until')} {show_moment(local(task.until, explanation.as_of))}"
    if action.on_behalf_of:
        yield f"    {one_line(words.behalf(action), 200)}"
    if action.send_after is not None:
        yield f"    {words.say('send_after', until=show_moment(local(action.send_after, explanation.as_of)))}"
    if action.content:
        yield f"    {one_line(words.text(action.content), 200)}"
    if story.kept is not None:
        reason = one_line(words.held(story.kept, explanation.as_of), 200)
        yield f"    {words.say('withheld')}{words.say('colon')}{reason}{at_place(story.kept.place)}"
    elif story.overflow is not None:
        yield f"    {words.overflow(story.overflow)}"
    elif story.later:
        yield f"    {words.say('beyond', until=show_moment(local(explanation.until, explanation.as_of)))}"


def _local(value: Any, explanation: Explanation) -> Any:
    return local(value, explanation.as_of) if isinstance(value, DateTime) else value


def _reckoning(story: TaskStory, explanation: Explanation, words: Wording) -> str:
    """``Last touch 2026-02-20 09:00 + weekly = due 2026-02-27 09:00``."""
    task = story.task
    anchor = words.fact(story.counted_from.text.strip())
    due = f"{words.say('due')} {show_moment(local(task.due, explanation.as_of))}"
    if task.kind is Kind.CLASSIFICATION:
        return words.say("changed_at", moment=show_moment(local(task.due, explanation.as_of)))
    if task.start is None:
        return f"{words.say('never', anchor=one_line(anchor, 60))} = {due}"
    start = show_moment(local(task.start, explanation.as_of))
    origin = f"{one_line(anchor, 60)} {start}" if anchor else f"{words.say('episode')} {start}"
    gap = one_line(story.gap.text, 40)
    return f"{origin} + {gap} = {due}" if gap else f"{origin} = {due}"


def _unknown(explanation: Explanation, words: Wording) -> list[str]:
    if not explanation.decision.unknown:
        return []
    names = [words.fact(name) for name in sorted(explanation.decision.unknown)]
    return [f"{words.say('unknown_of')}{words.say('colon')}{words.say('comma').join(names)}"]


def _value(name: str, value: Any, words: Wording) -> str:
    if is_rows(value):
        return count("row", len(value), words.lang)
    return one_line(words.value(name, value), _TEXT)


def at_place(span: Span) -> str:
    """A place to stand at the end of a line; empty where there is none."""
    return f"  ({one_line(str(span), _TEXT)})" if str(span) else ""
