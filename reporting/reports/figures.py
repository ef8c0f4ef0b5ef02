"""The figures that every sales report shows, and the orders they are made of. What they mean: docs/reports.md."""

from common.exports.columns import Column, Kind
from reporting.folding import FIGURES as SUMS

# The day of an order is the date that a calendar in the zone shows at `created_at`. That date itself is compared, not
# the instants at which days begin: where clocks go back at midnight, there are two of them. The bounds by instant
# are a day wider than needed and only let an index find the rows.
COUNTED_ORDERS = """
    counted AS (
        SELECT o.id, o.customer_id, o.status, o.total_cents AS cents, o.created_at AT TIME ZONE %(zone)s AS local_time
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

FIGURES = """
    count(*) AS orders,
    sum(units) AS units,
    sum(cents) AS gross_cents,
    count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled_orders,
    coalesce(sum(units) FILTER (WHERE status = 'CANCELLED'), 0) AS cancelled_units,
    coalesce(sum(cents) FILTER (WHERE status = 'CANCELLED'), 0) AS cancelled_cents,
    coalesce(sum(units) FILTER (WHERE status <> 'CANCELLED'), 0) AS net_units,
    coalesce(sum(cents) FILTER (WHERE status <> 'CANCELLED'), 0) AS net_cents
"""

# The same where rows are sums already.
SUMMED_FIGURES = f"""
    {", ".join(f"sum({figure}) AS {figure}" for figure in SUMS)},
    sum(units - cancelled_units) AS net_units,
    sum(gross_cents - cancelled_cents) AS net_cents
"""

FIGURE_COLUMNS = (
    Column("orders", Kind.INTEGER),
    Column("units", Kind.INTEGER),
    Column("gross_cents", Kind.CENTS),
    Column("cancelled_orders", Kind.INTEGER),
    Column("cancelled_units", Kind.INTEGER),
    Column("cancelled_cents", Kind.CENTS),
    Column("net_units", Kind.INTEGER),
    Column("net_cents", Kind.CENTS),
)
