"""An action plan as a workbook: a summary sheet, a sheet per owner with columns to fill in, and what was withheld.

Nothing in it can be executed: every text cell is typed as text and carries Excel's "text" prefix, so that even editing
a cell that begins with ``=`` does not turn it into a formula. The bytes depend on the plan alone.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from crmrules.model.decision import TaskStatus
from crmrules.model.plan import Action, ActionPlan, KpiResult, Overflow, Rating
from crmrules.model.temporal import DateTime
from crmrules.review.summary import OwnerWork, Summary, ordered_values, summarise
from crmrules.review.texts import clean, one_line, show_moment
from crmrules.review.wording import Wording, local

_COLUMNS: dict[str, int] = {
    "due": 17, "priority": 8, "status": 11, "customer": 24, "task": 20, "channel": 12, "content": 48, "why": 40,
    "done": 10, "outcome": 32, "until": 17, "customer_id": 16, "place": 30, "key": 30,
}  # fmt: skip
"""Column → width; the two to fill in stand where the eye ends, before the references."""

_FILL_IN = ("done", "outcome")
_TEXT_LIMIT = 32_767
_NAME_LIMIT = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffd]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")
_RATING_FILL = {Rating.GREEN: "D8F0DF", Rating.AMBER: "FCEBC5", Rating.RED: "F9D7D3"}


def render(plan: ActionPlan, words: Wording) -> bytes:
    """The workbook's bytes."""
    return _Book(plan, words).bytes()


def sheet_names(owners: Iterable[str], taken: Sequence[str] = ()) -> list[str]:
    """A valid sheet name for each owner: at most 31 UTF-16 units, no ``[]:*?/\\``, unique whatever the case."""
    used = {"history", *(name.casefold() for name in taken)}  # Excel keeps "History" for itself
    names = []
    for owner in owners:
        base = _FORBIDDEN.sub(" ", one_line(owner)).strip(" '") or "-"
        name, n = _units(base, _NAME_LIMIT), 1
        while name.casefold() in used:
            n += 1
            suffix = f" ({n})"
            name = _units(base, _NAME_LIMIT - len(suffix)) + suffix
        used.add(name.casefold())
        names.append(name)
    return names


def _units(text: str, limit: int) -> str:
    """The longest beginning of ``text`` of at most ``limit`` UTF-16 units, which is what Excel counts."""
    while len(text.encode("utf-16-le")) > 2 * limit:
        text = text[: max(limit, len(text) - 1)] if len(text) > limit + 1 else text[:-1]
    return text.rstrip(" '")


class _Book:
    """One workbook while it is written, sheet after sheet."""

    def __init__(self, plan: ActionPlan, words: Wording) -> None:
        self.plan, self.words = plan, words
        self.book = Workbook(write_only=True)
        grid = Side(style="thin", color="D5D9E0")
        top = Alignment(vertical="top", wrap_text=True)
        for style in (
            NamedStyle("plan_text", number_format="@", alignment=top, border=Border(bottom=grid)),
            NamedStyle("plan_line", number_format="@", alignment=Alignment(vertical="top"), border=Border(bottom=grid)),
            NamedStyle("plan_amount", number_format="#,##0.00", alignment=top, border=Border(bottom=grid)),
            NamedStyle("plan_percent", number_format="0.0%", alignment=top, border=Border(bottom=grid)),
            NamedStyle("plan_date", number_format="yyyy-mm-dd hh:mm", alignment=top, border=Border(bottom=grid)),
            NamedStyle("plan_number", number_format="General", alignment=top, border=Border(bottom=grid)),
            NamedStyle("plan_head", number_format="@", font=Font(bold=True, color="FFFFFF"), fill=_solid("2F4B7C"),
                       alignment=Alignment(vertical="center", wrap_text=True)),
            NamedStyle("plan_fill_in", number_format="@", fill=_solid("FFF9E3"), alignment=top,
                       border=Border(bottom=grid)),
            NamedStyle("plan_title", number_format="@", font=Font(bold=True, size=16, color="1F2A44")),
            NamedStyle("plan_section", number_format="@", font=Font(bold=True, size=12, color="2F4B7C")),
        ):  # fmt: skip
            self.book.add_named_style(style)
        self.sheet: Any = None

    def bytes(self) -> bytes:
        plan, words = self.plan, self.words
        summary = summarise(plan, words)
        fixed = [words.say("summary"), words.say("withheld")]
        self.summary(fixed[0], summary)
        for owner, name in zip(summary.owners, sheet_names((o.name for o in summary.owners), fixed), strict=True):
            self.owner(name, owner)
        if plan.withheld:
            self.withheld(fixed[1])
        buffer = io.BytesIO()
        self.book.save(buffer)
        return _repeatable(buffer.getvalue(), plan.as_of)

    # cells ------------------------------------------------------------------------------------------------------

    def text(self, value: str, style: str = "plan_text") -> Cell:
        """A cell that is text whatever it begins with."""
        shown = clean(value)
        cell = WriteOnlyCell(self.sheet, shown if len(shown) <= _TEXT_LIMIT else shown[: _TEXT_LIMIT - 1] + "…")
        cell.data_type = "s"  # openpyxl takes a leading "=" for a formula and "#N/A" for an error
        cell.style = style
        cell.quotePrefix = True
        return cell

    def number(self, value: int | Decimal, style: str = "plan_number") -> Cell:
        cell: Cell = WriteOnlyCell(self.sheet, cast(float, value))  # the stubs know no Decimal
        cell.style = style
        return cell

    def amount(self, kpi: KpiResult, value: object) -> Cell:
        """A figure that a spreadsheet can work with, in its unit; durations and what is missing as text."""
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return self.text("" if value is None and kpi.value is not None else self.words.amount(kpi, value))
        if kpi.unit == "%":
            return self.number(value, "plan_percent")
        return self.number(value, "plan_number" if value == int(value) else "plan_amount")

    def moment(self, value: DateTime | None) -> Cell:
        """A real date and time where Excel can hold it, else text."""
        if value is None:
            return self.text("")
        shown = local(value, self.plan.as_of)
        try:
            stamp = shown.to_stdlib().replace(tzinfo=None)
        except ValueError:
            return self.text(show_moment(shown))
        if stamp.year < 1901:
            return self.text(show_moment(shown))
        cell = WriteOnlyCell(self.sheet, stamp)
        cell.style = "plan_date"
        return cell

    def head(self, *keys: str) -> list[Cell]:
        return [self.text(self.words.say(key), "plan_head") for key in keys]

    # sheets -----------------------------------------------------------------------------------------------------

    def start(self, name: str, widths: Iterable[int]) -> Any:
        self.sheet = self.book.create_sheet(name)
        for index, columns in enumerate(widths, start=1):
            self.sheet.column_dimensions[get_column_letter(index)].width = columns
        return self.sheet

    def summary(self, name: str, summary: Summary) -> None:
        plan, words = self.plan, self.words
        sheet = self.start(name, (34, 22, 14, 14, 16, 12, 10, 14, 18, 44))
        fit_width(sheet)
        sheet.sheet_view.showGridLines = False
        sheet.append([self.text(plan.label.get(words.lang, plan.ruleset), "plan_title")])
        sheet.append([self.text(summary.sentence, "plan_section")])
        for key, value in (
            ("ruleset", plan.ruleset),
            ("version", plan.version),
            ("as_of", show_moment(plan.as_of) + (f" {plan.as_of.zone}" if plan.as_of.zone else "")),
            ("fingerprint", plan.fingerprint),
        ):
            sheet.append([self.text(words.say(key)), self.text(value, "plan_line")])
        rows = [(words.status(status), n) for status, n in summary.by_status.items()]
        self.counts(words.say("actions"), "status", [*rows, (words.say("withheld"), len(plan.withheld))])
        self.counts("", "kind", [(words.say(kind), n) for kind, n in summary.by_kind.items()])
        self.counts(words.say("per_owner"), "owner", [(o.name, len(o.actions)) for o in summary.owners])
        self.overflow(plan.overflow)
        for fact, counts in plan.distribution.items():
            title = words.say("distribution", fact=words.fact(fact))
            self.counts(title, "value", ordered_values(fact, counts, words))
        self.kpis(plan.kpis)
        self.counts(words.say("unknown_note"), "field", [(words.fact(f), n) for f, n in plan.unknown.items()])
        if plan.warnings:
            sheet.append([])
            sheet.append([self.text(words.say("warnings"), "plan_section")])
            for warning in plan.warnings:
                sheet.append([self.text(words.text(warning.render(words.lang)))])

    def counts(self, title: str, key: str, rows: list[tuple[str, int]]) -> None:
        if not rows:
            return
        self.sheet.append([])
        if title:
            self.sheet.append([self.text(title, "plan_section")])
        self.sheet.append(self.head(key, "count"))
        for name, n in rows:
            self.sheet.append([self.text(name), self.number(n)])

    def overflow(self, days: tuple[Overflow, ...]) -> None:
        words = self.words
        if not days:
            return
        self.sheet.append([])
        self.sheet.append([self.text(words.say("overflow"), "plan_section")])
        self.sheet.append([self.text(words.say("overflow_note"))])
        self.sheet.append(self.head("owner", "day", "planned", "capacity", "beyond_capacity"))
        for each in days:
            beyond = [f"{words.text(a.customer_name or a.customer)} {words.word('task', a.task)}" for a in each.actions]
            self.sheet.append([
                self.text(each.owner),
                self.text(str(each.day)),
                self.number(each.planned),
                self.number(each.capacity),
                self.text(words.say("comma").join(beyond)),
            ])  # fmt: skip

    def kpis(self, kpis: tuple[KpiResult, ...]) -> None:
        words = self.words
        if not kpis:
            return
        self.sheet.append([])
        self.sheet.append([self.text(words.say("kpis"), "plan_section")])
        columns = ("kpi", "group", "value", "target", "rating", "n", "unknown_rows", "previous", "trend", "place")
        self.sheet.append(self.head(*columns))
        for kpi in kpis:
            rating = self.text(words.rating(kpi))
            if kpi.rating in _RATING_FILL:
                rating.fill = _solid(_RATING_FILL[kpi.rating])
            self.sheet.append([
                self.text(kpi.label.get(words.lang, kpi.kpi)),
                self.text(words.group(kpi.group)),
                self.amount(kpi, kpi.value),
                self.amount(kpi, kpi.target) if kpi.target is not None else self.text(""),
                rating,
                self.number(kpi.n),
                self.number(kpi.unknown) if kpi.unknown else self.text(""),
                self.text(words.previous(kpi)),
                self.text(words.trend(kpi)),
                self.text(str(kpi.place or ""), "plan_line"),
            ])  # fmt: skip

    def owner(self, name: str, owner: OwnerWork) -> None:
        sheet = self.start(name, _COLUMNS.values())
        sheet.freeze_panes = "E2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(_COLUMNS))}{len(owner.actions) + 1}"
        fit_width(sheet)
        sheet.print_title_rows = "1:1"
        self.choices(sheet, len(owner.actions))
        sheet.append(self.head(*_COLUMNS))
        for action in owner.actions:
            sheet.append(self.row(action))

    def choices(self, sheet: Any, rows: int) -> None:
        """Yes and no to choose from in the column to fill in."""
        choice = DataValidation("list", f'"{self.words.say("yes")},{self.words.say("no")}"', allow_blank=True)
        column = get_column_letter(list(_COLUMNS).index("done") + 1)
        choice.add(f"{column}2:{column}{rows + 1}")
        sheet.data_validations.append(choice)

    def row(self, action: Action) -> list[Cell]:
        words = self.words
        texts = {
            "customer": action.customer_name or action.customer,
            "task": words.word("task", action.task),
            "channel": words.word("channel", action.channel),
            "content": words.text(action.content),
            "why": words.why(action),
            "customer_id": action.customer,
            "place": str(action.place),
            "key": action.key,
        }
        cells = {
            "due": self.moment(action.due),
            "until": self.moment(action.until),
            "priority": self.number(action.priority),
            "status": self.text(words.status(action.status)),
            **{name: self.text("", "plan_fill_in") for name in _FILL_IN},
            **{name: self.text(text) for name, text in texts.items()},
        }
        if action.status is TaskStatus.OVERDUE:
            cells["status"].font = Font(bold=True, color="B3261E")
        return [cells[name] for name in _COLUMNS]

    def withheld(self, name: str) -> None:
        columns = {"reason": 34, "due": 17, "customer": 24, "task": 20, "channel": 12, "owner": 16, "why": 40,
                   "customer_id": 16, "place": 30}  # fmt: skip
        sheet = self.start(name, columns.values())
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(self.plan.withheld) + 1}"
        sheet.append(self.head(*columns))
        for item in self.plan.withheld:
            row = dict(zip(_COLUMNS, self.row(item.action), strict=True))
            row["reason"] = self.text(self.words.held(item, self.plan.as_of))
            row["owner"] = self.text(self.words.owner(item.action))
            sheet.append([row[column] for column in columns])


def fit_width(sheet: Any) -> None:
    """Printed in landscape, as wide as the page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _solid(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


def _repeatable(data: bytes, as_of: DateTime) -> bytes:
    """The same archive with fixed times: openpyxl stamps entries and document properties with the clock's."""
    stamp = _document_time(as_of)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, content)
    return buffer.getvalue()


def _document_time(as_of: DateTime) -> bytes:
    moment = DateTime.of_local(as_of.instant)
    try:
        plain: datetime = moment.to_stdlib()
    except ValueError:
        plain = datetime(1980, 1, 1)
    return plain.replace(microsecond=0).isoformat().encode() + b"Z"
