"""Durations and frequencies as people write them: ``24h``, ``提前30天``, ``每两周1次``, ``twice a month``, ``P2W``.

What is ambiguous is not guessed: ``biweekly`` (twice a week or every two weeks), ``每周一`` (Monday), ``3月`` as a
length (March), ``5m`` (minutes or months) give None, and :func:`nearest_frequency` or :func:`nearest_duration` a
better spelling.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from crmrules.model.durations import NANOS, DaysDuration, Duration, MonthsDuration
from crmrules.timing.words import ISO, NUMBER, UNIT, amount, normalise, read_amount, read_iso, read_number

_MINUTE: Final = 60 * NANOS
_MAX_TIMES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often something is due.

    ``ideal`` is the gap to aim at, ``maximum`` the longest that still keeps the promise: 每2-3天 has 2 and 3 days,
    otherwise they are equal. ``times`` to ``most`` times in ``period`` is what was written (2 in ``P1M`` for 每月2次).
    ``text`` is the source; ``str()`` gives a canonical text that :func:`parse_frequency` reads back.
    """

    ideal: Duration
    maximum: Duration
    times: int
    most: int
    period: Duration
    text: str = field(default="", compare=False)

    def __str__(self) -> str:
        if self.most == 1:
            return str(self.ideal) if self.ideal == self.maximum else f"{self.ideal}-{self.maximum}"
        return f"{self.times}/{self.period}" if self.times == self.most else f"{self.times}-{self.most}/{self.period}"


# --- durations ------------------------------------------------------------------------------------------------------

_BEFORE = re.compile(r"提前(?P<zh>.+)|(?P<zh2>.+?)[之以]?前|(?P<en>.+?) (?:before|ahead|earlier|prior|in advance)")
_AFTER = re.compile(r"(?P<zh>.+?)[之以]?后|(?P<en>.+?) (?:after|later)")
_WITHIN = re.compile(r"(?P<zh>.+?)[之以]?内|(?:within|<=|≤|不超过) ?(?P<en>.+)")
_WORKING = re.compile(r".*(?:工作日|工作天|工作小时|working days?|working hours?|business days?|business hours?).*")
_MARCH = re.compile(r"(?:[0-9]{1,2}|[一二两三四五六七八九十]{1,2})月")


def parse_duration(text: str, *, deadline: bool = False) -> Duration | None:
    """A length of time: ``P3D``, ``24h``, ``48小时``, ``3个月``, ``30 days``; None for anything else.

    Negative for ``-P30D``, ``提前30天``, ``30 days before``. With ``deadline`` also ``24小时内``, ``within 24h``.
    """
    plain = normalise(text)
    within = _WITHIN.fullmatch(plain) if deadline else None
    before, after = _BEFORE.fullmatch(plain), _AFTER.fullmatch(plain)
    found = within or before or after
    if found is not None:
        core = next(part for part in found.groups() if part is not None)
        if core[0] in "+-":
            return None  # two signs
        length = _length(core)
        return -length if length is not None and found is before else length
    sign, core = (plain[0], plain[1:].lstrip()) if plain[:1] in ("+", "-") else ("", plain)
    length = _length(core)
    return -length if length is not None and sign == "-" else length


def _length(plain: str) -> Duration | None:
    if _MARCH.fullmatch(plain):
        return None
    return read_iso(plain) if plain.startswith("p") else read_amount(plain) if plain else None


# --- frequencies ----------------------------------------------------------------------------------------------------

_LEAST = r"(?:至少|不少于|不低于|>=|at least )?"
_SPAN = rf"(?P<low>{NUMBER})(?:-(?P<high>{NUMBER}))? ?个? ?"
_TIMES = rf"{_LEAST} ?(?P<few>{NUMBER})(?:-(?P<many>{NUMBER}))?"
_ADVERBS: Final = {
    "hourly": "hour", "daily": "day", "weekly": "week", "fortnightly": "fortnight", "monthly": "month",
    "quarterly": "quarter", "yearly": "year", "annually": "year",
}  # fmt: skip
_HALVES: Final = frozenset(
    {"half-yearly", "half yearly", "semi-annually", "semiannually", "semi-annual", "every half year"}
)
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"每(?:{_SPAN}|个)?(?P<unit>{UNIT})(?:{_TIMES}[次回])?",  # 每周1次, 每2-3天1次, 每月≥2次, 每半年
        rf"{_SPAN}(?P<unit>{UNIT}){_TIMES}[次回]",  # 两周一次
        rf"{_TIMES}[次回][/每](?:{_SPAN})?(?P<unit>{UNIT})",  # 1次/周
        rf"每?双(?P<other>周|月)(?:{_TIMES}[次回])?",  # every two
        rf"隔(?P<other>{UNIT})(?:{_TIMES}[次回])?",  # 隔周, 隔天
        rf"(?:once )?every (?:{_SPAN})?(?P<unit>{UNIT})",  # every 2 weeks
        rf"(?:once )?every other (?P<other>{UNIT})",
        # 2 times a week, 1 / 2 weeks
        rf"{_TIMES} ?(?:x|times?)? ?(?:/|a|an|per|each|every) ?(?:{_SPAN})?(?P<unit>{UNIT})",
        rf"{_TIMES} ?(?:x|times?)? (?P<adverb>{'|'.join(_ADVERBS)})",  # 2 times weekly
        rf"(?P<adverb>{'|'.join(_ADVERBS)})",
        rf"{_TIMES}/(?P<iso>{ISO})",  # canonical
        rf"(?P<iso>{ISO})-(?P<iso_high>{ISO})",
    )
)
_COUNT_WORDS = re.compile(r"\b(once|twice|thrice)\b")
_COUNTS: Final = {"once": "1 times", "twice": "2 times", "thrice": "3 times"}


def parse_frequency(text: str) -> Frequency | None:
    """How often: ``每两周1次``, ``每月≥2次``, ``每2-3天``, ``weekly``, ``every 2 weeks``, ``twice a month``, ``P2W``.

    ``n`` times a period are a gap of the period divided by n; months that do not divide count 30 days (years 365).
    None for texts that say nothing of the kind, or something ambiguous.
    """
    plain = normalise(text)
    if plain in _HALVES:
        plain = "p6m"
    if not plain.startswith("once every"):
        plain = _COUNT_WORDS.sub(lambda word: _COUNTS[word[1]], plain)
    for pattern in _PATTERNS:
        found = pattern.fullmatch(plain)
        if found is not None:
            return _frequency(found.groupdict(), text.strip())
    gap = None if plain[:1] in ("+", "-") else _length(plain)
    return None if gap is None or not _size(gap) else Frequency(gap, gap, 1, 1, gap, text.strip())


def _frequency(words: dict[str, str | None], text: str) -> Frequency | None:
    periods = _periods(words)
    few = _count(words.get("few"), 1)
    many = _count(words.get("many"), few)
    if periods is None or few is None or many is None or (words.get("many") and many <= few):
        return None
    shortest, longest = periods
    if not _size(shortest) or (shortest != longest and (_size(shortest) > _size(longest) or many > 1)):
        return None
    ideal, maximum = _divided(shortest, many), _divided(longest, few)
    if ideal is None or maximum is None:
        return None
    return Frequency(ideal, maximum, few, many, longest, text)


def _periods(words: dict[str, str | None]) -> tuple[Duration, Duration] | None:
    """The shortest and the longest period that a text speaks of."""
    if iso := words.get("iso"):
        lowest, highest = read_iso(iso), read_iso(words.get("iso_high") or iso)
    else:
        low, high, unit = words.get("low"), words.get("high"), words.get("unit")
        if other := words.get("other"):
            low, unit = "2", other
        if adverb := words.get("adverb"):
            unit = _ADVERBS[adverb]
        first = read_number(low) if low else Decimal(1)
        second = read_number(high) if high else first
        if unit is None or first is None or second is None or (high and first >= second):
            return None
        lowest, highest = amount(first, unit), amount(second, unit)
    if lowest is None or highest is None or type(lowest) is not type(highest):
        return None
    return lowest, highest


def _count(text: str | None, default: int | None) -> int | None:
    if text is None:
        return default
    number = read_number(text)
    return int(number) if number is not None and number == int(number) and 0 < number <= _MAX_TIMES else None


def _divided(period: Duration, times: int) -> Duration | None:
    """A period's n-th part, in whole months or else whole minutes."""
    if isinstance(period, MonthsDuration):
        if period.months % times == 0:
            return MonthsDuration(period.months // times)
        years, months = divmod(period.months, 12)
        period = DaysDuration.of(days=years * 365 + months * 30)
    if times == 1:
        return period
    nanos = period.nanos // times // _MINUTE * _MINUTE
    return DaysDuration(nanos) if nanos else None


def _size(duration: Duration) -> int:
    """For comparing lengths of one family, and for telling whether there is any."""
    return duration.months if isinstance(duration, MonthsDuration) else duration.nanos


# --- spellings for messages -----------------------------------------------------------------------------------------

_KNOWN_FREQUENCIES: Final = (
    "每天1次", "每2-3天1次", "每周1次", "每周2次", "每两周1次", "每2周1次", "每月1次", "每月2次", "每月≥2次",
    "每季度1次", "每半年1次", "每年1次", "每天", "每周", "每月", "每季度", "每半年", "每年",
    "daily", "weekly", "every 2 weeks", "monthly", "quarterly", "half-yearly", "yearly", "every 2-3 days",
    "every month", "once a week", "twice a week", "twice a month", "2 times a week", "P1W", "P2W", "P1M", "P3M",
)  # fmt: skip
_KNOWN_DURATIONS: Final = (
    "24h", "48h", "72h", "1小时", "24小时", "48小时", "1天", "3天", "7天", "30天", "2周", "1个月", "3个月", "6个月",
    "1年", "30分钟", "提前30天", "提前1个月", "1 day", "3 days", "30 days", "2 weeks", "1 month", "3 months",
    "30 minutes", "30 days before", "P3D", "P1M", "-P30D",
)  # fmt: skip
_MEANT: Final = {
    "biweekly": "every 2 weeks", "bi-weekly": "every 2 weeks",
    "bimonthly": "every 2 months", "bi-monthly": "every 2 months",
    "每周一": "每周1次", "每隔一天": "隔天", "每隔一周": "隔周", "每隔一月": "隔月", "每隔一个月": "隔月",
}  # fmt: skip


def nearest_frequency(text: str) -> str:
    """The known spelling that looks most like ``text``, for an error message; blank when none does."""
    plain = normalise(text)
    return _MEANT.get(plain) or _nearest(plain, _KNOWN_FREQUENCIES)


def duration_hint(text: str) -> dict[str, Any]:
    """What an issue about a text that is no duration suggests, as its parameters."""
    plain = normalise(text)
    working = _WORKING.fullmatch(plain)
    if working is not None:
        return {
            "suggestion": "working time is written in hours, such as 16h, with the table's setting `clock: working`",
            "suggestion_zh": "工作时间请写小时数（如 16小时），并在表的设置中写“计时：working”",
        }
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", plain):
        return {
            "suggestion": f"the unit is missing: write {plain}h or {plain}d",
            "suggestion_zh": f"缺少单位：请写 {plain}小时 或 {plain}天",
        }
    return {"nearest": nearest_duration(text)}


def nearest_duration(text: str) -> str:
    """The same for durations: ``3月`` gives ``3个月``."""
    plain = normalise(text)
    if _MARCH.fullmatch(plain):
        return f"{plain[:-1]}个月"
    if re.fullmatch(r"[0-9]+ ?m", plain):
        return f"{plain[:-1].strip()}min"
    if re.fullmatch(r"[0-9]+", plain):
        return f"{plain}天"
    return _nearest(plain, _KNOWN_DURATIONS)


def _nearest(plain: str, known: Iterable[str]) -> str:
    # The text is compared as it would be without differences of width, case and numerals.
    digits = str.maketrans("一二两三四五六七八九", "1223456789")
    folded = {normalise(word).translate(digits): word for word in known}
    close = difflib.get_close_matches(plain.translate(digits), folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
