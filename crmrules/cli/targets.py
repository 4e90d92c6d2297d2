"""What a command is about to write must not be what it reads: seen through links and other spellings of a path."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crmrules.cli.console import Console, WrongUsageError
from crmrules.model.issues import Issue, issue

if TYPE_CHECKING:
    from crmrules.model.ruleset import RuleSet

_SQLITE = "sqlite:///"

Named = tuple[str, str]
"""What a file is to the command (an option such as ``--out``, or a word), and its path."""


def protect(targets: Sequence[Named], inputs: Iterable[Named]) -> None:
    """:class:`WrongUsageError` when a target is the same file as an input."""
    known = list(inputs)
    issues: list[Issue] = []
    for option, target in targets:
        hit = next(((what, path) for what, path in known if same_file(target, path)), None)
        if hit is not None:
            issues.append(issue("X122", option=option, found=target, what=hit[0], input=hit[1]))
    if issues:
        raise WrongUsageError(issues)


def rule_inputs(ruleset: RuleSet, console: Console) -> list[Named]:
    """The files that a rule set was read from, included ones too."""
    return [(console.text("rule file", "规则文件"), file) for file in ruleset.files]


def data_inputs(source: Path, console: Console) -> list[Named]:
    """The files that ``--data`` stands for: the data-source file and all that it names."""
    from crmrules.datasets.folder import find_sources

    found, _ = find_sources(source)
    places = [entry.location for entry in found.sources if "://" not in entry.location] if found is not None else []
    return [(console.text("data file", "数据文件"), place) for place in dict.fromkeys([str(source), *places]) if place]


def state_inputs(url: str, console: Console) -> list[Named]:
    """The file that a state is kept in; none for a plugin's store and for one in memory."""
    name = url.removeprefix(_SQLITE)
    return [(console.text("state file", "状态文件"), name)] if name not in (url, "", ":memory:") else []


def notifier_targets(specs: Iterable[str]) -> list[Named]:
    """The files that notifiers append to."""
    return [("--notify", spec.removeprefix("file:")) for spec in specs if spec.startswith("file:")]


def same_file(one: str, other: str) -> bool:
    """Whether both paths lead to one file, be it there already or not."""
    first, second = Path(one), Path(other)
    try:
        return first.samefile(second)
    except (OSError, ValueError):
        pass
    try:
        return first.resolve() == second.resolve()
    except (OSError, RuntimeError, ValueError):
        return False


def require_writable(path: str, console: Console, *, overwrite: bool = True) -> None:
    """:class:`WrongUsageError` unless a file can be put at ``path``, as far as can be seen beforehand."""
    place = Path(path)
    try:
        if place.is_dir():
            reason = console.text("it is a folder", "这是一个文件夹")
            raise WrongUsageError([issue("X113", found=path, reason=reason)])
        if place.exists() and not overwrite:
            raise WrongUsageError([issue("X111", found=path)])
        if not place.absolute().parent.is_dir():
            raise WrongUsageError([issue("X112", found=place.parent)])
        # Files are written beside their place first, so it is the folder that must take one.
        with tempfile.TemporaryFile(dir=place.resolve().parent):
            pass
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUsageError([issue("X113", found=path, reason=reason)]) from None
