"""The store: histories as of a moment, the outbox, and what it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from crmrules.model.decision import Episode, History, Pending
from crmrules.model.errors import StateError
from crmrules.model.population import NO_CUT_POINTS, Cut, CutPoints, Measure
from crmrules.model.ports import Delivery
from crmrules.model.values import DateTime
from crmrules.runs.records import Answer
from crmrules.runs.state import open_store
from crmrules.runs.store import SqlStateStore, stamp
from tests.runs.builders import MONDAY, TUESDAY, WEDNESDAY, action, moment, run

HIGH = {"value_tier": "high"}
LOW = {"value_tier": "low"}


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/crm.db"


@pytest.fixture
def store(url: str) -> Iterator[SqlStateStore]:
    with SqlStateStore(url) as opened:
        yield opened


def rows(store: SqlStateStore, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(store.name)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def left(tier: str, since: DateTime, last: DateTime, episodes: dict[str, Episode] | None = None) -> History:
    """What runs left of a customer: a tier, since when, and when the last of them was."""
    return History({"value_tier": tier}, episodes or {}, since={"value_tier": since}, as_of=last)


def test_stamps_are_utc_and_sort_as_time_goes() -> None:
    assert stamp(moment("2026-03-01T00:30:00+08:00")) == "2026-02-28T16:30:00.000000000Z"
    assert stamp(moment("2026-03-01T00:00:00.5Z")) == "2026-03-01T00:00:00.500000000Z"


def test_history_is_what_earlier_runs_decided(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH))
    assert store.histories("minimal", MONDAY) == {}
    assert store.histories("minimal", TUESDAY) == {"C1": left("high", MONDAY, MONDAY)}
    assert store.histories("another", TUESDAY) == {}


def test_only_changes_are_written(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH))
    store.commit(run(TUESDAY, facts=HIGH))
    store.commit(run(WEDNESDAY, facts=LOW))
    found = rows(
        store, "select value, rules, substr(since, 1, 10), substr(until, 1, 10), run from decisions order by since"
    )
    assert found == [('"high"', "R1", "2026-03-02", "2026-03-04", 1), ('"low"', "R1", "2026-03-04", None, 3)]


def test_a_run_repeated_as_of_the_same_moment_sees_the_same_and_takes_the_first_ones_place(
    store: SqlStateStore,
) -> None:
    store.commit(run(MONDAY, facts=HIGH))
    store.commit(run(TUESDAY, facts=LOW))
    assert store.histories("minimal", TUESDAY) == {"C1": left("high", MONDAY, MONDAY)}
    store.commit(run(TUESDAY, facts=LOW))
    assert store.histories("minimal", WEDNESDAY) == {"C1": left("low", TUESDAY, TUESDAY)}
    store.commit(run(TUESDAY, facts=HIGH))
    assert store.histories("minimal", WEDNESDAY) == {"C1": left("high", MONDAY, TUESDAY)}
    assert rows(store, "select value, until from decisions") == [('"high"', None)]


def test_a_value_that_is_no_longer_decided_ends(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH))
    store.commit(run(TUESDAY, facts={"value_tier": None}))
    assert store.histories("minimal", WEDNESDAY) == {}


def test_customers_who_are_not_in_a_run_keep_what_they_have(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH, episodes={"unhappy": MONDAY}))
    store.commit(run(TUESDAY, facts=LOW, customer="C2"))
    assert store.histories("minimal", WEDNESDAY) == {
        "C1": left("high", MONDAY, TUESDAY, {"unhappy": Episode("unhappy", MONDAY)}),
        "C2": left("low", TUESDAY, TUESDAY),
    }


def test_an_episode_lasts_until_a_run_no_longer_sees_it(store: SqlStateStore) -> None:
    since = moment("2026-02-27T12:00:00@Asia/Shanghai")
    store.commit(run(MONDAY, episodes={"unhappy": since}))
    store.commit(run(TUESDAY, episodes={"unhappy": since}))
    assert store.histories("minimal", WEDNESDAY)["C1"].episodes == {"unhappy": Episode("unhappy", since)}
    assert str(store.histories("minimal", WEDNESDAY)["C1"].episodes["unhappy"].since) == str(since)
    store.commit(run(WEDNESDAY))
    assert store.histories("minimal", moment("2026-03-05T09:00:00Z")) == {}


def test_a_run_as_of_an_earlier_moment_is_refused_and_writes_nothing(store: SqlStateStore) -> None:
    store.commit(run(TUESDAY, facts=HIGH))
    with pytest.raises(StateError) as caught:
        store.commit(run(MONDAY, facts=LOW, actions=[action("K1")]))
    assert [i.render() for i in caught.value.issues] == [
        "error X206: the state holds a run of 'minimal' as of 2026-03-03T09:00:00@Asia/Shanghai, so a run as of "
        "2026-03-02T09:00:00@Asia/Shanghai would go back in time; use `plan` to look at the past"
    ]
    assert rows(store, "select count(*) from runs") == [(1,)]
    assert store.pending("minimal") == []


def test_an_action_enters_the_outbox_once(store: SqlStateStore) -> None:
    assert store.commit(run(MONDAY, actions=[action("K1"), action("K2"), action("K1")])).new == 2
    assert store.commit(run(TUESDAY, actions=[action("K2"), action("K3")])).new == 1
    assert [p.action.key for p in store.pending("minimal")] == ["K1", "K2", "K3"]
    assert store.pending("minimal")[0].action == action("K1")
    assert [p.action.key for p in store.pending("minimal", after=1, limit=1)] == ["K2"]
    assert store.pending("another") == []


def test_an_action_is_sent_when_every_notifier_delivered_it(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, actions=[action("K1")]))
    both = ["console", "file"]
    store.settle([Answer(1, "console", Delivery(True)), Answer(1, "file", Delivery(False, "disk full"))], both, MONDAY)
    (left,) = store.pending("minimal")
    assert left.settled == {"console"}
    store.settle([Answer(1, "file", Delivery(True))], both, TUESDAY)
    assert store.pending("minimal") == []
    assert store.counts("minimal") == {"pending": 0, "sent": 1, "parked": 0}
    assert rows(store, "select notifier, ok, attempts, detail from deliveries order by notifier") == [
        ("console", 1, 1, ""),
        ("file", 1, 2, ""),
    ]


def test_an_action_refused_for_good_is_parked(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, actions=[action("K1")]))
    store.settle([Answer(1, "file", Delivery(False, "no such address", retry=False))], ["file"], MONDAY)
    assert store.counts("minimal") == {"pending": 0, "sent": 0, "parked": 1}
    assert store.pending("minimal") == []


def test_the_file_is_safe_against_power_loss(store: SqlStateStore) -> None:
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("pragma synchronous").scalar() == 2
        assert connection.exec_driver_sql("pragma foreign_keys").scalar() == 1


def test_two_at_once_are_refused(url: str, store: SqlStateStore) -> None:
    with pytest.raises(StateError) as caught:
        SqlStateStore(url)
    assert caught.value.issues[0].code == "X205"
    store.close()
    SqlStateStore(url).close()


def test_a_newer_layout_is_refused(url: str, store: SqlStateStore) -> None:
    store.close()
    connection = sqlite3.connect(store.name)
    connection.execute("update crmrules_layout set version = 3")
    connection.commit()
    connection.close()
    with pytest.raises(StateError) as caught:
        SqlStateStore(url)
    assert caught.value.issues[0].render() == (
        f"error X203: the state '{store.name}' was written by a newer crmrules (its layout is 3, this one knows 2); "
        "update crmrules"
    )


def test_an_older_layout_is_brought_up_to_date_in_place(url: str, store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH, actions=[action("k1")]))
    store.close()
    connection = sqlite3.connect(store.name)  # what the first layout lacked
    connection.executescript(
        "drop table pending; drop table told; alter table runs drop column cut_points; update crmrules_layout set version = 1"
    )
    connection.close()
    with SqlStateStore(url) as opened:
        assert opened.histories("minimal", TUESDAY)["C1"].values == HIGH
        assert opened.cut_points("minimal") == NO_CUT_POINTS
        opened.commit(run(TUESDAY, facts=LOW, pending={"value_tier": Pending("low", MONDAY)}))
        assert opened.histories("minimal", WEDNESDAY)["C1"].pending == {"value_tier": Pending("low", MONDAY)}
    assert rows(store, "select max(version) from crmrules_layout") == [(2,)]


def test_a_value_that_waits_is_kept_until_it_is_taken(store: SqlStateStore) -> None:
    waits = {"value_tier": Pending("low", MONDAY)}
    store.commit(run(MONDAY, facts=HIGH, pending=waits))
    store.commit(run(TUESDAY, facts=HIGH, pending=waits))
    assert store.histories("minimal", TUESDAY)["C1"].pending == waits
    assert store.histories("minimal", WEDNESDAY)["C1"].pending == waits
    store.commit(run(WEDNESDAY, facts=LOW))
    assert store.histories("minimal", WEDNESDAY)["C1"].pending == waits
    assert store.histories("minimal", moment("2026-03-05T09:00:00@Asia/Shanghai"))["C1"].pending == {}
    assert rows(store, "select count(*) from pending") == [(1,)]


def test_cut_points_are_kept_with_their_run(store: SqlStateStore) -> None:
    first = CutPoints(MONDAY, {"top": Cut("top", Measure.TOP_SHARE, "spent", Decimal("0.2"), 84, (Decimal("0.5"),))})
    second = CutPoints(TUESDAY, {"fresh": Cut("fresh", Measure.QUANTILE, "last_order", 2, 3, (MONDAY,), "active")})
    numbers = [store.commit(run(at, cut_points=cuts)).run for at, cuts in ((MONDAY, first), (TUESDAY, second))]
    assert [store.cut_points("minimal", number) for number in numbers] == [first, second]
    assert store.cut_points("minimal") == second
    assert store.cut_points("another") == NO_CUT_POINTS


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.html"
    path.write_text("<html>" + "x" * 5000, encoding="utf-8")
    with pytest.raises(StateError) as caught:
        SqlStateStore(f"sqlite:///{path}")
    assert caught.value.issues[0].render() == f"error X204: the state '{path}' cannot be used: file is not a database"
    assert path.read_text(encoding="utf-8") == "<html>" + "x" * 5000


@pytest.mark.parametrize("text", ["crm.db", "sqlite://", "mysql://localhost/crm", "sqlite:///crm.db?mode=ro", "::", ""])
def test_other_places_are_refused(text: str) -> None:
    with pytest.raises(StateError) as caught:
        open_store(text)
    assert [i.code for i in caught.value.issues] == ["X202"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateError) as caught:
        open_store(f"sqlite:///{tmp_path}/nowhere/crm.db")
    assert caught.value.issues[0].render() == (
        f"error X112: the folder '{tmp_path}/nowhere' does not exist, so nothing can be written there"
    )


def test_transitions_are_the_changes_that_runs_met(store: SqlStateStore) -> None:
    store.commit(run(MONDAY, facts=HIGH))
    store.commit(run(TUESDAY, facts=LOW))
    store.commit(run(WEDNESDAY, facts=LOW, customer="C2"))
    rows = store.transitions("minimal", WEDNESDAY)
    assert [tuple(row.values()) for row in rows] == [
        ("C1", "value_tier", None, "high", MONDAY),
        ("C1", "value_tier", "high", "low", TUESDAY),
        ("C2", "value_tier", None, "low", WEDNESDAY),
    ]
    assert [row["to"] for row in store.transitions("minimal", MONDAY)] == ["high"]
    assert store.transitions("another", WEDNESDAY) == []
