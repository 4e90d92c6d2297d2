"""Rule tests made ready to run: texts become values, each problem told at its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from crmrules.engine.cells import compile_result, fits, words_of
from crmrules.engine.instants import in_zone, localised
from crmrules.engine.scopes import AS_OF, CUSTOMER, RELATED
from crmrules.engine.steps import Target
from crmrules.feel.compiler import Scope, compile_expression
from crmrules.feel.types import DATE_TIME, NUMBER, ListType
from crmrules.model.decision import NO_HISTORY, History
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.numbers import fit
from crmrules.model.population import NO_CUT_POINTS, Cut, CutPoints
from crmrules.model.records import Record
from crmrules.model.ruletest import ACTION_FIELDS, Cells, Compared, RuleTest
from crmrules.model.values import Date, DateTime, Value, kind_of
from crmrules.model.vocabulary import Cell

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact or field, the value it must have, and the cell that says so."""

    name: str
    value: Value
    cell: Cell


@dataclass(frozen=True, slots=True)
class ExpectedAction:
    """An action that must be in the plan, or withheld from it where ``withheld`` is one of the fields."""

    rule: Cell
    fields: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A rule test with everything read: what the engine is given, and what must come out."""

    test: RuleTest
    record: Record
    as_of: DateTime
    history: History
    expect: tuple[Expected, ...]
    actions: tuple[ExpectedAction, ...]
    action_count: int | None
    cut_points: CutPoints = NO_CUT_POINTS

    @property
    def wants_plan(self) -> bool:
        """Whether the case speaks of actions."""
        return bool(self.actions) or self.action_count is not None


def prepare_tests(compiled: CompiledRuleSet) -> tuple[list[Case], list[Issue]]:
    """The cases of a rule set in order, and what is wrong with those that cannot be run (they are left out)."""
    cases: list[Case] = []
    issues: list[Issue] = []
    for test in compiled.ruleset.tests.values():
        case, found = prepare_test(compiled, test)
        issues += found
        if case is not None:
            cases.append(case)
    return cases, issues


def prepare_test(compiled: CompiledRuleSet, test: RuleTest) -> tuple[Case | None, list[Issue]]:
    """One case; None when anything in it is wrong."""
    moment = DateTime.read(test.as_of.text)
    if moment is None:  # the loader has said so
        return None, []
    reader = _Reader(compiled, in_zone(moment, compiled.zone), [])
    record = Record(
        test.id,
        reader.fields(CUSTOMER, test.given, given=True),
        # A case is the whole customer: what it does not list there is none of.
        {entity: [reader.fields(entity, row) for row in test.related.get(entity, ())] for entity in RELATED},
        test.span,
    )
    previous = reader.fields(CUSTOMER, test.previous)
    since = reader.moments(test.since)
    case = Case(
        test=test,
        record=record,
        as_of=reader.as_of,
        history=History(values=previous, since=since) if previous or since else NO_HISTORY,
        cut_points=reader.cut_points(test.cut_points),
        expect=tuple(reader.expected(name, cell) for name, cell in test.expect.items()),
        actions=tuple(reader.action(entry) for entry in test.actions),
        action_count=int(test.action_count.text) if test.action_count.text.isdecimal() else None,
    )
    return (None if has_errors(reader.issues) else case), reader.issues


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the cells of one case; parameters and ``as_of`` may be used in them."""

    compiled: CompiledRuleSet
    as_of: DateTime
    issues: list[Issue]

    def fields(self, entity: str, cells: Cells, *, given: bool = False) -> dict[str, Value]:
        """Values of facts, those that are null left out."""
        found = {name: self.value(self.compiled.targets[entity][name], cell) for name, cell in cells.items()}
        if given:
            self._check_ranges(found, cells)
        return {name: value for name, value in found.items() if value is not None}

    def moments(self, cells: Cells) -> dict[str, DateTime]:
        """Since when facts have had their values."""
        found = {name: self.value(Target(f"since.{name}", DATE_TIME, {}), cell) for name, cell in cells.items()}
        return {name: value for name, value in found.items() if isinstance(value, DateTime)}

    def cut_points(self, cells: Cells) -> CutPoints:
        """Where each fact cuts the population: one value, or several in a list."""
        if not cells:
            return NO_CUT_POINTS
        known = [cut for stage in self.compiled.population for cut in stage.cuts]
        cuts: dict[str, Cut] = {}
        for name, cell in cells.items():
            specs = [spec for spec in known if spec.fact == name]
            if len(specs) != 1:
                self.issues.append(issue("O205", cell.span, fact=name, count=len(specs)))
                continue
            spec = specs[0]
            many = cell.text.strip().startswith("[")
            wanted = ListType(item=spec.value.type) if many else spec.value.type
            value = self.value(Target(name, wanted, {}), cell)
            points = tuple(value) if isinstance(value, list) else () if value is None else (value,)
            among = "" if spec.among is None else spec.among.text
            cuts[spec.key] = Cut(name, spec.measure, spec.value.text, spec.part, len(points), points, among)
        return CutPoints(self.as_of, cuts)

    def expected(self, name: str, cell: Cell) -> Expected:
        """What a fact must be."""
        return Expected(name, self.value(self.compiled.targets[CUSTOMER][name], cell), cell)

    def value(self, target: Target, cell: Cell) -> Value:
        """What a cell says, of the type of ``target``; null with an issue where it does not fit."""
        result, found = compile_result(cell, target, self._scope(), self.compiled.zone)
        self.issues.extend(found)
        if result is None:
            return None
        value = result.value if result.compiled is None else result.compiled.call(self._env(), None)
        if target.type == DATE_TIME and isinstance(value, Date):
            value = DateTime.midnight(value)
        value = localised(value, self.compiled.zone)
        if not fits(value, target) or (value is None and result.compiled is not None):
            found_kind = kind_of(value)
            self.issues.append(issue("P202", cell.span, fact=target.name, expected=target.type, found=found_kind))
            return None
        return fit(value) if target.type == NUMBER and value is not None else value

    def action(self, entry: Cells) -> ExpectedAction:
        """What an action must be."""
        fields = [Expected(name, self._field(name, cell), cell) for name, cell in entry.items() if name != "rule"]
        return ExpectedAction(entry["rule"], tuple(fields))

    def _field(self, name: str, cell: Cell) -> Value:
        text = cell.text.strip()
        match ACTION_FIELDS[name].compared:
            case Compared.MOMENT:
                return self._moment(name, cell)
            case Compared.WORD:
                return self._words(name).get(text, text)
            case Compared.NUMBER if not text.isdecimal():
                self.issues.append(issue("P202", cell.span, fact=name, expected="number", found=text[:40]))
                return None
            case Compared.NUMBER:
                return int(text)
            case _:
                return text

    def _moment(self, name: str, cell: Cell) -> Value:
        """A day, or an instant on the rule set's clock."""
        value: Value = Date.parse(cell.text.strip()) or DateTime.read(cell.text.strip())
        if value is None:
            compiled, found = compile_expression(cell.text, self._scope(), cell.span)
            self.issues.extend(found)
            if compiled is None:
                return None
            value = compiled.call(self._env(), None)
        if isinstance(value, DateTime):
            return in_zone(value, self.compiled.zone)
        if not isinstance(value, Date):
            self.issues.append(issue("P202", cell.span, fact=name, expected="date", found=kind_of(value)))
        return value

    def _words(self, column: str) -> Mapping[str, str]:
        if column == "owner_role":
            roles = self.compiled.ruleset.roles.values()
            return {spelling: role.name for role in roles for spelling in role.spellings()}
        refined = self.compiled.ruleset.vocabulary.of("action").get(column)
        return words_of(refined.values) if refined is not None else {}

    def _scope(self) -> Scope:
        scope = self.compiled.scope
        spellings = {k: v for k, v in scope.spellings.items() if v in scope.constants}
        return replace(scope, names={AS_OF: DATE_TIME}, spellings=spellings)

    def _env(self) -> dict[str, Value]:
        return {**self.compiled.constants, AS_OF: self.as_of}

    def _check_ranges(self, values: Mapping[str, Value], cells: Cells) -> None:
        """A value outside its fact's range never reaches the rules: the data is refused before."""
        for name, value in values.items():
            test = self.compiled.ranges.get(name)
            if test is not None and value is not None and test.call({**self._env(), "?": value}, None) is False:
                fact = self.compiled.ruleset.vocabulary.customer[name]
                expected = fact.range.text if fact.range is not None else ""
                cell = cells[name]
                self.issues.append(issue("O201", cell.span, fact=name, found=cell.text[:40], expected=expected))
