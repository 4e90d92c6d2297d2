"""Rule files to a :class:`~crmrules.model.ruleset.RuleSet`, with every problem of every file at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ports import Registry
from crmrules.model.ruleset import POLICY_CELLS, POLICY_LISTS, Cap, Policies, RuleSet
from crmrules.model.spans import Span
from crmrules.model.vocabulary import Cell, Label
from crmrules.model.zones import find_zone
from crmrules.rulesets.calendars import build_calendars
from crmrules.rulesets.decisions import build_decisions
from crmrules.rulesets.document import Document, Node
from crmrules.rulesets.experiments import build_experiments
from crmrules.rulesets.kpis import build_kpis
from crmrules.rulesets.nearest import nearest
from crmrules.rulesets.ruletests import build_tests
from crmrules.rulesets.sources import read_files
from crmrules.rulesets.vocabulary import (
    build_label,
    build_parameters,
    build_roles,
    build_vocabulary,
    customer_spellings,
)


def read_ruleset(path: str | Path, registry: Registry | None = None) -> tuple[RuleSet | None, list[Issue]]:
    """Read the rule set at ``path``: a file of any known format, or a folder with ``rules.yaml`` or ``rules.xlsx``.

    Returns the rule set, None when any issue is an error, and all issues of all files. ``registry`` adds the formats of
    plugins.
    """
    ruleset, issues = inspect_ruleset(path, registry)
    return (None if has_errors(issues) else ruleset), issues


def inspect_ruleset(path: str | Path, registry: Registry | None = None) -> tuple[RuleSet | None, list[Issue]]:
    """As :func:`read_ruleset`, but with errors too as much of the rule set as can be made out.

    For checking only: columns and values that were reported as errors are left out of it, so that a compiler can go
    on to report what else is wrong.
    """
    documents, issues = read_files(path, registry)
    if not documents:
        return None, issues
    return build_ruleset(documents, issues), issues


def build_ruleset(documents: Sequence[Document], issues: list[Issue]) -> RuleSet:
    """The rule set that ``documents`` (the main one first) make up; problems are added to ``issues``."""
    main = documents[0].root
    _check_head(main, issues)
    nodes = [d.root for d in documents]

    def sections(name: str) -> list[Node]:
        return [node.get(name) for node in nodes]

    vocabulary = build_vocabulary(sections("vocabulary"), issues)
    parameters = build_parameters(sections("parameters"), issues)
    known = customer_spellings(vocabulary, parameters, issues)
    time_zone = _first(nodes, "time_zone", issues)
    if time_zone.filled and find_zone(time_zone.line()) is None:
        issues.append(issue("V110", time_zone.span, found=time_zone.line(), nearest=_nearest_zone(time_zone.line())))
    language = _first(nodes, "language", issues).line()
    label = _first(nodes, "label", issues)
    decisions = build_decisions(sections("decisions"), vocabulary, parameters, known, issues)
    experiments = build_experiments(sections("experiments"), vocabulary, known, decisions, issues)
    return RuleSet(
        name=main.get("name").line(),
        label=build_label(label) if label.value is not None else Label(),
        description=_first(nodes, "description", issues).text(),
        version=_first(nodes, "version", issues).line(),
        time_zone=time_zone.line() or "UTC",
        language=language if language in ("en", "zh") else "en",
        vocabulary=vocabulary,
        parameters=parameters,
        roles=build_roles(sections("roles"), issues),
        policies=_policies(sections("policies"), issues),
        decisions=decisions,
        kpis=build_kpis(sections("kpis"), vocabulary, parameters, issues),
        calendars=build_calendars(sections("calendars"), issues),
        calendar=_first(nodes, "calendar", issues).cell(),
        experiments=experiments,
        files=tuple(file for d in documents for file in d.files),
        span=main.get("name").span,
        tests=build_tests(sections("tests"), vocabulary, parameters, known, decisions, experiments, issues),
    )


def _check_head(main: Node, issues: list[Issue]) -> None:
    top = main.document.spans.get("") or Span(main.document.files[0])
    for key in ("crmrules", "name"):
        if not main.get(key).filled:
            issues.append(issue("R204", top, key=key))


def _first(nodes: Sequence[Node], key: str, issues: list[Issue]) -> Node:
    """The one file's value of a key that belongs to the whole rule set."""
    given = [node.get(key) for node in nodes if node.get(key).filled]
    for other in given[1:]:
        first = str(given[0].key_span)
        issues.append(issue("R304", other.key_span, what="the key", what_zh="键", found=key, first=first))
    return given[0] if given else nodes[0].get(key)


def _policies(sections: Sequence[Node], issues: list[Issue]) -> Policies:
    given: dict[str, Any] = {name: _first(sections, name, issues).cell() for name in POLICY_CELLS}
    given |= {name: _filled(_first(sections, name, issues)) for name in POLICY_LISTS}
    caps = _first(sections, "caps", issues).elements()
    return Policies(**given, caps=tuple(_cap(item) for item in caps if isinstance(item.value, dict)))


def _cap(node: Node) -> Cap:
    return Cap(
        node.get("count").cell(),
        node.get("per").cell(),
        node.get("where").cell(),
        _filled(node.get("channels")),
        _filled(node.get("purposes")),
        node.get("note").text(),
        node.span,
    )


def _filled(node: Node) -> tuple[Cell, ...]:
    return tuple(item.cell() for item in node.elements() if item.filled)


def _nearest_zone(text: str) -> str:
    from zoneinfo import available_timezones

    return nearest(text, sorted(available_timezones()))
