"""What generated functions call besides the operators: notes, loops, filters, function values.

Nothing here keeps state: a :class:`Run` belongs to one evaluation and is passed along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from crmrules.feel.builtins.comparison import ge, gt, le, lt
from crmrules.feel.builtins.declare import Failure, Unknown
from crmrules.feel.builtins.limits import MAX_ITERATIONS
from crmrules.feel.builtins.operators import get_path
from crmrules.feel.calls import feel_function
from crmrules.feel.notes import Note, Notes
from crmrules.feel.types import FunctionType
from crmrules.model.numbers import as_int, is_whole
from crmrules.model.values import Date, DateTime, DaysDuration, Function, MonthsDuration, Range, Time, Value, kind_of

MAX_STEPS: Final = 1_000_000
MAX_CALLS: Final = 100
MAX_NOTES: Final = 1_000


class Run:
    """How much one evaluation has done: steps of all its loops together, and calls of functions under way."""

    __slots__ = ("calls", "steps")

    def __init__(self) -> None:
        self.steps = self.calls = 0

    def rounds(self, items: Sequence[Value]) -> Sequence[Value]:
        """``items``, counted as rounds of a loop; :class:`Failure` when all loops together make too many."""
        self.steps += len(items)
        if self.steps > MAX_STEPS:
            raise Failure(f"more than {MAX_STEPS:,} steps")
        return items


def note(notes: Notes, failure: BaseException, start: int, end: int) -> None:
    """Record a failure; the operation's value is null."""
    if notes is not None and len(notes) < MAX_NOTES and type(failure) is not Unknown:
        notes.append(Note(reason_of(failure), start, end))


def reason_of(failure: BaseException) -> str:
    """A phrase for what went wrong."""
    if isinstance(failure, Failure):
        return failure.reason
    if isinstance(failure, RecursionError):
        return "functions call each other too deeply"
    return "a value does not have its declared type"


def within(value: Value, low: Value, high: Value, low_included: bool, high_included: bool) -> bool | None:
    """Whether ``value`` lies between two ends; null when any of the three is null."""
    above = ge(value, low) if low_included else gt(value, low)
    below = le(value, high) if high_included else lt(value, high)
    return None if above is None or below is None else above and below


# --- lists ------------------------------------------------------------------------------------------------------


def as_list(value: Value) -> list[Value]:
    """What a filter goes over: a single value is a list of one."""
    return value if type(value) is list else [value]


def pluck(value: Value, name: str) -> Value:
    """``value.name``; quick where all items of a list are contexts."""
    if type(value) is list:
        try:
            return [item.get(name) for item in value]
        except AttributeError:
            pass  # not all of them are
    return get_path(value, name)


def is_number(value: Value) -> bool:
    """Whether a filter's condition gave a position."""
    return type(value) is int or type(value) is Decimal


def index(value: Value, position: Value) -> Value:
    """The element at a 1-based position, negative from the end; null outside."""
    if position is None or value is None:
        return None
    items = as_list(value)
    if not is_number(position) or not is_whole(position):
        raise Failure(f"{position} is no position in a list" if is_number(position) else "a position is a number")
    at = as_int(position)
    if 0 < at <= len(items):
        return items[at - 1]
    return items[at] if -len(items) <= at < 0 else None


# --- loops ------------------------------------------------------------------------------------------------------


def each(value: Value) -> Sequence[Value]:
    """What a loop over a value goes through; :class:`Failure` when it cannot be gone through."""
    kind = type(value)
    if kind is list:
        return value  # type: ignore[no-any-return]
    if kind is Range:
        if value.form or value.start is None or value.end is None or gt(value.start, value.end):
            raise Failure("the range has no values to go through")
        values = list(span(value.start, value.end))
        low = 0 if value.start_included else 1
        return values[low : len(values) if value.end_included else -1]
    if value is None:
        raise Unknown("cannot go through null")
    if kind in _NOT_ITERABLE:
        raise Failure(f"cannot go through {kind_of(value)}")
    return [value]


_NOT_ITERABLE: Final = frozenset((str, Time, DateTime, DaysDuration, MonthsDuration, Function))


def span(first: Value, last: Value) -> Sequence[Value]:
    """The whole numbers or dates from ``first`` to ``last``, in either direction."""
    if isinstance(first, Date) and isinstance(last, Date):
        return [Date.of_days(day) for day in _between(first.days, last.days)]
    if is_number(first) and is_number(last) and is_whole(first) and is_whole(last):
        return _between(as_int(first), as_int(last))
    if first is None or last is None:
        raise Failure("an end of the iteration is null")
    raise Failure(f"cannot go from {kind_of(first)} to {kind_of(last)} in whole steps")


def _between(first: int, last: int) -> range:
    if abs(last - first) >= MAX_ITERATIONS:
        raise Failure(f"an iteration of more than {MAX_ITERATIONS:,} values")
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


# --- functions --------------------------------------------------------------------------------------------------


_ONE: Final = (None,)


def make_function(
    run: Run, params: tuple[str, ...], kind: FunctionType, body: Callable[..., Value], held: Sequence[Any]
) -> Function:
    """A function value around generated code; ``held`` are the values it closes over."""

    def enter(*arguments: Value) -> Value:
        run.rounds(_ONE)
        if run.calls >= MAX_CALLS:
            raise Failure(f"functions call each other more than {MAX_CALLS} deep")
        run.calls += 1
        try:
            return body(*held, *arguments)
        finally:
            run.calls -= 1

    return feel_function("", kind, params, enter)
