"""The functions of the language that know calendars."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crmrules.feel.compiler import compile_expression
from crmrules.feel.scope import Scope, default_builtins
from crmrules.timing.calendar import NO_CALENDARS, Calendars, around_the_clock
from crmrules.timing.functions import calendar_functions
from tests.timing.calendars import calendar

OFFICE = calendar("09:00-12:00, 13:00-18:00", country="CN")
LONDON = calendar("09:00-17:00", "Europe/London")
CALENDARS = Calendars(
    {"office": OFFICE, "london": LONDON, "24x7": around_the_clock("Asia/Shanghai")}, "office", ("office", "london")
)


def value(text: str, calendars: Calendars = CALENDARS) -> tuple[str, list[str]]:
    """The value as text, and the reasons of what failed."""
    scope = Scope(builtins={**default_builtins(), **calendar_functions(calendars)})
    compiled, issues = compile_expression(text, scope)
    assert compiled is not None, [i.render() for i in issues]
    notes: list = []
    found = compiled.call({}, notes)
    return str(found), [note.reason for note in notes]


GOOD = {
    'add working time(@"2026-03-07T16:00:00@Asia/Shanghai", @"PT2H")': "2026-03-09T11:00:00@Asia/Shanghai",
    'add working time(@"2026-03-07T16:00:00", @"PT2H")': "2026-03-09T11:00:00",
    'add working time(@"2026-03-07", @"PT2H")': "2026-03-09T11:00:00@Asia/Shanghai",
    'add working time(@"2026-03-06T18:00:00@Asia/Shanghai", 2小时, "london")': "2026-03-06T20:00:00@Asia/Shanghai",
    'add working time(@"2026-03-07T16:00:00@Asia/Shanghai", @"PT24H", "24x7")': "2026-03-08T16:00:00@Asia/Shanghai",
    'add working time(start: @"2026-03-07T16:00:00", duration: @"PT2H", calendar: "24x7")': "2026-03-07T18:00:00",
    'add working time(@"2026-03-09T11:00:00", -@"PT2H")': "2026-03-09T09:00:00",
    'working time between(@"2026-03-06T17:00:00", @"2026-03-09T10:00:00")': "PT2H",
    'working time between(@"2026-03-06", @"2026-03-10")': "PT16H",
    'working time between(@"2026-03-09T10:00:00", @"2026-03-06T17:00:00")': "-PT2H",
    'is working day(@"2026-02-14")': "True",
    'is working day(@"2026-02-17")': "False",
    'is working day(@"2026-02-17", "london")': "True",
    'is working day(@"2026-03-08T23:30:00Z")': "True",  # Monday morning in Shanghai
    'next working day(@"2026-02-14")': "2026-02-24",
    'next working day(@"2026-03-06T23:00:00")': "2026-03-09",
    'add working days(@"2026-02-13", 3)': "2026-02-25",
    'add working days(@"2026-02-25", -3)': "2026-02-13",
    'festival("春节", 2026)': "2026-02-17",
    'festival("Mid-Autumn Festival", 2026) - @"P30D"': "2026-08-26",
    'next annual(@"1990-05-20", @"2026-05-21")': "2027-05-20",
    'next annual(@"1992-02-29", @"2026-02-01")': "2026-02-28",
    'next annual(@"1992-02-29", @"2026-02-01", "mar1")': "2026-03-01",
    'next annual(@"1992-02-29", @"2026-02-01T09:00:00", "skip")': "2028-02-29",
    'next lunar annual(@"1990-03-01", @"2026-03-24")': "2027-03-12",
    "is working day(null)": "None",
    'add working time(null, @"PT2H")': "None",
    "festival(null, 2026)": "None",
}


@pytest.mark.parametrize("text", GOOD)
def test_value(text: str) -> None:
    assert value(text) == (GOOD[text], [])


FAILING = {
    'is working day(@"2026-02-14", "ofice")': "there is no calendar 'ofice'; did you mean office?",
    'is working day(@"2300-02-14")': "calendars know the years 1900 to 2199, not 2300",
    'add working time(@"2026-03-07T16:00:00", @"P2000D")': (
        "P2000D of working time in calendar test ends more than 10 years after the start"
    ),
    'add working days(@"2026-02-13", 1.5)': "1.5 is no whole number of days",
    'add working days(@"2026-02-13", 5000)': "5000 working days are more than 4000",
    'festival("中秋街", 2026)': "there is no festival '中秋街'; did you mean 中秋?",
    'festival("Easter", 2026)': "there is no festival 'Easter'",
    'festival("春节", 2150)': "lunar dates are known from 1900 to 2100, not for 2150",
    'festival("春节", 2026.5)': "2026.5 is no year",
    'next annual(@"1992-02-29", @"2026-02-01", "march")': (
        "'march' is no way to keep 29 February; write feb28, mar1, skip"
    ),
    'next lunar annual(@"1800-03-01", @"2026-03-24")': "lunar dates are known from 1900 to 2100, not for 1800",
}


@pytest.mark.parametrize("text", FAILING)
def test_failure_has_a_reason(text: str) -> None:
    assert value(text) == ("None", [FAILING[text]])


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    from crmrules.timing.lunar import _festival_day

    _festival_day.cache_clear()
    monkeypatch.setitem(sys.modules, "lunar_python", None)
    assert value('festival("春节", 2026)') == (
        "None",
        ["lunar dates need the library lunar_python, which is not installed; install it with: "
         "pip install 'crmrules[calendars]'"],
    )  # fmt: skip


def problems(text: str, calendars: Calendars) -> list[str]:
    scope = Scope(builtins={**default_builtins(), **calendar_functions(calendars)})
    return [i.render().strip() for i in compile_expression(text, scope)[1]]


def test_without_a_default_the_calendar_must_be_named() -> None:
    several = Calendars({"a": OFFICE, "b": LONDON}, "", ("a", "b"))
    for calendars in (several, NO_CALENDARS):
        assert problems('is working day(@"2026-02-14")', calendars) == [
            "error F126: is working day takes 2 arguments, not 1"
        ]
        assert problems('is working day(@"2026-02-14", "b")', calendars) == []
        assert problems('festival("春节", 2026)', calendars) == []
    assert value('is working day(@"2026-02-17", "b")', several) == ("True", [])


@pytest.mark.parametrize(
    "text",
    [
        'add working time(@"2026-03-07T16:00:00", @"P1M")',
        'next annual("2026-03-07", @"2026-03-07")',
        "festival(2026, 1)",
    ],
)
def test_types_are_checked(text: str) -> None:
    found = problems(text, CALENDARS)
    assert len(found) == 1 and "error F129: " in found[0]


PAGE = (Path(__file__).parents[2] / "docs/reference/feel.md").read_text(encoding="utf-8")
TABLE = PAGE.split("## Calendars and festivals\n", 1)[1].split("\n## ", 1)[0]
ROWS = [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize(("text", "expected"), [(a.strip("` "), b.strip("` ")) for a, b in ROWS])
def test_the_reference(text: str, expected: str) -> None:
    page = Calendars({"office": calendar("09:00-17:00", country="CN")}, "office", ("office",))
    found, reasons = value(text, page)
    assert (found, reasons) == value(expected) and reasons == []
