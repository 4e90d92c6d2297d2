"""One customer, one decision: a realistic rule set and a chain of ten tables, against the same logic written by hand.

    python benchmarks/decide.py [customers]

The rule sets are in crmrules' own YAML (made here, so that sizes can be changed); the peer is plain Python, as a
programmer would write it without any rules engine. Every answer is compared before anything is timed. Prints medians
per customer and the ratio; times are a machine's, ratios travel better.
"""

from __future__ import annotations

import datetime as stdlib
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import crmrules
from crmrules.engine.compiled import CompiledRuleSet
from crmrules.engine.records import to_record
from crmrules.model.records import Record
from crmrules.model.values import DateTime, to_value

SEED = 20_260_101
UTC = stdlib.UTC
AS_OF = stdlib.datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = "2026-01-01T00:00:00Z"

STAGES = ("lead", "prospect", "active", "churned")
INDUSTRIES = ("finance", "manufacturing", "retail", "health", "education", "energy", "public", "software")

REALISTIC = Path(__file__).parent / "realistic.yaml"


def customers(count: int) -> list[dict[str, Any]]:
    """Generated customers; a smaller number gives the beginning of a larger one."""
    draw = random.Random(SEED)

    def ago(days: int) -> stdlib.datetime:
        return AS_OF - stdlib.timedelta(seconds=draw.randrange(days * 86_400))

    rows = []
    for number in range(count):
        stage = draw.choices(STAGES, (15, 20, 50, 15))[0]
        amount = draw.choice((100_000, 500_000)) if draw.random() < 0.01 else round(draw.lognormvariate(11.6, 1.3))
        orders = 0 if stage == "lead" else draw.randrange(20)
        tickets = draw.choice((0, 0, 0, 1, 2))
        rows.append(
            {
                "id": f"C{number:09d}",
                "industry": draw.choice(INDUSTRIES),
                "stage": stage,
                "annual_amount": 0 if stage == "lead" else amount,
                "orders_12m": orders,
                "last_order_at": ago(365) if orders else None,
                "last_contact_at": None if draw.random() < 0.03 else ago(200),
                "contract_end_at": _ahead(draw) if stage == "active" else None,
                "satisfaction": None if draw.random() < 0.2 else draw.randrange(101),
                "nps": draw.randrange(11),
                "open_tickets": tickets,
                "oldest_open_ticket_at": ago(8) if tickets else None,
                "interactions_6m": draw.choice((0, 1, 3, 5, 8, 12, 20)),
                "do_not_contact": draw.random() < 0.05,
                "decision_maker_left": draw.random() < 0.04,
                "amount_q1": draw.randrange(100_000),
                "amount_q2": draw.randrange(100_000),
                "amount_q3": draw.randrange(100_000),
            }
        )
    return rows


def _ahead(draw: random.Random) -> stdlib.datetime | None:
    return None if draw.random() < 0.1 else AS_OF + stdlib.timedelta(seconds=draw.randrange(-30 * 86_400, 300 * 86_400))


# --- the same by hand ---------------------------------------------------------------------------------------------

DAY = stdlib.timedelta(days=1)
HOUR = stdlib.timedelta(hours=1)
Answer = tuple[dict[str, Any], list[tuple[Any, ...]]]


def by_hand(c: Mapping[str, Any], as_of: stdlib.datetime) -> Answer:
    """Values, and tasks as (task, channel, role, due, until, withheld); until is None where there is none."""
    amount, stage = c["annual_amount"], c["stage"]
    value = "high" if amount >= 500_000 else "mid" if amount >= 100_000 else "low"
    interactions = c["interactions_6m"]
    activity = "high" if interactions >= 12 else "mid" if interactions >= 4 else "low"
    last = c["last_order_at"]
    age = None if last is None else as_of - last
    recency = 1 if age is None or age > 90 * DAY else 2 if age > 30 * DAY else 3
    orders = c["orders_12m"]
    frequency = 3 if orders >= 12 else 2 if orders >= 4 else 1
    monetary = 3 if amount >= 300_000 else 2 if amount >= 80_000 else 1
    rfm = recency + frequency + monetary
    values = {
        "order_age": age, "rfm": rfm, "value": value, "activity": activity, "recency": recency, "frequency": frequency,
        "monetary": monetary, "segment": "core" if rfm >= 8 else "potential" if rfm >= 5 else "dormant",
        "level": _level(stage, value, activity),
    }  # fmt: skip
    days, channel, role = _contact(stage, value, activity, c["industry"])
    contacted = c["last_contact_at"]
    due = as_of if contacted is None else contacted + days * DAY
    tasks: list[tuple[Any, ...]] = [("t", channel, role, due, None, c["do_not_contact"])]

    def alert(name: str, hours: int) -> None:
        tasks.append((name, "", "am", as_of, as_of + hours * HOUR, False))

    if c["satisfaction"] is not None and c["satisfaction"] < 70:
        alert("call_back", 24)
    if c["amount_q1"] > c["amount_q2"] > c["amount_q3"]:
        alert("account_review", 72)
    if c["open_tickets"] > 0 and as_of - c["oldest_open_ticket_at"] > 48 * HOUR:
        alert("ticket_escalate", 4)
    if c["decision_maker_left"]:
        alert("relationship_rebuild", 48)
    if c["contract_end_at"] is not None and as_of <= c["contract_end_at"] <= as_of + 30 * DAY:
        alert("renewal", 24)
    if stage == "active" and age is not None and age > 90 * DAY:
        alert("winback", 168)
    if value == "high" and c["nps"] <= 6:
        alert("exec_sponsor", 24)
    if stage == "active" and interactions == 0:
        alert("dormant_ping", 336)
    return values, tasks


def _level(stage: str, value: str, activity: str) -> str:
    if stage == "active":
        if value == "high":
            return "platinum" if activity == "high" else "gold"
        if value == "mid":
            return "gold" if activity in ("high", "mid") else "silver"
        return "silver" if activity == "high" else "bronze"
    if stage == "prospect":
        return "hunt" if value in ("high", "mid") else "nurture"
    return "winback" if stage == "churned" and value == "high" else "basic"


def _contact(stage: str, value: str, activity: str, industry: str) -> tuple[int, str, str]:
    if stage == "active":
        if value == "high":
            if activity == "high":
                return (7, "visit", "director") if industry == "finance" else (14, "visit", "senior")
            return (14, "call", "senior") if activity == "mid" else (7, "call", "director")
        if value == "mid":
            return 30, "call", "am"
        return (45, "email", "inside") if activity == "high" else (90, "email", "inside")
    if stage == "prospect":
        return (7, "call", "sales") if value in ("high", "mid") else (30, "email", "sdr")
    return (60, "call", "senior") if stage == "churned" and value == "high" else (180, "email", "pool")


# --- a chain of ten tables ----------------------------------------------------------------------------------------

TABLES = 10


def chain() -> str:
    """Ten tables of four to twelve rows; each reads a number and what the table before it decided."""
    facts, tables = [], []
    for number in range(TABLES):
        words = ", ".join(f"w{each}" for each in range(4))
        facts.append(f"    x{number}: {{type: number}}\n    out{number}: {{type: string, values: [{words}]}}")
        rows = "\n".join(
            f"      - when: {{x{number}: '{_cell(row)}'{_before(row, number)}}}\n"
            f"        then: {{out{number}: w{row % 4}}}"
            for row in range(4 + number % 9)
        )
        inputs = f"x{number}, out{number - 1}" if number else "x0"
        tables.append(
            f"  t{number}:\n    kind: classification\n    hit_policy: F\n    inputs: [{inputs}]\n"
            f"    outputs: [out{number}]\n    default: {{out{number}: w3}}\n    rules:\n{rows}"
        )
    head = "crmrules: 1\nname: chain\ntime_zone: UTC\nvocabulary:\n  customer:\n"
    return head + "\n".join(facts) + "\ndecisions:\n" + "\n".join(tables) + "\n"


def _cell(row: int) -> str:
    return f"[{10 * row}..{10 * row + 15})"


def _before(row: int, table: int) -> str:
    return f", out{table - 1}: 'w{row % 4}, w{(row + 1) % 4}'" if table and row % 3 else ""


def chain_customers(count: int) -> list[dict[str, Any]]:
    draw = random.Random(SEED)
    return [{"id": f"C{n}", **{f"x{table}": draw.randrange(130) for table in range(TABLES)}} for n in range(count)]


def chain_by_hand(c: Mapping[str, Any], as_of: stdlib.datetime) -> Answer:
    """As a programmer would: each table is a list of rows that a loop goes through."""
    values: dict[str, Any] = {}
    before = ""
    for fact, out, rows in _ROWS:
        x = c[fact]
        found = "w3"
        for low, high, words, word in rows:
            if low <= x < high and (not words or before in words):
                found = word
                break
        values[out] = before = found
    return values, []


_ROWS = [
    (
        f"x{number}",
        f"out{number}",
        [
            (10 * row, 10 * row + 15, (f"w{row % 4}", f"w{(row + 1) % 4}") if number and row % 3 else (), f"w{row % 4}")
            for row in range(4 + number % 9)
        ],
    )
    for number in range(TABLES)
]


# --- comparing and timing -----------------------------------------------------------------------------------------


def answer_of(decision: Any) -> Answer:
    """A decision in the terms of the functions written by hand."""
    values = {k: str(v) if k == "order_age" and v is not None else v for k, v in decision.values.items()}
    tasks = [
        (t.task, t.channel, t.owner_role, t.due.instant, t.until and t.until.instant, bool(t.withheld))
        for t in decision.tasks
    ]
    return values, tasks


def comparable(answer: Answer) -> Answer:
    """Moments in nanoseconds, durations as crmrules writes them."""
    values, tasks = answer
    texts = {k: str(to_value(v)) if k == "order_age" and v is not None else v for k, v in values.items()}
    return texts, [tuple(_instant(each) for each in task) for task in tasks]


def _instant(value: Any) -> Any:
    found = to_value(value) if isinstance(value, stdlib.datetime) else value
    return found.instant if isinstance(found, DateTime) else found


def median_us(call: Callable[[Any], object], given: Sequence[Any], rounds: int = 5) -> float:
    """The median over all customers and rounds."""
    taken = []
    for _ in range(rounds):
        for each in given:
            begin = time.perf_counter_ns()
            call(each)
            taken.append(time.perf_counter_ns() - begin)
    return statistics.median(taken) / 1000


def compiled(text: str) -> CompiledRuleSet:
    """A rule set given as YAML."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rules.yaml"
        path.write_text(text, encoding="utf-8")
        return crmrules.load(path)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"median of {count:,} customers, five rounds each; µs per customer")
    print(f"{'rule set':<12}{'tables':>8}{'record':>10}{'mapping':>10}{'traced':>10}{'by hand':>10}{'ratio':>8}")
    for name, text, make, hand in (
        ("realistic", REALISTIC.read_text(encoding="utf-8"), customers, by_hand),
        ("chain", chain(), chain_customers, chain_by_hand),
    ):
        rules = compiled(text)
        mappings = make(count)
        records: list[Record] = [to_record(rules, mapping)[0] for mapping in mappings]
        as_of = rules.moment(MOMENT)
        for mapping, record in zip(mappings, records, strict=True):
            ours, theirs = answer_of(rules.decide(record, as_of=as_of)), comparable(hand(mapping, AS_OF))
            if ours != theirs:
                raise SystemExit(f"{name}: answers differ for {mapping}\n{ours}\n{theirs}")
        record_us = median_us(lambda r, rules=rules, as_of=as_of: rules.decide(r, as_of=as_of), records)
        mapping_us = median_us(lambda m, rules=rules, as_of=as_of: rules.decide(m, as_of=as_of), mappings)
        traced_us = median_us(lambda r, rules=rules, as_of=as_of: rules.decide(r, as_of=as_of, trace=True), records, 1)
        hand_us = median_us(lambda m, hand=hand: hand(m, AS_OF), mappings)
        print(
            f"{name:<12}{len(rules.ruleset.decisions):>8}{record_us:>10.1f}{mapping_us:>10.1f}{traced_us:>10.1f}"
            f"{hand_us:>10.2f}{record_us / hand_us:>7.0f}×"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
