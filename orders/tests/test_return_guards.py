"""What the database refuses of returns and of what orders and refunds say of them, whoever asks."""

import pytest

from common.tests.attacks import refusal
from orders import services
from orders.services import ReturnUnits
from orders.tests.factories import ACTOR, OrderFactory, PaymentFactory, order_in

pytestmark = pytest.mark.django_db

FOREIGN_KEY = "23503"
RETURN = "UPDATE order_returns SET {what} WHERE id = {{waits}}"
LINE = "UPDATE order_return_lines SET {what} WHERE return_id = {{waits}}"
ORDER = "UPDATE orders SET {what} WHERE id = {{order}}"

# Every attack is on an order with a return that waits, of one unit, and one that was received.
ATTACKS = {
    "unknown status": (RETURN.format(what="status = 'lost'"), "order_returns_times_follow_status"),
    "received, nobody knows when": (RETURN.format(what="status = 'received'"), "order_returns_times_follow_status"),
    "cancelled and it stays": (RETURN.format(what="cancelled_at = now()"), "order_returns_times_follow_status"),
    "received once more": (
        "UPDATE order_returns SET status = 'requested', received_at = NULL WHERE id = {back}",
        "order_returns_status_transition",
    ),
    "of no order": (RETURN.format(what="order_id = 0"), FOREIGN_KEY),
    "no units": (LINE.format(what="quantity = 0"), "order_return_lines_quantity_positive"),
    "an unknown fate": (LINE.format(what="disposition = 'eaten'"), "order_return_lines_disposition_known"),
    "an item twice": (
        "INSERT INTO order_return_lines (return_id, item_id, quantity) VALUES ({waits}, {item}, 1)",
        "order_return_lines_once",
    ),
    "a returned item deleted": ("DELETE FROM order_items WHERE id = {item}", FOREIGN_KEY),
    "more returned than was agreed": (ORDER.format(what="returned_cents = 10^9"), "orders_returned_within_total"),
    "an unknown state": (ORDER.format(what="return_state = 'lost'"), "orders_return_state_fits_fulfilment"),
    "something returned of what never left": (
        "UPDATE orders SET return_state = 'partial' WHERE id = {other}",
        "orders_return_state_fits_fulfilment",
    ),
    "exchanged twice": (
        "UPDATE orders SET exchange_for_id = {back} WHERE id IN ({order}, {other})",
        "orders_exchanged_once",
    ),
    "a refund for another order's return": (
        "UPDATE order_refunds SET return_id = {foreign} WHERE order_id = {order}",
        FOREIGN_KEY,
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_refuses(name: str) -> None:
    statements, constraint = ATTACKS[name]
    order, other = OrderFactory(status="SHIPPED"), OrderFactory()
    unit = [ReturnUnits(order.lines[0].pk, 1)]
    waits, back = (
        services.request_return(order.pk, lines=unit, reason="r", actor=ACTOR).sent_back[-1].pk for _ in range(2)
    )
    services.receive_return(order.pk, back, disposition="restock", actor=ACTOR)
    payment = PaymentFactory(order_id=order.pk)
    services.refund_payment(order.pk, payment.pk, amount_cents=1, reason="r", return_id=back, actor=ACTOR)
    foreign = order_in("returned").sent_back[0].pk
    ids = {"order": order.pk, "other": other.pk, "item": unit[0].item_id, "waits": waits, "back": back}

    assert refusal(statements.format(**ids, foreign=foreign)) == constraint
