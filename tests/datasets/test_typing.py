"""Cells to values, one type after the other: what is taken, what is refused, and with which words."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from crmrules.datasets.moments import compile_format
from crmrules.datasets.source import ColumnSpec
from crmrules.datasets.typing import Memo, WrongValue, identifier, make_converter
from crmrules.feel.types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NUMBER,
    STRING,
    TIME,
    ListType,
    Type,
)
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Time

ZONE = "Asia/Shanghai"


def convert(kind: Type, raw: Any, nulls: tuple[str, ...] = ("",), **options: Any) -> Any:
    spec = ColumnSpec("x", "x", **options)
    return make_converter(kind, spec, nulls, ZONE)(raw)


def refusal(kind: Type, raw: Any, **options: Any) -> str:
    with pytest.raises(WrongValue) as caught:
        convert(kind, raw, **options)
    params = caught.value.params
    return f"{caught.value.code}: {params['found']} / {params['expected']}"


def moment(text: str) -> DateTime:
    found = DateTime.parse(f"{text}@{ZONE}")
    assert found is not None
    return found


TAKEN: list[tuple[Type, Any, dict[str, Any], Any]] = [
    (NUMBER, "12", {}, 12),
    (NUMBER, " -0.10 ", {}, Decimal("-0.10")),
    (NUMBER, "1e3", {}, Decimal("1e3")),
    (NUMBER, "１２．５", {}, Decimal("12.5")),
    (NUMBER, "1,234.50", {"thousands": ","}, Decimal("1234.50")),
    (NUMBER, "1.234,50", {"thousands": ".", "decimal": ","}, Decimal("1234.50")),
    (NUMBER, "12,5", {"decimal": ","}, Decimal("12.5")),
    (NUMBER, "¥ 12", {"trim_prefix": "¥"}, 12),
    (NUMBER, "12元", {"trim_suffix": "元"}, 12),
    (NUMBER, "twelve", {"replace": {"twelve": "12"}}, 12),
    (NUMBER, 12, {}, 12),
    (NUMBER, Decimal("0.1"), {}, Decimal("0.1")),
    (NUMBER, "", {}, None),
    (NUMBER, "  ", {}, None),
    (NUMBER, "\u3000", {}, None),
    (NUMBER, None, {}, None),
    (STRING, " Acme ", {}, "Acme"),
    (STRING, "17850.0", {"trim_suffix": ".0"}, "17850"),
    (STRING, 17850, {}, "17850"),
    (STRING, Decimal("1.50"), {}, "1.50"),
    (STRING, True, {}, "true"),
    (STRING, datetime.datetime(2026, 3, 1), {}, "2026-03-01"),
    (STRING, "GTXPro", {"replace": {"GTXPro": "GTX Pro"}}, "GTX Pro"),
    (STRING, "Select", {"replace": {"Select": ""}}, None),
    (BOOLEAN, "Yes", {}, True),
    (BOOLEAN, "否", {}, False),
    (BOOLEAN, "1", {}, True),
    (BOOLEAN, 0, {}, False),
    (BOOLEAN, True, {}, True),
    (BOOLEAN, "Y", {"replace": {"Y": "yes"}}, True),
    (DATE, "2026-03-01", {}, Date(2026, 3, 1)),
    (DATE, "2026/3/1", {}, Date(2026, 3, 1)),
    (DATE, "2026.03.01", {}, Date(2026, 3, 1)),
    (DATE, "2026年3月1日", {}, Date(2026, 3, 1)),
    (DATE, "20260301", {}, Date(2026, 3, 1)),
    (DATE, "２０２６-０３-０１", {}, Date(2026, 3, 1)),
    (DATE, "2026-03-01 00:00:00", {}, Date(2026, 3, 1)),
    (DATE, "20-10-16", {"format": "%d-%m-%y"}, Date(2016, 10, 20)),
    (DATE, "3/1/2026", {"format": "%m/%d/%Y"}, Date(2026, 3, 1)),
    (DATE, "1 Mar 2026", {"format": "%d %b %Y"}, Date(2026, 3, 1)),
    (DATE, "March 1, 2026", {"format": "%B %d, %Y"}, Date(2026, 3, 1)),
    (DATE, datetime.datetime(2026, 3, 1), {}, Date(2026, 3, 1)),
    (DATE, datetime.date(2026, 3, 1), {}, Date(2026, 3, 1)),
    (TIME, "09:30:00", {}, Time(9, 30)),
    (TIME, "9:30", {}, Time(9, 30)),
    (TIME, "下午 3:05", {"format": "%p %I:%M"}, Time(15, 5)),
    (TIME, datetime.time(9, 30), {}, Time(9, 30)),
    (DATE_TIME, "2026-03-01T09:30:00", {}, moment("2026-03-01T09:30:00")),
    (DATE_TIME, "2026-03-01 09:30", {}, moment("2026-03-01T09:30:00")),
    (DATE_TIME, "2026/3/1 9:30:05.25", {}, moment("2026-03-01T09:30:05.25")),
    (DATE_TIME, "2026年3月1日 9:30", {}, moment("2026-03-01T09:30:00")),
    (DATE_TIME, "2026-03-01", {}, moment("2026-03-01T00:00:00")),
    (DATE_TIME, "2026-03-01T09:30:00Z", {}, DateTime.parse("2026-03-01T09:30:00Z")),
    (DATE_TIME, "2026-03-01T09:30:00+01:00", {}, DateTime.parse("2026-03-01T09:30:00+01:00")),
    (DATE_TIME, "1/3/26 9:30 PM", {"format": "%d/%m/%y %I:%M %p"}, moment("2026-03-01T21:30:00")),
    (DATE_TIME, "01.03.2026 09:30 +0100", {"format": "%d.%m.%Y %H:%M %z"}, DateTime.parse("2026-03-01T09:30:00+01:00")),
    (DATE_TIME, datetime.datetime(2026, 3, 1, 9, 30), {}, moment("2026-03-01T09:30:00")),
    (DAYS_DURATION, "PT4H", {}, DaysDuration.of(hours=4)),
    (DAYS_DURATION, datetime.timedelta(hours=4), {}, DaysDuration.of(hours=4)),
    (MONTHS_DURATION, "P1Y6M", {}, MonthsDuration(18)),
    (ListType(item=STRING), "电话、 邮件,微信；短信|visit", {}, ["电话", "邮件", "微信", "短信", "visit"]),
    (ListType(item=STRING), "a,b/c", {"separator": "/"}, ["a,b", "c"]),
    (ListType(item=NUMBER), "1;2.5", {}, [1, Decimal("2.5")]),
    (ListType(item=NUMBER), ["1", 2, None], {}, [1, 2]),
    (ListType(item=STRING), 5, {}, ["5"]),
    (ListType(item=STRING), "", {}, None),
]


@pytest.mark.parametrize(("kind", "raw", "options", "expected"), TAKEN)
def test_what_is_taken(kind: Type, raw: Any, options: dict[str, Any], expected: Any) -> None:
    value = convert(kind, raw, **options)
    assert value == expected
    assert type(value) is type(expected)
    assert str(value) == str(expected)


NUMBERS = "a number"
DIRECTIVES = "%Y %y %m %d %b %H %I %M %S %f %p %z %B %%"
DATES = "a date such as 2026-03-31"
MOMENTS = "a date and time such as 2026-03-31 09:30:00"
REFUSED: list[tuple[Type, Any, dict[str, Any], str]] = [
    (NUMBER, "abc", {}, f"D301: 'abc' / {NUMBERS}"),
    (NUMBER, "NaN", {}, f"D301: 'NaN' / {NUMBERS}"),
    (NUMBER, "inf", {}, f"D301: 'inf' / {NUMBERS}"),
    (NUMBER, "1e999999", {}, f"D301: '1e999999' / {NUMBERS}"),
    (NUMBER, "20%", {}, f"D301: '20%' / {NUMBERS}"),
    (NUMBER, "1,234.50", {}, "D301: '1,234.50' / a number (`thousands: \",\"` on this column reads the commas)"),
    (NUMBER, "12,34", {"thousands": ","}, f"D301: '12,34' / {NUMBERS}"),
    (NUMBER, "1.5", {"decimal": ","}, "D301: '1.5' / a number with ',' as decimal mark"),
    (NUMBER, True, {}, f"D301: 'true' / {NUMBERS}"),
    (NUMBER, datetime.datetime(2026, 5, 7), {}, f"D301: '2026-05-07 00:00:00 (a date cell)' / {NUMBERS}"),
    (NUMBER, "x" * 200, {}, f"D301: '{'x' * 77}…' / {NUMBERS}"),
    (STRING, [1], {}, "D301: 'a list' / a text"),
    (STRING, {"a": 1}, {}, "D301: 'an object' / a text"),
    (BOOLEAN, "maybe", {}, "D301: 'maybe' / true/false, yes/no, 1/0 or 是/否"),
    (BOOLEAN, 2, {}, "D301: '2' / true/false, yes/no, 1/0 or 是/否"),
    (DATE, "03/04/2026", {}, f"D301: '03/04/2026' / {DATES}"),
    (DATE, "2026-02-30", {}, f"D301: '2026-02-30' / {DATES}"),
    (DATE, "2026-3/1", {}, f"D301: '2026-3/1' / {DATES}"),
    (DATE, "2026-03-01 09:30", {}, f"D301: '2026-03-01 09:30' / {DATES}"),
    (DATE, 45296, {}, f"D301: '45296' / {DATES}"),
    (DATE, datetime.datetime(2026, 3, 1, 9), {}, f"D301: '2026-03-01 09:00:00 (a date cell)' / {DATES}"),
    (DATE, "2016-10-20", {"format": "%d-%m-%y"}, "D301: '2016-10-20' / a date in the format %d-%m-%y"),
    (DATE, "31-02-16", {"format": "%d-%m-%y"}, "D301: '31-02-16' / a date in the format %d-%m-%y"),
    (DATE_TIME, "2026-03-01 25:00", {}, f"D301: '2026-03-01 25:00' / {MOMENTS}"),
    (TIME, "24:30", {}, "D301: '24:30' / a time such as 09:30:00"),
    (DAYS_DURATION, "4h", {}, "D301: '4h' / a duration such as P3D or PT4H"),
    (ListType(item=NUMBER), "1、x", {}, f"D301: 'x' / {NUMBERS}"),
]


@pytest.mark.parametrize(("kind", "raw", "options", "expected"), REFUSED)
def test_what_is_refused(kind: Type, raw: Any, options: dict[str, Any], expected: str) -> None:
    assert refusal(kind, raw, **options) == expected


def test_null_values_hold_for_texts_and_numbers() -> None:
    assert convert(NUMBER, "999", ("", "999")) is None
    assert convert(NUMBER, 999, ("", "999")) is None
    assert convert(STRING, "NA", ("", "NA")) is None
    assert convert(STRING, "NA") == "NA"


@pytest.mark.parametrize(
    ("pattern", "kind", "message"),
    [
        ("%Q", "date", f"%Q is no part of a format; there are {DIRECTIVES}"),
        ("%d.%m", "date", "a format of days needs a year, a month and a day"),
        ("%d.%d.%Y", "date", "the format has %d twice"),
        ("%M", "time", "a format of times needs an hour"),
        ("%Y-%m-%d %", "date", f"% is no part of a format; there are {DIRECTIVES}"),
    ],
)
def test_a_format_is_checked_once(pattern: str, kind: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        compile_format(pattern, kind, "")
    assert str(caught.value) == message


def test_the_memory_keeps_texts_alone_and_not_without_end() -> None:
    calls: list[Any] = []

    def count(raw: Any) -> Any:
        calls.append(raw)
        return raw

    memo = Memo(count)
    assert [memo[raw] for raw in ("1", "1", 1, 1, True)] == ["1", "1", 1, 1, True]
    assert calls == ["1", 1, 1, True]
    assert memo["x" * 65] == "x" * 65
    assert list(memo) == ["1"]
    for number in range(1 << 17):
        memo[str(number)]
    assert len(memo) == 1 << 16


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("C1", "C1"),
        ("", None),
        (None, None),
        (17, "17"),
        (Decimal("17.00"), "17"),
        (Decimal("1e3"), "1000"),
        (Date(2026, 3, 1), "2026-03-01"),
    ],
)
def test_a_key_is_text(value: Any, expected: str | None) -> None:
    assert identifier(value) == expected
