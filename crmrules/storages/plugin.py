"""The built-in storages, contributed through the same hook as anybody's."""

from __future__ import annotations

from crmrules.hosting.hooks import hookimpl
from crmrules.model.ports import Storage
from crmrules.storages.csv import CsvStorage
from crmrules.storages.excel import ExcelStorage
from crmrules.storages.json import JsonStorage
from crmrules.storages.sqlite import SqliteStorage


@hookimpl
def crmrules_storages() -> list[Storage]:
    """csv, excel, json, ndjson and sqlite."""
    return [CsvStorage(), ExcelStorage(), JsonStorage("json"), JsonStorage("ndjson"), SqliteStorage()]
