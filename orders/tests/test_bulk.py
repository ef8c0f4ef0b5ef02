"""Many changes in one request: each item by itself, results in the order asked, safe to repeat."""

from typing import Any

import pytest
from django.test import Client

from common.models import IdempotencyKey
from common.tests.contents import contents
from events.models import Event
from orders.models import Order
from orders.tests.factories import OrderFactory
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def post(api: Client, address: str, body: Any, query: str = "", **headers: str) -> Any:
    return api.post(f"/api/v1/{address}{query}", body, content_type="application/json", headers=headers)


def test_confirms_what_can_be_confirmed_and_says_why_not_for_the_others(api: Client) -> None:
    pending, shipped = OrderFactory(), OrderFactory(status="SHIPPED")

    answer = post(api, "orders/bulk/", {"action": "confirm", "ids": [shipped.pk, 987654321, pending.pk]})

    first, second, third = answer.json()["results"]
    assert answer.status_code == 200
    assert [result["id"] for result in (first, second, third)] == [shipped.pk, 987654321, pending.pk]
    assert (first["ok"], first["problem"]["code"], first["problem"]["status"]) == (False, "invalid_transition", 409)
    assert (second["ok"], second["problem"]["code"]) == (False, "not_found")
    assert (third["ok"], third["order"]) == (True, api.get(f"/api/v1/orders/{pending.pk}/").json())
    assert third["order"]["status"] == "CONFIRMED"


def test_a_note_of_several_lines_is_kept_with_each(api: Client) -> None:
    order = OrderFactory()

    post(api, "orders/bulk/", {"action": "confirm", "ids": [order.pk], "note": "By phone\nRing twice"})

    assert Event.objects.get(type="order.confirmed").personal == {"note": "By phone\nRing twice"}


def test_cancels_with_one_reason_and_puts_the_stock_back(api: Client) -> None:
    orders = [OrderFactory(), OrderFactory(status="CONFIRMED")]

    post(api, "orders/bulk/", {"action": "cancel", "ids": [order.pk for order in orders], "reason": "Flooded"})

    events = Event.objects.filter(type="order.cancelled")
    assert [event.payload["reason"] for event in events] == ["Flooded"] * 2
    assert {Product.objects.get(pk=order.lines[0].product_id).stock_quantity for order in orders} == {10}


def test_a_repeat_replays_what_is_done_and_goes_on_with_the_rest(api: Client) -> None:
    done, later = OrderFactory(), OrderFactory(status="SHIPPED")
    ids = {"ids": [done.pk, later.pk]}
    first = post(api, "orders/bulk/", {"action": "confirm", **ids}, **{"Idempotency-Key": "k"})

    again = post(api, "orders/bulk/", {"action": "confirm", **ids}, **{"Idempotency-Key": "k"})

    assert first.json()["results"][0] == again.json()["results"][0]
    assert again.json()["results"][0]["order"]["version"] == done.version + 1
    assert IdempotencyKey.objects.get().key == f"k:{done.pk}"
    assert again.json()["results"][1]["problem"]["code"] == "invalid_transition"


def test_another_act_under_the_same_key_is_refused_per_item(api: Client) -> None:
    order = OrderFactory()
    post(api, "orders/bulk/", {"action": "confirm", "ids": [order.pk]}, **{"Idempotency-Key": "k"})

    answer = post(api, "orders/bulk/", {"action": "ship", "ids": [order.pk]}, **{"Idempotency-Key": "k"})

    assert answer.json()["results"][0]["problem"]["code"] == "idempotency_key_reused"


def test_a_dry_run_shows_the_outcome_and_changes_nothing(api: Client) -> None:
    order = OrderFactory()
    before = contents()

    answer = post(api, "orders/bulk/", {"action": "confirm", "ids": [order.pk]}, "?dry_run=true")

    assert answer.json()["results"][0]["order"]["status"] == "CONFIRMED"
    assert contents() == before


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"action": "confirm", "ids": []}, "/ids"),
        ({"action": "confirm", "ids": [1, 1]}, "/ids"),
        ({"action": "confirm", "ids": ["1"]}, "/ids/0"),
        ({"action": "confirm", "ids": list(range(1, 502))}, "/ids"),
        ({"action": "explode", "ids": [1]}, "/action"),
        ({"action": "cancel", "ids": [1]}, ""),
        ({"action": "ship", "ids": [1], "reason": "because"}, ""),
        ({"action": "ship", "ids": [1], "force": True}, "/force"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_whole(api: Client, body: Any, pointer: str) -> None:
    answer = post(api, "orders/bulk/", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_the_act_needs_its_own_permission(api_as: Any) -> None:
    order = OrderFactory(status="CONFIRMED")

    refused = post(api_as("sales"), "orders/bulk/", {"action": "ship", "ids": [order.pk]})
    allowed = post(api_as("warehouse"), "orders/bulk/", {"action": "ship", "ids": [order.pk]})

    assert (refused.status_code, allowed.status_code) == (403, 200)
    assert Order.objects.get(pk=order.pk).status == "SHIPPED"


def test_stock_documents_of_many_products_share_a_reason(api: Client) -> None:
    first, second = ProductFactory(sku="A", stock_quantity=5), ProductFactory(sku="B", stock_quantity=5)
    items = [
        {"sku": "A", "delta": 3},
        {"sku": "B", "set_to": 9, "expected": 4},
        {"sku": "nope", "delta": 1},
        {"sku": "B", "counted": 1, "expected_on_hand": 5},
        {"sku": "A", "delta": 1, "reason": "mine"},
        "A",
    ]

    results = post(api, "products/bulk-stock/", {"items": items, "reason": "Stocktaking"}).json()["results"]

    assert [result.get("id") for result in results] == [first.pk, None, None, second.pk, None, None]
    assert [result.get("problem", {}).get("code") for result in results if not result["ok"]] == [
        "stock_mismatch",
        "validation_error",
        "validation_error",
        "validation_error",
    ]
    assert list(Product.objects.order_by("sku").values_list("stock_quantity", flat=True)) == [8, 1]
    assert first.movements.filter(reason="Stocktaking").count() == 1


def test_an_unexpected_error_of_one_item_is_its_own(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ProductFactory(sku="A")
    monkeypatch.setattr("products.services.acts.require_version", lambda *versions: 1 / 0)

    answer = post(api, "products/bulk-stock/", {"items": [{"sku": "A", "delta": 1}], "reason": "r"})

    assert answer.status_code == 200
    assert answer.json()["results"][0]["problem"]["code"] == "internal_error"
    assert "division" not in answer.content.decode()
