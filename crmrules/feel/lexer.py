"""Text → tokens.

Tokens do not know names yet: which neighbours form ``Monthly Salary`` is settled by the parser against the scope.
The *relaxed* lexer also understands the spelling people use in cells (full-width signs, ``50万``, ``20%``,
``30天``, bare dates); every token still carries offsets into the text as written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple

from crmrules.model.numbers import fit, parse_number

MAX_TEXT: Final = 65_536

NUMBER, STRING, WORD, SIGN, TEMPORAL, END = "number", "string", "word", "sign", "temporal", "end"

NAME_SIGNS: Final = frozenset((".", "/", "-", "+", "*", "**", "'"))
"""Signs that a name may hold, besides letters and digits."""


class Token(NamedTuple):
    """A piece of text. ``text`` is normalised (half-width); ``value`` is a number's, a string's or a temporal's."""

    kind: str
    text: str
    start: int
    end: int
    space: bool = False
    line: bool = False
    value: Any = None
    unit: str = ""


class SyntaxFault(Exception):  # carried to the compiler, which makes an Issue of it
    """What is wrong with a text: an issue code, the place, and the code's parameters."""

    def __init__(self, code: str, start: int, end: int, /, **params: str) -> None:
        self.code, self.start, self.end, self.params = code, start, end, params
        super().__init__(code)


Specials = Mapping[str, tuple[str, ...]]
"""Known words that would not come out of the lexer in one piece (``3星``), by first character, longest first."""

# --- the relaxed spelling -------------------------------------------------------------------------------------------

MULTIPLIERS: Final[Mapping[str, Decimal]] = {
    "%": Decimal("0.01"),
    "百": Decimal(100),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "百万": Decimal(1_000_000),
    "千万": Decimal(10_000_000),
    "亿": Decimal(100_000_000),
    "万亿": Decimal(1_000_000_000_000),
}

DURATION_UNITS: Final[Mapping[str, tuple[str, int]]] = {
    **dict.fromkeys(("y", "year", "years", "年"), ("Y", 1)),
    **dict.fromkeys(("month", "months", "个月", "月"), ("M", 1)),
    **dict.fromkeys(("w", "week", "weeks", "周", "星期"), ("D", 7)),
    **dict.fromkeys(("d", "day", "days", "天", "日"), ("D", 1)),
    **dict.fromkeys(("h", "hour", "hours", "小时"), ("H", 1)),
    **dict.fromkeys(("min", "minute", "minutes", "分钟", "分"), ("m", 1)),
    **dict.fromkeys(("s", "second", "seconds", "秒"), ("S", 1)),
}
"""Unit → (ISO letter, how many of it); a small ``m`` is the minute."""

COMPARATORS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("大于等于", "大于或等于", "不低于", "不少于", "不小于", "至少"), ">="),
    **dict.fromkeys(("小于等于", "小于或等于", "不超过", "不高于", "不多于", "不大于", "至多", "最多"), "<="),
    **dict.fromkeys(("超过", "高于", "大于", "多于"), ">"),
    **dict.fromkeys(("低于", "小于", "少于", "不足", "不满"), "<"),
    "不等于": "!=",
    "等于": "=",
}
"""Words before a number in a cell."""

SUFFIXES: Final[Mapping[str, str]] = {"以上": ">=", "以下": "<=", "以内": "<=", "之内": "<="}
"""Words after a number in a cell: 以上 and 以下 include the number itself."""

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow
    for wide, narrow in (
        *((c, "~") for c in "～〜∼"),
        *((c, "-") for c in "−–—"),
        *((c, '"') for c in "“”„"),
        ("、", ","),
        ("×", "*"),
        ("÷", "/"),
        *((c, " ") for c in "\u200b\ufeff\u2060"),
    )
}
_SIGNS: Final = {"≥": ">=", "≤": "<=", "≠": "!=", "≧": ">=", "≦": "<="}


def _longest(words: Mapping[str, object] | tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@cache
def _grammar(relaxed: bool, cell: bool) -> re.Pattern[str]:
    """The token grammar as one pattern; the name of the group that matched is the kind of token."""
    if relaxed:
        first, later = r"[^\W\d]|[?\U00010000-\U000EFFFF]", r"[\w'·\u0300-\u036F\U00010000-\U000EFFFF]"
    else:
        first = (
            "[?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
            "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
        )
        later = first[:-1] + "0-9'\u00b7\u0300-\u036f\u203f\u2040]"
    number = r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    parts = [r"(?P<space>\s+|//[^\n]*|/\*(?s:.*?)\*/)"]
    if relaxed:
        ends = rf"(?=$|[^\w]|{_longest(SUFFIXES)}|[至到]\s*[0-9])"
        cjk = _longest(tuple(u for u in DURATION_UNITS if not u.isascii()))
        latin = _longest(tuple(u for u in DURATION_UNITS if u.isascii()))
        parts += [
            r"(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
            r"(?:Z|[+-][0-9]{2}:[0-9]{2})?(?:@[A-Za-z_/]+)?)?(?=$|[^\w:]|[至到]))",
            r"(?P<day>[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)",
            r"(?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?![\w:]|\.[0-9]))",
            rf"(?P<span>{number}\s?(?:(?:{cjk}){ends}|(?:{latin})(?!\w)))",
            rf"(?P<share>{number}\s?%)",
            rf"(?P<many>{number}(?:{_longest(tuple(m for m in MULTIPLIERS if m != '%'))}){ends})",
            r"(?P<length>P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+W)?(?:[0-9]+D)?"
            r"(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]*)?S)?)?(?=$|\W|[至到]))",
        ]
    if cell:
        parts += [
            rf"(?P<compare>(?:{_longest(COMPARATORS)})(?=\s*[0-9.\-P]))",
            rf"(?P<suffix>(?:{_longest(SUFFIXES)})(?!\w))",
            r"(?P<until>[至到](?=\s*[0-9P]))",
        ]
    exponent = r"(?:[eE][+-]?[0-9]+)?"
    parts += [
        rf"(?P<word>(?:{first})(?:{later})*)",
        r"(?P<dots>\.\.)",
        rf"(?P<number>{number}{exponent})",
        r'(?P<moment_at>@\s*"(?:[^"\\]|\\.)*")',
        r'(?P<string>"(?:[^"\\]|\\(?s:.))*")',
        r"(?P<sign>\*\*|!=|<=|>=|->|[=<>+\-*/()\[\]{},:.;~|%#&^$!\\`'@]" + ("|[≥≤≠≧≦]" if relaxed else "") + ")",
    ]
    return re.compile("|".join(parts))


def scan(text: str, *, relaxed: bool = False, cell: bool = False, specials: Specials | None = None) -> list[Token]:
    """The tokens of ``text``, the last one of kind END; raises :class:`SyntaxFault`.

    ``cell`` adds the words of cells (``超过``, ``以上``); ``specials`` are known words taken whole wherever one stands.
    """
    if len(text) > MAX_TEXT:
        raise SyntaxFault("F104", 0, len(text), found=f"{len(text):,}", limit=f"{MAX_TEXT:,}")
    source = narrow(text) if relaxed and not text.isascii() else text
    match_at = _grammar(relaxed, relaxed and cell).match
    tokens: list[Token] = []
    at, end = 0, len(source)
    space = line = False
    while at < end:
        if specials and (word := _special(source, at, specials)):
            tokens.append(Token(WORD, word, at, at + len(word), space, line))
            at += len(word)
            space = line = False
            continue
        match = match_at(source, at)
        if match is None:
            raise _unreadable(text, source, at)
        kind, stop = match.lastgroup or "", match.end()
        if kind == "space":
            space = True
            line = line or "\n" in match.group()
            at = stop
            continue
        piece = match.group()
        if kind == "word":
            token = Token(WORD, piece, at, stop, space, line)
        elif kind == "sign":
            if piece == "/" and source.startswith("/*", at):
                raise SyntaxFault("F107", at, end)
            token = Token(SIGN, _SIGNS.get(piece, piece), at, stop, space, line)
        elif kind == "number":
            token = Token(NUMBER, piece, at, stop, space, line, _number(piece, at, stop))
        else:
            token = _READERS[kind](piece, text, at, stop, space, line)
        tokens.append(token)
        at = stop
        space = line = False
    tokens.append(Token(END, "", end, end, space, line))
    return tokens


def narrow(text: str) -> str:
    """``text`` with full-width signs made half-width, character for character."""
    return text.translate(_WIDE)


def _special(source: str, at: int, specials: Specials) -> str | None:
    for word in specials.get(source[at], ()):
        if source.startswith(word, at):
            after = source[at + len(word) : at + len(word) + 1]
            if not (word[-1].isalnum() and (after.isalnum() or after == "_")):
                return word
    return None


def _unreadable(text: str, source: str, at: int) -> SyntaxFault:
    if source[at] == '"' or source.startswith('@"', at):
        return SyntaxFault("F102", at, len(text), found=text[at : at + 20])
    return SyntaxFault("F103", at, at + 1, found=text[at])


def _number(piece: str, start: int, end: int) -> Any:
    value = parse_number(piece)
    if value is None:
        raise SyntaxFault("F108", start, end, found=piece if len(piece) <= 40 else piece[:37] + "...")
    return value


def _quantity(piece: str) -> tuple[str, str]:
    digits = piece.rstrip()
    cut = next(i for i, c in enumerate(digits) if not (c.isdigit() or c == "."))
    return digits[:cut], digits[cut:].strip()


def _read_many(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    digits, unit = _quantity(piece)
    scaled = fit(Decimal(_number(digits, start, end)) * MULTIPLIERS[unit])
    value = int(scaled) if scaled == int(scaled) else scaled
    return Token(NUMBER, piece, start, end, space, line, value, unit)


def _read_span(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    digits, unit = _quantity(piece)
    return Token(TEMPORAL, piece, start, end, space, line, duration_text(digits, unit, start, end), unit)


def duration_text(digits: str, unit: str, start: int, end: int) -> str:
    """ISO text of a quantity: ``("30", "天")`` gives ``P30D``; whole months only, a fraction of a day in seconds."""
    letter, each = DURATION_UNITS[unit]
    amount = Decimal(_number(digits, start, end)) * each
    if letter in "YM":
        if amount != int(amount):
            raise SyntaxFault("F119", start, end, found=f"{digits}{unit}")
        return f"P{int(amount)}{letter}"
    if amount == int(amount):
        return f"P{int(amount)}D" if letter == "D" else f"PT{int(amount)}{letter.upper()}"
    seconds = amount * {"D": 86_400, "H": 3_600, "m": 60, "S": 1}[letter]
    return f"PT{seconds:f}S"


def _read_string(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    return Token(STRING, piece, start, end, space, line, unescape(text[start + 1 : end - 1]))


def _read_at(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    return Token(TEMPORAL, piece, start, end, space, line, unescape(piece[piece.index('"') + 1 : -1]))


def _read_moment(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    value = piece.replace(" ", "T")
    if re.search(r"T\d\d:\d\d(?!:\d)", value):
        value = re.sub(r"(T\d\d:\d\d)", r"\1:00", value)
    return Token(TEMPORAL, piece, start, end, space, line, value)


def _read_day(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    year, month, day = re.findall(r"\d+", piece)
    return Token(TEMPORAL, piece, start, end, space, line, f"{year}-{month:0>2}-{day:0>2}")


def _read_clock(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    return Token(TEMPORAL, piece, start, end, space, line, piece if len(piece) > 5 else piece + ":00")


def _read_length(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    value = re.sub(r"(\d+)W(?:(\d+)D)?", lambda m: f"{int(m[1]) * 7 + int(m[2] or 0)}D", piece)
    return Token(TEMPORAL, piece, start, end, space, line, value)


def _sign(text: str) -> Callable[..., Token]:
    return lambda piece, source, start, end, space, line: Token(SIGN, text, start, end, space, line)


def _read_compare(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    return Token(SIGN, COMPARATORS[piece], start, end, space, line)


def _read_suffix(piece: str, text: str, start: int, end: int, space: bool, line: bool) -> Token:
    return Token(SIGN, piece, start, end, space, line)


_READERS: Final[Mapping[str, Callable[..., Token]]] = {
    "many": _read_many,
    "share": _read_many,
    "span": _read_span,
    "moment": _read_moment,
    "day": _read_day,
    "clock": _read_clock,
    "length": _read_length,
    "moment_at": _read_at,
    "string": _read_string,
    "compare": _read_compare,
    "suffix": _read_suffix,
    "until": _sign("~"),
    "dots": _sign(".."),
}

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|([nrt\"\\]))")
_PLAIN: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def unescape(body: str) -> str:
    """The text of a string literal's inside; a backslash before any other character stays as written."""
    if "\\" not in body:
        return body

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is None:
            return _PLAIN[match[3]]
        point = int(code, 16)
        return chr(point) if point <= 0x10FFFF else match[0]

    plain = _ESCAPE.sub(one, body)
    if any("\ud800" <= c <= "\udfff" for c in plain):  # two \u surrogates are one character
        plain = plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain
