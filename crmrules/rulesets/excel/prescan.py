"""What a file called ``.xlsx`` really is, and whether it can be opened without harm.

Nothing is unpacked here but the names and sizes in the zip directory; parts are then streamed by :mod:`.parts` under
limits of their own. A file that is something else is named for what it is, with the way out.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span
from crmrules.rulesets.textfile import read_bytes, signature

MAX_FILE: Final = 64_000_000
MAX_PART: Final = 160_000_000
"""Unpacked bytes of one part."""
MAX_TOTAL: Final = 1_000_000_000
MAX_RATIO: Final = 250
"""Unpacked to packed, of a whole workbook beyond 50 MB; honest sheets stay below 60."""
MAX_ENTRIES: Final = 10_000

_SAVE = ("open it in Excel and save it as .xlsx", "请用 Excel 打开并另存为 .xlsx")
_PASSWORD = ("remove the password in Excel and save it again", "请在 Excel 中取消密码后重新保存")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF: Final = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")


class Damaged(Exception):
    """The workbook cannot be read on; carries what is wrong, in English and Chinese."""

    def __init__(self, problem: str, problem_zh: str) -> None:
        self.problem, self.problem_zh = problem, problem_zh
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Package:
    """An open workbook: its zip archive and the parts by lower-case path."""

    archive: zipfile.ZipFile
    parts: dict[str, zipfile.ZipInfo]
    workbook: str
    """The path of the workbook part."""

    def open(self, part: str) -> io.BufferedIOBase:
        """The unpacked bytes of ``part``; raises :class:`Damaged`."""
        info = self.parts.get(_plain(part))
        if info is None:
            raise Damaged(f"the part {part} is missing", f"缺少部件 {part}")
        try:
            return self.archive.open(info)  # type: ignore[return-value]
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            raise Damaged(f"the part {part} cannot be unpacked", f"部件 {part} 无法解压") from None

    def has(self, part: str) -> bool:
        """Whether the part exists."""
        return _plain(part) in self.parts


def open_package(path: Path, file: str) -> tuple[Package | None, list[Issue]]:
    """Open the workbook at ``path``, which issues call ``file``; None with the reason when it cannot be used."""
    data, issues = read_bytes(path, file, MAX_FILE)
    if data is None:
        return None, issues
    span = Span(file)
    if not data:
        return None, [issue("R106", span)]
    if not data.startswith(b"PK"):
        return None, [_not_a_workbook(data, span)]
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, OverflowError):
        problem = ("its end is missing or broken, as after an interrupted copy", "文件尾部缺失或损坏（可能复制中断）")
        return None, [issue("W102", span, problem=problem[0], problem_zh=problem[1])]
    parts = {_plain(entry.filename): entry for entry in entries}
    problem_found = _too_big(entries, len(data), span) or _wrong_kind(parts, span)
    if problem_found is not None:
        return None, [problem_found]
    return Package(archive, parts, _workbook_part(parts)), []


def _plain(name: str) -> str:
    """A part's path as it is looked up: some writers use backslashes, other letter cases or a leading slash."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").casefold()


def _workbook_part(parts: dict[str, zipfile.ZipInfo]) -> str:
    """The part that lists the sheets; ``xl/workbook.xml`` in all but odd workbooks; empty when there is none."""
    if "xl/workbook.xml" in parts:
        return "xl/workbook.xml"
    return next((name for name in parts if name.rpartition("/")[2] == "workbook.xml"), "")


def _too_big(entries: list[zipfile.ZipInfo], packed: int, span: Span) -> Issue | None:
    total = sum(entry.file_size for entry in entries)
    largest = max((entry.file_size for entry in entries), default=0)
    limit = 0
    if len(entries) > MAX_ENTRIES:
        return issue("W103", span, found=f"{len(entries):,} files", limit=f"{MAX_ENTRIES:,}")
    if total > 50_000_000 and total > MAX_RATIO * packed:
        limit = max(50_000_000, MAX_RATIO * packed)
    elif total > MAX_TOTAL:
        limit = MAX_TOTAL
    elif largest > MAX_PART:
        total, limit = largest, MAX_PART
    if limit:
        return issue("W103", span, found=f"{total // 1_000_000:,} MB", limit=f"{limit // 1_000_000:,} MB")
    return None


def _wrong_kind(parts: dict[str, zipfile.ZipInfo], span: Span) -> Issue | None:
    workbook = _workbook_part(parts)
    if workbook:
        if parts[workbook].flag_bits & 1:
            return _other(span, "a zip archive with a password", "加密的压缩包", _PASSWORD)
        return None
    if "xl/workbook.bin" in parts:
        return _other(span, "a binary workbook (.xlsb)", "二进制工作簿（.xlsb）", _SAVE)
    if "content.xml" in parts or "mimetype" in parts:
        return _other(span, "an OpenDocument file (.ods)", "OpenDocument 文件（.ods）", _SAVE)
    if "word/document.xml" in parts:
        return _other(span, "a Word document", "Word 文档", _SAVE)
    if "ppt/presentation.xml" in parts:
        return _other(span, "a PowerPoint presentation", "PowerPoint 演示文稿", _SAVE)
    if any(name.endswith(".iwa") for name in parts):
        return _other(
            span, "a Numbers document", "Numbers 文档", ("export it as Excel (.xlsx)", "请导出为 Excel（.xlsx）")
        )
    return _other(span, "a zip archive without a workbook in it", "不含工作簿的压缩包", _SAVE)


def _not_a_workbook(data: bytes, span: Span) -> Issue:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
            return _other(span, "a workbook protected by a password", "有密码保护的工作簿", _PASSWORD)
        if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
            return _other(span, "an old workbook (.xls)", "旧版工作簿（.xls）", _SAVE)
        return _other(span, "an old Office file", "旧版 Office 文件", _SAVE)
    if data.startswith(_BIFF):
        return _other(span, "a very old workbook (.xls)", "很旧的工作簿（.xls）", _SAVE)
    known = signature(data[:64])
    if known is not None:
        return _other(span, known[0], known[1], _SAVE)
    head = data[:4096].lower()
    if b"schemas-microsoft-com:office:spreadsheet" in head:
        return _other(span, "an XML spreadsheet of Excel 2003", "Excel 2003 XML 表格", _SAVE)
    if b"<html" in head or b"<table" in head or b"<!doctype" in head:
        return _other(span, "a web page (HTML)", "网页（HTML）", _SAVE)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (b"\x00" not in head and not _has_controls(head)):
        return _other(span, "a text file, such as CSV", "文本文件（如 CSV）", _SAVE)
    return _other(span, "a file of an unknown kind", "未知类型的文件", _SAVE)


def _has_controls(head: bytes) -> bool:
    return any(byte < 9 or 13 < byte < 27 for byte in head)


def _other(span: Span, found: str, found_zh: str, way_out: tuple[str, str]) -> Issue:
    return issue("W101", span, found=found, found_zh=found_zh, way_out=way_out[0], way_out_zh=way_out[1])
