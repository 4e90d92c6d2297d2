"""Issue codes of records, data-source files and storages (D...).

D1xx a storage cannot read its source; D2xx a data-source file does not fit; D3xx rows and values.
"""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

_STORAGES = (
    IssueCode("D101", "there is no file {found}", "文件 {found} 不存在", example="path: ordrs.csv"),
    IssueCode(
        "D102",
        "the source cannot be opened: {found}",
        "无法打开数据源：{found}",
        example="path: a_folder.csv (a folder, or a file one may not read)",
    ),
    IssueCode(
        "D103",
        "the file is empty; expected a header line with the column names",
        "文件为空；应有一行列名",
        example="orders.csv of 0 bytes",
    ),
    IssueCode(
        "D104",
        "the text is neither UTF-8 nor GB18030 (byte {byte}); name its encoding with `encoding:`",
        "文本既不是 UTF-8 也不是 GB18030（第 {byte} 字节）；请用 encoding: 写明编码",
        example="a CSV file in windows-1252 with an é, without `encoding:`",
    ),
    IssueCode(
        "D105",
        "the text is not {expected} (byte {byte})",
        "文本不是 {expected} 编码（第 {byte} 字节）",
        example="encoding: utf-8 (for a file in GB18030)",
    ),
    IssueCode(
        "D106",
        "there is no encoding {found}",
        "没有名为 {found} 的编码",
        example="encoding: utf-88",
    ),
    IssueCode(
        "D107",
        "the text holds a NUL character: this is no text file, or a UTF-16 file without a byte-order mark",
        "文本中有 NUL 字符：这不是文本文件，或是没有 BOM 的 UTF-16 文件",
        example="orders.csv holding a byte 0",
    ),
    IssueCode(
        "D108",
        "broken quotes in the row that begins here: {found}",
        "从此处开始的行引号不完整：{found}",
        example='1,"Acme (the closing quote is missing)',
    ),
    IssueCode(
        "D109",
        "this is no {expected}: the content is {found}",
        "这不是 {expected}：内容是 {found}",
        example="a CSV file renamed to orders.xlsx",
    ),
    IssueCode(
        "D110",
        "the workbook cannot be read: {found}",
        "无法读取工作簿：{found}",
        example="orders.xlsx cut off in the middle",
    ),
    IssueCode(
        "D111",
        "the workbook is refused: {found}",
        "工作簿被拒绝：{found}",
        example="a zip bomb named orders.xlsx",
    ),
    IssueCode(
        "D112",
        "there is no {kind} {found}; there are {expected}",
        "没有名为 {found} 的{kind}；现有 {expected}",
        example="sheet: Ordres",
    ),
    IssueCode("D113", "this is no valid JSON: {found}", "JSON 格式错误：{found}", example='[{"id": 1,}]'),
    IssueCode(
        "D114",
        "expected a list of objects, found {found}",
        "应为对象的列表，得到 {found}",
        example='{"id": 1} in a file for storage json',
    ),
    IssueCode(
        "D115",
        "{found} is not a number that a rule can use",
        "{found} 不是规则可用的数字",
        example='{"amount": NaN}',
    ),
    IssueCode("D116", "the database says: {found}", "数据库返回：{found}", example="query: SELEC * FROM orders"),
    IssueCode(
        "D117",
        "the compressed file is damaged: {found}",
        "压缩文件已损坏：{found}",
        example="orders.csv.gz cut off in the middle",
    ),
    IssueCode(
        "D118",
        "the cell holds the error {found}",
        "单元格是错误值 {found}",
        example="a cell showing #DIV/0!",
    ),
    IssueCode(
        "D119",
        "the formula {found} has no stored result; open the workbook in a spreadsheet program and save it",
        "公式 {found} 没有已计算的结果；请用表格软件打开后保存",
        example="a workbook written by a program, with formulas never calculated",
    ),
    IssueCode(
        "D120",
        "storage {storage} has no option {found}; it knows {expected}",
        "存储 {storage} 没有选项 {found}；可用 {expected}",
        example="{path: orders.csv, delimitr: ';'}",
    ),
    IssueCode(
        "D121",
        "option {option} is {found}, expected {expected}",
        "选项 {option} 为 {found}，应为 {expected}",
        example="delimiter: '::'",
    ),
    IssueCode(
        "D122",
        "the delimiter cannot be told from the header line {found}; name it with `delimiter:`",
        "无法从标题行 {found} 判断分隔符；请用 delimiter: 写明",
        example="a header line with as many commas as semicolons",
    ),
)

_MAPPINGS = (
    IssueCode(
        "D201",
        "the source has no column {found}; it has {expected}",
        "数据源没有列 {found}；现有 {expected}",
        example="columns: {amount: Amuont}",
    ),
    IssueCode(
        "D202",
        "{found} is no fact of {entity} and nothing in this source uses it; a further column needs a `type:`",
        "{found} 不是 {entity} 的事实，数据源中也没有用到它；额外的列需要写 type:",
        example="columns: {amuont: Amount}",
    ),
    IssueCode(
        "D203",
        "an expression over rows cannot read {found}: rows are read without a moment of evaluation",
        "行上的表达式不能使用 {found}：读取数据时没有评估时刻",
        example="where: placed_at >= as_of - P365D",
    ),
    IssueCode(
        "D204",
        "`{option}` names {found}, which is no column here; there are {expected}",
        "{option} 指定的 {found} 不是这里的列；现有 {expected}",
        example="group_by: order_nr (while the column is order_id)",
    ),
    IssueCode(
        "D206",
        "customers cannot be derived from {found}: {reason}",
        "无法由 {found} 推导客户：{reason}",
        example="customer: {derive_from: order} (while no order source names its `customer:` column)",
    ),
    IssueCode(
        "D207",
        "{found} is worked out by the rules and cannot be read from a column",
        "{found} 由规则得出，不能从列读取",
        example="columns: {value_tier: Tier} (while value_tier is an output of a decision)",
    ),
    IssueCode(
        "D208",
        "{found} cannot be aggregated by {function}, expected {expected}",
        "{found} 不能用 {function} 汇总，应为 {expected}",
        example="aggregate: {country: sum}",
    ),
    IssueCode(
        "D209",
        "the source of {entity} needs a key column; name it with `key:` (columns: {expected})",
        "{entity} 的数据源需要主键列；请用 key: 写明（现有列：{expected}）",
        example="a customers.csv without id or customer_id",
    ),
    IssueCode(
        "D210",
        "there are no customers: the data-source file has neither a source for customer nor `derive_from`",
        "没有客户：数据源文件既没有 customer 的来源，也没有 derive_from",
        example="sources: {order: {path: orders.csv}}",
    ),
    IssueCode(
        "D211",
        "option {option} of column {column} is {found}, expected {expected}",
        "列 {column} 的选项 {option} 为 {found}，应为 {expected}",
        example="size: {from: Size, type: numbr}",
    ),
    IssueCode(
        "D212",
        "column {found} stands there more than once, at positions {positions}; rename one of them",
        "列 {found} 出现多次，位于第 {positions} 列；请改名其一",
        example="id,amount,amount",
    ),
    IssueCode(
        "D213",
        "columns {found} and {other} both give {fact}; say which one with `columns:`",
        "列 {found} 与 {other} 都对应 {fact}；请用 columns: 指明",
        example="a sheet with both columns amount and 金额 (its label)",
    ),
    IssueCode(
        "D214",
        "there is no storage {found}; there are {expected}",
        "没有名为 {found} 的存储；现有 {expected}",
        example="storage: csvv",
    ),
    IssueCode(
        "D215",
        "what kind of file {found} is cannot be told from its ending; name it with `storage:`",
        "无法从扩展名判断 {found} 的类型；请用 storage: 写明",
        example="path: orders.dat",
    ),
    IssueCode(
        "D216",
        "{found} is no option of a source",
        "数据源没有选项 {found}",
        example="{path: orders.csv, colums: {amount: Amount}}",
    ),
    IssueCode(
        "D217",
        "there is no time zone {found}",
        "没有名为 {found} 的时区",
        example="time_zone: Asia/Shanhai",
    ),
    IssueCode(
        "D218",
        "the folder holds no data file named after an entity ({expected})",
        "文件夹中没有以对象命名的数据文件（{expected}）",
        example="--data an_empty_folder/",
    ),
    IssueCode(
        "D219",
        "{found} is left out: its name is no entity",
        "未读取 {found}：文件名不是对象名",
        severity="warning",
        example="a folder with customers.csv and notes.csv",
    ),
    IssueCode(
        "D220",
        "column {found} is not read: the rules work {fact} out",
        "未读取列 {found}：{fact} 由规则得出",
        severity="warning",
        example="a customers.csv with a column value_tier, which a decision gives",
    ),
    IssueCode(
        "D221",
        "the range {found} of {fact} cannot be checked on reading: it reads {reads}",
        "读取时无法检查 {fact} 的范围 {found}：它用到 {reads}",
        severity="warning",
        example="discount: {type: number, range: '<= amount'}",
    ),
    IssueCode(
        "D223",
        "rows of {entity} name no customer, so customers' formulas do not see them; say which column does: `customer:`",
        "{entity} 的行没有指明客户：客户的公式看不到它们；请用 customer: 写明哪一列",
        severity="warning",
        example="an orders.csv without a column customer_id, and no `customer:`",
    ),
    IssueCode(
        "D224",
        "column {found} is not read",
        "未读取列 {found}",
        severity="warning",
        example="a customers.csv with a column industri, while the fact is industry",
    ),
    IssueCode(
        "D225",
        "column {column} cannot be read this way: {reason}",
        "列 {column} 不能这样读取：{reason}",
        example='placed_at: {from: Date, format: "%Q"}',
    ),
)

_ROWS = (
    IssueCode(
        "D301",
        "column {column}: found {found}, expected {expected}",
        "列 {column}：得到 {found}，应为 {expected}",
        example="amount,abc",
    ),
    IssueCode(
        "D302",
        "column {column}: {found} is none of the values of {fact}: {expected}",
        "列 {column}：{found} 不是 {fact} 的取值：{expected}",
        example="stage,Wno",
    ),
    IssueCode(
        "D303",
        "column {column}: {found} is outside the range {expected}",
        "列 {column}：{found} 超出范围 {expected}",
        example="satisfaction,101 (range [0..100])",
    ),
    IssueCode(
        "D304",
        "the row has {found} cells, the header {expected}",
        "该行有 {found} 个单元格，标题有 {expected} 个",
        example="1,Acme,Berlin,extra",
    ),
    IssueCode(
        "D305",
        "{key} {found} was there before, in {first}",
        "{key} {found} 重复，首次出现于 {first}",
        example="two rows with customer_id C0001",
    ),
    IssueCode(
        "D306",
        "the key {key} is empty",
        "主键 {key} 为空",
        example=",Acme (customer_id is blank)",
    ),
    IssueCode(
        "D307",
        "{fact} is required and not given",
        "{fact} 必填但缺失",
        example="a blank owner, declared with missing: error",
    ),
    IssueCode(
        "D308",
        "{fact} cannot be computed: {found}",
        "无法计算 {fact}：{found}",
        example="computed: {share: amount / total} with total 0",
    ),
    IssueCode(
        "D309",
        "rows of {key} {found} name different customers: {first} and {other}",
        "{key} {found} 的行指向不同客户：{first} 与 {other}",
        example="two lines of order 536365, one of customer 17850, one of 13047",
    ),
    IssueCode(
        "D310",
        "{count} further problems are not shown",
        "另有 {count} 个问题未显示",
        example="a file of 5,000 rows, all with a wrong date",
    ),
    IssueCode(
        "D311",
        "{count} of {total} rows are left out for their problems",
        "{total} 行中有 {count} 行因有问题未采用",
        severity="warning",
        example="on_error: quarantine with a wrong value in one row",
    ),
    IssueCode(
        "D312",
        "{count} rows of {entity} name customers that are not there, {distinct} in all: {found}",
        "{entity} 中有 {count} 行指向不存在的客户，共 {distinct} 个：{found}",
        severity="warning",
        example="an order of customer C9999, who is not in customers.csv",
    ),
    IssueCode(
        "D313",
        "the condition `where` cannot be worked out: {found}",
        "无法计算条件 where：{found}",
        example="where: number(code) > 5 with the code A7",
    ),
    IssueCode(
        "D314",
        "the encoding was not said and found to be {found}",
        "未写明编码，判定为 {found}",
        severity="note",
        example="a CSV file in GB18030 without `encoding:`",
    ),
)

DATA_CODES: tuple[IssueCode, ...] = (*_STORAGES, *_MAPPINGS, *_ROWS)
