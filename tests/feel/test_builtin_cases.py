"""Every line of ``cases/feel/builtins.txt``: an expression and its value, or the reason why it has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmrules.feel.builtins.registry import BUILTINS
from crmrules.feel.builtins.values_text import literal_of
from crmrules.feel.compiler import Note, Scope, compile_expression
from crmrules.model.issues import Issue

CASES = Path(__file__).parents[1] / "cases" / "feel" / "builtins.txt"
PURE = Scope(relaxed=False)


def read_cases() -> list[tuple[str, str]]:
    lines = [line for line in CASES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [(text.strip(), value.strip()) for text, value in (line.split(" => ") for line in lines)]


def reasons(issues: list[Issue], notes: list[Note]) -> list[str]:
    """Why there is no value: found when the text was compiled, or when it ran."""
    found = [i.params.get("reason") or "expected {expected}, found {found}".format_map(i.params) for i in issues]
    return found + [note.reason for note in notes]


@pytest.mark.parametrize(("text", "expected"), read_cases())
def test_case(text: str, expected: str) -> None:
    compiled, issues = compile_expression(text, PURE)
    assert compiled is not None, [i.message() for i in issues]
    notes: list[Note] = []
    value = compiled.call({}, notes)
    if expected.startswith("fails: "):
        assert value is None
        name = text.partition("(")[0]
        wanted = expected.removeprefix("fails: ").removeprefix(f"{name}(): ")
        assert wanted in [reason.removeprefix(f"{name}(): ") for reason in reasons(issues, notes)]
    else:
        assert literal_of(value) == expected
        assert not notes


def test_every_builtin_has_a_case() -> None:
    called = {text.partition("(")[0] for text, _ in read_cases()}
    assert set(BUILTINS) - called == {"now", "today"}
