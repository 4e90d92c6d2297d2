"""Built-ins on ranges and points. A point counts as the closed range from itself to itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from crmrules.feel.builtins.calling import call
from crmrules.feel.builtins.comparison import order
from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.builtins.temporal import TEMPORAL_BUILTINS
from crmrules.feel.types import BOOLEAN, STRING, RangeType
from crmrules.model.numbers import parse_number
from crmrules.model.values import Range, Value, parse_temporal

# --- the algebra --------------------------------------------------------------------------------------------


def _span(value: Value) -> Range:
    """The range a value stands for; only the unary forms may lack an end, which then lies beyond everything."""
    if not isinstance(value, Range):
        return Range(value, value)
    if value.form == "!=":
        raise Failure("(!= …) is not one stretch of values")
    if not value.form and (value.start is None or value.end is None):
        raise Failure("the range has a null end")
    return value


def _starts(a: Range, b: Range) -> int:
    """Compares where two ranges start; a missing start comes first."""
    if a.start is None or b.start is None:
        return int(a.start is not None) - int(b.start is not None)
    return order(a.start, b.start)


def _ends(a: Range, b: Range) -> int:
    """Compares where two ranges end; a missing end comes last."""
    if a.end is None or b.end is None:
        return int(a.end is None) - int(b.end is None)
    return order(a.end, b.end)


def _gap(a: Range, b: Range) -> int:
    """Compares ``a``'s end with ``b``'s start: -1 when there is room between them, 0 when they are at one point."""
    if a.end is None or b.start is None:
        return 1
    return order(a.end, b.start)


def before(a: Value, b: Value) -> bool:
    """``a`` ends before ``b`` starts."""
    x, y = _span(a), _span(b)
    gap = _gap(x, y)
    return gap < 0 or (gap == 0 and not (x.end_included and y.start_included))


def after(a: Value, b: Value) -> bool:
    """``a`` starts after ``b`` ends."""
    return before(b, a)


def meets(a: Value, b: Value) -> bool:
    """``a`` ends at the very point where ``b`` starts, both included."""
    x, y = _span(a), _span(b)
    return x.end_included and y.start_included and _gap(x, y) == 0


def met_by(a: Value, b: Value) -> bool:
    """``b`` meets ``a``."""
    return meets(b, a)


def overlaps(a: Value, b: Value) -> bool:
    """Some point lies in both."""
    return not before(a, b) and not before(b, a)


def overlaps_before(a: Value, b: Value) -> bool:
    """``a`` starts first, they share a point, and ``a`` ends no later."""
    x, y = _span(a), _span(b)
    starts, ends = _starts(x, y), _ends(x, y)
    first = starts < 0 or (starts == 0 and x.start_included and not y.start_included)
    no_later = ends < 0 or (ends == 0 and (not x.end_included or y.end_included))
    return first and no_later and not before(x, y)


def overlaps_after(a: Value, b: Value) -> bool:
    """``b`` overlaps before ``a``."""
    return overlaps_before(b, a)


def finishes(a: Value, b: Value) -> bool:
    """``a`` ends as ``b`` ends and starts no earlier."""
    x, y = _span(a), _span(b)
    starts = _starts(x, y)
    no_earlier = starts > 0 or (starts == 0 and (not x.start_included or y.start_included))
    return x.end_included == y.end_included and _ends(x, y) == 0 and no_earlier


def finished_by(a: Value, b: Value) -> bool:
    """``b`` finishes ``a``."""
    return finishes(b, a)


def starts(a: Value, b: Value) -> bool:
    """``a`` starts as ``b`` starts and ends no later."""
    x, y = _span(a), _span(b)
    ends = _ends(x, y)
    no_later = ends < 0 or (ends == 0 and (not x.end_included or y.end_included))
    return x.start_included == y.start_included and _starts(x, y) == 0 and no_later


def started_by(a: Value, b: Value) -> bool:
    """``b`` starts ``a``."""
    return starts(b, a)


def includes(a: Value, b: Value) -> bool:
    """Every point of ``b`` lies in ``a``."""
    x, y = _span(a), _span(b)
    first, last = _starts(x, y), _ends(x, y)
    return (first < 0 or (first == 0 and (x.start_included or not y.start_included))) and (
        last > 0 or (last == 0 and (x.end_included or not y.end_included))
    )


def during(a: Value, b: Value) -> bool:
    """``b`` includes ``a``."""
    return includes(b, a)


def coincides(a: Value, b: Value) -> bool:
    """The same point, or the same ends with the same openness."""
    x, y = _span(a), _span(b)
    same_openness = (x.start_included, x.end_included) == (y.start_included, y.end_included)
    return same_openness and _starts(x, y) == 0 and _ends(x, y) == 0


# --- range("[1..3]") ----------------------------------------------------------------------------------------

_TEXT: Final = r'"(?:[^"\\]|\\.)*"'
_ARGUMENT: Final = rf"\s*(?:{_TEXT}|[-+.0-9eE]+)\s*"
_END: Final = rf"@?{_TEXT}|[-+.0-9eE]+?|(?:date and time|date|time|duration)\s*\({_ARGUMENT}(?:,{_ARGUMENT})*\)"
_RANGE: Final = re.compile(rf"\s*([\[(\]])\s*({_END})\s*\.\.\s*({_END})\s*([\])\[])\s*", re.DOTALL)
_CALL: Final = re.compile(r"(date and time|date|time|duration)\s*\((.*)\)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|[\"\\nrt])")
_ESCAPED: Final = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
_CONSTRUCTORS: Final = {b.name: b for b in TEMPORAL_BUILTINS}
_MAX_RANGE_TEXT: Final = 1_000


def read_range(text: str) -> Range:
    """A range from its text; both ends written out, of one kind, in order."""
    match = _RANGE.fullmatch(text) if len(text) <= _MAX_RANGE_TEXT else None
    if match is None:
        raise Failure(f'"{text[:40]}" is no range such as "[1..3]"')
    start, end = _read_end(match[2]), _read_end(match[3])
    if order(start, end) > 0:
        raise Failure(f"the range {text[:40]} ends before it starts")
    return Range(start, end, match[1] == "[", match[4] == "]")


def _read_end(text: str) -> Value:
    made = _CALL.fullmatch(text)
    if made is not None:
        arguments = re.findall(_ARGUMENT, made[2])
        return call(_CONSTRUCTORS[made[1]], [_read_literal(argument.strip()) for argument in arguments])
    return _read_literal(text)


def _read_literal(text: str) -> Value:
    value: Value
    if text.startswith("@"):
        value = parse_temporal(_unquoted(text[1:]))
    elif text.startswith('"'):
        return _unquoted(text)
    else:
        value = parse_number(text)
    if value is None:
        raise Failure(f"{text[:40]} is no value")
    return value


def _unquoted(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = match[1]
        return _ESCAPED[code] if code in _ESCAPED else chr(min(int(code[1:], 16), 0x10FFFF))

    return _ESCAPE.sub(character, text[1:-1])


# --- declarations -------------------------------------------------------------------------------------------

_RANGES = (Param("range1", RangeType()), Param("range2", RangeType()))
_RANGE_POINT = (Param("range", RangeType()), Param("point"))
_POINT_RANGE = (Param("point"), Param("range", RangeType()))
_POINTS = (Param("point1"), Param("point2"))


def _compared(name: str, relation: Callable[[Value, Value], bool], *shapes: tuple[Param, Param]) -> Builtin:
    doc = f"{name}(a, b): {(relation.__doc__ or '').replace('``', '')}"
    return Builtin(name, tuple(Signature(shape, relation, BOOLEAN) for shape in shapes), doc=doc)


RANGE_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "range",
        (Signature((Param("from", STRING),), read_range, RangeType()),),
        doc='range("[1..3]"): both ends literal, of one kind and in order.',
    ),
    _compared("before", before, _RANGES, _RANGE_POINT, _POINT_RANGE, _POINTS),
    _compared("after", after, _RANGES, _RANGE_POINT, _POINT_RANGE, _POINTS),
    _compared("meets", meets, _RANGES),
    _compared("met by", met_by, _RANGES),
    _compared("overlaps", overlaps, _RANGES),
    _compared("overlaps before", overlaps_before, _RANGES),
    _compared("overlaps after", overlaps_after, _RANGES),
    _compared("finishes", finishes, _RANGES, _POINT_RANGE),
    _compared("finished by", finished_by, _RANGES, _RANGE_POINT),
    _compared("includes", includes, _RANGES, _RANGE_POINT),
    _compared("during", during, _RANGES, _POINT_RANGE),
    _compared("starts", starts, _RANGES, _POINT_RANGE),
    _compared("started by", started_by, _RANGES, _RANGE_POINT),
    _compared("coincides", coincides, _RANGES, _POINTS),
)
