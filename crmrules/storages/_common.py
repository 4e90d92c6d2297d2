"""What the built-in storages share: options, opening files with located errors, exact numbers."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from crmrules.model.errors import DataError
from crmrules.model.issues import Issue, issue
from crmrules.model.ports import SourceSpec
from crmrules.model.spans import Span


def fail(*issues: Issue) -> NoReturn:
    """Stop reading with these problems."""
    raise DataError(issues)


def check_options(spec: SourceSpec, storage: str, known: Collection[str]) -> None:
    """Refuse options that the storage does not know, naming the nearest one."""
    wrong = [
        issue(
            "D120",
            spec.span,
            storage=storage,
            found=name,
            expected=", ".join(sorted(known)) or "-",
            nearest=nearest(name, known),
        )
        for name in spec.options
        if name not in known
    ]
    if wrong:
        raise DataError(wrong)


def text_option(spec: SourceSpec, name: str, default: str = "") -> str:
    """An option that is a text; anything else is refused."""
    value = spec.options.get(name, default)
    if not isinstance(value, str):
        fail(issue("D121", spec.span, option=name, found=repr(value), expected="a text"))
    return value


def nearest(word: str, known: Collection[str]) -> str:
    """The known word most like ``word``, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def existing_file(spec: SourceSpec) -> Path:
    """The source's file; a missing one and a folder are located problems, with the nearest name beside it."""
    path = Path(spec.location)
    span = spec.span if spec.span.file else Span(spec.location)
    if path.is_file():
        return path
    if path.exists():
        fail(issue("D102", span, found=f"{path} is a folder"))
    try:
        beside = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        beside = []
    fail(issue("D101", span, found=spec.location, nearest=nearest(path.name, beside)))


def cannot_open(spec: SourceSpec, error: OSError) -> NoReturn:
    """Turn the operating system's refusal into a located problem."""
    fail(issue("D102", Span(spec.location), found=error.strerror or str(error)))


def exact(value: Any) -> Any:
    """A binary float as the number it prints as (``0.1`` → ``Decimal("0.1")``, ``3.0`` → ``3``); the rest unchanged.

    A NaN or an infinity becomes an issue in the cell's place.
    """
    if type(value) is not float:
        return value
    if not math.isfinite(value):
        return issue("D115", found=repr(value))
    return int(value) if value.is_integer() and abs(value) < 1e15 else Decimal(repr(value))
