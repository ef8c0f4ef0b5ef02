"""The figures that every sales report shows, and the orders they are made of. What they mean: docs/reports.md."""

from common.exports.columns import Column, Kind
from reporting.folding import FIGURES as SUMS

# What is left of an order's total, from its row alone; nothing else is due for it.
NET_CENTS = "CASE WHEN status = 'CANCELLED' THEN 0 ELSE total_cents - short_closed_cents - returned_cents END"

# The day of an order is the date that a calendar in the zone shows at `created_at`. That date itself is compared, not
# the instants at which days begin: where clocks go back at midnight, there are two of them. The bounds by instant
# are a day wider than needed and only let an index find the rows.
COUNTED_ORDERS = f"""
    counted AS (
        SELECT o.id, o.customer_id, o.status, o.total_cents AS cents, {NET_CENTS} AS net_cents,
               o.created_at AT TIME ZONE %(zone)s AS local_time
        FROM orders o
        WHERE (%(first)s::date IS NULL
               OR (o.created_at >= (%(first)s::date - 1)::timestamp AT TIME ZONE 'UTC'
                   AND (o.created_at AT TIME ZONE %(zone)s)::date >= %(first)s::date))
          AND (%(end)s::date IS NULL
               OR (o.created_at < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
                   AND (o.created_at AT TIME ZONE %(zone)s)::date < %(end)s::date))
    )
"""

# The same with the units of each order.
COUNTED_UNITS = f"""
    {COUNTED_ORDERS},
    summed AS (
        SELECT c.*, coalesce(u.units, 0) AS units
        FROM counted c CROSS JOIN LATERAL (SELECT sum(quantity) AS units FROM order_items WHERE order_id = c.id) u
    )
"""


def figures_of_lines(orders: str, *, told: str) -> str:
    """The figures of each line of these orders, in parts to be summed up, after the columns that are `told` of it.

    `orders` has id and status as `o`; a line is `i`. What of a cancelled order was short-closed before is cancelled.
    """
    return f"""
        SELECT {told}, 1 AS orders, i.quantity AS units, i.line_total_cents AS gross_cents,
               is_cancelled AS cancelled_orders, is_cancelled * i.quantity AS cancelled_units,
               is_cancelled * i.line_total_cents AS cancelled_cents,
               0 AS short_closed_units, 0 AS short_closed_cents, 0 AS returned_units, 0 AS returned_cents
        FROM {orders} o JOIN order_items i ON i.order_id = o.id
        CROSS JOIN LATERAL (SELECT (o.status = 'CANCELLED')::int AS is_cancelled) state
        UNION ALL
        SELECT {told}, 0, 0, 0, 0, 0, 0, s.quantity, s.quantity * i.unit_price_cents, 0, 0
        FROM {orders} o JOIN short_closes s ON s.order_id = o.id JOIN order_items i ON i.id = s.item_id
        WHERE o.status <> 'CANCELLED'
        UNION ALL
        SELECT {told}, 0, 0, 0, 0, 0, 0, 0, 0, l.quantity, l.quantity * i.unit_price_cents
        FROM {orders} o JOIN order_returns r ON r.order_id = o.id AND r.status = 'received'
        JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
    """


# What parts come to.
SUMMED_FIGURES = f"""
    {", ".join(f"sum({figure}) AS {figure}" for figure in SUMS)},
    sum(units - cancelled_units - short_closed_units - returned_units) AS net_units,
    sum(gross_cents - cancelled_cents - short_closed_cents - returned_cents) AS net_cents
"""

FIGURE_COLUMNS = (
    Column("orders", Kind.INTEGER),
    Column("units", Kind.INTEGER),
    Column("gross_cents", Kind.CENTS),
    Column("cancelled_orders", Kind.INTEGER),
    Column("cancelled_units", Kind.INTEGER),
    Column("cancelled_cents", Kind.CENTS),
    Column("short_closed_units", Kind.INTEGER),
    Column("short_closed_cents", Kind.CENTS),
    Column("returned_units", Kind.INTEGER),
    Column("returned_cents", Kind.CENTS),
    Column("net_units", Kind.INTEGER),
    Column("net_cents", Kind.CENTS),
)
