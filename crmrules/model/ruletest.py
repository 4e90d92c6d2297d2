"""A case that a rule set is tested with: a record, and what the rules must say of it.

Cases are part of the document but not of its meaning: they do not count in the fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crmrules.model.spans import NOWHERE, Span
from crmrules.model.vocabulary import BLANK, Cell, Label

Cells = Mapping[str, Cell]
"""Fact or field name → text."""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One case. Names are resolved; values are text as in result cells, read when the case is prepared.

    ``given`` are facts of the customer, ``related`` its records by entity (``order``), ``previous`` what the last run
    had decided and ``since`` when that began, ``cut_points`` where facts that compare with the population cut it. What
    must come out: ``expect`` the values of derived and decided facts, ``rows`` and ``not_rows`` the
    rules that must and must not have made a result, ``actions`` entries of the plan (:data:`ACTION_FIELDS`; others may
    stand beside them), ``action_count`` how many it has in all, ``unknown`` facts whose missing value left a row
    undecided.
    """

    id: str
    note: str = ""
    as_of: Cell = BLANK
    given: Cells = field(default_factory=dict)
    related: Mapping[str, tuple[Cells, ...]] = field(default_factory=dict)
    previous: Cells = field(default_factory=dict)
    expect: Cells = field(default_factory=dict)
    rows: tuple[Cell, ...] = ()
    not_rows: tuple[Cell, ...] = ()
    unknown: tuple[Cell, ...] = ()
    actions: tuple[Cells, ...] = ()
    action_count: Cell = BLANK
    since: Cells = field(default_factory=dict)
    cut_points: Cells = field(default_factory=dict)
    span: Span = field(default=NOWHERE, compare=False)


class Compared(StrEnum):
    """How an expected field of an action is read and compared."""

    MOMENT = "moment"  # a day, or an instant
    WORD = "word"  # a word of the column, in any spelling
    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class ActionField:
    """A field of an action that a case may name."""

    name: str
    compared: Compared
    label: Label


ACTION_FIELDS: Mapping[str, ActionField] = {
    f.name: f
    for f in (
        ActionField("rule", Compared.TEXT, Label("Rule", "规则")),
        ActionField("due", Compared.MOMENT, Label("Due", "到期")),
        ActionField("until", Compared.MOMENT, Label("Until", "截止")),
        ActionField("status", Compared.WORD, Label("Status", "状态")),
        ActionField("owner", Compared.TEXT, Label("Owner", "负责人")),
        ActionField("owner_role", Compared.WORD, Label("Role", "角色")),
        ActionField("task", Compared.WORD, Label("Task", "行动")),
        ActionField("channel", Compared.WORD, Label("Channel", "方式")),
        ActionField("content", Compared.TEXT, Label("Content", "内容")),
        ActionField("priority", Compared.NUMBER, Label("Priority", "优先级")),
        ActionField("level", Compared.NUMBER, Label("Level", "层级")),
        ActionField("signal", Compared.WORD, Label("Signal", "信号")),
        ActionField("withheld", Compared.TEXT, Label("Withheld", "拦下原因")),
    )
}
"""Field name → how it is compared. ``withheld`` is the reason why a policy keeps the action out of the plan."""
