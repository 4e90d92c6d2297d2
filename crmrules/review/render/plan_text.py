"""An action plan as a few lines for a terminal: what there is to do, for whom it is most, and what comes first."""

from __future__ import annotations

from collections.abc import Iterator

from crmrules.model.plan import Action, ActionPlan, KpiResult
from crmrules.review.summary import OwnerWork, Summary, summarise
from crmrules.review.texts import fit, one_line, show_moment, width
from crmrules.review.wording import Wording, local

_TOP_OWNERS = 8
_TOP_ACTIONS = 10
_TOP_KPIS = 20
_ISSUE = 400
_CELL = 80


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The lines as UTF-8."""
    return render_text(plan, words).encode("utf-8", "replace")


def render_text(plan: ActionPlan, words: Wording, *, limit: int = _TOP_ACTIONS) -> str:
    """The lines, each ended, with the first ``limit`` actions; columns line up in a terminal that gives Chinese
    characters two columns."""
    summary = summarise(plan, words)
    blocks = [
        [one_line(plan.label.get(words.lang, plan.ruleset), 80), summary.sentence, *_counts(plan, summary, words)],
        _owners(summary.owners, words),
        _overflow(plan, words),
        _actions(plan, words, limit),
        _kpis(plan.kpis, words),
        _cuts(plan, words),
        _unknown(plan, words),
        _warnings(plan, words),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def _counts(plan: ActionPlan, summary: Summary, words: Wording) -> Iterator[str]:
    colon, comma = words.say("colon"), words.say("comma")
    parts = [f"{words.status(status)}{colon}{n:,}" for status, n in summary.by_status.items()]
    if plan.withheld:
        parts.append(f"{words.say('withheld')}{colon}{len(plan.withheld):,}")
    if parts:
        yield comma.join(parts)
    if summary.by_kind:
        yield comma.join(f"{words.say(kind)}{colon}{n:,}" for kind, n in summary.by_kind.items())


def _owners(owners: tuple[OwnerWork, ...], words: Wording) -> list[str]:
    if not owners:
        return []
    shown = owners[:_TOP_OWNERS]
    rows = [
        [one_line(o.name, 30), f"{len(o.actions):,}", f"{words.say('overdue')} {o.overdue:,}" if o.overdue else ""]
        for o in shown
    ]
    rest = owners[_TOP_OWNERS:]
    if rest:
        rows.append([words.say("others", n=len(rest)), f"{sum(len(o.actions) for o in rest):,}", ""])
    return [words.say("per_owner"), *table(rows, right=(1,))]


def _overflow(plan: ActionPlan, words: Wording) -> list[str]:
    if not plan.overflow:
        return []
    lines = ["  " + one_line(words.overflow(each), _CELL) for each in plan.overflow[:_TOP_OWNERS]]
    rest = len(plan.overflow) - _TOP_OWNERS
    more = ["  " + words.say("more", n=f"{rest:,}")] if rest > 0 else []
    return [words.say("overflow"), *lines, *more]


def _actions(plan: ActionPlan, words: Wording, limit: int) -> list[str]:
    if not plan.actions:
        return []
    rows = [_action(action, plan, words) for action in plan.actions[:limit]]
    lines = [words.say("actions"), *table(rows)]
    rest = len(plan.actions) - limit
    if rest > 0:
        lines.append("  " + words.say("more_actions", n=f"{rest:,}"))
    return lines


def _action(action: Action, plan: ActionPlan, words: Wording) -> list[str]:
    return [
        show_moment(local(action.due, plan.as_of)),
        words.status(action.status),
        one_line(action.customer_name or action.customer, 24),
        one_line(words.word("task", action.task), 24),
        one_line(words.word("channel", action.channel), 12),
        one_line(words.owner(action), 24),
        one_line(f"{action.rule} ({action.place})" if str(action.place) else action.rule, 80),
    ]


def _kpis(kpis: tuple[KpiResult, ...], words: Wording) -> list[str]:
    rows = [
        [
            one_line(kpi.label.get(words.lang, kpi.kpi), 30),
            one_line(words.group(kpi.group), 30),
            words.amount(kpi, kpi.value),
            "" if kpi.target is None else f"{words.say('target')} {words.amount(kpi, kpi.target)}",
            words.rating(kpi),
            f"n={kpi.n:,}" + (f" ({kpi.unknown:,} {words.say('unknown_rows')})" if kpi.unknown else ""),
            words.trend(kpi),
        ]
        for kpi in kpis[:_TOP_KPIS]
    ]
    more = [f"  … {len(kpis) - _TOP_KPIS:,}"] if len(kpis) > _TOP_KPIS else []
    return [words.say("kpis"), *table(rows, right=(2,)), *more] if rows else []


def _cuts(plan: ActionPlan, words: Wording) -> list[str]:
    cuts = plan.cut_points.cuts.values()
    if not cuts:
        return []
    lines = ["  " + one_line(f"{words.fact(cut.fact)}{words.say('colon')}{words.cut(cut)}", 200) for cut in cuts]
    return [words.say("cut_points"), *lines]


def _unknown(plan: ActionPlan, words: Wording) -> list[str]:
    rows = [[one_line(words.fact(fact), 40), f"{n:,}"] for fact, n in plan.unknown.items()]
    return [words.say("unknown_note"), *table(rows, right=(1,))] if rows else []


def _warnings(plan: ActionPlan, words: Wording) -> list[str]:
    lines = [one_line(words.text(issue.render(words.lang)), _ISSUE) for issue in plan.warnings[:_TOP_ACTIONS]]
    rest = len(plan.warnings) - _TOP_ACTIONS
    return [*lines, f"… {rest:,}"] if rest > 0 else lines


def table(rows: list[list[str]], right: tuple[int, ...] = (), limit: int = _CELL) -> list[str]:
    """Rows as aligned lines, indented by two; columns in ``right`` are flush right, cells cut to ``limit``."""
    rows = [[one_line(cell, limit) for cell in row] for row in rows]  # every text of a record ends up here
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [
            " " * (w - width(cell)) + cell if i in right else fit(cell, w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return lines
