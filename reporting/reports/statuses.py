"""Where the orders stand, and for how long those that are not done have been waiting."""

from common.exports.columns import Column, Kind
from orders.models import Order
from reporting.definitions import EVERYBODY, Chart, Report
from reporting.parameters import LIMIT, RANGE, ZONE
from reporting.reading import DAYS, look_up_days
from reporting.reports.figures import COUNTED_ORDERS

WAITING = (Order.Status.PENDING, Order.Status.CONFIRMED, Order.Status.SHIPPED)
WAIT = f"status = ANY('{{{','.join(WAITING)}}}')"

# What waits for something is little and is counted; what was cancelled the rollups know, and all the rest is delivered.
ORDERS_BY_STATUS = Report(
    name="orders-by-status",
    description="How many orders stand at each status now, with their units and value.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("status",), values=("orders",)),
    columns=(
        Column("status", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("gross_cents", Kind.CENTS),
    ),
    look_up=look_up_days,
    sql=f"""
        WITH {DAYS}, {COUNTED_ORDERS},
        waiting AS (
            SELECT status, count(*) AS orders, sum(units) AS units, sum(cents) AS gross_cents
            FROM counted CROSS JOIN LATERAL (
                SELECT sum(quantity) AS units FROM order_items WHERE order_id = counted.id
            ) lines
            WHERE {WAIT}
            GROUP BY status
        ),
        standing AS (
            SELECT * FROM waiting
            UNION ALL
            SELECT '{Order.Status.CANCELLED}', cancelled_orders, cancelled_units, cancelled_cents FROM days
            UNION ALL
            SELECT '{Order.Status.DELIVERED}', orders - cancelled_orders, units - cancelled_units,
                   gross_cents - cancelled_cents FROM days
            UNION ALL
            SELECT '{Order.Status.DELIVERED}', -orders, -units, -gross_cents FROM waiting
        )
        SELECT status, coalesce(sum(orders), 0) AS orders, coalesce(sum(units), 0) AS units,
               coalesce(sum(gross_cents), 0) AS gross_cents
        FROM unnest('{{{",".join(Order.Status.values)}}}'::text[]) WITH ORDINALITY AS known (status, place)
        LEFT JOIN standing USING (status)
        GROUP BY status, place
        ORDER BY place
    """,
)

# The least days of each class of ages.
AGES = {0: "today", 1: "1 day", 2: "2-3 days", 4: "4-7 days", 8: "8-14 days", 15: "15-30 days", 31: "over 30 days"}

ORDERS_BY_AGE = Report(
    name="orders-by-age",
    description="Orders that still wait to be confirmed, shipped or delivered, by the days since they were placed.",
    roles=EVERYBODY,
    parameters=(ZONE, LIMIT),
    chart=Chart(labels=("status", "age"), values=("orders",)),
    columns=(
        Column("status", Kind.TEXT),
        Column("age", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("gross_cents", Kind.CENTS),
        Column("oldest_on", Kind.DATE, optional=True),
    ),
    sql=f"""
        WITH waiting AS (
            SELECT o.status, o.total_cents AS cents, (o.created_at AT TIME ZONE %(zone)s)::date AS placed_on,
                   (SELECT sum(quantity) FROM order_items WHERE order_id = o.id) AS units
            FROM orders o
            WHERE o.{WAIT}
        )
        SELECT statuses.status, ages.label AS age, count(placed_on) AS orders, coalesce(sum(units), 0) AS units,
               coalesce(sum(cents), 0) AS gross_cents, min(placed_on) AS oldest_on
        FROM unnest('{{{",".join(WAITING)}}}'::text[]) WITH ORDINALITY AS statuses (status, place)
        CROSS JOIN (SELECT label, least_days, coalesce(lead(least_days) OVER (ORDER BY least_days), 1000000) AS beyond
                    FROM (VALUES {", ".join(f"({days}, '{label}')" for days, label in AGES.items())})
                         AS classes (least_days, label)) ages
        LEFT JOIN waiting ON waiting.status = statuses.status
              AND greatest(%(today)s::date - placed_on, 0) >= least_days
              AND greatest(%(today)s::date - placed_on, 0) < beyond
        GROUP BY statuses.status, statuses.place, ages.label, ages.least_days
        ORDER BY statuses.place, ages.least_days
    """,
)
