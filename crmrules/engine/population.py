"""Cutting a population: one pass over all customers before any of them is decided (one more for each cut that needs
another one first)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from crmrules.engine.decide import begin, take
from crmrules.engine.population_compiler import points_of
from crmrules.engine.records import to_record
from crmrules.engine.steps import ClassificationBody, CutSpec, FactStep, Stage, Step, TableStep
from crmrules.feel.builtins.comparison import order_key
from crmrules.model.decision import NO_HISTORY, History
from crmrules.model.issues import Issue, issue
from crmrules.model.population import NO_CUT_POINTS, Cut, CutPoints
from crmrules.model.records import Dataset, Record
from crmrules.model.values import DateTime, Value

if TYPE_CHECKING:
    from crmrules.engine.ordering import Node
    from crmrules.engine.program import Program


def find_cut_points(
    compiled: Program,
    records: Sequence[Record],
    as_of: DateTime,
    histories: Mapping[str, History] | None = None,
) -> CutPoints:
    """The cut points of a population as of an instant. What fails or is missing on the way leaves a customer out here;
    it is told when that customer is decided."""
    if not compiled.population:
        return NO_CUT_POINTS
    found = CutPoints(as_of)
    for stage in compiled.population:
        ranked: list[list[Value]] = [[] for _ in stage.cuts]
        for record in records:
            history = (histories or {}).get(record.id, NO_HISTORY)
            run = begin(compiled, record, as_of=as_of, history=history, trace=False, cut_points=found)
            for step in stage.steps:
                take(step, run)
            for values, cut in zip(ranked, stage.cuts, strict=True):
                if cut.among is None or cut.among.call(run.env, None) is True:
                    value = cut.value.call(run.env, None)
                    if value is not None:
                        values.append(value)
        cuts = {cut.key: _cut(cut, values) for cut, values in zip(stage.cuts, ranked, strict=True)}
        found = CutPoints(as_of, {**found.cuts, **cuts})
    return found


def with_cut_points(
    compiled: Program,
    records: Dataset | Iterable[Record | Mapping[str, object]],
    as_of: DateTime,
    histories: Mapping[str, History] | None = None,
    cut_points: CutPoints | None = None,
) -> tuple[Dataset | Iterable[Record | Mapping[str, object]], CutPoints]:
    """Records to be read once more, and the cut points: those given, else those of these very records."""
    if cut_points is not None or not compiled.population:
        return records, cut_points or NO_CUT_POINTS
    if isinstance(records, Dataset):
        return records, find_cut_points(compiled, records.customers, as_of, histories)
    kept = list(records)  # a generator can be read but once
    known = [to_record(compiled, record)[0] for record in kept]
    return kept, find_cut_points(compiled, known, as_of, histories)


def stateless(compiled: Program) -> list[Issue]:
    """A note for each value that moves up and down, where nothing is known of earlier runs."""
    return [
        issue("P717", step.table.span, fact=step.body.transition.fact.name)
        for step in compiled.steps
        if isinstance(step, TableStep)
        and isinstance(step.body, ClassificationBody)
        and step.body.transition is not None
    ]


def _cut(spec: CutSpec, values: list[Value]) -> Cut:
    values.sort(key=order_key)
    points = points_of(spec.measure, spec.part, values)
    among = "" if spec.among is None else spec.among.text
    return Cut(spec.fact, spec.measure, spec.value.text, spec.part, len(values), points, among)


def stages_of(steps: Sequence[Step], nodes: Sequence[Node]) -> tuple[Stage, ...]:
    """The passes that a rule set needs: cuts in the same one need none of each other. ``nodes`` belong to ``steps``,
    both in the order in which they are worked out."""
    giver = {name: at for at, node in enumerate(nodes) for name in node.gives}
    needs: list[frozenset[int]] = []  # all steps that come before this one, in order
    level: list[int] = []  # how many passes must be over before this step can be taken
    stages: dict[int, tuple[list[CutSpec], set[int]]] = {}
    for step, node in zip(steps, nodes, strict=True):
        before = _closure({giver[name] for name in node.reads if name in giver}, needs)
        passes = max((level[other] for other in before), default=0)
        for cut in step.cuts if isinstance(step, FactStep) else ():
            reads = cut.value.reads | (cut.among.reads if cut.among is not None else frozenset())
            wanted = _closure({giver[name] for name in reads if name in giver}, needs)
            depth = max((level[other] for other in wanted), default=0)
            cuts, taken = stages.setdefault(depth, ([], set()))
            cuts.append(cut)
            taken |= wanted
            passes = max(passes, depth + 1)
        needs.append(before)
        level.append(passes)
    return tuple(
        Stage(tuple(cuts), tuple(steps[at] for at in sorted(taken))) for _, (cuts, taken) in sorted(stages.items())
    )


def _closure(direct: Iterable[int], needs: Sequence[frozenset[int]]) -> frozenset[int]:
    found = frozenset(direct)
    return found.union(*(needs[at] for at in found))
