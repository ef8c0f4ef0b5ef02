"""Giving up the rest of a line that will never come."""

from collections.abc import Sequence

from django.db import transaction

from common.actors import Actor
from orders.models import Content, Order, ShortClose, refuse, units
from orders.models.acts import last_unit_stays
from orders.services.fulfilment import ItemUnits, choose, record_with_moves, settle, told_units
from orders.services.holds import end_holds, let_go
from orders.services.writing import lock_order
from products.models import StockMovement
from products.services import Movement, lock_products, move_stock


@transaction.atomic(savepoint=False)
def short_close(
    order_id: int,
    *,
    lines: Sequence[ItemUnits],
    actor: Actor,
    reason: str,
    reason_code: str = "",
    expected_version: int | None = None,
) -> Order:
    """Give up units of a CONFIRMED order that are in no shipment, and put them back into the stock.

    With the last open unit the order is SHIPPED, and DELIVERED if all its shipments are; what held it is released.
    Raises NotFound, StaleVersion, InvalidTransition, NothingOpen, InvalidInput, MoreThanOpen, LastOpenUnit.
    """
    order = lock_order(order_id, expected_version)
    order.require("short_close")
    chosen = choose(order, lines)
    refuse(last_unit_stays(order, sum(content["quantity"] for content in chosen)))

    given_up = units.by_product(order, chosen)
    lock_products(ids=given_up)
    back = [Movement(product_id, quantity, order.pk) for product_id, quantity in given_up.items()]
    move_stock(back, kind=StockMovement.Kind.SHORT_CLOSE, actor=actor, reason=reason, reason_code=reason_code)
    closed = [_shortfall(order, content, reason, reason_code) for content in chosen]
    order.shortfalls += closed
    order.short_closed_cents += units.worth(order, chosen)

    holds = [] if units.waiting(order) else let_go(order)
    moves = settle(order)
    _write(order, closed, version=order.version - len(moves))
    payload = {
        "lines": told_units(order, chosen),
        "closed_at": order.updated_at,
        "reason": reason,
        "reason_code": reason_code,
        **end_holds(order, holds, reason=reason, actor=actor),
    }
    record_with_moves(order, "order.short_closed", payload, moves, actor=actor)
    return order


def _shortfall(order: Order, content: Content, reason: str, reason_code: str) -> ShortClose:
    return ShortClose(
        order=order,
        item_id=content["item_id"],
        quantity=content["quantity"],
        reason=reason,
        reason_code=reason_code,
    )


def _write(order: Order, closed: Sequence[ShortClose], *, version: int) -> None:
    """Their version is that of the event that tells of them."""
    for shortfall in closed:
        shortfall.version, shortfall.closed_at = version, order.updated_at
    ShortClose.objects.bulk_create(closed)
