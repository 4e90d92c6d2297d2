"""How a built-in function is declared. Each module of this folder ends in a tuple of :class:`Builtin`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crmrules.feel.types import ANY, Type


class Failure(Exception):  # an event inside the language, not a user's exception
    """Raised by a built-in or an operator that cannot give a value: the result is null, with this reason.

    ``reason`` is a short English phrase that names what was wrong ("start position 0 is outside 1..3").
    A null argument is *not* a failure: built-ins that need a value return ``None`` silently for it.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Unknown(Failure):
    """There is no value because something it rests on is null: the result is null, and nobody need be told why."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its FEEL name (named calls use it), its type, and whether it may be left out."""

    name: str
    type: Type = ANY
    optional: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in.

    ``call`` takes the arguments positionally, in ``params`` order, and returns a FEEL value; an optional one that
    was left out arrives as ``None``; a variadic last parameter arrives as one list. Arguments have been checked
    against ``params`` types and singleton lists coerced before the call; where ``nulls`` is False a null in any
    given argument makes the result null without a call.
    ``result`` is the static type, or a function from argument types to it.
    """

    params: tuple[Param, ...]
    call: Callable[..., Any]
    result: Type | Callable[[Sequence[Type]], Type] = ANY
    nulls: bool = False


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function of the language: its name (which may hold spaces) and its signatures, tried in order.

    ``clock`` functions (``now``, ``today``) take the evaluation's instant as their only argument from the caller:
    nothing in the language reads the wall clock.
    """

    name: str
    signatures: tuple[Signature, ...]
    clock: bool = False
    doc: str = ""
