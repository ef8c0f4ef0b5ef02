"""Importing orders, such as a shop's books of past years."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection, transaction

from common.actors import Actor
from common.imports.staging import Tables, Verdict, Window, plan_for_this_batch
from customers.services import hold_customers
from events.services import append_first
from orders.models import AGGREGATE, Order
from orders.services.demand import MOST_LINES, MOST_QUANTITY, MOST_TOTAL_CENTS
from orders.services.import_sql import DEMAND, MENTIONED, PAYLOADS, TAKEN, WRITE
from products.models import StockMovement
from products.services import Movement, lock_products, move_stock

TABLES = Tables(
    rows="order_import_rows",
    groups="order_import_groups",
    columns=("email", "sku", "quantity", "unit_price_cents", "created_at", "status"),
    most_rows=5_000,
)


@dataclass(slots=True)
class Imported:
    """What became of a batch, and how many units it took of which product."""

    verdict: Verdict
    taken: dict[int, int] = field(default_factory=dict)


@transaction.atomic(savepoint=False)
def import_orders(
    window: Window,
    *,
    actor: Actor,
    take_stock: bool = False,
    paid_by: str | None = None,
    promised: Mapping[int, int] | None = None,
) -> Imported:
    """Write the orders of a batch with the status and the date they had, each line judged by itself.

    Open orders always take their stock, shipped and delivered ones only with `take_stock`, cancelled ones never. An
    order that is short of any product is refused whole. `promised` are units that earlier batches of a dry run took.
    With a method of payment, `paid_by`, shipped and delivered orders were paid in full on their date.
    """
    plan_for_this_batch()
    batch = _batch(window, take_stock) | {
        "paid": [*Order.HAVE_LEFT] if paid_by else [],
        "paid_by": paid_by,
        "actor": actor.name,
    }
    emails, skus = _mentioned(batch)
    held = hold_customers(emails)
    batch |= {"emails": list(held), "customers": list(held.values()), "short": []}
    if skus:
        available = {product.pk: product.stock_quantity for product in lock_products(skus=skus)}
        batch["short"] = _short(batch, available, promised or {})

    order_ids, verdict = _write(batch)
    taken = _take(order_ids, actor) if skus else {}

    append_first(AGGREGATE, "order.imported", PAYLOADS, [order_ids], actor=actor)
    return Imported(verdict, taken)


def _batch(window: Window, take_stock: bool) -> dict[str, Any]:
    """What the statements of a batch need to know."""
    return {
        **asdict(window),
        "taking": [*Order.OPEN, *Order.HAVE_LEFT] if take_stock else [*Order.OPEN],
        "gone": [*Order.HAVE_LEFT],
        "most_lines": MOST_LINES,
        "most_quantity": MOST_QUANTITY,
        "most_total": MOST_TOTAL_CENTS,
    }


def _mentioned(batch: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The customers of the batch, and those of its products that stock is taken of."""
    with connection.cursor() as cursor:
        cursor.execute(MENTIONED, batch)
        emails, skus = cursor.fetchone() or (None, None)
    return emails or [], skus or []


def _short(batch: Mapping[str, Any], available: dict[int, int], promised: Mapping[int, int]) -> list[int]:
    """The orders, by first row, that cannot have all they ask for. Who stands first in the file is served first."""
    left = {product_id: stock - promised.get(product_id, 0) for product_id, stock in available.items()}
    with connection.cursor() as cursor:
        cursor.execute(DEMAND, batch)
        orders = cursor.fetchall()
    short = []
    for first_row, products, quantities in orders:
        wanted = dict(zip(products, quantities, strict=True))
        if any(left.get(product_id, 0) < quantity for product_id, quantity in wanted.items()):
            short.append(first_row)
            continue
        for product_id, quantity in wanted.items():
            left[product_id] -= quantity
    return short


def _write(batch: Mapping[str, Any]) -> tuple[list[int], Verdict]:
    order_ids: list[int] = []
    verdict = Verdict()
    with connection.cursor() as cursor:
        cursor.execute(WRITE, batch)
        for kind, number, code in cursor.fetchall():
            match kind:
                case "order":
                    order_ids.append(number)
                case "group":
                    verdict.groups[number] = code
                case "row":
                    verdict.rows[number] = code
    verdict.made = len(order_ids)
    return order_ids, verdict


def _take(order_ids: list[int], actor: Actor) -> dict[int, int]:
    """Take the stock of what was written, whatever was looked at before: so ledger and orders cannot differ."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, [order_ids])
        movements = [Movement(*row) for row in cursor.fetchall()]
    move_stock(movements, kind=StockMovement.Kind.SALE, actor=actor)
    taken: dict[int, int] = {}
    for movement in movements:
        taken[movement.product_id] = taken.get(movement.product_id, 0) - movement.delta
    return taken
