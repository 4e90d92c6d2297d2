"""A look at a workbook before a library opens it: what kind of file it is, and whether it is made to do harm.

Only the archive's directory and the first bytes of its parts are read, so the check costs little whatever the file
claims to hold.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from crmrules.model.issues import issue
from crmrules.model.spans import Span
from crmrules.storages._common import fail

MAX_TOTAL: Final = 1 << 30
MAX_PARTS: Final = 10_000
_BIG_PART: Final = 20 << 20
_MAX_RATIO: Final = 200
_HEAD: Final = 4096
_CHUNK: Final = 1 << 20
_DTD: Final = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s>/]")


def guard(path: Path) -> None:
    """Refuse with a located issue what is no workbook, or one that no honest program writes."""
    span = Span(str(path))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        fail(issue("D103", span))
    if not head.startswith(b"PK"):
        fail(issue("D109", span, expected="Excel workbook (.xlsx)", found=_content(head)))
    try:
        with zipfile.ZipFile(path) as archive:
            _check_sizes(archive, span)
            _check_parts(archive, span)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        fail(issue("D110", span, found=f"the archive is damaged ({error})"))


def has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula, found by a look at the raw parts: most data files hold none."""
    with zipfile.ZipFile(path) as archive:
        for part in archive.infolist():
            if "worksheets/" not in part.filename.replace("\\", "/").lower():
                continue
            rest = b""
            with archive.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    if _FORMULA.search(rest + chunk):
                        return True
                    rest = chunk[-32:]
    return False


def _content(head: bytes) -> str:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "an old .xls file or an encrypted workbook; save it as .xlsx without a password"
    if head.lstrip()[:1] == b"<":
        return "HTML or XML; open it in a spreadsheet program and save it as .xlsx"
    if b"\0" not in head:
        return "text, such as CSV; name it .csv or say `storage: csv`"
    return "something else"


def _check_sizes(archive: zipfile.ZipFile, span: Span) -> None:
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        fail(issue("D111", span, found=f"it has {len(parts)} parts, more than {MAX_PARTS}"))
    total = sum(part.file_size for part in parts)
    if total > MAX_TOTAL:
        fail(issue("D111", span, found=f"it unpacks to {total >> 20} MB, more than {MAX_TOTAL >> 20}"))
    for part in parts:
        ratio = part.file_size / max(part.compress_size, 1)
        if part.file_size > _BIG_PART and ratio > _MAX_RATIO:
            fail(issue("D111", span, found=f"part {part.filename} is packed {ratio:.0f} times smaller: a zip bomb"))


def _check_parts(archive: zipfile.ZipFile, span: Span) -> None:
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as stream:
                head = stream.read(_HEAD)
            # a declaration in UTF-16 shows its letters with zeros between them
            if _DTD.search(head) or _DTD.search(head.replace(b"\0", b"")):
                fail(issue("D111", span, found=f"part {part.filename} declares entities"))
