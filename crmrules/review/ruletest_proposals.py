"""Proposing tests for rows that nothing reaches: records at the boundaries of their conditions, found by trying.

Only facts of the data can be given. A fact that another table decides is reached through the rows of that table; one
that a formula derives is left to itself, and where the row cannot be reached so, the proposal says why there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Final, NamedTuple

from crmrules.engine.scopes import RELATED
from crmrules.engine.steps import ClassificationBody, TableStep
from crmrules.model.decision import Decision
from crmrules.model.issues import Issue, issue
from crmrules.model.records import Record, Row
from crmrules.model.ruleset import Rule
from crmrules.model.ruletest import RuleTest
from crmrules.model.temporal import DateTime
from crmrules.model.values import Value
from crmrules.model.vocabulary import Cell, Fact
from crmrules.review.labels import say
from crmrules.review.ruletest_cases import prepare_test
from crmrules.review.ruletest_coverage import Coverage
from crmrules.review.ruletest_values import Probe, probes, value_text
from crmrules.review.ruletests import run_test

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.tables.conditions import Test

Given = Mapping[str, Value]
"""Fact of the data → value; null where it must be missing."""

_MOST_TRIES: Final = 400
_NO_ROWS: Final[Mapping[str, tuple[Row, ...]]] = dict.fromkeys(RELATED, ())
_DEEPEST: Final = 4
_NOTES: Final = {
    "en": ("proposed, please check", "{fact} {value} is just inside {cell}", "{fact} {value} is just outside {cell}"),
    "zh": ("建议用例，请核对", "{fact}为 {value}，刚好满足 {cell}", "{fact}为 {value}，刚好不满足 {cell}"),
}


class _Condition(NamedTuple):
    """A cell that is not blank: the name of its column, its test, its text."""

    name: str
    test: Test
    text: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """Tests to be looked through, and why there is none for some rows."""

    tests: tuple[RuleTest, ...]
    impossible: tuple[Issue, ...]


def propose_tests(compiled: CompiledRuleSet, coverage: Coverage, as_of: DateTime, lang: str = "en") -> Proposals:
    """Tests for the rows that ``coverage`` says nothing reaches; what they expect is what the rules say now."""
    proposer = _Proposer.of(compiled, as_of, _NOTES["zh" if lang == "zh" else "en"], lang)
    tests: list[RuleTest] = []
    impossible: list[Issue] = []
    for table in coverage.tables:
        step = proposer.tables.get(table.table.id)
        if step is None:
            continue
        wanted = {row.rule for row in coverage.unreached}
        for row, rule in enumerate(table.table.rules):
            if rule.id not in wanted:
                continue
            base = proposer.solve(step, row)
            if base is None:
                impossible.append(proposer.hopeless(step, row, rule))
            else:
                tests += proposer.boundary_tests(step, row, rule, base)
    return Proposals(tuple(tests), tuple(impossible))


@dataclass(frozen=True, slots=True)
class _Proposer:
    compiled: CompiledRuleSet
    as_of: DateTime
    notes: tuple[str, str, str]
    lang: str
    tables: Mapping[str, TableStep]
    giving: Mapping[str, TableStep]
    """Decided fact → the table that gives it."""
    facts: Mapping[str, Fact]
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = field(default_factory=set)
    """What has been proposed for a table: a bound shared by two rows is tried once."""

    @classmethod
    def of(cls, compiled: CompiledRuleSet, as_of: DateTime, notes: tuple[str, str, str], lang: str) -> _Proposer:
        steps = [each for each in compiled.steps if isinstance(each, TableStep)]
        giving = {name: s for s in steps if isinstance(s.body, ClassificationBody) for name in s.table.outputs}
        arms = {each.fact for each in compiled.ruleset.experiments.values()}
        data = {
            name: fact
            for name, fact in compiled.ruleset.vocabulary.customer.items()
            if fact.formula is None and name not in giving and name not in arms and not fact.type.startswith("list")
        }
        return cls(compiled, as_of, notes, lang, {s.table.id: s for s in steps}, giving, data)

    # --- finding a record that reaches a row --------------------------------------------------------------------------

    def solve(self, step: TableStep, row: int) -> Given | None:
        """Facts with which the row makes a result; None when none were found."""
        rule = step.table.rules[row].id
        for given in islice(self._candidates(step, row), _MOST_TRIES):
            if self._reaches(given, rule):
                return self._least(given, rule)
        return None

    def _candidates(self, step: TableStep, row: int) -> Iterator[Given]:
        wanted = list(islice(self._assignments(step, row, 0), _MOST_TRIES // 4))
        yield from wanted
        # Another row came first, or a column that the row leaves open decided: try what those columns can be.
        open_columns = [
            (name, tried) for name, tried in self._open_columns(step) if all(name not in given for given in wanted)
        ]
        for given in wanted:
            for values in product(*(tried for _, tried in open_columns)):
                more = {name: v for (name, _), v in zip(open_columns, values, strict=True) if v is not None}
                yield {**more, **given}

    def _assignments(self, step: TableStep, row: int, depth: int) -> Iterator[Given]:
        """Facts that satisfy the row's own conditions, as far as these are conditions on facts that can be given."""
        choices = [choice for cell in _conditions(step, row) if (choice := self._choices(step, cell, depth))]
        for parts in product(*choices):
            merged: dict[str, Value] = {}
            if all(merged.setdefault(name, value) == value for part in parts for name, value in part.items()):
                yield merged

    def _choices(self, step: TableStep, cell: _Condition, depth: int) -> list[Given]:
        """Ways to satisfy one cell; empty when it must be left to itself."""
        name = cell.name
        if name in self.facts:
            tried = probes(cell.test.shape, self.facts[name]) or []
            return [{name: probe.value} for probe in tried if probe.inside and self._in_range(name, probe.value)]
        decided = self.giving.get(name)
        if decided is None or decided is step or depth >= _DEEPEST or not isinstance(decided.body, ClassificationBody):
            return []
        column = decided.table.outputs.index(name)
        ways: list[Given] = []
        for number, results in enumerate(decided.body.rows):
            result = results[column]
            value = [result.value] if decided.table.hit_policy.many else result.value
            if result.compiled is None and cell.test.test(value, {"as_of": self.as_of}, None) is True:
                ways += islice(self._assignments(decided, number, depth + 1), 8)
        return ways

    def _open_columns(self, step: TableStep) -> Iterator[tuple[str, list[Value]]]:
        """Facts of the data that the table asks for, with the values that its rows tell apart."""
        every = [cell for row in range(len(step.table.rules)) for cell in _conditions(step, row)]
        for given in step.inputs:
            fact = self.facts.get(given.name)
            if fact is None:
                continue
            tried: list[Value] = [None]
            for cell in every:
                if cell.name == given.name:
                    tried += [p.value for p in probes(cell.test.shape, fact) or [] if p.value not in tried]
            yield given.name, [value for value in tried if self._in_range(given.name, value)]

    def _in_range(self, name: str, value: Value) -> bool:
        test = self.compiled.ranges.get(name)
        return test is None or value is None or test.call({**self.compiled.constants, "?": value}, None) is not False

    def _decide(self, given: Given) -> Decision:
        known = {name: value for name, value in given.items() if value is not None}
        return self.compiled.decide(Record("proposed", known, _NO_ROWS), as_of=self.as_of)

    def _reaches(self, given: Given, rule: str) -> bool:
        return any(match.rule == rule for match in self._decide(given).matches)

    def _least(self, given: Given, rule: str) -> Given:
        """Without the facts that are not needed."""
        needed = dict(given)
        for name in list(given):
            fewer = {key: value for key, value in needed.items() if key != name}
            if self._reaches(fewer, rule):
                needed = fewer
        return needed

    # --- tests --------------------------------------------------------------------------------------------------------

    def boundary_tests(self, step: TableStep, row: int, rule: Rule, base: Given) -> Iterator[RuleTest]:
        """The record that was found, and one on each side of each boundary of the row."""
        variants: list[tuple[Given, str]] = []
        for cell in _conditions(step, row):
            fact = self.facts.get(cell.name)
            for probe in (probes(cell.test.shape, fact) or []) if fact is not None else []:
                if (probe.bound or probe.inside) and self._in_range(cell.name, probe.value):
                    variants.append(({**base, cell.name: probe.value}, self._note(fact, probe, cell.text)))
        if not any(self._reaches(given, rule.id) for given, _ in variants):
            variants.insert(0, (base, ""))
        number = 0
        for given, note in variants:
            test = self._test(f"{rule.id}-{number + 1}", step, rule, given, note)
            if test is not None:
                number += 1
                yield test

    def _note(self, fact: Fact | None, probe: Probe, text: str) -> str:
        if fact is None or not probe.bound:
            return ""
        label = fact.label.get(self.lang, fact.name)
        return self.notes[1 if probe.inside else 2].format(fact=label, value=value_text(probe.value), cell=text.strip())

    def _test(self, name: str, step: TableStep, rule: Rule, given: Given, note: str) -> RuleTest | None:
        """The test, with what the rules say now as its expectation; None when it was proposed before."""
        texts = {key: value_text(value) for key, value in given.items() if value is not None}
        key = step.table.id, tuple(sorted(texts.items()))
        if key in self.seen:
            return None
        self.seen.add(key)
        decision = self._decide(given)
        rows = [match.rule for match in decision.matches if match.decision == step.table.id]
        outputs = step.table.outputs if isinstance(step.body, ClassificationBody) else ()
        taken = self.compiled.ruleset.tests
        while name in taken:
            name += "'"
        test = RuleTest(
            id=name,
            note=f"{self.notes[0]}{say('colon', self.lang)}{note}" if note else self.notes[0],
            as_of=Cell(value_text(self.as_of)),
            given={key: Cell(text) for key, text in texts.items()},
            expect={output: Cell(value_text(decision.values.get(output))) for output in outputs},
            rows=tuple(Cell(each) for each in rows),
            not_rows=() if rule.id in rows else (Cell(rule.id),),
        )
        case, _ = prepare_test(self.compiled, test)
        if case is None:
            return None
        # What the language cannot say again as a constant is not expected; the rows still are.
        failing = {m.subject for m in run_test(self.compiled, case).mismatches}
        return replace(test, expect={k: cell for k, cell in test.expect.items() if k not in failing})

    # --- why not ------------------------------------------------------------------------------------------------------

    def hopeless(self, step: TableStep, row: int, rule: Rule) -> Issue:
        """Why there is no test for a row."""
        derived = dict.fromkeys(self._derived(step, row, 0))
        opaque = [
            cell.text
            for cell in _conditions(step, row)
            if (fact := self.facts.get(cell.name)) is not None and probes(cell.test.shape, fact) is None
        ]
        if opaque:
            return issue("O203", rule.span, rule=rule.id, cells=", ".join(dict.fromkeys(opaque)))
        if derived:
            return issue("O202", rule.span, rule=rule.id, columns=", ".join(derived))
        return issue("O204", rule.span, rule=rule.id)

    def _derived(self, step: TableStep, row: int, depth: int) -> Iterator[str]:
        """Columns that formulas work out, of the row itself and of the tables that decide its other columns."""
        for cell in _conditions(step, row):
            decided = self.giving.get(cell.name)
            if decided is not None and decided is not step and depth < _DEEPEST:
                for number in range(len(decided.table.rules)):
                    yield from self._derived(decided, number, depth + 1)
            elif decided is None and cell.name not in self.facts:
                yield cell.name


def _conditions(step: TableStep, row: int) -> list[_Condition]:
    """The conditions of a row."""
    texts = step.table.rules[row].when
    return [
        _Condition(step.inputs[cell.column].name, cell.test, texts[cell.column].text) for cell in step.lookup.cells[row]
    ]
