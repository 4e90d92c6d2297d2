"""The public API as an embedding program sees it: the documentation's examples, threads, pickles, lazy imports."""

from __future__ import annotations

import doctest
import pickle
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import crmrules
from tests.engine.helpers import MINIMAL, ROOT, rules

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def run_examples(source: str, name: str, names: dict[str, object]) -> int:
    """Run the examples in a text; ``…`` in an output stands for anything. Gives how many there were."""
    test = doctest.DocTestParser().get_doctest(source, names, name, name, 0)
    for example in test.examples:
        example.want = example.want.replace("…", "...")
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)
    return len(test.examples)


def test_the_how_to_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "how-to" / "embed.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```", page, re.S | re.M)
    assert run_examples("\n".join(blocks), "embed.md", {"folder": str(tmp_path)}) > 25


def test_docstrings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert run_examples(crmrules.__doc__ or "", "crmrules", {}) == 4
    assert run_examples(crmrules.CompiledRuleSet.__doc__ or "", "CompiledRuleSet", {}) == 4


def test_every_public_name_is_there() -> None:
    assert {name for name in crmrules.__all__ if getattr(crmrules, name) is None} == set()
    assert set(crmrules.__all__) <= set(dir(crmrules))
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", crmrules.__version__)
    with pytest.raises(AttributeError, match="module 'crmrules' has no attribute 'lode'"):
        crmrules.lode  # noqa: B018


def test_importing_brings_nothing_heavy() -> None:
    code = (
        "import sys, crmrules; print([m for m in ('jinja2', 'yaml', 'jsonschema', 'openpyxl', 'pluggy', 'sqlalchemy', "
        "'click', 'crmrules.feel', 'crmrules.engine') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_load_reads_a_folder_and_tells_all_problems(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert crmrules.load(tmp_path).fingerprint == crmrules.load(path).fingerprint
    path.write_text(
        MINIMAL.replace("kind: cadence", "kind: cadense").replace(">= high_value", ">= high_valeu"), "utf-8"
    )
    with pytest.raises(crmrules.RuleSetError) as caught:
        crmrules.load(path)
    assert [(i.code, i.span.line) for i in caught.value.issues] == [("R203", 60), ("F120", 56)]
    assert str(caught.value).startswith(f"{path}: the rule set cannot be used\n")


def test_a_compiled_rule_set_can_be_pickled_and_not_changed() -> None:
    compiled = rules(overrides={"high_value": "60万"})
    again = pickle.loads(pickle.dumps(compiled))
    assert again.fingerprint == compiled.fingerprint
    assert again.decide({"id": "C1", "annual_amount": 550000}, as_of="2026-03-02").values["value_tier"] == "mid"
    with pytest.raises(AttributeError):
        compiled.zone = "UTC"  # type: ignore[misc]


def test_threads_share_one_rule_set() -> None:
    compiled = rules()
    records = [
        {
            "id": f"C{i}",
            "name": f"N{i}",
            "annual_amount": i * 7000,
            "satisfaction": 40 + i % 60,
            "orders": [{"amount": i}],
        }
        for i in range(100)
    ]
    expected = [repr(compiled.decide(r, as_of="2026-03-02", trace=True)) for r in records]
    plan = repr(compiled.plan(records, as_of="2026-03-02"))
    wrong: list[str] = []

    def work() -> None:
        for record, known in zip(records, expected, strict=True):
            if repr(compiled.decide(record, as_of="2026-03-02", trace=True)) != known:
                wrong.append(str(record["id"]))
        if repr(compiled.plan(records, as_of="2026-03-02")) != plan:
            wrong.append("plan")

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_a_trace_shows_the_same_path() -> None:
    compiled = rules()
    record = {"id": "C1", "annual_amount": 600000, "satisfaction": 65, "interactions": [{"occurred_at": "2026-02-20"}]}
    plain, traced = (compiled.decide(record, as_of="2026-03-02", trace=trace) for trace in (False, True))
    assert plain.trace is None
    assert (plain.values, plain.tasks, plain.matches) == (traced.values, traced.tasks, traced.matches)
    assert traced.trace is not None
    shown = [
        (getattr(s, "name", None) or s.decision, [r.rule for r in getattr(s, "rules", ()) if r.matched])  # type: ignore[union-attr]
        for s in traced.trace.steps
    ]
    assert shown == [
        ("last_touch_at", []), ("orders_12m", []), ("value_tier", ["VT1"]), ("follow_up", ["FU1"]),
        ("unhappy", ["UH1", "UH2"]),
    ]  # fmt: skip
