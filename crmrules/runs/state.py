"""Opening the state that a user named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmrules.model.errors import MissingExtraError
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from crmrules.runs.store import SqlStateStore


def open_store(url: str) -> SqlStateStore:
    """The store at ``url``; :class:`MissingExtraError` without SQLAlchemy, :class:`StateError` when it cannot be."""
    try:
        import sqlalchemy  # noqa: F401 - only to see whether it is there
    except ImportError:
        raise MissingExtraError([issue("X201")]) from None
    from crmrules.runs.store import SqlStateStore

    return SqlStateStore(url)
