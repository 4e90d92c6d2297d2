"""Plain data to YAML that people like to read: blocks for structure, one line for small things."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

WIDTH: Final = 110

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,59})(?:\.[0-9]{1,60})?")
_BLOCKS: Final = frozenset({"rules", "decisions", "kpis", "parameters", "roles", "vocabulary", "policies", "tests"})


def dump(data: Mapping[str, Any]) -> str:
    """``data`` (mappings, lists, texts, whole numbers) as YAML text; reading it gives the same data."""
    import yaml as pyyaml

    dumper = getattr(pyyaml, "CSafeDumper", pyyaml.SafeDumper)
    pieces: list[str] = []
    for key, value in data.items():  # section by section, with a blank line before each long one
        node = _mapping(pyyaml, {key: value}, flow=False)
        text = pyyaml.serialize(node, Dumper=dumper, allow_unicode=True, width=WIDTH, indent=2)
        pieces.append(("\n" if key in _BLOCKS else "") + text)
    return "".join(pieces)


def _node(pyyaml: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _mapping(pyyaml, value, flow=_is_small(value))
    if isinstance(value, list):
        items = [_node(pyyaml, item) for item in value]
        return pyyaml.SequenceNode("tag:yaml.org,2002:seq", items, flow_style=_is_small(value))
    if isinstance(value, int):
        return pyyaml.ScalarNode("tag:yaml.org,2002:int", str(value))
    return _text(pyyaml, value)


def _mapping(pyyaml: Any, value: Mapping[str, Any], flow: bool) -> Any:
    pairs = [(_text(pyyaml, key), _node(pyyaml, item)) for key, item in value.items()]
    return pyyaml.MappingNode("tag:yaml.org,2002:map", pairs, flow_style=flow)


def _text(pyyaml: Any, text: str) -> Any:
    """A scalar that reads back as this very text; numbers stand without quotes."""
    if _NUMBER.fullmatch(text) and text != "-0":
        tag = "float" if "." in text else "int"
        return pyyaml.ScalarNode(f"tag:yaml.org,2002:{tag}", text)
    style = None
    if text == "-" or text in ("<<", "="):
        style = '"'
    elif (
        "\n" in text
        and "\r" not in text
        and not re.search(r"[ \t]\n|\n\n\Z|\A[ \t\n]|[\x7f-\x9f\u2028\u2029\ufeff]", text)
    ):
        style = "|"
    return pyyaml.ScalarNode("tag:yaml.org,2002:str", text, style=style)


def _is_small(value: Any) -> bool:
    """Whether ``value`` fits on a line with its key and has no mapping of mappings in it."""
    return _length(value) <= 80 and _levels(value) <= 2


def _length(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(len(k) + 4 + _length(v) for k, v in value.items())
    if isinstance(value, list):
        return sum(2 + _length(v) for v in value)
    text = str(value)
    return 1000 if "\n" in text else sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _levels(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + max(map(_levels, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_levels, value), default=0)
    return 0
