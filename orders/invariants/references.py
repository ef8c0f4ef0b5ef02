"""What is said of orders elsewhere: in the ledger, in the log and in kept answers, none of which know orders."""

from common.invariants import LOG, Invariant, only
from orders.models import AGGREGATE

REFERENCES = (
    Invariant(
        "movement_has_order",
        "Every ledger row that names an order names one that exists.",
        AGGREGATE,
        f"""
        SELECT m.order_id, m.product_id, m.sequence, m.delta FROM stock_movements m
        WHERE m.order_id IS NOT NULL AND {only("m.order_id")}
          AND NOT EXISTS (SELECT FROM orders o WHERE o.id = m.order_id)
        """,
    ),
    Invariant(
        "movement_product_was_ordered",
        "Every ledger row that names an order is about a product that is or was on it.",
        AGGREGATE,
        f"""
        SELECT m.order_id, m.product_id, m.sequence, m.delta
        FROM stock_movements m
        WHERE m.order_id IS NOT NULL AND {only("m.order_id")}
          AND EXISTS (SELECT FROM orders o WHERE o.id = m.order_id)
          AND NOT EXISTS (SELECT FROM order_items i WHERE i.order_id = m.order_id AND i.product_id = m.product_id)
          AND NOT EXISTS (
              SELECT FROM events e,
                   jsonb_build_array(jsonb_build_object('product_id', m.product_id)) AS the_product
              WHERE e.aggregatetype = 'order' AND e.aggregateid = m.order_id
                AND (e.payload -> 'items' @> the_product OR e.payload -> 'old_items' @> the_product))
        """,
    ),
    Invariant(
        "event_is_about_a_known_kind",
        "Every event is about a customer, a group of customers, a product or an order.",
        LOG,
        """
        SELECT aggregatetype, aggregateid, version, id AS event_id FROM events
        WHERE aggregatetype NOT IN ('customer', 'customer_group', 'product', 'order')
        """,
    ),
    Invariant(
        "alias_has_no_orders",
        "The orders of whoever was merged are those of the one who goes on.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.customer_id, c.merged_into_id
        FROM customers c JOIN orders o ON o.customer_id = c.id
        WHERE c.merged_into_id IS NOT NULL AND {only("o.id")}
        """,
    ),
    Invariant(
        "answer_has_its_order",
        "Every answer kept for a repeated request that names an order names one that exists.",
        AGGREGATE,
        f"""
        SELECT k.subject_id AS order_id, k.owner_id, k.key FROM idempotency_keys k
        WHERE k.subject_type = 'order' AND {only("k.subject_id")}
          AND NOT EXISTS (SELECT FROM orders o WHERE o.id = k.subject_id)
        """,
    ),
    Invariant(
        "kept_answer_is_complete",
        "Every answer kept for a repeated request has the status it was given with.",
        LOG,
        "SELECT owner_id, key, subject_type, subject_id, created_at FROM idempotency_keys WHERE status IS NULL",
    ),
)
