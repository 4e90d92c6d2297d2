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
from crmrules.feel.builtins.declare import Failure
from crmrules.feel.calls import call_value, caller
from crmrules.feel.conform import is_instance
from crmrules.feel.notes import Notes
from crmrules.feel.runtime import Run, as_list, each, index, is_number, make_function, note, pluck, span, within
from crmrules.feel.source import Body, Module, local_name
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, STRING
from crmrules.model.values import Range, Value

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
    module = Module()
    main = _Writer(module, (), 2)
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


class _Writer(Body):
    """One function being written: a method for each operation of the core."""

    def value(self, node: core.Node) -> str:
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
        name = self.slots[node.slot] = local_name(node.slot)
        self.line(f"{name} = {value}")
        return self.value(node.body)

    def item_key(self, node: core.ItemKey) -> str:
        fallback = self.value(node.fallback)
        item, key = self.slots[node.slot], self.module.constant(node.name)
        return self.assigned(f"{item}[{key}] if type({item}) is dict and {key} in {item} else {fallback}")

    # --- composite values -------------------------------------------------------------------------------------

    def make_list(self, node: core.MakeList) -> str:
        return self.assigned("[" + ", ".join([self.value(item) for item in node.items]) + "]")

    def make_context(self, node: core.MakeContext) -> str:
        parts = []
        for key, slot, value in zip(node.keys, node.slots, node.values, strict=True):
            name = self.slots[slot] = local_name(slot)
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

        def write(body: _Writer) -> None:
            body.line("if L is None: return None")
            body.line("out = []")
            body.line(f"for {local_name(node.slot)} in R.rounds(as_list(L)):")
            body.indent += 1
            found = body.value(node.condition)
            body.line(f"if {found} is True: out.append({local_name(node.slot)})")
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
        def innermost(body: _Writer) -> None:
            body.line(f"{local_name(node.partial)}.append({body.value(node.body)})")

        made = self.assigned("[]")
        text = self.loop(node.loops, node.body, innermost, partial=node.partial, made=made)
        self.line(f"try: {text}")
        self.line(f"except Failure as e: {made} = note(N, e, {node.start}, {node.end})")
        return made

    def quantified(self, node: core.Quantify) -> str:
        decides, otherwise = ("False", "True") if node.every else ("True", "False")

        def innermost(body: _Writer) -> None:
            body.decide(body.value(node.condition), decides, otherwise)

        return self.failing(self.loop(node.loops, node.condition, innermost, (decides, otherwise)), node)

    def decide(self, one: str, decides: str, otherwise: str) -> None:
        self.line(f"if {one} is {decides}: return {decides}")
        self.line(f"if {one} is not {otherwise}: out = None")

    def loop(
        self, loops: Sequence[core.Loop], last: core.Node, innermost: Callable[[_Writer], None],
        verdict: tuple[str, str] | None = None, partial: int | None = None, made: str = "",
    ) -> str:  # fmt: skip
        """A call of the function that goes through the first of ``loops`` (and calls that for the next).

        With a ``verdict`` (what decides, what holds otherwise) it gives a truth value; else results go to ``partial``.
        """
        self.module.runs = True
        loop, rest = loops[0], loops[1:]
        results = "" if partial is None else local_name(partial)

        def write(body: _Writer) -> None:
            if partial is not None:
                body.slots[partial] = f"list({results})"  # a copy where it is read: values never change
            body.line(f"out = {verdict[1] if verdict else None}")
            source = body.value(loop.source)
            through = f"each({source})" if loop.last is None else f"span({source}, {body.value(loop.last)})"
            body.line(f"for {local_name(loop.slot)} in R.rounds({through}):")
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


def inlined(*nodes: core.Node) -> bool:
    """Whether Python's own operators mean the same: all numbers, or all strings."""
    kinds = {node.type for node in nodes}
    return len(kinds) == 1 and kinds <= _INLINE


def _guard(*operands: tuple[str, core.Node]) -> str:
    """What comes before an operation that is null when one of its operands is: ``None if … else``."""
    nulls = [f"{text} is None" for text, node in operands if not isinstance(node, core.Const) or node.value is None]
    return f"None if {' or '.join(nulls)} else " if nulls else ""


_WRITE: Final[Mapping[type, Callable[[_Writer, Any], str]]] = {
    core.Const: _Writer.const,
    core.Input: _Writer.input,
    core.Local: _Writer.local,
    core.Let: _Writer.let,
    core.ItemKey: _Writer.item_key,
    core.MakeList: _Writer.make_list,
    core.MakeContext: _Writer.make_context,
    core.MakeRange: _Writer.make_range,
    core.MakeFunction: _Writer.function,
    core.Path: _Writer.path,
    core.Index: _Writer.index,
    core.Select: _Writer.select,
    core.And: _Writer.all_of,
    core.Or: _Writer.any_of,
    core.Not: _Writer.negated,
    core.If: _Writer.branch,
    core.Equal: _Writer.equal,
    core.Order: _Writer.order,
    core.Between: _Writer.between,
    core.Member: _Writer.membership,
    core.Arithmetic: _Writer.arithmetic,
    core.Negate: _Writer.negative,
    core.IsInstance: _Writer.instance,
    core.CallBuiltin: _Writer.builtin,
    core.CallValue: _Writer.call,
    core.ForEach: _Writer.for_each,
    core.Quantify: _Writer.quantified,
}
