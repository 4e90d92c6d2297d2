"""What the header of a column tells the person who fills it: type, unit, allowed words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmrules.model.ruleset import ACTION_COLUMNS, ColumnType, Kind, RuleSet
from crmrules.model.vocabulary import Fact

_TEXTS = {
    "en": {
        "type": "Type", "unit": "Unit", "range": "Range", "values": "Values", "when": "Blank or - means any.",
        "examples": {
            "number": "Examples: >= 10, [10..20), 50万",
            "string": 'Examples: high; high, mid; not(low)',
            "boolean": "true or false",
            "date": 'Examples: >= date("2026-01-01")',
            "date and time": "Examples: < as_of - P30D",
        },
        "frequency": "Examples: weekly, P2W, 每两周1次",
        "duration": "Examples: 24h, P3D, 48小时",
    },
    "zh": {
        "type": "类型", "unit": "单位", "range": "范围", "values": "取值", "when": "空白或 - 表示任意。",
        "examples": {
            "number": "例：>= 10、[10..20)、50万",
            "string": "例：高；高, 中；not(低)",
            "boolean": "true 或 false",
            "date": '例：>= date("2026-01-01")',
            "date and time": "例：< as_of - P30D",
        },
        "frequency": "例：每周1次、每两周1次、P2W",
        "duration": "例：24h、48小时、P3D",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hint:
    """A header's comment, the choices its cells offer, and the (entity, fact) whose values these are."""

    text: str
    choices: tuple[str, ...] = ()
    fact: tuple[str, str] = ("", "")


def input_hint(fact: Fact | None, lang: str) -> Hint | None:
    """The hint of a condition column; None for an expression."""
    if fact is None:
        return None
    words = _TEXTS["zh" if lang == "zh" else "en"]
    examples = words["examples"].get(fact.type, "")  # type: ignore[attr-defined]
    lines = [*_about(fact, lang), examples, words["when"]]
    choices = ("true", "false") if fact.type == "boolean" else tuple(v.value for v in fact.values)
    return Hint(_lines(lines), choices, (fact.entity, fact.name))


def output_hint(ruleset: RuleSet, kind: Kind, name: str, lang: str) -> Hint:
    """The hint of a result column."""
    if kind is Kind.CLASSIFICATION:
        fact = ruleset.vocabulary.customer[name]
        choices = ("true", "false") if fact.type == "boolean" else tuple(v.value for v in fact.values)
        return Hint(_lines(_about(fact, lang)), choices, ("customer", name))
    words = _TEXTS["zh" if lang == "zh" else "en"]
    column = ACTION_COLUMNS[name]
    lines = [column.description]
    if column.type in (ColumnType.FREQUENCY, ColumnType.DURATION):
        lines.append(str(words[column.type.value]))
    refined = ruleset.vocabulary.of("action").get(name)
    choices = tuple(v.value for v in refined.values) if refined is not None else ()
    if refined is not None:
        lines += _about(refined, lang)
    if name == "owner_role":
        choices = choices or tuple(ruleset.roles)
    elif name == "purpose":
        choices = choices or ("marketing", "service", "internal")
    elif name == "clock":
        choices = choices or ("elapsed", "working")
    return Hint(_lines(lines), choices, ("action", name))


def _about(fact: Fact, lang: str) -> list[str]:
    words = _TEXTS["zh" if lang == "zh" else "en"]
    values = [
        f"{v.value} ({v.label.get(lang)})" if v.label.get(lang) not in ("", v.value) else v.value for v in fact.values
    ]
    return [
        f"{fact.name}",
        fact.description,
        f"{words['type']}: {fact.type}",
        f"{words['unit']}: {fact.unit}" if fact.unit else "",
        f"{words['range']}: {fact.range.text}" if fact.range else "",
        f"{words['values']}: {', '.join(values[:30])}{' …' if len(values) > 30 else ''}" if values else "",
    ]


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(line for line in lines if line)[:1500]
