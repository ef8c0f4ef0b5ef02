"""What happens to every request on its way in and out: its id, its line in the log, its policy and its clock."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.encoding import escape_uri_path

ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)

# For log lines only; a service is told the id with its actor.
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")

requests = logging.getLogger("oms.requests")
# Load balancer and monitoring ask every few seconds; their questions would bury everything else.
UNLOGGED = {"/livez", "/readyz", "/metrics"}

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: GetResponse) -> GetResponse:
    """Take the caller's X-Request-Id where it is harmless, else make one, and send it back."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        chosen = given if ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
        request.META["oms.request_id"] = chosen
        current_request_id.set(chosen)  # stays until the next request: errors are logged after this returns
        response = get_response(request)
        response["X-Request-Id"] = chosen
        return response

    return middleware


def request_log(get_response: GetResponse) -> GetResponse:
    """One log line per request. The query is left out: people search for names and addresses."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        if request.path not in UNLOGGED:
            facts = {
                "method": request.method,
                "path": escape_uri_path(request.path),  # a line break in it would forge a line
                "status": response.status_code,
                "duration_ms": round((time.perf_counter() - began) * 1000, 1),
            }
            requests.info("%(method)s %(path)s %(status)s %(duration_ms)s ms", facts, extra={"facts": facts})
        return response

    return middleware


# An answer of the API is data: a browser that shows one runs and loads nothing.
DATA_ONLY = "default-src 'none'; frame-ancestors 'none'"
# Pages load what is the system's own. The theme's Alpine evaluates expressions and sets styles.
OWN_ONLY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def content_security(get_response: GetResponse) -> GetResponse:
    """Tell browsers what a page may run and load (Content-Security-Policy); a page may have said so itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = OWN_ONLY if request.path.startswith("/admin/") else DATA_ONLY
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    return middleware


def business_time(get_response: GetResponse) -> GetResponse:
    """Show people the times of the business zone; the API speaks UTC."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return get_response(request)
        with timezone.override(settings.OMS_TIME_ZONE):
            return get_response(request)

    return middleware


class RequestIdFilter(logging.Filter):
    """Puts the request's id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True
