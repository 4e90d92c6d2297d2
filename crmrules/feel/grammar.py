"""The constants of the grammar: limits, operators and the words that go on or end an expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MAX_DEPTH: Final = 100  # brackets within brackets; seven frames of Python each
MAX_HEIGHT: Final = 200  # of the tree, which chains such as a + b + c … make high without nesting
MAX_ITEMS: Final = 10_000

GOES_ON: Final = frozenset(["and", "or", "then", "else", "return", "in", "satisfies", "between", "instance"])
INFIX: Final[Mapping[str, int]] = {
    "or": 2, "and": 3, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "between": 4, "in": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "**": 7, "instance": 9,
}  # fmt: skip
COMPARE: Final = frozenset(("=", "!=", "<", "<=", ">", ">="))
CONSTANTS: Final = {"true": True, "false": False, "null": None}
CONTINUES: Final = frozenset(["and", "or", "then", "else", "return", "satisfies", "in", "between", "instance", "of"])
HINTS: Final = {
    "==": "=",
    "=>": ">=",
    "=<": "<=",
    "<>": "!=",
    "&&": "and",
    "||": "or",
    "&": "and",
    "|": "or",
    "!": "not(…)",
}
AFTER_RANGE: Final = frozenset(
    (",", ")", "]", "}", "=", "!=", "<", "<=", ">", ">=", "and", "or", "then", "else", "return", "satisfies", "in", ".")
)
