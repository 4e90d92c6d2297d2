"""Calendars as rule files spell them: YAML, workbooks, and both back again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmrules.model.ruleset import CalendarSpec, RuleSet, WorkingDay
from crmrules.model.vocabulary import Cell, Label
from crmrules.rulesets.excel.writer import write_excel
from crmrules.rulesets.fingerprint import fingerprint
from crmrules.rulesets.loader import read_ruleset
from crmrules.rulesets.writer import to_document, write_yaml
from crmrules.timing.calendar_compiler import compile_calendars

TEXT = """\
crmrules: 1
name: a
time_zone: Asia/Shanghai
calendar: office
calendars:
  office:
    label: {en: Office, zh: 办公日历}
    country: CN
    hours: {周一至周五: "09:00-12:00, 13:00-18:00", sat: "", sun: }
    holidays: [2026-03-09, 2026-03-10]
    working_days: {2026-03-07: "09:00-12:00", 2026-03-08: }
  nights:
    time_zone: Europe/London
    hours: {mon-thu: 22:00-次日06:00, fri: "22:00-24:00", sat: off}
    working_days: [2026-03-15]
"""


def of(*days: str, hours: str) -> dict[str, Cell]:
    return dict.fromkeys(days, Cell(hours))


OFFICE = CalendarSpec(
    name="office",
    label=Label("Office", "办公日历"),
    country=Cell("CN"),
    hours=of("mon", "tue", "wed", "thu", "fri", hours="09:00-12:00, 13:00-18:00"),
    holidays=(Cell("2026-03-09"), Cell("2026-03-10")),
    working_days=(WorkingDay(Cell("2026-03-07"), Cell("09:00-12:00")), WorkingDay(Cell("2026-03-08"))),
)
NIGHTS = CalendarSpec(
    name="nights",
    time_zone=Cell("Europe/London"),
    hours={
        **of("mon", "tue", "wed", "thu", hours="22:00-次日06:00"),
        **of("fri", hours="22:00-24:00"),
        **of("sat", hours="off"),
    },
    working_days=(WorkingDay(Cell("2026-03-15")),),
)


def test_yaml(read: Callable[..., tuple[RuleSet | None, list[str]]]) -> None:
    ruleset, issues = read(TEXT)
    assert issues == []
    assert ruleset is not None
    assert (ruleset.calendar, dict(ruleset.calendars)) == (Cell("office"), {"office": OFFICE, "nights": NIGHTS})


def test_document(read: Callable[..., tuple[RuleSet | None, list[str]]]) -> None:
    ruleset, _ = read(TEXT)
    assert ruleset is not None
    document = to_document(ruleset)
    assert document["calendar"] == "office"
    assert document["calendars"] == {
        "office": {
            "label": {"en": "Office", "zh": "办公日历"},
            "country": "CN",
            "hours": {"mon-fri": "09:00-12:00, 13:00-18:00"},
            "holidays": ["2026-03-09", "2026-03-10"],
            "working_days": {"2026-03-07": "09:00-12:00", "2026-03-08": ""},
        },
        "nights": {
            "time_zone": "Europe/London",
            "hours": {
                "mon": "22:00-次日06:00", "tue": "22:00-次日06:00", "wed": "22:00-次日06:00", "thu": "22:00-次日06:00",
                "fri": "22:00-24:00", "sat": "off",
            },
            "working_days": {"2026-03-15": ""},
        },
    }  # fmt: skip


ENGLISH = [
    ["Rule set: a"],
    ["Time zone", "Asia/Shanghai"],
    ["Calendar", "office"],
    [],
    ["Calendars"],
    ["Name", "Label (en)", "Label (zh)", "Time zone", "Country", "Mon-Fri", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    ["office", "Office", "办公日历", "", "CN", "09:00-12:00, 13:00-18:00"],
    ["nights", "", "", "Europe/London", "", "", *["22:00-次日06:00"] * 4, "22:00-24:00", "off"],
    [],
    ["Calendar days"],
    ["Calendar", "Date", "Hours"],
    ["office", "2026-03-09", ""],
    ["办公日历", "2026-03-10", "off"],
    ["Office", "2026-03-07", "09:00-12:00"],
    ["office", "2026-03-08", "Work"],
    ["nights", "2026-03-15", "work"],
]
CHINESE = [
    ["规则集：a"],
    ["时区", "Asia/Shanghai"],
    ["默认日历", "office"],
    [],
    ["日历"],
    ["名称", "英文名", "中文名", "时区", "国家", "周一至周五", "周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    ["office", "Office", "办公日历", "", "CN", "09:00-12:00, 13:00-18:00"],
    ["nights", "", "", "Europe/London", "", "", *["22:00-次日06:00"] * 4, "22:00-24:00", "off"],
    [],
    ["日历日期"],
    ["日历", "日期", "工作时间"],
    ["office", "2026-03-09", "休"],
    ["办公日历", "2026-03-10", "休息"],
    ["办公日历", "2026-03-07", "09:00-12:00"],
    ["office", "2026-03-08", "上班"],
    ["nights", "2026-03-15", "上班"],
]


@pytest.mark.parametrize("rows", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_workbook(rows: list[list[str]], workbook: Callable[..., Path]) -> None:
    found, issues = read_ruleset(workbook({"Calendars": rows}))
    assert [i.render() for i in issues] == []
    assert found is not None
    assert (found.calendar, dict(found.calendars)) == (Cell("office"), {"office": OFFICE, "nights": NIGHTS})


def test_dates_as_excel_keeps_them(workbook: Callable[..., Path]) -> None:
    import datetime

    rows = [*ENGLISH[:8], [], ["Calendar days"], ["Calendar", "Date"], ["office", datetime.date(2026, 3, 9)]]
    found, issues = read_ruleset(workbook({"Calendars": rows}))
    assert (issues, found.calendars["office"].holidays if found else ()) == ([], (Cell("2026-03-09"),))


def test_mistakes_in_a_workbook(workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ["Rule set: a"],
        [],
        ["Calendars"],
        ["Name", "Mon-Fri", "Mon"],
        ["office", "09:00-18:00", "09:00-12:00"],
        [],
        ["Calendar days"],
        ["Calendar", "Date", "Hours"],
        ["ofice", "2026-03-09", ""],
        ["office", "2026-03-09", ""],
        ["office", "2026-03-09", "work"],
        ["office", "", "work"],
    ]
    path = workbook({"S": rows})
    monkeypatch.chdir(path.parent)
    _, issues = read_ruleset(path.name)
    assert [i.render() for i in issues] == [
        "rules.xlsx › S!A9: error W126: no calendar `ofice` is declared in the table Calendars; did you mean office?",
        "rules.xlsx › S!B11: error W122: `2026-03-09` is said in the row above; the table Calendar days holds each date "
        "once (first at rules.xlsx › S!B10)",
        "rules.xlsx › S!A12: error W124: the row gives values but no `Date / 日期`",
        "rules.xlsx › S!C4: error C107: 'mon' stands twice in calendar 'office'; first at rules.xlsx › S!B4",
    ]


def test_a_calendar_declared_twice(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    write("calendars: {o: {hours: {mon: '09:00-18:00'}}}\ncalendar: o\n", "more.yaml")
    path = write(
        "crmrules: 1\nname: a\ninclude: [more.yaml]\ncalendars: {o: {hours: {mon: '09:00-18:00'}}}\ncalendar: o\n"
    )
    monkeypatch.chdir(path.parent)
    _, issues = read_ruleset("rules.yaml")
    assert [i.render() for i in issues] == [
        "more.yaml:1:13: error R304: the calendar `o` is declared twice; first at rules.yaml:4:13",
        "more.yaml:2:1: error R304: the key `calendar` is declared twice; first at rules.yaml:5:1",
    ]


# --- any calendar ---------------------------------------------------------------------------------------------------

hours = st.sampled_from(["09:00-17:00", "09:00-12:00, 13:00-18:00", "22:00-06:00+1", "off", "全天", "nonsense"])
dates = st.dates().map(lambda d: d.isoformat())
labels = st.builds(Label, st.sampled_from(["", "Office", "Working time"]), st.sampled_from(["", "日历", "办公时间"]))


@st.composite
def specs(draw: st.DrawFn, name: str) -> CalendarSpec:
    days = draw(st.lists(dates, unique=True, max_size=5))
    worked = draw(st.integers(0, len(days)))
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return CalendarSpec(
        name=name,
        label=draw(labels),
        time_zone=Cell(draw(st.sampled_from(["", "UTC", "Asia/Shanghai"]))),
        country=Cell(draw(st.sampled_from(["", "CN", "DE-BY"]))),
        hours=draw(
            st.one_of(
                st.builds(lambda text: dict.fromkeys(week[:5], Cell(text)), hours),
                st.builds(dict, st.sets(st.sampled_from(week)).map(lambda s: [(d, Cell("09:00-17:00")) for d in week if d in s])),
            )
        ),
        holidays=tuple(Cell(d) for d in days[worked:]),
        working_days=tuple(WorkingDay(Cell(d), Cell(draw(st.sampled_from(["", "09:00-12:00"])))) for d in days[:worked]),
    )  # fmt: skip


@given(st.data(), st.sets(st.sampled_from(["office", "nights", "热线"])))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_calendar_comes_back(tmp_path: Path, data: st.DataObject, names: set[str]) -> None:
    ruleset = RuleSet(
        name="a",
        calendars={name: data.draw(specs(name)) for name in sorted(names)},
        calendar=Cell(data.draw(st.sampled_from(["", "office", "24x7"]))),
    )
    for suffix, lang in ((".yaml", ""), (".xlsx", "en"), (".xlsx", "zh")):
        path = tmp_path / f"rules{suffix}"
        if suffix == ".yaml":
            write_yaml(ruleset, path)
        else:
            write_excel(ruleset, path, lang)
        again, issues = read_ruleset(path)
        assert [i.render() for i in issues] == []
        assert again == ruleset
        assert fingerprint(again) == fingerprint(ruleset)


def test_the_example_of_the_reference(read: Callable[..., tuple[RuleSet | None, list[str]]]) -> None:
    page = (Path(__file__).parents[2] / "docs/reference/ruleset.md").read_text(encoding="utf-8")
    example = page.split("## Calendars\n", 1)[1].split("```yaml\n", 1)[1].split("```", 1)[0]
    ruleset, issues = read("crmrules: 1\nname: a\n" + example)
    assert issues == []
    assert ruleset is not None
    calendars, found = compile_calendars(ruleset)
    assert [i.code for i in found] == ["C120"]
    assert (calendars.default, sorted(calendars.by_name)) == (
        "office", ["24x7", "Office hours", "night_shift", "office", "办公日历"],
    )  # fmt: skip
