"""What was sold, by product, and what was not."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, EVERYBODY, Chart, Report
from reporting.parameters import RANGE
from reporting.reading import PRODUCTS_SOLD, look_up_products
from reporting.reports.figures import FIGURE_COLUMNS, SUMMED_FIGURES

# Days of the range that have come, today included: what is sold tomorrow says nothing of today's pace. Where the range
# has no beginning, the first order is it.
PACED = """
    paced AS (
        SELECT greatest(least(%(end)s::date, %(today)s::date + 1) - coalesce(%(first)s::date, began_on), 0) AS days
        FROM (SELECT (min(created_at) AT TIME ZONE %(zone)s)::date AS began_on FROM orders) books
    )
"""

PRODUCTS = Report(
    name="products",
    description="Orders, units and value of every product that was ordered, the most valuable first.",
    roles=COMMERCIAL,
    parameters=RANGE,
    chart=Chart(labels=("sku", "name"), values=("net_cents",)),
    columns=(
        Column("product_id", Kind.INTEGER),
        Column("sku", Kind.TEXT),
        Column("name", Kind.TEXT),
        *FIGURE_COLUMNS,
        Column("share_percent", Kind.DECIMAL, optional=True),
        Column("available", Kind.INTEGER),
        Column("cover_days", Kind.DECIMAL, optional=True),
    ),
    look_up=look_up_products,
    sql=f"""
        WITH {PRODUCTS_SOLD},
        sold AS (
            SELECT product_id, {SUMMED_FIGURES} FROM products_sold GROUP BY product_id HAVING sum(orders) <> 0
        ),
        {PACED}
        SELECT p.id, p.sku, p.name, {", ".join(f"sold.{column.name}" for column in FIGURE_COLUMNS)},
               round(100 * sold.net_cents / nullif(sum(sold.net_cents) OVER (), 0), 2) AS share_percent,
               p.stock_quantity AS available,
               round(p.stock_quantity::numeric * nullif(days, 0) / nullif(sold.net_units, 0), 1) AS cover_days
        FROM sold JOIN products p ON p.id = sold.product_id CROSS JOIN paced
        ORDER BY sold.net_cents DESC, p.id
    """,
)

NEVER_SOLD = Report(
    name="never-sold",
    description="Products on sale of which nothing was sold in the range; the most money on the shelf first.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("sku", "name"), values=("value_cents",)),
    columns=(
        Column("product_id", Kind.INTEGER),
        Column("sku", Kind.TEXT),
        Column("name", Kind.TEXT),
        Column("available", Kind.INTEGER),
        Column("value_cents", Kind.CENTS),
        Column("created_on", Kind.DATE),
        Column("last_sold_on", Kind.DATE, optional=True),
    ),
    look_up=look_up_products,
    sql=f"""
        WITH {PRODUCTS_SOLD},
        sold AS (SELECT product_id FROM products_sold GROUP BY product_id HAVING sum(orders - cancelled_orders) > 0),
        unsold AS (
            SELECT * FROM products p
            WHERE p.is_active AND NOT EXISTS (SELECT FROM sold WHERE sold.product_id = p.id)
        ),
        ever AS (
            SELECT i.product_id, max(o.created_at AT TIME ZONE %(zone)s)::date AS last_sold_on
            FROM order_items i JOIN orders o ON o.id = i.order_id
            WHERE o.status <> 'CANCELLED' AND i.product_id IN (SELECT id FROM unsold)
            GROUP BY i.product_id
        )
        SELECT p.id, p.sku, p.name, p.stock_quantity AS available,
               p.stock_quantity::numeric * p.price_cents AS value_cents,
               (p.created_at AT TIME ZONE %(zone)s)::date AS created_on, ever.last_sold_on
        FROM unsold p LEFT JOIN ever ON ever.product_id = p.id
        ORDER BY value_cents DESC, p.id
    """,
)
