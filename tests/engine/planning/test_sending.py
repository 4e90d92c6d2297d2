"""Quiet hours belong to sending: what the action carries, and on whose clock."""

from __future__ import annotations

import pytest

from crmrules.model.plan import ActionPlan
from crmrules.runs.codec import dump_action, load_action
from crmrules.runs.dispatch import is_quiet
from tests.engine.helpers import shown
from tests.engine.planning.world import customer, moment, plan, reach

QUIET = reach("quiet_hours: 21:00-08:00", "customer_time_zone: zone")


def after(plan: ActionPlan) -> dict[str, str]:
    return {a.rule: "" if a.send_after is None else str(a.send_after)[:16] for a in plan.actions}


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-03-02T20:59:59", ""),
        ("2026-03-02T21:00:00", "2026-03-03T08:00"),
        ("2026-03-03T08:00:00", ""),
    ],
)
def test_what_reaches_the_customer_waits(as_of: str, expected: str) -> None:
    made = plan(QUIET, customer(), as_of=as_of)
    assert after(made) == {"CALL": expected, "NEWS": expected, "HELP": expected, "MEMO": ""}
    assert not made.withheld
    assert {a.rule: a.quiet_hours for a in made.actions}["MEMO"] == ""
    assert {a.quiet_zone for a in made.actions if a.rule != "MEMO"} == {"Asia/Shanghai"}


def test_the_customers_own_clock() -> None:
    berlin = plan(QUIET, customer(zone="Europe/Berlin"), as_of="2026-03-02T09:00:00")
    assert after(berlin)["CALL"] == "2026-03-02T15:00"  # 08:00 there
    assert {a.quiet_zone for a in berlin.actions} == {"", "Europe/Berlin"}
    made = plan(QUIET, customer(zone="Asia/Shangai"), as_of="2026-03-02T09:00:00")
    assert [shown(i) for i in made.warnings] == [
        "rules.yaml:6:23: warning P532: customer C1: there is no time zone 'Asia/Shangai'; quiet hours are read on the "
        "rule set's clock; did you mean Asia/Shanghai?"
    ]


def test_an_action_ahead_waits_for_the_end_of_its_own_night() -> None:
    ahead = reach("quiet_hours: 21:00-08:00", "horizon: P14D")
    made = plan(ahead, customer(last_touch_at="2026-03-01T22:00:00"))
    assert after(made)["CALL"] == "2026-03-09T08:00"


def test_kept_in_the_outbox_and_told_at_any_later_night() -> None:
    action = plan(QUIET, customer(), as_of="2026-03-02T22:00:00").actions[0]
    again = load_action(dump_action(action))
    assert again == action
    assert str(again.send_after) == "2026-03-03T08:00:00@Asia/Shanghai"
    assert [is_quiet(again, moment(at)) for at in ("2026-03-02T23:00:00", "2026-03-03T08:00:00", "2026-03-03T21:00:00")] == [
        True, False, True,
    ]  # fmt: skip
    assert not is_quiet(plan(reach(), customer()).actions[0], moment("2026-03-02T23:00:00"))
