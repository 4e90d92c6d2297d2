"""Generated Python text: flat functions made of generated identifiers, with everything else as data beside them.

:mod:`crmrules.feel.python` says what each operation becomes; here is how lines become functions.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Final, Self

from crmrules.feel import core

MAX_INDENT: Final = 12


class Module:
    """The text being made: finished functions, constants as data, and counters for identifiers."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.data: dict[str, Any] = {}
        self.known: dict[tuple[type, Any], str] = {}
        self.count = 0
        self.runs = False

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def constant(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return str(value)
        if type(value) is str or type(value) is int:
            known = self.known.get((type(value), value))
            if known is not None:
                return known
        name = self.fresh("k")
        self.data[name] = value
        if type(value) is str or type(value) is int:
            self.known[type(value), value] = name
        return name


class Body(ABC):
    """One function being written: its lines, the inputs it loads, and the slots that are its variables."""

    def __init__(self, module: Module, slots: Sequence[int], indent: int) -> None:
        self.module = module
        self.lines: list[str] = []
        self.base = self.indent = indent
        self.inputs: dict[str, str] = {}
        self.slots = {slot: local_name(slot) for slot in slots}

    @abstractmethod
    def value(self, node: core.Node) -> str:
        """Write what is needed and give the Python expression of the node's value."""

    def loads(self) -> list[str]:
        """The lines that read the inputs; every function reads each of its own once."""
        pad = " " * self.base
        return [
            f"{pad}{variable} = V" if name == "?" else f"{pad}{variable} = E.get({self.module.constant(name)})"
            for name, variable in self.inputs.items()
        ]

    def line(self, text: str) -> None:
        self.lines.append(" " * self.indent + text)

    def fresh(self) -> str:
        return self.module.fresh("t")

    def assigned(self, text: str) -> str:
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    def failing(self, text: str, node: core.Node, kinds: str = "Failure") -> str:
        """Assign an operation that may fail; its failure is noted and gives null."""
        name = self.fresh()
        self.line(f"try: {name} = {text}")
        self.line(f"except {kinds} as e: {name} = note(N, e, {node.start}, {node.end})")
        return name

    # --- functions of their own -------------------------------------------------------------------------------

    def nested(self, node: core.Node) -> str:
        """A value inside a branch; in a function of its own when the text is indented deeply already."""
        if self.indent < MAX_INDENT or not core.children(node):
            return self.value(node)
        held, name = self.outlined((node,), (), lambda body: body.returned(node))
        return self.assigned(self.called(name, held))

    def inside(self, node: core.Node, result: str) -> None:
        self.indent += 1
        self.line(f"{result} = {self.nested(node)}")
        self.indent -= 1

    def outlined(
        self, nodes: Sequence[core.Node], own: Sequence[int], write: Callable[[Self], None],
        first: str = "", parameters: bool = True,
    ) -> tuple[list[int], str]:  # fmt: skip
        """Write a function beside this one; gives the slots to hand over, and its name.

        ``own`` slots are its parameters, or with ``parameters=False`` variables it sets itself.
        """
        used = core.slots_used(nodes)
        held = [s for s in self.slots if s in used and s not in own]
        body = type(self)(self.module, (*held, *own), 1)
        name = self.module.fresh("f")
        write(body)
        taken = [first] if first else []
        taken += [local_name(s) for s in (*held, *(own if parameters else ()))]
        head = f"def {name}({', '.join(('V', 'E', 'N', 'R', *taken))}):"
        self.module.functions += [head, *body.loads(), *body.lines]
        return held, name

    def returned(self, node: core.Node) -> None:
        self.line(f"return {self.value(node)}")

    def called(self, name: str, held: Sequence[int], *before: str) -> str:
        given = [b for b in before if b]
        return f"{name}({', '.join(('V', 'E', 'N', 'R', *given, *(self.slots[s] for s in held)))})"


def local_name(slot: int) -> str:
    return f"x{slot}" if slot >= 0 else f"y{-slot}"
