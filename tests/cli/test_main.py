"""The frame: help in two languages, wrong usage, exit codes, and that nothing ends in a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crmrules.cli.main import COMMANDS
from crmrules.model.errors import RuleSetError
from tests.cli.helpers import ENGLISH, crmrules

ROOT = Path(__file__).parents[2]


def run_process(*args: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crmrules", *args], capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT,
        env={**os.environ, **ENGLISH}, **settings,
    )  # fmt: skip


def test_help_lists_every_command_in_both_languages() -> None:
    english, chinese = crmrules("--help"), crmrules("--lang", "zh", "--help")
    for name, label in COMMANDS.items():
        assert f"  {name} " in english.out and label.en in english.out
        assert f"  {name} " in chinese.out and label.zh in chinese.out
    assert (english.code, chinese.code) == (0, 0)
    assert chinese.out.startswith("用法：crmrules [OPTIONS] COMMAND …\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str) -> None:
    english, chinese = crmrules(name, "--help"), crmrules(name, "--help", "--lang=zh")
    assert (english.code, chinese.code) == (0, 0)
    assert english.out.startswith(f"Usage: crmrules {name} ")
    assert english.out.isascii() or name in ("plan",)  # one example of a duration is Chinese
    assert chinese.out.startswith(f"用法：crmrules {name} ")
    assert "显示本帮助。" in chinese.out and "Show this text." not in chinese.out


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "en"),
    ],
)
def test_the_locale_decides_unless_a_language_is_asked_for(env: dict[str, str], language: str) -> None:
    assert crmrules("--help", env=env).out.startswith("用法" if language == "zh" else "Usage")
    assert crmrules("--help", "--lang", "en", env=env).out.startswith("Usage")
    assert crmrules("--help", "--lang", "auto", env=env).out.startswith("用法" if language == "zh" else "Usage")


def test_without_a_command_help_is_shown_and_the_code_is_2() -> None:
    answer = crmrules()
    assert answer.code == 2
    assert answer.out == crmrules("--help").out


def test_version() -> None:
    from importlib.metadata import version

    assert crmrules("--version").out == f"crmrules {version('crmrules')}\n"


WRONG = [
    (["chek"], "error X104: there is no command 'chek'; did you mean check?", "错误 X104: 没有命令“chek”；是否想写 check？"),
    (["frobnicate"], "error X104: there is no command 'frobnicate'; see crmrules --help", "错误 X104: 没有命令“frobnicate”；请看 crmrules --help"),
    (["--fast"], "error X101: there is no option --fast here; see crmrules --help", "错误 X101: 此处没有选项 --fast；请看 crmrules --help"),
    (["check", "--fromat", "json", "x"], "error X101: there is no option --fromat here; did you mean --format?", "错误 X101: 此处没有选项 --fromat；是否想写 --format？"),
    (["check"], "error X102: RULES is missing; see crmrules check --help", "错误 X102: 缺少 RULES；请看 crmrules check --help"),
    (["plan", "x", "--as-of"], "error X102: --as-of … is missing; see crmrules plan --help", "错误 X102: 缺少 --as-of …；请看 crmrules plan --help"),
    (["plan", "x", "--as-of", "2026-03-01"], "error X102: --data is missing; see crmrules plan --help", "错误 X102: 缺少 --data；请看 crmrules plan --help"),
    (["check", "x", "--format", "jsn"], "error X103: --format: 'jsn' cannot be used, expected json", "错误 X103: --format：“jsn”不可用，应为json"),
    (["plan", "x", "--data", "y", "--limit", "-1"], "error X103: --limit: '-1' cannot be used, expected 0, 1, 2 …", "错误 X103: --limit：“-1”不可用，应为0, 1, 2 …"),
    (["check", "a", "b"], "error X105: wrong usage: Got unexpected extra argument (b); see crmrules check --help", "错误 X105: 用法有误：Got unexpected extra argument (b)；请看 crmrules check --help"),
    (["check", "no.yaml"], "error X106: rule file 'no.yaml' does not exist", "错误 X106: 规则文件“no.yaml”不存在"),
    (["check", "docs"], "error X123: 'docs' holds no rule set: expected rules.yaml or rules.xlsx", "错误 X123: “docs”中没有规则集：应有 rules.yaml 或 rules.xlsx"),
    (["plan", "x", "--data", "y", "--as-of", "yesterday"], "error X107: --as-of 'yesterday' is not a moment; write a date, or a date and time with or without a zone, such as 2026-03-01, 2026-03-01T09:00, 2026-03-01T09:00Z or 2026-03-01T09:00+08:00", None),
    (["plan", "x", "--data", "y", "--as-of", "2026-02-30"], "error X107: --as-of '2026-02-30' is not a moment; write a date, or a date and time with or without a zone, such as 2026-03-01, 2026-03-01T09:00, 2026-03-01T09:00Z or 2026-03-01T09:00+08:00", None),
    (["plan", "x", "--data", "y"], "error X108: --as-of is missing: say for which moment the rules are evaluated, for example --as-of 2026-03-01 (crmrules never reads the clock, so that the same input gives the same plan)", None),
    (["plan", "x", "--data", "y", "--as-of", "2026-03-01", "--out", "plan.pdf"], None, None),
    (["plan", "x", "--data", "y", "--as-of", "2026-03-01", "--out", "a.json", "--out", "a.json"], "error X119: --out 'a.json' is given twice", None),
    (["plan", "x", "--data", "y", "--as-of", "2026-03-01", "--out", "no/where/a.json"], "error X112: the folder 'no/where' does not exist, so nothing can be written there", None),
    (["plan", "x", "--data", "y", "--as-of", "2026-03-01", "--horizon", "soon"], "error X103: --horizon: 'soon' cannot be used, expected P7D, P1M, 7天, 2周", None),
    (["check", "pyproject.toml", "--set", "high"], "error X109: --set 'high' is not name=value, for example --set high_value=600000", None),
    (["schema", "rulset"], "error X114: there is no published schema 'rulset'; there are datasource, decision, diff, issues, plan, ruleset, tests; did you mean ruleset?", None),
    (["run", "x", "--data", "y", "--as-of", "2026-03-01", "--state", "crm.db"], "error X202: --state 'crm.db' is not a place for state; write sqlite:///crm.db (a file here) or sqlite:////full/path/crm.db", None),
    (["run", "x", "--data", "y", "--as-of", "2026-03-01", "--state", "sqlite:///crm.db", "--notify", "fil:a"], "error X115: there is no notifier 'fil'; there are console, file; did you mean file?", None),
    (["convert", "pyproject.toml", "rules.docx"], "error X110: 'rules.docx': cannot tell from the ending what to write; known endings are .yaml, .yml, .xlsx", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "english", "chinese"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else ""
)
def test_wrong_usage_is_one_line_and_code_2(args: list[str], english: str | None, chinese: str | None) -> None:
    for lang, expected in (("en", english), ("zh", chinese)):
        answer = crmrules("--lang", lang, *args)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.count("\n") == 1
        if expected is not None:
            assert answer.err.replace("console, file, eml", "console, file") == expected + "\n"  # eml: a plugin's


def test_wrong_usage_for_a_program_is_json() -> None:
    answer = crmrules("check", "no.yaml", "--format", "json")
    assert answer.code == 2
    assert answer.err == ""
    assert [i["code"] for i in json.loads(answer.out)["issues"]] == ["X106"]


def test_a_missing_file_names_the_nearest_one(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("x")
    answer = crmrules("check", tmp_path / "ruls.yaml")
    assert answer.err == (
        f"error X106: rule file '{tmp_path}/ruls.yaml' does not exist; did you mean {tmp_path}/rules.yaml?\n"
    )


def test_a_bug_of_ours_is_one_line_and_code_70(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("boom\nand more")

    monkeypatch.setattr("crmrules.cli.plugins.load_registry", broken)
    answer = crmrules("plugins")
    assert (answer.code, answer.out) == (70, "")
    start = (
        "error X901: internal error, this is a bug in crmrules and not in your files; please report it with this line: "
    )
    assert answer.err.startswith(f"{start}ValueError: boom and more (test_main.py:")
    assert answer.err.count("\n") == 1
    assert "Traceback" in crmrules("plugins", env={"CRMRULES_DEBUG": "1"}).err


def test_an_error_without_issues_still_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuleSetError([], "no rules today")

    monkeypatch.setattr("crmrules.cli.plugins.load_registry", refuse)
    answer = crmrules("plugins")
    assert (answer.code, answer.err) == (1, "no rules today\n")


def test_ctrl_c_is_code_130_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("crmrules.cli.plugins.load_registry", interrupt)
    answer = crmrules("plugins")
    assert (answer.code, answer.err.strip()) == (130, "interrupted")


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; from crmrules.cli.main import main; sys.stdin.read(); main()", "schema", "ruleset"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, **ENGLISH},
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) in (141, -signal.SIGPIPE)


def test_names_that_the_terminal_cannot_show_do_not_end_the_command() -> None:
    result = run_process("check", "规则.yaml", "--lang", "zh")
    assert (result.returncode, result.stderr) == (2, "错误 X106: 规则文件“规则.yaml”不存在\n")
    settings = {**os.environ, **ENGLISH, "PYTHONIOENCODING": "ascii"}
    plain = subprocess.run(
        [sys.executable, "-m", "crmrules", "check", "规则.yaml"], capture_output=True, env=settings, cwd=ROOT
    )
    assert (plain.returncode, plain.stderr) == (2, rb"error X106: rule file '\u89c4\u5219.yaml' does not exist" + b"\n")
