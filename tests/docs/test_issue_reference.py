"""The catalogue of issue codes: complete, bilingual, and the reference page is what the catalogue says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from string import Formatter

import pytest

from crmrules.model.codes import CODES

ROOT = Path(__file__).parents[2]
SOURCES = "\n".join(
    p.read_text(encoding="utf-8") for p in (ROOT / "crmrules").rglob("*.py") if p.parent.name != "codes"
)
TESTS = "\n".join(
    p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*") if p.suffix in (".py", ".csv", ".txt", ".yaml")
)


def test_the_page_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("build_issue_reference", ROOT / "docs/build_issue_reference.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = (ROOT / "docs/reference/issues.md").read_text(encoding="utf-8")
    assert written == script.page(), "run: python docs/build_issue_reference.py"


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_is_whole(code: str) -> None:
    entry = CODES[code]
    assert re.fullmatch(r"[A-Z]\d{3}", code)
    assert re.search("[一-鿿]", entry.zh), "needs a Chinese message"
    assert entry.example, "needs an example"
    assert f'"{code}"' in SOURCES, "no code raises it"
    english, chinese = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in (entry.en, entry.zh))
    assert {n.removesuffix("_zh") for n in english} == {n.removesuffix("_zh") for n in chinese}


EXAMPLES_ARE_RUN = "FRVW"
"""Rooms whose tests run every example that is not a description in parentheses."""


@pytest.mark.parametrize("code", sorted(CODES))
def test_each_code_is_seen_in_a_test(code: str) -> None:
    run = code[0] in EXAMPLES_ARE_RUN and not CODES[code].example.startswith("(")
    assert run or code in TESTS, "no test triggers it"
