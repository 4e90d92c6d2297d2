"""Writes docs/reference/cli.md from the commands themselves:  python docs/build_cli_reference.py"""

from __future__ import annotations

from pathlib import Path

import click

from crmrules.cli.console import Console
from crmrules.cli.framework import Command, Option
from crmrules.cli.main import COMMANDS, cli
from crmrules.model.codes.command import COMMAND_CODES

PAGE = Path(__file__).parent / "reference" / "cli.md"

HEAD = """\
# Command line

<!-- Written by docs/build_cli_reference.py; a test compares. -->

Results go to standard output, problems to standard error. Help and messages are in English or Chinese, by `--lang` or
the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`). Files that a command writes appear whole or not at all, and never depend
on the locale. A file that a command reads (rules, what they include, data, state) is never overwritten by what it writes.

With `--format json` standard output holds one JSON document: the result, or, where there is none, the problems
(`crmrules schema issues`). Warnings beside a result go to standard error.

With `--strict` any warning ends `plan`, `kpi`, `run`, `diff` and `explain` with 1, before anything is written or sent.

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | problems found: in the rules, in the data, or in delivery |
| 2 | wrong usage: an unknown option, a missing file |
| 70 | a bug in crmrules; the line on standard error says what to report (`CRMRULES_DEBUG=1` adds the traceback) |
| 130, 141 | interrupted; the reader of the output went away |

| command | what it is for |
|---|---|
"""


def page() -> str:
    """The whole page."""
    context = cli.context_class(cli, info_name="crmrules", obj=Console("en"))
    parts = [HEAD, *(f"| [{name}](#crmrules-{name}) | {label.en} |\n" for name, label in COMMANDS.items())]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert isinstance(command, Command)
        parts.append(section(command, context))
    parts.append("\n## Codes\n\nProblems of the command line and of runs.\n\n")
    parts.append("| code | message | example |\n|---|---|---|\n")
    parts += [f"| {c.code} | {cell(c.en)} | {cell(c.example)} |\n" for c in COMMAND_CODES]
    return "".join(parts)


def section(command: Command, parent: click.Context) -> str:
    """One command: usage, text, options, examples."""
    context = command.context_class(command, parent=parent, info_name=command.name)
    usage = " ".join(command.collect_usage_pieces(context))
    rows = [
        f"| `{cell(record[0])}` | {cell(' '.join(record[1].split()))} |\n"
        for option in command.params
        if isinstance(option, Option) and (record := option.get_help_record(context))
    ]
    examples = "\n".join(command.examples)
    return (
        f"\n## crmrules {command.name}\n\n`crmrules {command.name} {usage}`\n\n{command.label.en}\n\n"
        f"| option | meaning |\n|---|---|\n{''.join(rows)}" + (f"\n```sh\n{examples}\n```\n" if examples else "")
    )


def cell(text: str) -> str:
    """Text inside a table of Markdown."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
