"""The key of an action: what makes it the same action on every run."""

from __future__ import annotations

from hashlib import blake2b
from json.encoder import encode_basestring as _json

from crmrules.model.decision import Task


def task_key(ruleset: str, customer: str, task: Task) -> str:
    """The key of the action that a task becomes."""
    period = f"{task.period}/{task.part}" if task.part else task.period
    return action_key(ruleset, task.rule, customer, period, task.level)


def action_key(ruleset: str, rule: str, customer: str, period: str, level: int) -> str:
    """Twenty hexadecimal digits, the same on every run for the same rule, customer, period or episode, and level."""
    # The JSON text of the list, written out: setting up an encoder would take longer than all the rest.
    text = f"[{_json(ruleset)},{_json(rule)},{_json(customer)},{_json(period)},{level}]"
    return blake2b(text.encode(), digest_size=10).hexdigest()
