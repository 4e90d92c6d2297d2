"""``crmrules diff``: what a change of rules changes for customers."""

from __future__ import annotations

import click

from crmrules.cli.console import FINE, Console
from crmrules.cli.framework import command
from crmrules.cli.options import (
    as_of_option,
    data_option,
    format_option,
    read_moment,
    reveal_option,
    set_option,
    strict_option,
    viewer_option,
)
from crmrules.cli.session import (
    Session,
    find_data,
    find_view,
    load_compiled,
    load_dataset,
    load_registry,
    require_rules,
)
from crmrules.model.issues import Severity


@command(
    "diff",
    "Which customers' classification or actions change from the rule set OLD to NEW, and which rows make the "
    "difference. Parameters set with --set count for both.",
    "规则集从 OLD 换成 NEW 后，哪些客户的分类或行动会变化，是哪些行造成的。--set 对两者都生效。",
    "crmrules diff rules.yaml draft.yaml --data data --as-of 2026-03-02",
)
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@data_option
@as_of_option
@set_option
@strict_option
@viewer_option
@reveal_option
@format_option
@click.pass_obj
def command_(
    console: Console,
    old: str,
    new: str,
    data: str,
    as_of: str | None,
    sets: tuple[str, ...],
    strict: bool,
    viewer: str | None,
    reveal: bool,
    fmt: str,
) -> int:
    """Compare."""
    from crmrules.review.diff import diff_rulesets, render_text, to_json
    from crmrules.review.json_text import dumps

    moment = read_moment(as_of)
    for path in (old, new):
        require_rules(path, console)
    source = find_data(data, console)
    registry = load_registry()
    before = load_compiled(console, old, registry, sets, fmt)
    after = load_compiled(console, new, registry, sets, fmt)
    dataset = load_dataset(console, source, after, registry, fmt)
    loaded = (*before.issues, *after.issues, *dataset.issues)
    warnings = tuple(dict.fromkeys(each for each in loaded if each.severity is Severity.WARNING))
    session = Session(registry, after, dataset, after.moment(moment), warnings, strict)
    session.accept()
    view = find_view(after, dataset, viewer, after.moment(moment), reveal)
    found = diff_rulesets(before, after, dataset, after.moment(moment), view=view)
    session.accept(found.warnings)
    if fmt == "json":
        console.say(dumps(to_json(found, console.lang, reveal=reveal)))
    else:
        console.say(render_text(found, console.lang, reveal=reveal))
    return FINE
