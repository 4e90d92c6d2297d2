"""Bytes of a file to text: which encoding it is in, and what it is when it is no text at all."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span

_SIGNATURES: Final = (
    (b"PK\x03\x04", "a zip archive or workbook", "压缩包或工作簿"),
    (b"PK\x05\x06", "an empty zip archive", "空的压缩包"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file", "旧版或加密的 Office 文件"),
    (b"%PDF", "a PDF document", "PDF 文档"),
    (b"\x1f\x8b", "a gzip archive", "gzip 压缩文件"),
    (b"\x89PNG", "a picture", "图片"),
    (b"\xff\xd8\xff", "a picture", "图片"),
    (b"GIF8", "a picture", "图片"),
    (b"SQLite format 3", "an SQLite database", "SQLite 数据库"),
    (b"{\\rtf", "an RTF document", "RTF 文档"),
)


def signature(head: bytes) -> tuple[str, str] | None:
    """What the first bytes of a file say it is, in English and Chinese; None for text and anything unknown."""
    for magic, en, zh in _SIGNATURES:
        if head.startswith(magic):
            return en, zh
    return None


def read_bytes(path: Path, file: str, limit: int) -> tuple[bytes | None, list[Issue]]:
    """The bytes of ``path``, at most ``limit`` of them; ``file`` is what issues call it."""
    span = Span(file)
    try:
        if path.is_dir():
            return None, [issue("R104", span, problem="it is a folder", problem_zh="它是文件夹")]
        if not path.is_file() and path.exists():
            return None, [issue("R104", span, problem="it is not a regular file", problem_zh="它不是普通文件")]
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except FileNotFoundError:
        return None, [issue("R101", span, nearest=_neighbour(path))]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, [issue("R104", span, problem=reason, problem_zh=reason)]
    if len(data) > limit:
        return None, [issue("R105", span, limit=f"{limit // 1_000_000} MB")]
    return data, []


def decode(data: bytes, file: str) -> tuple[str | None, list[Issue]]:
    """Text from bytes: a byte order mark decides, else strict UTF-8, else strict GB18030 (which is then noted)."""
    span = Span(file)
    known = signature(data[:64])
    if known is not None:
        return None, [issue("R107", span, found=known[0], found_zh=known[1])]
    for mark, name, encoding in (
        (codecs.BOM_UTF8, "UTF-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "UTF-16", "utf-16-le"),
        (codecs.BOM_UTF16_BE, "UTF-16", "utf-16-be"),
    ):
        if data.startswith(mark):
            return _decoded(data[len(mark) :], name, encoding, span)
    guess = _utf16_without_mark(data)
    if guess:
        return _decoded(data, "UTF-16", guess, span)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        place = error
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        line = data.count(b"\n", 0, place.start) + 1
        return None, [issue("R108", Span(file, line=line), byte=f"0x{data[place.start]:02X}")]
    return text, [issue("R109", span, encoding="GB18030")]


def _decoded(data: bytes, name: str, encoding: str, span: Span) -> tuple[str | None, list[Issue]]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [issue("R110", Span(span.file, line=line), encoding=name)]
    return text, [] if name == "UTF-8" else [issue("R109", span, encoding=name)]


def _utf16_without_mark(data: bytes) -> str:
    """UTF-16 text in Latin letters has a zero in every other byte."""
    head = data[:400]
    if len(head) < 4 or len(data) % 2:
        return ""
    half = len(head) // 2
    if head[1::2].count(0) > 0.6 * half and head[0::2].count(0) == 0:
        return "utf-16-le"
    if head[0::2].count(0) > 0.6 * half and head[1::2].count(0) == 0:
        return "utf-16-be"
    return ""


def _neighbour(path: Path) -> str:
    """The file in the same folder whose name is closest."""
    from difflib import get_close_matches

    try:
        names = [p.name for p in path.parent.iterdir() if p.is_file()][:2000]
    except OSError:
        return ""
    return next(iter(get_close_matches(path.name, names, 1, 0.75)), "")
