"""Words for amounts of time, in English and Chinese: numerals, units, and texts brought to one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from crmrules.model.durations import DAY_NANOS, NANOS, DaysDuration, Duration, MonthsDuration, parse_duration

_HOUR: Final = 3_600 * NANOS

# A unit is so many months, or so many nanoseconds. `m` is left out: it could be a minute or a month.
_NANOS: Final = {
    NANOS: "s sec secs second seconds 秒 秒钟",
    60 * NANOS: "min mins minute minutes 分 分钟",
    _HOUR: "h hr hrs hour hours 小时 钟头",
    DAY_NANOS: "d day days 天 日",
    7 * DAY_NANOS: "w wk wks week weeks 周 星期 礼拜",
    14 * DAY_NANOS: "fortnight fortnights",
}
_MONTHS: Final = {1: "mo mos month months 月", 3: "q quarter quarters 季 季度", 12: "y yr yrs year years 年"}

UNITS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {word: (0, nanos) for nanos, words in _NANOS.items() for word in words.split()}
    | {word: (months, 0) for months, words in _MONTHS.items() for word in words.split()}
)
"""Unit → (months, nanoseconds), one of them zero."""

_CHINESE: Final = "零一二三四五六七八九"
_ENGLISH: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_NUMERALS: Final[Mapping[str, Decimal]] = MappingProxyType(
    {word: Decimal(value) for value, word in enumerate(_ENGLISH)}
    | {"a": Decimal(1), "an": Decimal(1), "half": Decimal("0.5"), "半": Decimal("0.5")}
)


def any_of(words: Mapping[str, object]) -> str:
    """A pattern that matches each of ``words``, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


NUMBER: Final = rf"(?:[0-9]{{1,6}}(?:\.[0-9]{{1,3}})?|[{_CHINESE}两十]{{1,3}}|{any_of(_NUMERALS)})"
UNIT: Final = rf"(?:{any_of(UNITS)})"
ISO: Final = r"p[0-9ymwdhst.]+"

_DIGIT: Final = "[0-9一二两三四五六七八九十]"
_DASHES: Final = re.compile(rf"\s*(?:[‐‑‒–—−~〜]|(?<={_DIGIT})[至到](?={_DIGIT}))\s*")
_CJK: Final = re.compile(r"[\u4e00-\u9fff]")
_PARTS: Final = re.compile(rf"({NUMBER}) ?个? ?({UNIT}) ?")


def normalise(text: str) -> str:
    """Lower case, half-width, one kind of dash and of ≥, single blanks; none at all in Chinese text."""
    plain = unicodedata.normalize("NFKC", text).lower().strip()
    plain = _DASHES.sub("-", plain).replace("≥", ">=")
    return re.sub(r"\s+", "" if _CJK.search(plain) else " ", plain)


def read_number(text: str) -> Decimal | None:
    """A number in digits or words: ``12``, ``1.5``, ``两``, ``十二``, ``twelve``, ``半``."""
    if text[:1].isdecimal():
        return Decimal(text)
    known = _NUMERALS.get(text)
    if known is not None:
        return known
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    high = _CHINESE.find(tens) if tens else 1
    low = _CHINESE.find(ones) if ones else 0
    if high < 0 or low < 0 or (ten and (high == 0 or ones == "零")):
        return None
    return Decimal(high * 10 + low if ten else low)


def amount(number: Decimal, unit: str) -> Duration | None:
    """``number`` of a unit as a duration; half a month is 15 days, other parts of months are nothing."""
    months, nanos = UNITS[unit]
    if not months:
        exact = number * nanos
        return DaysDuration(int(exact)) if exact == int(exact) else None
    if number * months == Decimal("0.5"):
        return DaysDuration.of(days=15)
    exact = number * months
    return MonthsDuration(int(exact)) if exact == int(exact) else None


def read_amount(text: str) -> Duration | None:
    """``2 days 4 hours``, ``3个月``, ``1年6个月``: amounts of one family, added up; None for anything else."""
    months = nanos = position = 0
    families = set()
    while position < len(text):
        part = _PARTS.match(text, position)
        number = read_number(part[1]) if part else None
        found = amount(number, part[2]) if part and number is not None else None
        if part is None or found is None:
            return None
        families.add(type(found))
        if isinstance(found, MonthsDuration):
            months += found.months
        else:
            nanos += found.nanos
        position = part.end()
    if len(families) != 1:
        return None
    return MonthsDuration(months) if MonthsDuration in families else DaysDuration(nanos)


def read_iso(text: str) -> Duration | None:
    """``p3d``, ``-p1m``, ``p2w``: ISO 8601 as :func:`normalise` leaves it, weeks included."""
    weeks = re.fullmatch(r"(-?)p([0-9]{1,6})w", text)
    if weeks:
        return DaysDuration.of(days=int(weeks[1] + weeks[2]) * 7)
    return parse_duration(text.upper())
