"""The figures that every sales report shows, and the orders they are made of. What they mean: docs/reports.md."""

from common.exports.columns import Column, Kind
from reporting.folding import FIGURES as SUMS

# What is left of an order's total, from its row alone; nothing else is due for it.
NET_CENTS = "CASE WHEN status = 'CANCELLED' THEN 0 ELSE total_cents - short_closed_cents - returned_cents END"


# The day of an order is the date that a calendar in the zone shows at `created_at`. That date itself is compared, not
# the instants at which days begin: where clocks go back at midnight, there are two of them. The bounds by instant
# are a day wider than needed and only let an index find the rows.
def in_range(moment: str) -> str:
    """The condition that keeps a statement to the days of the question, by the column of a moment."""
    return f"""
        (%(first)s::date IS NULL
         OR ({moment} >= (%(first)s::date - 1)::timestamp AT TIME ZONE 'UTC'
             AND ({moment} AT TIME ZONE %(zone)s)::date >= %(first)s::date))
        AND (%(end)s::date IS NULL
             OR ({moment} < (%(end)s::date + 1)::timestamp AT TIME ZONE 'UTC'
                 AND ({moment} AT TIME ZONE %(zone)s)::date < %(end)s::date))
    """


COUNTED_ORDERS = f"""
    counted AS (
        SELECT o.id, o.customer_id, o.status, o.total_cents AS cents, o.short_closed_cents, o.returned_cents,
               {NET_CENTS} AS net_cents, o.created_at AT TIME ZONE %(zone)s AS local_time
        FROM orders o WHERE {in_range("o.created_at")}
    )
"""


def figures_of_lines(orders: str, *, told: str) -> str:
    """The figures of each line of these orders, in parts to be summed up, after the columns that are `told` of it.

    `orders` has id and status as `o`; a line is `i`. What of a cancelled order was short-closed before is cancelled.
    """

    def part(**figures: str) -> str:
        return f"SELECT {told}, {', '.join(f'{figures.get(name, 0)} AS {name}' for name in SUMS)}"

    ordered = part(
        orders="1",
        units="i.quantity",
        gross_cents="i.line_total_cents",
        cancelled_orders="is_cancelled",
        cancelled_units="is_cancelled * i.quantity",
        cancelled_cents="is_cancelled * i.line_total_cents",
    )
    short_closed = part(short_closed_units="s.quantity", short_closed_cents="s.quantity * i.unit_price_cents")
    returned = part(returned_units="l.quantity", returned_cents="l.quantity * i.unit_price_cents")
    return f"""
        {ordered}
        FROM {orders} o JOIN order_items i ON i.order_id = o.id
        CROSS JOIN LATERAL (SELECT (o.status = 'CANCELLED')::int AS is_cancelled) state
        UNION ALL
        {short_closed}
        FROM {orders} o JOIN short_closes s ON s.order_id = o.id JOIN order_items i ON i.id = s.item_id
        WHERE o.status <> 'CANCELLED'
        UNION ALL
        {returned}
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
