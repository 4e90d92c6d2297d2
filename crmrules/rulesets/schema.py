"""The published JSON Schemas, and what is wrong with a document according to them: one located sentence per mistake."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import NOWHERE, Span
from crmrules.rulesets.document import BARE, COMMA, child, plain_text
from crmrules.rulesets.excel.layout import chinese
from crmrules.rulesets.nearest import nearest

RULE_KEYS: Final = frozenset({"id", "when", "then", "note", "valid_from", "valid_to"})

_TYPES: Final = {
    "object": ("a mapping", "映射"),
    "array": ("a list", "列表"),
    "string": ("text", "文本"),
    "integer": ("a whole number", "整数"),
    "number": ("a number", "数字"),
    "boolean": ("true or false", "true 或 false"),
    "null": ("blank", "空白"),
}
_SINGLE: Final = ("a single value", "单个值")


@lru_cache(maxsize=8)
def schema_text(name: str) -> str:
    """The published schema ``name`` (``"ruleset"``, ``"datasource"`` …) as text."""
    return files("crmrules_schemas").joinpath(f"{name}.schema.json").read_text("utf-8")


def validate(
    data: Any,
    schema_name: str,
    spans: Mapping[str, Span],
    keys: Mapping[str, Span] | None = None,
    marks: Mapping[str, str] | None = None,
) -> list[Issue]:
    """Everything in ``data`` that the schema forbids, in document order.

    ``spans``, ``keys`` and ``marks`` are those of the document by JSON pointer (:class:`.document.Document`).
    """
    errors = _validator(schema_name).iter_errors(_without_plain_rules(data) if schema_name == "ruleset" else data)
    found: dict[object, Issue] = {}  # two branches of a schema may say the same
    for error in errors:
        for problem in _explain(error, spans, keys or {}, marks or {}):
            found.setdefault((problem.code, problem.span, tuple(problem.params.items())), problem)
    return sorted(found.values(), key=lambda i: (i.span.line or 0, i.span.column or 0))


@lru_cache(maxsize=8)
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator
    from referencing import Registry

    # An empty registry: a `$ref` to another place raises instead of being fetched.
    return Draft202012Validator(json.loads(schema_text(name)), registry=Registry())


def _without_plain_rules(data: Any) -> Any:
    """``data`` without the rules that are plainly in order: most of a long document, and slow to validate."""
    decisions = data.get("decisions") if isinstance(data, dict) else None
    if not isinstance(decisions, dict):
        return data
    slim = {}
    for name, decision in decisions.items():
        rules = decision.get("rules") if isinstance(decision, dict) else None
        if isinstance(rules, list) and all(map(plain_rule, rules)):
            decision = {**decision, "rules": []}
        slim[name] = decision
    return {**data, "decisions": slim}


def plain_rule(rule: Any) -> bool:
    """Whether ``rule`` is certainly what the schema wants of a rule."""
    if not isinstance(rule, dict) or not rule.keys() <= RULE_KEYS:
        return False
    for key, value in rule.items():
        if key in ("when", "then"):
            if value is not None and not (isinstance(value, dict) and all(map(_is_scalar, value.values()))):
                return False
        elif not _is_scalar(value):
            return False
    return True


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, Decimal))  # bool is an int


def _explain(
    error: Any, spans: Mapping[str, Span], keys: Mapping[str, Span], marks: Mapping[str, str]
) -> Iterator[Issue]:
    pointer, key = "", "-"
    for part in error.absolute_path:
        pointer = child(pointer, str(part))
        key = f"{key}[{part + 1}]" if isinstance(part, int) else part
    span = spans.get(pointer, NOWHERE)
    if "propertyNames" in error.absolute_schema_path:
        place = child(pointer, str(error.instance))
        yield issue("R205", keys.get(place) or spans.get(place, span), found=error.instance)
    elif error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        for extra in error.instance:
            if extra not in known:
                place = child(pointer, extra)
                where = keys.get(place) or spans.get(place, span)
                near: Mapping[str, Any] = {"nearest": nearest(extra, known)}
                more = COMMA if marks.get(place) == BARE else near
                yield issue("R201", where, found=extra, expected=", ".join(known) or "-", **more)
    elif error.validator == "type":
        found = _described(error.instance)
        wanted = _types(error.validator_value)
        yield issue("R202", span, key=key, found=found[0], found_zh=found[1], expected=wanted[0], expected_zh=wanted[1])
    elif error.validator == "enum":
        known = [plain_text(v) for v in error.validator_value if v is not None]
        text = plain_text(error.instance) or _described(error.instance)[0]
        expected, expected_zh = ", ".join(known), _chinese(key, known)
        yield issue(
            "R203", span, key=key, key_zh=_KEYS.get(key, key), found=text, expected=expected, expected_zh=expected_zh,
            nearest=nearest(text, known),
        )  # fmt: skip
    elif error.validator == "const":
        yield issue("R207", span, found=plain_text(error.instance), expected=error.validator_value)
    elif error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield issue("R204", keys.get(pointer) or span, key=name)
    elif error.validator == "pattern":
        yield issue("R205", span, found=error.instance)
    else:
        yield issue("R206", span, key=key, problem=error.message[:200])


_KEYS: Final = {"hit_policy": "命中策略"}


def _chinese(key: str, known: Iterable[str]) -> str:
    """The allowed words in Chinese with the word itself, where there is a Chinese one."""
    if key == "hit_policy":
        return "、".join(f"{chinese(key, word)}（{word}）" for word in known if len(word) <= 2)
    return "、".join(known)


def _types(wanted: str | Iterable[str]) -> tuple[str, str]:
    names = [wanted] if isinstance(wanted, str) else [n for n in wanted if n != "null"]
    scalar = {"string", "number", "boolean"}
    single = scalar <= set(names)
    described = [_TYPES[n] for n in names if not (single and n in scalar)] + ([_SINGLE] if single else [])
    return " or ".join(d[0] for d in described), "或".join(d[1] for d in described)


def _described(value: Any) -> tuple[str, str]:
    if value is None:
        return _TYPES["null"]
    if isinstance(value, dict):
        return _TYPES["object"]
    if isinstance(value, list):
        return _TYPES["array"]
    if isinstance(value, bool):
        return f"`{plain_text(value)}`", f"“{plain_text(value)}”"
    text = plain_text(value)
    text = text if len(text) <= 60 else text[:57] + "…"
    kind = _TYPES["string" if isinstance(value, str) else "number"]
    return f"{kind[0]} (`{text}`)", f"{kind[1]}（{text}）"
