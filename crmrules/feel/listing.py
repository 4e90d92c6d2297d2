"""Allowed values as messages list them, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_CHINESE: Final = re.compile("[\u3400-\u9fff]")


def listed_words(words: Mapping[str, Any] | Iterable[str]) -> dict[str, str]:
    """The allowed values for a message: each once, in English as they are, in Chinese by a Chinese spelling."""
    meanings = words if isinstance(words, Mapping) else {word: word for word in words}
    chinese: dict[str, str] = {}
    for spelling, value in meanings.items():
        key = _plain(value)
        chinese.setdefault(key, "")
        if not chinese[key] and _CHINESE.search(spelling):
            chinese[key] = spelling
    names = [zh or key for key, zh in chinese.items()]
    return {"words": _short(list(chinese), ", "), "words_zh": _short(names, "、")}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(words: list[str], comma: str) -> str:
    return comma.join(words if len(words) <= 12 else [*words[:12], "…"])
