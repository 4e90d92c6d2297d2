"""Issue codes of engine/: compiling (P1.. structure, P2.. result cells, P3.. action columns), deciding (P4..),
planning (P5..), KPIs (P6..)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

_STRUCTURE = (
    IssueCode(
        "P103",
        "these need each other, so none can come first: {members} ({places})",
        "以下各项互相依赖，无法排定先后：{members}（{places}）",
        example="a: {type: number, formula: b + 1}   b: {type: number, formula: a + 1}",
    ),
    IssueCode(
        "P104",
        "'{found}' is no fact of the customer, so table '{table}' cannot give it",
        "客户没有字段“{found}”，规则表“{table}”无法给出它",
        example="outputs: [value_teir]",
    ),
    IssueCode(
        "P105",
        "'{found}' is no result column of {kind} tables; they have {allowed}",
        "“{found}”不是{kind_zh}表的结果列；可用的列：{allowed}",
        example="kind: cadence   outputs: [evry, task]",
    ),
    IssueCode(
        "P106",
        "hit policy {policy} gives {expected}, but fact '{fact}' is declared as {found}",
        "命中策略 {policy} 的结果是 {expected}，而字段“{fact}”声明为 {found}",
        example="hit_policy: C   # with value_tier: {type: string}",
    ),
    IssueCode(
        "P107",
        "there is no parameter '{found}' to set",
        "没有名为“{found}”的参数可设置",
        example="crmrules plan rules.yaml --set high_valeu=60万",
    ),
    IssueCode(
        "P108",
        "parameter '{name}' is declared as {expected}, found {found}",
        "参数“{name}”声明为 {expected}，实际为 {found}",
        example="high_value: {type: number, value: '\"many\"'}",
    ),
    IssueCode(
        "P115",
        "hit policy {policy} orders or combines results; {kind} tables have {allowed}",
        "命中策略 {policy} 用于排序或汇总结果；{kind_zh}表可用 {allowed}",
        example="kind: cadence   hit_policy: C+",
    ),
    IssueCode(
        "P114",
        "fact '{fact}' is given by a table and has a default, which belongs to the table (default: {{{fact}: …}})",
        "字段“{fact}”由规则表给出，其默认值应写在规则表中（default: {{{fact}: …}}）",
        example="value_tier: {type: string, missing: default, default: low}  # and outputs: [value_tier]",
    ),
)

_RESULTS = (
    IssueCode(
        "P201",
        "'{found}' is no word of '{fact}'; allowed: {allowed}",
        "“{found}”不是“{fact}”的取值；可用的取值：{allowed}",
        example="then: {value_tier: hgih}",
    ),
    IssueCode(
        "P202",
        "'{fact}' is {expected}, found {found}",
        "“{fact}”的类型是 {expected}，实际为 {found}",
        example="then: {score: '\"many\"'}  # score: {type: number}",
    ),
)

_ACTIONS = (
    IssueCode(
        "P301",
        "'{found}' is no frequency; expected for instance 每周1次, 每两周1次, weekly, every 2-3 days, P2W",
        "“{found}”不是跟进频率；写法如：每周1次、每两周1次、每2-3天1次、weekly、P2W",
        example="then: {every: 每周一此}",
    ),
    IssueCode(
        "P302",
        "'{found}' is no duration; expected for instance 24h, 48小时, 3天, P3D, 提前30天",
        "“{found}”不是时长；写法如：24h、48小时、3天、P3D、提前30天",
        example="then: {within: soon}",
    ),
    IssueCode(
        "P303",
        "'{found}' is no role of the rule set; roles: {allowed}",
        "规则集没有角色“{found}”；已有角色：{allowed}",
        example="then: {owner_role: acount_manager}",
    ),
    IssueCode(
        "P304",
        "'{found}' is no word of column '{column}'; allowed: {allowed}",
        "“{found}”不是“{column}”列的取值；可用的取值：{allowed}",
        example="then: {channel: telefone}",
    ),
    IssueCode(
        "P305",
        "the row needs either 'every' or 'offset' (or 'annual', which 'offset' may move), found {found}",
        "此行的“跟进频率（every）”与“偏移（offset）”须填且只填一个（或填“每年（annual）”，可另填偏移），实际{found}",
        example="then: {task: 回访}   # in a cadence table",
    ),
    IssueCode(
        "P306",
        "nothing says from when time is counted: the table has no setting 'anchor', the row no cell 'anchor'",
        "没有起算点：规则表没有 anchor 设置，此行的“起算点（anchor）”列也为空",
        example="kind: cadence   # without settings: {anchor: …}",
    ),
    IssueCode(
        "P307",
        "'{column}' is a whole number from {low} to {high}, found {found}",
        "“{column}”须为 {low} 到 {high} 的整数，实际为 {found}",
        example="then: {priority: 1.5}",
    ),
    IssueCode(
        "P308",
        "a time allowed cannot be negative, found {found}",
        "时限不能为负，实际为 {found}",
        example="then: {within: -P1D}",
    ),
    IssueCode(
        "P309",
        "the text is no template: {reason}",
        "文本的占位符写法有误：{reason}",
        example="then: {content: '{{ name'}",
    ),
    IssueCode(
        "P310",
        "{found} is refused: {what} is not allowed in a text; placeholders name facts and use filters",
        "拒绝 {found}：文本中不允许使用{what_zh}；占位符只能写字段名和过滤器",
        example="then: {content: \"{{ ''.__class__ }}\"}",
    ),
    IssueCode(
        "P311",
        "the placeholder '{found}' names nothing of the customer",
        "占位符“{found}”不是客户的字段",
        example="then: {content: '{{ nmae }}'}",
    ),
    IssueCode(
        "P312",
        "there is no filter '{found}'; filters: {allowed}",
        "没有过滤器“{found}”；可用的过滤器：{allowed}",
        example="then: {content: '{{ name | uper }}'}",
    ),
)

_TIMES = (
    IssueCode(
        "P313",
        "'{found}' is no {setting}; expected one of {allowed}",
        "“{found}”不是 {setting} 的取值；可用的取值：{allowed}",
        example="settings: {catch_up: latest}",
    ),
    IssueCode(
        "P314",
        "this counts working days or hours, but no calendar says which; calendars: {found}; declare one under "
        "calendars, or name one with the setting 'calendar'",
        "此处按工作日或工作时间计算，但未指明日历；已有日历：{found}；"
        "请在 calendars 中声明日历，或用 calendar 设置指定",
        example="settings: {clock: working}   # in a rule set without calendars",
    ),
    IssueCode(
        "P315",
        "'{found}' is no festival that is known, and no date of the customer",
        "“{found}”不是已知的节日，也不是客户的日期字段",
        example="then: {annual: 春季}",
    ),
    IssueCode(
        "P316",
        "a warning comes before the end of the time allowed, so {found} must not be longer than 'within' ({within})",
        "预警须在时限结束之前，{found} 不能长于“时限（within）”（{within}）",
        example="then: {within: 24h, warn: 48h}",
    ),
    IssueCode(
        "P317",
        "the clock counts working time, so '{found}' is {hours} hours of work, not so many days on the calendar; write "
        "hours to make that plain",
        "计时按工作时间，“{found}”即 {hours} 个工作小时，而不是日历上的天数；请直接写小时数",
        severity="warning",
        example="settings: {clock: working}   then: {within: 3天}",
    ),
    IssueCode(
        "P318",
        "working time is counted in hours, not in months, found {found}",
        "工作时间以小时计，不能以月计，实际为 {found}",
        example="settings: {clock: working}   then: {within: 1个月}",
    ),
    IssueCode(
        "P319",
        "'{column}' does not go with '{other}' in one row",
        "同一行中“{column}”不能与“{other}”同时使用",
        example="then: {after_step: RECALL, anchor: signed_at, offset: P1D}",
    ),
    IssueCode(
        "P320",
        "'{found}' is no row that asks for an action; rows: {allowed}",
        "没有编号为“{found}”的行动行；已有：{allowed}",
        example="then: {after_step: RECAL, offset: P1D}",
    ),
)

_DECIDING = (
    IssueCode(
        "P401",
        "customer {customer}: '{text}' could not be evaluated: {reason}",
        "客户 {customer}：无法计算“{text}”：{reason}",
        severity="warning",
        example="formula: 1 / orders_12m   # for a customer without orders",
    ),
    IssueCode(
        "P403",
        "customer {customer}: '{fact}' is missing and must not be",
        "客户 {customer}：缺少必填字段“{fact}”",
        severity="warning",
        example="a customer without owner, where owner: {missing: error}",
    ),
    IssueCode(
        "P404",
        "customer {customer}: '{fact}' is {found}, outside {expected}; read as unknown",
        "客户 {customer}：“{fact}”为 {found}，超出范围 {expected}；按未知处理",
        severity="warning",
        example="score: {type: number, range: '[0..100]', formula: 120}",
    ),
    IssueCode(
        "P405",
        "customer {customer}: '{fact}' is {expected}, but '{text}' gave {found}; read as unknown",
        "客户 {customer}：“{fact}”应为 {expected}，而“{text}”得到 {found}；按未知处理",
        severity="warning",
        example="then: {value_tier: previous.stage}   # stage has other words",
    ),
    IssueCode(
        "P406",
        "customer {customer}: '{text}' should give a number above 0 to multiply gaps by, found {found}; read as 1",
        "客户 {customer}：“{text}”应得到大于 0 的间隔倍数，实际为 {found}；按 1 处理",
        severity="warning",
        example="settings: {stretch: '0'}",
    ),
    IssueCode(
        "P407",
        "customer {customer}: '{text}' should give a date or an instant, found {found}; the task is left out",
        "客户 {customer}：“{text}”应得到日期或时刻，实际为 {found}；此行动未生成",
        severity="warning",
        example="settings: {anchor: annual_amount}",
    ),
    IssueCode(
        "P408",
        "customer {customer}: '{text}' should give holds, each with 'start' and 'end', found {found}; it is left out",
        "客户 {customer}：“{text}”应得到暂停时段（各含 start 与 end），实际为 {found}；未予计入",
        severity="warning",
        example="settings: {holds: '[{start: \"soon\"}]'}",
    ),
    IssueCode(
        "P409",
        "customer {customer}: '{text}' should name a calendar, found {found}; calendars: {expected}; {used} is used",
        "客户 {customer}：“{text}”应为日历名称，实际为 {found}；已有日历：{expected}；改用 {used}",
        severity="warning",
        example="settings: {clock: working, calendar: owner_calendar}   # for an owner whose calendar is misspelt",
    ),
    IssueCode(
        "P410",
        "record {customer}: '{field}' should be {expected}, found {found}",
        "记录 {customer}：“{field}”应为 {expected}，实际为 {found}",
        example="rules.decide({'id': 'C1', 'annual_amount': 'a lot'}, as_of='2026-03-02')",
    ),
    IssueCode(
        "P411",
        "record {customer}: '{field}' is {found}, outside {expected}",
        "记录 {customer}：“{field}”为 {found}，超出范围 {expected}",
        example="rules.decide({'id': 'C1', 'satisfaction': 101}, as_of='2026-03-02')",
    ),
    IssueCode(
        "P412",
        "record {customer}: there is no fact '{field}'; it is not read",
        "记录 {customer}：没有字段“{field}”，未予读取",
        severity="warning",
        example="rules.decide({'id': 'C1', 'anual_amount': 5}, as_of='2026-03-02')",
    ),
    IssueCode(
        "P413",
        "a record needs an id under 'id' or 'customer_id', found {found}",
        "记录需要 id 或 customer_id，实际为 {found}",
        example="rules.decide({'annual_amount': 5}, as_of='2026-03-02')",
    ),
    IssueCode(
        "P414",
        "'{found}' is no instant; expected a date or an ISO date and time such as 2026-03-02T09:00:00",
        "“{found}”不是时刻；应为日期或 ISO 日期时间，如 2026-03-02T09:00:00",
        example="rules.decide(record, as_of='tomorrow')",
    ),
    IssueCode(
        "P415",
        "record {customer}: '{field}' is no word of '{fact}': {found}; allowed: {allowed}",
        "记录 {customer}：“{field}”的值 {found} 不是“{fact}”的取值；可用的取值：{allowed}",
        example="rules.decide({'id': 'C1', 'lost_cause': 'prcie'}, as_of='2026-03-02')",
    ),
    IssueCode(
        "P416",
        "rules read {entities}, but no source gives them: what depends on them is unknown for every customer",
        "规则读取 {entities}，但没有数据来源提供：依赖它们的内容对所有客户均为未知",
        severity="warning",
        example="crmrules plan rules.yaml --data customers.csv   # rules that count orders",
    ),
    IssueCode(
        "P417",
        "no column gives these facts, which are unknown for every customer (in brackets: how many formulas and rows "
        "read it): {facts}",
        "没有列提供以下字段，对所有客户均为未知（括号内为读取它的公式与规则行数）：{facts}",
        severity="warning",
        example="crmrules plan rules.yaml --data customers.csv   # a table without the column `industry`",
    ),
    IssueCode(
        "P418",
        "no column gives '{fact}' ({count} formulas and rows read it), so it is unknown for every customer; is the "
        "column '{column}' meant?",
        "没有列提供“{fact}”（{count} 个公式或规则行读取它），对所有客户均为未知；是否指“{column}”列？",
        severity="warning",
        example="crmrules plan rules.yaml --data customers.csv   # with the header annual_amont",
    ),
    IssueCode(
        "P419",
        "record {customer} is there twice: its actions could not be told apart",
        "记录 {customer} 出现了两次：其行动将无法区分",
        example="rules.plan([{'id': 'C1'}, {'id': 'C1'}], as_of='2026-03-02')",
    ),
    IssueCode(
        "P420",
        "a record is a mapping or a Record, found {found}",
        "记录应为映射（dict）或 Record，实际为 {found}",
        example="rules.decide(None, as_of='2026-03-02')",
    ),
)

_PLANNING = (
    IssueCode(
        "P501",
        "customer {customer}: the text '{text}' could not be filled in: {reason}",
        "客户 {customer}：无法填写文本“{text}”：{reason}",
        severity="warning",
        example="content: '{{ name | money }}'",
    ),
    IssueCode(
        "P502",
        "the same ({same}) for {count} more, among them {examples}",
        "同样的问题（{same}）另有 {count} 处，例如 {examples}",
        severity="warning",
        example="a failing formula met for 100 customers",
    ),
    IssueCode(
        "P503",
        "customer {customer}: it cannot be told whether '{text}' holds: {reason}; the customer's actions are withheld",
        "客户 {customer}：无法判断“{text}”是否成立：{reason}；该客户的行动暂不安排",
        severity="warning",
        example="policies: {do_not_contact: refused_count / 0 > 1}",
    ),
    IssueCode(
        "P504",
        "a plan looks ahead, so its horizon is a duration such as P7D, found {found}",
        "计划的展望期须为时长，如 P7D，实际为 {found}",
        example="policies: {horizon: -P1D}",
    ),
)

_REACHING = (
    IssueCode(
        "P520",
        "a cap counts touches with a whole number from 1, found {found}",
        "频次上限的次数须为不小于 1 的整数，实际为 {found}",
        example="policies: {caps: [{count: 0, per: P7D}]}",
    ),
    IssueCode(
        "P521",
        "'{found}' is no length of time for a cap; expected for instance P7D, 1周, 30天, P1M",
        "“{found}”不是频次上限的周期；写法如：P7D、1周、30天、P1M",
        example="policies: {caps: [{count: 1, per: fortnight}]}",
    ),
    IssueCode(
        "P522",
        "'{found}' is no quiet hours; expected for instance 21:00-08:00 or 12:00-13:30, 21:00-08:00, with some time left",
        "“{found}”不是免打扰时段；写法如：21:00-08:00 或 12:00-13:30, 21:00-08:00，且须留有可发送的时间",
        example="policies: {quiet_hours: '25:00-08:00'}",
    ),
    IssueCode(
        "P523",
        "a capacity is a whole number of actions in a day, not negative, found {found}",
        "容量须为每日行动数（非负整数），实际为 {found}",
        example="policies: {capacity: -1}",
    ),
    IssueCode(
        "P524",
        "these roles deputise for each other, so nobody would be the last: {chain}",
        "以下角色互为代理，没有最终承接者：{chain}",
        example="roles: {a: {deputy: b}, b: {deputy: a}}",
    ),
    IssueCode(
        "P525",
        "these owners deputise for each other: {chain}; where all of them are away, the role's deputy or its queue takes "
        "over",
        "以下负责人互为代理：{chain}；若均不在岗，则由角色的代理或待分派队列承接",
        severity="warning",
        example="owners 林晓 (deputy 王强) and 王强 (deputy 林晓)",
    ),
    IssueCode(
        "P526",
        "the deputy '{found}' of owner '{person}' is no owner of the data, so nobody knows whether they are there",
        "负责人“{person}”的代理“{found}”不在负责人数据中，无法得知其是否在岗",
        severity="warning",
        example="owner 林晓 with deputy 王墙, where there is only 王强",
    ),
    IssueCode(
        "P527",
        "the capacity of owner '{person}' should be a whole number of actions in a day, not negative, found {found}; it "
        "is not used",
        "负责人“{person}”的容量须为每日行动数（非负整数），实际为 {found}；未予采用",
        severity="warning",
        example="owner 林晓 with capacity -3",
    ),
    IssueCode(
        "P528",
        "nobody called '{found}' is among the owners, the roles or the persons that roles name",
        "负责人、角色以及角色所指的人员中没有“{found}”",
        example="crmrules plan rules.yaml --data data --as-of 2026-03-02 --viewer 林小",
    ),
    IssueCode(
        "P529",
        "personal values are shown to these roles alone: {allowed}; found {found}",
        "个人信息仅对以下角色显示：{allowed}；实际为 {found}",
        example="policies: {reveal_roles: [sales_head]}   # and --reveal without --viewer",
    ),
    IssueCode(
        "P530",
        "customer {customer}: '{found}' in a consent is not understood; it counts as refused",
        "客户 {customer}：无法理解联系许可中的“{found}”；按拒绝处理",
        severity="warning",
        example='policies: {consent: "[{channel: "wechat", state: "mabye"}]"}',
    ),
    IssueCode(
        "P531",
        "customer {customer}: '{text}' should give dates or instants, found {found}",
        "客户 {customer}：“{text}”应得到日期或时刻，实际为 {found}",
        severity="warning",
        example="policies: {touches: interactions}   # an interaction without occurred_at",
    ),
    IssueCode(
        "P532",
        "customer {customer}: there is no time zone '{found}'; quiet hours are read on the rule set's clock",
        "客户 {customer}：没有时区“{found}”；免打扰时段按规则集的时区计算",
        severity="warning",
        example="policies: {quiet_hours: '21:00-08:00', customer_time_zone: '\"Asia/Shangai\"'}",
    ),
    IssueCode(
        "P533",
        "nothing says which touches there have been, so caps count the actions of the plan alone; set `touches`",
        "未设置触达记录（touches），频次上限只统计本计划内的行动",
        severity="warning",
        example="policies: {caps: [{count: 1, per: P7D}]}   # without touches",
    ),
    IssueCode(
        "P534",
        "customer {customer} is none of those that {viewer} sees",
        "客户 {customer} 不在 {viewer} 可见的范围内",
        example="crmrules explain rules.yaml --data data --as-of 2026-03-02 --customer C9 --viewer 林晓",
    ),
)

_KPIS = (
    IssueCode(
        "P601",
        "'{found}' is no window of KPI '{kpi}'; expected a duration such as P90D or last 90 days, or this / last week, "
        "month, quarter or year",
        "“{found}”不是指标“{kpi}”的时间窗；可写时长（如 P90D、近90天）或本/上周、月、季度、今年、去年",
        example="window: next month",
    ),
    IssueCode(
        "P603",
        "'{field}' of KPI '{kpi}' must give {expected}, found {found}",
        "指标“{kpi}”的 {field} 应为 {expected}，实际为 {found}",
        example="kpis: {x: {type: mean, value: name}}",
    ),
    IssueCode(
        "P604",
        "the window of KPI '{kpi}' needs a date, but fact '{found}' is declared as {type}",
        "指标“{kpi}”的时间窗需要日期，而字段“{found}”声明为 {type}",
        example="window: P90D   window_on: name",
    ),
    IssueCode(
        "P605",
        "the percentile of KPI '{kpi}' must lie between 0 and 1, such as 0.9 or 90%, found {found}",
        "指标“{kpi}”的百分位须在 0 与 1 之间，如 0.9 或 90%，实际为 {found}",
        example="type: percentile   percentile: 90",
    ),
    IssueCode(
        "P606",
        "nothing of KPI '{kpi}' can be amber: {amber} is better than the target {target}, as {direction} is better",
        "指标“{kpi}”永远不会显示黄色：{amber} 优于目标值 {target}（方向：{direction}）",
        severity="warning",
        example="target: 0.2   amber: 0.25   direction: higher",
    ),
    IssueCode(
        "P607",
        "groups_from of KPI '{kpi}' ({found}) needs exactly one fact in group_by, found {groups}",
        "指标“{kpi}”的 groups_from（{found}）要求 group_by 恰好有一个字段，实际为 {groups}",
        example="group_by: [owner, value_tier]   groups_from: owner.name",
    ),
    IssueCode(
        "P608",
        "KPI '{kpi}' is of type {type} and needs '{field}'",
        "指标“{kpi}”的类型为 {type}，缺少 {field}",
        example="kpis: {x: {type: ratio}}",
    ),
    IssueCode(
        "P609",
        "'{found}' in {field} of KPI '{kpi}' is no fact it can use",
        "指标“{kpi}”的 {field} 中的“{found}”不是可用的字段",
        example="kpis: {x: {type: simple, group_by: [teir]}}",
    ),
    IssueCode(
        "P610",
        "KPI '{kpi}' reads window_start or window_end but has no window",
        "指标“{kpi}”引用了 window_start 或 window_end，但没有设置时间窗（window）",
        example="kpis: {x: {type: simple, where: signed_at < window_start}}",
    ),
    IssueCode(
        "P611",
        "KPI '{kpi}' divides by nothing: its denominator is always {found}",
        "指标“{kpi}”的分母恒为 {found}，无法相除",
        example="kpis: {x: {type: ratio, numerator: orders_12m, denominator: 0}}",
    ),
    IssueCode(
        "P612",
        "'{field}' means nothing to KPI '{kpi}' of type {type}; it is not used",
        "指标“{kpi}”的类型为 {type}，其 {field} 不起作用",
        severity="warning",
        example="kpis: {x: {type: mean, value: score, numerator: score >= 4}}",
    ),
    IssueCode(
        "P613",
        "a conversion is counted over customers, but KPI '{kpi}' is over {found}",
        "转化率按客户计算，而指标“{kpi}”的对象为 {found}",
        example="kpis: {x: {type: conversion, over: order, fact: stage, from: intent, to: won, window: last month}}",
    ),
    IssueCode(
        "P614",
        "'{found}' is no step for the running total of KPI '{kpi}'; expected a length such as P1M, P7D or 1个月, at most "
        "{most} of them in the window",
        "“{found}”不能作为指标“{kpi}”的累计步长；写法如 P1M、P7D、1个月，且时间窗内不超过 {most} 步",
        example="kpis: {x: {type: cumulative, over: order, window: this year, window_on: placed_at, per: month}}",
    ),
)

ENGINE_CODES: tuple[IssueCode, ...] = (
    *_STRUCTURE, *_RESULTS, *_ACTIONS, *_TIMES, *_DECIDING, *_PLANNING, *_REACHING, *_KPIS,
)  # fmt: skip
