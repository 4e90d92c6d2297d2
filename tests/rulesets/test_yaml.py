"""YAML to documents: nothing changed on the way, every character has a place, hostile files end in one issue."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from crmrules.rulesets.document import plain_text
from crmrules.rulesets.yaml import parse_yaml, read_yaml


def data(text: str):
    document, issues = parse_yaml(text, "f.yaml")
    assert [i.render() for i in issues] == []
    return document.data


def problems(text: str, lang: str = "en") -> list[str]:
    document, issues = parse_yaml(text, "f.yaml")
    assert document is None
    return [i.render(lang) for i in issues]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1),
        ("-5", -5),
        ("0", 0),
        ("1.10", Decimal("1.10")),
        ("0.00000001", Decimal("0.00000001")),
        ("true", True),
        ("false", False),
        ("", None),
        ("~", None),
        ("null", None),
        *((t, t) for t in ("NO", "no", "yes", "on", "Off", "True", "FALSE", "Null", "NULL")),
        *((t, t) for t in ("010", "0x1F", "0o17", "1_000", "1e3", ".5", "5.", "+5", "-0", ".inf", ".nan")),
        *((t, t) for t in ("12:30", "190:20:30", "2026-03-01", "2026-03-01T12:00:00Z", "50万", "5-7", "=")),
        ("'1.10'", "1.10"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("!!int 5", 5),
        ("9" * 60, int("9" * 60)),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_keep_what_was_written(written, value):
    found = data(f"a: {written}")["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("written", ["1.10", "100", "-0.50", "0.00000001", "true", "1e3", "010", "-0.0"])
def test_plain_text_is_as_written(written):
    assert plain_text(data(f"a: {written}")["a"]) == written


def test_keys_are_text():
    assert list(data("NO: 1\n1: 2\ntrue: 3\n1.10: 4\n")) == ["NO", "1", "true", "1.10"]


def test_a_written_null_is_marked_and_a_blank_is_not():
    document, _ = parse_yaml("a: null\nb:\nc: ~\nd: 'null'\n")
    assert document.marks == {"/a": "null"}
    assert [document.root.get(k).cell().text for k in "abcd"] == ["null", "", "", "null"]


@pytest.mark.parametrize(
    ("text", "pointer", "word", "place"),
    [
        ("a: hello world", "/a", "world", (1, 10)),
        ("a: 'it''s here'", "/a", "here", (1, 11)),
        ('a: "x\\u4e2d\\ty"', "/a", "y", (1, 14)),
        ('a: "one\\\n   two"', "/a", "two", (2, 4)),
        ("a: |\n  one\n    two\n  three\n", "/a", "two", (3, 5)),
        ("a: >-\n  one\n  two\n\n  three\n", "/a", "three", (5, 3)),
        ("a: one\n  two\n", "/a", "two", (2, 3)),
        ("a: 'one\n\n   two'\n", "/a", "two", (3, 4)),
        ("x: {k: [1, '  padded']}", "/x/k/1", "padded", (1, 15)),
        ("a: &x 高价值客户\nb: *x\n", "/b", "客户", (1, 10)),
    ],
)
def test_every_character_has_its_place(text, pointer, word, place):
    document, _ = parse_yaml(text, "f.yaml")
    node = document.root
    for part in pointer.split("/")[1:]:
        node = list(node.elements())[int(part)] if part.isdecimal() else node.get(part)
    cell = node.cell()
    at = cell.span.at(cell.text.index(word))
    assert (at.line, at.column) == place


def test_key_places_and_pointers():
    document, _ = parse_yaml("a/b:\n  c~d: 1\n", "f.yaml")
    assert str(document.keys["/a~1b/c~0d"]) == "f.yaml:2:3"
    assert str(document.spans["/a~1b/c~0d"]) == "f.yaml:2:8"


def test_merge_keys_and_anchors():
    text = "base: &base {a: 1, b: 2}\nmore: &more {c: 3}\nx: {<<: *base, b: 9}\ny: {<<: [*base, *more], d: 4}\n"
    assert data(text)["x"] == {"a": 1, "b": 9}
    assert data(text)["y"] == {"a": 1, "b": 2, "c": 3, "d": 4}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["f.yaml: error R106: the file is empty"]),
        ("# only a comment\n", ["f.yaml: error R106: the file is empty"]),
        ("---\n", ["f.yaml: error R106: the file is empty"]),
        (
            "- a\n- b\n",
            ["f.yaml:1:1: error R118: the file holds a list where a mapping (`name: …`) belongs"],
        ),
        ("hello", ["f.yaml:1:1: error R118: the file holds text where a mapping (`name: …`) belongs"]),
        (
            "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 2\n",
            [
                "f.yaml:6:1: error R116: `a` stands twice in this mapping: line 1 and line 6; keep one",
                "f.yaml:5:3: error R116: `c` stands twice in this mapping: line 3 and line 5; keep one",
            ],
        ),
        ("a:\n\tb: 1\n", ["f.yaml:2:1: error R111: a tab cannot indent YAML; use spaces"]),
        ("a: @b\n", ["f.yaml:1:4: error R117: a value cannot begin with `@`; put it in quotes"]),
        (
            "a: [1,\nb: 2\n",
            ["f.yaml:3:1: error R115: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence"],
        ),
        ("a: b: c\n", ["f.yaml:1:5: error R115: not valid YAML: mapping values are not allowed in this context"]),
        ("a: 1\n---\na: 2\n", ["f.yaml:2:1: error R119: a second document begins here (`---`); a file holds one"]),
        (
            "a: !!python/object:os.system x\n",
            ["f.yaml:1:4: error R120: the tag !!python/object:os.system has no meaning here; remove it"],
        ),
        ("a: !x {b: 1}\n", ["f.yaml:1:4: error R120: the tag !x has no meaning here; remove it"]),
        ("a: *b\n", ["f.yaml:1:4: error R121: the alias *b stands before any anchor &b"]),
        ("a: &b [*b]\n", ["f.yaml:1:8: error R122: the alias *b stands within itself"]),
        ("? [a]\n: 1\n", ["f.yaml:1:3: error R123: a key must be plain text, not a list or mapping; put it in quotes"]),
        ("a: {<<: b}\n", ["f.yaml:1:9: error R124: `<<` merges mappings only"]),
        ('a: "x\\x07"\n', ["f.yaml:1:4: error R112: the character U+0007 cannot stand in a rule file; delete it"]),
        ("a: 1\nb: x\x01y\n", ["f.yaml:2:5: error R112: the character U+0001 cannot stand in a rule file; delete it"]),
    ],
)
def test_mistakes(text, expected):
    assert problems(text) == expected


def test_mistakes_in_chinese():
    assert problems("a: 1\na: 2\n", "zh") == ["f.yaml:2:1: 错误 R116: 此处“a”出现两次：第 1 行与第 2 行；请保留一个"]


# --- encodings -------------------------------------------------------------------------------------------------------

TEXT = "name: 客户分级\n"


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (TEXT.encode(), []),
        (TEXT.encode("utf-8-sig"), []),
        (TEXT.encode("gb18030"), ["r.yaml: note R109: read as GB18030; save the file as UTF-8 to be safe"]),
        (TEXT.encode("utf-16"), ["r.yaml: note R109: read as UTF-16; save the file as UTF-8 to be safe"]),
        (
            b"\xfe\xff" + TEXT.encode("utf-16-be"),
            ["r.yaml: note R109: read as UTF-16; save the file as UTF-8 to be safe"],
        ),
        (
            ("abcdef: ghijklmn\n" * 3 + TEXT).encode("utf-16-le").replace(b"a", b"a"),
            ["r.yaml: note R109: read as UTF-16; save the file as UTF-8 to be safe"],
        ),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "utf-16-be", "utf-16 without mark"],
)
def test_encodings_are_recognised(content, notes, write, monkeypatch, tmp_path):
    write(content, "r.yaml")
    monkeypatch.chdir(tmp_path)
    document, issues = read_yaml("r.yaml")
    if document is None:  # the last text repeats a key on purpose
        assert [i.code for i in issues][:1] == ["R109"]
        assert "abcdef" in issues[1].message()
    else:
        assert document.data == {"name": "客户分级"}
        assert [i.render() for i in issues] == notes


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "r.yaml: error R106: the file is empty"),
        (
            b"name: \xff\xff\n",
            "r.yaml:1: error R108: the text is neither UTF-8 nor UTF-16 nor GB18030 (byte 0xFF); save the file as UTF-8",
        ),
        (b"PK\x03\x04....", "r.yaml: error R107: this is not a text file but a zip archive or workbook"),
        (b"\xff\xfea\x00b", "r.yaml:1: error R110: the file says it is UTF-16, but is not: it is damaged here"),
        (b"\x00\x01\x02\x03", "r.yaml:1:1: error R112: the character U+0000 cannot stand in a rule file; delete it"),
    ],
)
def test_what_is_no_text_is_named(content, expected, write, monkeypatch, tmp_path):
    write(content, "r.yaml")
    monkeypatch.chdir(tmp_path)
    document, issues = read_yaml("r.yaml")
    assert document is None
    assert [i.render() for i in issues] == [expected]


# --- hostile files ---------------------------------------------------------------------------------------------------

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 2000))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "R114"),
        (BOMB.replace("[", "{k: [").replace("]", "]}"), "R114"),
        (CHAIN, "R113"),
        ("a: " + "[" * 200_000 + "]" * 200_000, "R113"),
        ("a: " + "{a: " * 200_000, "R113"),
        ("- " * 100_000, "R113"),
        ("a: " + "[" * 1_000_000, "R113"),
        ("".join(f"{' ' * i}a:\n" for i in range(200)), "R113"),
    ],
)
def test_bombs_are_refused_at_once(text, code):
    start = time.process_time()
    document, issues = parse_yaml(text, "f.yaml")
    assert document is None
    assert [i.code for i in issues] == [code]
    assert time.process_time() - start < 1.0
