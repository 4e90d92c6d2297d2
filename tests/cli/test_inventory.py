"""``crmrules check --inventory``: a policy that vanished is seen."""

from __future__ import annotations

import json

from tests.cli.helpers import crmrules

RULES = """crmrules: 1
name: a
policies: {do_not_contact: refused}
vocabulary: {customer: {amount: {type: number}, refused: {type: boolean}, tier: {}, big: {type: boolean, formula: amount > 9}}}
decisions:
  tier: {kind: classification, inputs: [amount], outputs: [tier], rules: [{id: T1, then: {tier: x}}]}
"""


def test_inventory(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES, "utf-8")
    said = crmrules("check", path, "--inventory", "--lang", "en").out.splitlines()
    assert said[-3:] == [
        "tables (rows): tier (1)",
        "policy do_not_contact: refused",
        "facts expected from the data: amount, refused",
    ]
    path.write_text(RULES.replace("policies: {do_not_contact: refused}\n", ""), "utf-8")
    said = crmrules("check", path, "--inventory", "--lang", "zh").out.splitlines()
    assert said[-3:] == ["规则表（行数）：tier (1)", "策略 do_not_contact：无", "需由数据提供的字段：amount, refused"]
    found = json.loads(crmrules("check", path, "--inventory", "--format", "json").out)
    assert found["inventory"]["tables"] == [{"id": "tier", "kind": "classification", "rows": 1}]
    assert found["inventory"]["policies"]["do_not_contact"] == ""
