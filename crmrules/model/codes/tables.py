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
    IssueCode(
        "T201",
        "table {table}: no row covers {region}, for instance {witness}; a row that would: {row}",
        "表 {table}：没有任何一行覆盖 {region}，例如 {witness}；可补一行：{row}",
        severity="warning",
        example="Two rows `>= 10` and `< 5` of a table with `hit_policy: U` and no default.",
    ),
    IssueCode(
        "T202",
        "table {table}: no row covers {region}, for instance {witness}; if {fact} is always a whole number, declare "
        "`scale: 0`, else add {row}",
        "表 {table}：没有任何一行覆盖 {region}，例如 {witness}；如果 {fact} 总是整数，请声明 `scale: 0`，"
        "否则补一行：{row}",
        severity="warning",
        example="Two rows `>= 5` and `<= 4` over a number without `scale: 0`.",
    ),
    IssueCode(
        "T203",
        "row {row} of table {table} (UNIQUE) overlaps {others} at {region}, for instance {witness}",
        "表 {table}（唯一）的行 {row} 与 {others} 重叠：{region}，例如 {witness}",
        severity="warning",
        example="Two rows `>= 10` and `<= 10` of a table with `hit_policy: U`.",
    ),
    IssueCode(
        "T204",
        "row {row} of table {table} (ANY) gives another result than {others} at {region}, for instance {witness}",
        "表 {table}（任意）的行 {row} 与 {others} 在 {region} 处结果不一致，例如 {witness}",
        severity="warning",
        example="Two rows `>= 10` and `<= 10` with different results under `hit_policy: A`.",
    ),
    IssueCode(
        "T205",
        "row {row} of table {table} is never used: wherever it could match, other rows win: {others}",
        "表 {table} 的行 {row} 永远不会生效：凡它可能命中之处，都由其他行优先：{others}",
        severity="warning",
        example="Three rows `>= 5`, `< 5` and `= 7` of a table with `hit_policy: F`.",
    ),
    IssueCode(
        "T206",
        "rows {rows} of table {table} have the same conditions and the same results",
        "表 {table} 的行 {rows} 条件相同，结果也相同",
        severity="warning",
        example="The same row twice.",
    ),
    IssueCode(
        "T207",
        "rows {rows} of table {table} have the same conditions but different results",
        "表 {table} 的行 {rows} 条件相同，结果却不同",
        severity="warning",
        example="Two rows `>= 10` with different results under `hit_policy: F`.",
    ),
    IssueCode(
        "T208",
        "row {row} of table {table} can never match: `{found}` accepts no value that {fact} can have",
        "表 {table} 的行 {row} 永远无法命中：{fact} 的任何取值都不满足“{found}”",
        severity="warning",
        example="A cell `< 0` over a fact whose range is `>= 0`.",
    ),
    IssueCode(
        "T209",
        "rows {rows} of table {table} give the same and can be one row: {region}",
        "表 {table} 的行 {rows} 结果相同，可以合并成一行：{region}",
        severity="note",
        example="Two rows `[0..10)` and `[10..20)` with equal results.",
    ),
    IssueCode(
        "T210",
        "column {fact} of table {table} never matters: all its cells accept anything",
        "表 {table} 的 {fact} 列不起作用：该列所有单元格都是“任意”",
        severity="note",
        example="A condition column in which every cell is blank or `-`.",
    ),
    IssueCode(
        "T211",
        "column {fact} of table {table} changes nothing: whatever its value, the result is the same",
        "表 {table} 的 {fact} 列不影响结果：取什么值结果都一样",
        severity="note",
        example="Two rows that differ in one column, `true` and `false`, and give the same.",
    ),
    IssueCode(
        "T212",
        "table {table} never names these values of {fact}: {values}; only rows with any value there match them",
        "表 {table} 从未提到 {fact} 的这些取值：{values}；只有该列为“任意”的行能命中它们",
        severity="note",
        example="A column over the values high, mid and low with the cells `high` and `-`, in a table without a row "
        "for everything else.",
    ),
    IssueCode(
        "T213",
        "no row of table {table} gives these values of {fact}: {values}",
        "表 {table} 没有任何一行给出 {fact} 的这些取值：{values}",
        severity="note",
        example="A result with the values high, mid and low, and rows that give high and low.",
    ),
    IssueCode(
        "T214",
        "rows {rows} of table {table} cannot be compared with others: cells of {columns} depend on more than the "
        "value; what only such rows may cover is not called a gap",
        "表 {table} 的行 {rows} 无法与其他行比较：{columns} 列的单元格不只取决于该列的值；"
        "只有这些行可能覆盖的部分不报为遗漏",
        severity="note",
        example="A cell `>= as_of - P30D`.",
    ),
    IssueCode(
        "T215",
        "table {table} is too entangled to be searched to the end: there may be more gaps or rows that are never used",
        "表 {table} 的行交错过多，未能查完：可能还有遗漏或永远不会生效的行",
        severity="note",
        example="Thousands of rows that overlap in many columns.",
    ),
    IssueCode(
        "T216",
        "table {table} has more of the kind {kind}: {count}",
        "表 {table} 还有更多 {kind} 类问题：{count} 处",
        severity="note",
        example="More than 100 gaps.",
    ),
)
