"""Values that move up and down: from what the rows propose to what is in force.

The rows say what a customer deserves today. What the customer has follows at its own pace: a pin set by hand comes
first; an upgrade or a downgrade may wait for a review; a downgrade also waits until it has been called for long enough
(grace) and until the value in force has been held long enough (minimum tenure). All reasons why a proposal waits are
kept, so that it can be told why a customer is what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmrules.engine.cells import canonical, listed
from crmrules.engine.instants import in_zone, instant_of
from crmrules.engine.kinds.due import day_of
from crmrules.engine.steps import TransitionBody
from crmrules.model.decision import Change, Held, Hold, Task, TaskStatus, Transition
from crmrules.model.issues import issue
from crmrules.model.ruleset import Kind
from crmrules.model.values import DateTime, kind_of
from crmrules.timing.arithmetic import add_gap
from crmrules.timing.recurrence import last_index, occurrence

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.model.durations import Duration
    from crmrules.model.values import Value

DEFAULT_ROW: Final = "default of the table"
PIN_ROW: Final = "pin of the table"
"""Which row of ``notify`` speaks where no rule of the table gave the value."""


def settle(table: str, body: TransitionBody, proposed: Value, rules: tuple[str, ...], run: Evaluation) -> Value:
    """The value in force for what ``rules`` propose (None: nothing); says what became of it, and tells it."""
    name = body.fact.name
    previous = _previous(body, run)
    known = previous is not None
    held: list[Held] = []
    pending: DateTime | None = None
    pin, pinned_until = _pin(body, run)
    if pin is not None:
        value = pin
        if proposed != pin:
            held.append(Held(Hold.PINNED, pinned_until))
    elif proposed is None:
        value = previous
        if known:
            held.append(Held(Hold.NO_PROPOSAL))
    elif not known or proposed == previous:
        value = proposed
    else:
        lower = _is_lower(body, proposed, previous)
        held = _holds(body, lower, run)
        value = previous if held else proposed
    if proposed is not None and value is not None and _is_lower(body, proposed, value):
        pending = _pending_since(name, run)
    change = Change.KEPT
    if not known and value is not None:
        change = Change.FIRST
    elif value != previous:
        change = Change.DOWNGRADE if _is_lower(body, value, previous) else Change.UPGRADE
    since = run.history.since.get(name)
    began = run.as_of if value != previous else None if since is None else in_zone(since, run.zone)
    run.transitions.append(
        Transition(table, name, previous, proposed, value, change, rules, tuple(held), began, pending)
    )
    if change in (Change.UPGRADE, Change.DOWNGRADE) and body.notify is not None:
        row = PIN_ROW if pin is not None else rules[0] if rules else DEFAULT_ROW
        run.tasks.append(_notification(table, body, row, previous, value, change, run))
    return value


def _is_lower(body: TransitionBody, value: Value, other: Value) -> bool:
    return body.order.index(value) > body.order.index(other)


def _previous(body: TransitionBody, run: Evaluation) -> Value:
    """What the last run left; a word that is no value any more counts as nothing, with a warning."""
    value = run.history.values.get(body.fact.name)
    if value is None or value in body.order:
        return value
    run.warn(issue("P718", body.fact.span, customer=run.customer, fact=body.fact.name, found=str(value)[:60]))
    return None


def _pin(body: TransitionBody, run: Evaluation) -> tuple[Value, DateTime | None]:
    """The value set by hand, where it holds at this instant, and until when it does."""
    if body.pin is None:
        return None, None
    value = canonical(run.value(body.pin), body.words)
    if value is not None and value not in body.order:
        expected, text = f"one of {listed(body.order)}", body.pin.text.strip()
        found = f"{kind_of(value)} {value}"[:60]
        run.warn(
            issue("P405", body.pin.span, customer=run.customer, fact="pin", expected=expected, text=text, found=found)
        )
        return None, None
    if value is None:
        return None, None
    if body.pin_until is None:
        return value, None
    end = run.value(body.pin_until)
    until = instant_of(end, run.zone)
    if until is None:
        if end is not None:
            text, found = body.pin_until.text.strip(), f"{kind_of(end)} {end}"[:60]
            run.warn(issue("P407", body.pin_until.span, customer=run.customer, text=text, found=found))
        return value, None
    return (value, until) if run.as_of < until else (None, None)


def _holds(body: TransitionBody, lower: bool, run: Evaluation) -> list[Held]:
    """Why a move waits; empty when it does not."""
    held: list[Held] = []
    if body.downgrade_at_review if lower else body.upgrade_at_review:
        held += _until_review(body, run)
    if lower:
        if body.grace is not None:
            held += _until(Hold.GRACE, _pending_since(body.fact.name, run), body.grace, run)
        if body.tenure is not None:
            since = run.history.since.get(body.fact.name)
            if since is None:
                held.append(Held(Hold.TENURE))  # unknown is not long enough
            else:
                held += _until(Hold.TENURE, in_zone(since, run.zone), body.tenure, run)
    return held


def _until(reason: Hold, start: DateTime, length: Duration, run: Evaluation) -> list[Held]:
    try:
        end = add_gap(start, length)
    except OverflowError:
        return [Held(reason)]  # longer than the calendar: that never ends
    return [Held(reason, end)] if run.as_of < end else []


def _until_review(body: TransitionBody, run: Evaluation) -> list[Held]:
    """A review takes place on its day, and in the first run after it when none ran that day."""
    if body.anchor is None or body.review is None:
        return []
    number = last_index(body.anchor, body.review, run.as_of)
    latest = occurrence(body.anchor, body.review, number)
    last_run = run.history.as_of
    if number >= 0 and (day_of(latest) == day_of(run.as_of) or (last_run is not None and last_run < latest)):
        return []
    return [Held(Hold.REVIEW, occurrence(body.anchor, body.review, max(number + 1, 0)))]


def _pending_since(fact: str, run: Evaluation) -> DateTime:
    """Since when a lower value has been called for: as an earlier run saw it, else from now on."""
    pending = run.history.pending.get(fact)
    return run.as_of if pending is None else in_zone(pending.since, run.zone)


def _notification(
    table: str, body: TransitionBody, row: str, previous: Value, value: Value, change: Change, run: Evaluation
) -> Task:
    notify = body.notify or {}
    cells = notify[row].cells
    rule = cells.rule
    return Task(
        kind=Kind.CLASSIFICATION,
        decision=table,
        rule=rule.id,
        span=rule.span,
        task=cells.task,
        due=run.as_of,
        status=TaskStatus.DUE,
        period=f"{change} {run.as_of}",
        start=run.as_of,
        channel=cells.channel,
        owner_role=cells.owner_role,
        priority=3,
        purpose=cells.purpose,
        content=cells.content,
        details={
            "previous_value": previous,
            "new_value": value,
            "change": change.value,
            "reason": f"{rule.id}: {rule.note}" if rule.note else rule.id,
        },
    )
