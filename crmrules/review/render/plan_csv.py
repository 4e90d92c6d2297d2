"""An action plan as CSV, one action a row, in a form that a double click in a Chinese Excel opens rightly.

UTF-8 with a byte order mark; every text quoted; texts that a spreadsheet would take for a formula get an apostrophe in
front, also where the spreadsheet's own separator (a semicolon in half of the world) would cut a text in two.
Withheld actions are left out: the file is a to-do list, and a row of it will be done.
"""

from __future__ import annotations

import csv
import io
import re

from crmrules.model.plan import Action, ActionPlan
from crmrules.model.values import DateTime
from crmrules.review.texts import clean, show_moment
from crmrules.review.wording import Wording, local

COLUMNS = (
    "due", "until", "status", "priority", "owner", "owner_role", "customer_id", "customer", "task", "channel",
    "content", "kind", "signal", "level", "decision", "rule", "place", "why", "key",
)  # fmt: skip
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_CUT = re.compile(r"([;|\t\r\n][\s\"\ufeff]*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The file's bytes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([words.say(column) for column in COLUMNS])
    writer.writerows(_row(action, plan.as_of, words) for action in plan.actions)
    return buffer.getvalue().encode("utf-8-sig", "replace")


def safe(text: str) -> str:
    """``text`` that no spreadsheet takes for a formula; numbers such as ``-5`` stay as they are."""
    text = _CUT.sub(r"\1'", clean(text))
    if text.lstrip(" \u3000\ufeff").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _row(action: Action, as_of: DateTime, words: Wording) -> list[str | int]:
    texts = {
        "due": show_moment(local(action.due, as_of)),
        "until": show_moment(local(action.until, as_of)) if action.until else "",
        "status": words.status(action.status),
        "owner": words.owner(action),
        "owner_role": words.word("owner_role", action.owner_role),
        "customer_id": action.customer,
        "customer": action.customer_name,
        "task": words.word("task", action.task),
        "channel": words.word("channel", action.channel),
        "content": words.text(action.content),
        "kind": words.say(action.kind),
        "signal": words.word("signal", action.signal),
        "decision": words.decision(action.decision),
        "rule": action.rule,
        "place": str(action.place),
        "why": words.why(action),
        "key": action.key,
    }
    numbers = {"priority": action.priority, "level": action.level}
    return [numbers[name] if name in numbers else safe(texts[name]) for name in COLUMNS]
