"""The tables of the state, as SQLAlchemy Core describes them.

Moments that are compared are UTC texts of one width (``2026-03-01T01:00:00.000000000Z``), which sort as they
follow each other; moments that are only given back are kept as written, zone included.

A value or an episode holds from ``since``/``opened`` until the run that saw it end (``until``/``closed``, null
while it lasts), both named by the ``as_of`` of the run.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

VERSION = 2
"""The layout this release reads and writes."""

UPGRADES: Mapping[int, tuple[str, ...]] = {
    2: ("ALTER TABLE runs ADD COLUMN cut_points TEXT",),
}
"""What brings an older file up to a layout, besides tables that it lacks."""

METADATA = MetaData()

LAYOUT = Table("crmrules_layout", METADATA, Column("version", Integer, primary_key=True))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ruleset", String(200), nullable=False),
    Column("version", String(200), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("as_of_text", String(80), nullable=False),
    Column("customers", Integer, nullable=False),
    Column("actions", Integer, nullable=False),
    Column("new_actions", Integer, nullable=False),
    Column("cut_points", Text),
    Index("runs_by_time", "ruleset", "as_of"),
    sqlite_autoincrement=True,
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("ruleset", String(200), primary_key=True),
    Column("customer", String(400), primary_key=True),
    Column("fact", String(200), primary_key=True),
    Column("since", String(40), primary_key=True),
    Column("until", String(40)),
    Column("value", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Index("decisions_by_since", "ruleset", "since"),
    Index("decisions_by_until", "ruleset", "until"),
)

EPISODES = Table(
    "episodes",
    METADATA,
    Column("ruleset", String(200), primary_key=True),
    Column("customer", String(400), primary_key=True),
    Column("signal", String(200), primary_key=True),
    Column("opened", String(40), primary_key=True),
    Column("closed", String(40)),
    Column("since", String(80), nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Index("episodes_by_opened", "ruleset", "opened"),
    Index("episodes_by_closed", "ruleset", "closed"),
)

PENDING = Table(
    "pending",
    METADATA,
    Column("ruleset", String(200), primary_key=True),
    Column("customer", String(400), primary_key=True),
    Column("fact", String(200), primary_key=True),
    Column("opened", String(40), primary_key=True),
    Column("closed", String(40)),
    Column("content", Text, nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Index("pending_by_opened", "ruleset", "opened"),
    Index("pending_by_closed", "ruleset", "closed"),
)
"""Lower values that are called for and not taken yet; ``content`` has the value and since when."""

ACTIONS = Table(
    "actions",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False, unique=True),
    Column("ruleset", String(200), nullable=False),
    Column("status", String(10), nullable=False),  # pending, sent, parked
    Column("attempts", Integer, nullable=False, default=0),
    Column("payload", Text, nullable=False),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Index("actions_by_status", "ruleset", "status", "number"),
    sqlite_autoincrement=True,
)
"""The outbox: one row per action ever called for, in the order in which they were."""

TOLD = Table(
    "told",
    METADATA,
    Column("ruleset", String(200), primary_key=True),
    Column("customer", String(400), primary_key=True),
    Column("rule", String(200), primary_key=True),
    Column("at", String(40), primary_key=True),
    Column("at_text", String(80), nullable=False),
    Column("start", String(80)),
    Column("period", String(400), nullable=False),
)
"""When each row's action was put into the outbox, and what it was about: what later steps and re-entry count from."""

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("action", Integer, ForeignKey("actions.number"), primary_key=True),
    Column("notifier", String(200), primary_key=True),
    Column("ok", Boolean, nullable=False),
    Column("final", Boolean, nullable=False),  # not to be tried again
    Column("attempts", Integer, nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("detail", Text, nullable=False),
)
"""How each notifier answered last."""
