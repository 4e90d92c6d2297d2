"""How tests call the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from crmrules.cli.main import cli

ENGLISH = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "CRMRULES_DEBUG": ""}


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


def crmrules(*args: str | Path, env: dict[str, str] | None = None) -> Answer:
    """Run a command in this process; an exception that escapes fails the test."""
    result = CliRunner().invoke(cli, [str(arg) for arg in args], env={**ENGLISH, **(env or {})})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, to see that a failed command wrote nothing."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
