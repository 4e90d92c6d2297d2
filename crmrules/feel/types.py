"""FEEL's types, as the checker and the built-ins speak of them.

A type is a small frozen value: ``NUMBER``, ``ListType(STRING)``, ``ContextType({"amount": NUMBER})``.
``ANY`` is "not known here": it is compatible with everything, so only what is certainly wrong is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Type:
    """A type without parts; ``name`` is FEEL's own spelling (``"date and time"``)."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class ListType(Type):
    """``list<T>``."""

    name: str = field(default="list", init=False)
    item: Type = field(default_factory=lambda: ANY)

    def __str__(self) -> str:
        return f"list<{self.item}>"


@dataclass(frozen=True, slots=True)
class RangeType(Type):
    """``range<T>``."""

    name: str = field(default="range", init=False)
    end: Type = field(default_factory=lambda: ANY)

    def __str__(self) -> str:
        return f"range<{self.end}>"


@dataclass(frozen=True, slots=True)
class ContextType(Type):
    """``context<a: T, …>``; ``open`` contexts may have further keys that are not known here."""

    name: str = field(default="context", init=False)
    fields: Mapping[str, Type] = field(default_factory=lambda: MappingProxyType({}))
    open: bool = True

    def __hash__(self) -> int:
        return hash(tuple(self.fields))

    def __str__(self) -> str:
        return "context<" + ", ".join(f"{k}: {v}" for k, v in self.fields.items()) + ">"


@dataclass(frozen=True, slots=True)
class FunctionType(Type):
    """``function<T, …> -> R``."""

    name: str = field(default="function", init=False)
    params: tuple[Type, ...] = ()
    result: Type = field(default_factory=lambda: ANY)

    def __str__(self) -> str:
        return "function<" + ", ".join(map(str, self.params)) + f"> -> {self.result}"


ANY: Type = Type("Any")
NULL = Type("Null")
NUMBER = Type("number")
STRING = Type("string")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATE_TIME = Type("date and time")
DAYS_DURATION = Type("days and time duration")
MONTHS_DURATION = Type("years and months duration")
