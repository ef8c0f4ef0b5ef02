"""Making one customer of two that are the same person."""

from django.db import connection, transaction

from common.actors import Actor
from common.errors import require_version
from customers.models import Customer
from customers.services import absorb, lock_to_merge
from events.services import append_each
from orders.errors import TooManyOrders
from orders.models import AGGREGATE, Order
from orders.services.writing import lock_orders_of

# Every order is written and told in the one transaction, while the log's readers wait for its end.
MOST_ORDERS = 5_000


@transaction.atomic(savepoint=False)
def merge_customers(source_id: int, *, into: int, actor: Actor, expected_version: int | None = None) -> Customer:
    """Merge a customer into another: the orders and addresses are the other's then, and the first stays as an alias.

    Returns the one who goes on. Raises NotFound, StaleVersion, InvalidInput, CustomerMerged, CustomerAnonymised,
    TooManyOrders.
    """
    source, target = lock_to_merge(source_id, into)
    require_version(source.version, expected_version)
    if Order.objects.filter(customer=source)[: MOST_ORDERS + 1].count() > MOST_ORDERS:
        raise TooManyOrders(f"Customer {source.pk} has more than {MOST_ORDERS} orders; merge the other one into it.")

    orders = lock_orders_of(source.pk)
    _move(orders, source, target, actor)

    return absorb(source, target, orders=len(orders), actor=actor)


def _move(orders: list[int], source: Customer, target: Customer, actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE orders SET customer_id = %s, version = version + 1, updated_at = statement_timestamp()
            WHERE id = ANY(%s::bigint[])
            """,
            [target.pk, orders],
        )
    told = """
        SELECT id, version, jsonb_build_object('customer_id', jsonb_build_array(%s::bigint, customer_id)), NULL::jsonb
        FROM orders WHERE id = ANY(%s::bigint[])
    """
    append_each(AGGREGATE, "order.customer_changed", told, [source.pk, orders], actor=actor)
