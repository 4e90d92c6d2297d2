"""Problems met while rows are read: gathered, counted, and capped so that one bad file does not fill the screen."""

from __future__ import annotations

from crmrules.model.issues import Issue, Severity, has_errors, issue

SHOWN = 1000
"""How many problems of rows are kept with their place; the rest is counted."""


class Problems:
    """A sink for issues. Problems about sources are all kept, those about rows up to :data:`SHOWN`."""

    def __init__(self) -> None:
        self.kept: list[Issue] = []
        self.failed = False
        self._rows = 0
        self._beyond = 0
        self._beyond_failed = False

    def add(self, *issues: Issue) -> None:
        """Keep issues about a source or a mapping."""
        self.kept += issues
        self.failed = self.failed or has_errors(issues)

    def row(self, found: Issue) -> None:
        """Keep or count a problem of a row."""
        failed = found.severity is Severity.ERROR
        self.failed = self.failed or failed
        self._rows += 1
        if self._rows <= SHOWN:
            self.kept.append(found)
        else:
            self._beyond += 1
            self._beyond_failed = self._beyond_failed or failed

    def all(self) -> tuple[Issue, ...]:
        """Everything kept, and a line that counts the rest."""
        if not self._beyond:
            return tuple(self.kept)
        severity = Severity.ERROR if self._beyond_failed else Severity.WARNING
        return (*self.kept, issue("D310", count=self._beyond, severity=severity))
