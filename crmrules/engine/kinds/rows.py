"""What cadence and escalation tables share: which rows count, and cells that both have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from crmrules.engine.action_cells import in_limits
from crmrules.engine.steps import ActionCells, TableStep
from crmrules.model.decision import Task
from crmrules.model.issues import issue
from crmrules.model.ruleset import HitPolicy
from crmrules.tables.hit_policy import apply_hit_policy
from crmrules.tables.problems import outcome_issues

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.feel.compiler import Compiled

Row = TypeVar("Row")

_ALL = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER})

SUPPRESSED = "suppress"
"""Why a task is withheld whose table's ``suppress`` is true."""


@dataclass(frozen=True, slots=True)
class Matched(Generic[Row]):
    """The rows that count; whether the default row does in place of any; those that missing data left open."""

    rows: Sequence[Row]
    default: bool = False
    undecided: Sequence[Row] = ()


def matched_rows(step: TableStep, rows: Sequence[Row], default: Row | None, run: Evaluation) -> Matched[Row]:
    """The rows that count under the table's hit policy; without any, its default row, if it has one."""
    table = step.table
    found = run.hits(step)
    hits = found.rows
    undecided = [rows[row] for row in found.undecided] if found.undecided else ()
    if not hits:
        return Matched([default], True, undecided) if default is not None else Matched((), False, undecided)
    if len(hits) > 1 and table.hit_policy not in _ALL:
        # Results are compared as written: two rows of an ANY table agree when their cells do.
        outcome = apply_hit_policy(
            table.hit_policy,
            hits,
            lambda row: [cell.text.strip() for cell in table.rules[row].then],
            len(table.outputs),
        )
        for warning in outcome_issues(table, outcome):
            run.warn(warning)
        hits = outcome.rows
    run.matches.extend(step.matches[row] for row in hits)
    return Matched([rows[row] for row in hits], False, undecided)


def for_each_role(task: Task, cells: ActionCells) -> Iterator[Task]:
    """The task once for each of the row's roles."""
    yield task
    for role in cells.more_roles:
        yield replace(task, owner_role=role, part=role)


def withheld_by(suppress: Compiled | None, run: Evaluation) -> str:
    """The reason when the table's own condition holds its actions back, else blank; unknown does not hold back."""
    return SUPPRESSED if suppress is not None and run.value(suppress) is True else ""


def priority_of(cells: ActionCells, run: Evaluation) -> int:
    """The row's priority; one that cannot be used is a warning and the usual 3."""
    priority = cells.priority
    if priority.compiled is None:
        return int(priority.value)
    value = run.result(priority)
    if in_limits("priority", value):
        return int(value)
    if value is not None:
        run.warn(
            issue(
                "P405", priority.cell.span, customer=run.customer, fact="priority", expected="1..9",
                text=priority.cell.text.strip(), found=str(value)[:40],
            )
        )  # fmt: skip
    return 3
