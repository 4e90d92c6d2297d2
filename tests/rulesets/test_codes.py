"""Every issue code of this room: both languages, and an example that triggers it."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest

from crmrules.model.codes.rulesets import RULESET_CODES
from crmrules.rulesets.loader import read_ruleset


def fields(template: str) -> set[str]:
    return {name.removesuffix("_zh") for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", RULESET_CODES, ids=lambda c: c.code)
def test_both_languages_say_the_same(code):
    assert fields(code.en) == fields(code.zh)
    assert code.example


def test_codes_are_unique():
    names = [c.code for c in RULESET_CODES]
    assert len(names) == len(set(names))


runnable = [c for c in RULESET_CODES if not c.example.startswith("(")]


@pytest.mark.parametrize("code", runnable, ids=lambda c: c.code)
def test_example_triggers_its_code(
    code, write: Callable[..., Path], workbook: Callable[..., Path], grid: Callable[[str], list[list[str]]]
):
    if code.code.startswith("W"):
        # the table stands after a rule-set table, as in a real workbook
        head = "" if code.code == "W107" else "Rule set: example\n\n"
        path = workbook({"Rules": grid(head + code.example)})
    else:
        path = write(code.example)
    _, issues = read_ruleset(path)
    found = {i.code: i for i in issues}
    assert code.code in found
    for lang in ("en", "zh"):
        assert "<" not in found[code.code].message(lang).replace("`<<`", "").replace("list<", "").replace(
            "列表<", ""
        ), "a parameter is missing"
    assert str(found[code.code].span)
    assert set(found) - {code.code} <= {"R204", "R311"} | ({"R310"} if code.code in ("W118",) else set())
