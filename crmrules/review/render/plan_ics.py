"""An action plan as an iCalendar file (RFC 5545): one event an action, at its due instant.

Events and not to-dos, because the calendars that salespeople have (Outlook, WeCom, Google) drop to-dos. They do not
block time (``TRANSP:TRANSPARENT``), and a later plan with the same action updates the event instead of doubling it:
its UID comes from the action's key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256

from crmrules.model.durations import NANOS
from crmrules.model.plan import Action, ActionPlan
from crmrules.model.temporal import DateTime, clock_text
from crmrules.review.texts import clean, one_line, show_moment
from crmrules.review.wording import Wording, local

_MINUTES = 15  # length of an event, so that calendars draw it; the window's end stands in the description
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\t": " "})
_LINE_BREAK = re.compile("\r\n|[\r\n\u0085\u2028\u2029]")


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The file's bytes: CRLF line ends, lines folded at 75 octets. ``DTSTAMP`` is ``as_of``, so it is repeatable."""
    name = plan.label.get(words.lang, plan.ruleset)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//crmrules//action plan//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(one_line(name, 200))}",
    ]
    for action in plan.actions:
        lines += _event(action, plan.as_of, words)
    lines.append("END:VCALENDAR")
    return b"".join(fold(line) + b"\r\n" for line in lines)


def escape(text: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped, control characters replaced."""
    return clean(_LINE_BREAK.sub("\n", text)).translate(_ESCAPES)


def fold(line: str) -> bytes:
    """The line in pieces of at most 75 octets, never inside a character."""
    data = line.encode("utf-8", "replace")
    pieces = []
    limit = 75
    while len(data) > limit:
        end = limit
        while data[end] & 0xC0 == 0x80:  # inside a multi-byte character
            end -= 1
        pieces.append(data[:end])
        data, limit = data[end:], 74  # the blank that opens a continuation counts
    pieces.append(data)
    return b"\r\n ".join(pieces)


def _event(action: Action, as_of: DateTime, words: Wording) -> Iterator[str]:
    who = action.customer_name or action.customer
    end = action.due.plus_nanos(_MINUTES * 60 * NANOS)
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(action.key.encode('utf-8', 'replace')).hexdigest()[:32]}@crmrules"
    yield f"DTSTAMP:{_stamp(as_of)}"
    yield f"DTSTART:{_moment(action.due)}"
    yield f"DTEND:{_moment(end)}"
    yield "SUMMARY:" + escape(one_line(words.word("task", action.task) + " · " + who, 250))
    yield "DESCRIPTION:" + escape("\n".join(_description(action, as_of, words)))
    yield f"CATEGORIES:{escape(words.say(action.kind))}"
    yield f"PRIORITY:{min(max(action.priority, 1), 9)}"
    yield "TRANSP:TRANSPARENT"
    yield f"X-CRMRULES-KEY:{escape(action.key)}"
    yield f"X-CRMRULES-OWNER:{escape(words.owner(action))}"
    yield "END:VEVENT"


def _description(action: Action, as_of: DateTime, words: Wording) -> Iterator[str]:
    colon = words.say("colon")
    if action.content:
        yield words.text(action.content)
    for name, text in (
        ("owner", words.owner(action)),
        ("channel", words.word("channel", action.channel)),
        ("until", show_moment(local(action.until, as_of)) if action.until else ""),
        ("why", words.why(action)),
        ("place", str(action.place)),
    ):
        if text:
            yield f"{words.say(name)}{colon}{text}"


def _moment(moment: DateTime) -> str:
    """``20260302T010000Z``; without ``Z`` (the reader's own clock) where the instant has no offset."""
    return _stamp(moment) if moment.offset is not None else _digits(moment)


def _stamp(moment: DateTime) -> str:
    return _digits(DateTime.of_local(moment.instant)) + "Z"


def _digits(moment: DateTime) -> str:
    return f"{moment.date}T{clock_text(moment.time.nanos // NANOS * NANOS)}".replace("-", "").replace(":", "")
