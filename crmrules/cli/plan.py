"""``crmrules plan``: the action plan, shown and written to files. Nothing else is changed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, Console, WrongUsageError
from crmrules.cli.framework import Count, command, option
from crmrules.cli.options import evaluation_options, format_option, reveal_option, state_option, viewer_option
from crmrules.cli.session import Session, find_view, open_session, with_state
from crmrules.cli.targets import require_writable, same_file
from crmrules.model.errors import PlanError
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from crmrules.model.plan import ActionPlan

_SHOWN = 10


@command(
    "plan",
    "Who does what, for which customer, by when: the actions that RULES ask for, as of a moment. Without --out a "
    "summary is shown; the files hold everything, with the why of each action. Nothing is sent.",
    "按 RULES 计算某一时间点的行动计划：谁、为哪位客户、何时、做什么。不写 --out 时显示摘要；"
    "输出文件包含全部行动及其依据。不会发送任何内容。",
    "crmrules plan rules.yaml --data data --as-of 2026-03-02",
    "crmrules plan rules.xlsx --data data.yaml --as-of 2026-03-02T09:00 --out plan.html --out plan.xlsx",
    "crmrules plan rules.yaml --data data --as-of 2026-03-02 --set high_value=600000 --format json",
)
@evaluation_options
@option(
    "--out", "outs", metavar="FILE", multiple=True,
    en="Write the plan; the ending says how: .json, .csv, .xlsx, .html, .ics, .txt. May be repeated.",
    zh="写出计划；格式由扩展名决定：.json、.csv、.xlsx、.html、.ics、.txt。可重复。",
)  # fmt: skip
@option(
    "--horizon", metavar="DURATION",
    en="Look so far ahead instead of as the rule set says: P7D, 2周.", zh="向前看多久（代替规则集的设置）：P7D、2周。",
)  # fmt: skip
@option(
    "--limit", type=Count(), default=_SHOWN, metavar="N",
    en=f"Show so many actions ({_SHOWN} if not said); files always hold all.",
    zh=f"屏幕上显示多少条行动（默认 {_SHOWN}）；文件总是包含全部。",
)  # fmt: skip
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
    outs: tuple[str, ...],
    horizon: str | None,
    limit: int,
    state: str,
    viewer: str | None,
    reveal: bool,
    fmt: str,
) -> int:
    """Plan."""
    from crmrules.review.output import render_plan, write_file

    formats = _formats(outs, console)
    ahead = read_horizon(horizon)
    targets = [("--out", out) for out in outs]
    session = open_session(console, rules, data, as_of, sets, fmt, strict=strict, state=state, targets=targets)
    session, histories = with_state(session, state)
    view = find_view(session.compiled, session.dataset, viewer, session.as_of, reveal)
    with session.watched(console) as dataset:
        plan = session.compiled.plan(
            dataset, as_of=session.as_of, horizon=ahead, view=None if view.names is None else view,
            histories=histories,
        )  # fmt: skip
    session.accept(plan.warnings)
    # Everything is rendered before anything is written, so that a failure leaves no file behind.
    ruleset = session.compiled.ruleset
    files = {
        out: render_plan(plan, chosen, console.asked, ruleset=ruleset, reveal=reveal)
        for out, chosen in formats.items()
    }  # fmt: skip
    for out, content in files.items():
        write_file(out, content)
    if fmt == "json":
        console.say(render_plan(plan, "json", console.asked, ruleset=ruleset, reveal=reveal).decode())
    else:
        console.say(_summary(plan, session, console, limit, reveal))
        for out in files:
            console.say(console.text(f"written: {out}", f"已写出：{out}"))
    return FINE


def read_horizon(text: str | None) -> str | None:
    """The duration of ``--horizon`` as ISO text."""
    if text is None:
        return None
    from crmrules.timing.frequency import parse_duration

    found = parse_duration(text)
    if found is None:
        raise WrongUsageError([issue("X103", param="--horizon", found=text, expected="P7D, P1M, 7天, 2周")])
    return str(found)


def _formats(outs: tuple[str, ...], console: Console) -> dict[str, str]:
    from crmrules.review.output import plan_format

    found: dict[str, str] = {}
    for out in outs:
        if any(same_file(out, other) for other in found):
            raise WrongUsageError([issue("X119", found=out)])
        try:
            found[out] = plan_format(out)
        except PlanError as error:
            raise WrongUsageError(error.issues) from None
        require_writable(out, console)
    return found


def _summary(plan: ActionPlan, session: Session, console: Console, limit: int, reveal: bool) -> str:
    from crmrules.review.render.plan_text import render_text
    from crmrules.review.wording import wording

    return render_text(plan, wording(console.lang, session.compiled.ruleset, reveal=reveal), limit=limit)
