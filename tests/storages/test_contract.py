"""The built-in storages keep the contract that plugins are held to."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from crmrules.model.ports import SourceSpec
from crmrules.storages.csv import CsvStorage
from crmrules.storages.excel import ExcelStorage
from crmrules.storages.json import JsonStorage
from crmrules.storages.sqlite import SqliteStorage
from crmrules.testing.storages import StorageContract

Table = Sequence[Sequence[str | None]]


def write_csv(path: Path, columns: Sequence[str], rows: Table, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows([cell or "" for cell in row] for row in rows)
    return path


class TestCsv(StorageContract):
    storage = CsvStorage()

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        return SourceSpec(str(write_csv(folder / "data.csv", columns, rows)))


class TestGb18030Semicolons(StorageContract):
    storage = CsvStorage()

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        return SourceSpec(str(write_csv(folder / "data.csv", columns, rows, "gb18030", ";")))


class TestTsvGzip(StorageContract):
    storage = CsvStorage()

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        plain = write_csv(folder / "plain", columns, rows, "utf-16", "\t")
        path = folder / "data.tsv.gz"
        path.write_bytes(gzip.compress(plain.read_bytes()))
        return SourceSpec(str(path))


class TestExcel(StorageContract):
    storage = ExcelStorage()

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in (columns, *rows):
            sheet.append(list(row))
        path = folder / "data.xlsx"
        book.save(path)
        return SourceSpec(str(path))


class TestJson(StorageContract):
    storage = JsonStorage("json")

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        path = folder / "data.json"
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        path.write_text(json.dumps(objects, ensure_ascii=False, indent=1), "utf-8")
        return SourceSpec(str(path))


class TestNdjson(StorageContract):
    storage = JsonStorage("ndjson")

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        path = folder / "data.ndjson"
        lines = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines), "utf-8")
        return SourceSpec(str(path))


class TestSqlite(StorageContract):
    storage = SqliteStorage()

    def make_source(self, folder: Path, columns: Sequence[str], rows: Table) -> SourceSpec:
        path = folder / "data.db"
        database = sqlite3.connect(path)
        names = ", ".join(f'"{column}" TEXT' for column in columns)
        database.execute(f"CREATE TABLE customers ({names})")
        marks = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO customers VALUES ({marks})", rows)
        database.commit()
        database.close()
        return SourceSpec(str(path))
