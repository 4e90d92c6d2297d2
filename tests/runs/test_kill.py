"""A process killed with SIGKILL at any moment of a run loses nothing and puts nothing in twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmrules.model.plan import Action
from crmrules.model.ports import Delivery
from crmrules.runs.dispatch import dispatch
from crmrules.runs.records import Decided, Outcome, RunRecord
from crmrules.runs.store import SqlStateStore
from tests.runs.builders import MONDAY, TUESDAY, action

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

CUSTOMERS = 130  # more than one batch of dispatch
KEYS = {f"K{n}" for n in range(CUSTOMERS)}


class Lines:
    """A notifier that appends keys to a file, and makes sure that they are there before it says so."""

    name = "lines"

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, actions: Sequence[Action]) -> list[Delivery]:
        with self.path.open("a", encoding="utf-8") as file:
            for each in actions:
                file.write(each.key + "\n")
            file.flush()
            os.fsync(file.fileno())
        return [Delivery(True)] * len(actions)


def one_run(folder: Path, tier: str, on_boundary: Callable[[], None] = lambda: None) -> None:
    """A whole run; ``on_boundary`` is called before every statement, commit and delivery."""
    with SqlStateStore(f"sqlite:///{folder}/crm.db") as store:
        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(store._engine, event, lambda *_: on_boundary())
        store.histories("minimal", TUESDAY)
        outcomes = [
            Outcome(f"C{n}", {"value_tier": Decided(tier, "VT1")}, {"unhappy": MONDAY}) for n in range(CUSTOMERS)
        ]
        actions = [action(f"K{n}", f"C{n}") for n in range(CUSTOMERS)]
        store.commit(RunRecord("minimal", "1", "f" * 64, TUESDAY, outcomes, actions))
        notifier = Lines(folder / "told.txt")
        send = notifier.send

        def counted(batch: Sequence[Action]) -> list[Delivery]:
            on_boundary()
            answers = send(batch)
            on_boundary()
            return answers

        notifier.send = counted  # type: ignore[method-assign]
        dispatch(store, "minimal", {"lines": notifier}, TUESDAY)


def in_child(folder: Path, on_boundary: Callable[[], None]) -> int:
    """Run in a forked process; the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            one_run(folder, "high", on_boundary)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def look(folder: Path) -> dict[str, object]:
    """What the store holds, after sqlite's own check of the file."""
    connection = sqlite3.connect(folder / "crm.db")
    try:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        actions = dict(connection.execute("select key, status from actions").fetchall())
        decisions = connection.execute("select customer, value, until from decisions order by customer").fetchall()
        episodes = connection.execute("select count(*) from episodes where closed is null").fetchone()[0]
        runs = connection.execute("select count(*) from runs").fetchone()[0]
    finally:
        connection.close()
    return {"actions": actions, "decisions": decisions, "episodes": episodes, "runs": runs}


def check_after(folder: Path) -> None:
    """All or nothing after the kill; after the next run everything, once."""
    if (folder / "crm.db").exists() and (folder / "crm.db").stat().st_size:
        with SqlStateStore(f"sqlite:///{folder}/crm.db"):
            pass  # opening it must work, and makes the tables where the kill came before them
        found = look(folder)
        full = (CUSTOMERS, CUSTOMERS, CUSTOMERS, 1)
        counts = (len(found["actions"]), len(found["decisions"]), found["episodes"], found["runs"])  # type: ignore[arg-type]
        assert counts in ((0, 0, 0, 0), full)
    one_run(folder, "high")
    found = look(folder)
    assert found["actions"] == dict.fromkeys(KEYS, "sent")
    assert found["decisions"] == sorted((f"C{n}", json.dumps("high"), None) for n in range(CUSTOMERS))
    assert found["episodes"] == CUSTOMERS
    told = (folder / "told.txt").read_text(encoding="utf-8").split()
    assert set(told) == KEYS
    assert len(told) <= CUSTOMERS + 100  # at most the batch that was under way is told again


def boundaries(folder: Path) -> int:
    """How many boundaries a whole run has."""
    count = 0

    def on_boundary() -> None:
        nonlocal count
        count += 1

    one_run(folder, "high", on_boundary)
    return count


def test_killed_at_every_boundary(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    total = boundaries(tmp_path / "whole")
    assert total > 20
    for stop in range(1, total + 1):
        folder = tmp_path / str(stop)
        folder.mkdir()
        left = stop

        def on_boundary() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        assert in_child(folder, on_boundary) == signal.SIGKILL, f"boundary {stop}"
        check_after(folder)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    chance = random.Random(2)
    start = time.perf_counter()
    (tmp_path / "whole").mkdir()
    one_run(tmp_path / "whole", "high")
    length = time.perf_counter() - start
    killed = 0
    for attempt in range(20):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        delay = chance.uniform(0, length)
        child = os.fork()
        if child == 0:
            try:
                one_run(folder, "high")
            finally:
                os._exit(0)
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status)
        check_after(folder)
    assert killed
