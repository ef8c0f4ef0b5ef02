"""What was sold, by customer, and how customers come and come back."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, Chart, Report
from reporting.parameters import BY, RANGE
from reporting.reports.figures import COUNTED_ORDERS, FIGURE_COLUMNS, NET_CENTS

CUSTOMERS = Report(
    name="customers",
    description="Orders, units and value of every customer who ordered, the most valuable first.",
    roles=COMMERCIAL,
    parameters=RANGE,
    chart=Chart(labels=("email",), values=("net_cents",)),
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
        WITH {COUNTED_ORDERS},
        bought AS (
            SELECT customer_id, count(*) AS orders, sum(cents) AS gross_cents,
                   count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled_orders,
                   coalesce(sum(cents) FILTER (WHERE status = 'CANCELLED'), 0) AS cancelled_cents,
                   coalesce(sum(short_closed_cents) FILTER (WHERE status <> 'CANCELLED'), 0) AS short_closed_cents,
                   sum(returned_cents) AS returned_cents, sum(net_cents) AS net_cents,
                   min(local_time)::date AS first_order_on, max(local_time)::date AS last_order_on
            FROM counted GROUP BY customer_id
        ), of_lines AS (
            SELECT customer_id, sum(quantity) AS units,
                   coalesce(sum(quantity) FILTER (WHERE status = 'CANCELLED'), 0) AS cancelled_units
            FROM counted JOIN order_items i ON i.order_id = counted.id GROUP BY customer_id
        ), of_short_closes AS (
            SELECT customer_id, sum(quantity) AS units
            FROM counted JOIN short_closes s ON s.order_id = counted.id
            WHERE status <> 'CANCELLED' GROUP BY customer_id
        ), of_returns AS (
            SELECT customer_id, sum(quantity) AS units
            FROM counted JOIN order_returns r ON r.order_id = counted.id AND r.status = 'received'
            JOIN order_return_lines l ON l.return_id = r.id GROUP BY customer_id
        ), units AS (
            SELECT customer_id, l.units, cancelled_units, coalesce(s.units, 0) AS short_closed_units,
                   coalesce(r.units, 0) AS returned_units
            FROM of_lines l LEFT JOIN of_short_closes s USING (customer_id) LEFT JOIN of_returns r USING (customer_id)
        ), told AS (
            SELECT *, units - cancelled_units - short_closed_units - returned_units AS net_units
            FROM bought JOIN units USING (customer_id)
        )
        SELECT c.id, c.email, c.first_name, c.last_name, {", ".join(column.name for column in FIGURE_COLUMNS)},
               first_order_on, last_order_on
        FROM told JOIN customers c ON c.id = customer_id
        ORDER BY net_cents DESC, c.id
    """,
)


def first_orders(customers: str) -> str:
    """When each of these customers placed the first order of all: the earliest time that a clock in the zone showed.

    Two looks into an index for each. Where clocks go back a later moment may show an earlier time, so the day after the
    first moment is looked at.
    """
    return f"""
        firsts AS MATERIALIZED (
            SELECT customer_id, first.local_time AS first_time
            FROM ({customers}) AS buyers (customer_id)
            CROSS JOIN LATERAL (
                SELECT min(created_at AT TIME ZONE %(zone)s) AS local_time FROM orders
                WHERE customer_id = buyers.customer_id AND created_at < (
                    SELECT min(created_at) + interval '1 day' FROM orders WHERE customer_id = buyers.customer_id
                )
            ) first
        )
    """


NEW_CUSTOMERS = Report(
    name="new-customers",
    description="Customers who ordered for the first time and those who came back, with what they ordered.",
    roles=COMMERCIAL,
    parameters=(BY, *RANGE),
    steps="month",
    usual_from="last-year",
    chart=Chart(labels=("period",), values=("new_net_cents", "returning_net_cents"), over_time=True),
    columns=(
        Column("period", Kind.TEXT),
        Column("starts_on", Kind.DATE),
        Column("customers", Kind.INTEGER),
        Column("new_customers", Kind.INTEGER),
        Column("returning_customers", Kind.INTEGER),
        Column("orders", Kind.INTEGER),
        Column("new_orders", Kind.INTEGER),
        Column("returning_orders", Kind.INTEGER),
        Column("net_cents", Kind.CENTS),
        Column("new_net_cents", Kind.CENTS),
        Column("returning_net_cents", Kind.CENTS),
    ),
    sql=f"""
        WITH {COUNTED_ORDERS},
        {first_orders("SELECT DISTINCT customer_id FROM counted")},
        stepped AS (
            SELECT customer_id, date_trunc(%(by)s, local_time) AS starts_at, net_cents AS net,
                   date_trunc(%(by)s, first_time) AS first_step
            FROM counted JOIN firsts USING (customer_id)
        ),
        told AS (SELECT *, starts_at = first_step AS is_new FROM stepped)
        SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on,
               count(DISTINCT customer_id) AS customers,
               count(DISTINCT customer_id) FILTER (WHERE is_new) AS new_customers,
               count(DISTINCT customer_id) FILTER (WHERE NOT is_new) AS returning_customers,
               count(*) AS orders,
               count(*) FILTER (WHERE is_new) AS new_orders,
               count(*) FILTER (WHERE NOT is_new) AS returning_orders,
               sum(net) AS net_cents,
               coalesce(sum(net) FILTER (WHERE is_new), 0) AS new_net_cents,
               coalesce(sum(net) FILTER (WHERE NOT is_new), 0) AS returning_net_cents
        FROM told
        GROUP BY starts_at
        ORDER BY starts_at
    """,
)

# In months from year 0, so that their difference is the months between.
MONTHS = "(extract(year FROM {0}) * 12 + extract(month FROM {0}))::int"

COHORTS = Report(
    name="cohorts",
    description="Customers by the month of their first order, and how many of them ordered in each month after it.",
    roles=COMMERCIAL,
    usual_from="last-year",
    parameters=RANGE,
    columns=(
        Column("cohort", Kind.TEXT),
        Column("customers", Kind.INTEGER),
        Column("months_later", Kind.INTEGER),
        Column("ordering_customers", Kind.INTEGER),
        Column("ordering_percent", Kind.DECIMAL),
        Column("orders", Kind.INTEGER),
        Column("net_cents", Kind.CENTS),
    ),
    sql=f"""
        WITH {first_orders("SELECT id FROM customers")},
        members AS (
            SELECT customer_id, date_trunc('month', first_time) AS cohort
            FROM firsts
            WHERE (%(first)s::date IS NULL OR first_time::date >= %(first)s::date)
              AND (%(end)s::date IS NULL OR first_time::date < %(end)s::date)
        ),
        bought AS (
            SELECT cohort, month, count(*) AS ordering_customers, sum(orders) AS orders, sum(net) AS net_cents
            FROM members CROSS JOIN LATERAL (
                SELECT date_trunc('month', created_at AT TIME ZONE %(zone)s) AS month, count(*) AS orders,
                       sum({NET_CENTS}) AS net
                FROM orders WHERE customer_id = members.customer_id
                GROUP BY month
            ) each
            GROUP BY cohort, month
        ),
        sized AS (
            SELECT *, {MONTHS.format("month")} - {MONTHS.format("cohort")} AS months_later,
                   first_value(ordering_customers) OVER (PARTITION BY cohort ORDER BY month) AS customers
            FROM bought
        )
        SELECT to_char(cohort, 'YYYY-MM') AS cohort, customers, months_later, ordering_customers,
               round(100.0 * ordering_customers / customers, 2) AS ordering_percent, orders, net_cents
        FROM sized
        ORDER BY sized.cohort, months_later
    """,
)
