"""What a command says and how it ends: language, streams, exit codes, progress."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from crmrules.model.errors import CrmRulesError
from crmrules.model.issues import Issue, issue

_T = TypeVar("_T")

FINE = 0
PROBLEMS = 1
WRONG_USAGE = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130
BROKEN_PIPE = 141


class WrongUsageError(CrmRulesError):
    """The command line itself is wrong, or names a file that is not there: exit code 2."""


class StoppedError(CrmRulesError):
    """``--strict``, and there are warnings: ``shown`` ones have been shown already, ``fresh`` ones have not."""

    def __init__(self, shown: Sequence[Issue], fresh: Sequence[Issue]) -> None:
        self.fresh = [*fresh, issue("X125", count=len(shown) + len(fresh))]
        super().__init__([*shown, *self.fresh])


@dataclass(frozen=True, slots=True)
class Console:
    """Where a command speaks: results on standard output, problems on standard error, in ``lang``.

    ``asked`` is the language that ``--lang`` asked for, None when the locale decided. Files follow it alone, and the
    rule set's own language without it: the same input gives the same bytes on every machine.
    """

    lang: str = "en"
    asked: str | None = None

    def say(self, text: str) -> None:
        """A result."""
        sys.stdout.write(text if text.endswith("\n") else text + "\n")

    def say_json(self, data: object) -> None:
        """A result for a program."""
        self.say(json.dumps(data, ensure_ascii=False, indent=2))

    def text(self, en: str, zh: str) -> str:
        """The sentence in the reader's language."""
        return zh if self.lang == "zh" else en

    def note(self, text: str) -> None:
        """Something to know that is no result."""
        sys.stdout.flush()
        sys.stderr.write(text if text.endswith("\n") else text + "\n")

    def problems(self, issues: Sequence[Issue], fmt: str = "text") -> None:
        """Show problems, grouped by file; nothing when there are none."""
        if issues:
            from crmrules.review.report import render_issues

            self.note(render_issues(issues, self.lang, fmt))

    def failed(self, issues: Sequence[Issue], fmt: str = "text") -> None:
        """Show why there is no result. As JSON they take the result's place on standard output."""
        if fmt == "json":
            from crmrules.review.report import render_issues

            self.say(render_issues(issues, self.lang, fmt))
        else:
            self.problems(issues)

    def wrong_usage(self, issues: Sequence[Issue], fmt: str = "text") -> None:
        """Show what is wrong with the command line: one line each."""
        if fmt == "json":
            self.failed(issues, fmt)
        else:
            self.note("\n".join(each.render(self.lang) for each in issues))

    def count(self, what: str) -> Progress:
        """A counter that is shown while somebody watches."""
        return Progress(what if sys.stderr.isatty() else "")


class Progress:
    """``reading … orders.csv: 120,000`` on one line of the terminal, rewritten a few times a second.

    Without ``what`` nobody watches, and nothing is shown. Use it in a ``with`` statement, which wipes the line.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + 0.5  # short work shows nothing
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def __call__(self, text: str) -> None:
        """The state of the work now."""
        if self._what and time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.2
            self._shown = True
            sys.stderr.write(f"\r\x1b[2K{self._what} … {text}")
            sys.stderr.flush()

    def over(self, items: Sequence[_T]) -> Sequence[_T]:
        """``items``, counted as they are gone through."""
        return _Counted(items, self) if self._what else items


class _Counted(Sequence[_T]):
    """A sequence that tells how far one has come in it."""

    def __init__(self, items: Sequence[_T], progress: Progress) -> None:
        self._items, self._progress = items, progress

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __iter__(self) -> Iterator[_T]:
        total = f"{len(self._items):,}"
        for number, item in enumerate(self._items):
            if number % 256 == 0:
                self._progress(f"{number:,} / {total}")
            yield item


def open_console(args: Iterable[str], environ: Mapping[str, str]) -> Console:
    """A console in the language that ``--lang`` among ``args`` says, else the locale of ``environ``.

    The arguments are looked at before they are parsed, because help and mistakes have a language, too.
    """
    chosen, previous = "auto", ""
    for arg in args:
        if previous == "--lang":
            chosen = arg
        elif arg.startswith("--lang="):
            chosen = arg.partition("=")[2]
        previous = arg
    if chosen in ("en", "zh"):
        return Console(chosen, chosen)
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environ.get(name))), "")
    return Console("zh" if locale.lower().startswith("zh") else "en")


def counted(n: int, noun: str) -> str:
    """``1 customer``, ``2,000 customers``; for English."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is spelt most like ``word``, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def did_you_mean(word: str, known: Iterable[str], lang: str) -> str:
    """A suggestion to go with a message, or nothing."""
    found = nearest(word, known)
    if not found:
        return ""
    return f"是否想写 {found}？" if lang == "zh" else f"did you mean {found}?"
