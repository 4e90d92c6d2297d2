"""The published schemas agree with the model, and their errors read well."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.model.ruleset import DECISION_SETTINGS, Direction, HitPolicy, Kind, KpiType
from crmrules.model.vocabulary import ENTITIES, Missing, Sensitivity
from crmrules.rulesets.decisions import HIT_POLICIES
from crmrules.rulesets.schema import _validator, plain_rule, schema_text, validate
from crmrules.rulesets.yaml import parse_yaml

RULESET = json.loads(schema_text("ruleset"))
DATASOURCE = json.loads(schema_text("datasource"))
DEFS = RULESET["$defs"]


def enum(schema) -> list[str]:
    return [v for v in schema["enum"] if v is not None]


def test_enums_are_the_models():
    decision, kpi, fact = (DEFS[k]["properties"] for k in ("decision", "kpi", "fact"))
    assert enum(decision["kind"]) == list(Kind)
    assert enum(decision["hit_policy"])[: len(HitPolicy)] == list(HitPolicy)
    assert set(enum(decision["hit_policy"])) == set(HIT_POLICIES)
    assert enum(kpi["type"]) == list(KpiType)
    assert enum(kpi["over"]) == list(ENTITIES)
    assert enum(kpi["direction"]) == list(Direction)
    assert enum(fact["missing"]) == list(Missing)
    assert enum(fact["sensitivity"]) == list(Sensitivity)
    assert list(RULESET["properties"]["vocabulary"]["properties"]) == [*ENTITIES, "action"]
    assert list(DATASOURCE["properties"]["sources"]["properties"]) == list(ENTITIES)


def test_settings_are_the_models_with_their_descriptions():
    for branch in DEFS["decision"]["allOf"]:
        kind = Kind(branch["if"]["properties"]["kind"]["const"])
        properties = branch["then"]["properties"]["settings"]["properties"]
        assert {k: v["description"] for k, v in properties.items()} == dict(DECISION_SETTINGS[kind])


@pytest.mark.parametrize("name", ["ruleset", "datasource"])
def test_schemas_are_valid_and_closed(name):
    from jsonschema import Draft202012Validator

    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    text = schema_text(name)
    assert "http" not in text.replace("https://json-schema.org/draft/2020-12/schema", "")


def test_no_reference_is_ever_fetched():
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    validator = Draft202012Validator({"$ref": "http://127.0.0.1:9/x.json"}, registry=Registry())
    with pytest.raises(Exception) as caught:
        list(validator.iter_errors({}))
    assert isinstance(caught.value, Unresolvable)
    assert _validator("ruleset")._resolver._registry._retrieve is Registry()._retrieve


def problems(text: str, schema: str) -> list[str]:
    document, issues = parse_yaml(text, "f.yaml")
    assert issues == []
    return [i.render() for i in validate(document.data, schema, document.spans, document.keys)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "sources:\n  order: {path: a.csv, duplicates: fist}\n",
            [
                "f.yaml:1:1: error R204: `crmrules_data` is missing",
                "f.yaml:2:36: error R203: `duplicates` cannot be `fist`; expected one of: refuse, first, last; did you mean first?",
            ],
        ),
        (
            "crmrules_data: 1\nsources:\n  order: [{key: a}]\n  ordr: {}\n",
            [
                "f.yaml:3:11: error R204: `path` is missing",
                "f.yaml:4:3: error R201: unknown key `ordr`; known here: customer, contact, opportunity, contract, order, "
                "interaction, ticket, survey, consent, transition, owner; did you mean order?",
            ],
        ),
        (
            "crmrules_data: 1\nsources:\n  customer: {derive_from: order, colums: {}}\n",
            [
                "f.yaml:3:34: error R201: unknown key `colums`; known here: derive_from, columns, computed, where, "
                "on_error; did you mean columns?"
            ],
        ),
        (
            "crmrules_data: 1\nsources:\n  order: {path: a.csv, columns: {amount: [x]}}\n",
            ["f.yaml:3:42: error R202: `amount` is a list, expected text or a mapping"],
        ),
    ],
)
def test_data_source_mistakes(text, expected):
    assert problems(text, "datasource") == expected


def test_the_reference_example_of_the_data_source_is_valid():
    from pathlib import Path

    page = Path(__file__).parents[2] / "docs/reference/data-source.md"
    text = page.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert problems(text, "datasource") == []


scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.decimals(0, 1) | st.text(max_size=3)
odd = scalars | st.lists(scalars, max_size=1) | st.dictionaries(st.text(max_size=2), scalars | st.just([]), max_size=2)
keys = st.sampled_from(["id", "when", "then", "note", "valid_from", "valid_to", "x"])


@settings(max_examples=300, deadline=None)
@given(odd | st.dictionaries(keys, odd, max_size=4))
def test_plain_rules_are_exactly_the_valid_ones(rule):
    """The quick check may stand in for the schema because the two never disagree."""
    document = {"decisions": {"t": {"kind": "cadence", "inputs": [], "outputs": ["task"], "rules": [rule]}}}
    assert plain_rule(rule) == (not list(_validator("ruleset").iter_errors(document)))
