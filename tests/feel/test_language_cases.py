"""Expressions and cells as data: ``tests/cases/feel/expressions.csv`` and ``cells.csv``.

Variables and expected values are written in the language itself. A row can be added by anybody who knows FEEL.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from crmrules.feel.builtins.comparison import same
from crmrules.feel.compiler import Scope, compile_expression, compile_unary
from crmrules.feel.conform import type_of
from crmrules.feel.typenames import type_named
from crmrules.feel.types import ANY, BOOLEAN, DATE, NUMBER, STRING
from crmrules.model.values import parse_temporal

CASES = Path(__file__).parent.parent / "cases" / "feel"
PURE = Scope(relaxed=False)


def rows(name: str) -> list[Any]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return [
            pytest.param(row, id=f"{n}: {row.get('cell') or row.get('expression')}")
            for n, row in enumerate(csv.DictReader(file), 2)
        ]


def literal(text: str) -> Any:
    compiled, issues = compile_expression(text, PURE)
    assert compiled is not None and not issues, [i.render() for i in issues]
    return compiled.call({})


@pytest.mark.parametrize("row", rows("expressions.csv"))
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
def test_expression(row: dict[str, str], typed: bool) -> None:
    """The same value whether or not the checker knows the variables' types."""
    env = literal(row["env"]) if row["env"] else {}
    names = {name: type_of(value) if typed and value is not None else ANY for name, value in env.items()}
    compiled, _ = compile_expression(row["expression"], Scope(names=names, relaxed=False))
    assert compiled is not None
    found = compiled.call(env)
    assert same(found, literal(row["expected"])), found


ENV = {"limit": 100, "flag": True, "as of date": parse_temporal("2026-02-01"), "status": "open"}
CELLS = Scope(names={"limit": NUMBER, "flag": BOOLEAN, "as of date": DATE, "status": STRING})


@pytest.mark.parametrize("row", rows("cells.csv"))
@pytest.mark.parametrize("typed", [True, False], ids=["typed", "untyped"])
def test_cell(row: dict[str, str], typed: bool) -> None:
    kind = type_named(row["type"])
    assert kind is not None
    bare = kind in (STRING, BOOLEAN) and not row["words"]
    words = dict(pair.split("=") for pair in row["words"].split("|")) if row["words"] else None
    test, issues = compile_unary(row["cell"], CELLS, input=kind if typed or bare else ANY, values=words)
    assert test is not None, [i.render() for i in issues]
    value = literal(row["value"])
    expected = literal(row["expected"])
    assert test.test(value, ENV, None) is expected
    assert test.call({**ENV, "?": value}) is expected
