"""The report of issues, exactly."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema

from crmrules.model.issues import Severity, issue
from crmrules.model.spans import Span
from crmrules.review.report import render_issues

ISSUES = [
    issue("O103", Span("tiers.xlsx", sheet="Tiers", cell="B10"), reason="x"),
    issue("O103", Span("tiers.xlsx", sheet="Tiers", cell="B7"), reason="line one\nline two", severity=Severity.WARNING),
    issue("O103", Span("tiers.xlsx", sheet="Tiers", cell="AA7", char=5), reason="y"),
    issue("O102", found="xlsx", expected="json", severity=Severity.NOTE),
    issue("O101", Span("rules/规则.yaml", 41, 9), found="pdf", expected=".json", suggestion="did you mean .csv?"),
    issue("O101", Span("rules/规则.yaml", 7), found="doc", expected=".json"),
]


def test_text() -> None:
    assert render_issues(ISSUES, "en") == (
        "  note O102  a plan as xlsx cannot go to the standard output; give a file name, or choose one of json\n"
        "\n"
        "rules/规则.yaml\n"
        "  7     error O101  there is no plan format doc; choose one of .json\n"
        "  41:9  error O101  there is no plan format pdf; choose one of .json; did you mean .csv?\n"
        "\n"
        "tiers.xlsx\n"
        "  Tiers!B7                 warning O103  the file cannot be written: line one line two\n"
        "  Tiers!AA7 (character 5)  error O103    the file cannot be written: y\n"
        "  Tiers!B10                error O103    the file cannot be written: x\n"
        "\n"
        "4 errors, 1 warning, 1 note in 2 files\n"
    )


def test_chinese_text() -> None:
    assert render_issues(ISSUES[:1], "zh") == (
        "tiers.xlsx\n  Tiers!B10  错误 O103  无法写入文件：x\n\n1 个文件中共有 1 个错误\n"
    )


def test_order_does_not_matter() -> None:
    assert render_issues(reversed(ISSUES), "zh") == render_issues(ISSUES, "zh")


def test_no_issues() -> None:
    assert render_issues([], "en") == "No problems found.\n"
    assert json.loads(render_issues([], "en", "json"))["issues"] == []


def test_json_fits_the_published_schema() -> None:
    document = json.loads(render_issues(ISSUES, "zh", "json"))
    schema = json.loads(files("crmrules_schemas").joinpath("issues.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    assert document["counts"] == {"error": 4, "warning": 1, "note": 1}
    assert document["issues"][2] == {
        "code": "O101",
        "severity": "error",
        "place": "rules/规则.yaml:41:9",
        "file": "rules/规则.yaml",
        "line": 41,
        "column": 9,
        "message": "没有 pdf 这种计划格式；可选：.json；did you mean .csv?",
        "params": {"found": "pdf", "expected": ".json", "suggestion": "did you mean .csv?"},
    }
