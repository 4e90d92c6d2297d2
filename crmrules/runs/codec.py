"""Values and actions as JSON text and back, exactly: what the state keeps.

Strings, booleans, null, lists and whole numbers stand for themselves; every other value is an object with one
key that names its type (``{"number": "0.5"}``, ``{"date": "2026-03-01"}``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from crmrules.model.decision import Pending, TaskStatus
from crmrules.model.plan import Action
from crmrules.model.population import NO_CUT_POINTS, Cut, CutPoints, Measure
from crmrules.model.ruleset import Kind
from crmrules.model.spans import Span
from crmrules.model.values import FEEL_CONTEXT, Date, DateTime, DaysDuration, MonthsDuration, Range, Time, Value

_TAGS: dict[type, str] = {
    Decimal: "number",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
}
_READERS: dict[str, Callable[[str], Value]] = {
    "number": Decimal,
    "date": Date.parse,
    "time": Time.parse,
    "date and time": DateTime.parse,
    "days and time duration": DaysDuration.parse,
    "years and months duration": MonthsDuration.parse,
}
_SPAN_PARTS = ("file", "line", "column", "sheet", "cell", "char")
_MOMENTS = ("due", "until", "start", "send_after")


def dump_value(value: Value) -> str:
    """A FEEL value as JSON text: equal values give equal text. ``TypeError`` for functions."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load_value(text: str) -> Value:
    """The value that :func:`dump_value` wrote."""
    return _value(json.loads(text))


def dump_action(action: Action) -> str:
    """An action as JSON text."""
    data: dict[str, Any] = {f.name: getattr(action, f.name) for f in fields(action)}
    data["place"] = {p: v for p in _SPAN_PARTS if (v := getattr(action.place, p)) not in (None, "")}
    data["basis"] = {name: _plain(value) for name, value in action.basis.items()}
    for name in _MOMENTS:
        data[name] = None if data[name] is None else str(data[name])
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def load_action(text: str) -> Action:
    """The action that :func:`dump_action` wrote; fields it does not have yet take their defaults."""
    data = json.loads(text)
    known = {f.name for f in fields(Action)}
    data = {name: value for name, value in data.items() if name in known}
    data["place"] = Span(**data["place"])
    data["basis"] = {name: _value(value) for name, value in data["basis"].items()}
    data["kind"] = Kind(data["kind"])
    data["status"] = TaskStatus(data["status"])
    for name in _MOMENTS:
        data[name] = None if data.get(name) is None else DateTime.parse(data[name])
    return Action(**data)


def dump_cut_points(points: CutPoints) -> str | None:
    """Cut points as JSON text; None for none at all."""
    if points.as_of is None:
        return None
    cuts = {
        key: {
            "fact": cut.fact,
            "measure": cut.measure.value,
            "of": cut.of,
            "part": _plain(cut.part),
            "size": cut.size,
            "points": [_plain(point) for point in cut.points],
            "among": cut.among,
        }
        for key, cut in points.cuts.items()
    }
    return json.dumps({"as_of": str(points.as_of), "cuts": cuts}, ensure_ascii=False, separators=(",", ":"))


def load_cut_points(text: str | None) -> CutPoints:
    """The cut points that :func:`dump_cut_points` wrote."""
    if text is None:
        return NO_CUT_POINTS
    data = json.loads(text)
    cuts = {
        key: Cut(
            cut["fact"],
            Measure(cut["measure"]),
            cut["of"],
            _value(cut["part"]),
            cut["size"],
            tuple(_value(point) for point in cut["points"]),
            cut["among"],
        )
        for key, cut in data["cuts"].items()
    }
    return CutPoints(DateTime.parse(data["as_of"]), cuts)


def dump_pending(pending: Pending) -> str:
    """A lower value that waits, as JSON text."""
    return json.dumps([_plain(pending.value), str(pending.since)], ensure_ascii=False, separators=(",", ":"))


def load_pending(text: str) -> Pending | None:
    """What :func:`dump_pending` wrote."""
    value, since = json.loads(text)
    moment = DateTime.parse(since)
    return None if moment is None else Pending(_value(value), moment)


def _plain(value: Value) -> Any:
    kind = type(value)
    if value is None or kind in (str, bool, int):
        return value
    if kind is Decimal:
        # 1.50 and 1.5 are one number and must not look like a change of value.
        whole = value.adjusted() <= 34 and value == value.to_integral_value()
        return int(value) if whole else {"number": str(value.normalize(FEEL_CONTEXT))}
    if kind in _TAGS:
        return {_TAGS[kind]: str(value)}
    if kind is list or kind is tuple:
        return [_plain(item) for item in value]
    if kind is dict:
        return {"context": {key: _plain(item) for key, item in value.items()}}
    if kind is Range:
        ends = [_plain(value.start), _plain(value.end), value.start_included, value.end_included, value.form]
        return {"range": ends}
    raise TypeError(f"a {kind.__name__} cannot be kept")


def _value(data: Any) -> Value:
    if isinstance(data, list):
        return [_value(item) for item in data]
    if not isinstance(data, dict):
        return data
    ((tag, inner),) = data.items()
    if tag == "context":
        return {key: _value(item) for key, item in inner.items()}
    if tag == "range":
        start, end, start_included, end_included, form = inner
        return Range(_value(start), _value(end), start_included, end_included, form)
    return _READERS[tag](inner)
