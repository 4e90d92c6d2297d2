"""The documentation is executed: every console and Python block of README and docs/ runs, and its output must match.

A ``console`` block holds ``$ command`` lines, each followed by its expected output; ``…`` alone on a line stands for any
lines, and ``…`` inside a line for any text. Blocks of one page share one scratch copy of the repository's examples, so later
commands see the files that earlier ones wrote. A block after ``<!-- not run: reason -->`` is left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"(<!-- not run: .+? -->\n+)?^```(console|python)\n(.*?)^```", re.S | re.M)


@dataclass(frozen=True)
class Step:
    """One command or Python block, with what it should print (None: anything)."""

    page: Path
    line: int
    language: str
    source: str
    output: str | None


def steps_of(page: Path) -> list[Step]:
    """The executable steps of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in BLOCK.finditer(text):
        if match[1]:
            continue
        line = text.count("\n", 0, match.start(3)) + 1
        if match[2] == "python":
            found.append(Step(page, line, "python", match[3], None))
            continue
        for part in re.split(r"^(?=\$ )", match[3], flags=re.M):
            if part.startswith("$ "):
                command, _, output = part[2:].partition("\n")
                found.append(Step(page, line, "console", command, output))
    return found


def matches(expected: str, got: str) -> bool:
    """Whether ``got`` is ``expected`` with ``…`` standing for anything."""
    pattern = re.escape(expected.strip())
    pattern = re.sub(r"(?m)^…$\n?", "(?:.*\n?)*?", pattern).replace("…", ".*?")
    return re.fullmatch(pattern, got.strip(), re.S if "…" in expected else 0) is not None


PAGES_WITH_STEPS = [page for page in PAGES if steps_of(page)]


@pytest.mark.parametrize("page", PAGES_WITH_STEPS, ids=lambda p: str(p.relative_to(ROOT)))
def test_page(page: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "",
        "LANG": "zh_CN.UTF-8" if ".zh." in page.name else "C.UTF-8",
        "COLUMNS": "100",
    }
    for step in steps_of(page):
        command = [sys.executable, "-c", step.source] if step.language == "python" else ["bash", "-c", step.source]
        run = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
        )
        place = f"{page.relative_to(ROOT)}:{step.line}: {step.source.splitlines()[0]}"
        if step.output is None:
            assert run.returncode == 0, f"{place}\n{run.stderr}"
        else:
            got = run.stdout + run.stderr
            assert "Traceback" not in got, f"{place}\n{got}"
            assert matches(step.output, got), f"{place}\n--- expected\n{step.output}\n--- got\n{got}"
