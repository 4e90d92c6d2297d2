"""Tree → meanings and types: every name bound, every node typed, what is certainly wrong reported.

Only what is certain becomes an issue: ``Any`` fits everything. All problems of a text are found in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from crmrules.feel import tree
from crmrules.feel.bindings import (
    CONSTANT,
    FUNCTION,
    INPUT,
    KEY,
    UNKNOWN,
    Binder,
    Binding,
    Checked,
    Local,
    nearest,
)
from crmrules.feel.builtins.declare import Builtin, Signature
from crmrules.feel.conform import type_of
from crmrules.feel.scope import Scope
from crmrules.feel.typefacts import (
    DURATIONS,
    ORDERED,
    PROPERTIES,
    SCALARS,
    arithmetic_type,
    asks_for_item,
    common,
    could_be,
    counts,
    parameter_at,
    same_kind,
    takes,
)
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)
from crmrules.model.values import parse_temporal


def check(root: tree.Node, scope: Scope, *, cell: Type | None = None, words: Iterable[str] = ()) -> Checked:
    """Bind and type ``root``; with ``cell`` it is a cell whose input has that type, ``words`` its allowed values."""
    checker = _Checker(root, scope, cell, words)
    checker.type(root)
    return checker.out


class _Checker(Binder):
    """One pass over one tree."""

    def type(self, node: tree.Node) -> Type:
        found = _VISIT[type(node)](self, node)
        self.out.types[id(node)] = found
        return found

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
        frame: dict[str, Local] = {}
        self.frames.append(frame)
        for entry in node.entries:
            slot = self.slot(entry)
            if isinstance(entry.value, tree.FunctionLiteral):
                frame[entry.key] = Local(slot, ANY)
            if entry.key in fields:
                self.problem("F141", entry, found=entry.key)
            fields[entry.key] = self.type(entry.value)
            frame[entry.key] = Local(slot, fields[entry.key])
        self.frames.pop()
        return ContextType(MappingProxyType(fields), open=False)

    def range_literal(self, node: tree.RangeLiteral) -> Type:
        low, high = self.type(node.low), self.type(node.high)
        self.ordered(node, low, high)
        return RangeType(common([low, high]))

    def function(self, node: tree.FunctionLiteral) -> Type:
        frame = {p.name: Local(self.slot(p), p.type) for p in node.parameters}
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
        elif base in PROPERTIES:
            known = PROPERTIES[base]
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
        self.frames.append({"item": Local(self.slot(node), item, item=True)})
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
        frame: dict[str, Local] = {}
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
            frame[iterator.name] = Local(self.slot(iterator), item)

    def for_form(self, node: tree.For) -> Type:
        self.iterators(node)
        self.frames[-1]["partial"] = Local(self.slot(node), ListType())
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
