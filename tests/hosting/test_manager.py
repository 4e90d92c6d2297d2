"""Plugins: the built-ins, what others may give, and everything that is refused."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from crmrules.hosting.hooks import HOOK_NAMES, hookimpl
from crmrules.hosting.manager import build_registry
from crmrules.model.ports import Registry, Storage
from crmrules.storages.csv import CsvStorage


def plugin(name: str = "shop", **hooks: Callable[..., Any]) -> SimpleNamespace:
    marked = {hook: hookimpl(function) for hook, function in hooks.items()}
    return SimpleNamespace(__name__=name, __version__="1.2", **marked)


def told(registry: Registry) -> list[str]:
    return [f"{i.code} {i.message()}" for i in registry.issues]


def test_the_built_ins_come_through_the_same_hooks() -> None:
    registry = build_registry(discover=False)
    assert sorted(registry.storages) == ["csv", "excel", "json", "ndjson", "sqlite"]
    assert sorted(registry.notifiers) == ["console", "file"]
    assert registry.issues == ()
    assert [(p.name, p.origin, p.provides) for p in registry.plugins] == [
        ("storages", "built in", ("storage csv", "storage excel", "storage json", "storage ndjson", "storage sqlite")),
        ("notifiers", "built in", ("notifier console", "notifier file")),
    ]
    assert all(isinstance(storage, Storage) for storage in registry.storages.values())


class Shop:
    name = "shop"
    open = CsvStorage.open

    def is_working_day(self, year: int, month: int, day: int) -> bool | None:
        return None


def test_every_kind_of_contribution() -> None:
    def no_change(plan: Any) -> Any:
        return plan

    function = SimpleNamespace(name="mask phone", signatures=())
    registry = build_registry(
        [
            plugin(
                crmrules_storages=lambda: [Shop()],
                crmrules_notifiers=lambda: {"pager": lambda argument: None},
                crmrules_state_stores=lambda: {"redis": lambda url: None},
                crmrules_formats=lambda: {".toml": lambda path: None},
                crmrules_functions=lambda: [function],
                crmrules_calendars=lambda: [Shop()],
                crmrules_plan_filters=lambda: [no_change],
            )
        ],
        discover=False,
    )
    assert registry.issues == ()
    assert registry.storages["shop"].name == "shop"
    assert {"pager"} <= set(registry.notifiers)
    assert list(registry.state_stores) == ["redis"]
    assert list(registry.formats) == [".toml"]
    assert registry.functions == {"mask phone": function}
    assert list(registry.calendars) == ["shop"]
    assert registry.plan_filters == (no_change,)
    info = registry.plugins[-1]
    assert (info.name, info.version, info.origin) == ("shop", "1.2", "given by the program")
    assert len(info.provides) == len(HOOK_NAMES) == 7


def raising() -> Any:
    raise RuntimeError("no\nlicence")


def nothing() -> list[object]:
    return []


def one_unmarked() -> SimpleNamespace:
    def crmrules_storages() -> list[object]:
        return []

    return SimpleNamespace(__name__="shop", crmrules_storages=crmrules_storages)


REFUSED = {
    "misspelt hook": (
        lambda: plugin(crmrules_storage=nothing),
        [
            f"H102 plugin shop is refused: there is no hook crmrules_storage, expected one of {', '.join(HOOK_NAMES)}; did you mean crmrules_storages?"
        ],
    ),
    "two misspelt hooks": (
        lambda: plugin(crmrules_calendar=nothing, crmrules_foo=nothing),
        [
            f"H102 plugin shop is refused: there is no hook crmrules_calendar, expected one of {', '.join(HOOK_NAMES)}; did you mean crmrules_calendars?",
            f"H102 plugin shop is refused: there is no hook crmrules_foo, expected one of {', '.join(HOOK_NAMES)}",
        ],
    ),
    "no marker": (
        one_unmarked,
        ["H103 plugin shop is refused: crmrules_storages is named like a hook but not marked; put @hookimpl above it"],
    ),
    "failing hook": (
        lambda: plugin(crmrules_storages=raising),
        ["H106 hook crmrules_storages of plugin shop failed: RuntimeError: no licence"],
    ),
    "no list": (
        lambda: plugin(crmrules_storages=lambda: None),
        ["H106 hook crmrules_storages of plugin shop failed: TypeError: 'NoneType' object is not iterable"],
    ),
    "no storage": (
        lambda: plugin(crmrules_storages=lambda: ["csv"]),
        ["H107 hook crmrules_storages of plugin shop gave 'csv', expected objects with a name and a method open(spec)"],
    ),
    "name of a built-in": (
        lambda: plugin(crmrules_storages=lambda: [CsvStorage()]),
        ["H105 two plugins offer the storage csv: storages and shop; the one of storages is used"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    make, expected = REFUSED[case]
    registry = build_registry([make()], discover=False)
    assert told(registry) == expected
    assert all(i.message("zh") for i in registry.issues)
    assert sorted(registry.storages) == ["csv", "excel", "json", "ndjson", "sqlite"]


def test_a_hook_with_arguments_of_its_own_is_refused() -> None:
    def crmrules_storages(config: object) -> list[object]:
        return []

    (only,) = told(build_registry([plugin(crmrules_storages=crmrules_storages)], discover=False))
    assert only.startswith("H104 plugin shop is refused: PluginValidationError: ")
    assert "config" in only


def test_one_bad_plugin_leaves_the_others_alone() -> None:
    registry = build_registry(
        [plugin("bad", crmrules_storage=nothing), plugin("good", crmrules_storages=lambda: [Shop()])], discover=False
    )
    assert [i.code for i in registry.issues] == ["H102"]
    assert "shop" in registry.storages
    assert [p.name for p in registry.plugins] == ["storages", "notifiers", "good"]


class Entry:
    dist = SimpleNamespace(name="crmrules-shop", version="3.1")

    def __init__(self, name: str, value: str, loads: Callable[[], object]) -> None:
        self.name, self.value, self.load = name, value, loads


def test_entry_points_are_found_and_a_failing_import_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> object:
        raise ImportError("No module named 'shopify'")

    entries = [
        Entry("zebra", "zebra_plugin", broken),
        Entry("shop", "shop_plugin", lambda: plugin(crmrules_storages=lambda: [Shop()])),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda group: entries if group == "crmrules" else [])
    registry = build_registry()
    assert told(registry) == ["H101 plugin zebra cannot be loaded: ImportError: No module named 'shopify'"]
    info = registry.plugins[-1]
    assert (info.name, info.version, info.origin) == ("shop", "3.1", "crmrules-shop (shop_plugin)")
    assert info.provides == ("storage shop",)


def test_heavy_libraries_stay_away() -> None:
    script = (
        "import sys; from crmrules.hosting.manager import build_registry; build_registry(discover=False);"
        "print([m for m in ('openpyxl', 'yaml', 'jsonschema', 'jinja2', 'sqlalchemy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
