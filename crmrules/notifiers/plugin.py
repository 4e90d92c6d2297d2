"""The built-in notifiers, contributed through the same hook as anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crmrules.hosting.hooks import hookimpl
from crmrules.model.ports import Notifier
from crmrules.notifiers.console import open_console
from crmrules.notifiers.file import open_file


@hookimpl
def crmrules_notifiers() -> Mapping[str, Callable[[str], Notifier]]:
    """console and file."""
    return {"console": open_console, "file": open_file}
