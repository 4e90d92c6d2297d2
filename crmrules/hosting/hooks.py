"""The hooks: what a plugin may contribute, and how it says so.

A plugin is a module or an object with functions named like the ones below, each marked with :data:`hookimpl`::

    from crmrules.hosting.hooks import hookimpl

    @hookimpl
    def crmrules_storages():
        return [VCardStorage()]

and is found through the entry-point group ``crmrules``. The built-in adapters are registered the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from crmrules.model.plan import ActionPlan
    from crmrules.model.ports import Calendar, Notifier, StateStore, Storage

PROJECT = "crmrules"
PREFIX = "crmrules_"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plugin as the implementation of the hook it is named after."""


class Hooks:
    """Specifications. Each hook is called once, without arguments, when the registry is built."""

    @hookspec
    def crmrules_storages(self) -> Iterable[Storage]:  # type: ignore[empty-body]
        """Readers of rows; each is known to data-source files by its ``name``."""

    @hookspec
    def crmrules_notifiers(self) -> Mapping[str, Callable[[str], Notifier]]:  # type: ignore[empty-body]
        """Name → opener. ``--notify file:out.ndjson`` opens the notifier ``file`` with ``"out.ndjson"``."""

    @hookspec
    def crmrules_state_stores(self) -> Mapping[str, Callable[[str], StateStore]]:  # type: ignore[empty-body]
        """URL scheme → opener, which is given the whole URL."""

    @hookspec
    def crmrules_formats(self) -> Mapping[str, Any]:  # type: ignore[empty-body]
        """File suffix (``".toml"``) → reader of a rule-set document."""

    @hookspec
    def crmrules_functions(self) -> Iterable[Any]:  # type: ignore[empty-body]
        """Functions of the rule language, as :class:`crmrules.feel.builtins.declare.Builtin` declarations."""

    @hookspec
    def crmrules_calendars(self) -> Iterable[Calendar]:  # type: ignore[empty-body]
        """Working-day calendars, known by their ``name``."""

    @hookspec
    def crmrules_plan_filters(self) -> Iterable[Callable[[ActionPlan], ActionPlan]]:  # type: ignore[empty-body]
        """Functions applied to every plan, in the order the plugins are loaded."""


HOOK_NAMES: tuple[str, ...] = tuple(name for name in vars(Hooks) if name.startswith(PREFIX))
