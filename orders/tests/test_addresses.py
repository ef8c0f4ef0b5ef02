"""The addresses of an order are its own: copied when it is placed, changed until something has left."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from common.actors import Actor
from common.api.addresses import HOME as BODY
from common.tests.attacks import refusal
from common.tests.contents import contents
from common.tests.racing import Meeting, codes, meet_after, race
from common.transactions import run
from customers.services import change_address, remove_address
from customers.tests.factories import HOME, OFFICE, CustomerAddressFactory
from events.models import Event
from orders import services
from orders.errors import NotEditable
from orders.models import Order, OrderQuerySet
from orders.services import Addresses, ItemUnits
from orders.services import addresses as order_addresses
from orders.tests.factories import ACTOR, OrderFactory

pytestmark = pytest.mark.django_db

BOTH: Addresses = {"shipping_address": HOME, "billing_address": OFFICE}


def kept(order: Order) -> tuple[Any, Any]:
    stored = Order.objects.get(pk=order.pk)
    return stored.shipping_address, stored.billing_address


def newest(order: Order) -> Event:
    return Event.objects.filter(aggregatetype="order", aggregateid=order.pk).latest("version")


def test_what_is_left_out_is_the_customers_default_and_none_is_none() -> None:
    customer = CustomerAddressFactory(defaults={"shipping": True}).customer_id
    CustomerAddressFactory(customer_id=customer, address=OFFICE, defaults={"billing": True})
    home, office = HOME.as_json(), OFFICE.as_json()

    for named, expected in (
        ({}, (home, office)),
        ({"shipping_address": OFFICE}, (office, office)),
        ({"billing_address": None}, (home, None)),
        ({"shipping_address": None, "billing_address": HOME}, (None, home)),
    ):
        assert kept(OrderFactory(customer_id=customer, addresses=named)) == expected, named
    assert kept(OrderFactory()) == (None, None)


def test_the_copies_are_told_apart_from_the_rest(actor: Actor) -> None:
    order = OrderFactory(addresses={**BOTH, "billing_address": None}, note="Ring twice")

    event = newest(order)
    assert event.personal == {"note": "Ring twice", "shipping_address": HOME.as_json()}
    assert "address" not in str(event.payload)


def test_the_book_and_the_order_go_their_own_ways(actor: Actor) -> None:
    entry = CustomerAddressFactory(defaults={"shipping": True, "billing": True})
    order = OrderFactory(customer_id=entry.customer_id)

    change_address(entry.customer_id, entry.pk, actor=actor, fields={"city": "Paris"})
    remove_address(entry.customer_id, entry.pk, actor=actor)

    assert kept(order) == (HOME.as_json(), HOME.as_json())


def test_what_is_named_is_replaced_and_null_takes_it_away(actor: Actor) -> None:
    order = OrderFactory(addresses=BOTH)

    services.change_addresses(order.pk, addresses={"billing_address": HOME}, actor=actor)
    assert kept(order) == (HOME.as_json(), HOME.as_json())
    services.change_addresses(order.pk, addresses={"shipping_address": None}, actor=actor, note="Comes by")

    assert kept(order) == (None, HOME.as_json())
    event = newest(order)
    assert (event.type, event.payload, event.version) == (
        "order.addresses_changed", {"fields": ["shipping_address"]}, 3,
    )  # fmt: skip
    assert event.personal == {"shipping_address": [HOME.as_json(), None], "note": "Comes by"}


def test_the_same_addresses_again_change_nothing(actor: Actor) -> None:
    order = OrderFactory(addresses=BOTH)
    before = contents()

    for named in (BOTH, {"billing_address": OFFICE}, {}):
        assert services.change_addresses(order.pk, addresses=named, actor=actor).version == 1
    assert contents() == before


def test_they_are_fixed_as_soon_as_one_unit_has_left(actor: Actor) -> None:
    order = OrderFactory(status="CONFIRMED", addresses=BOTH)
    packed = services.prepare_shipment(order.pk, lines=[ItemUnits(order.lines[0].pk, 1)], actor=actor)
    services.change_addresses(order.pk, addresses={"shipping_address": OFFICE}, actor=actor)
    services.dispatch_shipment(order.pk, packed.parcels[0].pk, actor=actor)
    before = contents()

    with pytest.raises(NotEditable) as refused:
        run(lambda: services.change_addresses(order.pk, addresses={"shipping_address": HOME}, actor=actor))

    assert "some of it has left" in refused.value.detail
    assert contents() == before


def race_to_change_and_ship(monkeypatch: pytest.MonkeyPatch, patience: float) -> list[str]:
    """A unit is shipped between the look and the write of a change of address. Returns what happened then."""
    order = OrderFactory(status="CONFIRMED", addresses=BOTH)
    looked, shipped = Meeting(patience=10), Meeting(patience=patience)
    meet_after(monkeypatch, order_addresses, "lock_order", looked)
    meet_after(monkeypatch, order_addresses, "lock_order", shipped)

    def change() -> None:
        named = {"shipping_address": OFFICE}
        run(lambda: services.change_addresses(order.pk, addresses=named, actor=ACTOR))

    def ship() -> None:
        looked.wait()
        run(lambda: services.ship_order(order.pk, lines=[ItemUnits(order.lines[0].pk, 1)], actor=ACTOR))
        shipped.wait()

    assert codes(race(change, ship)) == ["done", "done"]
    story = Event.objects.filter(aggregatetype="order", aggregateid=order.pk, version__gt=order.version)
    return list(story.order_by("version").values_list("type", flat=True))


CHANGED, GONE = ["order.addresses_changed"], ["order.shipment_dispatched"]


@pytest.mark.django_db(transaction=True)
def test_what_leaves_leaves_for_the_address_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    assert race_to_change_and_ship(monkeypatch, 0.25) == CHANGED + GONE


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_it_leaves_and_then_the_address_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderQuerySet, "locked", lambda queryset: queryset.order_by("pk"))

    assert race_to_change_and_ship(monkeypatch, 10) == GONE + CHANGED


def test_the_api_shows_both_takes_both_and_changes_what_is_named(api: Client) -> None:
    order = OrderFactory(addresses=BOTH)
    where = f"/api/v1/orders/{order.pk}/"

    shown = api.get(where).json()
    changed = api.patch(
        f"{where}addresses/", {"billing_address": {**BODY, "city": "Paris"}}, content_type="application/json"
    ).json()

    assert (shown["shipping_address"], shown["billing_address"]) == (HOME.as_json(), OFFICE.as_json())
    assert changed["shipping_address"] == HOME.as_json()
    assert changed["billing_address"] == {**BODY, "city": "Paris"}
    line = {"product_id": order.lines[0].product_id, "quantity": 1}
    body = {"customer_id": order.customer_id, "items": [line], "shipping_address": None, "billing_address": BODY}
    placed = api.post("/api/v1/orders/", body, content_type="application/json").json()
    assert (placed["shipping_address"], placed["billing_address"]) == (None, BODY)


def test_the_back_office_shows_and_changes_them(staff: Callable[[str], Client]) -> None:
    browser, order = staff("sales"), OrderFactory(addresses={**BOTH, "billing_address": None})
    form = {"idempotency_key": "00000000-0000-0000-0000-000000000001", "version": 1}
    parts = {f"billing_address_{part}": text for part, text in OFFICE.as_json().items()}

    page = browser.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "12 St James&#x27;s Square<br>SW1Y 4JH London<br>United Kingdom" in page
    url = reverse("admin:orders_order_change_addresses", args=[order.pk])
    assert 'name="shipping_address_city" id="id_shipping_address_city" value="London"' in (
        browser.get(url).content.decode()
    )
    browser.post(url, {**form, **parts})

    assert kept(order) == (None, OFFICE.as_json())  # what was left blank is none
    story = browser.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "Shipping address" in story and "Engines, 1 Dorset Street, London, United Kingdom</ins>" in story


@pytest.mark.parametrize("column", Order.ADDRESSES)
@pytest.mark.parametrize(
    "value",
    ["{}", "[]", "null", '"x"', "1", '[{"name": "A", "line1": "1", "city": "B", "country": "GB"}]']
    + [
        "{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + "}"
        for part in ("name", "line1", "city", "country")
        for bad in ('""', "1", "null", '["A"]', '"gb"' if part == "country" else "{}")
        for parts in [{"name": '"A"', "line1": '"1"', "city": '"B"', "country": '"GB"'} | {part: bad}]
    ],
)
def test_the_database_refuses_what_is_no_address(column: str, value: str) -> None:
    OrderFactory(addresses=BOTH)

    assert refusal(f"UPDATE orders SET {column} = '{value}'") == f"orders_{column}_complete"
