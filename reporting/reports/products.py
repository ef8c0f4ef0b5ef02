"""What was sold, by product."""

from reporting.definitions import Column, Kind, Report
from reporting.parameters import RANGE
from reporting.reports.figures import COUNTED_ORDERS, FIGURE_COLUMNS, FIGURES

PRODUCTS = Report(
    name="products",
    description="Orders, units and value of every product that was ordered, the most valuable first.",
    parameters=RANGE,
    columns=(
        Column("product_id", Kind.INTEGER),
        Column("sku", Kind.TEXT),
        Column("name", Kind.TEXT),
        *FIGURE_COLUMNS,
    ),
    sql=f"""
        WITH {COUNTED_ORDERS},
        sold AS (
            SELECT product_id, {FIGURES}
            FROM (SELECT i.product_id, c.status, i.quantity AS units, i.line_total_cents AS cents
                  FROM counted c JOIN order_items i ON i.order_id = c.id) lines
            GROUP BY product_id
        )
        SELECT p.id, p.sku, p.name, {", ".join(f"sold.{column.name}" for column in FIGURE_COLUMNS)}
        FROM sold JOIN products p ON p.id = sold.product_id
        ORDER BY sold.net_cents DESC, p.id
    """,
)
