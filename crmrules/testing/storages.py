"""What every storage must keep. A plugin's test subclasses :class:`StorageContract` and says how to make a source::

class TestVCard(StorageContract):
    storage = VCardStorage()

    def make_source(self, folder, columns, rows):
        path = folder / "people.vcf"
        ...
        return SourceSpec(str(path))
"""

from __future__ import annotations

import datetime as stdlib
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crmrules.model.errors import DataError
from crmrules.model.issues import Issue
from crmrules.model.ports import SourceSpec, Storage
from crmrules.model.spans import Span

COLUMNS = ("id", "name", "amount")
ROWS = (
    ("C1", "华东制造", "1200.50"),
    ("C2", 'O\'Brien, "Bob" & Söhne', "0.1"),
    ("C3", None, "-3"),
)
ALLOWED_CELLS = (str, int, Decimal, bool, type(None), stdlib.date, stdlib.time, stdlib.timedelta, list, dict, Issue)


class StorageContract:
    """Tests of one storage. ``columns`` and ``rows`` may be replaced where it cannot hold just any table; every value
    is given as text or None, and compared as text."""

    storage: ClassVar[Storage]
    columns: ClassVar[Sequence[str]] = COLUMNS
    rows: ClassVar[Sequence[Sequence[str | None]]] = ROWS

    @abstractmethod
    def make_source(self, folder: Path, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> SourceSpec:
        """Write a source with these columns and rows below ``folder`` and say how it is asked for."""
        raise NotImplementedError

    @pytest.fixture
    def spec(self, tmp_path: Path) -> SourceSpec:
        """A source with the contract's own table."""
        return self.make_source(tmp_path, self.columns, self.rows)

    def read(self, spec: SourceSpec) -> tuple[tuple[str, ...], list[list[Any]]]:
        """Columns and rows of a source, closed again."""
        with self.storage.open(spec) as table:
            return tuple(table.columns), [list(row) for row in table.rows]

    def test_it_is_a_storage_with_a_name(self) -> None:
        assert isinstance(self.storage, Storage)
        assert self.storage.name
        assert self.storage.name == self.storage.name.strip().lower()

    def test_it_gives_the_rows_that_are_there(self, spec: SourceSpec) -> None:
        columns, rows = self.read(spec)
        assert columns == tuple(self.columns)
        assert [[as_text(cell) for cell in row] for row in rows] == [[cell or "" for cell in row] for row in self.rows]

    def test_rows_lie_beside_the_columns(self, spec: SourceSpec) -> None:
        columns, rows = self.read(spec)
        assert {len(row) for row in rows} == {len(columns)}

    def test_cells_are_of_the_kinds_that_readers_know(self, spec: SourceSpec) -> None:
        _, rows = self.read(spec)
        assert [cell for row in rows for cell in row if not isinstance(cell, ALLOWED_CELLS)] == []

    def test_it_can_be_read_again(self, spec: SourceSpec) -> None:
        assert self.read(spec) == self.read(spec)

    def test_two_readers_do_not_disturb_each_other(self, spec: SourceSpec) -> None:
        with self.storage.open(spec) as one, self.storage.open(spec) as other:
            first = [list(row) for row in one.rows]
            assert [list(row) for row in other.rows] == first

    def test_reading_may_stop_early(self, spec: SourceSpec) -> None:
        with self.storage.open(spec) as table:
            next(iter(table.rows))
        assert len(self.read(spec)[1]) == len(self.rows)

    def test_every_row_has_a_place_of_its_own(self, spec: SourceSpec) -> None:
        with self.storage.open(spec) as table:
            count = len(list(table.rows))
            places = [table.place(number, None) for number in range(count)]
            within = table.place(0, table.columns[0])
        assert all(isinstance(place, Span) and place.file for place in (*places, within))
        assert len({str(place) for place in places}) == count

    def test_a_source_that_is_not_there_is_a_located_problem(self, spec: SourceSpec) -> None:
        missing = replace(spec, location=spec.location + "-is-not-there")
        issues = problems_of(self, missing)
        assert issues
        assert all(issue.code in issue.render() and issue.message("zh") for issue in issues)

    def test_an_unknown_option_is_a_problem(self, spec: SourceSpec) -> None:
        wrong = replace(spec, options={**spec.options, "no_such_option": "x"})
        assert any("no_such_option" in issue.message() for issue in problems_of(self, wrong))

    def test_reading_changes_nothing(self, spec: SourceSpec) -> None:
        path = Path(spec.location)
        before = path.read_bytes() if path.is_file() else b""
        self.read(spec)
        assert (path.read_bytes() if path.is_file() else b"") == before


def problems_of(contract: StorageContract, spec: SourceSpec) -> tuple[Issue, ...]:
    """The issues with which the storage refuses this source; a test failure when it does not."""
    with pytest.raises(DataError) as caught:
        contract.read(spec)
    return caught.value.issues


def as_text(cell: Any) -> str:
    """A cell as the text it stands for; null and blank are one."""
    if cell is None:
        return ""
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)
