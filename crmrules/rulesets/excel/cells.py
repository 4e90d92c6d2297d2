"""What a cell says, as plain text: exact numbers, ISO dates, and what cannot be read, named.

Numbers keep the 15 digits that Excel itself shows, without the noise of binary floats; a number shown as a percentage
gives ``20%``; a date gives its ISO form by the workbook's epoch and the cell's format.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, NamedTuple

from crmrules.rulesets.excel.parts import RawCell

_FIFTEEN: Final = Context(prec=15)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKET = re.compile(r"\[(?![hms]+\])[^\]]*\]", re.IGNORECASE)
_DAY: Final = 86_400_000  # milliseconds

PLAIN, PERCENT, DATE, ELAPSED = "plain", "percent", "date", "elapsed"
_BUILT_IN: Final = {
    **dict.fromkeys((9, 10), PERCENT),
    **dict.fromkeys((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)), DATE),
    46: ELAPSED,
}


class Problem(NamedTuple):
    """Why a cell cannot be used: an issue code and its parameters."""

    code: str
    params: dict[str, Any]


class CellText(NamedTuple):
    """A cell as text; ``is_date`` for a date or date-time; ``problem`` when it cannot be used."""

    text: str
    is_date: bool = False
    problem: Problem | None = None


def read_cell(cell: RawCell, texts: Sequence[str], formats: Sequence[str], epoch_1904: bool) -> CellText:
    """The text of one cell; blank for a formula that gives an empty text."""
    kind, value = cell.kind, cell.value
    formula = "=" + cell.formula[:80] if cell.formula is not None else ""
    if value is None or (value == "" and kind != "str"):
        if cell.formula is not None:
            return CellText("", problem=Problem("W108", {"formula": formula}))
        return CellText("")
    if kind == "s":
        index = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
        if not 0 <= index < len(texts):
            return _broken(f"shared text {value[:20]}")
        return _text(texts[index])
    if kind in ("str", "inlineStr"):
        return _text(value)
    if kind == "b":
        return CellText("true" if value.strip() in ("1", "true") else "false")
    if kind == "e":
        shown = f" ({formula})" if formula else ""
        return CellText("", problem=Problem("W109", {"found": value[:20], "formula": shown}))
    if kind == "d":
        return _iso(value.strip())
    return _number(value.strip(), formats[cell.style] if cell.style < len(formats) else "#0", epoch_1904)


@lru_cache(maxsize=2048)
def format_kind(code: str) -> str:
    """What a number format makes of a number: ``plain``, ``percent``, ``date`` (or time) or ``elapsed`` time."""
    if code.startswith("#") and code[1:].isdecimal():
        return _BUILT_IN.get(int(code[1:][:6]), PLAIN)
    bare = _BRACKET.sub("", _LITERAL.sub("", code)).casefold()
    if "general" in bare:
        return PLAIN
    if re.search(r"\[[hms]+\]", bare):
        return ELAPSED
    if re.search(r"[ymdhs]", bare) and not re.search(r"[0#?]e[+-]", bare):
        return DATE
    return PERCENT if "%" in bare else PLAIN


def plain_number(number: Decimal) -> str:
    """The digits without an exponent and without zeros at the end of a fraction."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _text(value: str) -> CellText:
    text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), value).replace("\r\n", "\n").replace("\r", "\n")
    bad = _UNREADABLE.search(text)
    if bad:
        return CellText("", problem=Problem("R112", {"found": f"U+{ord(bad[0]):04X}"}))
    return CellText(text.strip())


def _number(value: str, code: str, epoch_1904: bool) -> CellText:
    try:
        number = Decimal(value) if len(value) < 400 else Decimal("NaN")
    except InvalidOperation:
        return _broken(f"number {value[:20]}")
    if not number.is_finite() or number.adjusted() > 308 or (number and number.adjusted() < -330):
        return _broken(f"number {value[:20]}")
    if not value.lstrip("-").isdecimal():  # whole numbers stand exactly; the rest as Excel shows them
        number = _FIFTEEN.plus(number)
    kind = format_kind(code)
    if kind == PERCENT:
        return CellText(plain_number(number * 100) + "%")
    if kind == DATE:
        return _serial(number, epoch_1904)
    if kind == ELAPSED:
        return _elapsed(number)
    return CellText(plain_number(number))


def _serial(number: Decimal, epoch_1904: bool) -> CellText:
    """A date by its serial number. 1900 has a 29 February in Excel: days before it count from the day after."""
    if number < 0 or number >= 2_958_466:
        return _broken(f"date {plain_number(number)}")
    days, milliseconds = divmod(int((number * _DAY).to_integral_value()), _DAY)
    time = _clock(milliseconds)
    if days == 0 and not epoch_1904:
        return CellText(time)
    if epoch_1904:
        first = datetime.date(1904, 1, 1)
    elif days == 60:
        return _broken("date 1900-02-29")
    else:
        first = datetime.date(1899, 12, 31 if days < 60 else 30)
    date = (first + datetime.timedelta(days=days)).isoformat()
    return CellText(f"{date}T{time}" if milliseconds else date, is_date=True)


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _elapsed(number: Decimal) -> CellText:
    """``[h]:mm`` is a duration."""
    total = int((abs(number) * _DAY / 1000).to_integral_value())
    parts = ((total // 3600, "H"), (total // 60 % 60, "M"), (total % 60, "S"))
    text = "".join(f"{n}{unit}" for n, unit in parts if n) or "0S"
    return CellText(("-" if number < 0 else "") + "PT" + text)


def _iso(value: str) -> CellText:
    """A cell that holds an ISO date: Strict OOXML and some programs write these."""
    try:
        if value.startswith(("T", "t")) or (":" in value and "-" not in value):
            return CellText(datetime.time.fromisoformat(value.lstrip("Tt")).isoformat())
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        return _broken(f"date {value[:20]}")
    text = moment.isoformat()
    return CellText(text[:10] if text.endswith("T00:00:00") else text, is_date=True)


def _broken(what: str) -> CellText:
    return CellText("", problem=Problem("W109", {"found": what, "formula": ""}))
