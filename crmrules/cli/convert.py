"""``crmrules convert``: a rule set from one spelling into the other, kept only if it reads back equal."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, Console, WrongUsageError
from crmrules.cli.framework import command, option
from crmrules.cli.session import load_registry, require_rules
from crmrules.cli.targets import protect, require_writable, rule_inputs
from crmrules.model.errors import RuleSetError
from crmrules.model.issues import has_errors, issue

if TYPE_CHECKING:
    from crmrules.model.ports import Registry
    from crmrules.model.ruleset import RuleSet

_ENDINGS = (".yaml", ".yml", ".xlsx")


@command(
    "convert",
    "Write the rule set SOURCE as TARGET, YAML or Excel by the ending (.yaml, .yml, .xlsx). What was written is read "
    "back and kept only if it is the same rule set. An existing TARGET is not overwritten without --force.",
    "把规则集 SOURCE 写成 TARGET，按扩展名写为 YAML 或 Excel（.yaml、.yml、.xlsx）。写出后会读回比对，一致才保留。"
    "TARGET 已存在时须加 --force 才会覆盖。",
    "crmrules convert rules.xlsx rules.yaml",
    "crmrules convert rules.yaml rules.xlsx --lang zh",
)
@click.argument("source", metavar="SOURCE")
@click.argument("target", metavar="TARGET")
@option("--force", is_flag=True, en="Overwrite TARGET.", zh="覆盖已有的 TARGET。")
@click.pass_obj
def command_(console: Console, source: str, target: str, force: bool) -> int:
    """Convert."""
    require_rules(source, console)
    if Path(target).suffix.lower() not in _ENDINGS:
        raise WrongUsageError([issue("X110", found=target, expected=", ".join(_ENDINGS))])
    require_writable(target, console, overwrite=force)
    registry = load_registry()
    ruleset = read(source, registry)
    protect([("TARGET", target)], rule_inputs(ruleset, console))
    write_verified(ruleset, Path(target), console.asked or ruleset.language, registry)
    console.say(console.text(f"written: {target}", f"已写出：{target}"))
    return FINE


def read(path: str, registry: Registry) -> RuleSet:
    """The rule set of a file; :class:`RuleSetError` with every problem."""
    from crmrules.rulesets.loader import read_ruleset

    ruleset, issues = read_ruleset(path, registry)
    if ruleset is None or has_errors(issues):
        raise RuleSetError(issues)
    return ruleset


def write_verified(ruleset: RuleSet, target: Path, lang: str, registry: Registry) -> None:
    """Write beside ``target``, read back, and only then put it in place."""
    from crmrules.review.atomic import atomic_write

    draft = target.with_name(f".{secrets.token_hex(8)}{target.suffix.lower()}")
    try:
        if target.suffix.lower() == ".xlsx":
            from crmrules.rulesets.excel.writer import write_excel

            write_excel(ruleset, draft, lang)
        else:
            from crmrules.rulesets.writer import write_yaml

            write_yaml(ruleset, draft)
        if read(str(draft), registry) != ruleset:
            raise RuleSetError([issue("X118", found=target)])
        atomic_write(target, draft.read_bytes())
    except OSError as error:
        raise WrongUsageError([issue("X113", found=target, reason=error.strerror or error)]) from None
    finally:
        draft.unlink(missing_ok=True)
