"""Plain mappings as records: names in any spelling, Python's own values, checked against the vocabulary once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from crmrules.engine.cells import canonical, fits, listed, nearest
from crmrules.engine.instants import localised
from crmrules.feel.types import DATE, DATE_TIME, NUMBER, STRING, TIME
from crmrules.model.errors import DataError
from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import fit
from crmrules.model.records import Record
from crmrules.model.values import Date, DateTime, Time, Value, kind_of, to_value

if TYPE_CHECKING:
    from crmrules.engine.program import Program
    from crmrules.engine.steps import Target

_IDS = ("id", "customer_id")


def to_record(compiled: Program, record: Record | Mapping[str, object]) -> tuple[Record, list[Issue]]:
    """A record as it is; a mapping converted, with warnings about fields that look misspelt.

    Raises :class:`~crmrules.model.errors.DataError` with every value that does not fit.
    """
    if isinstance(record, Record):
        return record, []
    if not isinstance(record, Mapping):
        raise DataError([issue("P420", found=_python(record))])
    identity = next((record[key] for key in _IDS if record.get(key) is not None), None)
    if identity is None or isinstance(identity, bool) or not str(identity).strip():
        raise DataError([issue("P413", found=identity if identity is not None else listed(map(str, record)))])
    name = str(identity)
    problems: list[Issue] = []
    warnings: list[Issue] = []
    plurals = {plural: entity for entity, plural in compiled.related.items()}
    fields: dict[str, object] = {}
    related: dict[str, Sequence[Mapping[str, Value]]] = {}
    for key, value in record.items():
        entity = plurals.get(compiled.scope.spellings.get(key, key))
        if entity is None:
            fields[key] = value
        elif value is not None:
            rows = value
            if not isinstance(rows, Sequence) or isinstance(rows, str) or not all(isinstance(r, Mapping) for r in rows):
                problems.append(
                    issue("P410", customer=name, field=key, expected=f"a list of {entity} rows", found=_shown(value))
                )
                continue
            related[entity] = [
                _convert(compiled, entity, row, name, f"{key}[{at}].", problems, warnings)
                for at, row in enumerate(rows)
            ]
    own = _convert(compiled, "customer", fields, name, "", problems, warnings)
    if problems:
        raise DataError(problems)
    return Record(name, own, related), warnings


def _convert(
    compiled: Program,
    entity: str,
    row: Mapping[str, object],
    customer: str,
    prefix: str,
    problems: list[Issue],
    warnings: list[Issue],
) -> dict[str, Value]:
    targets = compiled.targets.get(entity, {})
    spellings = compiled.spellings.get(entity, {})
    result: dict[str, Value] = {}
    for key, given in row.items():
        name = spellings.get(key)
        if name is None:
            near = "" if key in _IDS else nearest(key, spellings)
            if near:  # other keys may well belong to the caller's own affairs
                warnings.append(issue("P412", customer=customer, field=prefix + key, nearest=near))
            continue
        target = targets[name]
        if key in _IDS and target.type == STRING and isinstance(given, int):
            given = str(given)  # an id is text, however the caller's database holds it
        try:
            value = localised(canonical(_typed(to_value(given), target), target.words), compiled.zone)
        except ValueError as error:
            problems.append(
                issue("P410", customer=customer, field=prefix + key, expected=target.type, found=str(error))
            )
            continue
        if not fits(value, target):
            problems.append(_misfit(value, target, customer, prefix + key))
            continue
        test = compiled.ranges.get(name) if entity == "customer" else None
        if test is not None and value is not None and test.call({**compiled.constants, "?": value}, None) is False:
            fact = compiled.ruleset.vocabulary.customer[name]
            expected = fact.range.text if fact.range is not None else ""
            problems.append(
                issue("P411", customer=customer, field=prefix + key, found=_shown(value), expected=expected)
            )
            continue
        result[name] = value
    return result


def _typed(value: Value, target: Target) -> Value:
    """ISO text where a moment is wanted (JSON has no other way), a day's first moment where an instant is."""
    if isinstance(value, str):
        if target.type == DATE_TIME:
            return DateTime.read(value) or value
        if target.type == DATE:
            return Date.parse(value) or value
        if target.type == TIME:
            return Time.parse(value) or value
    if target.type == DATE_TIME and isinstance(value, Date):
        return DateTime.midnight(value)
    return fit(value) if target.type == NUMBER and kind_of(value) == "number" else value


def _misfit(value: Value, target: Target, customer: str, field: str) -> Issue:
    if target.words and isinstance(value, str):
        return issue(
            "P415", customer=customer, field=field, fact=target.name, found=value, allowed=listed(target.allowed),
            nearest=nearest(value, target.words),
        )  # fmt: skip
    return issue("P410", customer=customer, field=field, expected=target.type, found=_shown(value))


def _python(value: object) -> str:
    """Any Python value, which need not be one of the language."""
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 40 else text[:40] + '…'}" if value is not None else "None"


def _shown(value: object) -> str:
    text = str(value)
    shown = text if len(text) <= 40 else text[:40] + "…"
    return f"{kind_of(value)} {shown}"
