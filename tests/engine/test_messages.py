"""Texts: what templates may say, how values look, and that nothing else gets through."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from crmrules.engine.messages import OUTPUT_LIMIT, TemplateFailure, TemplateReader, Words, render
from crmrules.model.spans import Span
from crmrules.model.values import Date, DateTime

NAMES = ("name", "amount", "signed", "touched", "tags", "tier", "vip", "nothing", "as_of")
WORDS = Words(
    {**{name: name for name in NAMES}, "客户名称": "name"},
    {"tier": {"high": "高", "low": "低"}, "tags": {"a": "甲"}},
    "zh",
)
VALUES = {
    "name": "甲公司", "amount": Decimal("1234567.8"), "signed": Date(2026, 3, 1), "vip": True, "tier": "high",
    "touched": DateTime.parse("2026-03-01T09:05:00@Asia/Shanghai"), "tags": ["a", "b"], "nothing": None,
}  # fmt: skip


def text(source: str) -> str:
    template, issues = TemplateReader(WORDS).read(source)
    assert template is not None and issues == [], [i.render() for i in issues]
    return render(template, VALUES)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("no placeholder { } % #", "no placeholder { } % #"),
        ("{{ name }}：{{ 客户名称 }}", "甲公司：甲公司"),
        ("{{ amount }} {{ amount | money }} {{ amount | number(0) }}", "1234567.8 1,234,567.80 1,234,568"),
        ("{{ 0.256 | percent }} {{ 0.256 | percent(1) }}", "26% 25.6%"),
        ("{{ signed }} {{ touched }} {{ touched | date }}", "2026-03-01 2026-03-01 09:05 2026-03-01"),
        ("{{ tier }} {{ tags }} {{ tags | join('/') }}", "高 甲、b a/b"),
        ("{{ nothing }} {{ nothing | default('无') }} {{ name | default('无') }}", "— 无 甲公司"),
        ("{{ vip }} {{ name | upper }} {{ '  x ' | trim }}", "是 甲公司 x"),
        ("{% if tier == 'high' and not nothing %}尊贵的{% else %}亲爱的{% endif %}{{ name }}", "尊贵的甲公司"),
        ("{% for tag in tags %}[{{ tag }}]{% endfor %}", "[a][b]"),
        ("{{ name ~ '!' }} {{ 'big' if amount > 1000 else 'small' }}", "甲公司! big"),
        ("{{ 'VIP ' if vip }}{{ 'new ' if not vip }}{{ name }}", "VIP 甲公司"),
        ("{# a comment #}x", "x"),
        ("<b>{{ '<i>' }}</b>", "<b><i></b>"),
    ],
)
def test_what_templates_say(source: str, expected: str) -> None:
    assert text(source) == expected


@pytest.mark.parametrize(
    ("source", "code", "what"),
    [
        ("{{ ''.__class__ }}", "P310", "an attribute"),
        ("{{ name.__class__.__mro__ }}", "P310", "an attribute"),
        ("{{ name['__class__'] }}", "P310", "an index or attribute"),
        ("{{ tags[0] }}", "P310", "an index or attribute"),
        ("{{ name() }}", "P310", "a call"),
        ("{{ name.format(1) }}", "P310", "a call"),
        ("{{ range(10) }}", "P310", "a call"),
        ("{{ 'a' * 999999999 }}", "P310", "arithmetic"),
        ("{{ 9 ** 9 ** 9 }}", "P310", "arithmetic"),
        ("{{ amount + 1 }}", "P310", "arithmetic"),
        ("{{ '%999999999d' % 1 }}", "P310", "arithmetic"),
        ("{% set x = 1 %}", "P310", "an assignment"),
        ("{% include 'x' %}", "P310", "an include"),
        ("{% import 'x' as x %}", "P310", "an import"),
        ("{% extends 'x' %}", "P310", "inheritance"),
        ("{% macro m() %}{% endmacro %}", "P310", "a macro"),
        ("{{ name is defined }}", "P310", "a test"),
        ("{% for i in range(10) %}{% endfor %}", "P310", "a loop over anything but a list fact"),
        ("{% for a in tags %}{% for b in tags %}x{% endfor %}{% endfor %}", "P310", "a loop inside a loop"),
        ("{% for a in tags recursive %}{% endfor %}", "P310", "a loop over anything but a list fact"),
        ("{{ self }}", "P311", "self"),
        ("{{ loop }}", "P311", "loop"),
        ("{{ name | attr('__class__') }}", "P312", "attr"),
        ("{{ name | format }}", "P312", "format"),
        ("{{ tags | map }}", "P312", "map"),
        ("{{ name", "P309", ""),
        ("{% if name %}", "P309", ""),
        ("{{ " + "(" * 5000 + "name" + ")" * 5000 + " }}", "P309", ""),
        ("{{ name }}" * 5000, "P310", "a text of this length"),
    ],
)
def test_what_is_refused_at_load(source: str, code: str, what: str) -> None:
    started = time.perf_counter()
    template, issues = TemplateReader(WORDS).read(source, Span("rules.yaml", 3, 5))
    assert template is None
    assert [i.code for i in issues] == [code]
    assert what in (issues[0].params.get("what"), issues[0].params.get("found")) or not what
    assert time.perf_counter() - started < 1


def test_every_problem_of_a_text_with_its_character() -> None:
    _, issues = TemplateReader(WORDS).read(
        "{{ nmae }} {{ name | uper }} {{ amout }}", Span("t.xlsx", sheet="S", cell="B7")
    )
    assert [i.render() for i in issues] == [
        "t.xlsx › S!B7 (character 4): error P311: the placeholder 'nmae' names nothing of the customer; "
        "did you mean name?",
        "t.xlsx › S!B7 (character 22): error P312: there is no filter 'uper'; filters: date, datetime, default, join, "
        "lower, money, number, percent, trim, upper; did you mean upper?",
        "t.xlsx › S!B7 (character 33): error P311: the placeholder 'amout' names nothing of the customer; "
        "did you mean amount?",
    ]


def test_output_is_bounded() -> None:
    template, _ = TemplateReader(WORDS).read("{% for tag in tags %}{{ name }}{% endfor %}")
    assert template is not None
    values = {"tags": ["x"] * 1_000_000, "name": "n" * 1000}
    started = time.perf_counter()
    with pytest.raises(TemplateFailure, match=f"longer than {OUTPUT_LIMIT} characters"):
        render(template, values)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("source", ["{{ name | money }}", "{{ amount | date }}", "{{ 'x' if name > 1 }}"])
def test_values_that_do_not_fit_fail_softly(source: str) -> None:
    template, issues = TemplateReader(WORDS).read(source)
    assert template is not None, issues
    with pytest.raises(TemplateFailure):
        render(template, VALUES)


def test_values_are_never_templates() -> None:
    template, _ = TemplateReader(WORDS).read("{{ name }}")
    assert template is not None
    assert render(template, {"name": "{{ ''.__class__ }}"}) == "{{ ''.__class__ }}"
