"""Documents to decision tables: columns resolved to names, rows to rules with ids."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from crmrules.model.issues import Issue, issue
from crmrules.model.ruleset import (
    ACTION_COLUMNS,
    DECISION_SETTINGS,
    ColumnType,
    DecisionTable,
    HitPolicy,
    Input,
    Kind,
    Rule,
)
from crmrules.model.vocabulary import Cell, Fact, Parameter, Vocabulary
from crmrules.rulesets.document import BARE, COMMA, Node
from crmrules.rulesets.names import RESERVED, Spellings, columns_of, is_words, merged
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.typenames import type_zh
from crmrules.rulesets.vocabulary import ACTION, build_label

HIT_POLICIES: Final[Mapping[str, HitPolicy]] = {
    **{p.value: p for p in HitPolicy},
    "UNIQUE": HitPolicy.UNIQUE,
    "ANY": HitPolicy.ANY,
    "PRIORITY": HitPolicy.PRIORITY,
    "FIRST": HitPolicy.FIRST,
    "COLLECT": HitPolicy.COLLECT,
    "RULE ORDER": HitPolicy.RULE_ORDER,
    "OUTPUT ORDER": HitPolicy.OUTPUT_ORDER,
    "COLLECT SUM": HitPolicy.SUM,
    "COLLECT MIN": HitPolicy.MIN,
    "COLLECT MAX": HitPolicy.MAX,
    "COLLECT COUNT": HitPolicy.COUNT,
    "SUM": HitPolicy.SUM,
    "MIN": HitPolicy.MIN,
    "MAX": HitPolicy.MAX,
    "COUNT": HitPolicy.COUNT,
}
"""DMN's abbreviations and long names."""

_REPORTED: Final = -1
"""Index of a column that was reported as unknown: what rows say of it is passed over."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_A_DATE: Final = {
    ColumnType.NUMBER: "number",
    ColumnType.FREQUENCY: "frequency",
    ColumnType.DURATION: "duration",
}


class Columns(NamedTuple):
    """The condition or result columns of one table: every spelling → column index, and what they hold."""

    names: tuple[str, ...]
    types: tuple[str, ...]
    indexes: dict[str, int]
    labels: tuple[str, ...]
    """What each is called in Chinese, ``近12个月消费（spent_12m）``."""
    money: tuple[bool, ...]
    """Whether it holds amounts in yuan, after which 元 may be written."""
    doubtful: bool
    """Whether some column was reported as unknown, so that rows may speak of it by another of its names."""


def build_decisions(
    sections: Sequence[Node],
    vocabulary: Vocabulary,
    parameters: Mapping[str, Parameter],
    known: Spellings,
    issues: list[Issue],
) -> dict[str, DecisionTable]:
    """The decision tables of all files. Columns that cannot be resolved are reported and left out."""
    ids: dict[str, Node] = {}
    columns = {kind: columns_of(kind, vocabulary.of(ACTION), issues if kind is Kind.CADENCE else []) for kind in Kind}
    tables = {}
    for name, node in merged(sections, "the decision", "决策", issues).items():
        kind_text = node.get("kind").line()
        if kind_text not in set(Kind):
            continue  # the schema has said so
        tables[name] = _decision(name, node, Kind(kind_text), vocabulary, known, columns[Kind(kind_text)], ids, issues)
    _check_outputs(tables, vocabulary, issues)
    return tables


def _decision(
    name: str,
    node: Node,
    kind: Kind,
    vocabulary: Vocabulary,
    known: Spellings,
    columns: Spellings,
    ids: dict[str, Node],
    issues: list[Issue],
) -> DecisionTable:
    inputs, when = _inputs(node.get("inputs"), vocabulary, known, issues)
    then = _outputs(node.get("outputs"), kind, vocabulary, known, columns, issues)
    policy = node.get("hit_policy").line()
    defaults = {}
    for key, value in node.get("default").items():
        index = _column(key, value, then, "R313", (known, columns), issues)
        if index is not None and value.filled:
            defaults[then.names[index]] = value.cell()
    settings = {
        key: value.cell()
        for key, value in node.get("settings").items()
        if value.filled and key in DECISION_SETTINGS[kind]
    }
    rules = tuple(
        _rule(f"{name}.{number}", row, when, then, known, columns, ids, issues)
        for number, row in enumerate(node.get("rules").elements(), 1)
        if isinstance(row.value, dict)
    )
    return DecisionTable(
        id=name,
        kind=kind,
        hit_policy=HIT_POLICIES.get(policy, HitPolicy.UNIQUE),
        inputs=inputs,
        outputs=then.names,
        rules=rules,
        label=build_label(node.get("label")),
        description=node.get("description").text(),
        defaults=defaults,
        settings=settings,
        span=node.key_span,
    )


def _inputs(
    node: Node, vocabulary: Vocabulary, known: Spellings, issues: list[Issue]
) -> tuple[tuple[Input, ...], Columns]:
    inputs: list[Input] = []
    types: list[str] = []
    indexes: dict[str, int] = {}
    places: dict[str, Node] = {}
    for item in node.elements():
        source = item.get("expression") if isinstance(item.value, dict) else item
        label = item.get("label").line() if isinstance(item.value, dict) else ""
        text = source.line()
        if not text:
            continue
        name = known.find(text)
        if not name and is_words(text) and text not in RESERVED:
            issues.append(issue("R310", source.span, found=text, nearest=known.nearest(text)))
            indexes.setdefault(text, _REPORTED)
            continue
        expression = Cell(name, source.span) if name else source.cell()
        first = places.setdefault(expression.text, item)
        if first is not item:
            issues.append(issue("R314", item.span, found=text, first=str(first.span)))
            continue
        fact = vocabulary.customer.get(name)
        for spelling in (text, name, label, *(fact.spellings() if fact else ())):
            if spelling:
                indexes.setdefault(spelling, len(inputs))
        inputs.append(Input(expression, label))
        types.append(fact.type if fact else "")
    names = tuple(i.expression.text for i in inputs)
    labels = tuple(_called(vocabulary.customer.get(i.expression.text), i.expression.text, i.label) for i in inputs)
    money = tuple(_in_yuan(vocabulary.customer.get(name)) for name in names)
    return tuple(inputs), Columns(names, tuple(types), indexes, labels, money, _doubtful(node, indexes))


_YUAN: Final = frozenset({"CNY", "RMB", "元", "人民币"})
_AMOUNT: Final = re.compile(r"(?<=[0-9百千万亿])\s?元(?=$|[\s\-—–~～至到、,，;；)）\].]|及?以[上下内外]|之间|起)")


def _in_yuan(fact: Fact | None) -> bool:
    return fact is not None and fact.type == "number" and fact.unit in _YUAN


def _called(fact: Fact | None, name: str, label: str = "") -> str:
    text = fact.label.zh if fact is not None and fact.label.zh else label
    return f"{text}（{name}）" if text and text != name else name


def _outputs(
    node: Node, kind: Kind, vocabulary: Vocabulary, known: Spellings, columns: Spellings, issues: list[Issue]
) -> Columns:
    names: list[str] = []
    types: list[str] = []
    indexes: dict[str, int] = {}
    places: dict[str, Node] = {}
    facts = vocabulary.customer
    for item in node.elements():
        text = item.line()
        if not text:
            continue
        if kind is Kind.CLASSIFICATION:
            name = known.find(text)
            name = name if name in facts else ""
            expected, expected_zh = ", ".join(facts), "、".join(_called(f, f.name) for f in facts.values())
            near = nearest(text, [s for f in facts.values() for s in f.spellings()])
            kind_of_value = facts[name].type if name else ""
        else:
            name = columns.find(text)
            of_kind = [c for c in ACTION_COLUMNS.values() if kind in c.kinds]
            expected = ", ".join(c.name for c in of_kind)
            expected_zh = "、".join(f"{c.label.zh}（{c.name}）" for c in of_kind)
            near = columns.nearest(text)
            kind_of_value = _NOT_A_DATE.get(ACTION_COLUMNS[name].type, "") if name else ""
        if not name:
            listed = {"expected": _short(expected) or "-", "expected_zh": _short(expected_zh) or "-"}
            issues.append(issue("R311", item.span, found=text, nearest=near, **listed))  # type: ignore[arg-type]
            indexes.setdefault(text, _REPORTED)
            continue
        first = places.setdefault(name, item)
        if first is not item:
            issues.append(issue("R314", item.span, found=text, first=str(first.span)))
            continue
        indexes[text] = indexes[name] = len(names)
        names.append(name)
        types.append(kind_of_value)
    refined = facts if kind is Kind.CLASSIFICATION else vocabulary.of(ACTION)
    labels = tuple(
        f"{ACTION_COLUMNS[n].label.zh}（{n}）" if kind is not Kind.CLASSIFICATION else _called(refined.get(n), n)
        for n in names
    )
    money = tuple(kind is Kind.CLASSIFICATION and _in_yuan(facts[n]) for n in names)
    return Columns(tuple(names), tuple(types), indexes, labels, money, _doubtful(node, indexes))


def _doubtful(node: Node, indexes: Mapping[str, int]) -> bool:
    return not isinstance(node.value, list) or _REPORTED in indexes.values()


def _column(
    key: str, node: Node, columns: Columns, code: str, scopes: Sequence[Spellings], issues: list[Issue]
) -> int | None:
    """The index of the column called ``key``; None when there is none, which is reported unless it follows from a
    column that was reported already."""
    index = columns.indexes.get(key)
    if index is not None:
        return None if index == _REPORTED else index
    plain = " ".join(key.split())
    names = [name for name in (plain, *(scope.find(plain) for scope in scopes)) if name]
    for name in names:
        index = columns.indexes.get(name)
        if index is not None and index != _REPORTED:
            columns.indexes[key] = index
            return index
    if not (columns.doubtful and len(names) > 1):
        expected = _short(", ".join(columns.names)) or "-"
        near = nearest(key, (word for word, i in columns.indexes.items() if i != _REPORTED))
        params: Mapping[str, Any] = {"nearest": near} if node.mark != BARE else COMMA
        expected_zh = _short("、".join(columns.labels)) or "-"
        issues.append(issue(code, node.key_span, found=key, expected=expected, expected_zh=expected_zh, **params))
        if columns.doubtful:
            columns.indexes[key] = _REPORTED  # the same for every rule
    return None


def _rule(
    generated: str,
    row: Node,
    when: Columns,
    then: Columns,
    known: Spellings,
    columns: Spellings,
    ids: dict[str, Node],
    issues: list[Issue],
) -> Rule:
    rule_id = row.get("id").line() or generated
    first = ids.setdefault(rule_id, row)
    if first is not row:
        other = first.get("id").span if first.get("id").filled else first.span
        place = row.get("id").span if row.get("id").filled else row.span
        issues.append(issue("R305", place, found=rule_id, first=str(other)))
    conditions = _cells(row.get("when"), when, "R312", (known,), issues)
    results = _cells(row.get("then"), then, "R313", (known, columns), issues)
    if then.names and not any(c.text for c in results) and not row.get("then").value:
        issues.append(issue("R317", row.span))
    start, end = _date(row.get("valid_from"), issues), _date(row.get("valid_to"), issues)
    if start.text and end.text and end.text <= start.text:
        issues.append(issue("R316", row.get("valid_to").span, start=start.text, end=end.text))
        end = Cell("", end.span)  # said once
    numbered = not row.get("id").filled
    return Rule(rule_id, conditions, results, row.get("note").text(), start, end, row.span, numbered)


def rules_without_ids(tables: Mapping[str, DecisionTable]) -> list[Issue]:
    """A note for each table with rules that are known by their position only."""
    counted = [(table, [rule.id for rule in table.rules if rule.numbered]) for table in tables.values()]
    return [issue("R318", t.span, table=t.id, count=len(ids), example=ids[0]) for t, ids in counted if ids]


def _cells(
    node: Node, columns: Columns, code: str, scopes: Sequence[Spellings], issues: list[Issue]
) -> tuple[Cell, ...]:
    cells = [_BLANK] * len(columns.names)
    taken: dict[int, Node] = {}
    for key, value in node.items():
        index = _column(key, value, columns, code, scopes, issues)
        if index is None:
            continue
        first = taken.setdefault(index, value)
        if first is not value:
            issues.append(issue("R314", value.key_span, found=key, first=str(first.key_span)))
            continue
        if value.mark == "date" and check_date_cell(
            value, columns.names[index], columns.types[index], issues, columns.labels[index]
        ):
            continue  # said once
        cell = value.cell()
        if columns.money[index] and "元" in cell.text:
            cell = Cell(_AMOUNT.sub("", cell.text), cell.span)
        cells[index] = cell
    return tuple(cells)


_BLANK: Final = Cell()


def check_date_cell(node: Node, column: str, type_name: str, issues: list[Issue], label: str = "") -> bool:
    """Whether a date cell stands where numbers or text belong: that is what Excel made of ``5-7``."""
    base = type_name.removeprefix("list<").removesuffix(">")
    text = node.text()
    if base not in ("number", "string", "boolean", "frequency", "duration") and "duration" not in base:
        return False
    month, day = (int(part) for part in text[5:10].split("-"))
    typed = typed_zh = f"{month}-{day}"
    if base == "number":
        typed, typed_zh = f"{typed} or [{month}..{day}]", f"{typed} 或 [{month}..{day}]"
    issues.append(
        issue(
            "W110", node.span, found=text, column=column, column_zh=label or column, type=type_name,
            type_zh=type_zh(type_name), typed=typed, typed_zh=typed_zh,
        )
    )  # fmt: skip
    return True


def _date(node: Node, issues: list[Issue]) -> Cell:
    cell = node.cell()
    if not cell.text:
        return cell
    try:
        if _DATE.fullmatch(cell.text):
            datetime.date.fromisoformat(cell.text)
            return cell
    except ValueError:
        pass
    issues.append(issue("R315", node.span, found=cell.text))
    return Cell("", cell.span)


def _check_outputs(tables: Mapping[str, DecisionTable], vocabulary: Vocabulary, issues: list[Issue]) -> None:
    """Each fact has one origin: data, a formula, or one decision."""
    decided: dict[str, str] = {}
    for table in tables.values():
        if table.kind is not Kind.CLASSIFICATION:
            continue
        for name in table.outputs:
            fact = vocabulary.customer[name]
            if fact.formula is not None:
                issues.append(issue("V105", fact.formula.span, found=name, two=table.id))
            first = decided.setdefault(name, table.id)
            if first != table.id:
                issues.append(issue("V106", table.span, found=name, one=first, two=table.id))


def _short(text: str) -> str:
    return text if len(text) <= 300 else text[:297] + "…"
