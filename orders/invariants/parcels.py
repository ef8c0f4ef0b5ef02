"""What holds between an order, its parcels and what was short-closed of it."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

# Of each item: units that have left, units bound to a live shipment, units that will never come.
UNITS = f"""
    SELECT i.order_id, i.id AS item_id, i.quantity,
           coalesce(packed.shipped, 0) AS shipped, coalesce(packed.live, 0) AS live, coalesce(closed.units, 0) AS closed
    FROM order_items i
    LEFT JOIN (
        SELECT l.item_id, sum(l.quantity) FILTER (WHERE s.status IN ('dispatched', 'delivered')) AS shipped,
               sum(l.quantity) FILTER (WHERE s.status <> 'voided') AS live
        FROM shipments s JOIN shipment_lines l ON l.shipment_id = s.id
        WHERE {only("s.order_id")} GROUP BY l.item_id
    ) packed ON packed.item_id = i.id
    LEFT JOIN (
        SELECT item_id, sum(quantity) AS units FROM short_closes WHERE {only("order_id")} GROUP BY item_id
    ) closed ON closed.item_id = i.id
    WHERE {only("i.order_id")}
"""

PARCELS = (
    Invariant(
        "unit_is_in_one_place",
        "No more units of an item are in live shipments or short-closed than were ordered.",
        AGGREGATE,
        f"SELECT * FROM ({UNITS}) units WHERE live + closed > quantity",
    ),
    Invariant(
        "fulfilment_state_is_what_rows_say",
        "An order's fulfilment state is what its shipments and short-closes make of it.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.fulfilment_state, units.shipped, units.closed, units.ordered
        FROM orders o
        JOIN (
            SELECT order_id, sum(shipped) AS shipped, sum(closed) AS closed, sum(quantity) AS ordered
            FROM ({UNITS}) each GROUP BY order_id
        ) units ON units.order_id = o.id
        WHERE {only("o.id")}
          AND o.fulfilment_state <> CASE WHEN shipped = 0 THEN 'none'
                                         WHEN shipped + closed < ordered THEN 'partial' ELSE 'complete' END
        """,
    ),
    Invariant(
        "short_closed_cents_are_what_rows_say",
        "What is no longer due of an order, because it will never come, is what was agreed for those units.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.short_closed_cents, coalesce(closed.cents, 0) AS closed_cents
        FROM orders o
        LEFT JOIN (
            SELECT c.order_id, sum(c.quantity::numeric * i.unit_price_cents) AS cents
            FROM short_closes c JOIN order_items i ON i.id = c.item_id
            WHERE {only("c.order_id")} GROUP BY c.order_id
        ) closed ON closed.order_id = o.id
        WHERE {only("o.id")} AND o.short_closed_cents <> coalesce(closed.cents, 0)
        """,
    ),
    Invariant(
        "order_is_not_short_closed_to_nothing",
        "Of every order that was not cancelled something is left to ship, or was shipped.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.status FROM orders o
        WHERE o.status <> 'CANCELLED' AND {only("o.id")}
          AND (SELECT sum(quantity) FROM order_items WHERE order_id = o.id)
              <= (SELECT sum(quantity) FROM short_closes WHERE order_id = o.id)
        """,
    ),
    Invariant(
        "shipment_fits_its_order",
        "What is PENDING or CANCELLED has no live shipment, what is SHIPPED none that waits, what is DELIVERED only "
        "such as have arrived.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.status, s.id AS shipment_id, s.status AS shipment_status
        FROM shipments s JOIN orders o ON o.id = s.order_id
        WHERE {only("s.order_id")}
          AND NOT CASE o.status WHEN 'CONFIRMED' THEN true
                                WHEN 'SHIPPED' THEN s.status IN ('dispatched', 'delivered', 'voided')
                                WHEN 'DELIVERED' THEN s.status IN ('delivered', 'voided')
                                ELSE s.status = 'voided' END
        """,
    ),
    Invariant(
        "shipped_order_waits_for_a_shipment",
        "What is SHIPPED has a shipment that has not arrived: with the last one it is DELIVERED.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id FROM orders o
        WHERE o.status = 'SHIPPED' AND {only("o.id")}
          AND NOT EXISTS (SELECT FROM shipments s WHERE s.order_id = o.id AND s.status IN ('prepared', 'dispatched'))
        """,
    ),
    Invariant(
        "shipment_has_a_line",
        "Every shipment has at least one line.",
        AGGREGATE,
        f"""
        SELECT s.order_id, s.id AS shipment_id FROM shipments s
        WHERE {only("s.order_id")} AND NOT EXISTS (SELECT FROM shipment_lines l WHERE l.shipment_id = s.id)
        """,
    ),
    Invariant(
        "units_are_of_the_same_order",
        "What is in a shipment, and what was short-closed, is an item of the same order.",
        AGGREGATE,
        f"""
        SELECT s.order_id, l.item_id FROM shipments s
        JOIN shipment_lines l ON l.shipment_id = s.id JOIN order_items i ON i.id = l.item_id
        WHERE i.order_id <> s.order_id AND {only("s.order_id")}
        UNION ALL
        SELECT c.order_id, c.item_id FROM short_closes c JOIN order_items i ON i.id = c.item_id
        WHERE i.order_id <> c.order_id AND {only("c.order_id")}
        """,
    ),
    Invariant(
        "short_close_is_in_the_ledger",
        "What was short-closed of an order is what came back into the stock for it.",
        AGGREGATE,
        f"""
        WITH closed AS (
            SELECT c.order_id, i.product_id, sum(c.quantity) AS units
            FROM short_closes c JOIN order_items i ON i.id = c.item_id
            WHERE {only("c.order_id")} GROUP BY c.order_id, i.product_id
        ), ledger AS (
            SELECT order_id, product_id, sum(delta) AS units
            FROM stock_movements WHERE kind = 'short_close' AND {only("order_id")} GROUP BY order_id, product_id
        )
        SELECT order_id, product_id, closed.units AS closed, ledger.units AS returned
        FROM closed FULL JOIN ledger USING (order_id, product_id)
        WHERE closed.units IS DISTINCT FROM ledger.units
        """,
    ),
)
