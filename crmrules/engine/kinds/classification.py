"""Classification: a table's outputs become facts of the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crmrules.engine.kinds.transition import settle
from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.model.ruleset import HitPolicy
from crmrules.tables.hit_policy import apply_hit_policy
from crmrules.tables.problems import outcome_issues

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.model.values import Value

_ONE = frozenset({HitPolicy.UNIQUE, HitPolicy.ANY, HitPolicy.PRIORITY, HitPolicy.FIRST})


def evaluate(step: TableStep, body: ClassificationBody, run: Evaluation) -> tuple[Mapping[str, Value], bool]:
    """Decide the table's facts and put them into the environment; also says whether its defaults were used."""
    values, used_default = _proposed(step, body, run)
    if body.transition is None:
        return values, used_default
    name = body.transition.fact.name
    rules = tuple(match.rule for match in run.matches if match.decision == step.table.id)
    settled = {name: settle(step.table.id, body.transition, values[name], rules, run)}
    run.env.update(settled)
    run.values.update(settled)
    return settled, used_default


def _proposed(step: TableStep, body: ClassificationBody, run: Evaluation) -> tuple[Mapping[str, Value], bool]:
    """What the rows say."""
    table = step.table
    hits = run.hits(step).rows
    if len(hits) == 1 and table.hit_policy in _ONE:  # by far the most frequent case
        row = hits[0]
        run.matches.append(step.matches[row])
        constants = body.constants[row]
        if constants is not None:
            run.env.update(constants)
            run.values.update(constants)
            return constants, False
        return _give(body, [run.result(result) for result in body.rows[row]], run), False
    defaults = {at: run.result(result) for at, result in body.defaults.items()} if not hits else None
    outcome = apply_hit_policy(
        table.hit_policy,
        hits,
        lambda row: [run.result(result) for result in body.rows[row]],
        len(body.facts),
        priorities=body.priorities,
        defaults=defaults,
    )
    for warning in outcome_issues(table, outcome):
        run.warn(warning)
    run.matches.extend(step.matches[row] for row in outcome.rows)
    return _give(body, outcome.columns, run), outcome.used_default


def _give(body: ClassificationBody, columns: Sequence[Value], run: Evaluation) -> dict[str, Value]:
    """Put the values, as far as they lie in their facts' ranges, into the environment and the decision."""
    values: dict[str, Value] = {}
    for fact, test, value in zip(body.facts, body.ranges, columns, strict=True):
        values[fact.name] = value if test is None else run.within(fact, test, value)
    run.env.update(values)
    run.values.update(values)
    return values
