"""Writes docs/reference/issues.md from the catalogue of codes:  python docs/build_issue_reference.py"""

from __future__ import annotations

from pathlib import Path

from crmrules.model.codes import CODES

PAGE = Path(__file__).parent / "reference" / "issues.md"

ROOMS = {
    "F": "Condition language",
    "T": "Decision tables",
    "R": "Rule-set documents",
    "V": "Vocabulary and names",
    "W": "Workbooks",
    "C": "Calendars and timing",
    "D": "Data",
    "P": "Compiling, deciding, planning",
    "H": "Plugins",
    "O": "Output",
    "X": "Command line and runs",
}

HEAD = """\
# Issue codes

<!-- Written by docs/build_issue_reference.py; a test compares. -->

Codes are stable. Words in braces are filled in with what was found, what was expected and what to do. Severity is error
unless stated.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for letter in sorted({code[0] for code in CODES}, key=list(ROOMS).index):
        parts.append(f"\n## {letter}: {ROOMS[letter]}\n\n| code | message | 中文 | example |\n|---|---|---|---|\n")
        for entry in sorted((c for c in CODES.values() if c.code[0] == letter), key=lambda c: c.code):
            code = entry.code if entry.severity == "error" else f"{entry.code} ({entry.severity})"
            parts.append(f"| {code} | {cell(entry.en)} | {cell(entry.zh)} | {cell(entry.example)} |\n")
    return "".join(parts)


def cell(text: str) -> str:
    """Text inside a table of Markdown."""
    return text.replace("|", "\\|").replace("\n", "<br>")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
