"""Working time as data: hours by weekday, other hours on single dates, a country's holidays, a time zone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from crmrules.model.clock import known_zone
from crmrules.model.durations import DAY_NANOS, NANOS
from crmrules.model.ports import Calendar
from crmrules.model.temporal import Date, DateTime
from crmrules.model.zones import civil_from_days, days_from_civil, offset_at_local
from crmrules.timing.hours import ALL_DAY, NO_HOURS, Hours

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
"""Years a calendar can be asked about."""


class CalendarError(ValueError):
    """A question that a calendar cannot answer; the text says why."""


def check_year(year: int) -> None:
    """:class:`CalendarError` for a year that calendars know nothing of."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError(f"calendars know the years {FIRST_YEAR} to {LAST_YEAR}, not {year}")


@dataclass(frozen=True, slots=True)
class WorkYear:
    """The stretches of work that begin in one year, as instants (nanoseconds in UTC): starts, ends, and the work done
    before each, counted from the beginning of the year."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def worked(self, instant: int) -> int:
        """Nanoseconds of work up to ``instant``."""
        at = bisect_right(self.starts, instant) - 1
        return 0 if at < 0 else self.before[at] + min(instant, self.ends[at]) - self.starts[at]


@dataclass(frozen=True, eq=False)
class WorkCalendar:
    """When work is done.

    ``week`` has the hours of Monday to Sunday on the clock of ``zone``; ``dates`` the hours of single days (day number
    since 1970-01-01; no hours: a day off), which come before everything else. ``country`` (``CN``, ``DE-BY``) brings
    public holidays and make-up working days from the library `holidays`. A make-up day has its weekday's hours, or
    where that has none those of the week's first working day. ``plugin`` says the same in place of a country.
    """

    name: str
    zone: str
    week: tuple[Hours, ...]
    dates: Mapping[int, Hours] = field(default_factory=lambda: MappingProxyType({}))
    country: str = ""
    plugin: Calendar | None = None
    # Working out a year is pure and takes milliseconds, so each is kept.
    _years: dict[int, WorkYear] = field(default_factory=dict, init=False, repr=False)

    @property
    def always(self) -> bool:
        """Whether work never stops."""
        return not (self.dates or self.country or self.plugin) and all(hours == ALL_DAY for hours in self.week)

    @property
    def usual(self) -> Hours:
        """The hours of the week's first working day: those of a make-up day."""
        return next((hours for hours in self.week if hours), NO_HOURS)

    def intervals(self, day: Date) -> Hours:
        """The stretches of work that begin on ``day``, none on a day off. :class:`CalendarError` beyond the years."""
        check_year(day.year)
        return self._hours(day.days)

    def is_working_day(self, day: Date) -> bool:
        """Whether any work begins on ``day``. :class:`CalendarError` beyond the years 1900 to 2199."""
        return bool(self.intervals(day))

    def is_provisional(self, year: int) -> bool:
        """Whether the country has not yet published that year's holidays and make-up days, so that the library's are
        an estimate; or the plugin does not know the year."""
        if self.plugin is not None:
            return self.plugin.is_working_day(year, 1, 1) is None
        if not self.country:
            return False
        from crmrules.timing.holidays import holidays_of

        return holidays_of(self.country, year).provisional

    def year(self, year: int) -> WorkYear:
        """The work of one year. :class:`CalendarError` beyond the years 1900 to 2199."""
        known = self._years.get(year)
        if known is None:
            check_year(year)
            known = self._years[year] = self._work_year(year)
        return known

    def __reduce__(self) -> tuple[object, ...]:
        return WorkCalendar, (self.name, self.zone, self.week, dict(self.dates), self.country, self.plugin)

    def _hours(self, day: int) -> Hours:
        own = self.dates.get(day)
        if own is not None:
            return own
        hours = self.week[(day + 3) % 7]
        if self.plugin is not None:
            worked = self.plugin.is_working_day(*civil_from_days(day))
            return hours if worked is None else (hours or self.usual) if worked else NO_HOURS
        if not self.country:
            return hours
        from crmrules.timing.holidays import holidays_of

        known = holidays_of(self.country, civil_from_days(day)[0])
        if day in known.working:
            return hours or self.usual
        return NO_HOURS if day in known.off else hours

    def _work_year(self, year: int) -> WorkYear:
        zone = known_zone(self.zone)

        def instant(local: int) -> int:
            days, rest = divmod(local, DAY_NANOS)
            return local - offset_at_local(zone, days, rest // NANOS) * NANOS

        first, after = days_from_civil(year, 1, 1), days_from_civil(year + 1, 1, 1)
        starts, ends, before = [], [], []
        total = 0
        # Work that goes on from the night before is not counted twice.
        night = [instant((first - 1) * DAY_NANOS + end) for _, end in self._hours(first - 1)]
        last = max(night, default=instant((first - 1) * DAY_NANOS))
        for day in range(first, after):
            for start_of, end_of in self._hours(day):
                start, end = max(instant(day * DAY_NANOS + start_of), last), instant(day * DAY_NANOS + end_of)
                if end > start:
                    starts.append(start)
                    ends.append(end)
                    before.append(total)
                    total += end - start
                    last = end
        return WorkYear(tuple(starts), tuple(ends), tuple(before), total)


ALWAYS_NAME: Final = "24x7"


def around_the_clock(zone: str = "UTC") -> WorkCalendar:
    """The calendar without any rest."""
    return WorkCalendar(ALWAYS_NAME, zone, (ALL_DAY,) * 7)


def on_clock(moment: DateTime, zone: str) -> int:
    """The instant of ``moment`` (nanoseconds in UTC); one without an offset is read on the clock of ``zone``."""
    return DateTime.of_local(moment.local, None, zone).instant if moment.offset is None else moment.instant


@dataclass(frozen=True, slots=True)
class Calendars:
    """The calendars of a rule set by name and label, the one that counts where none is named, and the names of all
    that are declared."""

    by_name: Mapping[str, WorkCalendar] = field(default_factory=lambda: MappingProxyType({}))
    default: str = ""
    names: tuple[str, ...] = ()

    def of(self, name: str = "") -> WorkCalendar | None:
        """The calendar of that name, the default for a blank; None where there is none."""
        return self.by_name.get(name or self.default)

    @property
    def countries(self) -> bool:
        """Whether any of them has the holidays of a country, or a plugin's."""
        return any(calendar.country or calendar.plugin for calendar in self.by_name.values())


NO_CALENDARS: Final = Calendars()
