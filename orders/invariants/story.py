"""What the events of an order say, folded from the first to the last, against what its row and lines say."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

STORY = (
    Invariant(
        "order_status_is_what_events_say",
        "An order's status is the one that its last act led to.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.status, told.status AS told, told.version
        FROM orders o
        LEFT JOIN (
            SELECT DISTINCT ON (aggregateid) aggregateid, version,
                   CASE type WHEN 'order.confirmed' THEN 'CONFIRMED' WHEN 'order.shipped' THEN 'SHIPPED'
                             WHEN 'order.delivered' THEN 'DELIVERED' WHEN 'order.cancelled' THEN 'CANCELLED'
                             ELSE payload ->> 'status' END AS status
            FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")}
              AND type IN ('order.placed', 'order.imported', 'order.confirmed', 'order.shipped',
                           'order.delivered', 'order.cancelled')
            ORDER BY aggregateid, version DESC
        ) told ON told.aggregateid = o.id
        WHERE {only("o.id")} AND o.status IS DISTINCT FROM told.status
        """,
    ),
    Invariant(
        "order_header_is_what_events_say",
        "An order's customer is as its events said last; date, reference, whether it takes stock, which order it "
        "duplicates and for which return it was exchanged are as its first says.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.customer_id, o.external_ref, o.duplicate_of_id, o.exchange_for_id, o.takes_stock,
               o.created_at, first.payload - 'items' AS told
        FROM orders o
        LEFT JOIN events first
               ON first.aggregatetype = 'order' AND first.aggregateid = o.id AND first.version = 1
              AND first.type IN ('order.placed', 'order.imported')
        LEFT JOIN (
            SELECT DISTINCT ON (aggregateid) aggregateid, payload #>> '{{customer_id,1}}' AS customer_id
            FROM events
            WHERE aggregatetype = 'order' AND type = 'order.customer_changed' AND {only("aggregateid")}
            ORDER BY aggregateid, version DESC
        ) moved ON moved.aggregateid = o.id
        WHERE {only("o.id")}
          AND (o.customer_id::text, o.external_ref, o.duplicate_of_id::text, o.exchange_for_id::text,
               o.takes_stock::text, o.created_at)
              IS DISTINCT FROM
              (coalesce(moved.customer_id, first.payload ->> 'customer_id'),
               first.payload ->> 'external_ref', first.payload ->> 'duplicate_of', first.payload ->> 'exchange_for',
               first.payload ->> 'takes_stock', (first.payload ->> 'created_at')::timestamptz)
        """,
    ),
    Invariant(
        "order_total_is_what_events_say",
        "An order's total is the one that its last event with a total says.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.total_cents, told.total_cents AS told, told.version
        FROM orders o
        LEFT JOIN (
            SELECT DISTINCT ON (aggregateid) aggregateid, version, payload ->> 'total_cents' AS total_cents
            FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")}
              AND type IN ('order.placed', 'order.imported', 'order.items_changed')
            ORDER BY aggregateid, version DESC
        ) told ON told.aggregateid = o.id
        WHERE {only("o.id")} AND o.total_cents::text IS DISTINCT FROM told.total_cents
        """,
    ),
    Invariant(
        "order_lines_are_what_events_say",
        "An order's lines are those of its last event with lines: product, SKU, name, quantity and price.",
        AGGREGATE,
        f"""
        WITH last AS (
            SELECT DISTINCT ON (e.aggregateid) e.aggregateid, e.payload -> 'items' AS items
            FROM events e
            WHERE e.aggregatetype = 'order' AND {only("e.aggregateid")}
              AND e.type IN ('order.placed', 'order.imported', 'order.items_changed')
              AND EXISTS (SELECT FROM orders o WHERE o.id = e.aggregateid)
            ORDER BY e.aggregateid, e.version DESC
        ), told AS (
            SELECT last.aggregateid AS order_id, line.*
            FROM last CROSS JOIN LATERAL jsonb_to_recordset(last.items)
                 AS line (product_id bigint, sku text, name text, quantity int, unit_price_cents bigint)
        ), kept AS (
            SELECT order_id, product_id, sku, name, quantity, unit_price_cents
            FROM order_items WHERE {only("order_id")}
        )
        SELECT order_id, product_id, kept.quantity, kept.unit_price_cents, kept.sku, kept.name,
               told.quantity AS told_quantity, told.unit_price_cents AS told_unit_price_cents,
               told.sku AS told_sku, told.name AS told_name
        FROM kept FULL JOIN told USING (order_id, product_id)
        WHERE (kept.sku, kept.name, kept.quantity, kept.unit_price_cents)
              IS DISTINCT FROM (told.sku, told.name, told.quantity, told.unit_price_cents)
        """,
    ),
    Invariant(
        "order_addresses_are_what_events_say",
        "An order's addresses are those that its events said last, as long as they are not forgotten.",
        AGGREGATE,
        f"""
        WITH last AS (
            SELECT DISTINCT ON (e.aggregateid, field.name) e.aggregateid AS order_id, field.name, e.version,
                   CASE e.type WHEN 'order.placed' THEN e.personal -> field.name
                               WHEN 'order.addresses_changed' THEN e.personal #> ARRAY[field.name, '1'] END AS address
            FROM events e CROSS JOIN (VALUES ('shipping_address'), ('billing_address')) AS field (name)
            WHERE e.aggregatetype = 'order' AND {only("e.aggregateid")}
              AND CASE WHEN e.type = 'order.placed' THEN e.personal ? field.name
                       WHEN e.type IN ('order.addresses_changed', 'order.anonymised')
                       THEN e.payload -> 'fields' ? field.name END
            ORDER BY e.aggregateid, field.name, e.version DESC
        ), told AS (
            SELECT * FROM last WHERE address <> 'null' AND EXISTS (SELECT FROM orders o WHERE o.id = last.order_id)
        ), kept AS (
            SELECT o.id AS order_id, field.name, field.address
            FROM orders o CROSS JOIN LATERAL (VALUES ('shipping_address', o.shipping_address),
                                                     ('billing_address', o.billing_address)) AS field (name, address)
            WHERE field.address IS NOT NULL AND {only("o.id")}
        )
        SELECT order_id, name AS address, told.version AS told_in_version
        FROM kept FULL JOIN told USING (order_id, name)
        WHERE kept.address IS DISTINCT FROM told.address
        """,
    ),
    Invariant(
        "order_times_are_what_events_say",
        "An order was confirmed, shipped, delivered or cancelled when its events say, and never when they say nothing.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.confirmed_at, o.shipped_at, o.delivered_at, o.cancelled_at,
               told.confirmed_at AS told_confirmed_at, told.shipped_at AS told_shipped_at,
               told.delivered_at AS told_delivered_at, told.cancelled_at AS told_cancelled_at
        FROM orders o
        LEFT JOIN (
            SELECT aggregateid,
                   max((payload ->> 'confirmed_at')::timestamptz) AS confirmed_at,
                   max((payload ->> 'shipped_at')::timestamptz) AS shipped_at,
                   max((payload ->> 'delivered_at')::timestamptz) AS delivered_at,
                   max((payload ->> 'cancelled_at')::timestamptz) AS cancelled_at
            FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")}
              AND type IN ('order.confirmed', 'order.shipped', 'order.delivered', 'order.cancelled')
            GROUP BY aggregateid
        ) told ON told.aggregateid = o.id
        WHERE {only("o.id")}
          AND (o.confirmed_at, o.shipped_at, o.delivered_at, o.cancelled_at)
              IS DISTINCT FROM (told.confirmed_at, told.shipped_at, told.delivered_at, told.cancelled_at)
        """,
    ),
)
