"""FEEL's two durations: exact seconds (:class:`DaysDuration`) and whole months (:class:`MonthsDuration`)."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import total_ordering
from typing import Any, Final, NoReturn

NANOS: Final = 1_000_000_000
DAY_NANOS: Final = 86_400 * NANOS
_MAX_NANOS: Final = 2**63 * NANOS
_MAX_MONTHS: Final = 12 * 2**31

_MONTHS = re.compile(r"(-?)P(?=[0-9])(?:([0-9]{1,18})Y)?(?:([0-9]{1,18})M)?")
_DAYS = re.compile(
    r"(-?)P(?=[0-9]|T[0-9])(?:([0-9]{1,18})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,18})H)?(?:([0-9]{1,18})M)?(?:([0-9]{1,18})(?:\.([0-9]*))?S)?)?"
)


class Frozen:
    """A value whose slots are set once, by the class's own constructors through the slots' descriptors."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: object) -> Any:
        return self


@total_ordering
class DaysDuration(Frozen):
    """A days and time duration: a signed, exact length kept as whole nanoseconds."""

    __slots__ = ("nanos",)
    nanos: int

    def __init__(self, nanos: int) -> None:
        if not -_MAX_NANOS < nanos < _MAX_NANOS:
            raise OverflowError("days and time duration is too long")
        _set_nanos(self, nanos)

    @classmethod
    def of(cls, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0) -> DaysDuration:
        """From whole parts, which add up: ``DaysDuration.of(days=1, hours=-2)``."""
        return cls((days * 86_400 + hours * 3_600 + minutes * 60 + seconds) * NANOS)

    @classmethod
    def from_stdlib(cls, value: timedelta) -> DaysDuration:
        """From a ``timedelta``, exactly."""
        return cls(((value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds) * 1_000)

    @classmethod
    def parse(cls, text: str) -> DaysDuration | None:
        """From ``[-]PnDTnHnMn.nS`` (``P1D``, ``-PT90M``); None for any other text."""
        match = _DAYS.fullmatch(text)
        if match is None:
            return None
        sign, days, hours, minutes, seconds, fraction = match.groups()
        total = int(days or 0) * 86_400 + int(hours or 0) * 3_600 + int(minutes or 0) * 60 + int(seconds or 0)
        nanos = total * NANOS + int((fraction or "")[:9].ljust(9, "0"))
        if nanos >= _MAX_NANOS:
            return None
        return cls(-nanos if sign else nanos)

    def to_stdlib(self) -> timedelta:
        """A ``timedelta``; ``ValueError`` where it cannot hold the length or the nanoseconds."""
        if self.nanos % 1_000:
            raise ValueError("timedelta holds no nanoseconds")
        try:
            return timedelta(microseconds=self.nanos // 1_000)
        except OverflowError:
            raise ValueError("timedelta cannot be so long") from None

    def __eq__(self, other: object) -> bool:
        return self.nanos == other.nanos if type(other) is DaysDuration else NotImplemented

    def __lt__(self, other: DaysDuration) -> bool:
        return self.nanos < other.nanos if type(other) is DaysDuration else NotImplemented

    def __hash__(self) -> int:
        return hash((DaysDuration, self.nanos))

    def __neg__(self) -> DaysDuration:
        return DaysDuration(-self.nanos)

    def __reduce__(self) -> tuple[Any, ...]:
        return DaysDuration, (self.nanos,)

    def parts(self) -> tuple[int, int, int, int, int]:
        """Days, hours, minutes, seconds, nanoseconds, each normalised and with the duration's sign."""
        sign = -1 if self.nanos < 0 else 1
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        return sign * days, sign * hours, sign * minutes, sign * seconds, sign * nanos

    def __str__(self) -> str:
        days, hours, minutes, seconds, nanos = (abs(part) for part in self.parts())
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos or not (days or clock):
            clock += f"{seconds}{fraction_text(nanos)}S"
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return ("-P" if self.nanos < 0 else "P") + text

    def __repr__(self) -> str:
        return f"DaysDuration({str(self)!r})"


@total_ordering
class MonthsDuration(Frozen):
    """A years and months duration: a signed whole number of months."""

    __slots__ = ("months",)
    months: int

    def __init__(self, months: int) -> None:
        if not -_MAX_MONTHS <= months <= _MAX_MONTHS:
            raise OverflowError("years and months duration is too long")
        _set_months(self, months)

    @classmethod
    def parse(cls, text: str) -> MonthsDuration | None:
        """From ``[-]PnYnM``; None for any other text."""
        match = _MONTHS.fullmatch(text)
        if match is None:
            return None
        sign, years, months = match.groups()
        total = int(years or 0) * 12 + int(months or 0)
        if total > _MAX_MONTHS:
            return None
        return cls(-total if sign else total)

    def __eq__(self, other: object) -> bool:
        return self.months == other.months if type(other) is MonthsDuration else NotImplemented

    def __lt__(self, other: MonthsDuration) -> bool:
        return self.months < other.months if type(other) is MonthsDuration else NotImplemented

    def __hash__(self) -> int:
        return hash((MonthsDuration, self.months))

    def __neg__(self) -> MonthsDuration:
        return MonthsDuration(-self.months)

    def __reduce__(self) -> tuple[Any, ...]:
        return MonthsDuration, (self.months,)

    def parts(self) -> tuple[int, int]:
        """Years and months, each normalised and with the duration's sign."""
        sign = -1 if self.months < 0 else 1
        years, months = divmod(abs(self.months), 12)
        return sign * years, sign * months

    def __str__(self) -> str:
        years, months = (abs(part) for part in self.parts())
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-P" if self.months < 0 else "P") + text

    def __repr__(self) -> str:
        return f"MonthsDuration({str(self)!r})"


Duration = DaysDuration | MonthsDuration

# Setting a slot through its descriptor passes by the refusing __setattr__ and costs no more than an assignment.
_set_nanos = DaysDuration.__dict__["nanos"].__set__
_set_months = MonthsDuration.__dict__["months"].__set__


def parse_duration(text: str) -> Duration | None:
    """Either duration by the text's shape; None for a text of neither shape."""
    return MonthsDuration.parse(text) or DaysDuration.parse(text)


def fraction_text(nanos: int) -> str:
    """``.5`` for half a second, nothing for none."""
    return f".{nanos:09d}".rstrip("0") if nanos else ""
