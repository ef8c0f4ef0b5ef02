"""Shipments: several per order, by item and quantity; what has left counts, what is packed is bound."""

from typing import Any

import pytest
from django.test import Client

from common.errors import Conflict, InvalidInput, NotFound
from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from orders import services
from orders.errors import AlreadyDispatched, InvalidTransition, MoreThanOpen, NothingOpen
from orders.models import Order, units
from orders.services import ItemUnits, Line, Tracking
from orders.tests.factories import ACTOR, OrderFactory, order_in
from products.models import Product
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Five of one product and three of another, CONFIRMED."""
    lines = [Line(quantity, ProductFactory(stock_quantity=10).pk) for quantity in (5, 3)]
    return OrderFactory(lines=lines, status="CONFIRMED")


def of(order: Order, *quantities: int) -> list[ItemUnits]:
    """So many units of the first item, of the second …"""
    pairs = zip(order.lines, quantities, strict=False)
    return [ItemUnits(line.pk, quantity) for line, quantity in pairs if quantity]


def stored(order: Order) -> Order:
    return Order.objects.with_lines().get(pk=order.pk)


def stock(order: Order) -> list[int]:
    return [Product.objects.get(pk=line.product_id).stock_quantity for line in order.lines]


def reserved(order: Order) -> list[int]:
    return [services.reserved_units(line.product_id) for line in order.lines]


def story(order: Order, since: int) -> list[str]:
    events = Event.objects.filter(aggregatetype="order", aggregateid=order.pk, version__gt=since)
    return list(events.order_by("version").values_list("type", flat=True))


def refused(kind: type[Conflict | InvalidInput | NotFound], act: Any) -> Any:
    """The refusal, which changed nothing."""
    before = contents()
    with pytest.raises(kind) as refusal:
        run(act)
    assert contents() == before
    return refusal.value


# Users of others of its kind reported for years that …


def test_partial_delivery_was_impossible(order: Order) -> None:
    first = services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)
    assert (first.status, first.fulfilment_state) == ("CONFIRMED", "partial")
    arrived = services.deliver_shipment(order.pk, first.parcels[0].pk, actor=ACTOR)
    assert (arrived.status, arrived.parcels[0].status) == ("CONFIRMED", "delivered")

    rest = services.ship_order(order.pk, actor=ACTOR)
    assert (rest.status, rest.fulfilment_state) == ("SHIPPED", "complete")
    done = services.deliver_shipment(order.pk, rest.parcels[1].pk, actor=ACTOR)
    assert (done.status, stored(order).status) == ("DELIVERED", "DELIVERED")


def test_cancelling_after_a_partial_shipment_returned_the_wrong_stock(order: Order) -> None:
    shipped = services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)
    refusal = refused(
        AlreadyDispatched, lambda: services.cancel_order(order.pk, reason="Changed their mind", actor=ACTOR)
    )
    assert refusal.facts["blockers"][0]["code"] == "already_dispatched"
    assert [action.allowed for action in shipped.actions() if action.name == "cancel"] == [False]

    services.short_close(order.pk, lines=of(order, 3, 3), reason="Changed their mind", actor=ACTOR)

    assert stock(order) == [10 - 2, 10]
    assert reserved(order) == [0, 0]


def test_fulfilment_state_could_not_be_filtered(order: Order, api: Client) -> None:
    services.ship_order(order.pk, lines=of(order, 1), actor=ACTOR)
    complete, none = OrderFactory(status="DELIVERED"), OrderFactory(status="CANCELLED")

    found = {
        state: [each["id"] for each in api.get("/api/v1/orders/", {"fulfilment_state": state}).json()["results"]]
        for state in Order.Fulfilment.values
    }

    assert found == {"none": [none.pk], "partial": [order.pk], "complete": [complete.pk]}


@pytest.mark.parametrize("edit_first", [True, False])
def test_wrong_quantity_after_an_edit_and_a_cancel_in_either_order(edit_first: bool) -> None:
    order = OrderFactory(lines=[Line(4, ProductFactory(stock_quantity=10).pk)])
    more = [Line(7, order.lines[0].product_id)]

    if edit_first:
        services.edit_items(order.pk, lines=more, actor=ACTOR)
        services.cancel_order(order.pk, reason="test", actor=ACTOR)
    else:
        services.cancel_order(order.pk, reason="test", actor=ACTOR)
        refused(Conflict, lambda: services.edit_items(order.pk, lines=more, actor=ACTOR))

    assert stock(order) == [10]


def test_a_double_click_shipped_twice(order: Order, api: Client) -> None:
    """One key: once. Two keys: the second is told that there is nothing left."""
    address, body = f"/api/v1/orders/{order.pk}/ship/", {"carrier": "DHL"}

    def click(key: str) -> Any:
        return api.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})

    first, second, third = click("one"), click("one"), click("two")

    assert (first.content, second["Idempotency-Replayed"]) == (second.content, "true")
    assert (third.status_code, third.json()["code"]) == (409, "invalid_transition")
    assert len(stored(order).parcels) == 1


# Ship


def test_ship_without_lines_ships_everything_that_has_not_left(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 1), tracking=Tracking("UPS", "U-1"), actor=ACTOR)
    before = services.prepare_shipment(order.pk, lines=of(order, 1), actor=ACTOR)

    done = services.ship_order(order.pk, tracking=Tracking("DHL", "D-1"), note="Mind the dog", actor=ACTOR)

    told = [(each.status, each.carrier, each.tracking_number, each.units) for each in stored(order).parcels]
    assert told == [("dispatched", "UPS", "U-1", 1), ("dispatched", "DHL", "D-1", 1), ("dispatched", "DHL", "D-1", 6)]
    assert (done.status, reserved(order), stock(order)) == ("SHIPPED", [0, 0], [5, 7])
    assert story(order, before.version) == ["order.shipment_dispatched", "order.shipped"]
    assert all(each.dispatched_at == done.shipped_at for each in stored(order).parcels)


def test_ship_with_lines_leaves_prepared_shipments_alone(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 2), actor=ACTOR)

    done = services.ship_order(order.pk, lines=[*of(order, 1), *of(order, 2, 1)], actor=ACTOR)

    assert [(each.status, each.units) for each in done.parcels] == [("prepared", 2), ("dispatched", 4)]
    assert units.shipped(done) == {order.lines[0].pk: 3, order.lines[1].pk: 1}
    assert reserved(order) == [2, 2]


def test_the_order_is_shipped_with_its_last_open_unit_wherever_it_was(order: Order) -> None:
    prepared = services.prepare_shipment(order.pk, lines=of(order, 2), actor=ACTOR)
    services.ship_order(order.pk, lines=of(order, 3, 3), actor=ACTOR)

    done = services.dispatch_shipment(order.pk, prepared.parcels[0].pk, tracking=Tracking("DHL"), actor=ACTOR)

    assert (done.status, done.fulfilment_state, done.parcels[0].carrier) == ("SHIPPED", "complete", "DHL")


# A unit is in one live shipment


def test_a_unit_is_in_one_live_shipment(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 4), actor=ACTOR)

    for act in (services.prepare_shipment, services.ship_order):
        refusal = refused(MoreThanOpen, lambda act=act: act(order.pk, lines=of(order, 2), actor=ACTOR))
        sku = order.lines[0].sku
        assert refusal.facts["items"] == [{"item_id": order.lines[0].pk, "sku": sku, "requested": 2, "available": 1}]


def test_when_all_is_packed_nothing_can_be_prepared(order: Order) -> None:
    packed = services.prepare_shipment(order.pk, actor=ACTOR)

    assert [each.units for each in packed.parcels] == [8]
    refused(NothingOpen, lambda: services.prepare_shipment(order.pk, actor=ACTOR))


def test_the_units_of_a_voided_shipment_are_open_again(order: Order) -> None:
    packed = services.prepare_shipment(order.pk, actor=ACTOR)

    services.void_shipment(order.pk, packed.parcels[0].pk, actor=ACTOR)

    assert units.free(stored(order)).total() == 8
    assert services.ship_order(order.pk, actor=ACTOR).status == "SHIPPED"


def test_what_is_only_prepared_has_not_left(order: Order) -> None:
    packed = services.prepare_shipment(order.pk, lines=of(order, 2), actor=ACTOR)

    assert (packed.fulfilment_state, reserved(order)) == ("none", [5, 3])


@pytest.mark.parametrize(
    ("lines", "code"),
    [([], "empty"), ([ItemUnits(987_654_321, 1)], "unknown_item")],
)
def test_lines_must_be_of_the_order(lines: list[ItemUnits], code: str, order: Order) -> None:
    refusal = refused(InvalidInput, lambda: services.ship_order(order.pk, lines=lines, actor=ACTOR))

    assert refusal.errors[0].code == code


# What a shipment goes through

ACTS = {
    "dispatch": services.dispatch_shipment,
    "deliver": services.deliver_shipment,
    "void": services.void_shipment,
}
POSSIBLE = {"prepared": {"dispatch", "void"}, "dispatched": {"deliver"}, "delivered": set(), "voided": set()}


@pytest.mark.parametrize("state", POSSIBLE)
def test_a_shipment_says_what_can_be_done_and_refuses_the_rest_for_the_reason_it_gave(state: str, api: Client) -> None:
    order = order_in("dispatched" if state == "delivered" else "prepared")
    parcel = order.parcels[0].pk
    for act in {"dispatched": ["dispatch"], "delivered": ["deliver"], "voided": ["void"]}.get(state, []):
        ACTS[act](order.pk, parcel, actor=ACTOR)
    address = f"/api/v1/orders/{order.pk}/shipments/"

    (shown,) = api.get(address).json()["results"]

    assert shown == api.get(f"/api/v1/orders/{order.pk}/").json()["shipments"][0]
    assert {a["name"].removesuffix("_shipment") for a in shown["actions"] if a["allowed"]} == POSSIBLE[state]
    told = {action["name"]: action["blockers"] for action in shown["actions"]}
    for act in ACTS.keys() - POSSIBLE[state]:
        answer = api.post(f"{address}{parcel}/{act}/", {}, content_type="application/json")
        assert (answer.status_code, answer.json()["blockers"]) == (409, told[f"{act}_shipment"])


def test_a_shipment_of_another_order_is_not_found(order: Order) -> None:
    other = order_in("prepared")

    refused(NotFound, lambda: services.dispatch_shipment(order.pk, other.parcels[0].pk, actor=ACTOR))


def test_delivering_by_hand_delivers_all_shipments(order: Order) -> None:
    services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)
    services.ship_order(order.pk, actor=ACTOR)

    done = services.deliver_order(order.pk, actor=ACTOR)

    assert {(each.status, each.delivered_at) for each in stored(order).parcels} == {("delivered", done.delivered_at)}


def test_cancelling_voids_prepared_shipments_and_puts_all_stock_back(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 2), actor=ACTOR)

    done = services.cancel_order(order.pk, reason="test", actor=ACTOR)

    assert [(each.status, each.voided_at) for each in stored(order).parcels] == [("voided", done.cancelled_at)]
    assert (stock(order), done.fulfilment_state) == ([10, 10], "none")


@pytest.mark.parametrize("status", ["PENDING", "SHIPPED", "CANCELLED"])
def test_shipments_need_an_order_that_is_confirmed(status: str) -> None:
    order = OrderFactory(status=status)

    refused(InvalidTransition, lambda: services.prepare_shipment(order.pk, actor=ACTOR))


# Found again


def test_an_order_is_found_by_the_tracking_number_of_a_shipment(order: Order, api: Client) -> None:
    services.ship_order(order.pk, lines=of(order, 1), tracking=Tracking("DHL", "00340434161094"), actor=ACTOR)
    OrderFactory()

    for query in ({"search": "00340434161094"}, {"tracking_number": "00340434161094"}):
        assert [each["id"] for each in api.get("/api/v1/orders/", query).json()["results"]] == [order.pk]
    assert api.get("/api/v1/orders/", {"tracking_number": "0034"}).json()["results"] == []


def test_an_order_shows_the_units_of_each_item(order: Order, api: Client) -> None:
    services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)
    services.short_close(order.pk, lines=of(order, 1, 3), reason="gone", reason_code="g", actor=ACTOR)

    shown = api.get(f"/api/v1/orders/{order.pk}/").json()

    counted = [(each["quantity"], each["shipped_quantity"], each["short_closed_quantity"]) for each in shown["items"]]
    assert counted == [(5, 2, 1), (3, 0, 3)]
    assert shown["short_closed_cents"] == sum(
        count * line.unit_price_cents for line, count in zip(order.lines, (1, 3), strict=True)
    )
    assert [(each["item_id"], each["quantity"], each["reason"]) for each in shown["short_closes"]] == [
        (line.pk, quantity, "gone") for line, quantity in zip(order.lines, (1, 3), strict=True)
    ]
    assert shown["shipments"][0]["lines"] == [{"item_id": order.lines[0].pk, "quantity": 2}]
