"""Values that move up and down: when a proposal is taken, when it waits and why, and how a change is told."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.model.decision import Change, Decision, Held, History, Hold, Pending, Transition
from crmrules.model.plan import ActionPlan
from crmrules.model.values import DateTime
from tests.engine.helpers import problems, rules

TIERS = """\
crmrules: 1
name: loyalty
time_zone: Asia/Shanghai
language: zh
vocabulary:
  customer:
    name: {type: string}
    spent: {type: number}
    pinned_tier: {type: string}
    pinned_until: {type: date}
    held_days: {type: number, formula: '(as_of - since.tier) / P1D'}
    tier:
      label: {en: Tier, zh: 等级}
      type: string
      values:
        - {value: diamond, label: {zh: 钻石}}
        - {value: gold, label: {zh: 金}}
        - {value: silver, label: {zh: 银}}
roles:
  manager: {label: {zh: 客户经理}}
decisions:
  tiers:
    kind: classification
    label: {zh: 定级}
    settings: {SETTINGS}
    inputs: [spent, previous.tier]
    outputs: [tier]
    hit_policy: F
    rules:
      - {id: T1, when: {spent: ">= 100"}, then: {tier: diamond}, note: 年消费满100}
      - {id: T2, when: {spent: ">= 90", previous.tier: '"diamond"'}, then: {tier: diamond}}
      - {id: T3, when: {spent: ">= 50"}, then: {tier: gold}}
      - {id: T4, when: {spent: ">= 0"}, then: {tier: silver}}
"""


def tiers(settings: str = "upgrade: now") -> CompiledRuleSet:
    return rules(TIERS.replace("SETTINGS", settings))


def at(text: str) -> DateTime:
    found = DateTime.parse(f"{text}@Asia/Shanghai" if "T" in text else f"{text}T09:00:00@Asia/Shanghai")
    assert found is not None
    return found


def decide(
    compiled: CompiledRuleSet,
    spent: int | None,
    as_of: str,
    previous: str | None = None,
    since: str = "2026-01-01",
    pending: str = "",
    last: str = "",
    **facts: object,
) -> Decision:
    history = History(
        {"tier": previous} if previous else {},
        since={"tier": at(since)} if previous and since else {},
        pending={"tier": Pending("silver", at(pending))} if pending else {},
        as_of=at(last) if last else None,
    )
    return compiled.decide({"id": "C1", "spent": spent, **facts}, as_of=at(as_of), history=history)


def moved(decision: Decision) -> Transition:
    (found,) = decision.transitions
    assert found.value == decision.values["tier"]
    return found


def why(decision: Decision) -> list[tuple[Hold, str]]:
    return [(held.reason, str(held.until.date) if held.until else "") for held in moved(decision).held]


def test_a_new_customer_takes_what_is_proposed():
    assert moved(decide(tiers("grace: P30D, upgrade: now"), 60, "2026-03-02")) == Transition(
        "tiers", "tier", None, "gold", "gold", Change.FIRST, ("T3",), since=at("2026-03-02")
    )


def test_a_value_that_stays():
    assert moved(decide(tiers(), 60, "2026-03-02", "gold")) == Transition(
        "tiers", "tier", "gold", "gold", "gold", Change.KEPT, ("T3",), since=at("2026-01-01")
    )


def test_an_upgrade_and_a_downgrade_are_taken_at_once_by_default():
    assert moved(decide(tiers(), 100, "2026-03-02", "gold")).change is Change.UPGRADE
    down = moved(decide(tiers(), 49, "2026-03-02", "gold"))
    assert (down.change, down.value, down.since, down.held) == (Change.DOWNGRADE, "silver", at("2026-03-02"), ())


@pytest.mark.parametrize(("spent", "value"), [(100, "diamond"), (99, "diamond"), (90, "diamond"), (89, "gold")])
def test_entering_and_leaving_have_thresholds_of_their_own(spent, value):
    """Hysteresis proper is a condition on what was: T2 keeps a diamond customer from 90 on, T1 makes one at 100."""
    assert decide(tiers(), spent, "2026-03-02", "diamond").values["tier"] == value
    assert decide(tiers(), spent, "2026-03-02", "gold").values["tier"] == ("diamond" if spent >= 100 else "gold")


@pytest.mark.parametrize(
    ("as_of", "value"), [("2026-03-31T08:59:59", "gold"), ("2026-03-31T09:00:00", "silver"), ("2026-04-05", "silver")]
)
def test_a_lower_value_waits_for_its_grace(as_of, value):
    decision = decide(tiers("grace: P30D"), 10, as_of, "gold", pending="2026-03-01")
    assert decision.values["tier"] == value
    assert why(decision) == ([(Hold.GRACE, "2026-03-31")] if value == "gold" else [])


def test_grace_begins_when_the_lower_value_is_first_called_for():
    found = moved(decide(tiers("grace: P30D"), 10, "2026-03-02", "gold"))
    assert (found.pending_since, found.held) == (at("2026-03-02"), (Held(Hold.GRACE, at("2026-04-01")),))


def test_grace_ends_with_the_call_for_less():
    assert moved(decide(tiers("grace: P30D"), 60, "2026-03-15", "gold", pending="2026-03-01")).pending_since is None


def test_no_grace_for_an_upgrade():
    assert decide(tiers("grace: P30D, minimum_tenure: P90D"), 100, "2026-01-02", "gold").values["tier"] == "diamond"


@pytest.mark.parametrize(("as_of", "value"), [("2026-03-31", "gold"), ("2026-04-01", "silver")])
def test_a_value_is_held_for_its_minimum_tenure(as_of, value):
    decision = decide(tiers("minimum_tenure: P90D"), 10, as_of, "gold")
    assert decision.values["tier"] == value
    assert why(decision) == ([(Hold.TENURE, "2026-04-01")] if value == "gold" else [])


def test_months_of_tenure_are_counted_from_the_beginning():
    assert why(decide(tiers("minimum_tenure: 3个月"), 10, "2026-03-02", "gold", "2025-12-31")) == [
        (Hold.TENURE, "2026-03-31")
    ]


def test_a_tenure_that_is_not_known_is_not_long_enough():
    assert why(decide(tiers("minimum_tenure: P90D"), 10, "2026-03-02", "gold", since="")) == [(Hold.TENURE, "")]


REVIEW = "upgrade: now, downgrade: review, review: 每季度, review_anchor: 2026-01-01"


@pytest.mark.parametrize(
    ("as_of", "last", "value"),
    [
        ("2026-03-31", "2026-03-30", "gold"),  # the day before
        ("2026-04-01", "2026-03-31", "silver"),  # the day
        ("2026-04-01T18:00:00", "2026-04-01", "silver"),  # still the day
        ("2026-04-02", "2026-04-01", "gold"),  # it is over
        ("2026-04-03", "2026-03-31", "silver"),  # nothing ran on the day: the first run after it
        ("2026-04-03", "", "gold"),  # nobody knows whether something ran
        ("2025-12-31", "2025-12-01", "gold"),  # before the first of all
    ],
)
def test_a_downgrade_waits_for_the_review(as_of, last, value):
    assert decide(tiers(REVIEW), 10, as_of, "gold", last=last).values["tier"] == value


def test_the_next_review_is_told():
    assert why(decide(tiers(REVIEW), 10, "2026-04-02", "gold", last="2026-04-01")) == [(Hold.REVIEW, "2026-07-01")]
    assert why(decide(tiers(REVIEW), 10, "2025-12-31", "gold")) == [(Hold.REVIEW, "2026-01-01")]


def test_an_upgrade_does_not_wait_unless_it_is_said():
    assert decide(tiers(REVIEW), 100, "2026-04-02", "gold", last="2026-04-01").values["tier"] == "diamond"
    both = "upgrade: 复核时, downgrade: review, review: 每季度, review_anchor: 2026-01-01"
    assert decide(tiers(both), 100, "2026-04-02", "gold", last="2026-04-01").values["tier"] == "gold"


def test_every_reason_to_wait_is_told():
    decision = decide(
        tiers(REVIEW + ", grace: P30D, minimum_tenure: P120D"), 10, "2026-04-02", "gold", last="2026-04-01"
    )
    assert why(decision) == [(Hold.REVIEW, "2026-07-01"), (Hold.GRACE, "2026-05-02"), (Hold.TENURE, "2026-05-01")]


PIN = "pin: pinned_tier, pin_until: pinned_until"


def test_a_pin_comes_before_the_rows():
    pinned = {"pinned_tier": "钻石", "pinned_until": "2026-04-01"}
    decision = decide(tiers(PIN), 10, "2026-03-31", "gold", **pinned)
    found = moved(decision)
    assert (found.value, found.proposed, found.change) == ("diamond", "silver", Change.UPGRADE)
    assert found.held == (Held(Hold.PINNED, at("2026-04-01T00:00:00")),)
    assert decide(tiers(PIN), 10, "2026-04-01", "diamond", **pinned).values["tier"] == "silver"
    assert decide(tiers(PIN), 10, "2026-04-01", "diamond", pinned_tier="diamond").values["tier"] == "diamond"


def test_a_pin_that_is_no_value_is_a_warning_and_does_not_count():
    decision = decide(tiers(PIN), 60, "2026-03-02", "gold", pinned_tier="platinum")
    assert decision.values["tier"] == "gold"
    assert [each.code for each in decision.warnings] == ["P405"]


def test_a_call_for_less_ages_under_a_pin():
    found = moved(
        decide(tiers(PIN + ", grace: P30D"), 10, "2026-03-15", "gold", pending="2026-03-01", pinned_tier="gold")
    )
    assert found.pending_since == at("2026-03-01")


def test_without_a_row_the_value_stays():
    found = moved(decide(tiers(), None, "2026-03-02", "gold", pending="2026-03-01"))
    assert (found.value, found.proposed, found.held) == ("gold", None, (Held(Hold.NO_PROPOSAL),))
    assert found.pending_since is None
    assert moved(decide(tiers(), None, "2026-03-02")).value is None


def test_a_previous_value_that_is_none_any_more():
    """P718 says so."""
    decision = decide(tiers("grace: P30D"), 60, "2026-03-02", "platinum")
    assert decision.values["tier"] == "gold"
    assert [each.message() for each in decision.warnings] == [
        "customer C1 had 'platinum' as 'tier', which is no value of it any more; the proposed value is taken"
    ]


def test_without_history_the_proposal_is_taken_and_that_is_said_once():
    compiled = tiers("grace: P30D")
    decision = compiled.decide({"id": "C1", "spent": 10}, as_of="2026-03-02")
    assert decision.values["tier"] == "silver"
    assert [(each.code, each.severity.value) for each in decision.warnings] == [("P717", "note")]
    plan = compiled.plan([{"id": str(n), "spent": n} for n in range(9)], as_of="2026-03-02")
    assert [each.code for each in plan.warnings] == ["P717"]
    assert compiled.plan([], as_of="2026-03-02", histories={}).warnings == ()


def test_a_wait_beyond_the_calendar_has_no_end():
    decision = decide(tiers("grace: P999999999999D, minimum_tenure: P1000000000Y"), 10, "2026-03-02", "gold")
    assert why(decision) == [(Hold.GRACE, ""), (Hold.TENURE, "")]


def test_since_when_a_value_holds_may_be_asked():
    assert decide(tiers(), 60, "2026-03-02", "gold", "2026-02-20").values["held_days"] == 10
    assert decide(tiers(), 60, "2026-03-02").values["held_days"] is None


# --- telling it -----------------------------------------------------------------------------------------------------

TOLD = (
    "{notify_task: 等级通知, notify_channel: 微信, notify_role: manager, "
    "notify_content: '{{ name }}：{{ previous_value }}→{{ new_value }}（{{ change }}，{{ reason }}）'}"
)


def planned(settings: str, spent: int, previous: str | None, **facts: object) -> ActionPlan:
    compiled = rules(TIERS.replace("{SETTINGS}", settings))
    histories: Mapping[str, History] = {
        "C1": History({"tier": previous} if previous else {}, since={"tier": at("2026-01-01")})
    }
    record = {"id": "C1", "name": "张三", "spent": spent, **facts}
    return compiled.plan([record], as_of=at("2026-03-02"), histories=histories)


def test_a_change_is_told_with_its_reason():
    (action,) = planned(TOLD, 100, "gold").actions
    assert (action.task, action.channel, action.owner, action.is_queue) == ("等级通知", "微信", "manager", True)
    assert action.content == "张三：金→钻石（升等，T1: 年消费满100）"
    assert (action.decision, action.rule, action.kind.value, action.purpose) == (
        "tiers",
        "T1",
        "classification",
        "service",
    )
    assert (action.due, action.basis) == (at("2026-03-02"), {"spent": 100, "previous.tier": "gold"})
    assert planned(TOLD, 10, "gold").actions[0].content == "张三：金→银（降等，T4）"


def test_a_pinned_change_is_told_too():
    told = TOLD.replace("{notify", "{pin: pinned_tier, notify", 1)
    (action,) = planned(told, 10, "gold", pinned_tier="diamond").actions
    assert (action.rule, action.content) == ("tiers.pin", "张三：金→钻石（升等，tiers.pin）")


def test_what_does_not_change_is_not_told():
    assert planned(TOLD, 60, "gold").actions == ()
    assert planned(TOLD, 60, None).actions == ()
    assert planned("{upgrade: now}", 100, "gold").actions == ()


def test_the_key_names_the_change():
    first, again = planned(TOLD, 100, "gold").actions[0], planned(TOLD, 100, "gold").actions[0]
    other = planned(TOLD, 10, "gold").actions[0]
    assert first.key == again.key != other.key


# --- mistakes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("upgrade: later", "P713: `upgrade` is now or review, found later"),
        ("upgrade: reveiw, grace: P1D", "P713: `upgrade` is now or review, found reveiw; did you mean review?"),
        ("downgrade: review", "P714: `downgrade: review` needs to know when: review, review_anchor is missing"),
        ("downgrade: review, review: 每季度", "P714: `downgrade: review` needs to know when: review_anchor is missing"),
        ("review: 每季度", "P715: `review` has no effect: neither `upgrade` nor `downgrade` is review"),
        ("pin_until: pinned_until", "P715: `pin_until` has no effect: there is no `pin`"),
        ("upgrade: review, review: 每季度, review_anchor: soon",
         "P716: `review_anchor` is a date such as 2026-01-01, found soon"),
        ("upgrade: review, review: sometimes, review_anchor: 2026-01-01",
         "P301: 'sometimes' is no frequency; expected for instance 每周1次, 每两周1次, weekly, every 2-3 days, P2W"),
        ("grace: long", "P302: 'long' is no duration; expected for instance 24h, 48小时, 3天, P3D, 提前30天"),
        ("minimum_tenure: -P1D", "P308: a time allowed cannot be negative, found -P1D"),
        ("pin: spent", "F136: this gives number; string is expected"),
        ("notify_role: manger",
         "P303: 'manger' is no role of the rule set; roles: manager; did you mean manager?"),
        ("notify_content: '{{ previus_value }}'",
         "P311: the placeholder 'previus_value' names nothing of the customer; did you mean previous_value?"),
        ("pin: 'if tier = \"gold\" then \"gold\" else null'",
         "P103: these need each other, so none can come first: tiers → tiers (rules.yaml:22:3)"),
    ],
)  # fmt: skip
def test_mistakes_in_settings(settings, expected):
    lines = [line.partition("error ")[2] for line in problems(TIERS.replace("SETTINGS", settings))]
    assert lines == [expected]


def test_a_notification_may_name_what_other_texts_may_not():
    text = TIERS.replace("{SETTINGS}", TOLD) + (
        "  greet:\n    kind: cadence\n    inputs: []\n    outputs: [every, task, anchor, content]\n"
        "    rules: [{id: G1, then: {every: weekly, task: x, anchor: as_of, content: '{{ new_value }}'}}]\n"
    )
    assert ["P311" in line for line in problems(text)] == [True]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("outputs: [tier]", "outputs: [tier, name]",
         "P711: the settings grace move one value up and down: the table needs one output of type string with `values`, "
         "highest first; found 2 outputs: tier, name"),
        ("outputs: [tier]\n    hit_policy: F", "outputs: [name]\n    hit_policy: F",
         "P711: the settings grace move one value up and down: the table needs one output of type string with `values`, "
         "highest first; found name with 0 values"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_move(old, new, expected):
    text = TIERS.replace("SETTINGS", "grace: P30D").replace(old, new)
    text = text.replace("held_days: {type: number, formula: '(as_of - since.tier) / P1D'}", "x: {type: number}")
    if "[name]" in new:
        text = text.replace("{tier:", "{name:").replace("previous.tier", "spent + 1").replace('"diamond"', "1")
    assert expected in [line.partition("error ")[2] for line in problems(text)]


def test_a_list_of_hits_cannot_move():
    text = (
        "crmrules: 1\nname: t\nvocabulary:\n  customer:\n    a: {type: number}\n"
        "    tags: {type: list<string>, values: [x, y]}\n"
        "decisions:\n  t:\n    kind: classification\n    hit_policy: C\n    settings: {grace: P30D}\n"
        "    inputs: [a]\n    outputs: [tags]\n    rules: [{id: R1, when: {a: 1}, then: {tags: x}}]\n"
    )
    assert [line.partition("error ")[2] for line in problems(text)] == [
        "P711: the settings grace move one value up and down: the table needs one output of type string with `values`, "
        "highest first; found tags of type list<string>",
        "P712: hit policy C gives no single value that could move up and down; expected U, A, P or F",
    ]
