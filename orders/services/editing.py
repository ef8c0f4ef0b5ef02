"""Changing what is on an order while it is still PENDING."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from common.actors import Actor
from orders.models import Order, total_of
from orders.services.demand import Line, as_agreed, lock_demand, require_available, require_total
from orders.services.writing import delete_lines, lock_order, record, write_header, write_lines
from products.models import StockMovement
from products.services import Movement, move_stock


@transaction.atomic(savepoint=False)
def edit_items(
    order_id: int, *, lines: Sequence[Line], actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Replace the order's lines by the given list and move the stock by the difference.

    A product that stays keeps its unit price; one that is added takes today's. The same list again changes
    nothing, unless a note comes with it. Raises NotFound, StaleVersion, NotEditable, InvalidInput,
    InsufficientStock, ProductUnavailable.
    """
    order = lock_order(order_id, expected_version)
    order.require("edit_items")
    before = {line.product_id: line for line in order.lines}
    held = {product_id: line.quantity for product_id, line in before.items()}
    demand = lock_demand(lines, besides=before)
    require_available(demand, already=held)

    after = [as_agreed(wanted, before.get(product_id)) for product_id, wanted in demand.items()]
    moves = _difference(order, held, {product_id: wanted.quantity for product_id, wanted in demand.items()})
    if not moves and not note:
        return order
    order.total_cents = require_total(total_of(after))

    write_header(order)
    move_stock(moves, kind=StockMovement.Kind.EDIT, actor=actor)
    delete_lines(order, before.keys() - demand.keys())
    order.lines = sorted(write_lines(order, after), key=lambda line: line.pk)

    payload = {
        "total_cents": order.total_cents,
        "old_items": [line.as_event() for line in before.values()],
        "items": [line.as_event() for line in order.lines],
    }
    record(order, "order.items_changed", payload, actor=actor, note=note)
    return order


def _difference(order: Order, held: Mapping[int, int], wanted: Mapping[int, int]) -> list[Movement]:
    changes = {pk: held.get(pk, 0) - wanted.get(pk, 0) for pk in sorted(held.keys() | wanted.keys())}
    return [Movement(product_id, delta, order.pk) for product_id, delta in changes.items() if delta]
