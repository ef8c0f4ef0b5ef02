"""Gives every request an id that is found again in logs, events and answers."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)

# For log lines only; a service is told the id with its actor.
current_request_id: ContextVar[str] = ContextVar("current_request_id", default="-")

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
