"""Reading all the data of an evaluation: sources → typed rows → customers with their related records."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmrules.datasets.derive import derive_customers
from crmrules.datasets.folder import find_sources
from crmrules.datasets.mapping import Words, plan_source, words_of
from crmrules.datasets.problems import Problems
from crmrules.datasets.relate import attach, settle_duplicates
from crmrules.datasets.rows import Progress, Rows, Values, read_rows
from crmrules.datasets.source import DataSource, SourceEntry, default_storage
from crmrules.model.errors import DataError
from crmrules.model.issues import issue
from crmrules.model.ports import Registry, SourceSpec, Storage
from crmrules.model.records import Dataset, Record
from crmrules.model.ruleset import RuleSet
from crmrules.model.spans import Span
from crmrules.model.vocabulary import ENTITIES
from crmrules.rulesets.nearest import nearest


def read_dataset(
    path: str | Path, ruleset: RuleSet, registry: Registry, *, on_progress: Progress | None = None
) -> Dataset:
    """Everything that ``path`` names: a data-source file, a folder of data files, or one data file.

    Values are typed by the rule set's vocabulary. Raises :class:`DataError` with every located problem, unless the
    data-source file says ``on_error: quarantine``: then the rows are left out and the problems are warnings in
    ``Dataset.issues``. ``on_progress(file, rows)`` is called now and then.
    """
    source, found = find_sources(path)
    problems = Problems()
    problems.add(*found)
    if source is None:
        raise DataError(problems.all())
    words = words_of(ruleset, registry)
    read: dict[str, list[Rows]] = {}
    for entry in source.sources:
        if not entry.derive_from:
            rows = _read(entry, source, words, registry, problems, on_progress)
            if rows is not None:
                read.setdefault(entry.entity, []).append(rows)
    for sources in read.values():
        settle_duplicates(sources, problems)
    if not any(entry.entity == "customer" for entry in source.sources):
        problems.add(issue("D210", source.span))
    customers = _customers(source, read, words, problems)
    if problems.failed:
        raise DataError(problems.all())
    reports = [rows.report for sources in read.values() for rows in sources]
    for report in reports:
        if report.quarantined:
            problems.add(issue("D311", Span(report.file), count=report.quarantined, total=report.read))
    return Dataset(customers, _entities(read, customers), problems.all(), tuple(reports))


def _read(
    entry: SourceEntry,
    source: DataSource,
    words: Words,
    registry: Registry,
    problems: Problems,
    on_progress: Progress | None,
) -> Rows | None:
    """One source; None after reporting why it cannot be read."""
    storage = _storage(entry, registry, problems)
    if storage is None:
        return None
    spec = SourceSpec(entry.location, entry.options, entry.span)
    try:
        with storage.open(spec) as table:
            header = table.place(-1, None)
            plan, issues = plan_source(entry, table.columns, header, words, _wanted(entry, source))
            problems.add(*issues)
            if plan is None:
                return None
            if table.encoding == "GB18030" and entry.options.get("encoding", "auto") == "auto":
                problems.add(issue("D314", Span(entry.location), found=table.encoding))
            return read_rows(entry, table, plan, problems, on_progress)
    except DataError as error:
        problems.add(*error.issues)
    except Exception as error:
        if not _foreign(storage):
            raise
        problems.add(issue("D102", Span(entry.location), found=f"{type(error).__name__}: {error}"[:300]))
    return None


def _foreign(storage: Storage) -> bool:
    """Whether the storage is a plugin's: its exceptions are its own, and must not end in a traceback here."""
    return not type(storage).__module__.startswith("crmrules.storages.")


def _storage(entry: SourceEntry, registry: Registry, problems: Problems) -> Storage | None:
    name = entry.storage or default_storage(entry.location)
    if not name:
        problems.add(issue("D215", entry.place("path"), found=entry.location))
        return None
    storage = registry.storages.get(name)
    if storage is None:
        known = ", ".join(sorted(registry.storages))
        near = nearest(name, registry.storages)
        problems.add(issue("D214", entry.place("storage"), found=name, expected=known, nearest=near))
    return storage


def _wanted(entry: SourceEntry, source: DataSource) -> tuple[str, ...]:
    """Columns that derived customers take from this entity's rows."""
    takers = (other for other in source.sources if other.derive_from == entry.entity)
    return tuple(dict.fromkeys(spec.source for taker in takers for spec in taker.columns))


def _customers(
    source: DataSource, read: Mapping[str, list[Rows]], words: Words, problems: Problems
) -> tuple[Record, ...]:
    """Customers as read, then those derived that are not among them, each with its related records."""
    ids: list[str] = []
    fields: list[Values] = []
    places: list[Span] = []
    for rows in read.get("customer", ()):
        ids += [key or "" for key in rows.keys]
        fields += rows.rows
        places += [rows.span(at) for at in range(len(rows.rows))]
    known = set(ids)
    for entry in source.sources:
        if entry.derive_from and entry.entity != "customer":
            reason = f"a source of {entry.entity} derives nothing"
            problems.add(issue("D206", entry.place("derive_from"), found=entry.derive_from, reason=reason))
        elif entry.derive_from:
            for customer, row, place in derive_customers(entry, read.get(entry.derive_from, ()), words, problems):
                if customer not in known:
                    known.add(customer)
                    ids.append(customer)
                    fields.append(row)
                    places.append(place)
    related = {entity: rows for entity, rows in read.items() if entity not in ("customer", "owner")}
    return attach(ids, fields, places, related, problems)


def _entities(read: Mapping[str, list[Rows]], customers: tuple[Record, ...]) -> dict[str, list[Any]]:
    entities: dict[str, list[Any]] = {
        name: [row for rows in read[name] for row in rows.rows] for name in ENTITIES if name in read
    }
    entities["customer"] = [record.fields for record in customers]
    return entities
