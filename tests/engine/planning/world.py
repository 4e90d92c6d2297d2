"""The rule set of these tests: two channels, marketing and service, an owner with a deputy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmrules.engine.compiled import CompiledRuleSet
from crmrules.model.plan import ActionPlan
from crmrules.model.records import CUSTOMER_ID, Dataset, Record
from crmrules.model.values import DateTime
from tests.engine.helpers import rules

AS_OF = "2026-03-02T09:00:00"

RULES = """\
crmrules: 1
name: reach
time_zone: Asia/Shanghai
policies:
{policies}
roles:
  am: {{label: {{en: Account manager, zh: 客户经理}}, person: owner{am}}}
  head: {{label: {{en: Head, zh: 负责人}}{head}}}
vocabulary:
  customer:
    name: {{type: string}}
    owner: {{type: string}}
    stage: {{type: string, values: [potential, won]}}
    zone: {{type: string}}
    snoozed: {{type: date}}
    last_touch_at: {{type: date and time}}
  interaction:
    occurred_at: {{type: date and time}}
    channel: {{type: string}}
  consent:
    channel: {{type: string}}
    purpose: {{type: string}}
    state: {{type: string}}
    at: {{type: date and time}}
  owner:
    name: {{type: string}}
    deputy: {{type: string}}
    manager: {{type: string}}
    role: {{type: string}}
    absent_from: {{type: date}}
    absent_until: {{type: date}}
    capacity: {{type: number}}
    left: {{type: boolean}}
  action:
    channel: {{values: [{{value: wechat, label: {{en: WeChat, zh: 微信}}}}, {{value: phone, label: {{zh: 电话}}}}]}}
decisions:
  touch:
    kind: cadence
    hit_policy: C
    settings: {{anchor: last_touch_at}}
    inputs: []
    outputs: [every, task, channel, purpose, priority, owner_role]
    rules:
      - {{id: NEWS, then: {{every: P7D, task: news, channel: wechat, purpose: marketing, priority: 3, owner_role: am}}}}
      - {{id: CALL, then: {{every: P7D, task: call, channel: phone, purpose: marketing, priority: 2, owner_role: am}}}}
      - {{id: HELP, then: {{every: P7D, task: help, channel: wechat, purpose: service, priority: 5, owner_role: am}}}}
      - {{id: MEMO, then: {{every: P7D, task: memo, purpose: internal, priority: 4, owner_role: head}}}}
"""


def reach(*policies: str, am: str = "", head: str = "") -> CompiledRuleSet:
    """The rule set with these lines under ``policies``; ``am`` and ``head`` go on with the roles."""
    return rules(text(*policies, am=am, head=head))


def text(*policies: str, am: str = "", head: str = "") -> str:
    """Its YAML."""
    lines = "\n".join(f"  {line}" for line in policies) or "  horizon:"
    return RULES.format(policies=lines, am=am, head=head)


def customer(**facts: object) -> dict[str, object]:
    """Customer C1, who was never touched, so that everything is due at once."""
    return {"id": "C1", "name": "甲公司", "owner": "林晓", **facts}


def plan(compiled: CompiledRuleSet, *records: Mapping[str, object], as_of: str = AS_OF, **options: Any) -> ActionPlan:
    """The plan of plain records."""
    return compiled.plan(records, as_of=as_of, **options)


def moment(text: str) -> DateTime:
    """An instant in Shanghai."""
    found = DateTime.parse(text + "@Asia/Shanghai")
    assert found is not None
    return found


def dataset(
    customers: Sequence[Mapping[str, Any]], owners: Sequence[Mapping[str, Any]] = (), **related: Sequence[Any]
) -> Dataset:
    """A dataset of customers (``id`` and facts) and owners; ``related`` rows have ``customer_id``."""
    records = [
        Record(
            str(each["id"]),
            {key: value for key, value in each.items() if key != "id"},
            {entity: [r for r in rows if r[CUSTOMER_ID] == each["id"]] for entity, rows in related.items()},
        )
        for each in customers
    ]
    return Dataset(records, {"owner": owners, **related, "customer": [r.fields for r in records]})


def held(plan: ActionPlan) -> dict[str, str]:
    """Rule → reason of what is withheld."""
    return {each.action.rule: each.reason for each in plan.withheld}


def done(plan: ActionPlan) -> list[str]:
    """The rules of the actions, in the plan's order."""
    return [action.rule for action in plan.actions]
