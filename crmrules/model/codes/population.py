"""Issue codes of populations (P70.), of values that move up and down (P71.) and of experiments (P73.)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

_POPULATION = (
    IssueCode(
        "P701",
        "{measure} puts customers in order by {found}, which has no order; expected a number, a date, a date and time "
        "or a duration",
        "{measure} 按 {found} 给客户排序，但它没有大小之分；应为数字、日期、日期时间或时长",
        example="spent_class: {type: number, formula: 'quantile(name, 3)'}",
    ),
    IssueCode(
        "P702",
        "quantile parts the population into a whole number of parts from 2 to 1,000, found {found}",
        "quantile 把客户分成若干份，份数须为 2 到 1,000 的整数，实际为 {found}",
        example="spent_class: {type: number, formula: 'quantile(spent, 1)'}",
    ),
    IssueCode(
        "P703",
        "top share takes a share between 0 and 1, such as 20%, found {found}",
        "top share 的比例须在 0 与 1 之间（如 20%），实际为 {found}",
        example="top_customer: {type: boolean, formula: 'top share(spent, 20)'}",
    ),
    IssueCode(
        "P704",
        "{measure} cuts the population once for all customers; it cannot stand inside a loop, a filter, a function or "
        "another cut; give it a fact of its own",
        "{measure} 对全体客户只划分一次；不能写在循环、筛选、函数或另一个划分之内；请单独定义一个字段",
        example="spent_class: {type: number, formula: 'for x in orders return quantile(x.amount, 3)'}",
    ),
    IssueCode(
        "P705",
        "{measure} belongs in the `formula` of a fact of the customer; give it a fact and use that here",
        "{measure} 只能写在客户字段的公式（formula）中；请先定义字段再引用",
        example="inputs: ['quantile(spent, 3)']",
    ),
    IssueCode(
        "P706",
        "'{fact}' compares customer {customer} with the population, but no cut points were given, so it is unknown; "
        "pass cut_points=rules.cut_points(records, as_of=…)",
        "“{fact}”要把客户 {customer} 与全体客户比较，但没有给出分界点，结果未知；请传入 "
        "cut_points=rules.cut_points(records, as_of=…)",
        severity="warning",
        example="rules.decide(record, as_of='2026-03-02')  # with spent_class: {formula: 'quantile(spent, 3)'}",
    ),
)

_TRANSITIONS = (
    IssueCode(
        "P711",
        "the settings {settings} move one value up and down: the table needs one output of type string with "
        "`values`, highest first; found {found}",
        "{settings} 这些设置用于升降等：规则表须只有一个结果列，类型为 string 并列出取值（values，最高在前）；"
        "实际为{found}",
        example="tiers: {kind: classification, settings: {grace: P30D}, …}   # and tier: {type: string} without values",
    ),
    IssueCode(
        "P712",
        "hit policy {found} gives no single value that could move up and down; expected U, A, P or F",
        "命中策略 {found} 得不到唯一的值，无法升降等；应为 U、A、P 或 F",
        example="hit_policy: C   settings: {grace: P30D}",
    ),
    IssueCode(
        "P713",
        "`{setting}` is now or review, found {found}",
        "`{setting}` 应为 now（立即）或 review（复核时），实际为 {found}",
        example="settings: {downgrade: later}",
    ),
    IssueCode(
        "P714",
        "`{setting}: review` needs to know when: {missing} is missing",
        "`{setting}: review` 需要知道何时复核：缺少 {missing}",
        example="settings: {downgrade: review}",
    ),
    IssueCode(
        "P715",
        "`{setting}` has no effect: {because}",
        "`{setting}` 不起作用：{because_zh}",
        example="settings: {review: 每季度, review_anchor: 2026-01-01}",
    ),
    IssueCode(
        "P716",
        "`review_anchor` is a date such as 2026-01-01, found {found}",
        "`review_anchor` 应为日期（如 2026-01-01），实际为 {found}",
        example="settings: {downgrade: review, review: 每季度, review_anchor: soon}",
    ),
    IssueCode(
        "P717",
        "what earlier runs decided is not known here, so '{fact}' takes the value its rows propose: no grace, no "
        "tenure, no review",
        "此处不知道以前的结果，“{fact}”直接取规则行给出的值：不计宽限期、保级期与复核",
        severity="note",
        example="crmrules plan rules.yaml --data data   # with settings: {grace: P30D}",
    ),
    IssueCode(
        "P718",
        "customer {customer} had '{found}' as '{fact}', which is no value of it any more; the proposed value is taken",
        "客户 {customer} 原来的“{fact}”为“{found}”，已不是可用的取值；直接取规则行给出的值",
        severity="warning",
        example="rules.decide(record, as_of=…, history=History(values={'tier': 'platinum'}))",
    ),
)

_EXPERIMENTS = (
    IssueCode(
        "P731",
        "the share of an experiment lies between 0 and 1, such as 20%, found {found}",
        "试点比例须在 0 与 1 之间（如 20%），实际为 {found}",
        example="experiments: {trial: {share: 120%, salt: a, fact: arm, arms: [pilot, control]}}",
    ),
    IssueCode(
        "P732",
        "the experiment has no salt; any text will do, another one for each experiment",
        "试点没有随机盐（salt）；任意文字即可，每个试点各用一个",
        example="experiments: {trial: {share: 20%, salt: '', fact: arm, arms: [pilot, control]}}",
    ),
    IssueCode(
        "P733",
        "an experiment has two different arms, found {found}",
        "试点须有两个不同的组别，实际为 {found}",
        example="experiments: {trial: {share: 20%, salt: a, fact: arm, arms: [pilot, pilot]}}",
    ),
    IssueCode(
        "P734",
        "the arms of experiment '{experiment}' are words, but fact '{fact}' is declared as {found}; expected string",
        "试点“{experiment}”的组别是文字，而字段“{fact}”声明为 {found}；应为 string",
        example="vocabulary: {customer: {arm: {type: number}}}   experiments: {trial: {fact: arm, …}}",
    ),
    IssueCode(
        "P735",
        "the experiments {found} share one salt, so their pilots are the same customers; give each its own",
        "试点 {found} 用了同一个随机盐，试点客户会相同；请各用一个",
        severity="warning",
        example="experiments: {a: {salt: x, …}, b: {salt: x, …}}",
    ),
)

POPULATION_CODES = (*_POPULATION, *_TRANSITIONS, *_EXPERIMENTS)
