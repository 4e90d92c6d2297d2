"""Frequency caps: boundaries of the stretch, what counts, who comes first, and when an action is free again."""

from __future__ import annotations

import pytest

from crmrules.review.wording import wording
from tests.engine.helpers import problems, rules, shown
from tests.engine.planning.world import customer, done, held, plan, reach, text

WEEKLY = reach("touches: interactions.occurred_at", "caps: [{count: 1, per: P7D}]")


def touched(*moments: str) -> dict[str, object]:
    return customer(interactions=[{"occurred_at": at} for at in moments])


def test_the_most_urgent_comes_first_and_service_is_free() -> None:
    made = plan(WEEKLY, customer())
    assert done(made) == ["CALL", "MEMO", "HELP"]
    (item,) = made.withheld
    assert (item.action.rule, item.reason) == ("NEWS", "capped")
    assert str(item.place).endswith("rules.yaml:6:10")
    assert (item.details["count"], str(item.details["per"])) == (1, "P7D")
    assert str(item.details["until"])[:16] == "2026-03-09T09:00"
    assert wording("en").held(item) == "at most 1 in 7 d, free from 2026-03-09 09:00"
    assert wording("zh").held(item) == "7天内最多 1 次、2026-03-09 09:00 起可再安排"


@pytest.mark.parametrize(
    ("touch", "kept", "free"),
    [
        ("2026-02-23T08:59:59", ["CALL"], "2026-03-09T09:00:00"),
        ("2026-02-23T09:00:00", ["CALL"], "2026-03-09T09:00:00"),  # half-open: just seven days ago is another stretch
        ("2026-02-23T09:00:01", [], "2026-03-02T09:00:01"),
        ("2026-03-02T09:00:00", [], "2026-03-09T09:00:00"),
        ("2026-03-02T09:00:01", ["CALL"], "2026-03-09T09:00:00"),  # not known yet
    ],
)
def test_the_boundary_of_the_stretch(touch: str, kept: list[str], free: str) -> None:
    made = plan(WEEKLY, touched(touch))
    assert [rule for rule in done(made) if rule in ("CALL", "NEWS")] == kept
    assert {str(w.details["until"])[:19] for w in made.withheld} == {free}


def test_two_in_any_stretch() -> None:
    compiled = reach("touches: interactions.occurred_at", "caps: [{count: 2, per: 1周}]")
    assert held(plan(compiled, customer())) == {}
    made = plan(compiled, touched("2026-02-27T12:00:00"))
    assert held(made) == {"NEWS": "capped"}
    assert str(made.withheld[0].details["until"])[:16] == "2026-03-06T12:00"


def test_months_are_counted_by_the_calendar() -> None:
    compiled = reach("touches: interactions.occurred_at", "caps: [{count: 1, per: P1M}]")
    made = plan(compiled, touched("2026-01-31T10:00:00"), as_of="2026-02-28T09:59:59")
    assert sorted(held(made)) == ["CALL", "NEWS"]
    assert done(plan(compiled, touched("2026-01-31T10:00:00"), as_of="2026-02-28T10:00:00"))[0] == "CALL"


def test_where_channels_and_purposes() -> None:
    compiled = reach(
        "touches: interactions",
        "caps:",
        "  - {count: 1, per: P7D, where: 'stage = \"potential\"'}",
        "  - {count: 1, per: P1D, channels: [微信], purposes: [营销, service]}",
    )
    assert held(plan(compiled, customer(stage="won"))) == {"HELP": "capped"}
    assert held(plan(compiled, customer(stage=None))) == {"HELP": "capped"}
    assert held(plan(compiled, customer(stage="potential"))) == {"NEWS": "capped"}
    phoned = customer(stage="won", interactions=[{"occurred_at": "2026-03-02T08:00:00", "channel": "phone"}])
    assert held(plan(compiled, phoned)) == {"HELP": "capped"}
    chatted = customer(stage="won", interactions=[{"occurred_at": "2026-03-02T08:00:00", "channel": "微信"}])
    assert held(plan(compiled, chatted)) == {"HELP": "capped", "NEWS": "capped"}


def test_upcoming_actions_are_counted_on_their_day() -> None:
    compiled = reach("touches: interactions.occurred_at", "caps: [{count: 1, per: P7D}]", "horizon: P14D")
    made = plan(compiled, customer(last_touch_at="2026-02-28T09:00:00"))
    assert [(a.rule, str(a.due)[:10]) for a in made.actions if a.rule == "CALL"] == [("CALL", "2026-03-07")]
    assert str(made.withheld[0].details["until"])[:16] == "2026-03-14T09:00"


def test_touches_that_cannot_be_told() -> None:
    made = plan(WEEKLY, customer(interactions=[{"occurred_at": None}]))
    assert [shown(i) for i in made.warnings] == [
        "rules.yaml:5:12: warning P531: customer C1: 'interactions.occurred_at' should give dates or instants, found null"
    ]
    broken = reach("touches: '[as_of - P1D / count(interactions)]'", "caps: [{count: 1, per: P7D}]")
    assert sorted(held(plan(broken, customer(interactions=[])))) == ["CALL", "NEWS"]


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        (["touches: interactions", "caps: [{count: 1, per: fortnight}]"],
         "rules.yaml:6:26: error P521: 'fortnight' is no length of time for a cap; expected for instance P7D, 1周, 30天, P1M"),
        (["touches: interactions", "caps: [{count: 0, per: P7D}]"],
         "rules.yaml:6:18: error P520: a cap counts touches with a whole number from 1, found 0"),
        (["touches: interactions", "caps: [{count: 1, per: P7D, channels: [wechta]}]"],
         "rules.yaml:6:42: error P304: 'wechta' is no word of column 'channel'; allowed: wechat, phone; did you mean wechat?"),
        (["caps: [{count: 1, per: P7D}]"],
         "rules.yaml:5:10: warning P533: nothing says which touches there have been, so caps count the actions of the plan "
         "alone; set `touches`"),
        (["quiet_hours: 25:00-08:00"],
         "rules.yaml:5:16: error P522: '25:00-08:00' is no quiet hours; expected for instance 21:00-08:00 or 12:00-13:30, "
         "21:00-08:00, with some time left"),
        (["capacity: -1"],
         "rules.yaml:5:13: error P523: a capacity is a whole number of actions in a day, not negative, found -1"),
        (["reveal_roles: [haed]"],
         "rules.yaml:5:18: error P303: 'haed' is no role of the rule set; roles: am, head; did you mean head?"),
    ],
)  # fmt: skip
def test_mistakes(policies: list[str], expected: str) -> None:
    assert problems(text(*policies)) == [expected]


def test_the_schema_asks_for_both() -> None:
    assert [p.split(" error ")[1][:4] for p in problems(text("caps: [{count: 1}]")) if " error " in p] == ["R204"]


def test_counts_and_capacity_may_be_parameters() -> None:
    given = text("touches: interactions", "caps: [{count: weekly, per: P7D}]", "capacity: 每日上限")
    parameters = "parameters: {weekly: {value: 2}, daily: {label: {zh: 每日上限}, value: 5}}\nroles:"
    compiled = rules(given.replace("roles:", parameters, 1))
    assert (compiled.policies.caps[0].count, compiled.policies.capacity) == (2, 5)
    assert rules(given.replace("roles:", parameters, 1), {"weekly": "1"}).policies.caps[0].count == 1
    assert problems(text("capacity: count(interactions)")) == [
        "rules.yaml:5:13: error P523: a capacity is a whole number of actions in a day, not negative, found "
        "count(interactions)"
    ]
