"""What an explanation tells of a task's times: series, stretch, days off, working time, holds, corrections."""

from __future__ import annotations

import pytest

from crmrules.model.decision import History
from crmrules.review.explain import explain, render_text, to_json
from tests.engine.helpers import rules
from tests.engine.test_cadence_depth import cadence, last_told, ran
from tests.engine.test_escalation_depth import escalation

OFFICE = "calendars:\n  office: {hours: {mon-fri: '09:00-17:00'}}\n"
HELD = "since: opened_at, clock: working, holds: '[{start: held_at, end: resumed_at}]'"
CORRECTED = ran("2026-03-10", R1=last_told("2026-03-10T09:00:00", "2026-03-10T00:00:00", "2026-03-10"))

CASES = {
    "series": (
        cadence("every: 每周1次, task: call", "anchor: signed, schedule: fixed, stretch: 2, roll: next", head=OFFICE),
        {"signed": "2026-02-28"}, "2026-03-14", History(), "zh",
        ["signed 2026-02-28 00:00 + 每周1次 = 到期 2026-03-16 00:00", "该系列的第 1 次、间隔乘以 2、原为 2026-03-14 00:00，非工作日，已顺延"],
    ),
    "hold": (
        escalation("within: 4h, warn: 1h, task: answer", HELD, head=OFFICE),
        {"open": True, "opened_at": "2026-03-02T09:00:00", "held_at": "2026-03-02T10:00:00"}, "2026-03-02T16:00:00", History(),
        "en",
        [
            "opened_at 2026-03-02 09:00 = Due 2026-03-02 09:00",
            "working time of calendar office, on hold, number of times: 1",
            "Until 2026-03-03 11:00",
            "opened_at 2026-03-02 09:00 + 4h - 1h = Due 2026-03-03 10:00",
        ],
    ),
    "festival": (
        cadence("annual: 春节, offset: -P30D, task: gift"), {}, "2026-01-20", History(), "en",
        ["春节 2026-02-17 00:00 + -P30D = Due 2026-01-18 00:00"],
    ),
    "correction": (
        cadence("offset: P0D, task: welcome", "anchor: signed"), {"signed": "2026-03-06"}, "2026-03-11", CORRECTED, "en",
        ["the same action as on 2026-03-10 09:00: the record was changed since"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_times_are_told(case: str) -> None:
    text, record, as_of, history, lang, lines = CASES[case]
    told = render_text(explain(rules(text), {"id": "C1", **record}, as_of, history), lang).splitlines()
    assert [line for line in (each.strip() for each in told) if line in lines][: len(lines)] == lines


def test_the_same_as_data() -> None:
    text, record, as_of, history, _, _ = CASES["series"]
    data = to_json(explain(rules(text), {"id": "C1", **record}, as_of, history))
    assert [task["reckoning"] for task in data["actions"]] == [
        {"times": 1, "stretch": 2, "rolled": "2026-03-14T00:00:00+08:00"},
        {"times": 2, "stretch": 2, "rolled": "2026-03-28T00:00:00+08:00"},
    ]
