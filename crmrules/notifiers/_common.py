"""What the built-in notifiers share: how an action is written for others."""

from __future__ import annotations

from crmrules.model.values import DateTime


def instant_text(moment: DateTime) -> str:
    """ISO 8601 with the offset (``2026-03-02T09:00:00+08:00``), which every receiver reads."""
    return str(DateTime.of_local(moment.local, moment.offset))
