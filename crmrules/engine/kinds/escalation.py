"""Escalation: a signal opens an episode, and its levels are told one after another while it lasts.

An episode begins when the row or table says (``since``), else when an earlier run first saw the signal, else now. A
level is due ``after`` that long and has ``within`` to act, both elapsed time. When no row of the signal matches any
more, the episode is over: it makes no tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmrules.engine.actions import in_limits
from crmrules.engine.instants import in_zone, instant_of
from crmrules.engine.kinds.due import status_of
from crmrules.engine.kinds.rows import matched_rows, priority_of, withheld_by
from crmrules.engine.steps import EscalationBody, EscalationRow, TableStep
from crmrules.model.decision import Task, TaskStatus
from crmrules.model.issues import issue
from crmrules.model.ruleset import Kind
from crmrules.model.values import DateTime, kind_of
from crmrules.timing.arithmetic import add_elapsed

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation

Episode = tuple[DateTime | None, str]
"""When it began (None: that could not be told), and the period's name in the action's key."""


def evaluate(step: TableStep, body: EscalationBody, run: Evaluation) -> bool:
    """Add a task for each level of each signal that is on; says whether the table's default row was used."""
    rows, used_default = matched_rows(step, body.rows, body.default, run)
    if rows:
        withheld = withheld_by(body.suppress, run)
        episodes: dict[tuple[str, int], Episode] = {}  # the levels of a signal mostly begin together
        for row in rows:
            key = row.signal, id(row.since)
            if key not in episodes:
                start = _began(row, run)
                episodes[key] = start, "" if start is None else str(start)
            task = _task(step, row, episodes[key], withheld, run)
            if task is not None:
                run.tasks.append(task)
    return used_default


def _task(
    step: TableStep, row: EscalationRow, episode: Episode, withheld: str, run: Evaluation
) -> Task | None:
    start, period = episode
    if start is None:
        return None
    cells = row.cells
    try:
        due = start if row.after is None else add_elapsed(start, row.after)
        until = None if cells.within is None else add_elapsed(due, cells.within)
    except OverflowError:
        found = "a date beyond the calendar"
        run.warn(issue("P407", cells.rule.span, customer=run.customer, text=cells.rule.id, found=found))
        return None
    # A level that is not reached is not yet anybody's work, even if it will be later today.
    status = TaskStatus.UPCOMING if due > run.as_of else status_of(due, until, run.as_of)
    return Task(
        kind=Kind.ESCALATION,
        decision=step.table.id,
        rule=cells.rule.id,
        span=cells.rule.span,
        task=cells.task,
        due=due,
        status=status,
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
    )


def _began(row: EscalationRow, run: Evaluation) -> DateTime | None:
    """When the episode began; None, with a warning, when ``since`` gives something that is no moment."""
    if row.since is not None:
        value = run.value(row.since)
        if value is not None:
            start = instant_of(value, run.zone)
            if start is None:
                found = f"{kind_of(value)} {value}"[:60]
                run.warn(
                    issue("P407", row.since.span, customer=run.customer, text=row.since.text.strip(), found=found)
                )
            return start
    episode = run.history.episodes.get(row.signal)
    return run.as_of if episode is None else in_zone(episode.since, run.zone)


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
