"""What came in and went back, and what is still to be paid."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, Chart, Report
from reporting.parameters import BY, RANGE
from reporting.reports.figures import in_range
from reporting.reports.naming import order_number

PAYMENTS = Report(
    name="payments",
    description="Money that came in and went back, by the day on which it did and by method; voided payments left out.",
    roles=COMMERCIAL,
    parameters=(BY, *RANGE),
    chart=Chart(labels=("period", "method"), values=("received_cents",)),
    columns=(
        Column("period", Kind.TEXT),
        Column("starts_on", Kind.DATE),
        Column("method", Kind.TEXT),
        Column("payments", Kind.INTEGER),
        Column("received_cents", Kind.CENTS),
        Column("refunds", Kind.INTEGER),
        Column("refunded_cents", Kind.CENTS),
        Column("net_received_cents", Kind.CENTS),
    ),
    sql=f"""
        WITH moved AS (
            SELECT received_at AS moment, method, amount_cents AS received, NULL AS refunded
            FROM order_payments WHERE voided_at IS NULL AND {in_range("received_at")}
            UNION ALL
            SELECT r.refunded_at, p.method, NULL, r.amount_cents
            FROM order_refunds r JOIN order_payments p ON p.id = r.payment_id WHERE {in_range("r.refunded_at")}
        )
        SELECT to_char(starts_at, %(label)s) AS period, starts_at::date AS starts_on, method,
               count(received) AS payments, coalesce(sum(received), 0) AS received_cents,
               count(refunded) AS refunds, coalesce(sum(refunded), 0) AS refunded_cents,
               coalesce(sum(received), 0) - coalesce(sum(refunded), 0) AS net_received_cents
        FROM (SELECT *, date_trunc(%(by)s, moment AT TIME ZONE %(zone)s) AS starts_at FROM moved) dated
        GROUP BY starts_at, method
        ORDER BY starts_at, method COLLATE "C"
    """,
)

OPEN_BALANCES = Report(
    name="open-balances",
    description="Orders for which something is still to be paid, or to be given back; the largest balance first.",
    roles=COMMERCIAL,
    parameters=RANGE,
    usual_from="last-year",
    chart=Chart(labels=("order_number", "email"), values=("balance_cents",)),
    columns=(
        Column("order_number", Kind.TEXT),
        Column("status", Kind.TEXT),
        Column("payment_state", Kind.TEXT),
        Column("placed_on", Kind.DATE),
        Column("age_days", Kind.INTEGER),
        Column("customer_id", Kind.INTEGER),
        Column("email", Kind.TEXT),
        Column("due_cents", Kind.CENTS),
        Column("paid_cents", Kind.CENTS),
        Column("refunded_cents", Kind.CENTS),
        Column("balance_cents", Kind.CENTS),
    ),
    sql=f"""
        SELECT {order_number("o.id")} AS order_number, o.status, o.payment_state, placed_on,
               %(today)s::date - placed_on AS age_days, o.customer_id, c.email,
               o.balance_cents::numeric + o.paid_cents - o.refunded_cents AS due_cents,
               o.paid_cents, o.refunded_cents, o.balance_cents
        FROM orders o JOIN customers c ON c.id = o.customer_id
        CROSS JOIN LATERAL (SELECT (o.created_at AT TIME ZONE %(zone)s)::date AS placed_on) dated
        WHERE {in_range("o.created_at")} AND (o.balance_cents > 0 OR o.balance_cents < 0)  -- as the index knows it
        ORDER BY o.balance_cents DESC, o.id
    """,
)
