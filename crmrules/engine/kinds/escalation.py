"""Escalation: a signal opens an episode, and its levels are told one after another while it lasts.

An episode begins when the row or table says (``since``), else when an earlier run first saw the signal, else now. A
level is due ``after`` that long and has ``within`` to act; before that ends a warning may go out. Both run by the row's
clock, elapsed or working time, which stands still during holds. When no row of the signal matches any more, the episode
is over: it makes no tasks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from crmrules.engine.action_cells import in_limits
from crmrules.engine.kinds.clock import ELAPSED, Clock, clock_calendar, read_holds
from crmrules.engine.kinds.due import status_of
from crmrules.engine.kinds.episodes import Episode, episode_of
from crmrules.engine.kinds.rows import for_each_role, matched_rows, priority_of, withheld_by
from crmrules.engine.steps import EscalationBody, EscalationRow, TableStep
from crmrules.model.decision import Task, TaskStatus
from crmrules.model.durations import Duration
from crmrules.model.issues import issue
from crmrules.model.ruleset import Kind
from crmrules.model.values import DateTime, DaysDuration, MonthsDuration
from crmrules.timing.calendar import CalendarError

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation


def evaluate(step: TableStep, body: EscalationBody, run: Evaluation) -> bool:
    """Add the tasks of each level of each signal that is on; says whether the table's default row was used."""
    matched = matched_rows(step, body.rows, body.default, run)
    if matched.undecided:
        run.undecided.update(row.signal for row in matched.undecided)
    if matched.rows:
        withheld = withheld_by(body.suppress, run)
        elapsed = working = ELAPSED
        if body.holds is not None or body.calendar is not None:
            holds = read_holds(body.holds, run)
            elapsed, working = Clock(None, holds), Clock(clock_calendar(body.calendar, run), holds)
        episodes: dict[tuple[str, int], Episode] = {}  # the levels of a signal mostly begin together
        for row in matched.rows:
            key = row.signal, id(row.since)
            try:
                if key not in episodes:
                    episodes[key] = episode_of(row, body, run)
                start, period = episodes[key]
                if start is None:
                    run.undecided.add(row.signal)
                    continue
                _open(row.signal, start, run)
                clock = working if row.cells.working else elapsed
                run.tasks.extend(_tasks(step, row, start, period, clock, withheld, run))
            except (OverflowError, CalendarError) as error:
                found = str(error)[:120] or "a date beyond the calendar"
                cells = row.cells
                run.warn(issue("P407", cells.rule.span, customer=run.customer, text=cells.rule.id, found=found))
    return matched.default


def _open(signal: str, start: DateTime, run: Evaluation) -> None:
    known = run.episodes.get(signal)
    if known is None or start < known:
        run.episodes[signal] = start


def _tasks(
    step: TableStep, row: EscalationRow, start: DateTime, period: str, clock: Clock, withheld: str, run: Evaluation
) -> Iterator[Task]:
    """The level, and the warning before the end of its time, for each of the row's roles."""
    cells = row.cells
    due = start if row.after is None else clock.after(start, row.after)
    until = None if cells.within is None else clock.after(due, cells.within)
    task = Task(
        kind=Kind.ESCALATION,
        decision=step.table.id,
        rule=cells.rule.id,
        span=cells.rule.span,
        task=cells.task,
        due=due,
        status=_status(due, until, clock, run.as_of),
        period=period,
        start=start,
        until=until,
        channel=cells.channel,
        owner_role=cells.owner_role,
        priority=priority_of(cells, run),
        purpose=cells.purpose,
        content=cells.content,
        signal=row.signal,
        level=_level(row, run),
        withheld=withheld,
        reckoning=clock.told,
    )
    yield from for_each_role(task, cells)
    # Once the time is over there is nothing to warn of.
    if row.warn is not None and cells.within is not None and until is not None and until > run.as_of:
        at = clock.after(due, _less(cells.within, row.warn, due))
        warning = replace(task, task=row.warning, due=at, status=_status(at, until, clock, run.as_of), level=0)
        yield from for_each_role(warning, cells)


def _status(due: DateTime, until: DateTime | None, clock: Clock, as_of: DateTime) -> TaskStatus:
    if until is not None and until <= as_of:
        return TaskStatus.OVERDUE
    if clock.holds.paused and (until is not None or due > as_of):
        return TaskStatus.PAUSED
    # A level that is not reached is not yet anybody's work, even if it will be later today.
    return TaskStatus.UPCOMING if due > as_of else status_of(due, until, as_of)


def _less(within: Duration, warn: Duration, due: DateTime) -> Duration:
    """The time allowed without its last part, but never less than nothing (months have no length of their own)."""
    if isinstance(within, DaysDuration) and isinstance(warn, DaysDuration):
        return DaysDuration(max(within.nanos - warn.nanos, 0))
    if isinstance(within, MonthsDuration) and isinstance(warn, MonthsDuration):
        return MonthsDuration(max(within.months - warn.months, 0))
    end = ELAPSED.after(due, within)
    moment = end.plus_months(-warn.months) if isinstance(warn, MonthsDuration) else end.plus_nanos(-warn.nanos)
    return DaysDuration(max(moment.instant - due.instant, 0))


def _level(row: EscalationRow, run: Evaluation) -> int:
    if row.level.compiled is None:
        return int(row.level.value)
    value = run.result(row.level)
    if in_limits("level", value):
        return int(value)
    if value is not None:
        cell = row.level.cell
        run.warn(
            issue(
                "P405", cell.span, customer=run.customer, fact="level", expected="1..99", text=cell.text.strip(),
                found=str(value)[:40],
            )
        )  # fmt: skip
    return 1
