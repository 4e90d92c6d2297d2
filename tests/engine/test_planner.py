"""Plans: who does what, what is withheld and why, keys that stay, and the same bytes twice."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from crmrules.engine.planning.keys import action_key
from crmrules.model.decision import Episode, History
from crmrules.model.errors import PlanError
from crmrules.model.plan import ActionPlan
from crmrules.model.ports import Registry
from crmrules.model.records import Dataset
from crmrules.model.values import DateTime
from tests.engine.helpers import MINIMAL, edited, facts, rules, shown

AS_OF = "2026-03-02T09:00:00"
CUSTOMER = {
    "id": "C1", "name": "甲公司", "annual_amount": 600000, "owner": "林晓", "satisfaction": 65,
    "interactions": [{"occurred_at": "2026-02-20T10:00:00"}],
}  # fmt: skip


def plan_of(*records: dict[str, object], text: str = MINIMAL, **options: object) -> ActionPlan:
    return rules(text).plan(records, as_of=AS_OF, **options)  # type: ignore[arg-type]


def lines(plan: ActionPlan) -> list[tuple[str, str, str, str]]:
    return [(a.customer, a.rule, a.status.value, str(a.due)[:16]) for a in plan.actions]


def test_an_action_in_full() -> None:
    action = plan_of(CUSTOMER).actions[0]
    assert (action.customer, action.customer_name, action.task, action.channel) == ("C1", "甲公司", "回访", "phone")
    assert (action.owner, action.owner_role, action.is_queue) == ("林晓", "account_manager", False)
    assert (action.content, action.priority, action.purpose) == ("甲公司：了解近况", 3, "marketing")
    assert (action.kind, action.decision, action.rule) == ("cadence", "follow_up", "FU1")
    assert str(action.place).endswith("rules.yaml:66:9")
    assert {name: str(value) for name, value in action.basis.items()} == {
        "value_tier": "high", "last_touch_at": "2026-02-20T10:00:00@Asia/Shanghai",
    }  # fmt: skip
    assert action.ruleset == "minimal"
    assert action.fingerprint == rules().fingerprint
    assert action.key == action_key("minimal", "FU1", "C1", "2026-02-20", 0)


def test_sorted_and_within_the_horizon() -> None:
    other = {**CUSTOMER, "id": "C0", "satisfaction": None, "annual_amount": 5}
    week = [
        ("C1", "FU1", "overdue", "2026-02-27T10:00"),
        ("C1", "UH1", "due", "2026-03-02T09:00"),
        ("C1", "UH2", "upcoming", "2026-03-04T09:00"),
    ]
    assert lines(plan_of(CUSTOMER, other)) == week
    assert str(plan_of().until) == "2026-03-09T09:00:00@Asia/Shanghai"
    assert lines(plan_of(CUSTOMER, other, horizon="P1D")) == week[:2]
    assert lines(plan_of(CUSTOMER, other, horizon="P1M"))[3:] == [("C0", "FU2", "upcoming", "2026-03-20T10:00")]
    assert lines(plan_of(CUSTOMER, other, text=edited(("  horizon: P7D ", "  # ")))) == week[:2]
    assert str(plan_of(text=edited(("  horizon: P7D ", "  # "))).until) == "2026-03-03T00:00:00@Asia/Shanghai"


def test_ties_are_broken_by_priority_customer_and_key() -> None:
    both = [{**CUSTOMER, "id": who, "interactions": []} for who in ("C2", "C1")]
    assert [(a.customer, a.rule) for a in plan_of(*both).actions][:4] == [
        ("C1", "UH1"), ("C2", "UH1"), ("C1", "FU1"), ("C2", "FU1"),
    ]  # fmt: skip


def test_a_horizon_that_is_none() -> None:
    with pytest.raises(PlanError) as caught:
        plan_of(CUSTOMER, horizon="soon")
    assert [i.code for i in caught.value.issues] == ["P504"]


def test_nobody_named_is_a_queue() -> None:
    action = plan_of({**CUSTOMER, "owner": None}).actions[0]
    assert (action.owner, action.owner_role, action.is_queue) == ("account_manager", "account_manager", True)
    head = plan_of(CUSTOMER).actions[2]
    assert (head.owner, head.is_queue) == ("sales_head", True)


def test_do_not_contact_stops_all_but_internal_work() -> None:
    plan = plan_of({**CUSTOMER, "do_not_contact": True})
    assert [(w.action.rule, w.reason) for w in plan.withheld] == [("FU1", "do_not_contact")]
    assert [a.rule for a in plan.actions] == ["UH1", "UH2"]


@pytest.mark.parametrize("refused", [["phone"], ["电话"], ["email", "电话"]])
def test_refused_channels_in_any_spelling(refused: list[str]) -> None:
    plan = plan_of({**CUSTOMER, "refused_channels": refused})
    assert [(w.action.rule, w.reason) for w in plan.withheld] == [("FU1", "blocked_channel")]


def test_other_channels_are_open() -> None:
    assert plan_of({**CUSTOMER, "refused_channels": ["email"]}).withheld == ()


def test_a_policy_that_cannot_be_worked_out_withholds() -> None:
    text = edited(("do_not_contact: do_not_contact = true", "do_not_contact: 1 / (satisfaction - 65) > 1"))
    plan = plan_of(CUSTOMER, text=text)
    assert [(w.action.rule, w.reason) for w in plan.withheld] == [("FU1", "do_not_contact")]
    assert [shown(i) for i in plan.warnings] == [
        "rules.yaml:11:19: warning P503: customer C1: it cannot be told whether '1 / (satisfaction - 65) > 1' holds: "
        "division by zero; the customer's actions are withheld"
    ]
    text = edited(("blocked_channels: refused_channels", "blocked_channels: '[string(1 / (satisfaction - 65))]'"))
    assert [w.reason for w in plan_of(CUSTOMER, text=text).withheld] == ["blocked_channel"]


def test_suppressed_actions_are_withheld() -> None:
    text = edited(
        ("settings: {anchor: last_touch_at,", "settings: {suppress: satisfaction < 70, anchor: last_touch_at,")
    )
    assert [(w.action.rule, w.reason) for w in plan_of(CUSTOMER, text=text).withheld] == [("FU1", "suppress")]


def test_keys_stay_while_the_period_does() -> None:
    compiled = rules()
    first = compiled.plan([CUSTOMER], as_of="2026-03-02", horizon="P1M")
    later = compiled.plan([CUSTOMER], as_of="2026-03-03", horizon="P1M")
    cadence = [[a.key for a in p.actions if a.kind == "cadence"] for p in (first, later)]
    assert cadence[0] == cadence[1]
    moved = compiled.plan([{**CUSTOMER, "interactions": [{"occurred_at": "2026-02-21T10:00:00"}]}], as_of="2026-03-03")
    assert cadence[0][0] not in [a.key for a in moved.actions]
    assert len({a.key for a in first.actions}) == len(first.actions)


def test_keys_of_an_episode_stay_with_its_history() -> None:
    compiled = rules()
    opened = DateTime.parse("2026-03-01T08:00:00@Asia/Shanghai")
    assert opened is not None
    history = {"C1": History(episodes={"low_satisfaction": Episode("low_satisfaction", opened)})}
    plans = [compiled.plan([CUSTOMER], as_of=day, histories=history) for day in ("2026-03-02", "2026-03-05")]
    keys = [{a.rule: a.key for a in p.actions if a.kind == "escalation"} for p in plans]
    assert (
        keys[0]
        == keys[1]
        == {
            "UH1": action_key("minimal", "UH1", "C1", "2026-03-01T08:00:00@Asia/Shanghai", 1),
            "UH2": action_key("minimal", "UH2", "C1", "2026-03-01T08:00:00@Asia/Shanghai", 2),
        }
    )


def test_the_key_is_what_it_was() -> None:
    assert action_key("minimal", "FU1", "C1", "2026-02-20", 0) == "f0f444eeaf117c7c6867"
    assert action_key("a", "b,c", "d", "", 0) != action_key("a", "b", "c,d", "", 0)


def test_distribution_and_unknown() -> None:
    records: list[dict[str, object]] = [{"id": f"C{n}", "annual_amount": n * 100000} for n in range(6)]
    plan = plan_of(*records, {"id": "X"}, {"id": "Y"})
    assert plan.customers == 8
    assert plan.distribution == {"value_tier": {"high": 1, "mid": 4, "low": 1, "": 2}}
    assert list(plan.distribution["value_tier"]) == ["high", "mid", "low", ""]
    assert plan.unknown == {"annual_amount": 2, "satisfaction": 8, "value_tier": 2}


def test_tags_are_counted_one_by_one() -> None:
    text = facts("n: {type: number}", "tags: {type: list<string>, values: [b, a]}") + (
        "decisions:\n  t:\n    kind: classification\n    hit_policy: C\n    inputs: [n]\n    outputs: [tags]\n    rules:\n"
        "      - {id: A, when: {n: '> 1'}, then: {tags: a}}\n      - {id: B, when: {n: '> 2'}, then: {tags: b}}\n"
    )
    plan = rules(text).plan([{"id": str(n), "n": n} for n in range(5)], as_of=AS_OF)
    assert plan.distribution == {"tags": {"b": 2, "a": 3, "": 2}}


def test_warnings_are_capped_and_counted() -> None:
    text = facts("n: {type: number}", "share: {type: number, formula: 100 / n}")
    plan = rules(text).plan([{"id": f"C{i}", "n": 0} for i in range(100)], as_of=AS_OF)
    assert [shown(i) for i in plan.warnings] == [
        *(
            f"rules.yaml:7:36: warning P401: customer C{i}: '100 / n' could not be evaluated: division by zero"
            for i in range(3)
        ),
        "rules.yaml:7:36: warning P502: the same (P401) for 97 more, among them C3, C4, C5, C6, C7",
    ]


def test_a_text_that_cannot_be_filled_in_stays_as_written() -> None:
    plan = plan_of(CUSTOMER, text=edited(("{{ name }}：了解近况", "{{ name | money }}")))
    assert plan.actions[0].content == "{{ name | money }}"
    assert [shown(i) for i in plan.warnings] == [
        "rules.yaml:66:9: warning P501: customer C1: the text '{{ name | money }}' could not be filled in: "
        "TypeError: 甲公司 is no number"
    ]


def test_texts_name_facts_labels_parameters_and_defaults() -> None:
    text = edited(
        (
            "{{ name }}：了解近况",
            "{{ 客户名称 }} {{ value_tier }} {{ high_value | number }} {{ as_of | date }} {{ owner }}",
        )
    )
    action = plan_of({**CUSTOMER, "owner": None}, text=text).actions[0]
    assert action.content == "甲公司 高 500,000 2026-03-02 —"


def test_the_same_input_gives_the_same_plan() -> None:
    records = [{**CUSTOMER, "id": f"C{i}", "satisfaction": 60 + i, "annual_amount": i * 90000} for i in range(20)]
    compiled = rules()
    again = pickle.loads(pickle.dumps(compiled))  # compiled anew
    first, second = compiled.plan(records, as_of=AS_OF), again.plan(records, as_of=AS_OF)
    assert repr(first) == repr(second)
    shuffled = compiled.plan(reversed(records), as_of=AS_OF)
    assert shuffled.actions == first.actions
    assert shuffled.distribution == first.distribution


def test_records_are_not_kept() -> None:
    def stream() -> object:
        for number in range(3):
            yield {**CUSTOMER, "id": f"C{number}"}

    assert rules().plan(stream(), as_of=AS_OF).customers == 3  # type: ignore[arg-type]


def test_filters_of_plugins_change_the_plan() -> None:
    def only_first(plan: ActionPlan) -> ActionPlan:
        return replace(plan, actions=plan.actions[:1])

    compiled = replace(rules(), registry=Registry(plan_filters=(only_first,)))
    assert [a.rule for a in compiled.plan([CUSTOMER], as_of=AS_OF).actions] == ["FU1"]


def test_kpis_come_with_a_dataset() -> None:
    compiled = rules()
    orders = [{"placed_at": "2026-01-05"}, {"placed_at": "2026-02-05"}]
    from crmrules.engine.records import to_record

    customers = [to_record(compiled, {**CUSTOMER, "id": f"C{n}", "orders": orders[:n]})[0] for n in range(3)]
    dataset = Dataset(customers, {"customer": [c.fields for c in customers]})
    plan = compiled.plan(dataset, as_of=AS_OF)
    assert [(k.kpi, str(k.value), k.n) for k in plan.kpis if not k.group] == [("repeat_share", "0.5", 2)]
    assert plan.kpis == compiled.kpis(dataset, as_of=AS_OF)
    assert compiled.plan(dataset, as_of=AS_OF, kpis=False).kpis == ()
    assert compiled.plan(customers, as_of=AS_OF).kpis == ()
