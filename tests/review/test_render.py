"""What each format holds, exactly; and that hostile texts stay texts."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import jsonschema
import openpyxl
import pytest

from crmrules.model.decision import TaskStatus
from crmrules.model.plan import ActionPlan
from crmrules.model.ruleset import RuleSet
from crmrules.review.output import render_plan
from crmrules.review.render.plan_csv import safe
from crmrules.review.render.plan_ics import escape, fold
from crmrules.review.render.plan_xlsx import sheet_names


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("crmrules_schemas").joinpath(f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(loaded)
    return loaded


# --- JSON ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_json_fits_the_published_schema(plan: ActionPlan, hostile: ActionPlan, ruleset: RuleSet, lang: str) -> None:
    validator = jsonschema.Draft202012Validator(schema("plan"))
    for document in (render_plan(plan, "json", lang, ruleset=ruleset), render_plan(hostile, "json", lang)):
        assert [error.message for error in validator.iter_errors(json.loads(document))] == []


def test_schema_refuses_a_wrong_action(plan: ActionPlan) -> None:
    document = json.loads(render_plan(plan, "json"))
    document["actions"][0]["due"] = "tomorrow"
    assert not jsonschema.Draft202012Validator(schema("plan")).is_valid(document)


def test_json_content(plan: ActionPlan, ruleset: RuleSet) -> None:
    text = render_plan(plan, "json", "zh", ruleset=ruleset).decode()
    document = json.loads(text, parse_float=Decimal)
    assert document["as_of"] == "2026-03-02T09:00:00+08:00"
    assert document["counts"] == {
        "customers": 10, "customers_with_actions": 4, "actions": 4, "overdue": 1, "due": 2, "upcoming": 1, "paused": 0, "withheld": 1,
    }  # fmt: skip
    first = document["actions"][0]
    assert first["basis"] == {"value_tier": "high", "annual_amount": Decimal("620000.50"), "phone": "138****0001"}
    assert first["place"] == {"text": "rules.xlsx › 节奏!B7", "file": "rules.xlsx", "sheet": "节奏", "cell": "B7"}
    assert document["actions"][1]["place"] == {"text": "rules.yaml:41:9", "file": "rules.yaml", "line": 41, "column": 9}
    assert document["warnings"][0]["message"] == "没有 pdf 这种计划格式；可选：.json"
    assert sum(1 for line in text.splitlines() if line.startswith('    {"key": ')) == 4


def test_numbers_keep_every_digit(hostile: ActionPlan) -> None:
    value = json.loads(render_plan(hostile, "json"), parse_float=Decimal)["kpis"][0]["value"]
    assert value == Decimal("0.3333333333333333333333333333")


def test_reveal_shows_personal_values(plan: ActionPlan, ruleset: RuleSet) -> None:
    for fmt in ("json", "csv", "html", "ics", "xlsx"):
        masked, shown = (
            _plain(render_plan(plan, fmt, ruleset=ruleset, reveal=reveal), fmt) for reveal in (False, True)
        )
        assert ("13800000001" in masked, "13800000001" in shown) == (False, True), fmt
        assert ("138****0001" in masked, "138****0001" in shown) == (True, False), fmt
    assert "13800000001" not in _plain(render_plan(plan, "html"), "html"), "by its shape, without a rule set"


def _plain(data: bytes, fmt: str) -> str:
    if fmt == "xlsx":
        return "\n".join(str(cell.value) for cell in _cells(data))
    return data.decode("utf-8").replace("\r\n ", "")


# --- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_rows(plan: ActionPlan, ruleset: RuleSet) -> None:
    data = render_plan(plan, "csv", "zh", ruleset=ruleset)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0] == (
        '"到期","截止","状态","优先级","负责人","角色","客户编号","客户","行动","方式","内容","类别","信号","层级",'
        '"决策","规则","出处","依据","唯一键"'
    )
    assert lines[1] == (
        '"2026-02-27 09:00","","已逾期",3,"王芳","客户经理","C001","客户1","回访","电话","客户1：了解近况","节奏","",0,'
        '"跟进","FU1","rules.xlsx › 节奏!B7",'
        '"FU1 · 价值等级：高、年合作额：620,000.5 CNY、电话号码：138****0001","demo/FU1/C001/2026-03-02"'
    )
    assert lines[2].startswith('"2026-03-02 12:00","2026-03-03 12:00","今日到期",1,"销售负责人（待分派）","销售负责人"')
    assert len(lines) == 6
    assert lines[-1] == ""


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd()", "'=cmd()"), ("@SUM(A1)", "'@SUM(A1)"), ("+1+1", "'+1+1"), ("-5+6", "'-5+6"), ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"), ("＝1", "'＝1"), ("  =1", "'  =1"), ("-5", "-5"), ("+8613800000001", "+8613800000001"),
        ("-1.5", "-1.5"), ("plain", "plain"), ("", ""), ("a=b", "a=b"), ("a; =1;b;-c", "a; '=1;b;'-c"), ('a;"=1', 'a;"\'=1'),
        ("a\n@b", "a\n'@b"),
    ],
)  # fmt: skip
def test_formula_prefix(text: str, written: str) -> None:
    assert safe(text) == written


def test_hostile_csv(hostile: ActionPlan) -> None:
    data = render_plan(hostile, "csv").decode("utf-8-sig")
    csv.field_size_limit(4_000_000)
    rows = list(csv.reader(io.StringIO(data, newline="")))
    assert len(rows) == len(hostile.actions) + 1
    risky = [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r＝") and not re.fullmatch(r"-?\d+", cell)]
    assert risky == []
    split = [cell for row in csv.reader(io.StringIO(data, newline=""), delimiter=";") for cell in row]
    assert [cell for cell in split if cell.startswith("=")] == [], "opened where the separator is a semicolon"


def test_no_formula_under_any_separator(plan: ActionPlan) -> None:
    """Texts made of nothing but trouble, read as spreadsheets of four locales would."""
    choose = random.Random(3)
    alphabet = "=+-@\t\r\n;,|\"'＝＋－＠ 0159aA(!)#<>&\x00\x1b\u202e\ufeff\u3000中"
    texts = ["".join(choose.choices(alphabet, k=choose.randint(1, 12))) for _ in range(1_000)]
    actions = tuple(replace(plan.actions[0], customer=t, customer_name=t, content=t, task=t, key=t) for t in texts)
    data = render_plan(replace(plan, actions=actions), "csv").decode("utf-8-sig")
    cells = [
        cell.strip(" \u3000\ufeff\t\r\n")
        for separator in ",;|\t"
        for row in csv.reader(io.StringIO(data, newline=""), delimiter=separator)
        for cell in row
    ]
    assert [cell for cell in cells if cell[:1] in set("=+-@＝＋－＠") and not re.fullmatch(r"[+-]?\d+", cell)] == []


# --- Excel --------------------------------------------------------------------------------------------------------


def _cells(data: bytes) -> Iterator[Any]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_workbook_sheets_and_rows(plan: ActionPlan, ruleset: RuleSet) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_plan(plan, "xlsx", "zh", ruleset=ruleset)))
    assert book.sheetnames == ["概览", "王芳", "李雷", "销售负责人（待分派）", "被拦下"]
    sheet = book["王芳"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)] == [
        ["到期", "优先级", "状态", "客户", "行动", "方式", "内容", "依据", "是否完成", "跟进结果", "截止", "客户编号", "出处", "唯一键"],
        [
            datetime(2026, 2, 27, 9), 3, "已逾期", "客户1", "回访", "电话", "客户1：了解近况",
            "FU1 · 价值等级：高、年合作额：620,000.5 CNY、电话号码：138****0001", None, None, None, "C001", "rules.xlsx › 节奏!B7",
            "demo/FU1/C001/2026-03-02",
        ],
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("E2", "A1:N3")
    assert sheet.column_dimensions["G"].width == 48
    assert [cell.value for cell in book["被拦下"][2]][:3] == [
        "免打扰客户", datetime(2026, 3, 2, 18), "客户5",
    ]  # fmt: skip
    summary = [[cell.value for cell in row if cell.value is not None] for row in book["概览"].iter_rows()]
    assert summary[0] == ["演示手册"]
    assert ["王芳", 2] in summary
    assert ["高", 2] in summary
    assert ["复购客户占比", "合计", 0.3, 0.25, "达标", 10] in summary


def test_hostile_workbook_has_no_formula(hostile: ActionPlan) -> None:
    cells = list(_cells(render_plan(hostile, "xlsx")))
    assert {cell.data_type for cell in cells} == {"s", "n", "d"}
    texts = [cell for cell in cells if cell.data_type == "s"]
    assert all(cell.quotePrefix for cell in texts)
    assert {"=cmd()", "@SUM(A1)", "-5", "#N/A"} <= {cell.value for cell in texts}
    assert max(len(cell.value) for cell in texts) <= 32_767


def test_sheet_names_are_valid_and_unique() -> None:
    names = sheet_names(
        ["王芳", "王芳", "a/b:c*d?[e]\\", "", "'quoted'", "History", "x" * 40, "X" * 40, "😀" * 20], ["概览"]
    )
    assert names == [
        "王芳", "王芳 (2)", "a b c d  e", "-", "quoted", "History (2)", "x" * 31, "X" * 27 + " (2)", "😀" * 15,
    ]  # fmt: skip


# --- iCalendar ----------------------------------------------------------------------------------------------------


def test_ics_event(plan: ActionPlan, ruleset: RuleSet) -> None:
    data = render_plan(replace(plan, actions=plan.actions[1:2]), "ics", "en", ruleset=ruleset)
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert data.replace(b"\r\n ", b"").decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crmrules//action plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Demo handbook",
        "BEGIN:VEVENT",
        "UID:3c9a9819ac440092035a2d9dc15b0288@crmrules",
        "DTSTAMP:20260302T010000Z",
        "DTSTART:20260302T040000Z",
        "DTEND:20260302T041500Z",
        "SUMMARY:致电了解 · 客户2",
        "DESCRIPTION:客户2：了解近况\\nOwner: Sales head (queue)\\nChannel: Phone call\\nUntil: 2026-03-03 12:00\\n"
        "Why: UH1 · Satisfaction: 64\\nWhere it stands: rules.yaml:41:9",
        "CATEGORIES:Escalation",
        "PRIORITY:1",
        "TRANSP:TRANSPARENT",
        "X-CRMRULES-KEY:demo/FU1/C002/2026-03-02",
        "X-CRMRULES-OWNER:Sales head (queue)",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_ics_escaping_and_folding() -> None:
    assert escape("a;b,c\\d\r\ne\rf\u2028g\x07") == "a\\;b\\,c\\\\d\\ne\\nf\\ng\ufffd"
    folded = fold("SUMMARY:" + "长" * 100)
    assert all(len(line) <= 75 and line.decode() for line in folded.split(b"\r\n"))
    assert folded.replace(b"\r\n ", b"").decode() == "SUMMARY:" + "长" * 100


def test_hostile_ics_has_one_event_each(hostile: ActionPlan) -> None:
    lines = render_plan(hostile, "ics").replace(b"\r\n ", b"").split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == lines.count(b"END:VEVENT") == len(hostile.actions)
    allowed = (
        b"BEGIN:", b"END:", b"VERSION:", b"PRODID:", b"CALSCALE:", b"METHOD:", b"X-", b"UID:", b"DTSTAMP:", b"DTSTART:",
        b"DTEND:", b"SUMMARY:", b"DESCRIPTION:", b"CATEGORIES:", b"PRIORITY:", b"TRANSP:",
    )  # fmt: skip
    assert [line for line in lines if line and not line.startswith(allowed)] == []


# --- terminal -----------------------------------------------------------------------------------------------------


def test_text(plan: ActionPlan, ruleset: RuleSet) -> None:
    assert render_plan(plan, "text", "zh", ruleset=ruleset).decode() == (
        "演示手册\n"
        "截至 2026-03-02 09:00，规则集为 10 位客户中的 4 位安排了 4 项行动（至 2026-03-09 09:00）。\n"
        "已逾期：1、今日到期：2、将到期：1、被拦下：1\n"
        "节奏：3、升级：1\n"
        "\n"
        "各负责人行动数\n"
        "  王芳                  2  已逾期 1\n"
        "  李雷                  1\n"
        "  销售负责人（待分派）  1\n"
        "\n"
        "行动\n"
        "  2026-02-27 09:00  已逾期    客户1  回访      电话   王芳                  FU1 (rules.xlsx › 节奏!B7)\n"
        "  2026-03-02 12:00  今日到期  客户2  致电了解  电话   销售负责人（待分派）  UH1 (rules.yaml:41:9)\n"
        "  2026-03-02 18:00  今日到期  客户3  回访      电话   王芳                  FU1 (rules.xlsx › 节奏!B7)\n"
        "  2026-03-05 18:00  将到期    客户4  回访      email  李雷                  FU1 (rules.xlsx › 节奏!B7)\n"
        "\n"
        "指标\n"
        "  复购客户占比  合计             30%  目标 25%  达标    n=10\n"
        "  复购客户占比  价值等级：低  无数据  目标 25%  无数据  n=0\n"
        "\n"
        "因缺少取值而无法判定规则的客户数。\n"
        "  满意度  2\n"
        "\n"
        "rules.yaml:3:1: 错误 O101: 没有 pdf 这种计划格式；可选：.json\n"
    )


def test_text_of_an_empty_plan(plan: ActionPlan) -> None:
    empty = replace(plan, actions=(), withheld=(), distribution={}, unknown={}, warnings=(), kpis=())
    assert render_plan(empty, "text", "en").decode() == (
        "Demo handbook\nAs of 2026-03-02 09:00, the rule set asks for nothing for 10 customers up to 2026-03-09 09:00.\n"
    )


def test_hostile_text_cannot_drive_the_terminal(hostile: ActionPlan) -> None:
    text = render_plan(hostile, "text").decode()
    assert re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
    assert max(len(line) for line in text.splitlines()) < 500


def test_the_plan_says_when_lists_are_cut(plan: ActionPlan) -> None:
    many = tuple(replace(plan.actions[0], key=str(n), status=TaskStatus.DUE) for n in range(25))
    assert "  … and 15 more\n" in render_plan(replace(plan, actions=many), "text", "en").decode()
