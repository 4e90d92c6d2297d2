"""Texts with ``{{ placeholders }}``: checked when the rule set is loaded, rendered when a plan is made.

A template sees plain values only. What it may contain is an allow-list over its syntax tree: text, names, constants,
comparisons, ``if``, one level of ``for`` over a list fact, and the filters of :data:`FILTERS`. There is no attribute,
no index, no call, no arithmetic and no assignment, so there is nothing through which it could reach further or grow;
Jinja's own immutable sandbox and a bound on the output stand behind that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from crmrules.model.issues import Issue, issue
from crmrules.model.numbers import FEEL_CONTEXT, plain
from crmrules.model.spans import NOWHERE, Span
from crmrules.model.values import Date, DateTime, Value

if TYPE_CHECKING:
    from jinja2 import nodes
    from jinja2.sandbox import SandboxedEnvironment

OUTPUT_LIMIT = 64 * 1024
"""Characters that one text may come to."""

SOURCE_LIMIT = 16 * 1024
"""Characters that one template may have."""

FILTERS = ("date", "datetime", "default", "join", "lower", "money", "number", "percent", "trim", "upper")
"""Filters that templates may use."""

_PLACEHOLDER = re.compile(r"\{\{|\{%|\{#")
_UNKNOWN = "—"


class TemplateFailure(Exception):  # an event of rendering, turned into a warning by the planner
    """A template that could not be rendered with these values; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Words:
    """What templates may name: every spelling → the canonical name; and the labels of facts with allowed values."""

    names: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text. ``reads`` maps the names used in it to canonical ones; a ``literal`` has no placeholders."""

    text: str
    literal: bool
    reads: Mapping[str, str]
    compiled: Any = None


def is_template(text: str) -> bool:
    """Whether ``text`` holds anything but literal text."""
    return _PLACEHOLDER.search(text) is not None


class TemplateReader:
    """Reads the templates of one rule set. The Jinja environment is made when the first placeholder is met."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._environment: SandboxedEnvironment | None = None

    def read(self, text: str, span: Span = NOWHERE) -> tuple[Template | None, list[Issue]]:
        """``text`` as a template, or every problem in it, located."""
        if not is_template(text):
            return Template(text, True, {}), []
        if len(text) > SOURCE_LIMIT:
            what, what_zh = "a text of this length", "如此长的文本"
            return None, [issue("P310", span, found=f"{len(text)} characters", what=what, what_zh=what_zh)]
        from jinja2 import TemplateError

        if self._environment is None:
            self._environment = _environment(self._words)
        try:
            tree = self._environment.parse(text)
        except (TemplateError, RecursionError) as error:
            place = span.at(_line_start(text, getattr(error, "lineno", 1) or 1))
            reason = getattr(error, "message", None) or "too deeply nested"
            return None, [issue("P309", place, found=text, reason=reason)]
        issues = list(_problems(tree, text, span, self._words))
        if issues:
            return None, issues
        reads = _label_outputs(tree, self._words)
        try:
            compiled = self._environment.from_string(tree)
        except (TemplateError, RecursionError, SyntaxError, ValueError) as error:
            return None, [issue("P309", span, found=text, reason=str(error))]
        return Template(text, False, reads, compiled), []


def render(template: Template, values: Mapping[str, Value]) -> str:
    """The text with its placeholders filled from ``values`` (canonical name → value); unknown ones show as a dash.

    Raises :class:`TemplateFailure` where a filter cannot use a value or the text grows beyond :data:`OUTPUT_LIMIT`.
    """
    if template.literal:
        return template.text
    context = {spelling: values.get(name) for spelling, name in template.reads.items()}
    pieces: list[str] = []
    size = 0
    try:
        for piece in template.compiled.generate(context):
            size += len(piece)
            if size > OUTPUT_LIMIT:
                raise TemplateFailure(f"the text is longer than {OUTPUT_LIMIT} characters")
            pieces.append(piece)
    except TemplateFailure:
        raise
    except Exception as error:  # a filter or comparison that does not fit the value: a warning, not a traceback
        raise TemplateFailure(f"{type(error).__name__}: {error}") from None
    return "".join(pieces)


# --- what a template may contain ----------------------------------------------------------------------------------


def _problems(tree: nodes.Template, text: str, span: Span, words: Words) -> Iterator[Issue]:
    from jinja2 import nodes

    allowed = (
        nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If, nodes.CondExpr,
        nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.For, nodes.Tuple, nodes.List,
        nodes.Neg,
    )  # fmt: skip
    refused: set[str] = set()

    def walk(node: nodes.Node, local: frozenset[str], loops: int) -> Iterator[Issue]:
        if not isinstance(node, allowed):
            name = type(node).__name__
            what, what_zh = _WHAT.get(name, (name.lower(), name.lower()))
            if what not in refused:  # `a.b.c` is one mistake, not three
                refused.add(what)
                yield issue("P310", _place(node, text, span), found=_excerpt(node, text), what=what, what_zh=what_zh)
            return
        if isinstance(node, nodes.Name) and node.name not in local and node.name not in words.names:
            near = get_close_matches(node.name, list(words.names), 1, 0.6)
            offset = _find_name(text, node.name, node.lineno)
            yield issue("P311", span.at(offset), found=node.name, nearest=near[0] if near else "")
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            near = get_close_matches(node.name, FILTERS, 1, 0.6)
            yield issue(
                "P312", span.at(_find_name(text, node.name, node.lineno)), found=node.name, allowed=", ".join(FILTERS),
                nearest=near[0] if near else "",
            )  # fmt: skip
        if isinstance(node, nodes.For):
            plain_loop = isinstance(node.iter, nodes.Name) and isinstance(node.target, nodes.Name)
            if loops or not plain_loop or node.recursive:
                what, what_zh = _NESTED if loops else _LOOP
                yield issue("P310", _place(node, text, span), found=_excerpt(node, text), what=what, what_zh=what_zh)
                return
            yield from walk(node.iter, local, loops)
            inner = local | {name.name for name in [node.target] if isinstance(name, nodes.Name)}
            for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
                yield from walk(child, inner, loops + 1)
            return
        for child in node.iter_child_nodes():
            yield from walk(child, local, loops)

    for child in tree.iter_child_nodes():
        yield from walk(child, frozenset(), 0)


_NESTED = "a loop inside a loop", "嵌套循环"
_LOOP = "a loop over anything but a list fact", "对非列表字段的循环"
_WHAT = {
    "Getattr": ("an attribute", "属性"),
    "Getitem": ("an index or attribute", "下标或属性"),
    "Call": ("a call", "函数调用"),
    "Test": ("a test", "测试（is …）"),
    "Include": ("an include", "包含"),
    "Extends": ("inheritance", "继承"),
    "Macro": ("a macro", "宏"),
    "CallBlock": ("a call", "函数调用"),
    **dict.fromkeys(("Assign", "AssignBlock", "With"), ("an assignment", "赋值")),
    **dict.fromkeys(("Import", "FromImport"), ("an import", "导入")),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Pos"), ("arithmetic", "算术运算")),
}


def _label_outputs(tree: nodes.Template, words: Words) -> dict[str, str]:
    """Make ``{{ tier }}`` show the value's label; returns the names that the template reads."""
    from jinja2 import nodes

    reads: dict[str, str] = {}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name in words.names:
            reads[name.name] = words.names[name.name]
    for output in tree.find_all(nodes.Output):
        for at, child in enumerate(output.nodes):
            if isinstance(child, nodes.Name) and reads.get(child.name) in words.labels:
                fact = nodes.Const(reads[child.name], lineno=child.lineno)
                output.nodes[at] = nodes.Filter(child, "_label", [fact], [], None, None, lineno=child.lineno)
    return reads


def _line_start(text: str, line: int) -> int:
    offset = 0
    for _ in range(line - 1):
        offset = text.find("\n", offset) + 1
        if offset == 0:
            return 0
    return offset


def _find_name(text: str, name: str, line: int) -> int:
    """Where ``name`` stands inside a placeholder; Jinja knows the line alone."""
    start = _line_start(text, line)
    opened = _PLACEHOLDER.search(text, start)
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    found = pattern.search(text, opened.end() if opened else start)
    return found.start() if found else start


def _place(node: nodes.Node, text: str, span: Span) -> Span:
    opened = _PLACEHOLDER.search(text, _line_start(text, node.lineno))
    return span.at(opened.start() if opened else 0)


def _excerpt(node: nodes.Node, text: str) -> str:
    """The placeholder that holds ``node``, as written."""
    opened = _PLACEHOLDER.search(text, _line_start(text, node.lineno))
    if opened is None:
        return text[:80]
    closed = re.compile(r"\}\}|%\}|#\}").search(text, opened.end())
    return text[opened.start() : closed.end() if closed else len(text)][:80]


# --- how values look ----------------------------------------------------------------------------------------------


def show(value: Value, language: str = "en") -> str:
    """A value as a person reads it: no exponents, no seconds, lists joined, unknown as a dash."""
    if value is None:
        return _UNKNOWN
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        yes, no = ("是", "否") if language == "zh" else ("yes", "no")
        return yes if value else no
    if isinstance(value, DateTime):
        return str(value)[:16].replace("T", " ")
    if isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(show(item, language) for item in value)
    if isinstance(value, int | Decimal):
        return plain(value)
    return str(value)


def _environment(words: Words) -> SandboxedEnvironment:
    from jinja2 import StrictUndefined, Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    language = words.language
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0,
        finalize=lambda value: "" if isinstance(value, Undefined) else show(value, language),  # an `if` without else
    )  # fmt: skip
    environment.globals.clear()
    environment.tests.clear()
    environment.filters.clear()

    def label(value: Value, fact: str) -> str:
        labels = words.labels[fact]
        if isinstance(value, list):
            return show([labels.get(item, item) for item in value], language)
        return show(labels.get(value, value) if isinstance(value, str) else value, language)

    environment.filters.update(
        _label=label,
        date=lambda v: _UNKNOWN if v is None else str(v.date if isinstance(v, DateTime) else _moment(v)),
        datetime=lambda v: show(_moment(v), language),
        default=lambda v, text="": text if v is None or v == "" else v,
        join=lambda v, separator=", ": str(separator).join(show(i, language) for i in v or ()),
        lower=lambda v: show(v, language).lower(),
        money=lambda v, digits=2: _number(v, digits),
        number=lambda v, digits=None: _number(v, digits),
        percent=lambda v, digits=0: _UNKNOWN if v is None else _number(_decimal(v).scaleb(2), digits) + "%",
        trim=lambda v: show(v, language).strip(),
        upper=lambda v: show(v, language).upper(),
    )
    return environment


def _moment(value: Value) -> Value:
    if value is None or isinstance(value, Date | DateTime):
        return value
    raise TypeError(f"{show(value)} is no date")


def _number(value: Value, digits: int | None) -> str:
    """Digits in groups of three: ``1,234,567.80``."""
    if value is None:
        return _UNKNOWN
    exact = _decimal(value)
    if digits is None:
        return format(exact, ",f")
    if not isinstance(digits, int) or not 0 <= digits <= 12:
        raise ValueError("digits lie within 0..12")
    return format(exact.quantize(Decimal(1).scaleb(-digits), context=FEEL_CONTEXT), ",f")


def _decimal(value: Value) -> Decimal:
    """A number exactly as written; Jinja reads those in the template's own text as floats."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(f"{show(value)} is no number")
    return FEEL_CONTEXT.create_decimal(str(value) if isinstance(value, float) else value)
