"""Calendars of the document → :class:`~crmrules.timing.calendar.WorkCalendar`, with all that is wrong in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

from crmrules.model.durations import DAY_NANOS
from crmrules.model.errors import MissingExtraError
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ports import Calendar
from crmrules.model.ruleset import CalendarSpec, RuleSet
from crmrules.model.temporal import Date, DateTime
from crmrules.model.vocabulary import Cell
from crmrules.model.zones import find_zone
from crmrules.timing.calendar import (
    ALWAYS_NAME,
    FIRST_YEAR,
    LAST_YEAR,
    Calendars,
    WorkCalendar,
    around_the_clock,
)
from crmrules.timing.hours import NO_HOURS, WEEKDAYS, Hours, HoursProblem, hours_text, parse_hours

NO_PLUGINS: Final[Mapping[str, Calendar]] = MappingProxyType({})
AHEAD: Final = 31
"""Days after an instant for which a provisional calendar is worth a warning."""


def compile_calendars(ruleset: RuleSet, plugins: Mapping[str, Calendar] = NO_PLUGINS) -> tuple[Calendars, list[Issue]]:
    """The rule set's calendars, those with errors left out, and all issues.

    ``plugins`` are calendars that ``country`` may name. A calendar may be named by its label, too; ``24x7`` is always
    there, in the rule set's zone. Without ``calendar`` the only calendar declared is the default.
    """
    issues: list[Issue] = []
    found: dict[str, WorkCalendar] = {}
    for spec in ruleset.calendars.values():
        calendar, problems = compile_calendar(spec, ruleset.time_zone, plugins)
        issues += problems
        if calendar is not None:
            found[spec.name] = calendar
    names = dict.fromkeys((*ruleset.calendars, ALWAYS_NAME))
    spellings = {name: name for name in names}
    for spec in ruleset.calendars.values():
        for label in (spec.label.en, spec.label.zh):
            if label:
                spellings.setdefault(label, spec.name)
    default = ruleset.calendar.text or (next(iter(ruleset.calendars)) if len(ruleset.calendars) == 1 else "")
    if default and default not in spellings:
        near = (get_close_matches(default, list(spellings), 1, 0.6) or [""])[0]
        issues.append(issue("C111", ruleset.calendar.span, found=default, expected=", ".join(names), nearest=near))
    if find_zone(ruleset.time_zone) is not None:
        found[ALWAYS_NAME] = around_the_clock(ruleset.time_zone)
    by_name = {spelling: found[name] for spelling, name in spellings.items() if name in found}
    return Calendars(MappingProxyType(by_name), spellings.get(default, default), tuple(ruleset.calendars)), issues


def compile_calendar(
    spec: CalendarSpec, zone: str, plugins: Mapping[str, Calendar] = NO_PLUGINS
) -> tuple[WorkCalendar | None, list[Issue]]:
    """One calendar, None when it has errors, and its issues; ``zone`` is used where it names none itself."""
    issues: list[Issue] = []
    if spec.time_zone.text:
        zone = spec.time_zone.text
        if find_zone(zone) is None:
            issues.append(issue("V110", spec.time_zone.span, found=zone, nearest=_nearest_zone(zone)))
    week = _week(spec, issues)
    plugin = plugins.get(spec.country.text)
    country = "" if plugin is not None else _country(spec, plugins, issues)
    dates = _dates(spec, week, issues)
    issues = list(dict.fromkeys(issues))
    if has_errors(issues) or find_zone(zone) is None:  # the loader has reported the rule set's own zone
        return None, issues
    return WorkCalendar(spec.name, zone, week, MappingProxyType(dates), country, plugin), issues


def provisional_issues(ruleset: RuleSet, calendars: Calendars, as_of: DateTime) -> tuple[Issue, ...]:
    """A warning for each calendar whose country has not published the year of ``as_of``, or of the month after it."""
    issues = []
    day = as_of.date
    for name, spec in ruleset.calendars.items():
        calendar = calendars.by_name.get(name)
        if calendar is None or not (calendar.country or calendar.plugin):
            continue
        for year in sorted({day.year, Date.of_days(day.days + AHEAD).year}):
            if calendar.is_provisional(year):
                place = spec.country.span
                issues.append(issue("C121", place, calendar=name, country=spec.country.text, year=year))
    return tuple(issues)


def _week(spec: CalendarSpec, issues: list[Issue]) -> tuple[Hours, ...]:
    week = tuple(_hours(spec.hours[day], issues) if day in spec.hours else NO_HOURS for day in WEEKDAYS)
    before = len(issues)
    for index, hours in enumerate(week):
        after = week[(index + 1) % 7]
        if hours and after and hours[-1][1] - DAY_NANOS > after[0][0]:
            cell = spec.hours[WEEKDAYS[(index + 1) % 7]]
            found, other = hours_text(after[:1]), f"{WEEKDAYS[index]} {hours_text(hours[-1:])}"
            issues.append(issue("C104", cell.span, found=found, other=other))
    if not any(week) and not has_errors(issues[:before]) and spec.hours.keys() <= set(WEEKDAYS):
        issues.append(issue("C105", spec.span, found=spec.name))
    return week


def _hours(cell: Cell, issues: list[Issue]) -> Hours:
    found = parse_hours(cell.text)
    if isinstance(found, HoursProblem):
        issues.append(Issue(found.code, cell.span, found.params))
        return NO_HOURS
    return found


def _country(spec: CalendarSpec, plugins: Iterable[str], issues: list[Issue]) -> str:
    """The country's code; blank without one."""
    text = spec.country.text
    if not text:
        return ""
    from crmrules.timing.holidays import country_code, is_known, known_countries, published_until

    code = country_code(text)
    try:
        if not code or not is_known(code, spec.country.span):
            near = (get_close_matches(text, [*plugins, *known_countries()], 1, 0.6) or [""])[0]
            issues.append(issue("C108", spec.country.span, found=text, nearest=near))
            return ""
    except MissingExtraError as missing:
        issues += missing.issues
        return ""
    until = published_until(code)
    if until is not None:
        issues.append(issue("C120", spec.country.span, calendar=spec.name, country=code, until=until))
    return code


def _dates(spec: CalendarSpec, week: Sequence[Hours], issues: list[Issue]) -> dict[int, Hours]:
    """Hours of the single days that the document lists."""
    usual = next((hours for hours in week if hours), NO_HOURS)
    dates: dict[int, Hours] = {}
    places: dict[int, Cell] = {}

    def take(cell: Cell, hours: Hours | None) -> None:
        day = Date.parse(cell.text)
        if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
            issues.append(issue("C106", cell.span, found=cell.text, low=FIRST_YEAR, high=LAST_YEAR))
        elif day.days in places:
            first = str(places[day.days].span)
            issues.append(issue("C107", cell.span, found=day, calendar=spec.name, first=first))
        else:
            dates[day.days] = hours if hours is not None else week[day.weekday - 1] or usual
            places[day.days] = cell

    for cell in spec.holidays:
        take(cell, NO_HOURS)
    for working in spec.working_days:
        hours = _hours(working.hours, issues) if working.hours.text else None
        if working.hours.text and parse_hours(working.hours.text) == NO_HOURS:
            issues.append(issue("C109", working.hours.span, calendar=spec.name, found=working.date.text))
        take(working.date, hours)
    return dates


def _nearest_zone(text: str) -> str:
    from zoneinfo import available_timezones

    return (get_close_matches(text, sorted(available_timezones()), 1, 0.6) or [""])[0]
