"""The files of one rule set: the main file and what it includes, each read by its format and checked by the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.ports import Registry
from crmrules.model.spans import Span
from crmrules.rulesets.document import Document, Node
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.schema import validate

Reader = Callable[[str | Path, str | None], tuple[Document | None, list[Issue]]]
"""``read(path, shown name)`` of one format."""

MAIN_FILES: Final = ("rules.yaml", "rules.yml", "rules.xlsx", "rules.xlsm", "rules.json")
MAX_INCLUDES: Final = 200


def _read_yaml(path: str | Path, file: str | None = None) -> tuple[Document | None, list[Issue]]:
    from crmrules.rulesets.yaml import read_yaml

    return read_yaml(path, file)


def _read_excel(path: str | Path, file: str | None = None) -> tuple[Document | None, list[Issue]]:
    from crmrules.rulesets.excel.reader import read_excel

    return read_excel(path, file)


FORMATS: Final[Mapping[str, Reader]] = {
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".json": _read_yaml,
    **dict.fromkeys((".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods", ".et"), _read_excel),
}
"""Built-in readers by file ending; those of spreadsheets that are no ``.xlsx`` say what the file is."""


def read_files(path: str | Path, registry: Registry | None = None) -> tuple[list[Document], list[Issue]]:
    """The main file first, then the included ones in order; those that cannot be read are left out and reported."""
    main, issues = _main_file(Path(path))
    if main is None:
        return [], issues
    formats = {**FORMATS, **(registry.formats if registry is not None else {})}
    documents: list[Document] = []
    root = main.parent.resolve()
    seen: dict[Path, None] = {}

    def read(file: Path, shown: str, trail: tuple[Path, ...]) -> None:
        seen[file.resolve()] = None
        document, found = _read(file, shown, formats)
        issues.extend(found)
        if document is None:
            return
        documents.append(document)
        if trail:
            _check_included(document, str(main), issues)
        for item in document.root.get("include").elements():
            target = _included(item, file.parent, root, issues)
            if target is None:
                continue
            resolved = target.resolve()
            if resolved in (*(t.resolve() for t in trail), file.resolve()):
                loop = " → ".join(p.name for p in (*trail, file, target))
                issues.append(issue("R303", item.span, found=loop))
            elif len(seen) > MAX_INCLUDES:
                issues.append(issue("R307", item.span, limit=MAX_INCLUDES))
                return
            elif resolved not in seen:
                read(target, target.as_posix(), (*trail, file))

    read(main, str(path) if main == Path(path) else main.as_posix(), ())
    return documents, issues


def _main_file(path: Path) -> tuple[Path | None, list[Issue]]:
    if not path.is_dir():
        return path, []
    for name in MAIN_FILES:
        if (path / name).is_file():
            return path / name, []
    return None, [issue("R102", Span(path.as_posix()), expected=" / ".join(MAIN_FILES[:3]))]


def _read(path: Path, shown: str, formats: Mapping[str, Reader]) -> tuple[Document | None, list[Issue]]:
    reader = formats.get(path.suffix.casefold())
    if reader is None:
        known = ", ".join(formats)
        found = path.suffix or path.name
        return None, [issue("R103", Span(shown), found=found, expected=known)]
    document, issues = reader(path, shown)
    if document is None:
        return None, issues
    if "crmrules_data" in document.root:
        return None, [*issues, issue("R125", document.root.get("crmrules_data").key_span)]
    return document, issues + validate(document.data, "ruleset", document.spans, document.keys, document.marks)


def _check_included(document: Document, main: str, issues: list[Issue]) -> None:
    if "name" in document.root:
        issues.append(issue("R306", document.root.get("name").key_span, found="name", expected=main))


def _included(item: Node, folder: Path, root: Path, issues: list[Issue]) -> Path | None:
    text = item.text()
    if not text:
        return None
    target = folder / text
    try:
        inside = target.resolve().is_relative_to(root)
        exists = inside and target.is_file()
    except (OSError, ValueError, RuntimeError):
        inside, exists = True, False
    if not inside or Path(text).is_absolute():
        issues.append(issue("R302", item.span, found=text))
        return None
    if not exists:
        names = [p.name for p in folder.iterdir() if p.is_file()] if folder.is_dir() else []
        issues.append(issue("R301", item.span, found=text, nearest=nearest(text, names)))
        return None
    return target
