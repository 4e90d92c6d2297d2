"""Consent by channel and purpose, blocked purposes, snooze: what is withheld, by which cell, and what stays."""

from __future__ import annotations

import pytest

from crmrules.model.plan import ActionPlan
from crmrules.review.wording import wording
from tests.engine.helpers import shown
from tests.engine.planning.world import customer, done, held, plan, reach

CONSENT = reach("consent: consents")


def with_consents(*entries: tuple[str | None, str | None, str, str | None]) -> ActionPlan:
    rows = [{"channel": c, "purpose": p, "state": s, "at": at} for c, p, s, at in entries]
    return plan(CONSENT, customer(consents=rows))


def test_nothing_said_is_nothing_refused() -> None:
    assert held(with_consents()) == {}
    assert done(with_consents()) == ["CALL", "NEWS", "MEMO", "HELP"]


def test_a_stop_on_one_channel_stops_marketing_there_and_nothing_else() -> None:
    made = with_consents(("wechat", None, "stop", "2026-03-02T09:00:00"))
    assert held(made) == {"NEWS": "opted_out"}
    assert done(made) == ["CALL", "MEMO", "HELP"]
    (item,) = made.withheld
    assert str(item.place).endswith("rules.yaml:5:12")
    assert {name: str(value)[:16] for name, value in item.details.items()} == {
        "channel": "wechat", "purpose": "marketing", "at": "2026-03-02T09:00",
    }  # fmt: skip
    assert (
        wording("en", CONSENT.ruleset).held(item)
        == "the customer opted out of Marketing by WeChat, on 2026-03-02 09:00"
    )
    assert wording("zh", CONSENT.ruleset).held(item) == "客户已退订：微信的营销联系、于 2026-03-02 09:00"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # what a refusal covers
        ([("wechat", "service", "opted_out", None)], ["HELP"]),
        ([("微信", "营销", "退订", None)], ["NEWS"]),
        ([("wechat", "all", "opted_out", None)], ["HELP", "NEWS"]),
        ([(None, None, "opted_out", None)], ["CALL", "NEWS"]),
        ([(None, "all", "opted_out", None)], ["CALL", "HELP", "NEWS"]),
        # it is not known before it was said
        ([("wechat", None, "opted_out", "2026-03-02T09:00:01")], []),
        # later entries, in any order of the rows
        ([("wechat", None, "opted_out", "2026-01-01T00:00:00"), ("wechat", None, "opted_in", "2026-02-01T00:00:00")], []),
        ([("wechat", None, "opted_in", "2026-02-01T00:00:00"), ("wechat", None, "opted_out", "2026-01-01T00:00:00")], []),
        ([("wechat", None, "opted_in", "2026-01-01T00:00:00"), ("wechat", None, "opted_out", "2026-02-01T00:00:00")], ["NEWS"]),
        # at the same moment the refusal counts
        ([("wechat", None, "opted_in", "2026-01-01T00:00:00"), ("wechat", None, "opted_out", "2026-01-01T00:00:00")], ["NEWS"]),
        # one channel may be opened again, a general consent does not open a channel that was closed
        ([(None, None, "opted_out", "2026-01-01T00:00:00"), ("phone", None, "opted_in", "2026-02-01T00:00:00")], ["NEWS"]),
        ([("phone", None, "opted_out", "2026-01-01T00:00:00"), (None, None, "opted_in", "2026-02-01T00:00:00")], ["CALL"]),
    ],
)  # fmt: skip
def test_entries(entries: list[tuple[str | None, str | None, str, str | None]], expected: list[str]) -> None:
    made = with_consents(*entries)
    assert sorted(held(made)) == expected
    assert not made.warnings


def test_contexts_of_the_rule_set_itself() -> None:
    compiled = reach("""consent: '[{channel: "wechat", purpose: "marketing", state: "opted_out"}]'""")
    assert held(plan(compiled, customer())) == {"NEWS": "opted_out"}


def test_what_is_not_understood_counts_as_refused_and_is_told() -> None:
    made = with_consents(("wechta", None, "opted_out", None))
    assert sorted(held(made)) == ["CALL", "NEWS"]
    assert [shown(i) for i in made.warnings] == [
        "rules.yaml:5:12: warning P530: customer C1: 'wechta' in a consent is not understood; it counts as refused; "
        "did you mean wechat?"
    ]
    made = with_consents(("wechat", None, "opted_uot", None))
    assert sorted(held(made)) == ["NEWS"]
    assert [i.params["nearest"] for i in made.warnings] == ["opted_out"]


def test_blocked_purposes() -> None:
    made = plan(reach("blocked_purposes: '[\"营销\"]'"), customer())
    assert held(made) == {"CALL": "blocked_purpose", "NEWS": "blocked_purpose"}
    assert made.withheld[0].details == {"purpose": "marketing"}
    assert wording("en").held(made.withheld[0]) == "the customer refused the purpose Marketing"


def test_a_consent_that_cannot_be_worked_out_withholds_all_but_internal_work() -> None:
    made = plan(
        reach("""consent: '[{channel: string(1 / count(consents)), state: "opted_in"}]'"""), customer(consents=[])
    )
    assert sorted(held(made)) == ["CALL", "HELP", "NEWS"]


@pytest.mark.parametrize(
    ("until", "expected"), [("2026-03-02", []), ("2026-03-03", ["CALL", "HELP", "NEWS"]), (None, [])]
)
def test_snooze(until: str | None, expected: list[str]) -> None:
    made = plan(reach("snooze_until: snoozed"), customer(snoozed=until))
    assert sorted(held(made)) == expected
    assert set(held(made).values()) <= {"snoozed"}
    if expected:
        assert wording("en").held(made.withheld[0]) == (
            "the customer asked to be left alone for now, free from 2026-03-03 00:00"
        )


def test_what_is_due_after_the_snooze_is_planned() -> None:
    compiled = reach("snooze_until: snoozed", "horizon: P30D")
    touched = customer(last_touch_at="2026-03-01T09:00:00")
    assert held(plan(compiled, {**touched, "snoozed": "2026-03-08"})) == {}
    assert sorted(held(plan(compiled, {**touched, "snoozed": "2026-03-09"}))) == ["CALL", "HELP", "NEWS"]


def test_a_snooze_that_is_no_date_is_told_and_kept() -> None:
    made = plan(reach("snooze_until: 'get value(consents[1], \"state\")'"), customer(consents=[{"state": "soon"}]))
    assert sorted(held(made)) == ["CALL", "HELP", "NEWS"]
    assert [i.code for i in made.warnings] == ["P531"]
