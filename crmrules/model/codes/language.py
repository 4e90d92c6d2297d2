"""Issue codes of feel/, the condition language (F...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

LANGUAGE_CODES: tuple[IssueCode, ...] = ()
