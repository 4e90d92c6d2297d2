"""One customer through one rule set: derived facts and decisions in order, in a single pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from crmrules.engine import experiments
from crmrules.engine.evaluation import Evaluation
from crmrules.engine.instants import in_zone
from crmrules.engine.kinds import cadence, classification, escalation
from crmrules.engine.kinds.episodes import outcome_of_episodes
from crmrules.engine.scopes import AS_OF, PREVIOUS, SINCE
from crmrules.engine.steps import CadenceBody, ClassificationBody, FactStep, Step, TableStep
from crmrules.feel.notes import Note
from crmrules.model.decision import Decision, FactTrace, History, TableTrace, Trace
from crmrules.model.issues import Issue, issue
from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.values import DateTime, Value
from crmrules.model.vocabulary import Fact, Missing
from crmrules.timing.calendar_compiler import provisional_issues

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.model.records import Record, Row


def decide(
    compiled: Program,
    record: Record,
    *,
    as_of: DateTime,
    history: History,
    trace: bool,
    warnings: Iterable[Issue] = (),
    cut_points: CutPoints = NO_CUT_POINTS,
) -> Decision:
    """Everything the rules say of ``record`` at ``as_of`` (an instant in the rule set's zone).

    ``warnings`` are put before those met here. With ``trace`` the decision says how each value came about.
    ``cut_points`` part the population that the customer belongs to.
    """
    run = begin(compiled, record, as_of=as_of, history=history, trace=trace, warnings=warnings, cut_points=cut_points)
    if compiled.population:
        for fact, place in run.uncut:
            run.warn(issue("P706", place, customer=run.customer, fact=fact))
    for each in compiled.steps:
        take(each, run)
    episodes, resolved = outcome_of_episodes(run.episodes, run.undecided, history)
    return Decision(
        customer=record.id,
        as_of=as_of,
        values=run.values,
        matches=tuple(run.matches),
        tasks=tuple(run.tasks),
        warnings=tuple(run.warnings),
        unknown=frozenset(run.unknown - run.outside),
        trace=None if run.trace is None else Trace(tuple(run.trace)),
        transitions=tuple(run.transitions),
        episodes=episodes,
        resolved=resolved,
    )


def begin(
    compiled: Program,
    record: Record,
    *,
    as_of: DateTime,
    history: History,
    trace: bool,
    warnings: Iterable[Issue] = (),
    cut_points: CutPoints = NO_CUT_POINTS,
) -> Evaluation:
    """An evaluation with all that is known before the first step."""
    failed: list[tuple[FactStep, Note]] = []
    env = environment(compiled, record, as_of, history, failed)
    run = Evaluation(record.id, env, as_of, compiled.zone, history, trace)
    run.warnings.extend(warnings)
    for stage in compiled.population:
        for spec in stage.cuts:
            cut = cut_points.cuts.get(spec.key)
            if cut is None or not spec.made(cut):
                run.uncut.append((spec.fact, spec.place))
            else:
                run.cuts[spec.key] = cut
                env[spec.variable] = list(cut.points)
    if compiled.calendars.countries:
        run.warnings.extend(provisional_issues(compiled.ruleset, compiled.calendars, as_of))
    for step, note in failed:
        run.notes.append(note)
        run.take_notes(step.compiled)
    for fact in apply_defaults(compiled, env):
        run.warn(issue("P403", fact.span, customer=run.customer, fact=fact.name))
    return run


def take(step: Step, run: Evaluation) -> None:
    """Work out one derived fact, table or experiment."""
    if isinstance(step, FactStep):
        _derive(step, run)
    elif isinstance(step, TableStep):
        _decide_table(step, run)
    else:
        experiments.evaluate(step, run)


Failed = list[tuple[FactStep, Note]]
"""Operations of related rows' derived facts that failed."""


def environment(
    compiled: Program, record: Record, as_of: DateTime, history: History, failed: Failed | None = None
) -> dict[str, Value]:
    """What the language reads: the record's facts, its related rows under their plural (null where nothing says
    whether there are any), ``as_of``, ``previous``, ``since``.

    Failures in the rows' own derived facts are added to ``failed``.
    """
    env: dict[str, Value] = dict(record.fields)
    for entity, plural in compiled.related.items():
        rows = record.related.get(entity)
        env[plural] = None if rows is None else [row if type(row) is dict else dict(row) for row in rows]
    env[AS_OF] = as_of
    env[PREVIOUS] = dict(history.values)
    env.setdefault(SINCE, {fact: in_zone(since, compiled.zone) for fact, since in history.since.items()})
    for of_rows in compiled.row_facts:
        name = compiled.related[of_rows.entity]
        rows = env[name]
        if rows:
            env[name] = [derive_row(of_rows.steps, row, as_of, failed) for row in rows]
    return env


def derive_row(steps: Iterable[FactStep], row: Row, as_of: DateTime, failed: Failed | None = None) -> dict[str, Value]:
    """A related row with its derived facts; an operation that fails gives null and is added to ``failed``."""
    env: dict[str, Value] = {**row, AS_OF: as_of}
    result = dict(row)
    for step in steps:
        notes: list[Note] | None = None if failed is None else []
        value = step.compiled.call(env, notes)
        if notes and failed is not None:
            failed.extend((step, note) for note in notes)
        result[step.fact.name] = env[step.fact.name] = step.default if value is None else value
    return result


def apply_defaults(compiled: Program, env: dict[str, Value]) -> list[Fact]:
    """Complete ``env`` with the defaults of the data's facts; returns those that are missing and must not be."""
    refused: list[Fact] = []
    for data in compiled.data_facts:
        if env.get(data.fact.name) is None:
            if data.missing is Missing.DEFAULT:
                env[data.fact.name] = data.default
            else:
                refused.append(data.fact)
    return refused


def _derive(step: FactStep, run: Evaluation) -> None:
    name = step.fact.name
    value = run.value(step.compiled)
    if value is None:
        value = step.default
        if value is None and step.fact.missing is Missing.ERROR:
            run.warn(issue("P403", step.fact.span, customer=run.customer, fact=name))
    elif step.range is not None:
        value = run.within(step.fact, step.range, value)
    run.env[name] = run.values[name] = value
    if run.trace is not None:
        hidden = {cut.variable for cut in step.cuts}
        reads = {each: run.env.get(each) for each in sorted(step.compiled.reads - hidden)}
        cuts = tuple(run.cuts[cut.key] for cut in step.cuts if cut.key in run.cuts)
        run.trace.append(FactTrace(name, step.compiled.text, value, MappingProxyType(reads), step.compiled.span, cuts))


def _decide_table(step: TableStep, run: Evaluation) -> None:
    body = step.body
    values: Mapping[str, Value] = {}
    if isinstance(body, ClassificationBody):
        values, used_default = classification.evaluate(step, body, run)
    elif isinstance(body, CadenceBody):
        used_default = cadence.evaluate(step, body, run)
    else:
        used_default = escalation.evaluate(step, body, run)
    if run.trace is not None:
        run.trace.append(_table_trace(step, values, used_default, run))


def _table_trace(step: TableStep, values: Mapping[str, Value], used_default: bool, run: Evaluation) -> TableTrace:
    """The table's rows as the lookup saw them. Its inputs are those that no step after it changes."""
    env = run.env
    inputs = [env.get(i.name) if i.compiled is None else i.compiled.call(env, None) for i in step.inputs]
    rules = step.lookup.trace(step.table, inputs, env)
    table = step.table
    return TableTrace(table.id, table.kind, table.hit_policy.value, rules, values, used_default)
