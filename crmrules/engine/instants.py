"""Instants in the rule set's time zone: where a text, a date or a naive date and time becomes a moment."""

from __future__ import annotations

import datetime as stdlib

from crmrules.model.errors import PlanError
from crmrules.model.issues import issue
from crmrules.model.values import Date, DateTime, Value


def in_zone(moment: DateTime, zone: str) -> DateTime:
    """The same moment on the zone's clock; one without an offset is read as that clock's."""
    if moment.offset is None:
        return DateTime.of_local(moment.local, None, zone)
    if moment.zone == zone:
        return moment
    return DateTime.of_instant(moment.instant, None, zone)


def localised(value: Value, zone: str) -> Value:
    """``value`` with every date and time that lacks an offset read in ``zone``; others stay as they are."""
    if isinstance(value, DateTime):
        return value if value.offset is not None else DateTime.of_local(value.local, None, zone)
    if isinstance(value, list):
        return [localised(item, zone) for item in value]
    return value


def instant_of(value: Value, zone: str) -> DateTime | None:
    """A date (its first moment) or a date and time as a moment in ``zone``; None for anything else."""
    if isinstance(value, DateTime):
        return in_zone(value, zone)
    if isinstance(value, Date):
        return in_zone(DateTime.midnight(value), zone)
    return None


def read_as_of(moment: DateTime | Date | stdlib.date | str, zone: str) -> DateTime:
    """The instant of evaluation in ``zone``: an instant, a day (its first moment) or ISO text of either.

    Raises :class:`~crmrules.model.errors.PlanError` for anything else.
    """
    value: Value = moment
    if isinstance(moment, str):
        value = DateTime.read(moment.strip())
    elif isinstance(moment, stdlib.datetime):
        value = DateTime.from_stdlib(moment)
    elif isinstance(moment, stdlib.date):
        value = Date.from_stdlib(moment)
    found = instant_of(value, zone)
    if found is None:
        raise PlanError([issue("P414", found=moment)])
    return found
