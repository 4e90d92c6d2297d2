"""``crmrules kpi``: key figures against their targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, Console
from crmrules.cli.framework import command
from crmrules.cli.options import evaluation_options, format_option, state_option, viewer_option
from crmrules.cli.session import find_view, open_session, with_state

if TYPE_CHECKING:
    from crmrules.model.plan import KpiResult
    from crmrules.review.wording import Wording


@command(
    "kpi",
    "The KPIs of RULES: value, target, on target or close to it or off, and the number of records each rests on.",
    "计算 RULES 中的指标：数值、目标、是否达标以及样本数。",
    "crmrules kpi rules.yaml --data data --as-of 2026-03-02",
    "crmrules kpi rules.yaml --data data --as-of 2026-03-02 --state sqlite:///crm.db",
)
@evaluation_options
@state_option
@viewer_option
@format_option
@click.pass_obj
def command_(
    console: Console,
    rules: str,
    data: str,
    as_of: str | None,
    sets: tuple[str, ...],
    strict: bool,
    state: str,
    viewer: str | None,
    fmt: str,
) -> int:
    """Compute KPIs."""
    from crmrules.review.json_text import dumps, instant
    from crmrules.review.render.plan_json import kpi_json
    from crmrules.review.wording import wording

    session = open_session(console, rules, data, as_of, sets, fmt, strict=strict)
    compiled = session.compiled
    session, histories = with_state(session, state)
    view = find_view(compiled, session.dataset, viewer, session.as_of)
    with session.watched(console) as dataset:
        results = compiled.kpis(
            dataset, as_of=session.as_of, view=None if view.names is None else view, histories=histories
        )
    if fmt == "json":
        head = {"ruleset": compiled.ruleset.name, "fingerprint": compiled.fingerprint, "as_of": instant(session.as_of)}
        console.say(dumps({**head, "kpis": [kpi_json(result) for result in results]}))
    elif results:
        console.say(_text(results, wording(console.lang, compiled.ruleset)))
    else:
        console.say(console.text("the rule set has no KPIs", "规则集没有指标"))
    return FINE


def _text(results: Sequence[KpiResult], words: Wording) -> str:
    """A table: one row for each total and each group."""
    from crmrules.review.render.plan_text import table
    from crmrules.review.texts import one_line

    head = [words.say(key) for key in ("kpi", "group", "value", "target", "rating", "previous", "trend", "n")]
    rows = [
        [
            one_line(result.label.get(words.lang, result.kpi), 40),
            one_line(words.group(result.group), 40),
            words.amount(result, result.value),
            "" if result.target is None else words.amount(result, result.target),
            words.rating(result),
            words.previous(result),
            words.trend(result),
            f"{result.n:,}",
            f"{result.unknown:,}" if result.unknown else "",
        ]
        for result in results
    ]
    lines = [[*head, words.say("unknown_rows")], *rows]
    shown = [at for at in range(len(lines[0])) if at not in _OPTIONAL or any(row[at] for row in rows)]
    right = tuple(place for place, at in enumerate(shown) if at in _NUMBERS)
    return "\n".join(table([[line[at] for at in shown] for line in lines], right=right))


_OPTIONAL = (5, 6, 8)
"""Columns that are left out where they are empty: the window before, the trend, rows of which something is unknown."""
_NUMBERS = (2, 3, 5, 7, 8)
