"""Starting is quick because heavy libraries are loaded when they are needed; ``benchmarks/startup.py`` has the times."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("openpyxl", "jsonschema", "jinja2", "yaml", "sqlalchemy", "pluggy", "defusedxml", "sqlite3")
SHOW = f"; import json, sys; sys.stderr.write(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"


@pytest.mark.parametrize(
    "start",
    [
        "import crmrules",
        "from crmrules.cli.main import cli; cli.main(['--help'], standalone_mode=False)",
        "from crmrules.cli.main import cli; cli.main(['plan', '--help'], standalone_mode=False)",
        "from crmrules.cli.main import cli; cli.main(['run', '--help'], standalone_mode=False)",
        "from crmrules.cli.main import cli; cli.main(['--version'], standalone_mode=False)",
        "from crmrules.cli.main import cli; cli.main(['schema'], standalone_mode=False)",
    ],
)
def test_heavy_libraries_stay_out(start: str) -> None:
    code = f"try:\n    {start}\nexcept SystemExit:\n    pass\n" + SHOW.removeprefix("; ")
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(result.stderr) == []


def test_help_imports_no_command() -> None:
    code = (
        "from crmrules.cli.main import cli, COMMANDS\n"
        "try:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "import sys; sys.stderr.write(str([n for n in COMMANDS if f'crmrules.cli.{n}' in sys.modules]))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == "[]"
