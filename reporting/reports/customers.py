"""What was sold, by customer, and how customers come and come back."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, Chart, Report
from reporting.folding import figures_of_orders
from reporting.parameters import BY, RANGE
from reporting.reports.figures import COUNTED_ORDERS, FIGURE_COLUMNS, NET_CENTS, SUMMED_FIGURES, figures_of_lines

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
        of_line AS ({figures_of_lines("counted", told="o.customer_id, o.local_time")}),
        of_order AS ({figures_of_orders("customer_id, local_time", ("1", "(status = 'CANCELLED')::int"), "counted")}),
        bought AS (
            SELECT customer_id, {SUMMED_FIGURES},
                   min(local_time)::date AS first_order_on, max(local_time)::date AS last_order_on
            FROM of_order
            GROUP BY customer_id
        )
        SELECT c.id, c.email, c.first_name, c.last_name,
               {", ".join(f"bought.{column.name}" for column in FIGURE_COLUMNS)},
               bought.first_order_on, bought.last_order_on
        FROM bought JOIN customers c ON c.id = bought.customer_id
        ORDER BY bought.net_cents DESC, c.id
    """,
)

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
        firsts AS (
            SELECT customer_id, date_trunc(%(by)s, min(created_at AT TIME ZONE %(zone)s)) AS first_step
            FROM orders WHERE customer_id IN (SELECT customer_id FROM counted)
            GROUP BY customer_id
        ),
        stepped AS (
            SELECT customer_id, date_trunc(%(by)s, local_time) AS starts_at, net_cents AS net FROM counted
        ),
        told AS (SELECT s.*, s.starts_at = f.first_step AS is_new FROM stepped s JOIN firsts f USING (customer_id))
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
        WITH dated AS (
            SELECT customer_id, created_at AT TIME ZONE %(zone)s AS local_time, {NET_CENTS} AS net FROM orders
        ),
        members AS (
            SELECT customer_id, date_trunc('month', min(local_time)) AS cohort
            FROM dated
            GROUP BY customer_id
            HAVING (%(first)s::date IS NULL OR min(local_time)::date >= %(first)s::date)
               AND (%(end)s::date IS NULL OR min(local_time)::date < %(end)s::date)
        ),
        sizes AS (SELECT cohort, count(*) AS customers FROM members GROUP BY cohort),
        bought AS (
            SELECT cohort, {MONTHS.format("local_time")} - {MONTHS.format("cohort")} AS months_later,
                   count(DISTINCT customer_id) AS ordering_customers, count(*) AS orders, sum(net) AS net_cents
            FROM members JOIN dated USING (customer_id)
            GROUP BY cohort, months_later
        )
        SELECT to_char(cohort, 'YYYY-MM') AS cohort, customers, months_later, ordering_customers,
               round(100.0 * ordering_customers / customers, 2) AS ordering_percent, orders, net_cents
        FROM bought JOIN sizes USING (cohort)
        ORDER BY bought.cohort, months_later
    """,
)
