"""Days of the Gregorian calendar in years beyond ``datetime``'s, and offsets of named time zones."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
MAX_YEAR: Final = 999_999_999
MAX_OFFSET: Final = 18 * 3_600

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(?:/[A-Za-z0-9_+\-]+)*")
_CYCLE_DAYS = 146_097  # days of 400 years, after which the calendar repeats


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01; ``ValueError`` when there is no such day."""
    if 0 < year < 10_000:
        return date(year, month, day).toordinal() - EPOCH_ORDINAL
    if not -MAX_YEAR <= year <= MAX_YEAR:
        raise ValueError(f"year {year} is beyond {MAX_YEAR}")
    cycles, rest = divmod(year - 2000, 400)
    return date(2000 + rest, month, day).toordinal() - EPOCH_ORDINAL + cycles * _CYCLE_DAYS


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    ordinal = days + EPOCH_ORDINAL
    if 0 < ordinal <= 3_652_059:
        d = date.fromordinal(ordinal)
        return d.year, d.month, d.day
    cycles, rest = divmod(ordinal - 1, _CYCLE_DAYS)
    d = date.fromordinal(rest + 1)
    return d.year + 400 * cycles, d.month, d.day


MIN_DAYS: Final = days_from_civil(-MAX_YEAR, 1, 1)
MAX_DAYS: Final = days_from_civil(MAX_YEAR, 12, 31)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@lru_cache(maxsize=1_024)
def find_zone(name: str) -> ZoneInfo | None:
    """The time zone of that name, or None; never looks outside the zone database."""
    if not _ZONE_NAME.fullmatch(name) or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; a folder of zones; unreadable
        return None


def fixed_offset(zone: ZoneInfo) -> int | None:
    """The zone's offset in seconds when it never changes (``Etc/UTC``), else None."""
    offset = zone.utcoffset(None)
    return None if offset is None else int(offset.total_seconds())


def offset_at_local(zone: ZoneInfo, days: int, second: int) -> int:
    """Seconds east of UTC at a local moment; in an overlap the earlier offset, in a gap the one before it."""
    return _seconds(zone.utcoffset(_moment(days, second)))


def offset_at_instant(zone: ZoneInfo, days: int, second: int) -> int:
    """Seconds east of UTC at a moment given in UTC."""
    return _seconds(zone.fromutc(_moment(days, second).replace(tzinfo=zone)).utcoffset())


def _moment(days: int, second: int) -> datetime:
    """A datetime with the same offset: late years are moved by whole cycles of 400, early ones to the year 1."""
    ordinal = days + EPOCH_ORDINAL
    if ordinal > 3_652_000:  # a day's room for the offset
        ordinal = 3_652_000 - _CYCLE_DAYS + (ordinal - 3_652_000) % _CYCLE_DAYS
    ordinal = max(ordinal, 3)
    return datetime.fromordinal(ordinal) + timedelta(seconds=second)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else int(offset.total_seconds())
