"""Frequency caps: how often a customer may be touched, across channels, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from crmrules.engine.cells import canonical
from crmrules.engine.instants import instant_of
from crmrules.engine.planning.policies import PURPOSES
from crmrules.engine.steps import CompiledCap
from crmrules.model.plan import Action
from crmrules.model.values import DateTime
from crmrules.timing.arithmetic import add_gap

_MOMENTS: Final = ("at", "occurred_at")


@dataclass(frozen=True, slots=True)
class Touch:
    """A contact at an instant; a blank channel or purpose is not known and may be any."""

    at: DateTime
    channel: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Capped:
    """An action that a cap keeps back, and when it would be free."""

    action: Action
    cap: CompiledCap
    free: DateTime | None


def read_touches(
    entries: Iterable[Any], channels: Mapping[str, str], as_of: DateTime, zone: str
) -> tuple[list[Touch], list[Any]]:
    """Instants, dates, or rows with ``at`` or ``occurred_at`` and perhaps ``channel`` and ``purpose``; and the entries
    of which nobody can say when they were. What lies after ``as_of`` is not known yet."""
    touches: list[Touch] = []
    strange: list[Any] = []
    for entry in entries:
        row = entry if isinstance(entry, Mapping) else {"at": entry}
        moment = next((row[name] for name in _MOMENTS if row.get(name) is not None), None)
        at = instant_of(moment, zone)
        if at is None:
            strange.append(entry)
        elif at.instant <= as_of.instant:
            channel, purpose = canonical(row.get("channel"), channels), canonical(row.get("purpose"), PURPOSES)
            touches.append(
                Touch(at, channel if isinstance(channel, str) else "", purpose if isinstance(purpose, str) else "")
            )
    return touches, strange


def covers(cap: CompiledCap, channel: str, purpose: str) -> bool:
    """Whether a touch counts for the cap; what is not known of it may well be so."""
    return (not cap.channels or not channel or channel in cap.channels) and (not purpose or purpose in cap.purposes)


def apply_caps(
    caps: Sequence[CompiledCap], touches: Iterable[Touch], actions: Iterable[Action], as_of: DateTime
) -> tuple[list[Action], list[Capped]]:
    """The actions that may be done and those that may not, taken by priority, then by due instant.

    An action counts at its due instant, an overdue one at ``as_of``. A cap of n per length lets no stretch of that
    length, wherever it begins, hold more than n touches.
    """
    used: list[list[Stretch]] = [
        [_stretch(touch.at, cap) for touch in touches if covers(cap, touch.channel, touch.purpose)] for cap in caps
    ]
    kept: list[Action] = []
    capped: list[Capped] = []
    for action in sorted(actions, key=lambda a: (a.priority, a.due.instant, a.key)):
        at = action.due if action.due.instant > as_of.instant else as_of
        concerned = [i for i, cap in enumerate(caps) if covers(cap, action.channel, action.purpose)]
        full = [i for i in concerned if not _fits(_stretch(at, caps[i]), used[i], caps[i].count)]
        if full:
            free = [_free(at, caps[i], used[i]) for i in full]
            latest = max(range(len(full)), key=lambda n: free[n].instant)
            capped.append(Capped(action, caps[full[latest]], free[latest]))
            continue
        kept.append(action)
        for i in concerned:
            used[i].append(_stretch(at, caps[i]))
    return kept, capped


Stretch = tuple[int, DateTime]
"""The instant of a touch, and the end of the length that begins with it."""


def _stretch(at: DateTime, cap: CompiledCap) -> Stretch:
    return at.instant, add_gap(at, cap.per)


def _fits(new: Stretch, used: Sequence[Stretch], count: int) -> bool:
    """Whether a touch at ``new`` leaves every stretch that it lies in with at most ``count``."""
    points = [*used, new]
    return all(
        sum(start <= at < end.instant for at, _ in points) <= count
        for start, end in points
        if start <= new[0] < end.instant
    )


def _free(at: DateTime, cap: CompiledCap, used: Sequence[Stretch]) -> DateTime:
    """The first instant after ``at`` at which the touch would fit: the end of some stretch."""
    ends = sorted((end for _, end in used if end.instant > at.instant), key=lambda end: end.instant)
    return next(end for end in ends if _fits(_stretch(end, cap), used, cap.count))
