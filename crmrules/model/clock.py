"""Reading the clock part of temporal text, and going between zones here and the standard library's."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from crmrules.model.durations import NANOS
from crmrules.model.zones import MAX_OFFSET, find_zone

_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@(.+))?"
)


def parse_clock(text: str) -> tuple[int, int | None, ZoneInfo | None] | None:
    """Nanoseconds (24:00:00 gives a whole day), offset and zone; None when the text or its values are wrong."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hh, mm, ss, fraction, z, sign, offset_h, offset_m, offset_s, zone_name = match.groups()
    hour, minute, second, nano = int(hh), int(mm), int(ss), int((fraction or "").ljust(9, "0"))
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or nano)):
        return None
    nanos = (hour * 3_600 + minute * 60 + second) * NANOS + nano
    if z:
        return nanos, 0, None
    if sign:
        if int(offset_m) > 59 or int(offset_s or 0) > 59:
            return None
        offset = int(offset_h) * 3_600 + int(offset_m) * 60 + int(offset_s or 0)
        return (nanos, -offset if sign == "-" else offset, None) if offset <= MAX_OFFSET else None
    if zone_name:
        zone = find_zone(zone_name)
        return (nanos, None, zone) if zone else None
    return nanos, None, None


def known_zone(name: str) -> ZoneInfo:
    """The zone of a name that a value already holds; ``ValueError`` where this machine lacks it."""
    zone = find_zone(name)
    if zone is None:
        raise ValueError(f"there is no time zone {name!r}")
    return zone


def from_tzinfo(zone: tzinfo | None, offset: timedelta | None) -> tuple[int | None, str | None]:
    """Offset in seconds and zone name of a standard-library value; a ``ZoneInfo`` keeps its name."""
    seconds = None if offset is None else int(offset.total_seconds())
    key = getattr(zone, "key", None)  # ZoneInfo's own name
    return seconds, key if isinstance(key, str) and find_zone(key) else None


def to_tzinfo(offset: int | None, zone: str | None) -> tzinfo | None:
    """The other way round."""
    if zone is not None:
        return known_zone(zone)
    return None if offset is None else timezone(timedelta(seconds=offset))
