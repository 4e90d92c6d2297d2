"""Sets of atoms as people and the language write them: a FEEL cell, and one value of the set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from crmrules.model.durations import DAY_NANOS
from crmrules.model.values import Date, DateTime, DaysDuration, MonthsDuration, Value
from crmrules.tables.hygiene.report import Region
from crmrules.tables.hygiene.space import Axis, Cut, Run, first_atom, runs_of

_WORD: Final = re.compile(r"[^\W\d_]\w*")
_KEYWORDS: Final = frozenset(
    [
        "null", "not", "true", "false", "and", "or", "in", "if", "then", "else", "for", "some", "every", "return",
        "satisfies", "between", "function", "instance", "of",
    ]
)  # fmt: skip
_SHORT: Final = 4
"""Words up to which ``not(…)`` is not preferred."""


def region_of(axes: Sequence[Axis], box: Sequence[Any], dated: bool) -> Region:
    """A box (a set of atoms for each axis) as texts; with ``dated`` the last axis is the rows' validity."""
    known = axes[:-1] if dated else axes
    cells = tuple(cell_text(axis, atoms) for axis, atoms in zip(known, box, strict=False))
    witness = tuple(witness_of(axis, atoms) for axis, atoms in zip(known, box, strict=False))
    if not dated:
        return Region(cells, witness)
    first, last = _span(axes[-1], box[-1])
    return Region(cells, witness, *("" if cut is None else str(Date.of_days(cut)) for cut in (first, last)))


def cell_text(axis: Axis, atoms: Any) -> str:
    """The atoms as a FEEL cell. Null is left aside unless it is all there is."""
    if axis.ends:
        return _ordered_text(axis, _known_runs(axis, atoms))
    mask = atoms & axis.known
    if mask == axis.known:
        return _any(axis)
    if not mask:
        return "null"
    chosen = [value for atom, value in enumerate(axis.points) if mask >> atom & 1]
    left = [value for atom, value in enumerate(axis.points) if not mask >> atom & 1]
    if axis.other and mask >> len(axis.points) & 1:
        null = ", null" if axis.names_null else ""
        return f"not({', '.join(quoted(axis, value) for value in left)}{null})"
    if not axis.other and len(left) * 2 < len(chosen) > _SHORT and not axis.names_null:
        return f"not({', '.join(quoted(axis, value) for value in left)})"
    return ", ".join(word(axis, value) for value in chosen)


def _any(axis: Axis) -> str:
    return "not(null)" if axis.names_null else "-"


def word(axis: Axis, value: Value) -> str:
    """A value in a cell: bare where that can be read, in the column's spelling."""
    spelled = axis.column.words.get(value, value) if isinstance(value, str) else value
    if isinstance(spelled, str) and _WORD.fullmatch(spelled) and spelled not in _KEYWORDS:
        return spelled
    return value_text(spelled)


def quoted(axis: Axis, value: Value) -> str:
    """A value inside brackets, where bare words of a free text column would be names."""
    return word(axis, value) if axis.column.words else value_text(value)


def value_text(value: Value) -> str:
    """A constant in the language's cell spelling."""
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return "null" if value is None else str(value)


# --- ordered axes ---------------------------------------------------------------------------------------------------


def _known_runs(axis: Axis, atoms: Any) -> list[Run]:
    runs = runs_of(atoms & axis.known) if isinstance(atoms, int) else list(atoms)
    return [(first, min(last, axis.size - 1)) for first, last in runs if first < axis.size]


def _ordered_text(axis: Axis, runs: Sequence[Run]) -> str:
    if not runs:
        return "null"
    if runs == [(0, axis.size - 1)]:
        return _any(axis)
    return ", ".join(_run_text(axis, run) for run in runs)


def _run_text(axis: Axis, run: Run) -> str:
    """An end that is the end of all that can be is left open: ``>= 70``, not ``[70..100]``."""
    low, high = axis.ends[run[0]][0], axis.ends[run[1]][1]
    if low is not None and high is not None and (high == low + 1 if axis.stepped else low[0] == high[0]):
        return value_text(_written(axis, low if axis.stepped else low[0]))
    low = low if run[0] else None
    high = high if run[1] < axis.size - 1 else None
    if axis.stepped:
        return _steps_text(axis, low, high)
    start = None if low is None else value_text(_written(axis, low[0]))
    end = None if high is None else value_text(_written(axis, high[0]))
    if low is None:
        return f"{'<=' if high[1] else '<'} {end}" if high is not None else "-"
    if high is None:
        return f"{'>' if low[1] else '>='} {start}"
    return f"{'(' if low[1] else '['}{start}..{end}{']' if high[1] else ')'}"


def _steps_text(axis: Axis, low: int | None, high: int | None) -> str:
    """Whole steps (days, counts) are written with both ends included, finer ones as ``[start..end)``."""
    fine = bool(axis.kind == "number" and axis.column.scale)
    start = None if low is None else value_text(_written(axis, low))
    end = None if high is None else value_text(_written(axis, high if fine else high - 1))
    if start is None:
        return f"{'<' if fine else '<='} {end}" if end is not None else "-"
    return f"[{start}..{end}{')' if fine else ']'}" if end is not None else f">= {start}"


def _written(axis: Axis, key: Any) -> Value:
    """The value of a key, as it was written where the key does not say it all (an instant's offset)."""
    match axis.kind:
        case "number":
            return Decimal(key).scaleb(-(axis.column.scale or 0)) if axis.stepped else key
        case "date":
            return Date.of_days(key)
        case "years and months duration":
            return MonthsDuration(key)
        case "days and time duration":
            return DaysDuration(key)
        case "date and time" | "local date and time":
            known = axis.originals.get(key)
            if known is not None:
                return known
            model = next(iter(axis.originals.values()), None)
            if isinstance(model, DateTime) and model.offset is not None:
                return DateTime.of_instant(key, model.offset, model.zone)
            return DateTime.of_local(key)
        case _:
            return key


def _span(axis: Axis, atoms: Any) -> tuple[Cut | None, Cut | None]:
    run = _known_runs(axis, atoms)[0]
    return axis.ends[run[0]][0] if run[0] else None, axis.ends[run[1]][1] if run[1] < axis.size - 1 else None


# --- a value --------------------------------------------------------------------------------------------------------


def witness_of(axis: Axis, atoms: Any) -> Value:
    """A value of the set, a plain one where there is a choice."""
    if axis.ends:
        runs = _known_runs(axis, atoms)
        return _inside(axis, *axis.ends[runs[0][0]]) if runs else None
    mask = atoms & axis.known
    if not mask:
        return None
    atom = first_atom(mask)
    return axis.points[atom] if atom < len(axis.points) else _other(axis)


def _other(axis: Axis) -> Value:
    """A value that is none of the named ones."""
    if axis.kind == "string" or not axis.points:
        taken, number = set(axis.points), 1
        found = "other"
        while found in taken:
            number += 1
            found = f"other{number}"
        return found
    if axis.kind == "boolean":
        return not axis.points[0]
    keys = list(axis.originals)
    return _written(axis, max(keys) + _unit(axis))


def _unit(axis: Axis) -> int:
    return DAY_NANOS if axis.kind in ("date and time", "local date and time", "days and time duration") else 1


def _inside(axis: Axis, low: Cut | None, high: Cut | None) -> Value:
    if axis.stepped:
        return _written(axis, low if low is not None else high - 1 if high is not None else 0)
    if low is None and high is None:
        return "" if axis.kind == "string" else _written(axis, 0)
    if low is not None and not low[1]:
        return _written(axis, low[0])
    if axis.kind == "string":
        return _string_inside(low, high)
    if low is None:
        return _written(axis, high[0] if high[1] else high[0] - _unit(axis))  # type: ignore[index]
    step = low[0] + _unit(axis)
    if high is None or step < high[0]:
        return _written(axis, step)
    total = low[0] + high[0]
    return _written(axis, Decimal(total) / 2 if axis.kind == "number" else total // 2)


def _string_inside(low: Cut | None, high: Cut | None) -> str:
    if low is None:
        return str(high[0]) if high[1] else ""  # type: ignore[index]
    for tail in ("a", "0", " ", "\x00"):
        found = str(low[0]) + tail
        if high is None or found < high[0] or (high[1] and found == high[0]):
            return found
    return str(low[0]) + "\x00"
