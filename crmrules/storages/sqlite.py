"""SQLite database files, opened read-only: storage ``sqlite``.

Options: ``table`` (default: the only one) or ``query``, one SELECT. Nothing can be written, no other file attached.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from crmrules.model.issues import issue
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.spans import Span
from crmrules.storages._common import check_options, exact, existing_file, fail, nearest, text_option

_HEADER: Final = b"SQLite format 3\0"
_DENIED: Final = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})


class SqliteStorage:
    """The rows of a table, a view or a query."""

    name = "sqlite"

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        """Open the database without creating or changing anything."""
        check_options(spec, self.name, ("table", "query"))
        path = existing_file(spec)
        with path.open("rb") as file:
            head = file.read(16)
        if head != _HEADER:
            found = "empty" if not head else "something else"
            fail(issue("D109", Span(str(path)), expected="SQLite database", found=found))
        query, label = text_option(spec, "query"), text_option(spec, "table")
        if query and label:
            fail(issue("D121", spec.span, option="query", found=repr(query), expected="a table or a query, not both"))
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
                database.set_authorizer(_authorize)
                if not query:
                    label = _table(spec, database, label)
                    query = 'SELECT * FROM "' + label.replace('"', '""') + '"'
                yield _rows(path, database.execute(query), label or "query")
        except (sqlite3.Error, sqlite3.Warning) as error:
            fail(issue("D116", spec.span if spec.span.file else Span(str(path)), found=str(error)))


def _authorize(action: int, *rest: str | None) -> int:
    return sqlite3.SQLITE_DENY if action in _DENIED else sqlite3.SQLITE_OK


def _table(spec: SourceSpec, database: sqlite3.Connection, wanted: str) -> str:
    rows = database.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    tables = [str(name) for (name,) in rows]
    if not wanted and len(tables) == 1:
        return tables[0]
    if wanted not in tables:
        near = nearest(wanted, tables) if wanted else ""
        shown = ", ".join(tables) or "-"
        fail(issue("D112", spec.span, kind="table", found=wanted or "''", expected=shown, nearest=near))
    return wanted


def _rows(path: Path, cursor: sqlite3.Cursor, label: str) -> RawTable:
    columns = tuple(str(column[0]) for column in cursor.description or ())

    def place(row: int, column: str | None) -> Span:
        return Span(str(path), sheet=label, cell=f"row {row + 1}" if row >= 0 else None)

    def rows() -> Iterator[list[Any]]:
        try:
            for row in cursor:
                yield [_value(value) for value in row]
        except (sqlite3.Error, sqlite3.Warning) as error:
            fail(issue("D116", Span(str(path), sheet=label), found=str(error)))

    return RawTable(columns, rows(), place)


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return issue("D116", found=f"a blob of {len(value)} bytes stands where a value is expected")
    return exact(value)
