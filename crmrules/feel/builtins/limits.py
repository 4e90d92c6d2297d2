"""How much one operation of the language may make: enough for any rule, too little to hurt the machine."""

from __future__ import annotations

from typing import Final

from crmrules.feel.builtins.declare import Failure

MAX_ITERATIONS: Final = 100_000
"""Rounds of one ``for``, ``some`` or ``every``, and values of one ``a..b`` used as a source."""

MAX_LIST: Final = 1_000_000
"""Items of a list that an operation makes."""

MAX_TEXT: Final = 1 << 20
"""Characters of a string that an operation makes."""

MAX_DEPTH: Final = 100
"""Lists and contexts nested in one value."""


def short_enough(text: str) -> str:
    """``text`` itself, or a :class:`Failure` when it is longer than :data:`MAX_TEXT`."""
    if len(text) > MAX_TEXT:
        raise Failure(f"the text would be longer than {MAX_TEXT} characters")
    return text


def check_count(count: int) -> None:
    """A :class:`Failure` when a list would have more than :data:`MAX_LIST` items."""
    if count > MAX_LIST:
        raise Failure(f"the list would have more than {MAX_LIST} items")


def check_depth(depth: int) -> None:
    """A :class:`Failure` when a value is nested deeper than :data:`MAX_DEPTH`."""
    if depth > MAX_DEPTH:
        raise Failure(f"the value is nested more than {MAX_DEPTH} levels deep")
