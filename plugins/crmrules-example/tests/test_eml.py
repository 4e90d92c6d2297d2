"""The notifier keeps the contract, and its files are mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

pytest.importorskip("crmrules_example", reason="install it: pip install -e plugins/crmrules-example")

from crmrules_example.eml import KEY_HEADER, EmlNotifier, open_eml

from crmrules.model.errors import PluginError
from crmrules.model.ports import Notifier
from crmrules.testing.notifiers import ACTION, NotifierContract


def mails(folder: Path) -> list[tuple[str, str, str]]:
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.glob("*.eml")]
    return sorted((m[KEY_HEADER], m["Subject"], m.get_content().strip()) for m in found)  # type: ignore[attr-defined]


class TestEml(NotifierContract):
    def make_notifier(self, folder: Path) -> Notifier:
        return EmlNotifier(folder)

    def delivered(self, folder: Path) -> Sequence[str]:
        return [key for key, _, _ in mails(folder)]


def test_a_mail_says_what_to_do(tmp_path: Path) -> None:
    EmlNotifier(tmp_path).send([ACTION])
    assert mails(tmp_path) == [("k-1", "回访: 华东制造", "华东制造：了解近况")]


def test_no_value_adds_a_header(tmp_path: Path) -> None:
    EmlNotifier(tmp_path).send([replace(ACTION, customer_name="x\r\nBcc: thief@example.com")])
    (path,) = tmp_path.glob("*.eml")
    assert message_from_bytes(path.read_bytes(), policy=default)["Bcc"] is None


def test_a_repetition_leaves_the_same_bytes(tmp_path: Path) -> None:
    notifier = EmlNotifier(tmp_path)
    notifier.send([ACTION])
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()
    notifier.send([ACTION])
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [before]


def test_a_folder_that_went_away_is_a_failed_delivery(tmp_path: Path) -> None:
    (answer,) = EmlNotifier(tmp_path / "gone").send([ACTION])
    assert (answer.ok, answer.retry, answer.detail) == (False, True, f"{tmp_path / 'gone'}: No such file or directory")


def test_the_folder_must_be_there() -> None:
    with pytest.raises(PluginError) as caught:
        open_eml("no-such-folder")
    assert caught.value.issues[0].code == "H201"
