"""SQLite: tables, views and queries, and that nothing but reading is possible."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from crmrules.model.issues import Issue
from crmrules.model.ports import SourceSpec
from crmrules.storages.sqlite import SqliteStorage

from .helpers import read, refusals

SQLITE = SqliteStorage()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crm #1.db"
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE orders (id INTEGER, amount REAL, note TEXT);
        INSERT INTO orders VALUES (1, 0.1, '首单'), (2, 30.0, NULL);
        CREATE TABLE "odd ""name" (x);
        INSERT INTO "odd ""name" VALUES (x'0102'), (9e999);
        CREATE VIEW big AS SELECT id FROM orders WHERE amount > 1;
        """
    )
    database.close()
    return path


def test_tables_views_and_queries(path: Path) -> None:
    assert read(SQLITE, path, table="orders") == (
        ("id", "amount", "note"),
        [[1, Decimal("0.1"), "首单"], [2, 30, None]],
    )
    assert read(SQLITE, path, table="big") == (("id",), [[2]])
    assert read(SQLITE, path, query="SELECT count(*) AS n FROM orders") == (("n",), [[2]])


def test_what_is_no_value_becomes_an_issue_in_its_cell(path: Path) -> None:
    _, rows = read(SQLITE, path, table='odd "name')
    assert [cell.code for (cell,) in rows if isinstance(cell, Issue)] == ["D116", "D115"]


def test_places_name_table_and_row(path: Path) -> None:
    with SQLITE.open(SourceSpec(str(path), {"table": "orders"})) as table:
        assert str(table.place(1, "id")) == f"{path} › orders!row 2"


CASES = {
    "no table said": ({}, ["error D112: there is no table ''; there are orders, odd \"name, big"]),
    "no such table": (
        {"table": "order"},
        ['error D112: there is no table order; there are orders, odd "name, big; did you mean orders?'],
    ),
    "both": (
        {"table": "orders", "query": "SELECT 1"},
        ["error D121: option query is 'SELECT 1', expected a table or a query, not both"],
    ),
    "syntax": ({"query": "SELEC 1"}, ['crm #1.db: error D116: the database says: near "SELEC": syntax error']),
    "write": (
        {"query": "DELETE FROM orders"},
        ["crm #1.db: error D116: the database says: attempt to write a readonly database"],
    ),
    "attach": ({"query": "ATTACH 'x.db' AS x"}, ["crm #1.db: error D116: the database says: not authorized"]),
    "two statements": (
        {"query": "SELECT 1; DROP TABLE orders"},
        ["crm #1.db: error D116: the database says: You can only execute one statement at a time."],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_refusals(path: Path, case: str) -> None:
    options, expected = CASES[case]
    before = path.read_bytes()
    assert refusals(SQLITE, path, **options) == expected
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("id,name\n")
    assert refusals(SQLITE, path) == ["a.db: error D109: this is no SQLite database: the content is something else"]
