"""Adapter for the public DMN conformance kit: runs its cases against crmrules' DMN reader.

Used by ``test_conformance.py``, and by hand: ``python run_tck.py KIT --adapter tests/feel/tck_adapter.py``.
"""

from __future__ import annotations

from typing import Any

from tck_values import EvaluationError, Temporal, YearMonths

from crmrules.model.values import (
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    parse_temporal,
    to_value,
)
from crmrules.rulesets.dmn import DmnModel, load_dmn

NAME = "crmrules"
EVALUATION_ERRORS = (EvaluationError,)

_KINDS = {Date: "date", Time: "time", DateTime: "dateTime", DaysDuration: "duration"}


def load(path: str) -> DmnModel:
    """The model of a DMN file."""
    return load_dmn(path)


def evaluate(model: DmnModel, name: str, inputs: dict[str, Any], kind: str) -> Any:
    """A decision, knowledge model or service by name."""
    given = {" ".join(str(key).split()): _to_engine(value) for key, value in inputs.items()}
    try:
        return model.evaluate(" ".join(name.split()), given)
    except KeyError:
        return None


def _to_engine(value: Any) -> Any:
    if isinstance(value, YearMonths):
        return MonthsDuration(value.months)
    if isinstance(value, Temporal):
        return parse_temporal(value.text)
    if isinstance(value, list):
        return [_to_engine(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _to_engine(item) for key, item in value.items()}
    return to_value(value)


def to_tck(value: Any) -> Any:
    """An engine value as one the kit knows (the kit goes down into lists and contexts itself)."""
    if isinstance(value, MonthsDuration):
        return YearMonths(value.months)
    kind = _KINDS.get(type(value))
    return Temporal(kind, str(value)) if kind else value
