"""Built-ins on lists: counting, aggregates, membership, order, and lists made from lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from crmrules.feel.builtins.comparison import identity_key, order, order_key, same
from crmrules.feel.builtins.declare import Builtin, Failure, Param, Signature
from crmrules.feel.builtins.limits import check_count, check_depth
from crmrules.feel.builtins.operators import add, div, mul, sub
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, FunctionType, ListType, Type
from crmrules.model.numbers import FEEL_CONTEXT, Number, as_int, fit
from crmrules.model.values import Function, Value, kind_of

_LIST = ListType()
Items = list[Value]
_NUMBERS = {int, Decimal}
_OWN_ORDER = ({int}, {Decimal}, {str})  # Python's own order is FEEL's


# --- aggregates ---------------------------------------------------------------------------------------------


def _extreme(items: Items, sign: int) -> Value:
    if not items or any(item is None for item in items):
        return None
    if set(map(type, items)) in _OWN_ORDER:
        return min(items) if sign < 0 else max(items)
    best = items[0]
    for item in items:
        if order(item, best) == sign:
            best = item
    return best


def _numbers(items: Items) -> list[Number] | None:
    """The items when all are numbers; None when one is null or there is none."""
    if not set(map(type, items)) <= _NUMBERS:
        for item in items:
            if item is not None and type(item) not in _NUMBERS:
                raise Failure(f"the list has {kind_of(item)} among the numbers")
        return None
    return items or None


def _sum(items: Items) -> Number | None:
    values = _numbers(items)
    if values is None:
        return None
    if set(map(type, values)) == {int}:
        return fit(sum(values))
    total: Number = 0
    for value in values:
        total = add(total, value)
    return total


def _product(items: Items) -> Number | None:
    values = _numbers(items)
    if values is None:
        return None
    total: Number = 1
    for value in values:
        total = mul(total, value)
    return total


def _mean(items: Items) -> Number | None:
    total = _sum(items)
    return None if total is None else div(total, len(items))


def _median(items: Items) -> Number | None:
    values = _numbers(items)
    if values is None:
        return None
    ranked = sorted(values)
    half, odd = divmod(len(ranked), 2)
    return ranked[half] if odd else div(add(ranked[half - 1], ranked[half]), 2)


def _stddev(items: Items) -> Number | None:
    """The sample's standard deviation; fewer than two numbers have none."""
    values = _numbers(items)
    if values is None or len(values) < 2:
        return None
    mean = div(_sum(items), len(values))
    squares = _sum([mul(d, d) for d in (sub(value, mean) for value in values)])
    return FEEL_CONTEXT.sqrt(div(squares, len(values) - 1))


def _mode(items: Items) -> Items | None:
    if not items:
        return []
    values = _numbers(items)
    if values is None:
        return None
    counts: dict[Number, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    most = max(counts.values())
    return sorted(value for value, count in counts.items() if count == most)


# --- membership ---------------------------------------------------------------------------------------------


def _contains(items: Items | None, element: Value) -> bool | None:
    return None if items is None else any(same(item, element) for item in items)


def _index_of(items: Items | None, match: Value) -> Items | None:
    return None if items is None else [i for i, item in enumerate(items, 1) if same(item, match)]


def distinct(items: Sequence[Value]) -> Items:
    """Without repetitions; the first of each stays, in order."""
    seen: set[Any] = set()
    result: Items = []
    for item in items:
        key = identity_key(item)
        if key not in seen:
            seen.add(key)
            result.append(item)
    return result


# --- lists from lists ---------------------------------------------------------------------------------------


def position_in(position: Number, size: int) -> int:
    """The 0-based index of a 1-based or negative position, cut to a whole number; fails outside the list."""
    try:
        whole = as_int(position)
    except OverflowError:
        whole = 0
    if whole == 0 or abs(whole) > size:
        raise Failure(f"position {position} is outside the list of {size}")
    return whole - 1 if whole > 0 else size + whole


def _sublist(items: Items, start: Number, length: Number | None) -> Items:
    begin = position_in(start, len(items))
    if length is None:
        return items[begin:]
    if not 1 <= length <= len(items) - begin:
        raise Failure(f"length {length} is outside 1..{len(items) - begin}")
    return items[begin : begin + int(length)]


def _insert_before(items: Items | None, position: Number | None, new_item: Value) -> Items | None:
    if items is None or position is None:
        return None
    index = position_in(position, len(items))
    return [*items[:index], new_item, *items[index:]]


def _remove(items: Items, position: Number) -> Items:
    index = position_in(position, len(items))
    return [*items[:index], *items[index + 1 :]]


def _replace_at(items: Items | None, position: Number | None, new_item: Value) -> Items | None:
    if items is None or position is None:
        return None
    index = position_in(position, len(items))
    return [*items[:index], new_item, *items[index + 1 :]]


def _replace_matching(items: Items | None, match: Function | None, new_item: Value) -> Items | None:
    if items is None or match is None:
        return None
    if len(match.params) != 2:
        raise Failure(f"match is a function of two, (item, newItem), not of {len(match.params)}")
    result = []
    for item in items:
        hit = match.call(item, new_item)
        if type(hit) is not bool:
            raise Failure(f"match gave {kind_of(hit)}, not true or false")
        result.append(new_item if hit else item)
    return result


def _append(items: Items | None, new_items: Items) -> Items | None:
    if items is None:
        return None
    check_count(len(items) + len(new_items))
    return [*items, *new_items]


def _concatenate(lists: Sequence[Items | None]) -> Items | None:
    parts = [part for part in lists if part is not None]
    if len(parts) < len(lists):
        return None
    check_count(sum(map(len, parts)))
    return [item for part in parts for item in part]


def _union(lists: Sequence[Items | None]) -> Items | None:
    joined = _concatenate(lists)
    return None if joined is None else distinct(joined)


def _flatten(items: Items) -> Items:
    result: Items = []
    open_lists = [iter(items)]
    while open_lists:
        for item in open_lists[-1]:
            if type(item) is list:
                check_depth(len(open_lists))
                open_lists.append(iter(item))
                break
            result.append(item)
        else:
            open_lists.pop()
        check_count(len(result))
    return result


def _sort(items: Items, precedes: Function | None) -> Items:
    if precedes is None:
        for item in items:
            order(items[0], item)  # one ordered kind, or a failure that says which two are not
        return sorted(items, key=order_key)
    if len(precedes.params) != 2:
        raise Failure(f"precedes is a function of two, (x, y), not of {len(precedes.params)}")

    def compare(x: Value, y: Value) -> int:
        if precedes.call(x, y) is True:
            return -1
        return 1 if precedes.call(y, x) is True else 0

    return sorted(items, key=cmp_to_key(compare))


# --- static types -------------------------------------------------------------------------------------------


def _items_type(types: Sequence[Type]) -> Type:
    return types[0].item if types and isinstance(types[0], ListType) else (types[0] if types else ANY)


def _same_list(types: Sequence[Type]) -> Type:
    return ListType(item=_items_type(types))


def _common_type(types: Sequence[Type]) -> Type:
    return types[0] if types and all(t == types[0] for t in types) else ANY


def _common_list(types: Sequence[Type]) -> Type:
    return ListType(item=_common_type([_items_type([t]) for t in types]))


def _appended(types: Sequence[Type]) -> Type:
    return ListType(item=_common_type([_items_type(types[:1]), *types[1:]]))


# --- declarations -------------------------------------------------------------------------------------------

_L = Param("list", _LIST)
_POSITION = Param("position", NUMBER)
_NEW = Param("newItem")


def _aggregate(
    name: str, call: Callable[[Items], Value], doc: str, item: Type = NUMBER, result: Type | None = None
) -> Builtin:
    """One list, or the items one by one."""
    given: Any = result if result is not None else _items_type
    each: Any = result if result is not None else _common_type
    return Builtin(
        name,
        (
            Signature((Param("list", ListType(item=item)),), call, given),
            Signature((Param("list", item, variadic=True),), call, each, nulls=True),
        ),
        doc=doc,
    )


def _plain(name: str, params: tuple[Param, ...], call: Callable[..., Value], result: Any, doc: str) -> Builtin:
    return Builtin(name, (Signature(params, call, result),), doc=doc)


_MATCH = FunctionType()  # its parameters and result are looked at when it runs

LIST_BUILTINS: tuple[Builtin, ...] = (
    _plain("count", (_L,), len, NUMBER, "count([1, null]) is 2."),
    _aggregate("min", lambda items: _extreme(items, -1), "min([3, 1, 2]) is 1.", ANY),
    _aggregate("max", lambda items: _extreme(items, 1), "max([3, 1, 2]) is 3.", ANY),
    _aggregate("sum", _sum, "sum([1, 2]) is 3; of no number null.", result=NUMBER),
    _aggregate("product", _product, "product([2, 3, 4]) is 24.", result=NUMBER),
    _aggregate("mean", _mean, "mean([1, 2]) is 1.5: the average.", result=NUMBER),
    _aggregate("median", _median, "median([8, 2, 5]) is 5: the middle one.", result=NUMBER),
    _aggregate("stddev", _stddev, "stddev([2, 4, 7, 5]): of a sample; needs two.", result=NUMBER),
    _aggregate(
        "mode", _mode, "mode([6, 3, 9, 6, 6]) is [6]: the most frequent, ascending.", result=ListType(item=NUMBER)
    ),
    Builtin(
        "list contains",
        (Signature((_L, Param("element")), _contains, BOOLEAN, nulls=True),),
        doc="list contains([1, 2], 2) is true.",
    ),
    Builtin(
        "index of",
        (Signature((_L, Param("match")), _index_of, ListType(item=NUMBER), nulls=True),),
        doc="index of([1, 2, 1], 1) is [1, 3].",
    ),
    _plain("distinct values", (_L,), distinct, _same_list, "distinct values([1, 2, 1]) is [1, 2]."),
    _plain("reverse", (_L,), lambda items: items[::-1], _same_list, "reverse([1, 2]) is [2, 1]."),
    _plain(
        "sublist",
        (_L, Param("start position", NUMBER), Param("length", NUMBER, optional=True)),
        _sublist,
        _same_list,
        "sublist([4, 5, 6], 2) is [5, 6]; sublist([4, 5, 6], 1, 2) is [4, 5]; -1 is the last.",
    ),
    Builtin(
        "insert before",
        (Signature((_L, _POSITION, _NEW), _insert_before, _LIST, nulls=True),),
        doc="insert before([1, 3], 2, 2) is [1, 2, 3].",
    ),
    _plain("remove", (_L, _POSITION), _remove, _same_list, "remove([1, 2, 3], 2) is [1, 3]."),
    Builtin(
        "list replace",
        (
            Signature((_L, _POSITION, _NEW), _replace_at, _LIST, nulls=True),
            Signature((_L, Param("match", _MATCH), _NEW), _replace_matching, _LIST, nulls=True),
        ),
        doc="list replace([1, 2], 2, 9) is [1, 9]; with a function(item, newItem), the items it is true for.",
    ),
    Builtin(
        "append",
        (Signature((_L, Param("item", ANY, variadic=True)), _append, _appended, nulls=True),),
        doc="append([1], 2, 3) is [1, 2, 3].",
    ),
    Builtin(
        "concatenate",
        (Signature((Param("list", _LIST, variadic=True),), _concatenate, _common_list),),
        doc="concatenate([1, 2], [3]) is [1, 2, 3].",
    ),
    Builtin(
        "union",
        (Signature((Param("list", _LIST, variadic=True),), _union, _common_list),),
        doc="union([1, 2], [2, 3]) is [1, 2, 3].",
    ),
    _plain("flatten", (_L,), _flatten, _LIST, "flatten([[1, [2]], 3]) is [1, 2, 3]."),
    _plain(
        "sort",
        (_L, Param("precedes", _MATCH, optional=True)),
        _sort,
        _same_list,
        "sort([3, 1], function(x, y) x < y) is [1, 3]; without a function, ascending.",
    ),
)
