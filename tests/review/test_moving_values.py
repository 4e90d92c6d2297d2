"""What explanations and plans say of populations, values that move, and experiments."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest

from crmrules.model.decision import History, Pending
from crmrules.model.records import Dataset, Record
from crmrules.model.values import DateTime
from crmrules.review.diff import diff_rulesets
from crmrules.review.diff import render_text as diff_text
from crmrules.review.explain import explain, render_text, to_json
from crmrules.review.json_text import dumps
from crmrules.review.output import render_plan
from tests.engine.helpers import rules

RULES_TEXT = """\
crmrules: 1
name: loyalty
time_zone: Asia/Shanghai
vocabulary:
  customer:
    spent: {label: {en: Spent, zh: 消费}, type: number, unit: CNY}
    pinned: {type: string}
    top: {label: {en: Top, zh: 头部}, type: boolean, formula: 'top share(spent, 20%)'}
    third: {label: {en: Third, zh: 分档}, type: number, formula: 'quantile(spent, 3, spent > 0)'}
    tier: {label: {en: Tier, zh: 等级}, type: string, values: [{value: gold, label: {en: Gold, zh: 金}}, {value: silver, label: {en: Silver, zh: 银}}]}
    arm: {label: {en: Arm, zh: 组别}, type: string, values: [pilot, control]}
experiments:
  trial: {label: {en: Points, zh: 积分}, share: 50%, salt: x, fact: arm, arms: [pilot, control]}
decisions:
  tiers:
    kind: classification
    label: {en: Tiers, zh: 定级}
    settings: {grace: P30D, minimum_tenure: P90D, pin: pinned, notify_task: told}
    inputs: [third]
    outputs: [tier]
    rules:
      - {id: T1, when: {third: 3}, then: {tier: gold}}
      - {id: T2, when: {third: "< 3"}, then: {tier: silver}}
"""
RULES = rules(RULES_TEXT)
DATA = Dataset([Record(f"C{n}", {"spent": n * 100_000}) for n in range(10)])
AS_OF = "2026-03-02T09:00"


def at(text: str) -> DateTime:
    found = DateTime.parse(f"{text}T09:00:00@Asia/Shanghai")
    assert found is not None
    return found


WAITING = History(
    {"tier": "gold"}, since={"tier": at("2026-01-05")}, pending={"tier": Pending("silver", at("2026-02-10"))}
)


def test_a_tier_that_waits():
    text = render_text(explain(RULES, DATA.customers[4], AS_OF, WAITING, dataset=DATA), "en")
    place = "/rules.yaml:"
    assert [line.split("  (")[0] for line in text.splitlines() if place in line][:2] == ["  Top = no", "  Third = 2"]
    assert "    cut at 800,000 CNY: top 20% of 10 customers by Spent\n" in text
    assert "    cut at 300,000 CNY, 600,000 CNY: 3 parts of 9 customers by Spent, among spent > 0\n" in text
    assert "  Arm = Pilot\n" not in text
    assert "    experiment: Points\n" in text
    assert (
        "  stays Gold, since 2026-01-05 09:00\n"
        "  Silver is held back: it has not been called for long enough, until 2026-03-12 09:00\n"
        "  Silver is held back: the value has not been held long enough, until 2026-04-05 09:00\n"
        "  a lower value has been called for since 2026-02-10 09:00\n"
    ) in text


def test_the_same_in_chinese():
    text = render_text(explain(RULES, DATA.customers[4], AS_OF, WAITING, dataset=DATA), "zh")
    assert "    分界点 800,000 CNY：10 位客户按 消费 的前 20%\n" in text
    assert "    分界点 300,000 CNY、600,000 CNY：9 位客户按 消费 分成 3 份，限于 spent > 0\n" in text
    assert (
        "  保持 金（自 2026-01-05 09:00）\n"
        "  暂不调整为 银：宽限期未满（至 2026-03-12 09:00）\n"
        "  暂不调整为 银：最短保级期未满（至 2026-04-05 09:00）\n"
        "  自 2026-02-10 09:00 起应降等\n"
    ) in text


@pytest.mark.parametrize(
    ("record", "history", "expected"),
    [
        (DATA.customers[9], History(), "  no value before: Gold, since 2026-03-02 09:00\n"),
        (DATA.customers[9], History({"tier": "silver"}), "  upgrade from Silver to Gold, since 2026-03-02 09:00\n"),
        (
            Record("P", {"spent": 1, "pinned": "gold"}),
            WAITING,
            "  Silver is held back: somebody set the value by hand\n",
        ),
        (Record("N", {}), WAITING, "  — is held back: no row proposes a value\n"),
    ],
)
def test_what_became_of_a_value(record, history, expected):
    assert expected in render_text(explain(RULES, record, AS_OF, history, dataset=DATA), "en")


def test_a_change_is_told_with_its_moment():
    text = render_text(explain(RULES, DATA.customers[9], AS_OF, History({"tier": "silver"}), dataset=DATA), "en")
    assert "told" in text and "    changed 2026-03-02 09:00\n" in text


def test_without_the_others_nobody_is_compared():
    found = explain(RULES, DATA.customers[4], AS_OF)
    assert [each.code for each in found.decision.warnings] == ["P717", "P706", "P706"]


@pytest.mark.parametrize("history", [WAITING, History(), History({"tier": "silver"}, since={"tier": at("2026-01-05")})])
def test_json_keeps_to_its_published_shape(history):
    schema = json.loads(files("crmrules_schemas").joinpath("decision.schema.json").read_text("utf-8"))
    document = json.loads(dumps(to_json(explain(RULES, DATA.customers[4], AS_OF, history, dataset=DATA), "en")))
    assert [e.json_path + " " + e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    by_name = {step.get("name", step.get("decision")): step for step in document["steps"]}
    assert by_name["top"]["cuts"] == [
        {
            "fact": "top",
            "measure": "top share",
            "of": "spent",
            "part": 0.2,
            "among": "",
            "customers": 10,
            "points": [800000],
        }
    ]
    assert by_name["arm"]["experiment"] == "trial"
    assert by_name["tiers"]["transition"]["value"] in ("gold", "silver")


def test_a_plan_says_where_it_cut():
    plan = RULES.plan(DATA, as_of=AS_OF, histories={})
    document = json.loads(render_plan(plan, "json", "en", ruleset=RULES.ruleset))
    schema = json.loads(files("crmrules_schemas").joinpath("plan.schema.json").read_text("utf-8"))
    assert [e.json_path + " " + e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)] == []
    assert [(cut["fact"], cut["points"]) for cut in document["cut_points"]] == [
        ("top", [800000]), ("third", [300000, 600000]),
    ]  # fmt: skip
    text = render_plan(plan, "text", "en", ruleset=RULES.ruleset).decode()
    assert "Where the customers are cut\n  Top: cut at 800,000 CNY: top 20% of 10 customers by Spent\n" in text


def test_personal_points_are_masked():
    compiled = rules(
        "crmrules: 1\nname: t\nvocabulary:\n  customer:\n    income: {type: number, sensitivity: personal}\n"
        "    half: {type: number, formula: 'quantile(income, 2)'}\n"
    )
    plan = compiled.plan([{"id": str(n), "income": n} for n in range(4)], as_of=AS_OF)
    assert json.loads(render_plan(plan, "json", "en", ruleset=compiled.ruleset))["cut_points"][0]["points"] == ["***"]


def test_a_diff_compares_with_the_population_of_each_side():
    text = RULES_TEXT.replace("third: 3}", 'third: ">= 2"}').replace('"< 3"', '"< 2"')
    diff = diff_rulesets(RULES, rules(text), DATA, AS_OF)
    assert [(change.customer, change.old, change.new) for change in diff.facts if change.fact == "tier"] == [
        ("C4", "silver", "gold"), ("C5", "silver", "gold"), ("C6", "silver", "gold"),
    ]  # fmt: skip
    assert {stop.rule: stop.cell.value for stop in diff.facts[0].stops} == {"T2": 2}


def test_a_diff_of_a_growing_trial_moves_controls_to_the_pilot_alone():
    data = Dataset([Record(f"C{n}", {"spent": n}) for n in range(60)])
    diff = diff_rulesets(RULES, rules(RULES_TEXT.replace("share: 50%", "share: 80%")), data, AS_OF)
    moves = {(change.fact, change.old, change.new) for change in diff.facts}
    assert moves == {("arm", "control", "pilot")}
    assert 8 <= len(diff.facts) <= 28  # three tenths of sixty, within three standard deviations
    assert len(diff_text(diff, "en").splitlines()) > 3
