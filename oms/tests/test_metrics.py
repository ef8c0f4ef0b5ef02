"""What monitoring reads at /metrics."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as chosen
from django.db import connection
from django.test import Client
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from common.tests import processes
from events.models import Cursor, Event
from oms import metrics
from orders.models import Order
from orders.tests.factories import OrderFactory

Samples = dict[tuple[str, ...], float]

COUNT_ONE = """
import django
django.setup()
from oms.metrics import REQUESTS
REQUESTS.labels("GET", "order-list", 200).inc()
"""


def read(text: str) -> Samples:
    """Every sample, by its name and its labels in the order of theirs."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value for sample in samples}


def scraped() -> Samples:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return read(answer.content.decode())


@pytest.mark.django_db
def test_requests_are_counted_by_the_name_of_their_address(api: Client) -> None:
    order = OrderFactory()
    counted = ("oms_http_requests_total", "GET", "200", "order-detail")
    timed = ("oms_http_request_seconds_count", "order-detail")
    before = scraped()

    for _ in range(3):
        api.get(f"/api/v1/orders/{order.pk}/")

    after = scraped()
    assert after[counted] - before.get(counted, 0) == 3
    assert after[timed] - before.get(timed, 0) == 3


@pytest.mark.django_db
def test_nonsense_makes_no_lines_of_its_own() -> None:
    Client().generic("BREW1", "/nonsense/1/")
    before = scraped()

    Client().generic("BREW2", "/nonsense/2/")

    after = scraped()
    assert after.keys() == before.keys()
    counted = ("oms_http_requests_total", "other", "404", "unknown")
    assert after[counted] - before[counted] == 1


@pytest.mark.django_db
def test_what_waits_is_asked_at_every_scrape() -> None:
    OrderFactory()
    for _ in range(2):
        OrderFactory(status=Order.Status.CONFIRMED)
    OrderFactory(status=Order.Status.SHIPPED)
    Cursor.objects.create(consumer="reader")

    found = scraped()

    assert found["oms_orders_open", "PENDING"] == 1
    assert found["oms_orders_open", "CONFIRMED"] == 2
    assert found["oms_orders_late",] == 0
    assert found["oms_consumer_behind_events", "reader"] == Event.objects.count()
    assert found["oms_consumer_waiting_seconds", "reader"] >= 0
    assert found["oms_database_up",] == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_is_told_not_an_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event_cursors RENAME TO elsewhere")
    try:
        found = scraped()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO event_cursors")

    assert found["oms_database_up",] == 0
    assert not [name for name in found if name[0].startswith(("oms_orders", "oms_consumer"))]


@pytest.mark.django_db
def test_a_deployment_shows_them_to_monitoring_alone(settings: Any) -> None:
    def status(**headers: str) -> int:
        return Client().get("/metrics", headers=headers).status_code

    settings.LOCAL = False
    assert status() == status(Authorization="Bearer ") == 403

    settings.OMS_METRICS_TOKEN = "secret"
    assert status() == status(Authorization="Bearer wrong") == status(Authorization="Bearer sécret") == 403
    assert status(Authorization="Bearer secret") == 200

    settings.LOCAL = True
    assert status() == 403


@pytest.mark.django_db
def test_web_processes_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", COUNT_ONE],
            env=processes.environment(DJANGO_SETTINGS_MODULE="oms.settings", PROMETHEUS_MULTIPROC_DIR=str(tmp_path)),
            cwd=chosen.BASE_DIR,
            check=True,
        )
    monkeypatch.setenv(metrics.SHARED, str(tmp_path))

    found = read(generate_latest(metrics.whole()).decode())

    assert found["oms_http_requests_total", "GET", "200", "order-list"] == 2
