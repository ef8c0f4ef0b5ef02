"""Placing an order once more, as after a cancellation by mistake: what is CANCELLED never goes on."""

from django.db import transaction

from common.actors import Actor
from orders.models import Order
from orders.services.addresses import copies_of
from orders.services.demand import Line
from orders.services.placing import place_order
from orders.services.writing import hold_customer_of, lock_order


@transaction.atomic(savepoint=False)
def duplicate_order(
    order_id: int,
    *,
    actor: Actor,
    external_ref: str | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Place a new order for what an order, in any status, asked for: its customer, products, quantities and addresses.

    Prices and stock are those of today. Returns the new order; the first one stays as it is. Raises NotFound,
    StaleVersion (of the first one), and what placing an order raises.
    """
    hold_customer_of(order_id)
    original = lock_order(order_id, expected_version)

    return place_order(
        customer_id=original.customer_id,
        lines=[Line(quantity=line.quantity, product_id=line.product_id) for line in original.lines],
        addresses=copies_of(original),
        external_ref=external_ref,
        duplicate_of=original.pk,
        note=note,
        actor=actor,
    )
