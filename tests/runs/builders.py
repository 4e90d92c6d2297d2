"""Small things that the tests of runs are made of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crmrules.model.decision import Pending, TaskStatus
from crmrules.model.plan import Action
from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.ports import Delivery
from crmrules.model.ruleset import Kind
from crmrules.model.spans import Span
from crmrules.model.values import DateTime
from crmrules.runs.records import Decided, Outcome, RunRecord


def moment(text: str) -> DateTime:
    found = DateTime.parse(text)
    assert found is not None
    return found


MONDAY = moment("2026-03-02T09:00:00@Asia/Shanghai")
TUESDAY = moment("2026-03-03T09:00:00@Asia/Shanghai")
WEDNESDAY = moment("2026-03-04T09:00:00@Asia/Shanghai")


def action(key: str, customer: str = "C1") -> Action:
    return Action(
        key=key, customer=customer, kind=Kind.CADENCE, decision="follow_up", rule="FU1",
        place=Span(file="rules.yaml", line=41, column=9), task="回访", due=MONDAY, until=None, status=TaskStatus.DUE,
        channel="phone", owner="李雷", owner_role="account_manager", is_queue=False, priority=2, purpose="service",
        content="张三：了解近况", basis={"value_tier": "high", "annual_amount": Decimal("500000.50")}, ruleset="minimal",
        fingerprint="f" * 64, customer_name="张三", start=MONDAY,
    )  # fmt: skip


def run(as_of: DateTime, *, facts: dict[str, object] | None = None, episodes: dict[str, DateTime] | None = None,
        actions: Sequence[Action] = (), customer: str = "C1", pending: dict[str, Pending] | None = None,
        cut_points: CutPoints = NO_CUT_POINTS) -> RunRecord:  # fmt: skip
    """A run over one customer."""
    decided = {name: Decided(value, "R1") for name, value in (facts or {}).items()}
    outcome = Outcome(customer, decided, episodes or {}, pending or {})
    return RunRecord("minimal", "1", "f" * 64, as_of, [outcome], actions, cut_points)


class Recorder:
    """A notifier that remembers what it was told and answers as it is told to."""

    def __init__(self, name: str = "recorder") -> None:
        self.name = name
        self.told: list[str] = []
        self.fails: dict[str, Delivery] = {}
        self.error: Exception | None = None

    def send(self, actions: Sequence[Action]) -> list[Delivery]:
        if self.error is not None:
            raise self.error
        answers = []
        for one in actions:
            answer = self.fails.get(one.key, Delivery(ok=True))
            if answer.ok:
                self.told.append(one.key)
            answers.append(answer)
        return answers
