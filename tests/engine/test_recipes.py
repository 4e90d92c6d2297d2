"""The recipes of docs/reference/actions.md, run as they stand there."""

from __future__ import annotations

import pytest

from tests.engine.helpers import ROOT, rules

PAGE = (ROOT / "docs" / "reference" / "actions.md").read_text(encoding="utf-8")
RECIPES = PAGE.split("## Recipes\n", 1)[1].split("```yaml\n", 1)[1].split("```", 1)[0]


def orders(**per_month: int) -> list[dict[str, object]]:
    """So many orders on the tenth of each month (``m2026_05=3``)."""
    return [
        {"placed_at": f"{month[1:5]}-{month[6:]}-10T09:00:00"} for month, count in per_month.items() for _ in range(count)
    ]  # fmt: skip


def found(as_of: str, **record: object) -> set[str]:
    return {match.rule for match in rules(RECIPES).decide({"id": "C1", **record}, as_of=as_of).matches} - {"CENSUS"}


@pytest.mark.parametrize(
    ("counts", "falls"),
    [((4, 3, 2), True), ((4, 4, 2), False), ((4, 3, 3), False), ((1, 0, 0), False), ((2, 1, 0), True)],
)
def test_two_quarters_falling(counts: tuple[int, int, int], falls: bool) -> None:
    """Quarters before 20 May 2026: July to September and October to December 2025, January to March 2026."""
    first, second, third = counts
    placed = orders(m2025_09=first, m2025_10=second, m2026_03=third, m2026_05=9)
    assert ("K3" in found("2026-05-20", orders=placed, interactions=[{"occurred_at": "2026-05-01"}])) is falls


def test_a_quarter_ends_with_its_last_moment() -> None:
    def placed(last: str) -> list[dict[str, object]]:
        return [*orders(m2025_09=3, m2025_11=2), {"placed_at": "2026-01-10T00:00:00"}, {"placed_at": last}]

    assert "K3" not in found("2026-05-20", orders=placed("2026-03-31T23:59:59"))
    assert "K3" in found("2026-05-20", orders=placed("2026-04-01T00:00:00"))


@pytest.mark.parametrize(
    ("recent", "before", "halved"), [(1, 2, True), (2, 3, False), (0, 1, True), (0, 0, False), (3, 6, True)]
)
def test_half_of_the_three_months_before(recent: int, before: int, halved: bool) -> None:
    placed = orders(m2026_04=recent, m2026_01=before)
    assert ("HR" in found("2026-05-20", orders=placed, interactions=[])) is halved
    assert "HR" not in found("2026-05-20", orders=placed, interactions=[{"occurred_at": "2026-02-20T00:00:00"}])


def test_any_signal_has_its_own_episode() -> None:
    touched = [{"occurred_at": "2026-05-01"}]
    assert found("2026-05-20", satisfaction=69, competitor=True, interactions=touched) == {"K2", "K4"}
    assert found("2026-05-20", satisfaction=70, decider_left=False, interactions=touched) == set()


def test_a_census_comes_back() -> None:
    compiled = rules(RECIPES)

    def seen(as_of: str) -> list[tuple[str, str]]:
        tasks = compiled.decide({"id": "C1", "interactions": [{"occurred_at": as_of}]}, as_of=as_of).tasks
        return [(str(t.due)[:10], t.status.value) for t in tasks if t.rule == "CENSUS"]

    assert seen("2026-06-30") == [("2026-07-01", "upcoming")]
    assert seen("2026-07-01") == [("2026-07-01", "due"), ("2027-01-01", "upcoming")]
    assert seen("2026-07-14") == [("2026-07-01", "due"), ("2027-01-01", "upcoming")]
    assert seen("2026-07-15") == [("2026-07-01", "overdue"), ("2027-01-01", "upcoming")]
    assert seen("2029-01-01")[0] == ("2029-01-01", "due")
