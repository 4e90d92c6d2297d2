"""Built-ins on numbers: rounding, roots and remainders."""

from __future__ import annotations

from collections.abc import Callable
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
    InvalidOperation,
)
from typing import Final

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.types import BOOLEAN, DAYS_DURATION, MONTHS_DURATION, NUMBER
from crmrules.model.numbers import FEEL_CONTEXT, Number
from crmrules.model.values import DaysDuration, MonthsDuration

_MIN_SCALE: Final = -6111
_MAX_SCALE: Final = 6176

# Rounding a 34-digit number up can make it one digit longer, and its unit may be as small as decimal128's.
_QUANTIZE: Final = Context(prec=36, Emin=-6200, Emax=6200, traps=[InvalidOperation])


def round_to(n: Number, scale: Number, rounding: str) -> Number:
    """``n`` with at most ``scale`` decimal places (cut to a whole number; negative for tens, hundreds …)."""
    if not _MIN_SCALE <= scale <= _MAX_SCALE:
        raise Failure(f"scale {scale} is outside {_MIN_SCALE}..{_MAX_SCALE}")
    places = int(scale)
    if isinstance(n, int) and places >= 0:
        return n
    value = Decimal(n)
    if -places <= _exponent(value):
        return n
    result = value.quantize(Decimal((0, (1,), -places)), rounding, _QUANTIZE)
    if not result:
        return 0
    if places <= 0 and result.adjusted() < 34:
        return int(result)
    return _calculate(lambda: FEEL_CONTEXT.plus(result))


def _exponent(value: Decimal) -> int:
    return int(value.as_tuple().exponent)  # never NaN's or infinity's letter: FEEL has neither


def _rounder(rounding: str) -> Callable[[Number, Number | None], Number]:
    return lambda n, scale: round_to(n, 0 if scale is None else scale, rounding)


def _modulo(dividend: Number, divisor: Number) -> Number:
    """``dividend - divisor * floor(dividend / divisor)``, exactly."""
    if not divisor:
        raise Failure("division by zero")
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    rest = _calculate(lambda: FEEL_CONTEXT.remainder(dividend, divisor))
    return FEEL_CONTEXT.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


def _calculate(operation: Callable[[], Decimal]) -> Decimal:
    try:
        return operation()
    except DecimalException:
        raise Failure("the result is out of range") from None


def _abs(n: Number) -> Number:
    return abs(n) if isinstance(n, int) else n.copy_abs()  # abs() would round to the thread's own precision


def _sqrt(number: Number) -> Decimal:
    if number < 0:
        raise Failure(f"a negative number has no square root ({number})")
    return FEEL_CONTEXT.sqrt(number)


def _log(number: Number) -> Decimal:
    if number <= 0:
        raise Failure(f"a number that is not above 0 has no logarithm ({number})")
    return FEEL_CONTEXT.ln(number)


def _parity(number: Number) -> int | None:
    """0 or 1; None for a number with a fraction, which is neither even nor odd."""
    if isinstance(number, int):
        return number & 1
    if _exponent(number) > 0:
        return 0
    if number != number.to_integral_value():
        return None
    return int(number) & 1


_N = Param("n", NUMBER)
_SCALE = Param("scale", NUMBER)
_OPTIONAL_SCALE = Param("scale", NUMBER, optional=True)


def _rounding(name: str, rounding: str, doc: str, scale: Param = _SCALE) -> Builtin:
    return Builtin(name, (Signature((_N, scale), _rounder(rounding), NUMBER),), doc=doc)


def _of_number(name: str, call: Callable[[Number], object], doc: str, boolean: bool = False) -> Builtin:
    result = BOOLEAN if boolean else NUMBER
    return Builtin(name, (Signature((Param("number", NUMBER),), call, result),), doc=doc)


NUMERIC_BUILTINS: tuple[Builtin, ...] = (
    _rounding("decimal", ROUND_HALF_EVEN, "decimal(2.345, 2): rounded half to even."),
    _rounding("floor", ROUND_FLOOR, "floor(-1.5) is -2; floor(1.56, 1) is 1.5.", _OPTIONAL_SCALE),
    _rounding("ceiling", ROUND_CEILING, "ceiling(1.5) is 2; ceiling(1.56, 1) is 1.6.", _OPTIONAL_SCALE),
    _rounding("round up", ROUND_UP, "round up(1.121, 2) is 1.13: away from zero."),
    _rounding("round down", ROUND_DOWN, "round down(1.129, 2) is 1.12: toward zero."),
    _rounding("round half up", ROUND_HALF_UP, "round half up(5.5, 0) is 6: halves away from zero."),
    _rounding("round half down", ROUND_HALF_DOWN, "round half down(5.5, 0) is 5: halves toward zero."),
    Builtin(
        "modulo",
        (Signature((Param("dividend", NUMBER), Param("divisor", NUMBER)), _modulo, NUMBER),),
        doc="modulo(-12, 5) is 3: the remainder with the divisor's sign.",
    ),
    Builtin(
        "abs",
        (
            Signature((_N,), _abs, NUMBER),
            Signature((Param("n", DAYS_DURATION),), lambda n: DaysDuration(abs(n.nanos)), DAYS_DURATION),
            Signature((Param("n", MONTHS_DURATION),), lambda n: MonthsDuration(abs(n.months)), MONTHS_DURATION),
        ),
        doc='abs(-5) is 5; abs(@"-P1D") is one day.',
    ),
    _of_number("sqrt", _sqrt, "sqrt(16) is 4."),
    _of_number("log", _log, "log(10): the natural logarithm."),
    _of_number("exp", lambda number: _calculate(lambda: FEEL_CONTEXT.exp(number)), "exp(1): e to the power."),
    _of_number("odd", lambda number: _parity(number) == 1, "odd(5) is true.", boolean=True),
    _of_number("even", lambda number: _parity(number) == 0, "even(4) is true.", boolean=True),
)
