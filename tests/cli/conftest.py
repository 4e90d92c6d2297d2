"""A folder as ``crmrules init`` makes it, for each test its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.helpers import crmrules


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The starter in English, and the working directory, so that messages name short paths."""
    monkeypatch.chdir(tmp_path)
    answer = crmrules("init", ".", "--lang", "en")
    assert (answer.code, answer.err) == (0, "")
    return tmp_path
