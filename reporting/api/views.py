"""Reports over the API: what there is, and the answer of each as JSON or as a file."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api import conditional
from common.api.permissions import OWN
from common.api.views import ViewSet
from reporting.api.serializers import ReportsSerializer, as_row
from reporting.definitions import Parameter, Report
from reporting.downloads import download
from reporting.parameters import read
from reporting.services import Answer, answer, reports_for
from reporting.writing import MEDIA_TYPES


class ReportViewSet(ViewSet):
    """One address for each report, which differ in nothing but the report: the addresses say which."""

    serializer_class = ReportsSerializer
    subject = "report"
    permissions: ClassVar = {"index": OWN}
    tagged_actions: ClassVar = frozenset({"show"})
    report: Report | None = None  # as the address says

    def index(self, request: Request) -> Response:
        """What reports there are for you.

        With the parameters of each and the columns of its answer; reports that you may not see are left out.
        """
        return Response({"results": [as_json(report) for report in reports_for(request.auth or request.user)]})

    def show(self, request: Request) -> HttpResponseBase:
        """The answer of the report, of one moment of the data."""
        assert self.report is not None
        given = request.query_params.dict()
        format_name = _format(given.pop("format", request.accepted_renderer.format))
        with answer(read(self.report, given)) as found:
            tag = _tag(found, format_name)
            if conditional.is_known(request, tag):
                return HttpResponse(status=304, headers={"ETag": f"W/{tag}"})
            sent = download(found, format_name)
        sent["ETag"] = f"W/{tag}"
        return sent


def as_json(report: Report) -> dict[str, Any]:
    return {
        "name": report.name,
        "description": report.description,
        "parameters": [_described(parameter) for parameter in report.parameters],
        "columns": [as_row(column) for column in report.columns],
    }


def _described(parameter: Parameter) -> dict[str, Any]:
    told = asdict(parameter)
    return {name: told[name] for name in ("name", "meaning", "choices", "required")}


def _format(text: str) -> str:
    if text not in MEDIA_TYPES:
        raise ValidationError({"format": [f"One of {', '.join(MEDIA_TYPES)}."]})
    return text


def _tag(found: Answer, format_name: str) -> str:
    """Weak, because two answers of one state tell different moments at which they were asked."""
    return conditional.etag(found.state, list(MEDIA_TYPES).index(format_name))
