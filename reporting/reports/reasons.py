"""Why orders were cancelled, given up in part or sent back, by the codes that were given."""

from common.exports.columns import Column, Kind
from reporting.definitions import COMMERCIAL, EVERYBODY, Chart, Report
from reporting.parameters import RANGE
from reporting.reports.figures import COUNTED_ORDERS, in_range


def code(column: str) -> str:
    """A reason's code, or what stands for none."""
    return f"coalesce(nullif({column}, ''), '(none)')"


# Of parts of orders, by reason_code; the most units first.
COUNTED = "count(DISTINCT order_id) AS orders, count(DISTINCT product_id) AS products, sum(units) AS units"
SHARE = "round(100 * sum(units) / sum(sum(units)) OVER (), 2) AS share_percent"
COUNTED_COLUMNS = (
    Column("reason_code", Kind.TEXT),
    Column("orders", Kind.INTEGER),
    Column("products", Kind.INTEGER),
    Column("units", Kind.INTEGER),
)

CANCELLATIONS = Report(
    name="cancellations",
    description="Orders that were cancelled, by the code of the reason; the most frequent first.",
    roles=COMMERCIAL,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("orders",)),
    columns=(
        Column("reason_code", Kind.TEXT),
        Column("orders", Kind.INTEGER),
        Column("units", Kind.INTEGER),
        Column("cancelled_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    sql=f"""
        WITH cancelled AS (
            SELECT CASE WHEN o.cancelled_at IS NULL THEN '(imported)' ELSE (
                       SELECT {code("payload->>'reason_code'")} FROM events
                       WHERE aggregatetype = 'order' AND aggregateid = o.id AND type = 'order.cancelled'
                   ) END AS reason_code,
                   (SELECT coalesce(sum(quantity), 0) FROM order_items WHERE order_id = o.id) AS units,
                   o.total_cents AS cents
            FROM orders o
            WHERE {in_range("o.created_at")} AND o.status = 'CANCELLED'
        )
        SELECT reason_code, count(*) AS orders, sum(units) AS units, sum(cents) AS cancelled_cents,
               round(100 * count(*) / sum(count(*)) OVER (), 2) AS share_percent
        FROM cancelled
        GROUP BY reason_code
        ORDER BY orders DESC, reason_code COLLATE "C"
    """,
)

SHORT_CLOSES = Report(
    name="short-closes",
    description="Units that were given up because they will never come, by the code of the reason.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("units",)),
    columns=(
        *COUNTED_COLUMNS,
        Column("short_closed_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    # What was short-closed of an order that was cancelled later stands among the cancellations, with the whole order.
    sql=f"""
        WITH {COUNTED_ORDERS},
        closed AS (
            SELECT {code("s.reason_code")} AS reason_code, s.order_id, i.product_id,
                   s.quantity AS units, s.quantity * i.unit_price_cents AS cents
            FROM counted c JOIN short_closes s ON s.order_id = c.id JOIN order_items i ON i.id = s.item_id
            WHERE c.status <> 'CANCELLED'
        )
        SELECT reason_code, {COUNTED}, sum(cents) AS short_closed_cents, {SHARE}
        FROM closed
        GROUP BY reason_code
        ORDER BY units DESC, reason_code COLLATE "C"
    """,
)

RETURNS = Report(
    name="returns",
    description="Units that came back, restocked or written off, by the code of the reason.",
    roles=EVERYBODY,
    parameters=RANGE,
    chart=Chart(labels=("reason_code",), values=("units",)),
    columns=(
        *COUNTED_COLUMNS,
        Column("restocked_units", Kind.INTEGER),
        Column("written_off_units", Kind.INTEGER),
        Column("returned_cents", Kind.CENTS),
        Column("share_percent", Kind.DECIMAL),
    ),
    # What is requested and not received yet may never come.
    sql=f"""
        WITH {COUNTED_ORDERS},
        returned AS (
            SELECT {code("r.reason_code")} AS reason_code, r.order_id, i.product_id,
                   l.quantity AS units, l.disposition, l.quantity * i.unit_price_cents AS cents
            FROM counted c
            JOIN order_returns r ON r.order_id = c.id AND r.status = 'received'
            JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
        )
        SELECT reason_code, {COUNTED},
               coalesce(sum(units) FILTER (WHERE disposition = 'restock'), 0) AS restocked_units,
               coalesce(sum(units) FILTER (WHERE disposition = 'write_off'), 0) AS written_off_units,
               sum(cents) AS returned_cents, {SHARE}
        FROM returned
        GROUP BY reason_code
        ORDER BY units DESC, reason_code COLLATE "C"
    """,
)
