"""DMN 1.3–1.5 files as decision models that can be evaluated.

Read are decisions (decision tables with every hit policy, literal and boxed expressions), business knowledge models,
decision services, item definitions and imports of models beside the file. A faulty expression does not stop a model
from loading: its issues are in ``DmnModel.issues`` and the decision is null.

>>> model = load_dmn("loan.dmn")                                    # doctest: +SKIP
>>> model.evaluate("Approval", {"Amount": 1000})                    # doctest: +SKIP
'approved'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.notes import Note, Notes
from crmrules.model.errors import RuleSetError
from crmrules.model.issues import Issue, issue
from crmrules.model.values import Function, Value
from crmrules.rulesets.dmn_boxed import Boxes, Evaluator, Names, function_body, void
from crmrules.rulesets.dmn_types import Declared, ItemTypes
from crmrules.rulesets.dmn_xml import Definitions, Kind, name_of, only, parts, read_definitions, type_ref

_MAX_IMPORTS = 50


@dataclass(frozen=True, slots=True)
class Key:
    """What identifies an element: the namespace of its model and its id."""

    namespace: str
    id: str


@dataclass(frozen=True, slots=True)
class Part:
    """A decision, input, knowledge model or service with what it needs.

    ``needs`` maps the name under which another element is visible (``alias.name`` for imported ones) to its key.
    """

    key: Key
    name: str
    kind: Kind
    declared: Declared
    needs: tuple[tuple[str, str, Key], ...] = ()
    work: Evaluator = void
    outputs: tuple[Key, ...] = ()
    encapsulated: tuple[Key, ...] = ()
    given: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class DmnModel:
    """A loaded model; ``decisions`` are the names of its own decisions, ``issues`` what is wrong with it."""

    name: str
    namespace: str
    decisions: tuple[str, ...]
    issues: tuple[Issue, ...]
    parts: Mapping[Key, Part] = field(repr=False)

    def evaluate(self, name: str, inputs: Mapping[str, Value], notes: list[Note] | None = None) -> Value:
        """The value of a decision, or of a knowledge model or service called with ``inputs`` by name.

        ``notes`` collects why parts of it are null. ``KeyError`` when there is no such element.
        """
        for part in self.parts.values():
            if part.key.namespace == self.namespace and part.name == name and part.kind is not Kind.INPUT:
                run = _Evaluation(self, inputs, notes)
                return run.invoked(part) if part.kind is not Kind.DECISION else run.value(part.key)
        raise KeyError(name)


def load_dmn(path: str | Path) -> DmnModel:
    """Read a DMN file and the models it imports from the same folder; :class:`RuleSetError` when it cannot be read."""
    path = Path(path)
    main = read_definitions(path)
    models = {main.namespace: main}
    wanted = [namespace for _, namespace in main.imports]
    if wanted:
        for other in sorted(path.parent.glob("*.dmn"))[:_MAX_IMPORTS]:
            if other.resolve() != path.resolve():
                _add_import(models, other)
    issues: list[Issue] = []
    for alias, namespace in main.imports:
        if namespace not in models:
            problem = f"no model {namespace} for the import {alias} in this folder"
            problem_zh = f"文件夹中没有导入 {alias} 所需的模型 {namespace}"
            issues.append(issue("R104", main.span, problem=problem, problem_zh=problem_zh))
    read = _Reader(models, issues)
    own = tuple(p.name for p in read.parts.values() if p.key.namespace == main.namespace and p.kind is Kind.DECISION)
    return DmnModel(main.name, main.namespace, own, tuple(issues), read.parts)


def _add_import(models: dict[str, Definitions], path: Path) -> None:
    try:
        other = read_definitions(path)
    except RuleSetError:
        return  # a file that nobody imports may be broken; one that is needed is reported as missing
    models.setdefault(other.namespace, other)


class _Reader:
    """Turns the elements of all models into parts."""

    def __init__(self, models: Mapping[str, Definitions], issues: list[Issue]) -> None:
        self.models, self.issues = models, issues
        self.types = {ns: ItemTypes(ns, models, issues) for ns in models}
        self.parts: dict[Key, Part] = {}
        for definitions in models.values():
            for element in definitions.elements.values():
                key = Key(definitions.namespace, element.get("id", ""))
                self.parts[key] = self.part(key, element, definitions)

    def part(self, key: Key, element: Element, model: Definitions) -> Part:
        kind, name = Kind.of(element), name_of(element)
        types = self.types[key.namespace]
        declared = types.declared(type_ref(only(element, "variable")))
        if kind is Kind.INPUT:
            return Part(key, name, kind, declared)
        if kind is Kind.SERVICE:
            return self.service(key, element, declared)
        needs = tuple(self.needs(element, key.namespace))
        names: Names = {}
        for alias, shown, target in needs:
            found = self.element(target)
            if found is None:
                continue
            if not alias:
                names[shown] = self.type_of(target)
            else:
                names.setdefault(alias, {})[shown] = self.type_of(target)
        boxes = Boxes(types, model.span, self.issues)
        if kind is Kind.KNOWLEDGE:
            names[name] = None
            logic = only(element, "encapsulatedLogic")
            work = boxes.function(logic, names, name) if logic is not None else void
            return Part(key, name, kind, declared, needs, work)
        body = function_body(element)
        work = boxes.compile(body, names) if body is not None else void
        return Part(key, name, kind, declared, needs, work)

    def service(self, key: Key, element: Element, declared: Declared) -> Part:
        def keys(*tags: str) -> tuple[Key, ...]:
            return tuple(self.reference(e.get("href", ""), key.namespace) for tag in tags for e in parts(element, tag))

        return Part(
            key, name_of(element), Kind.SERVICE, declared, outputs=keys("outputDecision"),
            encapsulated=keys("encapsulatedDecision"), given=keys("inputData", "inputDecision"),
        )  # fmt: skip

    def element(self, key: Key) -> Element | None:
        model = self.models.get(key.namespace)
        return None if model is None else model.elements.get(key.id)

    def type_of(self, key: Key) -> Declared | None:
        element = self.element(key)
        if element is None or Kind.of(element) in (Kind.KNOWLEDGE, Kind.SERVICE):
            return None
        return self.types[key.namespace].declared(type_ref(only(element, "variable")))

    def reference(self, href: str, namespace: str) -> Key:
        before, _, fragment = href.rpartition("#")
        return Key(before or namespace, fragment)

    def needs(self, element: Element, namespace: str) -> list[tuple[str, str, Key]]:
        """What the element requires: import alias (or empty), name, key."""
        found: list[tuple[str, str, Key]] = []
        aliases = {ns: alias for alias, ns in self.models[namespace].imports}
        for requirement in (*parts(element, "informationRequirement"), *parts(element, "knowledgeRequirement")):
            for reference in requirement:
                key = self.reference(reference.get("href", ""), namespace)
                target = self.element(key)
                if target is not None:
                    alias = "" if key.namespace == namespace else aliases.get(key.namespace, "")
                    found.append((alias, name_of(target), key))
        return found


class _Evaluation:
    """One evaluation of a model: the inputs given, and the values worked out so far."""

    def __init__(self, model: DmnModel, inputs: Mapping[str, Value], notes: Notes) -> None:
        self.parts, self.inputs, self.notes = model.parts, inputs, notes
        self.known: dict[Key, Value] = {}
        self.busy: set[Key] = set()

    def value(self, key: Key) -> Value:
        part = self.parts.get(key)
        if part is None:
            return None
        if key in self.known:
            return self.known[key]
        if key in self.busy:  # a cycle: a decision cannot depend on itself
            return self.null(f"{part.name} depends on itself")
        self.busy.add(key)
        value = self.work_out(part)
        self.busy.discard(key)
        self.known[key] = value
        return value

    def work_out(self, part: Part) -> Value:
        if part.kind is Kind.INPUT:
            return self.declared(part, self.inputs.get(part.name))
        if part.kind is Kind.SERVICE:
            return self.service_function(part)
        if part.work is void and part.name in self.inputs:  # a decision without logic: its value comes from outside
            return self.declared(part, self.inputs[part.name])
        env = self.environment(part)
        value = part.work(env, self.notes)
        return value if part.kind is Kind.KNOWLEDGE else self.declared(part, value)

    def environment(self, part: Part) -> dict[str, Value]:
        env: dict[str, Value] = {}
        for alias, name, key in part.needs:
            value = self.value(key)
            if alias:
                env.setdefault(alias, {})[name] = value
            else:
                env[name] = value
        if "as_of" in self.inputs:
            env.setdefault("as_of", self.inputs["as_of"])
        return env

    def declared(self, part: Part, value: Value) -> Value:
        try:
            return part.declared.fit(value)
        except Failure as failure:
            return self.null(f"{part.name}: {failure.reason}")

    def null(self, reason: str) -> None:
        if self.notes is not None:
            self.notes.append(Note(reason, 0, 0))

    def invoked(self, part: Part) -> Value:
        """A knowledge model or service called with the inputs by name."""
        if part.kind is Kind.SERVICE:
            for key in part.given:
                given = self.parts.get(key)
                if given is not None and given.kind is Kind.DECISION:
                    self.known[key] = self.declared(given, self.inputs.get(given.name))
            return self.outputs(part)
        function = self.value(part.key)
        if not isinstance(function, Function):
            return None
        try:
            return function.call(*(self.inputs.get(name) for name in function.params))
        except Failure as failure:
            return self.null(failure.reason)

    def outputs(self, part: Part) -> Value:
        found = {self.parts[key].name: self.value(key) for key in part.outputs if key in self.parts}
        return next(iter(found.values())) if len(found) == 1 else found

    def service_function(self, part: Part) -> Function:
        """A decision service as a function of its input decisions and input data."""
        names = tuple(self.parts[key].name for key in part.given if key in self.parts)

        def call(*arguments: Value) -> Value:
            if len(arguments) != len(names):
                raise Failure(f"{part.name} takes {len(names)} arguments, not {len(arguments)}")
            inner = _Evaluation.__new__(_Evaluation)
            inner.parts, inner.inputs, inner.notes = self.parts, self.inputs, self.notes
            inner.known, inner.busy = {}, set(self.busy)
            if len(inner.busy) > 100:
                raise Failure("services call each other too deeply")
            for key, value in zip(part.given, arguments, strict=True):
                inner.known[key] = self.parts[key].declared.fit(value)
            return inner.outputs(part)

        return Function(names, call, part.name)
