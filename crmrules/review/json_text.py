"""Plain JSON data from the model's values, and its text: exact numbers, stable, one list item a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from crmrules.model.numbers import plain
from crmrules.model.spans import Span
from crmrules.model.temporal import DateTime, clock_text, zone_text
from crmrules.model.vocabulary import Label


def json_value(value: Any) -> Any:
    """A rule-language value as JSON data.

    Numbers stay numbers with every digit; dates, times, instants (RFC 3339) and durations (ISO 8601) become texts.
    """
    if value is None or isinstance(value, str | bool | int | Decimal):
        return value
    if isinstance(value, DateTime):
        return instant(value)
    if isinstance(value, list | tuple):
        return [json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): json_value(item) for key, item in value.items()}
    return str(value)


def instant(moment: DateTime) -> str:
    """``2026-03-02T09:00:00+08:00``: RFC 3339, where ``str`` would name the zone instead of the offset."""
    return f"{moment.date}T{clock_text(moment.time.nanos)}{zone_text(moment.offset, None)}"


def maybe_instant(moment: DateTime | None) -> str | None:
    """The same, None for None."""
    return None if moment is None else instant(moment)


def place(span: Span) -> dict[str, Any]:
    """A place as text and in parts; parts that do not apply are left out."""
    parts = {name: getattr(span, name) for name in ("file", "line", "column", "sheet", "cell", "char")}
    return {"text": str(span), **{name: part for name, part in parts.items() if part not in (None, "")}}


def label(value: Label) -> dict[str, str]:
    """A label in both languages."""
    return {"en": value.en, "zh": value.zh}


def dumps(data: Mapping[str, Any]) -> str:
    """The text of a document, with a line for each top-level member and for each item of its lists.

    ``json.dumps`` would write a :class:`~decimal.Decimal` as a binary float or not at all.
    """
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            body = ",\n    ".join(encode(item) for item in value)
            lines.append(f"  {encode_basestring(key)}: [\n    {body}\n  ]")
        else:
            lines.append(f"  {encode_basestring(key)}: {encode(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def encode(value: Any) -> str:
    """Compact JSON of plain data."""
    return "".join(_pieces(value))


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield encode_basestring(value)
    elif value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, Decimal):
        yield plain(value) if abs(value.adjusted()) <= 40 else str(value)
    elif isinstance(value, Mapping):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{', ' if index else ''}{encode_basestring(key)}: "
            yield from _pieces(item)
        yield "}"
    else:
        yield "["
        for index, item in enumerate(value):
            if index:
                yield ", "
            yield from _pieces(item)
        yield "]"
