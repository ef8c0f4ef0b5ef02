"""The rest of a line that will never come: given up for a reason, back in the stock."""

import pytest

from common.tests.contents import contents
from common.transactions import run
from events.models import Event
from orders import services
from orders.errors import InvalidTransition, LastOpenUnit, MoreThanOpen, NothingOpen
from orders.models import Order
from orders.services import ItemUnits, Line
from orders.tests.factories import ACTOR, OrderFactory
from products.models import Product, StockMovement
from products.tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return OrderFactory(lines=[Line(5, ProductFactory(stock_quantity=10).pk)], status="CONFIRMED")


def of(order: Order, quantity: int) -> list[ItemUnits]:
    return [ItemUnits(order.lines[0].pk, quantity)]


def close(order: Order, quantity: int) -> Order:
    return run(lambda: services.short_close(order.pk, lines=of(order, quantity), reason="never came", actor=ACTOR))


def available(order: Order) -> int:
    return Product.objects.get(pk=order.lines[0].product_id).stock_quantity


def test_units_go_back_through_the_ledger_with_the_reason(order: Order) -> None:
    close(order, 2)

    movement = StockMovement.objects.filter(order_id=order.pk).latest("sequence")
    assert (movement.kind, movement.delta, movement.reason, movement.balance) == ("short_close", 2, "never came", 7)
    assert (available(order), services.reserved_units(order.lines[0].product_id)) == (7, 3)


def test_the_event_tells_what_and_why(order: Order) -> None:
    services.short_close(order.pk, lines=of(order, 2), reason="Fire", reason_code="fire", actor=ACTOR)

    event = Event.objects.filter(aggregatetype="order", aggregateid=order.pk).latest("version")
    (shortfall,) = Order.objects.with_lines().get(pk=order.pk).shortfalls
    line = order.lines[0]
    assert event.type == "order.short_closed"
    assert event.payload == {
        "lines": [{"product_id": line.product_id, "sku": line.sku, "quantity": 2}],
        "closed_at": shortfall.closed_at.isoformat(),
        "reason": "Fire",
        "reason_code": "fire",
    }
    assert shortfall.version == event.version


def test_with_the_last_open_unit_the_order_is_shipped(order: Order) -> None:
    services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)

    done = close(order, 3)

    assert (done.status, done.fulfilment_state, done.shipped_at) == ("SHIPPED", "complete", done.updated_at)


def test_if_all_shipments_have_arrived_it_is_shipped_and_delivered_at_once(order: Order) -> None:
    shipped = services.ship_order(order.pk, lines=of(order, 2), actor=ACTOR)
    arrived = services.deliver_shipment(order.pk, shipped.parcels[0].pk, actor=ACTOR)

    done = close(order, 3)

    story = Event.objects.filter(aggregatetype="order", aggregateid=order.pk, version__gt=arrived.version)
    assert list(story.order_by("version").values_list("version", "type")) == [
        (arrived.version + 1, "order.short_closed"),
        (arrived.version + 2, "order.shipped"),
        (arrived.version + 3, "order.delivered"),
    ]
    stored = Order.objects.get(pk=order.pk)
    assert (stored.status, stored.version) == (done.status, done.version) == ("DELIVERED", arrived.version + 3)


def test_the_last_open_unit_of_an_order_of_which_nothing_left_is_cancelled_instead(order: Order) -> None:
    close(order, 3)
    before = contents()

    with pytest.raises(LastOpenUnit):
        close(order, 2)

    assert contents() == before
    assert close(order, 1).blockers("short_close")[0].code == "last_open_unit"
    services.cancel_order(order.pk, reason="test", actor=ACTOR)
    assert available(order) == 10


def test_units_in_a_shipment_cannot_be_given_up(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 3), actor=ACTOR)

    with pytest.raises(MoreThanOpen):
        close(order, 3)
    services.prepare_shipment(order.pk, actor=ACTOR)
    with pytest.raises(NothingOpen):
        close(order, 1)


def test_what_waits_in_a_shipment_is_left_of_the_order(order: Order) -> None:
    services.prepare_shipment(order.pk, lines=of(order, 3), actor=ACTOR)

    assert (close(order, 2).status, services.ship_order(order.pk, actor=ACTOR).status) == ("CONFIRMED", "SHIPPED")


@pytest.mark.parametrize("status", ["PENDING", "SHIPPED", "DELIVERED", "CANCELLED"])
def test_it_needs_an_order_that_is_confirmed(status: str) -> None:
    order = OrderFactory(status=status)

    with pytest.raises(InvalidTransition):
        close(order, 1)


def test_what_will_never_come_is_not_to_be_paid(order: Order) -> None:
    price = order.lines[0].unit_price_cents
    services.record_payment(order.pk, method="card", amount_cents=3 * price, actor=ACTOR)

    done = close(order, 2)

    assert (done.total_cents, done.short_closed_cents, done.due_cents) == (5 * price, 2 * price, 3 * price)
    assert (done.balance_cents, done.payment_state) == (0, "paid")
