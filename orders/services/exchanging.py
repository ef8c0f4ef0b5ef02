"""Sending something else in place of what comes back."""

from collections.abc import Sequence

from django.db import transaction

from common.actors import Actor
from orders.models import Order, Return, refuse, return_blockers, units
from orders.services.addresses import copies_of
from orders.services.demand import Line
from orders.services.placing import place_order
from orders.services.returning import return_of
from orders.services.writing import hold_customer_of, lock_order, record, write_header


@transaction.atomic(savepoint=False)
def exchange_return(
    order_id: int,
    return_id: int,
    *,
    actor: Actor,
    lines: Sequence[Line] | None = None,
    note: str = "",
    expected_version: int | None = None,
) -> Order:
    """Place a new order in exchange for a return, for the same customer, with the addresses of the old order.

    Without lines, it is of what is returned; prices are those of today. Returns the new order. Raises NotFound,
    StaleVersion, InvalidTransition, AlreadyExchanged, and what placing an order does.
    """
    hold_customer_of(order_id)
    order = lock_order(order_id, expected_version)
    sent_back = return_of(order, return_id)
    refuse(return_blockers(sent_back, "exchange_return"))

    placed = place_order(
        customer_id=order.customer_id,
        lines=_returned(order, sent_back) if lines is None else lines,
        actor=actor,
        addresses=copies_of(order),
        note=note,
        exchange_for=return_id,
    )

    sent_back.exchange_order_id = placed.pk
    write_header(order)
    record(order, "order.return_exchanged", {"return_id": return_id, "exchange_order_id": placed.pk}, actor=actor)
    return placed


def _returned(order: Order, sent_back: Return) -> list[Line]:
    returned = units.by_product(order, sent_back.contents)
    return [Line(quantity=quantity, product_id=product_id) for product_id, quantity in returned.items()]
