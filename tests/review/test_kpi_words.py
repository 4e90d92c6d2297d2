"""KPIs beside the window before: words, JSON, workbook and page say the same."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from io import BytesIO

import jsonschema
import pytest
from openpyxl import load_workbook

from crmrules.model.plan import ActionPlan, KpiResult, NoData, Rating, Trend
from crmrules.model.values import Date, DateTime, DaysDuration
from crmrules.model.vocabulary import Label
from crmrules.review.output import render_plan
from crmrules.review.wording import wording

START = DateTime.parse("2026-02-01T00:00:00+08:00")
RETENTION = KpiResult(
    kpi="retention", label=Label("Retention", "留存率"), group={}, value=Decimal("0.75"), n=4, rating=Rating.NONE, unit="%",
    numerator=3, denominator=4, previous=Decimal("0.5"), previous_n=2, previous_start=START, previous_end=START,
    change=Decimal("0.25"), change_ratio=Decimal("0.5"), trend=Trend.BETTER, unknown=2,
)  # fmt: skip
NPS = replace(RETENTION, kpi="nps", unit="points", value=-25, previous=100, change=-125, trend=Trend.WORSE, unknown=0)
LATE = replace(
    NPS, unit="", value=DaysDuration.of(hours=3), previous=DaysDuration.of(hours=2), change=DaysDuration.of(hours=1)
)
EMPTY = replace(
    RETENTION,
    value=None,
    rating=Rating.NO_DATA,
    reason=NoData.ZERO,
    change=None,
    change_ratio=None,
    trend=None,
    unknown=0,
)
FIRST = replace(EMPTY, previous=None, previous_start=None, reason=NoData.NO_ROWS)


@pytest.mark.parametrize(
    ("kpi", "lang", "rating", "previous", "trend"),
    [
        (RETENTION, "en", "no target", "50%", "+25 pp better"),
        (RETENTION, "zh", "无目标", "50%", "+25 个百分点 变好"),
        (NPS, "en", "no target", "100 points", "-125 points worse"),
        (LATE, "en", "no target", "2 h", "+1 h worse"),
        (replace(NPS, change=0, trend=Trend.SAME), "zh", "无目标", "100 points", "持平"),
        (EMPTY, "en", "the denominator is 0", "50%", ""),
        (EMPTY, "zh", "分母为 0", "50%", ""),
        (FIRST, "en", "there are no rows", "", ""),
    ],
)
def test_words(kpi: KpiResult, lang: str, rating: str, previous: str, trend: str) -> None:
    words = wording(lang)
    assert (words.rating(kpi), words.previous(kpi), words.trend(kpi)) == (rating, previous, trend)


def test_every_reason_has_words() -> None:
    for reason in NoData:
        for lang in ("en", "zh"):
            assert wording(lang).rating(replace(EMPTY, reason=reason)) != f"because_{reason}"


def test_a_running_total_names_its_period() -> None:
    group = {"period": Date.parse("2026-02-01")}
    assert wording("en").group(group) == "Period from: 2026-02-01"


def test_each_format_shows_them(plan: ActionPlan) -> None:
    plan = replace(plan, kpis=(RETENTION, NPS, EMPTY))
    document = json.loads(render_plan(plan, "json"))
    schema = json.loads(files("crmrules_schemas").joinpath("plan.schema.json").read_text("utf-8"))
    assert [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    first = document["kpis"][0]
    assert [first[name] for name in ("previous", "previous_n", "change", "change_ratio", "trend", "unknown", "reason")] == [
        0.5, 2, 0.25, 0.5, "better", 2, None,
    ]  # fmt: skip
    assert document["kpis"][2]["reason"] == "denominator is 0"
    text = render_plan(plan, "text", "en").decode()
    assert "n=4 (2 unknown)" in text and "+25 pp better" in text
    page = render_plan(plan, "html", "en").decode()
    assert '<span class="chip green">+25 pp better</span>' in page
    assert '<span class="chip red">-125 points worse</span>' in page
    sheet = load_workbook(BytesIO(render_plan(plan, "xlsx", "en"))).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert next(row[6:9] for row in rows if row[0] == "Retention") == [2, "50%", "+25 pp better"]
