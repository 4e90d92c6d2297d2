"""The whole language on one page: what the parser builds and every later stage reads.

Nodes are frozen values without behaviour. ``start`` and ``end`` are offsets into the text as the user wrote it.
Names are already resolved to words (``Name.name``), not yet to meanings: that is the checker's and lowering's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crmrules.feel.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """Anything with a place in the text."""

    start: int
    end: int


# --- values -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, a string, ``true``, ``false``, ``null``, or a cell's bare word standing for a ``word`` value."""

    value: Any
    word: bool = False


@dataclass(frozen=True, slots=True)
class Temporal(Node):
    """``@"2026-01-31"``, or the bare spelling of cells; the text's shape decides the kind.

    ``unit`` tells a quantity such as ``30天`` (text ``P30D``) from a duration in ISO form: it is the unit as written.
    """

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b]``"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry(Node):
    """One ``key: value`` of a context."""

    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{key: value, …}``; later entries see earlier ones."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    """``[low..high]``, ``(low..high)``, ``]low..high[``"""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a function literal; ``type`` is ANY when none was written."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(a, b: number) body``; ``external`` ones (``external {…}``) cannot be called here."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


# --- names and access ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, parameter, iteration variable, context key or function.

    ``text`` is what was written, with white space collapsed; ``name`` is the canonical name it is a spelling of.
    """

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Property(Node):
    """``base.name``"""

    base: Node
    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``base[condition]``: an element by number, or the elements for which the condition is true."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(a, b)``, or with ``names`` as many as arguments: ``function(x: a, y: b)``."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


# --- operators ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    """``a or b or c``"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    """``a and b and c``"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``left op right`` with op one of ``= != < <= > >=``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``"""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in test`` and ``value in (test, test)``; tests are :class:`Tail`, or expressions."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``"""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left op right`` with op one of ``+ - * / **``."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """``-operand``"""

    operand: Node


# --- control ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if condition then a else b``"""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """``name in source``, or ``name in source..last``."""

    name: str
    source: Node
    last: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for x in xs, y in ys return body``"""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some|every x in xs satisfies condition``"""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


# --- unary tests --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tail(Node):
    """A comparison without a left side: ``>= 5``. As a value in parentheses, ``(>= 5)``, it is a range."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """A cell: any of ``items`` holds; with ``negated``, none of them. No items at all (``-``) means anything."""

    items: tuple[Node, ...]
    negated: bool = False
