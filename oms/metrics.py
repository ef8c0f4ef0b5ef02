"""What monitoring reads at `/metrics`: how requests fare, how far the consumers of the event log are, what waits.

Counters are of all web processes where PROMETHEUS_MULTIPROC_DIR names a directory that they share, as `serve` and the
container see to; without it each process tells of itself. What the database knows is asked at every scrape.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from events.services import lags
from orders.models import Order

SHARED = "PROMETHEUS_MULTIPROC_DIR"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)  # seconds
MOST_BEHIND = 100_000  # counted no further: a scrape takes no longer when a consumer stands still
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}

own = CollectorRegistry()
REQUESTS = Counter(
    "oms_http_requests",
    "Requests answered, by method, name of the address and status.",
    ["method", "view", "status"],
    registry=own,
)
SECONDS = Histogram(
    "oms_http_request_seconds",
    "How long requests took, by name of the address.",
    ["view"],
    buckets=BUCKETS,
    registry=own,
)


def measured(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Count every request and its time. Labels are of a known few: whoever asks for nonsense makes no new ones."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = get_response(request)
        view = request.resolver_match.view_name if request.resolver_match else "unknown"
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, view, response.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return response

    return middleware


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything, in the text format of Prometheus, for whoever knows OMS_METRICS_TOKEN."""
    if not is_allowed(request):
        return HttpResponseForbidden("Send the token of OMS_METRICS_TOKEN as Bearer.\n", content_type="text/plain")
    return HttpResponse(generate_latest(whole()), content_type=CONTENT_TYPE_LATEST)


def is_allowed(request: HttpRequest) -> bool:
    """On somebody's own machine without a token for as long as none is set; in a deployment never without one."""
    token = settings.OMS_METRICS_TOKEN
    if not token:
        return bool(settings.LOCAL)
    given = request.headers.get("Authorization", "")
    return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def whole() -> CollectorRegistry:
    registry = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(own)
    registry.register(Shop())
    return registry


class Shop(Collector):
    """What the database knows at this moment; while it does not answer, that alone."""

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*_orders(), *_consumers()]
        except Error:
            found = []
        yield GaugeMetricFamily("oms_database_up", "Whether the database answers: 1 or 0.", value=bool(found))
        yield from found


def _orders() -> Iterator[Metric]:
    """From the index of the open orders: those there ever were are not counted."""
    waiting = GaugeMetricFamily("oms_orders_open", "Orders not yet shipped or cancelled, by status.", labels=["status"])
    for status in Order.OPEN:
        waiting.add_metric([status], Order.objects.filter(status=status).count())
    yield waiting
    yield GaugeMetricFamily(
        "oms_orders_late", "Open orders older than OMS_LATE_AFTER_HOURS.", value=Order.objects.late().count()
    )


def _consumers() -> Iterator[Metric]:
    behind = GaugeMetricFamily(
        "oms_consumer_behind_events",
        f"Events of the log that a consumer has still to read, up to {MOST_BEHIND}.",
        labels=["consumer"],
    )
    waiting = GaugeMetricFamily(
        "oms_consumer_waiting_seconds", "Since when the oldest of those events waits; 0 if none.", labels=["consumer"]
    )
    now = timezone.now()
    for lag in lags(at_most=MOST_BEHIND):
        behind.add_metric([lag.consumer], lag.behind)
        since = lag.waiting_since or now
        waiting.add_metric([lag.consumer], max(0.0, (now - since).total_seconds()))
    yield behind
    yield waiting
