"""Dispatch: every pending action to every notifier once, failures kept for later and said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmrules.model.ports import Delivery
from crmrules.runs.dispatch import Sent, dispatch
from crmrules.runs.store import SqlStateStore
from tests.runs.builders import MONDAY, TUESDAY, Recorder, action, run

KEYS = [f"K{n}" for n in range(250)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStateStore]:
    with SqlStateStore(f"sqlite:///{tmp_path}/crm.db") as opened:
        opened.commit(run(MONDAY, actions=[action(key) for key in KEYS]))
        yield opened


def test_everything_pending_is_told_once_and_in_order(store: SqlStateStore) -> None:
    notifier = Recorder()
    assert dispatch(store, "minimal", {"recorder": notifier}, MONDAY) == (Sent("recorder", delivered=250),)
    assert notifier.told == KEYS
    assert dispatch(store, "minimal", {"recorder": notifier}, MONDAY) == (Sent("recorder"),)
    assert notifier.told == KEYS


def test_one_that_fails_does_not_hold_up_the_others_and_is_sent_next_time(store: SqlStateStore) -> None:
    notifier = Recorder()
    notifier.fails = {"K3": Delivery(False, "mailbox full"), "K5": Delivery(False, "no such address", retry=False)}
    (sent,) = dispatch(store, "minimal", {"recorder": notifier}, MONDAY)
    assert sent == Sent("recorder", delivered=248, failed=1, refused=1, reason="mailbox full")
    assert [i.render() for i in sent.issues] == [
        "error X207: recorder could not deliver 1 of 250 actions, they stay pending and the next run sends them: "
        "mailbox full",
        "error X208: recorder refused 1 of 250 actions for good, they are parked and not sent again: mailbox full",
    ]
    assert store.counts("minimal") == {"pending": 1, "sent": 248, "parked": 1}
    notifier.fails = {}
    assert dispatch(store, "minimal", {"recorder": notifier}, TUESDAY) == (Sent("recorder", delivered=1),)
    assert notifier.told[-1] == "K3"
    assert store.counts("minimal") == {"pending": 0, "sent": 249, "parked": 1}


def test_a_notifier_that_raises_leaves_everything_pending(store: SqlStateStore) -> None:
    notifier = Recorder()
    notifier.error = RuntimeError("server\nis down")
    (sent,) = dispatch(store, "minimal", {"recorder": notifier}, MONDAY)
    assert sent == Sent("recorder", failed=250, reason="RuntimeError: server is down")
    assert store.counts("minimal") == {"pending": 250, "sent": 0, "parked": 0}


def test_a_notifier_that_answers_too_little_is_not_believed(store: SqlStateStore) -> None:
    notifier = Recorder()
    notifier.send = lambda actions: [Delivery(True)]  # type: ignore[method-assign]
    (sent,) = dispatch(store, "minimal", {"recorder": notifier}, MONDAY)
    assert sent.failed == 250
    assert sent.reason == "the notifier gave 1 answers for 100 actions"


def test_only_the_notifier_that_failed_is_asked_again(store: SqlStateStore) -> None:
    good, bad = Recorder("good"), Recorder("bad")
    bad.error = OSError("disk full")
    both = {"good": good, "bad": bad}
    dispatch(store, "minimal", both, MONDAY)
    assert store.counts("minimal")["pending"] == 250
    bad.error = None
    good_again, bad_again = dispatch(store, "minimal", both, TUESDAY)
    assert (good_again.delivered, bad_again.delivered) == (0, 250)
    assert good.told == bad.told == KEYS
    assert store.counts("minimal") == {"pending": 0, "sent": 250, "parked": 0}
