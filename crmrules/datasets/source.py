"""The data-source file: where records come from, as frozen specifications. Reading one does not touch the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.vocabulary import Cell
from crmrules.model.zones import find_zone
from crmrules.rulesets.document import Node, plain_text
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.schema import validate
from crmrules.rulesets.yaml import read_yaml

FAIL: Final = "fail"
QUARANTINE: Final = "quarantine"

SOURCE_KEYS: Final = frozenset(
    {
        "storage", "path", "url", "key", "customer", "columns", "computed", "where", "group_by", "aggregate",
        "null_values", "duplicates", "on_error", "derive_from", "time_zone",
    }
)  # fmt: skip
"""What a source says to the reader; every other key is an option of its storage."""

_SUFFIXES: Final[Mapping[str, str]] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".xlsx": "excel", ".xlsm": "excel", ".xls": "excel", ".json": "json",
    ".ndjson": "ndjson", ".jsonl": "ndjson", ".db": "sqlite", ".sqlite": "sqlite", ".sqlite3": "sqlite",
}  # fmt: skip
_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})
_BLANK: Final = Cell()


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """How one fact or further column is read: from which source column, and how its texts are to be taken.

    ``type`` is blank for facts. ``replace`` maps a text of the source to the text that stands for it here.
    """

    name: str
    source: str
    type: str = ""
    format: str = ""
    trim_prefix: str = ""
    trim_suffix: str = ""
    thousands: str = ""
    decimal: str = "."
    separator: str = ""
    replace: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source of one entity, as the data-source file has it. ``where`` and ``computed`` are FEEL over the row."""

    entity: str
    location: str
    storage: str = ""
    options: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    key: str = ""
    customer: str = ""
    columns: tuple[ColumnSpec, ...] = ()
    computed: Mapping[str, Cell] = field(default_factory=lambda: _EMPTY)
    where: Cell = _BLANK
    group_by: str = ""
    aggregate: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    null_values: tuple[str, ...] = ("",)
    duplicates: str = "refuse"
    on_error: str = FAIL
    time_zone: str = ""
    derive_from: str = ""
    span: Span = NOWHERE
    places: Mapping[str, Span] = field(default_factory=lambda: _EMPTY)

    def place(self, option: str) -> Span:
        """Where ``option`` stands, else the source itself."""
        return self.places.get(option, self.span)


@dataclass(frozen=True, slots=True)
class DataSource:
    """All sources, in the order of the file; ``span`` is the file."""

    sources: tuple[SourceEntry, ...]
    span: Span = NOWHERE


def read_source(path: str | Path) -> tuple[DataSource | None, list[Issue]]:
    """A data-source file (YAML); None and every problem when it does not have the form."""
    path = Path(path)
    document, issues = read_yaml(path)
    if document is None:
        return None, issues
    if "crmrules" in document.root and "crmrules_data" not in document.root:
        return None, [*issues, issue("R126", document.root.get("crmrules").key_span)]
    issues += validate(document.data, "datasource", document.spans, document.keys, document.marks)
    root = document.root
    zone = root.get("time_zone")
    defaults = {"on_error": root.get("on_error").line() or FAIL, "time_zone": zone.line()}
    entries: list[SourceEntry] = []
    if zone.filled and find_zone(zone.line()) is None:
        issues.append(issue("D217", zone.span, found=zone.line()))
    if not has_errors(issues):
        for entity, node in root.get("sources").items():
            for one in node.elements() if isinstance(node.value, list) else (node,):
                entries.append(_entry(entity, one, path.parent, defaults))
                issues += _stray_options(one)
    if has_errors(issues):
        return None, issues
    return DataSource(tuple(entries), Span(str(path))), issues


def default_storage(location: str) -> str:
    """The storage for a file's ending (``.gz`` apart); blank where the ending says nothing."""
    suffixes = [s.lower() for s in Path(location).suffixes if s.lower() != ".gz"]
    return _SUFFIXES.get(suffixes[-1], "") if suffixes else ""


def _entry(entity: str, node: Node, folder: Path, defaults: Mapping[str, str]) -> SourceEntry:
    given = node.get("url").line() or node.get("path").line()
    location = given if "://" in given or not given else str(folder / given)
    nulls = tuple(plain_text(item.value).strip() for item in node.get("null_values").elements())
    return SourceEntry(
        entity=entity,
        location=location,
        storage=node.get("storage").line(),
        options=MappingProxyType({k: n.value for k, n in node.items() if k not in SOURCE_KEYS}),
        key=node.get("key").line(),
        customer=node.get("customer").line(),
        columns=tuple(_column(name, n) for name, n in node.get("columns").items()),
        computed=MappingProxyType({name: n.cell() for name, n in node.get("computed").items()}),
        where=node.get("where").cell(),
        group_by=node.get("group_by").line(),
        aggregate=MappingProxyType({name: n.line() for name, n in node.get("aggregate").items()}),
        null_values=nulls if "null_values" in node else ("",),
        duplicates=node.get("duplicates").line() or "refuse",
        on_error=node.get("on_error").line() or defaults["on_error"],
        time_zone=node.get("time_zone").line() or defaults["time_zone"],
        derive_from=node.get("derive_from").line(),
        span=node.key_span,
        places=MappingProxyType(dict(_places(node))),
    )


def _places(node: Node) -> Iterator[tuple[str, Span]]:
    """Where each option, and each part of a mapping option (``aggregate/amount``), stands."""
    for key, value in node.items():
        yield key, value.span
        for part, inner in value.items():
            yield f"{key}/{part}", inner.key_span


def _column(name: str, node: Node) -> ColumnSpec:
    if not isinstance(node.value, dict):
        return ColumnSpec(name, node.line(), span=node.span)
    return ColumnSpec(
        name=name,
        source=node.get("from").line(),
        type=node.get("type").line(),
        format=plain_text(node.get("format").value),
        trim_prefix=plain_text(node.get("trim_prefix").value),
        trim_suffix=plain_text(node.get("trim_suffix").value),
        thousands=plain_text(node.get("thousands").value),
        decimal=plain_text(node.get("decimal").value) or ".",
        separator=plain_text(node.get("separator").value),
        replace=MappingProxyType({k.strip(): n.text() for k, n in node.get("replace").items()}),
        span=node.span,
    )


def _stray_options(node: Node) -> Iterator[Issue]:
    """A misspelt source key would reach the storage as an unknown option: say what was meant instead."""
    for key, value in node.items():
        near = nearest(key, SOURCE_KEYS) if key not in SOURCE_KEYS else ""
        if near and abs(len(near) - len(key)) <= 2 and key not in ("query", "table", "sheet"):
            yield issue("D216", value.key_span, found=key, nearest=near)
