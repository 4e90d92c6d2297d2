"""Built-ins that turn one kind of value into another: ``string`` and ``number``."""

from __future__ import annotations

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.builtins.values_text import text_of
from crmrules.feel.types import NUMBER, STRING
from crmrules.model.numbers import Number, parse_number
from crmrules.model.values import Value


def _number(text: str) -> Number:
    value = parse_number(text)
    if value is None:
        raise Failure(f'"{text[:40]}" is no number')
    return value


def _grouped_number(text: str | None, grouping: str | None, decimal: str | None) -> Number | None:
    """Grouping one of space, comma, point or null; decimal point or comma (null for a point); they differ."""
    if text is None:
        return None
    point = "." if decimal is None else decimal
    if grouping not in (None, " ", ",", "."):
        raise Failure(f'a grouping separator is a space, a comma or a point, not "{grouping[:10]}"')
    if point not in (",", "."):
        raise Failure(f'a decimal separator is a comma or a point, not "{point[:10]}"')
    if grouping == point:
        raise Failure("the grouping and the decimal separator are the same")
    if point != "." and "." in text and grouping != ".":
        raise Failure(f'"{text[:40]}" is no number')
    digits = text.replace(grouping, "") if grouping else text
    return _number(digits.replace(point, "."))


def _string(value: Value) -> str | None:
    return text_of(value)


CONVERSION_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "string",
        (Signature((Param("from"),), _string, STRING),),
        doc='string(1.50) is "1.50"; null stays null.',
    ),
    Builtin(
        "number",
        (
            Signature((Param("from", STRING),), _number, NUMBER),
            Signature(
                (Param("from", STRING), Param("grouping separator", STRING), Param("decimal separator", STRING)),
                _grouped_number,
                NUMBER,
                nulls=True,
            ),
        ),
        doc='number("1 000,5", " ", ",") is 1000.5; number("12") is 12.',
    ),
)
