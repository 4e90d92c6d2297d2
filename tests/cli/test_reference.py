"""The reference page of the command line is what the commands themselves say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from string import Formatter

from crmrules.model.codes.command import COMMAND_CODES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location("build_cli_reference", DOCS / "build_cli_reference.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = (DOCS / "reference" / "cli.md").read_text(encoding="utf-8")
    assert written == script.page(), "run: python docs/build_cli_reference.py"


def test_codes_say_the_same_in_both_languages() -> None:
    for code in COMMAND_CODES:
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (code.en, code.zh)]
        assert names[0] == names[1], code.code
        assert re.search("[一-鿿]", code.zh) and code.example, code.code
