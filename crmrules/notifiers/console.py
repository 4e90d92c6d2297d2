"""Actions on the terminal, a line each: notifier ``console``. ``console:stderr`` writes there instead."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final, TextIO

from crmrules.model.errors import PluginError
from crmrules.model.issues import issue
from crmrules.model.plan import Action
from crmrules.model.ports import Delivery
from crmrules.notifiers._common import instant_text

# Control characters in a customer's name could move the cursor or hide a line.
_CONTROL: Final = dict.fromkeys((*range(32), *range(127, 160), 8232, 8233, *range(8234, 8239)), " ")


class ConsoleNotifier:
    """Writes to ``stream``; without one, to what is standard output at the moment of sending."""

    name = "console"

    def __init__(self, stream: TextIO | None = None, *, to_stderr: bool = False) -> None:
        self._stream, self._to_stderr = stream, to_stderr

    def send(self, actions: Sequence[Action]) -> Sequence[Delivery]:
        """One line an action; delivered when the stream took it."""
        stream = self._stream or (sys.stderr if self._to_stderr else sys.stdout)
        try:
            for action in actions:
                stream.write(_printable(line(action), stream) + "\n")
            stream.flush()
        except (OSError, ValueError) as error:  # ValueError: a closed stream
            return [Delivery(False, str(error))] * len(actions)
        return [Delivery(True)] * len(actions)


def line(action: Action) -> str:
    """What one action looks like: due, owner, customer, task, channel, content, key."""
    who = f"{action.customer_name} ({action.customer})" if action.customer_name else action.customer
    when, key = instant_text(action.due), f"[{action.key}]"
    parts = (when, action.owner, who, action.task, action.channel, action.content, key)
    return " · ".join(" ".join(part.translate(_CONTROL).split()) for part in parts if part)


def _printable(text: str, stream: TextIO) -> str:
    """What the terminal's encoding cannot show becomes a question mark instead of ending the delivery."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


def open_console(argument: str) -> ConsoleNotifier:
    """``console`` or ``console:stdout`` or ``console:stderr``."""
    if argument not in ("", "stdout", "stderr"):
        raise PluginError([issue("H201", notifier="console", found=repr(argument), expected="stdout or stderr")])
    return ConsoleNotifier(to_stderr=argument == "stderr")
