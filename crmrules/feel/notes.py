"""Why a value is null: what an evaluation records when an operation of the language fails."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """An operation that failed: the reason, and its place in the text of the expression."""

    reason: str
    start: int
    end: int


Notes = list[Note] | None
"""A sink for notes, passed to every evaluation; None records nothing."""
