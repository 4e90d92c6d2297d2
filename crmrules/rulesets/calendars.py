"""Documents to calendars: days of the week resolved, single dates collected. What the texts mean is checked when
calendars are compiled (:mod:`crmrules.timing.calendar_compiler`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import CalendarSpec, WorkingDay
from crmrules.model.vocabulary import BLANK, Cell
from crmrules.rulesets.document import Node
from crmrules.rulesets.names import merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.vocabulary import build_label
from crmrules.timing.hours import WEEKDAYS, day_spellings, parse_days


def build_calendars(sections: Sequence[Node], issues: list[Issue]) -> dict[str, CalendarSpec]:
    """The calendars of all files."""
    return {
        name: CalendarSpec(
            name=name,
            label=build_label(node.get("label")),
            time_zone=node.get("time_zone").cell(),
            country=node.get("country").cell(),
            hours=_hours(name, node.get("hours"), issues),
            holidays=tuple(item.cell() for item in node.get("holidays").elements() if item.filled),
            working_days=tuple(_working_days(node.get("working_days"))),
            span=node.key_span,
        )
        for name, node in merged(sections, "the calendar", "日历", issues).items()
    }


def _hours(calendar: str, node: Node, issues: list[Issue]) -> dict[str, Cell]:
    """The hours of each day of the week that has any, Monday first."""
    found: dict[str, Cell] = {}
    unknown: dict[str, Cell] = {}
    places: dict[str, Node] = {}
    for key, value in node.items():
        days = parse_days(key)
        if days is None:
            issues.append(issue("C110", value.key_span, found=key, nearest=nearest(key, day_spellings())))
            unknown[key] = value.cell()  # kept, so that nobody says there are no hours
            continue
        for day in (WEEKDAYS[index] for index in days):
            first = places.setdefault(day, value)
            if first is not value:
                place = str(first.key_span)
                issues.append(issue("C107", value.key_span, found=day, calendar=calendar, first=place))
            elif value.filled:
                found[day] = value.cell()
    return {**{day: found[day] for day in WEEKDAYS if day in found}, **unknown}


def _working_days(node: Node) -> Iterator[WorkingDay]:
    """A list of dates, or a mapping of dates to hours."""
    for item in node.elements():
        if item.filled:
            yield WorkingDay(item.cell())
    for date, hours in node.items():
        yield WorkingDay(Cell(date.strip(), hours.key_span), hours.cell() if hours.filled else BLANK)
