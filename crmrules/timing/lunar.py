"""Festivals and birthdays of the Chinese lunar calendar, by the library `lunar_python` (extra ``calendars``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from crmrules.model.errors import MissingExtraError
from crmrules.model.issues import issue
from crmrules.model.temporal import Date

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
"""Years the calendar is worked out for."""


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival on a day of the lunar year, or (``term``) on a solar term. ``before`` days earlier."""

    en: str
    zh: str
    month: int = 0
    day: int = 0
    before: int = 0
    term: str = ""
    aliases: tuple[str, ...] = ()

    def spellings(self) -> tuple[str, ...]:
        """Every name, the English one first."""
        return (self.en, self.zh, *self.aliases)


FESTIVALS: Final = (
    Festival(
        "New Year's Eve", "除夕", 1, 1, before=1, aliases=("Chinese New Year's Eve", "Lunar New Year's Eve", "大年三十")
    ),
    Festival("Spring Festival", "春节", 1, 1, aliases=("Chinese New Year", "Lunar New Year", "农历新年", "大年初一")),
    Festival("Lantern Festival", "元宵节", 1, 15, aliases=("Lantern", "元宵", "上元节")),
    Festival("Qingming", "清明节", term="清明", aliases=("Tomb-Sweeping Day", "清明", "Qingming Festival")),
    Festival("Dragon Boat Festival", "端午节", 5, 5, aliases=("Dragon Boat", "端午")),
    Festival("Qixi", "七夕", 7, 7, aliases=("Qixi Festival", "七夕节")),
    Festival("Ghost Festival", "中元节", 7, 15, aliases=("Zhongyuan",)),
    Festival("Mid-Autumn Festival", "中秋节", 8, 15, aliases=("Mid-Autumn", "中秋")),
    Festival("Double Ninth Festival", "重阳节", 9, 9, aliases=("Double Ninth", "Chongyang", "重阳")),
    Festival("Winter Solstice", "冬至", term="DONG_ZHI", aliases=("Dongzhi", "冬至节")),
)
"""The festivals by what they are called; each falls once in every Gregorian year."""


def _key(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("’", "'").split()).casefold()


_BY_NAME: Final[Mapping[str, Festival]] = MappingProxyType(
    {_key(name): festival for festival in FESTIVALS for name in festival.spellings()}
)


def find_festival(name: str) -> Festival | None:
    """The festival of that name, in English or Chinese; None when there is none."""
    return _BY_NAME.get(_key(name))


def nearest_festival(name: str) -> str:
    """The known name that looks most like ``name``; blank when none does."""
    names = {_key(each): each for festival in FESTIVALS for each in festival.spellings()}
    found = get_close_matches(_key(name), list(names), 1, 0.65)
    return names[found[0]] if found else ""


def festival_date(name: str, year: int) -> Date:
    """The day of a festival in a Gregorian year: Spring Festival 2026 is 2026-02-17.

    ``ValueError`` for an unknown festival and beyond the years 1900 to 2100;
    :class:`~crmrules.model.errors.MissingExtraError` without the library.
    """
    festival = find_festival(name)
    if festival is None:
        raise ValueError(f"there is no festival {name!r}")
    _check(year)
    return _festival_day(festival, year)


@lru_cache(maxsize=2_048)
def _festival_day(festival: Festival, year: int) -> Date:
    if festival.term:
        moment = _library().Solar.fromYmd(year, 6, 1).getLunar().getJieQiTable()[festival.term]
        return _date(moment)
    return Date.of_days(lunar_date(year, festival.month, festival.day).days - festival.before)


def lunar_date(year: int, month: int, day: int) -> Date:
    """The day of a lunar year (2026 begins on 2026-02-17); day 30 of a month with 29 days is the 29th.

    ``ValueError`` for what is no lunar date and beyond the years 1900 to 2100.
    """
    _check(year)
    if not (1 <= month <= 12 and 1 <= day <= 30):
        raise ValueError(f"there is no day {day} of lunar month {month}")
    library = _library()
    length = library.LunarMonth.fromYm(year, month).getDayCount()
    return _date(library.Lunar.fromYmd(year, month, min(day, length)).getSolar())


def to_lunar(day: Date) -> tuple[int, int, int, bool]:
    """Lunar year, month and day of a day, and whether the month is a leap month. ``ValueError`` as above."""
    _check(day.year)
    lunar = _library().Solar.fromYmd(day.year, day.month, day.day).getLunar()
    return lunar.getYear(), abs(lunar.getMonth()), lunar.getDay(), lunar.getMonth() < 0


def next_lunar_annual(day: Date, since: Date) -> Date:
    """The first lunar anniversary of ``day`` on or after ``since``: a birthday by the lunar calendar.

    One born in a leap month keeps the month of that number; ``ValueError`` beyond the years 1900 to 2100.
    """
    _, month, number, _ = to_lunar(day)
    _check(since.year)
    for year in (since.year - 1, since.year, since.year + 1):
        if FIRST_YEAR <= year <= LAST_YEAR:
            found = lunar_date(year, month, number)
            if found >= since:
                return found
    raise ValueError(f"lunar dates are known from {FIRST_YEAR} to {LAST_YEAR}")


def _check(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"lunar dates are known from {FIRST_YEAR} to {LAST_YEAR}, not for {year}")


def _date(solar: Any) -> Date:
    return Date(solar.getYear(), solar.getMonth(), solar.getDay())


def _library() -> Any:
    try:
        import lunar_python  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError([issue("C202")]) from None
    return lunar_python
