"""A rule set that is ready to be used: frozen, shared freely between threads."""

from __future__ import annotations

import datetime as stdlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crmrules.engine.decide import decide
from crmrules.engine.instants import read_as_of
from crmrules.engine.population import find_cut_points, stateless
from crmrules.engine.program import Program
from crmrules.engine.records import to_record
from crmrules.model.decision import NO_HISTORY, Decision, History
from crmrules.model.population import NO_CUT_POINTS, CutPoints
from crmrules.model.records import Dataset, Record
from crmrules.model.values import Date, DateTime

if TYPE_CHECKING:
    from crmrules.engine.planning.view import View
    from crmrules.model.plan import ActionPlan, KpiResult

Moment = DateTime | Date | stdlib.date | str
"""What ``as_of`` may be: an instant, a day (its first moment), or ISO text of either; in the rule set's zone if it
names none."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompiledRuleSet(Program):
    """A checked and compiled rule set; :func:`crmrules.load` makes one.

    >>> import crmrules
    >>> rules = crmrules.load("config/examples/sales_funnel/rules.yaml")
    >>> decision = rules.decide({"id": "C1", "orders": [{"placed_at": "2026-02-10"}]}, as_of="2026-03-02")
    >>> decision.values["stage"]
    'won'

    ``ruleset``, ``fingerprint``, ``zone``, ``steps`` and ``issues`` are as in
    :class:`~crmrules.engine.program.Program`; its other fields are for the engine's own modules.
    """

    def __repr__(self) -> str:
        version = f" {self.ruleset.version}" if self.ruleset.version else ""
        return f"<CompiledRuleSet {self.ruleset.name}{version} {self.fingerprint[:12]}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from crmrules.engine.compiler import recompile

        return recompile, (self.ruleset, self.registry)

    def moment(self, as_of: Moment) -> DateTime:
        """``as_of`` as an instant in the rule set's zone; :class:`~crmrules.model.errors.PlanError` if it is none."""
        return read_as_of(as_of, self.zone)

    def decide(
        self,
        record: Record | Mapping[str, object],
        *,
        as_of: Moment,
        history: History | None = None,
        trace: bool = False,
        cut_points: CutPoints = NO_CUT_POINTS,
    ) -> Decision:
        """Everything the rules say of one customer at ``as_of``.

        ``record`` is a :class:`~crmrules.model.records.Record`, or a mapping with the id under ``id`` or
        ``customer_id``, facts by name, label or alias, and related records as lists under their plural (``orders``).
        Raises :class:`~crmrules.model.errors.DataError` for a mapping with values that no fact can hold. What cannot be
        evaluated is in the decision's ``warnings``; what is missing in ``unknown``.

        ``history`` is what earlier runs left of this customer (an empty one: a new customer); without it values that
        move up and down take what is proposed, and a note says so. ``cut_points`` come from :meth:`cut_points`.
        """
        known, warnings = to_record(self, record)
        if history is None:
            warnings += stateless(self)
        return decide(
            self, known, as_of=read_as_of(as_of, self.zone), history=history or NO_HISTORY, trace=trace,
            warnings=warnings, cut_points=cut_points,
        )  # fmt: skip

    def cut_points(
        self,
        records: Dataset | Iterable[Record | Mapping[str, object]],
        *,
        as_of: Moment,
        histories: Mapping[str, History] | None = None,
    ) -> CutPoints:
        """Where formulas such as ``top share(spent, 20%)`` cut this population; plans and KPIs find them by themselves.

        >>> import crmrules
        >>> rules = crmrules.load("config/examples/minimal/rules.yaml")
        >>> rules.cut_points([], as_of="2026-03-02").cuts
        {}
        """
        if not self.population:
            return NO_CUT_POINTS
        given = records.customers if isinstance(records, Dataset) else records
        known = [to_record(self, record)[0] for record in given]
        return find_cut_points(self, known, read_as_of(as_of, self.zone), histories)

    def plan(
        self,
        records: Dataset | Iterable[Record | Mapping[str, object]],
        *,
        as_of: Moment,
        histories: Mapping[str, History] | None = None,
        horizon: str | None = None,
        kpis: bool = True,
        cut_points: CutPoints | None = None,
        view: View | None = None,
    ) -> ActionPlan:
        """The actions due up to the horizon (an ISO duration; blank: the rule set's, else the end of the day).

        Records are decided one by one and not kept. KPIs are computed when ``records`` is a
        :class:`~crmrules.model.records.Dataset` and ``kpis`` is true. Where formulas compare with the population, all
        records are read twice; ``cut_points`` of an earlier evaluation may be given instead. ``view`` cuts the plan to
        what somebody sees, see :meth:`view`.
        """
        from crmrules.engine.planner import plan

        return plan(
            self, records, as_of=read_as_of(as_of, self.zone), histories=histories, horizon=horizon, kpis=kpis,
            cut_points=cut_points, view=view,
        )  # fmt: skip

    def kpis(
        self,
        dataset: Dataset,
        *,
        as_of: Moment,
        view: View | None = None,
        histories: Mapping[str, History] | None = None,
    ) -> tuple[KpiResult, ...]:
        """The rule set's KPIs over a dataset, in the order of the document, each total before its groups; over the part
        of it that ``view`` shows. ``histories`` are what earlier runs left, for values that depend on it."""
        from crmrules.engine.planner import kpi_results

        return kpi_results(self, dataset, as_of=read_as_of(as_of, self.zone), view=view, histories=histories)

    def view(self, dataset: Dataset, viewer: str, *, as_of: Moment) -> View:
        """What ``viewer``, a person or a role, sees of the dataset: their own customers and their team's, or all.

        Raises :class:`~crmrules.model.errors.PlanError` for somebody whom neither the data nor the rule set knows.
        """
        from crmrules.engine.planning.view import view_of

        return view_of(self, dataset, viewer, as_of=read_as_of(as_of, self.zone))
