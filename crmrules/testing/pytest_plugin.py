"""A pytest plugin: the tests that rule files bring along become test items, one a case.

It is on wherever crmrules is installed (``-p no:crmrules`` turns it off). Files called ``rules.yaml``, ``rules.xlsx``,
``*.rules.yaml`` or ``*.rules.xlsx`` are looked at, or those that the ini option ``crmrules_files`` names; files without
tests give none. Nothing of crmrules is imported before such a file is met.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.issues import Issue
    from crmrules.model.ruletest import RuleTest
    from crmrules.review.ruletests import TestResult

PATTERNS: Final = tuple(
    f"{stem}rules.{ending}" for stem in ("", "*.") for ending in ("yaml", "yml", "xlsx")
)  # fmt: skip
"""What files are looked at without ``crmrules_files``."""

_MARKS: Final = (b"tests:", b'"tests"', b"include")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini option."""
    parser.addini(
        "crmrules_files",
        "Rule files whose tests are collected: patterns of file names or of paths below the root "
        f"(default: {' '.join(PATTERNS)})",
        type="args",
        default=[],
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A collector for a file that one of the patterns names."""
    chosen = parent.config.getini("crmrules_files")
    below = _below(file_path, parent.config.rootpath)
    if any(fnmatch(file_path.name, pattern) or fnmatch(below, pattern) for pattern in chosen or PATTERNS):
        if chosen or _may_have_tests(file_path):
            return RuleFile.from_parent(parent, path=file_path)
    return None


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _may_have_tests(path: Path) -> bool:
    """Whether it is worth reading: a YAML file without the word has none."""
    if path.suffix == ".xlsx":
        return True
    try:
        data = path.read_bytes()
    except OSError:
        return True  # said when it is read
    return any(mark in data for mark in _MARKS) or data[:2] in (b"\xff\xfe", b"\xfe\xff")


class RuleFile(pytest.File):
    """A rule file, the tests of its rule set as items."""

    def collect(self) -> Iterator[RuleItem]:
        """The cases in the order of the file."""
        from crmrules.engine.compiler import compile_ruleset
        from crmrules.hosting.manager import build_registry
        from crmrules.model.issues import has_errors
        from crmrules.rulesets.loader import inspect_ruleset

        registry = build_registry()
        shown = _below(self.path, Path.cwd())
        ruleset, issues = inspect_ruleset(shown, registry)
        if ruleset is not None and not ruleset.tests and not has_errors(issues):
            return
        compiled = None
        if ruleset is not None:
            compiled, found = compile_ruleset(ruleset, registry)
            issues = [*issues, *found]
        if compiled is None or has_errors(issues):
            raise RuleFileError(shown, issues)
        for test in compiled.ruleset.tests.values():
            yield RuleItem.from_parent(self, name=test.id, compiled=compiled, test=test)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems of a rule file as ``crmrules check`` shows them."""
        if isinstance(excinfo.value, RuleFileError):
            return excinfo.value.text()
        return super().repr_failure(excinfo)


class RuleItem(pytest.Item):
    """One case."""

    def __init__(self, *, compiled: CompiledRuleSet, test: RuleTest, **more: Any) -> None:
        super().__init__(**more)
        self.compiled, self.test = compiled, test

    def runtest(self) -> None:
        """Run the case; what is not as expected is an exception that :meth:`repr_failure` tells."""
        from crmrules.review.ruletest_cases import prepare_test
        from crmrules.review.ruletests import run_test

        case, issues = prepare_test(self.compiled, self.test)
        if case is None:
            raise RuleFileError(self.path.name, issues)
        result = run_test(self.compiled, case)
        if not result.passed:
            raise RuleTestFailedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The failure by its cells, without a traceback."""
        error = excinfo.value
        if isinstance(error, RuleFileError):
            return error.text()
        if isinstance(error, RuleTestFailedError):
            return error.text(self.compiled)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """Where the case stands and how it is called."""
        line = self.test.span.line
        return self.path, line - 1 if line is not None else None, f"rule test {self.name}"


class RuleFileError(Exception):
    """A rule file with errors."""

    def __init__(self, file: str, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__(f"{file}: {len(self.issues)} problems")

    def text(self) -> str:
        """The report."""
        from crmrules.review.report import render_issues

        return render_issues(self.issues, _language())


class RuleTestFailedError(Exception):
    """A case that came out otherwise than expected."""

    def __init__(self, result: TestResult) -> None:
        self.result = result
        super().__init__(result.test.id)

    def text(self, compiled: CompiledRuleSet) -> str:
        """The expectations that were not met, and why."""
        from crmrules.review.ruletest_text import result_lines
        from crmrules.review.wording import wording

        return "\n".join(result_lines(self.result, wording(_language(), compiled.ruleset)))


def _language() -> str:
    from crmrules.cli.console import open_console

    return open_console((), os.environ).lang
