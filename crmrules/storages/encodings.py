"""Which encoding a text file is in: its byte-order mark, else strict UTF-8, else strict GB18030. Never a guess that
turns bytes into replacement characters."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import IO, cast

from crmrules.model.issues import issue
from crmrules.model.ports import SourceSpec
from crmrules.model.spans import Span
from crmrules.storages._common import cannot_open, fail

_CHUNK = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    (b"\x84\x31\x95\x33", "gb18030", "GB18030"),
)


def open_bytes(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when it is gzip (told by its content, not its name)."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb") if packed else path.open("rb"))


def find_encoding(spec: SourceSpec, path: Path, wanted: str) -> tuple[str, str]:
    """The codec to read ``path`` with, and its name for people; ``wanted`` is ``auto`` or an encoding's name.

    The whole file is decoded once on the way, so that wrong bytes and NULs are located before a row is given out.
    """
    span = Span(str(path))
    with closing(_chunks(spec, path)) as chunks:
        head = next(chunks, b"")
    if not head:
        fail(issue("D103", span))
    if wanted != "auto":
        codec = _codec(spec, wanted)
        for mark, marked, _ in _MARKS:
            if head.startswith(mark) and codecs.lookup(codec).name == codecs.lookup(marked.removesuffix("-sig")).name:
                codec = marked
        bad = _first_bad_byte(spec, path, codec)
        if bad is not None:
            fail(issue("D105", span, expected=wanted, byte=bad + 1))
        return codec, wanted
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            bad = _first_bad_byte(spec, path, codec)
            if bad is not None:
                fail(issue("D105", span, expected=name, byte=bad + 1))
            return codec, name
    if _first_bad_byte(spec, path, "utf-8") is None:
        return "utf-8", "UTF-8"
    bad = _first_bad_byte(spec, path, "gb18030")
    if bad is not None:
        fail(issue("D104", span, byte=bad + 1))
    return "gb18030", "GB18030"


def _codec(spec: SourceSpec, wanted: str) -> str:
    try:
        info = codecs.lookup(wanted)
    except (LookupError, ValueError):
        fail(issue("D106", spec.span, found=wanted))
    if not getattr(info, "_is_text_encoding", True):
        fail(issue("D106", spec.span, found=wanted))
    # GBK and GB2312 are parts of GB18030, and files said to be in them often hold more
    return "gb18030" if info.name in ("gbk", "gb2312", "cp936") else info.name


def _first_bad_byte(spec: SourceSpec, path: Path, codec: str) -> int | None:
    """Offset of the first byte that is not ``codec``, None when all are; a NUL character is refused at once."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    done = 0
    lines = 1
    with closing(_chunks(spec, path)) as chunks:
        for chunk in chunks:
            held = decoder.getstate()[0] if not isinstance(decoder.getstate(), int) else b""
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return max(done - len(held) + error.start, 0)
            if "\0" in text:
                line = lines + text[: text.index("\0")].count("\n")
                fail(issue("D107", Span(str(path), line=line)))
            lines += text.count("\n")
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(done - 1, 0)
    return None


def _chunks(spec: SourceSpec, path: Path) -> Generator[bytes, None, None]:
    try:
        with open_bytes(path) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        fail(issue("D117", Span(str(path)), found=str(error)))
    except OSError as error:
        cannot_open(spec, error)
