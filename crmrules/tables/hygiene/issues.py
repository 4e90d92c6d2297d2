"""Findings as issues: located at the rows, in English and Chinese, with the words that the cells use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from crmrules.model.issues import Issue, Severity, issue
from crmrules.model.values import Value
from crmrules.tables.hygiene.regions import value_text
from crmrules.tables.hygiene.report import Finding, FindingKind, HygieneReport, Region

_NAMED: Final = 6
"""Rows, words or columns named in a message; the others are counted."""
_OPERATORS: Final = ("<", ">", "=")


def report_issues(report: HygieneReport, fail_on: Collection[FindingKind] = ()) -> list[Issue]:
    """The findings, warnings and notes; errors where their kind is in ``fail_on``."""
    issues = []
    for finding in report.findings:
        severity = Severity.ERROR if finding.kind in fail_on else None
        code, params = _DESCRIBE[finding.kind](finding, report)
        issues.append(issue(code, finding.span, severity=severity, table=report.table, **params))
    if not report.complete:
        severity = Severity.ERROR if FindingKind.UNDECIDED in fail_on else None
        issues.append(issue("T215", report.span, severity=severity, table=report.table))
    for kind, count in report.more.items():
        issues.append(issue("T216", report.span, table=report.table, count=f"{count:,}", kind=kind.value))
    return issues


Described = tuple[str, dict[str, str]]


def _gap(finding: Finding, report: HygieneReport) -> Described:
    region = finding.region
    assert region is not None
    params = {
        "region": region_text(region, report.columns),
        "witness": witness_text(region, report.columns),
        "row": row_text(region, report.columns),
    }
    fraction = _between_whole_numbers(region, report.columns)
    return ("T202", {**params, "fact": fraction}) if fraction else ("T201", params)


def _meeting(code: str) -> Callable[[Finding, HygieneReport], Described]:
    def describe(finding: Finding, report: HygieneReport) -> Described:
        region = finding.region
        assert region is not None
        one, *others = finding.ids
        if len(others) == 1:
            one, others = others[0], [one]  # placed at the later of a pair
        return code, {
            "row": one,
            "others": named(others),
            "region": region_text(region, report.columns),
            "witness": witness_text(region, report.columns),
        }

    return describe


def _shadowed(finding: Finding, report: HygieneReport) -> Described:
    row, *others = finding.ids
    return "T205", {"row": row, "others": named(others)}


def _duplicate(finding: Finding, report: HygieneReport) -> Described:
    return "T206" if finding.same else "T207", {"rows": named(finding.ids)}


def _impossible(finding: Finding, report: HygieneReport) -> Described:
    return "T208", {"row": finding.ids[0], "found": finding.values[0], "fact": finding.fact}


def _mergeable(finding: Finding, report: HygieneReport) -> Described:
    column = finding.column or 0
    return "T209", {"rows": named(finding.ids), "region": condition(report.columns[column], finding.values[0])}


def _unused_column(finding: Finding, report: HygieneReport) -> Described:
    return "T210" if finding.same else "T211", {"fact": finding.fact}


def _unused_value(finding: Finding, report: HygieneReport) -> Described:
    code = "T213" if finding.column is None else "T212"
    return code, {"fact": finding.fact, "values": named(finding.values)}


def _undecided(finding: Finding, report: HygieneReport) -> Described:
    return "T214", {"rows": named(finding.ids), "columns": named(finding.values)}


_DESCRIBE: Mapping[FindingKind, Callable[[Finding, HygieneReport], Described]] = {
    FindingKind.GAP: _gap,
    FindingKind.OVERLAP: _meeting("T203"),
    FindingKind.CONFLICT: _meeting("T204"),
    FindingKind.SHADOWED: _shadowed,
    FindingKind.DUPLICATE: _duplicate,
    FindingKind.IMPOSSIBLE: _impossible,
    FindingKind.MERGEABLE: _mergeable,
    FindingKind.UNUSED_COLUMN: _unused_column,
    FindingKind.UNUSED_VALUE: _unused_value,
    FindingKind.UNDECIDED: _undecided,
}


# --- texts ----------------------------------------------------------------------------------------------------------


def named(words: Iterable[str]) -> str:
    """The first few words, and how many there are when that is not all."""
    every = list(words)
    return ", ".join(every[:_NAMED]) + (f" … ({len(every):,})" if len(every) > _NAMED else "")


def condition(name: str, cell: str) -> str:
    """A cell as a condition: ``tier = mid``, ``amount in [10..20)``, ``amount >= 20``."""
    if cell.startswith("not("):
        return f"{name} not in {cell[3:]}"
    if "," in cell and not cell.startswith('"'):
        return f"{name} in ({cell})"
    if cell.startswith(_OPERATORS):
        return f"{name} {cell}"
    return f"{name} in {cell}" if cell[:1] in "[(" else f"{name} = {cell}"


def region_text(region: Region, columns: Iterable[str]) -> str:
    """A region as conditions, columns that may be anything left out."""
    parts = [condition(name, cell) for name, cell in zip(columns, region.cells, strict=True) if cell != "-"]
    if region.valid_from or region.valid_to:
        parts.append(f"[{region.valid_from or '…'}..{region.valid_to or '…'})")
    return ", ".join(parts) or "-"


def witness_text(region: Region, columns: Iterable[str]) -> str:
    """The region's witness: a value for each column."""
    return ", ".join(f"{name} = {_value(value)}" for name, value in zip(columns, region.witness, strict=True))


def _value(value: Value) -> str:
    return value if isinstance(value, str) and value else value_text(value)


def row_text(region: Region, columns: Iterable[str]) -> str:
    """The region as the ``when`` of a YAML rule."""
    parts = [f"{_yaml(n)}: {_yaml(c)}" for n, c in zip(columns, region.cells, strict=True) if c != "-"]
    text = f"when: {{{', '.join(parts)}}}"
    for name, day in (("valid_from", region.valid_from), ("valid_to", region.valid_to)):
        text += f", {name}: {day}" if day else ""
    return text


def _yaml(text: str) -> str:
    if all(letter.isalnum() or letter in "_." for letter in text):
        return text
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _between_whole_numbers(region: Region, columns: Iterable[str]) -> str:
    """The column whose cell is ``(4..5)``: nothing lies there but fractions."""
    for name, cell in zip(columns, region.cells, strict=True):
        low, dots, high = cell[1:-1].partition("..")
        if dots and cell[0] + cell[-1] == "()" and _whole(low) and _whole(high) and int(high) - int(low) == 1:
            return name
    return ""


def _whole(text: str) -> bool:
    return text.removeprefix("-").isdecimal()


def kinds_named(words: Iterable[str]) -> tuple[frozenset[FindingKind], list[str]]:
    """The kinds that words mean (``overlap`` has conflicts with it, ``all`` means each), and the words that mean
    none."""
    known: dict[str, Any] = {kind.value: (kind,) for kind in FindingKind}
    known["overlap"] = (FindingKind.OVERLAP, FindingKind.CONFLICT)
    known["all"] = tuple(FindingKind)
    words = list(words)
    found = frozenset(kind for word in words for kind in known.get(word, ()))
    return found, [word for word in words if word not in known]
