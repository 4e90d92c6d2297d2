"""A small rule set and a way to read data with it: the table of every test in this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crmrules.datasets.loader import read_dataset
from crmrules.hosting.manager import build_registry
from crmrules.model.errors import DataError
from crmrules.model.records import Dataset
from crmrules.rulesets.loader import read_ruleset

RULES = """
crmrules: 1
name: shop
time_zone: Asia/Shanghai
vocabulary:
  customer:
    name: {label: {en: Name, zh: 客户名称}, aliases: [公司], type: string, sensitivity: personal}
    industry: {label: {zh: 行业}, type: string, values: [{value: retail, label: {zh: 零售}, aliases: [shops]}, finance]}
    satisfaction: {type: number, range: "[0..100]"}
    phone: {type: number, sensitivity: personal}
    country: {type: string}
    tags: {type: list<string>}
    tier: {type: string, values: [high, low]}
    spent: {type: number, formula: sum(orders.amount)}
  order:
    order_id: {type: string}
    placed_at: {label: {zh: 下单时间}, type: date and time}
    amount: {label: {zh: 金额}, type: number, range: ">= 0"}
    paid: {type: boolean, missing: error}
    lines: {type: number}
  owner:
    name: {type: string}
decisions:
  tier:
    kind: classification
    hit_policy: F
    inputs: [spent]
    outputs: [tier]
    rules: [{when: {spent: ">= 10"}, then: {tier: high}}, {then: {tier: low}}]
"""
CUSTOMERS = "customer_id,name\nC1,Acme\nC2,Bolt\n"
ORDERS = "order_id,customer_id,placed_at,amount,paid\nO1,C1,2026-03-01 09:00,10.50,yes\nO2,C1,2026-03-02,3,no\nO3,C2,2026-03-03,0,yes\n"


class World:
    """A folder with rules and data files. ``files`` maps names to text or bytes."""

    def __init__(self, folder: Path, **files: str | bytes) -> None:
        self.folder = folder
        self.registry = build_registry(discover=False)
        self.write("rules.yaml", RULES)
        for name, data in files.items():
            self.write(name.replace("_csv", ".csv").replace("_yaml", ".yaml"), data)

    def write(self, name: str, data: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, name: str = "data.yaml", **options: Any) -> Dataset:
        ruleset, issues = read_ruleset(self.folder / "rules.yaml")
        assert ruleset is not None, [i.render() for i in issues]
        return read_dataset(self.folder / name, ruleset, self.registry, **options)

    def told(self, name: str = "data.yaml") -> list[str]:
        """Everything that is said on reading, refusals and warnings alike, without the folder's path."""
        try:
            issues = self.read(name).issues
        except DataError as error:
            issues = error.issues
        return [i.render().replace(f"{self.folder}/", "").replace(str(self.folder), "DATA") for i in issues]


def source(**sources: str) -> str:
    """A data-source file from one flow mapping an entity."""
    return "crmrules_data: 1\nsources:\n" + "".join(f"  {name}: {text}\n" for name, text in sources.items())
