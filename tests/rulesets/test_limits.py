"""Limits on what a rule set may consist of, and the schema's last resort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmrules.rulesets import sources, yaml
from crmrules.rulesets.schema import validate


def test_a_file_of_many_megabytes_is_refused(read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAX_BYTES", 1_000_000)
    ruleset, lines = read(b"#" * 1_000_001)
    assert ruleset is None
    assert lines == ["rules.yaml: error R105: the file is larger than 1 MB; split it by `include`"]


def test_hundreds_of_included_files_are_refused(
    read: Callable[..., Any], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_INCLUDES", 2)
    for name in "abc":
        write("parameters: {}\n", f"{name}.yaml")
    ruleset, lines = read("crmrules: 1\nname: many\ninclude: [a.yaml, b.yaml, c.yaml]\n")
    assert ruleset is None
    assert lines == ["rules.yaml:3:27: error R307: more than 2 included files"]


def test_what_no_sentence_covers_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """R206 stands for schema rules that have no sentence of their own; a made-up schema shows it."""
    from crmrules.rulesets import schema

    monkeypatch.setattr(schema, "schema_text", lambda name: '{"properties": {"n": {"multipleOf": 5}}}', raising=True)
    found = validate({"n": 7}, "made-up", {})
    assert [i.render() for i in found] == ["error R206: `n` is not as expected: 7 is not a multiple of 5"]
