"""Cadence: who is contacted how often, or once at an event, counted from an anchor.

A recurring row (``every``) is due one gap after its anchor, a single one (``offset``) that long after it or before.
Anchors are what was really done (the last touch), so doing it moves the next due date; months are counted from the
anchor, never chained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmrules.engine.instants import instant_of
from crmrules.engine.kinds.due import status_of
from crmrules.engine.kinds.rows import matched_rows, priority_of, withheld_by
from crmrules.engine.steps import CadenceBody, CadenceRow, TableStep
from crmrules.model.decision import Task
from crmrules.model.issues import issue
from crmrules.model.ruleset import Kind
from crmrules.model.values import DateTime, kind_of
from crmrules.timing.arithmetic import add_elapsed, add_gap

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.feel.compiler import Compiled

NEVER = "never"
"""The period of a task whose anchor has never happened."""


def evaluate(step: TableStep, body: CadenceBody, run: Evaluation) -> bool:
    """Add a task for each row that matches; says whether the table's default row was used."""
    rows, used_default = matched_rows(step, body.rows, body.default, run)
    if rows:
        withheld = withheld_by(body.suppress, run)
        for row in rows:
            task = _task(step, row, body.if_never, withheld, run)
            if task is not None:
                run.tasks.append(task)
    return used_default


def _task(
    step: TableStep, row: CadenceRow, if_never: str | Compiled, withheld: str, run: Evaluation
) -> Task | None:
    anchor_value = run.value(row.anchor)
    as_of = run.as_of
    latest: DateTime | None = None
    try:
        if anchor_value is not None:
            start = instant_of(anchor_value, run.zone)
            if start is None:
                _warn_no_instant(row.anchor, anchor_value, run)
                return None
            period = str(start.date)
            if row.every is not None:
                due = add_gap(start, row.every.ideal)
                if row.every.maximum != row.every.ideal:
                    latest = add_gap(start, row.every.maximum)
            else:
                due = start if row.offset is None else add_gap(start, row.offset)
        else:
            first = _first(if_never, run)
            if first is None:
                return None
            start, period, due = None, NEVER, first
        until = latest if row.cells.within is None else add_elapsed(due, row.cells.within)
    except OverflowError:
        _warn_no_instant(row.anchor, anchor_value, run)
        return None
    cells = row.cells
    return Task(
        kind=Kind.CADENCE,
        decision=step.table.id,
        rule=cells.rule.id,
        span=cells.rule.span,
        task=cells.task,
        due=due,
        status=status_of(due, until, as_of),
        period=period,
        start=start,
        until=until,
        channel=cells.channel,
        owner_role=cells.owner_role,
        priority=priority_of(cells, run),
        purpose=cells.purpose,
        content=cells.content,
        every=row.every.text if row.every is not None else "",
        withheld=withheld,
    )


def _first(if_never: str | Compiled, run: Evaluation) -> DateTime | None:
    """When the task is due whose anchor never was; None for not at all."""
    if isinstance(if_never, str):
        return None if if_never == "skip" else run.as_of
    value = run.value(if_never)
    first = instant_of(value, run.zone)
    if first is None and value is not None:
        _warn_no_instant(if_never, value, run)
    return first


def _warn_no_instant(compiled: Compiled, value: object, run: Evaluation) -> None:
    found = f"{kind_of(value)} {value}"[:60]
    run.warn(
        issue("P407", compiled.span, customer=run.customer, text=compiled.text.strip(), found=found)
    )
