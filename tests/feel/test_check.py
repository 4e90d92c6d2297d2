"""What is certainly wrong is reported, all of it, with place and nearest word; what may be right is not."""

from __future__ import annotations

import pytest

from crmrules.feel.compiler import Scope, compile_expression
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    NUMBER,
    STRING,
    ContextType,
    ListType,
    Type,
)
from crmrules.model.codes.language import LANGUAGE_CODES
from crmrules.model.issues import Severity

ORDER = ContextType({"amount": NUMBER, "placed_at": DATE_TIME}, open=False)
SCOPE = Scope(
    names={
        "amount": NUMBER, "tier": STRING, "vip": BOOLEAN, "day": DATE, "moment": DATE_TIME, "length": DAYS_DURATION,
        "orders": ListType(ORDER), "order": ORDER, "open": ContextType({"a": NUMBER}), "x": ANY, "date": DATE,
        "as_of": DATE_TIME,
    },
    spellings={"金额": "amount", "下单时间": "placed_at"},
)  # fmt: skip


def messages(text: str, expected: Type | None = None) -> list[str]:
    _, issues = compile_expression(text, SCOPE, expected=expected)
    return [f"{i.span.char}:{i.code} {i.message()}" for i in issues]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("amuont > 5", '1:F120 unknown name "amuont"; did you mean amount?'),
        ("1 + 金钱", '5:F120 unknown name "金钱"; did you mean 金额?'),
        ("cuont(orders)", '1:F122 unknown function "cuont"; did you mean count?'),
        ("order.amonut", '1:F124 there is no "amonut" here; did you mean amount?'),
        ("orders.amonut", '1:F124 there is no "amonut" here; did you mean amount?'),
        ("day.yaer", '1:F125 date has no property "yaer"; did you mean year?'),
        ('contains("a")', "1:F126 contains takes 2 arguments, not 1"),
        ("(function(x) x)(1, 2)", "2:F126 function takes 1 arguments, not 2"),
        ("floor(number: 1)", "1:F127 floor has no parameter number; it has n, scale"),
        ("amount(1)", "1:F128 number cannot be called like a function"),
        ("floor(tier)", "7:F129 floor takes number here, not string"),
        ("tier > 5", "1:F130 string cannot be compared with number"),
        ('amount = "5"', "1:F130 number cannot be compared with string"),
        ("day < moment", "1:F130 date cannot be compared with date and time"),
        ("amount between 1 and tier", "1:F130 number cannot be compared with string"),
        ("vip > true", "1:F131 boolean has no order: it cannot be compared by < or >"),
        ("amount and vip", "1:F132 a condition is true or false; this is number"),
        ("if amount then 1 else 2", "4:F132 a condition is true or false; this is number"),
        ('orders["a"]', "8:F133 a filter is a condition or a position; this is string"),
        ("tier + 1", "1:F134 string + number cannot be calculated"),
        ("day + 1", "1:F134 date + number cannot be calculated"),
        ("-tier", "1:F135 string cannot be negated"),
        ('@"2026-02-30"', '1:F140 "2026-02-30" is no date, time or duration'),
        ("{a: 1, a: 2}", '8:F141 the key "a" occurs twice'),
        ('function(a) external {java: "x"}', "1:F142 external functions cannot be called"),
        ("1 / 0", "1:F143 this can never have a value: division by zero"),
        ("amount in [\"a\"..\"b\"]", "11:F130 number cannot be compared with string"),
        ('amount in ("a", 5)', "12:F130 number cannot be compared with string"),
        ("orders[amount > tier]", "8:F130 number cannot be compared with string"),
        ("for o in orders return o.x", '24:F124 there is no "x" here'),
    ],
)  # fmt: skip
def test_certain_errors(text: str, message: str) -> None:
    assert messages(text) == [message]


@pytest.mark.parametrize(
    "text",
    [
        "x > 5", 'x = "a"', "x.anything", "open.b > 1", "orders[amount > 5].placed_at", "orders[下单时间 < as_of]",
        "day - length", "moment - day", "length * 2", "amount = null", "orders[1].amount + 1", "sum(orders.amount)",
        "count(amount)", 'if vip then 1 else "a"', "x(1)", "[1, \"a\"][1]", "amount in (1, 2, null)", "[amount][x]",
        'date("2026-01-31") > day', "min(orders.placed_at) < as_of", "sort(orders, function(a, b) a.amount > b.amount)[1].amount",
        "some o in orders satisfies o.amount > 5", "orders[vip]", "{f: function(n) f(n)}.f(1)",
    ],
)  # fmt: skip
def test_what_may_be_right_is_accepted(text: str) -> None:
    assert messages(text) == []


def test_all_problems_at_once() -> None:
    assert messages("amuont > 5 and tier > 3 and cuont(orders) > 1") == [
        '1:F120 unknown name "amuont"; did you mean amount?',
        "16:F130 string cannot be compared with number",
        '29:F122 unknown function "cuont"; did you mean count?',
    ]


def test_expected_type() -> None:
    assert messages("tier", NUMBER) == ["1:F136 this gives string; number is expected"]
    assert messages("amount * 2", NUMBER) == []
    assert messages("x", NUMBER) == []
    assert messages("orders.amount", ListType(STRING)) == ["1:F136 this gives list<number>; list<string> is expected"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 + amount", "number"), ("moment - day", "days and time duration"), ("orders[amount > 1]", f"list<{ORDER}>"),
        ("orders[1]", str(ORDER)), ("orders.amount", "list<number>"), ("{a: 1, b: a > 2}", "context<a: number, b: boolean>"),
        ("if vip then 1 else 2", "number"), ("if vip then 1 else tier", "Any"), ("[1..2]", "range<number>"),
        ("for o in orders return o.amount", "list<number>"), ("function(a: number) a * 2", "function<number> -> number"),
        ("max(orders.placed_at)", "date and time"), ("x + 1", "Any"), ("null", "Null"), ("day.year", "number"),
    ],
)  # fmt: skip
def test_types(text: str, kind: str) -> None:
    compiled, issues = compile_expression(text, SCOPE)
    assert compiled is not None and not issues
    assert str(compiled.type) == kind


def test_pure_feel_warns_and_runs() -> None:
    compiled, issues = compile_expression('100 = "100"', Scope(relaxed=False))
    assert compiled is not None and compiled.call({}) is None
    assert [(i.code, i.severity) for i in issues] == [("F130", Severity.WARNING)]


def test_every_code_has_both_languages_and_an_example() -> None:
    for code in LANGUAGE_CODES:
        assert code.en and code.zh and code.example, code.code


def test_reads() -> None:
    compiled, _ = compile_expression("sum(orders[placed_at >= as_of - P30D].amount) > 金额 and now() > moment", SCOPE)
    assert compiled is not None
    assert compiled.reads == {"orders", "as_of", "amount", "moment"}
