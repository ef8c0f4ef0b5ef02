"""Importing products."""

from dataclasses import asdict

from django.db import connection, transaction

from common.actors import Actor
from common.imports.staging import SKIPPED, Tables, Verdict, Window, plan_for_this_batch
from events.services import append_first
from products.models import AGGREGATE, StockMovement
from products.services.acts import Movement, move_stock

TABLES = Tables(
    rows="product_import_rows",
    groups="product_import_groups",
    columns=("name", "description", "price_cents", "stock_quantity", "reorder_level", "is_active"),
)

# How much a row has to say about its product; the last one of the highest rank is taken.
NOTHING, NAMED, PRICED, PRICED_AND_NAMED = range(4)


@transaction.atomic(savepoint=False)
def import_products(window: Window, *, actor: Actor) -> Verdict:
    """Add the products of a batch, each with its first ledger row. Those whose SKU is known stay as they are."""
    plan_for_this_batch()
    made = _insert(window)

    first_stock = [Movement(product_id, stock) for product_id, stock in made.values()]
    move_stock(first_stock, kind=StockMovement.Kind.INITIAL, actor=actor)
    append_first(
        AGGREGATE,
        "product.created",
        """
        SELECT id,
               jsonb_build_object('sku', jsonb_build_array(NULL, sku),
                                  'name', jsonb_build_array(NULL, name),
                                  'description', jsonb_build_array(NULL, description),
                                  'price_cents', jsonb_build_array(NULL, price_cents),
                                  'reorder_level', jsonb_build_array(NULL, reorder_level),
                                  'is_active', jsonb_build_array(NULL, is_active)),
               NULL::jsonb
        FROM products WHERE id = ANY(%s)
        """,
        [[product_id for product_id, _ in made.values()]],
        actor=actor,
    )
    known = [first_row for first_row in window.first_rows if first_row not in made]
    return Verdict(made=len(made), groups=dict.fromkeys(known, SKIPPED))


def _insert(window: Window) -> dict[int, tuple[int, int]]:
    """Id and first stock of the new products by their groups' first rows.

    Without a row that was sold at a price the product is free; without a row that names it, its SKU is its name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH given AS (
                SELECT g.first_row, r.key AS sku, coalesce(nullif(r.name, ''), r.key) AS name, r.description,
                       CASE WHEN r.rank >= %(priced)s THEN r.price_cents ELSE 0 END AS price_cents,
                       r.stock_quantity, r.reorder_level, r.is_active
                FROM unnest(%(first_rows)s::bigint[], %(best_rows)s::bigint[]) AS g (first_row, best_row)
                CROSS JOIN LATERAL (
                    SELECT * FROM product_import_rows WHERE run = %(run)s AND row = g.best_row OFFSET 0
                ) r
            ), made AS (
                INSERT INTO products (sku, name, description, price_cents, stock_quantity, stock_seq,
                                      reorder_level, is_active, version)
                SELECT sku, name, description, price_cents, 0, 0, reorder_level, is_active, 1 FROM given
                WHERE NOT EXISTS (SELECT FROM products p WHERE p.sku = given.sku)
                ORDER BY first_row
                ON CONFLICT (sku) DO NOTHING
                RETURNING id, sku
            )
            SELECT given.first_row, made.id, given.stock_quantity FROM made JOIN given USING (sku) ORDER BY made.id
            """,
            asdict(window) | {"priced": PRICED},
        )
        return {first_row: (product_id, stock) for first_row, product_id, stock in cursor.fetchall()}
