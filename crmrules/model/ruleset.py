"""What a rule set is, once read and checked for form: frozen, typed, with a place for every cell.

Cells are still text here; :mod:`crmrules.engine` compiles them. Spans do not take part in equality, so the same
rule set read from YAML and from Excel compares equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crmrules.model.ruletest import RuleTest
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.vocabulary import BLANK, NO_LABEL, NO_VOCABULARY, Cell, Label, Parameter, Role, Vocabulary


class Kind(StrEnum):
    """What a decision is for."""

    CLASSIFICATION = "classification"
    CADENCE = "cadence"
    ESCALATION = "escalation"


class HitPolicy(StrEnum):
    """DMN's hit policies, by DMN's own abbreviations."""

    UNIQUE = "U"
    ANY = "A"
    PRIORITY = "P"
    FIRST = "F"
    COLLECT = "C"
    SUM = "C+"
    MIN = "C<"
    MAX = "C>"
    COUNT = "C#"
    RULE_ORDER = "R"
    OUTPUT_ORDER = "O"

    @property
    def many(self) -> bool:
        """Whether the result is a list of all hits."""
        return self in (HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER)


@dataclass(frozen=True, slots=True)
class Input:
    """A condition column: a fact's name (resolved from whatever spelling the header had) or a FEEL expression."""

    expression: Cell
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``when`` and ``then`` have one cell per input and output of the table, in its order.

    The row counts only on days within ``[valid_from, valid_to)`` (ISO dates, blank = unbounded).
    """

    id: str
    when: tuple[Cell, ...]
    then: tuple[Cell, ...]
    note: str = ""
    valid_from: Cell = BLANK
    valid_to: Cell = BLANK
    span: Span = field(default=NOWHERE, compare=False)
    numbered: bool = field(default=False, compare=False)
    """Whether nobody wrote the id: it is the row's position, and moves with it."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table of one of the three kinds.

    ``outputs`` are names: facts of the vocabulary for a classification, the kind's own columns
    (:data:`ACTION_COLUMNS`) for cadence and escalation. ``defaults`` holds a cell per output that has a default.
    ``settings`` are the kind's own (``anchor``, ``since``, ``suppress`` …), each a cell.
    """

    id: str
    kind: Kind
    hit_policy: HitPolicy
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]
    label: Label = NO_LABEL
    description: str = ""
    defaults: Mapping[str, Cell] = field(default_factory=dict)
    settings: Mapping[str, Cell] = field(default_factory=dict)
    span: Span = field(default=NOWHERE, compare=False)


class KpiType(StrEnum):
    """How a KPI is computed over the rows that count."""

    SIMPLE = "simple"
    RATIO = "ratio"
    MEAN = "mean"
    PERCENTILE = "percentile"
    CUMULATIVE = "cumulative"
    CONVERSION = "conversion"


class Direction(StrEnum):
    """Whether more or less is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class Kpi:
    """A KPI definition.

    ``over`` is the entity whose rows are counted; ``where`` a FEEL filter on a row; ``window`` a duration or period
    (``P90D``, ``this month``, ``last quarter``) and ``window_on`` the row's date fact that must lie in it.
    ``value``: simple = summed (blank: rows counted), mean and percentile = the number or duration averaged or ranked.
    ``numerator``/``denominator``: ratio; a boolean expression is counted, a numeric one summed; a blank denominator
    counts all rows. ``percentile`` is in (0, 1]. ``group_by`` are facts of the row or of its customer;
    ``groups_from`` an ``entity.fact`` whose values must all appear as groups, with "no data" where nothing counts.

    ``factor`` multiplies the value (100 for a net promoter score). Of the rows that count, ``latest_per`` keeps the
    latest one for each combination of these facts. ``per`` is the step of a cumulative KPI's running total.
    A conversion is the share of customers whose ``fact`` passed ``from_value`` at the window's start and ``to_value``
    later in the window, by the customer's transitions; both are cells of the fact.
    """

    id: str
    type: KpiType
    label: Label = NO_LABEL
    over: str = "customer"
    where: Cell = BLANK
    window: Cell = BLANK
    window_on: str = ""
    value: Cell = BLANK
    numerator: Cell = BLANK
    denominator: Cell = BLANK
    percentile: Cell = BLANK
    group_by: tuple[str, ...] = ()
    groups_from: str = ""
    target: Cell = BLANK
    amber: Cell = BLANK
    direction: Direction = Direction.HIGHER
    unit: str = ""
    description: str = ""
    span: Span = field(default=NOWHERE, compare=False)
    factor: Cell = BLANK
    latest_per: tuple[str, ...] = ()
    per: Cell = BLANK
    fact: str = ""
    from_value: Cell = BLANK
    to_value: Cell = BLANK


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``count`` touches within any stretch of the length ``per``.

    It holds for customers for whom ``where`` (FEEL; blank: everybody) is true, and for touches of ``channels`` and
    ``purposes`` (none said: every channel, marketing).
    """

    count: Cell = BLANK
    per: Cell = BLANK
    where: Cell = BLANK
    channels: tuple[Cell, ...] = ()
    purposes: tuple[Cell, ...] = ()
    note: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Policies:
    """What holds for the whole plan.

    ``do_not_contact``: FEEL boolean over the customer; true stops every action that reaches the customer.
    ``blocked_channels``, ``blocked_purposes``: FEEL lists of what the customer does not want. ``horizon``: how far
    ahead of ``as_of`` a plan looks (duration; blank = until the end of the day). ``consent``: FEEL list of contexts
    ``{channel, purpose, state, at}``; ``snooze_until``: FEEL date before which the customer is left alone.
    ``touches``: FEEL list of the instants (or rows) of proactive contacts, which ``caps`` count. ``quiet_hours``:
    hours of the day in which nothing is sent, on the clock of ``customer_time_zone`` (FEEL; blank: the rule set's).
    ``capacity``: actions that one person can do in a day. ``view_all_roles``, ``reveal_roles``: roles that see every
    customer, and personal values.
    """

    do_not_contact: Cell = BLANK
    blocked_channels: Cell = BLANK
    horizon: Cell = BLANK
    blocked_purposes: Cell = BLANK
    consent: Cell = BLANK
    snooze_until: Cell = BLANK
    touches: Cell = BLANK
    quiet_hours: Cell = BLANK
    customer_time_zone: Cell = BLANK
    capacity: Cell = BLANK
    caps: tuple[Cap, ...] = ()
    view_all_roles: tuple[Cell, ...] = ()
    reveal_roles: tuple[Cell, ...] = ()


POLICY_CELLS = (
    "do_not_contact", "blocked_channels", "horizon", "blocked_purposes", "consent", "snooze_until", "touches",
    "quiet_hours", "customer_time_zone", "capacity",
)  # fmt: skip
"""The policies that are one cell each, in the order of the document."""

POLICY_LISTS = ("view_all_roles", "reveal_roles")
"""The policies that are a list of words."""


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A date on which work is done, whatever day it is. Blank hours are those of that day of the week, or where it has
    none those of the week's first working day."""

    date: Cell
    hours: Cell = BLANK


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """Working time as the document says it.

    ``hours`` has texts such as ``09:00-12:00, 13:00-18:00`` by day (``mon`` … ``sun``; a missing day is off).
    ``country`` (``CN``, ``DE-BY``) brings its public holidays and make-up working days; ``holidays`` and
    ``working_days`` are single dates that come before both. A blank time zone is the rule set's.
    """

    name: str
    label: Label = NO_LABEL
    time_zone: Cell = BLANK
    country: Cell = BLANK
    hours: Mapping[str, Cell] = field(default_factory=dict)
    holidays: tuple[Cell, ...] = ()
    working_days: tuple[WorkingDay, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Experiment:
    """A trial on part of the customers, parted by a salted hash of their ids.

    Customers for whom ``scope`` (FEEL; blank: everybody) is true get a word of ``arms`` as their ``fact``: the first
    for ``share`` of them, the second for the others; customers outside get none. Another ``salt`` draws anew.
    """

    id: str
    fact: str
    label: Label = NO_LABEL
    scope: Cell = BLANK
    share: Cell = BLANK
    salt: Cell = BLANK
    arms: tuple[Cell, ...] = ()
    description: str = ""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A whole rule set: one document, whatever files it was read from.

    ``decisions`` and ``kpis`` keep the order of the document; ``calendar`` names the calendar that counts where none
    is named (blank: the only one there is); ``files`` are all files read, for the record. ``tests`` are the cases that
    the rule set is tested with; they do not change what it means.
    """

    name: str
    label: Label = NO_LABEL
    description: str = ""
    version: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    vocabulary: Vocabulary = NO_VOCABULARY
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    policies: Policies = Policies()
    decisions: Mapping[str, DecisionTable] = field(default_factory=dict)
    kpis: Mapping[str, Kpi] = field(default_factory=dict)
    calendars: Mapping[str, CalendarSpec] = field(default_factory=dict)
    calendar: Cell = BLANK
    experiments: Mapping[str, Experiment] = field(default_factory=dict)
    files: tuple[str, ...] = field(default=(), compare=False)
    span: Span = field(default=NOWHERE, compare=False)
    tests: Mapping[str, RuleTest] = field(default_factory=dict)


class ColumnType(StrEnum):
    """How the cells of an action column are read."""

    TEMPLATE = "template"  # literal text with {{ placeholders }}
    WORD = "word"  # a word of the column's allowed values, or literal text
    FREQUENCY = "frequency"  # 每两周1次, weekly, P2W
    DURATION = "duration"  # 24h, 48小时, P3D, signed
    EXPRESSION = "expression"  # FEEL over the customer
    NUMBER = "number"  # a FEEL expression giving a number


@dataclass(frozen=True, slots=True)
class ActionColumn:
    """A result column that cadence and escalation tables understand."""

    name: str
    type: ColumnType
    label: Label
    aliases: tuple[str, ...]
    kinds: tuple[Kind, ...]
    description: str

    def spellings(self) -> tuple[str, ...]:
        """Every header that means this column, the canonical name first."""
        return (self.name, self.label.en, self.label.zh, *self.aliases)


_BOTH = (Kind.CADENCE, Kind.ESCALATION)
_CADENCE = (Kind.CADENCE,)
_ESCALATION = (Kind.ESCALATION,)

ACTION_COLUMNS: Mapping[str, ActionColumn] = {
    c.name: c
    for c in (
        ActionColumn(
            "every",
            ColumnType.FREQUENCY,
            Label("Frequency", "跟进频率"),
            ("频率", "interval"),
            _CADENCE,
            "how often, counted from the anchor: 每两周1次, weekly, P2W",
        ),
        ActionColumn(
            "offset",
            ColumnType.DURATION,
            Label("Offset", "偏移"),
            ("when", "时点"),
            _CADENCE,
            "once, this long after the anchor (negative: before): P3D, -P30D",
        ),
        ActionColumn(
            "anchor",
            ColumnType.EXPRESSION,
            Label("Anchor", "起算点"),
            ("from", "起算"),
            _CADENCE,
            "the date or instant that time is counted from; overrides the table's setting",
        ),
        ActionColumn(
            "annual",
            ColumnType.EXPRESSION,
            Label("Annual", "每年"),
            ("festival", "节日", "周年"),
            _CADENCE,
            "once a year: on the anniversary of a date, or on festivals (春节、中秋); `offset` moves it",
        ),
        ActionColumn(
            "after_step",
            ColumnType.WORD,
            Label("After step", "前序步骤"),
            ("step", "前一步"),
            _CADENCE,
            "the id of the row whose last action time is counted from, instead of an anchor",
        ),
        ActionColumn(
            "expires",
            ColumnType.DURATION,
            Label("Expires", "有效期"),
            ("过期",),
            _CADENCE,
            "what was due this long ago is not asked for any more; overrides the table's setting",
        ),
        ActionColumn(
            "signal",
            ColumnType.WORD,
            Label("Signal", "风险信号"),
            ("信号",),
            _ESCALATION,
            "what opens an episode; rows of one signal are its levels",
        ),
        ActionColumn(
            "level",
            ColumnType.NUMBER,
            Label("Level", "升级层级"),
            ("层级", "级别"),
            _ESCALATION,
            "1 is told first",
        ),
        ActionColumn(
            "since",
            ColumnType.EXPRESSION,
            Label("Since", "起始时间"),
            ("起始",),
            _ESCALATION,
            "when the episode began; overrides the table's setting",
        ),
        ActionColumn(
            "after",
            ColumnType.DURATION,
            Label("After", "多久后"),
            ("延迟",),
            _ESCALATION,
            "the level is reached when the episode has lasted this long (blank: at once)",
        ),
        ActionColumn(
            "within",
            ColumnType.DURATION,
            Label("Within", "时限"),
            ("deadline", "限时", "完成时限"),
            _BOTH,
            "time allowed once the action is called for",
        ),
        ActionColumn(
            "warn",
            ColumnType.DURATION,
            Label("Warn", "预警"),
            ("提前预警",),
            _ESCALATION,
            "a warning goes out this long before the time allowed is over",
        ),
        ActionColumn(
            "clock",
            ColumnType.WORD,
            Label("Clock", "计时"),
            ("计时方式",),
            _BOTH,
            "elapsed or working: how the time allowed runs; overrides the table's setting",
        ),
        ActionColumn(
            "task",
            ColumnType.WORD,
            Label("Task", "行动"),
            ("action", "行动项", "动作"),
            _BOTH,
            "what is to be done, as a short name",
        ),
        ActionColumn(
            "channel",
            ColumnType.WORD,
            Label("Channel", "跟进方式"),
            ("方式", "渠道"),
            _BOTH,
            "how the customer or colleague is reached",
        ),
        ActionColumn(
            "content",
            ColumnType.TEMPLATE,
            Label("Content", "跟进内容重点"),
            ("内容", "跟进内容", "说明"),
            _BOTH,
            "what to say or do; {{ name }} stands for a fact of the customer",
        ),
        ActionColumn(
            "owner_role",
            ColumnType.WORD,
            Label("Owner role", "责任人"),
            ("owner", "role", "角色", "负责人"),
            _BOTH,
            "who does it: a role of the rule set; each of several gets an action",
        ),
        ActionColumn(
            "priority",
            ColumnType.NUMBER,
            Label("Priority", "优先级"),
            (),
            _BOTH,
            "1 is most urgent; default 3",
        ),
        ActionColumn(
            "purpose",
            ColumnType.WORD,
            Label("Purpose", "目的"),
            (),
            _BOTH,
            "marketing, service or internal; do-not-contact stops all but internal",
        ),
    )
}
"""Result columns of cadence and escalation tables, by name."""

DECISION_SETTINGS: Mapping[Kind, Mapping[str, str]] = {
    Kind.CLASSIFICATION: {
        "upgrade": "when a higher value is taken: `now` (default) or `review`",
        "downgrade": "when a lower value is taken: `now` (default) or `review`",
        "review": "how often values are reviewed, such as 每季度, counted from `review_anchor`",
        "review_anchor": "the date of a review; the others follow from it",
        "grace": "a lower value must have been called for this long before it is taken, such as P30D",
        "minimum_tenure": "a value is kept at least this long before a lower one is taken, such as P90D",
        "pin": "FEEL giving the value that somebody set by hand, or null: it comes before what the rows say",
        "pin_until": "FEEL giving the date from which the pin no longer holds; null: it holds on",
        "notify_task": "the task that a change of value calls for",
        "notify_channel": "the channel of that task",
        "notify_role": "the role that does it",
        "notify_content": "its text; besides facts it may name previous_value, new_value, change and reason",
    },
    Kind.CADENCE: {
        "anchor": "FEEL giving a date, an instant or null: where counting starts (column `anchor` overrides it)",
        "if_never": "what a null anchor means: `now` (due at as_of; default of `every`), `skip` (default of other "
        "rows) or a FEEL instant",
        "schedule": "how `every` counts from its anchor: `rolling` (default: once, until it moves) or `fixed` "
        "(on and on)",
        "stretch": "FEEL number that `every` is multiplied by, such as 2 for half as often; null: 1",
        "catch_up": "what becomes of occurrences missed while nothing ran: `latest_only` (default), `all` or `skip`",
        "expires": "what was due this long ago is not asked for any more (column `expires` overrides it)",
        "cancel_if": "FEEL boolean: true means that the event was reversed, so there is no task",
        "leap_day": "29 February in other years: `feb28` (default), `mar1` or `skip`",
        "roll": "what is due on a day off: `none` (default), `next`, `previous` or `modified`",
        "clock": "how `within` runs: `elapsed` (default) or `working` time",
        "calendar": "whose working time: a calendar's name, or FEEL giving one; default: the rule set's",
        "suppress": "FEEL boolean: true withholds the actions of this table, and says so",
        "purpose": "marketing (default), service or internal",
    },
    Kind.ESCALATION: {
        "since": "FEEL giving the instant the signal began; without it the episode opens when first seen",
        "clock": "how `after`, `within` and `warn` run: `elapsed` (default) or `working` time",
        "calendar": "whose working time: a calendar's name, or FEEL giving one; default: the rule set's",
        "holds": "FEEL list of {start, end} during which the clock stands still; without `end` it still does",
        "reentry": "what a signal that comes back does: `episode` (default: it counts anew), `once`, `cooldown P30D`, "
        "`per month`",
        "suppress": "FEEL boolean: true withholds the actions of this table, and says so",
        "purpose": "internal (default), service or marketing",
    },
}
"""Settings each kind understands, with one line for the reference."""
