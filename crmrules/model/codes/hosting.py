"""Issue codes of hosting/: plugins and hooks (H...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

HOSTING_CODES: tuple[IssueCode, ...] = ()
