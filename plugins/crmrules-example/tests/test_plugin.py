"""The plugin is found, and what it gives works in rules and data."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("crmrules_example", reason="install it: pip install -e plugins/crmrules-example")

from crmrules.datasets.loader import read_dataset
from crmrules.feel.compiler import Note, Scope, compile_expression
from crmrules.feel.scope import default_builtins
from crmrules.feel.types import STRING
from crmrules.hosting.manager import build_registry
from crmrules.rulesets.loader import read_ruleset


def test_it_is_found_by_its_entry_point() -> None:
    registry = build_registry()
    assert registry.issues == ()
    (info,) = [p for p in registry.plugins if p.name == "example"]
    assert info.provides == ("storage vcard", "notifier eml", "function mask phone")
    assert info.origin == "crmrules-example (crmrules_example.plugin)"
    assert info.version == "0.1.0"


def test_the_function_is_part_of_the_language() -> None:
    scope = Scope({"phone": STRING}, builtins={**default_builtins(), **build_registry().functions})
    compiled, issues = compile_expression("mask phone(phone)", scope)
    assert issues == []
    assert compiled is not None
    assert compiled.call({"phone": "13812345678"}) == "138****5678"
    assert compiled.call({"phone": None}) is None
    notes: list[Note] = []
    assert compiled.call({"phone": "123"}, notes) is None
    assert [note.reason for note in notes] == ["a phone number has at least 7 characters, this one 3"]


def test_a_wrong_argument_is_told_before_anything_runs() -> None:
    scope = Scope(builtins={**default_builtins(), **build_registry().functions})
    _, issues = compile_expression("mask phone(12345678)", scope)
    assert issues != []


def test_records_come_from_an_address_book(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "crmrules: 1\nname: book\nvocabulary: {customer: {name: {type: string}, phones: {type: list<string>}}}\n",
        "utf-8",
    )
    (tmp_path / "data.yaml").write_text(
        "crmrules_data: 1\nsources:\n"
        "  customer: {storage: vcard, path: people.vcf, key: UID, columns: {name: FN, phones: TEL}}\n",
        "utf-8",
    )
    (tmp_path / "people.vcf").write_text("BEGIN:VCARD\nUID:C1\nFN:林晓\nTEL:1\nTEL:2\nEND:VCARD\n", "utf-8")
    ruleset, issues = read_ruleset(tmp_path / "rules.yaml")
    assert ruleset is not None, issues
    data = read_dataset(tmp_path / "data.yaml", ruleset, build_registry())
    assert [(c.id, dict(c.fields)) for c in data.customers] == [("C1", {"name": "林晓", "phones": ["1", "2"]})]
