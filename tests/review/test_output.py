"""Plans into files: by ending, whole or not at all, the same bytes every time."""

from __future__ import annotations

import os
import pickle
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crmrules.model.errors import PlanError
from crmrules.model.plan import ActionPlan
from crmrules.model.ruleset import RuleSet
from crmrules.review.atomic import atomic_write
from crmrules.review.output import FORMATS, plan_format, render_plan, write_plan


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_same_plan_same_bytes(
    fmt: str, lang: str, plan: ActionPlan, hostile: ActionPlan, ruleset: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = [render_plan(plan, fmt, lang, ruleset=ruleset), render_plan(hostile, fmt, lang)]
    monkeypatch.setenv("TZ", "America/Lima")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    again = [render_plan(plan, fmt, lang, ruleset=ruleset), render_plan(hostile, fmt, lang)]
    assert first == again
    assert len(first[0]) > 500


@pytest.mark.parametrize("fmt", FORMATS)
def test_same_bytes_in_another_process(fmt: str, plan: ActionPlan, tmp_path: Path) -> None:
    """Hash seeds and clocks differ between processes; bytes do not."""
    script = (
        "import pickle, sys; from pathlib import Path; from crmrules.review.output import write_plan;"
        "write_plan(pickle.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2], fmt=sys.argv[3])"
    )
    stored, out = tmp_path / "plan.pickle", tmp_path / "out"
    stored.write_bytes(pickle.dumps(_picklable(plan)))
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", script, str(stored), str(out), fmt], check=True, env=env)
        assert out.read_bytes() == render_plan(_picklable(plan), fmt), seed


def _picklable(plan: ActionPlan) -> ActionPlan:
    """Issues hold a read-only mapping, which pickle refuses."""
    return replace(plan, warnings=())


@pytest.mark.parametrize(
    ("path", "fmt", "found"),
    [
        ("a.json", None, "json"), ("A.XLSX", None, "xlsx"), ("a.htm", None, "html"), ("a.ics", None, "ics"),
        ("a.csv", None, "csv"), ("a.txt", None, "text"), ("-", None, "text"), ("-", "csv", "csv"), ("a.dat", "json", "json"),
    ],
)  # fmt: skip
def test_format_by_ending(path: str, fmt: str | None, found: str) -> None:
    assert plan_format(path, fmt) == found


@pytest.mark.parametrize(
    ("path", "fmt", "message"),
    [
        ("p.xls", None, "p.xls: error O101: there is no plan format .xls; choose one of .json, .csv, .xlsx, .html, "
                        ".htm, .ics, .txt; did you mean .xlsx?"),
        ("plan", None, "plan: error O101: there is no plan format plan; choose one of .json, .csv, .xlsx, .html, "
                       ".htm, .ics, .txt"),
        ("-", "jsn", "-: error O101: there is no plan format jsn; choose one of json, csv, xlsx, html, ics, text; "
                     "did you mean json?"),
        ("-", "xlsx", "error O102: a plan as xlsx cannot go to the standard output; give a file name, or choose one of "
                      "json, csv, text"),
    ],
)  # fmt: skip
def test_wrong_formats(path: str, fmt: str | None, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        plan_format(path, fmt)
    assert str(caught.value) == message


def test_missing_folder(plan: ActionPlan, tmp_path: Path) -> None:
    path = tmp_path / "none" / "plan.csv"
    with pytest.raises(PlanError) as caught:
        write_plan(plan, path)
    assert str(caught.value) == f"{path}: error O103: the file cannot be written: No such file or directory"


def test_standard_output(plan: ActionPlan, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_plan(plan, "-", "en", fmt="csv")
    assert capfdbinary.readouterr().out == render_plan(plan, "csv", "en")


def test_atomic_write_replaces_whole(tmp_path: Path) -> None:
    path = tmp_path / ("长" * 80)
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_atomic_write_failing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_atomic_write_follows_links(tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_bytes(b"old")
    link = tmp_path / "link.json"
    link.symlink_to(real)
    atomic_write(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
