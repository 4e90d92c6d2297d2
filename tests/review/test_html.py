"""The page: self-contained, escaped, and dead to whatever a record says, shown in a real browser where there is one."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crmrules.model.plan import ActionPlan
from crmrules.model.ruleset import RuleSet
from crmrules.review.output import render_plan
from crmrules.review.render import plan_html

CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: the page is not run in a browser")
VOID = {"meta", "input", "br", "img", "link"}


class Page(HTMLParser):
    """Tags, their attributes, the text by tag; and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(params=["plan", "hostile"])
def page(request: pytest.FixtureRequest) -> Page:
    return Page(render_plan(request.getfixturevalue(request.param), "html").decode())


def test_elements_nest_and_ids_are_unique(page: Page) -> None:
    assert page.open == []
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert sorted(set(ids)) == sorted(ids)
    targets = {attrs["href"] for attrs in page.all("a")}
    assert targets <= {f"#{name}" for name in ids}


def test_nothing_is_loaded_and_nothing_inline_but_ours(page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert (
        names & {"img", "link", "iframe", "object", "embed", "form", "base", "audio", "video", "image", "use"} == set()
    )
    attributes = {name for _, attrs in page.tags for name in attrs}
    assert {name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")} == set()
    assert len(page.all("script")) == len(page.all("style")) == 1


def test_policy_allows_exactly_our_style_and_script(page: Page) -> None:
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    hashes = {}
    for tag in ("script", "style"):
        text = "".join(data for inside, data in page.texts if inside == tag)
        hashes[tag] = "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_the_page_says(plan: ActionPlan, ruleset: RuleSet, lang: str) -> None:
    text = re.sub(r"\s+", " ", _text(render_plan(plan, "html", lang, ruleset=ruleset).decode()))
    expected = {
        "en": [
            "the rule set asks for 4 actions for 4 of 10 customers up to 2026-03-09 09:00.",
            "Customers by Value tier High 2 20% Mid 3 30% Low 5 50%",
            "Repeat buyers Total 30% 25% on target 10",
            "Why: UH1 · rules.yaml:41:9 Rule UH1 Decision unhappy · Escalation Where it stands rules.yaml:41:9 "
            "Until 2026-03-03 12:00 Signal low_satisfaction · Level 1 Role Sales head Purpose Marketing "
            "Values it rests on Satisfaction 64 Key demo/FU1/C002/2026-03-02",
            "Values it rests on Value tier High Annual amount 620,000.5 CNY Phone 138****0001",
            "do not contact",
        ],
        "zh": [
            "已逾期",
            "客户分布：价值等级 高 2 20% 中 3 30% 低 5 50%",
            "销售负责人（待分派）",
            "免打扰客户",
            "依据中的个人信息已打码；客户名称与跟进内容照常显示。",
        ],
    }[lang]
    assert [piece for piece in expected if piece not in text] == []


def test_long_plans_say_that_the_list_is_cut(plan: ActionPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_html, "LISTED", 2)
    page = Page(render_plan(plan, "html", "en").decode())
    assert [a["id"] for a in page.all("article") if "id" in a] == ["a1", "a2"]
    assert "The list shows the first 2 of 4 actions" in "".join(data for _, data in page.texts)


def test_an_empty_plan_has_a_page(plan: ActionPlan) -> None:
    empty = replace(plan, actions=(), withheld=(), distribution={}, unknown={}, warnings=(), kpis=())
    page = Page(render_plan(empty, "html", "en").decode())
    assert page.open == []
    assert "Nothing to do in this time." in "".join(data for _, data in page.texts)


@needs_browser
def test_hostile_names_do_nothing_in_a_browser(hostile: ActionPlan, tmp_path: Path) -> None:
    """Our own script must have run (the search box is shown), the policy must not have been broken, theirs must not."""
    dom = _browse(render_plan(hostile, "html", "en"), tmp_path)
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title is not None
    assert title[1].endswith(" · Action plan 2026-03-02")
    assert "pwned'&gt;" in title[1] or "pwned'\"&gt;" in title[1], "the hostile label, as text"
    assert '<div class="tools" id="tools" role="search">' in dom
    assert len(re.findall("<script", dom)) == 1
    assert "<img" not in dom


@needs_browser
def test_the_policy_stops_a_script_that_got_in(plan: ActionPlan, tmp_path: Path) -> None:
    """A second wall: even markup that escaping missed would not run."""
    page = render_plan(plan, "html", "en").replace(b"</body>", b"<script>document.title='pwned'</script></body>")
    assert "<title>pwned" not in _browse(page, tmp_path)
    open_page = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", page)
    assert "<title>pwned" in _browse(open_page, tmp_path), "the test can tell"


def _browse(data: bytes, folder: Path) -> str:
    assert CHROMIUM is not None
    path = folder / "plan.html"
    path.write_bytes(data)
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}", "--dump-dom",
        path.as_uri(),
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode("utf-8", "replace")


def _text(html: str) -> str:
    return " ".join(data for inside, data in Page(html).texts if inside not in ("script", "style"))
