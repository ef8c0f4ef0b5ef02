"""An order waits while something holds it, for the acts that the kind of hold names and for no others."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.errors import Duplicate
from common.tests.attacks import refusal
from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from orders import services
from orders.errors import NotOnHold, OnHold
from orders.invariants.holds import HOLDS
from orders.models import SHIPMENT_MOVES, Hold, Order
from orders.services import ItemUnits
from orders.tests.factories import ACTOR, HoldFactory, OrderFactory
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db

Kind = Hold.Kind


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def blocked(order: Order) -> set[str]:
    """The acts that a hold stands in the way of."""
    acts, held = (*Order.ACTS, *SHIPMENT_MOVES), now(order)
    return {act for act in acts if any(blocker.code == OnHold.code for blocker in held.blockers(act))}


def post(api: Client, path: str, body: Any, **headers: str) -> Any:
    return api.post(f"/api/v1/orders/{path}", body, content_type="application/json", headers=headers)


# What it blocks

SHIPPING = {"prepare_shipment", "dispatch_shipment", "ship"}


@pytest.mark.parametrize(
    ("kind", "acts"),
    [
        (Kind.PAYMENT, {"confirm", *SHIPPING}),
        (Kind.FRAUD_REVIEW, {"confirm", *SHIPPING}),
        (Kind.ADDRESS, SHIPPING),
        (Kind.CUSTOMER_REQUEST, SHIPPING),
        (Kind.STOCK, SHIPPING),
    ],
)
def test_a_kind_blocks_the_acts_it_names_and_no_others(kind: str, acts: set[str]) -> None:
    order = OrderFactory()

    hold = HoldFactory(order_id=order.pk, kind=kind)

    assert blocked(order) == set(hold.blocks) == acts


def test_every_kind_says_what_it_blocks() -> None:
    assert Hold.BLOCKS.keys() == set(Kind)
    assert {act for acts in Hold.BLOCKS.values() for act in acts} <= {*Order.ACTS, *SHIPMENT_MOVES}


def test_a_blocked_act_is_refused_with_every_reason_and_changes_nothing(api: Client) -> None:
    order = OrderFactory()
    HoldFactory(order_id=order.pk, kind=Kind.PAYMENT)
    HoldFactory(order_id=order.pk, kind=Kind.FRAUD_REVIEW)
    before = contents()

    answer = post(api, f"{order.pk}/confirm/", {})

    expected = [
        {"code": "on_hold", "detail": "It is on hold: fraud review."},
        {"code": "on_hold", "detail": "It is on hold: payment."},
    ]
    assert (answer.status_code, answer.json()["code"]) == (409, "on_hold")
    assert answer.json()["blockers"] == expected
    assert contents() == before


def test_of_what_is_wrong_with_status_and_hold_the_status_comes_first() -> None:
    order = OrderFactory()
    HoldFactory(order_id=order.pk, kind=Kind.STOCK)

    (ship,) = [action for action in now(order).actions() if action.name == "ship"]

    assert [blocker.code for blocker in ship.blockers] == ["invalid_transition", "on_hold"]


def test_what_is_held_can_still_be_edited_noted_and_cancelled() -> None:
    order = OrderFactory()
    HoldFactory(order_id=order.pk, kind=Kind.FRAUD_REVIEW)

    services.edit_items(order.pk, lines=[services.Line(1, order.lines[0].product_id)], actor=ACTOR)
    services.add_note(order.pk, text="Rang them", actor=ACTOR)
    services.cancel_order(order.pk, reason="A fraud", actor=ACTOR)

    assert now(order).status == "CANCELLED"


def test_what_was_prepared_does_not_leave_while_the_order_is_held(api: Client) -> None:
    order = services.prepare_shipment(OrderFactory(status="CONFIRMED").pk, actor=ACTOR)
    dispatch = f"{order.pk}/shipments/{order.parcels[0].pk}/dispatch/"
    hold = HoldFactory(order_id=order.pk, kind=Kind.ADDRESS)

    refused = post(api, dispatch, {}).json()
    assert (refused["code"], refused["blockers"]) == (
        "on_hold", [{"code": "on_hold", "detail": "It is on hold: address."}],
    )  # fmt: skip

    services.release_hold(order.pk, hold.pk, actor=ACTOR)
    assert post(api, dispatch, {}).status_code == 200


def test_giving_up_the_last_units_that_waited_releases_what_held_the_order() -> None:
    order = OrderFactory(status="CONFIRMED", lines=[services.Line(3, ProductFactory().pk)])
    one = [ItemUnits(order.lines[0].pk, 1)]
    services.ship_order(order.pk, lines=one, actor=ACTOR)
    hold = HoldFactory(order_id=order.pk, kind=Kind.STOCK)

    waits = services.short_close(order.pk, lines=one, reason="Broken", actor=ACTOR)
    shipped = services.short_close(order.pk, lines=one, reason="Broken, too", actor=ACTOR)

    hold.refresh_from_db()
    assert waits.held_for == ["stock"]
    assert (shipped.status, shipped.held_for, shipped.active_holds) == ("SHIPPED", [], [])
    assert (hold.released_by, hold.released_at, hold.release_reason) == (
        ACTOR.name, shipped.updated_at, "Broken, too",
    )  # fmt: skip
    for invariant in HOLDS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql, {"ids": [order.pk]})
            assert cursor.fetchall() == [], invariant.name


# Placing and releasing


def test_a_hold_is_kept_with_who_placed_and_who_released_it_and_told_in_events(api: Client) -> None:
    order = OrderFactory()

    placed = post(api, f"{order.pk}/holds/", {"kind": "address", "reason": "No such street"}).json()
    released = post(api, f"{order.pk}/holds/{placed['id']}/release/", {"reason": "It was Elm Street"}).json()

    hold = Hold.objects.get()
    story = Event.objects.filter(aggregatetype="order", aggregateid=order.pk, version__gt=1).order_by("version")
    token = story[0].actor
    assert placed == {**released, "released_by": None, "released_at": None, "release_reason": ""}
    assert (released["placed_by"], released["released_by"]) == (token, token)
    assert (hold.kind, hold.reason, hold.release_reason) == ("address", "No such street", "It was Elm Street")
    assert [event.type for event in story] == ["order.hold_placed", "order.hold_released"]
    assert [event.payload["hold_id"] for event in story] == [hold.pk, hold.pk]
    assert [event.personal for event in story] == [None, None]
    assert (now(order).held_for, now(order).version) == ([], 3)


def test_a_released_order_goes_on(api: Client) -> None:
    order = OrderFactory(status="CONFIRMED")
    first, second = (HoldFactory(order_id=order.pk, kind=kind) for kind in (Kind.STOCK, Kind.ADDRESS))

    services.release_hold(order.pk, first.pk, actor=ACTOR)
    assert post(api, f"{order.pk}/ship/", {}).json()["code"] == "on_hold"
    services.release_hold(order.pk, second.pk, actor=ACTOR)

    assert post(api, f"{order.pk}/ship/", {}).json()["status"] == "SHIPPED"


def test_an_order_is_held_once_for_each_kind(api: Client) -> None:
    order = OrderFactory()
    hold = HoldFactory(order_id=order.pk, kind=Kind.STOCK)
    before = contents()

    with pytest.raises(Duplicate):
        run(lambda: HoldFactory(order_id=order.pk, kind=Kind.STOCK))
    answer = post(api, f"{order.pk}/holds/", {"kind": "stock", "reason": "Broken"})
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (
        409, "duplicate", "/kind",
    )  # fmt: skip
    assert contents() == before

    services.release_hold(order.pk, hold.pk, actor=ACTOR)
    HoldFactory(order_id=order.pk, kind=Kind.STOCK)
    assert now(order).held_for == ["stock"]


def test_a_hold_is_released_once(api: Client) -> None:
    order = OrderFactory()
    hold = HoldFactory(order_id=order.pk)
    HoldFactory(order_id=order.pk, kind=Kind.STOCK)
    services.release_hold(order.pk, hold.pk, actor=ACTOR)
    before = contents()

    with pytest.raises(NotOnHold):
        run(lambda: services.release_hold(order.pk, hold.pk, actor=ACTOR))

    assert post(api, f"{order.pk}/holds/{hold.pk}/release/", {}).json()["code"] == "not_on_hold"
    assert contents() == before


def test_a_hold_of_another_order_is_not_found(api: Client) -> None:
    hold = HoldFactory()
    other = HoldFactory().order_id

    assert post(api, f"{other}/holds/{hold.pk}/release/", {}).status_code == 404
    assert Hold.objects.filter(released_at=None).count() == 2


def test_cancelling_releases_what_held_the_order(api: Client) -> None:
    order = OrderFactory()
    hold, other = (HoldFactory(order_id=order.pk, kind=kind) for kind in (Kind.STOCK, Kind.PAYMENT))

    cancelled = post(api, f"{order.pk}/cancel/", {"reason": "A fraud"}).json()

    assert cancelled["holds"] == []
    hold.refresh_from_db()
    event = Event.objects.get(type="order.cancelled")
    assert (hold.released_by, hold.released_at, hold.release_reason) == (
        event.actor, now(order).cancelled_at, "A fraud",
    )  # fmt: skip
    assert event.payload["released_holds"] == [
        {"hold_id": hold.pk, "kind": "stock"},
        {"hold_id": other.pk, "kind": "payment"},
    ]
    assert now(order).held_for == []


# How it is shown and found


def test_an_order_shows_what_holds_it_now_and_its_list_all_that_ever_did(api: Client) -> None:
    order = OrderFactory()
    first, second = (HoldFactory(order_id=order.pk, kind=kind) for kind in (Kind.STOCK, Kind.PAYMENT))
    services.release_hold(order.pk, first.pk, actor=ACTOR)

    shown = api.get(f"/api/v1/orders/{order.pk}/").json()["holds"]
    (listed,) = api.get("/api/v1/orders/?on_hold=true").json()["results"]
    page = api.get(f"/api/v1/orders/{order.pk}/holds/").json()

    assert [hold["id"] for hold in shown] == [hold["id"] for hold in listed["holds"]] == [second.pk]
    assert [hold["id"] for hold in page["results"]] == [first.pk, second.pk]
    assert page["results"][1] == shown[0]


def test_the_holds_of_an_unknown_order_are_not_found(api: Client) -> None:
    assert api.get("/api/v1/orders/987654321/holds/").status_code == 404


def test_orders_are_found_by_whether_and_why_they_are_on_hold(api: Client) -> None:
    free, held, both = (OrderFactory().pk for _ in range(3))
    HoldFactory(order_id=held, kind=Kind.STOCK)
    HoldFactory(order_id=both, kind=Kind.STOCK)
    HoldFactory(order_id=both, kind=Kind.PAYMENT)

    for query, expected in {
        "on_hold=true": [held, both],
        "on_hold=false": [free],
        "hold_kind=stock": [held, both],
        "hold_kind=payment": [both],
        "hold_kind=stock&on_hold=false": [],
    }.items():
        found = api.get(f"/api/v1/orders/?ordering=id&{query}").json()["results"]
        assert [order["id"] for order in found] == expected, query


def test_the_orders_on_hold_are_found_by_their_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for orders in (Order.objects.on_hold(), Order.objects.held_for("stock")):
        assert "orders_on_hold" in orders.order_by().explain()


def test_what_blocks_an_order_is_known_without_asking() -> None:
    order = Order.objects.with_lines().get(pk=OrderFactory().pk)

    with CaptureQueriesContext(connection) as queries:
        assert (order.actions()[0].allowed, order.active_holds) == (True, [])

    assert len(queries) == 0


# What the database refuses


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE order_holds SET kind = 'weather'", "order_holds_kind_known"),
        ("UPDATE order_holds SET released_at = now()", "order_holds_released_by_somebody"),
        ("UPDATE order_holds SET released_by = 'user:1'", "order_holds_released_by_somebody"),
        ("UPDATE order_holds SET release_reason = 'why'", "order_holds_released_by_somebody"),
        (
            "INSERT INTO order_holds (order_id, kind, reason, placed_by, release_reason)"
            " SELECT order_id, kind, reason, placed_by, '' FROM order_holds",
            "order_holds_active_once",
        ),
        ("DELETE FROM orders", "23503"),
    ],
)
def test_the_database_refuses(change: str, constraint: str) -> None:
    HoldFactory()

    assert refusal(change) == constraint
