"""An order placed once more: how a cancellation by mistake is undone."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from common.errors import StaleVersion
from common.transactions import run
from customers.tests.factories import HOME, CustomerFactory
from events.models import Event
from orders import services
from orders.models import Order
from orders.services import Line
from orders.tests.factories import ACTOR, OrderFactory
from products.errors import InsufficientStock, ProductUnavailable
from products.models import Product
from products.services import change_product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def place(status: str = "PENDING", **fields: Any) -> Order:
    lamp, bulb = ProductFactory(price_cents=100, stock_quantity=10), ProductFactory(price_cents=7, stock_quantity=10)
    lines = [Line(quantity=3, product_id=lamp.pk), Line(quantity=1, product_id=bulb.pk)]
    return OrderFactory(status=status, lines=lines, **fields)


def asked(order: Order) -> list[tuple[int, int]]:
    return [(line.product_id, line.quantity) for line in order.lines]


def test_an_order_in_any_status_is_placed_once_more_with_the_prices_of_today() -> None:
    for status in Order.Status.values:
        order = place(status, external_ref=f"shop-{status}")
        lamp = order.lines[0].product_id
        change_product(lamp, price_cents=250, actor=ACTOR)
        stock = Product.objects.get(pk=lamp).stock_quantity

        again = services.duplicate_order(order.pk, actor=ACTOR)

        assert (again.status, again.customer_id, again.external_ref) == ("PENDING", order.customer_id, None)
        assert asked(again) == asked(order)
        assert [line.unit_price_cents for line in again.lines] == [250, 7]
        assert Product.objects.get(pk=lamp).stock_quantity == stock - 3
        first = Order.objects.get(pk=order.pk)
        assert (first.status, first.version, first.duplicate_of_id) == (status, order.version, None)


def test_its_first_event_says_of_which_order_it_is_and_the_note_is_its_own() -> None:
    order = place()

    again = services.duplicate_order(order.pk, external_ref="shop-2", note="By mistake", actor=ACTOR)

    event = Event.objects.get(aggregatetype="order", aggregateid=again.pk)
    assert (event.type, event.payload["duplicate_of"], event.personal) == (
        "order.placed", order.pk, {"note": "By mistake"},
    )  # fmt: skip
    assert event.payload["external_ref"] == "shop-2"
    assert Order.objects.get(pk=again.pk).duplicate_of_id == order.pk


def test_it_keeps_the_addresses_that_were_agreed_and_not_the_defaults_of_now() -> None:
    bonn = replace(HOME, city="Bonn")
    order = place(addresses={"shipping_address": bonn, "billing_address": None})

    again = services.duplicate_order(order.pk, actor=ACTOR)

    assert (again.shipping_address, again.billing_address) == (bonn.as_json(), None)
    assert Event.objects.get(aggregateid=again.pk, type="order.placed").personal == {"shipping_address": bonn.as_json()}


def test_it_is_refused_as_any_order_would_be() -> None:
    short, gone = place(), place()
    services.place_order(
        customer_id=short.customer_id, lines=[Line(quantity=7, product_id=short.lines[0].product_id)], actor=ACTOR
    )
    change_product(gone.lines[1].product_id, is_active=False, actor=ACTOR)

    with pytest.raises(InsufficientStock):
        run(lambda: services.duplicate_order(short.pk, actor=ACTOR))
    with pytest.raises(ProductUnavailable):
        run(lambda: services.duplicate_order(gone.pk, actor=ACTOR))
    with pytest.raises(StaleVersion):
        run(lambda: services.duplicate_order(short.pk, expected_version=7, actor=ACTOR))


def test_that_of_a_merged_customer_is_of_the_one_who_goes_on_and_of_a_forgotten_one_has_no_address() -> None:
    home = {"shipping_address": HOME, "billing_address": HOME}
    merged, forgotten, other = place(addresses=home), place(addresses=home), CustomerFactory()
    services.merge_customers(merged.customer_id, into=other.pk, actor=ACTOR)
    services.anonymise_customer(forgotten.customer_id, actor=ACTOR)

    assert services.duplicate_order(merged.pk, actor=ACTOR).customer_id == other.pk
    again = services.duplicate_order(forgotten.pk, actor=ACTOR)
    assert (again.customer_id, again.shipping_address) == (forgotten.customer_id, None)


def test_over_the_api_it_is_a_new_order_that_says_of_which_it_is_placed_once(api: Client) -> None:
    order = place("CANCELLED")
    where, body = f"/api/v1/orders/{order.pk}/duplicate/", {"external_ref": "shop-2"}

    def post(**headers: str) -> Any:
        return api.post(where, body, content_type="application/json", headers=headers)

    stale, first, again = post(**{"If-Match": '"1"'}), *(post(**{"Idempotency-Key": "k"}) for _ in range(2))

    made = first.json()
    assert (stale.status_code, first.status_code, made["duplicate_of"]) == (412, 201, order.pk)
    assert first["Location"] == again["Location"] == f"/api/v1/orders/{made['id']}/"
    assert (again.json(), again["Idempotency-Replayed"]) == (made, "true")
    assert api.get(first["Location"]).json() == made
    assert api.get(f"/api/v1/orders/{order.pk}/").json()["duplicate_of"] is None
    assert post(**{"Idempotency-Key": "l"}).json()["code"] == "duplicate"  # the reference


def test_in_the_back_office_it_is_looked_over_first_and_both_orders_lead_to_each_other(
    staff: Callable[[str], Client],
) -> None:
    browser, order = staff("chief"), place("CANCELLED")

    def page(pk: int) -> str:
        return browser.get(reverse("admin:orders_order_change", args=[pk])).content.decode()

    where = reverse("admin:orders_order_duplicate", args=[order.pk])
    sent = {"idempotency_key": str(uuid.uuid4()), "version": order.version}

    preview = browser.post(where, {**sent, "_preview": "1"}).context["preview"]
    assert (preview[-1], Order.objects.count()) == (("Total", "3.07 EUR"), 1)
    done = browser.post(where, sent)

    again = Order.objects.get(duplicate_of=order.pk)
    assert done["Location"] == reverse("admin:orders_order_change", args=[again.pk])
    assert f">{order.number}</a>" in page(again.pk) and f"<ins>{order.number}</ins>" in page(again.pk)
    assert f">{again.number}</a>" in page(order.pk)


def test_the_database_refuses_another_story() -> None:
    order = place()
    again = services.duplicate_order(order.pk, actor=ACTOR)

    for pk, duplicate_of in ((again.pk, None), (order.pk, again.pk)):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE orders SET duplicate_of_id = %s WHERE id = %s", [duplicate_of, pk])
