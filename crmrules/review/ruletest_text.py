"""What running rule tests gave, as lines for a terminal, in English or Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from crmrules.model.ruletest import ACTION_FIELDS
from crmrules.model.temporal import DateTime
from crmrules.review.explain import Row
from crmrules.review.explain_text import at_place, row_conditions
from crmrules.review.labels import count
from crmrules.review.ruletest_coverage import Coverage, Reach, TableCoverage, share
from crmrules.review.ruletests import Mismatch, TestReport, TestResult, What
from crmrules.review.texts import fit, one_line, show, show_moment, width
from crmrules.review.wording import Wording

_TEXT = 100


def report_text(report: TestReport, words: Wording) -> str:
    """Failures with their reasons, the counts, and the rows that are reached."""
    blocks = [list(result_lines(result, words)) for result in report.failed]
    blocks.append([summary(report, words)])
    if report.results or report.coverage.sampled:
        blocks.append(list(_coverage(report.coverage, words)))
        blocks.append(list(_unreached(report.coverage, words)))
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def summary(report: TestReport, words: Wording) -> str:
    """One line: how many passed and failed."""
    if not report.results:
        return words.say("test_none")
    tests = count("test", len(report.results), words.lang)
    failed = len(report.failed)
    if not failed:
        return words.say("test_passed", tests=tests)
    return words.say("test_failed", tests=tests, passed=len(report.results) - failed, failed=failed)


def result_lines(result: TestResult, words: Wording) -> Iterator[str]:
    """A case, and each expectation that was not met with why."""
    test = result.test
    note = f"  {one_line(test.note, _TEXT)}" if test.note else ""
    yield f"{'✓' if result.passed else '✗'} {one_line(test.id, 60)}{at_place(test.span)}{note}"
    for mismatch in result.mismatches:
        yield from _mismatch(mismatch, words)
    if not result.passed:
        yield from (f"  {one_line(issue.render(words.lang), 400)}" for issue in result.decision.warnings)


def headline(mismatch: Mismatch, words: Wording) -> str:
    """What was expected and what came out, on one line."""
    subject = mismatch.subject
    match mismatch.what:
        case What.VALUE:
            texts = {"expected": mismatch.expected, "actual": mismatch.actual}
            shown = {key: one_line(words.value(subject, value), _TEXT) for key, value in texts.items()}
            return f"{words.fact(subject)}{words.say('colon')}{words.say('test_expected', **shown)}"
        case What.ROW:
            return words.say("test_row", rule=subject)
        case What.NOT_ROW:
            return words.say("test_not_row", rule=subject)
        case What.UNKNOWN:
            return f"{words.fact(subject)}{words.say('colon')}{words.say('test_unknown')}"
        case What.NO_ACTION:
            return words.say("test_no_action", rule=subject)
        case What.ACTION:
            return words.say(
                "test_action",
                rule=subject,
                field=ACTION_FIELDS[mismatch.field].label.get(words.lang),
                expected=_field(mismatch.field, mismatch.expected, words),
                actual=_field(mismatch.field, mismatch.actual, words),
            )
        case _:
            rules = words.say("comma").join(mismatch.actual)
            actual = f"{len(mismatch.actual)} ({rules})" if rules else "0"
            return words.say("test_count", expected=mismatch.expected, actual=actual)


def _mismatch(mismatch: Mismatch, words: Wording) -> Iterator[str]:
    yield f"  {headline(mismatch, words)}{at_place(mismatch.cell.span)}"
    yield from (f"    {line}" for line in _reason(mismatch, words))
    if mismatch.derived is not None:
        derived = mismatch.derived
        yield f"    {one_line(derived.formula, _TEXT)}{at_place(derived.span)}"
        reads = [
            f"{words.fact(name)} = {one_line(words.value(name, value), 60)}"
            for name, value in derived.reads.items()
            if not isinstance(value, list)
        ]
        if reads:
            yield f"    {words.say('reads')}{words.say('colon')}{words.say('comma').join(reads)}"
    for row in mismatch.matched:
        yield from _row(row, "test_made_by", "✓", words)
    if mismatch.stopped is not None:
        overruled = mismatch.stopped.trace.matched
        yield from _row(mismatch.stopped, "test_overruled" if overruled else "test_stopped", "✗", words)


def _reason(mismatch: Mismatch, words: Wording) -> Iterator[str]:
    if mismatch.what is not What.NO_ACTION or not mismatch.reason:
        return
    if mismatch.reason == "later" and mismatch.due is not None:
        yield words.say("test_later", due=show_moment(mismatch.due))
    elif mismatch.reason in ("no_task", "not_planned"):
        yield words.say(f"test_{mismatch.reason}")
    else:
        yield f"{words.say('test_withheld')}{words.say('colon')}{words.reason(mismatch.reason)}"


def _row(row: Row, key: str, sign: str, words: Wording) -> Iterator[str]:
    note = "" if row.trace.active else f", {words.say('not_valid')}"
    place = at_place(row.trace.span)
    yield f"    {sign} {row.trace.rule}{words.say('colon')}{words.say(key)}{note}{place}"
    yield from (f"  {line}" for line in row_conditions(row, words, all_of_them=row.trace.matched))


def _field(name: str, value: object, words: Wording) -> str:
    if isinstance(value, DateTime):
        return show_moment(value)
    if isinstance(value, str):
        word = words.status(value) if name == "status" else words.reason(value) if name == "withheld" else value
        return one_line(words.word(name, word), _TEXT) or show(None)
    return show(value, words.lang)


# --- coverage ---------------------------------------------------------------------------------------------------------


def _coverage(coverage: Coverage, words: Wording) -> Iterator[str]:
    keys = ["coverage_tests", *(["coverage_samples"] if coverage.sampled else []), "coverage_nothing"]
    heads = [words.say("coverage"), *(words.say(key) for key in keys), ""]
    rows = [_table(table, coverage.sampled, words) for table in coverage.tables]
    rows.append(_numbers(words.say("total"), coverage.tables, coverage.sampled))
    widths = [max(width(line[i]) for line in (heads, *rows)) for i in range(len(heads))]
    for line in (heads, *rows):
        first, *others = line
        cells = [fit(first, widths[0]), *(" " * (w - width(t)) + t for t, w in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells)


def _table(table: TableCoverage, sampled: bool, words: Wording) -> list[str]:
    return _numbers(f"  {one_line(words.decision(table.table.id), 40)}", (table,), sampled)


def _numbers(label: str, tables: tuple[TableCoverage, ...], sampled: bool) -> list[str]:
    reaches = [Reach.TESTS, *([Reach.SAMPLES] if sampled else []), Reach.NOTHING]
    counts = [sum(table.count(reach) for table in tables) for reach in reaches]
    return [label, *map(str, counts), f"{share(sum(counts), counts[-1])}%"]


def _unreached(coverage: Coverage, words: Wording) -> Iterator[str]:
    if coverage.unreached:
        yield words.say("coverage_of_both" if coverage.sampled else "coverage_of_tests")
    for row in coverage.unreached:
        yield f"  {row.rule}{at_place(row.span)}"
