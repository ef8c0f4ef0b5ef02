"""A shop after years: a million orders, of which most are history and a few hundred are open."""

import csv
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.database import ACTOR, PLENTY
from common.transactions import run
from customers.models import Customer
from events.services import append_first
from oms.demo import COLOURS, FIRST_NAMES, LAST_NAMES, MATERIALS, THINGS
from orders.models import AGGREGATE, Order
from orders.services import (
    ItemUnits,
    Line,
    confirm_order,
    place_hold,
    place_order,
    receive_return,
    record_payment,
    request_return,
    short_close,
)
from orders.services.import_sql import PAYLOADS
from products.models import Product

PRODUCTS, OPEN_ORDERS, FORGOTTEN, RETURNS, BATCH = 10_000, 400, 36, 100, 10_000

# Orders stand roughly in the order of their dates over three years; the last month's are still on their way.
# One in a hundred of those that left was never paid.
# Products and customers are drawn so that a few are bought by everybody and most hardly ever (as 1/x for products).
HISTORY = """
    WITH drawn AS MATERIALIZED (
        SELECT n, 'buyer' || floor(%(customers)s * random() ^ 2) || '@example.com' AS email, random() AS fate,
               timestamptz '2023-01-01Z' + interval '3 years' * n / %(orders)s
               + interval '1 day' * random() AS created_at
        FROM generate_series(%(first)s::int, %(last)s::int) AS n
    ), ranked AS MATERIALIZED (
        SELECT n, 'ART-' || lpad(floor(%(products)s ^ random())::text, 5, '0') AS sku,
               floor(1 + 5 * random()) AS quantity
        FROM drawn CROSS JOIN LATERAL generate_series(1, 1 + n %% 5) AS line
    ), line AS MATERIALIZED (
        SELECT n, p.id, p.sku, p.name, p.price_cents, least(sum(quantity), 20) AS quantity
        FROM ranked JOIN products p ON p.sku = ranked.sku GROUP BY n, p.id
    ), made AS (
        INSERT INTO orders (customer_id, status, fulfilment_state, total_cents, paid_cents, external_ref, takes_stock,
                            version, created_at, updated_at)
        SELECT c.id, CASE WHEN fate < 0.07 THEN 'CANCELLED' WHEN drawn.created_at > '2025-12-01Z' THEN 'SHIPPED'
                          ELSE 'DELIVERED' END,
               CASE WHEN fate < 0.07 THEN 'none' ELSE 'complete' END,
               total, CASE WHEN fate < 0.08 THEN 0 ELSE total END, 'SHOP-' || n, false,
               1, drawn.created_at, drawn.created_at + interval '10 days' * fate
        FROM drawn
        JOIN customers c ON c.email = drawn.email
        JOIN (SELECT n, sum(quantity * price_cents) AS total FROM line GROUP BY n) AS sums USING (n)
        ORDER BY n
        RETURNING id, external_ref, status, paid_cents, updated_at
    ), items AS (
        INSERT INTO order_items (order_id, product_id, sku, name, quantity, unit_price_cents)
        SELECT made.id, line.id, sku, name, quantity, price_cents
        FROM line JOIN made ON made.external_ref = 'SHOP-' || n ORDER BY made.id, line.id
        RETURNING id, order_id, quantity
    ), parcels AS (
        INSERT INTO shipments (order_id, status)
        SELECT id, CASE status WHEN 'SHIPPED' THEN 'dispatched' ELSE 'delivered' END
        FROM made WHERE status <> 'CANCELLED' ORDER BY id
        RETURNING id, order_id
    ), packed AS (
        INSERT INTO shipment_lines (shipment_id, item_id, quantity)
        SELECT parcels.id, items.id, items.quantity FROM parcels JOIN items USING (order_id) ORDER BY 1, 2
    ), payments AS (
        INSERT INTO order_payments (order_id, method, reference, amount_cents, received_at, recorded_at, recorded_by,
                                    void_reason)
        SELECT id, CASE WHEN id %% 3 = 0 THEN 'card' ELSE 'bank_transfer' END, '', paid_cents, updated_at,
               statement_timestamp(), %(actor)s, ''
        FROM made WHERE paid_cents > 0 ORDER BY id
    )
    SELECT array_agg(id) FROM made
"""


def fill(orders: int) -> Iterator[int]:
    """Fill an empty database, in memory that does not grow with it; yields how many orders are there by then."""
    customers = max(orders // 20, 1)
    _import("import_products", "sku name price stock_quantity".split(), _products())
    _import("import_customers", "email first_name last_name phone".split(), _customers(customers))
    for first in range(1, orders + 1, BATCH):
        last = min(first + BATCH - 1, orders)
        whole = {"orders": orders, "customers": customers, "products": PRODUCTS, "actor": ACTOR.name}
        _write_history(whole | {"first": first, "last": last})
        yield last
    head = "external_ref email sku quantity unit_price created_at".split()
    _import("import_orders", head, _forgotten(customers), status="PENDING")
    _place_open_orders()
    _send_some_back()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _import(command: str, head: Sequence[str], rows: Iterable[Sequence[object]], **options: object) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)
        file.flush()
        call_command(command, file.name, stdout=file, **options)


def _products() -> Iterator[tuple[object, ...]]:
    chance = random.Random(1)
    for number in range(1, PRODUCTS + 1):
        name = f"{chance.choice(MATERIALS)} {chance.choice(list(THINGS))}, {chance.choice(COLOURS)}"
        yield f"ART-{number:05d}", name, f"{int(10 ** chance.uniform(2, 5)) / 100:.2f}", PLENTY


def _customers(count: int) -> Iterator[tuple[object, ...]]:
    """Everybody has one of a few last names, but for one buyer."""
    chance = random.Random(2)
    for number in range(count):
        last_name = "Quillfeather" if number == count // 2 else chance.choice(LAST_NAMES)
        yield f"buyer{number}@example.com", chance.choice(FIRST_NAMES), last_name, f"+49 30 {number:07d}"


def _forgotten(customers: int) -> Iterator[tuple[object, ...]]:
    """Orders of every month that nobody has confirmed."""
    for number in range(FORGOTTEN):
        day = f"{2023 + number // 12}-{1 + number % 12:02d}-15T12:00:00Z"
        yield f"LATE-{number}", f"buyer{number * 7 % customers}@example.com", f"ART-{number + 1:05d}", 1, "9.99", day


@transaction.atomic
def _write_history(batch: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [batch["first"] / batch["orders"]])
        cursor.execute(HISTORY, batch)
        (ids,) = cursor.fetchone() or ([],)
    append_first(AGGREGATE, "order.imported", PAYLOADS, [ids], actor=ACTOR)


def _place_open_orders() -> None:
    """Through the services, with stock and ledger: some confirmed, given up in part, paid or held."""
    chance = random.Random(3)
    customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:1_000])
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:1_000])
    for number in range(OPEN_ORDERS):
        lines = [Line(chance.randint(1, 5), product) for product in chance.sample(products, 3)]
        order = run(partial(place_order, customer_id=chance.choice(customers), lines=lines, actor=ACTOR))
        if number % 2:
            run(partial(confirm_order, order.pk, actor=ACTOR))
        if number % 8 == 1:
            given_up = [ItemUnits(order.lines[0].pk, 1)]
            run(partial(short_close, order.pk, lines=given_up, reason="Sold out", actor=ACTOR))
        if number % 3:
            run(partial(record_payment, order.pk, method="card", amount_cents=order.total_cents, actor=ACTOR))
        if number % 10 == 0:
            run(partial(place_hold, order.pk, kind="address", reason="No such street", actor=ACTOR))


def _send_some_back() -> None:
    """Every other return has come."""
    for number, order in enumerate(Order.objects.filter(status=Order.Status.DELIVERED).order_by("-pk")[:RETURNS]):
        sent_back = run(partial(request_return, order.pk, reason="Too large", actor=ACTOR)).sent_back[-1].pk
        if number % 2:
            run(partial(receive_return, order.pk, sent_back, disposition="restock", actor=ACTOR))
