"""Fixtures: rule files and workbooks written from text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from crmrules.model.issues import Issue
from crmrules.model.ruleset import RuleSet
from crmrules.rulesets.loader import read_ruleset

Sheets = Mapping[str, Sequence[Sequence[Any]]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """``write(text, name="rules.yaml")`` → the path of the file."""

    def make(content: str | bytes, name: str = "rules.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return make


@pytest.fixture
def read(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """``read(yaml text)`` → the rule set and its issues, as lines without the folder."""

    def make(content: str | bytes, name: str = "rules.yaml", lang: str = "en") -> tuple[RuleSet | None, list[str]]:
        write(content, name)
        monkeypatch.chdir(tmp_path)
        ruleset, issues = read_ruleset(name)
        return ruleset, [i.render(lang) for i in issues]

    return make


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """``workbook({"Sheet": [[cell, …], …]})`` → the path of a workbook with these values."""

    def make(sheets: Sheets, name: str = "rules.xlsx", merge: Mapping[str, Sequence[str]] | None = None) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.worksheets[0])
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row, 1):
                    if value is not None and value != "":
                        sheet.cell(number, column).value = value
            for area in (merge or {}).get(title, ()):
                sheet.merge_cells(area)
        path = tmp_path / name
        book.save(path)
        return path

    return make


@pytest.fixture
def read_sheets(workbook: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """``read_sheets({"Sheet": rows})`` → the rule set and its issues, as lines without the folder."""

    def make(sheets: Sheets, merge: Mapping[str, Sequence[str]] | None = None) -> tuple[RuleSet | None, list[str]]:
        workbook(sheets, merge=merge)
        monkeypatch.chdir(tmp_path)
        ruleset, issues = read_ruleset("rules.xlsx")
        return ruleset, [i.render() for i in issues]

    return make


def rows(text: str) -> list[list[str]]:
    """A sheet from lines of cells separated by ``|``."""
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]


@pytest.fixture
def grid() -> Callable[[str], list[list[str]]]:
    """:func:`rows` as a fixture."""
    return rows


def codes(issues: Sequence[Issue]) -> list[str]:
    """The codes of issues, in order."""
    return [i.code for i in issues]
