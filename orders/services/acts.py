"""Agreeing to an order, cancelling it, and noting something beside it."""

from typing import Any

from django.db import transaction

from common.actors import Actor
from orders.models import NOTED, NoteVisibility, Order, Shipment, units
from orders.services.fulfilment import told, write_parcels
from orders.services.holds import end_holds, let_go
from orders.services.writing import lock_order, record, write_header
from products.models import StockMovement
from products.services import Movement, lock_products, move_stock


@transaction.atomic(savepoint=False)
def confirm_order(order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None) -> Order:
    """Agree to a PENDING order. Raises NotFound, StaleVersion, InvalidTransition, OnHold."""
    order = lock_order(order_id, expected_version)
    order.require("confirm")
    order.confirm()

    write_header(order, at="confirmed_at")
    record(order, "order.confirmed", {"confirmed_at": order.confirmed_at}, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def cancel_order(
    order_id: int, *, actor: Actor, reason: str, reason_code: str = "", expected_version: int | None = None
) -> Order:
    """Call off an open order of which nothing has left, put its stock back, void its shipments, release what held it.

    What was short-closed is back already. Raises NotFound, StaleVersion, InvalidTransition, AlreadyDispatched.
    """
    order = lock_order(order_id, expected_version)
    order.require("cancel")
    order.cancel()
    holds = let_go(order)
    unpacked = [parcel for parcel in order.parcels if parcel.status == Shipment.Status.PREPARED]
    for parcel in unpacked:
        parcel.void()

    lock_products(ids=[line.product_id for line in order.lines])
    kept = units.kept(order)
    back = [Movement(line.product_id, kept[line.pk], order.pk) for line in order.lines if kept[line.pk]]
    move_stock(back, kind=StockMovement.Kind.CANCELLATION, actor=actor, reason=reason, reason_code=reason_code)
    write_header(order, at="cancelled_at")
    write_parcels(order, unpacked, at="voided_at")

    payload: dict[str, Any] = {"cancelled_at": order.cancelled_at, "reason": reason, "reason_code": reason_code}
    payload |= end_holds(order, holds, reason=reason, actor=actor)
    if unpacked:
        payload["shipments"] = told(unpacked)
    record(order, "order.cancelled", payload, actor=actor)
    return order


@transaction.atomic(savepoint=False)
def add_note(
    order_id: int,
    *,
    actor: Actor,
    text: str,
    visibility: str = NoteVisibility.INTERNAL,
    expected_version: int | None = None,
) -> Order:
    """Write something down beside the order, whatever its status. Raises NotFound, StaleVersion."""
    order = lock_order(order_id, expected_version)

    write_header(order)
    record(order, NOTED, {"visibility": str(visibility)}, actor=actor, note=text)
    return order
