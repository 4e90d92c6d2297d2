"""DMN files: tables, boxed expressions, knowledge models, services, imports, item definitions, and bad files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crmrules.feel.notes import Note
from crmrules.model.errors import RuleSetError
from crmrules.rulesets.dmn import DmnModel, load_dmn

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="{name}" namespace="urn:{name}">{body}</definitions>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def decision(name: str, body: str, needs: str = "", type_ref: str = "") -> str:
    requirements = "".join(
        f'<informationRequirement><required{"Input" if n.startswith("i_") else "Decision"} href="#{n}"/></informationRequirement>'
        if not n.startswith("b_")
        else f'<knowledgeRequirement><requiredKnowledge href="#{n}"/></knowledgeRequirement>'
        for n in needs.split()
    )
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="d_{name.replace(" ", "_")}" name="{name}"><variable name="{name}"{kind}/>{requirements}{body}</decision>'


def given(name: str, type_ref: str = "number") -> str:
    return f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{type_ref}"/></inputData>'


def load(tmp_path: Path, body: str, name: str = "main") -> DmnModel:
    path = tmp_path / f"{name}.dmn"
    path.write_text(HEAD.format(name=name, body=body), encoding="utf-8")
    return load_dmn(path)


def one(tmp_path: Path, body: str) -> Any:
    model = load(tmp_path, decision("D", body))
    assert model.issues == ()
    return model.evaluate("D", {})


def table(policy: str, rules: str, outputs: str = '<output name="tier"/>', needs: str = "i_x") -> str:
    cells = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{c}</text></inputEntry>" for c in rule.split("->")[0].split("|"))
        + "".join(f"<outputEntry><text>{c}</text></outputEntry>" for c in rule.split("->")[1].split("|"))
        + "</rule>"
        for rule in rules.split("\n")
    )
    head = "".join(
        f'<input><inputExpression typeRef="number"><text>{n.removeprefix("i_")}</text></inputExpression></input>'
        for n in needs.split()
    )
    return f"<decisionTable {policy}>{head}{outputs}{cells}</decisionTable>"


ORDER = '<output name="tier"><outputValues><text>"gold", "silver", "none"</text></outputValues></output>'
RULES = '&gt; 10->"silver"\n&gt; 100->"gold"\n&gt; 1000->"gold"'


@pytest.mark.parametrize(
    ("policy", "x", "expected"),
    [
        ("", 50, "silver"),
        ("", 500, None),
        ("", 5, None),
        ('hitPolicy="ANY"', 500, None),
        ('hitPolicy="FIRST"', 500, "silver"),
        ('hitPolicy="PRIORITY"', 500, "gold"),
        ('hitPolicy="RULE ORDER"', 5000, ["silver", "gold", "gold"]),
        ('hitPolicy="OUTPUT ORDER"', 5000, ["gold", "gold", "silver"]),
        ('hitPolicy="COLLECT"', 500, ["silver", "gold"]),
        ('hitPolicy="COLLECT"', 5, []),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 500, 2),
        ('hitPolicy="COLLECT" aggregation="COUNT"', 5, 0),
        ('hitPolicy="COLLECT" aggregation="MIN"', 500, "gold"),
    ],
)
def test_hit_policies(tmp_path: Path, policy: str, x: int, expected: object) -> None:
    model = load(tmp_path, given("x") + decision("D", table(policy, RULES, ORDER), "i_x"))
    assert model.evaluate("D", {"x": x}) == expected


def test_a_conflict_is_noted(tmp_path: Path) -> None:
    model = load(tmp_path, given("x") + decision("D", table("", RULES), "i_x"))
    notes: list[Note] = []
    assert model.evaluate("D", {"x": 500}, notes) is None
    assert [n.reason for n in notes] == ["rules 1, 2 match, and hit policy UNIQUE does not allow that"]


def test_several_outputs_and_defaults(tmp_path: Path) -> None:
    outputs = '<output name="a"><defaultOutputEntry><text>0</text></defaultOutputEntry></output><output name="b"/>'
    model = load(tmp_path, given("x") + decision("D", table("", "&gt; 10->1|x + 1", outputs), "i_x"))
    assert model.evaluate("D", {"x": 50}) == {"a": 1, "b": 51}
    assert model.evaluate("D", {"x": 5}) == {"a": 0, "b": None}


def test_input_values_restrict(tmp_path: Path) -> None:
    body = table("", "-->1").replace(
        "</inputExpression>", "</inputExpression><inputValues><text>[0..10]</text></inputValues>"
    )
    model = load(tmp_path, given("x") + decision("D", body, "i_x"))
    assert (model.evaluate("D", {"x": 5}), model.evaluate("D", {"x": 50})) == (1, None)


def test_boxed_expressions(tmp_path: Path) -> None:
    assert one(tmp_path, f"<list>{literal('1')}{literal('1 + 1')}</list>") == [1, 2]
    rows = f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row>"
    assert one(tmp_path, f'<relation><column name="a"/><column name="b"/>{rows}</relation>') == [
        {"a": 1, "b": 2},
        {"a": 3, "b": 4},
    ]
    assert one(
        tmp_path, f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item &gt; 1')}</match></filter>"
    ) == [2, 3]
    loop = '<for iteratorVariable="i"><in>{}</in><return>{}</return></for>'
    assert one(tmp_path, loop.format(literal("[1, 2]"), literal("i * 2"))) == [2, 4]
    assert one(tmp_path, loop.format(literal("null"), literal("i"))) is None
    every = '<every iteratorVariable="i"><in>{}</in><satisfies>{}</satisfies></every>'
    assert one(tmp_path, every.format(literal("[1, 2]"), literal("i &gt; 0"))) is True
    assert one(tmp_path, every.replace("every", "some").format(literal("[1, null]"), literal("i &gt; 1"))) is None
    conditional = "<conditional><if>{}</if><then>{}</then><else>{}</else></conditional>"
    assert one(tmp_path, conditional.format(literal("null"), literal("1"), literal("2"))) == 2
    assert one(tmp_path, conditional.format(literal("5"), literal("1"), literal("2"))) is None


def test_context_sees_earlier_entries_and_may_end_in_a_result(tmp_path: Path) -> None:
    entry = '<contextEntry><variable name="{}"/>{}</contextEntry>'
    entries = entry.format("a", literal("2")) + entry.format("b c", literal("a * 3"))
    assert one(tmp_path, f"<context>{entries}</context>") == {"a": 2, "b c": 6}
    assert one(tmp_path, f"<context>{entries}<contextEntry>{literal('b c + a')}</contextEntry></context>") == 8


KNOWLEDGE = (
    '<businessKnowledgeModel id="b_f" name="fact"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
    + literal("if n &lt;= 1 then 1 else n * fact(n - 1)")
    + "</encapsulatedLogic></businessKnowledgeModel>"
)


def test_knowledge_models_may_call_themselves(tmp_path: Path) -> None:
    invocation = f'<invocation>{literal("fact")}<binding><parameter name="n"/>{literal("5")}</binding></invocation>'
    model = load(tmp_path, KNOWLEDGE + decision("A", literal("fact(10)"), "b_f") + decision("B", invocation, "b_f"))
    assert model.evaluate("A", {}) == 3_628_800
    assert model.evaluate("B", {}) == 120
    assert model.evaluate("fact", {"n": 4}) == 24


def test_endless_recursion_is_null(tmp_path: Path) -> None:
    model = load(
        tmp_path,
        KNOWLEDGE.replace("n - 1", "n + 1").replace("n &lt;= 1", "n &lt; 0") + decision("A", literal("fact(1)"), "b_f"),
    )
    notes: list[Note] = []
    assert model.evaluate("A", {}, notes) is None
    assert notes[0].reason == "fact calls itself more than 100 deep"


SERVICE = (
    '<decisionService id="s_1" name="Pricing"><outputDecision href="#d_Total"/><encapsulatedDecision href="#d_Net"/>'
    '<inputData href="#i_x"/></decisionService>'
)


def test_decision_services(tmp_path: Path) -> None:
    body = (
        given("x") + decision("Net", literal("x * 2"), "i_x") + decision("Total", literal("Net + 1"), "d_Net") + SERVICE
    )
    caller = decision("C", literal("Pricing(x: 20) + Pricing(1)"), "b_").replace("#b_", "#s_1")
    assert "knowledgeRequirement" in caller
    model = load(tmp_path, body + caller)
    assert model.evaluate("Pricing", {"x": 5}) == 11
    assert model.evaluate("C", {}) == 44


def test_item_definitions_hold_at_the_edges(tmp_path: Path) -> None:
    items = (
        '<itemDefinition name="tTier"><typeRef>string</typeRef><allowedValues><text>"a", "b"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tRow" isCollection="true"><itemComponent name="k"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    )
    model = load(
        tmp_path,
        items + given("t", "tTier") + given("rows", "tRow") + decision("T", literal("t"), "i_t")
        + decision("R", literal("rows[k &gt; 1].k"), "i_rows") + decision("N", literal("[5]"), "", "number")
        + decision("L", literal("5"), "", "tRow"),
    )  # fmt: skip
    assert [model.evaluate("T", {"t": t}) for t in ("a", "c", 5, ["b"])] == ["a", None, None, "b"]
    assert model.evaluate("R", {"rows": [{"k": 1}, {"k": 2, "more": 3}]}) == [2]
    assert model.evaluate("R", {"rows": [{"k": "x"}]}) is None
    assert model.evaluate("N", {}) == 5
    assert model.evaluate("L", {}) is None


def test_imports_beside_the_file(tmp_path: Path) -> None:
    load(tmp_path, given("x") + decision("Base", literal("x + 1"), "i_x"), "base")
    body = (
        '<import name="lib" namespace="urn:base" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
        '<decision id="d" name="D"><informationRequirement><requiredDecision href="urn:base#d_Base"/></informationRequirement>'
        + literal("lib.Base * 10") + "</decision>"
    )  # fmt: skip
    model = load(tmp_path, body)
    assert model.evaluate("D", {"x": 4}) == 50


def test_a_missing_import_is_an_issue(tmp_path: Path) -> None:
    model = load(tmp_path, '<import name="lib" namespace="urn:nowhere"/>' + decision("D", literal("1")))
    assert [i.message() for i in model.issues] == [
        "the file cannot be read: no model urn:nowhere for the import lib in this folder"
    ]
    assert model.evaluate("D", {}) == 1


def test_a_faulty_expression_does_not_stop_the_rest(tmp_path: Path) -> None:
    model = load(tmp_path, decision("Bad", literal("1 +")) + decision("Good", literal("1")))
    assert [i.code for i in model.issues] == ["F110"]
    assert (model.evaluate("Bad", {}), model.evaluate("Good", {})) == (None, 1)


def test_decisions_that_depend_on_each_other_are_null(tmp_path: Path) -> None:
    model = load(tmp_path, decision("A", literal("B"), "d_B") + decision("B", literal("A"), "d_A"))
    notes: list[Note] = []
    assert model.evaluate("A", {}, notes) is None
    assert [n.reason for n in notes] == ["A depends on itself"]


def test_unknown_decision(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        load(tmp_path, decision("D", literal("1"))).evaluate("E", {})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "error R104: the file cannot be read: it is no XML that can be read (ParseError)"),
        ("<a/>", "error R104: the file cannot be read: its root is a, not definitions"),
        (
            '<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><definitions>&b;</definitions>',
            "error R104: the file cannot be read: it is no XML that can be read (EntitiesForbidden)",
        ),
    ],
)
def test_bad_files(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "bad.dmn"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RuleSetError) as error:
        load_dmn(path)
    assert str(error.value) == f"{path}: {message}"


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RuleSetError, match="R101"):
        load_dmn(tmp_path / "none.dmn")
