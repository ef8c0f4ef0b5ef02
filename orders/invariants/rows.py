"""What holds between an order, its lines and the stock it took."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

ROWS = (
    Invariant(
        "order_has_a_line",
        "Every order has at least one line.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.status FROM orders o
        WHERE {only("o.id")} AND NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id)
        """,
    ),
    Invariant(
        "order_total_is_sum_of_lines",
        "An order's total is the sum of its lines.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.total_cents, coalesce(lines.total, 0) AS lines_cents
        FROM orders o
        LEFT JOIN (
            SELECT order_id, sum(quantity::numeric * unit_price_cents) AS total
            FROM order_items WHERE {only("order_id")} GROUP BY order_id
        ) lines ON lines.order_id = o.id
        WHERE {only("o.id")} AND o.total_cents <> coalesce(lines.total, 0)
        """,
    ),
    Invariant(
        "order_ledger_net",
        "What the ledger took for an order is what is on it and was not short-closed (nothing, when it is cancelled or "
        "takes no stock), less what came back and was restocked.",
        AGGREGATE,
        f"""
        WITH ordered AS (
            SELECT i.order_id, i.product_id,
                   coalesce(restocked.units, 0) +
                   CASE WHEN o.takes_stock AND o.status <> 'CANCELLED'
                        THEN coalesce(closed.units, 0) - i.quantity ELSE 0 END AS net
            FROM order_items i JOIN orders o ON o.id = i.order_id
            LEFT JOIN (
                SELECT item_id, sum(quantity) AS units FROM short_closes WHERE {only("order_id")} GROUP BY item_id
            ) closed ON closed.item_id = i.id
            LEFT JOIN (
                SELECT l.item_id, sum(l.quantity) AS units
                FROM order_returns r JOIN order_return_lines l ON l.return_id = r.id
                WHERE r.status = 'received' AND l.disposition = 'restock' AND {only("r.order_id")}
                GROUP BY l.item_id
            ) restocked ON restocked.item_id = i.id
            WHERE {only("i.order_id")}
        ), ledger AS (
            SELECT m.order_id, m.product_id, sum(m.delta) AS net
            FROM stock_movements m
            WHERE {only("m.order_id")} AND EXISTS (SELECT FROM orders o WHERE o.id = m.order_id)
            GROUP BY m.order_id, m.product_id
        )
        SELECT order_id, product_id, coalesce(ordered.net, 0) AS expected, coalesce(ledger.net, 0) AS ledger_net
        FROM ordered FULL JOIN ledger USING (order_id, product_id)
        WHERE coalesce(ordered.net, 0) <> coalesce(ledger.net, 0)
        """,
    ),
)
