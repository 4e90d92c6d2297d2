"""Every kind of value the rule language knows, and the way in and out for Python's own objects.

====================================  ==========================================================
FEEL                                  Python
====================================  ==========================================================
number                                ``int`` or ``decimal.Decimal`` (never ``float`` or ``bool``)
string, boolean, null                 ``str``, ``bool``, ``None``
date, time, date and time             :class:`Date`, :class:`Time`, :class:`DateTime`
days and time duration                :class:`DaysDuration`
years and months duration             :class:`MonthsDuration`
list, context                         ``list`` (never changed), ``dict`` with string keys
range, function                       :class:`Range`, :class:`Function`
====================================  ==========================================================
"""

from __future__ import annotations

import datetime as stdlib
import math
import numbers as abstract
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from crmrules.model.durations import NANOS, DaysDuration, MonthsDuration, parse_duration
from crmrules.model.numbers import FEEL_CONTEXT, fit
from crmrules.model.temporal import Date, DateTime, Time

Value = Any
"""Any value of the table above. ``Any`` because lists and contexts nest it."""

__all__ = [
    "FEEL_CONTEXT",
    "Date",
    "DateTime",
    "DaysDuration",
    "Function",
    "MonthsDuration",
    "Range",
    "Time",
    "Value",
    "from_value",
    "kind_of",
    "parse_temporal",
    "property_names",
    "property_of",
    "to_value",
]

_MAX_DEPTH = 64


@dataclass(frozen=True, slots=True, unsafe_hash=False)
class Range:
    """The values between two ends.

    ``form`` is empty for ``[1..10]`` and the operator for the unary forms: ``(< 10)`` is
    ``Range(None, 10, False, False, "<")``, ``(= 10)`` is ``Range(10, 10, True, True, "=")``, ``(!= 10)`` is
    ``Range(10, 10, False, False, "!=")``. A missing end is None and not included; a None end with an empty form was
    written out (``[1..null]``), and then nothing can be said to lie inside.
    """

    start: Value
    end: Value
    start_included: bool = True
    end_included: bool = True
    form: str = ""

    @classmethod
    def unary(cls, operator: str, end: Value) -> Range:
        """The range ``(operator end)``, ``operator`` one of ``< <= > >= = !=``."""
        match operator:
            case "<" | "<=":
                return cls(None, end, False, operator == "<=", operator)
            case ">" | ">=":
                return cls(end, None, operator == ">=", False, operator)
            case "=" | "!=":
                return cls(end, end, operator == "=", operator == "=", operator)
            case _:
                raise ValueError(f"no unary range {operator!r}")


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function as a value: ``call`` takes the arguments by position and returns a value.

    ``type`` is its static type where one is known (a :class:`crmrules.feel.types.FunctionType`).
    """

    params: tuple[str, ...]
    call: Callable[..., Value]
    name: str = ""
    type: Any = None


_KINDS: dict[type, str] = {
    type(None): "Null",
    bool: "boolean",
    int: "number",
    Decimal: "number",
    str: "string",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}


def kind_of(value: Value) -> str:
    """FEEL's name of the value's type: ``number``, ``date and time``, ``context`` …"""
    return _KINDS.get(type(value)) or ("function" if callable(value) else type(value).__name__)


def to_value(obj: object, _depth: int = 0) -> Value:
    """A Python object as a FEEL value, at any depth; ``ValueError`` says what does not fit.

    A ``float`` becomes the decimal it prints as; NaN and infinities are refused. Tuples and sets become lists,
    mappings become contexts, enumeration members their value.
    """
    kind = type(obj)
    if kind is str or obj is None or kind is bool or kind in _SCALARS:
        return obj
    if kind is int or kind is Decimal:
        return _fit(obj)
    if isinstance(obj, float):
        if not math.isfinite(obj):
            raise ValueError(f"{float.__repr__(obj)} is not a number a rule can use")
        return fit(Decimal(float.__repr__(obj)))
    if isinstance(obj, stdlib.date | stdlib.time | stdlib.timedelta):
        return _from_stdlib(obj)
    if isinstance(obj, Enum):
        return to_value(obj.value, _depth)
    if isinstance(obj, str):
        return str.__str__(obj)
    if isinstance(obj, abstract.Integral):
        return _fit(int(obj))
    if isinstance(obj, Decimal):
        return _fit(Decimal(obj))
    if _depth >= _MAX_DEPTH:
        raise ValueError(f"nested more than {_MAX_DEPTH} levels deep")
    if isinstance(obj, Mapping):
        for key in obj:
            if not isinstance(key, str):
                raise ValueError(f"a context's keys are strings, not {type(key).__name__} {key!r}")
        return {str.__str__(key): to_value(item, _depth + 1) for key, item in obj.items()}
    if isinstance(obj, list | tuple):
        return [to_value(item, _depth + 1) for item in obj]
    if isinstance(obj, Set):
        return _sorted_items([to_value(item, _depth + 1) for item in obj])
    raise ValueError(f"a {kind.__name__} is no value of the rule language")


_SCALARS = frozenset({Date, Time, DateTime, DaysDuration, MonthsDuration, Range, Function})


def _fit(value: Any) -> Value:
    try:
        return fit(value)
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _from_stdlib(obj: stdlib.date | stdlib.time | stdlib.timedelta) -> Value:
    try:
        if isinstance(obj, stdlib.datetime):
            return DateTime.from_stdlib(obj)
        if isinstance(obj, stdlib.date):
            return Date.from_stdlib(obj)
        if isinstance(obj, stdlib.time):
            return Time.from_stdlib(obj)
        return DaysDuration.from_stdlib(obj)
    except (TypeError, AttributeError):  # look-alikes without a moment, such as a data frame's NaT
        raise ValueError(f"{obj!r} is no moment in time") from None


def _sorted_items(items: list[Value]) -> list[Value]:
    """A set has no order of its own: put it into one that is the same on every run."""
    return sorted(items, key=lambda item: (kind_of(item), str(item)))


def from_value(value: Value) -> Any:
    """A FEEL value as Python's own object where one fits exactly, else the value itself."""
    if isinstance(value, Date | Time | DateTime | DaysDuration):
        try:
            return value.to_stdlib()
        except (ValueError, OverflowError):
            return value
    if isinstance(value, list):
        return [from_value(item) for item in value]
    if isinstance(value, dict):
        return {key: from_value(item) for key, item in value.items()}
    return value


def parse_temporal(text: str) -> Date | Time | DateTime | DaysDuration | MonthsDuration | None:
    """What ``@"text"`` stands for, by the text's shape; None when it has none of the shapes."""
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text[4:]:
        moment = DateTime.parse(text)
        if moment is not None or ":" not in text[:3]:
            return moment
    return Time.parse(text) if text[2:3] == ":" else Date.parse(text)


def _offset(value: Time | DateTime) -> DaysDuration | None:
    return None if value.offset is None else DaysDuration(value.offset * NANOS)


def _second(nanos: int) -> int | Decimal:
    whole, fraction = divmod(nanos % (60 * NANOS), NANOS)
    return whole if not fraction else Decimal(f"{whole}.{fraction:09d}").normalize(FEEL_CONTEXT)


_PROPERTIES: dict[type, dict[str, Callable[[Any], Value]]] = {
    Date: {
        "year": lambda v: v.year,
        "month": lambda v: v.month,
        "day": lambda v: v.day,
        "weekday": lambda v: v.weekday,
    },
    Time: {
        "hour": lambda v: v.hour,
        "minute": lambda v: v.minute,
        "second": lambda v: _second(v.nanos),
        "time offset": _offset,
        "timezone": lambda v: v.zone,
    },
    DateTime: {
        "year": lambda v: v.date.year,
        "month": lambda v: v.date.month,
        "day": lambda v: v.date.day,
        "weekday": lambda v: v.date.weekday,
        "hour": lambda v: v.time.hour,
        "minute": lambda v: v.time.minute,
        "second": lambda v: _second(v.local),
        "time offset": _offset,
        "timezone": lambda v: v.zone,
    },
    DaysDuration: {
        "days": lambda v: v.parts()[0],
        "hours": lambda v: v.parts()[1],
        "minutes": lambda v: v.parts()[2],
        "seconds": lambda v: _signed_seconds(v),
    },
    MonthsDuration: {"years": lambda v: v.parts()[0], "months": lambda v: v.parts()[1]},
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}


def _signed_seconds(value: DaysDuration) -> int | Decimal:
    seconds = _second(abs(value.nanos))
    return -seconds if value.nanos < 0 else seconds


def property_names(value: Value) -> tuple[str, ...]:
    """The properties that values of this kind have; none for contexts, which have keys instead."""
    return tuple(_PROPERTIES.get(type(value), ()))


def property_of(value: Value, name: str) -> Value:
    """A built-in property (``.year``, ``.time offset``, ``.start included``); ``KeyError`` when there is none."""
    return _PROPERTIES[type(value)][name](value)
