"""``crmrules check``: every problem of a rule set at once."""

from __future__ import annotations

import click

from crmrules.cli.console import FINE, PROBLEMS, Console
from crmrules.cli.framework import command
from crmrules.cli.options import format_option, rules_argument, set_option
from crmrules.cli.session import compile_file, load_registry, require_rules
from crmrules.model.issues import has_errors


@command(
    "check",
    "Report every problem of the rule set RULES at once: where it is, what was found, what was expected, what to do. "
    "Ends with 1 when there are errors; warnings alone are fine.",
    "检查规则集 RULES，一次列出所有问题：位置、现状、期望与建议。有错误时退出码为 1，只有警告时为 0。",
    "crmrules check rules.yaml",
    "crmrules check rules.xlsx --format json",
)
@rules_argument
@set_option
@format_option
@click.pass_obj
def command_(console: Console, rules: str, sets: tuple[str, ...], fmt: str) -> int:
    """Check a rule set."""
    require_rules(rules, console)
    compiled, ruleset, issues = compile_file(rules, load_registry(), sets)
    code = PROBLEMS if has_errors(issues) or compiled is None else FINE
    from crmrules.review.report import render_issues

    if fmt == "json":
        console.say(render_issues(issues, console.lang, "json"))
        return code
    if issues:
        console.note(render_issues(issues, console.lang, "text"))
    if code == FINE and ruleset is not None:
        rows = sum(len(table.rules) for table in ruleset.decisions.values())
        facts = sum(len(facts) for facts in ruleset.vocabulary.facts.values())
        counts = (len(ruleset.decisions), rows, facts, len(ruleset.kpis))
        console.say(
            console.text(
                "{} is fine (decisions: {}, rows: {}, facts: {}, KPIs: {})",
                "{} 没有错误（规则表 {} 张，规则 {} 行，字段 {} 个，指标 {} 个）",
            ).format(ruleset.name, *counts)
        )
    return code
