"""``crmrules init``: a small rule set, its data-source file and sample data, ready to be tried and changed."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path

import click

from crmrules.cli.console import FINE, Console, WrongUsageError
from crmrules.cli.convert import read, write_verified
from crmrules.cli.framework import command, option
from crmrules.cli.session import load_registry
from crmrules.model.issues import issue

AS_OF = "2026-03-02"
"""The moment that the sample data are made for."""

_BOM = "\ufeff"


@command(
    "init",
    "Write a small commented rule set, a data-source file and sample data into DIR, which is made when missing. They "
    "pass `check` and `plan` as they are. Files that exist are not overwritten. Texts are in the language of --lang.",
    "在 DIR 中写出一份带注释的小型规则集、数据源文件和示例数据（目录不存在则创建），可直接用于 check 和 plan。"
    "不会覆盖已有文件。内容语言由 --lang 决定。",
    "crmrules init my-rules",
    "crmrules init my-rules --xlsx --lang zh",
)
@click.argument("folder", metavar="DIR")
@option("--xlsx", is_flag=True, en="Write the rules as an Excel workbook.", zh="规则集写成 Excel 工作簿。")
@click.pass_obj
def command_(console: Console, folder: str, xlsx: bool) -> int:
    """Write the starter."""
    target = Path(folder)
    rules = "rules.xlsx" if xlsx else "rules.yaml"
    for path in (target / rules, target / "data"):
        if path.exists():
            raise WrongUsageError([issue("X111", found=path)])
    try:
        _write(target, rules, console.lang)
    except OSError as error:
        raise WrongUsageError([issue("X113", found=folder, reason=error.strerror or error)]) from None
    console.say(console.text("written: ", "已写出：") + f"{target / rules}, {target / 'data'}")
    console.say(console.text("now try:", "接下来可以运行："))
    console.say(f"  crmrules check {target / rules}")
    console.say(f"  crmrules plan {target / rules} --data {target / 'data'} --as-of {AS_OF}")
    return FINE


def _write(target: Path, rules: str, lang: str) -> None:
    """Everything into a folder of its own first: a failure leaves nothing half made."""
    made = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=target, prefix=".init-") as folder:
            draft = Path(folder)
            _fill(draft, rules, lang)
            (draft / rules).rename(target / rules)
            (draft / "data").rename(target / "data")
    except BaseException:
        if made:
            target.rmdir()
        raise


def _fill(draft: Path, rules: str, lang: str) -> None:
    """The starter of a language: its rule file, and its data in a folder."""
    data = draft / "data"
    data.mkdir()
    for source in files("crmrules.cli").joinpath("starter", lang).iterdir():
        text = source.read_text(encoding="utf-8")
        if source.name == "rules.yaml":
            (draft / source.name).write_text(text, encoding="utf-8")
        else:
            # Excel takes a CSV file without this mark for the local code page.
            mark = _BOM if source.name.endswith(".csv") and not text.isascii() else ""
            (data / source.name).write_text(mark + text, encoding="utf-8")
    if rules.endswith(".xlsx"):
        registry = load_registry()
        write_verified(read(str(draft / "rules.yaml"), registry), draft / rules, lang, registry)
