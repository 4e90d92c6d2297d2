"""Public holidays and make-up working days of countries, from the library `holidays` (extra ``calendars``).

The library is quiet about years a government has not announced yet: it gives the holidays that follow from the law and
no make-up days. Such a year is *provisional* here.
"""

from __future__ import annotations

import datetime as stdlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from crmrules.model.errors import MissingExtraError
from crmrules.model.issues import issue
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.zones import EPOCH_ORDINAL

if TYPE_CHECKING:
    from types import ModuleType

FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2100
"""Years the library is asked about; all others have no holidays and are provisional."""

_CODE = re.compile(r"([A-Z]{2,3})(?:[-/]([A-Z0-9]{1,4}))?")
_WORDS: Final = {"中国": "CN", "中国大陆": "CN", "CHINA": "CN", "中国香港": "HK", "中国澳门": "MO"}


@dataclass(frozen=True, slots=True)
class YearHolidays:
    """Days off and make-up working days of one year, as day numbers since 1970-01-01."""

    off: frozenset[int]
    working: frozenset[int]
    provisional: bool


def country_code(text: str) -> str:
    """``cn``, ``中国`` as ``CN``; ``de/by`` as ``DE-BY``; blank for a text of another form."""
    plain = text.strip().upper()
    match = _CODE.fullmatch(_WORDS.get(plain, plain))
    return "" if match is None else match[1] + (f"-{match[2]}" if match[2] else "")


def is_known(country: str, span: Span = NOWHERE) -> bool:
    """Whether the library knows the country (and the part of it).

    :class:`~crmrules.model.errors.MissingExtraError`, placed at ``span``, without the library.
    """
    library = _library(span)
    try:
        _of(library, country, ())
    except (NotImplementedError, ValueError, KeyError):
        return False
    return True


def known_countries() -> tuple[str, ...]:
    """The codes of all countries the library knows, for suggestions."""
    return tuple(sorted(_library().list_supported_countries(include_aliases=False)))


def published_until(country: str) -> int | None:
    """The last year whose make-up days are in the library; None for countries whose holidays follow from the law."""
    years = _published(country)
    return max(years) if years else None


@lru_cache(maxsize=1_024)
def holidays_of(country: str, year: int) -> YearHolidays:
    """One year of a country that :func:`is_known`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return YearHolidays(frozenset(), frozenset(), True)
    # A day of one December may be worked for a holiday in the next January, so the next year is read as well.
    found = _of(_library(), country, (year, year + 1))
    off = {day: name for day, name in found.items() if day.year == year}
    working = {day for day in found.weekend_workdays if day.year == year}
    years = _published(country)
    provisional = not min(years) <= year <= max(years) if years else _is_estimated(found, off.values())
    return YearHolidays(frozenset(map(_number, off.keys() - working)), frozenset(map(_number, working)), provisional)


@lru_cache(maxsize=64)
def _published(country: str) -> frozenset[int]:
    """The years with make-up days in the library, for a country that has such days at all."""
    found = _of(_library(), country, ())
    if not getattr(found, "has_substituted_holidays", False):
        return frozenset()
    special = getattr(found, "special_public_holidays", {})
    return frozenset(year for year, entries in special.items() if any(len(each) >= 4 for each in _entries(entries)))


def _entries(entries: Any) -> tuple[Any, ...]:
    """The library writes a single entry without the outer tuple."""
    return entries if entries and isinstance(entries[0], tuple) else (entries,)


def _is_estimated(found: Any, names: Any) -> bool:
    """Whether the library calls any of the year's holidays an estimate (those by the moon)."""
    label = str(getattr(found, "estimated_label", "") or "").replace("%s", "").strip()
    return bool(label) and any(label in name for name in names)


def _of(library: ModuleType, country: str, years: tuple[int, ...]) -> Any:
    code, _, part = country.partition("-")
    return library.country_holidays(code, subdiv=part or None, years=years or None)


def _number(day: stdlib.date) -> int:
    return day.toordinal() - EPOCH_ORDINAL


def _library(span: Span = NOWHERE) -> ModuleType:
    try:
        import holidays
    except ImportError:
        raise MissingExtraError([issue("C201", span)]) from None
    return holidays
