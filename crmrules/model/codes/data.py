"""Issue codes of records, data-source files and storages (D...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

DATA_CODES: tuple[IssueCode, ...] = ()
