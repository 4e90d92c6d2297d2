"""A plan into a file: the format by the name's ending, the file written whole or not at all."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crmrules.model.errors import PlanError
from crmrules.model.issues import issue
from crmrules.model.spans import Span
from crmrules.review.atomic import atomic_write
from crmrules.review.wording import Wording, wording

if TYPE_CHECKING:
    from crmrules.model.plan import ActionPlan
    from crmrules.model.ruleset import RuleSet

Renderer = Callable[["ActionPlan", Wording], bytes]

# Modules by name, because three of them bring a heavy library (openpyxl, jinja2, csv).
FORMATS: Final[Mapping[str, str]] = {
    "json": "crmrules.review.render.plan_json",
    "csv": "crmrules.review.render.plan_csv",
    "xlsx": "crmrules.review.render.plan_xlsx",
    "html": "crmrules.review.render.plan_html",
    "ics": "crmrules.review.render.plan_ics",
    "text": "crmrules.review.render.plan_text",
}
"""Format → module of its renderer."""

_SUFFIXES: Final[Mapping[str, str]] = {
    ".json": "json", ".csv": "csv", ".xlsx": "xlsx", ".html": "html", ".htm": "html", ".ics": "ics", ".txt": "text",
}  # fmt: skip
_STREAMS: Final = ("json", "csv", "text")


def plan_format(path: str | Path, fmt: str | None = None) -> str:
    """The format for a path (``-`` is the standard output) and an explicit choice, if any; known before any work.

    Raises :class:`PlanError` for an ending or a format that there is none of.
    """
    name = str(path)
    if fmt is not None:
        found = fmt if fmt in FORMATS else ""
        known: tuple[str, ...] = tuple(FORMATS)
    elif name == "-":
        return "text"
    else:
        found = _SUFFIXES.get(Path(name).suffix.lower(), "")
        known = tuple(_SUFFIXES)
    wanted = fmt if fmt is not None else Path(name).suffix.lower()
    if not found:
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else ""
        raise PlanError([issue("O101", Span(name), found=wanted or name, expected=", ".join(known), suggestion=hint)])
    if name == "-" and found not in _STREAMS:
        raise PlanError([issue("O102", found=found, expected=", ".join(_STREAMS))])
    return found


def render_plan(
    plan: ActionPlan, fmt: str, lang: str | None = None, *, ruleset: RuleSet | None = None, reveal: bool = False
) -> bytes:
    """The plan in one of :data:`FORMATS`, in ``lang`` or the plan's own language. Same input, same bytes.

    With ``ruleset`` facts, words and decisions show under their labels; its personal facts are masked
    unless ``reveal``.
    """
    renderer: Renderer = import_module(FORMATS[fmt]).render
    return renderer(plan, wording(lang or plan.language, ruleset, reveal=reveal))


def write_plan(
    plan: ActionPlan,
    path: str | Path,
    lang: str | None = None,
    *,
    fmt: str | None = None,
    ruleset: RuleSet | None = None,
    reveal: bool = False,
) -> None:
    """Write the plan to ``path`` (see :func:`plan_format` and :func:`render_plan`); ``-`` is the standard output.

    Raises :class:`PlanError` with a located issue for an unknown format or a file that cannot be written.
    """
    chosen = plan_format(path, fmt)
    data = render_plan(plan, chosen, lang, ruleset=ruleset, reveal=reveal)
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_file(path, data)


def write_file(path: str | Path, data: bytes) -> None:
    """:func:`atomic_write`, with :class:`PlanError` in place of the system's error."""
    try:
        atomic_write(path, data)
    except OSError as error:
        raise PlanError([issue("O103", Span(str(path)), reason=error.strerror or str(error))]) from None
