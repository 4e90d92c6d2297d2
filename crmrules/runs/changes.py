"""What to change in a table of lasting things (decided values, episodes) so that it says what a run found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

Key = tuple[str, str]
"""Customer and fact, or customer and signal."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """One row: it began at ``since``, ended at ``until`` (None: it lasts), and says ``text``."""

    since: str
    until: str | None
    text: str


class Change(Enum):
    """What happens to a row."""

    REMOVE = "remove"
    END = "end"
    REOPEN = "reopen"
    BEGIN = "begin"


def changes(
    standing: Mapping[Key, Sequence[Lasting]], wanted: Mapping[Key, str], moment: str
) -> Iterator[tuple[Key, Change, str]]:
    """The changes, each with its row's beginning; ``standing`` holds rows that last, or began or ended at ``moment``.

    A row that began at ``moment`` comes from an earlier run as of the same moment. This run takes its place, so the
    outcome is the same whether that run took place or not.
    """
    for key, spans in standing.items():
        text = wanted.get(key)
        before = next((s for s in spans if s.since < moment), None)
        now = next((s for s in spans if s.since == moment), None)
        lasts_on = before is not None and before.text == text
        if before is not None and lasts_on and before.until is not None:
            yield key, Change.REOPEN, before.since
        if before is not None and not lasts_on and before.until is None:
            yield key, Change.END, before.since
        if now is not None and (lasts_on or now.text != text):
            yield key, Change.REMOVE, moment
        if text is not None and not lasts_on and (now is None or now.text != text):
            yield key, Change.BEGIN, moment
    for key in wanted:
        if key not in standing:
            yield key, Change.BEGIN, moment
