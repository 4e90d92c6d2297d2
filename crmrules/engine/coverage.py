"""What rules read that no source of a data set gives: it is unknown for every customer, and somebody should say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from crmrules.engine.cells import listed, nearest
from crmrules.engine.facts import node_of as fact_node
from crmrules.engine.steps import ExperimentStep, FactStep, TableStep
from crmrules.engine.tables import node_of as table_node
from crmrules.model.issues import Issue, issue
from crmrules.model.vocabulary import Fact, Missing

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.model.records import Dataset

_LEFT_BY_RUNS = "transition"


def coverage_issues(compiled: Program, dataset: Dataset) -> list[Issue]:
    """Warnings about related records and about facts that rules read and that no source gives; none without
    customers."""
    if not dataset.customers:
        return []
    readers = _readers(compiled)
    given = dataset.customers[0].related
    plurals = [
        plural
        for entity, plural in compiled.related.items()
        if readers[plural] and entity not in given and entity != _LEFT_BY_RUNS
    ]
    issues = [issue("P416", entities=listed(plurals, len(plurals)))] if plurals else []
    unused = [column for report in dataset.reports if report.entity == "customer" for column in report.unused]
    lonely: list[str] = []
    for fact in _missing(compiled, dataset, readers):
        near = next((column for each in fact.spellings() if (column := nearest(each, unused))), "")
        if near:
            issues.append(issue("P418", fact=fact.name, count=readers[fact.name], column=near))
        else:
            lonely.append(f"{fact.name} ({readers[fact.name]})")
    return [*issues, issue("P417", facts=listed(lonely, len(lonely)))] if lonely else issues


def _missing(compiled: Program, dataset: Dataset, readers: Mapping[str, int]) -> list[Fact]:
    """Facts of the data that rules read and that no customer's row has.

    Those with a default are not missed, but for what a policy reads: a forgotten column of refusals must not read as
    "nobody refused".
    """
    guarding = frozenset().union(*_policies(compiled))
    decided = {name for step in compiled.steps for name in _gives(step, compiled)}
    facts = compiled.ruleset.vocabulary.customer
    open_ = {
        name
        for name, fact in facts.items()
        if readers.get(name)
        and name not in decided
        and fact.formula is None
        and (fact.missing is not Missing.DEFAULT or name in guarding)
    }
    for record in dataset.customers:
        if not open_:
            break
        open_ -= record.fields.keys()
    return [fact for name, fact in facts.items() if name in open_]


def _gives(step: object, compiled: Program) -> frozenset[str]:
    if isinstance(step, TableStep):
        return table_node(step, compiled.ruleset.vocabulary.customer).gives
    return frozenset({step.experiment.fact}) if isinstance(step, ExperimentStep) else frozenset()


def _readers(compiled: Program) -> Counter[str]:
    """How many formulas, policies and rows of tables read each name. A row reads what its filled cells look at; what only the
    result side of a table names counts once."""
    found: Counter[str] = Counter()
    for step in compiled.steps:
        if isinstance(step, FactStep):
            found.update(fact_node(step).reads)
        elif isinstance(step, TableStep):
            for names in _rows(step):
                found.update(names)
        elif step.scope is not None:
            found.update(step.scope.reads)
    for reads in _policies(compiled):
        found.update(reads)
    return found


def _policies(compiled: Program) -> list[frozenset[str]]:
    """What each policy that withholds actions reads."""
    policies = compiled.policies
    withholding = (
        policies.do_not_contact,
        policies.blocked_channels,
        policies.blocked_purposes,
        policies.consent,
        policies.snooze_until,
        policies.touches,
    )
    return [policy.reads for policy in withholding if policy is not None]


def _rows(step: TableStep) -> Iterator[set[str]]:
    seen: set[str] = set()
    for rule in step.table.rules:
        names: set[str] = set()
        for column, cell in zip(step.inputs, rule.when, strict=True):
            if cell.text.strip() not in ("", "-"):
                names |= column.reads | column.cell_reads
        seen |= names
        yield names
    yield set(table_node(step, ()).reads) - seen
