"""Options that several commands share, and what their values become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from crmrules.cli.console import WrongUsageError
from crmrules.cli.framework import Words, option
from crmrules.model.issues import issue
from crmrules.model.temporal import DateTime

_F = TypeVar("_F", bound=Callable[..., Any])

rules_argument = click.argument("rules", metavar="RULES")

data_option = option(
    "--data", metavar="DATA", required=True,
    en="Data-source file, a table of customers, or a folder of tables.",
    zh="数据源文件、客户表，或存放数据表的文件夹。",
)  # fmt: skip

as_of_option = option(
    "--as-of", "as_of", metavar="DATE",
    en="The moment to evaluate for: 2026-03-01 (its first minute) or 2026-03-01T09:00, on the rule set's clock "
    "unless it names a zone (2026-03-01T09:00:00+08:00).  [required]",
    zh="计算所依据的时间点：2026-03-01（当天零点）或 2026-03-01T09:00；未写时区时按规则集的时区。  [必填]",
)  # fmt: skip

set_option = option(
    "--set", "sets", metavar="NAME=VALUE", multiple=True,
    en="Use another value for a parameter; may be repeated.", zh="临时改用参数的另一个值；可重复。",
)  # fmt: skip

format_option = option(
    "--format", "fmt", type=Words("text", "json"), default="text",
    en="text for people, json for programs.", zh="text 供人阅读，json 供程序读取。",
)  # fmt: skip

reveal_option = option(
    "--reveal", is_flag=True,
    en="Show personal values, which are masked otherwise.", zh="显示个人信息（默认打码）。",
)  # fmt: skip


viewer_option = option(
    "--viewer", metavar="NAME", default=None,
    en="Show what this person, or this role, may see: their own customers and their team's, or all.",
    zh="只显示此人（或此角色）可见的内容：本人及其团队的客户，或全部。",
)  # fmt: skip


state_option = option(
    "--state", metavar="URL", default="",
    en="What runs left (sqlite:///crm.db): previous values count, and nothing is written.",
    zh="运行保存的状态（sqlite:///crm.db）：按以前的结果计算，不写入任何内容。",
)  # fmt: skip


strict_option = option(
    "--strict", is_flag=True,
    en="Take warnings for errors: end with 1 before anything is written or sent.",
    zh="把警告视为错误：在写入或发送任何内容之前以退出码 1 结束。",
)  # fmt: skip


def evaluation_options(function: _F) -> _F:
    """RULES, --data, --as-of, --set and --strict, for commands that evaluate."""
    return rules_argument(data_option(as_of_option(set_option(strict_option(function)))))


def parse_overrides(sets: Sequence[str]) -> Mapping[str, str]:
    """``name=value`` texts as a mapping; the last of one name counts."""
    wrong = [text for text in sets if not text.partition("=")[0].strip() or "=" not in text]
    if wrong:
        raise WrongUsageError([issue("X109", found=text) for text in wrong])
    return {name.strip(): value.strip() for name, _, value in (text.partition("=") for text in sets)}


def read_moment(text: str | None) -> DateTime:
    """The moment that ``--as-of`` names, still without a zone if it has none."""
    if text is None:
        raise WrongUsageError([issue("X108")])
    found = DateTime.read(text.strip())
    if found is None or not 1 <= found.date.year <= 9999:
        raise WrongUsageError([issue("X107", found=text)])
    return found
