"""The looks of a written workbook: one restrained style, widths by content, dropdowns and comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FILLS: Final = {"when": "DCE6F2", "then": "E2EFDA", "other": "EDEDED"}
_FONT: Final = "Calibri"
_INK: Final = "1F3864"
_LINE: Final = "BFBFBF"
_MAX_WIDTH: Final = 46
_MIN_WIDTH: Final = 11
_LIST_LIMIT: Final = 250
"""Characters of a dropdown written into the sheet itself; Excel allows 255."""


class Style:
    """Formats shared by all sheets of one workbook."""

    def __init__(self) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        line = Side("thin", _LINE)
        self._border = Border(line, line, line, line)
        self._fills = {band: PatternFill("solid", fgColor=colour) for band, colour in _FILLS.items()}
        self._bold = Font(_FONT, bold=True)
        self._title = Font(_FONT, bold=True, size=13, color=_INK)
        self._grey = Font(_FONT, color="595959")
        self._middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        self._plain = Alignment(vertical="top")
        self._top = Alignment(vertical="top", wrap_text=True)
        self._text = "@"
        self._date = "yyyy-mm-dd"

    def title(self, cell: Any) -> None:
        """The first cell of a table."""
        cell.font, cell.number_format = self._title, self._text
        cell.alignment = self._plain

    def setting(self, cell: Any) -> None:
        """A setting in a title row."""
        cell.font, cell.number_format = self._grey, self._text
        cell.alignment = self._top

    def field(self, cell: Any) -> None:
        """A field name in the table of single values."""
        cell.font, cell.border, cell.fill = self._bold, self._border, self._fills["other"]
        cell.alignment = self._top

    def header(self, cell: Any, band: str) -> None:
        """A column header."""
        cell.font, cell.border, cell.fill = self._bold, self._border, self._fills[band]
        cell.alignment, cell.number_format = self._middle, self._text

    def band(self, sheet: Worksheet, row: int, first: int, last: int, cell: Any, band: str) -> None:
        """A band over columns ``first`` to ``last``."""
        for column in range(first, last + 1):
            sheet.cell(row, column).border = self._border
        cell.fill, cell.alignment, cell.font = self._fills[band], self._middle, self._grey
        if last > first:
            sheet.merge_cells(start_row=row, start_column=first, end_row=row, end_column=last)

    def body(self, cell: Any, dates: bool = False) -> None:
        """A cell of a row: formatted as text, so that what is typed stays as typed."""
        cell.border, cell.alignment = self._border, self._top
        cell.number_format = self._date if dates else self._text

    def comment(self, cell: Any, text: str) -> None:
        """A note on a header."""
        from openpyxl.comments import Comment

        note = Comment(text, "crmrules")
        note.width, note.height = 300, 30 + 20 * (text.count("\n") + 1 + len(text) // 45)
        cell.comment = note

    def dropdown(
        self, sheet: Worksheet, column: int, first: int, last: int, choices: Sequence[str], cells: str = ""
    ) -> None:
        """Offer ``choices`` in a column, without forbidding other texts; a long list is taken from ``cells``."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        joined = ",".join(choices)
        if len(joined) <= _LIST_LIMIT and not any("," in c or '"' in c for c in choices):
            formula = f'"{joined}"'
        elif cells:
            formula = cells
        else:
            return
        rule = DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=False)
        letter = get_column_letter(column)
        rule.add(f"{letter}{first}:{letter}{last}")
        sheet.add_data_validation(rule)

    def widths(self, sheet: Worksheet, skip_rows: int = 0, title: str = "") -> None:
        """Column widths by content from the row after ``skip_rows``; titles over blank cells may overflow, but
        ``title`` stands beside settings and must fit the first column."""
        from openpyxl.utils import get_column_letter

        widths = {1: min(_width(title) * 13 // 10 + 2, _MAX_WIDTH)} if title else {}
        for row in sheet.iter_rows(min_row=skip_rows + 1):
            for cell in row:
                if cell.value is None or cell.font.size == self._title.size:
                    continue
                widest = max(_width(line) for line in str(cell.value).split("\n"))
                widths[cell.column] = max(widths.get(cell.column, _MIN_WIDTH), min(widest + 2, _MAX_WIDTH))
        for column, width in widths.items():
            sheet.column_dimensions[get_column_letter(column)].width = width
        for number, row in enumerate(sheet.iter_rows(), 1):
            lines = max(_lines(cell, widths.get(column, _MIN_WIDTH)) for column, cell in enumerate(row, 1))
            if lines > 1:  # not every program fits rows by itself
                sheet.row_dimensions[number].height = min(15 * lines + 2, 400)
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


def _lines(cell: Any, width: int) -> int:
    """Lines a wrapped cell takes in a column of ``width``."""
    if cell.value is None or not cell.alignment.wrap_text:
        return 1
    return sum(-(-max(_width(line), 1) // max(width - 1, 1)) for line in str(cell.value).split("\n"))


def _width(text: str) -> int:
    """Columns a text takes; Chinese characters take two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)
