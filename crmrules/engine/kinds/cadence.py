"""Cadence: who is contacted how often, once at an event, or once a year, counted from an anchor.

A recurring row (``every``) is due one gap after its anchor, a single one (``offset``) that long after it or before.
Anchors are mostly what was really done (the last touch), so doing it moves the next due date; a ``fixed`` schedule
counts occurrence after occurrence from one anchor (see :mod:`.occurrences`). Months are counted from the anchor,
never chained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from crmrules.engine.instants import in_zone, instant_of
from crmrules.engine.kinds.clock import ELAPSED, Clock, clock_calendar
from crmrules.engine.kinds.due import status_of
from crmrules.engine.kinds.occurrences import Occurrence, anniversaries, festivals, rolled, rolling, series
from crmrules.engine.kinds.rows import for_each_role, matched_rows, priority_of, withheld_by
from crmrules.engine.steps import Annual, CadenceBody, CadenceRow, TableStep
from crmrules.model.decision import Task, TaskStatus
from crmrules.model.issues import issue
from crmrules.model.numbers import Number
from crmrules.model.ruleset import Kind
from crmrules.model.values import DateTime, kind_of
from crmrules.timing.arithmetic import add_elapsed, add_gap, end_of_day
from crmrules.timing.business_days import Roll
from crmrules.timing.calendar import CalendarError
from crmrules.timing.recurrence import CatchUp

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.feel.compiler import Compiled

NEVER = "never"
"""The period of a task whose anchor has never happened."""

_MAX_FACTOR = 1000


def evaluate(step: TableStep, body: CadenceBody, run: Evaluation) -> bool:
    """Add the tasks of each row that matches; says whether the table's default row was used."""
    matched = matched_rows(step, body.rows, body.default, run)
    if matched.rows and (body.cancel_if is None or run.value(body.cancel_if) is not True):
        withheld = withheld_by(body.suppress, run)
        clock = ELAPSED if body.calendar is None else Clock(clock_calendar(body.calendar, run))
        for row in matched.rows:
            try:
                for each in _occurrences(row, body, run):
                    run.tasks.extend(_tasks(step, row, body, each, clock, withheld, run))
            except _NoMomentError:
                continue
            except (OverflowError, CalendarError) as error:
                _warn_beyond(row, error, run)
    return matched.default


# --- when -----------------------------------------------------------------------------------------------------------


def _occurrences(row: CadenceRow, body: CadenceBody, run: Evaluation) -> Iterable[Occurrence]:
    """When the row falls."""
    if row.annual is not None:
        return _annual(row, row.annual, body, run)
    start = _start(row, run)
    if start is None:
        first = _first(row, body.if_never, run)
        return () if first is None else (Occurrence(None, NEVER, first),)
    if row.every is None:
        due = start if row.offset is None else add_gap(start, row.offset)
        return (_kept(row, Occurrence(start, str(start.date), due), run),)
    factor = _factor(body.stretch, run)
    if body.fixed:
        return series(start, row.every, factor, run.as_of, run.history.as_of, body.catch_up)
    return (_kept(row, rolling(start, row.every, factor), run),)


class _NoMomentError(Exception):
    """An anchor gave something that is no moment; the warning is kept already."""


def _start(row: CadenceRow, run: Evaluation) -> DateTime | None:
    """What the row's time is counted from; None when that never was."""
    if row.after_step:
        told = run.history.told.get(row.after_step)
        return None if told is None else in_zone(told.at, run.zone)
    value = run.value(row.anchor) if row.anchor is not None else None
    if value is None:
        return None
    assert row.anchor is not None
    start = instant_of(value, run.zone)
    if start is None:
        _warn_no_instant(row.anchor, value, run)
        raise _NoMomentError
    return start


def _kept(row: CadenceRow, found: Occurrence, run: Evaluation) -> Occurrence:
    """The occurrence, in the period already acted on when the anchor has moved back since: a record put in later for
    an earlier day, or one taken out, does not call for the action again."""
    told = run.history.told.get(row.cells.rule.id)
    if told is None or told.start is None or found.start is None or row.after_step:
        return found
    if found.start < told.start and found.start <= told.at:
        acted = {**found.reckoning, "acted": told.at}
        return Occurrence(found.start, told.period, found.due, found.latest, found.over, acted)
    return found


def _annual(row: CadenceRow, annual: Annual, body: CadenceBody, run: Evaluation) -> Iterator[Occurrence]:
    last = run.history.as_of
    if annual.date is not None:
        value = run.value(annual.date)
        moment = instant_of(value, run.zone)
        if moment is not None:
            yield from anniversaries(moment.date, run.as_of, body.leap_day, row.offset, last, body.catch_up)
        elif value is not None:
            _warn_no_instant(annual.date, value, run)
        elif (first := _first(row, body.if_never, run)) is not None:
            yield Occurrence(None, NEVER, first)
        return
    for name in annual.festivals:
        try:
            yield from festivals(name, run.as_of, row.offset, last, body.catch_up)
        except ValueError as error:  # lunar dates are known for some centuries only
            _warn_beyond(row, error, run)


def _first(row: CadenceRow, if_never: str | Compiled, run: Evaluation) -> DateTime | None:
    """When the task is due whose anchor never was; None for not at all. Unless told otherwise, who was never contacted
    is due now, and an event that never happened calls for nothing."""
    if if_never == "":
        if_never = "now" if row.every is not None and not row.after_step else "skip"
    if isinstance(if_never, str):
        return None if if_never == "skip" else run.as_of
    value = run.value(if_never)
    first = instant_of(value, run.zone)
    if first is None and value is not None:
        _warn_no_instant(if_never, value, run)
    return first


def _factor(stretch: Compiled | None, run: Evaluation) -> Number:
    """What gaps are multiplied by; unknown is 1, and what is no positive number, too, with a warning."""
    value = None if stretch is None else run.value(stretch)
    if stretch is None or value is None:
        return 1
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 0 < value <= _MAX_FACTOR:
        return value
    found = f"{kind_of(value)} {value}"[:60]
    run.warn(issue("P406", stretch.span, customer=run.customer, text=stretch.text.strip(), found=found))
    return 1


# --- tasks ----------------------------------------------------------------------------------------------------------


def _tasks(
    step: TableStep,
    row: CadenceRow,
    body: CadenceBody,
    found: Occurrence,
    clock: Clock,
    withheld: str,
    run: Evaluation,
) -> Iterator[Task]:
    """The task of one occurrence, for each of the row's roles; none once it is over."""
    cells = row.cells
    due, until, told = found.due, found.latest, found.reckoning
    if body.roll is not Roll.NONE and found.start is not None:
        due = rolled(due, body.roll, clock.calendar)
        until = None if until is None else max(rolled(until, body.roll, clock.calendar), due)
        if due != found.due:
            told = {**told, "rolled": found.due}
    if cells.within is not None:
        until = clock.after(due, cells.within) if cells.working else add_elapsed(due, cells.within)
        if cells.working and clock.calendar is not None:
            told = {**told, "calendar": clock.calendar.name}
    over = found.over
    if row.expires is not None:
        over = add_elapsed(due, row.expires)
    elif over is not None and due != found.due:
        over = max(over, end_of_day(due))
    if over is not None and over <= run.as_of:
        return
    status = status_of(due, until, run.as_of)
    if status is TaskStatus.OVERDUE and body.catch_up is CatchUp.SKIP:
        return
    task = Task(
        kind=Kind.CADENCE,
        decision=step.table.id,
        rule=cells.rule.id,
        span=cells.rule.span,
        task=cells.task,
        due=due,
        status=status,
        period=found.period,
        start=found.start,
        until=until,
        channel=cells.channel,
        owner_role=cells.owner_role,
        priority=priority_of(cells, run),
        purpose=cells.purpose,
        content=cells.content,
        every=row.every.text if row.every is not None else "",
        withheld=withheld,
        reckoning=told,
    )
    yield from for_each_role(task, cells)


def _warn_no_instant(compiled: Compiled, value: object, run: Evaluation) -> None:
    found = f"{kind_of(value)} {value}"[:60]
    run.warn(issue("P407", compiled.span, customer=run.customer, text=compiled.text.strip(), found=found))


def _warn_beyond(row: CadenceRow, error: Exception, run: Evaluation) -> None:
    """A date that no calendar has."""
    anchor = row.anchor
    text = anchor.text.strip() if anchor is not None else row.cells.rule.id
    place = anchor.span if anchor is not None else row.cells.rule.span
    run.warn(issue("P407", place, customer=run.customer, text=text, found=str(error)[:120]))
