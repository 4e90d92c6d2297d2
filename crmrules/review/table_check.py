"""The hygiene of a rule set's tables: what is known of each column, put before :mod:`crmrules.tables.hygiene`."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from crmrules.engine.cells import words_of
from crmrules.engine.facts import target_of
from crmrules.engine.steps import ClassificationBody, CompiledInput, FactStep, Result, TableStep
from crmrules.feel import core
from crmrules.feel.builtins.comparison import identity_key
from crmrules.feel.compiler import CompiledTest, Scope, compile_unary
from crmrules.feel.types import NUMBER, STRING
from crmrules.model.issues import Issue
from crmrules.model.numbers import is_whole
from crmrules.model.ruleset import HitPolicy, Kind
from crmrules.model.values import Value
from crmrules.model.vocabulary import Fact, Missing
from crmrules.tables.hit_policy import output_rank
from crmrules.tables.hygiene.check import check_hygiene
from crmrules.tables.hygiene.issues import report_issues
from crmrules.tables.hygiene.report import FindingKind, HygieneReport
from crmrules.tables.hygiene.space import Column

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet


def check_tables(compiled: CompiledRuleSet) -> tuple[HygieneReport, ...]:
    """Examine every decision table, in the order of the document.

    Gaps are looked for in tables of which one row decides and that have no default; an escalation that concerns few
    customers is not full of gaps, so its tables are not asked.
    """
    known = _Known.of(compiled)
    steps = {step.table.id: step for step in compiled.steps if isinstance(step, TableStep)}
    return tuple(_examine(steps[name], known) for name in compiled.ruleset.decisions if name in steps)


def table_issues(compiled: CompiledRuleSet, fail_on: Collection[FindingKind] = ()) -> list[Issue]:
    """What :func:`check_tables` finds as warnings and notes, errors where their kind is in ``fail_on``."""
    return [each for report in check_tables(compiled) for each in report_issues(report, fail_on)]


def _examine(step: TableStep, known: _Known) -> HygieneReport:
    table, body = step.table, step.body
    columns = [known.column(given, step.table.inputs[at].label) for at, given in enumerate(step.inputs)]
    ranks: list[tuple[int, ...] | None] = []
    unused: dict[str, tuple[str, ...]] = {}
    if isinstance(body, ClassificationBody):
        outputs: list[Hashable] = [tuple(_output(result) for result in row) for row in body.rows]
        if table.hit_policy is HitPolicy.PRIORITY:
            ranks = [_rank(row, body) for row in body.rows]
        told_here = [fact for fact in body.facts if known.first_to_give.get(fact.name) == table.id]
        unused = {fact.name: known.unused(fact) for fact in told_here}
    else:
        outputs = [tuple(cell.text.strip() for cell in rule.then) for rule in table.rules]
    gaps = False if table.kind is Kind.ESCALATION else None
    return check_hygiene(table, step.lookup, columns, outputs, ranks=ranks, unused=unused, gaps=gaps)


def _rank(row: Sequence[Result], body: ClassificationBody) -> tuple[int, ...] | None:
    """The row's rank under PRIORITY; None when its results hang on the record."""
    if any(result.compiled is not None for result in row):
        return None
    return output_rank([result.value for result in row], body.priorities)


def _output(result: Result) -> Hashable:
    """Equal for results that are the same: constants by value, expressions by text."""
    if result.compiled is None:
        return ("value", identity_key(result.value))
    return ("text", result.cell.text.strip())


# --- what is known of a column --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """``whole``: facts that are always whole numbers; ``counts``: those that are counts, never negative.

    ``given``: what tables give for a fact, where that is constant; ``first_to_give``: the first such table.
    """

    compiled: CompiledRuleSet
    whole: frozenset[str]
    counts: frozenset[str]
    given: Mapping[str, tuple[Value, ...] | None]
    first_to_give: Mapping[str, str]
    derived: Mapping[str, FactStep]

    @classmethod
    def of(cls, compiled: CompiledRuleSet) -> _Known:
        """Gathered over the steps, in the order in which they are worked out."""
        facts = compiled.ruleset.vocabulary.customer
        whole = {fact.name for fact in facts.values() if fact.scale == 0}
        counts: set[str] = set()
        given: dict[str, tuple[Value, ...] | None] = {}
        first: dict[str, str] = {}
        derived: dict[str, FactStep] = {}
        for step in compiled.steps:
            if isinstance(step, FactStep):
                derived[step.fact.name] = step
                if is_whole_node(step.compiled.core, whole) and _is_whole(step.default):
                    whole.add(step.fact.name)
                if _is_count(step.compiled.core):
                    counts.add(step.fact.name)
            elif isinstance(step, TableStep) and isinstance(step.body, ClassificationBody):
                for name, values, always_whole in _given_by(step, step.body):
                    if always_whole and (name in whole or name not in first):
                        whole.add(name)
                    elif name not in facts or facts[name].scale != 0:
                        whole.discard(name)
                    first.setdefault(name, step.table.id)
                    before = given.get(name, ())
                    given[name] = None if before is None or values is None else (*before, *values)
        return cls(compiled, frozenset(whole), frozenset(counts), given, first, derived)

    def column(self, given: CompiledInput, label: str) -> Column:
        """A condition column: a fact's, or an expression's."""
        name = label or given.cell.text.strip()
        if given.compiled is not None:
            kind = given.compiled.type.name
            values: tuple[Value, ...] = (True, False) if kind == "boolean" else ()
            whole = is_whole_node(given.compiled.core, self.whole)
            bounds = _not_negative() if _is_count(given.compiled.core) else None
            return Column(name, kind, values=values, scale=0 if whole else None, bounds=bounds)
        fact = self.compiled.ruleset.vocabulary.customer.get(given.name)
        return self._of_fact(fact, name) if fact is not None else Column(name)

    def _of_fact(self, fact: Fact, name: str) -> Column:
        target = target_of(fact)
        kind = target.type.name
        values: tuple[Value, ...] = target.allowed if target.type == STRING else ()
        if kind == "boolean":
            values = (True, False)
        elif not values and kind in ("number", "string") and fact.range is None:
            values = self._decided(fact)
        scale = fact.scale if fact.scale is not None else 0 if fact.name in self.whole else None
        bounds: CompiledTest | None = self.compiled.ranges.get(fact.name)
        if bounds is None and fact.name in self.counts:
            bounds = _not_negative()
        if bounds is not None and bounds.reads:
            bounds = None
        return Column(
            name, kind, values=values, scale=scale if kind == "number" else None, bounds=bounds,
            nullable=self._nullable(fact), words=self._spelling(fact),
        )  # fmt: skip

    def _decided(self, fact: Fact) -> tuple[Value, ...]:
        """All values that tables give the fact, each once, when nothing else can be its value."""
        values = self.given.get(fact.name)
        if not values:
            return ()
        return tuple({identity_key(value): value for value in values if value is not None}.values())

    def _nullable(self, fact: Fact) -> bool:
        step = self.derived.get(fact.name)
        if step is not None:
            return step.default is None and not _is_count(step.compiled.core)
        if fact.missing is not Missing.DEFAULT or fact.name in self.first_to_give:
            return True
        return all(data.default is None for data in self.compiled.data_facts if data.fact.name == fact.name)

    def _spelling(self, fact: Fact) -> dict[Value, str]:
        """Each allowed word as the rule set's language writes it, where that is a spelling of no other."""
        spellings = words_of(fact.values)
        lang = self.compiled.ruleset.language
        shown: dict[Value, str] = {}
        for allowed in fact.values:
            label = allowed.label.get(lang, allowed.value)
            shown[allowed.value] = label if lang == "zh" and spellings.get(label) == allowed.value else allowed.value
        return shown

    def unused(self, fact: Fact) -> tuple[str, ...]:
        """The fact's allowed words that no table gives; none when that hangs on the record."""
        values = self.given.get(fact.name)
        if not fact.values or values is None:
            return ()
        words = self._spelling(fact)
        return tuple(words[allowed.value] for allowed in fact.values if allowed.value not in values)


def _given_by(step: TableStep, body: ClassificationBody) -> Iterator[tuple[str, tuple[Value, ...] | None, bool]]:
    """For each result the values it can have (None when that cannot be told), and whether they are whole numbers."""
    policy = step.table.hit_policy
    for at, fact in enumerate(body.facts):
        results = [row[at] for row in body.rows] + ([body.defaults[at]] if at in body.defaults else [])
        if policy is HitPolicy.COUNT:
            yield fact.name, None, True
        elif any(result.compiled is not None for result in results):
            yield fact.name, None, False
        elif policy is HitPolicy.SUM:
            yield fact.name, None, all(_is_whole(result.value) for result in results)
        else:
            items = [result.value for result in results]
            values = tuple(each for value in items for each in (value if isinstance(value, list) else [value]))
            yield fact.name, values, all(map(_is_whole, values))


def _is_whole(value: Value) -> bool:
    return value is None or (type(value) in (int, Decimal) and is_whole(value))


def is_whole_node(node: core.Node, whole: Collection[str]) -> bool:
    """Whether an expression gives whole numbers only (or null), as far as is easily seen."""
    match node:
        case core.Const(value=value):
            return _is_whole(value) and value is not None
        case core.Input(name=name):
            return name in whole
        case core.CallBuiltin(builtin=builtin, arguments=arguments):
            return builtin.name == "count" or (builtin.name in ("floor", "ceiling") and len(arguments) == 1)
        case core.Arithmetic(op="+" | "-" | "*", left=left, right=right):
            return node.type == NUMBER and is_whole_node(left, whole) and is_whole_node(right, whole)
        case core.Negate(operand=operand):
            return is_whole_node(operand, whole)
        case core.If(then=then, otherwise=otherwise):
            return is_whole_node(then, whole) and is_whole_node(otherwise, whole)
        case _:
            return False


def _is_count(node: core.Node) -> bool:
    return isinstance(node, core.CallBuiltin) and node.builtin.name == "count"


def _not_negative() -> CompiledTest | None:
    return compile_unary(">= 0", Scope(), input=NUMBER)[0]
