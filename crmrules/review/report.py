"""Problems for people, grouped by file and in reading order, or as JSON for programs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from crmrules.model.issues import Issue, Severity
from crmrules.model.spans import Span
from crmrules.review.json_text import dumps
from crmrules.review.labels import count, say
from crmrules.review.texts import one_line, width

_CELL = re.compile(r"([A-Z]+)([0-9]+)")
_MESSAGE = 2_000


def render_issues(issues: Iterable[Issue], lang: str = "en", fmt: str = "text") -> str:
    """The report in ``lang`` as ``"text"`` or ``"json"`` (shape: ``schemas/issues.schema.json``)."""
    ordered = sort_issues(issues)
    return dumps(to_json(ordered, lang)) if fmt == "json" else _text(ordered, lang)


def sort_issues(issues: Iterable[Issue]) -> list[Issue]:
    """By file, then place in it (cells row by row), then code; problems without a file come first."""
    return sorted(issues, key=lambda issue: (*_position(issue.span), issue.code))


def to_json(issues: Sequence[Issue], lang: str) -> dict[str, Any]:
    """The report as plain data."""
    counts = Counter(issue.severity for issue in issues)
    return {
        "crmrules_issues": 1,
        "counts": {severity.value: counts[severity] for severity in Severity},
        "issues": [issue.to_json(lang) for issue in issues],
    }


def _text(issues: Sequence[Issue], lang: str) -> str:
    if not issues:
        return say("no_issues", lang) + "\n"
    by_file: dict[str, list[Issue]] = {}
    for issue in issues:
        by_file.setdefault(issue.span.file, []).append(issue)
    blocks = [_block(file, found, lang) for file, found in by_file.items()]
    return "\n\n".join([*blocks, _counts(issues, len([f for f in by_file if f]), lang)]) + "\n"


def _block(file: str, issues: Sequence[Issue], lang: str) -> str:
    places = [_place(issue.span) for issue in issues]
    heads = [f"{say(issue.severity, lang)} {issue.code}" for issue in issues]
    wide, head_wide = max(map(width, places)), max(map(width, heads))
    lines = [one_line(file)] if file else []
    for place, head, issue in zip(places, heads, issues, strict=True):
        start = f"  {place}{' ' * (wide - width(place))}  " if wide else "  "
        padded = head + " " * (head_wide - width(head))
        lines.append(f"{start}{padded}  {one_line(issue.message(lang), _MESSAGE)}")
    return "\n".join(lines)


def _place(span: Span) -> str:
    """The place inside its file: ``41:9``, ``Tiers!B7``, with the character where one is meant."""
    text = str(span)
    return one_line(text[len(span.file) :].lstrip(":› ") if span.file else text)


def _counts(issues: Sequence[Issue], files: int, lang: str) -> str:
    found = Counter(issue.severity for issue in issues)
    parts = [count(severity.value, found[severity], lang) for severity in Severity if found[severity]]
    counts = say("comma", lang).join(parts)
    if not files:
        return counts
    return say("in_1_file", lang, counts=counts) if files == 1 else say("in_files", lang, counts=counts, n=files)


def _position(span: Span) -> tuple[str, str, int, int, int]:
    cell = _CELL.match(span.cell or "")
    row, column = (int(cell[2]), _column_number(cell[1])) if cell else (span.line or 0, span.column or 0)
    return span.file, span.sheet or "", row, column, span.char or 0


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
