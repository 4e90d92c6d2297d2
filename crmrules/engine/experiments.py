"""Experiments: which arm of a trial a customer is in.

The arm hangs on the customer's id and the experiment's salt alone: not on the other customers, their order or the day.
Each id has a fixed place between 0 and 1, and the pilot is whoever lies below the share; a growing share therefore only
adds customers to the pilot and never moves one out of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from crmrules.engine.cells import compile_result, listed, unknown_word
from crmrules.engine.facts import target_of
from crmrules.engine.ordering import Node
from crmrules.engine.steps import ExperimentStep, Target
from crmrules.feel.compiler import Compiled, compile_expression
from crmrules.feel.scope import Scope
from crmrules.feel.types import BOOLEAN, NUMBER, STRING
from crmrules.model.decision import FactTrace
from crmrules.model.issues import Issue, has_errors, issue
from crmrules.model.ruleset import Experiment, RuleSet
from crmrules.model.spans import NOWHERE

if TYPE_CHECKING:
    from crmrules.engine.evaluation import Evaluation
    from crmrules.model.values import Value

_PLACES: Final = 2**64


def place_of(salt: str, customer: str) -> int:
    """The place of an id among 2^64: the first eight bytes of SHA-256 over salt, a NUL and the id, in UTF-8."""
    text = f"{salt}\0{customer}".encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(text).digest()[:8], "big")


def is_pilot(salt: str, customer: str, share: Fraction) -> bool:
    """Whether an id lies below the share."""
    return place_of(salt, customer) < share * _PLACES


def evaluate(step: ExperimentStep, run: Evaluation) -> None:
    """Give the customer its arm; none outside the scope, or where that cannot be told."""
    inside = True if step.scope is None else run.value(step.scope)
    arm: Value = None
    if inside is True:
        arm = step.arms[0 if is_pilot(step.salt, run.customer, step.share) else 1]
    elif step.scope is not None:
        missing = {name for name in step.scope.reads if run.env.get(name) is None}
        if missing or inside is None:  # null = "potential" is false, and yet it is not known
            run.unknown.update(missing)
        else:
            run.outside.add(step.experiment.fact)
    experiment = step.experiment
    run.env[experiment.fact] = run.values[experiment.fact] = arm
    if run.trace is not None:
        scope = experiment.scope
        reads = {name: run.env.get(name) for name in sorted(step.scope.reads)} if step.scope is not None else {}
        span = scope.span if scope.text.strip() else experiment.span
        run.trace.append(
            FactTrace(experiment.fact, scope.text, arm, MappingProxyType(reads), span, experiment=experiment.id)
        )


# --- compiling ------------------------------------------------------------------------------------------------------


def compile_experiments(ruleset: RuleSet, scope: Scope) -> tuple[list[ExperimentStep], list[Issue]]:
    """The experiments of a rule set, and everything that is wrong with them."""
    steps: list[ExperimentStep] = []
    issues: list[Issue] = []
    for experiment in ruleset.experiments.values():
        step, found = _compile(experiment, ruleset, scope)
        issues += found
        steps += [step] if step is not None else []
    return steps, [*issues, *_shared_salts(steps)]


def node_of(step: ExperimentStep) -> Node:
    """An experiment as something to put in order."""
    reads = step.scope.reads if step.scope is not None else frozenset()
    return Node(step.experiment.fact, frozenset({step.experiment.fact}), reads, step.experiment.span)


def _compile(experiment: Experiment, ruleset: RuleSet, scope: Scope) -> tuple[ExperimentStep | None, list[Issue]]:
    issues: list[Issue] = []
    inside: Compiled | None = None
    if experiment.scope.text.strip():
        inside, issues = compile_expression(experiment.scope.text, scope, experiment.scope.span, expected=BOOLEAN)
    share = _share(experiment, ruleset, scope, issues)
    salt = experiment.salt.text.strip()
    if not salt:
        place = experiment.span if experiment.salt.span == NOWHERE else experiment.salt.span
        issues.append(issue("P732", place))
    arms = _arms(experiment, ruleset, issues)
    if has_errors(issues):
        return None, issues
    return ExperimentStep(experiment, inside, share, salt, arms), issues


def _share(experiment: Experiment, ruleset: RuleSet, scope: Scope, issues: list[Issue]) -> Fraction:
    cell = experiment.share
    constants = Scope(constants=scope.constants, spellings=scope.spellings, builtins=scope.builtins)
    result, found = compile_result(cell, Target("share", NUMBER, {}), constants, ruleset.time_zone)
    issues += found
    value = None if result is None else result.value
    if isinstance(value, int | Decimal) and 0 < value < 1:
        return Fraction(value)
    if result is not None:
        place = experiment.span if cell.span == NOWHERE else cell.span
        issues.append(issue("P731", place, found=cell.text.strip() or "nothing"))
    return Fraction(1)


def _arms(experiment: Experiment, ruleset: RuleSet, issues: list[Issue]) -> tuple[str, str]:
    fact = ruleset.vocabulary.customer[experiment.fact]
    target = target_of(fact)
    if target.type != STRING:
        issues.append(issue("P734", fact.span, experiment=experiment.id, fact=fact.name, found=fact.type))
    words: list[str] = []
    for cell in experiment.arms:
        text = cell.text.strip()
        if target.words and text not in target.words:
            issues.append(unknown_word(cell.span, text, target))
        words.append(target.words.get(text, text))
    if len(words) != 2 or len(set(words)) != 2 or not all(words):
        place = experiment.arms[0].span if experiment.arms else experiment.span
        issues.append(issue("P733", place, found=listed(words) if words else "none"))
        return "", ""
    return words[0], words[1]


def _shared_salts(steps: Iterable[ExperimentStep]) -> list[Issue]:
    by_salt: dict[str, list[Experiment]] = {}
    for step in steps:
        by_salt.setdefault(step.salt, []).append(step.experiment)
    shared = [group for group in by_salt.values() if len(group) > 1]
    return [issue("P735", group[-1].salt.span, found=listed(each.id for each in group)) for group in shared]
