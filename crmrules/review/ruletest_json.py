"""What running rule tests gave, for programs: JSON (``schemas/tests.schema.json``) and JUnit XML."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from crmrules.model.spans import Span
from crmrules.review.explain import Row
from crmrules.review.explain_json import cell_json, value_json
from crmrules.review.json_text import label, maybe_instant, place
from crmrules.review.ruletest_coverage import Coverage, Reach
from crmrules.review.ruletest_text import headline, result_lines
from crmrules.review.ruletests import Mismatch, TestReport, TestResult, What
from crmrules.review.wording import Wording


def report_json(report: TestReport, words: Wording) -> dict[str, Any]:
    """The whole report as plain data."""
    ruleset = report.ruleset
    return {
        "crmrules_tests": 1,
        "ruleset": {
            "name": ruleset.name,
            "label": label(ruleset.label),
            "version": ruleset.version,
            "fingerprint": report.fingerprint,
        },
        "counts": {
            "tests": len(report.results),
            "passed": len(report.results) - len(report.failed),
            "failed": len(report.failed),
        },
        "coverage": _coverage(report.coverage),
        "tests": [_result(result, words) for result in report.results],
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "percent": coverage.percent,
        "sampled": coverage.sampled,
        "decisions": [
            {
                "decision": table.table.id,
                "rows": len(table.rows),
                **{reach.value: table.count(reach) for reach in Reach},
            }
            for table in coverage.tables
        ],
        "unreached": [{"rule": row.rule, "place": place(row.span)} for row in coverage.unreached],
    }


def _result(result: TestResult, words: Wording) -> dict[str, Any]:
    return {
        "id": result.test.id,
        "note": result.test.note,
        "passed": result.passed,
        "place": place(result.test.span),
        "rows": [match.rule for match in result.decision.matches],
        "mismatches": [_mismatch(mismatch, words) for mismatch in result.mismatches],
        "warnings": [issue.to_json(words.lang) for issue in result.decision.warnings],
    }


def _mismatch(mismatch: Mismatch, words: Wording) -> dict[str, Any]:
    name = mismatch.subject if mismatch.what is What.VALUE else ""
    return {
        "what": mismatch.what.value,
        "subject": mismatch.subject,
        "field": mismatch.field,
        "message": headline(mismatch, words),
        "expected": value_json(name, mismatch.expected, words),
        "actual": value_json(name, mismatch.actual, words),
        "place": place(mismatch.cell.span),
        "decision": mismatch.decision,
        "reason": mismatch.reason,
        "due": maybe_instant(mismatch.due),
        "matched": [_row(row, words) for row in mismatch.matched],
        "stopped": _row(mismatch.stopped, words) if mismatch.stopped is not None else None,
    }


def _row(row: Row, words: Wording) -> dict[str, Any]:
    trace = row.trace
    return {
        "rule": trace.rule,
        "place": place(trace.span),
        "matched": trace.matched,
        "counts": row.counts,
        "valid_now": trace.active,
        "cells": [cell_json(name, cell, words) for name, cell in zip(row.columns, trace.cells, strict=True)],
    }


# --- JUnit ------------------------------------------------------------------------------------------------------------

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def junit_xml(report: TestReport, words: Wording) -> str:
    """One test case a line of the report. There are no times in it: the same rules give the same bytes."""
    name = report.ruleset.name
    failed = len(report.failed)
    counts = f'tests="{len(report.results)}" failures="{failed}" errors="0" skipped="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {counts}>",
        f"  <testsuite name={_attribute(name)} {counts}>",
    ]
    for result in report.results:
        lines += _junit_case(name, result, words)
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"


def _junit_case(suite: str, result: TestResult, words: Wording) -> list[str]:
    span = result.test.span
    head = f"    <testcase classname={_attribute(suite)} name={_attribute(result.test.id)}{_where(span)}"
    if result.passed:
        return [head + "/>"]
    message = "; ".join(headline(mismatch, words) for mismatch in result.mismatches)
    body = "\n".join(result_lines(result, words))
    return [
        head + ">",
        f"      <failure message={_attribute(message)}>{escape(_UNFIT.sub(chr(0xFFFD), body))}</failure>",
        "    </testcase>",
    ]


def _where(span: Span) -> str:
    line = f' line="{span.line}"' if span.line is not None else ""
    return f" file={_attribute(span.file)}{line}" if span.file else ""


def _attribute(text: str) -> str:
    return quoteattr(_UNFIT.sub(chr(0xFFFD), text))
