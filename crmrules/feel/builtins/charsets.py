"""Sets of characters for regular expressions: categories, blocks, and the arithmetic between them.

A set is a sorted tuple of code-point ranges, both ends included.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from typing import Final

Charset = tuple[tuple[int, int], ...]

_LAST: Final = sys.maxunicode


def union(ranges: Iterable[tuple[int, int]]) -> Charset:
    """The ranges merged and in order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def complement(charset: Charset) -> Charset:
    """Every other character."""
    result = []
    start = 0
    for low, high in charset:
        if start < low:
            result.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        result.append((start, _LAST))
    return tuple(result)


def minus(a: Charset, b: Charset) -> Charset:
    """The characters of ``a`` that are not in ``b``."""
    return complement(union((*complement(a), *b)))


SPACE: Final[Charset] = ((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x20))
NAME_START: Final[Charset] = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF),
    (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
"""``\\i``: what an XML name may begin with."""

NAME: Final[Charset] = union((*NAME_START, (0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040)))
"""``\\c``: what an XML name may hold."""

_BLOCKS: Final[dict[str, tuple[int, int]]] = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "HangulJamo": (0x1100, 0x11FF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "BoxDrawing": (0x2500, 0x257F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF),
    "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "AlphabeticPresentationForms": (0xFB00, 0xFB4F),
    "CJKCompatibilityForms": (0xFE30, 0xFE4F),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF),
    "CJKUnifiedIdeographsExtensionB": (0x20000, 0x2A6DF),
}


# Unicode gives out characters in these stretches alone; between them nothing is assigned, and planes 15 and 16 are
# private. Leaving the gaps out makes the first look at the categories five times as quick.
_ASSIGNED: Final = ((0x0, 0x33FFF), (0xE0000, 0xE0FFF))
_UNASSIGNED: Final = ((0x34000, 0xDFFFF), (0xE1000, 0xEFFFF), (0xFFFFE, 0xFFFFF), (0x10FFFE, 0x10FFFF))
_PRIVATE: Final = ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))


@lru_cache(maxsize=1)
def _categories() -> dict[str, Charset]:
    """Every general category, and every group of them by its first letter."""
    found: dict[str, list[tuple[int, int]]] = {"Cn": list(_UNASSIGNED), "Co": list(_PRIVATE)}
    for first, last in _ASSIGNED:
        start = first
        for category, group in groupby(map(unicodedata.category, map(chr, range(first, last + 1)))):
            end = start + sum(1 for _ in group)
            found.setdefault(category, []).append((start, end - 1))
            start = end
    groups: dict[str, list[tuple[int, int]]] = {}
    for category, ranges in found.items():
        groups.setdefault(category[0], []).extend(ranges)
    return {name: union(ranges) for name, ranges in (found | groups).items()}


def named(name: str) -> Charset | None:
    """The set of ``\\p{name}``: a category (``L``, ``Nd``) or a block (``IsCyrillic``); None when unknown."""
    if name.startswith("Is"):
        block = _BLOCKS.get(name[2:])
        return (block,) if block else None
    return _categories().get(name)


@lru_cache(maxsize=1)
def word() -> Charset:
    """``\\w``: everything but punctuation, separators and other."""
    sets = _categories()
    return complement(union((*sets["P"], *sets["Z"], *sets["C"])))
