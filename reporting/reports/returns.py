"""What came back, and why."""

from common.exports.columns import Column, Kind
from reporting.definitions import EVERYBODY, Chart, Report
from reporting.parameters import RANGE
from reporting.reports.figures import COUNTED_ORDERS

RETURNS = Report(
    name="returns",
    description="Units that came back, restocked or written off, by the code of the reason.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("units",)),
    columns=(
        Column("reason_code", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("products", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("restocked_units", Kind.INTEGER),
        Column("written_off_units", Kind.INTEGER),
        Column("returned_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    # What is requested and not received yet may never come.
    sql=f"""
        WITH {COUNTED_ORDERS},
        returned AS (
            SELECT coalesce(nullif(r.reason_code, ''), '(none)') AS reason_code, r.order_id, i.product_id,
                   l.quantity AS units, l.disposition, l.quantity * i.unit_price_cents AS cents
            FROM counted c
            JOIN order_returns r ON r.order_id = c.id AND r.status = 'received'
            JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
        )
        SELECT reason_code, count(DISTINCT order_id) AS orders, count(DISTINCT product_id) AS products,
               sum(units) AS units,
               coalesce(sum(units) FILTER (WHERE disposition = 'restock'), 0) AS restocked_units,
               coalesce(sum(units) FILTER (WHERE disposition = 'write_off'), 0) AS written_off_units,
               sum(cents) AS returned_cents,
               round(100 * sum(units) / sum(sum(units)) OVER (), 2) AS share_percent
        FROM returned
        GROUP BY reason_code
        ORDER BY units DESC, reason_code COLLATE "C"
    """,
)
