"""Core to one Python function: generated text, notes, laziness, limits, equality of the two ways to run."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmrules.feel.closures import closure
from crmrules.feel.compiler import Compiled, Scope, compile_expression, compile_unary
from crmrules.feel.notes import Note
from crmrules.feel.python import generate, generate_source
from crmrules.feel.types import ANY, BOOLEAN, NUMBER, STRING, ListType
from crmrules.model.values import DateTime, Value

SCOPE = Scope(
    names={"n": NUMBER, "m": NUMBER, "s": STRING, "b": BOOLEAN, "x": ANY, "xs": ListType(NUMBER), "os.system": STRING}
)


def compiled(text: str) -> Compiled:
    found, issues = compile_expression(text, SCOPE)
    assert found is not None, [i.message() for i in issues]
    return found


def run(text: str, **env: Value) -> tuple[Value, list[Note]]:
    notes: list[Note] = []
    return compiled(text).call(env, notes), notes


HOSTILE = '"__import__(\'os\')" + os.system + "\\"\\n)" + {eval: s, "import os": n}.eval'


def test_generated_text_has_no_user_text() -> None:
    """Names, strings and numbers are data; the text holds generated identifiers and helpers only."""
    source, data = generate_source(compiled(HOSTILE).core)
    words = set(re.findall(r"[A-Za-z_]+\d*", source))
    generated = {w for w in words if re.fullmatch(r"[ktvxyf]\d+", w)}
    assert words - generated == {
        "def", "V", "E", "N", "None", "R", "try", "get", "add", "except", "Failure", "as", "e", "note", "return",
        "RecursionError", "type", "is", "dict", "if", "else", "path",
    }  # fmt: skip
    assert not re.search(r"['\"]", source)
    assert {"os.system", "eval", "import os", "__import__('os')"} <= {v for v in data.values() if isinstance(v, str)}


def test_notes_say_why_and_where() -> None:
    assert run('x + 1 > 3 or s = "a"', x="abc", s="b") == (
        None, [Note("cannot calculate string + number", 0, 5)],
    )  # fmt: skip
    assert run("n / m", n=1, m=0) == (None, [Note("division by zero", 0, 5)])
    assert run("x.foo", x=5) == (None, [Note("number has no 'foo'", 0, 5)])


def test_plain_nulls_are_no_failures() -> None:
    for text in ("n + 1", "n > 5", "x.y", "xs[9]", "n between 1 and 5", "sum(xs)", "x[1].a", "not(x)"):
        assert run(text) == (None, [])


def test_values_of_a_wrong_type_are_noted() -> None:
    assert run("n > 5", n="a") == (None, [Note("a value does not have its declared type", 0, 5)])
    test, _ = compile_unary("> 5", SCOPE, input=NUMBER)
    notes: list[Note] = []
    assert test is not None and test.test("a", {}, notes) is None
    assert notes == [Note("a value does not have its declared type", 0, 3)]


def test_branches_are_lazy() -> None:
    assert run("if n = 0 then 0 else 1 / n", n=0) == (0, [])
    assert run("n = 0 or 1 / n > 2", n=0) == (True, [])
    assert run("n != 0 and 1 / n > 2", n=0) == (False, [])


def test_the_clock_is_a_variable() -> None:
    moment = DateTime.parse("2026-03-01T09:30:00")
    assert compiled("now()").call({"as_of": moment}) == moment
    assert str(compiled("today()").call({"as_of": moment})) == "2026-03-01"


def test_bounds_on_work() -> None:
    assert run("for i in 1..2000, j in 1..2000 return i") == (None, [Note("more than 1,000,000 steps", 0, 39)])
    assert run("for i in 1..10000000 return i")[1][0].reason == "an iteration of more than 100,000 values"
    value, notes = run("{f: function(k) f(k + 1), r: f(1)}.r")
    assert value is None and notes[0].reason == "functions call each other more than 100 deep"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("if b then " * 90 + "1" + " else 2" * 90, 1),
        ("(" * 90 + "n" + ")" * 90, 7),
        (" and ".join(["n > 0"] * 3_000), True),
        ("for i in [1] return " * 40 + "n", None),
        ("some i in [1] satisfies " * 40 + "i > 0", True),
        ("(function(k) " * 45 + "n" + ")(1)" * 45, 7),
        ("[[1]]" + "[1][true]" * 60, [1]),
        ("b and (" * 90 + "b" + ")" * 90, True),
        (" + ".join(["n"] * 190), 7 * 190),
    ],
    ids=lambda value: str(value)[:14],
)
def test_deep_but_legal(text: str, value: Value) -> None:
    found, notes = run(text, n=7, b=True)
    assert notes == []
    assert value is None or found == value


def test_deep_callers_get_an_issue() -> None:
    """A stack that is nearly used up ends in an issue, never in a RecursionError."""

    def dig(depth: int) -> list[str]:
        if depth:
            return dig(depth - 1)
        _, issues = compile_expression("(" * 95 + "n" + ")" * 95, SCOPE)
        return [i.code for i in issues]

    assert dig(700) == ["F105"]


def test_partial_results_do_not_change_later() -> None:
    assert run("for i in 1..3 return partial")[0] == [[], [[]], [[], [[]]]]


def test_one_compiled_function_serves_many_threads() -> None:
    total = compiled("sum(for i in xs return i * n)")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda k: total.call({"xs": list(range(50)), "n": k}, []), range(200)))
    assert found == [1225 * k for k in range(200)]


CELLS = [
    "> 5",
    "<= 5",
    "5",
    "1, 2, 3",
    "not(1, 2)",
    "[1..5)",
    "(1..5]",
    "!= 3",
    "null",
    "not(null)",
    "-",
    "not([2..4])",
    "3, > 5",
    "null, < 5",
    "not(3, [5..6])",
    "not(null, 5)",
]
NUMBERS = st.none() | st.integers(-10, 10) | st.decimals(-10, 10, places=2)


@given(st.sampled_from(CELLS), NUMBERS)
def test_closures_and_generated_text_agree(text: str, value: Value) -> None:
    test, _ = compile_unary(text, SCOPE, input=NUMBER)
    assert test is not None
    short = closure(test.core)
    assert short is not None
    assert short(value, {}, None) is generate(test.core)(value, {}, None)


@given(
    st.sampled_from(["1", "1, 2", "not(1, 2)", "null, 1", "not(null)", "-"]), st.none() | st.lists(NUMBERS, max_size=3)
)
def test_closures_and_generated_text_agree_on_lists(text: str, value: Value) -> None:
    test, _ = compile_unary(text, SCOPE, input=ListType(NUMBER))
    assert test is not None
    short = closure(test.core)
    assert short is not None
    assert short(value, {}, None) is generate(test.core)(value, {}, None)


@given(st.sampled_from(CELLS), NUMBERS)
def test_typed_and_untyped_cells_agree(text: str, value: Value) -> None:
    typed, _ = compile_unary(text, SCOPE, input=NUMBER)
    untyped, _ = compile_unary(text, SCOPE, input=ANY)
    assert typed is not None and untyped is not None
    assert typed.test(value, {}, None) is untyped.test(value, {}, None)
