"""Tree → meanings and types: every name bound, every node typed, what is certainly wrong reported.

Only what is certain becomes an issue: ``Any`` fits everything. All problems of a text are found in one pass.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from crmrules.feel import tree
from crmrules.feel.builtins._base import Builtin, Signature
from crmrules.feel.conform import type_of
from crmrules.feel.scope import Scope
from crmrules.feel.typefacts import (
    DURATIONS,
    ORDERED,
    SCALARS,
    arithmetic_type,
    asks_for_item,
    common,
    could_be,
    counts,
    parameter_at,
    parameter_types,
    same_kind,
    takes,
)
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)
from crmrules.model.values import parse_temporal

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


class _Local(NamedTuple):
    slot: int
    type: Type
    item: bool = False


_DATE_PARTS: Final = dict.fromkeys(("year", "month", "day", "weekday"), NUMBER)
_TIME_PARTS: Final = {
    **dict.fromkeys(("hour", "minute", "second"), NUMBER), "time offset": DAYS_DURATION, "timezone": STRING,
}  # fmt: skip
_PROPERTIES: Final[Mapping[Type, Mapping[str, Type]]] = {
    DATE: _DATE_PARTS,
    TIME: _TIME_PARTS,
    DATE_TIME: {**_DATE_PARTS, **_TIME_PARTS},
    DAYS_DURATION: dict.fromkeys(("days", "hours", "minutes", "seconds"), NUMBER),
    MONTHS_DURATION: dict.fromkeys(("years", "months"), NUMBER),
    NUMBER: {},
    STRING: {},
    BOOLEAN: {},
}


def check(root: tree.Node, scope: Scope, *, cell: Type | None = None, words: Iterable[str] = ()) -> Checked:
    """Bind and type ``root``; with ``cell`` it is a cell whose input has that type, ``words`` its allowed values."""
    checker = _Checker(root, scope, cell, words)
    checker.type(root)
    return checker.out


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that looks most like ``word``; empty when none does."""
    choices = list(dict.fromkeys(known))
    folded = {w.casefold(): w for w in reversed(choices)}
    close = difflib.get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.5 if len(word) < 5 else 0.6)
    return folded[close[0]] if close else ""


class _Checker:
    """One pass over one tree."""

    def __init__(self, root: tree.Node, scope: Scope, cell: Type | None, words: Iterable[str]) -> None:
        self.out = Checked(root, cell_type=cell or ANY)
        self.asks = False
        self.scope, self.cell, self.words = scope, cell, words
        self.frames: list[dict[str, _Local]] = []
        self.items: list[_Local] = []
        self.next_slot = 0

    def type(self, node: tree.Node) -> Type:
        found = _VISIT[type(node)](self, node)
        self.out.types[id(node)] = found
        return found

    def problem(self, code: str, node: tree.Node, **params: object) -> None:
        self.out.problems.append(Problem(code, node.start, node.end, {k: str(v) for k, v in params.items() if v != ""}))

    def slot(self, owner: object) -> int:
        self.next_slot += 1
        self.out.slots[id(owner)] = self.next_slot
        return self.next_slot

    # --- values -----------------------------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> Type:
        return type_of(node.value)

    def temporal(self, node: tree.Temporal) -> Type:
        value = parse_temporal(node.text)
        if value is None:
            self.problem("F140", node, found=node.text)
            return NULL
        return type_of(value)

    def list_literal(self, node: tree.ListLiteral) -> Type:
        return ListType(common([self.type(item) for item in node.items]))

    def context(self, node: tree.ContextLiteral) -> Type:
        fields: dict[str, Type] = {}
        frame: dict[str, _Local] = {}
        self.frames.append(frame)
        for entry in node.entries:
            slot = self.slot(entry)
            if isinstance(entry.value, tree.FunctionLiteral):
                frame[entry.key] = _Local(slot, ANY)
            if entry.key in fields:
                self.problem("F141", entry, found=entry.key)
            fields[entry.key] = self.type(entry.value)
            frame[entry.key] = _Local(slot, fields[entry.key])
        self.frames.pop()
        return ContextType(MappingProxyType(fields), open=False)

    def range_literal(self, node: tree.RangeLiteral) -> Type:
        low, high = self.type(node.low), self.type(node.high)
        self.ordered(node, low, high)
        return RangeType(common([low, high]))

    def function(self, node: tree.FunctionLiteral) -> Type:
        frame = {p.name: _Local(self.slot(p), p.type) for p in node.parameters}
        if node.external:
            self.problem("F142", node)
        self.frames.append(frame)
        result = self.type(node.body) if not node.external else ANY
        self.frames.pop()
        return FunctionType(tuple(p.type for p in node.parameters), result)

    # --- names ------------------------------------------------------------------------------------------------

    def name(self, node: tree.Name) -> Type:
        binding, found = self.bind(node)
        self.out.bindings[id(node)] = binding
        return found

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

    def item_key(self, node: tree.Name, item: _Local, depth: int) -> tuple[Binding, Type] | None:
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
            listed = words if len(words) <= 12 else [*words[:12], "…"]
            self.problem("F121", node, found=node.text, nearest=known, words=", ".join(listed))
        else:
            self.problem("F120", node, found=node.text, nearest=nearest(node.text, self.known_names()))

    def known_names(self) -> Iterable[str]:
        for frame in reversed(self.frames):
            yield from frame
        yield from self.scope.names
        yield from self.scope.constants
        yield from self.scope.spellings

    def property(self, node: tree.Property) -> Type:
        return self.property_of(self.type(node.base), node)

    def property_of(self, base: Type, node: tree.Property) -> Type:
        if isinstance(base, ListType):
            return ListType(self.property_of(base.item, node))
        if isinstance(base, ContextType):
            for key in (node.text, node.name):
                if key in base.fields:
                    return base.fields[key]
            if not base.open:
                self.problem("F124", node, found=node.text, nearest=nearest(node.text, base.fields))
            return ANY
        if isinstance(base, RangeType):
            known: Mapping[str, Type] = {
                "start": base.end, "end": base.end, "start included": BOOLEAN, "end included": BOOLEAN
            }  # fmt: skip
        elif base in _PROPERTIES:
            known = _PROPERTIES[base]
        else:
            return ANY
        if node.text not in known:
            self.problem("F125", node, found=node.text, type=base, nearest=nearest(node.text, known))
        return known.get(node.text, ANY)

    def filter(self, node: tree.Filter) -> Type:
        base = self.type(node.base)
        item = base.item if isinstance(base, ListType) else base if base in SCALARS else ANY
        if isinstance(base, ContextType):
            item = base
        self.frames.append({"item": _Local(self.slot(node), item, item=True)})
        condition = self.type(node.condition)
        self.frames.pop()
        if condition == NUMBER:
            return item
        if condition != BOOLEAN and (condition in SCALARS or isinstance(condition, ListType | ContextType)):
            self.problem("F133", node.condition, found=condition)
        return ListType(item) if condition == BOOLEAN else ANY

    # --- calls ------------------------------------------------------------------------------------------------

    def call(self, node: tree.Call) -> Type:
        if isinstance(node.function, tree.Name):
            binding, kind = self.call_target(node.function)
            self.out.bindings[id(node.function)] = binding
            self.out.types[id(node.function)] = kind
            if binding.kind == FUNCTION:
                return self.builtin(node, self.scope.builtins[binding.name])
        else:
            kind = self.type(node.function)
        given = [self.type(a) for a in node.arguments]
        if isinstance(kind, FunctionType):
            if kind.params and len(kind.params) != len(given):
                self.problem("F126", node, name=_name_of(node), expected=len(kind.params), found=len(given))
            return kind.result
        if _no_function(kind):
            self.problem("F128", node.function, found=kind)
        return ANY

    def call_target(self, node: tree.Name) -> tuple[Binding, Type]:
        known = len(self.out.problems)
        binding, kind = self.bind(node)
        if binding.kind == UNKNOWN:
            del self.out.problems[known:]
            near = nearest(node.text, [*self.scope.builtins, *self.known_names()])
            self.problem("F122", node, found=node.text, nearest=near)
        elif binding.kind in (INPUT, CONSTANT, KEY) and node.name in self.scope.builtins and _no_function(kind):
            return Binding(FUNCTION, node.name), ANY  # a fact called "date" does not hide the function of that name
        return binding, kind

    def builtin(self, node: tree.Call, builtin: Builtin) -> Type:
        given = [self.type(a) for a in node.arguments]
        fitting = [s for s in builtin.signatures if builtin.clock or takes(s, len(given), node.names)]
        if not fitting:
            self.wrong_call(node, builtin)
            return ANY
        typed = [s for s in fitting if self.first_misfit(s, given, node) is None]
        if not typed:
            index, wanted = self.first_misfit(fitting[0], given, node) or (0, ANY)
            self.problem("F129", node.arguments[index], name=builtin.name, found=given[index], expected=wanted)
            typed = fitting[:1]
        result = typed[0].result
        return result(given) if callable(result) else result

    def first_misfit(self, signature: Signature, given: Sequence[Type], node: tree.Call) -> tuple[int, Type] | None:
        for index, kind in enumerate(given):
            param = parameter_at(signature, index, node.names)
            if param is not None and not could_be(kind, param):
                return index, param
        return None

    def wrong_call(self, node: tree.Call, builtin: Builtin) -> None:
        if node.names:
            known = dict.fromkeys(p.name for s in builtin.signatures for p in s.params)
            wrong = [n for n in node.names if n not in known] or list(node.names)
            self.problem("F127", node, name=builtin.name, found=", ".join(wrong), expected=", ".join(known),
                         nearest=nearest(wrong[0], known))  # fmt: skip
            return
        possible = sorted({n for s in builtin.signatures for n in counts(s)})
        expected = " / ".join(map(str, possible))
        self.problem("F126", node, name=builtin.name, expected=expected, found=len(node.arguments))

    # --- operators --------------------------------------------------------------------------------------------

    def logic(self, node: tree.Conjunction | tree.Disjunction) -> Type:
        for item in node.items:
            self.condition(item)
        return BOOLEAN

    def condition(self, node: tree.Node) -> None:
        kind = self.type(node)
        if kind not in (BOOLEAN, ANY, NULL):
            self.problem("F132", node, found=kind)

    def comparison(self, node: tree.Comparison) -> Type:
        left, right = self.type(node.left), self.type(node.right)
        if node.op in ("=", "!="):
            self.comparable(node, left, right)
        else:
            self.ordered(node, left, right)
        return BOOLEAN

    def comparable(self, node: tree.Node, left: Type, right: Type) -> None:
        if not same_kind(left, right):
            self.problem("F130", node, left=left, right=right)

    def ordered(self, node: tree.Node, *kinds: Type) -> None:
        known = [k for k in kinds if k not in (ANY, NULL)]
        for kind in known:
            if kind not in ORDERED and kind.name != "duration":
                self.problem("F131", node, found=kind)
                return
        for kind in known[1:]:
            if not same_kind(known[0], kind):
                self.problem("F130", node, left=known[0], right=kind)
                return

    def between(self, node: tree.Between) -> Type:
        self.ordered(node, self.type(node.value), self.type(node.low), self.type(node.high))
        return BOOLEAN

    def membership(self, node: tree.In) -> Type:
        value = self.type(node.value)
        for test in node.tests:
            self.test(test, value)
        return BOOLEAN

    def test(self, test: tree.Node, value: Type, *, cell: bool = False) -> None:
        """A test against a value of a type."""
        if isinstance(test, tree.Tail):
            operand = self.type(test.operand)
            if test.op in ("=", "!="):
                self.comparable(test, value, operand)
            else:
                self.ordered(test, value, operand)
            self.out.types[id(test)] = RangeType(operand)
            return
        asked, self.asks = self.asks, False
        found = self.type(test)
        asks, self.asks = self.asks, self.asks or asked
        if asks and cell:
            self.out.asking.add(id(test))
            if found not in (BOOLEAN, ANY, NULL):
                self.problem("F132", test, found=found)
        elif isinstance(found, RangeType):
            if not isinstance(value, RangeType):
                self.ordered(test, value, found.end)
        elif isinstance(found, ListType):
            item = found.item.end if isinstance(found.item, RangeType) else found.item
            inner = value.item if isinstance(value, ListType) else value
            if not same_kind(inner, item) and not isinstance(item, ListType):
                self.problem("F130", test, left=value, right=found)
        elif cell and self.scope.relaxed and asks_for_item(value, found):
            self.comparable(test, value.item, found)
        else:
            self.comparable(test, value, found)

    def tests(self, node: tree.Tests) -> Type:
        value = self.cell or ANY
        for test in node.items:
            self.test(test, value, cell=True)
        return BOOLEAN

    def tail(self, node: tree.Tail) -> Type:
        return RangeType(self.type(node.operand))

    def instance(self, node: tree.InstanceOf) -> Type:
        self.type(node.value)
        return BOOLEAN

    def arithmetic(self, node: tree.Arithmetic) -> Type:
        left, right = self.type(node.left), self.type(node.right)
        result = arithmetic_type(node.op, left, right)
        if result is None:
            self.problem("F134", node, left=left, op=node.op, right=right)
            return ANY
        return result

    def negate(self, node: tree.Negate) -> Type:
        kind = self.type(node.operand)
        if kind not in (NUMBER, *DURATIONS, ANY, NULL):
            self.problem("F135", node, found=kind)
            return ANY
        return kind

    # --- control ----------------------------------------------------------------------------------------------

    def if_form(self, node: tree.If) -> Type:
        self.condition(node.condition)
        return common([self.type(node.then), self.type(node.otherwise)])

    def iterators(self, node: tree.For | tree.Quantified) -> None:
        frame: dict[str, _Local] = {}
        self.frames.append(frame)
        for iterator in node.iterators:
            source = self.type(iterator.source)
            if iterator.last is not None:
                last = self.type(iterator.last)
                self.ordered(iterator, source, last)
                item = common([source, last])
            elif isinstance(source, ListType):
                item = source.item
            elif isinstance(source, RangeType):
                item = source.end
            else:
                item = source if source in SCALARS else ANY
            frame[iterator.name] = _Local(self.slot(iterator), item)

    def for_form(self, node: tree.For) -> Type:
        self.iterators(node)
        self.frames[-1]["partial"] = _Local(self.slot(node), ListType())
        body = self.type(node.body)
        self.frames.pop()
        return ListType(body)

    def quantified(self, node: tree.Quantified) -> Type:
        self.iterators(node)
        self.condition(node.condition)
        self.frames.pop()
        return BOOLEAN


_VISIT: Final[Mapping[type, Callable[[_Checker, Any], Type]]] = {
    tree.Literal: _Checker.literal,
    tree.Temporal: _Checker.temporal,
    tree.ListLiteral: _Checker.list_literal,
    tree.ContextLiteral: _Checker.context,
    tree.RangeLiteral: _Checker.range_literal,
    tree.FunctionLiteral: _Checker.function,
    tree.Name: _Checker.name,
    tree.Property: _Checker.property,
    tree.Filter: _Checker.filter,
    tree.Call: _Checker.call,
    tree.Disjunction: _Checker.logic,
    tree.Conjunction: _Checker.logic,
    tree.Comparison: _Checker.comparison,
    tree.Between: _Checker.between,
    tree.In: _Checker.membership,
    tree.InstanceOf: _Checker.instance,
    tree.Arithmetic: _Checker.arithmetic,
    tree.Negate: _Checker.negate,
    tree.If: _Checker.if_form,
    tree.For: _Checker.for_form,
    tree.Quantified: _Checker.quantified,
    tree.Tail: _Checker.tail,
    tree.Tests: _Checker.tests,
}


def _name_of(node: tree.Call) -> str:
    return node.function.text if isinstance(node.function, tree.Name) else "function"


def _no_function(kind: Type) -> bool:
    return kind in SCALARS or isinstance(kind, ListType | ContextType | RangeType)
