"""What the events of an order say of its parcels and short-closes, folded, against their rows.

An order that came SHIPPED from another system, or was shipped before there were shipments, has one of which its
events say nothing as long as nothing is done with it: it holds everything, and its times are those of the order.
"""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

# Every mention of a shipment in an event.
MENTIONS = f"""
    SELECT e.aggregateid AS order_id, e.version, (entry.value ->> 'id')::bigint AS shipment_id, entry.value AS told
    FROM events e CROSS JOIN LATERAL jsonb_array_elements(e.payload -> 'shipments') AS entry
    WHERE e.aggregatetype = 'order' AND {only("e.aggregateid")}
      AND e.type IN ('order.shipment_prepared', 'order.shipment_dispatched', 'order.shipment_delivered',
                     'order.shipment_voided', 'order.cancelled')
"""

PARCEL_STORY = (
    Invariant(
        "shipments_are_what_events_say",
        "A shipment's status, times, carrier and tracking are those that the last event about it says.",
        AGGREGATE,
        f"""
        WITH last AS (
            SELECT DISTINCT ON (order_id, shipment_id) order_id, shipment_id, told
            FROM ({MENTIONS}) mentions ORDER BY order_id, shipment_id, version DESC
        ), told AS (
            SELECT last.order_id, last.shipment_id AS id, t.*
            FROM last CROSS JOIN LATERAL jsonb_to_record(last.told) AS t (
                status text, carrier text, tracking_number text, tracking_url text, prepared_at timestamptz,
                dispatched_at timestamptz, delivered_at timestamptz, voided_at timestamptz)
        ), kept AS (
            SELECT s.*, o.status AS order_status, o.shipped_at AS order_shipped_at, o.delivered_at AS order_delivered_at
            FROM shipments s JOIN orders o ON o.id = s.order_id WHERE {only("s.order_id")}
        )
        SELECT order_id, id AS shipment_id, kept.status, told.status AS told, kept.tracking_number,
               told.tracking_number AS told_tracking_number
        FROM kept FULL JOIN told USING (order_id, id)
        WHERE CASE WHEN told.status IS NOT NULL
                   THEN (kept.status, kept.carrier, kept.tracking_number, kept.tracking_url, kept.prepared_at,
                         kept.dispatched_at, kept.delivered_at, kept.voided_at)
                        IS DISTINCT FROM
                        (told.status, told.carrier, told.tracking_number, told.tracking_url, told.prepared_at,
                         told.dispatched_at, told.delivered_at, told.voided_at)
                   ELSE (kept.status, kept.carrier, kept.tracking_number, kept.tracking_url, kept.prepared_at,
                         kept.dispatched_at, kept.delivered_at)
                        IS DISTINCT FROM
                        (CASE kept.order_status WHEN 'SHIPPED' THEN 'dispatched' WHEN 'DELIVERED' THEN 'delivered' END,
                         '', '', '', NULL, kept.order_shipped_at, kept.order_delivered_at) END
        """,
    ),
    Invariant(
        "shipment_lines_are_what_events_say",
        "What is in a shipment is what the event of its preparation says; where there is none, the whole order.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT m.order_id, m.shipment_id, line.product_id, line.quantity
            FROM ({MENTIONS}) m
            CROSS JOIN LATERAL jsonb_to_recordset(m.told -> 'lines') AS line (product_id bigint, quantity int)
            UNION ALL
            SELECT s.order_id, s.id, i.product_id, i.quantity
            FROM shipments s JOIN order_items i ON i.order_id = s.order_id
            WHERE s.prepared_at IS NULL AND {only("s.order_id")}
        ), kept AS (
            SELECT s.order_id, s.id AS shipment_id, i.product_id, l.quantity
            FROM shipments s JOIN shipment_lines l ON l.shipment_id = s.id JOIN order_items i ON i.id = l.item_id
            WHERE {only("s.order_id")}
        )
        SELECT order_id, shipment_id, product_id, kept.quantity, told.quantity AS told
        FROM kept FULL JOIN told USING (order_id, shipment_id, product_id)
        WHERE kept.quantity IS DISTINCT FROM told.quantity
        """,
    ),
    Invariant(
        "short_closes_are_what_events_say",
        "What was short-closed, why and when, is what the event says.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT e.aggregateid AS order_id, e.version, line.product_id, line.quantity,
                   e.payload ->> 'reason' AS reason, e.payload ->> 'reason_code' AS reason_code,
                   (e.payload ->> 'closed_at')::timestamptz AS closed_at
            FROM events e
            CROSS JOIN LATERAL jsonb_to_recordset(e.payload -> 'lines') AS line (product_id bigint, quantity int)
            WHERE e.aggregatetype = 'order' AND e.type = 'order.short_closed' AND {only("e.aggregateid")}
        ), kept AS (
            SELECT c.order_id, c.version, i.product_id, c.quantity, c.reason, c.reason_code, c.closed_at
            FROM short_closes c JOIN order_items i ON i.id = c.item_id WHERE {only("c.order_id")}
        )
        SELECT order_id, version, product_id, kept.quantity, told.quantity AS told
        FROM kept FULL JOIN told USING (order_id, version, product_id)
        WHERE (kept.quantity, kept.reason, kept.reason_code, kept.closed_at)
              IS DISTINCT FROM (told.quantity, told.reason, told.reason_code, told.closed_at)
        """,
    ),
)
