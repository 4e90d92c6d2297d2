"""``crmrules schema``: the published JSON Schemas."""

from __future__ import annotations

from importlib.resources import files

import click

from crmrules.cli.console import FINE, Console, WrongUsageError, did_you_mean
from crmrules.cli.framework import command
from crmrules.model.issues import issue

_ENDING = ".schema.json"


@command(
    "schema",
    "Print the published JSON Schema (draft 2020-12) called NAME, or list them all. Editors check and complete rule "
    "files with it.",
    "输出名为 NAME 的 JSON Schema（2020-12 草案），不写 NAME 时列出全部。编辑器可用它检查并补全规则文件。",
    "crmrules schema",
    "crmrules schema ruleset > ruleset.schema.json",
)
@click.argument("name", metavar="[NAME]", required=False)
@click.pass_obj
def command_(console: Console, name: str | None) -> int:
    """Show schemas."""
    folder = files("crmrules_schemas")
    known = sorted(
        entry.name.removesuffix(_ENDING) for entry in folder.iterdir() if entry.name.endswith(_ENDING)
    )  # fmt: skip
    if name is None:
        for each in known:
            console.say(each)
        return FINE
    wanted = name.removesuffix(_ENDING)
    if wanted not in known:
        suggestion = did_you_mean(wanted, known, console.lang)
        raise WrongUsageError([issue("X114", found=name, expected=", ".join(known), suggestion=suggestion)])
    console.say(folder.joinpath(wanted + _ENDING).read_text(encoding="utf-8"))
    return FINE
