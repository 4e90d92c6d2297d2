"""Issue codes of timing/: calendars (C1..) and the libraries they need (C2..). Examples are YAML."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

_CALENDARS = (
    IssueCode(
        "C101",
        "'{found}' are no working hours; expected for instance 09:00-12:00, 13:00-18:00, or off, or 24h",
        "“{found}”不是工作时间；写法如：09:00-12:00、13:00-18:00，或 休，或 24h",
        example="calendars: {office: {hours: {mon-fri: nine to five}}}",
    ),
    IssueCode(
        "C102",
        "'{found}' is no time of day; expected 00:00 to 24:00",
        "“{found}”不是一天中的时刻；应为 00:00 到 24:00",
        example="calendars: {office: {hours: {mon-fri: '09:00-25:00'}}}",
    ),
    IssueCode(
        "C103",
        "'{found}' ends before it begins; a shift that ends on the next day is written {example}",
        "“{found}”的结束早于开始；跨夜班次请写成 {example}",
        example="calendars: {office: {hours: {mon-fri: '18:00-09:00'}}}",
    ),
    IssueCode(
        "C104",
        "'{found}' overlaps '{other}'",
        "“{found}”与“{other}”重叠",
        example="calendars: {office: {hours: {mon-fri: '09:00-13:00, 12:00-18:00'}}}",
    ),
    IssueCode(
        "C105",
        "calendar '{found}' has no working time: no day of the week has hours",
        "日历“{found}”没有工作时间：一周中没有任何一天有工作时间",
        example="calendars: {office: {hours: {mon-fri: off}}}",
    ),
    IssueCode(
        "C106",
        "'{found}' is no day; expected YYYY-MM-DD within the years {low} to {high}",
        "“{found}”不是日期；应为 YYYY-MM-DD，年份在 {low} 到 {high} 之间",
        example="calendars: {office: {hours: {mon-fri: '09:00-18:00'}, holidays: [2026-13-01]}}",
    ),
    IssueCode(
        "C107",
        "'{found}' stands twice in calendar '{calendar}'; first at {first}",
        "“{found}”在日历“{calendar}”中出现两次；首次位于 {first}",
        example=(
            "calendars: {office: {hours: {mon-fri: '09:00-18:00'}, holidays: [2026-03-09], working_days: [2026-03-09]}}"
        ),
    ),
    IssueCode(
        "C108",
        "no holidays are known for country '{found}'; expected a code such as CN, US or DE-BY",
        "没有国家或地区“{found}”的节假日；应写代码，如 CN、US、DE-BY",
        example="calendars: {office: {hours: {mon-fri: '09:00-18:00'}, country: XX}}",
    ),
    IssueCode(
        "C109",
        "calendar '{calendar}' has working days on a day off: '{found}' gives no hours; list it under holidays",
        "日历“{calendar}”的工作日“{found}”没有工作时间；休息日请列在 holidays 中",
        example="calendars: {office: {hours: {mon-fri: '09:00-18:00'}, working_days: {2026-03-07: off}}}",
    ),
    IssueCode(
        "C110",
        "'{found}' is no day of the week; expected for instance mon, mon-fri, sat, 周一至周五",
        "“{found}”不是星期几；写法如：mon、mon-fri、sat、周一至周五",
        example="calendars: {office: {hours: {mon-fry: '09:00-18:00'}}}",
    ),
    IssueCode(
        "C111",
        "there is no calendar '{found}'; known: {expected}",
        "没有日历“{found}”；已有：{expected}",
        example="calendar: ofice\ncalendars: {office: {hours: {mon-fri: '09:00-18:00'}}}",
    ),
    IssueCode(
        "C120",
        "calendar '{calendar}': the holidays and make-up days of {country} are known until {until}; later years are "
        "provisional",
        "日历“{calendar}”：{country} 的节假日与调休安排已知到 {until} 年；之后的年份为暂定",
        severity="note",
        example="calendars: {office: {hours: {mon-fri: '09:00-18:00'}, country: CN}}",
    ),
    IssueCode(
        "C121",
        "calendar '{calendar}': the holidays and make-up days of {country} for {year} are not in the installed data, "
        "so that year is provisional; update the library holidays, or list the days in the calendar",
        "日历“{calendar}”：已安装的数据中没有 {country} {year} 年的节假日与调休安排，该年为暂定；"
        "请更新 holidays 库，或在日历中列出这些日期",
        severity="warning",
        example="crmrules plan rules.yaml --as-of 2099-03-02   # with a calendar of country: CN",
    ),
)

_LIBRARIES = (
    IssueCode(
        "C201",
        "holidays of countries need the library holidays, which is not installed; install it with: "
        "pip install 'crmrules[calendars]'",
        "国家节假日需要 holidays 库，但尚未安装；请执行：pip install 'crmrules[calendars]'",
        example="country: CN   # in an installation without the extra `calendars`",
    ),
    IssueCode(
        "C202",
        "lunar dates need the library lunar_python, which is not installed; install it with: "
        "pip install 'crmrules[calendars]'",
        "农历日期需要 lunar_python 库，但尚未安装；请执行：pip install 'crmrules[calendars]'",
        example='festival("春节", 2026)   # in an installation without the extra `calendars`',
    ),
)

TIMING_CODES: tuple[IssueCode, ...] = (*_CALENDARS, *_LIBRARIES)
