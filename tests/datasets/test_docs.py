"""The data-source files shown in the how-to are those that the tests of real data use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/map-your-data.md").read_text("utf-8")
SHOWN = re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("path", "text"), SHOWN, ids=[path for path, _ in SHOWN])
def test_the_page_shows_the_file(path: str, text: str) -> None:
    assert (ROOT / path).read_text("utf-8") == text


def test_both_are_there() -> None:
    assert len(SHOWN) == 2
