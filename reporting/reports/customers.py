"""What was sold, by customer."""

from reporting.definitions import Column, Kind, Report
from reporting.parameters import RANGE
from reporting.reports.figures import COUNTED_UNITS, FIGURE_COLUMNS, FIGURES

CUSTOMERS = Report(
    name="customers",
    description="Orders, units and value of every customer who ordered, the most valuable first.",
    parameters=RANGE,
    columns=(
        Column("customer_id", Kind.INTEGER),
        Column("email", Kind.TEXT),
        Column("first_name", Kind.TEXT),
        Column("last_name", Kind.TEXT),
        *FIGURE_COLUMNS,
        Column("first_order_on", Kind.DATE),
        Column("last_order_on", Kind.DATE),
    ),
    sql=f"""
        WITH {COUNTED_UNITS},
        bought AS (
            SELECT customer_id, {FIGURES},
                   min(local_time)::date AS first_order_on, max(local_time)::date AS last_order_on
            FROM summed
            GROUP BY customer_id
        )
        SELECT c.id, c.email, c.first_name, c.last_name,
               {", ".join(f"bought.{column.name}" for column in FIGURE_COLUMNS)},
               bought.first_order_on, bought.last_order_on
        FROM bought JOIN customers c ON c.id = bought.customer_id
        ORDER BY bought.net_cents DESC, c.id
    """,
)
