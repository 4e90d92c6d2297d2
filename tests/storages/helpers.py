"""Reading a source in tests: its rows, or the problems with which it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmrules.model.errors import DataError
from crmrules.model.ports import SourceSpec, Storage


def read(storage: Storage, path: Path, **options: Any) -> tuple[tuple[str, ...], list[list[Any]]]:
    with storage.open(SourceSpec(str(path), options)) as table:
        return table.columns, [list(row) for row in table.rows]


def refusals(storage: Storage, path: Path, **options: Any) -> list[str]:
    """Each problem as it is shown, with the path shortened to its name."""
    try:
        read(storage, path, **options)
    except DataError as error:
        return [i.render().replace(str(path), path.name).replace(f"{path.parent}/", "") for i in error.issues]
    return []
