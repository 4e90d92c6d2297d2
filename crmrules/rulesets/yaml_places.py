"""Where the characters of a decoded YAML scalar stand in the file: quotes, escapes, folded and indented lines."""

from __future__ import annotations

from typing import Final

_ESCAPE_LENGTHS: Final = {"x": 4, "u": 6, "U": 10}
_SPACE: Final = " \t\r\n"


def segments(raw: str, value: str, style: str | None, line: int, column: int) -> tuple[tuple[int, int, int], ...]:
    """``(offset in value, line, column)`` wherever the two texts stop running side by side.

    ``raw`` is the scalar as written, from its first character (quote, ``|`` or ``>``) at ``line`` and ``column``.
    Characters that folding made (a space for a line end) count to the text before them.
    """
    walk = _Walk(raw, line, column)
    walk.skip_properties()
    if style in ("|", ">"):
        walk.skip_line()
    elif style in ("'", '"'):
        walk.step()
    found: list[tuple[int, int, int]] = []
    offset = 0
    steady = False  # whether the last segment still describes the current position
    while offset < len(value) and walk.position < len(raw):
        character = raw[walk.position]
        if character in _SPACE:
            start = walk.position
            walk.skip_space()
            after = offset
            while after < len(value) and value[after] in _SPACE:
                after += 1
            passed = raw[start : walk.position]
            if passed != value[offset:after] or "\n" in passed or "\r" in passed:
                steady = False
            offset = after
            continue
        if not steady:
            found.append((offset, walk.line, walk.column))
            steady = True
        width = 1
        if style == '"' and character == "\\":
            following = raw[walk.position + 1 : walk.position + 2]
            if following in ("\r", "\n", ""):  # a line continued: stands for nothing
                walk.step()
                walk.skip_space()
                steady = False
                continue
            width = _ESCAPE_LENGTHS.get(following, 2)
        elif style == "'" and character == "'":
            width = 2
        for _ in range(width):
            walk.step()
        offset += 1
        if width > 1:
            steady = False
    return tuple(found)


class _Walk:
    """A position in the raw text that knows its line and column."""

    __slots__ = ("column", "line", "position", "raw")

    def __init__(self, raw: str, line: int, column: int) -> None:
        self.raw, self.line, self.column, self.position = raw, line, column, 0

    def step(self) -> None:
        """One character on."""
        if self.position >= len(self.raw):
            return
        character = self.raw[self.position]
        self.position += 1
        if character == "\n" or (character == "\r" and self.raw[self.position : self.position + 1] != "\n"):
            self.line += 1
            self.column = 1
        else:
            self.column += 1

    def skip_space(self) -> None:
        """To the next character that is not white space."""
        while self.position < len(self.raw) and self.raw[self.position] in _SPACE:
            self.step()

    def skip_properties(self) -> None:
        """Past an anchor and a tag, which stand before the scalar."""
        while self.raw[self.position : self.position + 1] in ("&", "!"):
            while self.position < len(self.raw) and self.raw[self.position] not in _SPACE:
                self.step()
            self.skip_space()

    def skip_line(self) -> None:
        """To the start of the next line."""
        line = self.line
        while self.position < len(self.raw) and self.line == line:
            self.step()
