"""Inputs are never overwritten, what is missing is said, and --strict stops before anything is written or sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.helpers import ENGLISH, crmrules, files_of

AS_OF = ("--as-of", "2026-03-02")
BASE = ("rules.yaml", "--data", "data", *AS_OF)


@pytest.mark.parametrize(
    ("target", "what", "read"),
    [
        ("data/orders.csv", "data file", "data/orders.csv"),
        ("./data/../data/orders.csv", "data file", "data/orders.csv"),
        ("link.csv", "data file", "data/orders.csv"),
    ],
)
def test_a_plan_does_not_overwrite_data(here: Path, target: str, what: str, read: str) -> None:
    (here / "link.csv").symlink_to(here / "data" / "orders.csv")
    before = files_of(here)
    answer = crmrules("plan", *BASE, "--out", "fine.json", "--out", target)
    expected = f"error X122: --out '{target}' is the {what} '{read}' that this command reads; write to another file\n"
    assert (answer.code, answer.out, answer.err) == (2, "", expected)
    assert files_of(here) == before


def test_a_plan_does_not_overwrite_rules(here: Path) -> None:
    assert crmrules("convert", "rules.yaml", "r.xlsx").code == 0
    before = files_of(here)
    answer = crmrules("plan", "r.xlsx", "--data", "data", *AS_OF, "--out", "r.xlsx", "--lang", "zh")
    assert (answer.code, answer.err) == (
        2,
        "错误 X122: --out “r.xlsx”就是本命令读取的规则文件“r.xlsx”；请写到其他文件\n",
    )
    assert files_of(here) == before


def test_convert_does_not_overwrite_what_it_includes(here: Path) -> None:
    text = (here / "rules.yaml").read_text("utf-8")
    (here / "more.yaml").write_text("parameters: {}\n", "utf-8")
    (here / "rules.yaml").write_text(text.replace("language: en", "include: [more.yaml]\nlanguage: en", 1), "utf-8")
    before = files_of(here)
    answer = crmrules("convert", "rules.yaml", "more.yaml", "--force")
    expected = (
        "error X122: TARGET 'more.yaml' is the rule file 'more.yaml' that this command reads; write to another file\n"
    )
    assert (answer.code, answer.err) == (2, expected)
    assert files_of(here) == before


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--state", "sqlite:///s.db", "--notify", "file:data/orders.csv"), "--notify 'data/orders.csv' is the data file 'data/orders.csv'"),
        (("--state", "sqlite:///s.db", "--notify", "file:./s.db"), "--notify './s.db' is the state file 's.db'"),
        (("--state", "sqlite:///data/orders.csv"), "--state 'data/orders.csv' is the data file 'data/orders.csv'"),
    ],
)  # fmt: skip
def test_a_run_does_not_write_into_what_it_reads(here: Path, args: tuple[str, ...], message: str) -> None:
    before = files_of(here)
    answer = crmrules("run", *BASE, *args)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"error X122: {message} that this command reads; write to another file\n"
    assert files_of(here) == before


def test_one_output_under_two_names(here: Path) -> None:
    answer = crmrules("plan", *BASE, "--out", "a.json", "--out", "./a.json")
    assert (answer.code, answer.err) == (2, "error X119: --out './a.json' is given twice\n")


FORGOTTEN = "  warning P416  rules read orders, interactions, but no source gives them: what depends on them is unknown for every customer\n"


def test_forgotten_sources_are_said_and_nobody_has_bought_nothing(here: Path) -> None:
    customers = ("rules.yaml", "--data", "data/customers.csv", *AS_OF)
    answer = crmrules("plan", *customers)
    assert (answer.code, answer.err) == (0, f"{FORGOTTEN}\n1 warning\n")
    assert crmrules("kpi", *customers).err == f"{FORGOTTEN}\n1 warning\n"
    shown = json.loads(crmrules("explain", *customers, "--customer", "C001", "--format", "json").out)
    assert shown["values"]["amount_12m"] is None and "amount_12m" in shown["unknown"]
    assert crmrules("plan", *BASE).err == ""


def test_strict_stops_before_anything_is_written(here: Path) -> None:
    before = files_of(here)
    args = ("rules.yaml", "--data", "data/customers.csv", *AS_OF, "--strict")
    for command in (("plan", *args, "--out", "p.json"), ("kpi", *args), ("explain", *args, "--customer", "C001"),
                    ("run", *args, "--state", "sqlite:///s.db"), ("diff", "rules.yaml", *args)):  # fmt: skip
        answer = crmrules(*command)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err == (
            f"{FORGOTTEN}\n1 warning\n  error X125  stopped by --strict (warnings: 1); nothing was written or sent\n\n1 error\n"
        )
    answer = crmrules("plan", *args, "--format", "json")
    assert answer.code == 1
    assert [each["code"] for each in json.loads(answer.out)["issues"]] == ["P416", "X125"]
    assert files_of(here) == before
    assert crmrules("plan", *BASE, "--strict").code == 0


def test_a_misspelt_header(here: Path) -> None:
    path = here / "data" / "customers.csv"
    path.write_text(path.read_text("utf-8").replace("satisfaction", "satisfacton"), "utf-8")
    answer = crmrules("plan", *BASE)
    assert (
        "  warning P418  no column gives 'satisfaction' (2 formulas and rows read it), so it is unknown for every customer; "
        "is the column 'satisfacton' meant?\n"
    ) in answer.err
    path.write_text(path.read_text("utf-8").replace("satisfacton", "xyz"), "utf-8")
    assert crmrules("plan", *BASE).err == (
        "  warning P417  no column gives these facts, which are unknown for every customer (in brackets: how many formulas "
        "and rows read it): satisfaction (2)\n\n1 warning\n"
    )


def _contradict(here: Path) -> None:
    path = here / "rules.yaml"
    text = path.read_text("utf-8")
    assert '{amount_12m: "< 10000"}' in text
    path.write_text(text.replace('{amount_12m: "< 10000"}', '{amount_12m: "< 60000"}'), "utf-8")


def test_rows_that_contradict_each_other_are_counted(here: Path) -> None:
    _contradict(here)
    answer = crmrules("run", *BASE, "--state", "sqlite:///s.db", "--notify", "file:sent.ndjson")
    assert answer.code == 0
    assert "table value_tier is UNIQUE, yet 2 of its rows match: VT" in answer.err
    line = next(line for line in answer.out.splitlines() if "undecided" in line)
    count = int(line.split()[0])
    assert "it gives no value; customers: " in answer.err
    noun = "customer" if count == 1 else "customers"
    assert line == (
        f"{count} {noun} left undecided by rows that contradict each other (see the warnings); what depends on the missing "
        "value was not done"
    )
    before = files_of(here)
    answer = crmrules("run", *BASE, "--state", "sqlite:///other.db", "--notify", "file:other.ndjson", "--strict")
    assert (answer.code, answer.out) == (1, "")
    assert "error X125  stopped by --strict (warnings: " in answer.err
    left = {name: text for name, text in files_of(here).items() if not name.startswith("other.db")}
    assert left == before


def test_explain_and_diff_name_the_conflict(here: Path) -> None:
    (here / "old.yaml").write_text((here / "rules.yaml").read_text("utf-8"), "utf-8")
    _contradict(here)
    shown = crmrules("diff", "old.yaml", "rules.yaml", "--data", "data", *AS_OF).out
    changed = next(line for line in shown.splitlines() if line.endswith("→ conflict"))
    customer = changed.split()[0]
    told = crmrules("explain", *BASE, "--customer", customer).out
    assert told.count("both matched; UNIQUE allows one") == 2
    assert "another row counts" not in told


@pytest.mark.parametrize("text", ["2026-03-02T09:00Z", "2026-03-02T09:00+08:00", "2026-03-02T09:00@Europe/London"])
def test_a_moment_with_a_zone_needs_no_seconds(here: Path, text: str) -> None:
    short = crmrules("plan", "rules.yaml", "--data", "data", "--as-of", text, "--format", "json")
    full = crmrules("plan", "rules.yaml", "--data", "data", "--as-of", f"{text[:16]}:00{text[16:]}", "--format", "json")
    assert (short.code, short.out) == (0, full.out)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("plan", *BASE, "--data", "other"), "X124: --data is given 2 times, and can be given once"),
        (("plan", *BASE, "--out", "data"), None),
        (("plan", *BASE, "--out", "folder.json"), "X113: 'folder.json' cannot be written: it is a folder"),
        (("plan", *BASE, "--out", "/proc/x.json"), None),
        (("check", "folder.json"), "X123: 'folder.json' holds no rule set: expected rules.yaml or rules.xlsx"),
    ],
)
def test_wrong_usage(here: Path, args: tuple[str, ...], message: str | None) -> None:
    (here / "folder.json").mkdir()
    answer = crmrules(*args)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    if message is not None:
        assert answer.err == f"error {message}\n"


def test_openpyxl_does_not_chat(here: Path) -> None:
    assert crmrules("convert", "rules.yaml", "rules.xlsx").code == 0
    with zipfile.ZipFile("rules.xlsx") as source, zipfile.ZipFile("plain.xlsx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/styles.xml":
                text = data.decode()
                start, end = text.index("<cellStyles"), text.index("</cellStyles>") + len("</cellStyles>")
                data = (text[:start] + text[end:]).encode()
            target.writestr(name, data)
    done = subprocess.run(
        [sys.executable, "-m", "crmrules", "plan", "plain.xlsx", "--data", "data", *AS_OF], capture_output=True, text=True,
        env={**os.environ, **ENGLISH}, timeout=60, check=False,
    )  # fmt: skip
    assert "UserWarning" not in done.stderr and done.returncode == 0


def test_one_of_something(here: Path) -> None:
    customers = (here / "data" / "customers.csv").read_text("utf-8").splitlines()[:2]
    for name in ("customers", "orders", "interactions"):
        lines = (here / "data" / f"{name}.csv").read_text("utf-8").splitlines()
        kept = customers if name == "customers" else [lines[0], *(line for line in lines[1:] if ",C001," in line)]
        (here / "data" / f"{name}.csv").write_text("\n".join(kept) + "\n", "utf-8")
    assert "1 customers" not in crmrules("plan", *BASE).out
    answer = crmrules("run", *BASE, "--state", "sqlite:///s.db", "--notify", "file:sent.ndjson")
    assert " for 1 customer: " in answer.out and "1 actions" not in answer.out


def test_a_name_that_no_file_can_have() -> None:
    name = "x" * 300
    answer = crmrules("check", name)
    assert (answer.code, answer.err) == (2, f"error X117: '{name}' cannot be read: File name too long\n")
