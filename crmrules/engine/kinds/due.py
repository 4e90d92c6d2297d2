"""When something is due, as cadence and escalation both see it: days on the rule set's clock."""

from __future__ import annotations

from crmrules.model.decision import TaskStatus
from crmrules.model.durations import DAY_NANOS
from crmrules.model.values import DateTime


def day_of(moment: DateTime) -> int:
    """The day on the moment's own clock, counted from 1970-01-01."""
    return moment.local // DAY_NANOS


def status_of(due: DateTime, until: DateTime | None, as_of: DateTime) -> TaskStatus:
    """Where a task stands: OVERDUE from its ``until`` on, or without one once the day of ``due`` has passed;
    UPCOMING while that day has not come; else DUE. All three are on one clock."""
    if until is not None:
        if until <= as_of:
            return TaskStatus.OVERDUE
    elif day_of(due) < day_of(as_of):
        return TaskStatus.OVERDUE
    return TaskStatus.UPCOMING if day_of(due) > day_of(as_of) else TaskStatus.DUE
