"""The list of reports and the page of one."""

from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from common.admin import ReadOnlyAdmin
from common.errors import InvalidInput
from common.exports.cells import for_people
from common.exports.columns import Column, Kind, heading
from reporting import definitions
from reporting.admin.charts import draw
from reporting.admin.links import LINKS
from reporting.definitions import Form, Parameter, Question
from reporting.downloads import download
from reporting.models import Report
from reporting.parameters import read
from reporting.reports import REPORTS
from reporting.services import Row, answer, reports_for

MOST_SHOWN = 500
FILES = ("csv", "xlsx")
# Ranges that people ask for, each from a first day that counts to one that no longer does.
RANGES = {
    "Today": ("today", ""),
    "Yesterday": ("yesterday", "today"),
    "This week": ("this-week", ""),
    "Last week": ("last-week", "this-week"),
    "This month": ("this-month", ""),
    "Last month": ("last-month", "this-month"),
    "This quarter": ("this-quarter", ""),
    "Last quarter": ("last-quarter", "this-quarter"),
    "This year": ("this-year", ""),
    "Last year": ("last-year", "this-year"),
    "30 days": ("30d", ""),
    "All time": ("", ""),
}
LABELS = {"from": "From", "to": "Up to, not including", "tz": "Zone", "by": "By", "at": "At", "limit": "At most"}
INPUTS = {Form.DAY: "date", Form.NUMBER: "number"}


class Cell(NamedTuple):
    """A value in the table; `href` is what stands behind it."""

    text: str
    kind: str
    href: str = ""


class Field(NamedTuple):
    """An input of the form above the table."""

    parameter: Parameter
    label: str
    kind: str
    value: str


class Choice(NamedTuple):
    """A range that is one click away."""

    label: str
    href: str
    is_chosen: bool


def may_see_any(request: HttpRequest) -> bool:
    """Whether there is a report for the one who asks."""
    return bool(reports_for(request.user))


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    class Media:
        css: ClassVar = {"all": ["reporting/reports.css"]}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_see_any(request)

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        return [
            path("", guarded(self.index_view), name="reporting_report_changelist"),
            *(
                path(
                    f"{report.name}/",
                    guarded(partial(self.report_view, report=report)),
                    name=f"reporting_report_{report.name}",
                )
                for report in REPORTS.values()
            ),
        ]

    def index_view(self, request: HttpRequest) -> TemplateResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request, "index", title="Reports", reports=reports_for(request.user))

    def report_view(self, request: HttpRequest, report: definitions.Report) -> HttpResponseBase:
        if not request.user.has_perm(report.permission):
            raise PermissionDenied
        asked = _asked(request, report)
        format_name = asked.pop("format", None)
        try:
            question = read(report, asked)
            with answer(question) as found:
                if format_name in FILES:
                    return download(found, format_name)
                rows = list(islice(found.rows, MOST_SHOWN + 1))
        except InvalidInput as error:
            return self._refuse(request, report, asked, error)
        shown = _shown(question, rows[:MOST_SHOWN], links=_may_follow(request, report))
        return self._show(
            request,
            "report",
            **_frame(report, asked, question),
            question=question,
            as_of=found.as_of,
            drawing=draw(question, rows[:MOST_SHOWN]),
            columns=[(heading(column), column.is_number) for column in report.columns],
            rows=shown,
            cut=MOST_SHOWN if len(rows) > MOST_SHOWN else 0,
            files=[(name, f"?{urlencode({**_as_shown(asked, question), 'format': name})}") for name in FILES],
        )

    def _refuse(
        self, request: HttpRequest, report: definitions.Report, asked: dict[str, str], error: InvalidInput
    ) -> TemplateResponse:
        """The page with the form alone, and what is wrong; a page that has just been opened lacks nothing yet."""
        opened = not request.GET and any(parameter.required for parameter in report.parameters)
        name = error.errors[0].pointer.strip("/")
        refusal = "" if opened else f"{LABELS.get(name, name.capitalize())}: {error.detail}"
        page = self._show(request, "report", **_frame(report, asked, None), refusal=refusal)
        page.status_code = 200 if opened else 400
        return page

    def _show(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(request, f"admin/reporting/{template}.html", {**shared, **context})


def _asked(request: HttpRequest, report: definitions.Report) -> dict[str, str]:
    """What the address asks for; a field that was left empty asks for nothing."""
    asked = {name: value for name, value in request.GET.dict().items() if value}
    if report.takes("from") and not request.GET.keys() & {"from", "to"}:
        asked["from"] = report.usual_from
    return {name: str(value) for name, value in asked.items()}


def _as_shown(asked: dict[str, str], question: Question) -> dict[str, str]:
    """What to ask for these very days at any time; an open side is said, lest the usual one takes its place."""
    if not question.report.takes("from"):
        return asked
    days = {"from": question.first, "to": question.end}
    return {**asked, **{name: "" if day is None else day.isoformat() for name, day in days.items()}}


def _frame(report: definitions.Report, asked: dict[str, str], question: Question | None) -> dict[str, Any]:
    """What a page has whether or not there is an answer."""
    fields = [_field(parameter, asked, question) for parameter in report.parameters]
    ranges = list(_choices(report, asked, question)) if report.takes("from") else []
    return {"title": report.title, "report": report, "fields": fields, "ranges": ranges}


def _field(parameter: Parameter, asked: dict[str, str], question: Question | None) -> Field:
    value = asked.get(parameter.name, "")
    if parameter.form == Form.DAY:  # a browser's input for days knows no words
        day = {"from": question.first, "to": question.end}[parameter.name] if question is not None else None
        value = "" if day is None else day.isoformat()
    elif question is not None and parameter.choices:
        value = question.by
    label = LABELS.get(parameter.name, parameter.name.capitalize())
    return Field(parameter, label, INPUTS.get(parameter.form, "text"), value)


def _choices(report: definitions.Report, asked: dict[str, str], question: Question | None) -> Iterator[Choice]:
    kept = {name: value for name, value in asked.items() if name not in ("from", "to")}
    for label, (first, end) in RANGES.items():
        words = {name: word for name, word in (("from", first), ("to", end)) if word}
        chosen = question is not None and (question.first, question.end) == _days(report, kept, words)
        yield Choice(label, f"?{urlencode({'from': first, **words, **kept})}", chosen)


def _days(report: definitions.Report, kept: dict[str, str], words: dict[str, str]) -> tuple[Any, Any]:
    named = read(report, {**kept, **words})
    return named.first, named.end


def _may_follow(request: HttpRequest, report: definitions.Report) -> bool:
    column, _ = LINKS.get(report.name, ("", None))
    return request.user.has_perm("products.view_product" if column == "sku" else "orders.view_order")


def _shown(question: Question, rows: list[Row], *, links: bool) -> list[list[Cell]]:
    columns = question.report.columns
    linked, lead = LINKS.get(question.report.name, ("", None)) if links else ("", None)

    def cell(column: Column, value: Any, row: Row) -> Cell:
        href = ""
        if lead is not None and column.name == linked and value:
            href = lead(question, dict(zip((each.name for each in columns), row, strict=True)))
        kind = "number" if column.is_number else "" if column.kind == Kind.TEXT else "nowrap"
        return Cell(for_people(value, column.kind), kind, href)

    return [[cell(column, value, row) for column, value in zip(columns, row, strict=True)] for row in rows]
