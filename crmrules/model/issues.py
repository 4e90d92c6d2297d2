"""Problems a user should hear about: a stable code, a place, what was found, what was expected, what to do.

An :class:`Issue` carries a code and parameters, not a sentence: the sentence is made from the catalogue
(:mod:`crmrules.model.codes`) in the reader's language, so English and Chinese say the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from crmrules.model.codes import CODES
from crmrules.model.codes._base import IssueCode
from crmrules.model.spans import NOWHERE, Span


class Severity(StrEnum):
    """How bad: an ERROR stops the job, a WARNING is shown and counted, a NOTE only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem. ``params`` fill the code's message; ``found`` and ``expected`` are usual.

    ``nearest`` is a known word close to what was found: the message ends in "did you mean …?" in the reader's language.
    ``suggestion`` is appended as it stands. ``affected`` counts the customers concerned and names the first. A
    parameter ``name_zh`` says in Chinese what ``name`` says in English, and stands in its place there.
    """

    code: str
    span: Span = NOWHERE
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    severity: Severity = Severity.ERROR

    def message(self, lang: str = "en") -> str:
        """The sentence for people, in ``"en"`` or ``"zh"``, without the place."""
        params = dict(self.params)
        if lang == "zh":
            params |= {key[:-3]: value for key, value in self.params.items() if key.endswith("_zh")}
        text = self.about.text(lang).format_map(_Params(params))
        hint = params.get("suggestion", "")
        if hint:
            text += f"；{hint}" if lang == "zh" else f"; {hint}"
        affected = params.get("affected", "")
        if affected:
            text += f"；客户：{affected}" if lang == "zh" else f"; customers: {affected}"
        near = params.get("nearest", "")
        if near:
            text += f"；是否想写 {near}？" if lang == "zh" else f"; did you mean {near}?"
        return text

    @property
    def about(self) -> IssueCode:
        """The catalogue's entry for this code."""
        return CODES[self.code]

    def render(self, lang: str = "en") -> str:
        """One line: place, severity, code, sentence."""
        place = f"{self.span}: " if str(self.span) else ""
        return f"{place}{_SEVERITY[lang][self.severity]} {self.code}: {self.message(lang)}"

    def __str__(self) -> str:
        return self.render()

    def to_json(self, lang: str = "en") -> dict[str, object]:
        """Plain data for ``--format json``."""
        span = self.span
        place = {k: getattr(span, k) for k in ("file", "line", "column", "sheet", "cell", "char")}
        return {
            "code": self.code,
            "severity": self.severity.value,
            "place": str(span),
            **{k: v for k, v in place.items() if v not in (None, "")},
            "message": self.message(lang),
            "params": dict(self.params),
        }


_SEVERITY = {
    "en": {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"},
    "zh": {Severity.ERROR: "错误", Severity.WARNING: "警告", Severity.NOTE: "提示"},
}


class _Params(dict[str, str]):
    """A missing parameter shows as its name instead of raising: a message is better than a traceback."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def issue(
    code: str, span: Span = NOWHERE, *, severity: Severity | None = None, suggestion: str = "", **params: object
) -> Issue:
    """Build an :class:`Issue`; the severity defaults to the catalogue's, values become text."""
    filled = {k: str(v) for k, v in params.items()}
    if suggestion:
        filled["suggestion"] = suggestion
    level = severity if severity is not None else Severity(CODES[code].severity)
    return Issue(code, span, MappingProxyType(filled), level)


def has_errors(issues: Iterable[Issue]) -> bool:
    """Whether any of ``issues`` stops the job."""
    return any(i.severity is Severity.ERROR for i in issues)
