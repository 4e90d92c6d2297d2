"""Built-ins on contexts. None changes its argument."""

from __future__ import annotations

from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.builtins.limits import check_depth
from crmrules.feel.types import STRING, ContextType, ListType
from crmrules.model.values import Value, kind_of

Context = dict[str, Value]


def _get_value(m: Context, key: str) -> Value:
    return m.get(key)


def _get_entries(m: Context) -> list[Context]:
    return [{"key": key, "value": value} for key, value in m.items()]


def _context(entries: list[Value]) -> Context:
    result: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or "key" not in entry or "value" not in entry:
            raise Failure("an entry is a context with key and value")
        key = entry["key"]
        if not isinstance(key, str):
            raise Failure(f"a key is a string, not {kind_of(key)}")
        if key in result:
            raise Failure(f"the key {key!r} is there twice")
        result[key] = entry["value"]
    return result


def _put(context: Context | None, key: str | None, value: Value) -> Context | None:
    if context is None or key is None:
        return None
    return {**context, key: value}


def _put_path(context: Context | None, keys: list[Value] | None, value: Value) -> Context | None:
    if context is None or keys is None:
        return None
    if not keys:
        raise Failure("the path is empty")
    check_depth(len(keys))
    result = dict(context)
    inner = result
    for depth, key in enumerate(keys):
        if not isinstance(key, str):
            raise Failure(f"step {depth + 1} of the path is {kind_of(key)}, not a string")
        if depth == len(keys) - 1:
            inner[key] = value
            break
        below = inner.get(key)
        if not isinstance(below, dict):
            raise Failure(f"there is no context at {key!r}")
        inner[key] = dict(below)
        inner = inner[key]
    return result


def _merge(contexts: list[Value]) -> Context | None:
    result: Context = {}
    for item in contexts:
        if item is None:
            return None
        if not isinstance(item, dict):
            raise Failure(f"context merge() takes contexts, not {kind_of(item)}")
        result.update(item)
    return result


_M = Param("m", ContextType())
_CONTEXT = Param("context", ContextType())

CONTEXT_BUILTINS: tuple[Builtin, ...] = (
    Builtin(
        "get value",
        (Signature((_M, Param("key", STRING)), _get_value),),
        doc='get value({a: 1}, "a") is 1; null for a key that is not there.',
    ),
    Builtin(
        "get entries",
        (Signature((_M,), _get_entries, ListType(item=ContextType())),),
        doc='get entries({a: 1}) is [{key: "a", value: 1}].',
    ),
    Builtin(
        "context",
        (Signature((Param("entries", ListType()),), _context, ContextType()),),
        doc='context([{key: "a", value: 1}]) is {a: 1}.',
    ),
    Builtin(
        "context put",
        (
            Signature((_CONTEXT, Param("key", STRING), Param("value")), _put, ContextType(), nulls=True),
            Signature((_CONTEXT, Param("keys", ListType()), Param("value")), _put_path, ContextType(), nulls=True),
        ),
        doc='context put({a: 1}, "b", 2) is {a: 1, b: 2}; a list of keys is a path to an inner context.',
    ),
    Builtin(
        "context merge",
        (Signature((Param("contexts", ListType()),), _merge, ContextType()),),
        doc="context merge([{a: 1}, {a: 2, b: 3}]) is {a: 2, b: 3}: later ones win, inner contexts are replaced.",
    ),
)
