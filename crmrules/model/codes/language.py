"""Issue codes of feel/, the condition language (F...).

F100–F119 the text cannot be read, F120–F129 names and calls, F130–F139 types, F140–F149 values,
F150–F159 cells.
"""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

LANGUAGE_CODES: tuple[IssueCode, ...] = (
    IssueCode("F100", "nothing is written here", "这里没有写内容", example="(an empty expression)"),
    IssueCode("F101", "found {found} where {expected} belongs", "此处应为 {expected}，却是 {found}", example="(1 + 2]"),
    IssueCode("F102", "the text in quotes is not closed: {found}", "引号没有结束：{found}", example='"VIP'),
    IssueCode(
        "F103", "the character {found} is not part of the language", "规则语言中没有字符 {found}", example="1 § 2"
    ),
    IssueCode(
        "F104",
        "the text has {found} characters; {limit} are allowed",
        "文本有 {found} 个字符，上限为 {limit}",
        example="(a text of 70,000 characters)",
    ),
    IssueCode(
        "F105",
        "nested too deeply; {limit} levels are allowed",
        "嵌套过深，上限为 {limit} 层",
        example="(500 opening parentheses)",
    ),
    IssueCode(
        "F106",
        "too many items; {limit} are allowed",
        "项目过多，上限为 {limit} 个",
        example="(a list of 20,000 numbers)",
    ),
    IssueCode("F107", "the comment is not closed", "注释没有结束", example="1 /* one"),
    IssueCode("F108", "the number {found} is out of range", "数字 {found} 超出范围", example="1e99999"),
    IssueCode("F109", "a value is missing before {found}", "{found} 前面缺少值", example="1 + ) 2"),
    IssueCode(
        "F110", "the text ends too early; {expected} is missing", "文本提前结束，缺少 {expected}", example="(1 + 2"
    ),
    IssueCode(
        "F111",
        "{found} cannot follow here: an operator or a comma is missing",
        "{found} 不能接在这里：缺少运算符或逗号",
        example="1 2",
    ),
    IssueCode(
        "F112",
        "{found} can be read in two ways; write {one} or {two}",
        "{found} 有两种读法，请写成 {one} 或 {two}",
        example="100,200",
    ),
    IssueCode(
        "F113", "the range starts at {low}, above its end {high}", "区间起点 {low} 大于终点 {high}", example="50-10"
    ),
    IssueCode(
        "F114",
        "{found} after the number {number} is no unit; known: {units}",
        "数字 {number} 后面的 {found} 不是单位；可用：{units}",
        example="50kg",
    ),
    IssueCode("F115", "{found} is no operator; write {write}", "没有运算符 {found}，请写 {write}", example="a == b"),
    IssueCode(
        "F116",
        "{found} cannot follow another comparison; join them with and",
        "{found} 不能连着另一个比较，请用 and 连接",
        example="1 < 2 < 3",
    ),
    IssueCode(
        "F117",
        "either all arguments have names or none",
        "参数要么全部写名称，要么都不写",
        example='contains(string: "a", "b")',
    ),
    IssueCode(
        "F118",
        "two comparisons in one cell; write {write}",
        "一个单元格里有两个比较，请写成 {write}",
        example=">= 10 and < 50",
    ),
    IssueCode("F119", "{found} is not a whole number of months", "{found} 不是整数个月", example="1.5个月"),
    IssueCode("F120", 'unknown name "{found}"', "未知名称“{found}”", example="amuont > 5"),
    IssueCode(
        "F121",
        '"{found}" is none of the allowed values ({words})',
        "“{found}”不在允许的取值之中（{words}）",
        example="VPI",
    ),
    IssueCode("F122", 'unknown function "{found}"', "未知函数“{found}”", example="cuont([1])"),
    IssueCode("F123", 'unknown type "{found}"', "未知类型“{found}”", example="1 instance of nmber"),
    IssueCode("F124", 'there is no "{found}" here', "这里没有“{found}”", example="{a: 1}.b"),
    IssueCode("F125", '{type} has no property "{found}"', "{type} 没有属性“{found}”", example="as_of.yaer"),
    IssueCode(
        "F126",
        "{name} takes {expected} arguments, not {found}",
        "{name} 需要 {expected} 个参数，不是 {found} 个",
        example='contains("a")',
    ),
    IssueCode(
        "F127",
        "{name} has no parameter {found}; it has {expected}",
        "{name} 没有参数 {found}；有：{expected}",
        example="floor(number: 1)",
    ),
    IssueCode("F128", "{found} cannot be called like a function", "{found} 不能当函数调用", example="5(1)"),
    IssueCode(
        "F129",
        "{name} takes {expected} here, not {found}",
        "{name} 此处需要 {expected}，不是 {found}",
        example='floor("a")',
    ),
    IssueCode("F130", "{left} cannot be compared with {right}", "{left} 与 {right} 不能比较", example='5 = "5"'),
    IssueCode(
        "F131",
        "{found} has no order: it cannot be compared by < or >",
        "{found} 没有大小之分，不能用 < 或 > 比较",
        example="true > false",
    ),
    IssueCode(
        "F132", "a condition is true or false; this is {found}", "条件应为真或假，这里是 {found}", example="1 and true"
    ),
    IssueCode(
        "F133",
        "a filter is a condition or a position; this is {found}",
        "筛选应为条件或位置，这里是 {found}",
        example='[1, 2]["a"]',
    ),
    IssueCode("F134", "{left} {op} {right} cannot be calculated", "{left} {op} {right} 不能计算", example='1 + "a"'),
    IssueCode("F135", "{found} cannot be negated", "{found} 不能取负", example='-"a"'),
    IssueCode(
        "F136", "this gives {found}; {expected} is expected", "结果是 {found}，应为 {expected}", example='"high"'
    ),
    IssueCode("F140", '"{found}" is no date, time or duration', "“{found}”不是日期、时间或时长", example="2026-02-30"),
    IssueCode("F141", 'the key "{found}" occurs twice', "键“{found}”重复", example="{a: 1, a: 2}"),
    IssueCode(
        "F142", "external functions cannot be called", "不支持外部函数", example='function(a) external {java: "x"}'
    ),
    IssueCode(
        "F143", "this can never have a value: {reason}", "这里永远没有值：{reason}", example='date("2026-02-30")'
    ),
    IssueCode(
        "F150",
        '"{found}" is none of the allowed values ({words}), so this never holds',
        "“{found}”不在允许的取值之中（{words}），条件永远不成立",
        example='"VPI"',
    ),
)
