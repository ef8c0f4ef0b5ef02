"""What a load balancer asks, and what a request leaves in the log."""

import json
import logging

import pytest
from django.db import connection
from django.test import Client, override_settings

from common.logs import JsonFormatter
from common.middleware import RequestIdFilter
from events.models import Epoch


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_are_answered_by_bare_address_and_without_tls(path: str) -> None:
    with override_settings(ALLOWED_HOSTS=["shop.example"], SECURE_SSL_REDIRECT=True):
        answer = Client().get(path, headers={"Host": "10.0.0.7:8000"})

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_alive_asks_no_database() -> None:
    """Without the mark for it, a test that touches the database fails."""
    assert Client().get("/livez").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_not_ready_when_the_log_came_from_another_cluster() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events (xid, aggregatetype, aggregateid, version, type, payload, actor) "
            "VALUES ('99999999999', 'order', 1, 1, 'order.placed', '{}', 'test')"
        )

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert "rebase" in answer.json()["status"]


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE event_epoch RENAME TO elsewhere")
    try:
        answer = Client().get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO event_epoch")

    assert answer.status_code == 503
    assert Epoch.objects.exists()


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_id_and_without_its_query(api: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "oms.requests")

    api.get("/api/v1/customers/?email=ada@example.com", headers={"X-Request-Id": "from-the-caller"})

    (record,) = [record for record in caplog.records if record.name == "oms.requests"]
    RequestIdFilter().filter(record)
    line = json.loads(JsonFormatter().format(record))
    assert line.keys() == {
        "time", "level", "logger", "message", "request_id", "method", "path", "status", "duration_ms"
    }  # fmt: skip
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/customers/", 200)
    assert line["request_id"] == "from-the-caller"
    assert "ada" not in json.dumps(line)


@pytest.mark.django_db
def test_a_path_cannot_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "oms.requests")

    Client().get("/x%0AERROR forged")

    (record,) = [record for record in caplog.records if record.name == "oms.requests"]
    assert "\n" not in record.getMessage()


def test_probes_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "oms.requests")

    Client().get("/livez")

    assert not [record for record in caplog.records if record.name == "oms.requests"]


def test_an_error_carries_its_traceback_in_the_same_line() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        kind = (type(error), error, error.__traceback__)
        record = logging.LogRecord("oms", logging.ERROR, "", 0, "It %s", ("failed",), kind)

    text = JsonFormatter().format(record)

    assert "\n" not in text
    assert json.loads(text)["message"] == "It failed"
    assert "ValueError: broken" in json.loads(text)["exception"]
