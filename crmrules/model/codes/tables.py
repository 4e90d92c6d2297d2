"""Issue codes of tables/, decision tables (T...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

TABLE_CODES: tuple[IssueCode, ...] = ()
