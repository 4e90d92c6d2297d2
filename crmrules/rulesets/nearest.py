"""The known word closest to an unknown one, for "did you mean …?"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """The closest of ``known``, letter case aside; empty when none is close.

    Short words (most Chinese ones) count as close when one character differs.
    """
    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(candidate.casefold(), candidate)
    folded = word.casefold()[:200]
    if folded in by_fold:
        return by_fold[folded]
    if len(by_fold) > 5000:  # comparing with more takes seconds
        by_fold = {k: v for k, v in by_fold.items() if k[:1] == folded[:1]}
    cutoff = 0.5 if len(folded) <= 4 and not folded.isascii() else 0.65
    found = get_close_matches(folded, list(by_fold)[:5000], 1, cutoff)
    return by_fold[found[0]] if found else ""
