"""Putting an order on hold, and releasing it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from common.actors import Actor
from common.errors import Duplicate, FieldError, NotFound
from orders.errors import NotOnHold
from orders.models import Hold, Order
from orders.services.writing import lock_order, record, write_header


@transaction.atomic(savepoint=False)
def place_hold(order_id: int, *, kind: str, reason: str, actor: Actor, expected_version: int | None = None) -> Order:
    """Keep an open order from the acts that the kind of hold names, until it is released.

    Raises NotFound, StaleVersion, InvalidTransition, Duplicate (it is held for this already).
    """
    order = lock_order(order_id, expected_version)
    order.require("place_hold")
    if kind in order.held_for:
        detail = f"It is on hold already: {Hold.Kind(kind).label}."
        raise Duplicate(detail, errors=[FieldError("/kind", Duplicate.code, detail)])

    order.held_for = sorted([*order.held_for, kind])
    write_header(order)
    hold = Hold.objects.create(order=order, kind=kind, reason=reason, placed_by=actor.name, placed_at=order.updated_at)
    order.active_holds.append(hold)

    record(order, "order.hold_placed", hold.as_event(), actor=actor)
    return order


@transaction.atomic(savepoint=False)
def release_hold(
    order_id: int, hold_id: int, *, actor: Actor, reason: str = "", expected_version: int | None = None
) -> Order:
    """Say that what an order was held for is settled. Raises NotFound, StaleVersion, NotOnHold."""
    order = lock_order(order_id, expected_version)
    order.require("release_hold")
    hold = order.holds.filter(pk=hold_id).first()
    if hold is None:
        raise NotFound(f"Order {order_id} has no hold {hold_id}.")
    if hold.released_at is not None:
        raise NotOnHold(f"It was released: {hold.get_kind_display()}.")

    order.held_for = [kind for kind in order.held_for if kind != hold.kind]
    write_header(order)
    order.active_holds = [each for each in order.active_holds if each.pk != hold_id]
    order.holds.filter(pk=hold_id).update(released_by=actor.name, released_at=order.updated_at, release_reason=reason)

    payload = {"hold_id": hold_id, "kind": hold.kind, "reason": reason, "released_at": order.updated_at}
    record(order, "order.hold_released", payload, actor=actor)
    return order


def let_go(order: Order) -> list[Hold]:
    """Take off an order what holds it, because nothing of it waits any more; `end_holds` writes it down."""
    holds, order.held_for, order.active_holds = order.active_holds, [], []
    return holds


def end_holds(order: Order, holds: Sequence[Hold], *, reason: str, actor: Actor) -> dict[str, Any]:
    """Release holds at the time of the order's last act; returns what its event says of that."""
    if not holds:
        return {}
    order.holds.filter(pk__in=[hold.pk for hold in holds]).update(
        released_by=actor.name, released_at=order.updated_at, release_reason=reason
    )
    return {"released_holds": [{"hold_id": hold.pk, "kind": hold.kind} for hold in holds]}
