"""Which values belong to a type, and the conversions FEEL allows where a type is declared.

``conform`` serves declared types and the arguments of built-ins: a one-element list stands for its element, a single
value for a list of it, a date for midnight UTC; anything else that does not belong is a :class:`Failure`.
"""

from __future__ import annotations

from decimal import Decimal

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)
from crmrules.model.values import (
    Date,
    DateTime,
    DaysDuration,
    Function,
    MonthsDuration,
    Range,
    Time,
    Value,
    kind_of,
)

_SIMPLE: dict[type, Type] = {
    type(None): NULL,
    bool: BOOLEAN,
    int: NUMBER,
    Decimal: NUMBER,
    str: STRING,
    Date: DATE,
    Time: TIME,
    DateTime: DATE_TIME,
    DaysDuration: DAYS_DURATION,
    MonthsDuration: MONTHS_DURATION,
}
_MAX_DEPTH = 64


def type_of(value: Value, depth: int = 0) -> Type:
    """The type of a value; lists and ranges with the type their items or ends have in common, else ``Any``."""
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        return simple
    if depth > _MAX_DEPTH:
        return ANY
    if isinstance(value, list):
        return ListType(item=_common([type_of(item, depth + 1) for item in value]))
    if isinstance(value, dict):
        return ContextType(fields={k: type_of(v, depth + 1) for k, v in value.items()}, open=False)
    if isinstance(value, Range):
        return RangeType(end=_common([type_of(end, depth + 1) for end in (value.start, value.end)]))
    if isinstance(value, Function):
        known = value.type
        return known if isinstance(known, FunctionType) else FunctionType(params=(ANY,) * len(value.params))
    return ANY


def _common(types: list[Type]) -> Type:
    known = [t for t in types if t != NULL]
    return known[0] if known and all(t == known[0] for t in known) else ANY


def is_instance(value: Value, wanted: Type) -> bool:
    """``value instance of wanted``. Null is an instance of ``Null`` alone; within lists and contexts it conforms."""
    if value is None:
        return wanted == NULL
    return _belongs(value, wanted, 0)


def _belongs(value: Value, wanted: Type, depth: int) -> bool:
    if wanted == ANY or value is None:
        return True
    if depth > _MAX_DEPTH:
        raise Failure(f"the value is nested more than {_MAX_DEPTH} levels deep")
    if isinstance(wanted, ListType):
        return isinstance(value, list) and (
            wanted.item == ANY or all(_belongs(item, wanted.item, depth + 1) for item in value)
        )
    if isinstance(wanted, ContextType):
        return isinstance(value, dict) and all(
            name in value and _belongs(value[name], field, depth + 1) for name, field in wanted.fields.items()
        )
    if isinstance(wanted, RangeType):
        return isinstance(value, Range) and all(
            _belongs(end, wanted.end, depth + 1) for end in (value.start, value.end)
        )
    if isinstance(wanted, FunctionType):
        return isinstance(value, Function) and _function_fits(value, wanted)
    return _SIMPLE.get(type(value)) == wanted


def _function_fits(value: Function, wanted: FunctionType) -> bool:
    """Takes at least what is wanted, gives at most that; ``function`` without parts takes any function."""
    if not wanted.params and wanted.result == ANY:
        return True
    if len(value.params) != len(wanted.params):
        return False
    known = value.type
    if not isinstance(known, FunctionType):
        return True
    return is_subtype(known.result, wanted.result) and all(
        is_subtype(given, taken) for given, taken in zip(wanted.params, known.params, strict=True)
    )


def is_subtype(narrow: Type, wide: Type) -> bool:
    """Whether every value of ``narrow`` certainly belongs to ``wide``."""
    if wide == ANY or narrow in (wide, NULL):
        return True
    if isinstance(narrow, ListType) and isinstance(wide, ListType):
        return is_subtype(narrow.item, wide.item)
    if isinstance(narrow, RangeType) and isinstance(wide, RangeType):
        return is_subtype(narrow.end, wide.end)
    if isinstance(narrow, ContextType) and isinstance(wide, ContextType):
        return all(k in narrow.fields and is_subtype(narrow.fields[k], t) for k, t in wide.fields.items())
    if isinstance(narrow, FunctionType) and isinstance(wide, FunctionType):
        return (
            len(narrow.params) == len(wide.params)
            and is_subtype(narrow.result, wide.result)
            and all(is_subtype(w, n) for n, w in zip(narrow.params, wide.params, strict=True))
        )
    return False


def conform(value: Value, wanted: Type) -> Value:
    """``value`` as a value of type ``wanted``, converted as FEEL allows; :class:`Failure` when it cannot be."""
    if value is None or wanted is ANY or _SIMPLE.get(type(value)) is wanted:
        return value
    if _belongs(value, wanted, 0):
        return value
    if isinstance(wanted, ListType):
        if not isinstance(value, list):
            return [conform(value, wanted.item)]
    elif isinstance(value, list) and len(value) == 1 and value[0] is not None:
        return conform(value[0], wanted)
    elif wanted == DATE_TIME and isinstance(value, Date):
        return DateTime.midnight(value, 0)
    raise Failure(f"expected {wanted}, found {_described(value)}")


def _described(value: Value) -> str:
    simple = _SIMPLE.get(type(value))
    if simple is STRING:
        return f'string "{value[:40]}"'
    return str(type_of(value)) if isinstance(value, list | Range) else kind_of(value)
