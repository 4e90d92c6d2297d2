"""Rows that look like parts of a table but are none yet: lost titles, bands and headers without one, rows after a gap.

A rule must never vanish silently: whatever could be one, and is not read as one, is an error that names its place.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import ACTION_COLUMNS
from crmrules.rulesets.excel.layout import BANDS, HEAD, LAYOUTS, RULE_COLUMNS, Layout, header_key

if TYPE_CHECKING:
    from crmrules.rulesets.excel.tables import Grid, Table

_KEYWORDS: Final = sorted({w for layout in LAYOUTS for w in (layout.en, layout.zh)}, key=len, reverse=True)
_BY_WORD: Final = {w: layout for layout in LAYOUTS for w in (layout.en, layout.zh)}
_NAME: Final = re.compile(r"[^\W\d][\w.-]{0,39}")
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_SEPARATOR: Final = re.compile(r"\s*[-—–=·.、,，;；|/_]\s*|\s+")
_SETTING: Final = re.compile(r"[^:：]{1,30}[:：].+", re.DOTALL)
_NEEDED: Final = {
    "parameters": ({"name", "value"}, {"type", "unit"}),
    "roles": ({"name", "person"}, set()),
    "caps": ({"count", "per"}, set()),
    "calendars": ({"name"}, {"mon-fri", "time_zone"}),
    "calendar days": ({"calendar", "date"}, set()),
    "vocabulary": ({"entity", "name"}, {"type", "formula", "unit"}),
    "values": ({"entity", "fact", "value"}, set()),
    "kpis": ({"name", "type"}, {"over", "numerator", "value", "target"}),
    "experiments": ({"name", "share"}, set()),
    "tests": ({"id", "as_of"}, set()),
    "test actions": ({"case"}, {"rule", "status"}),
}
"""Layout → headers that only its header row has together: all of the first, one of the second if there are any."""
_BAND: Final = {header_key(word): band for band, words in BANDS.items() for word in words}
_HEADERS: Final = {
    layout.key: {header_key(h): column.path[-1] for column in layout.columns for h in column.headers()}
    for layout in LAYOUTS
    if layout.key in _NEEDED
}
_RULE_HEADERS: Final = {header_key(h) for column in RULE_COLUMNS for h in column.headers()}
_ACTION_HEADERS: Final = {header_key(word): c.name for c in ACTION_COLUMNS.values() for word in c.spellings()}
_HEAD_FIELDS: Final = {header_key(h) for column in HEAD.columns for h in column.headers()}
_NAMED_ALONE: Final = ("roles", "calendars", "test records")
"""Layouts whose row may consist of a name alone."""


def lost_title(grid: Grid, row: int) -> Issue | None:
    """The issue of a title whose colon was lost, of a band row or of a header row without a title; None otherwise."""
    own = grid.own(row)
    if not own:
        return None
    first = grid.line(row, own[0])
    write = _without_colon(grid, row, first, own)
    if write:
        return issue("W131", grid.span(row, own[0]), found=first[:60], write=write)
    below = grid.own(row + 1)
    if below and is_band_row(grid, row + 1, below):
        row, own = row + 1, below  # what stands above it was meant as the title
    if is_band_row(grid, row, own):
        found = ", ".join(dict.fromkeys(grid.line(row, c) for c in own))
        return _untitled(grid, row, found, "Classification: name", "分类：名称")
    layout = _header_row_of(grid, row, own)
    if layout is not None:
        found = ", ".join(grid.line(row, c) for c in own)[:80]
        en, zh = (f"{layout.en}: name", f"{layout.zh}：名称") if layout.named else (layout.en, layout.zh)
        return _untitled(grid, row, found, en, zh)
    return None


def _untitled(grid: Grid, row: int, found: str, write: str, write_zh: str) -> Issue:
    span = grid.span(row, grid.own(row)[0])
    return issue("W132", span, found=found, write=write, write_zh=write_zh)


def _without_colon(grid: Grid, row: int, text: str, own: list[int]) -> str:
    """What to write instead of a title such as ``分类 monetary``; empty for a text that is none."""
    if not grid.own(row + 1):
        return ""  # a table would go on below
    folded = text.casefold()
    for word in _KEYWORDS:
        if not folded.startswith(word.casefold()):
            continue
        rest = text[len(word) :]
        mark = _SEPARATOR.match(rest)
        name = rest[mark.end() :] if mark else rest
        if not name:
            settings = [grid.line(row, c) for c in own[1:]]
            alone = not settings or not all(_SETTING.fullmatch(s) for s in settings)
            return "" if alone else _title_text(word, "name" if word.isascii() else "名称")
        if not mark and (word.isascii() or not name[0].isascii()):
            continue
        if _NAME.fullmatch(name):
            return _title_text(word, name)
    return ""


def _title_text(word: str, name: str) -> str:
    return f"{word}: {name}" if word.isascii() else f"{word}：{name}"


def is_band_row(grid: Grid, row: int, own: list[int]) -> bool:
    """Whether the row holds band words only, conditions and results among them."""
    bands = {_BAND.get(header_key(grid.line(row, c)), "") for c in own}
    return {"when", "then"} <= bands and "" not in bands


def _header_row_of(grid: Grid, row: int, own: list[int]) -> Layout | None:
    texts = [header_key(grid.line(row, c)) for c in own]
    for layout in LAYOUTS:
        if layout.key in _NEEDED:
            known = _HEADERS[layout.key]
            found = {known[text] for text in texts if text in known}
            needed, one_of = _NEEDED[layout.key]
            complete = len(texts) == len(found) or layout.key == "tests"
            if complete and needed <= found and (not one_of or one_of & found):
                return layout
    actions = {_ACTION_HEADERS[text] for text in texts if text in _ACTION_HEADERS}
    if {"task", "owner_role"} & actions and len(actions) + len(_RULE_HEADERS.intersection(texts)) >= 3:
        name = "escalation" if {"signal", "level"} & actions else "cadence"
        return next(layout for layout in LAYOUTS if layout.key == name)
    return None


def after_gap(table: Table, row: int, noted: bool) -> tuple[str, Issue | None]:
    """What a row is that stands below ``table`` after a blank row: ``outside``, ``note``, ``row`` or ``doubtful``,
    the last with its issue.

    A note is one filled cell in the table's first column that is no bare word. ``noted`` says that a note stands
    between the table and the row: then nobody knows whether the row belongs to it.
    """
    grid = table.grid
    first, last = _extent(table)
    inside = [c for c in grid.columns[row] if first <= c <= last]
    if not inside:
        return "outside", None
    if inside == [first] and not any(c < first for c in grid.own(row)) and _is_note(table, grid.line(row, first)):
        return "note", None
    if noted or not _can_be_row(table, row, inside):
        from crmrules.rulesets.excel.tables import title_of, title_zh

        found = grid.line(row, inside[0])[:60] or "-"
        return "doubtful", issue(
            "W130", grid.span(row, inside[0]), found=found, row=row, table=title_of(table), table_zh=title_zh(table)
        )
    return "row", None


def _extent(table: Table) -> tuple[int, int]:
    """First and last column of a table: of its title, band row and header row."""
    grid = table.grid
    if table.layout is HEAD:
        return table.title[1], table.title[1] + 1
    heads = [row for row in table.rows if grid.own(row)][:2]
    columns = [table.title[1], *(c for row in heads for c in grid.columns[row])]
    return min(columns), max(columns)


def _is_note(table: Table, text: str) -> bool:
    if table.layout is HEAD:
        return header_key(text) not in _HEAD_FIELDS
    if not table.rows:
        return False
    name = _NAME if table.layout.key in _NAMED_ALONE else _BARE
    return name.fullmatch(text) is None


def _can_be_row(table: Table, row: int, inside: list[int]) -> bool:
    """Whether the row gives a result, where the band row says which columns are results."""
    from crmrules.rulesets.excel.tables import bands_of

    bands = bands_of(table) if table.layout.section == "decisions" else None
    heads = [r for r in table.rows if table.grid.own(r)]
    if bands is None or len(heads) < 2:
        return True
    return any(bands.get(column) == "then" for column in inside)
