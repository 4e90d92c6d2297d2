"""Built-ins on strings. Positions count code points from 1, negative ones from the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.builtins.limits import MAX_TEXT, check_count, short_enough
from crmrules.feel.builtins.xpath_regex import Pattern, compile_pattern
from crmrules.feel.types import BOOLEAN, NUMBER, STRING, ListType
from crmrules.model.numbers import Number, as_int
from crmrules.model.values import Value, kind_of

_REPLACEMENT: Final = re.compile(r"\\[\\$]|\$[0-9]+|[^\\$]+")


def _substring(string: str, start: Number, length: Number | None) -> str:
    size = len(string)
    try:
        begin = as_int(start)
    except OverflowError:
        begin = 0
    if begin == 0 or abs(begin) > size:
        raise Failure(f"start position {start} is outside 1..{size}")
    index = begin - 1 if begin > 0 else size + begin
    if length is None:
        return string[index:]
    if length < 1:
        raise Failure(f"length {length} is below 1")
    return string[index : index + as_int(min(length, size))]


def _substring_before(string: str, match: str) -> str:
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


def _substring_after(string: str, match: str) -> str:
    return string.partition(match)[2] if match else string


def _join(items: list[Value] | None, delimiter: str | None) -> str | None:
    if items is None:
        return None
    parts = []
    for item in items:
        if item is None:
            continue
        if not isinstance(item, str):
            raise Failure(f"the list has {kind_of(item)} among the strings")
        parts.append(item)
    between = delimiter or ""
    if sum(map(len, parts)) + len(between) * len(parts) > MAX_TEXT:
        raise Failure(f"the text would be longer than {MAX_TEXT} characters")
    return between.join(parts)


def _split(string: str, delimiter: str) -> list[str]:
    pattern = _not_empty(compile_pattern(delimiter, ""))
    parts, start = [], 0
    for match in pattern.matches(string):
        parts.append(string[start : match.start()])
        start = match.end()
    check_count(len(parts))
    return [*parts, string[start:]]


def _not_empty(pattern: Pattern) -> Pattern:
    if pattern.search(""):
        raise Failure("the pattern matches the empty text")
    return pattern


def _matches(text: str | None, pattern: str | None, flags: str | None) -> bool | None:
    if text is None or pattern is None:
        return None
    return compile_pattern(pattern, flags or "").search(text)


def _replace(text: str | None, pattern: str | None, replacement: str | None, flags: str | None) -> str | None:
    if text is None or pattern is None or replacement is None:
        return None
    compiled = _not_empty(compile_pattern(pattern, flags or ""))
    fill = _filler(replacement, compiled.groups)
    pieces, start, size = [], 0, 0
    for match in compiled.matches(text):
        pieces += [text[start : match.start()], fill(match)]
        size += len(pieces[-1]) + len(pieces[-2])
        if size > MAX_TEXT:
            raise Failure(f"the text would be longer than {MAX_TEXT} characters")
        start = match.end()
    return short_enough("".join([*pieces, text[start:]]))


def _filler(replacement: str, groups: int) -> Callable[[Any], str]:
    """The replacement for a match: ``$1`` a group, ``$0`` all, ``\\$`` and ``\\\\`` themselves."""
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        token = _REPLACEMENT.match(replacement, at)
        if token is None:
            raise Failure(f"in a replacement $ is followed by a digit and \\ by $ or \\ (character {at + 1})")
        at = token.end()
        text = token[0]
        if text[0] == "$":
            digits = text[1:]
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            parts += [int(digits), text[1 + len(digits) :]]
        else:
            parts.append(text[1:] if text[0] == "\\" else text)

    def fill(match: Any) -> str:
        return "".join(
            part if isinstance(part, str) else (match.group(part) or "") if part <= groups else "" for part in parts
        )

    return fill


_S = Param("string", STRING)
_MATCH = Param("match", STRING)
_FLAGS = Param("flags", STRING, optional=True)


def _on_string(name: str, call: Callable[[str], Value], result: Any, doc: str) -> Builtin:
    return Builtin(name, (Signature((_S,), call, result),), doc=doc)


def _with_match(name: str, call: Callable[[str, str], Value], result: Any, doc: str) -> Builtin:
    return Builtin(name, (Signature((_S, _MATCH), call, result),), doc=doc)


STRING_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "substring",
        (Signature((_S, Param("start position", NUMBER), Param("length", NUMBER, optional=True)), _substring, STRING),),
        doc='substring("foobar", 3) is "obar"; substring("foobar", -2, 1) is "a".',
    ),
    _on_string("string length", len, NUMBER, 'string length("abc") is 3.'),
    _on_string("upper case", lambda s: short_enough(s.upper()), STRING, 'upper case("aBc") is "ABC".'),
    _on_string("lower case", lambda s: short_enough(s.lower()), STRING, 'lower case("aBc") is "abc".'),
    _with_match("substring before", _substring_before, STRING, 'substring before("foobar", "bar") is "foo".'),
    _with_match("substring after", _substring_after, STRING, 'substring after("foobar", "foo") is "bar".'),
    _with_match("contains", lambda s, match: match in s, BOOLEAN, 'contains("foobar", "oba") is true.'),
    _with_match("starts with", str.startswith, BOOLEAN, 'starts with("foobar", "foo") is true.'),
    _with_match("ends with", str.endswith, BOOLEAN, 'ends with("foobar", "bar") is true.'),
    Builtin(
        "matches",
        (Signature((Param("input", STRING), Param("pattern", STRING), _FLAGS), _matches, BOOLEAN, nulls=True),),
        doc='matches("foobar", "^fo+") is true; flags s m i x.',
    ),
    Builtin(
        "replace",
        (
            Signature(
                (Param("input", STRING), Param("pattern", STRING), Param("replacement", STRING), _FLAGS),
                _replace,
                STRING,
                nulls=True,
            ),
        ),
        doc='replace("abcd", "(ab)|(a)", "[$1]") is "[ab]cd"; flags s m i x.',
    ),
    Builtin(
        "split",
        (Signature((_S, Param("delimiter", STRING)), _split, ListType(item=STRING)),),
        doc='split("a;b;;c", ";") is ["a", "b", "", "c"]; the delimiter is a pattern.',
    ),
    Builtin(
        "string join",
        (
            Signature(
                (Param("list", ListType(item=STRING)), Param("delimiter", STRING, optional=True)),
                _join,
                STRING,
                nulls=True,
            ),
        ),
        doc='string join(["a", "b"], " and ") is "a and b"; nulls are left out.',
    ),
)
