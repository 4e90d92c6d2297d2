"""Issue codes of hosting/: plugins and hooks (H...)."""

from __future__ import annotations

from crmrules.model.codes._base import IssueCode

HOSTING_CODES: tuple[IssueCode, ...] = (
    IssueCode(
        "H101",
        "plugin {plugin} cannot be loaded: {found}",
        "插件 {plugin} 无法加载：{found}",
        example="an entry point of group crmrules whose module raises ImportError",
    ),
    IssueCode(
        "H102",
        "plugin {plugin} is refused: there is no hook {found}, expected one of {expected}",
        "插件 {plugin} 被拒绝：没有名为 {found} 的钩子，应为 {expected} 之一",
        example="@hookimpl\ndef crmrules_storage(): ...",
    ),
    IssueCode(
        "H103",
        "plugin {plugin} is refused: {found} is named like a hook but not marked; put @hookimpl above it",
        "插件 {plugin} 被拒绝：{found} 的名字像钩子，但没有标记；请在其上加 @hookimpl",
        example="def crmrules_storages(): ...",
    ),
    IssueCode(
        "H104",
        "plugin {plugin} is refused: {found}",
        "插件 {plugin} 被拒绝：{found}",
        example="@hookimpl\ndef crmrules_storages(config): ...",
    ),
    IssueCode(
        "H105",
        "two plugins offer the {kind} {name}: {first} and {plugin}; the one of {first} is used",
        "两个插件都提供{kind} {name}：{first} 与 {plugin}；使用 {first} 的",
        example="two plugins whose storages are both named csv",
    ),
    IssueCode(
        "H106",
        "hook {hook} of plugin {plugin} failed: {found}",
        "插件 {plugin} 的钩子 {hook} 执行失败：{found}",
        example="@hookimpl\ndef crmrules_storages(): raise RuntimeError('no licence')",
    ),
    IssueCode(
        "H107",
        "hook {hook} of plugin {plugin} gave {found}, expected {expected}",
        "插件 {plugin} 的钩子 {hook} 返回了 {found}，应为 {expected}",
        example="@hookimpl\ndef crmrules_storages(): return ['csv']",
    ),
    IssueCode(
        "H201",
        "notifier {notifier} cannot be opened with {found}, expected {expected}",
        "通知器 {notifier} 无法用 {found} 打开，应为 {expected}",
        example="--notify file: (without a path)",
    ),
)
