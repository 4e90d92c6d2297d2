"""Issue codes of review/: outputs and reports (O...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

REVIEW_CODES: tuple[IssueCode, ...] = (
    IssueCode(
        "O101",
        "there is no plan format {found}; choose one of {expected}",
        "没有 {found} 这种计划格式；可选：{expected}",
        example="plan.pdf",
    ),
    IssueCode(
        "O102",
        "a plan as {found} cannot go to the standard output; give a file name, or choose one of {expected}",
        "{found} 格式的计划不能写到标准输出；请给出文件名，或选用 {expected}",
        example="--out - --format xlsx",
    ),
    IssueCode(
        "O103",
        "the file cannot be written: {reason}",
        "无法写入文件：{reason}",
        example="no/such/folder/plan.json",
    ),
    IssueCode(
        "O201",
        "the test gives {found} for '{fact}', outside its range {expected}: such data is refused before any rule sees it",
        "用例给定“{fact}”为 {found}，超出范围 {expected}：这样的数据在规则之前就会被拒绝",
        example="given: {satisfaction: 120}  # satisfaction: {type: number, range: '[0..100]'}",
    ),
    IssueCode(
        "O202",
        "no test can be proposed for {rule}: {columns} is worked out by a formula, so it cannot be given directly; write "
        "a test whose records lead to it",
        "无法为 {rule} 生成用例：{columns} 由公式得出，不能直接给定；请自己写一个能得出它的用例",
        severity="note",
        example="crmrules test rules.yaml --generate  # when: {lapsed: true}, lapsed: {formula: …}",
    ),
    IssueCode(
        "O203",
        "no test can be proposed for {rule}: what `{cells}` accepts hangs on other facts",
        "无法为 {rule} 生成用例：条件“{cells}”取决于其他字段",
        severity="note",
        example="crmrules test rules.yaml --generate  # when: {first_order_at: '>= as_of - P14D'}",
    ),
    IssueCode(
        "O204",
        "no test can be proposed for {rule}: no record was found that reaches it; see `crmrules check`, perhaps other "
        "rows cover it",
        "无法为 {rule} 生成用例：没有找到能命中它的数据；请看 crmrules check，可能被其他行遮盖",
        severity="note",
        example="crmrules test rules.yaml --generate  # a row behind one that takes everything, hit policy F",
    ),
    IssueCode(
        "O205",
        "cut points are for a fact that compares with the population in one place; '{fact}' does so in {count}",
        "分界点只能给定在一处与全体客户比较的字段；“{fact}”有 {count} 处",
        example="cut_points: {stage: 5}  # stage: {formula: if spent > 5 then 1 else 2}",
    ),
)
