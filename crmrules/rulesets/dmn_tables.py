"""Decision tables of DMN files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from crmrules.feel.builtins.declare import Failure
from crmrules.feel.compiler import Compiled, CompiledTest, Scope, compile_expression, compile_unary
from crmrules.feel.notes import Note, Notes
from crmrules.model.issues import Issue
from crmrules.model.ruleset import HitPolicy
from crmrules.model.spans import Span
from crmrules.model.values import Value
from crmrules.rulesets.dmn_types import UNDECLARED, Declared, ItemTypes, values_listed
from crmrules.rulesets.dmn_xml import name_of, only, parts, text_of, type_ref
from crmrules.tables.hit_policy import apply_hit_policy, to_feel

_POLICIES: Final[Mapping[str, HitPolicy]] = {
    "UNIQUE": HitPolicy.UNIQUE,
    "ANY": HitPolicy.ANY,
    "PRIORITY": HitPolicy.PRIORITY,
    "FIRST": HitPolicy.FIRST,
    "RULE ORDER": HitPolicy.RULE_ORDER,
    "OUTPUT ORDER": HitPolicy.OUTPUT_ORDER,
    "COLLECT": HitPolicy.COLLECT,
    "COLLECT SUM": HitPolicy.SUM,
    "COLLECT MIN": HitPolicy.MIN,
    "COLLECT MAX": HitPolicy.MAX,
    "COLLECT COUNT": HitPolicy.COUNT,
}


@dataclass(frozen=True, slots=True)
class _Column:
    """An input: what it tests, the type of that, and its allowed values."""

    expression: Compiled | None
    declared: Declared
    allowed: CompiledTest | None


@dataclass(frozen=True, slots=True)
class Table:
    """A compiled table. A rule whose cell cannot be read never matches."""

    policy: HitPolicy
    columns: tuple[_Column, ...]
    names: tuple[str, ...]
    outputs: tuple[Declared, ...]
    priorities: tuple[tuple[Value, ...], ...]
    defaults: Mapping[int, Compiled]
    rules: tuple[tuple[tuple[CompiledTest | None, ...], tuple[Compiled | None, ...]], ...]

    @classmethod
    def compile(cls, element: Element, scope: Scope, types: ItemTypes, span: Span, issues: list[Issue]) -> Table:
        """Read a table; what is wrong goes to ``issues``."""

        def expression(text: str) -> Compiled | None:
            if not text:
                return None
            compiled, found = compile_expression(text, scope, span)
            issues.extend(found)
            return compiled

        def cell(text: str, column: _Column) -> CompiledTest | None:
            test, found = compile_unary(text, scope, span, input=column.declared.type)
            issues.extend(found)
            return test

        columns = []
        for one in parts(element, "input"):
            source = only(one, "inputExpression")
            declared = types.declared(type_ref(source))
            column = _Column(expression(text_of(source)), declared, None)
            allowed = text_of(only(one, "inputValues"))
            columns.append(_Column(column.expression, declared, cell(allowed, column) if allowed else None))
        clauses = list(parts(element, "output"))
        outputs = tuple(types.declared(type_ref(one)) for one in clauses)
        if len(clauses) == 1 and outputs[0] is UNDECLARED:
            outputs = (types.declared(type_ref(element)),)
        listed = [text_of(only(one, "outputValues")) for one in clauses]
        priorities = tuple(values_listed(t) if t else o.order for t, o in zip(listed, outputs, strict=True))
        defaults = {
            i: d for i, one in enumerate(clauses) if (d := expression(text_of(only(one, "defaultOutputEntry"))))
        }
        rules = tuple(
            (
                tuple(cell(text_of(e), c) for e, c in zip(parts(rule, "inputEntry"), columns, strict=False)),
                tuple(expression(text_of(e)) for e in parts(rule, "outputEntry")),
            )
            for rule in parts(element, "rule")
        )
        name = f"{element.get('hitPolicy', 'UNIQUE')} {element.get('aggregation', '')}".strip()
        return cls(
            _POLICIES.get(name, HitPolicy.UNIQUE), tuple(columns), tuple(name_of(one) for one in clauses), outputs,
            priorities, defaults, rules,
        )  # fmt: skip

    def evaluate(self, env: dict[str, Value], notes: Notes) -> Value:
        """The table's result for the variables in scope."""
        values: list[Value] = []
        for column in self.columns:
            value = column.expression.call(env, notes) if column.expression is not None else None
            fitted = fit(column.declared, value, notes)
            if (
                column.allowed is not None
                and fitted is not None
                and column.allowed.test(fitted, env, notes) is not True
            ):
                note(notes, f"the input {fitted} is not among the allowed values {column.allowed.text}")
                return None
            values.append(fitted)
        hits = [
            number
            for number, (cells, _) in enumerate(self.rules)
            if all(c is not None and c.test(v, env, notes) is True for c, v in zip(cells, values, strict=True))
        ]
        outcome = apply_hit_policy(
            self.policy, hits, self.outputs_of(env, notes), len(self.names), priorities=self.priorities,
            defaults={i: default.call(env, notes) for i, default in self.defaults.items()},
        )  # fmt: skip
        if outcome.conflict:
            rows = ", ".join(str(row + 1) for row in outcome.conflict)
            note(notes, f"rules {rows} match, and hit policy {self.policy.name} does not allow that")
        return to_feel(outcome, self.policy, self.names)

    def outputs_of(self, env: dict[str, Value], notes: Notes) -> Callable[[int], tuple[Value, ...]]:
        """A rule's outputs by its number."""

        def outputs(row: int) -> tuple[Value, ...]:
            cells = self.rules[row][1]
            return tuple(
                fit(declared, cell.call(env, notes) if cell is not None else None, notes)
                for cell, declared in zip(cells, self.outputs, strict=True)
            )

        return outputs


def fit(declared: Declared, value: Value, notes: Notes) -> Value:
    """``value`` as a declared type demands it; null and a note when it does not fit."""
    try:
        return declared.fit(value)
    except Failure as failure:
        note(notes, failure.reason)
        return None


def note(notes: Notes, reason: str) -> None:
    """Record why something is null."""
    if notes is not None:
        notes.append(Note(reason, 0, 0))
