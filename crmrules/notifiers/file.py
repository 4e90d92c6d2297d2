"""Actions appended to a file, an object a line (NDJSON): notifier ``file``, opened as ``file:PATH``.

A line is written whole or not at all and is on the disk before it counts as delivered. Every line has the action's
``key``: a reader that has seen it may drop the repetition.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from crmrules.model.errors import PluginError
from crmrules.model.issues import issue
from crmrules.model.plan import Action
from crmrules.model.ports import Delivery
from crmrules.notifiers._common import instant_text

_TAIL: Final = 1 << 16


class FileNotifier:
    """Appends to one file; several processes may do so at once."""

    name = "file"

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def send(self, actions: Sequence[Action]) -> Sequence[Delivery]:
        """All actions in one write; on a failure none counts as delivered, and no half line stays."""
        if not actions:
            return []
        data = "".join(json.dumps(to_json(action), ensure_ascii=False) + "\n" for action in actions)
        try:
            with _locked(self._path) as file:
                _drop_half_line(file)
                end = os.fstat(file).st_size
                try:
                    _write(file, data.encode("utf-8", "replace"))
                    os.fsync(file)
                except OSError:
                    with suppress(OSError):  # a device cannot be cut; the first failure is the one to tell
                        os.ftruncate(file, end)
                    raise
        except OSError as error:
            return [Delivery(False, f"{self._path}: {error.strerror or error}")] * len(actions)
        return [Delivery(True)] * len(actions)


def to_json(action: Action) -> dict[str, Any]:
    """What a line holds. The values an action rests on stay out: they may be personal."""
    return {
        "key": action.key,
        "customer": action.customer,
        "customer_name": action.customer_name,
        "task": action.task,
        "channel": action.channel,
        "owner": action.owner,
        "owner_role": action.owner_role,
        "is_queue": action.is_queue,
        "on_behalf_of": action.on_behalf_of,
        "behalf_reason": action.behalf_reason,
        "due": instant_text(action.due),
        "until": instant_text(action.until) if action.until is not None else None,
        "send_after": instant_text(action.send_after) if action.send_after is not None else None,
        "quiet_hours": action.quiet_hours,
        "quiet_zone": action.quiet_zone,
        "status": action.status.value,
        "priority": action.priority,
        "purpose": action.purpose,
        "content": action.content,
        "kind": action.kind.value,
        "decision": action.decision,
        "rule": action.rule,
        "place": str(action.place),
        "signal": action.signal,
        "level": action.level,
        "ruleset": action.ruleset,
        "fingerprint": action.fingerprint,
    }


def open_file(argument: str) -> FileNotifier:
    """``file:PATH``; the folder must be there."""
    path = Path(argument)
    if not argument or path.is_dir() or not path.parent.is_dir():
        expected = "a path of a file in a folder that exists"
        raise PluginError([issue("H201", notifier="file", found=repr(argument), expected=expected)])
    return FileNotifier(path)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file opened for appending, while no other notifier writes to it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        try:
            import fcntl
        except ImportError:  # no such locks on Windows; appending alone keeps lines whole there
            yield file
            return
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


def _drop_half_line(file: int) -> None:
    """Cut off what a process killed while writing left: it was never reported as delivered, so it comes again."""
    end = size = os.fstat(file).st_size
    while end > 0:
        start = max(end - _TAIL, 0)
        os.lseek(file, start, os.SEEK_SET)
        found = os.read(file, end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
