"""Order of steps: after what they read, else as declared; cycles named in full."""

from __future__ import annotations

import random

from crmrules.engine.ordering import Node, order
from crmrules.model.spans import Span


def node(name: str, *reads: str) -> Node:
    return Node(name, frozenset({name}), frozenset(reads), Span("r.yaml", len(name), 1))


def test_declared_order_is_kept_where_it_may_be() -> None:
    nodes = [node("d", "b"), node("c"), node("b"), node("a", "d")]
    assert order(nodes) == ([1, 2, 0, 3], [])


def test_names_nobody_gives_do_not_count() -> None:
    assert order([node("a", "amount", "as_of"), node("b", "previous")]) == ([0, 1], [])


def test_a_fact_that_reads_itself() -> None:
    result, issues = order([node("a", "a"), node("b")])
    assert result == [1]
    assert [i.params["members"] for i in issues] == ["a → a"]


def test_two_cycles_and_what_hangs_on_them() -> None:
    nodes = [node("late", "x"), node("x", "y"), node("y", "x"), node("p", "q"), node("q", "r"), node("r", "p")]
    result, issues = order(nodes)
    assert result == []
    assert [i.params["members"] for i in issues] == ["x → y → x", "p → q → r → p"]


def test_every_node_comes_after_what_it_reads() -> None:
    rnd = random.Random(7)
    for _ in range(50):
        names = [f"n{i}" for i in range(30)]
        nodes = [node(name, *rnd.sample(names[:i], min(i, 3))) for i, name in enumerate(names)]
        rnd.shuffle(nodes)
        result, issues = order(nodes)
        assert issues == []
        seen: set[str] = set()
        for at in result:
            assert nodes[at].reads <= seen
            seen |= nodes[at].gives
        assert len(seen) == 30
