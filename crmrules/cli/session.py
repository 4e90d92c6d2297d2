"""From the words of a command line to a compiled rule set and its records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from crmrules.cli.console import Console, StoppedError, WrongUsageError, nearest
from crmrules.cli.options import parse_overrides, read_moment
from crmrules.cli.targets import data_inputs, protect, rule_inputs, state_inputs
from crmrules.model.errors import PlanError, PluginError, RuleSetError, StateError
from crmrules.model.issues import Severity, has_errors, issue

if TYPE_CHECKING:
    from crmrules.cli.targets import Named
    from crmrules.engine.compiled import CompiledRuleSet
    from crmrules.engine.planning.view import View
    from crmrules.model.decision import History
    from crmrules.model.issues import Issue
    from crmrules.model.ports import Registry
    from crmrules.model.records import Dataset
    from crmrules.model.ruleset import RuleSet
    from crmrules.model.temporal import DateTime


@dataclass(frozen=True, slots=True)
class Session:
    """What an evaluating command works with."""

    registry: Registry
    compiled: CompiledRuleSet
    dataset: Dataset
    as_of: DateTime
    warnings: tuple[Issue, ...] = ()
    strict: bool = False

    def accept(self, issues: Sequence[Issue] = ()) -> None:
        """Called before anything is written: under ``--strict`` warnings, those of loading and these, end the command.

        Raises :class:`StoppedError`.
        """
        fresh = [each for each in issues if each.severity is Severity.WARNING and each not in self.warnings]
        if self.strict and (self.warnings or fresh):
            raise StoppedError(self.warnings, fresh)

    @contextmanager
    def watched(self, console: Console) -> Iterator[Dataset]:
        """The records, counted on the terminal as they are evaluated."""
        with console.count(console.text("evaluating", "正在计算")) as progress:
            yield replace(self.dataset, customers=progress.over(self.dataset.customers))


def open_session(
    console: Console,
    rules: str,
    data: str,
    as_of: str | None,
    sets: Sequence[str],
    fmt: str = "text",
    registry: Registry | None = None,
    *,
    strict: bool = False,
    state: str = "",
    targets: Sequence[Named] = (),
) -> Session:
    """Load everything an evaluation needs; cheap mistakes are found before the long work begins.

    Warnings are shown; errors are raised, all of them at once. ``targets`` are the files that will be written: none may
    be one that is read.
    """
    moment = read_moment(as_of)
    require_rules(rules, console)
    source = find_data(data, console)
    registry = registry or load_registry()
    compiled = load_compiled(console, rules, registry, sets, fmt)
    if targets:
        read = (*rule_inputs(compiled.ruleset, console), *data_inputs(source, console), *state_inputs(state, console))
        protect(targets, read)
    dataset = load_dataset(console, source, compiled, registry, fmt)
    warnings = tuple(each for each in (*compiled.issues, *dataset.issues) if each.severity is Severity.WARNING)
    session = Session(registry, compiled, dataset, compiled.moment(moment), warnings, strict)
    session.accept()
    return session


def find_view(
    compiled: CompiledRuleSet, dataset: Dataset, viewer: str | None, as_of: DateTime, reveal: bool = False
) -> View:
    """What ``--viewer`` sees, None for everybody's view; :class:`WrongUsageError` for a blank name (a variable that is
    not set must not show all), for somebody unknown, or who must not ``--reveal``."""
    from crmrules.engine.planning.view import check_reveal

    if viewer is not None and not viewer.strip():
        raise WrongUsageError([issue("X105", found="--viewer ''")])
    try:
        view = compiled.view(dataset, viewer or "", as_of=as_of)
        if reveal:
            check_reveal(compiled, view)
    except PlanError as error:
        raise WrongUsageError(error.issues) from None
    return view


def with_state(session: Session, url: str) -> tuple[Session, Mapping[str, History] | None]:
    """The session with the changes of value that runs met as transitions of its customers, and what they left of each
    customer; None without a state. One that is not there is not made: looking changes nothing. Raises
    :class:`~crmrules.model.errors.StateError`."""
    if not url:
        return session, None
    from crmrules.runs.state import open_store
    from crmrules.runs.transitions import with_transitions

    name = url.removeprefix("sqlite:///")
    if name != url and name and not Path(name).is_file():
        raise StateError([issue("X210", found=name)])
    ruleset = session.compiled.ruleset.name
    with open_store(url, session.registry) as store:
        met = store.transitions(ruleset, session.as_of) if hasattr(store, "transitions") else []
        histories = store.histories(ruleset, session.as_of)
    return replace(session, dataset=with_transitions(session.dataset, met)), histories


def load_registry() -> Registry:
    """The built-in adapters and the installed plugins; :class:`PluginError` when one does not keep its contract."""
    from crmrules.hosting.manager import build_registry

    registry = build_registry()
    if has_errors(registry.issues):
        raise PluginError(registry.issues)
    return registry


def compile_file(
    path: str, registry: Registry, sets: Sequence[str] = ()
) -> tuple[CompiledRuleSet | None, RuleSet | None, list[Issue]]:
    """Read and compile a rule file: all problems of both, and what came of it."""
    from crmrules.rulesets.loader import inspect_ruleset

    overrides = parse_overrides(sets)
    ruleset, issues = inspect_ruleset(path, registry)
    if ruleset is None:
        return None, None, issues
    from crmrules.engine.compiler import compile_ruleset

    compiled, more = compile_ruleset(ruleset, registry, overrides=overrides)
    return compiled, ruleset, [*issues, *more]


def load_compiled(
    console: Console, path: str, registry: Registry, sets: Sequence[str], fmt: str = "text"
) -> CompiledRuleSet:
    """The compiled rule set of a file; :class:`RuleSetError` with every problem, warnings shown."""
    compiled, _, issues = compile_file(path, registry, sets)
    if compiled is None or has_errors(issues):
        raise RuleSetError(issues)
    console.problems([i for i in issues if i.severity is Severity.WARNING], fmt)
    return replace(compiled, issues=tuple(dict.fromkeys(issues)))


def load_dataset(
    console: Console, path: Path, compiled: CompiledRuleSet, registry: Registry, fmt: str = "text"
) -> Dataset:
    """The records; :class:`~crmrules.model.errors.DataError` with every problem. What the data source's own policy
    tolerates is shown and counted."""
    from crmrules.api import read_dataset

    with console.count(console.text("reading", "正在读取")) as progress:
        dataset = read_dataset(
            path, compiled, registry=registry, on_progress=lambda file, rows: progress(f"{Path(file).name}: {rows:,}")
        )
    console.problems(dataset.issues, fmt)
    return dataset


def require_rules(path: str, console: Console) -> None:
    """:class:`WrongUsageError` unless ``path`` is a file, or a folder that holds a rule file."""
    try:
        folder = Path(path).is_dir()
    except (OSError, ValueError):  # no file can have such a name: what follows says so
        folder = False
    if folder:
        from crmrules.rulesets.sources import MAIN_FILES

        if any((Path(path) / name).is_file() for name in MAIN_FILES):
            return
        expected = console.text("rules.yaml or rules.xlsx", "rules.yaml 或 rules.xlsx")
        raise WrongUsageError([issue("X123", found=path, expected=expected)])
    require_file(path, console, what=("rule file", "规则文件"))


def require_file(path: str, console: Console, what: tuple[str, str] = ("file", "文件")) -> None:
    """:class:`WrongUsageError` unless there is such a file; names the nearest one beside it."""
    place = Path(path)
    try:
        if place.is_file():
            return
        if place.is_dir():
            reason = console.text("it is a folder", "这是一个文件夹")
            raise WrongUsageError([issue("X117", found=path, reason=reason)])
        beside = [p.name for p in place.parent.iterdir()] if place.parent.is_dir() else []
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise WrongUsageError([issue("X117", found=path, reason=reason)]) from None
    raise WrongUsageError(
        [issue("X106", what=console.text(*what), found=path, suggestion=_nearest(place, beside, console))]
    )


def find_data(path: str, console: Console) -> Path:
    """Where ``--data`` points: a file, a folder of tables, or a folder's own ``data.yaml``."""
    place = Path(path)
    if not place.is_dir():
        require_file(path, console, what=("data file or folder", "数据文件或文件夹"))
        return place
    for name in ("data.yaml", "data.yml"):
        if (place / name).is_file():
            return place / name
    return place


def _nearest(place: Path, beside: Sequence[str], console: Console) -> str:
    name = nearest(place.name, beside)
    if not name:
        return ""
    found = place.parent / name
    return console.text(f"did you mean {found}?", f"是否想写 {found}？")
