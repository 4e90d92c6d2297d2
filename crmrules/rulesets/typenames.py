"""The types a fact or parameter may have, by every spelling."""

from __future__ import annotations

import re
from typing import Final

from crmrules.feel.typenames import type_zh as feel_type_zh

TYPES: Final = (
    "number",
    "string",
    "boolean",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
)
UNKNOWN_TYPE: Final = "Any"
"""What stands for a type that was reported as unknown, so that nothing else is said of the fact."""

_SPELLINGS: Final = {
    **{t: t for t in TYPES},
    "text": "string",
    "datetime": "date and time",
    "date-time": "date and time",
    "date time": "date and time",
    "duration": "days and time duration",
    "数字": "number",
    "数值": "number",
    "文本": "string",
    "字符串": "string",
    "布尔": "boolean",
    "是否": "boolean",
    "日期": "date",
    "时间": "time",
    "日期时间": "date and time",
    "时长": "days and time duration",
    "年月时长": "years and months duration",
}
_LIST = re.compile(r"(?:list|列表)\s*(?:<|of\s|＜)\s*(.+?)\s*[>＞]?")


def fact_type(text: str) -> str | None:
    """FEEL's own name of the type written in ``text``; None when there is no such type."""
    text = " ".join(text.split()).casefold()
    if text in _SPELLINGS:
        return _SPELLINGS[text]
    item = _LIST.fullmatch(text)
    if item is not None and item[1] in _SPELLINGS:
        return f"list<{_SPELLINGS[item[1]]}>"
    return None


def spellings() -> list[str]:
    """Known spellings, for suggestions."""
    return [*_SPELLINGS, "list<string>", "list<number>"]


def type_zh(name: str) -> str:
    """How a type, or what an action column holds, is called in Chinese."""
    return {"frequency": "频率", "duration": "时长"}.get(name) or feel_type_zh(name)
