"""``crmrules check``: every problem of a rule set at once, and what is wrong with its tables as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crmrules.cli.console import FINE, PROBLEMS, Console, WrongUsageError, nearest
from crmrules.cli.framework import command, option
from crmrules.cli.options import format_option, rules_argument, set_option
from crmrules.cli.session import compile_file, load_registry, require_rules
from crmrules.model.issues import Issue, Severity, has_errors, issue

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.ruleset import RuleSet
    from crmrules.tables.hygiene.report import FindingKind


@command(
    "check",
    "Report every problem of the rule set RULES at once: where it is, what was found, what was expected, what to do. "
    "Tables are searched for gaps, overlaps, rows that are never used and the like. "
    "Ends with 1 when there are errors; warnings alone are fine.",
    "检查规则集 RULES，一次列出所有问题：位置、现状、期望与建议。规则表会检查遗漏、重叠、永远不会生效的行等。"
    "有错误时退出码为 1，只有警告时为 0。",
    "crmrules check rules.yaml",
    "crmrules check rules.xlsx --format json",
    "crmrules check rules.xlsx --fail-on gap,overlap",
)
@rules_argument
@option(
    "--fail-on", "fail_on", metavar="KINDS", default="",
    en="Treat these findings about tables as errors: all, or some of gap, overlap, conflict, shadowed, duplicate, "
    "impossible, mergeable, unused-column, unused-value, undecided, separated by commas.",
    zh="把规则表的这些问题当作错误：all，或 gap（遗漏）、overlap（重叠）、conflict（冲突）、shadowed（永不生效）、"
    "duplicate（重复）、impossible（无法命中）、mergeable（可合并）、unused-column（无用列）、unused-value（未用取值）、"
    "undecided（无法判断），用逗号分隔。",
)  # fmt: skip
@option(
    "--inventory", "inventory", is_flag=True,
    en="Also list what the rule set holds: tables with their rows, policies, facts expected from the data.",
    zh="同时列出规则集的内容：各表及行数、策略、需由数据提供的字段。",
)  # fmt: skip
@set_option
@format_option
@click.pass_obj
def command_(console: Console, rules: str, fail_on: str, sets: tuple[str, ...], fmt: str, inventory: bool) -> int:
    """Check a rule set."""
    kinds = _kinds(fail_on)
    require_rules(rules, console)
    compiled, ruleset, issues = compile_file(rules, load_registry(), sets)
    if compiled is not None and not has_errors(issues):
        issues += [*_tables(compiled, kinds), *_tests(compiled)]
    if ruleset is not None:
        from crmrules.rulesets.decisions import rules_without_ids

        issues += rules_without_ids(ruleset.decisions)
    code = PROBLEMS if has_errors(issues) or compiled is None else FINE
    from crmrules.review.report import render_issues

    if fmt == "json":
        if inventory and ruleset is not None:
            from crmrules.review.json_text import dumps
            from crmrules.review.report import sort_issues, to_json

            console.say(dumps({**to_json(sort_issues(issues), console.lang), "inventory": _inventory(ruleset)}))
        else:
            console.say(render_issues(issues, console.lang, "json"))
        return code
    if issues:
        console.note(render_issues(issues, console.lang, "text"))
    if code == FINE and ruleset is not None:
        rows = sum(len(table.rules) for table in ruleset.decisions.values())
        facts = sum(len(facts) for facts in ruleset.vocabulary.facts.values())
        counts = (len(ruleset.decisions), rows, facts, len(ruleset.kpis))
        fine = "is fine" if not any(each.severity is Severity.WARNING for each in issues) else "has no errors"
        console.say(
            console.text(
                f"{{}} {fine} (decisions: {{}}, rows: {{}}, facts: {{}}, KPIs: {{}})",
                "{} 没有错误（规则表 {} 张，规则 {} 行，字段 {} 个，指标 {} 个）",
            ).format(ruleset.name, *counts)
        )
    if inventory and ruleset is not None:
        console.say(_inventory_text(console, _inventory(ruleset)))
    return code


def _inventory(ruleset: RuleSet) -> dict[str, Any]:
    """What the rule set holds, so that what vanished is seen: tables, policies (blank: none), facts from the data."""
    from crmrules.model.ruleset import POLICY_CELLS

    decided = {name for table in ruleset.decisions.values() for name in table.outputs}
    given = {e.fact for e in ruleset.experiments.values()}
    return {
        "tables": [{"id": t.id, "kind": t.kind.value, "rows": len(t.rules)} for t in ruleset.decisions.values()],
        "policies": {name: getattr(ruleset.policies, name).text for name in POLICY_CELLS},
        "facts_from_data": [
            name
            for name, fact in ruleset.vocabulary.customer.items()
            if fact.formula is None and name not in decided and name not in given
        ],
    }


def _inventory_text(console: Console, held: dict[str, Any]) -> str:
    none = console.text("none", "无")
    tables = ", ".join(f"{t['id']} ({t['rows']})" for t in held["tables"]) or none
    lines = [console.text("tables (rows): {}", "规则表（行数）：{}").format(tables)]
    for name, text in held["policies"].items():
        if text or name == "do_not_contact":
            lines.append(console.text("policy {}: {}", "策略 {}：{}").format(name, text or none))
    facts = ", ".join(held["facts_from_data"]) or none
    lines.append(console.text("facts expected from the data: {}", "需由数据提供的字段：{}").format(facts))
    return "\n".join(lines)


def _kinds(text: str) -> frozenset[FindingKind]:
    """What ``--fail-on`` names."""
    if not text.strip():
        return frozenset()
    from crmrules.tables.hygiene.issues import kinds_named
    from crmrules.tables.hygiene.report import FindingKind

    found, unknown = kinds_named(word for part in text.split(",") if (word := part.strip().lower()))
    if unknown:
        known = ["all", *FindingKind]
        expected = ", ".join(known)
        raise WrongUsageError(
            [issue("X103", param="--fail-on", found=w, expected=nearest(w, known) or expected) for w in unknown]
        )
    return found


def _tables(compiled: CompiledRuleSet, kinds: frozenset[FindingKind]) -> list[Issue]:
    from crmrules.review.table_check import table_issues

    return table_issues(compiled, kinds)


def _tests(compiled: CompiledRuleSet) -> list[Issue]:
    """What is wrong with the rule set's tests; whether they pass is another question."""
    if not compiled.ruleset.tests:
        return []
    from crmrules.review.ruletest_cases import prepare_tests

    return prepare_tests(compiled)[1]
