"""The small core: what every expression and cell comes down to before a back end sees it.

Names are resolved, null logic is explicit (:class:`And`, :class:`Or` and :class:`Not` are three-valued), every range
test, ``between`` and ``in`` has become one of a few operations. A back end needs to know these classes and nothing
else of the language. ``start`` and ``end`` say where in the text a failure is to be shown; ``type`` is what the
checker knows of the result (``Any``: nothing).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmrules.feel.builtins.declare import Builtin
from crmrules.feel.types import Type
from crmrules.model.values import Value


@dataclass(frozen=True, slots=True)
class Node:
    """An operation with its place in the text and its static type."""

    start: int
    end: int
    type: Type


@dataclass(frozen=True, slots=True)
class Const(Node):
    """A value known now."""

    value: Value


@dataclass(frozen=True, slots=True)
class Input(Node):
    """A variable of the environment; null when it is missing. ``?`` is the value a cell tests."""

    name: str


@dataclass(frozen=True, slots=True)
class Local(Node):
    """A parameter, an iteration variable, a context entry, or the item of a filter."""

    slot: int


@dataclass(frozen=True, slots=True)
class Let(Node):
    """``body`` with the value of ``value``, worked out once, in ``slot``."""

    slot: int
    value: Node
    body: Node


@dataclass(frozen=True, slots=True)
class ItemKey(Node):
    """In a filter over items of unknown shape: the item's key ``name`` if it has one, else ``fallback``."""

    slot: int
    name: str
    fallback: Node


@dataclass(frozen=True, slots=True)
class MakeList(Node):
    """A list of the items' values."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MakeContext(Node):
    """A context; each entry's value is also in the entry's slot for those after it."""

    keys: tuple[str, ...]
    slots: tuple[int, ...]
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MakeRange(Node):
    """A range; ``form`` is empty, or the operator of a unary one (then ``low`` is its operand)."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool
    form: str = ""


@dataclass(frozen=True, slots=True)
class MakeFunction(Node):
    """A function value: its parameters' names and slots, and the body; ``type`` has what arguments must conform to."""

    params: tuple[str, ...]
    slots: tuple[int, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``base.name``: a key, a property, or for a list the list of these."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    """The element at a 1-based position, negative from the end; null outside."""

    base: Node
    position: Node


@dataclass(frozen=True, slots=True)
class Select(Node):
    """The items of ``base`` for which ``condition`` (over the item in ``slot``) is true.

    Where the condition's type is unknown, a number it gives is a position.
    """

    base: Node
    slot: int
    condition: Node


@dataclass(frozen=True, slots=True)
class And(Node):
    """False if any item is false, else null if any is no boolean, else true."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """True if any item is true, else null if any is no boolean, else false."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """Null for what is no boolean."""

    item: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    """``then`` only when the condition is true."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Equal(Node):
    """``left = right``; null equals only null. ``strict``: null when either is null, as in the other comparisons."""

    left: Node
    right: Node
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Order(Node):
    """``left op right`` with op one of ``< <= > >=``; null when either is null."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """Whether the value lies between two ends; null when any of the three is null."""

    value: Node
    low: Node
    high: Node
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class Member(Node):
    """Whether a value passes a test that is a value of unknown kind: equal, in the list, or inside the range.

    ``strict``: null when either is null.
    """

    value: Node
    test: Node
    strict: bool = False


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


@dataclass(frozen=True, slots=True)
class IsInstance(Node):
    """Whether a value belongs to a type; null belongs to none."""

    value: Node
    wanted: Type


@dataclass(frozen=True, slots=True)
class CallBuiltin(Node):
    """A call of a built-in, its arguments by position, or all by name."""

    builtin: Builtin
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallValue(Node):
    """A call of a value, which must be a function."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Loop:
    """One iteration variable: its slot, where its values come from, and for ``a..b`` the last one."""

    slot: int
    source: Node
    last: Node | None = None


@dataclass(frozen=True, slots=True)
class ForEach(Node):
    """The list of the body's values over all loops, the last loop varying fastest; ``partial`` sees those so far."""

    loops: tuple[Loop, ...]
    body: Node
    partial: int


@dataclass(frozen=True, slots=True)
class Quantify(Node):
    """``every`` or ``some``: the three-valued And or Or of the condition over all loops."""

    every: bool
    loops: tuple[Loop, ...]
    condition: Node


def children(node: Node) -> tuple[Node, ...]:
    """The operations directly below ``node``."""
    match node:
        case MakeList(items=items) | And(items=items) | Or(items=items):
            return items
        case MakeContext(values=values):
            return values
        case MakeRange(low=low, high=high):
            return low, high
        case MakeFunction(body=body):
            return (body,)
        case Let(value=value, body=body):
            return value, body
        case Path(base=base):
            return (base,)
        case Index(base=base, position=position):
            return base, position
        case Select(base=base, condition=condition):
            return base, condition
        case Not(item=item):
            return (item,)
        case If(condition=condition, then=then, otherwise=otherwise):
            return condition, then, otherwise
        case Equal(left=left, right=right) | Order(left=left, right=right) | Arithmetic(left=left, right=right):
            return left, right
        case Between(value=value, low=low, high=high):
            return value, low, high
        case Member(value=value, test=test):
            return value, test
        case Negate(operand=operand):
            return (operand,)
        case IsInstance(value=value):
            return (value,)
        case CallBuiltin(arguments=arguments):
            return arguments
        case CallValue(function=function, arguments=arguments):
            return function, *arguments
        case ForEach(loops=loops, body=body) | Quantify(loops=loops, condition=body):
            return *(n for loop in loops for n in (loop.source, loop.last) if n is not None), body
        case ItemKey(fallback=fallback):
            return (fallback,)
        case _:
            return ()


def slots_used(nodes: Iterable[Node]) -> set[int]:
    """The slots that ``nodes`` or anything below them refer to."""
    used: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, Local | ItemKey):
            used.add(node.slot)
        waiting += children(node)
    return used
