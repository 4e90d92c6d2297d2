"""Where something stands in a user's file: a cell of a workbook, or a line and column of a text.

A :class:`Span` is created once, by the reader of the file, and travels with every value read from it,
so that errors, explanations, actions and diffs can all name the cell (``tiers.xlsx › Tiers!B7``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file.

    Workbooks have ``sheet`` and ``cell`` (``"B7"`` or ``"B7:D9"``); text files have a 1-based ``line`` and
    ``column``. ``char`` is the 1-based character inside the cell or scalar, when a part of it is meant.

    ``inner`` maps offsets of the *decoded* text to its place in the file, for text files only: a tuple of
    ``(offset, line, column)``, ascending; it lets an error inside a quoted or folded YAML scalar be shown at
    its true line and column.
    """

    file: str = ""
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    cell: str | None = None
    char: int | None = None
    inner: tuple[tuple[int, int, int], ...] = ()

    def at(self, offset: int) -> Span:
        """The place of the character at 0-based ``offset`` of the text that this span covers."""
        best: tuple[int, int, int] | None = None
        for segment in self.inner:
            if segment[0] > offset:
                break
            best = segment
        if best is None:
            return replace(self, char=offset + 1)
        return replace(self, line=best[1], column=best[2] + offset - best[0], char=None, inner=())

    def __str__(self) -> str:
        place = self.file
        if self.sheet is not None:
            place = f"{place} › {self.sheet}" if place else self.sheet
            if self.cell is not None:
                place = f"{place}!{self.cell}"
        elif self.line is not None:
            place = f"{place}:{self.line}"
            if self.column is not None:
                place = f"{place}:{self.column}"
        if self.char is not None and self.char > 1:
            place = f"{place} (character {self.char})"
        return place


NOWHERE = Span()
