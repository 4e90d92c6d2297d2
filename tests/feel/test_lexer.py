"""Text to tokens: kinds, offsets into the text as written, the relaxed spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.feel.lexer import END, NUMBER, SIGN, STRING, TEMPORAL, WORD, SyntaxFault, Token, scan, unescape


def brief(tokens: list[Token]) -> list[tuple[str, object]]:
    return [(t.kind, t.value if t.kind in (NUMBER, STRING, TEMPORAL) else t.text) for t in tokens[:-1]]


def test_kinds_and_offsets() -> None:
    tokens = scan('Monthly Salary >= 1.5 // note\n and x != "a"')
    assert brief(tokens) == [
        (WORD, "Monthly"), (WORD, "Salary"), (SIGN, ">="), (NUMBER, tokens[3].value), (WORD, "and"), (WORD, "x"),
        (SIGN, "!="), (STRING, "a"),
    ]  # fmt: skip
    assert str(tokens[3].value) == "1.5"
    assert [(t.start, t.end) for t in tokens[:4]] == [(0, 7), (8, 14), (15, 17), (18, 21)]
    assert tokens[4].line and tokens[4].space and not tokens[1].line
    assert tokens[-1].kind == END and tokens[-1].start == 43


def test_ranges_are_not_decimals() -> None:
    assert brief(scan("[1..5]")) == [(SIGN, "["), (NUMBER, 1), (SIGN, ".."), (NUMBER, 5), (SIGN, "]")]
    assert [t.text for t in scan("[.1...5]")[:-1]] == ["[", ".1", "..", ".5", "]"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\"a\\b\"", '"a\\b"'),
        (r"\n\r\t", "\n\r\t"),
        (r"\u4f60\U01F600", "你😀"),
        (r"\uD83D\uDC0E", "🐎"),
        (r"\s\d{3}", r"\s\d{3}"),
        (r"\U110000", r"\U110000"),
        (r"\uD83D", "�"),
    ],
)
def test_escapes(body: str, text: str) -> None:
    assert unescape(body) == text


@pytest.mark.parametrize("name", ["é", "_a", "😀", "名称", "a'b", "x1", "?", "Ünïcode"])
def test_names_of_any_script(name: str) -> None:
    assert brief(scan(name)) == [(WORD, name)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50万", 500_000, "万"),
        ("1.5亿", 150_000_000, "亿"),
        ("3千万", 30_000_000, "千万"),
        ("20%", "0.20", "%"),
        ("５０", 50, ""),
        ("１.５", "1.5", ""),
    ],
)
def test_relaxed_numbers(text: str, value: object, unit: str) -> None:
    (token, _) = scan(text, relaxed=True)
    assert (token.kind, str(token.value), token.unit) == (NUMBER, str(value), unit)
    assert (token.start, token.end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("30天", "P30D"), ("24h", "PT24H"), ("48小时", "PT48H"), ("3个月", "P3M"), ("1年", "P1Y"), ("2周", "P14D"),
        ("90分钟", "PT90M"), ("30 days", "P30D"), ("0.5天", "PT43200.0S"), ("P30D", "P30D"), ("PT1.5S", "PT1.5S"),
        ("P2W", "P14D"), ("P1W2D", "P9D"), ("2026-01-31", "2026-01-31"), ("2026-01-31 09:30", "2026-01-31T09:30:00"),
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00Z"), ("2026年1月5日", "2026-01-05"), ("09:30", "09:30:00"),
    ],
)  # fmt: skip
def test_relaxed_temporal(text: str, iso: str) -> None:
    (token, _) = scan(text, relaxed=True)
    assert (token.kind, token.value, token.start, token.end) == (TEMPORAL, iso, 0, len(text))


def test_wide_signs_keep_offsets() -> None:
    tokens = scan("金额＞＝５０万，≥３", relaxed=True)
    assert [(t.text, t.start, t.end) for t in tokens[:-1]] == [
        ("金额", 0, 2), (">=", 2, 4), ("50万", 4, 7), (",", 7, 8), (">=", 8, 9), ("3", 9, 10),
    ]  # fmt: skip


def test_quotes_keep_wide_text() -> None:
    assert scan("“高，价”", relaxed=True)[0].value == "高，价"


def test_pure_feel_knows_no_relaxed_spelling() -> None:
    assert brief(scan("2026-01-31")) == [(NUMBER, 2026), (SIGN, "-"), (NUMBER, 1), (SIGN, "-"), (NUMBER, 31)]
    assert brief(scan("50万")) == [(NUMBER, 50), (WORD, "万")]
    with pytest.raises(SyntaxFault, match="F103"):
        scan("≥5")


def test_cell_words() -> None:
    assert brief(scan("超过50万", relaxed=True, cell=True)) == [(SIGN, ">"), (NUMBER, 500_000)]
    assert brief(scan("50万以上", relaxed=True, cell=True)) == [(NUMBER, 500_000), (SIGN, "以上")]
    assert brief(scan("10万至50万", relaxed=True, cell=True)) == [(NUMBER, 100_000), (SIGN, "~"), (NUMBER, 500_000)]
    assert brief(scan("超过预算", relaxed=True, cell=True)) == [(WORD, "超过预算")]


def test_special_words_are_taken_whole() -> None:
    specials = {"3": ("3星以上", "3星")}
    assert brief(scan("3星以上", relaxed=True, cell=True, specials=specials)) == [(WORD, "3星以上")]
    assert brief(scan("3星, 30", relaxed=True, cell=True, specials=specials)) == [
        (WORD, "3星"),
        (SIGN, ","),
        (NUMBER, 30),
    ]


@pytest.mark.parametrize(
    ("text", "code", "start"),
    [
        ('1 + "abc', "F102", 4),
        ("a § b", "F103", 2),
        ("1 /* x", "F107", 2),
        ("1e99999", "F108", 0),
        ("1.5个月", "F119", 0),
    ],
)
def test_faults(text: str, code: str, start: int) -> None:
    with pytest.raises(SyntaxFault) as fault:
        scan(text, relaxed=True)
    assert (fault.value.code, fault.value.start) == (code, start)


@given(st.text(max_size=60), st.booleans(), st.booleans())
def test_every_text_ends_in_tokens_or_a_fault(text: str, relaxed: bool, cell: bool) -> None:
    """Tokens lie one after another inside the text, and only white space and comments lie between them."""
    try:
        tokens = scan(text, relaxed=relaxed, cell=cell)
    except SyntaxFault as fault:
        assert 0 <= fault.start <= fault.end <= len(text)
        return
    end = 0
    for token in tokens:
        assert end <= token.start <= token.end <= len(text)
        end = token.end
