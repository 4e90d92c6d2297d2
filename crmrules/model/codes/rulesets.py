"""Issue codes of rulesets/: documents (R...), vocabulary and model (V...), workbooks (W...).

``example`` is YAML for R and V codes, a sheet (cells separated by ``|``) for W codes, or, in parentheses, a file in
words.
"""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

_FILES = (
    IssueCode("R101", "there is no such file", "文件不存在", example="(a path that does not exist)"),
    IssueCode(
        "R102",
        "the folder holds no rule set: expected {expected} in it",
        "文件夹中没有规则集：应有 {expected}",
        example="(an empty folder)",
    ),
    IssueCode(
        "R103",
        "no reader for files ending in {found}; known endings: {expected}",
        "无法读取后缀为 {found} 的文件；可用后缀：{expected}",
        example="(rules.docx)",
    ),
    IssueCode(
        "R104",
        "the file cannot be read: {problem}",
        "无法读取文件：{problem_zh}",
        example="(a folder named rules.yaml)",
    ),
    IssueCode(
        "R105",
        "the file is larger than {limit}; split it by `include`",
        "文件超过 {limit}；请用 include 拆分",
        example="(a YAML file of 40 MB)",
    ),
    IssueCode("R106", "the file is empty", "文件为空", example="(an empty file)"),
    IssueCode(
        "R107",
        "this is not a text file but {found}",
        "这不是文本文件，而是{found_zh}",
        example="(a workbook named rules.yaml)",
    ),
    IssueCode(
        "R108",
        "the text is neither UTF-8 nor UTF-16 nor GB18030 (byte {byte}); save the file as UTF-8",
        "文本既不是 UTF-8、UTF-16，也不是 GB18030（字节 {byte}）；请另存为 UTF-8",
        example="(a file in another encoding)",
    ),
    IssueCode(
        "R109",
        "read as {encoding}; save the file as UTF-8 to be safe",
        "按 {encoding} 读取；建议另存为 UTF-8",
        severity="note",
        example="(a file in GB18030)",
    ),
    IssueCode(
        "R110",
        "the file says it is {encoding}, but is not: it is damaged here",
        "文件标明为 {encoding}，但此处已损坏",
        example="(a cut UTF-16 file)",
    ),
    IssueCode(
        "R111",
        "a tab cannot indent YAML; use spaces",
        "YAML 缩进不能用制表符（Tab），请用空格",
        example="name: x\nroles:\n\tam: {}",
    ),
    IssueCode(
        "R112",
        "the character {found} cannot stand in a rule file; delete it",
        "规则文件中不能有字符 {found}；请删除",
        example='name: "a\\x01b"',
    ),
    IssueCode(
        "R113",
        "nested deeper than {limit} levels",
        "嵌套超过 {limit} 层",
        example="name: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    ),
    IssueCode(
        "R114",
        "more than {limit} values (repeated ones included); split the file",
        "内容超过 {limit} 项（含重复引用）；请拆分文件",
        example="(aliases of aliases of aliases …)",
    ),
    IssueCode("R115", "not valid YAML: {problem}", "YAML 语法错误：{problem}", example="name: [a,"),
    IssueCode(
        "R116",
        "`{key}` stands twice in this mapping: line {first} and line {second}; keep one",
        "此处“{key}”出现两次：第 {first} 行与第 {second} 行；请保留一个",
        example="name: a\nname: b",
    ),
    IssueCode(
        "R117",
        "a value cannot begin with `{found}`; put it in quotes",
        "值不能以“{found}”开头；请加引号",
        example="name: @a",
    ),
    IssueCode(
        "R118",
        "the file holds {found} where a mapping (`name: …`) belongs",
        "文件内容是{found_zh}，应为映射（`name: …`）",
        example="- a\n- b",
    ),
    IssueCode(
        "R119",
        "a second document begins here (`---`); a file holds one",
        "此处开始第二个文档（`---`）；一个文件只能有一个",
        example="name: a\n---\nname: b",
    ),
    IssueCode(
        "R120",
        "the tag {found} has no meaning here; remove it",
        "标签 {found} 在此无意义；请删除",
        example="name: !x a",
    ),
    IssueCode(
        "R121",
        "the alias *{found} stands before any anchor &{found}",
        "别名 *{found} 没有对应的锚点 &{found}",
        example="name: *a",
    ),
    IssueCode(
        "R122", "the alias *{found} stands within itself", "别名 *{found} 引用了自身", example="roles: &a {am: *a}"
    ),
    IssueCode(
        "R123",
        "a key must be plain text, not a list or mapping; put it in quotes",
        "键必须是文本，不能是列表或映射；请加引号",
        example="? [a, b]\n: c",
    ),
    IssueCode(
        "R124",
        "`<<` merges mappings only",
        "`<<` 只能合并映射",
        example="name: a\nroles: {<<: am}",
    ),
    IssueCode(
        "R125",
        "this is a data source (`crmrules_data`), not a rule set; give the file of the rules here",
        "这是数据源文件（crmrules_data），不是规则集；此处应给出规则文件",
        example="crmrules_data: 1\nsources: {}",
    ),
    IssueCode(
        "R126",
        "this is a rule set (`crmrules`), not a data source; give the file of the data here",
        "这是规则集文件（crmrules），不是数据源；此处应给出数据源文件",
        example="(a rule set given as the data)",
    ),
)

_FORM = (
    IssueCode(
        "R201",
        "unknown key `{found}`; known here: {expected}",
        "未知的键“{found}”；此处可用：{expected}",
        example="crmrules: 1\nname: a\nvocabulry: {}",
    ),
    IssueCode(
        "R202",
        "`{key}` is {found}, expected {expected}",
        "“{key}”是{found_zh}，应为{expected_zh}",
        example="crmrules: 1\nname: a\nroles: [am]",
    ),
    IssueCode(
        "R203",
        "`{key}` cannot be `{found}`; expected one of: {expected}",
        "“{key}”不能是“{found}”；可用：{expected}",
        example="crmrules: 1\nname: a\nlanguage: fr",
    ),
    IssueCode(
        "R204",
        "`{key}` is missing",
        "缺少“{key}”",
        example="crmrules: 1\nname: a\ndecisions: {t: {kind: cadence, inputs: []}}",
    ),
    IssueCode(
        "R205",
        "`{found}` cannot be a name: use letters, digits and _, and begin with a letter",
        "“{found}”不能作名称：只能用字母、数字和 _，并以字母开头",
        example="crmrules: 1\nname: a b",
    ),
    IssueCode(
        "R206",
        "`{key}` is not as expected: {problem}",
        "“{key}”不符合要求：{problem}",
        example="(no example: a safety net)",
    ),
    IssueCode(
        "R207",
        "this file says format version {found}; this program reads version {expected}",
        "文件格式版本为 {found}；本程序读取版本 {expected}",
        example="crmrules: 2\nname: a",
    ),
)

_STRUCTURE = (
    IssueCode(
        "R301",
        "the included file {found} does not exist",
        "包含的文件 {found} 不存在",
        example="crmrules: 1\nname: a\ninclude: [none.yaml]",
    ),
    IssueCode(
        "R302",
        "the included file {found} lies outside the rule set's folder; move it inside",
        "包含的文件 {found} 在规则集文件夹之外；请移到文件夹内",
        example="crmrules: 1\nname: a\ninclude: [../other.yaml]",
    ),
    IssueCode(
        "R303",
        "the file includes itself: {found}",
        "文件循环包含：{found}",
        example="(a.yaml includes b.yaml, which includes a.yaml)",
    ),
    IssueCode(
        "R304",
        "{what} `{found}` is declared twice; first at {first}",
        "{what_zh}“{found}”重复声明；首次位于 {first}",
        example="(two included files that declare one parameter)",
    ),
    IssueCode(
        "R305",
        "two rules have the id `{found}`; the other is at {first}",
        "两条规则使用同一编号“{found}”；另一条位于 {first}",
        example=(
            "crmrules: 1\nname: a\nvocabulary: {customer: {x: {type: number}, y: {}}}\ndecisions:\n"
            "  t: {kind: classification, inputs: [x], outputs: [y], "
            "rules: [{id: R1, then: {y: a}}, {id: R1, then: {y: b}}]}"
        ),
    ),
    IssueCode(
        "R306",
        "an included file cannot set `{found}`; it belongs in {expected}",
        "被包含的文件不能设置“{found}”；应写在 {expected}",
        example="(an included file with a name)",
    ),
    IssueCode(
        "R307",
        "more than {limit} included files",
        "包含的文件超过 {limit} 个",
        example="(a file that includes hundreds)",
    ),
    IssueCode(
        "R310",
        "unknown input `{found}`: no fact of the customer has this name, label or alias",
        "未知条件“{found}”：客户没有此名称、标签或别名的字段",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, y: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amuont], outputs: [y], rules: []}",
    ),
    IssueCode(
        "R311",
        "unknown result `{found}`; known: {expected}",
        "未知结果“{found}”；可用：{expected}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [teir], rules: []}",
    ),
    IssueCode(
        "R312",
        "the rule has a condition on `{found}`, which is no input of this table; its inputs: {expected}",
        "规则的条件“{found}”不是本表的条件列；条件列：{expected}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [tier], "
        "rules: [{when: {amuont: '> 1'}, then: {tier: a}}]}",
    ),
    IssueCode(
        "R313",
        "the rule gives `{found}`, which is no result of this table; its results: {expected}",
        "规则的结果“{found}”不是本表的结果列；结果列：{expected}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [tier], rules: [{then: {teir: a}}]}",
    ),
    IssueCode(
        "R314",
        "`{found}` stands twice in this table; first at {first}",
        "“{found}”在本表中出现两次；首次位于 {first}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {label: {zh: 金额}}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount, 金额], outputs: [tier], rules: []}",
    ),
    IssueCode(
        "R315",
        "`{found}` is not a date; write it as 2026-03-31",
        "“{found}”不是日期；请写成 2026-03-31",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [tier], "
        "rules: [{then: {tier: a}, valid_from: 31.3.2026}]}",
    ),
    IssueCode(
        "R316",
        "the rule ends ({end}) before it begins ({start})",
        "规则的失效日 {end} 不晚于生效日 {start}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [tier], "
        "rules: [{then: {tier: a}, valid_from: 2026-03-31, valid_to: 2026-03-31}]}",
    ),
    IssueCode(
        "R317",
        "the rule gives no result",
        "规则没有任何结果",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [amount], outputs: [tier], rules: [{when: {amount: '> 1'}}]}",
    ),
    IssueCode(
        "R318",
        "{count} rows of the table {table} have no id and are known by their position (such as {example}): histories, "
        "comparisons and acknowledgements take another row for it when one is inserted above; write ids, or let "
        "`crmrules convert` write them",
        "表 {table} 有 {count} 行没有编号，只能按位置识别（如 {example}）：在上方插入一行后，历史、比较和确认会对应到别的行；请"
        "填写编号，或用 crmrules convert 写入",
        severity="note",
        example="(rules without an id, seen by `crmrules check`)",
    ),
)

_CASE = (
    "crmrules: 1\nname: a\nvocabulary: {customer: {amount: {type: number}, tier: {}}, order: {price: {type: number}}}\n"
    "decisions:\n  t: {kind: classification, inputs: [amount], outputs: [tier], rules: [{id: R1, then: {tier: a}}]}\n"
    "tests:\n  c1: {as_of: 2026-03-02, "
)

_TESTS = (
    IssueCode(
        "R330",
        "unknown fact `{found}` in a test: {what} has none of this name, label or alias",
        "用例中的未知字段“{found}”：{what} 没有此名称、标签或别名的字段",
        example=_CASE + "given: {amuont: 5}, rows: [R1]}",
    ),
    IssueCode(
        "R331",
        "`{found}` is worked out by the rules, so a test cannot give it; say what you expect of it under `expect`",
        "“{found}”由规则得出，用例不能给定；请写在 expect（期望）下",
        example=_CASE + "given: {tier: a}, rows: [R1]}",
    ),
    IssueCode(
        "R332",
        "`{found}` comes with the data and is not worked out by the rules; write it under `given`",
        "“{found}”来自数据，不由规则得出；请写在 given（给定）下",
        example=_CASE + "expect: {amount: 5}}",
    ),
    IssueCode(
        "R333",
        "no rule has the id `{found}`",
        "没有编号为“{found}”的规则",
        example=_CASE + "rows: [R2]}",
    ),
    IssueCode(
        "R334",
        "only facts that a decision gives are remembered from the last run; `{found}` is none of them: {expected}",
        "只有决策得出的字段会从上次运行中保留；“{found}”不是：{expected}",
        example=_CASE + "previous: {amount: 5}, rows: [R1]}",
    ),
    IssueCode(
        "R335",
        "the test `{found}` expects nothing; give `expect`, `rows`, `not_rows`, `actions`, `action_count` or `unknown`",
        "用例“{found}”没有任何期望；请给出 expect、rows、not_rows、actions、action_count 或 unknown",
        example=_CASE + "given: {amount: 5}}",
    ),
    IssueCode(
        "R336",
        "the rule `{found}` of the classification {table} gives no actions; expect it under `rows`",
        "分类“{table}”的规则“{found}”不产生行动；请写在 rows 下",
        example=_CASE + "actions: [R1]}",
    ),
    IssueCode(
        "R337",
        "the test expects the rule `{found}` both to match and not to match",
        "用例同时期望规则“{found}”匹配和不匹配",
        example=_CASE + "rows: [R1], not_rows: [R1]}",
    ),
    IssueCode(
        "R338",
        "`{found}` is not a moment; write a date or a date and time, such as 2026-03-01 or 2026-03-01T09:00",
        "“{found}”不是时间；请写日期或日期时间，例如 2026-03-01 或 2026-03-01T09:00",
        example=_CASE + "rows: [R1]}\n  c2: {as_of: today, rows: [R1]}",
    ),
    IssueCode(
        "R339",
        "the test says that there are {found} actions in all, and then speaks of {listed}",
        "用例说共有 {found} 项行动，却又提到 {listed} 项",
        example=_CASE + "no_actions: true, action_count: 2}",
    ),
)

_VOCABULARY = (
    IssueCode(
        "V101",
        "`{found}` means two things: {one} and {two}; rename one",
        "“{found}”有两个含义：{one} 和 {two}；请改名",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {aliases: [额]}, y: {aliases: [额]}}}",
    ),
    IssueCode(
        "V102",
        "unknown type `{found}`; known: {expected}",
        "未知类型“{found}”；可用：{expected}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {type: nubmer}}}",
    ),
    IssueCode(
        "V103",
        "`missing: default` needs a `default`",
        "`missing: default` 需要同时给出 `default`",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {missing: default}}}",
    ),
    IssueCode(
        "V104",
        "a `default` is used only with `missing: default`; add it",
        "只有写明 `missing: default` 时 `default` 才起作用；请补上",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {default: a}}}",
    ),
    IssueCode(
        "V105",
        "`{found}` has a formula and is also a result of the decision {two}; keep one",
        "“{found}”既有公式又是决策 {two} 的结果；请保留一个",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {}, y: {formula: x}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [x], outputs: [y], rules: []}",
    ),
    IssueCode(
        "V106",
        "`{found}` is a result of two decisions, {one} and {two}; a fact is decided once",
        "“{found}”同时是决策 {one} 和 {two} 的结果；一个字段只能由一张表决定",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {}, y: {}}}\ndecisions:\n"
        "  t: {kind: classification, inputs: [x], outputs: [y], rules: []}\n"
        "  u: {kind: classification, inputs: [x], outputs: [y], rules: []}",
    ),
    IssueCode(
        "V107",
        "`{found}` is no column of cadence or escalation tables; known: {expected}",
        "“{found}”不是节奏表或升级表的列；可用：{expected}",
        example="crmrules: 1\nname: a\nvocabulary: {action: {chanel: {}}}",
    ),
    IssueCode(
        "V108",
        "`{found}` spells two values of {what}: {one} and {two}",
        "“{found}”同时表示 {what} 的两个取值：{one} 和 {two}",
        example="crmrules: 1\nname: a\nvocabulary:\n"
        "  customer: {x: {values: [{value: a, aliases: [c]}, {value: b, aliases: [c]}]}}",
    ),
    IssueCode(
        "V109",
        "`{found}` is a word of the rule language and cannot be a name",
        "“{found}”是规则语言的保留字，不能作名称",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {orders: {type: number}}}",
    ),
    IssueCode(
        "V110",
        "unknown time zone `{found}`",
        "未知时区“{found}”",
        example="crmrules: 1\nname: a\ntime_zone: Asia/Shangai",
    ),
    IssueCode(
        "V111",
        "unknown fact `{found}` of {what}",
        "{what} 没有字段“{found}”",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {tier: {}}}\nkpis: {k: {type: simple, group_by: [teir]}}",
    ),
    IssueCode(
        "V112",
        "`{found}` is not written as `entity.fact`",
        "“{found}”应写成“对象.字段”",
        example="crmrules: 1\nname: a\nkpis: {k: {type: simple, groups_from: agents}}",
    ),
    IssueCode(
        "V114",
        "allowed values are for text facts; `{found}` has the type {type}",
        "只有文本字段可以列出取值；“{found}”的类型是 {type}",
        example="crmrules: 1\nname: a\nvocabulary: {customer: {x: {type: number, values: [a]}}}",
    ),
)

_WORKBOOKS = (
    IssueCode(
        "W101",
        "this is not an Excel workbook but {found}; {way_out}",
        "这不是 Excel 工作簿，而是{found_zh}；{way_out_zh}",
        example="(a CSV file renamed to .xlsx)",
    ),
    IssueCode(
        "W102",
        "the workbook is damaged: {problem}; open it in Excel and save it again",
        "工作簿已损坏：{problem_zh}；请用 Excel 打开并重新保存",
        example="(a cut .xlsx)",
    ),
    IssueCode(
        "W103",
        "the workbook unpacks to {found}, more than {limit}: refused as a zip bomb",
        "工作簿解压后为 {found}，超过 {limit}：按压缩炸弹拒绝",
        example="(a zip bomb)",
    ),
    IssueCode(
        "W104",
        "the part {part} declares a DTD or an entity, which no honest workbook does: refused",
        "部件 {part} 声明了 DTD 或实体，正常工作簿不会如此：拒绝读取",
        example="(an XML entity bomb)",
    ),
    IssueCode(
        "W105",
        "the sheet holds more than {limit} {what}; delete empty formatted rows and columns, or split it",
        "工作表超过 {limit} 个{what_zh}；请删除带格式的空行空列或拆分",
        example="(a sheet with a million formatted empty rows)",
    ),
    IssueCode(
        "W106",
        "the sheet holds no table (a table begins with a cell such as `Classification: name`) and is ignored",
        "工作表中没有表（表以“分类：名称”之类的单元格开头），已忽略",
        severity="note",
        example="(a sheet of notes)",
    ),
    IssueCode(
        "W107",
        "no sheet holds a table: a table begins with a cell such as `Classification: name`",
        "没有任何工作表包含表：表以“分类：名称”之类的单元格开头",
        example="Hello",
    ),
    IssueCode(
        "W108",
        "the formula {formula} has no stored value; open the workbook in Excel, let it calculate, and save it",
        "公式 {formula} 没有保存结果；请用 Excel 打开计算后保存",
        example="(a formula written by a program)",
    ),
    IssueCode(
        "W109",
        "the cell shows the error {found}{formula}; correct it",
        "单元格显示错误 {found}{formula}；请更正",
        example="(a cell with #N/A)",
    ),
    IssueCode(
        "W110",
        "Excel turned this cell into the date {found}, but the column {column} holds {type}; "
        "format the cell as text and type it again, for instance {typed}",
        "Excel 已将此单元格变成日期 {found}，而列“{column}”的类型是 {type}；请将单元格设为文本后重新输入，例如 {typed}",
        example="(5-7 typed into a number column)",
    ),
    IssueCode(
        "W111",
        "unknown column `{found}` in the table {table}; known: {expected}",
        "表“{table}”中未知的列“{found}”；可用：{expected}",
        example="Roles\nName | Labell (en)\nam | Account manager",
    ),
    IssueCode(
        "W112",
        "the table {table} needs the column `{expected}`",
        "表“{table}”缺少列“{expected}”",
        example="Roles\nLabel (en)\nAccount manager",
    ),
    IssueCode(
        "W113",
        "the column `{found}` stands twice; first at {first}",
        "列“{found}”出现两次；首次位于 {first}",
        example="Roles\nName | Name\nam | am",
    ),
    IssueCode(
        "W114",
        "`{found}` stands in a column without a header",
        "“{found}”所在的列没有表头",
        example="Roles\nName\nam | Account manager",
    ),
    IssueCode(
        "W115",
        "`{found}` looks like the title of a table, but is none; known: {expected}",
        "“{found}”像是表标题，但不是；可用：{expected}",
        example="Clasification: tier\nId",
    ),
    IssueCode(
        "W116",
        "unknown setting `{found}` in the title row; known: {expected}",
        "标题行中未知的设置“{found}”；可用：{expected}",
        example="Cadence: c | ancor: last_touch_at\nevery\nP7D",
    ),
    IssueCode(
        "W117",
        "a setting in a title row is written `name: value`; found `{found}`",
        "标题行中的设置应写成“名称：值”；此处为“{found}”",
        example="Cadence: c | anchor\nevery\nP7D",
    ),
    IssueCode(
        "W118",
        "which columns are results? Write a row with `When` and `Then` (条件, 结果) above the headers",
        "哪些列是结果？请在表头上方加一行写明“条件”“结果”（When, Then）",
        example="Classification: tier\nAmount | Level\n> 1 | a",
    ),
    IssueCode(
        "W119",
        "the table {table} has no header row",
        "表“{table}”没有表头行",
        example="Classification: tier",
    ),
    IssueCode(
        "W120",
        "unknown field `{found}` of the rule set; known: {expected}",
        "规则集中未知的字段“{found}”；可用：{expected}",
        example="Rule set: a\ntime zoen | UTC",
    ),
    IssueCode(
        "W121",
        "the table needs a name: `{found}: name`",
        "表需要名称：“{found}：名称”",
        example="Classification:\nAmount\n1",
    ),
    IssueCode(
        "W122",
        "`{found}` is said in the row above; the table {table} holds each {what} once (first at {first})",
        "“{found}”重复；表“{table}”中每个{what_zh}只能有一行（首次位于 {first}）",
        example="Roles\nName\nam\nam",
    ),
    IssueCode(
        "W123",
        "no fact `{found}` of {what} is declared in the table Vocabulary",
        "词汇表中没有 {what} 的字段“{found}”",
        example="Values\nEntity | Fact | Value\ncustomer | tier | high",
    ),
    IssueCode(
        "W127",
        "a cell holds more than {limit} {what}, which Excel itself cannot write: refused",
        "有单元格超过 {limit} 个{what_zh}，Excel 本身无法写出：拒绝读取",
        example="(a cell of a megabyte)",
    ),
    IssueCode(
        "W125",
        "the text of {found} is longer than a cell of Excel can hold (32,767 characters)",
        "{found} 的文本超过 Excel 单元格的上限（32,767 个字符）",
        example="(a note of 40,000 characters, written to .xlsx)",
    ),
    IssueCode(
        "W126",
        "no calendar `{found}` is declared in the table Calendars",
        "表“日历”中没有名为“{found}”的日历",
        example="Calendar days\nCalendar | Date\noffice | 2026-03-09",
    ),
    IssueCode(
        "W128",
        "no test `{found}` is declared in a table Tests",
        "“测试”表中没有用例“{found}”",
        example="Tests\nId | As of | Action count\nc1 | 2026-03-02 | 0\n\nTest actions\nCase | Rule\nc2 | R1",
    ),
    IssueCode(
        "W129",
        "the table Test records needs the kind of record in its title (`Test records: orders`); found `{found}`; "
        "known: {expected}",
        "“测试记录”表的标题应写明记录类型（“测试记录：订单”）；此处为“{found}”；可用：{expected}",
        example="Tests\nId | As of | Action count\nc1 | 2026-03-02 | 0\n\nTest records: odrers\nCase | amount\nc1 | 5",
    ),
    IssueCode(
        "W124",
        "the row gives values but no `{expected}`",
        "该行有内容但没有“{expected}”",
        example="Roles\nName | Label (en)\n | Manager",
    ),
    IssueCode(
        "W130",
        "`{found}` stands below the table {table} after a blank row (row {row}): is it a part of the table? If so, "
        "remove the rows between; if not, put it beside the table or on another sheet",
        "“{found}”在表“{table}”下方、隔着空行（第 {row} 行）：它属于该表吗？属于则请删除中间的行，不属于则请移到表的"
        "旁边或其他工作表",
        example="Roles\nName | Person\nam | owner\n\nthese roles are new\nhead | boss",
    ),
    IssueCode(
        "W131",
        "`{found}` looks like the title of a table without a colon; write `{write}`",
        "“{found}”像是缺少冒号的表标题；请写成“{write}”",
        example="Classification tier\nWhen | Then\nAmount | Level",
    ),
    IssueCode(
        "W132",
        "these are the headers of a table without a title ({found}); write the title in the row above, for instance "
        "`{write}`",
        "这里是表头（{found}），但没有表标题；请在上一行第一格写标题，例如“{write_zh}”",
        example="When | Then\nAmount | Level\n> 1 | a",
    ),
    IssueCode(
        "W133",
        "the sheet is hidden, and its tables count",
        "工作表已隐藏，其中的表仍然有效",
        severity="note",
        example="(a hidden sheet with a table)",
    ),
    IssueCode(
        "W134",
        "rows of the table {table} are hidden, and count: {found}",
        "表“{table}”中有隐藏的行，仍然有效：第 {found} 行",
        severity="note",
        example="(a hidden or filtered row of a table)",
    ),
    IssueCode(
        "W135",
        "columns of the table {table} are hidden, and count: {found}",
        "表“{table}”中有隐藏的列，仍然有效：{found} 列",
        severity="note",
        example="(a hidden column of a table)",
    ),
    IssueCode(
        "W136",
        "rows of the table {table} are struck through, and count: {found}; delete those that shall not",
        "表“{table}”中有带删除线的行，仍然有效：第 {found} 行；不用的行请删除",
        severity="note",
        example="(a row of struck-through cells)",
    ),
)

RULESET_CODES: tuple[IssueCode, ...] = (*_FILES, *_FORM, *_STRUCTURE, *_TESTS, *_VOCABULARY, *_WORKBOOKS)
