"""The statements that write orders and their lines, and the order's event."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from common.actors import Actor
from common.addresses import Address
from common.errors import NotFound, require_version
from common.sql import one
from customers.services import hold_customer
from events.services import Change, append
from orders.models import AGGREGATE, Order, OrderItem


def lock_order(order_id: int, expected_version: int | None = None) -> Order:
    """The whole order, held until the transaction ends; read after the wait for it, which may have changed it.

    Raises NotFound, StaleVersion.
    """
    if not Order.objects.locked().filter(pk=order_id).values_list("pk"):
        raise NotFound(f"There is no order {order_id}.")
    order = Order.objects.with_lines().get(pk=order_id)
    require_version(order.version, expected_version)
    return order


def hold_customer_of(order_id: int) -> None:
    """Hold the customer of an order that is locked next: who merges customers holds both in this order.

    Raises NotFound.
    """
    customer_id = Order.objects.filter(pk=order_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotFound(f"There is no order {order_id}.")
    hold_customer(customer_id)


def lock_orders_of(customer_id: int) -> list[int]:
    """The ids of a customer's orders, all held until the transaction ends; the customer is held before."""
    orders = Order.objects.locked().filter(customer_id=customer_id).order_by("pk")
    return list(orders.values_list("pk", flat=True))


def insert_header(
    *,
    customer_id: int,
    total_cents: int,
    external_ref: str | None,
    duplicate_of: int | None,
    exchange_for: int | None,
    addresses: Mapping[str, Address | None],
) -> Order:
    order = Order(
        customer_id=customer_id,
        total_cents=total_cents,
        external_ref=external_ref,
        duplicate_of_id=duplicate_of,
        exchange_for_id=exchange_for,
    )
    set_addresses(order, addresses)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders (customer_id, status, total_cents, external_ref, duplicate_of_id, exchange_for_id,
                                takes_stock, version, shipping_address, billing_address)
            VALUES (%s, %s, %s, %s, %s, %s, true, 1, %s::jsonb, %s::jsonb)
            RETURNING id, created_at, updated_at, balance_cents, payment_state
            """,
            [
                customer_id,
                order.status,
                total_cents,
                external_ref,
                duplicate_of,
                exchange_for,
                *_addresses_as_json(order),
            ],
        )
        order.pk, order.created_at, order.updated_at, order.balance_cents, order.payment_state = one(cursor)
    order.parcels, order.shortfalls, order.sent_back, order.active_holds = [], [], [], []
    return order


def set_addresses(order: Order, addresses: Mapping[str, Address | None]) -> None:
    """Give the order copies of the addresses that are named."""
    for name, address in addresses.items():
        setattr(order, name, address and address.as_json())


def write_addresses(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders SET shipping_address = %s::jsonb, billing_address = %s::jsonb WHERE id = %s",
            [*_addresses_as_json(order), order.pk],
        )


def _addresses_as_json(order: Order) -> list[str | None]:
    addresses = (getattr(order, name) for name in Order.ADDRESSES)
    return [None if address is None else json.dumps(address, ensure_ascii=False) for address in addresses]


# What acts change of an order besides its version and times.
WRITTEN = (
    "status",
    "fulfilment_state",
    "return_state",
    "total_cents",
    "short_closed_cents",
    "returned_cents",
    "held_for",
    "paid_cents",
    "refunded_cents",
)
SET_WRITTEN = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in WRITTEN)


def write_header(order: Order, *, at: str | None = None, moves: Sequence[str] = ()) -> None:
    """Save what acts change of an order, count its version and stamp the time of the act in the column `at`.

    `moves` are the columns of the times of those moves of the status that followed from the act: each is stamped,
    and counted as a version of its own.
    """
    columns = [*([at] if at else []), *moves]
    stamps = [sql.SQL(", {} = statement_timestamp()").format(sql.Identifier(column)) for column in columns]
    statement = sql.SQL(
        """
        UPDATE orders SET {written}, version = version + %s, updated_at = statement_timestamp(){stamps}
        WHERE id = %s
        RETURNING version, updated_at, balance_cents, payment_state
        """
    ).format(written=SET_WRITTEN, stamps=sql.SQL("").join(stamps))
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(getattr(order, column) for column in WRITTEN), 1 + len(moves), order.pk])
        order.version, order.updated_at, order.balance_cents, order.payment_state = one(cursor)
    for column in columns:
        setattr(order, column, order.updated_at)


def write_lines(order: Order, lines: Sequence[OrderItem]) -> list[OrderItem]:
    """Insert lines, or change the quantity of those whose product the order has already; returns them, with ids."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
            SELECT %s, product_id, sku, name, quantity, unit_price_cents
            FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::bigint[])
                 WITH ORDINALITY AS line (product_id, sku, name, quantity, unit_price_cents, place)
            ORDER BY place
            ON CONFLICT (order_id, product_id) DO UPDATE SET quantity = EXCLUDED.quantity
            RETURNING product_id, id, line_total_cents
            """,
            [
                order.pk,
                [line.product_id for line in lines],
                [line.sku for line in lines],
                [line.name for line in lines],
                [line.quantity for line in lines],
                [line.unit_price_cents for line in lines],
            ],
        )
        written = {product_id: made for product_id, *made in cursor.fetchall()}
    for line in lines:
        line.order_id = order.pk
        line.pk, line.line_total_cents = written[line.product_id]
    return list(lines)


def delete_lines(order: Order, product_ids: Collection[int]) -> None:
    """Take lines off; plain SQL, because Django would first look for what refers to them."""
    if not product_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM order_items WHERE order_id = %s AND product_id = ANY(%s::bigint[])",
            [order.pk, list(product_ids)],
        )


def record(
    order: Order,
    type_: str,
    payload: dict[str, Any],
    *,
    actor: Actor,
    note: str = "",
    personal: Mapping[str, Any] | None = None,
) -> None:
    """Write the act's event; its version is the order's. A note is personal data and stands apart, like addresses."""
    apart = {**(personal or {}), **({"note": note} if note else {})}
    append(Change(AGGREGATE, order.pk, order.version, type_, payload, apart or None), actor=actor)
