"""The rows of one opened source, typed: convert, filter, compute, group. The hot loop of reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from crmrules.datasets.folding import folds
from crmrules.datasets.mapping import Column, Plan
from crmrules.datasets.problems import Problems
from crmrules.datasets.source import QUARANTINE, SourceEntry
from crmrules.datasets.typing import WrongValue, identifier
from crmrules.feel.compiler import Note
from crmrules.model.issues import Issue, Severity
from crmrules.model.ports import RawTable
from crmrules.model.records import CUSTOMER_ID, SourceReport
from crmrules.model.spans import Span

Progress = Callable[[str, int], None]
"""Called now and then with the source's name and the number of rows read so far."""

_TICK: Final = 20_000
_HIDDEN: Final = "•••"

Values = dict[str, Any]


@dataclass(slots=True)
class Rows:
    """Finished rows of one source: ``keys`` (None where the entity has none) and row ``numbers`` lie beside them."""

    entry: SourceEntry
    plan: Plan
    place: Callable[[int, str | None], Span]
    rows: list[Values] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    report: SourceReport = field(default_factory=lambda: SourceReport("", ""))

    def span(self, at: int) -> Span:
        """Where the row at this position was read (of a group: its first line)."""
        return self.place(self.numbers[at], None)


class _Bad:
    """Reports a source's bad rows by its policy."""

    def __init__(self, entry: SourceEntry, table: RawTable, plan: Plan, problems: Problems) -> None:
        self.severity = Severity.WARNING if entry.on_error == QUARANTINE else Severity.ERROR
        self.place, self.plan, self.problems = table.place, plan, problems
        self.count = 0

    def wrong(self, number: int, column: Column | None, name: str, error: WrongValue) -> None:
        """A cell or computed value that does not fit."""
        span = self.place(number, column.source if column else None)
        if error.cell is not None:
            place = span if not str(error.cell.span) else error.cell.span
            self.problems.row(Issue(error.cell.code, place, error.cell.params, self.severity))
            return
        params = dict(error.params)
        if name in self.plan.hidden:
            params["found"] = _HIDDEN
        params["column"] = column.source if column else name
        self.problems.row(Issue(error.code, span, MappingProxyType(params), self.severity))

    def say(self, number: int, code: str, **params: object) -> None:
        """Any other problem of a row."""
        texts = MappingProxyType({name: str(value) for name, value in params.items()})
        self.problems.row(Issue(code, self.place(number, None), texts, self.severity))


def read_rows(
    entry: SourceEntry, table: RawTable, plan: Plan, problems: Problems, on_progress: Progress | None
) -> Rows:
    """All rows of an opened source that its filter keeps and that have no problem; the others are reported."""
    bad = _Bad(entry, table, plan, problems)
    out = Rows(entry, plan, table.place)
    counts = _Counts()
    rows = _filtered(entry, table, plan, bad, counts, on_progress)
    if plan.group:
        _group(rows, plan, out, bad)
    else:
        keep = plan.keep
        for number, row in rows:
            out.rows.append(row if keep is None else _kept(row, keep))
            out.keys.append(identifier(row[plan.key]) if plan.key else None)
            out.numbers.append(number)
    _finish(out, plan, bad)
    out.report = SourceReport(
        entity=entry.entity,
        file=entry.location,
        read=counts.read,
        kept=len(out.rows),
        filtered=counts.filtered,
        quarantined=bad.count if bad.severity is Severity.WARNING else 0,
        encoding=table.encoding,
        unused=plan.unused(table.columns),
    )
    return out


@dataclass(slots=True)
class _Counts:
    read: int = 0
    filtered: int = 0


def _kept(row: Values, keep: Sequence[str]) -> Values:
    return {name: row[name] for name in keep if name in row}


def _filtered(
    entry: SourceEntry, table: RawTable, plan: Plan, bad: _Bad, counts: _Counts, on_progress: Progress | None
) -> Iterator[tuple[int, Values]]:
    """Number and values of the rows that pass, helpers and the customer's id included."""
    cells = [(c.name, c.index, c.memo) for c in plan.columns]
    width = len(table.columns)
    where = plan.where.call if plan.where is not None else None
    first, last = (where, None) if plan.where_first else (None, where)
    computed = [(name, compiled.call, plan.checks.get(name)) for name, compiled in plan.computed]
    computed = [(n, call, None if n in plan.aggregate else check) for n, call, check in computed]
    # the customer's id is text; a column of that very name and type needs no second look
    customer = plan.customer
    number = -1
    for number, raw in enumerate(table.rows):
        if on_progress is not None and not number % _TICK:
            on_progress(entry.location, number)
        if len(raw) != width:
            bad.count += 1
            bad.say(number, "D304", found=len(raw), expected=width)
            continue
        try:
            row = {name: memo[raw[index]] for name, index, memo in cells}
        except (WrongValue, TypeError):  # TypeError: a list or an issue as a cell is no key of the memory
            converted = _slowly(number, raw, plan.columns, bad)
            if converted is None:
                continue
            row = converted
        if first is not None and not _passes(number, row, first, bad, counts):
            continue
        if computed and not _compute(number, row, computed, bad):
            continue
        if last is not None and not _passes(number, row, last, bad, counts):
            continue
        if customer:
            value = row[customer]
            row[CUSTOMER_ID] = value if type(value) is str else identifier(value)
        yield number, row
    counts.read = number + 1


def _slowly(number: int, raw: Sequence[Any], columns: Sequence[Column], bad: _Bad) -> Values | None:
    """One row cell by cell, so that every wrong cell of it is reported."""
    row: Values = {}
    for column in columns:
        try:
            row[column.name] = column.memo.convert(raw[column.index])
        except WrongValue as error:
            bad.wrong(number, column, column.name, error)
    if len(row) == len(columns):
        return row
    bad.count += 1
    return None


def _passes(number: int, row: Values, where: Callable[..., Any], bad: _Bad, counts: _Counts) -> bool:
    notes: list[Note] = []
    if where(row, notes) is True:
        return True
    if notes:
        bad.count += 1
        bad.say(number, "D313", found=notes[0].reason)
    else:
        counts.filtered += 1
    return False


def _compute(number: int, row: Values, computed: Sequence[tuple[str, Any, Any]], bad: _Bad) -> bool:
    notes: list[Note] = []
    fine = True
    for name, call, check in computed:
        value = call(row, notes)
        if notes:
            bad.say(number, "D308", fact=name, found=notes[0].reason)
            notes.clear()
            fine = False
        elif check is not None and value is not None:
            try:
                value = check(value)
            except WrongValue as error:
                bad.wrong(number, None, name, error)
                fine = False
        row[name] = value
    if not fine:
        bad.count += 1
    return fine


def _group(rows: Iterator[tuple[int, Values]], plan: Plan, out: Rows, bad: _Bad) -> None:
    """Lines with one key become one row: aggregated facts are folded, of all others the first line's value stays."""
    group, customer = plan.group, plan.customer
    start, fold = folds(plan.aggregate)
    groups: dict[Any, Values] = {}
    for number, row in rows:
        key = row[group]
        if key is None:
            bad.count += 1
            bad.say(number, "D306", key=group)
            continue
        sofar = groups.get(key)
        if sofar is None:
            sofar = row if plan.keep is None else _kept(row, plan.keep)
            for name, begin in start:
                sofar[name] = begin(row.get(name), name in row)
            groups[key] = sofar
            out.rows.append(sofar)
            out.keys.append(identifier(row[plan.key]))
            out.numbers.append(number)
            continue
        if customer and sofar[CUSTOMER_ID] != row[CUSTOMER_ID]:
            bad.count += 1
            bad.say(number, "D309", key=group, found=identifier(key), first=sofar[CUSTOMER_ID], other=row[CUSTOMER_ID])
            continue
        for name, merge in fold:
            sofar[name] = merge(sofar[name], row.get(name), name in row)


def _finish(out: Rows, plan: Plan, bad: _Bad) -> None:
    """What can only be said of finished rows: keys, required facts, and the limits of aggregated ones."""
    late: Mapping[str, Any] = {n: c for n, c in plan.checks.items() if n in plan.aggregate}
    if not (plan.key or plan.required or late):
        return
    drop: set[int] = set()
    for at, row in enumerate(out.rows):
        number = out.numbers[at]
        if plan.key and out.keys[at] is None:
            bad.say(number, "D306", key=plan.key)
            drop.add(at)
        for name in plan.required:
            if row.get(name) is None:
                bad.say(number, "D307", fact=name)
                drop.add(at)
        for name, check in late.items():
            try:
                row[name] = check(row[name]) if row[name] is not None else None
            except WrongValue as error:
                bad.wrong(number, None, name, error)
                drop.add(at)
    if drop:
        bad.count += len(drop)
        remove(out, drop)


def remove(out: Rows, drop: set[int]) -> None:
    """Take the rows at these positions out."""
    keep = [i for i in range(len(out.rows)) if i not in drop]
    out.rows = [out.rows[i] for i in keep]
    out.keys = [out.keys[i] for i in keep]
    out.numbers = [out.numbers[i] for i in keep]
