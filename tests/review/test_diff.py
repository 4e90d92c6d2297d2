"""Diffs of rule sets over customers: exact texts, the published shape, and nothing where nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jsonschema

from crmrules.model.plan import KpiResult, Rating
from crmrules.model.records import Dataset
from crmrules.model.vocabulary import Label
from crmrules.review.diff import KpiChange, diff_rulesets, render_text, to_json
from crmrules.review.json_text import dumps

if TYPE_CHECKING:
    from crmrules.engine.compiled import CompiledRuleSet

AS_OF = "2026-03-02T09:00:00"
Load = Callable[[str], "CompiledRuleSet"]
Edited = Callable[[str, str], "CompiledRuleSet"]


def schema_errors(document: dict[str, Any]) -> list[str]:
    schema = json.loads(files("crmrules_schemas").joinpath("diff.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    loaded = json.loads(dumps(document))
    return [e.json_path + " " + e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(loaded)]


def test_text(load: Load, customers: Dataset) -> None:
    old, new = load("old"), load("new")
    assert render_text(diff_rulesets(old, new, customers, AS_OF), "en") == (
        f"Demo handbook 1 ({old.fingerprint[:8]}) → Demo handbook 2 ({new.fingerprint[:8]}), as of 2026-03-02 09:00, "
        "4 customers\n"
        "Customers decided differently: 1. Actions added: 2, removed: 1, changed: 1.\n"
        "\n"
        "Value tier\n"
        "  High → Mid  1\n"
        "\n"
        "Customers decided differently\n"
        "  C2 北京智远  Value tier  High → Mid  VT1 (old.yaml:46:9) → VT2 (new.yaml:47:9)\n"
        "      VT1 ✗ Annual amount = 550,000 CNY wanted >= high_value (high_value = 60万) (new.yaml:46:41)\n"
        "\n"
        "Actions added\n"
        "  +  C1 上海云帆  上门  2026-03-06 09:00  王芳                     UH2 (new.yaml:76:9)\n"
        "  +  C3           上门  2026-03-06 09:00  Account manager (queue)  UH2 (new.yaml:76:9)\n"
        "\n"
        "Actions removed\n"
        "  -  C2 北京智远  回访  2026-03-04 09:00  李雷  FU1 (old.yaml:67:9)\n"
        "\n"
        "Actions changed\n"
        "  ~  C1 上海云帆  回访  2026-02-23 09:00  王芳  Due 2026-02-27 09:00 → 2026-02-23 09:00\n"
        "\n"
        "KPIs\n"
        "  High-value customers  Total  75% (on target, n=4) → 50% (on target, n=4)\n"
    )


def test_json_fits_the_published_schema(load: Load, customers: Dataset) -> None:
    document = to_json(diff_rulesets(load("old"), load("new"), customers, AS_OF))
    assert schema_errors(document) == []
    assert document["migrations"] == [{"fact": "value_tier", "from": "high", "to": "mid", "customers": 1}]
    assert document["facts"][0]["old_rules"][0]["place"]["text"] == "old.yaml:46:9"
    assert document["facts"][0]["stops"] == [
        {
            "rule": "VT1", "column": "annual_amount", "condition": ">= high_value", "value": 550000, "result": False,
            "place": {"text": "new.yaml:46:41", "file": "new.yaml", "line": 46, "column": 41},
        }
    ]  # fmt: skip
    assert document["changed"][0]["changes"] == [
        {"field": "due", "from": "2026-02-27T09:00:00+08:00", "to": "2026-02-23T09:00:00+08:00"}
    ]


def test_a_rule_set_against_itself(load: Load, customers: Dataset) -> None:
    old = load("old")
    found = diff_rulesets(old, old, customers, AS_OF)
    assert found.is_empty
    assert render_text(found, "zh") == (
        f"演示手册 1 ({old.fingerprint[:8]}) → 演示手册 1 ({old.fingerprint[:8]})，截至 2026-03-02 09:00，4 位客户\n"
        "没有客户的判定、行动或指标发生变化。\n"
    )
    document = to_json(found)
    assert schema_errors(document) == []
    assert [document[part] for part in ("migrations", "facts", "added", "removed", "changed", "kpis")] == [[]] * 6


def test_the_other_way_round(load: Load, customers: Dataset) -> None:
    there = diff_rulesets(load("old"), load("new"), customers, AS_OF)
    back = diff_rulesets(load("new"), load("old"), customers, AS_OF)
    assert [c.action.key for c in there.added] == [c.action.key for c in back.removed]
    assert [c.action.key for c in there.removed] == [c.action.key for c in back.added]
    assert [(c.new, c.old) for c in there.facts] == [(c.old, c.new) for c in back.facts]
    assert [(c.new, c.old, c.fields) for c in there.changed] == [(c.old, c.new, c.fields) for c in back.changed]


def test_another_row_of_the_table(load: Load, edited: Edited, customers: Dataset) -> None:
    """A rule that got another id, or another row that now speaks for the customer, is a change and no new work."""
    found = diff_rulesets(load("old"), edited("id: FU1", "id: FU9"), customers, AS_OF)
    assert [(change.action.customer, change.fields) for change in found.changed] == [
        ("C1", ("rule",)), ("C4", ("rule",)), ("C2", ("rule",)),
    ]  # fmt: skip
    assert (found.added, found.removed) == ((), ())


def test_a_policy_that_holds_actions_back(load: Load, edited: Edited, customers: Dataset) -> None:
    found = diff_rulesets(load("old"), edited("do_not_contact = true", "satisfaction = 64"), customers, AS_OF)
    assert [(c.action.customer, c.fields, c.old_withheld, c.new_withheld) for c in found.changed] == [
        ("C1", ("withheld",), "", "do_not_contact"), ("C4", ("withheld",), "do_not_contact", ""),
    ]  # fmt: skip
    assert "被拦下 — → 免打扰客户" in render_text(found, "zh")
    assert schema_errors(to_json(found)) == []


def test_kpis(load: Load, customers: Dataset) -> None:
    kpi = KpiResult(
        "high_share", Label("High-value customers", "高价值客户占比"), {}, Decimal("0.75"), 4, Rating.GREEN, "%", 3, 4,
        Decimal("0.5"),
    )  # fmt: skip
    old = load("old")
    found = replace(
        diff_rulesets(old, old, customers, AS_OF),
        kpis=(
            KpiChange(kpi, replace(kpi, value=Decimal("0.25"), rating=Rating.RED)),
            KpiChange(None, replace(kpi, group={"value_tier": "mid"}, value=None, n=0, rating=Rating.NO_DATA)),
        ),
    )
    assert render_text(found, "en").split("\n\n")[-1] == (
        "KPIs\n"
        "  High-value customers  Total            75% (on target, n=4) → 25% (off target, n=4)\n"
        "  High-value customers  Value tier: Mid  — → no data (no data, n=0)\n"
    )
    assert schema_errors(to_json(found)) == []


def test_long_lists_are_cut_and_say_so(load: Load, customers: Dataset) -> None:
    first = customers.customers[1]
    many = Dataset([replace(first, id=f"C{n:03d}") for n in range(30)])
    text = render_text(diff_rulesets(load("old"), load("new"), many, AS_OF), "en")
    assert text.count("  … and 10 more\n") == 2
    assert "  High → Mid  30\n" in text
