"""Issue codes of engine/: compiling, deciding, planning (P...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

ENGINE_CODES: tuple[IssueCode, ...] = ()
