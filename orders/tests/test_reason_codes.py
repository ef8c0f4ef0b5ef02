"""Codes of reasons: told with the act, kept in the ledger, offered in the back-office, never demanded."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from orders import services
from orders.models import CancelReason
from orders.tests.factories import ACTOR, OrderFactory
from products.models import StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def newest_code(product_id: int) -> str:
    return StockMovement.objects.filter(product=product_id).latest("sequence").reason_code


def test_a_stock_document_tells_its_code_in_event_and_ledger(api: Client) -> None:
    product = ProductFactory(stock_quantity=10)
    where = f"/api/v1/products/{product.pk}/adjust-stock/"
    shapes: list[tuple[dict[str, Any], str]] = [
        ({"delta": -1}, "damaged"),
        ({"set_to": 8, "expected": 9}, "a code of ours"),
        ({"counted": 8, "expected_on_hand": 8}, ""),
    ]

    for body, code in shapes:
        sent = {**body, "reason": "Fell", "reason_code": code}
        assert api.post(where, sent, content_type="application/json").status_code == 200, body
        assert newest_code(product.pk) == code
    told = Event.objects.filter(type="product.stock_adjusted").order_by("version")
    assert [event.payload["reason_code"] for event in told] == [code for _, code in shapes]
    movements = api.get(f"/api/v1/products/{product.pk}/movements/").json()["results"]
    assert [movement["reason_code"] for movement in movements] == ["", "damaged", "a code of ours", ""]


def test_one_code_goes_for_many_stock_documents(api: Client) -> None:
    products = [ProductFactory(), ProductFactory()]

    body = {"items": [{"sku": product.sku, "delta": 1} for product in products], "reason": "x", "reason_code": "found"}
    api.post("/api/v1/products/bulk-stock/", body, content_type="application/json")

    assert [newest_code(product.pk) for product in products] == ["found", "found"]


def test_the_ledger_keeps_the_code_of_what_an_order_gives_back() -> None:
    order = OrderFactory(status="CONFIRMED")
    product = order.lines[0].product_id

    unit = [services.ItemUnits(order.lines[0].pk, 1)]
    services.short_close(order.pk, lines=unit, reason="x", reason_code="discontinued", actor=ACTOR)
    assert newest_code(product) == "discontinued"
    services.cancel_order(order.pk, reason="x", reason_code="fraud", actor=ACTOR)
    assert newest_code(product) == "fraud"


def test_many_are_cancelled_with_one_code_which_is_for_cancelling_alone(api: Client) -> None:
    order = OrderFactory()

    def bulk(**body: Any) -> Any:
        return api.post("/api/v1/orders/bulk/", {"ids": [order.pk], **body}, content_type="application/json")

    assert bulk(action="confirm", reason_code="fraud").status_code == 400
    assert bulk(action="cancel", reason="x", reason_code="fraud").json()["results"][0]["ok"]
    assert Event.objects.get(type="order.cancelled").payload["reason_code"] == "fraud"


def test_the_back_office_offers_the_known_codes_and_takes_no_other(staff: Callable[[str], Client]) -> None:
    browser, order = staff("chief"), OrderFactory()
    where = reverse("admin:orders_order_cancel", args=[order.pk])
    sent = {"idempotency_key": str(uuid.uuid4()), "version": 1, "reason": "Twice"}

    offered = browser.get(where).context["form"].fields["reason_code"].choices
    assert [code for code, _ in offered] == ["", *CancelReason.values]
    assert browser.post(where, {**sent, "reason_code": "boredom"}).status_code == 200
    assert browser.post(where, {**sent, "reason_code": "duplicate"}).status_code == 302

    page = browser.get(reverse("admin:orders_order_change", args=[order.pk]))
    assert page.context["story"][0].payload["reason_code"] == "duplicate"
    assert b'Reason: Twice <span class="quiet">duplicate</span>' in page.content
