"""FEEL's date, time and date and time: immutable, hashable, and cheap to compare (integers inside).

They hold what the standard library's classes cannot: years to ±999,999,999, nanoseconds, and both an offset and a
zone's name as written. Fields are worked out from the integers when asked for.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from crmrules.model.clock import from_tzinfo, known_zone, parse_clock, to_tzinfo
from crmrules.model.durations import DAY_NANOS, NANOS, Frozen, fraction_text
from crmrules.model.zones import (
    EPOCH_ORDINAL,
    MAX_DAYS,
    MAX_OFFSET,
    MIN_DAYS,
    civil_from_days,
    days_from_civil,
    days_in_month,
    fixed_offset,
    offset_at_instant,
    offset_at_local,
)

_DATE = re.compile(r"(-?(?:[0-9]{4}|[1-9][0-9]{4,8}))-([0-9]{2})-([0-9]{2})")


class Date(Frozen):
    """A calendar day. ``days`` counts from 1970-01-01."""

    __slots__ = ("days",)
    days: int

    def __init__(self, year: int, month: int, day: int) -> None:
        _set_days(self, days_from_civil(year, month, day))

    @classmethod
    def of_days(cls, days: int) -> Date:
        """The day that many days after 1970-01-01; ``OverflowError`` beyond ±999,999,999 years."""
        if not MIN_DAYS <= days <= MAX_DAYS:
            raise OverflowError("date is beyond the years ±999999999")
        self: Date = _new(cls)
        _set_days(self, days)
        return self

    @classmethod
    def from_stdlib(cls, value: date) -> Date:
        """From a ``date`` (or a ``datetime``'s day)."""
        self: Date = _new(cls)
        _set_days(self, value.toordinal() - EPOCH_ORDINAL)
        return self

    @classmethod
    def parse(cls, text: str) -> Date | None:
        """From ``YYYY-MM-DD``; None for any other text and for days that do not exist."""
        if len(text) == 10 and text[4] == "-" == text[7]:
            try:
                return cls.from_stdlib(date.fromisoformat(text))
            except ValueError:
                pass
        match = _DATE.fullmatch(text)
        if match is None or match[1] == "-0000":
            return None
        try:
            return cls(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None

    def to_stdlib(self) -> date:
        """A ``datetime.date``; ``ValueError`` outside the years 1..9999."""
        return date.fromordinal(self.days + EPOCH_ORDINAL)

    @property
    def year(self) -> int:
        return civil_from_days(self.days)[0]

    @property
    def month(self) -> int:
        return civil_from_days(self.days)[1]

    @property
    def day(self) -> int:
        return civil_from_days(self.days)[2]

    @property
    def weekday(self) -> int:
        """Monday 1 … Sunday 7."""
        return (self.days + 3) % 7 + 1

    def plus_months(self, months: int) -> Date:
        """Moved by whole months; the day is clamped to the month's end. ``OverflowError`` past the years' ends."""
        year, month, day = civil_from_days(self.days)
        years, index = divmod(month - 1 + months, 12)
        try:
            return Date(year + years, index + 1, min(day, days_in_month(year + years, index + 1)))
        except ValueError as error:
            raise OverflowError(str(error)) from None

    def __eq__(self, other: object) -> bool:
        return self.days == other.days if type(other) is Date else NotImplemented

    def __lt__(self, other: Date) -> bool:
        return self.days < other.days if type(other) is Date else NotImplemented

    def __le__(self, other: Date) -> bool:
        return self.days <= other.days if type(other) is Date else NotImplemented

    def __hash__(self) -> int:
        return hash((Date, self.days))

    def __reduce__(self) -> tuple[Any, ...]:
        return Date.of_days, (self.days,)

    def __str__(self) -> str:
        year, month, day = civil_from_days(self.days)
        return f"{'-' if year < 0 else ''}{abs(year):04d}-{month:02d}-{day:02d}"

    def __repr__(self) -> str:
        return f"Date({str(self)!r})"


class Time(Frozen):
    """A time of day: ``nanos`` since midnight, and an ``offset`` (seconds east of UTC) or a ``zone`` name or neither.

    A time with a zone has an offset only where the zone's never changes.
    """

    __slots__ = ("nanos", "offset", "zone")
    nanos: int
    offset: int | None
    zone: str | None

    def __init__(self, hour: int, minute: int, second: int = 0, nano: int = 0, offset: int | None = None) -> None:
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nano < NANOS):
            raise ValueError("there is no such time of day")
        if offset is not None and not -MAX_OFFSET <= offset <= MAX_OFFSET:
            raise ValueError("a time's offset lies within 18 hours")
        _set_time(self, (hour * 3_600 + minute * 60 + second) * NANOS + nano, offset, None)

    @classmethod
    def of_nanos(cls, nanos: int, offset: int | None = None, zone: str | None = None) -> Time:
        """From nanoseconds since midnight; taken modulo a day."""
        self: Time = _new(cls)
        _set_time(self, nanos % DAY_NANOS, offset, zone)
        return self

    @classmethod
    def from_stdlib(cls, value: time) -> Time:
        """From a ``datetime.time``; a ``ZoneInfo`` keeps its name."""
        offset, zone = from_tzinfo(value.tzinfo, value.utcoffset())
        seconds = value.hour * 3_600 + value.minute * 60 + value.second
        return cls.of_nanos(seconds * NANOS + value.microsecond * 1_000, offset, zone)

    @classmethod
    def parse(cls, text: str) -> Time | None:
        """From ``hh:mm:ss[.fraction]`` with nothing, ``Z``, ``+hh:mm[:ss]`` or ``@Zone/Name``; else None."""
        found = parse_clock(text)
        if found is None or found[0] >= DAY_NANOS:
            return None
        nanos, offset, zone = found
        if zone is not None:
            offset = fixed_offset(zone)
        return cls.of_nanos(nanos, offset, zone.key if zone else None)

    def to_stdlib(self) -> time:
        """A ``datetime.time``; ``ValueError`` when nanoseconds would be lost."""
        if self.nanos % 1_000:
            raise ValueError("datetime.time holds no nanoseconds")
        seconds, nanos = divmod(self.nanos, NANOS)
        hour, minute = divmod(seconds // 60, 60)
        return time(hour, minute, seconds % 60, nanos // 1_000, tzinfo=to_tzinfo(self.offset, self.zone))

    @property
    def hour(self) -> int:
        return self.nanos // (3_600 * NANOS)

    @property
    def minute(self) -> int:
        return self.nanos // (60 * NANOS) % 60

    @property
    def second(self) -> int:
        return self.nanos // NANOS % 60

    @property
    def nano(self) -> int:
        return self.nanos % NANOS

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight UTC (or local midnight when there is no offset); what comparisons use."""
        return self.nanos - (self.offset or 0) * NANOS

    def comparable(self, other: Time) -> bool:
        """Whether both are local, both have an offset, or both name one zone."""
        if self.offset is None or other.offset is None:
            return self.offset is other.offset and self.zone == other.zone
        return True

    def __eq__(self, other: object) -> bool:
        if type(other) is not Time:
            return NotImplemented
        return self.comparable(other) and self.instant == other.instant

    def __lt__(self, other: Time) -> bool:
        if type(other) is not Time or not self.comparable(other):
            return NotImplemented
        return self.instant < other.instant

    def __le__(self, other: Time) -> bool:
        if type(other) is not Time or not self.comparable(other):
            return NotImplemented
        return self.instant <= other.instant

    def __hash__(self) -> int:
        return hash((Time, self.instant))

    def __reduce__(self) -> tuple[Any, ...]:
        return Time.of_nanos, (self.nanos, self.offset, self.zone)

    def __str__(self) -> str:
        return clock_text(self.nanos) + zone_text(self.offset, self.zone)

    def __repr__(self) -> str:
        return f"Time({str(self)!r})"


class DateTime(Frozen):
    """A day and a time, local or with an offset or a zone's name.

    ``local`` counts the nanoseconds from 1970-01-01T00:00:00 on the clock as written, ``instant`` the same in UTC
    (equal to ``local`` when there is no offset); comparisons use ``instant``. ``offset`` is in seconds and is set for
    a named ``zone`` too.
    """

    __slots__ = ("instant", "local", "offset", "zone")
    instant: int
    local: int
    offset: int | None
    zone: str | None

    def __init__(self, day: Date, clock: Time) -> None:
        days = day.days
        offset = clock.offset
        if clock.zone is not None and offset is None:
            offset = offset_at_local(known_zone(clock.zone), days, clock.nanos // NANOS)
        _set_date_time(self, days * DAY_NANOS + clock.nanos, offset, clock.zone)

    @classmethod
    def of_local(cls, local: int, offset: int | None = None, zone: str | None = None) -> DateTime:
        """From nanoseconds on the written clock; ``OverflowError`` beyond the years ±999,999,999."""
        days = local // DAY_NANOS
        if not MIN_DAYS <= days <= MAX_DAYS:
            raise OverflowError("date and time is beyond the years ±999999999")
        if zone is not None and offset is None:
            offset = offset_at_local(known_zone(zone), days, local // NANOS % 86_400)
        self: DateTime = _new(cls)
        _set_date_time(self, local, offset, zone)
        return self

    @classmethod
    def of_instant(cls, instant: int, offset: int | None, zone: str | None) -> DateTime:
        """From nanoseconds in UTC, shown at an offset or in a zone."""
        if zone is not None:
            offset = offset_at_instant(known_zone(zone), instant // DAY_NANOS, instant // NANOS % 86_400)
        return cls.of_local(instant + (offset or 0) * NANOS, offset, zone)

    @classmethod
    def midnight(cls, day: Date, offset: int | None = None) -> DateTime:
        """The day's first moment; ``offset=0`` for midnight UTC."""
        self: DateTime = _new(cls)
        _set_date_time(self, day.days * DAY_NANOS, offset, None)
        return self

    @classmethod
    def from_stdlib(cls, value: datetime) -> DateTime:
        """From a ``datetime``; a ``ZoneInfo`` keeps its name, other zones become their offset."""
        seconds = value.hour * 3_600 + value.minute * 60 + value.second
        local = ((value.toordinal() - EPOCH_ORDINAL) * 86_400 + seconds) * NANOS + value.microsecond * 1_000
        offset, zone = (None, None) if value.tzinfo is None else from_tzinfo(value.tzinfo, value.utcoffset())
        self: DateTime = _new(cls)
        _set_date_time(self, local, offset, zone)
        return self

    @classmethod
    def parse(cls, text: str) -> DateTime | None:
        """From ``YYYY-MM-DDThh:mm:ss…`` as :meth:`Date.parse` and :meth:`Time.parse` read the parts, or a date alone.

        ``24:00:00`` is the next day's midnight. None for any other text.
        """
        if len(text) == 19 and text[4] == "-" == text[7] and text[10] == "T" and text[13] == ":" == text[16]:
            try:
                return cls.from_stdlib(datetime.fromisoformat(text))
            except ValueError:
                pass
        day_text, separator, clock = text.partition("T")
        day = Date.parse(day_text)
        if day is None:
            return None
        if not separator:
            return cls.midnight(day)
        found = parse_clock(clock)
        if found is None:
            return None
        nanos, offset, zone = found
        try:
            return cls.of_local(day.days * DAY_NANOS + nanos, offset, zone.key if zone else None)
        except OverflowError:
            return None

    @classmethod
    def read(cls, text: str) -> DateTime | None:
        """As data files write it: :meth:`parse`, or with a blank for ``T``, or without the seconds."""
        if len(text) in (16, 19) and text[4] == "-" == text[7] and text[10] in "T " and text[13] == ":":
            try:
                return cls.from_stdlib(datetime.fromisoformat(text))
            except ValueError:
                return cls.parse(text)
        text = text.replace(" ", "T", 1)
        # 09:00Z, 09:00+08:00 and 09:00@Europe/London lack seconds, which FEEL's own form must have
        if len(text) > 16 and text[13] == ":" and text[16] in "Zz+-@":
            text = f"{text[:16]}:00{text[16:]}"
        return cls.parse(text)

    def to_stdlib(self) -> datetime:
        """A ``datetime``; ``ValueError`` outside the years 1..9999 or when nanoseconds would be lost."""
        if self.local % 1_000:
            raise ValueError("datetime holds no nanoseconds")
        days, nanos = divmod(self.local, DAY_NANOS)
        naive = datetime.fromordinal(days + EPOCH_ORDINAL) + timedelta(microseconds=nanos // 1_000)
        moment = naive.replace(tzinfo=to_tzinfo(self.offset, self.zone))
        if self.zone is not None and moment.utcoffset() != timedelta(seconds=self.offset or 0):
            return moment.replace(fold=1)
        return moment

    @property
    def date(self) -> Date:
        """The day on the written clock."""
        return Date.of_days(self.local // DAY_NANOS)

    @property
    def time(self) -> Time:
        """The time on the written clock, with the offset or zone as written."""
        offset = self.offset
        if self.zone is not None:
            offset = fixed_offset(known_zone(self.zone))
        return Time.of_nanos(self.local, offset, self.zone)

    def plus_months(self, months: int) -> DateTime:
        """Moved by whole months on the written clock, the day clamped; offset or zone kept."""
        day = self.date.plus_months(months)
        local = day.days * DAY_NANOS + self.local % DAY_NANOS
        return DateTime.of_local(local, None if self.zone else self.offset, self.zone)

    def plus_nanos(self, nanos: int) -> DateTime:
        """Moved by an exact length; offset kept, or the zone's offset at the new moment taken."""
        if self.offset is None:
            return DateTime.of_local(self.local + nanos)
        return DateTime.of_instant(self.instant + nanos, self.offset, self.zone)

    def comparable(self, other: DateTime) -> bool:
        """Whether both are local or neither is."""
        return (self.offset is None) == (other.offset is None)

    def __eq__(self, other: object) -> bool:
        if type(other) is not DateTime:
            return NotImplemented
        return self.instant == other.instant and self.comparable(other)

    def __lt__(self, other: DateTime) -> bool:
        if type(other) is not DateTime or not self.comparable(other):
            return NotImplemented
        return self.instant < other.instant

    def __le__(self, other: DateTime) -> bool:
        if type(other) is not DateTime or not self.comparable(other):
            return NotImplemented
        return self.instant <= other.instant

    def __hash__(self) -> int:
        return hash((DateTime, self.instant))

    def __reduce__(self) -> tuple[Any, ...]:
        return DateTime.of_local, (self.local, self.offset, self.zone)

    def __str__(self) -> str:
        days, nanos = divmod(self.local, DAY_NANOS)
        return f"{Date.of_days(days)}T{clock_text(nanos)}{zone_text(self.offset, self.zone)}"

    def __repr__(self) -> str:
        return f"DateTime({str(self)!r})"


# Slots are set through their descriptors, which pass by the refusing __setattr__ at no cost.
_new: Final[Any] = object.__new__
_set_days = Date.__dict__["days"].__set__
_set_time_nanos = Time.__dict__["nanos"].__set__
_set_time_offset = Time.__dict__["offset"].__set__
_set_time_zone = Time.__dict__["zone"].__set__
_set_local = DateTime.__dict__["local"].__set__
_set_instant = DateTime.__dict__["instant"].__set__
_set_offset = DateTime.__dict__["offset"].__set__
_set_zone = DateTime.__dict__["zone"].__set__


def _set_time(self: Time, nanos: int, offset: int | None, zone: str | None) -> None:
    _set_time_nanos(self, nanos)
    _set_time_offset(self, offset)
    _set_time_zone(self, zone)


def _set_date_time(self: DateTime, local: int, offset: int | None, zone: str | None) -> None:
    _set_local(self, local)
    _set_instant(self, local - offset * NANOS if offset else local)
    _set_offset(self, offset)
    _set_zone(self, zone)


def clock_text(nanos: int) -> str:
    """``hh:mm:ss[.fraction]`` for nanoseconds since midnight."""
    seconds, nano = divmod(nanos, NANOS)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{fraction_text(nano)}"


def zone_text(offset: int | None, zone: str | None) -> str:
    """``@Zone/Name``, ``Z``, ``+hh:mm[:ss]`` or nothing."""
    if zone is not None:
        return "@" + zone
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    minutes, second = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{second:02d}" if second else text
