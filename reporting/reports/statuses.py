"""Where the orders stand."""

from orders.models import Order
from reporting.definitions import Column, Kind, Report
from reporting.parameters import RANGE
from reporting.reports.figures import COUNTED_UNITS

ORDERS_BY_STATUS = Report(
    name="orders-by-status",
    description="How many orders stand at each status now, with their units and value.",
    parameters=RANGE,
    columns=(
        Column("status", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("gross_cents", Kind.CENTS),
    ),
    sql=f"""
        WITH {COUNTED_UNITS}
        SELECT known.status, count(summed.id) AS orders, coalesce(sum(units), 0) AS units,
               coalesce(sum(cents), 0) AS gross_cents
        FROM unnest('{{{",".join(Order.Status.values)}}}'::text[]) WITH ORDINALITY AS known (status, place)
        LEFT JOIN summed ON summed.status = known.status
        GROUP BY known.status, known.place
        ORDER BY known.place
    """,
)
