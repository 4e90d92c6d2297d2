"""Boxed expressions: each becomes a function of the variables in scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from xml.etree.ElementTree import Element

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.calls import call_value
from crmrules.feel.compiler import Scope, compile_expression
from crmrules.feel.notes import Note, Notes
from crmrules.feel.runtime import as_list, each, index, is_number
from crmrules.feel.types import ANY, ContextType, FunctionType, Type
from crmrules.model.issues import Issue
from crmrules.model.spans import Span
from crmrules.model.values import Function, Value
from crmrules.rulesets.dmn_tables import Table
from crmrules.rulesets.dmn_types import UNDECLARED, Declared, ItemTypes
from crmrules.rulesets.dmn_xml import local, name_of, only, parts, text_of, type_ref

Evaluator = Callable[[dict[str, Value], Notes], Value]
"""Takes the variables in scope and the sink of notes."""

Names = dict[str, Any]
"""The names in scope: what is declared of them, None for functions, or for an import the names under its alias."""

_BOXES: Final = frozenset(
    ("literalExpression", "context", "decisionTable", "invocation", "functionDefinition", "list", "relation",
     "conditional", "filter", "for", "some", "every")
)  # fmt: skip
_MAX_DEPTH: Final = 50
_MAX_CALLS: Final = 100


def void(env: dict[str, Value], notes: Notes) -> Value:
    """The value of an expression that is not there."""
    return None


def function_body(element: Element | None) -> Element | None:
    """The boxed expression directly inside an element."""
    if element is None:
        return None
    return next((child for child in element if local(child) in _BOXES), None)


def guarded(work: Evaluator, declared: Declared) -> Evaluator:
    """``work`` with its result made to fit a declared type; null and a note when it does not."""
    if declared is UNDECLARED:
        return work

    def fit(env: dict[str, Value], notes: Notes) -> Value:
        value = work(env, notes)
        try:
            return declared.fit(value)
        except Failure as failure:
            return failed(notes, failure)

    return fit


def failed(notes: Notes, failure: Failure) -> None:
    """Note a failure; the value is null."""
    if notes is not None:
        notes.append(Note(failure.reason, 0, 0))


class Boxes:
    """Compiles the boxed expressions of one model."""

    def __init__(self, types: ItemTypes, span: Span, issues: list[Issue]) -> None:
        self.types, self.span, self.issues = types, span, issues
        self.depth = 0

    def scope(self, names: Names) -> Scope:
        """What texts see."""
        typed = {name: _type_of(declared) for name, declared in names.items()}
        return Scope(names=MappingProxyType(typed), relaxed=False, types=self.types.named)

    def declared(self, element: Element | None) -> Declared:
        """The type written at an element."""
        return self.types.declared(type_ref(element))

    def compile(self, element: Element | None, names: Names) -> Evaluator:
        """The function of any boxed expression."""
        if element is None or self.depth > _MAX_DEPTH:
            return void
        self.depth += 1
        work = _COMPILE[local(element)](self, element, names)
        self.depth -= 1
        return guarded(work, self.declared(element))

    def inner(self, element: Element | None, names: Names) -> Evaluator:
        """The function of the boxed expression inside an element."""
        return self.compile(function_body(element), names)

    def text(self, text: str, names: Names) -> Evaluator:
        """The function of a text."""
        if not text:
            return void
        compiled, issues = compile_expression(text, self.scope(names), self.span)
        self.issues += issues
        if compiled is None:
            return void
        return compiled.call

    def literal(self, element: Element, names: Names) -> Evaluator:
        return self.text(text_of(element), names)

    def context(self, element: Element, names: Names) -> Evaluator:
        names = dict(names)
        entries: list[tuple[str | None, Evaluator]] = []
        for entry in parts(element, "contextEntry"):
            variable = only(entry, "variable")
            body = function_body(entry)
            if variable is None:
                entries.append((None, self.compile(body, names)))
                continue
            name = name_of(variable)
            declared = self.declared(variable)
            if body is not None and local(body) == "functionDefinition":
                names[name] = None
                entries.append((name, self.function(body, names, name)))
            else:
                entries.append((name, guarded(self.compile(body, names), declared)))
                names[name] = declared

        def work(env: dict[str, Value], notes: Notes) -> Value:
            inside = dict(env)
            made: dict[str, Value] = {}
            for name, value in entries:
                found = value(inside, notes)
                if name is None:
                    return found
                made[name] = inside[name] = found
            return made

        return work

    def function(self, element: Element, names: Names, own: str = "") -> Evaluator:
        """A function value; under its ``own`` name it can call itself."""
        if element.get("kind", "FEEL") not in ("FEEL", ""):
            return void
        parameters = [(name_of(p), self.declared(p)) for p in parts(element, "formalParameter")]
        body = self.inner(element, {**names, **dict(parameters)})
        params = tuple(name for name, _ in parameters)
        kind = FunctionType(tuple(declared.type for _, declared in parameters))

        def work(env: dict[str, Value], notes: Notes) -> Value:
            depth = 0

            def call(*arguments: Value) -> Value:
                nonlocal depth
                if len(arguments) != len(parameters):
                    raise Failure(f"{own or 'the function'} takes {len(parameters)} arguments, not {len(arguments)}")
                if depth >= _MAX_CALLS:
                    raise Failure(f"{own or 'the function'} calls itself more than {_MAX_CALLS} deep")
                inside = dict(env)
                for (name, declared), value in zip(parameters, arguments, strict=True):
                    inside[name] = declared.fit(value)
                if own and own not in params:
                    inside[own] = made
                depth += 1
                try:
                    return body(inside, notes)
                finally:
                    depth -= 1

            made = Function(params, call, own, kind)
            return made

        return work

    def function_box(self, element: Element, names: Names) -> Evaluator:
        return self.function(element, names)

    def invocation(self, element: Element, names: Names) -> Evaluator:
        called = self.inner(element, names)
        bindings = [
            (name_of(p) if (p := only(b, "parameter")) is not None else "", self.inner(b, names))
            for b in parts(element, "binding")
        ]
        given = tuple(name for name, _ in bindings)

        def work(env: dict[str, Value], notes: Notes) -> Value:
            function = called(env, notes)
            arguments = [value(env, notes) for _, value in bindings]
            try:
                return call_value(function, arguments, given)
            except Failure as failure:
                return failed(notes, failure)

        return work

    def list_box(self, element: Element, names: Names) -> Evaluator:
        items = [self.compile(child, names) for child in element if local(child) in _BOXES]
        return lambda env, notes: [item(env, notes) for item in items]

    def relation(self, element: Element, names: Names) -> Evaluator:
        columns = [name_of(c) for c in parts(element, "column")]
        rows = [
            [self.compile(child, names) for child in row if local(child) in _BOXES] for row in parts(element, "row")
        ]

        def work(env: dict[str, Value], notes: Notes) -> Value:
            return [dict(zip(columns, (cell(env, notes) for cell in row), strict=False)) for row in rows]

        return work

    def conditional(self, element: Element, names: Names) -> Evaluator:
        condition, then, otherwise = (self.inner(only(element, tag), names) for tag in ("if", "then", "else"))

        def work(env: dict[str, Value], notes: Notes) -> Value:
            found = condition(env, notes)
            if found is not None and type(found) is not bool:
                return failed(notes, Failure("the condition is neither true nor false"))
            return then(env, notes) if found is True else otherwise(env, notes)

        return work

    def filter(self, element: Element, names: Names) -> Evaluator:
        source = self.inner(only(element, "in"), names)
        match = self.inner(only(element, "match"), {**names, "item": UNDECLARED})

        def work(env: dict[str, Value], notes: Notes) -> Value:
            kept: list[Value] = []
            found = source(env, notes)
            if found is None:
                return None
            items = as_list(found)
            for item in items:
                found = match({**env, **(item if isinstance(item, dict) else {}), "item": item}, notes)
                if is_number(found):
                    return index(items, found)
                if found is True:
                    kept.append(item)
            return kept

        return work

    def for_box(self, element: Element, names: Names) -> Evaluator:
        name = " ".join(element.get("iteratorVariable", "").split())
        source = self.inner(only(element, "in"), names)
        body = self.inner(only(element, "return"), {**names, name: UNDECLARED, "partial": UNDECLARED})

        def work(env: dict[str, Value], notes: Notes) -> Value:
            made: list[Value] = []
            try:
                for item in each(source(env, notes)):
                    made.append(body({**env, name: item, "partial": list(made)}, notes))
            except Failure as failure:
                return failed(notes, failure)
            return made

        return work

    def quantified(self, element: Element, names: Names) -> Evaluator:
        name = " ".join(element.get("iteratorVariable", "").split())
        every = local(element) == "every"
        source = self.inner(only(element, "in"), names)
        condition = self.inner(only(element, "satisfies"), {**names, name: UNDECLARED})

        def work(env: dict[str, Value], notes: Notes) -> Value:
            verdict: bool | None = every
            try:
                for item in each(source(env, notes)):
                    found = condition({**env, name: item}, notes)
                    if found is (not every):
                        return found
                    if found is not every:
                        if found is not None:
                            raise Failure("the condition is neither true nor false")
                        verdict = None
            except Failure as failure:
                return failed(notes, failure)
            return verdict

        return work

    def table(self, element: Element, names: Names) -> Evaluator:
        return Table.compile(element, self.scope(names), self.types, self.span, self.issues).evaluate


_COMPILE: Final[Mapping[str, Callable[[Boxes, Element, Names], Evaluator]]] = {
    "literalExpression": Boxes.literal,
    "context": Boxes.context,
    "decisionTable": Boxes.table,
    "invocation": Boxes.invocation,
    "functionDefinition": Boxes.function_box,
    "list": Boxes.list_box,
    "relation": Boxes.relation,
    "conditional": Boxes.conditional,
    "filter": Boxes.filter,
    "for": Boxes.for_box,
    "some": Boxes.quantified,
    "every": Boxes.quantified,
}


def _type_of(declared: Any) -> Type:
    if isinstance(declared, Declared):
        return declared.type
    if isinstance(declared, dict):  # an imported model: its elements by name
        return ContextType(MappingProxyType({name: _type_of(one) for name, one in declared.items()}))
    return ANY
