"""The addresses of an order: copies of its own, as they were agreed."""

from collections.abc import Mapping

from django.db import transaction

from common.actors import Actor
from common.addresses import Address
from customers.services import default_addresses
from orders.models import Order
from orders.services.writing import lock_order, record, set_addresses, write_addresses, write_header

# By the name of the order's column; None for no address.
Addresses = Mapping[str, Address | None]


def agreed_addresses(customer_id: int, named: Addresses) -> Addresses:
    """The addresses that were named and, for the others, copies of the customer's defaults.

    The customer is held before: what somebody made the default by then is not missed.
    """
    if all(name in named for name in Order.ADDRESSES):
        return named
    defaults = default_addresses(customer_id)
    return {f"{purpose}_address": address for purpose, address in defaults.items()} | dict(named)


def copies_of(order: Order) -> Addresses:
    """The addresses of an order, for another one; where it has none, or they are forgotten, none."""
    return {name: Address(**agreed) if (agreed := getattr(order, name)) else None for name in Order.ADDRESSES}


@transaction.atomic(savepoint=False)
def change_addresses(
    order_id: int, *, addresses: Addresses, actor: Actor, note: str = "", expected_version: int | None = None
) -> Order:
    """Replace the addresses that are named, as long as nothing has left; None takes one away.

    The same addresses again change nothing, unless a note comes with them. Raises NotFound, StaleVersion, NotEditable.
    """
    order = lock_order(order_id, expected_version)
    order.require("change_addresses")
    before = {name: getattr(order, name) for name in addresses}
    set_addresses(order, addresses)
    changes = {name: [old, getattr(order, name)] for name, old in before.items() if getattr(order, name) != old}
    if not changes and not note:
        return order

    write_addresses(order)
    write_header(order)
    record(order, "order.addresses_changed", {"fields": sorted(changes)}, actor=actor, note=note, personal=changes)
    return order
