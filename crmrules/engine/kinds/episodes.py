"""Episodes of signals: when one began, which one it is, and which are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmrules.engine.instants import in_zone, instant_of
from crmrules.engine.steps import EscalationBody, EscalationRow, Reentry
from crmrules.model.issues import issue
from crmrules.model.values import DateTime, kind_of
from crmrules.timing.arithmetic import add_gap

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.model.decision import History

Episode = tuple[DateTime | None, str]
"""When it began (None: that could not be told), and the period's name in the action's key."""


def episode_of(row: EscalationRow, body: EscalationBody, run: Evaluation) -> Episode:
    """The episode that the row's signal is in."""
    start = _began(row, body, run)
    return start, "" if start is None else _period(start, body.reentry)


def _began(row: EscalationRow, body: EscalationBody, run: Evaluation) -> DateTime | None:
    """When the episode began; None, with a warning, when ``since`` gives something that is no moment."""
    known = run.history.episodes.get(row.signal)
    opened = None if known is None else in_zone(known.since, run.zone)
    start = opened or run.as_of
    value = None if row.since is None else run.value(row.since)
    if row.since is not None and value is not None:
        given = instant_of(value, run.zone)
        if given is None:
            found = f"{kind_of(value)} {value}"[:60]
            run.warn(issue("P407", row.since.span, customer=run.customer, text=row.since.text.strip(), found=found))
            return None
        start = given
    # A record put in later for an earlier day does not begin an episode that is open anew.
    if opened is not None and start <= opened:
        return opened
    cooldown = body.reentry.cooldown
    if cooldown is None:
        return start
    told = [run.history.told[rule].at for rule in body.rules_of[row.signal] if rule in run.history.told]
    return max(start, add_gap(in_zone(max(told), run.zone), cooldown)) if told else start


def _period(start: DateTime, reentry: Reentry) -> str:
    """What tells this episode from others in the keys of its actions."""
    day = start.date
    match reentry.unit:
        case "":
            return str(start)
        case "day":
            return str(day)
        case "week":
            first = str(type(day).of_days(day.days - day.weekday + 1))
            return f"week {first}"
        case "month":
            return str(day)[:7]
        case "quarter":
            return f"{str(day)[:4]}-Q{(day.month - 1) // 3 + 1}"
        case "year":
            return str(day)[:4]
    return reentry.unit


def outcome_of_episodes(
    open_now: Mapping[str, DateTime], undecided: set[str], history: History
) -> tuple[dict[str, DateTime], tuple[str, ...]]:
    """The episodes that go on (those of which missing data says nothing included), and the signals that are over."""
    if not history.episodes:
        return dict(open_now), ()
    episodes = dict(open_now)
    resolved: list[str] = []
    for signal, known in history.episodes.items():
        if signal in episodes:
            continue
        if signal in undecided:
            episodes[signal] = known.since
        else:
            resolved.append(signal)
    return episodes, tuple(resolved)
