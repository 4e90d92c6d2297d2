"""click in two languages: commands and options whose help is a :class:`~crmrules.model.vocabulary.Label`, and
click's own complaints as issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from crmrules.cli.console import Console, WrongUsageError, did_you_mean, nearest
from crmrules.model.issues import Issue, issue
from crmrules.model.vocabulary import Label

if TYPE_CHECKING:
    WordType = click.ParamType[str]
    CountType = click.ParamType[int]
else:  # generic only in click's newer releases
    WordType = CountType = click.ParamType

_F = TypeVar("_F", bound=Callable[..., Any])

_HEADINGS = {"Options": "选项", "Commands": "命令", "Usage: ": "用法：", "Examples": "示例"}


def language(ctx: click.Context) -> str:
    """The language of this invocation."""
    console = ctx.find_object(Console)
    return console.lang if console else "en"


class ChineseFormatter(click.HelpFormatter):
    """Help with Chinese headings."""

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _HEADINGS["Usage: "] if prefix is None else prefix)


class Context(click.Context):
    """A context whose help is in the reader's language."""

    def make_formatter(self) -> click.HelpFormatter:
        kind = ChineseFormatter if language(self) == "zh" else click.HelpFormatter
        return kind(width=self.terminal_width, max_width=self.max_content_width)


class Option(click.Option):
    """An option with help in both languages. ``required`` is said in the help text."""

    def __init__(self, declarations: Sequence[str], *, label: Label, **settings: Any) -> None:
        super().__init__(declarations, help=label.en, **settings)
        self.label = label

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        if record is None or language(ctx) != "zh":
            return record
        return record[0], record[1].replace(self.label.en, self.label.zh, 1).replace("[required]", "[必填]")


class Words(WordType):
    """One of a few words."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.words)}]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value in self.words:
            return value
        guess = nearest(str(value), self.words)
        raise WrongUsageError(
            [issue("X103", param=_name(param), found=value, expected=guess or ", ".join(self.words))]
        )  # fmt: skip


class Count(CountType):
    """A whole number, not negative."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
        raise WrongUsageError([issue("X103", param=_name(param), found=text, expected="0, 1, 2 …")])


class Helped(click.Command):
    """What commands and the group share: help in both languages, examples after it, ``--lang`` and ``--help``."""

    context_class = Context

    def __init__(
        self, name: str | None = None, *, label: Label, examples: tuple[str, ...] = (), **settings: Any
    ) -> None:
        super().__init__(name, add_help_option=False, **settings)
        self.label = label
        self.examples = examples
        self.params += [_lang_option(), _help_option()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            self._refuse_repetitions(ctx, args)
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click does not always say which command it was
            raise

    def _refuse_repetitions(self, ctx: click.Context, args: list[str]) -> None:
        """click takes the last of two values without a word; here an option that counts once is given once."""
        if ctx.resilient_parsing:
            return
        _, _, given = self.make_parser(ctx).parse_args(list(args))
        for each in dict.fromkeys(given):
            count = given.count(each)
            if count > 1 and isinstance(each, click.Option) and not each.multiple and not each.is_flag:
                raise WrongUsageError([issue("X124", param=_name(each), count=count)])

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.label.get(language(ctx)))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for example in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Command(Helped):
    """A command; its function returns the exit code."""


def command(name: str, en: str, zh: str, *examples: str) -> Callable[[Callable[..., int]], Command]:
    """Make a command of a function that returns the exit code."""
    return click.command(name, cls=Command, label=Label(en, zh), examples=examples)


def option(*declarations: str, en: str, zh: str, **settings: Any) -> Callable[[_F], _F]:
    """An option with help in both languages; settings as for ``click.option``."""
    return click.option(*declarations, cls=Option, label=Label(en, zh), **settings)


def _show_help(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(ctx.get_help())
        ctx.exit()


def _lang_option() -> Option:
    """``--lang`` is only checked here; it has been read before (see :func:`crmrules.cli.console.open_console`)."""
    return Option(
        ["--lang"], type=Words("en", "zh", "auto"), expose_value=False,
        label=Label("Language of messages; auto follows the locale.", "消息语言；auto 跟随系统区域设置。"),
    )  # fmt: skip


def _help_option() -> Option:
    return Option(
        ["--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help,
        label=Label("Show this text.", "显示本帮助。"),
    )  # fmt: skip


def usage_issue(error: click.UsageError, lang: str) -> Issue:
    """click's complaint about the command line as one of ours."""
    path = error.ctx.command_path if error.ctx else "crmrules"
    see_help = f"请看 {path} --help" if lang == "zh" else f"see {path} --help"
    if isinstance(error, click.NoSuchOption):
        known = [o for p in error.ctx.command.params for o in p.opts] if error.ctx else []
        suggestion = did_you_mean(error.option_name, known, lang) or see_help
        return issue("X101", found=error.option_name, suggestion=suggestion)
    if isinstance(error, click.MissingParameter):
        return issue("X102", param=_name(error.param), suggestion=see_help)
    if isinstance(error, click.BadOptionUsage):
        return issue("X102", param=f"{error.option_name} …", suggestion=see_help)
    return issue("X105", found=error.format_message().rstrip("."), suggestion=see_help)


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return ""
    return parameter.human_readable_name if isinstance(parameter, click.Argument) else parameter.opts[-1]
