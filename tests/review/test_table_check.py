"""What is known of a rule set's columns: whole numbers, counts, defaults, decided facts, words."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmrules.engine.compiler import compile_ruleset
from crmrules.model.issues import Issue, has_errors
from crmrules.review.table_check import table_issues
from crmrules.rulesets.loader import read_ruleset

ROOT = Path(__file__).parents[2]

HEAD = """\
crmrules: 1
name: t
language: {language}
vocabulary:
  customer:
    amount: {{type: number, scale: 2, range: ">= 0"}}
    age: {{type: number}}
    vip: {{type: boolean, missing: default, default: false}}
    orders_12m: {{type: number, formula: count(orders)}}
    twice: {{type: number, formula: orders_12m * 2}}
    half: {{type: number, formula: orders_12m / 2}}
    tier:
      type: string
      values: [{{value: high, label: {{zh: 高}}}}, {{value: mid, label: {{zh: 中}}}}, {{value: low, label: {{zh: 低}}}}]
    score: {{type: number}}
    band: {{type: string, values: [a, b, c]}}
  order:
    amount: {{type: number}}
decisions:
"""


def found(tmp_path: Path, decisions: str, language: str = "en") -> list[str]:
    path = tmp_path / "rules.yaml"
    path.write_text(HEAD.format(language=language) + decisions, encoding="utf-8")
    return [f"{each.code} {each.message()}" for each in checked(path)]


def checked(path: Path) -> list[Issue]:
    ruleset, issues = read_ruleset(path)
    assert ruleset is not None, issues
    compiled, more = compile_ruleset(ruleset)
    assert compiled is not None, more
    assert not has_errors([*issues, *more])
    return table_issues(compiled)


def table(name: str, policy: str, given: str, gives: str, *rows: tuple[str, str], more: str = "") -> str:
    lines = [
        f"  {name}:",
        "    kind: classification",
        f"    hit_policy: {policy}",
        f"    inputs: [{given}]",
        f"    outputs: [{gives}]",
    ]
    lines += [f"    {more}"] if more else []
    lines.append("    rules:")
    for n, (when, then) in enumerate(rows):
        lines.append(f"      - {{id: {name}{n}, when: {{{given}: '{when}'}}, then: {{{gives}: {then}}}}}")
    return "\n".join(lines) + "\n"


BANDS = (("<= 4", "a"), (">= 5", "b"), ("null", "c"))


@pytest.mark.parametrize(
    ("given", "code"),
    [("orders_12m", ""), ("twice", ""), ("half", "T202"), ("age", "T202"), ("amount", "T201"), ("count(orders)", "")],
)
def test_counts_and_what_is_made_of_them_are_whole(tmp_path: Path, given: str, code: str) -> None:
    codes = [line[:4] for line in found(tmp_path, table("t", "U", given, "band", *BANDS)) if line[:4] != "T208"]
    assert codes == [code] * bool(code)


def test_a_decided_fact_has_the_values_that_are_given(tmp_path: Path) -> None:
    scores = table("s", "U", "age", "score", ("< 5", "1"), (">= 5", "3"))
    assert found(tmp_path, scores + table("t", "U", "score", "band", ("3", "a"), ("<= 2", "b"), ("null", "c"))) == []
    lines = found(tmp_path, scores + table("t", "U", "score", "band", ("3", "a"), ("2", "b"), ("null", "c")))
    assert lines == [
        "T201 table t: no row covers score = 1, for instance score = 1; a row that would: when: {score: 1}",
        "T208 row t1 of table t can never match: `2` accepts no value that score can have",
    ]


def test_sums_of_whole_points_are_whole(tmp_path: Path) -> None:
    scores = table("s", "C+", "age", "score", ("< 5", "1"), (">= 5", "3"))
    assert found(tmp_path, scores + table("t", "U", "score", "band", ("<= 2", "a"), (">= 3", "b"), ("null", "c"))) == []


def test_words_are_spelt_in_the_language_of_the_rules(tmp_path: Path) -> None:
    rows = table("t", "U", "tier", "band", ("high", "a"), ("low", "b"))
    assert (
        found(tmp_path, rows)[0]
        == "T201 table t: no row covers tier = mid, for instance tier = mid; a row that would: when: {tier: mid}"
    )
    assert "a row that would: when: {tier: 中}" in found(tmp_path, rows, "zh")[0]
    assert found(tmp_path, rows)[1:] == ["T213 no row of table t gives these values of band: c"]


def test_a_default_closes_gaps_and_makes_known(tmp_path: Path) -> None:
    rows = table("t", "U", "tier", "band", ("high", "a"), ("low", "b"), more="default: {band: c}")
    assert found(tmp_path, rows) == []
    assert found(tmp_path, table("t", "F", "vip", "band", ("true", "a"), ("false", "b"), ("-", "c"))) == [
        "T205 row t2 of table t is never used: wherever it could match, other rows win: t0, t1"
    ]


@pytest.mark.parametrize("name", ["minimal", "rfm_clv", "sales_funnel"])
def test_examples_are_clean(name: str) -> None:
    assert checked(ROOT / f"config/examples/{name}/rules.yaml") == []
