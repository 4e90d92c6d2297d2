from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.model.durations import DaysDuration, MonthsDuration
from crmrules.model.durations import parse_duration as parse_iso
from crmrules.timing.frequency import (
    Frequency,
    nearest_duration,
    nearest_frequency,
    parse_duration,
    parse_frequency,
)

DURATIONS = {
    "P3D": "P3D", "p3d": "P3D", "-P30D": "-P30D", "P2W": "P14D", "-P1W": "-P7D", "P1M": "P1M", "P1Y6M": "P1Y6M", "PT36H": "P1DT12H",
    "24h": "P1D", "48小时": "P2D", "3天": "P3D", "30 days": "P30D", "3个月": "P3M", "1个月": "P1M", "2周": "P14D", "1 day": "P1D",
    "1.5小时": "PT1H30M", "0.5天": "PT12H", "半小时": "PT30M", "半天": "PT12H", "半年": "P6M", "半个月": "P15D", "half a month": None,
    "两周": "P14D", "十二个月": "P1Y", "二十天": "P20D", "二十一天": "P21D", "3 个 月": "P3M", "４８小时": "P2D", "72 H": "P3D", "1h30min": "PT1H30M",
    "2 days 4 hours": "P2DT4H", "1天12小时": "P1DT12H", "1年6个月": "P1Y6M", "一个季度": "P3M", "2 quarters": "P6M", "1 year": "P1Y",
    "two weeks": "P14D", "a month": "P1M", "0.5年": "P6M", "30日": "P30D", "30分钟": "PT30M", "90s": "PT1M30S", "0天": "PT0S",
    "提前30天": "-P30D", "提前1个月": "-P1M", "提前 30 天": "-P30D", "30天前": "-P30D", "30天之前": "-P30D", "30天以前": "-P30D",
    "30 days before": "-P30D", "1 month ahead": "-P1M", "2 weeks in advance": "-P14D", "-30天": "-P30D", "- 30 days": "-P30D",
    "＋3天": "P3D", "3天后": "P3D", "3天之后": "P3D", "3 days after": "P3D", "P3D后": "P3D", "提前P30D": "-P30D",
    # not a length of time, or an ambiguous one
    "3月": None, "5m": None, "3": None, "": None, "-": None, "soon": None, "3个工作日": None, "1个月3天": None, "提前-30天": None,
    "-30 days before": None, "--3天": None, "P": None, "P1M2D": None, "1.5个月": None, "天": None, "3天3": None, "3 days ago?": None,
    "24小时内": None, "within 24h": None, "十十天": None, "二三天": None, "5000000000000天": None, "every 3 days": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DURATIONS.items())
def test_durations(text, expected):
    assert parse_duration(text) == (parse_iso(expected) if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24小时内", "P1D"),
        ("3天之内", "P3D"),
        ("within 24h", "P1D"),
        ("≤ 48h", "P2D"),
        ("不超过2天", "P2D"),
        ("24h", "P1D"),
        ("3天", "P3D"),
    ],
)
def test_deadlines_may_say_within(text, expected):
    assert parse_duration(text, deadline=True) == parse_iso(expected)


FREQUENCIES = {
    # text: ideal gap, maximum gap, times, most, period
    "每周1次": "P7D P7D 1 1 P7D", "每周一次": "P7D P7D 1 1 P7D", "每 周 1 次": "P7D P7D 1 1 P7D", "每周": "P7D P7D 1 1 P7D",
    "每星期一次": "P7D P7D 1 1 P7D", "一周一次": "P7D P7D 1 1 P7D", "1次/周": "P7D P7D 1 1 P7D", "每两周1次": "P14D P14D 1 1 P14D",
    "每2周一次": "P14D P14D 1 1 P14D", "两周一次": "P14D P14D 1 1 P14D", "隔周": "P14D P14D 1 1 P14D", "隔天1次": "P2D P2D 1 1 P2D",
    "每月1次": "P1M P1M 1 1 P1M", "每个月1次": "P1M P1M 1 1 P1M", "每两个月一次": "P2M P2M 1 1 P2M", "每2月1次": "P2M P2M 1 1 P2M",
    "每季度": "P3M P3M 1 1 P3M", "每季度1次": "P3M P3M 1 1 P3M", "每季1次": "P3M P3M 1 1 P3M", "每半年": "P6M P6M 1 1 P6M",
    "每半年1次": "P6M P6M 1 1 P6M", "半年一次": "P6M P6M 1 1 P6M", "每年": "P1Y P1Y 1 1 P1Y", "每天": "P1D P1D 1 1 P1D", "每日1次": "P1D P1D 1 1 P1D",
    "每2-3天1次": "P2D P3D 1 1 P3D", "每2～3天一次": "P2D P3D 1 1 P3D", "每两至三天一次": "P2D P3D 1 1 P3D", "every 2–3 days": "P2D P3D 1 1 P3D",
    "每月≥2次": "P15D P15D 2 2 P1M", "每月至少2次": "P15D P15D 2 2 P1M", "每月2次": "P15D P15D 2 2 P1M", "每月>=1次": "P1M P1M 1 1 P1M",
    "每周2次": "P3DT12H P3DT12H 2 2 P7D", "每周1-2次": "P3DT12H P7D 1 2 P7D", "1-2 / week": "P3DT12H P7D 1 2 P7D", "每天3次": "PT8H PT8H 3 3 P1D",
    "每年4次": "P3M P3M 4 4 P1Y", "每季度2次": "P45D P45D 2 2 P3M", "每年5次": "P73D P73D 5 5 P1Y", "每两周3次": "P4DT16H P4DT16H 3 3 P14D",
    "daily": "P1D P1D 1 1 P1D", "weekly": "P7D P7D 1 1 P7D", "Monthly": "P1M P1M 1 1 P1M", "quarterly": "P3M P3M 1 1 P3M", "yearly": "P1Y P1Y 1 1 P1Y",
    "half-yearly": "P6M P6M 1 1 P6M", "fortnightly": "P14D P14D 1 1 P14D", "every 2 weeks": "P14D P14D 1 1 P14D", "every two weeks": "P14D P14D 1 1 P14D",
    "every other week": "P14D P14D 1 1 P14D", "every month": "P1M P1M 1 1 P1M", "every half year": "P6M P6M 1 1 P6M", "once every 2 weeks": "P14D P14D 1 1 P14D",
    "once a week": "P7D P7D 1 1 P7D", "twice a month": "P15D P15D 2 2 P1M", "2 times a week": "P3DT12H P3DT12H 2 2 P7D", "2x per week": "P3DT12H P3DT12H 2 2 P7D",
    "twice weekly": "P3DT12H P3DT12H 2 2 P7D", "at least 2 times per month": "P15D P15D 2 2 P1M", "1 / 2 weeks": "P14D P14D 1 1 P14D",
    ">= 2 / month": "P15D P15D 2 2 P1M", "1 / quarter": "P3M P3M 1 1 P3M", "three times a year": "P4M P4M 3 3 P1Y",
    "P2W": "P14D P14D 1 1 P14D", "P1M": "P1M P1M 1 1 P1M", "2/P1M": "P15D P15D 2 2 P1M", "P2D-P3D": "P2D P3D 1 1 P3D", "30天": "P30D P30D 1 1 P30D",
    # ambiguous, or not a frequency
    "biweekly": None, "bimonthly": None, "每周一": None, "每隔一天": None, "每周一此": None, "每3-2天1次": None, "每周0次": None, "每周2-1次": None,
    "-P2W": None, "P0D": None, "提前30天": None, "": None, "-": None, "sometimes": None, "每工作日": None, "每2-3天2次": None, "3次": None, "3月": None,
    "每天9999次": None, "P2D-P1M": None, "twice": None, "每1.5个月1次": None, "1.5 times a week": None, "2/P": None,
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FREQUENCIES.items())
def test_frequencies(text, expected):
    found = parse_frequency(text)
    if expected is None:
        assert found is None
        return
    ideal, maximum, times, most, period = expected.split()
    wanted = Frequency(parse_iso(ideal), parse_iso(maximum), int(times), int(most), parse_iso(period), text)
    assert found == wanted
    assert found.text == text
    assert parse_frequency(str(found)) == found


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("每两周1次", "P14D"),
        ("每2-3天1次", "P2D-P3D"),
        ("每月≥2次", "2/P1M"),
        ("每周1-2次", "1-2/P7D"),
        ("quarterly", "P3M"),
        ("每年4次", "4/P1Y"),
    ],
)
def test_the_canonical_text(text, canonical):
    assert str(parse_frequency(text)) == canonical


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("每周一此", "每周1次"), ("每周一", "每周1次"), ("每两周次", "每2周1次"), ("biweekly", "every 2 weeks"), ("weekley", "weekly"),
        ("evry 2 weeks", "every 2 weeks"), ("每隔一周", "隔周"), ("montly", "monthly"), ("xyz", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_nearest_frequency(text, hint):
    assert nearest_frequency(text) == hint
    assert hint == "" or parse_frequency(hint) is not None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3月", "3个月"),
        ("5m", "5min"),
        ("30", "30天"),
        ("24小是", "24小时"),
        ("30 dayz", "30 days"),
        ("提前30田", "提前30天"),
        ("xyz", ""),
    ],
)
def test_the_nearest_duration(text, hint):
    assert nearest_duration(text) == hint
    assert hint == "" or parse_duration(hint) is not None


@given(st.text(alphabet="每周月天次一两2-3/ PDM≥半个every week 0.", max_size=14))
def test_any_text_is_read_or_refused(text):
    for found in (parse_frequency(text),):
        if found is not None:
            assert parse_frequency(str(found)) == found
            assert type(found.maximum) in (DaysDuration, MonthsDuration)
    parse_duration(text, deadline=True)
    nearest_frequency(text)
    nearest_duration(text)
