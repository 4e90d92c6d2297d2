"""What earlier runs left of each customer, read from the tables of the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from crmrules.model.decision import Episode, History, Pending, Told
from crmrules.model.values import DateTime
from crmrules.runs.codec import load_pending, load_value
from crmrules.runs.schema import DECISIONS, EPISODES, PENDING, RUNS, TOLD


def read_histories(connection: sa.Connection, ruleset: str, moment: str, before: DateTime) -> Mapping[str, History]:
    """What runs of ``ruleset`` as of any moment earlier than ``before`` left, by customer id; ``moment`` is the stamp
    of ``before``. Beginnings are shown on its clock."""
    values: dict[str, dict[str, Any]] = {}
    began: dict[str, dict[str, DateTime]] = {}
    for customer, fact, value, since in _standing(connection, DECISIONS, ("fact", "value", "since"), ruleset, moment):
        values.setdefault(customer, {})[fact] = load_value(value)
        start = DateTime.parse(since)
        if start is not None:
            shown = DateTime.of_instant(start.instant, before.offset, before.zone)
            began.setdefault(customer, {})[fact] = shown
    episodes: dict[str, dict[str, Episode]] = {}
    for customer, signal, since in _standing(connection, EPISODES, ("signal", "since"), ruleset, moment):
        opened = DateTime.parse(since)
        if opened is not None:
            episodes.setdefault(customer, {})[signal] = Episode(signal, opened)
    pending: dict[str, dict[str, Pending]] = {}
    for customer, fact, content in _standing(connection, PENDING, ("fact", "content"), ruleset, moment):
        held = load_pending(content)
        if held is not None:
            pending.setdefault(customer, {})[fact] = held
    told = _told(connection, ruleset, moment)
    runs = sa.select(RUNS.c.as_of_text).where(RUNS.c.ruleset == ruleset, RUNS.c.as_of < moment)
    last = connection.execute(runs.order_by(RUNS.c.as_of.desc()).limit(1)).scalar()
    return {
        customer: History(
            values.get(customer, {}),
            episodes.get(customer, {}),
            since=began.get(customer, {}),
            pending=pending.get(customer, {}),
            as_of=None if last is None else DateTime.parse(last),
            told=told.get(customer, {}),
        )
        for customer in values.keys() | episodes.keys() | told.keys()
    }


_SPANS = {DECISIONS: ("since", "until"), EPISODES: ("opened", "closed"), PENDING: ("opened", "closed")}


def _standing(
    connection: sa.Connection, table: sa.Table, names: tuple[str, ...], ruleset: str, moment: str
) -> Iterator[Any]:
    """Customer and columns of what had begun before the moment and had not ended before it."""
    begin, end = (table.c[name] for name in _SPANS[table])
    query = sa.select(table.c.customer, *(table.c[name] for name in names)).where(
        table.c.ruleset == ruleset, begin < moment, end.is_(None) | (end >= moment)
    )
    yield from connection.execute(query)


def _told(connection: sa.Connection, ruleset: str, moment: str) -> dict[str, dict[str, Told]]:
    """The last action of each row, by customer and rule."""
    query = (
        sa.select(TOLD.c.customer, TOLD.c.rule, TOLD.c.at_text, TOLD.c.start, TOLD.c.period)
        .where(TOLD.c.ruleset == ruleset, TOLD.c.at < moment)
        .order_by(TOLD.c.at)
    )
    told: dict[str, dict[str, Told]] = {}
    for customer, rule, at, start, period in connection.execute(query):
        instant = DateTime.parse(at)
        if instant is not None:  # the latest comes last and stays
            begun = None if start is None else DateTime.parse(start)
            told.setdefault(customer, {})[rule] = Told(instant, begun, period)
    return told
