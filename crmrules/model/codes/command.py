"""Issue codes of the command line and runs (X...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

COMMAND_CODES: tuple[IssueCode, ...] = ()
