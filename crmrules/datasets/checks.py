"""What a fact's declaration asks of a value: its type, its allowed words, its range."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from crmrules.datasets.typing import EXPECTED, WrongValue
from crmrules.feel.compiler import compile_unary
from crmrules.feel.scope import Scope
from crmrules.feel.typenames import type_named
from crmrules.feel.types import STRING, ListType, Type
from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import plain
from crmrules.model.values import Value
from crmrules.model.vocabulary import Fact
from crmrules.rulesets.nearest import nearest

Check = Callable[[Value], Value]
"""Gives the canonical value or raises ``WrongValue``; never called with null."""

_ALIASES: Final = {
    "text": "string",
    "datetime": "date and time",
    "date-time": "date and time",
    "duration": "days and time duration",
}


def data_type(text: str) -> Type | None:
    """The type of a declared column, by any of its names."""
    text = text.strip()
    if text.startswith("list<") and text.endswith(">"):
        inner = data_type(text[5:-1])
        return ListType(item=inner) if inner is not None else None
    kind = type_named(_ALIASES.get(text, text))
    return kind if kind in EXPECTED else None


def fact_check(fact: Fact, scope: Scope) -> tuple[Check | None, list[Issue]]:
    """A function that gives the canonical value of a fact or raises ``WrongValue``; None when anything goes."""
    kind = data_type(fact.type) or STRING
    steps: list[Check] = []
    if fact.values:
        steps.append(_allowed(fact, isinstance(kind, ListType)))
    issues: list[Issue] = []
    if fact.range is not None and fact.range.text:
        item = kind.item if isinstance(kind, ListType) else kind
        test, issues = compile_unary(fact.range.text, scope, fact.range.span, input=item)
        if test is not None and test.reads:
            reads = ", ".join(sorted(test.reads))
            issues.append(issue("D221", fact.range.span, fact=fact.name, found=fact.range.text, reads=reads))
        elif test is not None:
            steps.append(_in_range(fact, test.test))
    if not steps:
        return None, issues
    if len(steps) == 1:
        return steps[0], issues
    first, second = steps
    return (lambda value: second(first(value))), issues


def _allowed(fact: Fact, many: bool) -> Check:
    canonical = {spelling: allowed.value for allowed in fact.values for spelling in allowed.spellings()}

    def one(value: Value) -> Value:
        found = canonical.get(value) if isinstance(value, str) else None
        if found is None:
            shown = ", ".join(allowed.value for allowed in fact.values)
            near = nearest(str(value), canonical)
            raise WrongValue("D302", found=repr(str(value)), fact=fact.name, expected=shown, nearest=near)
        return found

    return (lambda value: [one(item) for item in value]) if many else one


def _in_range(fact: Fact, test: Callable[..., Value]) -> Check:
    text = fact.range.text if fact.range is not None else ""

    def check(value: Value) -> Value:
        for item in value if isinstance(value, list) else (value,):
            if test(item, {}, None) is not True:
                shown = plain(item) if type(item) in (int, Decimal) else str(item)
                raise WrongValue("D303", found=shown, fact=fact.name, expected=text)
        return value

    return check
