"""Values and foreign text as people see them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Range, Time
from crmrules.review.texts import clean, fit, looks_personal, mask, one_line, show, show_number, width


@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [
        (None, "—", "—"),
        (True, "yes", "是"),
        (620000, "620,000", "620,000"),
        (Decimal("0.3333333333333333333333333333333333"), "0.333333", "0.333333"),
        (Decimal("-0.00"), "0", "0"),
        (Decimal("1E+3"), "1,000", "1,000"),
        (Decimal("1E+300"), "1.000000E+300", "1.000000E+300"),
        ("text", "text", "text"),
        (Date(2026, 3, 2), "2026-03-02", "2026-03-02"),
        (Time(9, 0), "09:00:00", "09:00:00"),
        (DateTime.parse("2026-03-02T09:00:00@Asia/Shanghai"), "2026-03-02 09:00", "2026-03-02 09:00"),
        (DateTime.parse("2026-03-02T09:00:07Z"), "2026-03-02 09:00:07", "2026-03-02 09:00:07"),
        (DaysDuration.of(days=3, hours=4), "3 d 4 h", "3天4小时"),
        (DaysDuration.of(minutes=-90), "-1 h 30 min", "-1小时30分钟"),
        (DaysDuration(0), "0", "0"),
        (MonthsDuration(14), "1 y 2 mo", "1年2个月"),
        (Range(10, 20, True, False), "[10..20)", "[10..20)"),
        (Range.unary("<", 70), "< 70", "< 70"),
        (["a", None, 2], "a, —, 2", "a、—、2"),
        ([], "—", "—"),
        ({"a": 1, "b": [True]}, "a: 1; b: yes", "a: 1; b: 是"),
    ],
)
def test_show(value: Any, en: str, zh: str) -> None:
    assert (show(value), show(value, "zh")) == (en, zh)


def test_number_with_few_digits() -> None:
    assert show_number(Decimal("21.049"), 1) == "21"
    assert show_number(Decimal("21.05001"), 1) == "21.1"


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("13800000001", "138****0001"),
        (13800000001, "138****0001"),
        ("+86 138 0000 0001", "+86****0001"),
        ("anna@x.com", "a***@x.com"),
        ("王芳", "王***"),
        ("", "***"),
        (Date(1990, 1, 2), "***"),
        (42, "***"),
        (True, "***"),
        (None, "—"),
        (["13800000001", "李雷"], "138****0001, 李***"),
    ],
)
def test_mask(value: Any, masked: str) -> None:
    assert mask(value) == masked


def test_shapes_that_are_personal() -> None:
    assert [t for t in ("13800000001", "+8613800000001", "138 0000 0001", "a@b.cn") if not looks_personal(t)] == []
    assert [t for t in ("20260302001", "high", "2026-03-02", "C13800", 13800000001) if looks_personal(t)] == []


def test_clean_and_one_line() -> None:
    assert clean("a\x00b\x1bc\ud800d\ne") == "a\ufffdb\ufffdc\ufffdd\ne"
    assert one_line(" a\r\n b\u202e\t c ") == "a b c"
    assert one_line("x" * 50, 10) == "xxxxxxxxx…"


def test_columns_of_a_terminal() -> None:
    assert [width(t) for t in ("abc", "客户", "客a", "é", "\u202e")] == [3, 4, 3, 1, 0]
    assert fit("客户名称", 6) == "客户… "
    assert fit("客户", 6) == "客户  "
    assert [width(fit("客户名称很长" * n, 11)) for n in range(4)] == [11] * 4
