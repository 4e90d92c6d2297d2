"""The tables of docs/reference/feel.md are run, and so is the example of every issue code of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmrules.feel.builtins.comparison import same
from crmrules.feel.compiler import Scope, compile_expression, compile_unary
from crmrules.feel.typenames import type_named
from crmrules.feel.types import DATE_TIME, NUMBER, STRING
from crmrules.model.codes.language import LANGUAGE_CODES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "feel.md").read_text(encoding="utf-8")
SCOPE, PURE = Scope(), Scope(relaxed=False)


def table(heading: str) -> list[list[str]]:
    """The rows of the first table after a heading, without back ticks."""
    section = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().removeprefix("`").removesuffix("`") for cell in row.strip("|").split(" | ")] for row in rows]


@pytest.mark.parametrize(("relaxed", "plain", "column"), table("The relaxed spelling"))
def test_relaxed_spelling(relaxed: str, plain: str, column: str) -> None:
    kind = type_named(column.strip())
    assert kind is not None
    found, issues = compile_unary(relaxed, SCOPE, input=kind)
    meant, _ = compile_unary(plain, PURE, input=kind)
    assert found is not None and meant is not None, [i.message() for i in issues]
    assert found.shape == meant.shape
    assert type(found.shape).__name__ in ("Points", "Intervals")


@pytest.mark.parametrize(("text", "column", "message"), table("What is refused"))
def test_refused(text: str, column: str, message: str) -> None:
    kind = type_named(column)
    assert kind is not None
    test, issues = compile_unary(text, SCOPE, input=kind)
    assert test is None
    assert [i.message() for i in issues] == [message.strip()]


@pytest.mark.parametrize(("text", "value"), table("Expressions"))
def test_expressions(text: str, value: str) -> None:
    compiled, issues = compile_expression(text, SCOPE)
    expected, _ = compile_expression(value.strip(" `"), PURE)
    assert compiled is not None and expected is not None, [i.message() for i in issues]
    assert same(compiled.call({}), expected.call({}))


NAMES = Scope(names={"amount": NUMBER, "a": NUMBER, "b": NUMBER, "as_of": DATE_TIME})
IN_WORDS = {
    "F100": "",
    "F104": "1" * 70_000,
    "F105": "(" * 500,
    "F106": "[" + "1," * 20_000 + "1]",
}


@pytest.mark.parametrize("code", LANGUAGE_CODES, ids=lambda code: code.code)
def test_the_example_of_every_code_triggers_it(code: object) -> None:
    name, example = code.code, code.example  # type: ignore[attr-defined]
    text = IN_WORDS.get(name, example)
    _, issues = compile_expression(text, NAMES, expected=NUMBER)
    _, more = compile_unary(text, NAMES, input=NUMBER)
    _, words = compile_unary(text, NAMES, input=STRING, values={"VIP": "vip"})
    assert name in {i.code for i in (*issues, *more, *words)}
