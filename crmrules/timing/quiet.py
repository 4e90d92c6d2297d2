"""Quiet hours: the hours of a day in which nothing is sent to a customer, and the end of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from crmrules.model.durations import DAY_NANOS, NANOS
from crmrules.model.temporal import DateTime
from crmrules.timing.words import normalise

_MINUTE: Final = 60 * NANOS
_STRETCH: Final = re.compile(
    r"([0-9]{1,2}):([0-9]{2}) ?- ?(?:次日|第二天|next day )?([0-9]{1,2}):([0-9]{2})(?: ?\+ ?1)?"
)
_SEPARATOR: Final = re.compile(r" ?[,、;] ?")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Half-open stretches of the day in nanoseconds since midnight; one that ends before it begins goes over
    midnight. ``text`` is how they were written."""

    stretches: tuple[tuple[int, int], ...]
    text: str = field(default="", compare=False)

    def until(self, moment: DateTime, zone: str) -> DateTime | None:
        """When the quiet hours that ``moment`` falls in are over, on the clock of ``zone``; None outside of them."""
        end = local = DateTime.of_instant(moment.instant, None, zone).local
        for _ in self.stretches:  # one stretch may lead into the next
            end = max((self._end(stretch, end) for stretch in self.stretches), default=end)
        return None if end == local else DateTime.of_local(end, None, zone)

    @staticmethod
    def _end(stretch: tuple[int, int], local: int) -> int:
        start, end = stretch
        day, clock = divmod(local, DAY_NANOS)
        if start < end:
            return day * DAY_NANOS + end if start <= clock < end else local
        if clock >= start:
            return (day + 1) * DAY_NANOS + end
        return day * DAY_NANOS + end if clock < end else local


def parse_quiet_hours(text: str) -> QuietHours | None:
    """``21:00-08:00``, ``12:00-13:30, 21:00-次日08:00``; None for other texts and for hours that leave none free."""
    stretches: list[tuple[int, int]] = []
    for part in _SEPARATOR.split(normalise(text.replace("\n", ","))):
        match = _STRETCH.fullmatch(part)
        if match is None:
            return None
        start, end = (_clock(match[hour], match[hour + 1]) for hour in (1, 3))
        if start is None or end is None or start % DAY_NANOS == end % DAY_NANOS:
            return None
        stretches.append((start % DAY_NANOS, end))
    return QuietHours(tuple(stretches), text.strip()) if _leaves_some(stretches) else None


def _clock(hour: str, minute: str) -> int | None:
    total = int(hour) * 60 + int(minute)
    return total * _MINUTE if int(minute) < 60 and total <= 24 * 60 else None


def _leaves_some(stretches: list[tuple[int, int]]) -> bool:
    """Whether some minute of the day lies in none of them."""
    apart = sorted((s, e if s < e else e + DAY_NANOS) for s, e in stretches)
    apart += [(s + DAY_NANOS, e + DAY_NANOS) for s, e in apart]
    covered = apart[0][0]
    for start, end in apart:
        if start > covered:
            return True
        covered = max(covered, end)
    return covered < apart[0][0] + DAY_NANOS
