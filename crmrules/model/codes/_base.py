"""One entry of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IssueCode:
    """A code with its sentence in two languages.

    ``en`` and ``zh`` are :meth:`str.format_map` templates over the issue's parameters. ``example`` is the
    smallest input that triggers the code, shown in the reference documentation and run by a test.
    ``severity`` is ``"error"``, ``"warning"`` or ``"note"``.
    """

    code: str
    en: str
    zh: str
    severity: str = "error"
    example: str = ""

    def text(self, lang: str) -> str:
        """The template in ``lang``; anything but ``"zh"`` is English."""
        return self.zh if lang == "zh" else self.en
