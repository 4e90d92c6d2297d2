"""The built-in notifiers, contributed through the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmrules.hosting.hooks import hookimpl
from crmrules.model.ports import Notifier


@hookimpl
def crmrules_notifiers() -> Mapping[str, Callable[[str], Notifier]]:
    """console and file."""
    return {}
