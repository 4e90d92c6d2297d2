"""``crmrules plugins``: what is plugged in, from where, and what it provides."""

from __future__ import annotations

import click

from crmrules.cli.console import FINE, Console
from crmrules.cli.framework import command
from crmrules.cli.options import format_option
from crmrules.cli.session import load_registry


@command(
    "plugins",
    "Show what is plugged in: the built-in adapters and every installed plugin, where each comes from and what it "
    "provides.",
    "列出已加载的内容：内置适配器与所有已安装的插件、各自来源及其提供的功能。",
    "crmrules plugins --format json",
)
@format_option
@click.pass_obj
def command_(console: Console, fmt: str) -> int:
    """Show plugins."""
    plugins = load_registry().plugins
    if fmt == "json":
        rows = [
            {"name": p.name, "version": p.version, "origin": p.origin, "provides": list(p.provides)} for p in plugins
        ]
        console.say_json({"plugins": rows})
        return FINE
    for plugin in plugins:
        console.say(f"{plugin.name} {plugin.version}  ({plugin.origin})".replace("  ()", ""))
        for provided in plugin.provides:
            console.say(f"  {provided}")
    return FINE
