"""YAML (and JSON, its subset) to a document, with the place of every character and nothing changed on the way.

The parser's events are read one by one onto an own stack, so that depth, size and aliases are bounded while reading.
Scalars keep what was written: only ``true`` and ``false`` are booleans, only plain decimal numbers are numbers
(``1.10`` keeps its zero, ``010``, ``1e3``, ``12:30``, ``2026-03-01``, ``NO`` and ``yes`` stay text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.spans import Span
from crmrules.rulesets.document import BARE, Document, child
from crmrules.rulesets.textfile import decode, read_bytes
from crmrules.rulesets.yaml_places import segments

MAX_BYTES: Final = 32_000_000
MAX_DEPTH: Final = 40
MAX_NODES: Final = 1_000_000
"""Values and keys of one file, those that aliases repeat included."""

_INTEGER = re.compile(r"-?[1-9][0-9]{0,59}|0")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,59})\.[0-9]{1,60}")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_STANDARD = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset({"!", *(_STANDARD + t for t in ("str", "map", "seq", "int", "float", "bool", "null"))})


def read_yaml(path: str | Path, file: str | None = None) -> tuple[Document | None, list[Issue]]:
    """Read a YAML or JSON file whose top level is a mapping.

    ``file`` is the name that places show; by default the path as given. Returns the document (None when it cannot be
    used) and everything there is to say about it.
    """
    name = str(path) if file is None else file
    data, issues = read_bytes(Path(path), name, MAX_BYTES)
    if data is None:
        return None, issues
    text, more = decode(data, name)
    issues += more
    if text is None:
        return None, issues
    document, more = parse_yaml(text, name)
    return document, issues + more


def parse_yaml(text: str, file: str = "") -> tuple[Document | None, list[Issue]]:
    """Read YAML text; see :func:`read_yaml`."""
    if not text.strip("\ufeff \t\r\n"):
        return None, [issue("R106", Span(file))]
    reader = _Reader(text, file)
    try:
        root = reader.compose()
    except _Stop as stop:
        return None, [*reader.issues, stop.issue]
    if root is None or root.value is None or (root.kind == _SCALAR and root.value == ""):
        return None, [*reader.issues, issue("R106", Span(file))]
    if root.kind != _MAPPING:
        kind = ("a list", "列表") if root.kind == _SEQUENCE else ("text", "文本")
        return None, [*reader.issues, issue("R118", reader.span(root), found=kind[0], found_zh=kind[1])]
    builder = _Builder(reader)
    value = builder.build(root, "")
    issues = reader.issues
    if has_errors(issues):
        return None, issues
    return Document(value, builder.spans, (file,), builder.keys, builder.marks), issues


class _Stop(Exception):
    """Reading cannot go on; carries the one issue that says why."""

    def __init__(self, problem: Issue) -> None:
        self.issue = problem
        super().__init__(problem.code)


_SCALAR, _SEQUENCE, _MAPPING = "scalar", "sequence", "mapping"


class _Node:
    """One node of the file. ``value``: text, or the list of children, or of (key, child) pairs.

    ``weight`` counts the nodes below and ``height`` the levels, through aliases too.
    """

    __slots__ = ("column", "end", "flow", "height", "kind", "line", "plain", "start", "style", "value", "weight")

    def __init__(self, kind: str, value: Any, line: int, column: int) -> None:
        self.kind, self.value = kind, value
        self.line, self.column = line, column
        self.weight = self.height = 1
        self.plain = self.flow = False
        self.style: str | None = None
        self.start = self.end = 0


class _Reader:
    """The file as a tree of nodes, and the issues met on the way."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.issues: list[Issue] = []

    def compose(self) -> _Node | None:
        """The root node of the only document; raises :class:`_Stop`."""
        import yaml as pyyaml

        root: _Node | None = None
        anchors: dict[str, _Node | None] = {}
        stack: list[tuple[_Node, str | None, list[_Node]]] = []  # container, its anchor, a key waiting for its value
        count = 0
        for event in self._events(pyyaml):
            kind = type(event)
            if kind is pyyaml.ScalarEvent:
                node = self._scalar(event)
                count += 1
            elif kind is pyyaml.MappingStartEvent or kind is pyyaml.SequenceStartEvent:
                if len(stack) >= MAX_DEPTH:
                    raise _Stop(issue("R113", self._at(event.start_mark), limit=MAX_DEPTH))
                what = _MAPPING if kind is pyyaml.MappingStartEvent else _SEQUENCE
                node = _Node(what, [], event.start_mark.line + 1, event.start_mark.column + 1)
                node.flow = bool(event.flow_style)
                self._check_tag(event)
                if event.anchor:
                    anchors[event.anchor] = None
                stack.append((node, event.anchor, []))
                count += 1
                continue
            elif kind is pyyaml.MappingEndEvent or kind is pyyaml.SequenceEndEvent:
                node, anchor, _ = stack.pop()
                if anchor:
                    anchors[anchor] = node
            elif kind is pyyaml.AliasEvent:
                node = self._aliased(event, anchors)
            elif kind is pyyaml.DocumentStartEvent and root is not None:
                raise _Stop(issue("R119", self._at(event.start_mark)))
            else:
                continue
            if kind is pyyaml.ScalarEvent and event.anchor:
                anchors[event.anchor] = node
            if count > MAX_NODES:
                raise _Stop(issue("R114", Span(self.file), limit=f"{MAX_NODES:,}"))
            if not stack:
                root = node
                continue
            parent, _, waiting = stack[-1]
            parent.weight += node.weight
            parent.height = max(parent.height, node.height + 1)
            if parent.height + len(stack) > MAX_DEPTH + 1:
                raise _Stop(issue("R113", self._at(event.start_mark), limit=MAX_DEPTH))
            if parent.weight > MAX_NODES:
                raise _Stop(issue("R114", self._at(event.start_mark), limit=f"{MAX_NODES:,}"))
            if parent.kind == _SEQUENCE:
                parent.value.append(node)
            elif waiting:
                parent.value.append((waiting.pop(), node))
            else:
                waiting.append(node)
        return root

    def _events(self, pyyaml: Any) -> Iterator[Any]:
        try:
            yield from pyyaml.parse(self.text, Loader=getattr(pyyaml, "CSafeLoader", pyyaml.SafeLoader))
        except pyyaml.MarkedYAMLError as error:
            raise _Stop(self._syntax(error)) from None
        except pyyaml.reader.ReaderError as error:
            where = self._offset(error.position)
            raise _Stop(issue("R112", where, found=f"U+{_code_point(error.character):04X}")) from None

    def _syntax(self, error: Any) -> Issue:
        mark = error.problem_mark or error.context_mark
        span = self._at(mark) if mark is not None else Span(self.file)
        problem = str(error.problem or error.context or "")
        lines = self.text.splitlines()
        line = lines[mark.line] if mark is not None and mark.line < len(lines) else ""
        if "cannot start any token" in problem:
            character = line[mark.column : mark.column + 1]
            if character == "\t":
                return issue("R111", span)
            return issue("R117", span, found=character, problem=problem)
        if error.context:
            problem = f"{problem} {error.context}"
        return issue("R115", span, problem=problem)

    def _scalar(self, event: Any) -> _Node:
        mark, end = event.start_mark, event.end_mark
        node = _Node(_SCALAR, event.value, mark.line + 1, mark.column + 1)
        node.style = event.style
        node.start, node.end = mark.index, end.index
        node.plain = event.implicit[0]
        if event.tag:
            self._check_tag(event)
            node.plain = event.tag.startswith(_STANDARD) and event.tag != _STANDARD + "str"
        if _UNREADABLE.search(event.value):
            found = next(iter(_UNREADABLE.findall(event.value)))
            self.issues.append(issue("R112", self._at(mark), found=f"U+{ord(found):04X}"))
        return node

    def _check_tag(self, event: Any) -> None:
        if event.tag and event.tag not in _KNOWN_TAGS:
            tag = event.tag.replace(_STANDARD, "!!")
            self.issues.append(issue("R120", self._at(event.start_mark), found=tag))

    def _aliased(self, event: Any, anchors: dict[str, _Node | None]) -> _Node:
        if event.anchor not in anchors:
            raise _Stop(issue("R121", self._at(event.start_mark), found=event.anchor))
        node = anchors[event.anchor]
        if node is None:
            raise _Stop(issue("R122", self._at(event.start_mark), found=event.anchor))
        return node

    def _at(self, mark: Any) -> Span:
        return Span(self.file, mark.line + 1, mark.column + 1)

    def _offset(self, position: int) -> Span:
        before = self.text[:position]
        return Span(self.file, before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1)

    def span(self, node: _Node) -> Span:
        """The node's place, with the place of every character for scalars."""
        if node.kind != _SCALAR:
            return Span(self.file, node.line, node.column)
        if node.style is None and node.end - node.start == len(node.value):
            inner: tuple[tuple[int, int, int], ...] = ((0, node.line, node.column),)
        elif node.style in ("'", '"') and node.end - node.start - 2 == len(node.value):
            inner = ((0, node.line, node.column + 1),)
        else:
            raw = self.text[node.start : node.end]
            inner = segments(raw, node.value, node.style, node.line, node.column)
        return Span(self.file, node.line, node.column, inner=inner)


class _Builder:
    """Nodes to plain data, with a span for every JSON pointer."""

    def __init__(self, reader: _Reader) -> None:
        self.reader = reader
        self.spans: dict[str, Span] = {}
        self.keys: dict[str, Span] = {}
        self.marks: dict[str, str] = {}

    def build(self, node: _Node, pointer: str) -> Any:
        """The node's value; depth is bounded by the reader."""
        self.spans[pointer] = self.reader.span(node)
        if node.kind == _SEQUENCE:
            return [self.build(item, f"{pointer}/{i}") for i, item in enumerate(node.value)]
        if node.kind == _MAPPING:
            return self._mapping(node, pointer)
        if not node.plain:
            return node.value
        if node.value == "null":
            self.marks[pointer] = "null"
        return _resolved(node.value)

    def _mapping(self, node: _Node, pointer: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, (key_node, value) in self._entries(node).items():
            place = child(pointer, key)
            self.keys[place] = Span(self.reader.file, key_node.line, key_node.column)
            result[key] = self.build(value, place)
            if node.flow and result[key] is None and value.value == "":
                self.marks[place] = BARE
        return result

    def _entries(self, node: _Node) -> dict[str, tuple[_Node, _Node]]:
        """Keys with their key and value nodes: what ``<<`` merges, overruled by what is written out."""
        entries: dict[str, tuple[_Node, _Node]] = {}
        own: dict[str, _Node] = {}
        for key, value in node.value:
            if key.kind != _SCALAR:
                self._report(issue("R123", self.reader.span(key)))
            elif key.plain and key.value == "<<":
                for source in value.value if value.kind == _SEQUENCE else [value]:
                    if source.kind != _MAPPING:
                        self._report(issue("R124", self.reader.span(source)))
                        continue
                    for name, entry in self._entries(source).items():
                        entries.setdefault(name, entry)
            elif key.value in own:
                span = Span(self.reader.file, key.line, key.column)
                self._report(issue("R116", span, key=key.value, first=own[key.value].line, second=key.line))
            else:
                own[key.value] = key
                entries[key.value] = (key, value)
        return entries

    def _report(self, problem: Issue) -> None:
        if problem not in self.reader.issues:  # an aliased mapping is built more than once
            self.reader.issues.append(problem)


def _resolved(text: str) -> Any:
    """The value of a plain scalar."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def _code_point(character: Any) -> int:
    return character if isinstance(character, int) else ord(character)
