"""A rule set back to a document: plain data in a fixed order, and YAML text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from crmrules.model.ruleset import (
    DECISION_SETTINGS,
    POLICY_CELLS,
    POLICY_LISTS,
    CalendarSpec,
    Cap,
    DecisionTable,
    Direction,
    Experiment,
    Kpi,
    Policies,
    RuleSet,
)
from crmrules.model.ruletest import RuleTest
from crmrules.model.vocabulary import (
    ENTITIES,
    AllowedValue,
    Cell,
    Fact,
    Label,
    Missing,
    Parameter,
    Role,
    Sensitivity,
)

SCHEMA_LINE: Final = "# yaml-language-server: $schema={schema}\n"


def to_document(ruleset: RuleSet) -> dict[str, Any]:
    """The rule set as plain data, as a rule file would say it, without whatever has its default value.

    Reading it back gives an equal rule set. Cells are text.
    """
    facts = ruleset.vocabulary.facts
    return {
        "crmrules": 1,
        "name": ruleset.name,
        **_present(
            label=_label(ruleset.label),
            description=ruleset.description,
            version=ruleset.version,
            time_zone=ruleset.time_zone if ruleset.time_zone != "UTC" else "",
            language=ruleset.language if ruleset.language != "en" else "",
            policies=_policies(ruleset.policies),
            parameters={p.name: _parameter(p) for p in ruleset.parameters.values()},
            roles={r.name: _role(r) for r in ruleset.roles.values()},
            calendar=ruleset.calendar.text,
            calendars={c.name: _calendar(c) for c in ruleset.calendars.values()},
            vocabulary={entity: {f.name: _fact(f) for f in of.values()} for entity, of in facts.items() if of},
            decisions={d.id: _decision(d) for d in ruleset.decisions.values()},
            experiments={e.id: _experiment(e) for e in ruleset.experiments.values()},
            kpis={k.id: _kpi(k) for k in ruleset.kpis.values()},
            tests={t.id: test_document(t) for t in ruleset.tests.values()},
        ),
    }


def write_yaml(ruleset: RuleSet, path: str | Path, schema: str = "ruleset.schema.json") -> None:
    """Write the rule set as YAML, whole or not at all. ``schema`` is where editors find the schema."""
    from crmrules.rulesets.output import replace_file

    replace_file(Path(path), yaml_text(ruleset, schema).encode())


def yaml_text(ruleset: RuleSet, schema: str = "ruleset.schema.json") -> str:
    """The rule set as YAML text, beginning with the line that tells editors its schema."""
    from crmrules.rulesets.yaml_text import dump

    return SCHEMA_LINE.format(schema=schema) + dump(to_document(ruleset))


def tests_yaml(tests: Iterable[RuleTest]) -> str:
    """Cases as the section ``tests`` of a YAML file."""
    from crmrules.rulesets.yaml_text import dump

    return dump({"tests": {test.id: test_document(test) for test in tests}}).lstrip("\n")


def _present(**entries: Any) -> dict[str, Any]:
    """The entries that say something."""
    return {k: v for k, v in entries.items() if v is not None and v != "" and v != {} and v != []}


def _text(cell: Cell | None) -> str:
    return cell.text if cell is not None else ""


def _label(label: Label) -> dict[str, Any]:
    return _present(en=label.en, zh=label.zh)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        **_present(label=_label(parameter.label), aliases=list(parameter.aliases)),
        "type": parameter.type,
        "value": parameter.value.text,
        **_present(unit=parameter.unit, note=parameter.note),
    }


def _role(role: Role) -> dict[str, Any]:
    return _present(
        label=_label(role.label), aliases=list(role.aliases), person=_text(role.person), deputy=_text(role.deputy)
    )


def _policies(policies: Policies) -> dict[str, Any]:
    return _present(
        **{name: getattr(policies, name).text for name in POLICY_CELLS},
        caps=[_cap(cap) for cap in policies.caps],
        **{name: [cell.text for cell in getattr(policies, name)] for name in POLICY_LISTS},
    )


def _cap(cap: Cap) -> dict[str, Any]:
    return _present(
        count=cap.count.text,
        per=cap.per.text,
        where=cap.where.text,
        channels=[cell.text for cell in cap.channels],
        purposes=[cell.text for cell in cap.purposes],
        note=cap.note,
    )


def _calendar(calendar: CalendarSpec) -> dict[str, Any]:
    hours = _texts(calendar.hours)
    if all(day in hours for day in _WORK_WEEK) and len({hours[day] for day in _WORK_WEEK}) == 1:
        hours = {"mon-fri": hours["mon"], **{day: text for day, text in hours.items() if day not in _WORK_WEEK}}
    return _present(
        label=_label(calendar.label),
        time_zone=calendar.time_zone.text,
        country=calendar.country.text,
        hours=hours,
        holidays=[cell.text for cell in calendar.holidays],
        working_days={working.date.text: working.hours.text for working in calendar.working_days},
    )


_WORK_WEEK: Final = ("mon", "tue", "wed", "thu", "fri")


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        **_present(label=_label(fact.label), aliases=list(fact.aliases)),
        "type": fact.type,
        **_present(
            scale=fact.scale,
            unit=fact.unit,
            values=[_value(v) for v in fact.values],
            range=_text(fact.range),
            missing=fact.missing.value if fact.missing is not Missing.UNKNOWN else "",
            default=_text(fact.default),
            sensitivity=fact.sensitivity.value if fact.sensitivity is not Sensitivity.NONE else "",
            formula=_text(fact.formula),
            description=fact.description,
        ),
    }


def _value(value: AllowedValue) -> Any:
    more = _present(label=_label(value.label), aliases=list(value.aliases))
    return {"value": value.value, **more} if more else value.value


def _decision(table: DecisionTable) -> dict[str, Any]:
    inputs = [
        {"expression": i.expression.text, "label": i.label} if i.label else i.expression.text for i in table.inputs
    ]
    names = [i.expression.text for i in table.inputs]
    rules = []
    for rule in table.rules:
        entry: dict[str, Any] = {"id": rule.id}
        when, then = _cells(names, rule.when), _cells(table.outputs, rule.then)
        entry.update(_present(when=when))
        entry["then"] = then
        entry.update(_present(note=rule.note, valid_from=rule.valid_from.text, valid_to=rule.valid_to.text))
        rules.append(entry)
    return {
        "kind": table.kind.value,
        **_present(label=_label(table.label), description=table.description),
        "hit_policy": table.hit_policy.value,
        **_present(
            settings=_texts(_ordered(table.settings, DECISION_SETTINGS[table.kind])),
            default=_texts(_ordered(table.defaults, table.outputs)),
        ),
        "inputs": inputs,
        "outputs": list(table.outputs),
        "rules": rules,
    }


def _cells(names: Iterable[str], cells: Iterable[Cell]) -> dict[str, str]:
    return {name: cell.text for name, cell in zip(names, cells, strict=True) if cell.text}


def _ordered(cells: Mapping[str, Cell], order: Iterable[str]) -> dict[str, Cell]:
    """The cells in a fixed order: what a rule set says does not hang on the order its settings were written in."""
    return {name: cells[name] for name in order if name in cells}


def _texts(cells: Mapping[str, Cell]) -> dict[str, str]:
    return {name: cell.text for name, cell in cells.items() if cell.text}


def _experiment(experiment: Experiment) -> dict[str, Any]:
    return _present(
        label=_label(experiment.label),
        description=experiment.description,
        scope=experiment.scope.text,
        share=experiment.share.text,
        salt=experiment.salt.text,
        fact=experiment.fact,
        arms=[arm.text for arm in experiment.arms],
    )


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        "type": kpi.type.value,
        **_present(
            label=_label(kpi.label),
            description=kpi.description,
            over=kpi.over if kpi.over != "customer" else "",
            where=kpi.where.text,
            window=kpi.window.text,
            window_on=kpi.window_on,
            value=kpi.value.text,
            numerator=kpi.numerator.text,
            denominator=kpi.denominator.text,
            percentile=kpi.percentile.text,
            factor=kpi.factor.text,
            latest_per=list(kpi.latest_per),
            per=kpi.per.text,
            fact=kpi.fact,
            **{"from": kpi.from_value.text, "to": kpi.to_value.text},
            group_by=list(kpi.group_by),
            groups_from=kpi.groups_from,
            target=kpi.target.text,
            amber=kpi.amber.text,
            direction=kpi.direction.value if kpi.direction is not Direction.HIGHER else "",
            unit=kpi.unit,
        ),
    }


def test_document(test: RuleTest) -> dict[str, Any]:
    """A case as plain data; related records stand under the plural of their entity."""
    related = {ENTITIES[entity].plural: [_texts(row) for row in rows] for entity, rows in test.related.items()}
    return _present(
        note=test.note,
        as_of=test.as_of.text,
        given={**_texts(test.given), **related},
        previous=_texts(test.previous),
        since=_texts(test.since),
        cut_points=_texts(test.cut_points),
        expect=_texts(test.expect),
        rows=[cell.text for cell in test.rows],
        not_rows=[cell.text for cell in test.not_rows],
        unknown=[cell.text for cell in test.unknown],
        actions=[_action(entry) for entry in test.actions],
        action_count=test.action_count.text,
    )


def _action(entry: Mapping[str, Cell]) -> Any:
    """An expected action; one of which nothing but the rule is said is written as the rule's id."""
    return entry["rule"].text if len(entry) == 1 and "rule" in entry else _texts(entry)
