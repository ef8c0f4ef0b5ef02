"""Returns: what has left comes back, is restocked or written off, and money is a matter of its own."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from common.errors import Conflict, InvalidInput, NotFound
from common.tests.contents import contents
from common.transactions import run
from customers.tests.factories import HOME
from events.models import Event
from orders import services
from orders.errors import (
    AlreadyExchanged,
    InvalidTransition,
    MoreThanRequested,
    MoreThanShipped,
    NothingToReturn,
)
from orders.models import Order
from orders.services import ItemUnits, Line, ReturnUnits
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory
from products.errors import InsufficientStock
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Five of one product and three of another at 1.00 each, SHIPPED and paid."""
    lines = [Line(quantity, ProductFactory(stock_quantity=10, price_cents=100).pk) for quantity in (5, 3)]
    order: Order = OrderFactory(lines=lines, status="SHIPPED")
    PaymentFactory(order_id=order.pk, amount_cents=800)
    return order


def units_of(order: Order, *quantities: int, disposition: str | None = None) -> list[ReturnUnits]:
    """So many units of the first item, of the second …"""
    pairs = zip(order.lines, quantities, strict=False)
    return [ReturnUnits(line.pk, quantity, disposition) for line, quantity in pairs if quantity]


def requested(order: Order, *quantities: int, disposition: str | None = None) -> int:
    lines = units_of(order, *quantities, disposition=disposition)
    return services.request_return(order.pk, lines=lines, reason="Too large", actor=ACTOR).sent_back[-1].pk


def received(order: Order, *quantities: int, disposition: str = "restock") -> Order:
    sent_back = requested(order, *quantities, disposition=disposition)
    return services.receive_return(order.pk, sent_back, actor=ACTOR)


def stored(order: Order) -> Order:
    return Order.objects.with_lines().get(pk=order.pk)


def stock(order: Order) -> list[int]:
    return [Product.objects.get(pk=line.product_id).stock_quantity for line in order.lines]


def refused(kind: type[Conflict | InvalidInput | NotFound], act: Any) -> Any:
    """The refusal, which changed nothing."""
    before = contents()
    with pytest.raises(kind) as refusal:
        run(act)
    assert contents() == before
    return refusal.value


# Users of others of its kind reported for years that …


def test_a_return_could_not_be_received_without_a_refund(order: Order) -> None:
    back = received(order, 2)

    assert (back.sent_back[0].status, back.return_state, back.refunded_cents) == ("received", "partial", 0)
    assert (back.due_cents, back.balance_cents, back.payment_state) == (600, -200, "overpaid")

    payment = order.payments.get().pk
    refund: dict[str, Any] = {
        "amount_cents": 200,
        "reason": "Too large",
        "return_id": back.sent_back[0].pk,
        "actor": ACTOR,
    }
    settled = services.refund_payment(order.pk, payment, **refund)
    assert (settled.payment_state, settled.refunds.get().sent_back_id) == ("paid", back.sent_back[0].pk)


def test_a_refund_can_go_before_the_return_and_names_only_one_of_its_order(order: Order) -> None:
    payment = order.payments.get().pk
    waits, gone, other = requested(order, 1), requested(order, 1), requested(OrderFactory(status="SHIPPED"), 1)
    services.cancel_return(order.pk, gone, actor=ACTOR)

    for return_id in (gone, other, 987_654_321):
        fields: dict[str, Any] = {"amount_cents": 1, "reason": "r", "return_id": return_id, "actor": ACTOR}
        refusal = refused(InvalidInput, partial(services.refund_payment, order.pk, payment, **fields))
        assert refusal.errors[0].pointer == "/return_id"
    services.refund_payment(order.pk, payment, amount_cents=100, reason="r", return_id=waits, actor=ACTOR)
    assert services.receive_return(order.pk, waits, disposition="restock", actor=ACTOR).payment_state == "paid"


# What comes back


def test_what_is_restocked_is_available_and_what_is_written_off_is_not(order: Order) -> None:
    sent_back = requested(order, 3, 2)
    first, second = (line.pk for line in order.lines)
    came = [ReturnUnits(first, 2, "restock"), ReturnUnits(first, 1, "write_off"), ReturnUnits(second, 1, "restock")]

    back = services.receive_return(order.pk, sent_back, lines=came, actor=ACTOR)

    assert stock(order) == [7, 8]
    assert (back.returned_cents, stored(order).returned_cents) == (400, 400)
    moved = StockMovement.objects.filter(order_id=order.pk, kind="return").order_by("product_id")
    assert [(row.delta, row.reason) for row in moved] == [(2, "Too large"), (1, "Too large")]
    # Of the second item one did not come: it can be sent back in another return.
    assert stored(order).sent_back[0].units == 4
    assert refused(MoreThanShipped, lambda: requested(order, 0, 3)).facts["items"][0]["available"] == 2


def test_never_more_than_was_shipped_comes_back(order: Order) -> None:
    partly = services.confirm_order(OrderFactory(lines=[Line(3, order.lines[0].product_id)]).pk, actor=ACTOR)
    assert "Nothing of it has left" in str(refused(NothingToReturn, lambda: requested(partly, 1)))
    services.ship_order(partly.pk, lines=[ItemUnits(partly.lines[0].pk, 2)], actor=ACTOR)

    assert refused(MoreThanShipped, lambda: requested(partly, 3)).facts["items"][0]["available"] == 2
    everything = services.request_return(partly.pk, reason="r", actor=ACTOR)
    assert everything.sent_back[0].units == 2
    refused(NothingToReturn, lambda: requested(partly, 1))
    for lines in ([], units_of(partly, 1)):  # none, and of another order
        refused(InvalidInput, partial(services.request_return, order.pk, lines=lines, reason="r", actor=ACTOR))


def test_what_comes_is_decided_and_no_more_than_was_requested(order: Order) -> None:
    sent_back = requested(order, 2, 1)
    first = order.lines[0].pk

    some = units_of(order, 2, 1)
    for lines, where in ((None, ["/disposition"]), (some, ["/lines/0/disposition", "/lines/1/disposition"])):
        receive = partial(services.receive_return, order.pk, sent_back, lines=lines, actor=ACTOR)
        assert [error.pointer for error in refused(InvalidInput, receive).errors] == where
    more = [ReturnUnits(first, 2, "restock"), ReturnUnits(first, 1, "write_off")]
    refused(MoreThanRequested, lambda: services.receive_return(order.pk, sent_back, lines=more, actor=ACTOR))
    refused(NotFound, lambda: services.receive_return(order.pk, 987_654_321, actor=ACTOR))
    services.receive_return(order.pk, sent_back, disposition="write_off", actor=ACTOR)
    refused(InvalidTransition, lambda: services.receive_return(order.pk, sent_back, actor=ACTOR))
    refused(InvalidTransition, lambda: services.cancel_return(order.pk, sent_back, actor=ACTOR))
    assert stock(order) == [5, 7]


def test_the_return_state_follows_what_is_on_its_way_and_what_came(order: Order) -> None:
    assert order.return_state == "none"
    first = requested(order, 5)
    assert stored(order).return_state == "requested"
    assert services.cancel_return(order.pk, first, actor=ACTOR).return_state == "none"
    assert received(order, 5).return_state == "partial"
    assert received(order, 0, 3, disposition="write_off").return_state == "complete"
    back = stored(order)
    assert (back.due_cents, back.payment_state, back.status) == (0, "overpaid", "SHIPPED")


def test_what_leaves_later_makes_a_complete_return_a_partial_one() -> None:
    order = OrderFactory(status="CONFIRMED")
    services.ship_order(order.pk, lines=[ItemUnits(order.lines[0].pk, 1)], actor=ACTOR)
    assert received(order, 1).return_state == "complete"

    assert services.ship_order(order.pk, actor=ACTOR).return_state == "partial"


def test_what_came_back_is_available_and_not_reserved_nor_was_it(order: Order) -> None:
    """Of an order that still waits for its rest, the stock of a moment is that of now."""
    product: Product = ProductFactory(stock_quantity=10)
    waits = OrderFactory(lines=[Line(5, product.pk)], status="CONFIRMED")
    services.ship_order(waits.pk, lines=[ItemUnits(waits.lines[0].pk, 3)], actor=ACTOR)
    received(waits, 2)

    product = Product.objects.get(pk=product.pk)
    now, then = services.stock_now(product), services.stock_as_of(product, timezone.now())
    assert (now.available, now.reserved) == (then.available, then.reserved) == (7, 2)


def test_events_tell_the_whole_return(order: Order) -> None:
    sent_back = requested(order, 2)
    lines = units_of(order, 1, disposition="restock")
    services.receive_return(order.pk, sent_back, lines=lines, note="As new", actor=ACTOR)

    events = Event.objects.filter(aggregatetype="order", aggregateid=order.pk).order_by("-version")[:2]
    came, asked = [event.as_json() for event in events]
    assert (asked["type"], came["type"]) == ("order.return_requested", "order.return_received")
    line = {"product_id": order.lines[0].product_id, "sku": order.lines[0].sku}
    assert asked["payload"]["return"]["lines"] == [{**line, "quantity": 2, "disposition": None}]
    assert came["payload"]["return"]["lines"] == [{**line, "quantity": 1, "disposition": "restock"}]
    assert (came["payload"]["return"]["status"], came["personal"]) == ("received", {"note": "As new"})


# Exchange


def test_an_exchange_is_a_new_order_and_both_name_each_other(order: Order) -> None:
    lines, addresses = [Line(2, ProductFactory().pk)], {"shipping_address": HOME}
    addressed = OrderFactory(lines=lines, addresses=addresses, status="SHIPPED")
    sent_back = requested(addressed, 2)

    placed = services.exchange_return(addressed.pk, sent_back, note="The smaller one", actor=ACTOR)

    old = stored(addressed)
    assert (placed.customer_id, placed.shipping_address) == (old.customer_id, old.shipping_address)
    assert [(line.product_id, line.quantity) for line in placed.lines] == [(old.lines[0].product_id, 2)]
    assert stored(placed).exchange_for_id == sent_back
    assert old.sent_back[0].exchange_order_id == placed.pk
    types = [event.type for event in Event.objects.filter(aggregateid=old.pk, aggregatetype="order")]
    assert "order.return_exchanged" in types
    refused(AlreadyExchanged, lambda: services.exchange_return(addressed.pk, sent_back, actor=ACTOR))


def test_what_is_cancelled_is_not_exchanged_and_what_is_short_undoes_all(order: Order) -> None:
    gone, waits = requested(order, 1), requested(order, 1)
    services.cancel_return(order.pk, gone, actor=ACTOR)

    refused(InvalidTransition, lambda: services.exchange_return(order.pk, gone, actor=ACTOR))
    many = [Line(99, order.lines[0].product_id)]
    refused(InsufficientStock, lambda: services.exchange_return(order.pk, waits, lines=many, actor=ACTOR))
    placed = services.exchange_return(order.pk, waits, lines=[Line(2, order.lines[1].product_id)], actor=ACTOR)
    assert [line.quantity for line in placed.lines] == [2]


# Through the API


def test_a_return_from_request_to_exchange_in_the_api(api: Client, order: Order) -> None:
    address = f"/api/v1/orders/{order.pk}/"
    before = api.get(address).json()
    assert next(each for each in before["actions"] if each["name"] == "request_return")["allowed"]

    body = {"lines": [{"item_id": order.lines[0].pk, "quantity": 2}], "reason": "Too large", "reason_code": "size"}
    asked = api.post(address + "returns/", body, content_type="application/json")
    assert (asked.status_code, asked.json()["status"]) == (201, "requested")
    assert [each["name"] for each in asked.json()["actions"] if each["allowed"]] == [
        "receive_return",
        "cancel_return",
        "exchange_return",
    ]
    place = f"{address}returns/{asked.json()['id']}/"
    came = api.post(place + "receive/", {"disposition": "restock"}, content_type="application/json").json()
    assert (came["status"], came["lines"][0]["disposition"]) == ("received", "restock")
    new = api.post(place + "exchange/", {}, content_type="application/json")
    assert (new.status_code, new.json()["status"]) == (201, "PENDING")
    assert new.json()["exchange_for"] == {"order_id": order.pk, "return_id": came["id"]}
    assert api.get(new["Location"]).json() == new.json()

    after = api.get(address).json()
    assert (after["return_state"], after["returned_cents"], after["due_cents"]) == ("partial", 200, 600)
    assert (after["items"][0]["returned_quantity"], after["returns"][0]["exchange_order_id"]) == (2, new.json()["id"])
    assert [each["id"] for each in api.get(address + "returns/").json()["results"]] == [came["id"]]
    found = {
        state: [each["id"] for each in api.get(f"/api/v1/orders/?return_state={state}").json()["results"]]
        for state in ("partial", "requested", "none")
    }
    assert found == {"partial": [order.pk], "requested": [], "none": [new.json()["id"]]}


def test_the_tab_of_what_is_to_be_received_uses_its_index(order: Order) -> None:
    requested(order, 1)
    assert list(Order.objects.returns_to_receive()) == [order]

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX orders_created_at")  # undone with the test
        cursor.execute("SET LOCAL enable_sort = off")
    assert "orders_return_state" in Order.objects.returns_to_receive().order_by("-created_at").explain()
