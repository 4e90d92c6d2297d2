"""Actions as mail files in a folder: notifier ``eml``. Many ticket systems and mail servers pick such files up."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from crmrules.model.errors import PluginError
from crmrules.model.issues import issue
from crmrules.model.plan import Action
from crmrules.model.ports import Delivery

KEY_HEADER = "X-CRM-Action-Key"


class EmlNotifier:
    """One file an action, named after the action's key: sending it again replaces the file by the same bytes."""

    name = "eml"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, actions: Sequence[Action]) -> Sequence[Delivery]:
        """Write the files, each at once: whoever watches the folder never sees a half one."""
        answers = []
        for action in actions:
            try:
                self._write(action)
            except OSError as error:
                answers.append(Delivery(False, f"{self._folder}: {error.strerror}"))
            else:
                answers.append(Delivery(True))
        return answers

    def _write(self, action: Action) -> None:
        path = self._folder / f"{hashlib.sha256(action.key.encode()).hexdigest()[:32]}.eml"
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(message(action).as_bytes(policy=SMTP))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def message(action: Action) -> EmailMessage:
    """The mail of one action. Headers are made of one-line texts, so that no value can add a header of its own."""
    mail = EmailMessage()
    mail["Subject"] = _one_line(f"{action.task}: {action.customer_name or action.customer}")
    mail["Keywords"] = _one_line(f"{action.owner}, {action.channel}".strip(", "))
    mail[KEY_HEADER] = _one_line(action.key)
    mail.set_content(_clean(action.content) + "\n")
    return mail


def open_eml(argument: str) -> EmlNotifier:
    """``eml:FOLDER``; the folder must be there."""
    folder = Path(argument)
    if not argument or not folder.is_dir():
        raise PluginError([issue("H201", notifier="eml", found=repr(argument), expected="a folder that exists")])
    return EmlNotifier(folder)


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())
