"""Values and foreign text made fit for people to read: cleaned, cut, measured, masked.

Names and contents come from customers' own records, so nothing here trusts them: control characters could drive a
terminal, bidirectional overrides could turn a line around, and a name may be 40 KB long.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from crmrules.model.durations import DaysDuration, MonthsDuration
from crmrules.model.temporal import Date, DateTime, Time
from crmrules.model.values import Range

# C0 and C1 controls but tab and newlines, lone surrogates, non-characters: not allowed in XML, or worse than useless.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Overrides and isolates that change the direction of the text after them; line and paragraph separators.
_BIDI = re.compile("[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")
_MAIL = re.compile(r"([^@\s])[^@\s]*@([^@\s]+\.[^@\s]+)")
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,18}[0-9]")
_MOBILE = re.compile(r"(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}")
_MAIL_WITHIN = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_MOBILE_WITHIN = re.compile(r"(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9])")
HIDDEN = "***"


def clean(text: str) -> str:
    """``text`` without characters that no document should hold, each shown as U+FFFD; line breaks stay."""
    return _UNPRINTABLE.sub("\ufffd", text)


def one_line(text: str, limit: int = 0) -> str:
    """``text`` cleaned for one line of a terminal: blanks run together, no direction marks; cut to ``limit``."""
    line = _BLANKS.sub(" ", _BIDI.sub("", clean(text))).strip()
    return cut(line, limit) if limit else line


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis where something was left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def width(text: str) -> int:
    """Columns that ``text`` takes in a terminal: two for a Chinese character, none for a combining mark."""
    if text.isascii():
        return len(text)
    total = 0
    for char in text:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        total += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return total


def fit(text: str, columns: int) -> str:
    """``text`` cut and padded to exactly ``columns`` terminal columns."""
    if width(text) > columns:
        text = _cut_columns(text, columns)
    return text + " " * (columns - width(text))


def _cut_columns(text: str, columns: int) -> str:
    taken, used = [], 0
    for char in text:
        step = width(char)
        if used + step > columns - 1:
            break
        taken.append(char)
        used += step
    return "".join(taken) + "…"


def show(value: Any, lang: str = "en") -> str:
    """A rule-language value as people write it: ``1,234.5``, ``2026-03-02 09:00``, ``3 d 4 h``, ``yes``, ``—``."""
    match value:
        case None:
            return "—"
        case bool():
            return ("是" if value else "否") if lang == "zh" else ("yes" if value else "no")
        case int() | Decimal():
            return show_number(value)
        case str():
            return value
        case DateTime():
            return show_moment(value)
        case Date() | Time():
            return str(value)
        case DaysDuration() | MonthsDuration():
            return show_duration(value, lang)
        case Range():
            return _show_range(value, lang)
        case list() | tuple():
            return ("、" if lang == "zh" else ", ").join(show(item, lang) for item in value) or "—"
        case dict():
            return "; ".join(f"{key}: {show(item, lang)}" for key, item in value.items()) or "—"
        case _:
            return str(value)


def show_number(value: int | Decimal, digits: int | None = None) -> str:
    """Digits grouped by thousands, at most ``digits`` (default 6) after the point, trailing zeros dropped."""
    number = value if isinstance(value, Decimal) else Decimal(value)
    if abs(number.adjusted()) > 40:
        return format(number, ".6E")
    keep = 6 if digits is None else digits
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > keep:
        number = round(number, keep)
    text = format(number, ",f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def show_moment(value: DateTime) -> str:
    """``2026-03-02 09:00``, with seconds only where there are any; the clock as written, without its zone."""
    clock = value.time
    seconds = f":{clock.second:02d}" if clock.second else ""
    return f"{value.date} {clock.hour:02d}:{clock.minute:02d}{seconds}"


def show_duration(value: DaysDuration | MonthsDuration, lang: str = "en") -> str:
    """``3 d 4 h``, ``1 y 2 mo``; in Chinese ``3天4小时``, ``1年2个月``."""
    if isinstance(value, MonthsDuration):
        parts = [*zip(value.parts(), (" y", " mo"), ("年", "个月"), strict=True)]
    else:
        names = ((" d", "天"), (" h", "小时"), (" min", "分钟"), (" s", "秒"))
        parts = [(n, en, zh) for n, (en, zh) in zip(value.parts()[:4], names, strict=True)]
    sign = "-" if any(n < 0 for n, _, _ in parts) else ""
    shown = [f"{abs(n)}{zh if lang == 'zh' else en}" for n, en, zh in parts if n]
    if not shown:
        return "0"
    return sign + ("" if lang == "zh" else " ").join(shown)


def _show_range(value: Range, lang: str) -> str:
    if value.form:
        return f"{value.form} {show(value.end, lang)}"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{show(value.start, lang)}..{show(value.end, lang)}{closing}"


def mask(value: Any) -> str:
    """A personal value with its middle hidden: ``138****0001``, ``a***@x.com``, ``王***``; others become ``***``."""
    if value is None:
        return show(None)
    text = value if isinstance(value, str) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    mail = _MAIL.fullmatch(text)
    if mail:
        return f"{mail[1]}{HIDDEN}@{mail[2]}"
    if _PHONE.fullmatch(text) and sum(c.isdigit() for c in text) >= 9:
        return text[:3] + "****" + text[-4:]
    if isinstance(value, list | tuple):
        return ", ".join(mask(item) for item in value)
    return f"{text[0]}{HIDDEN}" if isinstance(value, str) and text else HIDDEN


def mask_within(text: str) -> str:
    """``text`` with the mobile numbers and mail addresses in it masked as :func:`mask` does."""
    if "@" in text:
        text = _MAIL_WITHIN.sub(lambda m: mask(m[0]), text)
    return _MOBILE_WITHIN.sub(lambda m: m[0][:-8] + "****" + m[0][-4:] if m[0][-8:].isdigit() else mask(m[0]), text)


def looks_personal(value: Any) -> bool:
    """Whether a text has the shape of a mail address or a mobile number, whatever its fact says of itself."""
    return isinstance(value, str) and bool(_MAIL.fullmatch(value) or _MOBILE.fullmatch(value))
