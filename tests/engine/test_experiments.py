"""Pilot and control: a draw that hangs on the id and the salt alone, and stays as the share grows."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.engine.experiments import is_pilot, place_of
from crmrules.model.decision import FactTrace
from crmrules.model.records import Dataset, Record
from tests.engine.helpers import facts, problems, rules

AS_OF = "2026-03-02"
FACTS = facts(
    "rfm: {type: string, values: [core, potential, dormant]}",
    "orders_90d: {type: number}",
    "arm: {label: {zh: 试点组}, type: string, values: [{value: pilot, label: {zh: 试点}}, {value: control, label: {zh: 对照}}]}",
)
TRIAL = FACTS + (
    "experiments:\n"
    "  points_trial:\n"
    "    label: {en: Points scheme, zh: 积分试点}\n"
    '    scope: rfm = "potential"\n'
    "    share: 20%\n"
    "    salt: 2026-points\n"
    "    fact: 试点组\n"
    "    arms: [试点, control]\n"
)


def test_the_place_of_an_id_is_a_published_hash():
    digest = sha256(b"2026-points\x00C1").hexdigest()
    assert place_of("2026-points", "C1") == int(digest[:16], 16)


def test_the_border_itself_is_control():
    place = place_of("s", "C1")
    assert not is_pilot("s", "C1", Fraction(place, 2**64))
    assert is_pilot("s", "C1", Fraction(place + 1, 2**64))


@given(st.text(), st.text(), st.fractions(0, 1), st.fractions(0, 1))
def test_a_growing_share_never_moves_a_pilot_to_control(salt, customer, one, other):
    small, large = sorted((one, other))
    assert is_pilot(salt, customer, large) or not is_pilot(salt, customer, small)


def test_the_share_is_met_by_a_hundred_thousand_ids():
    for share in (Fraction(1, 20), Fraction(1, 5), Fraction(1, 2)):
        pilots = sum(is_pilot("2026-points", f"C{n:06d}", share) for n in range(100_000))
        assert abs(pilots / 100_000 - share) < 0.005  # four standard deviations at one half


def test_two_salts_draw_independently():
    both = Counter(
        (is_pilot("a", str(n), Fraction(1, 2)), is_pilot("b", str(n), Fraction(1, 2))) for n in range(20_000)
    )
    assert all(abs(count / 20_000 - 0.25) < 0.015 for count in both.values()) and len(both) == 4


def test_arms_inside_the_scope_and_none_outside():
    compiled = rules(TRIAL)
    decisions = {
        rfm: [compiled.decide({"id": f"C{n}", "rfm": rfm}, as_of=AS_OF) for n in range(50)]
        for rfm in ("potential", "core", None)
    }
    arms = [decision.values["arm"] for decision in decisions["potential"]]
    assert arms == ["pilot" if is_pilot("2026-points", f"C{n}", Fraction(1, 5)) else "control" for n in range(50)]
    assert {decision.values["arm"] for decision in decisions["core"]} == {None}
    assert {decision.values["arm"] for decision in decisions[None]} == {None}
    assert {decision.unknown for decision in decisions[None]} == {frozenset({"rfm"})}
    assert {decision.unknown for decision in decisions["core"]} == {frozenset()}


def test_without_a_scope_everybody_takes_part():
    compiled = rules(TRIAL.replace('    scope: rfm = "potential"\n', ""))
    assert compiled.decide({"id": "C1"}, as_of=AS_OF).values["arm"] in ("pilot", "control")


def test_neither_order_nor_company_nor_day_matters():
    compiled = rules(TRIAL)
    records = [{"id": f"C{n}", "rfm": "potential"} for n in range(60)]

    def arms(given: list[dict[str, str]], day: str) -> dict[str, object]:
        return {each["id"]: compiled.decide(each, as_of=day).values["arm"] for each in given}

    shuffled = records[:30]
    random.Random(7).shuffle(shuffled)
    assert arms(shuffled, "2027-01-01") == {each["id"]: arms(records, AS_OF)[each["id"]] for each in shuffled}


def test_the_arm_is_a_fact_for_tables_and_kpis():
    text = TRIAL + (
        "decisions:\n"
        "  offer:\n    kind: cadence\n    inputs: [arm]\n    outputs: [every, task, anchor]\n"
        "    rules: [{id: O1, when: {arm: 试点}, then: {every: 每月1次, task: 积分, anchor: as_of}}]\n"
        "kpis:\n"
        '  repurchase:\n    type: ratio\n    where: rfm = "potential"\n    numerator: orders_90d >= 1\n    group_by: [arm]\n'
    )
    compiled = rules(text)
    records = [Record(f"C{n}", {"rfm": "potential", "orders_90d": n % 2}) for n in range(40)]
    plan = compiled.plan(Dataset(records), as_of=AS_OF, horizon="P40D")
    pilots = {r.id for r in records if is_pilot("2026-points", r.id, Fraction(1, 5))}
    assert {action.customer for action in plan.actions} == pilots
    assert plan.distribution["arm"] == {"pilot": len(pilots), "control": 40 - len(pilots)}
    by_arm = {kpi.group["arm"]: kpi.n for kpi in plan.kpis if kpi.group}
    assert by_arm == plan.distribution["arm"]


def test_the_trace_names_the_experiment():
    decision = rules(TRIAL).decide({"id": "C1", "rfm": "potential"}, as_of=AS_OF, trace=True)
    assert decision.trace is not None
    (step,) = decision.trace.steps
    assert isinstance(step, FactTrace)
    assert (step.name, step.experiment, step.formula) == ("arm", "points_trial", 'rfm = "potential"')
    assert dict(step.reads) == {"rfm": "potential"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("share: 20%", "share: 0", "P731: the share of an experiment lies between 0 and 1, such as 20%, found 0"),
        ("share: 20%", "share: 100%", "P731: the share of an experiment lies between 0 and 1, such as 20%, found 100%"),
        ("share: 20%", "share: 20", "P731: the share of an experiment lies between 0 and 1, such as 20%, found 20"),
        ("share: 20%", "share: orders_90d", 'F120: unknown name "orders_90d"'),
        ("salt: 2026-points", "salt: ''",
         "P732: the experiment has no salt; any text will do, another one for each experiment"),
        ("[试点, control]", "[试点, pilot]", "P733: an experiment has two different arms, found pilot"),
        ("[试点, control]", "[pilot, contrl]",
         "P201: 'contrl' is no word of 'arm'; allowed: pilot, control; did you mean control?"),
        ("fact: 试点组", "fact: orders_90d",
         "P734: the arms of experiment 'points_trial' are words, but fact 'orders_90d' is declared as number; expected "
         "string"),
        ("fact: 试点组", "fact: amr", "V111: unknown fact `amr` of customer; did you mean arm?"),
        ('rfm = "potential"', "orders_90d", "F136: this gives number; boolean is expected"),
        ('rfm = "potential"', 'arm = "pilot"',
         "P103: these need each other, so none can come first: arm → arm (rules.yaml:10:3)"),
        ("    salt: 2026-points\n", "", "R204: `salt` is missing"),
    ],
)  # fmt: skip
def test_mistakes(old, new, expected):
    assert expected in [line.partition("error ")[2] for line in problems(TRIAL.replace(old, new))]


def test_two_experiments_with_one_salt_draw_the_same_pilots():
    other = TRIAL[TRIAL.index("  points_trial:") :].replace("points_trial", "gift_trial").replace("试点组", "gift_arm")
    text = TRIAL.replace("experiments:", "    gift_arm: {type: string}\nexperiments:") + other
    assert problems(text) == [
        "rules.yaml:22:11: warning P735: the experiments points_trial, gift_trial share one salt, so their pilots are the "
        "same customers; give each its own"
    ]


def test_a_fact_has_one_origin():
    text = TRIAL + (
        "decisions:\n  t:\n    kind: classification\n    inputs: [rfm]\n    outputs: [arm]\n"
        "    rules: [{id: T1, then: {arm: pilot}}]\n"
    )
    assert problems(text) == [
        "rules.yaml:10:3: error V106: `arm` is a result of two decisions, t and points_trial; a fact is decided once"
    ]
