"""What the names of a text stand for: variables, constants, functions, locals, and keys inside filters."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from crmrules.feel import tree
from crmrules.feel.conform import type_of
from crmrules.feel.listing import listed_words
from crmrules.feel.scope import Scope
from crmrules.feel.typefacts import SCALARS, parameter_types
from crmrules.feel.types import ANY, ContextType, FunctionType, ListType, Type

# What a name stands for.
LOCAL, INPUT, CONSTANT, FUNCTION, KEY, UNKNOWN = "local", "input", "constant", "function", "key", "unknown"


class Binding(NamedTuple):
    """What a name stands for; ``slot`` for LOCAL and KEY, ``outer`` is what a missing KEY falls back to."""

    kind: str
    name: str
    slot: int = -1
    outer: Binding | None = None


class Problem(NamedTuple):
    """An issue in the making: code, place in the text, parameters."""

    code: str
    start: int
    end: int
    params: Mapping[str, str]


@dataclass(slots=True)
class Checked:
    """What is known of a tree. Nodes are identified by ``id``; ``root`` keeps them alive.

    ``asking`` are the tests that use ``?``: they hold when they are true, others when the input equals them.
    """

    root: tree.Node
    types: dict[int, Type] = field(default_factory=dict)
    bindings: dict[int, Binding] = field(default_factory=dict)
    slots: dict[int, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    asking: set[int] = field(default_factory=set)
    cell_type: Type = ANY


class Local(NamedTuple):
    slot: int
    type: Type
    item: bool = False


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like ``word``; empty when none does."""
    choices = list(dict.fromkeys(known))
    folded = {w.casefold(): w for w in reversed(choices)}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.5 if len(word) < 5 else 0.6)
    return folded[close[0]] if close else ""


class Binder:
    """Names and problems of one tree; the checker adds the types.

    ``frames`` are the local names around the place that is being looked at, innermost last.
    """

    def __init__(self, root: tree.Node, scope: Scope, cell: Type | None, words: Iterable[str]) -> None:
        self.out = Checked(root, cell_type=cell or ANY)
        self.asks = False
        self.scope, self.cell, self.words = scope, cell, words
        self.frames: list[dict[str, Local]] = []
        self.next_slot = 0

    def problem(self, code: str, node: tree.Node, **params: object) -> None:
        self.out.problems.append(Problem(code, node.start, node.end, {k: str(v) for k, v in params.items() if v != ""}))

    def slot(self, owner: object) -> int:
        self.next_slot += 1
        self.out.slots[id(owner)] = self.next_slot
        return self.next_slot

    def bind(self, node: tree.Name) -> tuple[Binding, Type]:
        for depth in range(len(self.frames) - 1, -1, -1):
            local = self.frames[depth].get(node.text)
            if local is not None and not local.item:
                return Binding(LOCAL, node.text, local.slot), local.type
            item = self.frames[depth].get("item")
            if item is not None and item.item:
                found = self.item_key(node, item, depth)
                if found is not None:
                    return found
        return self.outer(node)

    def item_key(self, node: tree.Name, item: Local, depth: int) -> tuple[Binding, Type] | None:
        """A name inside a filter: a key of the item, or perhaps one."""
        kind = item.type
        if isinstance(kind, ContextType):
            for key in (node.text, node.name):
                if key in kind.fields:
                    return Binding(KEY, key, item.slot), kind.fields[key]
        if node.text == "item":
            return Binding(LOCAL, "item", item.slot), item.type
        if kind in SCALARS or (isinstance(kind, ContextType) and not kind.open) or isinstance(kind, ListType):
            return None
        frames = self.frames
        self.frames = frames[:depth]
        known = len(self.out.problems)
        outer, _ = self.bind(node)
        del self.out.problems[known:]  # perhaps a key: then it need not be known outside
        self.frames = frames
        return Binding(KEY, node.name, item.slot, outer), ANY

    def outer(self, node: tree.Name) -> tuple[Binding, Type]:
        scope, name = self.scope, node.name
        if name == "?" and self.cell is not None:
            self.asks = True
            return Binding(INPUT, "?"), self.cell
        if name in scope.names:
            return Binding(INPUT, name), scope.names[name]
        if name in scope.constants:
            return Binding(CONSTANT, name), type_of(scope.constants[name])
        builtin = scope.builtins.get(name)
        if builtin is not None:
            return Binding(FUNCTION, name), FunctionType(parameter_types(builtin))
        self.unknown(node)
        return Binding(UNKNOWN, name), ANY

    def unknown(self, node: tree.Name) -> None:
        words = list(self.words)
        if words:
            known = nearest(node.text, words)
            self.problem("F121", node, found=node.text, nearest=known, **listed_words(self.words))
        else:
            self.problem("F120", node, found=node.text, nearest=nearest(node.text, self.known_names()))

    def known_names(self) -> Iterable[str]:
        for frame in reversed(self.frames):
            yield from frame
        yield from self.scope.names
        yield from self.scope.constants
        yield from self.scope.spellings
