"""The state of runs in SQLite: histories, and the outbox of actions.

Each public method is one transaction. A process killed at any moment leaves either all of a transaction or nothing
of it (write-ahead log, ``synchronous=FULL``); an action is recorded as sent only after its notifier said so.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from crmrules.model.decision import History
from crmrules.model.errors import StateError
from crmrules.model.issues import issue
from crmrules.model.plan import Action
from crmrules.model.population import CutPoints
from crmrules.model.records import CUSTOMER_ID
from crmrules.model.values import DateTime
from crmrules.runs.changes import Change, Key, Lasting, changes
from crmrules.runs.codec import (
    dump_action,
    dump_cut_points,
    dump_pending,
    dump_value,
    load_action,
    load_cut_points,
    load_value,
)
from crmrules.runs.histories import read_histories
from crmrules.runs.lock import ProcessLock
from crmrules.runs.records import Answer, Committed, Outcome, Pending, RunRecord
from crmrules.runs.schema import (
    ACTIONS,
    DECISIONS,
    DELIVERIES,
    EPISODES,
    LAYOUT,
    METADATA,
    PENDING,
    RUNS,
    TOLD,
    UPGRADES,
    VERSION,
)
from crmrules.runs.state import check_state

_BUSY_SECONDS = 30

_UPDATE_DELIVERY = DELIVERIES.update().where(
    DELIVERIES.c.action == sa.bindparam("k_action"), DELIVERIES.c.notifier == sa.bindparam("k_notifier")
)
_INSERT_DELIVERY = DELIVERIES.insert().values(
    action=sa.bindparam("k_action"), notifier=sa.bindparam("k_notifier")
)  # fmt: skip
_UPDATE_STATUS = (
    ACTIONS.update().where(ACTIONS.c.number == sa.bindparam("k_number")).values(attempts=ACTIONS.c.attempts + 1)
)


class SqlStateStore:
    """State in the SQLite file that ``url`` names (``sqlite:///crm.db``), made when it is missing.

    One process at a time: opening it while another one has it raises :class:`StateError`, as do a file that is no
    state and one of a newer layout. Close it, or use it as a context manager.
    """

    def __init__(self, url: str) -> None:
        check_state(url)
        place = make_url(url)
        self.name = str(place.database)
        self._lock = ProcessLock(self.name)
        self._engine = _engine(place)
        try:
            with self._transaction() as connection:
                _prepare(connection, self.name)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SqlStateStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
        self._lock.release()

    def histories(self, ruleset: str, before: DateTime) -> Mapping[str, History]:
        """What runs of ``ruleset`` as of any moment earlier than ``before`` left, by customer id.

        A run that is repeated as of the same moment therefore sees what it saw the first time.
        """
        with self._transaction() as connection:
            return read_histories(connection, ruleset, stamp(before), before)

    def commit(self, run: RunRecord) -> Committed:
        """Write the run, its decisions and episodes, and its actions that are not in the outbox yet; all or nothing.

        :class:`StateError` when the store already has a later run of this rule set.
        """
        moment = stamp(run.as_of)
        with self._transaction() as connection:
            self._refuse_past(connection, run, moment)
            waiting = _waiting(connection, run.ruleset)
            known = _known_keys(connection, [action.key for action in run.actions])
            fresh = {a.key: a for a in run.actions if a.key not in known}
            row = RUNS.insert().values(
                ruleset=run.ruleset,
                version=run.version,
                fingerprint=run.fingerprint,
                as_of=moment,
                as_of_text=str(run.as_of),
                customers=len(run.outcomes),
                actions=len(run.actions),
                new_actions=len(fresh),
                cut_points=dump_cut_points(run.cut_points),
            )
            number = connection.execute(row.returning(RUNS.c.id)).scalar_one()
            common = {"ruleset": run.ruleset, "run": number}
            _write_decisions(connection, run, moment, {**common, "fingerprint": run.fingerprint})
            _write_episodes(connection, run, moment, common)
            _write_pending(connection, run, moment, common)
            if fresh:
                rows = [
                    {**common, "key": key, "status": "pending", "attempts": 0, "payload": dump_action(action)}
                    for key, action in fresh.items()
                ]
                connection.execute(ACTIONS.insert(), rows)
                _write_told(connection, run, moment, fresh.values())
            return Committed(number, len(fresh), waiting)

    def cut_points(self, ruleset: str, run: int | None = None) -> CutPoints:
        """Where a run of ``ruleset`` (by default the latest) cut the population; with them its decisions can be made
        again."""
        query = sa.select(RUNS.c.cut_points).where(RUNS.c.ruleset == ruleset)
        if run is not None:
            query = query.where(RUNS.c.id == run)
        with self._transaction() as connection:
            return load_cut_points(connection.execute(query.order_by(RUNS.c.id.desc()).limit(1)).scalar())

    def transitions(self, ruleset: str, as_of: DateTime) -> list[dict[str, Any]]:
        """Every change of a decided value that runs of ``ruleset`` up to ``as_of`` met, by customer, fact and time:
        ``customer_id``, ``fact``, ``from`` (None: there was no value before), ``to`` and ``at``, on the clock of
        ``as_of``."""
        query = (
            sa.select(DECISIONS.c.customer, DECISIONS.c.fact, DECISIONS.c.value, DECISIONS.c.since, DECISIONS.c.until)
            .where(DECISIONS.c.ruleset == ruleset, DECISIONS.c.since <= stamp(as_of))
            .order_by(DECISIONS.c.customer, DECISIONS.c.fact, DECISIONS.c.since)
        )
        found: list[dict[str, Any]] = []
        last: tuple[Any, ...] = ()
        value: Any = None
        with self._transaction() as connection:
            for customer, fact, text, since, until in connection.execute(query):
                before = value if last == (customer, fact, since) else None  # a value that ended earlier left a gap
                value, last = load_value(text), (customer, fact, until)
                start = DateTime.parse(since)
                if start is not None:
                    at = DateTime.of_instant(start.instant, as_of.offset, as_of.zone)
                    found.append({CUSTOMER_ID: customer, "fact": fact, "from": before, "to": value, "at": at})
        return found

    def pending(self, ruleset: str, *, after: int = 0, limit: int = 100) -> Sequence[Pending]:
        """Up to ``limit`` actions not yet settled, oldest first, of those numbered above ``after``."""
        query = (
            sa.select(ACTIONS.c.number, ACTIONS.c.payload)
            .where(ACTIONS.c.ruleset == ruleset, ACTIONS.c.status == "pending", ACTIONS.c.number > after)
            .order_by(ACTIONS.c.number)
            .limit(limit)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
            settled: dict[int, set[str]] = {}
            numbers = [number for number, _ in rows]
            done = sa.select(DELIVERIES.c.action, DELIVERIES.c.notifier).where(
                DELIVERIES.c.action.in_(numbers), DELIVERIES.c.ok | DELIVERIES.c.final
            )
            for number, notifier in connection.execute(done):
                settled.setdefault(number, set()).add(notifier)
        return [Pending(number, load_action(payload), frozenset(settled.get(number, ()))) for number, payload in rows]

    def settle(self, answers: Sequence[Answer], notifiers: Sequence[str], as_of: DateTime) -> None:
        """Record what notifiers answered. An action is sent when all of ``notifiers`` delivered it, parked when
        those that did not have refused it for good, else it stays pending."""
        if not answers:
            return
        moment = stamp(as_of)
        numbers = sorted({answer.number for answer in answers})
        with self._transaction() as connection:
            old = {
                (row.action, row.notifier): row
                for row in connection.execute(sa.select(DELIVERIES).where(DELIVERIES.c.action.in_(numbers)))
            }
            standing = {key: (row.ok, row.final) for key, row in old.items()}
            rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}  # by whether there is one to update
            for answer in answers:
                key = (answer.number, answer.notifier)
                ok, final = answer.delivery.ok, not answer.delivery.ok and not answer.delivery.retry
                standing[key] = (ok, final)
                rows[key in old].append(
                    {
                        "k_action": answer.number,
                        "k_notifier": answer.notifier,
                        "ok": ok,
                        "final": final,
                        "attempts": 1 + (old[key].attempts if key in old else 0),
                        "as_of": moment,
                        "detail": answer.delivery.detail[:2000],
                    }
                )
            if rows[True]:
                connection.execute(_UPDATE_DELIVERY, rows[True])
            if rows[False]:
                connection.execute(_INSERT_DELIVERY, rows[False])
            status = [
                {"k_number": n, "status": _status([standing.get((n, name)) for name in notifiers])} for n in numbers
            ]
            connection.execute(_UPDATE_STATUS, status)

    def counts(self, ruleset: str) -> Mapping[str, int]:
        """How many actions of the outbox are ``pending``, ``sent`` and ``parked``."""
        query = (
            sa.select(ACTIONS.c.status, sa.func.count().label("actions"))
            .where(ACTIONS.c.ruleset == ruleset)
            .group_by(ACTIONS.c.status)
        )
        with self._transaction() as connection:
            found = {row.status: row.actions for row in connection.execute(query)}
        return {status: found.get(status, 0) for status in ("pending", "sent", "parked")}

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StateError([issue("X204", found=self.name, reason=reason)]) from error

    def _refuse_past(self, connection: sa.Connection, run: RunRecord, moment: str) -> None:
        last = connection.execute(
            sa.select(RUNS.c.as_of, RUNS.c.as_of_text)
            .where(RUNS.c.ruleset == run.ruleset)
            .order_by(RUNS.c.as_of.desc())
            .limit(1)
        ).first()
        if last is not None and last.as_of > moment:
            raise StateError([issue("X206", ruleset=run.ruleset, last=last.as_of_text, found=run.as_of)])


def stamp(moment: DateTime) -> str:
    """A moment as the UTC text of one width that the tables compare."""
    return f"{DateTime.of_local(moment.instant).date}T{_clock(moment)}Z"


def _clock(moment: DateTime) -> str:
    seconds, nanos = divmod(moment.instant % 86_400_000_000_000, 1_000_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{nanos:09d}"


def _engine(place: URL) -> sa.Engine:
    # The driver's own transactions are switched off: they begin late, and then two writers can meet in a deadlock.
    engine = sa.create_engine(place, connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _prepare(connection: sa.Connection, name: str) -> None:
    """Make the tables of an empty database, bring one of an older layout up to date; refuse one of a newer layout."""
    if not sa.inspect(connection).has_table(LAYOUT.name):
        METADATA.create_all(connection)
        connection.execute(LAYOUT.insert().values(version=VERSION))
        return
    version = connection.execute(sa.select(sa.func.max(LAYOUT.c.version))).scalar() or 0
    if version > VERSION:
        raise StateError([issue("X203", found=name, version=version, known=VERSION)])
    if version < VERSION:
        METADATA.create_all(connection)  # tables that came later
        for step in range(version + 1, VERSION + 1):
            for statement in UPGRADES.get(step, ()):
                connection.exec_driver_sql(statement)
        connection.execute(LAYOUT.insert().values(version=VERSION))


def _waiting(connection: sa.Connection, ruleset: str) -> int:
    query = sa.select(sa.func.count()).where(ACTIONS.c.ruleset == ruleset, ACTIONS.c.status == "pending")
    return connection.execute(query).scalar_one()


def _known_keys(connection: sa.Connection, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(keys), 500):  # below every database's limit of parameters
        part = keys[start : start + 500]
        known.update(connection.execute(sa.select(ACTIONS.c.key).where(ACTIONS.c.key.in_(part))).scalars())
    return known


def _write_told(connection: sa.Connection, run: RunRecord, moment: str, actions: Iterable[Action]) -> None:
    """Which rows called for something now; of several actions of one row the one that began last counts."""
    rows: dict[Key, Action] = {}
    for action in actions:
        key = action.customer, action.rule
        other = rows.get(key)
        if other is None or other.start is None or (action.start is not None and other.start <= action.start):
            rows[key] = action
    connection.execute(
        TOLD.insert().prefix_with("OR REPLACE"),
        [
            {
                "ruleset": run.ruleset,
                "customer": customer,
                "rule": rule,
                "at": moment,
                "at_text": str(run.as_of),
                "start": None if action.start is None else str(action.start),
                "period": action.period,
            }
            for (customer, rule), action in rows.items()
        ],
    )


def _write_decisions(connection: sa.Connection, run: RunRecord, moment: str, common: Mapping[str, Any]) -> None:
    found: dict[Key, tuple[str, dict[str, Any]]] = {}
    for outcome in run.outcomes:
        for fact, decided in outcome.facts.items():
            text = dump_value(decided.value)
            if text != "null":  # a fact that is not decided has no value to remember
                found[outcome.customer, fact] = (text, {"value": text, "rules": decided.rules})
    _write_spans(connection, DECISIONS, ("fact", "since", "until", "value"), run.outcomes, found, moment, common)


def _write_episodes(connection: sa.Connection, run: RunRecord, moment: str, common: Mapping[str, Any]) -> None:
    found: dict[Key, tuple[str, dict[str, Any]]] = {}
    for outcome in run.outcomes:
        for signal, since in outcome.episodes.items():
            found[outcome.customer, signal] = (str(since), {"since": str(since)})
    _write_spans(connection, EPISODES, ("signal", "opened", "closed", "since"), run.outcomes, found, moment, common)


def _write_pending(connection: sa.Connection, run: RunRecord, moment: str, common: Mapping[str, Any]) -> None:
    found: dict[Key, tuple[str, dict[str, Any]]] = {}
    for outcome in run.outcomes:
        for fact, pending in outcome.pending.items():
            text = dump_pending(pending)
            found[outcome.customer, fact] = (text, {"content": text})
    _write_spans(connection, PENDING, ("fact", "opened", "closed", "content"), run.outcomes, found, moment, common)


def _write_spans(
    connection: sa.Connection,
    table: sa.Table,
    names: tuple[str, str, str, str],
    outcomes: Sequence[Outcome],
    found: Mapping[Key, tuple[str, dict[str, Any]]],
    moment: str,
    common: Mapping[str, Any],
) -> None:
    """Bring a table of lasting things up to date: what is the same lasts on, what is not ends at ``moment``.

    Only customers of this run are touched; of others nothing is known.
    """
    thing, begin, end, content = (table.c[name] for name in names)
    customers = {outcome.customer for outcome in outcomes}
    query = sa.select(table.c.customer, thing, begin, end, content).where(
        table.c.ruleset == common["ruleset"], end.is_(None) | (end == moment) | (begin == moment)
    )
    standing: dict[Key, list[Lasting]] = {}
    for customer, name, since, until, text in connection.execute(query):
        if customer in customers:
            standing.setdefault((customer, name), []).append(Lasting(since, until, text))
    wanted = {key: text for key, (text, _) in found.items()}
    rows: dict[Change, list[dict[str, Any]]] = {change: [] for change in Change}
    for key, change, since in changes(standing, wanted, moment):
        rows[change].append({"k_customer": key[0], "k_thing": key[1], "k_begin": since})
    of_row = (
        (table.c.ruleset == common["ruleset"])
        & (table.c.customer == sa.bindparam("k_customer"))
        & (thing == sa.bindparam("k_thing"))
        & (begin == sa.bindparam("k_begin"))
    )
    if rows[Change.REMOVE]:
        connection.execute(table.delete().where(of_row), rows[Change.REMOVE])
    if rows[Change.END]:
        connection.execute(table.update().where(of_row).values({end: moment}), rows[Change.END])
    if rows[Change.REOPEN]:
        connection.execute(table.update().where(of_row).values({end: None}), rows[Change.REOPEN])
    if rows[Change.BEGIN]:
        new = [
            {
                **common,
                **found[row["k_customer"], row["k_thing"]][1],
                "customer": row["k_customer"],
                names[0]: row["k_thing"],
                names[1]: moment,
                names[2]: None,
            }
            for row in rows[Change.BEGIN]
        ]
        connection.execute(table.insert(), new)


def _status(answers: Sequence[tuple[bool, bool] | None]) -> str:
    """The standing of an action by its notifiers' last answers, each (delivered, refused for good)."""
    if all(answer is not None and answer[0] for answer in answers):
        return "sent"
    return "parked" if all(answer is not None and any(answer) for answer in answers) else "pending"
