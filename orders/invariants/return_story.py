"""What the events of an order say of its returns and of exchanges for them, folded, against the rows."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

# Every mention of a return in an event.
MENTIONS = f"""
    SELECT e.aggregateid AS order_id, e.version, (e.payload #>> '{{return,id}}')::bigint AS return_id,
           e.payload -> 'return' AS told
    FROM events e
    WHERE e.aggregatetype = 'order' AND {only("e.aggregateid")}
      AND e.type IN ('order.return_requested', 'order.return_received', 'order.return_cancelled')
"""

RETURN_STORY = (
    Invariant(
        "returns_are_what_events_say",
        "A return's status, times and reason are those that the last event about it says.",
        AGGREGATE,
        f"""
        WITH last AS (
            SELECT DISTINCT ON (order_id, return_id) order_id, return_id, told
            FROM ({MENTIONS}) mentions ORDER BY order_id, return_id, version DESC
        ), told AS (
            SELECT last.order_id, last.return_id AS id, t.*
            FROM last CROSS JOIN LATERAL jsonb_to_record(last.told) AS t (
                status text, reason text, reason_code text, requested_at timestamptz, received_at timestamptz,
                cancelled_at timestamptz)
        ), kept AS (
            SELECT order_id, id, status, reason, reason_code, requested_at, received_at, cancelled_at
            FROM order_returns WHERE {only("order_id")}
        )
        SELECT order_id, id AS return_id, to_jsonb(kept) AS kept, to_jsonb(told) AS told
        FROM kept FULL JOIN told USING (order_id, id)
        WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(told)
        """,
    ),
    Invariant(
        "return_lines_are_what_events_say",
        "What is in a return, and what became of it, is what the last event with its lines says.",
        AGGREGATE,
        f"""
        WITH last AS (
            SELECT DISTINCT ON (order_id, return_id) order_id, return_id, told
            FROM ({MENTIONS}) mentions WHERE told ? 'lines' ORDER BY order_id, return_id, version DESC
        ), told AS (
            SELECT last.order_id, last.return_id, line.product_id, coalesce(line.disposition, '') AS disposition,
                   line.quantity
            FROM last CROSS JOIN LATERAL jsonb_to_recordset(last.told -> 'lines')
                 AS line (product_id bigint, disposition text, quantity int)
        ), kept AS (
            SELECT r.order_id, r.id AS return_id, i.product_id, coalesce(l.disposition, '') AS disposition, l.quantity
            FROM order_returns r
            JOIN order_return_lines l ON l.return_id = r.id JOIN order_items i ON i.id = l.item_id
            WHERE {only("r.order_id")}
        )
        SELECT order_id, return_id, product_id, disposition, kept.quantity, told.quantity AS told
        FROM kept FULL JOIN told USING (order_id, return_id, product_id, disposition)
        WHERE kept.quantity IS DISTINCT FROM told.quantity
        """,
    ),
    Invariant(
        "exchanges_are_what_events_say",
        "Of an order placed in exchange for a return, an event of the order of the return tells.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT aggregateid AS order_id, (payload ->> 'return_id')::bigint AS return_id,
                   (payload ->> 'exchange_order_id')::bigint AS exchange_order_id
            FROM events
            WHERE aggregatetype = 'order' AND type = 'order.return_exchanged' AND {only("aggregateid")}
        ), kept AS (
            SELECT r.order_id, r.id AS return_id, o.id AS exchange_order_id
            FROM order_returns r JOIN orders o ON o.exchange_for_id = r.id WHERE {only("r.order_id")}
        )
        SELECT order_id, return_id, kept.exchange_order_id, told.exchange_order_id AS told
        FROM kept FULL JOIN told USING (order_id, return_id)
        WHERE kept.exchange_order_id IS DISTINCT FROM told.exchange_order_id
        """,
    ),
)
