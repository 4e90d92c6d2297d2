"""Issue codes of tables/, decision tables (T...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

TABLE_CODES: tuple[IssueCode, ...] = (
    IssueCode(
        "T101",
        "table {table} is UNIQUE, yet {count} of its rows match: {rows}; it gives no value",
        "表 {table} 的命中策略是 UNIQUE，却有 {count} 行同时命中：{rows}；因此没有结果",
        severity="warning",
        example="Two rows `>= 10` and `>= 20` of a table with `hit_policy: U`, and the value 25.",
    ),
    IssueCode(
        "T102",
        "table {table} is ANY, yet rows that match give different results: {rows}; it gives no value",
        "表 {table} 的命中策略是 ANY，但命中的行结果不一致：{rows}；因此没有结果",
        severity="warning",
        example="Two rows `>= 10` giving high and `>= 20` giving mid under `hit_policy: A`, and the value 25.",
    ),
    IssueCode(
        "T103",
        "the outputs of table {table} cannot be combined by {policy}: {found} (rows {rows})",
        "表 {table} 的结果无法按 {policy} 汇总：{found}（行 {rows}）",
        severity="warning",
        example="A `C+` table with a matching row whose output is null.",
    ),
    IssueCode(
        "T111",
        "hit policy {policy} combines one output, and table {table} has {count}: {found}",
        "命中策略 {policy} 只能汇总一个结果列，而表 {table} 有 {count} 个：{found}",
        example="A table with `hit_policy: C+` and two outputs.",
    ),
    IssueCode(
        "T112",
        "hit policy {policy} orders by allowed values, and no output of table {table} has any: {found}",
        "命中策略 {policy} 按取值顺序排序，但表 {table} 的结果列都没有定义取值：{found}",
        example="A table with `hit_policy: P` whose output fact has no `values`.",
    ),
    IssueCode(
        "T121",
        "{found} is not a date; expected YYYY-MM-DD, such as 2026-03-01",
        "{found} 不是日期；应写成 YYYY-MM-DD，例如 2026-03-01",
        example="valid_from: 1 March",
    ),
    IssueCode(
        "T122",
        "row {rule} is never valid: it ends on {found}, not after {expected}, when it begins",
        "行 {rule} 永远不会生效：失效日期 {found} 不晚于生效日期 {expected}",
        example="valid_from: 2026-03-01 and valid_to: 2026-03-01",
    ),
)
