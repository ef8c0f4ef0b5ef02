"""What a load balancer asks: is the process alive, and can it serve; and where monitoring asks how it fares."""

from collections.abc import Callable

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from events.services import log_is_readable
from oms.metrics import metrics


def probes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer these before anything asks for the host's name or for TLS: their callers come by bare address."""
    addresses = {"/livez": livez, "/readyz": readyz, "/metrics": metrics}

    def middleware(request: HttpRequest) -> HttpResponse:
        return addresses.get(request.path, get_response)(request)

    return middleware


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, has its tables, and the event log belongs to this cluster."""
    try:
        readable = log_is_readable()
    except Error:
        return JsonResponse({"status": "database unavailable"}, status=503)
    if not readable:
        return JsonResponse({"status": "event log is of another cluster: run `manage.py events rebase`"}, status=503)
    return JsonResponse({"status": "ok"})
