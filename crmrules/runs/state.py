"""Opening the state that a user named."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from crmrules.model.errors import MissingExtraError, StateError
from crmrules.model.issues import issue

if TYPE_CHECKING:
    from crmrules.model.ports import Registry, StateStore

_OWN = "sqlite:///"


def check_state(url: str, registry: Registry | None = None) -> None:
    """Refuse what can be refused without touching anything, so that it is known before long work begins.

    :class:`MissingExtraError` without SQLAlchemy, :class:`StateError` for a place that is none.
    """
    if registry is not None and url.partition(":")[0] in registry.state_stores:
        return
    name = url.removeprefix(_OWN)
    if name == url or not name or "?" in name:
        raise StateError([issue("X202", found=url)])
    try:
        import sqlalchemy  # noqa: F401 - only to see whether it is there
    except ImportError:
        raise MissingExtraError([issue("X201")]) from None
    if name != ":memory:" and not Path(name).absolute().parent.is_dir():
        raise StateError([issue("X112", found=Path(name).parent)])


def open_store(url: str, registry: Registry | None = None) -> AbstractContextManager[StateStore]:
    """The store at ``url``, to be used in a ``with`` statement: a plugin's where one claims the URL's scheme, else
    SQLite's. Raises as :func:`check_state`, and :class:`StateError` when the store cannot be opened."""
    check_state(url, registry)
    opener = None if registry is None else registry.state_stores.get(url.partition(":")[0])
    if opener is not None:
        store = opener(url)
        return store if isinstance(store, AbstractContextManager) else nullcontext(store)
    from crmrules.runs.store import SqlStateStore

    return SqlStateStore(url)
