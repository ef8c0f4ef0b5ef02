"""Placing an order."""

from collections.abc import Sequence
from types import MappingProxyType

from django.db import transaction

from common.actors import Actor
from customers.services import hold_customer
from orders.models import Order, total_of
from orders.services.addresses import Addresses, agreed_addresses
from orders.services.demand import Line, as_agreed, lock_demand, require_available, require_total
from orders.services.writing import insert_header, record, write_lines
from products.models import StockMovement
from products.services import Movement, move_stock

NONE_NAMED: Addresses = MappingProxyType({})


@transaction.atomic(savepoint=False)
def place_order(
    *,
    customer_id: int,
    lines: Sequence[Line],
    actor: Actor,
    addresses: Addresses = NONE_NAMED,
    external_ref: str | None = None,
    duplicate_of: int | None = None,
    exchange_for: int | None = None,
    note: str = "",
) -> Order:
    """Take the stock and write the order: all lines or none, in six statements whatever their number.

    An address that is not named is the customer's default, which costs a seventh. An order for an alias is one of the
    customer whom it was merged into. `exchange_for` is the return in whose place it is sent. Raises InvalidInput
    (unknown customer or product), InsufficientStock, ProductUnavailable.
    """
    customer_id = hold_customer(customer_id)
    copies = agreed_addresses(customer_id, addresses)
    demand = lock_demand(lines)
    require_available(demand)

    agreed = [as_agreed(wanted) for wanted in demand.values()]
    total_cents = require_total(total_of(agreed))

    order = insert_header(
        customer_id=customer_id,
        total_cents=total_cents,
        external_ref=external_ref,
        duplicate_of=duplicate_of,
        exchange_for=exchange_for,
        addresses=copies,
    )
    taken = [Movement(line.product_id, -line.quantity, order.pk) for line in agreed]
    move_stock(taken, kind=StockMovement.Kind.SALE, actor=actor)
    order.lines = write_lines(order, agreed)

    told = {name: getattr(order, name) for name in Order.ADDRESSES if getattr(order, name) is not None}
    record(order, "order.placed", header_of(order), actor=actor, note=note, personal=told)
    return order


def header_of(order: Order) -> dict[str, object]:
    """The whole order as its first event tells it; the addresses stand apart."""
    return {
        "number": order.number,
        "customer_id": order.customer_id,
        "status": order.status,
        "external_ref": order.external_ref,
        "duplicate_of": order.duplicate_of_id,
        "exchange_for": order.exchange_for_id,
        "takes_stock": order.takes_stock,
        "total_cents": order.total_cents,
        "created_at": order.created_at,
        "items": [line.as_event() for line in order.lines],
    }
