"""Shipping an order, or some of it, at once; and noting by hand that all of it has arrived."""

from collections.abc import Sequence

from django.db import transaction

from common.actors import Actor
from orders.models import Order, Shipment, units
from orders.services.fulfilment import (
    ItemUnits,
    Tracking,
    choose,
    contents_of,
    pack,
    record_with_moves,
    settle,
    told,
    told_whole,
    write_parcels,
)
from orders.services.parcels import NO_TRACKING
from orders.services.writing import lock_order


@transaction.atomic(savepoint=False)
def ship_order(
    order_id: int,
    *,
    actor: Actor,
    lines: Sequence[ItemUnits] | None = None,
    tracking: Tracking = NO_TRACKING,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Note that units of a CONFIRMED order have left: those that the lines name, in a parcel of their own.

    Without lines everything leaves: what is in no shipment in a parcel of its own, and all prepared parcels; those
    without a carrier and a number take the given ones. Raises NotFound, StaleVersion, InvalidTransition, OnHold,
    PaymentRequired, InvalidInput, MoreThanOpen.
    """
    order = lock_order(order_id, expected_version)
    order.require("ship")
    ready = [] if lines is not None else [p for p in order.parcels if p.status == Shipment.Status.PREPARED]
    for parcel in ready:
        if not (parcel.carrier or parcel.tracking_number):
            tracking.put_on(parcel)
    contents = contents_of(units.free(order)) if lines is None else choose(order, lines)
    new = [pack(order, contents, tracking)] if contents else []
    for parcel in (*ready, *new):
        parcel.dispatch()

    moves = settle(order)
    write_parcels(order, [*ready, *new], at="dispatched_at")
    shipments = [*told(ready), *told_whole(order, new)]
    record_with_moves(order, "order.shipment_dispatched", {"shipments": shipments}, moves, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def deliver_order(order_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None) -> Order:
    """Note by hand that a SHIPPED order has arrived, with all its shipments.

    Raises NotFound, StaleVersion, InvalidTransition.
    """
    order = lock_order(order_id, expected_version)
    order.require("deliver")
    arrived = [parcel for parcel in order.parcels if parcel.status == Shipment.Status.DISPATCHED]
    for parcel in arrived:
        parcel.deliver()

    moves = settle(order)
    write_parcels(order, arrived, at="delivered_at")
    record_with_moves(order, "order.shipment_delivered", {"shipments": told(arrived)}, moves, actor=actor, note=note)
    return order
