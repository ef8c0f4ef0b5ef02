from typing import Any

from django.urls import URLPattern, path
from rest_framework.renderers import BaseRenderer, JSONRenderer

from common.exports.files import CSV, XLSX
from reporting.api.serializers import ANSWERS
from reporting.api.views import ReportViewSet
from reporting.definitions import Form, Parameter, Report
from reporting.reports import REPORTS
from reporting.writing import MEDIA_TYPES

TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
SCHEMAS: dict[Form, dict[str, Any]] = {
    Form.DAY: TEXT,
    Form.MOMENT: TEXT,
    Form.ZONE: TEXT,
    Form.SKU: TEXT,
    Form.NUMBER: {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}
FORMAT = {
    "description": "`csv` (money in cents) and `xlsx` (money in units) are files to be kept; what "
    "Accept names is the default.",
    "schema": {"type": "string", "enum": list(MEDIA_TYPES), "default": "json"},
}
DETAILS = """
An unchanged report is a 304 to who sends its ETag back. The answer begins when it is complete, whatever its size."""
FILES = {"text/csv": "period,net_cents\n2026-01,14700\n", MEDIA_TYPES[XLSX]: "(a workbook)"}


class FileRenderer(BaseRenderer):
    """Lets who asks for a file say so in Accept instead of `format`; the view writes it."""

    charset = None


def accepted(format_name: str) -> type[BaseRenderer]:
    media_type = MEDIA_TYPES[format_name].partition(";")[0]
    return type("Accepted", (FileRenderer,), {"media_type": media_type, "format": format_name})


def described(parameter: Parameter) -> dict[str, Any]:
    """A parameter as OpenAPI has it."""
    schema = {"type": "string", "enum": list(parameter.choices)} if parameter.choices else SCHEMAS[parameter.form]
    needed = {"required": True} if parameter.required else {}
    return {"description": parameter.meaning, "schema": schema, **needed}


def address(report: Report) -> URLPattern:
    parameters = {parameter.name: described(parameter) for parameter in report.parameters}
    view = ReportViewSet.as_view(
        {"get": "show"},
        report=report,
        permissions={"show": report.permission},
        parameters={"show": {**parameters, "format": FORMAT}},
        outputs={"show": ANSWERS[report.name]},
        docs={"show": report.description + "\n" + DETAILS},
        files={"show": FILES},
        renderer_classes=[JSONRenderer, *map(accepted, (CSV, XLSX))],
    )
    return path(f"reports/{report.name}/", view, name=f"report-{report.name}")


urlpatterns = [
    path("reports/", ReportViewSet.as_view({"get": "index"}), name="reports"),
    *map(address, REPORTS.values()),
]
