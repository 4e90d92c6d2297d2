"""``crmrules test``: the tests that a rule set brings along, the rows they reach, and proposals for the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from crmrules.cli.console import FINE, PROBLEMS, Console, WrongUsageError
from crmrules.cli.framework import Count, Words, command, option
from crmrules.cli.options import read_moment, reveal_option, rules_argument, set_option
from crmrules.cli.session import (
    find_data,
    load_compiled,
    load_dataset,
    load_registry,
    require_rules,
)
from crmrules.cli.targets import require_writable
from crmrules.model.errors import PlanError
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.ports import Registry
    from crmrules.model.temporal import DateTime
    from crmrules.review.ruletest_cases import Case
    from crmrules.review.ruletests import TestReport


@command(
    "test",
    "Run the tests that the rule set RULES brings along (section `tests`, or the tables Tests of a workbook), and show "
    "which rows they reach. With --data, rows that only sample records reach are told apart. Ends with 1 when a test "
    "fails, when there is nothing to run, or when fewer rows are reached than --min-coverage asks for.",
    "运行规则集 RULES 自带的用例（YAML 的 tests，或工作簿的“测试”表），并显示命中了哪些规则行。"
    "给出 --data 时，另列仅由样本命中的行。有用例失败、没有可运行的用例，或命中率低于 --min-coverage 时退出码为 1。",
    "crmrules test rules.yaml",
    "crmrules test rules.xlsx --data data --as-of 2026-03-02 --min-coverage 100",
    "crmrules test rules.yaml --format junit > tests.xml",
    "crmrules test rules.xlsx --generate --as-of 2026-03-02 --out proposed.xlsx",
)
@rules_argument
@option(
    "--data", metavar="DATA",
    en="Sample records that count as reaching a row, too: data-source file, table of customers, or folder.",
    zh="样本数据（其命中的行另计）：数据源文件、客户表，或存放数据表的文件夹。",
)  # fmt: skip
@option(
    "--as-of", "as_of", metavar="DATE",
    en="The moment to evaluate samples for, and to propose tests for.", zh="样本计算与生成用例所依据的时间点。",
)  # fmt: skip
@option(
    "--min-coverage", "minimum", type=Count(), default=0, metavar="PERCENT",
    en="Fail when a smaller share of the rows is reached: 100 for all.",
    zh="命中的规则行低于此百分比即失败；100 为全部。",
)  # fmt: skip
@option(
    "--generate", is_flag=True,
    en="Propose tests at the boundaries of the rows that nothing reaches, instead of running the tests.",
    zh="不运行用例，而是为未命中的行在边界处生成建议用例。",
)  # fmt: skip
@option(
    "--out", metavar="FILE",
    en="With --generate: write a copy of the rule set with the proposals added (.yaml, .yml, .xlsx).",
    zh="与 --generate 同用：写出加入了建议用例的规则集副本（.yaml、.yml、.xlsx）。",
)  # fmt: skip
@set_option
@reveal_option
@option(
    "--format", "fmt", type=Words("text", "json", "junit"), default="text",
    en="text for people, json for programs, junit for build servers.",
    zh="text 供人阅读，json 供程序读取，junit 供构建服务器读取。",
)  # fmt: skip
@click.pass_obj
def command_(
    console: Console,
    rules: str,
    data: str | None,
    as_of: str | None,
    minimum: int,
    generate: bool,
    out: str | None,
    sets: tuple[str, ...],
    reveal: bool,
    fmt: str,
) -> int:
    """Run the tests, or propose some."""
    from crmrules.review.ruletest_cases import prepare_tests

    moment = read_moment(as_of) if as_of is not None or data is not None else None
    _check_usage(moment, data, generate, out, fmt, minimum, console)
    require_rules(rules, console)
    problems = "json" if fmt == "json" else "text"
    registry = load_registry()
    source = find_data(data, console) if data is not None else None
    compiled = load_compiled(console, rules, registry, sets, problems)
    at = _as_of(compiled, moment) if moment is not None else None
    cases, issues = prepare_tests(compiled)
    console.problems(issues, problems)
    sampled = _sampled(console, compiled, source, registry, at, problems) if source is not None and at else None
    if generate:
        return _generate(console, compiled, cases, sampled, at, out, registry)
    report = _run(compiled, cases, sampled)
    console.say(_shown(report, console, fmt, reveal))
    short = report.coverage.percent < minimum
    if short and fmt == "text":
        found = report.coverage.percent
        console.note(issue("X120", found=f"{found}%", expected=f"{minimum}%").render(console.lang))
    nothing = not report.results and sampled is None
    return PROBLEMS if report.failed or issues or short or nothing else FINE


def _check_usage(
    moment: DateTime | None,
    data: str | None,
    generate: bool,
    out: str | None,
    fmt: str,
    minimum: int,
    console: Console,
) -> None:
    """Options that mean nothing together are refused: nothing is passed over in silence."""
    if moment is not None and data is None and not generate:
        raise WrongUsageError([issue("X121", found="--as-of", expected="--data, --generate")])
    if out is not None and not generate:
        raise WrongUsageError([issue("X121", found="--out", expected="--generate")])
    if minimum > 100:
        raise WrongUsageError([issue("X103", param="--min-coverage", found=minimum, expected="0 … 100")])
    if generate and fmt != "text":
        raise WrongUsageError([issue("X103", param="--format", found=fmt, expected="text")])
    if out is not None:
        if Path(out).suffix.lower() not in (".yaml", ".yml", ".xlsx"):
            raise WrongUsageError([issue("X110", found=out, expected=".yaml, .yml, .xlsx")])
        require_writable(out, console, overwrite=False)


def _as_of(compiled: CompiledRuleSet, moment: DateTime) -> DateTime:
    try:
        return compiled.moment(moment)
    except PlanError as error:
        raise WrongUsageError(error.issues) from None


def _sampled(
    console: Console, compiled: CompiledRuleSet, source: Path, registry: Registry, as_of: DateTime, fmt: str
) -> Mapping[str, int]:
    """How often the sample records reach each rule."""
    from crmrules.review.ruletests import sample_matches

    dataset = load_dataset(console, source, compiled, registry, fmt)
    cuts = compiled.cut_points(dataset, as_of=as_of)
    with console.count(console.text("evaluating", "正在计算")) as progress:
        customers = progress.over(dataset.customers)
        decisions = (compiled.decide(record, as_of=as_of, cut_points=cuts) for record in customers)
        return sample_matches(compiled, decisions)


def _run(compiled: CompiledRuleSet, cases: Sequence[Case], sampled: Mapping[str, int] | None) -> TestReport:
    from crmrules.review.ruletests import run_tests

    return run_tests(compiled, cases, sampled)


def _shown(report: TestReport, console: Console, fmt: str, reveal: bool) -> str:
    from crmrules.review.wording import wording

    words = wording(console.lang, report.ruleset, reveal=reveal)
    if fmt == "text":
        from crmrules.review.ruletest_text import report_text

        return report_text(report, words)
    from crmrules.review.ruletest_json import junit_xml, report_json

    if fmt == "junit":
        return junit_xml(report, words)
    from crmrules.review.json_text import dumps

    return dumps(report_json(report, words))


def _generate(
    console: Console,
    compiled: CompiledRuleSet,
    cases: Sequence[Case],
    sampled: Mapping[str, int] | None,
    as_of: DateTime | None,
    out: str | None,
    registry: Registry,
) -> int:
    """Show the proposals as YAML, or write a copy of the rule set that has them."""
    from dataclasses import replace

    from crmrules.review.ruletest_proposals import propose_tests
    from crmrules.rulesets.writer import tests_yaml

    if as_of is None:
        if not cases:
            raise WrongUsageError([issue("X108")])
        as_of = cases[0].as_of
    report = _run(compiled, cases, sampled)
    proposals = propose_tests(compiled, report.coverage, as_of, console.asked or compiled.ruleset.language)
    for hopeless in proposals.impossible:
        console.note(hopeless.render(console.lang))
    if out is None:
        nothing = console.text("nothing to propose", "没有可建议的用例")
        console.say(tests_yaml(proposals.tests) if proposals.tests else nothing)
        return FINE
    from crmrules.cli.convert import write_verified

    ruleset = replace(compiled.ruleset, tests={**compiled.ruleset.tests, **{test.id: test for test in proposals.tests}})
    write_verified(ruleset, Path(out), console.asked or ruleset.language, registry)
    count = len(proposals.tests)
    console.say(console.text(f"written: {out} (tests proposed: {count})", f"已写出：{out}（建议用例 {count} 个）"))
    return FINE
