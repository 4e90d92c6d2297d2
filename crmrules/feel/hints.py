"""What people write into cells that the language does not know, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from crmrules.feel.bindings import Problem
from crmrules.feel.types import BOOLEAN, NUMBER, Type

_WEEKS: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*[wW](?![A-Za-z])")
_NUMERAL: Final = re.compile("[零一二两三四五六七八九十]+")
_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_TIMES: Final = {"number", "days and time duration"}


def hinted(text: str, problems: Iterable[Problem], wanted: Type | None) -> list[Problem]:
    """The problems of a cell where a value of type ``wanted`` belongs, with suggestions."""
    return [_hinted(text, problem, wanted) for problem in problems]


def _hinted(text: str, problem: Problem, wanted: Type | None) -> Problem:
    hint: tuple[str, str] | None = None
    if problem.code == "F130" and {problem.params.get("left"), problem.params.get("right")} == _TIMES:
        weeks = _WEEKS.search(text)
        if weeks and wanted == NUMBER:
            number = weeks[1]
            hint = (
                f"{weeks[0]} reads as {number} weeks; write {number}万 for ten thousands",
                f"{weeks[0]} 会读作 {number} 周；若指 {number} 万，请写 {number}万",
            )
    elif problem.code == "F120" and not problem.params["found"].isascii():
        near, found = problem.params.get("nearest"), problem.params["found"]
        write = _NUMERAL.sub(_in_digits, found).removesuffix("级").removesuffix("元")
        if wanted == NUMBER and write[:1].isdecimal() and write != found:
            hint = (f"a number belongs here, such as {write}", f"此处应为数字，例如 {write}")
            problem = problem._replace(params={**problem.params, "nearest": ""})
        elif wanted == BOOLEAN and not near:
            hint = ("write true or false", "请写 是 或 否")
        elif wanted == NUMBER and not near:
            example = "8万"
            hint = (f"a number belongs here, such as {example}", f"此处应为数字，例如 {example}")
    if hint is None:
        return problem
    return problem._replace(params={**problem.params, "suggestion": hint[0], "suggestion_zh": hint[1]})


def _in_digits(found: re.Match[str]) -> str:
    tens, ten, ones = found[0].rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return found[0]
    high = _DIGITS.get(tens, 1) if ten else 0
    return str(high * 10 + _DIGITS.get(ones, 0))
