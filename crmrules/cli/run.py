"""``crmrules run``: plan, remember, and tell people. The one command that changes anything outside its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, PROBLEMS, Console, WrongUsageError, counted, did_you_mean
from crmrules.cli.framework import command, option
from crmrules.cli.options import evaluation_options, format_option
from crmrules.cli.session import load_registry, open_session
from crmrules.cli.targets import notifier_targets, protect, state_inputs
from crmrules.model.errors import PluginError, StateError
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from crmrules.model.ports import Notifier, Registry
    from crmrules.runs.run import RunReport


@command(
    "run",
    "Plan as of a moment, write decisions and actions into the state in one transaction, then tell people through the "
    "notifiers. Each action is put in once, however often this is run; one that could not be delivered is sent by the "
    "next run. Ends with 1 when something could not be delivered.",
    "按某一时间点制定计划，在一个事务中把结论与行动写入状态，再通过通知方式告知相关人员。无论运行多少次，"
    "每条行动只登记一次；未能送达的由下次运行补发。有未送达的行动时退出码为 1。",
    "crmrules run rules.yaml --data data --as-of 2026-03-02 --state sqlite:///crm.db",
    "crmrules run rules.yaml --data data --as-of 2026-03-02 --state sqlite:///crm.db --notify file:actions.ndjson",
)
@evaluation_options
@option(
    "--state", metavar="URL", required=True,
    en="Where decisions and actions are kept: sqlite:///crm.db.", zh="状态保存位置：sqlite:///crm.db。",
)  # fmt: skip
@option(
    "--notify", "notify", metavar="HOW", multiple=True,
    en="How to tell: console (if nothing is said), file:PATH, or a plugin's; may be repeated.",
    zh="通知方式：console（默认）、file:路径，或插件提供的方式；可重复。",
)  # fmt: skip
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
    notify: tuple[str, ...],
    fmt: str,
) -> int:
    """Run."""
    from crmrules.runs.run import run_plan
    from crmrules.runs.state import check_state, open_store

    registry = load_registry()
    try:
        check_state(state, registry)
    except StateError as error:
        raise WrongUsageError(error.issues) from None
    notifiers = open_notifiers(notify or ("console",), registry, console, fmt)
    told = notifier_targets(notify)
    protect(told, state_inputs(state, console))
    targets = [*told, *(("--state", path) for _, path in state_inputs(state, console))]
    session = open_session(console, rules, data, as_of, sets, fmt, registry, strict=strict, targets=targets)
    with open_store(state, registry) as store, session.watched(console) as dataset:
        report = run_plan(
            session.compiled, dataset, as_of=session.as_of, store=store, notifiers=notifiers,
            accept=lambda plan: session.accept(plan.warnings),
        )  # fmt: skip
    console.problems(report.issues, fmt)
    if fmt == "json":
        console.say_json(_json(report))
    else:
        console.say(_text(report, console))
    return PROBLEMS if report.undelivered else FINE


def open_notifiers(
    specs: tuple[str, ...], registry: Registry, console: Console, fmt: str = "text"
) -> dict[str, Notifier]:
    """Notifiers by how they were asked for: ``console``, ``file:actions.ndjson``.

    With JSON on standard output, the console's lines go to standard error.
    """
    opened: dict[str, Notifier] = {}
    for spec in specs:
        name, _, argument = spec.partition(":")
        if name not in registry.notifiers:
            suggestion = did_you_mean(name, registry.notifiers, console.lang)
            known = ", ".join(registry.notifiers)
            raise WrongUsageError([issue("X115", found=name, expected=known, suggestion=suggestion)])
        try:
            opened[spec] = registry.notifiers[name]("stderr" if spec == "console" and fmt == "json" else argument)
        except PluginError as error:  # the argument is the user's
            raise WrongUsageError(error.issues) from None
    return opened


def _json(report: RunReport) -> dict[str, object]:
    from crmrules.review.json_text import instant

    counted = ("notifier", "delivered", "failed", "refused", "reason", "held", "withdrawn")
    return {
        "run": report.run,
        "ruleset": report.plan.ruleset,
        "fingerprint": report.plan.fingerprint,
        "as_of": instant(report.plan.as_of),
        "customers": report.customers,
        "undecided": report.undecided,
        "actions": report.actions,
        "new": report.new,
        "resumed": report.resumed,
        "notifiers": [{name: getattr(sent, name) for name in counted} for sent in report.sent],
    }


def _text(report: RunReport, console: Console) -> str:
    lines = [
        console.text(
            f"{counted(report.actions, 'action')} for {counted(report.customers, 'customer')}: {report.new:,} new, "
            f"{report.actions - report.new:,} known from earlier runs",
            f"{report.customers:,} 位客户共 {report.actions:,} 条行动：新增 {report.new:,} 条，"
            f"此前已登记 {report.actions - report.new:,} 条",
        )
    ]
    if report.undecided:
        lines.append(
            console.text(
                f"{counted(report.undecided, 'customer')} left undecided by rows that contradict each other (see the "
                "warnings); what depends on the missing value was not done",
                f"{report.undecided:,} 位客户因规则行相互冲突而未得出结论（见警告）；依赖该结论的行动未执行",
            )
        )
    if report.resumed:
        lines.append(
            console.text(
                f"{report.resumed:,} left over from earlier runs were offered again",
                f"此前运行遗留的 {report.resumed:,} 条已重新发送",
            )
        )
    for sent in report.sent:
        lines.append(
            console.text(
                f"{sent.notifier}: {sent.delivered:,} delivered, {sent.failed:,} to be sent again, "
                f"{sent.refused:,} parked",
                f"{sent.notifier}：已送达 {sent.delivered:,} 条，待补发 {sent.failed:,} 条，搁置 {sent.refused:,} 条",
            )
        )
        if sent.held:
            lines.append(
                console.text(
                    f"{sent.notifier}: {sent.held:,} wait for the end of quiet hours or of a snooze",
                    f"{sent.notifier}：{sent.held:,} 条等待免打扰时段或暂缓期结束",
                )
            )
        if sent.withdrawn:
            lines.append(
                console.text(
                    f"{sent.notifier}: {sent.withdrawn:,} not sent, because the customer has refused them since",
                    f"{sent.notifier}：{sent.withdrawn:,} 条因客户此后拒绝联系而未发送",
                )
            )
    return "\n".join(lines)
