"""Core → one Python function.

The generated text consists of generated identifiers and structure alone: every name, string and constant is data in
the function's namespace. It is flat: operations become statements one after another, bodies of loops, filters and
function values (and branches nested very deeply) become functions of their own beside the main one, so that no limit
of Python on nesting is ever met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from crmrules.feel import core
from crmrules.feel.builtins import operators
from crmrules.feel.builtins._base import Failure
from crmrules.feel.calls import call_value, caller
from crmrules.feel.conform import is_instance
from crmrules.feel.notes import Notes
from crmrules.feel.runtime import Run, as_list, each, index, is_number, make_function, note, pluck, span, within
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, STRING
from crmrules.model.values import Range, Value

MAX_INDENT: Final = 12

Function = Callable[[Value, Mapping[str, Value], Notes], Value]
"""Takes the cell's input (None for an expression), the environment, and the sink of notes."""

_HELPERS: Final[Mapping[str, Any]] = {
    "add": operators.add, "sub": operators.sub, "mul": operators.mul, "div": operators.div, "power": operators.power,
    "neg": operators.negate, "lt": operators.lt, "le": operators.le,
    "equals": operators.equals, "member": operators.in_test, "path": pluck, "within": within,
    "instance": is_instance, "call": call_value, "note": note, "as_list": as_list, "is_number": is_number,
    "index": index, "each": each, "span": span, "make": make_function, "Run": Run, "Range": Range,
    "Failure": Failure, "TypeError": TypeError, "RecursionError": RecursionError, "type": type, "dict": dict,
    "list": list, "bool": bool, "unary": Range.unary, "__builtins__": {},
}  # fmt: skip
_ARITHMETIC: Final = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "power"}
_ORDER: Final = {"<": "lt", "<=": "le", ">": "lt", ">=": "le"}  # the latter two with their sides exchanged
_INLINE: Final = frozenset((NUMBER, STRING))


def generate(root: core.Node) -> Function:
    """The function that works out ``root``."""
    source, data = generate_source(root)
    namespace: dict[str, Any] = {**_HELPERS, **data}
    exec(compile(source, "<rule>", "exec"), namespace)  # noqa: S102 - generated structure only, see above
    function: Function = namespace["f0"]
    return function


def generate_source(root: core.Node) -> tuple[str, dict[str, Any]]:
    """The generated text and the data it refers to (``k1``, ``k2`` …)."""
    module = _Module()
    main = _Body(module, (), 2)
    result = main.value(root)
    head = ["def f0(V, E, N=None):"]
    if module.runs:
        head.append(" R = Run()")
    else:
        head.append(" R = None")
    head.append(" try:")
    lines = [
        *head,
        *main.loads(),
        *main.lines,
        f"  return {result}",
        " except RecursionError as e:",
        f"  return note(N, e, {root.start}, {root.end})",
    ]
    return "\n".join((*module.functions, *lines, "")), module.data


class _Module:
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


class _Body:
    """One function being written: its lines, the inputs it loads, and the slots that are its variables."""

    def __init__(self, module: _Module, slots: Sequence[int], indent: int) -> None:
        self.module = module
        self.lines: list[str] = []
        self.base = self.indent = indent
        self.inputs: dict[str, str] = {}
        self.slots = {slot: _local(slot) for slot in slots}

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

    def failing(self, text: str, node: core.Node, kinds: str = "Failure") -> str:
        """Assign an operation that may fail; its failure is noted and gives null."""
        name = self.fresh()
        self.line(f"try: {name} = {text}")
        self.line(f"except {kinds} as e: {name} = note(N, e, {node.start}, {node.end})")
        return name

    def value(self, node: core.Node) -> str:
        """Write what is needed and give the Python expression of the node's value."""
        return _WRITE[type(node)](self, node)

    # --- atoms ------------------------------------------------------------------------------------------------

    def const(self, node: core.Const) -> str:
        return self.module.constant(node.value)

    def input(self, node: core.Input) -> str:
        known = self.inputs.get(node.name)
        if known is None:
            known = self.inputs[node.name] = self.module.fresh("v")
        return known

    def local(self, node: core.Local) -> str:
        return self.slots[node.slot]

    def let(self, node: core.Let) -> str:
        value = self.value(node.value)
        name = self.slots[node.slot] = _local(node.slot)
        self.line(f"{name} = {value}")
        return self.value(node.body)

    def item_key(self, node: core.ItemKey) -> str:
        fallback = self.value(node.fallback)
        item, key = self.slots[node.slot], self.module.constant(node.name)
        return self.assigned(f"{item}[{key}] if type({item}) is dict and {key} in {item} else {fallback}")

    def assigned(self, text: str) -> str:
        name = self.fresh()
        self.line(f"{name} = {text}")
        return name

    # --- composite values -------------------------------------------------------------------------------------

    def make_list(self, node: core.MakeList) -> str:
        return self.assigned("[" + ", ".join([self.value(item) for item in node.items]) + "]")

    def make_context(self, node: core.MakeContext) -> str:
        parts = []
        for key, slot, value in zip(node.keys, node.slots, node.values, strict=True):
            name = self.slots[slot] = _local(slot)
            if isinstance(value, core.MakeFunction):
                self.line(f"{name} = None")
                made = self.function(value, slot)
            else:
                made = self.value(value)
            self.line(f"{name} = {made}")
            parts.append(f"{self.module.constant(key)}: {name}")
        return self.assigned("{" + ", ".join(parts) + "}")

    def make_range(self, node: core.MakeRange) -> str:
        low = self.value(node.low)
        if node.form:
            return self.assigned(f"unary({self.module.constant(node.form)}, {low})")
        high = self.value(node.high)
        return self.assigned(f"Range({low}, {high}, {node.low_included}, {node.high_included})")

    def function(self, node: core.MakeFunction, own: int | None = None) -> str:
        self.module.runs = True
        held, name = self.outlined((node.body,), node.slots, lambda body: body.returned(node.body))
        params, kind = self.module.constant(node.params), self.module.constant(node.type)
        kept = self.assigned("[" + ", ".join(("V", "E", "N", "R", *(self.slots[s] for s in held))) + "]")
        made = self.assigned(f"make(R, {params}, {kind}, {name}, {kept})")
        if own in held:  # a function that calls itself by its entry's name
            self.line(f"{kept}[{4 + held.index(own)}] = {made}")
        return made

    def path(self, node: core.Path) -> str:
        base, name = self.value(node.base), self.module.constant(node.name)
        return self.failing(f"{base}.get({name}) if type({base}) is dict else path({base}, {name})", node)

    def index(self, node: core.Index) -> str:
        base = self.value(node.base)
        return self.failing(f"index({base}, {self.value(node.position)})", node)

    def select(self, node: core.Select) -> str:
        self.module.runs = True
        base = self.value(node.base)

        def write(body: _Body) -> None:
            body.line("if L is None: return None")
            body.line("out = []")
            body.line(f"for {_local(node.slot)} in R.rounds(as_list(L)):")
            body.indent += 1
            found = body.value(node.condition)
            body.line(f"if {found} is True: out.append({_local(node.slot)})")
            if node.condition.type != BOOLEAN:
                body.line(f"elif is_number({found}): return index(L, {found})")
            body.indent -= 1
            body.line("return out")

        held, name = self.outlined((node.condition,), (node.slot,), write, first="L", parameters=False)
        return self.failing(self.called(name, held, base), node)

    # --- logic ------------------------------------------------------------------------------------------------

    def all_of(self, node: core.And) -> str:
        return self.chain(node.items, "False", "True")

    def any_of(self, node: core.Or) -> str:
        return self.chain(node.items, "True", "False")

    def chain(self, items: Sequence[core.Node], decides: str, otherwise: str) -> str:
        """Three-valued: the first ``decides`` settles it, else null if any item is no boolean."""
        result = self.assigned(otherwise)
        for position, item in enumerate(items):
            if position:
                self.line(f"if {result} is not {decides}:")
                self.indent += 1
            one = self.nested(item)
            self.line(f"if {one} is {decides}: {result} = {decides}")
            self.line(f"elif {one} is not {otherwise}: {result} = None")
            if position:
                self.indent -= 1
        return result

    def negated(self, node: core.Not) -> str:
        item = self.value(node.item)
        return self.assigned(f"False if {item} is True else True if {item} is False else None")

    def branch(self, node: core.If) -> str:
        condition, result = self.value(node.condition), self.fresh()
        self.line(f"if {condition} is True:")
        self.inside(node.then, result)
        self.line("else:")
        self.inside(node.otherwise, result)
        return result

    def inside(self, node: core.Node, result: str) -> None:
        self.indent += 1
        self.line(f"{result} = {self.nested(node)}")
        self.indent -= 1

    def nested(self, node: core.Node) -> str:
        """A value inside a branch; in a function of its own when the text is indented deeply already."""
        if self.indent < MAX_INDENT or not core.children(node):
            return self.value(node)
        held, name = self.outlined((node,), (), lambda body: body.returned(node))
        return self.assigned(self.called(name, held))

    # --- comparison and arithmetic ----------------------------------------------------------------------------

    def equal(self, node: core.Equal) -> str:
        left, right = self.value(node.left), self.value(node.right)
        if (right == "None" or left == "None") and not node.strict:
            return self.assigned(f"{left if right == 'None' else right} is None")
        guard = _guard((left, node.left), (right, node.right)) if node.strict else ""
        if inlined(node.left, node.right):
            return self.assigned(f"{guard}{left} == {right}")
        return self.failing(f"{guard}equals({left}, {right})", node)

    def order(self, node: core.Order) -> str:
        left, right = self.value(node.left), self.value(node.right)
        if inlined(node.left, node.right):
            guard = _guard((left, node.left), (right, node.right))
            return self.failing(f"{guard}{left} {node.op} {right}", node, "TypeError")
        if node.op in (">", ">="):
            left, right = right, left
        return self.failing(f"{_ORDER[node.op]}({left}, {right})", node)

    def between(self, node: core.Between) -> str:
        value, low, high = self.value(node.value), self.value(node.low), self.value(node.high)
        if inlined(node.value, node.low, node.high):
            guard = _guard((value, node.value), (low, node.low), (high, node.high))
            first, last = ("<=" if node.low_included else "<"), ("<=" if node.high_included else "<")
            return self.failing(f"{guard}{low} {first} {value} {last} {high}", node, "TypeError")
        return self.failing(f"within({value}, {low}, {high}, {node.low_included}, {node.high_included})", node)

    def membership(self, node: core.Member) -> str:
        value, test = self.value(node.value), self.value(node.test)
        guard = _guard((value, node.value), (test, node.test)) if node.strict else ""
        return self.failing(f"{guard}member({value}, {test})", node)

    def arithmetic(self, node: core.Arithmetic) -> str:
        left = self.value(node.left)
        return self.failing(f"{_ARITHMETIC[node.op]}({left}, {self.value(node.right)})", node)

    def negative(self, node: core.Negate) -> str:
        return self.failing(f"neg({self.value(node.operand)})", node)

    def instance(self, node: core.IsInstance) -> str:
        return self.failing(f"instance({self.value(node.value)}, {self.module.constant(node.wanted)})", node)

    # --- calls ------------------------------------------------------------------------------------------------

    def builtin(self, node: core.CallBuiltin) -> str:
        arguments = [self.value(a) for a in node.arguments]
        called = self.module.constant(
            caller(node.builtin, len(arguments), node.names, [a.type for a in node.arguments])
        )
        instant = self.input(core.Input(0, 0, ANY, "as_of")) if node.builtin.clock else "None"
        return self.failing(f"{called}({', '.join((instant, *arguments))})", node)

    def call(self, node: core.CallValue) -> str:
        function = self.value(node.function)
        arguments = ", ".join([self.value(a) for a in node.arguments])
        names = f", {self.module.constant(node.names)}" if node.names else ""
        return self.failing(f"call({function}, [{arguments}]{names})", node)

    # --- loops ------------------------------------------------------------------------------------------------

    def for_each(self, node: core.ForEach) -> str:
        def innermost(body: _Body) -> None:
            body.line(f"{_local(node.partial)}.append({body.value(node.body)})")

        made = self.assigned("[]")
        text = self.loop(node.loops, node.body, innermost, partial=node.partial, made=made)
        self.line(f"try: {text}")
        self.line(f"except Failure as e: {made} = note(N, e, {node.start}, {node.end})")
        return made

    def quantified(self, node: core.Quantify) -> str:
        decides, otherwise = ("False", "True") if node.every else ("True", "False")

        def innermost(body: _Body) -> None:
            body.decide(body.value(node.condition), decides, otherwise)

        return self.failing(self.loop(node.loops, node.condition, innermost, (decides, otherwise)), node)

    def decide(self, one: str, decides: str, otherwise: str) -> None:
        self.line(f"if {one} is {decides}: return {decides}")
        self.line(f"if {one} is not {otherwise}: out = None")

    def loop(
        self, loops: Sequence[core.Loop], last: core.Node, innermost: Callable[[_Body], None],
        verdict: tuple[str, str] | None = None, partial: int | None = None, made: str = "",
    ) -> str:  # fmt: skip
        """A call of the function that goes through the first of ``loops`` (and calls that for the next).

        With a ``verdict`` (what decides, what holds otherwise) it gives a truth value; else results go to ``partial``.
        """
        self.module.runs = True
        loop, rest = loops[0], loops[1:]
        results = "" if partial is None else _local(partial)

        def write(body: _Body) -> None:
            if partial is not None:
                body.slots[partial] = f"list({results})"  # a copy where it is read: values never change
            body.line(f"out = {verdict[1] if verdict else None}")
            source = body.value(loop.source)
            through = f"each({source})" if loop.last is None else f"span({source}, {body.value(loop.last)})"
            body.line(f"for {_local(loop.slot)} in R.rounds({through}):")
            body.indent += 1
            if not rest:
                innermost(body)
            elif verdict:
                body.decide(body.assigned(body.loop(rest, last, innermost, verdict)), *verdict)
            else:
                body.line(body.loop(rest, last, innermost, None, partial, results))
            body.indent -= 1
            body.line("return out")

        below = [n for each in loops for n in (each.source, each.last) if n is not None]
        own = [each.slot for each in loops] + ([] if partial is None else [partial])
        held, name = self.outlined((*below, last), own, write, first=results, parameters=False)
        return self.called(name, held, made)

    # --- functions of their own -------------------------------------------------------------------------------

    def outlined(
        self, nodes: Sequence[core.Node], own: Sequence[int], write: Callable[[_Body], None],
        first: str = "", parameters: bool = True,
    ) -> tuple[list[int], str]:  # fmt: skip
        """Write a function beside this one; gives the slots to hand over, and its name.

        ``own`` slots are its parameters, or with ``parameters=False`` variables it sets itself.
        """
        used = core.slots_used(nodes)
        held = [s for s in self.slots if s in used and s not in own]
        body = _Body(self.module, (*held, *own), 1)
        name = self.module.fresh("f")
        write(body)
        taken = [first] if first else []
        taken += [_local(s) for s in (*held, *(own if parameters else ()))]
        head = f"def {name}({', '.join(('V', 'E', 'N', 'R', *taken))}):"
        self.module.functions += [head, *body.loads(), *body.lines]
        return held, name

    def returned(self, node: core.Node) -> None:
        self.line(f"return {self.value(node)}")

    def called(self, name: str, held: Sequence[int], *before: str) -> str:
        given = [b for b in before if b]
        return f"{name}({', '.join(('V', 'E', 'N', 'R', *given, *(self.slots[s] for s in held)))})"


def _local(slot: int) -> str:
    return f"x{slot}" if slot >= 0 else f"y{-slot}"


def inlined(*nodes: core.Node) -> bool:
    """Whether Python's own operators mean the same: all numbers, or all strings."""
    kinds = {node.type for node in nodes}
    return len(kinds) == 1 and kinds <= _INLINE


def _guard(*operands: tuple[str, core.Node]) -> str:
    """What comes before an operation that is null when one of its operands is: ``None if … else``."""
    nulls = [f"{text} is None" for text, node in operands if not isinstance(node, core.Const) or node.value is None]
    return f"None if {' or '.join(nulls)} else " if nulls else ""


_WRITE: Final[Mapping[type, Callable[[_Body, Any], str]]] = {
    core.Const: _Body.const,
    core.Input: _Body.input,
    core.Local: _Body.local,
    core.Let: _Body.let,
    core.ItemKey: _Body.item_key,
    core.MakeList: _Body.make_list,
    core.MakeContext: _Body.make_context,
    core.MakeRange: _Body.make_range,
    core.MakeFunction: _Body.function,
    core.Path: _Body.path,
    core.Index: _Body.index,
    core.Select: _Body.select,
    core.And: _Body.all_of,
    core.Or: _Body.any_of,
    core.Not: _Body.negated,
    core.If: _Body.branch,
    core.Equal: _Body.equal,
    core.Order: _Body.order,
    core.Between: _Body.between,
    core.Member: _Body.membership,
    core.Arithmetic: _Body.arithmetic,
    core.Negate: _Body.negative,
    core.IsInstance: _Body.instance,
    core.CallBuiltin: _Body.builtin,
    core.CallValue: _Body.call,
    core.ForEach: _Body.for_each,
    core.Quantify: _Body.quantified,
}
