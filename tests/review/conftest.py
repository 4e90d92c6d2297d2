"""Hand-made plans: a small ordinary one, and one whose every text is hostile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crmrules.model.decision import TaskStatus
from crmrules.model.issues import issue
from crmrules.model.plan import Action, ActionPlan, KpiResult, Rating, Withheld
from crmrules.model.records import Dataset
from crmrules.model.ruleset import DecisionTable, HitPolicy, Kind, Kpi, KpiType, RuleSet
from crmrules.model.spans import Span
from crmrules.model.values import Date, DateTime
from crmrules.model.vocabulary import AllowedValue, Fact, Label, Role, Sensitivity, Vocabulary

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet

HOSTILE = [
    "=cmd()",
    "@SUM(A1)",
    "+1+cmd|' /C calc'!A0",
    "-5",
    "-5+6",
    "\t=1+1",
    "＝1+1",
    "#N/A",
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'">',
    "'; document.title='pwned'; '",
    "{{ 7 * 7 }}{% raw %}",
    "</style><script>document.title='pwned'</script>",
    "two\nlines\r\nthree",
    "a;=cmd(),b\\c",
    "\u202eexe.gnp",
    "bell\x07 and \x1b[31mescape\x00",
    "lone \ud800 surrogate",
    "长" * 13_000,  # 39 KB in UTF-8
    "",
]


def at(text: str) -> DateTime:
    moment = DateTime.parse(text + "@Asia/Shanghai")
    assert moment is not None
    return moment


def make_action(n: int, **changes: Any) -> Action:
    action = Action(
        key=f"demo/FU1/C{n:03d}/2026-03-02",
        customer=f"C{n:03d}",
        customer_name=f"客户{n}",
        kind=Kind.CADENCE,
        decision="follow_up",
        rule="FU1",
        place=Span("rules.xlsx", sheet="节奏", cell="B7"),
        task="回访",
        due=at("2026-03-02T18:00:00"),
        until=None,
        status=TaskStatus.DUE,
        channel="phone",
        owner="王芳",
        owner_role="account_manager",
        is_queue=False,
        priority=3,
        purpose="marketing",
        content=f"客户{n}：了解近况",
        basis={"value_tier": "high", "annual_amount": Decimal("620000.50"), "phone": "13800000001"},
        ruleset="demo",
        fingerprint="f" * 64,
    )
    return replace(action, **changes)


@pytest.fixture
def ruleset() -> RuleSet:
    """The rule set behind the plans: labels, a personal fact, a ratio."""
    tier = Fact(
        "value_tier",
        label=Label("Value tier", "价值等级"),
        values=(
            AllowedValue("high", Label("High", "高")),
            AllowedValue("mid", Label("Mid", "中")),
            AllowedValue("low", Label("Low", "低")),
        ),
    )
    facts = {
        "value_tier": tier,
        "annual_amount": Fact("annual_amount", type="number", label=Label("Annual amount", "年合作额"), unit="CNY"),
        "phone": Fact("phone", label=Label("Phone", "电话号码"), sensitivity=Sensitivity.PERSONAL),
        "satisfaction": Fact("satisfaction", type="number", label=Label("Satisfaction", "满意度")),
    }
    channel = Fact("channel", entity="action", values=(AllowedValue("phone", Label("Phone call", "电话")),))
    return RuleSet(
        "demo",
        vocabulary=Vocabulary({"customer": facts, "action": {"channel": channel}}),
        roles={
            "account_manager": Role("account_manager", Label("Account manager", "客户经理")),
            "sales_head": Role("sales_head", Label("Sales head", "销售负责人")),
        },
        decisions={
            "follow_up": DecisionTable(
                "follow_up", Kind.CADENCE, HitPolicy.UNIQUE, (), (), (), label=Label("Follow-up", "跟进")
            )
        },
        kpis={"repeat_share": Kpi("repeat_share", KpiType.RATIO)},
    )


@pytest.fixture
def plan() -> ActionPlan:
    """Four actions of two owners and a queue, one withheld, two KPIs, a warning."""
    actions = (
        make_action(1, status=TaskStatus.OVERDUE, due=at("2026-02-27T09:00:00"), start=at("2026-02-20T09:00:00")),
        make_action(
            2,
            kind=Kind.ESCALATION,
            rule="UH1",
            decision="unhappy",
            place=Span("rules.yaml", 41, 9),
            task="致电了解",
            due=at("2026-03-02T12:00:00"),
            until=at("2026-03-03T12:00:00"),
            priority=1,
            signal="low_satisfaction",
            level=1,
            owner="sales_head",
            owner_role="sales_head",
            is_queue=True,
            basis={"satisfaction": 64},
        ),
        make_action(3),
        make_action(4, owner="李雷", status=TaskStatus.UPCOMING, due=at("2026-03-05T18:00:00"), channel="email"),
    )
    return ActionPlan(
        ruleset="demo",
        label=Label("Demo handbook", "演示手册"),
        version="2026-03",
        fingerprint="f" * 64,
        as_of=at("2026-03-02T09:00:00"),
        until=at("2026-03-09T09:00:00"),
        customers=10,
        actions=actions,
        withheld=(Withheld(make_action(5), "do_not_contact"),),
        distribution={"value_tier": {"low": 5, "high": 2, "mid": 3}},
        unknown={"satisfaction": 2},
        warnings=(issue("O101", Span("rules.yaml", 3, 1), found="pdf", expected=".json"),),
        kpis=(
            KpiResult(
                "repeat_share", Label("Repeat buyers", "复购客户占比"), {}, Decimal("0.3"), 10, Rating.GREEN, "%",
                3, 10, Decimal("0.25"),
            ),
            KpiResult(
                "repeat_share", Label("Repeat buyers", "复购客户占比"), {"value_tier": "low"}, None, 0, Rating.NO_DATA,
                "%", 0, 0, Decimal("0.25"),
            ),
        ),
        language="zh",
    )  # fmt: skip


@pytest.fixture
def hostile() -> ActionPlan:
    """Every text that comes from data or rules is one of :data:`HOSTILE`, in turn."""
    actions = tuple(
        make_action(
            n,
            key=text + str(n),
            customer=text + str(n),
            customer_name=text,
            task=text,
            channel=text,
            content=text,
            owner=text,
            rule=text,
            decision=text,
            signal=text,
            purpose=text,
            owner_role=text,
            place=Span(text),
            basis={text: text, "born": Date(1990, 1, 2), "list": [text, None]},
        )
        for n, text in enumerate(HOSTILE)
    )
    return ActionPlan(
        ruleset=HOSTILE[8],
        label=Label(HOSTILE[9], HOSTILE[0]),
        version=HOSTILE[10],
        fingerprint="f" * 64,
        as_of=at("2026-03-02T09:00:00"),
        until=at("2026-03-09T09:00:00"),
        customers=len(HOSTILE),
        actions=actions,
        withheld=tuple(Withheld(action, action.task) for action in actions),
        distribution={text: dict.fromkeys(HOSTILE, 1) for text in HOSTILE[:10]},
        unknown=dict.fromkeys(HOSTILE, 1),
        warnings=tuple(issue("O101", Span(text), found=text, expected=text) for text in HOSTILE),
        kpis=tuple(
            KpiResult(text, Label(text, text), {text: text}, Decimal(1) / 3, 1, Rating.RED, text, target=2)
            for text in HOSTILE
        ),
    )


CUSTOMERS: list[dict[str, object]] = [
    {
        "id": "C1", "name": "上海云帆", "phone": "13800000001", "annual_amount": 620000, "satisfaction": 64, "owner": "王芳",
        "interactions": [{"occurred_at": "2026-02-20T09:00:00"}, {"occurred_at": "2026-02-10T09:00:00"}],
    },
    {
        "id": "C2", "name": "北京智远", "phone": "01012345678", "annual_amount": 550000, "satisfaction": 90, "owner": "李雷",
        "interactions": [{"occurred_at": "2026-02-25T09:00:00"}],
    },
    {"id": "C3", "annual_amount": 50, "satisfaction": 50, "refused_channels": ["email"]},
    {"id": "C4", "name": "杭州青禾", "annual_amount": 900000, "satisfaction": 95, "do_not_contact": True},
]  # fmt: skip
CASES = Path(__file__).parent / "cases"


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], CompiledRuleSet]:
    """Compiles one of the rule sets in ``cases/``; places are told relative to that folder."""
    monkeypatch.chdir(CASES)
    return lambda name: _compiled(f"{name}.yaml")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], CompiledRuleSet]:
    """Compiles ``cases/old.yaml`` with one text in place of another."""

    def read(old: str, new: str) -> CompiledRuleSet:
        text = (CASES / "old.yaml").read_text("utf-8")
        assert old in text
        path = tmp_path / "edited.yaml"
        path.write_text(text.replace(old, new), "utf-8")
        return _compiled(str(path))

    return read


def _compiled(path: str) -> CompiledRuleSet:
    from crmrules.engine.compiler import compile_ruleset
    from crmrules.rulesets.loader import read_ruleset

    ruleset, issues = read_ruleset(path)
    assert ruleset is not None, issues
    compiled, issues = compile_ruleset(ruleset)
    assert compiled is not None, issues
    return compiled


@pytest.fixture
def customers(load: Callable[[str], CompiledRuleSet]) -> Dataset:
    """:data:`CUSTOMERS` as a data set."""
    from crmrules.engine.records import to_record

    compiled = load("old")
    return Dataset([to_record(compiled, customer)[0] for customer in CUSTOMERS])
