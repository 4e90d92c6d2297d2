"""Classification: a table's outputs become facts of the customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.model.decision import Match
from crmrules.model.ruleset import HitPolicy
from crmrules.tables.hit_policy import apply_hit_policy
from crmrules.tables.problems import outcome_issues

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.model.values import Value

_ONE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


def evaluate(step: TableStep, body: ClassificationBody, run: Evaluation) -> tuple[dict[str, Value], bool]:
    """Decide the table's facts and put them into the environment; also says whether its defaults were used."""
    table = step.table
    hits = run.hits(step).rows
    used_default = False
    columns: Sequence[Value]
    if len(hits) == 1 and table.hit_policy in _ONE:  # by far the most frequent case
        rows: tuple[int, ...] = hits
        columns = [run.result(result) for result in body.rows[hits[0]]]
    else:
        defaults = {at: run.result(result) for at, result in body.defaults.items()} if not hits else None
        outcome = apply_hit_policy(
            table.hit_policy,
            hits,
            lambda row: [run.result(result) for result in body.rows[row]],
            len(body.facts),
            priorities=body.priorities,
            defaults=defaults,
        )
        rows, columns, used_default = outcome.rows, outcome.columns, outcome.used_default
        for warning in outcome_issues(table, outcome):
            run.warn(warning)
    values: dict[str, Value] = {}
    for fact, test, value in zip(body.facts, body.ranges, columns, strict=True):
        values[fact.name] = value if test is None else run.within(fact, test, value)
    run.env.update(values)
    run.values.update(values)
    for row in rows:
        rule = table.rules[row]
        run.matches.append(Match(table.id, rule.id, rule.span))
    return values, used_default
