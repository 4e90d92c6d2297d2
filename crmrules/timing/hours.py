"""Working hours as people write them: ``09:00-12:00, 13:00-18:00``, ``22:00-次日06:00``, ``休``, ``24h``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from crmrules.model.durations import DAY_NANOS, NANOS
from crmrules.timing.words import normalise

Hours = tuple[tuple[int, int], ...]
"""Stretches of work on one day, in order and apart: start and end in nanoseconds since the day's midnight. An end
beyond 24 hours belongs to the night that follows."""

NO_HOURS: Final[Hours] = ()
ALL_DAY: Final[Hours] = ((0, DAY_NANOS),)

_MINUTE: Final = 60 * NANOS
_OFF: Final = frozenset({"", "-", "off", "closed", "none", "no", "rest", "休", "休息", "无", "不上班", "放假"})
_ALWAYS: Final = frozenset({"24h", "24小时", "全天", "all day", "24/7", "24x7"})
_SEPARATOR: Final = re.compile(r" ?(?:[,、;和及]| and | & |(?<=[0-9]) (?=[0-9])) ?")
_STRETCH: Final = re.compile(r"([0-9]{1,2}:[0-9]{2}) ?- ?(次日|第二天|next day )? ?([0-9]{1,2}:[0-9]{2})( ?\+ ?1)?")


@dataclass(frozen=True, slots=True)
class HoursProblem:
    """Why a text is no working hours: the issue code and what it names."""

    code: str
    params: Mapping[str, str]


def parse_hours(text: str) -> Hours | HoursProblem:
    """The stretches a text speaks of; none for a blank, ``off``, ``休``; the problem for a text that is not clear.

    A shift over midnight says so (``22:00-06:00+1``, ``22:00-次日06:00``): an end before the start is otherwise a slip.
    """
    plain = normalise(text.replace("\n", ","))
    if plain in _OFF:
        return NO_HOURS
    if plain in _ALWAYS:
        return ALL_DAY
    stretches: list[tuple[int, int, str]] = []
    for part in _SEPARATOR.split(plain):
        match = _STRETCH.fullmatch(part)
        if match is None:
            return _problem("C101", found=text.strip())
        start, end = _minutes(match[1]), _minutes(match[3])
        for clock, minutes in ((match[1], start), (match[3], end)):
            if minutes is None:
                return _problem("C102", found=clock)
        assert start is not None and end is not None  # told to the type checker; the loop above has returned
        over = bool(match[2] or match[4])
        if over:
            end += 24 * 60
        if end <= start or (over and end > start + 24 * 60):
            return _problem("C103", found=part, example=f"{match[1]}-{match[3]}+1")
        stretches.append((start, end, part))
    stretches.sort()
    for first, second in pairwise(stretches):
        if second[0] < first[1]:
            return _problem("C104", found=second[2], other=first[2])
    joined: list[tuple[int, int]] = []
    for start, end, _ in stretches:
        if joined and joined[-1][1] == start * _MINUTE:
            joined[-1] = (joined[-1][0], end * _MINUTE)
        else:
            joined.append((start * _MINUTE, end * _MINUTE))
    return tuple(joined)


def hours_text(hours: Hours) -> str:
    """The hours in one spelling: ``09:00-12:00, 13:00-18:00``; blank for none."""
    return ", ".join(f"{_clock(start)}-{_clock(end % DAY_NANOS or DAY_NANOS)}{_over(end)}" for start, end in hours)


def _over(end: int) -> str:
    return "+1" if end > DAY_NANOS else ""


def _clock(nanos: int) -> str:
    return f"{nanos // (60 * _MINUTE):02d}:{nanos // _MINUTE % 60:02d}"


def _minutes(clock: str) -> int | None:
    """Minutes since midnight, up to 24:00; None for what is no time of day."""
    hour, minute = (int(part) for part in clock.split(":"))
    total = hour * 60 + minute
    return total if minute < 60 and total <= 24 * 60 else None


def _problem(code: str, **params: str) -> HoursProblem:
    return HoursProblem(code, MappingProxyType(params))


# --- days of the week -----------------------------------------------------------------------------------------------

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days as documents name them, Monday first."""

_FULL: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CHINESE: Final = "一二三四五六日"
_GROUPS: Final[Mapping[str, range]] = MappingProxyType(
    {
        word: days
        for days, words in (
            (range(5), "weekday,weekdays,工作日,平日"),
            (range(5, 7), "weekend,weekends,周末"),
            (range(7), "daily,every day,每天,每日"),
        )
        for word in words.split(",")
    }
)


def _day_words() -> dict[str, int]:
    words = {word: index for names in (WEEKDAYS, _FULL) for index, word in enumerate(names)}
    words |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
    for prefix in ("周", "星期", "礼拜"):
        words |= {prefix + digit: index for index, digit in enumerate(_CHINESE)}
        words[prefix + "天"] = 6
    return words


_DAYS: Final[Mapping[str, int]] = MappingProxyType(_day_words())


def parse_days(text: str) -> tuple[int, ...] | None:
    """Days of the week, Monday 0: ``mon``, ``mon-fri``, ``sat, sun``, ``周一至周五``, ``周末``; None for others."""
    plain = re.sub(r"[至到]", "-", normalise(text).replace("_", "-"))
    found: list[int] = []
    for part in re.split(r" ?[,、;和] ?", plain):
        first, dash, last = part.partition("-")
        start, end = _DAYS.get(first.strip()), _DAYS.get(_last(first.strip(), last.strip()))
        if part in _GROUPS:
            found += _GROUPS[part]
        elif start is None or (dash and end is None):
            return None
        elif dash and end is not None:
            found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
        else:
            found.append(start)
    return tuple(found)


def _last(first: str, last: str) -> str:
    """``周一-五`` for ``周一-周五``."""
    return first[:-1] + last if last and last in _CHINESE + "天" else last


def day_spellings() -> Iterable[str]:
    """Every word for a day, for suggestions."""
    return (*WEEKDAYS, "mon-fri", *_DAYS, *_GROUPS)
