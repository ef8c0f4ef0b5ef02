"""Placing an order once more, as after a cancellation by mistake: what is CANCELLED never goes on."""

from django.db import transaction

from common.actors import Actor
from common.addresses import Address
from common.errors import NotFound
from customers.services import hold_customer
from orders.models import Order
from orders.services.demand import Line
from orders.services.placing import place_order
from orders.services.writing import lock_order


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
    customer_id = Order.objects.filter(pk=order_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotFound(f"There is no order {order_id}.")
    hold_customer(customer_id)  # before the order, as everybody does
    original = lock_order(order_id, expected_version)

    return place_order(
        customer_id=original.customer_id,
        lines=[Line(quantity=line.quantity, product_id=line.product_id) for line in original.lines],
        addresses={name: _copy(getattr(original, name)) for name in Order.ADDRESSES},
        external_ref=external_ref,
        duplicate_of=original.pk,
        note=note,
        actor=actor,
    )


def _copy(address: dict[str, str] | None) -> Address | None:
    """The address that was agreed; where there was none, or it is forgotten, none."""
    return Address(**address) if address else None
