"""A data folder or a single data file in place of a data-source file: files are entities by their names."""

from __future__ import annotations

from pathlib import Path

from crmrules.datasets.source import DataSource, SourceEntry, default_storage, read_source
from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.model.vocabulary import ENTITIES
from crmrules.rulesets.nearest import nearest


def find_sources(path: str | Path) -> tuple[DataSource | None, list[Issue]]:
    """What to read for ``--data PATH``: a data-source file, a folder of data files, or one data file."""
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_source(path)
    if not path.exists():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        return None, [issue("D101", Span(str(path)), found=str(path), nearest=nearest(path.name, beside))]
    entry = SourceEntry(entity_of(path) or "customer", str(path), span=Span(str(path)))
    return DataSource((entry,), Span(str(path))), []


def entity_of(path: Path) -> str:
    """The entity that a file is named after (``orders.csv.gz``, ``客户.xlsx``); blank when it is none."""
    return _entity_words().get(path.name.split(".")[0].strip().casefold(), "")


def _folder(folder: Path) -> tuple[DataSource | None, list[Issue]]:
    issues: list[Issue] = []
    entries: list[SourceEntry] = []
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith((".", "~$")) or not default_storage(path.name):
            continue
        entity = entity_of(path)
        span = Span(str(path))
        if entity:
            entries.append(SourceEntry(entity, str(path), span=span))
        else:
            near = nearest(path.name.split(".")[0], _entity_words())
            issues.append(issue("D219", span, found=path.name, nearest=near))
    if not entries:
        expected = ", ".join(e.plural for e in ENTITIES.values())
        issues.append(issue("D218", Span(str(folder)), expected=expected))
        return None, issues
    return DataSource(tuple(entries), Span(str(folder))), issues


def _entity_words() -> dict[str, str]:
    words: dict[str, str] = {}
    for entity in ENTITIES.values():
        for word in (entity.name, entity.plural, entity.label.en, entity.label.zh):
            words[word.casefold()] = entity.name
    return words
