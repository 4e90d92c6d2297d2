"""Entry point: the group of commands, each in a module that is imported when it is called for.

This is also the one place where an exception becomes an exit code: 0 fine, 1 problems found, 2 wrong usage,
70 a bug of ours, 130 interrupted, 141 the reader of our output went away.
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import click

from crmrules.cli.console import (
    BROKEN_PIPE,
    FINE,
    INTERNAL_ERROR,
    INTERRUPTED,
    PROBLEMS,
    WRONG_USAGE,
    Console,
    StoppedError,
    WrongUsageError,
    did_you_mean,
    open_console,
)
from crmrules.cli.framework import Command, Helped, language, option, usage_issue
from crmrules.model.errors import CrmRulesError
from crmrules.model.issues import issue
from crmrules.model.vocabulary import Label

COMMANDS: dict[str, Label] = {
    "init": Label("Write a small working rule set to start from", "生成一份可直接使用的小型规则集"),
    "check": Label("Report every problem of a rule set", "检查规则集并列出所有问题"),
    "test": Label(
        "Run the tests of a rule set and show the rows they reach", "运行规则集自带的用例，并显示命中的规则行"
    ),
    "plan": Label("Who does what, for which customer, by when", "生成行动计划：谁、为哪位客户、何时、做什么"),
    "explain": Label("Why the rules say what they say of one customer", "解释规则对某位客户的结论"),
    "diff": Label("What a change of rules changes for customers", "比较两份规则集对客户的影响"),
    "kpi": Label("Key figures against their targets", "计算关键指标并与目标对比"),
    "run": Label("Plan, remember and tell, each action once", "执行：保存状态并通知，每条行动只发一次"),
    "convert": Label("Turn YAML rules into Excel and back", "规则集在 YAML 与 Excel 之间转换"),
    "schema": Label("Show the published JSON Schemas", "查看已发布的 JSON Schema"),
    "plugins": Label("Show what is plugged in", "列出已加载的插件"),
}
"""Name → what it is for. Kept here so that ``crmrules --help`` imports none of them."""

_ABOUT = Label(
    "Rules for customer relationships, kept in YAML or Excel: classification, cadence, escalation and KPIs become "
    "explained action plans.",
    "用 YAML 或 Excel 编写客户关系规则：分类、跟进节奏、升级与指标，生成可解释的行动计划。",
)


class LazyGroup(Helped, click.Group):
    """Commands by name; a module is imported only when its command is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: Command = import_module(f"crmrules.cli.{cmd_name}").command_
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            lang = language(ctx)
            see_help = "请看 crmrules --help" if lang == "zh" else "see crmrules --help"
            suggestion = did_you_mean(args[0], COMMANDS, lang) or see_help
            raise WrongUsageError([issue("X104", found=args[0], suggestion=suggestion)])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, label.get(language(ctx))) for name, label in COMMANDS.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run a command line and end the process with its exit code, whatever happens."""
        words = list(sys.argv[1:] if args is None else args)
        console = extra.pop("obj", None) or open_console(words, os.environ)
        try:
            code = super().main(
                words, prog_name or "crmrules", complete_var, standalone_mode=False, obj=console, **extra
            )
            sys.stdout.flush()
        except Exception as error:
            code = _exit_code(error, console, words)
        except KeyboardInterrupt:
            code = INTERRUPTED
        sys.exit(code or FINE)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # before click sees it and calls it a problem
            _forget_output()
            return BROKEN_PIPE


@click.group(
    "crmrules", cls=LazyGroup, label=_ABOUT, invoke_without_command=True, subcommand_metavar="COMMAND …"
)  # fmt: skip
@option("--version", is_flag=True, en="Show the version.", zh="显示版本号。")
@click.pass_context
def cli(ctx: click.Context, version: bool) -> None:
    """The group itself: help when nothing is asked for."""
    if version:
        from importlib.metadata import version as installed

        click.echo(f"crmrules {installed('crmrules')}")
        ctx.exit()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        ctx.exit(WRONG_USAGE)


def _exit_code(error: Exception, console: Console, words: Sequence[str]) -> int:
    """Say what went wrong, and the exit code for it."""
    as_json = "--format=json" in words or ("--format", "json") in pairwise(words)
    fmt = "json" if as_json else "text"
    match error:
        case BrokenPipeError():
            _forget_output()
            return BROKEN_PIPE
        case click.Abort():
            console.note(console.text("interrupted", "已中断"))
            return INTERRUPTED
        case click.UsageError():
            console.wrong_usage([usage_issue(error, console.lang)], fmt)
            return WRONG_USAGE
        case WrongUsageError():
            console.wrong_usage(error.issues, fmt)
            return WRONG_USAGE
        case StoppedError():
            console.failed(error.issues if as_json else error.fresh, fmt)
            return PROBLEMS
        case CrmRulesError():
            if not error.issues:
                console.note(str(error))
            else:
                console.failed(error.issues, fmt)
            return PROBLEMS
    if os.environ.get("CRMRULES_DEBUG"):
        traceback.print_exc()
    last = traceback.extract_tb(error.__traceback__)[-1]
    reason = " ".join(f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})".split())
    console.wrong_usage([issue("X901", reason=reason)], fmt)
    return INTERNAL_ERROR


def _forget_output() -> None:
    """Nobody reads any more: let the interpreter's last flush go nowhere instead of complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """The command ``crmrules``."""
    # openpyxl tells of parts of workbooks that it passes over; readers of a terminal cannot do anything about them.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl(\.|$)")
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show must not end the command.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    cli.main()
