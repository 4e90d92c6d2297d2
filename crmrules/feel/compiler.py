"""The room's public face: a text becomes a function, with everything that is wrong with it told at once.

A text goes through lexer, parser, check and lower, and ends as one Python function. Compile once, call often:

>>> from crmrules.feel.types import NUMBER
>>> compiled, issues = compile_expression("amount * 2", Scope({"amount": NUMBER}))
>>> compiled.call({"amount": 21})
42
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from crmrules.feel import core, tree
from crmrules.feel.bindings import Checked, Problem, nearest
from crmrules.feel.cells import parse_cell
from crmrules.feel.check import check
from crmrules.feel.closures import closure
from crmrules.feel.grammar import MAX_DEPTH
from crmrules.feel.hints import hinted
from crmrules.feel.lexer import MAX_TEXT, SyntaxFault
from crmrules.feel.listing import listed_words
from crmrules.feel.lower import lower
from crmrules.feel.notes import Note as Note
from crmrules.feel.notes import Notes
from crmrules.feel.parser import parse_expression
from crmrules.feel.python import Function, generate
from crmrules.feel.scope import Scope as Scope
from crmrules.feel.shapes import OPAQUE, Shape, shape_of
from crmrules.feel.typefacts import could_be
from crmrules.feel.typenames import type_zh
from crmrules.feel.types import BOOLEAN, STRING, ListType, Type
from crmrules.model.issues import Issue, Severity, issue
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.values import Value

_MAX_SHOWN: Final = 200
_NOTHING: Final[frozenset[str]] = frozenset()

Call = Callable[..., Value]
"""``call(env, notes=None)``: ``env`` maps names to values (a missing one is null), ``notes`` is a list or None."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression ready to run.

    ``reads`` are the variables it needs, ``core`` is what another back end starts from. ``now()`` and ``today()``
    read the variable ``as_of``, a date and time.
    """

    text: str
    span: Span
    type: Type
    reads: frozenset[str]
    core: core.Node
    call: Call


@dataclass(frozen=True, slots=True)
class CompiledTest:
    """A cell ready to run.

    ``test(value, env, notes)`` says whether ``value`` passes: true, false, or null where that cannot be said.
    ``shape`` is what the cell accepts, if it is made of
    constants alone. ``reads`` does not hold ``?``.
    """

    text: str
    span: Span
    type: Type
    reads: frozenset[str]
    core: core.Node
    test: Function
    shape: Shape

    def call(self, env: Mapping[str, Value], notes: Notes = None) -> Value:
        """Whether ``env["?"]`` passes."""
        return self.test(env.get("?"), env, notes)


def compile_expression(
    text: str, scope: Scope, span: Span = NOWHERE, *, expected: Type | None = None
) -> tuple[Compiled | None, list[Issue]]:
    """``text`` as an expression; None and the issues when it is wrong.

    With ``expected`` a result that cannot be of that type is an issue. In pure FEEL (``scope.relaxed`` false) a wrong
    type is only a warning, since the language gives null for it.
    """
    root, issues = _parse(text, partial(parse_expression, lexicon=scope.lexicon), span)
    if root is None:
        return None, issues
    try:
        return _finish_expression(text, root, scope, span, expected)
    except RecursionError:
        return None, [_too_deep(span)]


def compile_unary(
    text: str,
    scope: Scope,
    span: Span = NOWHERE,
    *,
    input: Type,  # noqa: A002
    values: Mapping[str, Value] | None = None,
) -> tuple[CompiledTest | None, list[Issue]]:
    """``text`` as a cell of a column whose values have the type ``input``.

    ``values`` are the column's allowed words, spelling → canonical value; keep one mapping per column, since its words
    are prepared once. An empty text and ``-`` accept anything.
    """
    words = values if values is not None else bare_words(input) if scope.relaxed else _NO_WORDS
    literal = _literal_text(text) if scope.relaxed and values is None and input in _BARE_TEXT else None
    root: tree.Node | None = literal
    if root is None:
        lexicon = scope.lexicon_with(words) if words else scope.lexicon
        root, issues = _parse(text, partial(parse_cell, lexicon=lexicon), span)
        if root is None:
            return None, issues
    try:
        checked = check(root, scope, cell=input, words=values or ())
        problems = list(checked.problems)
        if values:
            spelled = _canonical(root, values, problems)
            if spelled is not root:
                checked = check(spelled, scope, cell=input, words=values)
        return _finish_cell(text, checked, problems, scope, span)
    except RecursionError:
        return None, [_too_deep(span)]


# --- the stages -------------------------------------------------------------------------------------------------


def _parse(text: str, read: Callable[[str], tree.Node], span: Span) -> tuple[tree.Node | None, list[Issue]]:
    try:
        return read(text), []
    except SyntaxFault as fault:
        return None, [_issue(Problem(fault.code, fault.start, fault.end, fault.params), span)]
    except RecursionError:
        return None, [_too_deep(span)]


def _too_deep(span: Span) -> Issue:
    """Python's own limit was met, because the caller's stack was deep already."""
    return issue("F105", span, limit=str(MAX_DEPTH))


def _finish_expression(
    text: str, root: tree.Node, scope: Scope, span: Span, expected: Type | None
) -> tuple[Compiled | None, list[Issue]]:
    checked = check(root, scope)
    node, more = lower(checked, scope)
    problems = [*checked.problems, *more]
    if expected is not None and not could_be(node.type, expected):
        problems.append(Problem("F136", root.start, root.end, {"found": str(node.type), "expected": str(expected)}))
    if scope.relaxed and problems and expected is not None:
        problems = hinted(text, problems, expected)
    issues = _issues(problems, span, scope)
    if _stops(issues):
        return None, issues
    function = closure(node) or generate(node)
    return Compiled(text, span, node.type, reads_of(node), node, _expression_call(function)), issues


def _finish_cell(
    text: str, checked: Checked, problems: list[Problem], scope: Scope, span: Span
) -> tuple[CompiledTest | None, list[Issue]]:
    node, more = lower(checked, scope)
    problems = [*problems, *more]
    if scope.relaxed and problems:
        problems = hinted(text, problems, checked.cell_type)
    issues = _issues(problems, span, scope)
    if _stops(issues):
        return None, issues
    shape = shape_of(node)
    reads = reads_of(node) - {"?"} if shape is OPAQUE else _NOTHING
    return CompiledTest(text, span, BOOLEAN, reads, node, closure(node) or generate(node), shape), issues


def _expression_call(function: Function) -> Call:
    def call(env: Mapping[str, Value], notes: Notes = None) -> Value:
        return function(None, env, notes)

    return call


def _issues(problems: Iterable[Problem], span: Span, scope: Scope) -> list[Issue]:
    severity = None if scope.relaxed else Severity.WARNING
    distinct = {(p.code, p.start, p.end): p for p in problems}
    return [_issue(p, span, severity) for p in distinct.values()]


_OF_TYPES: Final = frozenset({"F125", "F129", "F130", "F131", "F132", "F133", "F134", "F135", "F136"})
"""Problems whose parameters are names of types."""


def _issue(problem: Problem, span: Span, severity: Severity | None = None) -> Issue:
    params: dict[str, Any] = {k: v if len(v) <= _MAX_SHOWN else v[:_MAX_SHOWN] + "…" for k, v in problem.params.items()}
    if problem.code in _OF_TYPES:
        named = {key: type_zh(params[key]) for key in ("left", "right", "found", "expected", "type") if key in params}
        params |= {f"{key}_zh": chinese for key, chinese in named.items() if chinese != params[key]}
    return issue(problem.code, span.at(problem.start), severity=severity, **params)


def _stops(issues: Iterable[Issue]) -> bool:
    return any(i.severity is Severity.ERROR for i in issues)


def reads_of(node: core.Node) -> frozenset[str]:
    """The variables that a lowered expression reads."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, core.Input):
            found.add(one.name)
        elif isinstance(one, core.CallBuiltin) and one.builtin.clock:
            found.add("as_of")
        waiting += core.children(one)
    return frozenset(found)


# --- cells ------------------------------------------------------------------------------------------------------

_NO_WORDS: Final[Mapping[str, Value]] = {}
_BOOLEANS: Final[Mapping[str, Value]] = {
    **dict.fromkeys(("TRUE", "True", "是", "真", "yes", "Yes", "YES"), True),
    **dict.fromkeys(("FALSE", "False", "否", "假", "no", "No", "NO"), False),
}


def bare_words(kind: Type) -> Mapping[str, Value]:
    """The words every column of a type knows: 是 and 否 for booleans."""
    return _BOOLEANS if kind == BOOLEAN else _NO_WORDS


_BARE_TEXT: Final = (STRING, ListType(item=STRING))
_NOT_LITERAL: Final = re.compile(r'["“”„()（）?？<>=!＜＞＝！≥≤≠]')
_NEGATED: Final = re.compile(r"\s*not\s*[(（](.*)[)）]\s*", re.DOTALL)
_SEPARATORS: Final = re.compile(r"[,，、;；\n]")


def _literal_text(text: str) -> tree.Tests | None:
    """A cell of a text column without allowed values: bare text, several pieces by commas, or ``not(…)`` of these."""
    if len(text) > MAX_TEXT:
        return None
    negated = _NEGATED.fullmatch(text)
    inner, at = (negated[1], negated.start(1)) if negated else (text, 0)
    if _NOT_LITERAL.search(inner) or (negated and not inner.strip()):
        return None
    items: list[tree.Node] = []
    for piece in _SEPARATORS.split(inner):
        word = piece.strip()
        if word:
            start = at + piece.index(word[0])
            items.append(tree.Literal(start, start + len(word), None if word == "null" else word, word=True))
        at += len(piece) + 1
    if not items or (len(items) == 1 and text.strip() in ("-", "－", "—", "–")):
        return tree.Tests(0, len(text), ())
    return tree.Tests(0, len(text), tuple(items), negated is not None)


def _canonical(root: tree.Node, values: Mapping[str, Value], problems: list[Problem]) -> tree.Node:
    """Quoted words of a cell as the values they spell; a quoted word that is none of them is a problem."""
    if not isinstance(root, tree.Tests):
        return root
    items = tuple(_canonical_item(item, values, problems) for item in root.items)
    if all(a is b for a, b in zip(items, root.items, strict=True)):
        return root
    return tree.Tests(root.start, root.end, items, root.negated)


def _canonical_item(item: tree.Node, values: Mapping[str, Value], problems: list[Problem]) -> tree.Node:
    if isinstance(item, tree.Tail):
        operand = _canonical_item(item.operand, values, problems)
        return item if operand is item.operand else replace(item, operand=operand)
    if not isinstance(item, tree.Literal) or item.word or type(item.value) is not str:
        return item
    if item.value in values.values():
        return item
    if item.value in values:
        return replace(item, value=values[item.value], word=True)
    params = {"found": item.value, **listed_words(values), "nearest": nearest(item.value, list(values))}
    problems.append(Problem("F150", item.start, item.end, {k: v for k, v in params.items() if v}))
    return item
