"""Plugins → one :class:`~crmrules.model.ports.Registry` value, built once and passed on.

The built-in adapters are plugins like any other; they are only listed here instead of in an entry point, so that
they are there in every kind of installation. Nothing a plugin does wrong ends in a traceback: it is an issue of the
registry, and the plugin's other contributions stay out, too.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import pluggy

from crmrules.hosting.hooks import HOOK_NAMES, PREFIX, PROJECT, Hooks
from crmrules.model.issues import Issue, issue
from crmrules.model.ports import PluginInfo, Registry

ENTRY_POINT_GROUP = "crmrules"
BUILT_IN: Mapping[str, str] = {
    "storages": "crmrules.storages.plugin",
    "notifiers": "crmrules.notifiers.plugin",
}


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A plugin object and where it came from."""

    name: str
    plugin: object
    version: str
    origin: str


@dataclass(slots=True)
class _Shelf:
    """What has been contributed to one hook so far: name → thing, and who gave it."""

    kind: str
    things: dict[str, Any] = field(default_factory=dict)
    givers: dict[str, str] = field(default_factory=dict)


def build_registry(plugins: Sequence[object] = (), *, discover: bool = True) -> Registry:
    """The built-ins, the given ``plugins``, and (with ``discover``) those installed under entry points.

    Never raises for a plugin's fault: ``registry.issues`` says what was refused and why.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Hooks)
    issues: list[Issue] = []
    accepted: list[_Loaded] = []
    for loaded in _all_plugins(plugins, discover, issues):
        faults = list(_faults(manager, loaded))
        if not faults:
            try:
                manager.register(loaded.plugin, name=loaded.name)
            except (ValueError, pluggy.PluginValidationError) as error:
                faults.append(issue("H104", plugin=loaded.name, found=_one_line(error)))
        if faults:
            issues += faults
        else:
            accepted.append(loaded)
    manager.check_pending()  # every hook was compared above: this only guards against a hole in that
    shelves = {name: _Shelf(_KINDS[name]) for name in HOOK_NAMES}
    provides: dict[str, list[str]] = {loaded.name: [] for loaded in accepted}
    for hook in HOOK_NAMES:
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            giver = implementation.plugin_name
            for name, thing in _contributions(hook, giver, implementation.function, issues):
                if _put(shelves[hook], name, thing, giver, issues):
                    provides[giver].append(f"{_KINDS[hook]} {name}")
    infos = tuple(PluginInfo(p.name, p.version, p.origin, tuple(provides[p.name])) for p in accepted)
    return Registry(
        storages=shelves["crmrules_storages"].things,
        notifiers=shelves["crmrules_notifiers"].things,
        formats=shelves["crmrules_formats"].things,
        functions=shelves["crmrules_functions"].things,
        calendars=shelves["crmrules_calendars"].things,
        state_stores=shelves["crmrules_state_stores"].things,
        plan_filters=tuple(shelves["crmrules_plan_filters"].things.values()),
        plugins=infos,
        issues=tuple(issues),
    )


def _all_plugins(given: Sequence[object], discover: bool, issues: list[Issue]) -> Iterator[_Loaded]:
    own_version = _version(PROJECT)
    for name, module in BUILT_IN.items():
        yield _Loaded(name, importlib.import_module(module), own_version, "built in")
    for number, plugin in enumerate(given, start=1):
        name = str(getattr(plugin, "__name__", "") or f"{type(plugin).__name__}-{number}")
        yield _Loaded(name, plugin, str(getattr(plugin, "__version__", "")), "given by the program")
    if not discover:
        return
    # sorted, so that which of two plugins comes first does not depend on the order of installation
    for entry in sorted(metadata.entry_points(group=ENTRY_POINT_GROUP), key=lambda e: (e.name, e.value)):
        try:
            plugin = entry.load()
        except Exception as error:  # whatever a foreign module raises on import is that plugin's fault
            issues.append(issue("H101", plugin=entry.name, found=_one_line(error)))
            continue
        dist = entry.dist
        version, origin = (dist.version, dist.name) if dist is not None else ("", "")
        yield _Loaded(entry.name, plugin, version, f"{origin} ({entry.value})".strip())


def _faults(manager: pluggy.PluginManager, loaded: _Loaded) -> Iterator[Issue]:
    """Hooks that do not exist (pluggy would take them silently) and functions that lack the marker."""
    for name in dir(loaded.plugin):
        marked = manager.parse_hookimpl_opts(loaded.plugin, name)
        if marked is not None:
            hook = marked.get("specname") or name
            if hook not in HOOK_NAMES:
                yield _unknown_hook(loaded.name, hook)
        elif name.startswith(PREFIX) and callable(getattr(loaded.plugin, name)):
            yield issue("H103", plugin=loaded.name, found=name)


def _unknown_hook(plugin: str, hook: str) -> Issue:
    # compared without the prefix, which all of them share
    known = {name.removeprefix(PREFIX): name for name in HOOK_NAMES}
    near = difflib.get_close_matches(hook.removeprefix(PREFIX), known, n=1, cutoff=0.6)
    shown = known[near[0]] if near else ""
    return issue("H102", plugin=plugin, found=hook, expected=", ".join(HOOK_NAMES), nearest=shown)


def _contributions(hook: str, plugin: str, call: Callable[[], Any], issues: list[Issue]) -> Iterator[tuple[str, Any]]:
    """What one implementation of ``hook`` gives, by name. Called alone, so that a failure is its own plugin's."""
    takes = _TAKES[hook]
    try:
        given = takes.items(call())
    except Exception as error:  # whatever a foreign plugin raises
        issues.append(issue("H106", hook=hook, plugin=plugin, found=_one_line(error)))
        return
    for name, thing in given:
        if takes.fits(name, thing):
            yield name, thing
        else:
            found = f"{thing!r}" if not name else f"{name}: {thing!r}"
            issues.append(issue("H107", hook=hook, plugin=plugin, found=found[:200], expected=takes.expected))


def _put(shelf: _Shelf, name: str, thing: Any, giver: str, issues: list[Issue]) -> bool:
    if name in shelf.things:
        issues.append(issue("H105", kind=shelf.kind, name=name, first=shelf.givers[name], plugin=giver))
        return False
    shelf.things[name] = thing
    shelf.givers[name] = giver
    return True


@dataclass(frozen=True, slots=True)
class _Takes:
    """What a hook's answer must look like: how to list it by name, what fits, and that in words."""

    items: Callable[[Any], Iterable[tuple[str, Any]]]
    fits: Callable[[str, Any], bool]
    expected: str


def _named(things: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(str(getattr(thing, "name", "") or ""), thing) for thing in things]


def _functions(things: Iterable[Any]) -> list[tuple[str, Any]]:
    return [(str(getattr(thing, "__qualname__", "") or ""), thing) for thing in things]


def _mapped(things: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(str(name), thing) for name, thing in things.items()]


def _has(*methods: str) -> Callable[[str, Any], bool]:
    return lambda name, thing: bool(name) and all(callable(getattr(thing, m, None)) for m in methods)


def _opener(name: str, thing: Any) -> bool:
    return bool(name) and callable(thing)


_KINDS: Mapping[str, str] = {
    "crmrules_storages": "storage",
    "crmrules_notifiers": "notifier",
    "crmrules_state_stores": "state store",
    "crmrules_formats": "format",
    "crmrules_functions": "function",
    "crmrules_calendars": "calendar",
    "crmrules_plan_filters": "plan filter",
}
_TAKES: Mapping[str, _Takes] = {
    "crmrules_storages": _Takes(_named, _has("open"), "objects with a name and a method open(spec)"),
    "crmrules_notifiers": _Takes(_mapped, _opener, "a mapping from a name to a function that opens the notifier"),
    "crmrules_state_stores": _Takes(_mapped, _opener, "a mapping from a URL scheme to a function that opens it"),
    "crmrules_formats": _Takes(
        _mapped, lambda name, thing: name.startswith("."), "a mapping from a file suffix to a reader"
    ),
    "crmrules_functions": _Takes(
        _named,
        lambda name, thing: bool(name) and hasattr(thing, "signatures"),
        "declarations with a name and signatures",
    ),
    "crmrules_calendars": _Takes(_named, _has("is_working_day"), "objects with a name and is_working_day()"),
    "crmrules_plan_filters": _Takes(_functions, _opener, "named functions from a plan to a plan"),
}


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # run from a source tree that was never installed
        return ""


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300]
