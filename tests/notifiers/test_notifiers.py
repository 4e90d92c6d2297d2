"""The console and the file: their lines, the contract, and what a crash leaves."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from crmrules.model.errors import PluginError
from crmrules.model.ports import Delivery, Notifier
from crmrules.notifiers.console import ConsoleNotifier, line, open_console
from crmrules.notifiers.file import FileNotifier, open_file
from crmrules.testing.notifiers import ACTION, NotifierContract


class TestConsole(NotifierContract):
    def make_notifier(self, folder: Path) -> Notifier:
        return ConsoleNotifier((folder / "out.txt").open("a", encoding="utf-8"))

    def delivered(self, folder: Path) -> Sequence[str]:
        lines = (folder / "out.txt").read_text("utf-8").splitlines()
        return [found[1] for text in lines if (found := re.search(r"\[([^]]*)\]$", text))]


class TestFile(NotifierContract):
    def make_notifier(self, folder: Path) -> Notifier:
        return FileNotifier(folder / "out.ndjson")

    def delivered(self, folder: Path) -> Sequence[str]:
        return [json.loads(text)["key"] for text in (folder / "out.ndjson").read_text("utf-8").splitlines()]


def test_a_line_of_the_console() -> None:
    assert line(ACTION) == (
        "2026-03-02T09:00:00+08:00 · 林晓 · 华东制造 (C0001) · 回访 · phone · 华东制造：了解近况 · [k-1]"
    )


def test_control_characters_do_not_reach_the_terminal() -> None:
    odd = replace(ACTION, customer_name="a\x1b[2Jb\nc\u202ed", content="")
    assert line(odd) == "2026-03-02T09:00:00+08:00 · 林晓 · a [2Jb c d (C0001) · 回访 · phone · [k-1]"


def test_what_the_terminal_cannot_show_does_not_stop_the_delivery() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
    assert list(ConsoleNotifier(stream).send([ACTION])) == [Delivery(True)]
    assert raw.getvalue().decode("ascii").endswith("[k-1]\n")


def test_a_closed_stream_is_a_failed_delivery() -> None:
    stream = io.StringIO()
    stream.close()
    (answer,) = ConsoleNotifier(stream).send([ACTION])
    assert (answer.ok, answer.retry) == (False, True)


def test_standard_output_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    open_console("").send([ACTION])
    open_console("stderr").send([ACTION])
    captured = capsys.readouterr()
    assert captured.out == captured.err == line(ACTION) + "\n"


def test_a_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    FileNotifier(path).send([replace(ACTION, until=ACTION.due)])
    text = path.read_text("utf-8")
    assert text.startswith('{"key": "k-1", "customer": "C0001", "customer_name": "华东制造", "task": "回访"')
    data = json.loads(text)
    assert (data["due"], data["until"]) == ("2026-03-02T09:00:00+08:00", "2026-03-02T09:00:00+08:00")
    assert data["place"] == "rules.yaml:41:9"
    assert "value_tier" not in text


def test_a_half_line_left_by_a_crash_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "out.ndjson"
    path.write_text('{"key": "k-0"}\n{"key": "k-1", "cust' + "x" * 70_000)
    FileNotifier(path).send([ACTION])
    assert [json.loads(text)["key"] for text in path.read_text("utf-8").splitlines()] == ["k-0", "k-1"]
    path.write_text("no line end at all")
    FileNotifier(path).send([ACTION])
    assert [json.loads(text)["key"] for text in path.read_text("utf-8").splitlines()] == ["k-1"]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.ndjson"
    notifier = FileNotifier(path)
    notifier.send([ACTION])
    before = path.read_bytes()
    real = os.write

    def full(file: int, data: bytes) -> int:
        if len(data) > 10:
            return real(file, data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    answers = list(notifier.send([replace(ACTION, key="k-2", content="")] * 2))
    assert [(a.ok, a.retry) for a in answers] == [(False, True)] * 2
    assert answers[0].detail == f"{path}: No space left on device"
    assert path.read_bytes() == before


@pytest.mark.parametrize("argument", ["", ".", "no-such-folder/out.ndjson"])
def test_a_path_that_cannot_be(argument: str) -> None:
    with pytest.raises(PluginError) as caught:
        open_file(argument)
    assert caught.value.issues[0].message() == (
        f"notifier file cannot be opened with {argument!r}, expected a path of a file in a folder that exists"
    )


def test_the_console_takes_only_the_two_streams() -> None:
    with pytest.raises(PluginError) as caught:
        open_console("printer")
    assert caught.value.issues[0].code == "H201"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_device_is_named_as_such() -> None:
    (answer,) = FileNotifier("/dev/full").send([ACTION])
    assert answer == Delivery(False, "/dev/full: No space left on device")
