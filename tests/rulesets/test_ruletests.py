"""Rule tests in the document: names resolved, mistakes located; in a workbook one case a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crmrules.model.ruletest import RuleTest
from crmrules.model.vocabulary import Cell
from crmrules.rulesets.fingerprint import fingerprint
from crmrules.rulesets.loader import read_ruleset

HEAD = """\
crmrules: 1
name: a
vocabulary:
  customer:
    amount: {label: {en: Amount, zh: 金额}, type: number}
    likes: {type: list<string>}
    total: {label: {zh: 订单数}, type: number, formula: count(orders)}
    tier: {label: {en: Tier, zh: 等级}, aliases: [级别]}
  order:
    price: {label: {zh: 价格}, type: number}
    doubled: {type: number, formula: price * 2}
decisions:
  tier: {kind: classification, inputs: [amount], outputs: [tier], rules: [{id: R1, then: {tier: a}}]}
  call: {kind: cadence, settings: {anchor: as_of}, inputs: [tier], outputs: [every, task], rules: [{id: C1, then: {every: weekly, task: x}}]}
tests:
"""


def read(case: str, write: Callable[..., Path]):
    return read_ruleset(write(HEAD + f"  c: {{as_of: 2026-03-02, {case}}}\n"))


def test_names_are_resolved_whatever_their_spelling(write: Callable[..., Path]) -> None:
    case = (
        "note: n, given: {金额: 5, 订单: [{价格: 1}, {}], order: {price: 2}, likes: [x, y]}, previous: {级别: b}, "
        "expect: {Tier: a, 订单数: 3, }, rows: R1, not_rows: [], unknown: 金额, actions: [C1, {rule: C1, status: due}]"
    )
    ruleset, issues = read(case, write)
    assert issues == [] and ruleset is not None
    assert ruleset.tests == {
        "c": RuleTest(
            id="c",
            note="n",
            as_of=Cell("2026-03-02"),
            given={"amount": Cell("5"), "likes": Cell("x、y")},
            related={"order": ({"price": Cell("1")}, {}, {"price": Cell("2")})},
            previous={"tier": Cell("b")},
            expect={"tier": Cell("a"), "total": Cell("3")},
            rows=(Cell("R1"),),
            unknown=(Cell("amount"),),
            actions=({"rule": Cell("C1")}, {"rule": Cell("C1"), "status": Cell("due")}),
        )
    }
    assert str(ruleset.tests["c"].given["amount"].span).endswith(":16:47")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("[a, b]", "a、b"),
        ("[]", "[]"),
        ('["a,b", c]', '["a,b", "c"]'),
        ("'a、b'", "a、b"),
        ("null", "null"),
        ("a", "a"),
    ],
)
def test_lists_in_yaml(given: str, text: str, write: Callable[..., Path]) -> None:
    ruleset, issues = read(f"given: {{likes: {given}}}, rows: [R1]", write)
    assert issues == [] and ruleset is not None
    assert ruleset.tests["c"].given == {"likes": Cell(text)}


def test_no_actions_is_a_count_of_none(write: Callable[..., Path]) -> None:
    ruleset, issues = read("no_actions: true", write)
    assert issues == [] and ruleset is not None
    assert ruleset.tests["c"].action_count == Cell("0")


PROBLEMS = [
    ("given: {amuont: 5}, rows: [R1]", "16:34", "R330"),
    ("given: {ordres: [{price: 1}]}, rows: [R1]", "16:34", "R330"),
    ("given: {orders: [{prise: 1}]}, rows: [R1]", "16:44", "R330"),
    ("given: {orders: [{doubled: 1}]}, rows: [R1]", "16:44", "R331"),
    ("given: {total: 1}, rows: [R1]", "16:34", "R331"),
    ("given: {amount: 1, 金额: 2}, rows: [R1]", "16:45", "R314"),
    ("previous: {amount: 1}, rows: [R1]", "16:37", "R334"),
    ("expect: {amount: 1}", "16:35", "R332"),
    ("unknown: [amuont]", "16:36", "R330"),
    ("rows: [R1], not_rows: [C1, R1]", "16:53", "R337"),
    ("actions: [R1]", "16:36", "R336"),
    ("actions: [C1, C1], action_count: 1", "16:59", "R339"),
    ("no_actions: true, actions: [C1]", "16:38", "R339"),
    ("action_count: many", "16:40", "R202"),
    ("given: {amount: {a: b}}, rows: [R1]", "16:42", "R202"),
    ("given: 5, rows: [R1]", "16:33", "R202"),
]


@pytest.mark.parametrize(("case", "place", "code"), PROBLEMS)
def test_mistakes_are_located(case: str, place: str, code: str, write: Callable[..., Path]) -> None:
    ruleset, issues = read(case, write)
    assert ruleset is None
    assert [(i.code, ":".join(str(i.span).split(":")[1:])) for i in issues] == [(code, place)]


def test_an_id_twice_in_two_files(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(HEAD.replace("name: a", "name: a\ninclude: [more.yaml]") + "  c: {as_of: 2026-03-02, rows: [R1]}\n")
    (path.parent / "more.yaml").write_text("tests:\n  c: {as_of: 2026-03-02, rows: [R1]}\n", "utf-8")
    _, issues = read_ruleset(path)
    assert [(i.code, i.params["found"]) for i in issues] == [("R304", "c")]


def test_a_test_more_says_the_same(write: Callable[..., Path]) -> None:
    prints = []
    for case in ("rows: [R1]", "rows: [C1], note: other"):
        ruleset, _ = read(case, write)
        assert ruleset is not None
        prints.append(fingerprint(ruleset))
    assert prints[0] == prints[1]


# --- workbooks --------------------------------------------------------------------------------------------------------

BOOK = """\
规则集：a

词汇
对象 | 名称 | 中文名 | 类型 | 公式
客户 | amount | 金额 | 数字 |
客户 | total | 订单数 | 数字 | count(orders)
客户 | tier | 等级 | 文本 |
订单 | price | 价格 | 数字 |

分类：tier
金额 | tier | 编号
> 1 | a | R1

节奏：call | 起算点：as_of
等级 | 跟进频率 | 行动 | 编号
a | 每周1次 | 电话 | C1

"""


@pytest.fixture
def book(workbook: Callable[..., Path], grid: Callable[[str], list[list[str]]]) -> Callable[[str], Path]:
    return lambda tests: workbook({"规则": grid(BOOK), "测试": grid(tests)})


def test_without_a_band_row_what_the_rules_work_out_is_expected(book: Callable[[str], Path]) -> None:
    ruleset, issues = read_ruleset(
        book(
            "测试：边界\n编号 | 截至 | 金额 | 上次.等级 | 等级 | 订单数 | 命中规则 | 行动 | 备注\n"
            "一 | 2026-03-02 | 5 | b | a | 2 | R1、C1 | C1 | 说明\n\n"
            "Tests: more\nId | As of | Amount count\n".replace("Amount count", "Action count")
            + "two | 2026-03-02T09:00 | 0\n\n"
            "测试记录：订单\n用例 | 价格\n一 | 3\n一\n\n"
            "测试行动\n用例 | 规则 | 到期 | 状态\n一 | C1 | 2026-03-09 | 将到期\n"
        )
    )
    assert [i.render() for i in issues] == [] and ruleset is not None
    assert ruleset.tests == {
        "一": RuleTest(
            id="一",
            note="说明",
            as_of=Cell("2026-03-02"),
            given={"amount": Cell("5")},
            related={"order": ({"price": Cell("3")}, {})},
            previous={"tier": Cell("b")},
            expect={"tier": Cell("a"), "total": Cell("2")},
            rows=(Cell("R1"), Cell("C1")),
            actions=(
                {"rule": Cell("C1")},
                {"rule": Cell("C1"), "due": Cell("2026-03-09"), "status": Cell("upcoming")},
            ),
        ),
        "two": RuleTest(id="two", as_of=Cell("2026-03-02T09:00"), action_count=Cell("0")),
    }
    assert str(ruleset.tests["一"].expect["tier"].span).endswith("测试!E3")


def test_bands_say_it_themselves(book: Callable[[str], Path]) -> None:
    ruleset, issues = read_ruleset(
        book(
            "测试\n用例 |  | 给定 | 期望 | 规则与行动\n编号 | 截至 | 金额 | 等级 | 命中规则\n1 | 2026-03-02 | 5 | a | R1\n"
        )
    )
    assert [i.render() for i in issues] == [] and ruleset is not None
    test = ruleset.tests["1"]
    assert (dict(test.given), dict(test.expect), test.rows) == (
        {"amount": Cell("5")},
        {"tier": Cell("a")},
        (Cell("R1"),),
    )


SHEETS = [
    ("测试\n编号 | 截至 | 金鹅 | 命中规则\n一 | 2026-03-02 | 5 | R1\n", "C2", "R330"),
    ("测试\n编号 | 截至 | 命中规则\n一 | 2026-03-02 | R1\n一 | 2026-03-02 | R1\n", "A4", "W122"),
    ("测试\n编号 | 截至 | 命中规则\n | 2026-03-02 | R1\n", "B3", "W124"),
    ("测试\n截至 | 命中规则\n2026-03-02 | R1\n", "A2", "W112"),
    ("测试\n编号 | 命中规则\n一 | R1\n", "A3", "R204"),
    ("测试\n编号 | 截至 | 命中规则\n一 | 2026-03-02 | R7\n", "C3", "R333"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 很多\n", "C3", "R202"),
    ("测试\n编号 | 截至 | 金额 | 金额 | 命中规则\n一 | 2026-03-02 | 5 | 6 | R1\n", "D2", "W113"),
    ("测试\n用例 | | 期望\n编号 | 截至 | 金额\n一 | 2026-03-02 | 5\n", "C3", "R332"),
    ("测试\n用例 | | | 给定\n编号 | 截至 | 命中 | 金额\n一 | 2026-03-02 | R1 | 5\n", "C3", "W111"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 0\n\n测试记录：订单\n用例 | 价格\n二 | 3\n", "A7", "W128"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 0\n\n测试记录：订丹\n用例 | 价格\n一 | 3\n", "A5", "W129"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 0\n\n测试记录\n用例 | 价格\n一 | 3\n", "A5", "W129"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 0\n\n测试记录：订单\n用例 | 价钱\n一 | 3\n", "B6", "R330"),
    (
        "测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 1\n\n测试行动\n用例 | 规则 | 期限\n一 | C1 | 2026-03-02\n",
        "C6",
        "W111",
    ),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 1\n\n测试行动\n规则\nC1\n", "A6", "W112"),
    ("测试\n编号 | 截至 | 行动数\n一 | 2026-03-02 | 1\n\n测试行动\n用例 | 规则 | 状态\n一 | C1 | 迟\n", "C7", "R203"),
]


@pytest.mark.parametrize(("sheet", "cell", "code"), SHEETS)
def test_mistakes_in_workbooks_are_located(sheet: str, cell: str, code: str, book: Callable[[str], Path]) -> None:
    _, issues = read_ruleset(book(sheet))
    assert [(i.code, i.span.cell) for i in issues][:1] == [(code, cell)], [i.render() for i in issues]
    assert all("<" not in i.message(lang) for i in issues for lang in ("en", "zh"))


def test_a_date_in_a_number_column_is_what_excel_made_of_it(
    workbook: Callable[..., Path], grid: Callable[..., list[list[str]]]
) -> None:
    import datetime

    import openpyxl

    path = workbook(
        {"规则": grid(BOOK), "测试": grid("测试\n编号 | 截至 | 金额 | 命中规则\n一 | 2026-03-02 | x | R1\n")}
    )
    book = openpyxl.load_workbook(path)
    book["测试"]["C3"] = datetime.date(2026, 5, 7)
    book.save(path)
    _, issues = read_ruleset(path)
    assert [(i.code, i.span.cell) for i in issues] == [("W110", "C3")]
