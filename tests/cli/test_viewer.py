"""--viewer and --reveal on every command that shows customers, and what the formats say of full days and deputies."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.helpers import crmrules

RULES = """\
crmrules: 1
name: seen
time_zone: Asia/Shanghai
policies:
  capacity: 1
  consent: consents
  view_all_roles: [head]
  reveal_roles: [head]
roles:
  am: {person: owner}
  head: {label: {en: Head, zh: 负责人}}
vocabulary:
  customer:
    name: {type: string}
    phone: {type: string, sensitivity: personal}
    owner: {type: string}
    grade: {type: string, values: [a, b]}
    last_touch_at: {type: date and time}
  consent: {channel: {type: string}, purpose: {type: string}, state: {type: string}}
  owner: {name: {type: string}, manager: {type: string}, role: {type: string}, deputy: {type: string}, left: {type: boolean}}
  action: {channel: {values: [wechat, phone]}}
decisions:
  touch:
    kind: cadence
    hit_policy: C
    settings: {anchor: last_touch_at}
    inputs: [phone]
    outputs: [every, task, channel, content, owner_role]
    rules:
      - {id: CALL, then: {every: P7D, task: call, channel: phone, content: "Call {{ phone }} or write to a.b@x.com", owner_role: am}}
      - {id: NEWS, then: {every: P7D, task: news, channel: wechat, owner_role: am}}
kpis:
  customers: {type: simple, over: customer, group_by: [owner]}
"""
DATA = {
    "customers.csv": "customer_id,name,phone,owner,last_touch_at\nC1,Acme,13812340001,Lin,\nC2,Blue,13812340002,Wang,\n",
    "owners.csv": "name,manager,role,deputy,left\nLin,Chen,,,\nWang,Chen,,Lin,true\nZhao,,head,,\n",
    "consents.csv": "customer_id,channel,purpose,state\nC1,wechat,,opted_out\n",
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rules.yaml").write_text(RULES, encoding="utf-8")
    Path("data").mkdir()
    for name, text in DATA.items():
        Path("data", name).write_text(text, encoding="utf-8")
    return tmp_path


def said(command: str, *more: str, code: int = 0) -> str:
    answer = crmrules(*command.split(), "--data", "data", "--as-of", "2026-03-02", *more)
    assert answer.code == code, answer
    return answer.out + answer.err


def planned(*more: str) -> list[tuple[str, str]]:
    plan = json.loads(said("plan rules.yaml --format json", *more))
    return [(action["customer"], action["rule"]) for action in plan["actions"]]


def test_plan_in_view(place: Path) -> None:
    every = [("C1", "CALL"), ("C2", "CALL"), ("C2", "NEWS")]
    assert sorted(planned()) == every
    assert sorted(planned("--viewer", "Zhao")) == every
    assert sorted(planned("--viewer", "Chen")) == every
    assert sorted(planned("--viewer", "Lin")) == every  # Wang left, Lin is the deputy
    assert sorted(planned("--viewer", "Wang")) == every[1:]


def test_explain_only_what_is_seen(place: Path) -> None:
    assert "CALL" in said("explain rules.yaml --customer C2 --viewer Wang")
    assert said("explain rules.yaml --customer C1 --viewer Wang", code=2) == (
        "error P534: customer C1 is none of those that Wang sees\n"
    )


def test_kpi_and_diff_in_view(place: Path) -> None:
    found = json.loads(said("kpi rules.yaml --format json --viewer Wang"))
    assert [(kpi["group"], kpi["value"]) for kpi in found["kpis"]] == [({}, 1), ({"owner": "Wang"}, 1)]
    Path("new.yaml").write_text(RULES.replace("task: call,", "task: ring,"), encoding="utf-8")
    for viewer, customers in (((), ["C1", "C2"]), (("--viewer", "Wang"), ["C2"])):
        diff = json.loads(said("diff rules.yaml new.yaml --format json", *viewer))
        assert [each["action"]["customer"] for each in diff["changed"]] == customers


def test_a_blank_viewer_is_nobody_and_sees_nothing(place: Path) -> None:
    """A shell variable that is not set must not show everybody."""
    assert said("plan rules.yaml", "--viewer", "", code=2) == "error X105: wrong usage: --viewer ''\n"


@pytest.mark.parametrize(
    "command", ["plan rules.yaml", "explain rules.yaml --customer C1", "diff rules.yaml rules.yaml"]
)
def test_personal_values_are_for_the_roles_that_may_see_them(place: Path, command: str) -> None:
    refused = "error P529: personal values are shown to these roles alone: head; found {}\n"
    assert said(f"{command} --reveal", code=2) == refused.format("nobody (--viewer)")
    assert said(f"{command} --reveal --viewer Lin", code=2) == refused.format("Lin")
    said(f"{command} --reveal --viewer Zhao")


def test_numbers_and_addresses_are_masked_wherever_they_are_shown(place: Path) -> None:
    outs = [Path(f"plan.{suffix}") for suffix in ("json", "csv", "html", "ics", "txt", "xlsx")]
    said("plan rules.yaml", *(part for out in outs for part in ("--out", str(out))))
    shown = {out.suffix: out.read_text("utf-8-sig") for out in outs[:-1]}
    book = load_workbook(io.BytesIO(outs[-1].read_bytes()))
    shown[".xlsx"] = "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    shown["explain"] = said("explain rules.yaml --customer C1")
    shown["explain.json"] = said("explain rules.yaml --customer C1 --format json")
    for where, text in shown.items():
        assert "13812340001" not in text.replace(" ", ""), where
        assert "a.b@x.com" not in text, where
    for where in (".json", ".csv", ".html", ".xlsx", "explain", "explain.json"):
        assert "Call 138****0001 or write to a***@x.com" in shown[where], where
    assert "Call 13812340001 or write to a.b@x.com" in said("plan rules.yaml --format json --reveal --viewer Zhao")


def test_full_days_and_deputies_in_every_format(place: Path) -> None:
    outs = [Path(f"plan.{suffix}") for suffix in ("html", "xlsx")]
    text = said("plan rules.yaml", *(part for out in outs for part in ("--out", str(out))))
    assert "Beyond capacity\n  Lin 2026-03-02: 3 actions, capacity 1\n" in text
    page = outs[0].read_text("utf-8")
    assert "<bdi>Lin 2026-03-02: 3 actions, capacity 1</bdi>" in page
    assert "for Wang, who has left" in page
    assert "the customer opted out of Marketing by wechat" in page
    summary = load_workbook(outs[1]).worksheets[0]
    rows = [[cell.value for cell in row[:4]] for row in summary.iter_rows()]
    assert ["Lin", "2026-03-02", 3, 1] in rows
    plan = json.loads(said("plan rules.yaml --format json"))
    assert [(o["owner"], o["planned"], o["capacity"], len(o["beyond"])) for o in plan["overflow"]] == [("Lin", 3, 1, 2)]
    assert {(a["on_behalf_of"], a["behalf_reason"]) for a in plan["actions"]} == {("", ""), ("Wang", "left")}
    (kept,) = plan["withheld"]
    assert (kept["reason"], kept["by"]["place"]["text"], kept["by"]["channel"]) == (
        "opted_out",
        "rules.yaml:6:12",
        "wechat",
    )


def test_explain_shows_the_cell_and_the_full_day(place: Path) -> None:
    first, second = said("explain rules.yaml --customer C1"), said("explain rules.yaml --customer C2")
    assert "Withheld: the customer opted out of Marketing by wechat  (rules.yaml:6:12)" in first
    assert "for Wang, who has left" in second
    assert "Lin 2026-03-02: 3 actions, capacity 1" in second
    assert "capacity" not in first  # the most urgent of the day


def test_in_chinese(place: Path) -> None:
    answer = crmrules(
        "explain", "rules.yaml", "--data", "data", "--as-of", "2026-03-02", "--customer", "C1", "--lang", "zh"
    )
    assert "被拦下：客户已退订：wechat的营销联系  (rules.yaml:6:12)" in answer.out


def test_explain_tells_what_a_policy_could_not_understand(place: Path) -> None:
    Path("data", "consents.csv").write_text("customer_id,channel,purpose,state\nC1,wechat,,mabye\n", encoding="utf-8")
    text = said("explain rules.yaml --customer C1")
    assert "opted out of Marketing by wechat" in text
    assert "rules.yaml:6:12: warning P530: customer C1: 'mabye' in a consent is not understood" in text
