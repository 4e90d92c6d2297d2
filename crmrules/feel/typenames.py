"""Type names in text: ``list<number>``, ``date and time``, ``context<a: string>``, ``function<T> -> R``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from crmrules.feel.lexer import WORD, SyntaxFault, Token, scan
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS_DURATION,
    MONTHS_DURATION,
    NULL,
    NUMBER,
    STRING,
    TIME,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)

NAMED_TYPES: Final[Mapping[str, Type]] = {
    **{t.name: t for t in (ANY, NULL, NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS_DURATION, MONTHS_DURATION)},
    "dateTime": DATE_TIME,
    "dayTimeDuration": DAYS_DURATION,
    "yearMonthDuration": MONTHS_DURATION,
    "list": ListType(),
    "context": ContextType(),
    "range": RangeType(),
    "function": FunctionType(),
}
"""Types without parts in their text, by every name they have."""

_CHINESE: Final = {
    "years and months duration": "年月时长", "days and time duration": "时长", "duration": "时长",
    "date and time": "日期时间", "number": "数字", "string": "文本", "boolean": "是否", "date": "日期", "time": "时间",
    "list": "列表", "range": "区间", "context": "结构", "function": "函数", "Any": "任意值",
    "Null": "空值", "null": "空值",
}  # fmt: skip
_WORDS: Final = re.compile(rf"\b(?:{'|'.join(_CHINESE)})\b")


def type_zh(text: str) -> str:
    """The name of a type in Chinese: ``列表<数字>`` for ``list<number>``."""
    return _WORDS.sub(lambda word: _CHINESE[word[0]], text)


class TypeNameFault(Exception):  # carried to the parser, which knows the place
    """No type has this name; ``at`` is the token it starts at."""

    def __init__(self, at: int, name: str) -> None:
        self.at, self.name = at, name
        super().__init__(name)


def type_named(text: str, types: Mapping[str, Type] | None = None) -> Type | None:
    """The type written in ``text``; None when there is no such type. ``types`` are further ones by name."""
    text = " ".join(text.split())
    known = (types or {}).get(text) or NAMED_TYPES.get(text)
    if known is not None:
        return known
    try:
        tokens = scan(text)
        read, end = read_type(tokens, 0, types or {})
    except (SyntaxFault, TypeNameFault):
        return None
    return read if end == len(tokens) - 1 else None


def read_type(tokens: Sequence[Token], at: int, types: Mapping[str, Type], depth: int = 0) -> tuple[Type, int]:
    """The type that starts at token ``at`` and the token after it; raises :class:`TypeNameFault`."""
    if depth > 20:
        raise TypeNameFault(at, tokens[at].text)
    name, end = _longest(tokens, at, types)
    if name is None:
        raise TypeNameFault(at, tokens[at].text)
    found = types.get(name) or NAMED_TYPES[name]
    if tokens[end].text != "<" or name in types:
        return found, end
    if name == "list" or name == "range":
        inner, end = read_type(tokens, end + 1, types, depth + 1)
        return (ListType(inner) if name == "list" else RangeType(inner)), _take(tokens, end, ">")
    if name == "context":
        return _read_context(tokens, end + 1, types, depth)
    if name == "function":
        return _read_function(tokens, end + 1, types, depth)
    return found, end


def _read_context(tokens: Sequence[Token], at: int, types: Mapping[str, Type], depth: int) -> tuple[Type, int]:
    fields: dict[str, Type] = {}
    while True:
        key = []
        while tokens[at].kind == WORD:
            key.append(tokens[at].text)
            at += 1
        at = _take(tokens, at, ":")
        fields[" ".join(key)], at = read_type(tokens, at, types, depth + 1)
        if tokens[at].text != ",":
            return ContextType(MappingProxyType(fields)), _take(tokens, at, ">")
        at += 1


def _read_function(tokens: Sequence[Token], at: int, types: Mapping[str, Type], depth: int) -> tuple[Type, int]:
    params: list[Type] = []
    while tokens[at].text != ">":
        inner, at = read_type(tokens, at, types, depth + 1)
        params.append(inner)
        if tokens[at].text == ",":
            at += 1
    at = _take(tokens, at, ">")
    if tokens[at].text == "->":
        result, at = read_type(tokens, at + 1, types, depth + 1)
        return FunctionType(tuple(params), result), at
    return FunctionType(tuple(params)), at


def _take(tokens: Sequence[Token], at: int, text: str) -> int:
    if tokens[at].text == text:
        return at + 1
    if text == ">" and tokens[at].text == ">=":  # list<number>=… is not a thing anybody writes
        raise TypeNameFault(at, tokens[at].text)
    raise TypeNameFault(at, tokens[at].text)


def _longest(tokens: Sequence[Token], at: int, types: Mapping[str, Type]) -> tuple[str | None, int]:
    best, end, text = None, at, ""
    for index in range(at, min(at + 12, len(tokens))):
        token = tokens[index]
        if token.kind != WORD and token.text not in (".", "-", "/", "+", "*", "'"):
            break
        text += (" " if token.space and text else "") + token.text
        if text in types or text in NAMED_TYPES:
            best, end = text, index + 1
    return best, end
