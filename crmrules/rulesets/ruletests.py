"""Documents to rule tests: names of facts, rules and records resolved. What their values mean is told when a case is
prepared (:mod:`crmrules.review.ruletests`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import DecisionTable, Experiment, Kind
from crmrules.model.ruletest import ACTION_FIELDS, RuleTest
from crmrules.model.temporal import DateTime
from crmrules.model.vocabulary import ENTITIES, Cell, Fact, Parameter, Vocabulary
from crmrules.rulesets.decisions import check_date_cell
from crmrules.rulesets.document import Node, plain_text
from crmrules.rulesets.names import Spellings, merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.vocabulary import spellings_of

_Accept = Callable[[Fact, str, Node], bool]
"""Whether a fact may stand where it stands; reports it where it may not."""

_PARTED: Final = re.compile(r'[、,，;；|"()\[]')
"""Signs that a word cannot hold in a list cell without quotes."""

_LISTS: Final = {
    spelling: entity.name
    for entity in ENTITIES.values()
    if entity.name not in ("customer", "owner")
    for spelling in (entity.plural, entity.name, entity.label.zh, entity.label.en)
}
"""Spelling of a customer's related records → entity."""


def build_tests(
    sections: Sequence[Node],
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    known: Spellings,
    decisions: Mapping[str, DecisionTable],
    experiments: Mapping[str, Experiment],
    issues: list[Issue],
) -> dict[str, RuleTest]:
    """The cases of all files; what cannot be resolved is reported and left out."""
    found = merged(sections, "the test", "用例", issues)
    if not found:
        return {}
    given_by_tables = (name for t in decisions.values() if t.kind is Kind.CLASSIFICATION for name in t.outputs)
    decided = frozenset((*given_by_tables, *(experiment.fact for experiment in experiments.values())))
    rules = {rule.id: table for table in decisions.values() for rule in table.rules}
    rows: dict[str, Spellings] = {}
    for entity in dict.fromkeys(_LISTS.values()):
        if vocabulary.of(entity):
            rows[entity] = spellings_of(entity, vocabulary, parameters, [])
    builder = _Builder(vocabulary, known, decided, rules, rows, issues)
    return {name: builder.test(name, node) for name, node in found.items() if isinstance(node.value, dict)}


@dataclass(frozen=True, slots=True)
class _Builder:
    vocabulary: Vocabulary
    known: Spellings
    decided: frozenset[str]
    rules: Mapping[str, DecisionTable]
    row_spellings: Mapping[str, Spellings]
    issues: list[Issue]

    def test(self, name: str, node: Node) -> RuleTest:
        """One case."""
        given, related = self._given(node.get("given"))
        rows, not_rows = self._rules(node.get("rows")), self._rules(node.get("not_rows"))
        for cell in not_rows:
            if cell in rows:
                self.issues.append(issue("R337", cell.span, found=cell.text))
        actions = tuple(self._actions(node.get("actions")))
        test = RuleTest(
            id=name,
            note=node.get("note").text(),
            as_of=self._as_of(node),
            given=given,
            related=related,
            previous=self._facts(node.get("previous"), self._previous),
            since=self._facts(node.get("since"), self._previous),
            cut_points=self._facts(node.get("cut_points"), self._expected),
            expect=self._facts(node.get("expect"), self._expected),
            rows=rows,
            not_rows=not_rows,
            unknown=tuple(self._unknown(node.get("unknown"))),
            actions=actions,
            action_count=self._count(node, sum("withheld" not in entry for entry in actions)),
            span=node.key_span,
        )
        said = (node.get(key).value for key in ("expect", "rows", "not_rows", "unknown", "actions"))
        if not any(said) and not test.action_count.text:
            self.issues.append(issue("R335", node.key_span, found=name))
        return test

    # --- what is given ------------------------------------------------------------------------------------------------

    def _given(self, node: Node) -> tuple[dict[str, Cell], dict[str, tuple[Mapping[str, Cell], ...]]]:
        fields: dict[str, Cell] = {}
        places: dict[str, Node] = {}
        related: dict[str, tuple[Mapping[str, Cell], ...]] = {}
        for key, value in node.items():
            word = " ".join(key.split())
            entity = _LISTS.get(word, "")
            rows = [value] if isinstance(value.value, dict) else list(value.elements())
            if rows and all(isinstance(row.value, dict) for row in rows):
                if not entity and self.known.find(word) in self.vocabulary.customer:
                    self.issues.append(
                        issue(
                            "R202", value.span, key=word, found="a mapping", found_zh="映射",
                            expected="a single value", expected_zh="单个值",
                        )
                    )  # fmt: skip
                elif not entity:
                    near = nearest(word, [e.plural for e in ENTITIES.values() if e.name in self.row_spellings])
                    self.issues.append(issue("R330", value.key_span, found=word, what="customer", nearest=near))
                else:
                    related[entity] = (*related.get(entity, ()), *(self._row(entity, row) for row in rows))
            elif value.value != [] or not entity:
                self._take(self._data, word, value, fields, places)
        return fields, related

    def _row(self, entity: str, node: Node) -> dict[str, Cell]:
        fields: dict[str, Cell] = {}
        places: dict[str, Node] = {}
        facts = self.vocabulary.of(entity)
        spelled = self.row_spellings.get(entity)
        for key, value in node.items():
            word = " ".join(key.split())
            fact = facts.get(spelled.find(word)) if spelled is not None else None
            if fact is None:
                near = nearest(word, _spellings(facts.values()))
                self.issues.append(issue("R330", value.key_span, found=word, what=entity, nearest=near))
            elif fact.formula is not None:
                self.issues.append(issue("R331", value.key_span, found=word))
            else:
                self._put(fact, value, fields, places)
        return fields

    # --- facts of the customer by their role --------------------------------------------------------------------------

    def _facts(self, node: Node, accept: _Accept) -> dict[str, Cell]:
        fields: dict[str, Cell] = {}
        places: dict[str, Node] = {}
        for key, value in node.items():
            self._take(accept, " ".join(key.split()), value, fields, places)
        return fields

    def _take(self, accept: _Accept, word: str, value: Node, fields: dict[str, Cell], places: dict[str, Node]) -> None:
        fact = self._fact(word, value)
        if fact is not None and accept(fact, word, value):
            self._put(fact, value, fields, places)

    def _fact(self, word: str, node: Node) -> Fact | None:
        fact = self.vocabulary.customer.get(self.known.find(word))
        if fact is None:
            near = nearest(word, _spellings(self.vocabulary.customer.values()))
            self.issues.append(issue("R330", node.key_span, found=word, what="customer", nearest=near))
        return fact

    def _put(self, fact: Fact, value: Node, fields: dict[str, Cell], places: dict[str, Node]) -> None:
        first = places.setdefault(fact.name, value)
        if first is not value:
            self.issues.append(issue("R314", value.key_span, found=fact.name, first=str(first.key_span)))
            return
        if value.mark == "date":
            check_date_cell(value, fact.name, fact.type, self.issues)
        cell = _cell(value, fact)
        if cell.text:
            fields[fact.name] = cell

    def _data(self, fact: Fact, word: str, node: Node) -> bool:
        if fact.formula is None and fact.name not in self.decided:
            return True
        self.issues.append(issue("R331", node.key_span, found=word))
        return False

    def _expected(self, fact: Fact, word: str, node: Node) -> bool:
        if fact.formula is not None or fact.name in self.decided:
            return True
        self.issues.append(issue("R332", node.key_span, found=word))
        return False

    def _previous(self, fact: Fact, word: str, node: Node) -> bool:
        if fact.name in self.decided:
            return True
        self.issues.append(issue("R334", node.key_span, found=word, expected=", ".join(sorted(self.decided)) or "-"))
        return False

    def _unknown(self, node: Node) -> Iterator[Cell]:
        for item in _items(node):
            fact = self._fact(item.line(), item)
            if fact is not None:
                yield Cell(fact.name, item.span)

    # --- rules and actions --------------------------------------------------------------------------------------------

    def _rules(self, node: Node) -> tuple[Cell, ...]:
        cells = (self._rule(item) for item in _items(node))
        return tuple(cell for cell in cells if cell is not None)

    def _rule(self, node: Node) -> Cell | None:
        name = node.line()
        if name in self.rules:
            return Cell(name, node.span)
        self.issues.append(issue("R333", node.span, found=name, nearest=nearest(name, self.rules)))
        return None

    def _actions(self, node: Node) -> Iterator[Mapping[str, Cell]]:
        for item in node.elements():
            source = item.get("rule") if isinstance(item.value, dict) else item
            if not source.filled:
                if isinstance(item.value, dict) and "rule" in item:  # a missing key is the schema's
                    self.issues.append(issue("R204", item.span, key="rule"))
                continue
            rule = self._rule(source)
            if rule is None:
                continue
            table = self.rules[rule.text]
            if table.kind is Kind.CLASSIFICATION:
                self.issues.append(issue("R336", rule.span, found=rule.text, table=table.id))
                continue
            more = {key: value.cell() for key, value in item.items() if key in ACTION_FIELDS and value.filled}
            yield {**more, "rule": rule}

    def _count(self, node: Node, listed: int) -> Cell:
        count, none = node.get("action_count"), node.get("no_actions")
        cell = Cell("0", none.span) if none.value is True else count.cell()
        number = int(cell.text) if cell.text.isdecimal() else None
        if number is not None and (number < listed or (none.value is True and count.filled and count.text() != "0")):
            found = max(listed, int(count.text())) if count.text().isdecimal() else listed
            self.issues.append(issue("R339", cell.span, found=number, listed=found))
        return cell

    def _as_of(self, node: Node) -> Cell:
        cell = node.get("as_of").cell()
        if not cell.text and "as_of" in node:
            self.issues.append(issue("R204", node.get("as_of").span, key="as_of"))
        elif cell.text and DateTime.read(cell.text) is None:
            self.issues.append(issue("R338", cell.span, found=cell.text))
        return cell


def _items(node: Node) -> list[Node]:
    """A list, or a single value for a list of one."""
    if isinstance(node.value, list):
        return [item for item in node.elements() if item.filled]
    return [node] if node.filled else []


def _cell(node: Node, fact: Fact) -> Cell:
    """A value as a cell of the rule language; a list as a list cell."""
    if not isinstance(node.value, list):
        return node.cell()
    items = [plain_text(item) for item in node.value]
    if fact.type == "list<string>" and items:
        if not any(_PARTED.search(item) for item in items):
            return Cell("、".join(items), node.span)
        items = ['"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"' for item in items]
    return Cell(f"[{', '.join(items)}]", node.span)


def _spellings(facts: Iterable[Fact]) -> list[str]:
    return [spelling for fact in facts for spelling in fact.spellings()]
