"""crmrules: rules for customer relationship work, from a workbook or YAML to an explained action plan.

The public API; everything is imported when it is first used.

>>> import crmrules
>>> rules = crmrules.load("config/examples/sales_funnel/rules.yaml")
>>> decision = rules.decide({"id": "C1", "orders": [{"placed_at": "2026-02-10"}]}, as_of="2026-03-02")
>>> decision.values["stage"]
'won'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmrules.api import load, read_dataset
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.model.decision import Decision, History
    from crmrules.model.errors import CrmRulesError, DataError, PlanError, RuleSetError
    from crmrules.model.issues import Issue
    from crmrules.model.plan import Action, ActionPlan
    from crmrules.model.records import Dataset, Record

    __version__: str

__all__ = [
    "Action", "ActionPlan", "CompiledRuleSet", "CrmRulesError", "DataError", "Dataset", "Decision", "History", "Issue",
    "PlanError", "Record", "RuleSetError", "__version__", "load", "read_dataset",
]  # fmt: skip

_HOMES = {
    "Action": "crmrules.model.plan",
    "ActionPlan": "crmrules.model.plan",
    "CompiledRuleSet": "crmrules.engine.compiled",
    "CrmRulesError": "crmrules.model.errors",
    "DataError": "crmrules.model.errors",
    "Dataset": "crmrules.model.records",
    "Decision": "crmrules.model.decision",
    "History": "crmrules.model.decision",
    "Issue": "crmrules.model.issues",
    "PlanError": "crmrules.model.errors",
    "Record": "crmrules.model.records",
    "RuleSetError": "crmrules.model.errors",
    "load": "crmrules.api",
    "read_dataset": "crmrules.api",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("crmrules")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'crmrules' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
