"""Every act on an order in every status, over the services and over the API."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client

from common.actors import Actor
from common.errors import Conflict, NotFound, StaleVersion
from common.tests.contents import contents
from common.transactions import run
from customers.tests.factories import HOME
from events.models import Event
from orders import services
from orders.models import Order
from orders.services import ItemUnits, Line
from orders.tests.factories import OrderFactory
from products.models import Product

pytestmark = pytest.mark.django_db

ALLOWED = {
    ("PENDING", "edit_items"): "PENDING",
    ("PENDING", "change_addresses"): "PENDING",
    ("CONFIRMED", "change_addresses"): "CONFIRMED",
    ("PENDING", "confirm"): "CONFIRMED",
    ("PENDING", "cancel"): "CANCELLED",
    ("CONFIRMED", "prepare_shipment"): "CONFIRMED",
    ("CONFIRMED", "ship"): "SHIPPED",
    ("CONFIRMED", "short_close"): "CONFIRMED",
    ("CONFIRMED", "cancel"): "CANCELLED",
    ("SHIPPED", "deliver"): "DELIVERED",
    ("SHIPPED", "request_return"): "SHIPPED",
    ("DELIVERED", "request_return"): "DELIVERED",
    ("PENDING", "place_hold"): "PENDING",
    ("CONFIRMED", "place_hold"): "CONFIRMED",
}
PAIRS = [(status, act) for status in Order.Status.values for act in Order.ACTS]
FORBIDDEN = [pair for pair in PAIRS if pair not in ALLOWED]
EVENTS_OF = {
    "edit_items": ["order.items_changed"],
    "change_addresses": ["order.addresses_changed"],
    "confirm": ["order.confirmed"],
    "prepare_shipment": ["order.shipment_prepared"],
    "ship": ["order.shipment_dispatched", "order.shipped"],
    "short_close": ["order.short_closed"],
    "deliver": ["order.shipment_delivered", "order.delivered"],
    "cancel": ["order.cancelled"],
    "place_hold": ["order.hold_placed"],
    "request_return": ["order.return_requested"],
}
# What an act is refused with where it is not the status that refuses it.
CODE_OF = {
    "edit_items": "not_editable",
    "change_addresses": "not_editable",
    "release_hold": "not_on_hold",
    "refund": "nothing_to_refund",
    "request_return": "nothing_to_return",
}
REFUND: dict[str, Any] = {"amount_cents": 1, "reason": "Broken"}
# Acts that make a record beside the order: where, and of what.
RECORDS: dict[str, tuple[str, dict[str, Any]]] = {
    "prepare_shipment": ("shipments", {}),
    "request_return": ("returns", {"reason": "Too large"}),
    "refund": ("refunds", {"payment_id": 1, **REFUND}),
}
HOLD: dict[str, Any] = {"kind": "stock", "reason": "One is broken"}


def by_service(order: Order, act: str, actor: Actor, **more: Any) -> Order:
    line = order.lines[0]
    named: dict[str, Callable[..., Order]] = {
        "edit_items": partial(services.edit_items, lines=[Line(quantity=3, product_id=line.product_id)]),
        "change_addresses": partial(services.change_addresses, addresses={"shipping_address": HOME}),
        "cancel": partial(services.cancel_order, reason="No longer wanted"),
        "place_hold": partial(services.place_hold, **HOLD),
        "release_hold": partial(services.release_hold, hold_id=1),
        "refund": partial(services.refund_payment, payment_id=1, **REFUND),
        "request_return": partial(services.request_return, reason="Too large"),
        "prepare_shipment": services.prepare_shipment,
        "short_close": partial(services.short_close, lines=[ItemUnits(line.pk, 1)], reason="Gone"),
    }
    service = named.get(act) or getattr(services, f"{act}_order")
    return run(lambda: service(order.pk, actor=actor, **more))


def by_api(order: Order, act: str, api: Client, **headers: str) -> Any:
    body: dict[str, Any] = {}
    address, method = f"/api/v1/orders/{order.pk}/{act}/", api.post
    if act == "edit_items":
        address, method = f"/api/v1/orders/{order.pk}/items/", api.put
        body = {"items": [{"product_id": order.lines[0].product_id, "quantity": 3}]}
    if act == "change_addresses":
        address, method = f"/api/v1/orders/{order.pk}/addresses/", api.patch
        body = {"shipping_address": HOME.as_json()}
    if act == "cancel":
        body = {"reason": "No longer wanted"}
    if act in ("place_hold", "release_hold"):
        address = f"/api/v1/orders/{order.pk}/holds/" + ("1/release/" if act == "release_hold" else "")
        body = {} if act == "release_hold" else HOLD
    if act in RECORDS:
        name, body = RECORDS[act]
        address = f"/api/v1/orders/{order.pk}/{name}/"
    if act == "short_close":
        address = f"/api/v1/orders/{order.pk}/short-close/"
        body = {"lines": [{"item_id": order.lines[0].pk, "quantity": 1}], "reason": "Gone"}
    return method(address, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize(("status", "act"), ALLOWED)
def test_an_allowed_act_is_done_and_recorded(status: str, act: str, actor: Actor) -> None:
    order = OrderFactory(status=status)

    done = by_service(order, act, actor)

    stored = Order.objects.get(pk=order.pk)
    story = Event.objects.filter(aggregatetype="order", aggregateid=order.pk, version__gt=order.version)
    assert done.status == stored.status == ALLOWED[status, act]
    assert done.version == stored.version == order.version + len(EVENTS_OF[act])
    assert list(story.order_by("version").values_list("type", "actor", "request_id")) == [
        (type_, actor.name, actor.request_id) for type_ in EVENTS_OF[act]
    ]


@pytest.mark.parametrize(("status", "act"), FORBIDDEN)
def test_a_forbidden_act_is_refused_and_changes_nothing(status: str, act: str, actor: Actor) -> None:
    order = OrderFactory(status=status)
    before = contents()

    with pytest.raises(Conflict) as refusal:
        by_service(order, act, actor)

    (action,) = [action for action in order.actions() if action.name == act]
    expected = [{"code": blocker.code, "detail": blocker.detail} for blocker in action.blockers]
    assert refusal.value.code == CODE_OF.get(act, "invalid_transition")
    assert refusal.value.facts["blockers"] == expected != []
    assert contents() == before


@pytest.mark.parametrize(("status", "act"), ALLOWED)
def test_the_api_does_what_it_says_is_allowed(status: str, act: str, api: Client) -> None:
    order = OrderFactory(status=status)
    told = {action["name"]: action for action in api.get(f"/api/v1/orders/{order.pk}/").json()["actions"]}

    answer = by_api(order, act, api)

    assert told[act] == {"name": act, "allowed": True, "blockers": []}
    shown = api.get(f"/api/v1/orders/{order.pk}/").json()
    part = {"place_hold": "holds", "prepare_shipment": "shipments", "request_return": "returns"}.get(act)
    assert answer.status_code == (201 if part else 200)
    assert answer.json() == (shown[part][0] if part else shown)
    assert shown["status"] == ALLOWED[status, act]
    assert answer["ETag"] == f'"{order.version + len(EVENTS_OF[act])}"'


@pytest.mark.parametrize(("status", "act"), FORBIDDEN)
def test_the_api_refuses_with_the_reason_it_gave_beforehand(status: str, act: str, api: Client) -> None:
    order = OrderFactory(status=status)
    told = {action["name"]: action for action in api.get(f"/api/v1/orders/{order.pk}/").json()["actions"]}
    before = contents()

    answer = by_api(order, act, api)

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == CODE_OF.get(act, "invalid_transition")
    assert told[act] == {"name": act, "allowed": False, "blockers": answer.json()["blockers"]}
    assert contents() == before


@pytest.mark.parametrize("act", Order.ACTS)
def test_an_unknown_order_is_not_found(act: str, actor: Actor, api: Client) -> None:
    order = OrderFactory()
    order.pk = 987654321

    with pytest.raises(NotFound):
        by_service(order, act, actor)

    assert by_api(order, act, api).status_code == 404


@pytest.mark.parametrize(("status", "act"), ALLOWED)
def test_a_stale_version_is_refused_and_changes_nothing(status: str, act: str, actor: Actor, api: Client) -> None:
    order = OrderFactory(status=status)
    before = contents()

    with pytest.raises(StaleVersion):
        by_service(order, act, actor, expected_version=order.version + 1)
    answer = by_api(order, act, api, **{"If-Match": f'"{order.version + 1}"'})

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["current_version"] == order.version
    assert contents() == before


@pytest.mark.parametrize("act", ["confirm", "ship", "deliver"])
def test_an_act_tells_its_time_and_keeps_the_note_apart(act: str, actor: Actor) -> None:
    status = {"confirm": "PENDING", "ship": "CONFIRMED", "deliver": "SHIPPED"}[act]
    order = OrderFactory(status=status)

    done = by_service(order, act, actor, note="Call Ada")

    column = {"confirm": "confirmed_at", "ship": "shipped_at", "deliver": "delivered_at"}[act]
    event = Event.objects.get(aggregatetype="order", aggregateid=order.pk, version=done.version)
    assert event.payload == {column: getattr(Order.objects.get(pk=order.pk), column).isoformat()}
    assert event.personal == {"note": "Call Ada"}


@pytest.mark.parametrize("status", ["PENDING", "CONFIRMED"])
def test_cancelling_puts_the_stock_back_and_tells_why(status: str, actor: Actor) -> None:
    order = OrderFactory(status=status)
    product_id = order.lines[0].product_id

    done = run(lambda: services.cancel_order(order.pk, actor=actor, reason="Too late", reason_code="late"))

    product = Product.objects.get(pk=product_id)
    movement = product.movements.get(sequence=product.stock_seq)
    event = Event.objects.get(aggregatetype="order", aggregateid=order.pk, version=done.version)
    assert (movement.delta, movement.kind, movement.order_id, movement.reason) == (
        2,
        "cancellation",
        order.pk,
        "Too late",
    )
    assert product.stock_quantity == movement.balance == 10
    assert (event.payload["reason"], event.payload["reason_code"]) == ("Too late", "late")
    assert event.payload["cancelled_at"] == Order.objects.get(pk=order.pk).cancelled_at.isoformat()  # type: ignore[union-attr]


def test_shipping_and_delivering_write_nothing_in_the_ledger() -> None:
    order = OrderFactory(status="DELIVERED")

    product = Product.objects.get(pk=order.lines[0].product_id)
    assert [movement.kind for movement in product.movements.all()] == ["initial", "sale"]


@pytest.mark.parametrize("status", Order.Status.values)
def test_a_note_can_be_written_in_any_status(status: str, api: Client) -> None:
    order = OrderFactory(status=status)

    answer = api.post(
        f"/api/v1/orders/{order.pk}/notes/", {"text": "Ring twice\nplease"}, content_type="application/json"
    )

    assert answer.status_code == 201
    assert answer.json()["type"] == "order.noted"
    assert answer.json()["payload"] == {"visibility": "internal"}
    assert answer.json()["personal"] == {"note": "Ring twice\nplease"}
    assert answer.json()["version"] == Order.objects.get(pk=order.pk).version == order.version + 1


def test_the_orders_events_tell_its_story_oldest_first(api: Client) -> None:
    order = OrderFactory(status="DELIVERED")

    page = api.get(f"/api/v1/orders/{order.pk}/events/").json()

    assert [event["version"] for event in page["results"]] == [1, 2, 3, 4, 5, 6]
    assert [event["type"] for event in page["results"]] == [
        "order.placed", "order.confirmed", "order.shipment_dispatched", "order.shipped", "order.shipment_delivered",
        "order.delivered",
    ]  # fmt: skip
    assert page["next"] is page["previous"] is None
