"""Built-ins on booleans: ``not``, ``all``, ``any``, and ``is``."""

from __future__ import annotations

from crmrules.feel.builtins.comparison import is_same
from crmrules.feel.builtins.declare import Builtin, Param, Signature
from crmrules.feel.types import ANY, BOOLEAN, ListType
from crmrules.model.values import Value


def _not(negand: bool) -> bool:
    return not negand


def _all(items: list[Value]) -> bool | None:
    if any(item is False for item in items):
        return False
    return True if all(item is True for item in items) else None


def _any(items: list[Value]) -> bool | None:
    if any(item is True for item in items):
        return True
    return False if all(item is False for item in items) else None


BOOLEAN_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "not",
        (Signature((Param("negand", BOOLEAN),), _not, BOOLEAN),),
        doc="not(true) is false; null and what is no boolean give null.",
    ),
    Builtin(
        "all",
        (
            Signature((Param("list", ListType()),), _all, BOOLEAN),
            Signature((Param("list", ANY, variadic=True),), _all, BOOLEAN, nulls=True),
        ),
        doc="all([true, false]): false if any item is false, else null if any is no boolean, else true.",
    ),
    Builtin(
        "any",
        (
            Signature((Param("list", ListType()),), _any, BOOLEAN),
            Signature((Param("list", ANY, variadic=True),), _any, BOOLEAN, nulls=True),
        ),
        doc="any([true, false]): true if any item is true, else null if any is no boolean, else false.",
    ),
    Builtin(
        "is",
        (Signature((Param("value1"), Param("value2")), is_same, BOOLEAN, nulls=True),),
        doc='is(@"10:00:00Z", @"10:00:00"): same kind and identical, the offset or zone as written included.',
    ),
)
