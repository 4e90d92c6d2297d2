"""Rows' validity dates: ``[valid_from, valid_to)``, either end blank for none."""

from __future__ import annotations

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import Rule
from crmrules.model.values import Date
from crmrules.model.vocabulary import Cell
from crmrules.tables.conditions import Interval


def read_validity(rule: Rule) -> tuple[Interval | None, list[Issue]]:
    """The row's days since 1970-01-01, None when it is always valid; and what is wrong with its dates."""
    issues: list[Issue] = []
    start, end = _day(rule.valid_from, issues), _day(rule.valid_to, issues)
    if start is not None and end is not None and start >= end:
        issues.append(
            issue(
                "T122", rule.valid_to.span, rule=rule.id, found=rule.valid_to.text.strip(),
                expected=rule.valid_from.text.strip(),
            )
        )  # fmt: skip
        return None, issues
    return (None if start is None and end is None else Interval(start, end, True, False)), issues


def _day(cell: Cell, issues: list[Issue]) -> int | None:
    text = cell.text.strip()
    if text in ("", "-"):
        return None
    day = Date.parse(text.replace("/", "-"))
    if day is None:
        issues.append(issue("T121", cell.span, found=text))
        return None
    return day.days
