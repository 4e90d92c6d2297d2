"""Dates and times as data files write them: ISO, year first, or a declared format such as ``%d-%m-%y``.

A format is compiled once per column. Month names are English whatever the machine's locale; nothing is guessed: a day
and a month whose order the text does not tell are refused unless a format says it.
"""

from __future__ import annotations

import datetime as stdlib
import re
from collections.abc import Callable
from typing import Final

from crmrules.model.values import Date, DateTime, Time

_MONTHS: Final = {
    **dict.fromkeys(("jan", "january"), 1),
    **dict.fromkeys(("feb", "february"), 2),
    **dict.fromkeys(("mar", "march"), 3),
    **dict.fromkeys(("apr", "april"), 4),
    "may": 5,
    **dict.fromkeys(("jun", "june"), 6),
    **dict.fromkeys(("jul", "july"), 7),
    **dict.fromkeys(("aug", "august"), 8),
    **dict.fromkeys(("sep", "sept", "september"), 9),
    **dict.fromkeys(("oct", "october"), 10),
    **dict.fromkeys(("nov", "november"), 11),
    **dict.fromkeys(("dec", "december"), 12),
}
_DIRECTIVES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>1[0-2]|0?[1-9])",
    "d": r"(?P<d>3[01]|[12][0-9]|0?[1-9])",
    "b": r"(?P<b>[A-Za-z]+)\.?",
    "H": r"(?P<H>2[0-3]|[01]?[0-9])",
    "I": r"(?P<I>1[0-2]|0?[1-9])",
    "M": r"(?P<M>[0-5]?[0-9])",
    "S": r"(?P<S>[0-5]?[0-9])",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[AaPp]\.?[Mm]\.?|上午|下午)",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
}
_SAME_AS: Final = {"B": "b"}
_YEAR_FIRST: Final = re.compile(
    r"(?P<Y>[0-9]{4})(?:(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
    r"|年(?P<m2>[0-9]{1,2})月(?P<d2>[0-9]{1,2})日?|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
    r"(?:[T ]+(?P<rest>[0-9].*))?"
)
_CLOCK: Final = re.compile(r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.(?P<f>[0-9]{1,9}))?)?")

Reader = Callable[[str], Date | Time | DateTime | None]
"""A text's value, or None where it is not one."""


def known_directives() -> str:
    """What a format may hold, for messages."""
    return " ".join(f"%{letter}" for letter in (*_DIRECTIVES, *_SAME_AS, "%"))


def parse_day(text: str) -> Date | None:
    """A day: ISO, or year first with ``/``, ``.`` or 年月日; a midnight time behind it is nothing more."""
    found = _split(text)
    if found is None:
        return None
    day, rest = found
    if rest is None:
        return day
    clock = _clock(rest)
    return day if clock is not None and clock.nanos == 0 else None


def parse_moment(text: str, zone: str) -> DateTime | None:
    """A moment: a day as in :func:`parse_day` and a time, or midnight; without an offset it is in ``zone``."""
    moment = DateTime.read(text)
    if moment is None:
        found = _split(text)
        if found is None:
            return None
        day, rest = found
        clock = Time.of_nanos(0) if rest is None else _clock(rest)
        if clock is None:
            return None
        moment = DateTime(day, clock)
    return zoned(moment, zone)


def parse_clock(text: str) -> Time | None:
    """A time of day, with or without seconds."""
    return Time.parse(text) or _clock(text)


def zoned(moment: DateTime, zone: str) -> DateTime:
    """A moment without an offset, placed in ``zone``; others stay as they are."""
    if moment.offset is not None or not zone:
        return moment
    return DateTime.of_local(moment.local, None, zone)


def compile_format(pattern: str, kind: str, zone: str) -> Reader:
    """A reader of texts in ``pattern`` (``strptime``'s directives); ``kind`` is FEEL's type name.

    ``ValueError`` says which directive is unknown, missing or given twice.
    """
    regex, letters = _regex(pattern)
    date_parts = {"Y", "m", "d"} <= {*letters, *(("Y",) if "y" in letters else ()), *(("m",) if "b" in letters else ())}
    if kind != "time" and not date_parts:
        raise ValueError("a format of days needs a year, a month and a day")
    if kind == "time" and not {"H", "I"} & set(letters):
        raise ValueError("a format of times needs an hour")
    match = re.compile(regex).fullmatch

    def read(text: str) -> Date | Time | DateTime | None:
        found = match(text)
        if found is None:
            return None
        part = found.groupdict()
        try:
            if kind == "time":
                return _time_of(part)
            day = Date(_year_of(part), _month_of(part), int(part["d"]))
            if kind == "date":
                return day
            return zoned(DateTime(day, _time_of(part)), zone)
        except (ValueError, KeyError):  # a day that does not exist, a month's name that is none
            return None

    return read


def _regex(pattern: str) -> tuple[str, list[str]]:
    regex, letters, at = "", [], 0
    while at < len(pattern):
        character = pattern[at]
        at += 1
        if character.isspace():
            regex += r"\s+"
        elif character != "%":
            regex += re.escape(character)
        else:
            letter = _SAME_AS.get(pattern[at : at + 1], pattern[at : at + 1])
            at += 1
            if letter == "%":
                regex += "%"
            elif letter not in _DIRECTIVES:
                raise ValueError(f"%{letter} is no part of a format; there are {known_directives()}")
            elif letter in letters:
                raise ValueError(f"the format has %{letter} twice")
            else:
                regex += _DIRECTIVES[letter]
                letters.append(letter)
    return regex, letters


def _year_of(part: dict[str, str]) -> int:
    if "Y" in part:
        return int(part["Y"])
    short = int(part["y"])
    return short + (2000 if short < 69 else 1900)  # POSIX


def _month_of(part: dict[str, str]) -> int:
    return int(part["m"]) if "m" in part else _MONTHS[part["b"].lower()]


def _time_of(part: dict[str, str]) -> Time:
    hour = int(part.get("H") or part.get("I") or 0)
    half = part.get("p", "")
    if half and "I" in part:
        hour = hour % 12 + (12 if half[0] in "pP下" else 0)
    offset = None
    if part.get("z"):
        text = part["z"].replace(":", "")
        offset = 0 if text == "Z" else int(text[0] + "1") * (int(text[1:3]) * 3_600 + int(text[3:5]) * 60)
    nano = int((part.get("f") or "0").ljust(9, "0"))
    return Time(hour, int(part.get("M") or 0), int(part.get("S") or 0), nano, offset)


def _split(text: str) -> tuple[Date, str | None] | None:
    match = _YEAR_FIRST.fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    month = part["m"] or part["m2"] or part["m3"]
    day = part["d"] or part["d2"] or part["d3"]
    try:
        return Date(int(part["Y"]), int(month), int(day)), part["rest"]
    except ValueError:
        return None


def _clock(text: str) -> Time | None:
    match = _CLOCK.fullmatch(text)
    if match is None:
        return Time.parse(text)
    try:
        nano = int((match["f"] or "0").ljust(9, "0"))
        return Time(int(match["H"]), int(match["M"]), int(match["S"] or 0), nano)
    except ValueError:
        return None


def from_stdlib(raw: object, kind: str, zone: str) -> Date | Time | DateTime | None:
    """A cell that already is a date or time, as the type ``kind``; None when that would lose something."""
    if isinstance(raw, stdlib.datetime):
        if kind == "date and time":
            return zoned(DateTime.from_stdlib(raw), zone)
        midnight = raw.time() == stdlib.time(0)
        return Date.from_stdlib(raw) if kind == "date" and midnight else None
    if isinstance(raw, stdlib.date):
        day = Date.from_stdlib(raw)
        if kind == "date and time":
            return zoned(DateTime.midnight(day), zone)
        return day if kind == "date" else None
    if isinstance(raw, stdlib.time):
        return Time.from_stdlib(raw) if kind == "time" else None
    return None
