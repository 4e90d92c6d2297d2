"""An action plan as one self-contained page: no network, nothing loaded, nothing that a record says is ever executed.

Everything from records passes through jinja2's autoescaping; a Content-Security-Policy allows exactly the page's own
style and script, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from crmrules.model.plan import Action, ActionPlan
from crmrules.model.values import DateTime
from crmrules.review.charts import bars, columns, gauge
from crmrules.review.json_text import instant
from crmrules.review.summary import ordered_values, summarise
from crmrules.review.texts import clean, cut, show_moment
from crmrules.review.wording import Wording, local

LISTED = 5_000
"""Actions that a page lists; charts count all, and the page says so when it shows fewer."""

_NAME = 200
_TEXT = 4_000


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The page's bytes."""
    summary = summarise(plan, words)
    numbers = {action.key: index for index, action in enumerate(plan.actions[:LISTED], start=1)}
    page = _template().render(
        plan=plan,
        words=words,
        say=words.say,
        summary=summary,
        title=cut(clean(plan.label.get(words.lang, plan.ruleset)), _NAME),
        groups=[
            (owner, [a for a in owner.actions if a.key in numbers])
            for owner in summary.owners
            if any(a.key in numbers for a in owner.actions)
        ],
        numbers=numbers,
        by_customer=_by_customer(plan.actions[:LISTED]),
        listed=len(numbers),
        days=columns(plan, summary.per_day, words) if plan.actions else [],
        owner_bars=bars([(o.name, len(o.actions)) for o in summary.owners], words.lang),
        distributions=[
            (words.fact(fact), bars(ordered_values(fact, counts, words), words.lang, shares=True))
            for fact, counts in plan.distribution.items()
        ],
        gauge=gauge,
        moment=lambda m: show_moment(local(m, plan.as_of)),
        day=lambda m: show_moment(local(m, plan.as_of))[5:],
        iso=instant,
        name=lambda text: cut(clean(text), _NAME),
        text=lambda text: cut(clean(text), _TEXT),
        zone=_zone(plan.as_of),
        **_assets(),
    )
    return page.encode("utf-8", "replace")


def _by_customer(actions: tuple[Action, ...]) -> list[tuple[str, str, list[Action]]]:
    """(name, id, actions) by customer, in the order in which they are first due."""
    found: dict[str, list[Action]] = {}
    for action in actions:
        found.setdefault(action.customer, []).append(action)
    return [(work[0].customer_name or customer, customer, work) for customer, work in found.items()]


def _zone(as_of: DateTime) -> str:
    return as_of.zone or str(as_of.time)[8:]


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=DictLoader({"plan.html": _read("plan.html.j2")}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("plan.html")


@lru_cache(maxsize=1)
def _assets() -> dict[str, Markup]:
    style, script = _read("plan.css"), _read("plan.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    # Both are files of this package, never user text.
    return {"style": Markup(style), "script": Markup(script), "policy": Markup(policy)}


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return files("crmrules.review").joinpath("templates", name).read_text("utf-8")
