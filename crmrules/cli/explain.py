"""``crmrules explain``: why the rules say what they say of one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, Console, WrongUsageError, did_you_mean
from crmrules.cli.framework import command, option
from crmrules.cli.options import evaluation_options, format_option, reveal_option, state_option, viewer_option
from crmrules.cli.session import find_view, open_session, with_state
from crmrules.model.decision import NO_HISTORY
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from crmrules.model.records import Dataset, Record


@command(
    "explain",
    "Why the rules say what they say of one customer: derived values, the rows that matched, the rows that nearly "
    "did with the cells that stopped them, and the actions that follow.",
    "解释规则对某位客户的结论：推导出的值、命中的行、差一点命中的行以及未通过的单元格、由此产生的行动。",
    "crmrules explain rules.yaml --data data --as-of 2026-03-02 --customer C001",
)
@evaluation_options
@option("--customer", metavar="ID", required=True, en="The customer's id.", zh="客户编号。")
@state_option
@viewer_option
@reveal_option
@format_option
@click.pass_obj
def command_(
    console: Console,
    rules: str,
    data: str,
    as_of: str | None,
    sets: tuple[str, ...],
    strict: bool,
    customer: str,
    state: str,
    viewer: str | None,
    reveal: bool,
    fmt: str,
) -> int:
    """Explain."""
    from crmrules.review.explain import explain, render_text, to_json
    from crmrules.review.json_text import dumps

    session = open_session(console, rules, data, as_of, sets, fmt, strict=strict)
    record = find_customer(session.dataset, customer, console)
    view = find_view(session.compiled, session.dataset, viewer, session.as_of, reveal)
    if view.names is not None and all(seen.id != record.id for seen in view.dataset.customers):
        raise WrongUsageError([issue("P534", customer=record.id, viewer=viewer)])
    session, histories = with_state(session, state)
    found = explain(
        session.compiled,
        record,
        session.as_of,
        None if histories is None else histories.get(record.id, NO_HISTORY),
        dataset=session.dataset,
        cut_points=session.compiled.cut_points(session.dataset, as_of=session.as_of, histories=histories),
    )
    session.accept(found.warnings)
    if fmt == "json":
        console.say(dumps(to_json(found, console.lang, reveal=reveal)))
    else:
        console.say(render_text(found, console.lang, reveal=reveal))
    return FINE


def find_customer(dataset: Dataset, wanted: str, console: Console) -> Record:
    """The record with that id; :class:`WrongUsageError` naming the nearest one."""
    for record in dataset.customers:
        if record.id == wanted:
            return record
    ids = [record.id for record in dataset.customers]
    # The nearest of very many would take long to find; those that begin alike are the likely ones.
    likely = ids if len(ids) <= 5_000 else [i for i in ids if i[:2] == wanted[:2]][:5_000]
    raise WrongUsageError(
        [issue("X116", found=wanted, count=f"{len(ids):,}", suggestion=did_you_mean(wanted, likely, console.lang))]
    )
