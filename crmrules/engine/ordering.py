"""In which order derived facts and decisions are worked out: after everything they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from crmrules.model.issues import Issue, issue
from crmrules.model.spans import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Something to work out: the names it ``gives`` and the names it ``reads``.

    ``label`` is how a person knows it (``value_tier``, or ``decision value_tier`` where a fact has the same name).
    """

    label: str
    gives: frozenset[str]
    reads: frozenset[str]
    span: Span


def order(nodes: Sequence[Node]) -> tuple[list[int], list[Issue]]:
    """Positions of ``nodes`` such that each comes after those it reads; of free ones the earlier declared comes first.

    Every cycle is one issue that names its members in the order in which they read each other.
    """
    giver = {name: at for at, node in enumerate(nodes) for name in node.gives}
    needs = [{giver[name] for name in node.reads if name in giver} for node in nodes]
    readers: list[list[int]] = [[] for _ in nodes]
    for at, needed in enumerate(needs):
        for other in needed:
            readers[other].append(at)
    waiting = [len(needed) for needed in needs]
    free = [at for at, count in enumerate(waiting) if count == 0]
    heapify(free)
    result: list[int] = []
    while free:
        at = heappop(free)
        result.append(at)
        for reader in readers[at]:
            waiting[reader] -= 1
            if waiting[reader] == 0:
                heappush(free, reader)
    if len(result) == len(nodes):
        return result, []
    left = {at: sorted(needs[at] - set(result)) for at in range(len(nodes)) if waiting[at] > 0}
    return result, [_cycle(nodes, members) for members in _cycles(left)]


def _cycles(left: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The cycles met by walking from each node to what it reads; each node is walked once."""
    cycles: list[list[int]] = []
    done: set[int] = set()
    for start in left:
        path: list[int] = []
        at = start
        while at not in done and at not in path:
            path.append(at)
            at = left[at][0]
        if at in path:
            cycles.append(path[path.index(at) :])
        done.update(path)
    return cycles


def _cycle(nodes: Sequence[Node], members: Sequence[int]) -> Issue:
    first = members.index(min(members))
    ring = [nodes[at] for at in (*members[first:], *members[:first])]
    return issue(
        "P103",
        ring[0].span,
        members=" → ".join(node.label for node in (*ring, ring[0])),
        places=", ".join(str(node.span) for node in ring),
    )
