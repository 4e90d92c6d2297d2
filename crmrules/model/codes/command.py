"""Issue codes of the command line (X1…), of state and runs (X2…) and of bugs (X9…)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

COMMAND_CODES: tuple[IssueCode, ...] = (
    # Wrong usage: the command was not run (exit code 2).
    IssueCode(
        "X101",
        "there is no option {found} here",
        "此处没有选项 {found}",
        example="crmrules check rules.yaml --fromat json",
    ),
    IssueCode(
        "X102",
        "{param} is missing",
        "缺少 {param}",
        example="crmrules plan rules.yaml --as-of 2026-03-01",
    ),
    IssueCode(
        "X103",
        "{param}: '{found}' cannot be used, expected {expected}",
        "{param}：“{found}”不可用，应为{expected}",
        example="crmrules check rules.yaml --lang fr",
    ),
    IssueCode(
        "X104",
        "there is no command '{found}'",
        "没有命令“{found}”",
        example="crmrules chek rules.yaml",
    ),
    IssueCode(
        "X105",
        "wrong usage: {found}",
        "用法有误：{found}",
        example="crmrules check rules.yaml second.yaml",
    ),
    IssueCode(
        "X106",
        "{what} '{found}' does not exist",
        "{what}“{found}”不存在",
        example="crmrules check missing.yaml",
    ),
    IssueCode(
        "X107",
        "--as-of '{found}' is not a moment; write a date, or a date and time with or without a zone, such "
        "as 2026-03-01, 2026-03-01T09:00, "
        "2026-03-01T09:00Z or 2026-03-01T09:00+08:00",
        "--as-of “{found}”不是时间；请写日期，或日期时间（可带时区），例如 2026-03-01、2026-03-01T09:00、"
        "2026-03-01T09:00Z 或 2026-03-01T09:00+08:00",
        example="crmrules plan rules.yaml --data data --as-of yesterday",
    ),
    IssueCode(
        "X108",
        "--as-of is missing: say for which moment the rules are evaluated, for example --as-of 2026-03-01 "
        "(crmrules never reads the clock, so that the same input gives the same plan)",
        "缺少 --as-of：请说明按哪个时间点计算，例如 --as-of 2026-03-01"
        "（crmrules 从不读取系统时钟，同样的输入总是得到同样的计划）",
        example="crmrules plan rules.yaml --data data",
    ),
    IssueCode(
        "X109",
        "--set '{found}' is not name=value, for example --set high_value=600000",
        "--set “{found}”不是 名称=值 的形式，例如 --set high_value=600000",
        example="crmrules plan rules.yaml --data data --as-of 2026-03-01 --set high_value",
    ),
    IssueCode(
        "X110",
        "'{found}': cannot tell from the ending what to write; known endings are {expected}",
        "“{found}”：无法从扩展名判断要写什么；可用的扩展名有 {expected}",
        example="crmrules convert rules.xlsx rules.docx",
    ),
    IssueCode(
        "X111",
        "'{found}' exists already and is not overwritten",
        "“{found}”已存在，不会覆盖",
        example="crmrules init .",
    ),
    IssueCode(
        "X112",
        "the folder '{found}' does not exist, so nothing can be written there",
        "文件夹“{found}”不存在，无法写入",
        example="crmrules convert rules.yaml nowhere/rules.xlsx",
    ),
    IssueCode(
        "X113",
        "'{found}' cannot be written: {reason}",
        "无法写入“{found}”：{reason}",
        example="crmrules convert rules.yaml /proc/rules.xlsx",
    ),
    IssueCode(
        "X114",
        "there is no published schema '{found}'; there are {expected}",
        "没有名为“{found}”的模式；可用的有 {expected}",
        example="crmrules schema rule",
    ),
    IssueCode(
        "X115",
        "there is no notifier '{found}'; there are {expected}",
        "没有名为“{found}”的通知方式；可用的有 {expected}",
        example="crmrules run rules.yaml --data data --as-of 2026-03-01 --state sqlite:///crm.db --notify pigeon",
    ),
    IssueCode(
        "X116",
        "there is no customer '{found}' among the {count} read",
        "读到的 {count} 个客户中没有“{found}”",
        example="crmrules explain rules.yaml --data data --as-of 2026-03-01 --customer C-404",
    ),
    IssueCode(
        "X117",
        "'{found}' cannot be read: {reason}",
        "无法读取“{found}”：{reason}",
        example="crmrules check /root/rules.yaml",
    ),
    IssueCode(
        "X118",
        "what was written to '{found}' does not read back as the same rule set, so it was not kept",
        "写入“{found}”的内容读回后与原规则集不一致，因此未保留",
        example="a rule set that the other spelling cannot hold",
    ),
    IssueCode(
        "X119",
        "--out '{found}' is given twice",
        "--out “{found}”给出了两次",
        example="crmrules plan rules.yaml --data data --as-of 2026-03-01 --out a.json --out a.json",
    ),
    IssueCode(
        "X120",
        "{found} of the rows are reached, {expected} are asked for",
        "命中的规则行为 {found}，要求为 {expected}",
        example="crmrules test rules.yaml --min-coverage 100",
    ),
    IssueCode(
        "X121",
        "{found} means nothing here without {expected}",
        "没有 {expected} 时，{found} 不起作用",
        example="crmrules test rules.yaml --out rules.xlsx",
    ),
    IssueCode(
        "X122",
        "{option} '{found}' is the {what} '{input}' that this command reads; write to another file",
        "{option} “{found}”就是本命令读取的{what}“{input}”；请写到其他文件",
        example="crmrules plan rules.xlsx --data d.csv --as-of 2026-03-01 --out rules.xlsx",
    ),
    IssueCode(
        "X123",
        "'{found}' holds no rule set: expected {expected}",
        "“{found}”中没有规则集：应有 {expected}",
        example="crmrules check EMPTY_FOLDER",
    ),
    IssueCode(
        "X124",
        "{param} is given {count} times, and can be given once",
        "{param} 给出了 {count} 次，只能给出一次",
        example="crmrules plan rules.yaml --data a.csv --data b.csv --as-of 2026-03-01",
    ),
    IssueCode(
        "X125",
        "stopped by --strict (warnings: {count}); nothing was written or sent",
        "--strict 已中止执行（警告：{count}）；未写入也未发送任何内容",
        example="crmrules plan rules.yaml --data customers.csv --as-of 2026-03-01 --strict",
    ),
    # State and runs.
    IssueCode(
        "X201",
        "keeping state needs SQLAlchemy, which is not installed; install it with: pip install 'crmrules[state]'",
        "保存状态需要 SQLAlchemy，但尚未安装；请执行：pip install 'crmrules[state]'",
        example="crmrules run … in an installation without the extra `state`",
    ),
    IssueCode(
        "X202",
        "--state '{found}' is not a place for state; write sqlite:///crm.db (a file here) or sqlite:////full/path/crm.db",
        "--state “{found}”不是可用的状态位置；请写 sqlite:///crm.db（当前目录的文件）或 sqlite:////完整路径/crm.db",
        example="crmrules run … --state crm.db",
    ),
    IssueCode(
        "X203",
        "the state '{found}' was written by a newer crmrules (its layout is {version}, this one knows {known}); "
        "update crmrules",
        "状态“{found}”由更新版本的 crmrules 写入（其结构版本为 {version}，当前仅支持 {known}）；请升级 crmrules",
        example="a state file of a later release",
    ),
    IssueCode(
        "X204",
        "the state '{found}' cannot be used: {reason}",
        "无法使用状态“{found}”：{reason}",
        example="crmrules run … --state sqlite:///plan.html",
    ),
    IssueCode(
        "X205",
        "another run is using the state '{found}'; start again when it has ended",
        "另一个运行正在使用状态“{found}”；请等它结束后再试",
        example="two crmrules run at once with one --state",
    ),
    IssueCode(
        "X206",
        "the state holds a run of '{ruleset}' as of {last}, so a run as of {found} would go back in time; "
        "use `plan` to look at the past",
        "状态中已有“{ruleset}”截至 {last} 的运行，截至 {found} 的运行会倒退；要查看过去请用 plan",
        example="crmrules run … --as-of 2026-03-01 after one --as-of 2026-03-02",
    ),
    IssueCode(
        "X207",
        "{notifier} could not deliver {count} of {total} actions, they stay pending and the next run sends them: "
        "{reason}",
        "{notifier} 有 {count} 条行动（共 {total} 条）未能送达，保持待发，下次运行会再次发送：{reason}",
        example="crmrules run … --notify file:/proc/actions.ndjson",
    ),
    IssueCode(
        "X208",
        "{notifier} refused {count} of {total} actions for good, they are parked and not sent again: {reason}",
        "{notifier} 永久拒绝了 {count} 条行动（共 {total} 条），已搁置，不再发送：{reason}",
        example="a notifier that answers retry=False",
    ),
    IssueCode(
        "X210",
        "there is no state at '{found}' yet; `run` makes one",
        "“{found}”处还没有状态；状态由 run 建立",
        example="crmrules kpi … --state sqlite:///new.db",
    ),
    # Bugs.
    IssueCode(
        "X901",
        "internal error, this is a bug in crmrules and not in your files; please report it with this line: {reason}",
        "内部错误：这是 crmrules 的缺陷，不是您的文件有误；请附上此行报告：{reason}",
        example="none that is known",
    ),
)
