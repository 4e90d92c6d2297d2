"""Whatever is written, compiling ends in issues or in a function, and running it ends in a value: never in an exception."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crmrules.feel.compiler import Scope, compile_expression, compile_unary
from crmrules.feel.types import ANY, BOOLEAN, DATE, DATE_TIME, NUMBER, STRING, ContextType, ListType
from crmrules.model.values import Date, DateTime, Value

PIECES = (  # noqa: SIM905
    '1 2.5 "a" true null a b xs s d any orders ( ) [ ] { } , : .. . + - * / ** = != < <= > >= and or not( in between '
    "instance of number list< if then else for return some every satisfies function( item partial ? ~ 以上 超过 、 ； 万 50万 "
    '20% 30天 1,000 count( sum( sort( floor( contains( date( as_of amount k x now() @"2026-01-01" @"P1D" range("[1..2]") \n'
).split(" ")
ORDERS = ListType(ContextType({"amount": NUMBER, "k": DATE_TIME}, open=False))
NAMES = {
    "a": NUMBER,
    "b": BOOLEAN,
    "xs": ListType(NUMBER),
    "s": STRING,
    "d": DATE,
    "any": ANY,
    "orders": ORDERS,
    "as_of": DATE_TIME,
}
SCOPES = (Scope(names=NAMES), Scope(names=NAMES, relaxed=False))
MOMENT = DateTime.parse("2026-01-01T00:00:00")
ENVS: tuple[dict[str, Value], ...] = (
    {"a": 3, "b": True, "xs": [1, 2, None], "s": "abc", "d": Date.parse("2026-01-01"), "any": {"k": 1, "x": [1]},
     "orders": [{"amount": 1, "k": MOMENT}, {"amount": None, "k": None}], "as_of": MOMENT, "?": 5},
    {"a": "x", "b": 5, "xs": "no", "s": [1], "d": True, "any": 1, "orders": [1, None], "as_of": None, "?": "a"},
    {},
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join) | st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(SCOPES))
def test_expressions(text: str, scope: Scope) -> None:
    compiled, issues = compile_expression(text, scope)
    assert compiled is not None or issues
    for found in issues:
        assert found.message("en") and found.message("zh") and "<" + "found>" not in found.message("en")
    if compiled is not None:
        for env in ENVS:
            compiled.call(env, [])


@settings(max_examples=300, deadline=None)
@given(
    TEXTS,
    st.sampled_from(SCOPES),
    st.sampled_from([NUMBER, STRING, BOOLEAN, DATE, ANY, ListType(STRING)]),
    st.sampled_from([None, {"a": "A", "x y": "B"}]),
)
def test_cells(text: str, scope: Scope, kind: object, values: dict[str, Value] | None) -> None:
    test, issues = compile_unary(text, scope, input=kind, values=values)  # type: ignore[arg-type]
    assert test is not None or issues
    if test is not None:
        for env in ENVS:
            assert test.call(env, []) in (True, False, None)
