"""What a load balancer asks: is the process alive, and can it serve."""

from django.db import Error
from django.http import HttpRequest, JsonResponse

from events.services import log_is_readable


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers, is migrated, and the event log belongs to this cluster."""
    try:
        readable = log_is_readable()
    except Error:
        return JsonResponse({"status": "database unavailable"}, status=503)
    if not readable:
        return JsonResponse({"status": "event log is of another cluster: run `manage.py events rebase`"}, status=503)
    return JsonResponse({"status": "ok"})
