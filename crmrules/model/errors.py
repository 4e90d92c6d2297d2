"""Exceptions: what embedding code may catch. Everything a user did wrong arrives as issues inside one of them."""

from __future__ import annotations

from collections.abc import Iterable

from crmrules.model.issues import Issue


class CrmRulesError(Exception):
    """Base of all errors raised on purpose; ``issues`` holds every located problem found."""

    def __init__(self, issues: Iterable[Issue], summary: str = "") -> None:
        self.issues: tuple[Issue, ...] = tuple(issues)
        lines = [summary] if summary else []
        lines += [i.render() for i in self.issues]
        super().__init__("\n".join(lines))


class RuleSetError(CrmRulesError):
    """A rule set cannot be used; ``issues`` lists every problem at once."""


class DataError(CrmRulesError):
    """Records cannot be read or are refused by the declared policy."""


class PlanError(CrmRulesError):
    """A plan cannot be made or written."""


class StateError(CrmRulesError):
    """The state of runs cannot be read or written."""


class PluginError(CrmRulesError):
    """A plugin cannot be loaded or does not keep its contract."""


class MissingExtraError(CrmRulesError):
    """An optional dependency is not installed; the message has the line that installs it."""
