"""Rule tests as tables of a workbook: cases one a row, their related records and actions in tables of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crmrules.model.ruleset import RuleSet
from crmrules.model.ruletest import RuleTest
from crmrules.model.vocabulary import ENTITIES, Cell, Fact
from crmrules.rulesets.excel.layout import (
    CASE,
    TEST_ACTIONS,
    TEST_BANDS,
    TEST_PREFIXES,
    TEST_RECORDS,
    TESTS,
    WORDS,
    Column,
    Layout,
    chinese,
)
from crmrules.rulesets.excel.sheetdata import join_list


@dataclass(frozen=True, slots=True)
class Block:
    """A table ready to be put on a sheet. ``bands`` has a word and a colour for each column; empty: no band row."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bands: tuple[tuple[str, str], ...] = ()


def test_blocks(ruleset: RuleSet, lang: str) -> list[Block]:
    """The table of cases first."""
    return [_cases(ruleset, lang), *_records(ruleset, lang), *_actions(ruleset, lang)]


def _cases(ruleset: RuleSet, lang: str) -> Block:
    tests = tuple(ruleset.tests.values())
    facts = ruleset.vocabulary.customer
    given = _used(facts, (t.given for t in tests))
    before_that = {key: _used(facts, (getattr(t, key) for t in tests)) for key in TEST_PREFIXES}
    expect = _used(facts, (t.expect for t in tests))
    before, after = TESTS.columns[:3], TESTS.columns[3:]
    texts = {t.id: _fixed(t) for t in tests}
    after = tuple(c for c in after if any(texts[t.id].get(c.path[0]) for t in tests))
    rows = []
    for test in tests:
        fixed = texts[test.id]
        rows.append(
            (
                *(fixed.get(c.path[0], "") for c in before),
                *_texts(test.given, given),
                *(text for key, names in before_that.items() for text in _texts(getattr(test, key), names)),
                *_texts(test.expect, expect),
                *(fixed.get(c.path[0], "") for c in after),
            )
        )
    prefixed = [
        f"{TEST_PREFIXES[key][lang == 'zh']}.{_header(facts[name], lang)}"
        for key, names in before_that.items()
        for name in names
    ]
    headers = (
        *(_word(c, lang) for c in before),
        *(_header(facts[name], lang) for name in given),
        *prefixed,
        *(_header(facts[name], lang) for name in expect),
        *(_word(c, lang) for c in after),
    )
    keys = ["other"] * len(before) + ["given"] * (len(given) + len(prefixed))
    keys += ["expect"] * len(expect) + ["checks"] * len(after)
    bands = tuple((TEST_BANDS[key][lang == "zh"], _COLOURS[key]) for key in keys)
    return Block(_word(TESTS, lang), headers, tuple(rows), bands)


_COLOURS = {"other": "other", "given": "when", "expect": "then", "checks": "other"}


def _fixed(test: RuleTest) -> dict[str, str]:
    bare = all(len(entry) == 1 for entry in test.actions)
    return {
        "id": test.id,
        "note": test.note,
        "as_of": test.as_of.text,
        "rows": join_list([cell.text for cell in test.rows]),
        "not_rows": join_list([cell.text for cell in test.not_rows]),
        "unknown": join_list([cell.text for cell in test.unknown]),
        "actions": join_list([entry["rule"].text for entry in test.actions]) if bare else "",
        "action_count": test.action_count.text,
    }


def _records(ruleset: RuleSet, lang: str) -> Iterable[Block]:
    for entity in ENTITIES.values():
        facts = ruleset.vocabulary.of(entity.name)
        rows = [(test.id, row) for test in ruleset.tests.values() for row in test.related.get(entity.name, ())]
        if rows:
            names = _used(facts, (row for _, row in rows))
            title = WORDS["entity"][entity.name] if lang == "zh" else entity.plural
            yield Block(
                f"{_word(TEST_RECORDS, lang)}{'：' if lang == 'zh' else ': '}{title}",
                (_word(CASE, lang), *(_header(facts[name], lang) for name in names)),
                tuple((case, *(row[n].text if n in row else "" for n in names)) for case, row in rows),
            )


def _actions(ruleset: RuleSet, lang: str) -> Iterable[Block]:
    said = [
        (test.id, entry)
        for test in ruleset.tests.values()
        if any(len(entry) > 1 for entry in test.actions)
        for entry in test.actions
    ]
    if said:
        columns = [c for c in TEST_ACTIONS.columns[1:] if any(c.path[0] in entry for _, entry in said)]
        yield Block(
            _word(TEST_ACTIONS, lang),
            (_word(CASE, lang), *(_word(c, lang) for c in columns)),
            tuple((case, *(_shown(column, entry, lang) for column in columns)) for case, entry in said),
        )


def _shown(column: Column, entry: Mapping[str, Cell], lang: str) -> str:
    text = entry[column.path[0]].text if column.path[0] in entry else ""
    return chinese(column.words, text) if column.words and lang == "zh" else text


def _texts(cells: Mapping[str, Cell], names: Iterable[str]) -> Iterator[str]:
    return (cells[name].text if name in cells else "" for name in names)


def _used(facts: Mapping[str, Fact], rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The facts that any of ``rows`` names, in the vocabulary's order."""
    named = {name for row in rows for name in row}
    return [name for name in facts if name in named]


def _header(fact: Fact, lang: str) -> str:
    label = fact.label.get(lang, fact.name)
    return fact.name if "." in label or "．" in label or "。" in label else label


def _word(thing: Column | Layout, lang: str) -> str:
    return thing.zh if lang == "zh" else thing.en
