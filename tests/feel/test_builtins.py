"""How built-ins are declared, found and called; patterns; limits; conversion to types."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from crmrules.feel.builtins import xpath_regex
from crmrules.feel.builtins.boolean import BOOLEAN_BUILTINS
from crmrules.feel.builtins.calling import call, call_named
from crmrules.feel.builtins.context import CONTEXT_BUILTINS
from crmrules.feel.builtins.conversion import CONVERSION_BUILTINS
from crmrules.feel.builtins.declare import Builtin, Failure
from crmrules.feel.builtins.lists import LIST_BUILTINS
from crmrules.feel.builtins.numeric import NUMERIC_BUILTINS
from crmrules.feel.builtins.ranges import RANGE_BUILTINS
from crmrules.feel.builtins.registry import BUILTINS, nearest
from crmrules.feel.builtins.string import STRING_BUILTINS
from crmrules.feel.builtins.temporal import TEMPORAL_BUILTINS
from crmrules.feel.conform import conform, is_instance, is_subtype, type_of
from crmrules.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    NULL,
    NUMBER,
    STRING,
    ContextType,
    FunctionType,
    ListType,
    RangeType,
    Type,
)
from crmrules.model.values import Date, DateTime, Function, Range, parse_temporal

GROUPS: tuple[tuple[Builtin, ...], ...] = (
    BOOLEAN_BUILTINS, CONTEXT_BUILTINS, CONVERSION_BUILTINS, LIST_BUILTINS, NUMERIC_BUILTINS, RANGE_BUILTINS,
    STRING_BUILTINS, TEMPORAL_BUILTINS,
)  # fmt: skip

# The spellings of named calls, where the language fixes them.
PARAMETERS = {
    "not": "negand",
    "string": "from",
    "number": "from | from, grouping separator, decimal separator",
    "date": "from | year, month, day",
    "time": "from | hour, minute, second, offset",
    "date and time": "from | date, time",
    "duration": "from",
    "years and months duration": "from, to",
    "day of week": "date",
    "range": "from",
    "substring": "string, start position, length",
    "string length": "string",
    "contains": "string, match",
    "split": "string, delimiter",
    "string join": "list, delimiter",
    "matches": "input, pattern, flags",
    "replace": "input, pattern, replacement, flags",
    "decimal": "n, scale",
    "floor": "n, scale",
    "abs": "n",
    "sqrt": "number",
    "modulo": "dividend, divisor",
    "all": "list",
    "list contains": "list, element",
    "sublist": "list, start position, length",
    "insert before": "list, position, newItem",
    "list replace": "list, position, newItem | list, match, newItem",
    "index of": "list, match",
    "sort": "list, precedes",
    "get value": "m, key",
    "get entries": "m",
    "context": "entries",
    "context put": "context, key, value | context, keys, value",
    "context merge": "contexts",
    "is": "value1, value2",
}


def test_no_name_is_declared_twice() -> None:
    names = [b.name for group in GROUPS for b in group]
    assert sorted(names) == sorted(set(names)) == sorted(BUILTINS)


@pytest.mark.parametrize("builtin", BUILTINS.values(), ids=list(BUILTINS))
def test_declaration(builtin: Builtin) -> None:
    assert builtin.doc.strip() and len(builtin.doc) < 160
    assert builtin.signatures
    for signature in builtin.signatures:
        names = [p.name for p in signature.params]
        assert len(names) == len(set(names))
        assert not any(p.variadic for p in signature.params[:-1])
        optional = [p.optional for p in signature.params]
        assert optional == sorted(optional), "an optional parameter comes before a required one"


@pytest.mark.parametrize(("name", "spellings"), PARAMETERS.items())
def test_parameter_names(name: str, spellings: str) -> None:
    shapes = dict.fromkeys(", ".join(p.name for p in s.params) for s in BUILTINS[name].signatures)
    assert " | ".join(shapes) == spellings


def test_nearest_name() -> None:
    assert nearest("string lenght") == "string length"
    assert nearest("uppercase") == "upper case"
    assert nearest("date_and_time") == "date and time"
    assert nearest("Sum") == "sum"
    assert nearest("xyzzy") is None


def test_clock_functions_take_the_instant() -> None:
    instant = DateTime.parse("2024-02-29T10:00:00+08:00")
    assert [b.name for b in BUILTINS.values() if b.clock] == ["now", "today"]
    assert BUILTINS["now"].signatures[0].call(instant) is instant
    assert BUILTINS["today"].signatures[0].call(instant) == Date(2024, 2, 29)


def reason(attempt: Callable[[], object]) -> str:
    with pytest.raises(Failure) as caught:
        attempt()
    return caught.value.reason


def test_calls_by_name() -> None:
    substring = BUILTINS["substring"]
    assert call_named(substring, {"start position": 3, "string": "foobar"}) == "obar"
    assert call_named(BUILTINS["sum"], {"list": [1, 2]}) == 3
    assert call_named(BUILTINS["time"], {"hour": 1, "minute": 2, "second": 3}) == parse_temporal("01:02:03")
    assert reason(lambda: call_named(substring, {"start": 3, "string": "foobar"})) == (
        "substring() has no parameters (start, string); it knows length, start position, string"
    )


def test_calls_with_a_wrong_count() -> None:
    assert reason(lambda: call(BUILTINS["substring"], ["a"])) == "substring() takes 2 to 3 arguments, not 1"
    assert reason(lambda: call(BUILTINS["min"], [])) == "min() takes 1 or more arguments, not 0"
    assert reason(lambda: call(BUILTINS["sqrt"], [1, 2])) == "sqrt() takes 1 argument, not 2"
    assert reason(lambda: call(BUILTINS["sqrt"], ["x"])) == 'sqrt(): number: expected number, found string "x"'


def test_single_values_and_lists_of_one() -> None:
    assert call(BUILTINS["count"], ["x"]) == 1
    assert call(BUILTINS["string length"], [["abc"]]) == 3
    assert call(BUILTINS["string length"], [None]) is None
    assert call(BUILTINS["floor"], [1, None]) is None


# --- patterns -----------------------------------------------------------------------------------------------


@pytest.fixture
def without_re2(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(xpath_regex, "_re2", lambda: None)
    xpath_regex.compile_pattern.cache_clear()
    yield
    xpath_regex.compile_pattern.cache_clear()


PATTERN_CASES = [
    ("foobar", "^fo+b", "", True),
    ("a\nb", "a.b", "", False),
    ("a\nb", "a.b", "s", True),
    ("a\nb", "^b$", "m", True),
    ("b\n", "b$", "", False),
    ("FOO", "foo", "i", True),
    ("e", "[a-z-[aeiou]]", "", False),
    ("-", r"[a\-z]", "", True),
    ("客户", r"^\p{IsCJKUnifiedIdeographs}{2}$", "", True),
    ("Ä1", r"^\p{Lu}\p{Nd}$", "", True),
    ("x y", r"^\S\s\S$", "", True),
    ("a:b", r"^\i\c*$", "", True),
    ("$5.00", r"^\$\d\.\d\d$", "", True),
    ("\U0001f40e", "^.$", "", True),
    ("\u212a", "k", "i", True),
    ("]", r"[\]]", "", True),
    ("a1", "^[^0-9]+$", "", False),
    ("2024-02-29", r"^(\d{4})-(\d{2})-(\d{2})$", "", True),
]


@pytest.mark.parametrize(("text", "pattern", "flags", "found"), PATTERN_CASES)
def test_patterns_with_re2(text: str, pattern: str, flags: str, found: bool) -> None:
    pytest.importorskip("re2", reason="needs google-re2 (extra 'regex')")
    compiled = xpath_regex.compile_pattern(pattern, flags)
    assert compiled.loops is None
    assert compiled.search(text) is found


@pytest.mark.parametrize(("text", "pattern", "flags", "found"), PATTERN_CASES)
def test_patterns_without_re2(without_re2: Any, text: str, pattern: str, flags: str, found: bool) -> None:
    compiled = xpath_regex.compile_pattern(pattern, flags)
    assert isinstance(compiled.engine, re.Pattern)
    assert compiled.search(text) is found


HOSTILE = [
    ("(a+)+$", "a" * 5_000 + "!"),
    ("(a|a)*$", "a" * 5_000 + "!"),
    ("(a|aa)+$", "a" * 5_000 + "!"),
    ("a*a*a*a*a*b", "a" * 5_000),
    ("(x+x+)+y", "x" * 5_000),
    ("(.*)*$", "a" * 5_000 + "\n"),
    ("^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 5_000),
    (r"(a+)\1+b", "a" * 5_000),
    ("(" * 200 + ")" * 200, "x"),
    ("[" * 500, "x"),
    ("a{1000}{1000}", "a"),
    ("((a{1000}){1000}){1000}", "a"),
    ("a" * 2_000, "a"),
]


@pytest.mark.parametrize(("pattern", "text"), HOSTILE)
@pytest.mark.parametrize("engine", ["re2", "re"])
def test_hostile_patterns_do_not_hang(engine: str, pattern: str, text: str, request: pytest.FixtureRequest) -> None:
    if engine == "re":
        request.getfixturevalue("without_re2")
    started = time.perf_counter()
    try:
        call(BUILTINS["matches"], [text, pattern])
    except Failure as failure:
        assert failure.reason
    assert time.perf_counter() - started < 2


def test_missing_re2_is_named(without_re2: Any) -> None:
    assert reason(lambda: call(BUILTINS["matches"], ["aa", "(a+)+"])) == (
        "a repetition inside a repetition needs RE2 (extra 'regex') and no back-reference"
    )
    assert reason(lambda: call(BUILTINS["matches"], ["a" * 5_000, "a*b*c"])) == (
        "a text of 5000 characters is too long for this pattern without RE2 (extra 'regex')"
    )


def test_half_a_character_is_a_failure() -> None:
    for text, pattern in (("\ud800", "a"), ("a", "\ud800")):
        try:
            assert call(BUILTINS["matches"], [text, pattern]) is False
        except Failure as failure:
            assert "lone surrogate" in failure.reason


# --- limits -------------------------------------------------------------------------------------------------


def test_growth_is_limited() -> None:
    many = [0] * 600_000
    for name in ("concatenate", "union"):
        assert reason(lambda name=name: call(BUILTINS[name], [many, many])) == (  # type: ignore[misc]
            "the list would have more than 1000000 items"
        )
    long = "x" * 1_000_000
    assert "longer than 1048576" in reason(lambda: call(BUILTINS["string join"], [[long, long]]))
    assert "longer than 1048576" in reason(lambda: call(BUILTINS["replace"], ["a" * 1_000, "a", long]))


def test_large_lists_stay_quick() -> None:
    many = list(range(100_000))
    started = time.perf_counter()
    assert len(call(BUILTINS["distinct values"], [many + many])) == 100_000
    assert call(BUILTINS["sum"], [many]) == 4_999_950_000
    assert call(BUILTINS["max"], [many]) == 99_999
    assert time.perf_counter() - started < 2


def test_deep_lists_are_a_failure() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    for name in ("flatten", "distinct values", "string"):
        assert reason(lambda name=name: call(BUILTINS[name], [[deep]])) == (  # type: ignore[misc]
            "the value is nested more than 100 levels deep"
        )


def test_arguments_are_not_changed() -> None:
    items, context = [3, 1, 2], {"a": {"b": 1}}
    for name, args in (
        ("append", [items, 4]),
        ("reverse", [items]),
        ("sort", [items]),
        ("remove", [items, 1]),
        ("list replace", [items, 1, 9]),
        ("insert before", [items, 1, 9]),
        ("context put", [context, ["a", "b"], 2]),
        ("context merge", [[context, {"a": 1}]]),
    ):
        call(BUILTINS[name], args)
    assert (items, context) == ([3, 1, 2], {"a": {"b": 1}})


# --- types --------------------------------------------------------------------------------------------------

POINT = ContextType(fields={"x": NUMBER, "y": NUMBER})


@pytest.mark.parametrize(
    ("value", "wanted", "result"),
    [
        (None, NUMBER, None),
        (5, ANY, 5),
        (5, NUMBER, 5),
        ([5], NUMBER, 5),
        (5, ListType(item=NUMBER), [5]),
        ([5, None], ListType(item=NUMBER), [5, None]),
        (Date(2024, 2, 29), DATE_TIME, DateTime.midnight(Date(2024, 2, 29), 0)),
        ([Date(2024, 2, 29)], DATE_TIME, DateTime.midnight(Date(2024, 2, 29), 0)),
        ({"x": 1, "y": None, "z": 3}, POINT, {"x": 1, "y": None, "z": 3}),
        (Range(1, 2), RangeType(end=NUMBER), Range(1, 2)),
    ],
)
def test_conform(value: object, wanted: Type, result: object) -> None:
    assert conform(value, wanted) == result


@pytest.mark.parametrize(
    ("value", "wanted", "message"),
    [
        ("5", NUMBER, 'expected number, found string "5"'),
        (True, NUMBER, "expected number, found boolean"),
        ([1, 2], NUMBER, "expected number, found list<number>"),
        (["a"], ListType(item=NUMBER), "expected list<number>, found list<string>"),
        ({"x": 1}, POINT, "expected context<x: number, y: number>, found context"),
        (DateTime.midnight(Date(2024, 1, 1)), DATE, "expected date, found date and time"),
        (Range("a", "b"), RangeType(end=NUMBER), "expected range<number>, found range<string>"),
    ],
)
def test_what_does_not_conform(value: object, wanted: Type, message: str) -> None:
    assert reason(lambda: conform(value, wanted)) == message


@pytest.mark.parametrize(
    ("value", "wanted", "result"),
    [
        (None, ANY, False),
        (None, NULL, True),
        (1, ANY, True),
        (True, NUMBER, False),
        (True, BOOLEAN, True),
        ([1], NUMBER, False),
        ([1, None], ListType(item=NUMBER), True),
        ([1, "a"], ListType(item=NUMBER), False),
        ({"x": 1, "y": None}, POINT, True),
        ({"x": 1}, POINT, False),
        (Range(1, 2), RangeType(end=STRING), False),
        (Function(("a",), lambda a: a), FunctionType(params=(ANY,)), True),
        (Function(("a",), lambda a: a), FunctionType(params=(ANY, ANY)), False),
    ],
)
def test_instance_of(value: object, wanted: Type, result: bool) -> None:
    assert is_instance(value, wanted) is result


def test_type_of() -> None:
    assert str(type_of([1, 2, None])) == "list<number>"
    assert str(type_of([1, "a"])) == "list<Any>"
    assert str(type_of({"a": [Range(1, 2)]})) == "context<a: list<range<number>>>"
    assert is_subtype(type_of({"x": 1, "y": 2, "z": "a"}), POINT)
    assert not is_subtype(POINT, type_of({"x": 1, "z": "a"}))
