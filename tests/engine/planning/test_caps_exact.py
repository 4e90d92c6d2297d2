"""Caps against enumeration: never too many in any stretch, none withheld that had room, none free too late."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.engine.planning.caps import Touch, apply_caps
from crmrules.engine.steps import CompiledCap
from crmrules.model.plan import Action
from crmrules.model.ruleset import Cap
from crmrules.model.values import DateTime, DaysDuration
from tests.engine.planning.world import customer, moment, plan, reach

AS_OF = moment("2026-03-02T00:00:00")
TEMPLATE: Action = plan(reach(), customer()).actions[0]


def at(day: int) -> DateTime:
    return AS_OF.plus_nanos(day * 86_400_000_000_000)


def most(days: list[int], per: int) -> int:
    """The most touches that any half-open stretch of ``per`` days holds."""
    return max((sum(start <= day < start + per for day in days) for start in days), default=0)


caps = st.tuples(st.integers(1, 3), st.integers(1, 5))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(caps, min_size=1, max_size=2),
    st.lists(st.integers(-6, 0), max_size=4),
    st.lists(st.tuples(st.integers(-2, 8), st.integers(1, 3)), max_size=6),
)
def test_caps(limits: list[tuple[int, int]], touched: list[int], wanted: list[tuple[int, int]]) -> None:
    compiled = [
        CompiledCap(Cap(), count, DaysDuration.of(days=per), None, frozenset(), frozenset({"marketing"}))
        for count, per in limits
    ]
    actions = [
        replace(TEMPLATE, key=f"{n:03}", due=at(day), priority=priority) for n, (day, priority) in enumerate(wanted)
    ]
    kept, capped = apply_caps(compiled, [Touch(at(day)) for day in touched], actions, AS_OF)
    assert len(kept) + len(capped) == len(actions)

    used = list(touched)  # what the enumeration lets through, by the same order
    expected: list[str] = []
    free: dict[str, int] = {}
    for action in sorted(actions, key=lambda a: (a.priority, a.due.instant, a.key)):
        day = max(0, (action.due.instant - AS_OF.instant) // 86_400_000_000_000)
        fits = [most([d for d in [*used, day] if abs(d - day) < per], per) <= count for count, per in limits]
        if all(fits):
            expected.append(action.key)
            used.append(day)
        else:
            for (count, per), room in zip(limits, fits, strict=True):
                if not room:
                    later = next(
                        d for d in range(day + 1, 40)
                        if most([e for e in [*used, d] if abs(e - d) < per], per) <= count
                    )  # fmt: skip
                    free[action.key] = max(free.get(action.key, 0), later)
    assert [action.key for action in kept] == expected
    assert {c.action.key: c.free for c in capped} == {key: at(day) for key, day in free.items()}
