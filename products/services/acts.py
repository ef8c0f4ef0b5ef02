"""What can be done with products, and the only place that moves stock."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from common.actors import Actor
from common.changes import differing, make_changes, save_next_version
from common.errors import InvalidInput, NotFound, require_version
from events.services import Change, append
from products.errors import InsufficientStock, StockMismatch
from products.models import AGGREGATE, Product, StockMovement

Kind = StockMovement.Kind
MOST_STOCK = 10**12


class Movement(NamedTuple):
    """So many units more (or less, when negative) of a product available."""

    product_id: int
    delta: int
    order_id: int | None = None


@transaction.atomic(savepoint=False)
def create_product(*, actor: Actor, stock_quantity: int = 0, **fields: Any) -> Product:
    """Add a product with its first ledger row. A second one with the same SKU is refused by the database."""
    return _created(Product.objects.create(**fields), stock_quantity, actor)


@transaction.atomic(savepoint=False)
def change_product(product_id: int, *, actor: Actor, expected_version: int | None = None, **fields: Any) -> Product:
    """Change what the catalogue says of a product, never its stock; existing orders keep what was agreed.

    Raises NotFound, StaleVersion.
    """
    product = lock_product(product_id)
    require_version(product.version, expected_version)
    return _changed(product, fields, actor)


@transaction.atomic(savepoint=False)
def put_product(
    *, sku: str, actor: Actor, stock_quantity: int = 0, expected_version: int | None = None, **fields: Any
) -> tuple[Product, bool]:
    """Create the product with this SKU, or change what is named of the one there is; says whether it is new.

    `stock_quantity` is what a new product begins with; that of an existing one moves by stock documents alone.
    Whoever creates the same one at the same moment is waited for. Raises StaleVersion.
    """
    product, is_new = Product.objects.locked().get_or_create(sku=sku, defaults=fields)
    require_version(0 if is_new else product.version, expected_version)
    return (_created(product, stock_quantity, actor) if is_new else _changed(product, fields, actor)), is_new


@transaction.atomic(savepoint=False)
def adjust_stock(
    product_id: int,
    *,
    actor: Actor,
    delta: int,
    reason: str,
    reason_code: str = "",
    kind: Kind = Kind.ADJUSTMENT,
    expected_version: int | None = None,
) -> Product:
    """Add or take away available units: a receipt, a breakage, a correction.

    Raises NotFound, StaleVersion, InsufficientStock.
    """
    product = lock_product(product_id)
    require_version(product.version, expected_version)
    if delta == 0:
        raise InvalidInput.at("/delta", "zero", "An adjustment by nothing is none.")
    return _document(product, delta, kind, reason, reason_code, actor)


@transaction.atomic(savepoint=False)
def set_stock(
    product_id: int,
    *,
    actor: Actor,
    set_to: int,
    expected: int,
    reason: str,
    reason_code: str = "",
    expected_version: int | None = None,
) -> Product:
    """Set the available stock to a number, provided that it is what the caller believes it is.

    Raises NotFound, StaleVersion, StockMismatch.
    """
    product = lock_product(product_id)
    require_version(product.version, expected_version)
    if product.stock_quantity != expected:
        raise StockMismatch(
            f"{product.stock_quantity} are available, not {expected}.",
            expected=expected,
            available=product.stock_quantity,
        )
    if set_to == expected:
        return product
    return _document(product, set_to - expected, Kind.ADJUSTMENT, reason, reason_code, actor)


def count_stock(product: Product, *, actor: Actor, difference: int, reason: str, reason_code: str = "") -> Product:
    """Record a count of the shelf that found `difference` units more than were on hand; zero is worth a row too.

    The caller holds the product's lock and knows what is reserved. Raises InsufficientStock.
    """
    return _document(product, difference, Kind.COUNT, reason, reason_code, actor)


def lock_product(product_id: int) -> Product:
    """The product, held until the transaction ends. Raises NotFound."""
    product = Product.objects.locked().filter(pk=product_id).first()
    if product is None:
        raise NotFound(f"There is no product {product_id}.")
    return product


def lock_products(*, ids: Collection[int] = (), skus: Collection[str] = ()) -> list[Product]:
    """The products with these ids or SKUs, locked in the order of their ids; unknown ones are missing."""
    needed = ("id", "sku", "name", "price_cents", "stock_quantity", "is_active")
    return list(Product.objects.locked().named(ids, skus).only(*needed))


def move_stock(
    movements: Sequence[Movement], *, kind: Kind, actor: Actor, reason: str = "", reason_code: str = ""
) -> dict[int, tuple[int, int]]:
    """Change counters and ledger in one statement; returns each product's stock and sequence after it.

    The caller has locked the products and looked: the database refuses a stock below zero all the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH movement AS (
                SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
                WITH ORDINALITY AS m (product_id, delta, order_id, place)
            ), moved AS (
                UPDATE products p
                SET stock_quantity = stock_quantity + total.delta, stock_seq = stock_seq + total.rows
                FROM (SELECT product_id, sum(delta) AS delta, count(*) AS rows FROM movement GROUP BY 1) total
                WHERE p.id = total.product_id
                RETURNING p.id, p.stock_quantity, p.stock_seq,
                          p.stock_quantity - total.delta AS stock_before, p.stock_seq - total.rows AS seq_before
            ), recorded AS (
                INSERT INTO stock_movements
                    (product_id, sequence, delta, balance, kind, order_id, actor, reason, reason_code, created_at)
                SELECT moved.id, seq_before + row_number() OVER so_far, movement.delta,
                       stock_before + sum(movement.delta) OVER so_far,
                       %s, movement.order_id, %s, %s, %s, statement_timestamp()
                FROM movement JOIN moved ON moved.id = movement.product_id
                WINDOW so_far AS (PARTITION BY moved.id ORDER BY movement.place)
            )
            SELECT id, stock_quantity, stock_seq FROM moved
            """,
            [
                [movement.product_id for movement in movements],
                [movement.delta for movement in movements],
                [movement.order_id for movement in movements],
                kind.value,
                actor.name,
                reason,
                reason_code,
            ],
        )
        return {product_id: (stock, sequence) for product_id, stock, sequence in cursor.fetchall()}


def _created(product: Product, stock_quantity: int, actor: Actor) -> Product:
    moved = move_stock([Movement(product.pk, stock_quantity)], kind=Kind.INITIAL, actor=actor)
    product.stock_quantity, product.stock_seq = moved[product.pk]

    changes = {name: [None, getattr(product, name)] for name in Product.CATALOGUE}
    append(Change(AGGREGATE, product.pk, product.version, "product.created", changes), actor=actor)
    return product


def _changed(product: Product, fields: Mapping[str, Any], actor: Actor) -> Product:
    changes = differing(product, fields)
    if changes:
        make_changes(product, changes)
        append(Change(AGGREGATE, product.pk, product.version, "product.changed", changes), actor=actor)
    return product


def _document(product: Product, delta: int, kind: Kind, reason: str, reason_code: str, actor: Actor) -> Product:
    """A stock document: ledger row and event. The event's version is the product's."""
    if delta > 0 and product.stock_quantity + delta > MOST_STOCK:
        raise InvalidInput(f"More than {MOST_STOCK} units cannot be kept of one product.")
    if product.stock_quantity + delta < 0:
        raise InsufficientStock(
            f"Only {product.stock_quantity} are available.",
            items=[
                {
                    "product_id": product.pk,
                    "sku": product.sku,
                    "code": InsufficientStock.code,
                    "requested": -delta,
                    "available": product.stock_quantity,
                }
            ],
        )
    moved = move_stock([Movement(product.pk, delta)], kind=kind, actor=actor, reason=reason, reason_code=reason_code)
    product.stock_quantity, product.stock_seq = moved[product.pk]

    payload = {
        "delta": delta,
        "balance": product.stock_quantity,
        "kind": kind.value,
        "reason": reason,
        "reason_code": reason_code,
    }
    save_next_version(product)
    append(Change(AGGREGATE, product.pk, product.version, "product.stock_adjusted", payload), actor=actor)
    return product
