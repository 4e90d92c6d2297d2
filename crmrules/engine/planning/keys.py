"""The key of an action: what makes it the same action on every run."""

from __future__ import annotations

import json
from hashlib import blake2b


def action_key(ruleset: str, rule: str, customer: str, period: str, level: int) -> str:
    """Twenty hexadecimal digits, the same on every run for the same rule, customer, period or episode, and level."""
    text = json.dumps([ruleset, rule, customer, period, level], ensure_ascii=False, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=10).hexdigest()
