"""FEEL's numbers: ``int`` or ``decimal.Decimal`` under IEEE 754 decimal128, never ``float`` and never ``bool``.

Arithmetic goes through :data:`FEEL_CONTEXT`'s methods, so that it never depends on the thread's own context.
"""

from __future__ import annotations

import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Final

Number = int | Decimal

FEEL_CONTEXT: Final = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""34 digits, half-even. Traps raise ``decimal.DecimalException`` where FEEL has no number to give."""

INT_LIMIT: Final = 10**34
"""Whole numbers up to this size stay ``int``; longer ones are rounded to a 34-digit ``Decimal``."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,6})?")
_MAX_TEXT = 7000


def fit(value: Number) -> Number:
    """``value`` rounded to what a FEEL number can hold; ``OverflowError`` beyond it, ``ValueError`` for a NaN."""
    if type(value) is int and -INT_LIMIT <= value <= INT_LIMIT:
        return value
    if type(value) is int and value.bit_length() > 22_000:  # beyond 10**6144: do not even convert it
        raise OverflowError("number is beyond 34 digits and exponent 6144")
    try:
        result = FEEL_CONTEXT.plus(FEEL_CONTEXT.create_decimal(value))
    except Overflow:
        raise OverflowError("number is beyond 34 digits and exponent 6144") from None
    except DecimalException:
        raise ValueError("not a finite number") from None
    if not result.is_finite():
        raise ValueError("not a finite number")
    return result


def parse_number(text: str) -> Number | None:
    """A number from plain text (``-12``, ``.5``, ``1.2e3``); None for any other text or one out of range."""
    if len(text) > _MAX_TEXT or not _NUMBER.fullmatch(text):
        return None
    if len(text) < 19 and text.isdecimal():
        return int(text)
    try:
        return fit(Decimal(text))
    except (OverflowError, ValueError):
        return None


def plain(value: Number) -> str:
    """The digits without an exponent, as ``string()`` writes them: ``1E+3`` gives ``1000``, ``-0`` gives ``0``."""
    if type(value) is int:
        return str(value)
    return format(value if value else Decimal(value).copy_abs(), "f")


def as_int(value: Number) -> int:
    """``value`` cut toward zero; ``OverflowError`` beyond 34 digits, where building the integer would be waste."""
    if type(value) is int:
        return value
    if isinstance(value, Decimal) and value.adjusted() > 34:
        raise OverflowError("number is too large for a position or a count")
    return int(value)


def is_whole(value: Number) -> bool:
    """Whether ``value`` has no fraction; never builds a long integer."""
    if type(value) is int:
        return True
    return value == Decimal(value).to_integral_value()
