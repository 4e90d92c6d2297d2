"""What ``string()`` writes. Values inside lists, contexts and ranges are written so that the language reads them."""

from __future__ import annotations

import re
from decimal import Decimal

from crmrules.feel.builtins.limits import check_depth, short_enough
from crmrules.model.numbers import plain
from crmrules.model.values import Date, DateTime, DaysDuration, Function, MonthsDuration, Range, Time, Value

_NAME = re.compile(r"[^\W\d]\w*(?: \w+)*")


def text_of(value: Value) -> str | None:
    """``string(value)``: null stays null, a string is itself, everything else its canonical text."""
    if value is None or type(value) is str:
        return value
    if isinstance(value, Date | Time | DateTime | DaysDuration | MonthsDuration):
        return str(value)
    return short_enough("".join(_written(value, 0)))


def literal_of(value: Value) -> str:
    """The value as the language would write it: strings quoted, temporal values as ``@"…"``."""
    return short_enough("".join(_written(value, 0)))


def _written(value: Value, depth: int) -> list[str]:
    check_depth(depth)
    kind = type(value)
    if value is None:
        return ["null"]
    if kind is bool:
        return ["true" if value else "false"]
    if kind is int or kind is Decimal:
        return [plain(value)]
    if kind is str:
        return [quoted(value)]
    if kind is list:
        pieces = ["["]
        for i, item in enumerate(value):
            pieces += [", "] if i else []
            pieces += _written(item, depth + 1)
        return [*pieces, "]"]
    if kind is dict:
        pieces = ["{"]
        for i, (key, item) in enumerate(value.items()):
            pieces += [", "] if i else []
            pieces += [key if _NAME.fullmatch(key) else quoted(key), ": ", *_written(item, depth + 1)]
        return [*pieces, "}"]
    if isinstance(value, Range):
        return _range_written(value, depth)
    if isinstance(value, Function):
        return [f"function({', '.join(value.params)})"]
    return [f'@"{value}"']


def _range_written(r: Range, depth: int) -> list[str]:
    if r.form:
        end = r.end if r.start is None else r.start
        return [f"({r.form} ", *_written(end, depth + 1), ")"]
    start, end = _written(r.start, depth + 1), _written(r.end, depth + 1)
    return ["[" if r.start_included else "(", *start, "..", *end, "]" if r.end_included else ")"]


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def quoted(text: str) -> str:
    """A string literal of the language."""
    return f'"{text.translate(_ESCAPES)}"'
