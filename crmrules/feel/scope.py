"""What names mean where a text stands: the scope that callers give to the compiler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from crmrules.feel.builtins.declare import Builtin
from crmrules.feel.lexer import Specials
from crmrules.feel.types import ContextType, FunctionType, ListType, RangeType, Type
from crmrules.feel.words import CONSTANT, FIELD, FUNCTION, NAME, VALUE, Lexicon, Meaning, Table, build
from crmrules.model.values import Value

_EMPTY: Final[Mapping[str, Any]] = MappingProxyType({})

PROPERTIES: Final = (
    "year", "month", "day", "weekday", "hour", "minute", "second", "time offset", "timezone", "years", "months",
    "days", "hours", "minutes", "seconds", "start", "end", "start included", "end included",
)  # fmt: skip
"""The built-in properties of temporal values and ranges."""


def default_builtins() -> Mapping[str, Builtin]:
    """The language's own functions by name."""
    from crmrules.feel.builtins.registry import BUILTINS

    return BUILTINS


@dataclass(frozen=True)
class Scope:
    """The words of a rule set, as far as a text may use them.

    ``names`` are the variables (canonical name → type), ``spellings`` further ways to write names, constants and
    properties (labels, aliases → canonical name), ``constants`` words that are values (parameters whose value is
    known), ``types`` item definitions by name. ``relaxed`` allows the forgiving spelling of cells; without it the
    text is pure FEEL, where a wrong type is a null at run time and only a warning here.

    A scope is meant to be built once and used for many texts: it keeps its words in tables of tokens.
    """

    names: Mapping[str, Type] = field(default_factory=lambda: _EMPTY)
    spellings: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    constants: Mapping[str, Value] = field(default_factory=lambda: _EMPTY)
    builtins: Mapping[str, Builtin] = field(default_factory=default_builtins)
    relaxed: bool = True
    types: Mapping[str, Type] = field(default_factory=lambda: _EMPTY)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of texts that stand in no column."""
        return Lexicon(self._names[0], {}, self._fields, self._names[1], self.types, self.relaxed)

    def lexicon_with(self, values: Mapping[str, Value]) -> Lexicon:
        """The words of a column with allowed ``values``, which come before variables."""
        held = self._columns.get(id(values))
        if held is not None and held[0] is values:
            return held[1]
        table, specials = build(
            ((word, Meaning(VALUE, word, value)) for word, value in values.items()), relaxed=self.relaxed
        )
        both = {**self._names[1], **specials}
        for first in self._names[1].keys() & specials.keys():
            both[first] = tuple(sorted({*self._names[1][first], *specials[first]}, key=len, reverse=True))
        lexicon = Lexicon(self._names[0], table, self._fields, both, self.types, self.relaxed)
        if len(self._columns) < _MAX_COLUMNS:
            self._columns[id(values)] = (values, lexicon)
        return lexicon

    @cached_property
    def _columns(self) -> dict[int, tuple[Mapping[str, Value], Lexicon]]:
        return {}

    @cached_property
    def _names(self) -> tuple[Table, Specials]:
        return build(self._words(), relaxed=self.relaxed)

    def _words(self) -> Iterator[tuple[str, Meaning]]:
        for name in self.names:
            yield name, Meaning(NAME, name)
        for name in self.constants:
            yield name, Meaning(CONSTANT, name)
        for word, name in self.spellings.items():
            if name in self.names or name in self.constants:
                yield word, Meaning(NAME, name)
        for name in self.builtins:
            yield name, Meaning(FUNCTION, name)

    @cached_property
    def _fields(self) -> Table:
        fields = {name: Meaning(FIELD, name) for kind in self.names.values() for name in _field_names(kind)}
        for kind in self.types.values():
            fields.update((name, Meaning(FIELD, name)) for name in _field_names(kind))
        for name in PROPERTIES:
            fields.setdefault(name, Meaning(FIELD, name))
        for word, name in self.spellings.items():
            fields.setdefault(word, Meaning(FIELD, name))
        return build(fields.items(), relaxed=self.relaxed)[0]


_MAX_COLUMNS = 4_096


def _field_names(kind: Type, depth: int = 0) -> Iterator[str]:
    if depth > 20:
        return
    if isinstance(kind, ContextType):
        yield from kind.fields
        for inner in kind.fields.values():
            yield from _field_names(inner, depth + 1)
    elif isinstance(kind, ListType):
        yield from _field_names(kind.item, depth + 1)
    elif isinstance(kind, RangeType):
        yield from _field_names(kind.end, depth + 1)
    elif isinstance(kind, FunctionType):
        yield from _field_names(kind.result, depth + 1)
