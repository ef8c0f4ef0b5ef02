"""What holds between an order, what was shipped of it and what comes back."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

# Of each item: units that have left, units in live returns, units that came back.
UNITS = f"""
    SELECT i.order_id, i.id AS item_id, i.unit_price_cents, coalesce(packed.units, 0) AS shipped,
           coalesce(sent_back.live, 0) AS live, coalesce(sent_back.received, 0) AS received,
           coalesce(sent_back.requested, 0) AS requested
    FROM order_items i
    LEFT JOIN (
        SELECT l.item_id, sum(l.quantity) AS units
        FROM shipments s JOIN shipment_lines l ON l.shipment_id = s.id
        WHERE s.status IN ('dispatched', 'delivered') AND {only("s.order_id")} GROUP BY l.item_id
    ) packed ON packed.item_id = i.id
    LEFT JOIN (
        SELECT l.item_id, sum(l.quantity) FILTER (WHERE r.status <> 'cancelled') AS live,
               sum(l.quantity) FILTER (WHERE r.status = 'received') AS received,
               sum(l.quantity) FILTER (WHERE r.status = 'requested') AS requested
        FROM order_returns r JOIN order_return_lines l ON l.return_id = r.id
        WHERE {only("r.order_id")} GROUP BY l.item_id
    ) sent_back ON sent_back.item_id = i.id
    WHERE {only("i.order_id")}
"""

RETURNS = (
    Invariant(
        "no_more_returned_than_shipped",
        "No more units of an item are in live returns than have left.",
        AGGREGATE,
        f"SELECT * FROM ({UNITS}) units WHERE live > shipped",
    ),
    Invariant(
        "return_state_is_what_rows_say",
        "An order's return state is what its shipments and returns make of it.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.return_state, units.shipped, units.requested, units.received
        FROM orders o
        JOIN (
            SELECT order_id, sum(shipped) AS shipped, sum(requested) AS requested, sum(received) AS received
            FROM ({UNITS}) each GROUP BY order_id
        ) units ON units.order_id = o.id
        WHERE {only("o.id")}
          AND o.return_state <> CASE WHEN requested > 0 THEN 'requested' WHEN received = 0 THEN 'none'
                                     WHEN received < shipped THEN 'partial' ELSE 'complete' END
        """,
    ),
    Invariant(
        "returned_cents_are_what_rows_say",
        "What is no longer due of an order, because it came back, is what was agreed for those units.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.returned_cents, coalesce(returned.cents, 0) AS rows_cents
        FROM orders o
        LEFT JOIN (
            SELECT r.order_id, sum(l.quantity::numeric * i.unit_price_cents) AS cents
            FROM order_returns r
            JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
            WHERE r.status = 'received' AND {only("r.order_id")} GROUP BY r.order_id
        ) returned ON returned.order_id = o.id
        WHERE {only("o.id")} AND o.returned_cents <> coalesce(returned.cents, 0)
        """,
    ),
    Invariant(
        "return_has_a_line",
        "Every return has at least one line.",
        AGGREGATE,
        f"""
        SELECT r.order_id, r.id AS return_id FROM order_returns r
        WHERE {only("r.order_id")} AND NOT EXISTS (SELECT FROM order_return_lines l WHERE l.return_id = r.id)
        """,
    ),
    Invariant(
        "received_return_is_decided",
        "Of every unit that came back it is decided whether it was restocked or written off.",
        AGGREGATE,
        f"""
        SELECT r.order_id, r.id AS return_id, l.item_id
        FROM order_returns r JOIN order_return_lines l ON l.return_id = r.id
        WHERE r.status = 'received' AND l.disposition IS NULL AND {only("r.order_id")}
        """,
    ),
    Invariant(
        "returned_units_are_of_the_same_order",
        "What is in a return is an item of the same order.",
        AGGREGATE,
        f"""
        SELECT r.order_id, r.id AS return_id, l.item_id
        FROM order_returns r
        JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
        WHERE i.order_id <> r.order_id AND {only("r.order_id")}
        """,
    ),
    Invariant(
        "restocked_return_is_in_the_ledger",
        "What came back of an order and was restocked is what the ledger says was returned for it.",
        AGGREGATE,
        f"""
        WITH restocked AS (
            SELECT r.order_id, i.product_id, sum(l.quantity) AS units
            FROM order_returns r
            JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
            WHERE r.status = 'received' AND l.disposition = 'restock' AND {only("r.order_id")}
            GROUP BY r.order_id, i.product_id
        ), ledger AS (
            SELECT order_id, product_id, sum(delta) AS units
            FROM stock_movements WHERE kind = 'return' AND order_id IS NOT NULL AND {only("order_id")}
            GROUP BY order_id, product_id
        )
        SELECT order_id, product_id, restocked.units AS restocked, ledger.units AS ledger
        FROM restocked FULL JOIN ledger USING (order_id, product_id)
        WHERE restocked.units IS DISTINCT FROM ledger.units
        """,
    ),
)
