"""A source's columns matched to the vocabulary: which cell becomes which fact, by which converter.

Everything that can be said before the first row is said here, all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from crmrules.datasets.checks import Check, data_type, fact_check
from crmrules.datasets.source import ColumnSpec, SourceEntry
from crmrules.datasets.typing import EXPECTED, Memo, make_converter
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope, default_builtins
from crmrules.feel.types import BOOLEAN, NUMBER, STRING, ListType, Type
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ports import Registry
from crmrules.model.records import CUSTOMER_ID
from crmrules.model.ruleset import Kind, RuleSet
from crmrules.model.spans import Span
from crmrules.model.vocabulary import ENTITIES, Fact, Missing, Sensitivity
from crmrules.rulesets.nearest import nearest

_KEY_WORDS: Final = ("id", "编号")
_CUSTOMER_WORDS: Final = ("customer_id", "客户编号", "客户id", "customer", "客户")


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read: the name in the row, where it stands in the source, and its converter with its memory."""

    name: str
    source: str
    index: int
    memo: Memo


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one source become rows of facts.

    ``keep`` are the names that the finished row holds (None: all); ``checks`` are applied to facts that are not simply
    read; ``required`` must not be null; ``hidden`` are personal facts, whose values no message shows.
    """

    columns: tuple[Column, ...]
    computed: tuple[tuple[str, Compiled], ...]
    where: Compiled | None
    where_first: bool
    key: str
    customer: str
    group: str
    aggregate: Mapping[str, str]
    keep: tuple[str, ...] | None
    checks: Mapping[str, Check]
    required: tuple[str, ...]
    hidden: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """What a finished row holds."""
        every = (*(c.name for c in self.columns), *(name for name, _ in self.computed), *self.aggregate)
        return tuple(dict.fromkeys(every)) if self.keep is None else self.keep

    def unused(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The source's columns that nothing takes."""
        taken = {column.source for column in self.columns}
        return tuple(column for column in columns if column and column not in taken)


@dataclass(frozen=True, slots=True)
class Words:
    """What the rule set says that reading needs: vocabulary, facts that rules work out, builtins, time zone."""

    ruleset: RuleSet
    decided: frozenset[str]
    scope: Scope

    def fact(self, entity: str, name: str) -> Fact | None:
        """The fact of that name, label or alias."""
        facts = self.ruleset.vocabulary.of(entity)
        return facts.get(name) or next((f for f in facts.values() if name in f.spellings()), None)

    def works_out(self, fact: Fact) -> bool:
        """Whether the rules give this fact, so that data cannot."""
        return fact.formula is not None or (fact.entity == "customer" and fact.name in self.decided)


def words_of(ruleset: RuleSet, registry: Registry) -> Words:
    """The rule set's words for reading."""
    tables = ruleset.decisions.values()
    decided = {name for t in tables if t.kind is Kind.CLASSIFICATION for name in t.outputs}
    decided |= {experiment.fact for experiment in ruleset.experiments.values()}
    builtins = {**default_builtins(), **registry.functions} if registry.functions else default_builtins()
    return Words(ruleset, frozenset(decided), Scope(builtins=builtins))


def plan_source(
    entry: SourceEntry, columns: Sequence[str], header: Span, words: Words, wanted: Iterable[str]
) -> tuple[Plan | None, list[Issue]]:
    """Match the ``columns`` of an opened source to facts. ``wanted`` are names that other sources take from here;
    ``header`` is the place of the header line."""
    build = _Build(entry, tuple(columns), header, words)
    wanted = tuple(wanted)
    build.explicit()
    build.matched()
    roles = build.key(), build.customer(), build.group()
    build.compile(wanted)
    if has_errors(build.issues):
        return None, build.issues
    plan = build.plan(*roles, wanted)
    return (None if has_errors(build.issues) else plan), build.issues


class _Build:
    """One source being planned; gathers issues instead of stopping at the first."""

    def __init__(self, entry: SourceEntry, columns: tuple[str, ...], header: Span, words: Words) -> None:
        self.entry, self.source_columns, self.header, self.words = entry, columns, header, words
        self.issues: list[Issue] = []
        self.specs: dict[str, ColumnSpec] = {}
        self.types: dict[str, Type] = {}
        self.facts: dict[str, Fact] = {}
        self.computed: list[tuple[str, Compiled]] = []
        self.where: Compiled | None = None
        self.zone = entry.time_zone or words.ruleset.time_zone

    # --- which columns ---

    def explicit(self) -> None:
        """Columns that the data-source file names."""
        for spec in self.entry.columns:
            fact = self.words.fact(self.entry.entity, spec.name)
            if fact is not None and self.words.works_out(fact):
                self.issues.append(issue("D207", spec.span, found=spec.name))
            elif self._there(spec):
                self._add(replace(spec, name=fact.name if fact else spec.name), fact, spec.span)

    def _there(self, spec: ColumnSpec) -> bool:
        times = self.source_columns.count(spec.source)
        if times == 1:
            return True
        if times == 0:
            near = nearest(spec.source, self.source_columns)
            shown = ", ".join(c for c in self.source_columns if c)
            self.issues.append(issue("D201", spec.span, found=spec.source, expected=shown, nearest=near))
        else:
            self._twice(spec.source)
        return False

    def _twice(self, column: str) -> None:
        at = [str(i) for i, c in enumerate(self.source_columns, start=1) if c == column]
        self.issues.append(issue("D212", self.header, found=column, positions=", ".join(at)))

    def _add(self, spec: ColumnSpec, fact: Fact | None, span: Span) -> None:
        kind: Type | None = STRING
        if spec.type:
            kind = data_type(spec.type)
        elif fact is not None:
            kind = data_type(fact.type)
        if kind is None:
            self.issues.append(
                issue(
                    "D211",
                    span,
                    option="type",
                    column=spec.name,
                    found=spec.type or (fact.type if fact else ""),
                    expected=", ".join(t.name for t in EXPECTED),
                )
            )
            kind = STRING
        self.specs[spec.name] = spec
        self.types[spec.name] = kind
        if fact is not None:
            self.facts[spec.name] = fact

    def matched(self) -> None:
        """Facts that the file does not mention, found in the column of their own name, label or alias."""
        taken = {spec.source for spec in self.specs.values()}
        named = {**self.specs, **dict.fromkeys(self.entry.computed)}
        unmatched: dict[str, Fact] = {}
        for fact in self.words.ruleset.vocabulary.of(self.entry.entity).values():
            if fact.name in named:
                continue
            found = [s for s in dict.fromkeys(fact.spellings()) if s in self.source_columns and s not in taken]
            if self.words.works_out(fact):
                self.issues += [issue("D220", self.header, found=s, fact=fact.name) for s in found]
                taken.update(found)
            elif len(found) > 1:
                self.issues.append(issue("D213", self.header, found=found[0], other=found[1], fact=fact.name))
                taken.update(found)
            elif found:
                taken.add(found[0])
                if self.source_columns.count(found[0]) > 1:
                    self._twice(found[0])
                else:
                    self._add(ColumnSpec(fact.name, found[0]), fact, fact.span)
            else:
                unmatched.update(dict.fromkeys(fact.spellings(), fact))
        self._near_misses(taken, unmatched)

    def _near_misses(self, taken: set[str], unmatched: Mapping[str, Fact]) -> None:
        """A header that is almost a fact's name is more likely a slip than another column."""
        used = {self.entry.key, self.entry.customer, self.entry.group_by}
        for column in self.source_columns:
            if column and column not in taken and column not in used and len(column) > 2:
                near = nearest(column, unmatched)
                if near and abs(len(near) - len(column)) <= 2:
                    self.issues.append(issue("D224", self.header, found=column, nearest=near))

    def key(self) -> str:
        """The column that identifies a row; blank when the entity has none and needs none."""
        entry = self.entry
        if entry.key:
            return self._role("key", entry.key)
        if entry.group_by:
            return self.group()
        entity = ENTITIES[entry.entity]
        chinese = (f"{entity.label.zh}{word}" for word in ("编号", "id", "号"))
        found = self._by_words((f"{entry.entity}_id", *chinese, *_KEY_WORDS))
        if not found and entry.entity == "customer":
            self.issues.append(
                issue(
                    "D209",
                    entry.span if entry.span.file else self.header,
                    entity=entry.entity,
                    expected=", ".join(self.source_columns),
                )
            )
        return found

    def group(self) -> str:
        """The column whose equal values make one row of several; blank without grouping."""
        return self._role("group_by", self.entry.group_by) if self.entry.group_by else ""

    def customer(self) -> str:
        """The column that names the row's customer; blank for customers themselves and for owners."""
        entry = self.entry
        if entry.entity in ("customer", "owner"):
            return ""
        if entry.customer:
            return self._role("customer", entry.customer)
        found = self._by_words(_CUSTOMER_WORDS)
        if not found:
            self.issues.append(issue("D223", entry.span if entry.span.file else self.header, entity=entry.entity))
        return found

    def _by_words(self, words: Iterable[str]) -> str:
        for word in words:
            for column in self.source_columns:
                if column.casefold().replace(" ", "_") == word.casefold():
                    return self._ensure(column)
        return ""

    def _role(self, option: str, name: str) -> str:
        """The row's name for a column that an option names: a fact, a column of the file, or one of the source."""
        fact = self.words.fact(self.entry.entity, name)
        for known in (name, fact.name if fact else name):
            if known in self.specs or known in self.entry.computed:
                return known
        if name in self.source_columns:
            return self._ensure(name)
        known_names = [*self.specs, *self.entry.computed, *(c for c in self.source_columns if c)]
        self.issues.append(
            issue(
                "D204",
                self.entry.place(option),
                option=option,
                found=name,
                expected=", ".join(dict.fromkeys(known_names)),
                nearest=nearest(name, known_names),
            )
        )
        return ""

    def _ensure(self, column: str) -> str:
        for name, spec in self.specs.items():
            if spec.source == column:
                return name
        if self.source_columns.count(column) > 1:
            self._twice(column)
        self._add(ColumnSpec(column, column), None, self.entry.span)
        return column

    # --- expressions over the row ---

    def compile(self, wanted: Iterable[str]) -> None:
        """Computed facts in their order, then the condition, then what refers to names of both."""
        for name, cell in self.entry.computed.items():
            fact = self.words.fact(self.entry.entity, name)
            place = self.entry.place(f"computed/{name}")
            if fact is not None and self.words.works_out(fact):
                self.issues.append(issue("D207", place, found=name))
                continue
            kind = data_type(fact.type) if fact is not None else None
            compiled = self._expression(cell.text, cell.span, kind)
            if compiled is not None:
                name = fact.name if fact else name
                self.computed.append((name, compiled))
                self.types[name] = kind or compiled.type
                if fact is not None:
                    self.facts[name] = fact
        if self.entry.where.text:
            self.where = self._expression(self.entry.where.text, self.entry.where.span, BOOLEAN)
        self._aggregates()
        self._unused(set(wanted))

    def _expression(self, text: str, span: Span, expected: Type | None) -> Compiled | None:
        facts = [f for n, f in self.facts.items() if n in self.types]
        spellings = {s: f.name for f in facts for s in f.spellings() if s not in self.types}
        scope = replace(self.words.scope, names=dict(self.types), spellings=spellings)
        compiled, issues = compile_expression(text, scope, span, expected=expected)
        self.issues += issues
        if compiled is not None and "as_of" in compiled.reads:
            self.issues.append(issue("D203", span, found="as_of"))
        return compiled

    def _aggregates(self) -> None:
        for name, function in self.entry.aggregate.items():
            place = self.entry.place(f"aggregate/{name}")
            if name not in self.types and function != "count":
                near = nearest(name, self.types)
                self.issues.append(
                    issue("D204", place, option="aggregate", found=name, expected=", ".join(self.types), nearest=near)
                )
            elif function == "sum" and self.types[name] != NUMBER:
                self.issues.append(issue("D208", place, found=name, function=function, expected="a number"))
            elif function in ("min", "max") and isinstance(self.types[name], ListType):
                self.issues.append(issue("D208", place, found=name, function=function, expected="a single value"))

    def _unused(self, wanted: set[str]) -> None:
        """A name that is no fact and that nothing uses is a misspelt fact."""
        used = {*wanted, self.entry.key, self.entry.customer, self.entry.group_by, *self.entry.aggregate}
        for _, compiled in self.computed:
            used |= compiled.reads
        if self.where is not None:
            used |= self.where.reads
        facts = self.words.ruleset.vocabulary.of(self.entry.entity)
        for spec in self.entry.columns:
            if spec.name in self.specs and spec.name not in self.facts and spec.name not in used and not spec.type:
                near = nearest(spec.name, facts)
                self.issues.append(issue("D202", spec.span, found=spec.name, entity=self.entry.entity, nearest=near))

    # --- the plan ---

    def plan(self, key: str, customer: str, group: str, wanted: tuple[str, ...]) -> Plan:
        """The finished plan; may still add issues about formats and ranges."""
        entry = self.entry
        computed = {name for name, _ in self.computed}
        checks: dict[str, Check] = {}
        columns = []
        for name, spec in self.specs.items():
            fact = self.facts.get(name)
            check = self._check(fact) if fact is not None else None
            late = entry.aggregate.get(name) in ("sum", "count")  # one line may lie outside the range of the whole
            if check is not None and late:
                checks[name] = check
            try:
                convert = make_converter(self.types[name], spec, entry.null_values, self.zone, None if late else check)
            except ValueError as error:
                self.issues.append(issue("D225", spec.span, column=name, reason=str(error)))
                continue
            columns.append(Column(name, spec.source, self.source_columns.index(spec.source), Memo(convert)))
        for name in computed:
            check = self._check(self.facts[name]) if name in self.facts else None
            if check is not None:
                checks[name] = check
        names = {*self.types, *entry.aggregate}
        used = {*self.facts, *wanted, *entry.aggregate}
        keep = [n for n in (*self.types, *entry.aggregate) if n in used]
        if customer:
            keep.append(CUSTOMER_ID)
        required = tuple(f.name for f in self._data_facts() if f.missing is Missing.ERROR)
        return Plan(
            columns=tuple(columns),
            computed=tuple(self.computed),
            where=self.where,
            where_first=self.where is not None and not self.where.reads & computed,
            key=key,
            customer=customer,
            group=group,
            aggregate=entry.aggregate,
            keep=None if names <= set(keep) else tuple(dict.fromkeys(keep)),
            checks=checks,
            required=required,
            hidden=frozenset(n for n, f in self.facts.items() if f.sensitivity is Sensitivity.PERSONAL),
        )

    def _data_facts(self) -> list[Fact]:
        facts = self.words.ruleset.vocabulary.of(self.entry.entity).values()
        return [fact for fact in facts if not self.words.works_out(fact)]

    def _check(self, fact: Fact) -> Check | None:
        check, issues = fact_check(fact, self.words.scope)
        self.issues += issues
        return check
