"""What a customer agreed to: entries of channel and purpose, the later ones before the earlier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crmrules.engine.cells import nearest
from crmrules.engine.instants import instant_of
from crmrules.engine.planning.policies import PURPOSES
from crmrules.model.values import DateTime

OUT: Final = "opted_out"
IN: Final = "opted_in"
_EVERY: Final = frozenset({"all", "any", "*", "全部", "所有"})
_STATES: Final[Mapping[str, str]] = {
    **dict.fromkeys((OUT, "opted out", "opt-out", "opt out", "out", "stop", "no", "退订", "拒绝", "停止"), OUT),
    **dict.fromkeys((IN, "opted in", "opt-in", "opt in", "in", "yes", "订阅", "同意", "恢复"), IN),
}
MARKETING: Final = "marketing"


@dataclass(frozen=True, slots=True)
class Consent:
    """One entry. A blank channel means every channel, a blank purpose every purpose; ``at`` None is long ago."""

    channel: str
    purpose: str
    opted_out: bool
    at: DateTime | None = None

    @property
    def instant(self) -> float:
        """For ordering: an entry without a moment is older than all others."""
        return float("-inf") if self.at is None else self.at.instant

    def lifts(self, other: Consent) -> bool:
        """Whether this one takes back ``other``: it agrees, later, to exactly that or to a part of it."""
        covers = (not other.channel or self.channel == other.channel) and (
            not other.purpose or self.purpose == other.purpose
        )
        return not self.opted_out and covers and self.instant > other.instant


def read_consents(
    entries: Iterable[Any], channels: Mapping[str, str], as_of: DateTime, zone: str
) -> tuple[list[Consent], list[tuple[str, str]]]:
    """Contexts or rows with ``channel``, ``purpose``, ``state`` and ``at``, and those words that are not understood
    with the nearest known one.

    What is not understood counts as refused, and as widely as it may have been meant. Without a purpose an entry speaks
    of marketing. Entries of a moment after ``as_of`` are not known yet.
    """
    result: list[Consent] = []
    strange: list[tuple[str, str]] = []
    for entry in entries:
        if entry is None:
            continue
        if not isinstance(entry, Mapping):
            strange.append((str(entry), ""))
            result.append(Consent("", "", True))
            continue
        at = instant_of(entry.get("at"), zone)
        if at is not None and at.instant > as_of.instant:
            continue
        channel = _word(entry.get("channel"), channels or None, "", strange)
        purpose = _word(entry.get("purpose"), PURPOSES, MARKETING, strange)
        state = entry.get("state")
        word = state.strip().casefold() if isinstance(state, str) else ""
        if word not in _STATES:
            strange.append((str(state), nearest(word, _STATES)))
        result.append(Consent(channel, purpose, _STATES.get(word, OUT) == OUT, at))
    return result, strange


def _word(value: Any, known: Mapping[str, str] | None, blank: str, strange: list[tuple[str, str]]) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return blank
    if text.casefold() in _EVERY:
        return ""
    if known is None or text in known:
        return text if known is None else known[text]
    strange.append((text, nearest(text, known)))
    return ""


def refused(consents: Iterable[Consent], channel: str, purpose: str) -> Consent | None:
    """The refusal that holds for an action of ``channel`` and ``purpose``, the latest one; None when none does.

    A refusal of one channel says nothing of others, and is taken back by a later consent to that channel, not by one to
    contact in general.
    """
    apply = [c for c in consents if c.channel in ("", channel) and c.purpose in ("", purpose)]
    standing = [c for c in apply if c.opted_out and not any(other.lifts(c) for other in apply)]
    return max(standing, key=lambda c: c.instant, default=None)
