"""The XML of DMN files: elements by name, without namespaces, and the definitions of one file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from xml.etree.ElementTree import Element

from crmrules.model.errors import RuleSetError
from crmrules.model.issues import issue
from crmrules.model.spans import Span

MAX_BYTES = 20_000_000


class Kind(Enum):
    """What an element of a model is."""

    DECISION = "decision"
    INPUT = "inputData"
    KNOWLEDGE = "businessKnowledgeModel"
    SERVICE = "decisionService"

    @classmethod
    def of(cls, element: Element) -> Kind:
        """The kind of an element that :class:`Definitions` lists."""
        return cls(local(element))


@dataclass(frozen=True, slots=True)
class Definitions:
    """One file: its elements by id, its item definitions by name, its imports as (alias, namespace)."""

    name: str
    namespace: str
    span: Span
    elements: Mapping[str, Element]
    items: Mapping[str, Element]
    imports: tuple[tuple[str, str], ...]


def read_definitions(path: Path) -> Definitions:
    """Read one file; :class:`RuleSetError` when it is missing, too large, no XML, or no DMN."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    span = Span(str(path))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _error(span, "the file is larger than 20 MB", "文件超过 20 MB")
        root = ElementTree.parse(path).getroot()
    except FileNotFoundError:
        raise RuleSetError([issue("R101", span)]) from None
    except (OSError, ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise _error(span, f"it is no XML that can be read ({type(error).__name__})", "不是可读取的 XML") from None
    tag = "" if root is None else local(root)
    if root is None or tag != "definitions":
        raise _error(span, f"its root is {tag}, not definitions", f"根元素是 {tag}，不是 definitions")
    kinds = {kind.value for kind in Kind}
    return Definitions(
        root.get("name", ""),
        root.get("namespace", ""),
        span,
        {e.get("id", f"#{i}"): e for i, e in enumerate(root) if local(e) in kinds},
        {name_of(e): e for e in parts(root, "itemDefinition")},
        tuple((name_of(e), e.get("namespace", "")) for e in parts(root, "import")),
    )


def _error(span: Span, problem: str, problem_zh: str) -> RuleSetError:
    return RuleSetError([issue("R104", span, problem=problem, problem_zh=problem_zh)])


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def parts(element: Element | None, tag: str) -> Iterator[Element]:
    """The child elements of a name."""
    if element is not None:
        yield from (child for child in element if local(child) == tag)


def only(element: Element | None, tag: str) -> Element | None:
    """The first child element of a name."""
    return next(parts(element, tag), None)


def name_of(element: Element) -> str:
    """The element's name with white space collapsed."""
    return " ".join(element.get("name", "").split())


def text_of(element: Element | None) -> str:
    """The text in an element's ``text`` child."""
    child = only(element, "text")
    return "" if child is None else (child.text or "").strip()


def type_ref(element: Element | None) -> str:
    """An element's type, from its attribute or its child."""
    if element is None:
        return ""
    child = only(element, "typeRef")
    found = element.get("typeRef") or ((child.text or "") if child is not None else "")
    return " ".join(found.split())
