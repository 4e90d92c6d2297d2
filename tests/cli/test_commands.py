"""Each command at its work, over the starter that ``init`` writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.helpers import crmrules, files_of

AT = ("--as-of", "2026-03-02T09:00")
WORK = ("rules.yaml", "--data", "data", *AT)


# --- init -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("xlsx", [False, True])
def test_the_starter_passes_check_and_plan_at_once(tmp_path: Path, lang: str, xlsx: bool) -> None:
    rules = "rules.xlsx" if xlsx else "rules.yaml"
    made = crmrules("init", tmp_path / "new", "--lang", lang, *(["--xlsx"] if xlsx else []))
    assert (made.code, made.err) == (0, "")
    assert sorted(files_of(tmp_path / "new")) == [
        "data/customers.csv", "data/data.yaml", "data/interactions.csv", "data/orders.csv", rules,
    ]  # fmt: skip
    check, plan = (line.split()[1:] for line in made.out.splitlines()[2:4])
    checked = crmrules(*check, "--lang", lang)
    assert (checked.code, checked.err) == (0, "")
    planned = crmrules(*plan, "--lang", lang, "--format", "json")
    assert (planned.code, planned.err) == (0, "")
    actions = json.loads(planned.out)["actions"]
    assert [(a["customer"], a["rule"]) for a in actions] == [
        ("C001", "FU1"), ("C002", "UH1"), ("C006", "FU3"), ("C002", "FU2"), ("C002", "UH2"),
    ]  # fmt: skip


def test_init_overwrites_nothing(here: Path) -> None:
    before = files_of(here)
    answer = crmrules("init", ".")
    assert (answer.code, answer.err) == (2, "error X111: 'rules.yaml' exists already and is not overwritten\n")
    (here / "rules.yaml").unlink()
    answer = crmrules("init", ".")
    assert (answer.code, answer.err) == (2, "error X111: 'data' exists already and is not overwritten\n")
    assert files_of(here) == {name: text for name, text in before.items() if name != "rules.yaml"}


# --- check ----------------------------------------------------------------------------------------------------------


def test_check_says_what_it_checked(here: Path) -> None:
    assert crmrules("check", "rules.yaml").out == "my_rules is fine (decisions: 3, rows: 8, facts: 14, KPIs: 1)\n"
    chinese = crmrules("check", "rules.yaml", "--lang", "zh")
    assert chinese.out == "my_rules 没有错误（规则表 3 张，规则 8 行，字段 14 个，指标 1 个）\n"
    assert crmrules("check", ".").code == 0


def test_check_as_json(here: Path) -> None:
    assert json.loads(crmrules("check", "rules.yaml", "--format", "json").out)["issues"] == []
    text = (here / "rules.yaml").read_text(encoding="utf-8").replace(": high}\n", ": hihg}\n")
    (here / "rules.yaml").write_text(text, encoding="utf-8")
    answer = crmrules("check", "rules.yaml", "--format", "json")
    assert (answer.code, answer.err) == (1, "")
    found = json.loads(answer.out)
    assert found["counts"]["error"] == len(found["issues"]) > 0
    assert found["issues"][0]["code"] == "F121" and found["issues"][0]["line"] == 86


def test_all_problems_are_told_at_once(here: Path) -> None:
    text = (here / "rules.yaml").read_text(encoding="utf-8")
    text = text.replace("id: VT2", "id: VT1").replace("{value_tier: mid}\n", "{value_tier: middle}\n")
    text = text.replace('satisfaction: "< 70"', 'satisfaction: "< seventy"')
    (here / "rules.yaml").write_text(text, encoding="utf-8")
    answer = crmrules("check", "rules.yaml", "--format", "json")
    assert {(i["line"], i["code"]) for i in json.loads(answer.out)["issues"]} >= {(73, "R305"), (89, "F121")}
    assert {i["line"] for i in json.loads(answer.out)["issues"]} == {73, 89, 104, 107}


# --- plan -----------------------------------------------------------------------------------------------------------


def test_plan_shows_a_summary_and_writes_every_format(here: Path) -> None:
    names = ["plan.json", "plan.csv", "plan.xlsx", "plan.html", "plan.ics", "plan.txt"]
    outs = [part for name in names for part in ("--out", name)]
    answer = crmrules("plan", *WORK, *outs, "--limit", "1")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(
        "My rules\nAs of 2026-03-02 09:00, the rule set asks for 5 actions for 3 of 6 customers"
    )
    assert "  … and 4 more\n" in answer.out
    assert answer.out.endswith("".join(f"written: {name}\n" for name in names))
    assert all((here / name).stat().st_size > 100 for name in names)


def test_plan_files_are_the_same_on_every_machine(here: Path) -> None:
    for folder, env in (("a", {"LC_ALL": "C.UTF-8"}), ("b", {"LC_ALL": "zh_CN.UTF-8"})):
        (here / folder).mkdir()
        outs = [part for end in ("json", "csv", "xlsx", "html", "ics") for part in ("--out", f"{folder}/plan.{end}")]
        assert crmrules("plan", *WORK, *outs, env=env).code == 0
    assert files_of(here / "a") == files_of(here / "b")


def test_a_parameter_set_at_the_command_line_counts(here: Path) -> None:
    answer = crmrules("plan", *WORK, "--set", "high_value=20000", "--format", "json")
    assert [a["rule"] for a in json.loads(answer.out)["actions"] if a["customer"] == "C002"] == ["FU1", "UH1", "UH2"]


def test_the_horizon_of_the_command_line_counts(here: Path) -> None:
    for horizon, rules in (("P1D", 4), ("7天", 5), ("P30D", 7)):
        answer = crmrules("plan", *WORK, "--horizon", horizon, "--format", "json")
        assert len(json.loads(answer.out)["actions"]) == rules, horizon


def test_as_of_is_read_on_the_rule_sets_clock(here: Path) -> None:
    text = (here / "rules.yaml").read_text(encoding="utf-8").replace("Europe/London", "Asia/Tokyo")
    (here / "rules.yaml").write_text(text, encoding="utf-8")
    for given, meant in (
        ("2026-03-02", "2026-03-02T00:00:00+09:00"),
        ("2026-03-02 09:30", "2026-03-02T09:30:00+09:00"),
        ("2026-03-02T00:30:00Z", "2026-03-02T09:30:00+09:00"),
    ):
        answer = crmrules("plan", "rules.yaml", "--data", "data", "--as-of", given, "--format", "json")
        assert json.loads(answer.out)["as_of"] == meant


def test_data_may_be_a_folder_a_data_file_or_one_table(here: Path) -> None:
    whole = crmrules("plan", *WORK, "--format", "json").out
    assert crmrules("plan", "rules.yaml", "--data", "data/data.yaml", *AT, "--format", "json").out == whole
    (here / "data" / "data.yaml").rename(here / "data.yaml.bak")
    assert len(json.loads(crmrules("plan", *WORK, "--format", "json").out)["actions"]) == 5
    table = crmrules("plan", "rules.yaml", "--data", "data/customers.csv", *AT, "--format", "json")
    assert table.code == 0 and json.loads(table.out)["counts"]["customers"] == 6


# --- explain, diff, kpi ---------------------------------------------------------------------------------------------


def test_explain_shows_rows_and_the_cells_that_stopped_them(here: Path) -> None:
    answer = crmrules("explain", *WORK, "--customer", "C002")
    assert (answer.code, answer.err) == (0, "")
    assert "✓ VT2  (rules.yaml:73:9)" in answer.out
    assert "✗ VT1  (rules.yaml:72:9)" in answer.out
    found = json.loads(crmrules("explain", *WORK, "--customer", "C002", "--format", "json").out)
    assert found["customer"] == "C002"


def test_diff_names_the_customers_and_rows(here: Path) -> None:
    shutil.copy(here / "rules.yaml", here / "new.yaml")
    text = (here / "new.yaml").read_text(encoding="utf-8").replace('value: "50000"', 'value: "20000"')
    (here / "new.yaml").write_text(text, encoding="utf-8")
    answer = crmrules("diff", "rules.yaml", "new.yaml", "--data", "data", *AT)
    assert (answer.code, answer.err) == (0, "")
    assert "C002" in answer.out and "VT1" in answer.out and "C006" not in answer.out
    same = crmrules("diff", "rules.yaml", "rules.yaml", "--data", "data", *AT)
    assert "No customer is decided differently" in same.out
    assert json.loads(crmrules("diff", "rules.yaml", "new.yaml", "--data", "data", *AT, "--format", "json").out)


def test_kpi_as_a_table_and_as_json(here: Path) -> None:
    answer = crmrules("kpi", *WORK)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[1].split() == ["Happy", "customers", "Total", "80%", "80%", "on", "target", "5"]
    (found,) = json.loads(crmrules("kpi", *WORK, "--format", "json").out)["kpis"]
    assert (found["kpi"], found["value"], found["n"]) == ("happy_share", 0.8, 5)


# --- convert --------------------------------------------------------------------------------------------------------


def test_convert_there_and_back_gives_an_equal_rule_set(here: Path) -> None:
    assert crmrules("convert", "rules.yaml", "rules.xlsx").out == "written: rules.xlsx\n"
    assert crmrules("convert", "rules.xlsx", "back.yaml").code == 0
    prints = [
        json.loads(crmrules("plan", name, "--data", "data", *AT, "--format", "json").out)["ruleset"]["fingerprint"]
        for name in ("rules.yaml", "rules.xlsx", "back.yaml")
    ]
    assert len(set(prints)) == 1
    assert sorted(path.name for path in here.iterdir()) == ["back.yaml", "data", "rules.xlsx", "rules.yaml"]


def test_convert_overwrites_only_when_told(here: Path) -> None:
    (here / "other.yaml").write_text("mine")
    answer = crmrules("convert", "rules.yaml", "other.yaml")
    assert (answer.code, answer.err) == (2, "error X111: 'other.yaml' exists already and is not overwritten\n")
    assert (here / "other.yaml").read_text() == "mine"
    assert crmrules("convert", "rules.yaml", "other.yaml", "--force").code == 0
    assert crmrules("check", "other.yaml").code == 0


def test_convert_writes_nothing_from_a_broken_rule_set(here: Path) -> None:
    (here / "rules.yaml").write_text("crmrules: 1\n")
    before = files_of(here)
    assert crmrules("convert", "rules.yaml", "new.xlsx").code == 1
    assert files_of(here) == before


def test_what_does_not_read_back_equal_is_not_kept(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer with a fault must not cost anybody a rule."""

    def forget(ruleset: object, path: Path) -> None:
        path.write_text(
            (here / "rules.yaml").read_text(encoding="utf-8").replace("weekly", "monthly"), encoding="utf-8"
        )

    monkeypatch.setattr("crmrules.rulesets.writer.write_yaml", forget)
    before = files_of(here)
    answer = crmrules("convert", "rules.yaml", "new.yaml")
    assert answer.code == 1
    assert (
        "X118  what was written to 'new.yaml' does not read back as the same rule set, so it was not kept" in answer.err
    )
    assert files_of(here) == before


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_place_that_cannot_be_written_to_is_named(here: Path) -> None:
    for args in (("convert", "rules.yaml", "/proc/new.yaml"), ("init", "/proc/new")):
        answer = crmrules(*args)
        assert answer.code == 2
        assert answer.err == f"error X113: '{args[-1]}' cannot be written: No such file or directory\n"


# --- run ------------------------------------------------------------------------------------------------------------

RUN = ("run", *WORK, "--state", "sqlite:///crm.db", "--notify", "file:told.ndjson")


def test_a_second_run_tells_nothing_twice(here: Path) -> None:
    first = crmrules(*RUN)
    assert (first.code, first.err) == (0, "")
    assert first.out == (
        "4 actions for 6 customers: 4 new, 0 known from earlier runs\n"
        "file:told.ndjson: 4 delivered, 0 to be sent again, 0 parked\n"
    )
    told = (here / "told.ndjson").read_text(encoding="utf-8")
    assert len(told.splitlines()) == 4
    second = crmrules(*RUN)
    assert second.out == (
        "4 actions for 6 customers: 0 new, 4 known from earlier runs\n"
        "file:told.ndjson: 0 delivered, 0 to be sent again, 0 parked\n"
    )
    assert (here / "told.ndjson").read_text(encoding="utf-8") == told


def test_run_as_json(here: Path) -> None:
    found = json.loads(crmrules(*RUN, "--format", "json").out)
    assert (found["run"], found["actions"], found["new"], found["resumed"]) == (1, 4, 4, 0)
    assert found["notifiers"][0]["delivered"] == 4
    assert found["as_of"] == "2026-03-02T09:00:00Z"


def test_run_on_the_console_is_the_default(here: Path) -> None:
    answer = crmrules("run", *WORK, "--state", "sqlite:///crm.db")
    assert answer.code == 0
    assert answer.out.splitlines()[0].startswith("2026-02-27T15:00:00Z · Amy Stone · Harbour Foods Ltd (C001) · Call")
    assert len(answer.out.splitlines()) == 4 + 2
    as_json = crmrules("run", *WORK, "--state", "sqlite:///other.db", "--format", "json")
    assert json.loads(as_json.out)["notifiers"][0]["delivered"] == len(as_json.err.splitlines()) == 4


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_what_cannot_be_delivered_is_said_and_sent_by_the_next_run(here: Path) -> None:
    first = crmrules("run", *WORK, "--state", "sqlite:///crm.db", "--notify", "file:/dev/full")
    assert first.code == 1
    assert "file:/dev/full could not deliver 4 of 4 actions, they stay pending and the next run sends them" in first.err
    assert "/dev/full: " in first.err
    second = crmrules(*RUN)
    assert second.code == 0
    assert second.out == (
        "4 actions for 6 customers: 0 new, 4 known from earlier runs\n"
        "4 left over from earlier runs were offered again\n"
        "file:told.ndjson: 4 delivered, 0 to be sent again, 0 parked\n"
    )


def test_a_notifier_that_cannot_be_opened_is_wrong_usage(here: Path) -> None:
    before = files_of(here)
    answer = crmrules("run", *WORK, "--state", "sqlite:///crm.db", "--notify", "file:nowhere/told.ndjson")
    assert answer.code == 2 and answer.err.startswith("error H201: ")
    assert files_of(here) == before


def test_run_back_in_time_is_refused(here: Path) -> None:
    assert crmrules(*RUN).code == 0
    answer = crmrules("run", "rules.yaml", "--data", "data", "--as-of", "2026-03-01", *RUN[6:])
    assert answer.code == 1
    assert "error X206  the state holds a run of 'my_rules' as of 2026-03-02T09:00:00@Europe/London" in answer.err


def test_run_that_cannot_read_its_data_makes_no_state(here: Path) -> None:
    (here / "data" / "customers.csv").write_text("")
    assert crmrules(*RUN).code == 1
    assert not (here / "crm.db").exists() and not (here / "told.ndjson").exists()


def test_run_without_sqlalchemy_says_how_to_install_it(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sqlalchemy", None)
    answer = crmrules(*RUN)
    assert (answer.code, answer.err.strip()) == (
        1,
        "error X201  keeping state needs SQLAlchemy, which is not installed; install it with: "
        "pip install 'crmrules[state]'\n\n1 error",
    )


# --- schema, plugins ------------------------------------------------------------------------------------------------


def test_schemas_are_listed_and_printed() -> None:
    names = crmrules("schema").out.split()
    assert {"ruleset", "datasource", "plan", "issues"} <= set(names)
    for name in names:
        assert json.loads(crmrules("schema", name).out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    answer = crmrules("schema", "ruleste")
    assert answer.code == 2 and answer.err.endswith("; did you mean ruleset?\n")


def test_plugins_are_listed() -> None:
    text = crmrules("plugins").out
    assert "storages" in text and "  storage csv\n" in text
    found = json.loads(crmrules("plugins", "--format", "json").out)["plugins"]
    assert {"notifiers", "storages"} <= {plugin["name"] for plugin in found}
