"""Forgetting a person while keeping what the books need."""

from django.db import connection, transaction

from common import idempotency
from common.actors import Actor
from common.errors import require_version
from customers.models import AGGREGATE as CUSTOMER
from customers.models import Customer
from customers.services import blank_customer, lock_aliases, lock_whole_customer
from events.services import append_each, forget_personal, to_json
from orders.models import AGGREGATE as ORDER
from orders.models import Order
from orders.services.writing import lock_orders_of


@transaction.atomic(savepoint=False)
def anonymise_customer(customer_id: int, *, actor: Actor, expected_version: int | None = None) -> Customer:
    """Forget names, e-mail, phone, addresses and notes of a customer and of who was merged into them: in the records,
    the event log, their orders and the answers kept for repeated requests. The orders stay, with what the books say of
    them: references, reasons and tracking numbers.

    Whoever writes something beside one of the orders at this moment is waited for. Raises NotFound, StaleVersion,
    CustomerMerged.
    """
    customer = lock_whole_customer(customer_id)
    require_version(customer.version, expected_version)
    aliases = lock_aliases(customer)
    orders = lock_orders_of(customer.pk)

    people = [customer.pk, *(alias.pk for alias in aliases)]
    forget_personal(CUSTOMER, people)
    forget_personal(ORDER, orders)
    idempotency.forget(CUSTOMER, people)
    idempotency.forget(ORDER, orders)

    _blank_addresses(customer.pk, actor)
    for alias in aliases:
        blank_customer(alias, actor=actor)
    return blank_customer(customer, actor=actor)


def _blank_addresses(customer_id: int, actor: Actor) -> None:
    """Take the addresses from the orders that have any; each tells that they are gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders SET shipping_address = NULL, billing_address = NULL, version = version + 1,
                              updated_at = statement_timestamp()
            WHERE customer_id = %s AND (shipping_address IS NOT NULL OR billing_address IS NOT NULL)
            RETURNING id
            """,
            [customer_id],
        )
        blanked = [pk for (pk,) in cursor.fetchall()]
    told = "SELECT id, version, %s::jsonb, NULL::jsonb FROM orders WHERE id = ANY(%s::bigint[])"
    fields = to_json({"fields": sorted(Order.ADDRESSES)})
    append_each(ORDER, "order.anonymised", told, [fields, blanked], actor=actor)
