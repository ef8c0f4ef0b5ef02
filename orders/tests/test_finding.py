"""Orders are found by whatever is known of them, and bounded in every direction."""

from itertools import product

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.tests.contents import contents
from customers.tests.factories import CustomerFactory
from orders import services
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def found(api: Client, query: str) -> list[int]:
    answer = api.get(f"/api/v1/orders/?ordering=id&{query}")
    assert answer.status_code == 200, answer.content
    return [order["id"] for order in answer.json()["results"]]


def test_orders_are_found_by_whatever_is_known_of_them(api: Client) -> None:
    ada, grace = CustomerFactory(email="Ada@example.com"), CustomerFactory()
    lamp, bulb = ProductFactory(sku="LAMP", price_cents=100), ProductFactory(sku="BULB", price_cents=7)
    first = OrderFactory(customer_id=ada.pk, lines=[Line(2, lamp.pk), Line(1, bulb.pk)], external_ref="shop-1").pk
    second = OrderFactory(customer_id=grace.pk, lines=[Line(1, bulb.pk)], status="SHIPPED").pk

    for query, expected in {
        "": [first, second],
        "status=PENDING": [first],
        "status__in=PENDING,SHIPPED": [first, second],
        "status__in=DELIVERED": [],
        f"customer_id={ada.pk}": [first],
        "customer_email=ADA@EXAMPLE.COM": [first],
        "customer_email=ada": [],
        f"product_id={bulb.pk}": [first, second],
        f"product_id={bulb.pk}&sku=LAMP": [first],
        "sku=BULB": [first, second],
        "sku=bulb": [],
        f"number=SO-{second:08d}": [second],
        f"number={second}": [],
        "number=SO-" + "9" * 18: [],
        "external_ref=shop-1": [first],
        "total_cents__gte=207": [first],
        "total_cents__lte=206": [second],
        "created_after=2000-01-01T00:00:00Z": [first, second],
        "created_before=2000-01-01T00:00:00%2B02:00": [],
        "updated_since=2000-01-01T00:00:00+00:00": [first, second],
    }.items():
        assert found(api, query) == expected, query


def test_a_range_of_dates_is_met_in_any_order_without_a_look_at_the_orders_outside_it() -> None:
    """Who asks for the old ones first walks past all the newer ones: in the index, not in the table."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")

    for name, first in product(("created_at", "updated_at"), ("id", "created_at", "updated_at")):
        orders = Order.objects.filter(**{f"{name}__lt": timezone.now()}).order_by(f"-{first}", "-id")
        plan = orders[:50].explain()
        assert "Index Cond" in plan and "Filter" not in plan, plan


def test_an_order_keeps_the_sku_it_was_placed_with(api: Client) -> None:
    lamp = ProductFactory(sku="LAMP")
    order = OrderFactory(lines=[Line(1, lamp.pk)])

    change_product(lamp.pk, actor=ACTOR, sku="LANTERN")
    ProductFactory(sku="LAMP")

    shown = api.get(f"/api/v1/orders/{order.pk}/").json()
    assert [item["sku"] for item in shown["items"]] == ["LAMP"]
    assert found(api, "sku=LANTERN") == [order.pk]
    assert found(api, "sku=LAMP") == []
    services.cancel_order(order.pk, actor=ACTOR, reason="test")
    assert Product.objects.get(pk=lamp.pk).stock_quantity == 10


# Bounds


def test_a_total_beyond_what_can_be_stored_is_refused(api: Client) -> None:
    products = [ProductFactory(price_cents=10**12, stock_quantity=10**6).pk for _ in range(10)]
    body = {"customer_id": CustomerFactory().pk, "items": [{"product_id": pk, "quantity": 10**6} for pk in products]}
    before = contents()

    answer = api.post("/api/v1/orders/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "total_too_large")
    assert contents() == before

    body["items"] = body["items"][:9]
    assert api.post("/api/v1/orders/", body, content_type="application/json").json()["total_cents"] == 9 * 10**18


def test_a_product_named_twice_is_merged_within_its_bound(api: Client) -> None:
    product = ProductFactory(sku="A", stock_quantity=10**6)
    half = {"product_id": product.pk, "quantity": 500_000}
    body = {"customer_id": CustomerFactory().pk, "items": [half, {"sku": "A", "quantity": 500_001}]}

    answer = api.post("/api/v1/orders/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/items/1/quantity")
    assert not Order.objects.exists()

    body["items"] = [half, {"sku": "A", "quantity": 500_000}]
    assert [item["quantity"] for item in
            api.post("/api/v1/orders/", body, content_type="application/json").json()["items"]] == [10**6]  # fmt: skip


def test_a_thousand_lines_are_placed_edited_and_cancelled(api: Client) -> None:
    products = [ProductFactory(stock_quantity=5).pk for _ in range(1_000)]
    items = [{"product_id": pk, "quantity": 2} for pk in products]
    customer = CustomerFactory().pk

    placed = api.post("/api/v1/orders/", {"customer_id": customer, "items": items}, content_type="application/json")
    assert (placed.status_code, len(placed.json()["items"])) == (201, 1_000)
    where = placed["Location"]

    edited = api.put(
        f"{where}items/", {"items": [item | {"quantity": 3} for item in items[:700]]}, content_type="application/json"
    )
    assert (edited.status_code, edited.json()["total_cents"]) == (200, 700 * 3 * 1_250)
    assert sorted(Product.objects.values_list("stock_quantity", flat=True)) == [2] * 700 + [5] * 300

    assert api.post(f"{where}cancel/", {"reason": "test"}, content_type="application/json").status_code == 200
    assert set(Product.objects.values_list("stock_quantity", flat=True)) == {5}

    too_many = api.post(
        "/api/v1/orders/", {"customer_id": customer, "items": [*items, items[0]]}, content_type="application/json"
    )
    assert (too_many.status_code, too_many.json()["errors"][0]["pointer"]) == (400, "/items")


@pytest.mark.parametrize(
    "instant",
    [
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59.999999-14:00", "2026-01-31T12:00Z",
        "2026-01-31t12:00:00z", "2026-01-31T12:00:00+01:00", "2026-01-31%2012:00:00.123456789Z",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["created_after", "created_before", "updated_since"])
def test_every_instant_of_the_standard_is_understood(name: str, instant: str, api: Client) -> None:
    assert api.get(f"/api/v1/orders/?{name}={instant}").status_code == 200


def test_who_chooses_wrongly_is_told_what_there_is_to_choose_from(api: Client) -> None:
    order = OrderFactory()
    states = "One of PENDING, CONFIRMED, SHIPPED, DELIVERED, CANCELLED."
    hold = {"kind": "weather", "reason": "Rain"}

    for answer, told in (
        (api.get("/api/v1/orders/?status=pending"), states),
        (api.get("/api/v1/orders/?status__in=PENDING,OPEN"), states),
        (
            api.post(f"/api/v1/orders/{order.pk}/holds/", hold, content_type="application/json"),
            "One of payment, fraud_review, address, customer_request, stock.",
        ),
    ):
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["detail"]) == (400, "invalid_choice", told)


def test_who_forgets_the_slash_is_told(api: Client) -> None:
    told = [api.post(f"/api/v1/{address}").json()["detail"] for address in ("orders", "orderz/")]

    assert told == [
        "There is nothing at this address. Addresses end in a slash.",
        "There is nothing at this address.",
    ]
