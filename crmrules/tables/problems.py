"""What can be wrong with a table as a whole, as located issues: before it runs, and when rows contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import DecisionTable, HitPolicy, Rule
from crmrules.model.values import Value, kind_of
from crmrules.tables.hit_policy import AGGREGATES, Outcome


def check_hit_policy(table: DecisionTable, priorities: Sequence[Sequence[Value]]) -> list[Issue]:
    """Whether the table's outputs suit its hit policy. ``priorities``: each output's allowed values, or empty."""
    policy, outputs = table.hit_policy, ", ".join(table.outputs)
    if policy in AGGREGATES and len(table.outputs) != 1:
        return [issue("T111", table.span, policy=policy.value, table=table.id, count=len(table.outputs), found=outputs)]
    if policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(priorities):
        return [issue("T112", table.span, policy=policy.value, table=table.id, found=outputs)]
    return []


def outcome_issues(table: DecisionTable, outcome: Outcome) -> list[Issue]:
    """The warnings that go with a result: rows that contradict each other, outputs that do not add up."""
    if outcome.conflict:
        rules = [table.rules[row] for row in outcome.conflict]
        code = "T101" if table.hit_policy is HitPolicy.UNIQUE else "T102"
        return [issue(code, rules[-1].span, table=table.id, count=len(rules), rows=_named(rules))]
    if outcome.failed:
        rules = [table.rules[row] for row in outcome.rows]
        kinds = dict.fromkeys(kind_of(value) for record in outcome.records for value in record)
        policy = table.hit_policy.value
        found = ", ".join("null" if kind == "Null" else kind for kind in kinds)
        return [
            issue("T103", table.span, table=table.id, policy=policy, found=found, rows=", ".join(r.id for r in rules))
        ]
    return []


def _named(rules: Iterable[Rule]) -> str:
    """``VT1 (tiers.xlsx › Tiers!B7), VT2 (…)``."""
    return ", ".join(f"{rule.id} ({rule.span})" if str(rule.span) else rule.id for rule in rules)
