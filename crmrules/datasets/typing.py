"""Cells → typed values. One converter per column, compiled once; texts seen before are looked up.

A converter raises :class:`WrongValue`, never anything else, for a cell that does not fit.
"""

from __future__ import annotations

import datetime as stdlib
import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from crmrules.datasets.moments import compile_format, from_stdlib, parse_clock, parse_day, parse_moment
from crmrules.datasets.source import ColumnSpec
from crmrules.feel.types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NUMBER,
    STRING,
    TIME,
    ListType,
    Type,
)
from crmrules.model.issues import Issue
from crmrules.model.numbers import INT_LIMIT, fit, is_whole, parse_number, plain
from crmrules.model.values import DaysDuration, MonthsDuration, Value

Convert = Callable[[Any], Value]

_MEMO_ENTRIES: Final = 1 << 16
_MEMO_TEXT: Final = 64  # longer texts hardly repeat, and would be kept

_WIDE: Final = str.maketrans("０１２３４５６７８９．，－＋／：　", "0123456789.,-+/: ")
_TRUE: Final = frozenset({"true", "yes", "1", "是"})
_FALSE: Final = frozenset({"false", "no", "0", "否"})
_LIST: Final = re.compile("[、,，;；|]")
_THOUSANDS: Final = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")

EXPECTED: Final[Mapping[Type, str]] = {
    NUMBER: "a number",
    BOOLEAN: "true/false, yes/no, 1/0 or 是/否",
    DATE: "a date such as 2026-03-31",
    TIME: "a time such as 09:30:00",
    DATE_TIME: "a date and time such as 2026-03-31 09:30:00",
    DAYS_DURATION: "a duration such as P3D or PT4H",
    MONTHS_DURATION: "a duration such as P1Y6M",
    STRING: "a text",
}


class WrongValue(Exception):  # carried to the row loop, which knows file, row and column
    """A cell that does not fit: the issue's code and parameters, or the storage's own issue for the cell."""

    def __init__(self, code: str, *, cell: Issue | None = None, **params: str) -> None:
        self.code, self.params, self.cell = code, params, cell
        super().__init__(code)


class Memo(dict[Any, Value]):
    """Text → value of one column: ``memo[cell]`` converts what it has not seen, and keeps a bounded part of it.

    Only texts are kept, so that ``1``, ``1.0`` and ``true`` of typed storages never stand for each other.
    """

    __slots__ = ("convert",)

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self.convert = convert

    def __missing__(self, raw: Any) -> Value:
        value = self.convert(raw)
        if type(raw) is str and len(raw) <= _MEMO_TEXT and len(self) < _MEMO_ENTRIES:
            self[raw] = value
        return value


def make_converter(
    kind: Type,
    spec: ColumnSpec,
    null_values: Collection[str],
    zone: str,
    check: Callable[[Value], Value] | None = None,
) -> Convert:
    """A function from a cell to a value of ``kind`` or None.

    ``check`` is applied to every value that is not null (allowed words, ranges) and may replace or refuse it.
    ``ValueError`` when the column's own options do not fit together (a wrong ``format``).
    """
    parse = _text_parser(kind, spec, zone)
    typed = _cell_reader(kind, zone, parse)
    prefix, suffix, replace = spec.trim_prefix, spec.trim_suffix, spec.replace
    nulls = frozenset(null_values)

    def convert(raw: Any) -> Value:
        if raw is None:
            return None
        if isinstance(raw, str):
            text = raw.strip()
            if text in nulls:
                return None
            if prefix:
                text = text.removeprefix(prefix).lstrip()
            if suffix:
                text = text.removesuffix(suffix).rstrip()
            if replace:
                text = replace.get(text, text)
            if text in nulls or not text:
                return None
            value = parse(text)
        elif isinstance(raw, Issue):
            raise WrongValue(raw.code, cell=raw)
        elif type(raw) in (int, Decimal) and (prefix or suffix or replace or str(raw) in nulls):
            return convert(plain(raw))
        else:
            value = typed(raw)
        return value if check is None or value is None else check(value)

    return convert


def identifier(value: Value) -> str | None:
    """A key as text, whatever it was typed as; None for null and blank."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = fit(value)
        return str(int(value)) if is_whole(value) and abs(value) < INT_LIMIT else plain(value)
    return str(value)


def _wrong(found: object, kind: Type, expected: str = "") -> WrongValue:
    text = found if isinstance(found, str) else str(found)
    shown = text if len(text) <= 80 else text[:77] + "…"
    return WrongValue("D301", found=repr(shown), expected=expected or EXPECTED.get(kind, str(kind)))


# --- texts ------------------------------------------------------------------------------------------------------


def _text_parser(kind: Type, spec: ColumnSpec, zone: str) -> Callable[[str], Value]:
    if isinstance(kind, ListType):
        item = _text_parser(kind.item, spec, zone)
        split: Callable[[str], list[str]] = _LIST.split
        if spec.separator:
            split = lambda text: text.split(spec.separator)  # noqa: E731
        return lambda text: [item(part.strip()) for part in split(text) if part.strip()]
    if kind == NUMBER:
        return _number_parser(spec)
    if kind == BOOLEAN:
        return _boolean
    if kind in (DATE, TIME, DATE_TIME):
        return _moment_parser(kind, spec, zone)
    if kind == DAYS_DURATION:
        return _duration_parser(kind, DaysDuration.parse)
    if kind == MONTHS_DURATION:
        return _duration_parser(kind, MonthsDuration.parse)
    return lambda text: text


def _number_parser(spec: ColumnSpec) -> Callable[[str], Value]:
    thousands, decimal = spec.thousands, spec.decimal
    if thousands and thousands == decimal:
        raise ValueError("thousands and decimal are the same")
    grouped = re.compile(rf"[-+]?[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+(?:{re.escape(decimal)}[0-9]*)?")
    expected = EXPECTED[NUMBER]

    def number(text: str) -> Value:
        plain_digits = text if text.isascii() else text.translate(_WIDE).strip()
        if thousands and grouped.fullmatch(plain_digits):
            plain_digits = plain_digits.replace(thousands, "")
        if decimal != ".":
            if "." in plain_digits:
                raise _wrong(text, NUMBER, f"a number with {decimal!r} as decimal mark")
            plain_digits = plain_digits.replace(decimal, ".")
        value = parse_number(plain_digits)
        if value is None:
            if not thousands and decimal == "." and _THOUSANDS.fullmatch(plain_digits):
                raise _wrong(text, NUMBER, 'a number (`thousands: ","` on this column reads the commas)')
            raise _wrong(text, NUMBER, expected)
        return value

    return number


def _boolean(text: str) -> bool:
    word = text.casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise _wrong(text, BOOLEAN)


def _moment_parser(kind: Type, spec: ColumnSpec, zone: str) -> Callable[[str], Value]:
    expected = EXPECTED[kind]
    if spec.format:
        read: Callable[[str], Value] = compile_format(spec.format, kind.name, zone)
        expected = f"a {kind.name} in the format {spec.format}"
    elif kind == DATE:
        read = parse_day
    elif kind == TIME:
        read = parse_clock
    else:
        read = lambda text: parse_moment(text, zone)  # noqa: E731

    def moment(text: str) -> Value:
        value = read(text)
        if value is None and not text.isascii():
            value = read(text.translate(_WIDE).strip())
        if value is None:
            raise _wrong(text, kind, expected)
        return value

    return moment


def _duration_parser(kind: Type, parse: Callable[[str], Value]) -> Callable[[str], Value]:
    def duration(text: str) -> Value:
        value = parse(text)
        if value is None:
            raise _wrong(text, kind)
        return value

    return duration


# --- cells that are no texts ------------------------------------------------------------------------------------


def _cell_reader(kind: Type, zone: str, parse: Callable[[str], Value]) -> Callable[[Any], Value]:
    """Values of storages that have types of their own (Excel, JSON, databases)."""
    if isinstance(kind, ListType):
        item = _cell_reader(kind.item, zone, parse)

        def items(raw: Any) -> Value:
            if not isinstance(raw, list | tuple):
                return [item(raw)]
            there = (part for part in raw if part is not None)
            return [_text_item(part, parse) if isinstance(part, str) else item(part) for part in there]

        return items

    def cell(raw: Any) -> Value:
        if kind == NUMBER and type(raw) in (int, Decimal):
            return _fitted(raw)
        if kind == BOOLEAN and (type(raw) is bool or (type(raw) in (int, Decimal) and raw in (0, 1))):
            return bool(raw)
        if kind == STRING:
            return _as_text(raw)
        if kind in (DATE, TIME, DATE_TIME):
            value = from_stdlib(raw, kind.name, zone)
            if value is not None:
                return value
        if kind == DAYS_DURATION and isinstance(raw, stdlib.timedelta):
            return DaysDuration.from_stdlib(raw)
        if isinstance(raw, stdlib.date | stdlib.time):
            raise _wrong(f"{raw} (a date cell)", kind)
        raise _wrong(_as_json(raw), kind)

    return cell


def _text_item(text: str, parse: Callable[[str], Value]) -> Value:
    value = parse(text.strip())
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _fitted(raw: int | Decimal) -> Value:
    try:
        return fit(raw)
    except (OverflowError, ValueError) as error:
        raise _wrong(str(error), NUMBER) from None


def _as_text(raw: Any) -> str:
    if type(raw) is bool:
        return "true" if raw else "false"
    if type(raw) in (int, Decimal):
        return plain(raw)
    if isinstance(raw, stdlib.datetime):
        return str(raw.date()) if raw.time() == stdlib.time(0) else raw.isoformat(sep=" ")
    if isinstance(raw, stdlib.date | stdlib.time):
        return raw.isoformat()
    raise _wrong(_as_json(raw), STRING)


def _as_json(raw: Any) -> str:
    if type(raw) is bool:
        return "true" if raw else "false"
    if isinstance(raw, list):
        return "a list"
    if isinstance(raw, dict):
        return "an object"
    return str(raw)
