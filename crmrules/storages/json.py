"""JSON (a list of objects) and NDJSON (an object a line), plain or gzip: storages ``json`` and ``ndjson``.

Numbers are read exactly, as ``int`` or ``Decimal``; NaN and infinities are refused. Columns are the keys of all
objects, in the order they first appear; an object without a key has a null there.
Option: ``encoding`` (``auto``).
"""

from __future__ import annotations

import gzip
import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from crmrules.model.issues import Issue, issue
from crmrules.model.ports import RawTable, SourceSpec
from crmrules.model.spans import Span
from crmrules.storages._common import cannot_open, check_options, existing_file, fail, text_option
from crmrules.storages.encodings import find_encoding, open_bytes

_MAX_DIGITS: Final = 6200  # more cannot be a number of the rule language, and would be slow to build
_SPACE: Final = " \t\r\n"


class JsonStorage:
    """A list of objects in one file, or (``ndjson``) an object on each line."""

    def __init__(self, name: str = "json") -> None:
        self.name = name

    @contextmanager
    def open(self, spec: SourceSpec) -> Iterator[RawTable]:
        """Read the file; a broken text is a problem with its line."""
        check_options(spec, self.name, ("encoding",))
        path = existing_file(spec)
        codec, encoding = find_encoding(spec, path, text_option(spec, "encoding", "auto"))
        text = _read(spec, path, codec)
        objects = _lines(text, str(path)) if self.name == "ndjson" else _elements(text, str(path))
        found, lines = [], []
        columns: dict[str, None] = {}
        for line, one in objects:
            columns.update(dict.fromkeys(one))
            found.append(one)
            lines.append(line)
        names = tuple(columns)

        def place(row: int, column: str | None) -> Span:
            return Span(str(path), line=lines[row] if 0 <= row < len(lines) else None)

        yield RawTable(names, _aligned(found, names), place, encoding)


def _aligned(objects: Sequence[dict[str, Any]], names: Sequence[str]) -> Iterator[Sequence[Any]]:
    for one in objects:
        yield [one.get(name) for name in names]


def _read(spec: SourceSpec, path: Path, codec: str) -> str:
    try:
        with open_bytes(path) as file:
            return file.read().decode(codec).removeprefix("\ufeff")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        fail(issue("D117", Span(str(path)), found=str(error)))
    except OSError as error:
        cannot_open(spec, error)


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_constant)


def _number(text: str) -> int | Decimal | Issue:
    if len(text) > _MAX_DIGITS:
        return issue("D115", found=f"a number of {len(text)} digits")
    digits = text[1:] if text[0] == "-" else text
    if digits.isdigit():
        return int(text) if len(text) < 4000 else Decimal(text)
    return Decimal(text)


def _constant(text: str) -> Issue:
    return issue("D115", found=text)


def _elements(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of the list with the line each begins on."""
    decode = _decoder().raw_decode
    line_of = _line_finder(text)
    at = _skip(text, 0)
    if text[at : at + 1] != "[":
        found = _decoded(decode, text, at, file, line_of)[0] if at < len(text) else None
        fail(issue("D114", Span(file, line=line_of(at)), found=_kind(found)))
    at = _skip(text, at + 1)
    if text[at : at + 1] == "]":
        at += 1
    else:
        while True:
            value, end = _decoded(decode, text, at, file, line_of)
            if not isinstance(value, dict):
                fail(issue("D114", Span(file, line=line_of(at)), found=f"{_kind(value)} in the list"))
            yield line_of(at), value
            at = _skip(text, end)
            mark = text[at : at + 1]
            if mark == "]":
                at += 1
                break
            if mark != ",":
                found = "the end of the file" if not mark else repr(mark)
                fail(issue("D113", Span(file, line=line_of(at)), found=f"expected ',' or ']', found {found}"))
            at = _skip(text, at + 1)
    rest = _skip(text, at)
    if rest < len(text):
        fail(issue("D113", Span(file, line=line_of(rest)), found="something stands after the list"))


def _lines(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of an NDJSON text with their lines; blank lines are passed over. All broken lines are reported."""
    decode = _decoder().decode
    broken: list[Issue] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        span = Span(file, line=number)
        try:
            value = decode(line)
        except (json.JSONDecodeError, RecursionError) as error:
            broken.append(issue("D113", span, found=_reason(error)))
            continue
        if isinstance(value, dict):
            yield number, value
        else:
            broken.append(issue("D114", span, found=_kind(value)))
    if broken:
        fail(*broken[:1000])


def _decoded(
    decode: Callable[[str, int], tuple[Any, int]], text: str, at: int, file: str, line_of: Callable[[int], int]
) -> tuple[Any, int]:
    try:
        return decode(text, at)
    except json.JSONDecodeError as error:
        fail(issue("D113", Span(file, line=line_of(error.pos), column=error.colno), found=_reason(error)))
    except RecursionError as error:
        fail(issue("D113", Span(file, line=line_of(at)), found=_reason(error)))


def _reason(error: json.JSONDecodeError | RecursionError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _line_finder(text: str) -> Callable[[int], int]:
    ends: list[int] = []
    start = text.find("\n")
    while start >= 0:
        ends.append(start)
        start = text.find("\n", start + 1)
    return lambda at: bisect_right(ends, at - 1) + 1


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return "a text"
    return "null" if value is None else "true or false" if isinstance(value, bool) else "a number"
