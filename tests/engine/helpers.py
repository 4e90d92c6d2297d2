"""Rule sets for these tests: the minimal one of the reference page, and texts turned into compiled rule sets."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.compiler import compile_ruleset
from crmrules.model.issues import Issue
from crmrules.rulesets.loader import inspect_ruleset

ROOT = Path(__file__).parents[2]

MINIMAL = (Path(__file__).parent / "minimal.yaml").read_text(encoding="utf-8")
"""The rule set of the reference page, kept here so that places in messages stay put."""


def compile_text(text: str, overrides: Mapping[str, str] | None = None) -> tuple[CompiledRuleSet | None, list[Issue]]:
    """Load and compile a rule set's YAML; all issues of both, places as ``rules.yaml:line:column``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        ruleset, issues = inspect_ruleset(path)
        if ruleset is None:
            return None, issues
        compiled, found = compile_ruleset(ruleset, overrides=overrides)
        return compiled, [*issues, *found]


def rules(text: str = MINIMAL, overrides: Mapping[str, str] | None = None) -> CompiledRuleSet:
    """The compiled rule set; the test fails with its problems when it has any."""
    compiled, issues = compile_text(text, overrides)
    assert compiled is not None and not issues, "\n".join(i.render() for i in issues)
    return compiled


def problems(text: str, overrides: Mapping[str, str] | None = None, lang: str = "en") -> list[str]:
    """Every issue as one line, with the file's folder left out."""
    _, issues = compile_text(text, overrides)
    return [shown(i, lang) for i in issues]


def shown(issue: Issue, lang: str = "en") -> str:
    """The issue's line without the folder of its file."""
    return re.sub(r"/[^ ]*/rules\.yaml", "rules.yaml", issue.render(lang))


def edited(*changes: tuple[str, str]) -> str:
    """The minimal rule set with pieces replaced; each piece must stand in it exactly once."""
    text = MINIMAL
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the minimal rule set"
        text = text.replace(old, new)
    return text


def facts(*lines: str) -> str:
    """The head of a rule set whose customer has the given facts, one ``name: {…}`` a line."""
    body = "\n".join(f"    {line}" for line in lines)
    return f"crmrules: 1\nname: test\ntime_zone: Asia/Shanghai\nvocabulary:\n  customer:\n{body}\n"
