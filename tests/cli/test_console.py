"""Progress is for people who watch, and for nobody else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from crmrules.cli.console import Console, Progress
from tests.cli.helpers import ENGLISH


def test_progress_is_one_line_and_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    now = [0.0]
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("crmrules.cli.console.time.monotonic", lambda: now[0])
    with Progress("reading") as progress:
        progress("a.csv: 10")  # too early to be worth a line
        now[0] = 1.0
        progress("a.csv: 2,000")
        progress("a.csv: 2,001")  # too soon after the last one
        for number, _ in enumerate(progress.over(range(600))):
            now[0] = 2.0 + number
    assert stream.getvalue() == "".join(
        ["\r\x1b[2Kreading … a.csv: 2,000", "\r\x1b[2Kreading … 256 / 600", "\r\x1b[2Kreading … 512 / 600", "\r\x1b[2K"]
    )


def test_nobody_watches_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    items = [1, 2]
    with Console().count("reading") as progress:
        assert progress.over(items) is items
        progress("x")
    assert stream.getvalue() == ""


def test_a_command_on_a_terminal_counts(here: Path) -> None:
    rows = [f"C{n:06d},Name {n},amy,no,80" for n in range(30_000)]
    text = "\n".join(["customer_id,name,owner,do_not_contact,satisfaction", *rows])
    (here / "data" / "customers.csv").write_text(text, encoding="utf-8")
    for name in ("orders.csv", "interactions.csv"):
        header = (here / "data" / name).read_text(encoding="utf-8").splitlines()[0]
        (here / "data" / name).write_text(header + "\n", encoding="utf-8")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "crmrules", "plan", "rules.yaml", "--data", "data", "--as-of", "2026-03-02"]
    process = subprocess.Popen(
        command, stderr=theirs, stdout=subprocess.DEVNULL, cwd=here, env={**os.environ, **ENGLISH}
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(ours)
    assert process.wait() == 0
    assert "evaluating … ".encode() in seen and b" / 30,000" in seen
    assert seen.endswith(b"\r\x1b[2K")
