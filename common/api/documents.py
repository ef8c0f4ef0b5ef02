"""The API's description of itself, for programs and for people. Both are public: they hold no data."""

import json
from functools import cache

from django.http import HttpResponse
from django.shortcuts import render
from drf_spectacular.generators import SchemaGenerator
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

# Swagger UI draws its icons from `data:` addresses; everything else comes from files of ours.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@cache
def document() -> bytes:
    """Made once by each process of the server, when it is first asked for: it takes half a second."""
    return json.dumps(SchemaGenerator().get_schema(public=True)).encode()


class Public(APIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None
    http_method_names = ["get", "head"]  # noqa: RUF012 - as Django declares it


class OpenAPIView(Public):
    """The OpenAPI document, as it is committed in docs/openapi.json."""

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(document(), content_type="application/json")


class DocsView(Public):
    """Swagger UI: every call, to be read and tried out."""

    renderer_classes = (StaticHTMLRenderer,)

    def get(self, request: Request) -> HttpResponse:
        page = render(request, "common/docs.html")
        page["Content-Security-Policy"] = PAGE_POLICY
        return page
