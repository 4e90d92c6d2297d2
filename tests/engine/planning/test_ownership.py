"""Who does it: absences, people who left, deputies that go round, roles' deputies, queues; and full days."""

from __future__ import annotations

from typing import Any

import pytest

from crmrules.model.plan import Action, ActionPlan
from crmrules.model.values import Date
from crmrules.review.wording import wording
from tests.engine.helpers import problems, shown
from tests.engine.planning.world import AS_OF, customer, dataset, moment, reach, text

PLAIN = reach()
DEPUTY = reach(am=", deputy: head", head=", person: zone")  # the head's name stands in a spare fact


def day(text: str) -> Date:
    found = Date.parse(text)
    assert found is not None
    return found


def planned(compiled: Any, owners: list[dict[str, Any]], as_of: str = AS_OF, **facts: Any) -> ActionPlan:
    made: ActionPlan = compiled.plan(dataset([customer(**facts)], owners), as_of=as_of)
    return made


def call(plan: ActionPlan) -> Action:
    return next(action for action in plan.actions if action.rule == "CALL")


def who(plan: ActionPlan) -> tuple[str, bool, str, str]:
    action = call(plan)
    return action.owner, action.is_queue, action.on_behalf_of, action.behalf_reason


AWAY = {"name": "林晓", "deputy": "王强", "absent_from": day("2026-03-02"), "absent_until": day("2026-03-05")}
THERE = {"name": "王强"}


def test_without_owner_rows_everybody_named_is_there() -> None:
    assert who(planned(PLAIN, [])) == ("林晓", False, "", "")
    assert who(planned(PLAIN, [], owner=None)) == ("am", True, "", "")


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-03-01T23:59:59", ("林晓", False, "", "")),
        ("2026-03-02T00:00:00", ("王强", False, "林晓", "absent")),
        ("2026-03-04T23:59:59", ("王强", False, "林晓", "absent")),
        ("2026-03-05T00:00:00", ("林晓", False, "", "")),  # the first day back
    ],
)
def test_an_absence_is_half_open(as_of: str, expected: tuple[str, bool, str, str]) -> None:
    made = planned(PLAIN, [AWAY, THERE], as_of)
    assert who(made) == expected
    assert not made.warnings


def test_an_action_ahead_is_for_whom_is_there_on_its_day() -> None:
    ahead = reach("horizon: P14D")
    made = planned(ahead, [AWAY, THERE], last_touch_at=moment("2026-02-26T09:00:00"))
    assert (str(call(made).due)[:10], who(made)[0]) == ("2026-03-05", "林晓")
    made = planned(ahead, [AWAY, THERE], last_touch_at=moment("2026-02-25T09:00:00"))
    assert (str(call(made).due)[:10], who(made)[0]) == ("2026-03-04", "王强")


def test_why_is_told() -> None:
    action = call(planned(PLAIN, [AWAY, THERE]))
    assert wording("en").why(action) == "CALL · last_touch_at: — · for 林晓, who is absent"
    assert wording("zh").why(action) == "CALL · last_touch_at：— · 代 林晓（缺勤）"


def test_somebody_who_left_and_a_chain() -> None:
    owners = [
        {"name": "林晓", "deputy": "王强", "left": True},
        {"name": "王强", "deputy": "赵敏", "absent_from": day("2026-03-01")},  # with no end
        {"name": "赵敏"},
    ]
    assert who(planned(PLAIN, owners)) == ("赵敏", False, "林晓", "left")


def test_further_absences_stand_in_further_rows() -> None:
    second = {"name": "林晓", "absent_from": day("2026-04-01"), "absent_until": day("2026-04-02")}
    for as_of, owner in (
        ("2026-03-03T09:00:00", "王强"),
        ("2026-03-20T09:00:00", "林晓"),
        ("2026-04-01T09:00:00", "王强"),
    ):
        assert who(planned(PLAIN, [AWAY, second, THERE], as_of))[0] == owner


def test_deputies_that_go_round_are_told_and_the_role_steps_in() -> None:
    both = [AWAY, {"name": "王强", "deputy": "林晓", "absent_until": day("2026-03-03")}]
    made = planned(PLAIN, both)
    assert who(made) == ("am", True, "林晓", "absent")
    assert [shown(i) for i in made.warnings] == [
        "rules.yaml:27:5: warning P525: these owners deputise for each other: 林晓 → 王强 → 林晓; where all of them are away, "
        "the role's deputy or its queue takes over"
    ]
    assert who(planned(DEPUTY, both, zone="陈总")) == ("陈总", False, "林晓", "absent")
    assert who(planned(PLAIN, both, "2026-03-03T00:00:00")) == ("王强", False, "林晓", "absent")


def test_a_role_that_names_nobody_has_its_deputy() -> None:
    assert who(planned(DEPUTY, [], owner=None, zone="陈总")) == ("陈总", False, "am", "unnamed")
    assert wording("zh", DEPUTY.ruleset).why(call(planned(DEPUTY, [], owner=None, zone="陈总"))) == (
        "CALL · last_touch_at：— · 代 客户经理（未指定人员）"
    )
    assert who(planned(DEPUTY, [], owner=None)) == ("am", True, "", "")


def test_a_deputy_whom_nobody_knows_and_a_capacity_below_zero_are_told() -> None:
    made = planned(PLAIN, [{**AWAY, "deputy": "王墙"}, {"name": "王强", "capacity": -1}])
    assert who(made)[0] == "王墙"
    assert sorted(shown(i) for i in made.warnings) == [
        "rules.yaml:27:5: warning P526: the deputy '王墙' of owner '林晓' is no owner of the data, so nobody knows whether "
        "they are there; did you mean 王强?",
        "rules.yaml:32:5: warning P527: the capacity of owner '王强' should be a whole number of actions in a day, not "
        "negative, found -1; it is not used",
    ]


def test_roles_that_deputise_for_each_other_are_refused() -> None:
    assert problems(text(am=", deputy: head", head=", deputy: 客户经理")) == [
        "rules.yaml:7:71: error P524: these roles deputise for each other, so nobody would be the last: am → head → am"
    ]
    assert problems(text(am=", deputy: haed")) == [
        "rules.yaml:7:71: error P303: 'haed' is no role of the rule set; roles: am, head; did you mean head?"
    ]


# --- capacity -------------------------------------------------------------------------------------------------------


def test_a_full_day_is_reported_and_nothing_is_dropped() -> None:
    compiled = reach("capacity: 2")
    made = compiled.plan(dataset([customer(), customer(id="C2")]), as_of=AS_OF)
    assert len(made.actions) == 8  # three each of 林晓, and one each of a queue, which has no limit
    (full,) = made.overflow
    assert (full.owner, str(full.day), full.planned, full.capacity) == ("林晓", "2026-03-02", 6, 2)
    assert [(a.rule, a.customer) for a in full.actions] == [
        ("NEWS", "C1"), ("NEWS", "C2"), ("HELP", "C1"), ("HELP", "C2"),
    ]  # fmt: skip
    assert wording("en").overflow(full) == "林晓 2026-03-02: 6 actions, capacity 2"
    assert wording("zh").overflow(full) == "林晓 2026-03-02：6 项行动，容量 2"


@pytest.mark.parametrize(("own", "planned_over"), [(None, 1), (2, 1), (3, 0), (0, 3)])
def test_ones_own_capacity_comes_first(own: int | None, planned_over: int) -> None:
    made = planned(reach("capacity: 2"), [{"name": "林晓", "capacity": own}])
    assert sum(len(each.actions) for each in made.overflow) == planned_over


def test_days_are_counted_apart_and_what_is_overdue_is_for_today() -> None:
    compiled = reach("capacity: 3", "horizon: P14D")
    late, ahead = moment("2026-02-20T09:00:00"), moment("2026-02-25T09:00:00")
    made = compiled.plan(
        dataset([customer(last_touch_at=late), customer(id="C2"), customer(id="C3", last_touch_at=ahead)]), as_of=AS_OF
    )
    assert [(str(each.day), each.planned) for each in made.overflow] == [("2026-03-02", 6)]
