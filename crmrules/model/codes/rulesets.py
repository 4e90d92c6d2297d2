"""Issue codes of rulesets/: documents (R...), vocabulary and model (V...), workbooks (W...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

RULESET_CODES: tuple[IssueCode, ...] = ()
