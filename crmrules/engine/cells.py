"""Result cells, defaults and parameter values: a text read as a value of a declared type.

A cell is a constant wherever it can be told when the rule set is loaded; what is left is a compiled expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from crmrules.engine.instants import localised
from crmrules.engine.steps import Result, Target
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.listing import listed_words
from crmrules.feel.scope import Scope
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    STRING,
    ListType,
    Type,
)
from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Value, kind_of
from crmrules.model.vocabulary import AllowedValue, Cell
from crmrules.timing.frequency import parse_duration

_BOOLEANS = {"true": True, "false": False, "是": True, "否": False, "yes": True, "no": False}
_SEPARATORS = re.compile(r"[、,，;；|]")
_EXPRESSION = re.compile(r'"|\bprevious\s*\.|^\s*(?:if|for|some|every)\s')


def words_of(values: Iterable[AllowedValue]) -> dict[str, str]:
    """Every spelling → the canonical word, canonical ones first."""
    values = tuple(values)
    words = {allowed.value: allowed.value for allowed in values}
    for allowed in values:
        for spelling in allowed.spellings():
            words.setdefault(spelling, allowed.value)
    return words


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word``, blank when none is."""
    near = get_close_matches(word, list(dict.fromkeys(known)), 1, 0.5)
    return near[0] if near else ""


def listed(words: Iterable[str], limit: int = 12) -> str:
    """Words for a message, cut when there are many."""
    every = list(dict.fromkeys(words))
    return ", ".join(every[:limit]) + (f", … ({len(every)} in all)" if len(every) > limit else "") or "(none)"


def compile_result(cell: Cell, target: Target, scope: Scope, zone: str) -> tuple[Result | None, list[Issue]]:
    """``cell`` as a value of ``target``. Blank and ``null`` are unknown; bare words are the target's words; an
    instant without an offset is read in ``zone``."""
    result, issues = _compile_result(cell, target, scope)
    if result is not None and result.value is not None:
        result = replace(result, value=localised(result.value, zone))
    return result, issues


def _compile_result(cell: Cell, target: Target, scope: Scope) -> tuple[Result | None, list[Issue]]:
    text = cell.text.strip()
    if text in ("", "null"):
        return Result(cell, target), []
    if target.type == STRING:
        return _compile_word(cell, text, target, scope) if target.words else _compile_text(cell, text, target, scope)
    if isinstance(target.type, ListType) and target.type.item == STRING and not _EXPRESSION.search(text):
        if not text.startswith("[") and "(" not in text:
            return _compile_words(cell, text, target)
    constant = _literal(text, target.type)
    if constant is not None:
        return Result(cell, target, constant), []
    compiled, issues = compile_expression(text, scope, cell.span, expected=target.type)
    if compiled is None:
        return None, issues
    result, more = _folded(cell, target, compiled)
    return result, [*issues, *more]


def _literal(text: str, wanted: Type) -> Value:
    """The plain spellings that need no language; None for everything else."""
    if wanted == BOOLEAN:
        return _BOOLEANS.get(text.lower())
    if wanted == DATE:
        return Date.parse(text)
    if wanted == DATE_TIME:
        return DateTime.read(text)
    if wanted in (DAYS_DURATION, MONTHS_DURATION):
        found = parse_duration(text)
        right = DaysDuration if wanted == DAYS_DURATION else MonthsDuration
        return found if isinstance(found, right) else None
    return None


def _compile_word(cell: Cell, text: str, target: Target, scope: Scope) -> tuple[Result | None, list[Issue]]:
    word = target.words.get(text)
    if word is not None:
        return Result(cell, target, word), []
    if _is_bare(text, scope) and not text.startswith('"'):
        return None, [unknown_word(cell.span, text, target)]
    compiled, issues = compile_expression(text, scope, cell.span, expected=STRING)
    if compiled is None:
        # A text without signs of an expression is a misspelt word, whatever the language makes of it.
        return None, issues if _EXPRESSION.search(text) else [unknown_word(cell.span, text, target)]
    if compiled.reads:
        return Result(cell, target, None, compiled), issues
    value = compiled.call({}, None)  # a quoted word, mostly
    if isinstance(value, str) and value in target.words:
        return Result(cell, target, target.words[value]), issues
    return None, [*issues, unknown_word(cell.span, value if isinstance(value, str) else text, target)]


def _compile_text(cell: Cell, text: str, target: Target, scope: Scope) -> tuple[Result | None, list[Issue]]:
    if not _EXPRESSION.search(text):
        return Result(cell, target, text), []
    compiled, issues = compile_expression(text, scope, cell.span, expected=STRING)
    if compiled is None:
        return None, issues
    result, more = _folded(cell, target, compiled)
    return result, [*issues, *more]


def _compile_words(cell: Cell, text: str, target: Target) -> tuple[Result | None, list[Issue]]:
    words: list[str] = []
    issues: list[Issue] = []
    for part in _SEPARATORS.split(text):
        word = part.strip()
        if not word:
            continue
        known = target.words.get(word) if target.words else word
        if known is None:
            issues.append(unknown_word(cell.span.at(cell.text.find(word)), word, target))
        else:
            words.append(known)
    return (None, issues) if issues else (Result(cell, target, words), [])


def _is_bare(text: str, scope: Scope) -> bool:
    """Whether the text is nothing but one name: then it is meant as a word, never as a variable."""
    return text in scope.names or text in scope.spellings or text in scope.constants or text.isidentifier()


def _folded(cell: Cell, target: Target, compiled: Compiled) -> tuple[Result | None, list[Issue]]:
    """A constant where the expression reads nothing."""
    if compiled.reads:
        return Result(cell, target, None, compiled), []
    value = compiled.call({}, None)  # one that fails has been refused by the language
    if not fits(value, target):
        return None, [issue("P202", cell.span, fact=target.name, expected=target.type, found=kind_of(value))]
    return Result(cell, target, value), []


def unknown_word(span: Span, text: str, target: Target) -> Issue:
    """The issue about a word that ``target`` does not have."""
    return issue(
        "P201", span, found=text, fact=target.name, allowed=listed(target.allowed),
        allowed_zh=listed_words(target.words)["words_zh"],
        nearest=nearest(text, target.words),
    )  # fmt: skip


def fits(value: Value, target: Target) -> bool:
    """Whether a value that was worked out may stand for ``target``: of its type, and one of its words."""
    if value is None:
        return True
    if isinstance(target.type, ListType):
        item = Target(target.name, target.type.item, target.words)
        return isinstance(value, list) and all(fits(each, item) for each in value)
    if target.type != ANY and kind_of(value) != target.type.name:
        return False
    return not target.words or not isinstance(value, str) or value in target.words.values()


def canonical(value: Value, words: Mapping[str, str]) -> Value:
    """A string, or the strings of a list, as canonical words where they are spellings of one."""
    if isinstance(value, str):
        return words.get(value, value)
    if isinstance(value, list):
        return [canonical(each, words) for each in value]
    return value
