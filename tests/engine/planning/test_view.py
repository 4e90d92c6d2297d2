"""Who sees what: own customers, the team's, those stood in for; roles that see all; personal values."""

from __future__ import annotations

import pytest

from crmrules.engine.planning.view import check_reveal
from crmrules.model.errors import PlanError
from crmrules.model.records import CUSTOMER_ID
from crmrules.model.values import Date
from tests.engine.planning.world import AS_OF, customer, dataset, moment, reach

OWNERS = [
    {"name": "林晓", "manager": "陈总", "deputy": "王强"},
    {"name": "王强", "manager": "陈总"},
    {"name": "陈总", "manager": "董事长"},
    {"name": "赵敏", "role": "负责人"},
]
DATA = dataset(
    [customer(), customer(id="C2", owner="王强"), customer(id="C3", owner="孙悦"), customer(id="C4", owner=None)],
    OWNERS,
    interaction=[
        {CUSTOMER_ID: "C1", "occurred_at": moment("2026-01-01T00:00:00")},
        {CUSTOMER_ID: "C2", "occurred_at": moment("2026-01-01T00:00:00")},
    ],
)
RULES = reach("view_all_roles: [head]", "reveal_roles: [负责人]", "capacity: 1")


def seen(viewer: str) -> list[str]:
    return [record.id for record in RULES.view(DATA, viewer, as_of=AS_OF).dataset.customers]


@pytest.mark.parametrize(
    ("viewer", "expected"),
    [
        ("林晓", ["C1"]),
        ("王强", ["C2"]),
        ("陈总", ["C1", "C2"]),
        ("董事长", ["C1", "C2"]),  # named as somebody's manager alone
        ("孙悦", ["C3"]),  # without a row
        ("赵敏", ["C1", "C2", "C3", "C4"]),
        ("head", ["C1", "C2", "C3", "C4"]),
        ("", ["C1", "C2", "C3", "C4"]),
    ],
)
def test_customers(viewer: str, expected: list[str]) -> None:
    assert seen(viewer) == expected


def test_a_deputy_sees_whom_they_stand_in_for_until_the_absence_is_over() -> None:
    start, end = Date.parse("2026-03-10"), Date.parse("2026-03-12")
    away = dataset(
        [customer(), customer(id="C2", owner="王强")],
        [{**OWNERS[0], "absent_from": start, "absent_until": end}, OWNERS[1]],
    )
    for as_of, expected in (("2026-03-02", ["C1", "C2"]), ("2026-03-11", ["C1", "C2"]), ("2026-03-12", ["C2"])):
        view = RULES.view(away, "王强", as_of=as_of)
        assert [record.id for record in view.dataset.customers] == expected


def test_a_plan_in_view_counts_what_is_seen() -> None:
    view = RULES.view(DATA, "王强", as_of=AS_OF)
    made = RULES.plan(DATA, as_of=AS_OF, view=view)
    assert made.customers == 1
    assert {action.customer for action in made.actions} == {"C2"}
    assert [each.owner for each in made.overflow] == ["王强"]
    assert [row[CUSTOMER_ID] for row in view.dataset.entities["interaction"]] == ["C2"]
    assert len(view.dataset.entities["owner"]) == 4


def test_somebody_unknown_is_refused_with_the_nearest() -> None:
    with pytest.raises(PlanError) as caught:
        RULES.view(DATA, "林小", as_of=AS_OF)
    assert [i.message() for i in caught.value.issues] == [
        "nobody called '林小' is among the owners, the roles or the persons that roles name; did you mean 林晓?"
    ]
    assert [i.code for i in caught.value.issues] == ["P528"]


@pytest.mark.parametrize(("viewer", "allowed"), [("赵敏", True), ("head", True), ("林晓", False), ("", False)])
def test_personal_values_are_for_some_roles(viewer: str, allowed: bool) -> None:
    view = RULES.view(DATA, viewer, as_of=AS_OF)
    if allowed:
        check_reveal(RULES, view)
        return
    with pytest.raises(PlanError) as caught:
        check_reveal(RULES, view)
    assert [i.code for i in caught.value.issues] == ["P529"]


def test_without_reveal_roles_everybody_may() -> None:
    compiled = reach()
    for viewer in ("", "林晓"):
        check_reveal(compiled, compiled.view(DATA, viewer, as_of=AS_OF))
