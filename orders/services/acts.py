"""Moving an order on, cancelling it, and noting something beside it."""

from typing import Any

from django.db import transaction

from common.actors import Actor
from orders.models import Order
from orders.services.holds import end_holds
from orders.services.writing import lock_order, record, write_header
from products.models import StockMovement
from products.services import Movement, lock_products, move_stock


@transaction.atomic(savepoint=False)
def confirm_order(order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None) -> Order:
    """Agree to a PENDING order. Raises NotFound, StaleVersion, InvalidTransition."""
    order = lock_order(order_id, expected_version)
    order.require("confirm")
    order.confirm()

    write_header(order, at="confirmed_at")
    record(order, "order.confirmed", {"confirmed_at": order.confirmed_at}, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def ship_order(order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None) -> Order:
    """Note that the goods of a CONFIRMED order have left. Raises NotFound, StaleVersion, InvalidTransition."""
    order = lock_order(order_id, expected_version)
    order.require("ship")
    order.ship()

    write_header(order, at="shipped_at")
    record(order, "order.shipped", {"shipped_at": order.shipped_at}, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def deliver_order(order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None) -> Order:
    """Note that a SHIPPED order has arrived. Raises NotFound, StaleVersion, InvalidTransition."""
    order = lock_order(order_id, expected_version)
    order.require("deliver")
    order.deliver()

    write_header(order, at="delivered_at")
    record(order, "order.delivered", {"delivered_at": order.delivered_at}, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def cancel_order(
    order_id: int, *, actor: Actor, reason: str, reason_code: str = "", expected_version: int | None = None
) -> Order:
    """Call off a PENDING or CONFIRMED order, put its stock back and release what held it.

    Raises NotFound, StaleVersion, InvalidTransition.
    """
    order = lock_order(order_id, expected_version)
    order.require("cancel")
    order.cancel()
    holds, order.held_for = order.active_holds, []

    lock_products(ids=[line.product_id for line in order.lines])
    back = [Movement(line.product_id, line.quantity, order.pk) for line in order.lines]
    move_stock(back, kind=StockMovement.Kind.CANCELLATION, actor=actor, reason=reason)
    write_header(order, at="cancelled_at")

    payload: dict[str, Any] = {"cancelled_at": order.cancelled_at, "reason": reason, "reason_code": reason_code}
    if holds:
        end_holds(order, holds, reason=reason, actor=actor)
        payload["released_holds"] = [{"hold_id": hold.pk, "kind": hold.kind} for hold in holds]
    record(order, "order.cancelled", payload, actor=actor)
    return order


@transaction.atomic(savepoint=False)
def add_note(order_id: int, *, actor: Actor, text: str, expected_version: int | None = None) -> Order:
    """Write something down beside the order, whatever its status. Raises NotFound, StaleVersion."""
    order = lock_order(order_id, expected_version)

    write_header(order)
    record(order, "order.noted", {}, actor=actor, note=text)
    return order
