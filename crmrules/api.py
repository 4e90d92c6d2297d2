"""What embedding programs call: load a rule set, read a data set. Re-exported lazily by :mod:`crmrules`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.compiler import compile_ruleset
from crmrules.engine.coverage import coverage_issues
from crmrules.model.collector import collector_paused
from crmrules.model.errors import PluginError, RuleSetError
from crmrules.model.issues import has_errors
from crmrules.model.ports import Registry
from crmrules.rulesets.loader import inspect_ruleset

if TYPE_CHECKING:
    from crmrules.model.records import Dataset


def load(
    path: str | Path,
    *,
    overrides: Mapping[str, object] | None = None,
    registry: Registry | None = None,
) -> CompiledRuleSet:
    """Read, check and compile the rule set at ``path``: YAML, Excel, a plugin's format, or a folder that holds one.

    ``overrides`` sets parameters by name, label or alias (``{"high_value": "60万"}``). ``registry`` is what plugins
    contribute; by default the installed ones are found. Raises :class:`~crmrules.model.errors.RuleSetError`, whose
    ``issues`` are all the problems of all files with their places; warnings are in the result's ``issues``. An
    installed plugin that does not keep its contract is a :class:`~crmrules.model.errors.PluginError`.
    """
    known = _registry(registry)
    compiled = None
    with collector_paused():
        ruleset, issues = inspect_ruleset(path, known)
        if ruleset is not None:
            texts = {name: str(value) for name, value in (overrides or {}).items()}
            compiled, found = compile_ruleset(ruleset, known, overrides=texts)
            issues = list(dict.fromkeys([*issues, *found]))
    if compiled is None or has_errors(issues):
        raise RuleSetError(issues, f"{path}: the rule set cannot be used")
    return replace(compiled, issues=tuple(issues))


def read_dataset(
    path: str | Path,
    rules: CompiledRuleSet,
    *,
    registry: Registry | None = None,
    on_progress: Callable[..., Any] | None = None,
) -> Dataset:
    """Read the records that a data-source file (or a data file or folder) describes, typed by the rules' vocabulary.

    Raises :class:`~crmrules.model.errors.DataError` with all located problems. What the rules read and no source gives
    is a warning in the dataset's ``issues``.
    """
    from crmrules.datasets.loader import read_dataset as read

    dataset = read(path, rules.ruleset, _registry(registry), on_progress=on_progress)
    return replace(dataset, issues=(*dataset.issues, *coverage_issues(rules, dataset)))


def _registry(registry: Registry | None) -> Registry:
    if registry is not None:
        return registry
    from crmrules.hosting.manager import build_registry

    found = build_registry()
    if has_errors(found.issues):
        raise PluginError(found.issues)
    return found
