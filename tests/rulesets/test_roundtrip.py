"""YAML and Excel are two spellings of one document: writing and reading back loses nothing."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmrules.model.ruleset import (
    ACTION_COLUMNS,
    DECISION_SETTINGS,
    POLICY_CELLS,
    POLICY_LISTS,
    Cap,
    DecisionTable,
    Direction,
    Experiment,
    HitPolicy,
    Input,
    Kind,
    Kpi,
    KpiType,
    Policies,
    Rule,
    RuleSet,
)
from crmrules.model.ruletest import RuleTest
from crmrules.model.vocabulary import (
    AllowedValue,
    Cell,
    Fact,
    Label,
    Missing,
    Parameter,
    Role,
    Sensitivity,
    Vocabulary,
)
from crmrules.rulesets.excel.writer import write_excel
from crmrules.rulesets.fingerprint import fingerprint
from crmrules.rulesets.loader import read_ruleset
from crmrules.rulesets.writer import to_document, write_yaml

EXAMPLES = Path(__file__).parents[2] / "config/examples"


def through(ruleset: RuleSet, suffix: str, lang: str = "zh") -> RuleSet:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rules{suffix}"
        if suffix == ".xlsx":
            write_excel(ruleset, path, lang)
        else:
            write_yaml(ruleset, path)
        again, issues = read_ruleset(path)
    assert [i.render() for i in issues] == []
    assert again is not None
    return again


@pytest.mark.parametrize("source", sorted(EXAMPLES.glob("*/rules.yaml")), ids=lambda p: p.parent.name)
def test_examples(source):
    ruleset, issues = read_ruleset(source)
    assert issues == []
    for again in (through(ruleset, ".yaml"), through(ruleset, ".xlsx", "zh"), through(ruleset, ".xlsx", "en")):
        assert again == ruleset
        assert to_document(again) == to_document(ruleset)
        assert fingerprint(again) == fingerprint(ruleset)


def test_fingerprint_is_stable_and_sees_every_change():
    ruleset, _ = read_ruleset(EXAMPLES / "minimal")
    assert re.fullmatch("[0-9a-f]{64}", fingerprint(ruleset))
    from dataclasses import replace

    other = replace(ruleset, version="2026-04")
    assert fingerprint(other) != fingerprint(ruleset)


# --- any rule set ----------------------------------------------------------------------------------------------------

letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp", "Zs", "Cf", "Co"))
tricky = st.sampled_from(
    ["=1+1", "-", "+x", "@a", "#N/A", "#REF!", "'a", '"q"', "true", "NO", "null", "~", "1.10", "010", "5-7", "20%", "1e3",
     "12:30", "2026-03-01", "a: b", "a # b", "[1..2)", "{{ name }}", "_x0041_", "a,b", "a、b", "x := y", "<<", "*a", "&a",
     "!t", "%d", "|", ">", "? a", "- a", "a\nb", "a\n  b\n\nc", "中文", "😀", "0.1", "-5", "123456789012345678", "1,000",
     "Roles", "Id", "条件", "分类：x", "=cmd()"]
)  # fmt: skip
lines = tricky.filter(lambda t: "\n" not in t) | st.lists(
    st.text(letters, min_size=1, max_size=6), min_size=1, max_size=3
).map(" ".join)
texts = tricky | lines | st.lists(lines, min_size=2, max_size=3).map("\n".join)
blank = st.just("")
cells = st.builds(Cell, blank | texts)
labels = st.just(Label())


def unique_words(draw, prefix: str) -> tuple[Label, tuple[str, ...]]:
    """A label and aliases that no other thing has."""
    en = draw(blank | st.just(f"{prefix} en"))
    zh = draw(blank | st.sampled_from([f"{prefix}中", f"{prefix}、顿", f"{prefix} := z"]))
    aliases = draw(st.lists(st.sampled_from([f"{prefix}a", f"{prefix},b", f"{prefix}；c"]), unique=True, max_size=2))
    return Label(en, zh), tuple(aliases)


@st.composite
def facts(draw, entity: str, name: str) -> Fact:
    label, aliases = unique_words(draw, f"{entity}{name}")
    type_name = draw(st.sampled_from(["number", "string", "boolean", "date", "date and time", "list<string>"]))
    values = ()
    if type_name in ("string", "list<string>"):
        names = draw(st.lists(lines, unique=True, max_size=3))
        values = tuple(AllowedValue(v, Label(zh=draw(blank | st.just(f"标签{i}"))), ()) for i, v in enumerate(names))
    missing = draw(st.sampled_from([Missing.UNKNOWN, Missing.ERROR, Missing.DEFAULT]))
    return Fact(
        name=name,
        entity=entity,
        type=type_name,
        label=label,
        aliases=aliases,
        values=values,
        scale=draw(st.none() | st.integers(0, 9)) if type_name == "number" else None,
        unit=draw(blank | lines),
        range=draw(st.none() | st.builds(Cell, texts)),
        missing=missing,
        default=draw(st.builds(Cell, texts)) if missing is Missing.DEFAULT else None,
        sensitivity=draw(st.sampled_from(Sensitivity)),
        formula=draw(st.none() | st.builds(Cell, texts)) if name.startswith("f") else None,
        description=draw(blank | texts),
    )


@st.composite
def tables(draw, name: str, kind: Kind, inputs: list[str], outputs: list[str]) -> DecisionTable:
    chosen = [Input(Cell(n)) for n in draw(st.lists(st.sampled_from(inputs), unique=True, max_size=2))]
    if draw(st.booleans()):
        chosen.append(
            Input(
                Cell(draw(st.sampled_from(["a + 1", "count(orders)", 'x = ":= "', "if a\nthen 1 else 2"]))),
                draw(blank | st.just("算式")),
            )
        )
    given = draw(st.lists(st.sampled_from(outputs), unique=True, min_size=1, max_size=3))
    rules = []
    for number in range(draw(st.integers(0, 3))):
        start = draw(blank | st.just("2026-01-01"))
        end = draw(blank | st.sampled_from(["2026-12-31", "9000-01-01"]))
        rules.append(
            Rule(
                id=draw(st.just(f"{name}.{number + 1}") | st.just(f"={name}-{number}")),
                when=tuple(draw(cells) for _ in chosen),
                then=(draw(st.builds(Cell, texts)), *(draw(cells) for _ in given[1:])),
                note=draw(blank | texts),
                valid_from=Cell(start),
                valid_to=Cell(end),
            )
        )
    known = list(DECISION_SETTINGS[kind])
    return DecisionTable(
        id=name,
        kind=kind,
        hit_policy=draw(st.sampled_from(HitPolicy)),
        inputs=tuple(chosen),
        outputs=tuple(given),
        rules=tuple(rules),
        label=Label(draw(blank | lines), draw(blank | lines)),
        description=draw(blank | texts),
        defaults={n: Cell(draw(texts)) for n in draw(st.lists(st.sampled_from(given), unique=True, max_size=1))},
        settings={n: Cell(draw(texts)) for n in (draw(st.lists(st.sampled_from(known), unique=True)) if known else [])},
    )


word_lists = st.lists(st.builds(Cell, lines.filter(lambda t: '"' not in t)), max_size=2).map(tuple)


@st.composite
def policies(draw) -> Policies:
    cap = st.builds(
        Cap,
        st.builds(Cell, st.sampled_from(["1", "010", "limit", "1.5"])),
        st.builds(Cell, texts),
        cells,
        word_lists,
        word_lists,
        blank | texts,
    )
    return Policies(
        **{name: draw(cells) for name in POLICY_CELLS},
        **{name: draw(word_lists) for name in POLICY_LISTS},
        caps=tuple(draw(st.lists(cap, max_size=2))),
    )


@st.composite
def rule_tests(draw, customer, order, decisions, experiments) -> dict[str, RuleTest]:
    tables = list(decisions.values())
    decided = {n for t in tables if t.kind is Kind.CLASSIFICATION for n in t.outputs}
    decided |= {e.fact for e in experiments.values()}
    worked_out = [n for n, f in customer.items() if f.formula is not None or n in decided]
    data = [n for n in customer if n not in worked_out]
    row_facts = [n for n, f in order.items() if f.formula is None]
    rules = [r.id for t in tables for r in t.rules]
    acting = [r.id for t in tables if t.kind is not Kind.CLASSIFICATION for r in t.rules]

    def some(names) -> dict[str, Cell]:
        chosen = draw(st.lists(st.sampled_from(sorted(names)), unique=True, max_size=2)) if names else []
        return {name: Cell(draw(texts)) for name in chosen}

    def ids(names) -> tuple[Cell, ...]:
        return tuple(Cell(n) for n in draw(st.lists(st.sampled_from(names), unique=True, max_size=2))) if names else ()

    tests = {}
    for name in draw(st.lists(st.sampled_from(["c1", "用例 2", "=c-3", "10"]), unique=True, max_size=3)):
        rows = ids(rules)
        orders = tuple(some(row_facts) for _ in range(draw(st.integers(0, 2))))
        more = st.dictionaries(st.sampled_from(["due", "owner", "content"]), st.builds(Cell, texts), max_size=2)
        tests[name] = RuleTest(
            id=name,
            note=draw(blank | texts),
            as_of=Cell(draw(st.sampled_from(["2026-03-02", "2026-03-02T09:00", "2026-03-02T09:00:00+08:00"]))),
            given=some(data),
            related={"order": orders} if orders else {},
            previous=some(decided),
            since=some(decided),
            cut_points=some([n for n in worked_out if customer[n].formula is not None]),
            expect=some(worked_out),
            rows=rows,
            not_rows=ids([r for r in rules if Cell(r) not in rows]),
            unknown=ids(list(customer)),
            actions=tuple({**draw(more), "rule": rule} for rule in ids(acting)),
            action_count=Cell(draw(st.sampled_from(["2", "10"]))),
        )
    return tests


@st.composite
def rule_sets(draw) -> RuleSet:
    customer = {n: draw(facts("customer", n)) for n in ("a", "b", "value_tier", "字段", "f1")}
    order = {n: draw(facts("order", n)) for n in ("amount", "placed_at")}
    decided = ["value_tier", "字段", "b"]
    columns = {k: [c.name for c in ACTION_COLUMNS.values() if k in c.kinds] for k in Kind}
    decisions = {}
    for kind in draw(st.lists(st.sampled_from(Kind), unique=True)):
        outputs = decided if kind is Kind.CLASSIFICATION else columns[kind]
        decisions[f"t_{kind}"] = draw(tables(f"t_{kind}", kind, list(customer), outputs))
    kpis = {}
    for number in range(draw(st.integers(0, 2))):
        kind = draw(st.sampled_from(KpiType))
        over = draw(st.sampled_from(["customer", "order"]))
        kpis[f"k{number}"] = Kpi(
            id=f"k{number}",
            type=kind,
            over=over,
            where=draw(cells),
            value=Cell(draw(texts)) if kind in (KpiType.MEAN, KpiType.PERCENTILE) else draw(cells),
            numerator=Cell(draw(texts)) if kind is KpiType.RATIO else Cell(),
            denominator=draw(cells),
            percentile=Cell("0.9") if kind is KpiType.PERCENTILE else Cell(),
            group_by=tuple(draw(st.lists(st.sampled_from(["a", "value_tier"]), unique=True))),
            groups_from=draw(blank | st.just("customer.a")),
            target=draw(cells),
            direction=draw(st.sampled_from(Direction)),
            unit=draw(blank | lines),
            description=draw(blank | texts),
            factor=draw(cells),
            latest_per=tuple(
                draw(st.lists(st.sampled_from(["amount", "customer"]), unique=True)) if over == "order" else ()
            ),
            per=draw(cells),
            fact=draw(st.just("value_tier") if kind is KpiType.CONVERSION else blank),
            from_value=Cell(draw(texts)) if kind is KpiType.CONVERSION else Cell(),
            to_value=Cell(draw(texts)) if kind is KpiType.CONVERSION else Cell(),
        )
    experiments = {}
    for number in range(draw(st.integers(0, 1))):
        experiments[f"e{number}"] = Experiment(
            id=f"e{number}",
            fact="a",
            label=Label(draw(blank | lines), draw(blank | lines)),
            scope=draw(cells),
            share=Cell(draw(texts)),
            salt=Cell(draw(texts)),
            arms=tuple(Cell(t) for t in draw(st.lists(lines, min_size=2, max_size=2))),
            description=draw(blank | texts),
        )
    role_label, role_aliases = unique_words(draw, "am")
    parameter_label, parameter_aliases = unique_words(draw, "limit")
    return RuleSet(
        name="any",
        label=Label(draw(blank | lines), draw(blank | lines)),
        description=draw(blank | texts),
        version=draw(blank | lines),
        time_zone=draw(st.sampled_from(["UTC", "Asia/Shanghai"])),
        language=draw(st.sampled_from(["en", "zh"])),
        vocabulary=Vocabulary({"customer": customer, "order": order}),
        parameters={
            "limit": Parameter(
                "limit", "number", Cell(draw(texts)), parameter_label, parameter_aliases, "", draw(blank | texts)
            )
        },
        roles={
            "am": Role(
                "am",
                role_label,
                role_aliases,
                draw(st.none() | st.builds(Cell, texts)),
                deputy=draw(st.none() | st.builds(Cell, texts)),
            )
        },
        policies=draw(policies()),
        decisions=decisions,
        kpis=kpis,
        experiments=experiments,
        tests=draw(rule_tests(customer, order, decisions, experiments)),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(rule_sets(), st.sampled_from(["zh", "en"]))
def test_any_rule_set(ruleset, lang):
    by_yaml = through(ruleset, ".yaml")
    assert to_document(by_yaml) == to_document(ruleset)
    by_excel = through(ruleset, ".xlsx", lang)
    assert to_document(by_excel) == to_document(ruleset)
    assert by_yaml == by_excel == ruleset
    assert fingerprint(by_yaml) == fingerprint(by_excel) == fingerprint(ruleset)
