"""One process at a time: a lock that the operating system lets go of when its process dies."""

from __future__ import annotations

import sqlite3

from crmrules.model.errors import StateError
from crmrules.model.issues import issue


class ProcessLock:
    """Held from construction to :meth:`release`; :class:`StateError` when another process holds it.

    The lock is SQLite's own, on an empty file beside the state: it works wherever SQLite does and cannot be left
    behind by a process that was killed. The state itself is not locked, so that it can be looked at meanwhile.
    """

    def __init__(self, name: str) -> None:
        self._connection: sqlite3.Connection | None = None
        if name == ":memory:":
            return
        connection = None
        try:
            connection = sqlite3.connect(f"{name}-lock", timeout=0, isolation_level=None)
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if connection is not None:
                connection.close()
            code = "X205" if "locked" in str(error) else "X204"
            raise StateError([issue(code, found=name, reason=error)]) from None
        self._connection = connection

    def release(self) -> None:
        """Let the next one in; harmless when released before."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
