"""Bad calendars: each mistake has its place, and all are told at once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from crmrules.model.codes.timing import TIMING_CODES
from crmrules.model.ruleset import RuleSet
from crmrules.rulesets.loader import inspect_ruleset
from crmrules.timing.calendar import Calendars
from crmrules.timing.calendar_compiler import compile_calendar, compile_calendars
from crmrules.timing.hours import hours_text
from tests.timing.calendars import day

HEAD = "crmrules: 1\nname: a\ntime_zone: Asia/Shanghai\n"
HOURS = "hours: {mon-fri: '09:00-18:00'}"

CASES = {
    "unreadable": ("o: {hours: {mon-fri: nine to five}}", [
        "5:24: error C101: 'nine to five' are no working hours; expected for instance 09:00-12:00, 13:00-18:00, or "
        "off, or 24h",
    ]),
    "25 hours": ("o: {hours: {mon-fri: '09:00-25:00'}}", [
        "5:24: error C102: '25:00' is no time of day; expected 00:00 to 24:00",
    ]),
    "end before start": ("o: {hours: {mon-fri: '18:00-09:00'}}", [
        "5:24: error C103: '18:00-09:00' ends before it begins; a shift that ends on the next day is written "
        "18:00-09:00+1",
    ]),
    "overlap": ("o: {hours: {mon-fri: '09:00-13:00, 12:00-18:00'}}", [
        "5:24: error C104: '12:00-18:00' overlaps '09:00-13:00'",
    ]),
    "overlap with the night before": ("o: {hours: {mon: '22:00-07:00+1', tue: '06:00-12:00'}}", [
        "5:42: error C104: '06:00-12:00' overlaps 'mon 22:00-07:00+1'",
    ]),
    "Sunday night runs into Monday": ("o: {hours: {sun: '22:00-07:00+1', mon: '06:00-12:00'}}", [
        "5:42: error C104: '06:00-12:00' overlaps 'sun 22:00-07:00+1'",
    ]),
    "no working day": ("o: {hours: {mon-fri: off, sat: ''}}", [
        "5:3: error C105: calendar 'o' has no working time: no day of the week has hours",
    ]),
    "empty hours": ("o: {hours: {}}", [
        "5:3: error C105: calendar 'o' has no working time: no day of the week has hours",
    ]),
    "month 13": (f"o: {{{HOURS}, holidays: [2026-13-01, 2026-02-30, soon]}}", [
        "5:51: error C106: '2026-13-01' is no day; expected YYYY-MM-DD within the years 1900 to 2199",
        "5:63: error C106: '2026-02-30' is no day; expected YYYY-MM-DD within the years 1900 to 2199",
        "5:75: error C106: 'soon' is no day; expected YYYY-MM-DD within the years 1900 to 2199",
    ]),
    "a year nobody knows": (f"o: {{{HOURS}, working_days: {{2826-03-07: '09:00-12:00'}}}}", [
        "5:55: error C106: '2826-03-07' is no day; expected YYYY-MM-DD within the years 1900 to 2199",
    ]),
    "off and at work": (f"o: {{{HOURS}, holidays: [2026-03-09], working_days: [2026-03-09]}}", [
        "5:79: error C107: '2026-03-09' stands twice in calendar 'o'; first at rules.yaml:5:51",
    ]),
    "a day twice": ("o: {hours: {mon-fri: '09:00-18:00', wed: '09:00-12:00'}}", [
        "5:39: error C107: 'wed' stands twice in calendar 'o'; first at rules.yaml:5:15",
    ]),
    "unknown country": (f"o: {{{HOURS}, country: Chinese}}", [
        "5:49: error C108: no holidays are known for country 'Chinese'; expected a code such as CN, US or DE-BY",
    ]),
    "unknown part of a country": (f"o: {{{HOURS}, country: DE-XX}}", [
        "5:49: error C108: no holidays are known for country 'DE-XX'; expected a code such as CN, US or DE-BY",
    ]),
    "a working day off": (f"o: {{{HOURS}, working_days: {{2026-03-07: off}}}}", [
        "5:67: error C109: calendar 'o' has working days on a day off: '2026-03-07' gives no hours; list it under "
        "holidays",
    ]),
    "unknown weekday": ("o: {hours: {mon-fry: '09:00-18:00'}}", [
        "5:15: error C110: 'mon-fry' is no day of the week; expected for instance mon, mon-fri, sat, 周一至周五; did "
        "you mean mon-fri?",
    ]),
    "unknown zone": (f"o: {{{HOURS}, time_zone: Asia/Shangai}}", [
        "5:51: error V110: unknown time zone `Asia/Shangai`; did you mean Asia/Shanghai?",
    ]),
    "hours are missing": ("o: {country: US}", [
        "5:3: error C105: calendar 'o' has no working time: no day of the week has hours",
    ]),
    "unknown key": (f"o: {{{HOURS}, contry: CN}}", [
        "5:40: error R201: unknown key `contry`; known here: label, time_zone, country, hours, holidays, working_days; "
        "did you mean country?",
    ]),
    "all at once": ("o: {hours: {mon: '9-17', tue: '09:00-25:00'}, country: XX, holidays: [2026-13-01]}", [
        "5:20: error C101: '9-17' are no working hours; expected for instance 09:00-12:00, 13:00-18:00, or off, or 24h",
        "5:33: error C102: '25:00' is no time of day; expected 00:00 to 24:00",
        "5:58: error C108: no holidays are known for country 'XX'; expected a code such as CN, US or DE-BY",
        "5:73: error C106: '2026-13-01' is no day; expected YYYY-MM-DD within the years 1900 to 2199",
    ]),
    "unknown default": (f"o: {{{HOURS}}}\ncalendar: offic", [
        "6:11: error C111: there is no calendar 'offic'; known: o, 24x7",
    ]),
}  # fmt: skip


def read(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[RuleSet, Calendars, list[str]]:
    (folder / "rules.yaml").write_text(HEAD + text, encoding="utf-8")
    monkeypatch.chdir(folder)
    ruleset, issues = inspect_ruleset("rules.yaml")
    assert ruleset is not None
    calendars, found = compile_calendars(ruleset)
    return ruleset, calendars, [i.render().removeprefix("rules.yaml:") for i in [*issues, *found]]


@pytest.mark.parametrize("name", CASES)
def test_bad_calendars(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text, expected = CASES[name]
    _, _, issues = read("calendars:\n  " + text, tmp_path, monkeypatch)
    assert issues == expected


def test_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset, _, _ = read("calendars:\n  o: {hours: {周一至周五: '18:00-09:00'}}", tmp_path, monkeypatch)
    _, issues = compile_calendars(ruleset)
    assert [i.render("zh") for i in issues] == [
        "rules.yaml:5:22: 错误 C103: “18:00-09:00”的结束早于开始；跨夜班次请写成 18:00-09:00+1"
    ]


def test_a_good_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
calendar: 办公日历
calendars:
  office:
    label: {zh: 办公日历}
    country: cn
    hours: {周一至周四: "09:00-12:00, 13:00-18:00", fri: "9:00～17:00", 周末: 休}
    holidays: [2026-03-09]
    working_days: {2026-03-07: "09:00-12:00", 2026-03-08: , 2026-03-13: }
  nights: {time_zone: Europe/London, hours: {mon-fri: "22:00-次日06:00"}}
"""
    _, calendars, issues = read(text, tmp_path, monkeypatch)
    assert issues == [
        "9:14: note C120: calendar 'office': the holidays and make-up days of CN are known until 2026; later years are "
        "provisional"
    ]
    office, nights = calendars.of(), calendars.of("nights")
    assert office is not None and nights is not None and office is calendars.of("office") is calendars.of("办公日历")
    assert (calendars.default, calendars.names) == ("office", ("office", "nights"))
    assert (office.zone, nights.zone, office.country) == ("Asia/Shanghai", "Europe/London", "CN")
    days = ("2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09", "2026-03-13", "2026-03-14", "2026-02-14")
    assert [hours_text(office.intervals(day(each))) for each in days] == [
        "09:00-17:00", "09:00-12:00", "09:00-12:00, 13:00-18:00", "", "09:00-17:00", "", "09:00-12:00, 13:00-18:00",
    ]  # fmt: skip
    assert hours_text(nights.intervals(day("2026-03-06"))) == "22:00-06:00+1"
    around = calendars.of("24x7")
    assert around is not None and around.always and around.zone == "Asia/Shanghai"


def test_the_only_calendar_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, one, _ = read(f"calendars:\n  o: {{{HOURS}}}", tmp_path, monkeypatch)
    _, two, _ = read(f"calendars:\n  o: {{{HOURS}}}\n  p: {{{HOURS}}}", tmp_path, monkeypatch)
    _, always, issues = read("calendar: 24x7", tmp_path, monkeypatch)
    _, none, _ = read("", tmp_path, monkeypatch)
    assert (one.default, two.default, always.default, none.default, issues) == ("o", "", "24x7", "", [])
    assert one.of() is one.of("o") and two.of() is None and none.of() is None and always.of() is always.of("24x7")


def test_without_the_library_of_holidays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    _, _, issues = read(f"calendars:\n  o: {{{HOURS}, country: CN}}", tmp_path, monkeypatch)
    assert issues == [
        "5:49: error C201: holidays of countries need the library holidays, which is not installed; install it with: "
        "pip install 'crmrules[calendars]'"
    ]


def test_a_spec_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset, _, _ = read(f"calendars:\n  o: {{{HOURS}}}", tmp_path, monkeypatch)
    found, issues = compile_calendar(ruleset.calendars["o"], "Europe/Berlin")
    assert found is not None and (found.name, found.zone, issues) == ("o", "Europe/Berlin", [])


def test_a_plugins_calendar_in_place_of_a_country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Works:
        name = "works"

        def is_working_day(self, year: int, month: int, day: int) -> bool | None:
            return day != 10

    ruleset, _, issues = read(f"calendars:\n  o: {{{HOURS}, country: works}}", tmp_path, monkeypatch)
    assert len(issues) == 1 and " C108: " in issues[0]
    calendars, found = compile_calendars(ruleset, {"works": Works()})
    office = calendars.of()
    assert office is not None and found == [] and calendars.countries
    assert [office.is_working_day(day(each)) for each in ("2026-03-09", "2026-03-10")] == [True, False]


runnable = [c for c in TIMING_CODES if c.example.startswith("calendar") and c.code not in ("C121",)]


@pytest.mark.parametrize("code", runnable, ids=lambda c: c.code)
def test_the_example_shows_the_code(code, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, issues = read(code.example, tmp_path, monkeypatch)
    assert any(f" {code.code}: " in line for line in issues), issues
