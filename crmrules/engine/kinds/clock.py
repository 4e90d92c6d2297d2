"""The clock of a row while a customer is decided: elapsed or working time, standing still during holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from crmrules.engine.instants import instant_of
from crmrules.engine.steps import CalendarChoice
from crmrules.model.issues import issue
from crmrules.model.values import DateTime, DaysDuration, MonthsDuration, kind_of
from crmrules.timing.arithmetic import add_elapsed
from crmrules.timing.calendar import WorkCalendar, around_the_clock
from crmrules.timing.working_time import Hold, add_working, deadline_with_holds

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.feel.compiler import Compiled
    from crmrules.model.durations import Duration


@dataclass(frozen=True, slots=True)
class Holds:
    """When the clock stands still. ``spans`` end; one that is still open ends now, so that what is counted with it is
    the earliest that can be. ``paused`` says whether one holds now."""

    spans: tuple[Hold, ...] = ()
    paused: bool = False


NO_HOLDS = Holds()
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Clock:
    """How time passes: in the hours of ``calendar`` (None: always), less the ``holds``."""

    calendar: WorkCalendar | None = None
    holds: Holds = NO_HOLDS

    @property
    def told(self) -> Mapping[str, Any]:
        """What to tell of times that this clock gave."""
        if self.calendar is None and not self.holds.spans:
            return _NOTHING
        calendar = {} if self.calendar is None else {"calendar": self.calendar.name}
        return {**calendar, **({"holds": len(self.holds.spans)} if self.holds.spans else {})}

    def after(self, start: DateTime, length: Duration) -> DateTime:
        """The moment at which ``length`` (not negative) has passed since ``start``.

        ``OverflowError`` beyond all calendars; :class:`~crmrules.timing.calendar.CalendarError` where working time
        never gets there.
        """
        if not self.holds.spans:
            if self.calendar is None or isinstance(length, MonthsDuration):
                return add_elapsed(start, length)
            return add_working(start, length, self.calendar)
        if isinstance(length, MonthsDuration):
            length = DaysDuration(add_elapsed(start, length).instant - start.instant)
        calendar = self.calendar or around_the_clock(start.zone or "UTC")
        moment = deadline_with_holds(start, length, calendar, self.holds.spans)
        assert moment is not None  # no hold is open
        return moment


ELAPSED = Clock()


def clock_calendar(choice: CalendarChoice | None, run: Evaluation) -> WorkCalendar | None:
    """The calendar a table's working time runs by; the default one, with a warning, where the name it works out is
    none. None where there is no calendar at all."""
    if choice is None or choice.named is None:
        return None if choice is None else choice.fixed
    name = run.value(choice.named)
    if name is None:
        return choice.fixed
    found = choice.calendars.by_name.get(name) if isinstance(name, str) else None
    if found is not None:
        return found
    used = choice.fixed.name if choice.fixed is not None else "24x7"
    run.warn(
        issue(
            "P409", choice.named.span, customer=run.customer, text=choice.named.text.strip(), used=used,
            found=f"{kind_of(name)} {name}"[:60], expected=", ".join(choice.calendars.names) or "-",
        )
    )  # fmt: skip
    return choice.fixed


def read_holds(compiled: Compiled | None, run: Evaluation) -> Holds:
    """The holds of a customer. One without a beginning is none; one that cannot be read is left out with a warning."""
    if compiled is None:
        return NO_HOLDS
    value = run.value(compiled)
    items = value if isinstance(value, list) else [] if value is None else [value]
    spans: list[Hold] = []
    paused = False
    for item in items:
        if item is None:
            continue
        first = item.get("start") if isinstance(item, dict) else None
        last = item.get("end") if isinstance(item, dict) else None
        if isinstance(item, dict) and first is None:
            continue
        start, end = instant_of(first, run.zone), instant_of(last, run.zone)
        if start is None or (last is not None and end is None):
            run.warn(
                issue(
                    "P408", compiled.span, customer=run.customer, text=compiled.text.strip(),
                    found=f"{kind_of(item)} {item}"[:60],
                )
            )  # fmt: skip
            continue
        if start <= run.as_of and (end is None or run.as_of < end):
            paused = True
        if end is not None or start < run.as_of:
            spans.append((start, run.as_of if end is None else end))
    return Holds(tuple(spans), paused)
