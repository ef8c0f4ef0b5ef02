"""Every request has an id by which its traces are found again."""

import logging
import re
from typing import Any

import pytest
from django.test import Client

from common.middleware import RequestIdFilter, current_request_id
from events.models import Event
from oms.tests.addresses import World, call

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["req-1", "A.b:c_d-9", "x" * 100, "0"])
def test_a_harmless_id_is_taken_and_returned(given: str, api: Client) -> None:
    assert api.get("/api/v1/orders/", headers={"X-Request-Id": given})["X-Request-Id"] == given


@pytest.mark.parametrize(
    "given", ["", " ", "x" * 101, "a b", "a\nb", "a\r\nSet-Cookie: x=1", "<script>", "caf\xe9", "a\n", "%0a", "\x00"]
)
def test_anything_else_is_replaced_and_never_sent_back(given: str, api: Client) -> None:
    answered = api.get("/api/v1/orders/", headers={"X-Request-Id": given})["X-Request-Id"]

    assert re.fullmatch("[0-9a-f]{32}", answered)


@pytest.mark.parametrize("path", ["/api/v1/orders/", "/api/v1/nonsense/", "/nonsense/", "/livez", "/admin/"])
def test_every_answer_carries_one(path: str) -> None:
    answers = [Client().get(path)["X-Request-Id"] for _ in range(2)]

    assert answers[0] != answers[1]


def test_it_stands_in_the_event_of_the_act(api: Client) -> None:
    world = World.with_order("PENDING")

    call(api, ("post", "order-confirm"), world, **{"X-Request-Id": "req-1"})

    assert Event.objects.get(type="order.confirmed").request_id == "req-1"


def test_it_stands_on_every_line_of_the_log() -> None:
    current_request_id.set("req-1")
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "said", None, None)

    assert RequestIdFilter().filter(record)
    assert vars(record)["request_id"] == "req-1"


def test_the_api_speaks_utc_wherever_the_business_is(api: Client, settings: Any) -> None:
    settings.OMS_TIME_ZONE = "Asia/Tokyo"
    world = World.with_order("CONFIRMED")

    order = api.get(f"/api/v1/orders/{world.order}/").json()

    for name in ("created_at", "updated_at", "confirmed_at"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", order[name])
