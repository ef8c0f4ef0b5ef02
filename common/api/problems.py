"""Every error under /api leaves as RFC 9457 problem+json, made in this one place."""

import json
import logging
import math
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.views import defaults
from rest_framework import exceptions
from rest_framework.views import set_rollback

from common import errors, refusals
from common.api.exceptions import TooLarge

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
MOST_FAULTS = 1_000  # a hostile body must not be answered by one ten times its size

# The first class that fits wins, so subclasses stand before their parents.
STATUS_OF: tuple[tuple[type[errors.DomainError], int], ...] = (
    (errors.InvalidInput, 400),
    (errors.NotFound, 404),
    (errors.StaleVersion, 412),
    (errors.IdempotencyKeyReused, 422),
    (errors.Busy, 503),
    (errors.Conflict, 409),
    (errors.DomainError, 409),
)
TITLE_OF = {
    400: "The request is not valid",
    401: "Authentication is needed",
    403: "This is not permitted",
    404: "There is no such thing",
    405: "This method is not allowed here",
    406: "Only JSON is served",
    413: "The request is too large",
    415: "Only JSON is accepted",
    429: "Too many requests",
    500: "Something went wrong on our side",
}


def response(
    request: HttpRequest, status: int, code: str, detail: str, *, title: str = "", **more: Any
) -> HttpResponse:
    """A problem as an HTTP response."""
    problem = {
        "type": f"urn:oms:problem:{code}",
        "title": title or TITLE_OF.get(status, "The request was refused"),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "request_id": request.META.get("oms.request_id"),
        **more,
    }
    return HttpResponse(json.dumps(problem, default=str), status=status, content_type=CONTENT_TYPE)


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponseBase | None:
    """DRF's hook: whatever a view raises comes through here."""
    set_rollback()
    request: HttpRequest = context["request"]._request
    if isinstance(exc, Error):
        exc = refusals.explain(exc) or exc
    if isinstance(exc, errors.DomainError):
        return from_domain(request, exc)
    if isinstance(exc, Http404):
        return response(request, 404, "not_found", "There is nothing at this address.")
    if isinstance(exc, PermissionDenied):
        return response(request, 403, "permission_denied", "You may not do this.")
    if isinstance(exc, RequestDataTooBig):
        return response(request, 413, "too_large", TooLarge.default_detail)
    if isinstance(exc, SuspiciousOperation | UnreadablePostError):
        return bad_request(request, exc)
    if isinstance(exc, exceptions.APIException):
        return _from_drf(request, exc)
    logger.error("Unexpected error at %s", request.path, exc_info=exc)
    return response(request, 500, "internal_error", "The error was recorded under this request id.")


def from_domain(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    """A refusal of the business as a problem, with the facts it carries."""
    status = next(status for kind, status in STATUS_OF if isinstance(error, kind))
    more = dict(error.facts)
    if error.errors:
        more["errors"] = [fault.as_json() for fault in error.errors]
    answer = response(request, status, error.code, error.detail, title=error.title, **more)
    if isinstance(error, errors.Busy):
        answer["Retry-After"] = str(error.retry_after_seconds)
    return answer


def _from_drf(request: HttpRequest, exc: exceptions.APIException) -> HttpResponse:
    if isinstance(exc, exceptions.ValidationError):
        faults = [fault.as_json() for fault in field_errors(exc)]
        detail = "; ".join(f"{fault['pointer'] or 'body'}: {fault['detail']}" for fault in faults[:5])
        return response(request, 400, "validation_error", detail, errors=faults)
    codes = {406: "not_acceptable", 415: "unsupported_media_type", 429: "throttled"}
    code = codes.get(exc.status_code, exc.default_code)
    if isinstance(exc, exceptions.AuthenticationFailed):
        code = "not_authenticated"
    answer = response(request, exc.status_code, code, str(exc.detail))
    if getattr(exc, "auth_header", None):
        answer["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]
    if getattr(exc, "wait", None):
        answer["Retry-After"] = str(math.ceil(exc.wait))  # type: ignore[attr-defined]
    return answer


def field_errors(exc: exceptions.ValidationError) -> list[errors.FieldError]:
    """DRF's nested error details as a flat list of JSON pointers."""
    return list(islice(_walk("", exc.detail), MOST_FAULTS))


def _walk(pointer: str, detail: Any) -> Iterator[errors.FieldError]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            yield from _walk(pointer if own else f"{pointer}/{_escaped(str(name))}", inner)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _walk(pointer if isinstance(inner, str) else f"{pointer}/{index}", inner)
    else:
        yield errors.FieldError(pointer, getattr(detail, "code", "invalid"), str(detail))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def is_api(request: HttpRequest) -> bool:
    return request.path == "/api" or request.path.startswith("/api/")


def unknown_address(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        hint = "" if request.path.endswith("/") else " Addresses end in a slash."
        return response(request, 404, "not_found", f"There is nothing at this address.{hint}")
    return defaults.page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return response(request, 400, "malformed_request", "The request could not be read.")
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return response(request, 403, "permission_denied", "You may not do this.")
    return defaults.permission_denied(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        return response(request, 500, "internal_error", "The error was recorded under this request id.")
    return defaults.server_error(request)
