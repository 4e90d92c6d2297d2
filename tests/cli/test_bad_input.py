"""Bad input of every kind ends in one clear message, exit code 1 or 2, and nothing written."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.helpers import Answer, crmrules, files_of

AT = ("--as-of", "2026-03-02")


def plan(rules: str = "rules.yaml", data: str = "data", *more: str) -> Answer:
    """A plan with every kind of output asked for."""
    return crmrules("plan", rules, "--data", data, *AT, "--out", "plan.json", "--out", "plan.xlsx", *more)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def refused(here: Path, expected: str, rules: str = "rules.yaml", data: str = "data", code: int = 1) -> None:
    """``check`` or ``plan`` says exactly this, and the folder stays as it is."""
    before = files_of(here)
    answer = plan(rules, data)
    assert (answer.err.rstrip("\n"), answer.out, answer.code) == (expected, "", code)
    assert files_of(here) == before


CASES: list[tuple[str, str, str, str]] = [
    (
        "a typo in a cell",
        "when: {value_tier: high}",
        "when: {value_tier: hihg}",
        "rules.yaml\n"
        '  86:28  error F121  "hihg" is none of the allowed values (high, mid, low); did you mean high?\n'
        "\n1 error in 1 file",
    ),
    (
        "a cycle",
        "formula: sum(orders[placed_at >= as_of - P365D].amount)",
        "formula: 'if value_tier = \"high\" then 1 else 0'",
        "rules.yaml\n"
        "  37:16  error P103  these need each other, so none can come first: amount_12m → value_tier → amount_12m "
        "(rules.yaml:37:16, rules.yaml:64:3)\n"
        "\n1 error in 1 file",
    ),
    (
        "two rules with one id",
        "id: VT2",
        "id: VT1",
        "rules.yaml\n"
        "  73:14  error R305  two rules have the id `VT1`; the other is at rules.yaml:72:14\n"
        "\n1 error in 1 file",
    ),
    (
        "a template that reaches for the interpreter",
        "{{ name }}: how is it going?",
        "{{ ''.__class__ }}",
        "rules.yaml\n"
        "  87:69  error P310  {{ ''.__class__ }} is refused: an attribute is not allowed in a text; placeholders name "
        "facts and use filters\n"
        "\n1 error in 1 file",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "expected"), CASES, ids=[case[0] for case in CASES])
def test_mistakes_in_rules(here: Path, name: str, old: str, new: str, expected: str) -> None:
    edit(here / "rules.yaml", old, new)
    refused(here, expected)
    answer = crmrules("check", "rules.yaml")
    assert (answer.err.rstrip("\n"), answer.out, answer.code) == (expected, "", 1)


def test_an_unknown_column_of_a_table(here: Path) -> None:
    edit(here / "rules.yaml", "inputs: [amount_12m]", "inputs: [amount_12n]")
    answer = plan()
    assert answer.code == 1
    assert answer.err.splitlines()[1] == (
        "  68:14  error R310  unknown input `amount_12n`: no fact of the customer has this name, label or alias; "
        "did you mean amount_12m?"
    )
    assert not (here / "plan.json").exists()


def test_an_unknown_column_of_the_data(here: Path) -> None:
    edit(here / "data" / "data.yaml", "customer: {path: customers.csv, key: customer_id}",
         "customer: {path: customers.csv, key: customer_id, columns: {satisfaction: satisfcation}}")  # fmt: skip
    answer = plan()
    assert answer.code == 1
    assert answer.err.startswith("data/data.yaml\n  5:") and "satisfcation" in answer.err
    assert not (here / "plan.json").exists()


def test_a_wrong_type_in_one_of_100_000_rows(here: Path) -> None:
    rows = [f"C{n:06d},Name {n},amy,no,{'n/a?' if n == 77_777 else 80}" for n in range(100_000)]
    text = "\n".join(["customer_id,name,owner,do_not_contact,satisfaction", *rows])
    (here / "data" / "customers.csv").write_text(text, encoding="utf-8")
    for name in ("orders.csv", "interactions.csv"):
        header = (here / "data" / name).read_text(encoding="utf-8").splitlines()[0]
        (here / "data" / name).write_text(header + "\n", encoding="utf-8")
    refused(
        here,
        "data/customers.csv\n  77779:5  error D301  column satisfaction: found 'n/a?', expected a number\n"
        "\n1 error in 1 file",
    )


def test_a_rule_file_in_gb18030_is_read_and_said(here: Path) -> None:
    assert crmrules("init", "zh", "--lang", "zh").code == 0
    text = (here / "zh" / "rules.yaml").read_text(encoding="utf-8")
    (here / "zh" / "rules.yaml").write_bytes(text.encode("gb18030"))
    answer = crmrules("check", "zh/rules.yaml")
    assert answer.code == 0
    assert "note R109  read as GB18030; save the file as UTF-8 to be safe" in answer.err


def test_a_rule_file_in_no_encoding_at_all(here: Path) -> None:
    (here / "rules.yaml").write_bytes(b"crmrules: 1\nname: \x80\xff\xfe\n")
    answer = plan()
    assert answer.code == 1 and "rules.yaml" in answer.err and "error R" in answer.err
    assert not (here / "plan.json").exists()


def test_an_empty_rule_file(here: Path) -> None:
    (here / "rules.yaml").write_text("")
    refused(here, "rules.yaml\n  error R106  the file is empty\n\n1 error in 1 file")


def test_an_empty_data_file(here: Path) -> None:
    (here / "data" / "customers.csv").write_text("")
    answer = plan()
    assert answer.code == 1
    assert "error D103  the file is empty; expected a header line with the column names" in answer.err
    assert not (here / "plan.json").exists()


def test_a_workbook_that_is_a_renamed_csv(here: Path) -> None:
    (here / "rules.xlsx").write_text("customer_id,name\n1,Amy\n")
    answer = plan("rules.xlsx")
    assert answer.code == 1
    assert answer.err.startswith("rules.xlsx\n  error W") and answer.err.endswith("\n1 error in 1 file\n")
    assert not (here / "plan.json").exists()


def yaml_bomb(path: Path) -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for n in range(12):
        lines.append(f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]")
    path.write_text("\n".join(lines))


def zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"\0" * 300_000_000)


@pytest.mark.parametrize(("name", "make"), [("bomb.yaml", yaml_bomb), ("bomb.xlsx", zip_bomb)])
def test_bombs_are_refused_at_once(here: Path, name: str, make: Callable[[Path], None]) -> None:
    make(here / name)
    before, start = files_of(here), time.perf_counter()
    answer = plan(name)
    assert time.perf_counter() - start < 2
    assert answer.code == 1
    assert answer.err.startswith(f"{name}\n") and answer.err.endswith("\n1 error in 1 file\n")
    assert files_of(here) == before


def test_a_name_that_is_a_formula_is_only_a_name(here: Path) -> None:
    edit(here / "data" / "customers.csv", "Harbour Foods Ltd", "=cmd|'/C calc'!A0")
    answer = crmrules("plan", "rules.yaml", "--data", "data", *AT, "--out", "plan.csv", "--out", "plan.xlsx")
    assert answer.code == 0
    assert "\"'=cmd|'/C calc'!A0\"" in (here / "plan.csv").read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(here / "plan.xlsx") as book:
        for name in book.namelist():
            assert b"<f>" not in book.read(name)


def test_an_output_that_cannot_be_written_leaves_no_other_behind(here: Path) -> None:
    (here / "plan.xlsx").mkdir()
    before = files_of(here)
    answer = plan()
    assert (answer.code, answer.err) == (2, "error X113: 'plan.xlsx' cannot be written: it is a folder\n")
    assert files_of(here) == before


def test_an_unknown_parameter(here: Path) -> None:
    answer = plan("rules.yaml", "data", "--set", "high_valeu=1")
    assert answer.code == 1
    assert "error P107  there is no parameter 'high_valeu' to set; did you mean high_value?" in answer.err
    assert crmrules("plan", "rules.yaml", "--data", "data", *AT, "--set", "high_value").code == 2


def test_an_unknown_customer_names_the_nearest(here: Path) -> None:
    answer = crmrules("explain", "rules.yaml", "--data", "data", *AT, "--customer", "C0003")
    assert (answer.code, answer.err) == (
        2,
        "error X116: there is no customer 'C0003' among the 6 read; did you mean C003?\n",
    )
