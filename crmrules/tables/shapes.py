"""From a compiled cell to the condition that the index understands."""

from __future__ import annotations

from crmrules.tables.conditions import Condition, Test


def condition_of(test: Test) -> Condition | None:
    """The cell as a :class:`Condition`; None when it is opaque: it reads other facts, or calls functions."""
    return test.shape if isinstance(test.shape, Condition) else None
