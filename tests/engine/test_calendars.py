"""Calendars in a rule set at work: functions in formulas and cells, and years nobody has published yet."""

from __future__ import annotations

import pickle

from tests.engine.helpers import compile_text, problems

TEXT = """\
crmrules: 1
name: calendars
time_zone: Asia/Shanghai
calendar: office
calendars:
  office: {hours: {mon-fri: "09:00-17:00"}%s}
  hotline: {label: {zh: 热线}, hours: {mon-fri: 24h, sat: 24h, sun: 24h}}
vocabulary:
  customer:
    born: {type: date}
    asked_at: {type: date and time}
    answered_at: {type: date and time}
    owner_calendar: {type: string}
    answer_due: {type: date and time, formula: 'add working time(asked_at, @"PT2H")'}
    answer_due_by_owner: {type: date and time, formula: 'add working time(asked_at, @"PT2H", owner_calendar)'}
    answered_after: {type: days and time duration, formula: 'working time between(asked_at, answered_at)'}
    next_birthday: {type: date, formula: 'next annual(born, as_of)'}
    festival_mail: {type: date, formula: 'next working day(festival("春节", as_of.year) - @"P30D")'}
    prompt: {type: string, values: [yes, no]}
decisions:
  promptness:
    kind: classification
    inputs: [answered_after]
    outputs: [prompt]
    rules:
      - {id: P1, when: {answered_after: "<= 2小时"}, then: {prompt: yes}}
      - {id: P2, when: {answered_after: "> 2小时"}, then: {prompt: no}}
"""

RECORD = {
    "id": "C1",
    "born": "1992-02-29",
    "asked_at": "2026-03-07T16:00:00",
    "answered_at": "2026-03-09T10:30:00",
    "owner_calendar": "热线",
}


def test_functions_in_rules() -> None:
    compiled, issues = compile_text(TEXT % "")
    assert compiled is not None and issues == []
    decision = compiled.decide(RECORD, as_of="2026-01-05")
    assert decision.warnings == ()
    assert {name: str(value) for name, value in decision.values.items()} == {
        "answer_due": "2026-03-09T11:00:00@Asia/Shanghai",
        "answer_due_by_owner": "2026-03-07T18:00:00@Asia/Shanghai",
        "answered_after": "PT1H30M",
        "next_birthday": "2026-02-28",
        "festival_mail": "2026-01-19",  # 30 days ahead is Sunday 18 January
        "prompt": "yes",
    }


def test_the_calendars_are_at_hand() -> None:
    compiled, _ = compile_text(TEXT % "")
    assert compiled is not None
    assert (compiled.calendars.default, compiled.calendars.names) == ("office", ("office", "hotline"))
    again = pickle.loads(pickle.dumps(compiled))
    assert again.decide(RECORD, as_of="2026-01-05").values == compiled.decide(RECORD, as_of="2026-01-05").values


def test_an_unknown_calendar_in_the_data_is_told() -> None:
    compiled, _ = compile_text(TEXT % "")
    assert compiled is not None
    decision = compiled.decide({**RECORD, "owner_calendar": "hotlien"}, as_of="2026-01-05")
    assert decision.values["answer_due_by_owner"] is None
    assert [w.message() for w in decision.warnings] == [
        "customer C1: 'add working time(asked_at, @\"PT2H\", owner_calendar)' could not be evaluated: there is no "
        "calendar 'hotlien'; did you mean hotline?"
    ]


def test_an_unpublished_year_is_told_with_its_place() -> None:
    compiled, issues = compile_text(TEXT % ", country: CN")
    assert compiled is not None
    assert [i.code for i in issues] == ["C120"]
    published = compiled.decide(RECORD, as_of="2026-03-02")
    assert published.warnings == ()
    later = compiled.decide(RECORD, as_of="2098-12-15")
    assert [w.message() for w in later.warnings if w.code == "C121"] == [
        f"calendar 'office': the holidays and make-up days of CN for {year} are not in the installed data, so that year "
        "is provisional; update the library holidays, or list the days in the calendar"
        for year in (2098, 2099)
    ]
    assert str(later.warnings[0].span).endswith("rules.yaml:6:54")


def test_a_plan_tells_it_once() -> None:
    compiled, _ = compile_text(TEXT % ", country: CN")
    assert compiled is not None
    records = [{**RECORD, "id": f"C{n}"} for n in range(20)]
    plan = compiled.plan(records, as_of="2098-03-03")
    assert [w.code for w in plan.warnings if w.code in ("C121", "P502")] == ["C121"]


def test_problems_are_told_with_everything_else() -> None:
    text = (TEXT % "").replace("calendar: office", "calendar: ofice").replace('"09:00-17:00"', '"09:00-25:00"')
    assert problems(text) == [
        "rules.yaml:6:29: error C102: '25:00' is no time of day; expected 00:00 to 24:00",
        "rules.yaml:4:11: error C111: there is no calendar 'ofice'; known: office, hotline, 24x7; did you mean office?",
    ]


def test_without_calendars_one_must_be_named() -> None:
    text = """\
crmrules: 1
name: none
vocabulary:
  customer:
    a: {type: boolean, formula: 'is working day(as_of)'}
    b: {type: boolean, formula: 'is working day(as_of, "24x7")'}
"""
    assert problems(text) == ["rules.yaml:5:34: error F126: is working day takes 2 arguments, not 1"]
