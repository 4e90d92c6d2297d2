"""The distribution as others install it: a wheel in an empty environment, not the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy so that no build folder is left behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "source"
    copy.mkdir()
    for name in subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    ):
        if name.startswith(("crmrules/", "schemas/")) or name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).exists():
                target.write_bytes((ROOT / name).read_bytes())
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(copy)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_module_and_data_file(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "crmrules", "schemas"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    wanted = {n.replace("schemas/", "crmrules_schemas/", 1) if n.startswith("schemas/") else n for n in tracked if n}
    assert wanted <= held
    assert not [n for n in held if n.startswith(("tests/", "config/", "docs/"))]


def test_every_command_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=False)
    site = next((tmp_path / "env" / "lib").glob("python3*")) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # the dependencies of this environment, without crmrules and its plugins, which come from the checkout here
    for entry in Path(pytest.__file__).parents[1].iterdir():
        if not entry.name.startswith(("crmrules", "__editable__", "_virtualenv")) and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)
    python = tmp_path / "env" / "bin" / "python"
    environment = {**os.environ, "LANG": "C.UTF-8", "PYTHONPATH": str(site)}

    def crmrules(*arguments: str) -> str:
        done = subprocess.run(
            [python, "-m", "crmrules", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    where = subprocess.run(
        [python, "-c", "import crmrules; print(crmrules.__file__)"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(site) in where
    crmrules("init", "mine")
    crmrules("check", "mine")
    asked = ("--data", "mine/data", "--as-of", "2026-03-02")
    crmrules("plan", "mine", *asked, *(f"--out=plan.{suffix}" for suffix in ("json", "csv", "xlsx", "html", "ics")))
    crmrules("explain", "mine", *asked, "--customer", "C001")
    crmrules("kpi", "mine", *asked)
    crmrules("convert", "mine/rules.yaml", "mine.xlsx")
    crmrules("diff", "mine", "mine.xlsx", *asked)
    crmrules("run", "mine", *asked, "--state", "sqlite:///crm.db")
    crmrules("schema", "ruleset")
    crmrules("plugins")
