"""What every notifier must keep. A plugin's test subclasses :class:`NotifierContract`::

class TestMailbox(NotifierContract):
    def make_notifier(self, folder):
        return MailboxNotifier(folder)

    def delivered(self, folder):
        return [...]  # the keys that a receiver has seen, in order
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crmrules.model.decision import TaskStatus
from crmrules.model.plan import Action
from crmrules.model.ports import Delivery, Notifier
from crmrules.model.ruleset import Kind
from crmrules.model.spans import Span
from crmrules.model.values import DateTime

DUE = DateTime.of_local(1_772_442_000_000_000_000, None, "Asia/Shanghai")  # 2026-03-02 09:00
ACTION = Action(
    key="k-1",
    customer="C0001",
    kind=Kind.CADENCE,
    decision="follow_up",
    rule="FU1",
    place=Span("rules.yaml", line=41, column=9),
    task="回访",
    due=DUE,
    until=None,
    status=TaskStatus.DUE,
    channel="phone",
    owner="林晓",
    owner_role="account_manager",
    is_queue=False,
    priority=2,
    purpose="service",
    content="华东制造：了解近况",
    basis={"value_tier": "high"},
    ruleset="minimal",
    fingerprint="0" * 64,
    customer_name="华东制造",
)
"""An action as plans hold them."""


class NotifierContract:
    """Tests of one notifier."""

    @abstractmethod
    def make_notifier(self, folder: Path) -> Notifier:
        """A notifier that leaves what it sends where :meth:`delivered` finds it."""
        raise NotImplementedError

    @abstractmethod
    def delivered(self, folder: Path) -> Sequence[str]:
        """Keys of the actions that a receiver has seen so far, in order; a receiver may drop repetitions."""
        raise NotImplementedError

    def test_it_is_a_notifier_with_a_name(self, tmp_path: Path) -> None:
        notifier = self.make_notifier(tmp_path)
        assert isinstance(notifier, Notifier)
        assert notifier.name

    def test_one_answer_an_action_in_order(self, tmp_path: Path) -> None:
        actions = [replace(ACTION, key=f"k-{n}") for n in range(3)]
        answers = list(self.make_notifier(tmp_path).send(actions))
        assert answers == [Delivery(True)] * 3
        assert list(self.delivered(tmp_path)) == ["k-0", "k-1", "k-2"]

    def test_nothing_to_send_is_no_problem(self, tmp_path: Path) -> None:
        assert list(self.make_notifier(tmp_path).send([])) == []

    def test_a_repetition_is_taken_and_can_be_recognised(self, tmp_path: Path) -> None:
        notifier = self.make_notifier(tmp_path)
        first, second = list(notifier.send([ACTION])), list(notifier.send([ACTION]))
        assert first[0].ok
        assert second[0].ok
        assert set(self.delivered(tmp_path)) == {"k-1"}

    def test_a_new_notifier_goes_on_where_the_last_one_stopped(self, tmp_path: Path) -> None:
        self.make_notifier(tmp_path).send([ACTION])
        self.make_notifier(tmp_path).send([replace(ACTION, key="k-2")])
        assert list(self.delivered(tmp_path)) == ["k-1", "k-2"]

    def test_hostile_texts_do_no_harm(self, tmp_path: Path) -> None:
        content = "\r\nX-Evil: 1\r\n\r\n<b>\ud800"
        odd = replace(ACTION, customer_name="=cmd()\x1b[2J\n[k-9]", content=content, channel="")
        assert [answer.ok for answer in self.make_notifier(tmp_path).send([odd])] == [True]
        assert list(self.delivered(tmp_path)) == ["k-1"]
