"""Preparing a shipment of an order, dispatching it, noting that it arrived, and voiding it."""

from collections.abc import Sequence

from django.db import transaction

from common.actors import Actor
from common.errors import NotFound
from orders.models import Order, Shipment, refuse, shipment_blockers, units
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
from orders.services.writing import lock_order, record, write_header

NO_TRACKING = Tracking()


@transaction.atomic(savepoint=False)
def prepare_shipment(
    order_id: int,
    *,
    actor: Actor,
    lines: Sequence[ItemUnits] | None = None,
    tracking: Tracking = NO_TRACKING,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Pack units of a CONFIRMED order that are in no shipment; without lines, all of them. The new one stands last.

    Raises NotFound, StaleVersion, InvalidTransition, NothingOpen, OnHold, PaymentRequired, InvalidInput, MoreThanOpen.
    """
    order = lock_order(order_id, expected_version)
    order.require("prepare_shipment")
    contents = contents_of(units.free(order)) if lines is None else choose(order, lines)
    parcel = pack(order, contents, tracking)

    write_header(order)
    write_parcels(order, [parcel], at="prepared_at")
    record(order, "order.shipment_prepared", {"shipments": told_whole(order, [parcel])}, actor=actor, note=note)
    return order


@transaction.atomic(savepoint=False)
def dispatch_shipment(
    order_id: int,
    shipment_id: int,
    *,
    actor: Actor,
    tracking: Tracking = NO_TRACKING,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Note that a prepared shipment has left; with the last open unit, the order is SHIPPED.

    Raises NotFound, StaleVersion, InvalidTransition, OnHold, PaymentRequired.
    """
    order = lock_order(order_id, expected_version)
    parcel = _require(order, shipment_id, "dispatch_shipment")
    tracking.put_on(parcel)
    parcel.dispatch()
    return _write(order, parcel, "dispatched_at", actor=actor, note=note)


@transaction.atomic(savepoint=False)
def deliver_shipment(
    order_id: int, shipment_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Note that a dispatched shipment has arrived; with the last one of a SHIPPED order, the order is DELIVERED.

    Raises NotFound, StaleVersion, InvalidTransition.
    """
    order = lock_order(order_id, expected_version)
    parcel = _require(order, shipment_id, "deliver_shipment")
    parcel.deliver()
    return _write(order, parcel, "delivered_at", actor=actor, note=note)


@transaction.atomic(savepoint=False)
def void_shipment(
    order_id: int, shipment_id: int, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Give up a prepared shipment; its units are open again. Raises NotFound, StaleVersion, InvalidTransition."""
    order = lock_order(order_id, expected_version)
    parcel = _require(order, shipment_id, "void_shipment")
    parcel.void()
    return _write(order, parcel, "voided_at", actor=actor, note=note)


def parcel_of(order: Order, shipment_id: int) -> Shipment:
    """The order's shipment. Raises NotFound."""
    parcel = next((parcel for parcel in order.parcels if parcel.pk == shipment_id), None)
    if parcel is None:
        raise NotFound(f"The order has no shipment {shipment_id}.")
    return parcel


def _require(order: Order, shipment_id: int, act: str) -> Shipment:
    """The order's shipment, if the act on it is possible. Raises NotFound, and the refusal of what is in the way."""
    parcel = parcel_of(order, shipment_id)
    refuse(shipment_blockers(order, parcel, act))
    return parcel


def _write(order: Order, parcel: Shipment, at: str, *, actor: Actor, note: str) -> Order:
    moves = settle(order)
    write_parcels(order, [parcel], at=at)
    type_ = f"order.shipment_{at.removesuffix('_at')}"
    record_with_moves(order, type_, {"shipments": told([parcel])}, moves, actor=actor, note=note)
    return order
