"""Item definitions: the types of DMN models and what happens to values at their edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree.ElementTree import Element

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.compiler import CompiledTest, Scope, compile_expression, compile_unary
from crmrules.feel.conform import conform
from crmrules.feel.typenames import type_named
from crmrules.feel.types import ANY, ContextType, FunctionType, ListType, Type
from crmrules.model.issues import Issue
from crmrules.model.values import Value
from crmrules.rulesets.dmn_xml import Definitions, name_of, only, parts, text_of, type_ref

_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Declared:
    """A declared type: what the language knows of it, and how a value is made to fit (or fails to).

    ``order`` are the allowed values in their order, where they are plain values.
    """

    type: Type
    fit: Callable[[Value], Value]
    order: tuple[Value, ...] = ()


def _as_is(value: Value) -> Value:
    return value


UNDECLARED = Declared(ANY, _as_is)


class ItemTypes:
    """The types of one model: built-in names, its item definitions, and imported ones as ``alias.name``."""

    def __init__(self, namespace: str, models: Mapping[str, Definitions], issues: list[Issue]) -> None:
        self.model, self.models, self.issues = models[namespace], models, issues
        self.known: dict[str, Declared] = {}
        self.imported = {alias: ItemTypes(ns, models, issues) for alias, ns in self.model.imports if ns in models}
        self.named: Mapping[str, Type] = MappingProxyType({n: self.declared(n).type for n in self.model.items})

    def declared(self, name: str, depth: int = 0) -> Declared:
        """The type of a name; nothing is known of an unknown one."""
        if not name:
            return UNDECLARED
        found = self.known.get(name)
        if found is not None:
            return found
        if depth > _MAX_DEPTH:
            return UNDECLARED
        element = self.model.items.get(name)
        if element is not None:
            found = self.item(element, depth + 1)
        else:
            found = self.elsewhere(name, depth)
        self.known[name] = found
        return found

    def elsewhere(self, name: str, depth: int) -> Declared:
        alias, _, rest = name.partition(".")
        if alias in self.imported and rest:
            return self.imported[alias].declared(rest, depth + 1)
        if ":" in name:  # an old model's prefix: feel:string
            name = name.rpartition(":")[2]
        kind = type_named(name)
        return UNDECLARED if kind is None or kind == ANY else plain(kind)

    def item(self, element: Element, depth: int) -> Declared:
        components = list(parts(element, "itemComponent"))
        function = only(element, "functionItem")
        if function is not None:
            base = plain(FunctionType())
        elif components:
            base = context([(name_of(c), self.item(c, depth + 1)) for c in components])
        else:
            base = self.declared(type_ref(element), depth + 1)
        base = self.allowed(base, only(element, "allowedValues"))
        if element.get("isCollection") in ("true", "1"):
            base = collection(base)
            base = self.allowed(base, only(element, "typeConstraint"))
        return base

    def allowed(self, base: Declared, constraint: Element | None) -> Declared:
        """``base`` restricted to allowed values."""
        text = text_of(constraint)
        if not text:
            return base
        test, issues = compile_unary(text, Scope(relaxed=False), self.model.span, input=base.type)
        self.issues += issues
        return base if test is None else restricted(base, test, values_listed(text))


def plain(kind: Type) -> Declared:
    """A type of the language itself."""
    return Declared(kind, lambda value: conform(value, kind))


def context(fields: list[tuple[str, Declared]]) -> Declared:
    """A structure: every component must be there and fit; further keys are kept."""
    kind = ContextType(MappingProxyType({name: declared.type for name, declared in fields}))

    def fit(value: Value) -> Value:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value is None:
            return None
        if not isinstance(value, dict):
            raise Failure(f"a value is no {kind}")
        missing = [name for name, _ in fields if name not in value]
        if missing:
            raise Failure(f"the component {missing[0]} is missing")
        return {**value, **{name: declared.fit(value[name]) for name, declared in fields}}

    return Declared(kind, fit)


def collection(item: Declared) -> Declared:
    """A list; a single value counts as a list of one."""

    def fit(value: Value) -> Value:
        if value is None:
            return None
        return [item.fit(one) for one in (value if isinstance(value, list) else [value])]

    return Declared(ListType(item.type), fit, item.order)


def restricted(base: Declared, test: CompiledTest, order: tuple[Value, ...]) -> Declared:
    """``base``, but only the values that pass ``test``."""

    def fit(value: Value) -> Value:
        fitted = base.fit(value)
        if fitted is not None and test.test(fitted, {}, None) is not True:
            raise Failure(f"{fitted} is not allowed; allowed are {test.text}")
        return fitted

    return Declared(base.type, fit, order)


def values_listed(text: str) -> tuple[Value, ...]:
    """The values of a list of allowed values, in order; ranges and comparisons among them are left out."""
    compiled, _ = compile_expression(f"[{text}]", Scope(relaxed=False))
    if compiled is None:
        return ()
    found = compiled.call({})
    return tuple(found) if isinstance(found, list) else ()
