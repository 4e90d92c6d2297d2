"""Cells in the spelling of spreadsheets: what they mean, and what is refused in which words."""

from __future__ import annotations

import pytest

from crmrules.feel.compiler import CompiledTest, Scope, compile_unary
from crmrules.feel.notes import Note
from crmrules.feel.shapes import Anything, Intervals, IsNull, Opaque, Points, Shape, Union
from crmrules.feel.types import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NUMBER,
    STRING,
    ListType,
    Type,
)
from crmrules.model.spans import Span
from crmrules.model.values import Range, Value, parse_temporal

SCOPE = Scope(names={"limit": NUMBER, "placed": DATE}, constants={"大客户线": 500_000}, spellings={"上限": "limit"})
TIERS = {"VIP": "vip", "vip": "vip", "高价值": "high", "普通": "normal", "New York": "ny"}


def cell(text: str, kind: Type = NUMBER, words: dict[str, Value] | None = None) -> CompiledTest:
    test, issues = compile_unary(text, SCOPE, input=kind, values=words)
    assert test is not None, [i.message() for i in issues]
    assert not issues
    return test


def wrong(text: str, kind: Type = NUMBER, words: dict[str, Value] | None = None, lang: str = "en") -> str:
    test, issues = compile_unary(text, SCOPE, Span(sheet="Tiers", cell="B7"), input=kind, values=words)
    assert test is None
    return "\n".join(i.render(lang) for i in issues)


def closed(low: Value, high: Value) -> Intervals:
    return Intervals((Range(low, high),))


def from_(low: Value, included: bool = True) -> Intervals:
    return Intervals((Range(low, None, included, False),))


def to(high: Value, included: bool = True) -> Intervals:
    return Intervals((Range(None, high, False, included),))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("-", Anything()), ("", Anything()), ("  ", Anything()), ("－", Anything()), ("—", Anything()),
        ("50万", Points((500_000,))), ("１００", Points((100,))), ("1,000", Points((1000,))),
        ("100,000", Points((100_000,))), ("1, 2", Points((1, 2))), ("1、2，3；4", Points((1, 2, 3, 4))),
        ("1\n2\n", Points((1, 2))), ("-3\n-5", Points((-3, -5))),
        (">= 50万", from_(500_000)), ("＞＝５０万", from_(500_000)), ("≥50万", from_(500_000)),
        ("≤ 3", to(3)), ("＞3", from_(3, False)), ("≠3", Points((3,), negated=True)), ("＝3", Points((3,))),
        ("50万以上", from_(500_000)), ("50万以下", to(500_000)), ("不低于50万", from_(500_000)),
        ("不超过50万", to(500_000)), ("超过50万", from_(500_000, False)), ("低于50万", to(500_000, False)),
        ("大于 50万", from_(500_000, False)), ("小于50", to(50, False)), ("大于等于50", from_(50)), ("至少3", from_(3)),
        ("10万-50万", closed(100_000, 500_000)), ("10-50万", closed(100_000, 500_000)), ("10~50", closed(10, 50)),
        ("10～50", closed(10, 50)), ("10万至50万", closed(100_000, 500_000)), ("10 到 50", closed(10, 50)),
        ("-5~5", closed(-5, 5)), ("-5~5万", closed(-50_000, 50_000)), ("1,000~5,000万", closed(10_000_000, 50_000_000)), ("1,000-5,000", closed(1000, 5000)), ("5-10, 20-30", Intervals((Range(5, 10), Range(20, 30)))),
        ("[10万..50万)", Intervals((Range(100_000, 500_000, True, False),))),
        ("＜5，＞10", Intervals((Range(None, 5, False, False), Range(10, None, False, False)))),
        ("大客户线", Points((500_000,))), (">= 大客户线", from_(500_000)), ("[1..大客户线)", Intervals((Range(1, 500_000, True, False),))),
        ("null", IsNull()), ("not(null)", IsNull(negated=True)), ("not(1, 2)", Points((1, 2), negated=True)),
        ("not(< 5, > 10)", closed(5, 10)), ("not([5..10])", Intervals((Range(None, 5, False, False), Range(10, None, False, False)))),
        ("7, > 10", Union((Points((7,)), from_(10, False)))), ("null, < 5", Union((to(5, False), IsNull()))),
        ("not([1..5), (5..9], ]9..12[)", Intervals((Range(None, 1, False, False), Range(5, 5), Range(12, None, True, False)))),
        ("limit", Opaque()), (">= 上限", Opaque()), ("? > limit", Opaque()), ("[1, 2]", Points((1, 2))),
    ],
)  # fmt: skip
def test_number_cells(text: str, shape: Shape) -> None:
    assert cell(text).shape == shape


def test_percent() -> None:
    assert str(cell("20%").shape) == "Points(values=(Decimal('0.20'),), negated=False)"
    assert cell("10%-20%").test(cell("15%").shape.values[0], {}, None) is True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("VIP", ("vip",)), ("VIP、高价值", ("vip", "high")), ("高价值，普通", ("high", "normal")), ("VIP\n普通", ("vip", "normal")),
        ('"vip"', ("vip",)), ("“高价值”", ("high",)), ("= VIP", ("vip",)), ("New York, VIP", ("ny", "vip")),
        ("New  York", ("ny",)),
    ],
)  # fmt: skip
def test_words(text: str, values: tuple[str, ...]) -> None:
    assert cell(text, STRING, TIERS).shape == Points(values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("VIP", ("VIP",)), ("A-100, B/2", ("A-100", "B/2")), ("上海、北京", ("上海", "北京")), ("limit", ("limit",)),
        ("A+", ("A+",)), ("007", ("007",)), ("true", ("true",)), ("9:30 - 10:00", ("9:30 - 10:00",)),
    ],
)  # fmt: skip
def test_bare_text_without_allowed_values(text: str, values: tuple[str, ...]) -> None:
    assert cell(text, STRING).shape == Points(values)


@pytest.mark.parametrize(
    ("text", "value"), [("是", True), ("否", False), ("TRUE", True), ("no", False), ("true", True)]
)
def test_booleans(text: str, value: bool) -> None:
    assert cell(text, BOOLEAN).shape == Points((value,))


def test_the_value_itself_as_a_condition() -> None:
    assert cell("?", BOOLEAN).shape == Points((True,))
    assert [cell("?", BOOLEAN).test(v, {}, None) for v in (True, False, None, 5)] == [True, False, None, None]


def test_units_of_durations_and_dates() -> None:
    assert str(cell("30-60天", DAYS_DURATION).shape) == str(cell("[P30D..P60D]", DAYS_DURATION).shape)
    assert cell("1年", MONTHS_DURATION).shape == cell("P12M", MONTHS_DURATION).shape
    assert cell("2026-01-01~2026-03-31", DATE).shape == cell('[@"2026-01-01"..@"2026-03-31"]', DATE).shape
    assert cell("2026-01-01-2026-03-31", DATE).shape == cell("2026-01-01至2026-03-31", DATE).shape


PLACE = "Tiers!B7"


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("50-10", NUMBER, f"{PLACE}: error F113: the range starts at 50, above its end 10"),
        ("[50..10]", NUMBER, f"{PLACE}: error F113: the range starts at 50, above its end 10"),
        ("2026-03-01~2026-01-01", DATE, f"{PLACE}: error F113: the range starts at 2026-03-01, above its end 2026-01-01"),
        ('1~"a"', NUMBER, f"{PLACE}: error F130: number cannot be compared with string"),
        ("50万元", NUMBER, f"{PLACE}: error F114: 万元 after the number 50 is no unit; known: % 百 千 万 百万 千万 亿 万亿; delete 元: 50万"),
        ("30天", NUMBER, f"{PLACE}: error F130: number cannot be compared with days and time duration"),
        ("> 2026-01-31", DATE_TIME, f"{PLACE} (character 1): error F130: date and time cannot be compared with date"),
        ('"5"', NUMBER, f"{PLACE}: error F130: number cannot be compared with string"),
        ("limt", NUMBER, f'{PLACE}: error F120: unknown name "limt"; did you mean limit?'),
        (">= limt", NUMBER, f'{PLACE} (character 4): error F120: unknown name "limt"; did you mean limit?'),
        (">= 10 and < 50", NUMBER, f"{PLACE}: error F118: two comparisons in one cell; write [10..50)"),
        ("> 10 且 <= 50", NUMBER, f"{PLACE}: error F118: two comparisons in one cell; write (10..50]"),
        ("100,200", NUMBER, f"{PLACE}: error F112: 100,200 can be read in two ways; write 100200 or 100, 200"),
        ("== 3", NUMBER, f"{PLACE}: error F115: == is no operator; write ="),
        ("2026-02-30", DATE, f'{PLACE}: error F140: "2026-02-30" is no date, time or duration'),
        ("? + 1", NUMBER, f"{PLACE}: error F132: a condition is true or false; this is number"),
        ("limit > 3", BOOLEAN, ""),
    ],
)  # fmt: skip
def test_refused(text: str, kind: Type, message: str) -> None:
    if message:
        assert wrong(text, kind) == message.replace(" (character 1)", "")
    else:
        assert cell(text, kind).shape == Opaque()


def test_unknown_words_name_the_nearest() -> None:
    assert wrong("VPI, 高价", STRING, TIERS) == (
        'Tiers!B7: error F121: "VPI" is none of the allowed values (vip, high, normal, ny); did you mean VIP?\n'
        'Tiers!B7 (character 6): error F121: "高价" is none of the allowed values (vip, high, normal, ny); '
        "did you mean 高价值?"
    )
    assert wrong('"VPI"', STRING, TIERS, "zh") == (
        "Tiers!B7: 错误 F150: “VPI”不在允许的取值之中（vip、高价值、普通、ny），条件永远不成立；是否想写 VIP？"
    )


@pytest.mark.parametrize(
    ("text", "kind", "on_null", "accepted", "refused"),
    [
        ("-", NUMBER, True, 5, None), ("5", NUMBER, None, 5, 6), ("not(5)", NUMBER, None, 6, 5), ("!= 5", NUMBER, None, 6, 5),
        ("5, 6", NUMBER, None, 6, 7), ("not(5, 6)", NUMBER, None, 7, 6), ("[1..5)", NUMBER, None, 1, 5),
        ("not([1..5))", NUMBER, None, 5, 1), ("5, > 7", NUMBER, None, 8, 6), ("[5, 6]", NUMBER, None, 5, 7),
        ("null", NUMBER, True, None, 5), ("not(null)", NUMBER, False, 5, None), ("!= null", NUMBER, False, 5, None),
        ("null, 5", NUMBER, True, 5, 6), ("not(null, 5)", NUMBER, False, 6, 5), ("null, < 5", NUMBER, True, 4, 5),
        ("? != 5", NUMBER, True, 6, 5), ("? in (5, 6)", NUMBER, False, 5, 7), ("? = null or ? > 5", NUMBER, True, 6, 5),
        ("A-1, B", STRING, None, "B", "C"), ("not(A)", STRING, None, "B", "A"), ("null, A", STRING, True, "A", "B"),
        ("是", BOOLEAN, None, True, False), ("否", BOOLEAN, None, False, True), ("not(是)", BOOLEAN, None, False, True),
        ("2026-01-31", DATE, None, parse_temporal("2026-01-31"), parse_temporal("2026-02-01")),
    ],
)  # fmt: skip
def test_an_unknown_value_passes_only_what_names_it(
    text: str, kind: Type, on_null: bool | None, accepted: Value, refused: Value
) -> None:
    test = cell(text, kind).test
    assert test(None, {}, None) is on_null
    assert test(accepted, {}, None) is True
    assert text == "-" or test(refused, {}, None) is False


@pytest.mark.parametrize("text", ["limit", "not(limit)", "!= limit", "= limit", "< limit", "limit, 7"])
def test_an_unknown_variable_passes_nothing_either(text: str) -> None:
    notes: list[Note] = []
    assert cell(text).test(5, {"limit": None}, notes) is None
    assert cell(text).test(None, {"limit": 5}, notes) is None
    assert cell(text).test(None, {"limit": None}, notes) is None
    assert notes == []


TAGS = ListType(STRING)


@pytest.mark.parametrize(
    ("text", "kind", "words", "holds", "fails", "empty"),
    [
        ("高价值", TAGS, TIERS, ["high"], ["vip"], False), ("VIP、高价值", TAGS, TIERS, ["ny", "high"], ["normal"], False),
        ("not(VIP)", TAGS, TIERS, ["high"], ["high", "vip"], True), ('"vip"', TAGS, TIERS, ["vip"], ["ny"], False),
        ("not(VIP, 普通)", TAGS, TIERS, ["high"], ["high", "normal"], True),
        ("A-100, B/2", TAGS, None, ["B/2", "C"], ["A"], False), ("not(\"A\")", TAGS, None, ["B"], ["A", "B"], True),
        ("1, 2", ListType(NUMBER), None, [3, 2], [3], False), ("50万", ListType(NUMBER), None, [500_000], [50], False),
        ("2026-01-31", ListType(DATE), None, [parse_temporal("2026-01-31")], [parse_temporal("2026-02-01")], False),
        ('list contains(?, "vip")', TAGS, TIERS, ["vip"], ["ny"], False),
        ("count(?) > 1", TAGS, TIERS, ["vip", "ny"], ["ny"], False),
    ],
)  # fmt: skip
def test_tags(text: str, kind: Type, words: dict[str, Value] | None, holds: Value, fails: Value, empty: bool) -> None:
    test = cell(text, kind, words).test
    assert test(holds, {}, None) is True
    assert test(fails, {}, None) is False
    assert test([], {}, None) is empty
    if "?" not in text:
        assert test(None, {}, None) is None
        assert cell(text, kind, words).shape == Opaque()


def test_tags_of_variables_and_unknown_tags() -> None:
    assert cell("limit", ListType(NUMBER)).test([1, 5], {"limit": 5}, None) is True
    assert cell("limit", ListType(NUMBER)).test([1, 5], {"limit": None}, None) is None
    assert cell("null", TAGS).test(None, {}, None) is True
    assert cell("not(null)", TAGS).test([], {}, None) is True
    assert wrong("VPI", TAGS, TIERS) == (
        'Tiers!B7: error F121: "VPI" is none of the allowed values (vip, high, normal, ny); did you mean VIP?'
    )
    assert wrong('"high value"', TAGS, TIERS) == (
        'Tiers!B7: error F150: "high value" is none of the allowed values (vip, high, normal, ny), so this never holds'
    )
    assert wrong("5", TAGS, TIERS) == "Tiers!B7: error F130: string cannot be compared with number"
    assert (
        wrong("> 5", ListType(NUMBER))
        == "Tiers!B7: error F131: list<number> has no order: it cannot be compared by < or >"
    )


def test_pure_feel_has_no_relaxed_spelling() -> None:
    pure = Scope(relaxed=False)
    for text in ("50万", "20%", "10~50", "VIP、普通", "≥5"):
        test, issues = compile_unary(text, pure, input=NUMBER)
        assert issues, text
    test, _ = compile_unary('"a"', pure, input=TAGS)
    assert test is not None and test.test(["a"], {}, []) is None
    test, _ = compile_unary("10-50", pure, input=NUMBER)
    assert test is not None and test.shape == Points((-40,))
