"""Documents to rule sets: names resolved, ids given, includes followed, and every mistake located."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from crmrules.model.ruleset import HitPolicy
from crmrules.model.vocabulary import Cell, Label
from crmrules.rulesets.loader import inspect_ruleset, read_ruleset

BASE = textwrap.dedent("""\
    crmrules: 1
    name: small
    parameters:
      high_value: {label: {zh: 高价值门槛}, value: 50万}
    vocabulary:
      customer:
        amount: {label: {en: Annual amount, zh: 年合作额}, aliases: [年消费额], type: number}
        touched: {type: datetime}
        tier: {values: [high, low]}
    decisions:
      tiers:
        kind: classification
        inputs: [年合作额]
        outputs: [tier]
        rules:
          - {when: {Annual amount: '>= high_value'}, then: {tier: high}}
          - {id: low, when: {amount: -}, then: {tier: low}, note: rest}
""")


def test_small_rule_set(read):
    ruleset, issues = read(BASE)
    assert issues == []
    table = ruleset.decisions["tiers"]
    assert [i.expression.text for i in table.inputs] == ["amount"]
    assert table.hit_policy is HitPolicy.UNIQUE
    assert [r.id for r in table.rules] == ["tiers.1", "low"]
    assert table.rules[0].when == (Cell(">= high_value"),)
    assert table.rules[1].when == (Cell("-"),)
    assert str(table.rules[0].when[0].span) == "rules.yaml:16:32"
    assert str(table.rules[0].when[0].span.at(3)) == "rules.yaml:16:36"
    assert ruleset.vocabulary.customer["touched"].type == "date and time"
    assert ruleset.parameters["high_value"].label == Label(zh="高价值门槛")
    assert ruleset.files == ("rules.yaml",)


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            changed("inputs: [年合作额]", "inputs: [年合做额]"),
            [
                "rules.yaml:13:14: error R310: unknown input `年合做额`: no fact of the customer has this name, label or "
                "alias; did you mean 年合作额?",
            ],
        ),
        (
            changed("{Annual amount: '>=", "{Anual amount: '>="),
            [
                "rules.yaml:16:17: error R312: the rule has a condition on `Anual amount`, which is no input of this "
                "table; its inputs: amount; did you mean Annual amount?"
            ],
        ),
        (
            changed("outputs: [tier]", "outputs: [teir]"),
            [
                "rules.yaml:14:15: error R311: unknown result `teir`; known: amount, touched, tier; did you mean tier?",
            ],
        ),
        (
            changed("{id: low,", "{id: tiers.1,"),
            ["rules.yaml:17:14: error R305: two rules have the id `tiers.1`; the other is at rules.yaml:16:9"],
        ),
        (
            changed("kind: classification", "kind: classification\n    hit_policy: FRIST"),
            [
                "rules.yaml:13:17: error R203: `hit_policy` cannot be `FRIST`; expected one of: U, A, P, F, C, C+, C<, "
                "C>, C#, R, O, UNIQUE, ANY, PRIORITY, FIRST, COLLECT, COLLECT SUM, COLLECT MIN, COLLECT MAX, COLLECT "
                "COUNT, SUM, MIN, MAX, COUNT, RULE ORDER, OUTPUT ORDER; did you mean FIRST?"
            ],
        ),
        (
            changed("type: number", "type: numer"),
            [
                "rules.yaml:7:75: error V102: unknown type `numer`; known: number, string, boolean, date, time, date and"
                " time, days and time duration, years and months duration, list<…>; did you mean number?"
            ],
        ),
        (
            changed("note: rest", "nota: rest"),
            [
                "rules.yaml:17:57: error R201: unknown key `nota`; known here: id, when, then, note, valid_from, "
                "valid_to; did you mean note?"
            ],
        ),
        (
            changed("type: datetime", "label: {zh: 年合作额}"),
            [
                "rules.yaml:8:5: error V101: `年合作额` means two things: customer.amount and customer.touched; rename one"
            ],
        ),
        (
            changed("type: datetime", "label: {zh: 高价值门槛}"),
            [
                "rules.yaml:4:3: error V101: `高价值门槛` means two things: customer.touched and parameters.high_value; "
                "rename one"
            ],
        ),
        (
            changed("inputs: [年合作额]", "inputs: 年合作额"),
            [
                "rules.yaml:13:13: error R202: `inputs` is text (`年合作额`), expected a list",
            ],
        ),
        (
            changed("crmrules: 1", "crmrules: 2"),
            ["rules.yaml:1:11: error R207: this file says format version 2; this program reads version 1"],
        ),
        (
            changed("crmrules: 1\nname: small\n", ""),
            [
                "rules.yaml:1:1: error R204: `crmrules` is missing",
                "rules.yaml:1:1: error R204: `name` is missing",
            ],
        ),
        (
            changed("name: small", "name: small\ntime_zone: Asia/Shangai"),
            ["rules.yaml:3:12: error V110: unknown time zone `Asia/Shangai`; did you mean Asia/Shanghai?"],
        ),
    ],
    ids=lambda v: v[0].split("error ")[1][:4] if isinstance(v, list) else None,
)
def test_one_mistake(text, expected, read):
    ruleset, issues = read(text)
    assert ruleset is None
    assert issues == expected


def test_mistakes_in_chinese(read):
    _, issues = read(changed("inputs: [年合作额]", "inputs: [年合做额]"), lang="zh")
    assert (
        issues[0]
        == "rules.yaml:13:14: 错误 R310: 未知条件“年合做额”：客户没有此名称、标签或别名的字段；是否想写 年合作额？"
    )


def test_gb18030_rule_file_is_read_with_a_note(read):
    ruleset, issues = read(BASE.encode("gb18030"))
    assert issues == ["rules.yaml: note R109: read as GB18030; save the file as UTF-8 to be safe"]
    assert ruleset.vocabulary.customer["amount"].label.zh == "年合作额"


def test_all_problems_of_all_files_at_once(write, monkeypatch, tmp_path):
    write(
        changed("name: small", "name: small\nlanguge: zh\ninclude: [a.yaml, sub/b.yaml, none.yaml]").replace(
            "[tier]", "[teir]"
        )
    )
    write("vocabulary: {customer: {amount: {}, x: {type: nmber}}}\n", "a.yaml")
    write("roles: {am: {persn: owner}}\n", "sub/b.yaml")
    monkeypatch.chdir(tmp_path)
    ruleset, issues = read_ruleset("rules.yaml")
    assert ruleset is None
    assert [f"{i.span} {i.code}" for i in issues] == [
        "rules.yaml:3:1 R201",
        "sub/b.yaml:1:14 R201",
        "rules.yaml:4:31 R301",
        "a.yaml:1:25 R304",
        "a.yaml:1:47 V102",
        "rules.yaml:16:15 R311",
    ]


def test_inspect_gives_what_can_be_made_out(write):
    path = write(changed("outputs: [tier]", "outputs: [tier, teir]"))
    ruleset, issues = inspect_ruleset(path)
    assert [i.code for i in issues] == ["R311"]
    assert ruleset.decisions["tiers"].outputs == ("tier",)


# --- includes --------------------------------------------------------------------------------------------------------


def test_includes_are_merged_in_order(write, monkeypatch, tmp_path):
    write("crmrules: 1\nname: a\ninclude: [sub/b.yaml]\nroles: {one: {}}\n")
    write("include: [c.yaml]\nroles: {two: {}}\n", "sub/b.yaml")
    write("roles: {three: {}}\ntime_zone: Asia/Shanghai\n", "sub/c.yaml")
    monkeypatch.chdir(tmp_path)
    ruleset, issues = read_ruleset(tmp_path)
    assert issues == []
    assert list(ruleset.roles) == ["one", "two", "three"]
    assert ruleset.time_zone == "Asia/Shanghai"
    assert [Path(f).name for f in ruleset.files] == ["rules.yaml", "b.yaml", "c.yaml"]


def test_a_file_included_twice_counts_once(write):
    path = write("crmrules: 1\nname: a\ninclude: [b.yaml, c.yaml]\n")
    write("include: [c.yaml]\n", "b.yaml")
    write("roles: {one: {}}\n", "c.yaml")
    ruleset, issues = read_ruleset(path)
    assert issues == []
    assert list(ruleset.roles) == ["one"]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (
            "../other.yaml",
            "rules/rules.yaml:3:11: error R302: the included file ../other.yaml lies outside the rule set's folder; move it inside",
        ),
        (
            "/etc/passwd",
            "rules/rules.yaml:3:11: error R302: the included file /etc/passwd lies outside the rule set's folder; move it inside",
        ),
        (
            "sub/../../other.yaml",
            "rules/rules.yaml:3:11: error R302: the included file sub/../../other.yaml lies outside the rule set's folder; move it inside",
        ),
        (
            "link.yaml",
            "rules/rules.yaml:3:11: error R302: the included file link.yaml lies outside the rule set's folder; move it inside",
        ),
        (
            "vocabulry.yaml",
            "rules/rules.yaml:3:11: error R301: the included file vocabulry.yaml does not exist; did you mean vocabulary.yaml?",
        ),
        ("rules.yaml", "rules/rules.yaml:3:11: error R303: the file includes itself: rules.yaml → rules.yaml"),
        (
            "loop.yaml",
            "rules/loop.yaml:1:11: error R303: the file includes itself: rules.yaml → loop.yaml → rules.yaml",
        ),
        (
            "named.yaml",
            "rules/named.yaml:1:1: error R306: an included file cannot set `name`; it belongs in rules/rules.yaml",
        ),
        (
            "text.txt",
            "rules/text.txt: error R103: no reader for files ending in .txt; known endings: .yaml, .yml, .json, .xlsx, .xlsm, .xltx, .xltm, .xls, .xlsb, .ods, .et",
        ),
    ],
)
def test_includes_that_cannot_be(include, expected, write, monkeypatch, tmp_path):
    write(f"crmrules: 1\nname: a\ninclude: [{include}]\n", "rules/rules.yaml")
    write("roles: {secret: {}}\n", "other.yaml")
    write("roles: {}\n", "rules/vocabulary.yaml")
    write("include: [rules.yaml]\n", "rules/loop.yaml")
    write("name: b\n", "rules/named.yaml")
    write("hello", "rules/text.txt")
    (tmp_path / "rules" / "link.yaml").symlink_to(tmp_path / "other.yaml")
    monkeypatch.chdir(tmp_path)
    ruleset, issues = read_ruleset("rules/rules.yaml")
    assert ruleset is None
    assert [i.render() for i in issues] == [expected]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("rules.yml", "rules.yml: error R101: there is no such file; did you mean rules.yaml?"),
        (
            "empty",
            "empty: error R102: the folder holds no rule set: expected rules.yaml / rules.yml / rules.xlsx in it",
        ),
        (
            "rules.docx",
            "rules.docx: error R103: no reader for files ending in .docx; known endings: .yaml, .yml, .json, .xlsx, .xlsm, .xltx, .xltm, .xls, .xlsb, .ods, .et",
        ),
    ],
)
def test_main_file_that_cannot_be(path, expected, write, monkeypatch, tmp_path):
    write(BASE)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    ruleset, issues = read_ruleset(path)
    assert ruleset is None
    assert [i.render() for i in issues] == [expected]


def test_formats_of_a_registry_are_used(write):
    from crmrules.model.ports import Registry
    from crmrules.rulesets.yaml import parse_yaml

    path = write("small", "rules.odd")

    def reader(found, file=None):
        return parse_yaml(f"crmrules: 1\nname: {Path(found).read_text()}\n", file)

    ruleset, issues = read_ruleset(path, Registry(formats={".odd": reader}))
    assert issues == []
    assert ruleset.name == "small"


# --- cells -----------------------------------------------------------------------------------------------------------


def test_written_null_is_feels_null_and_blank_is_any(read):
    ruleset, issues = read(changed("{amount: -}", "{amount: null}"))
    assert issues == []
    assert ruleset.decisions["tiers"].rules[1].when == (Cell("null"),)
    ruleset, _ = read(changed("{amount: -}", "{amount: }"))
    assert ruleset.decisions["tiers"].rules[1].when == (Cell(""),)


@pytest.mark.parametrize("written", ["1.10", "100", "true", "NO", "12:30", "'1.10'", "010"])
def test_cells_keep_their_text(written, read):
    ruleset, _ = read(changed("{amount: -}", f"{{amount: {written}}}"))
    assert ruleset.decisions["tiers"].rules[1].when == (Cell(written.strip("'")),)


def test_inputs_may_be_expressions_with_labels(read):
    text = changed(
        "inputs: [年合作额]", "inputs: [年合作额, {expression: 'as_of - touched', label: 未联系时长}, count(orders)]"
    )
    text = text.replace("{amount: -}", "{amount: -, 未联系时长: '> P30D', count(orders): '> 1'}")
    ruleset, issues = read(text)
    assert issues == []
    table = ruleset.decisions["tiers"]
    assert [(i.expression.text, i.label) for i in table.inputs] == [
        ("amount", ""),
        ("as_of - touched", "未联系时长"),
        ("count(orders)", ""),
    ]
    assert table.rules[1].when == (Cell("-"), Cell("> P30D"), Cell("> 1"))


def test_action_columns_by_any_spelling(read):
    ruleset, issues = read(
        "crmrules: 1\nname: a\nvocabulary:\n  action: {channel: {aliases: [怎么联系]}}\ndecisions:\n"
        "  c: {kind: cadence, inputs: [], outputs: [频率, 怎么联系, Owner role],\n"
        "      rules: [{then: {跟进频率: 每周1次, 跟进方式: phone, 责任人: am}}]}\n"
    )
    assert issues == []
    assert ruleset.decisions["c"].outputs == ("every", "channel", "owner_role")
    assert [c.text for c in ruleset.decisions["c"].rules[0].then] == ["每周1次", "phone", "am"]


def test_label_as_one_text(read):
    ruleset, _ = read("crmrules: 1\nname: a\nroles: {am: {label: 客户经理}, bm: {label: Manager}}\n")
    assert [r.label for r in ruleset.roles.values()] == [Label(zh="客户经理"), Label(en="Manager")]


def test_kpi_names_are_resolved(read):
    ruleset, issues = read(
        "crmrules: 1\nname: a\nvocabulary:\n  customer: {tier: {label: {zh: 等级}}}\n"
        "  owner: {team: {label: {zh: 团队}}}\n  order: {placed_at: {label: {zh: 下单时间}, type: date and time}}\n"
        "kpis:\n  k: {type: simple, over: order, window: P90D, window_on: 下单时间, group_by: [customer.等级, 等级], groups_from: owner.团队}\n"
    )
    assert issues == []
    kpi = ruleset.kpis["k"]
    assert (kpi.window_on, kpi.group_by, kpi.groups_from) == ("placed_at", ("customer.tier", "tier"), "owner.team")
