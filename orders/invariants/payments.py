"""What came in for an order and went back, as its rows, its header and its events say.

What follows from the header alone, its balance and its payment state, the database computes and cannot get wrong.
"""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

PAYMENTS = (
    Invariant(
        "payment_refunded_is_sum_of_refunds",
        "What was refunded of a payment is the sum of its refunds, and no more than came in.",
        AGGREGATE,
        f"""
        SELECT p.order_id, p.id AS payment_id, p.amount_cents, p.refunded_cents, coalesce(refunds.sum, 0) AS refunds
        FROM order_payments p
        LEFT JOIN (
            SELECT payment_id, sum(amount_cents) FROM order_refunds WHERE {only("order_id")} GROUP BY payment_id
        ) refunds ON refunds.payment_id = p.id
        WHERE {only("p.order_id")}
          AND (p.refunded_cents <> coalesce(refunds.sum, 0) OR p.refunded_cents > p.amount_cents)
        """,
    ),
    Invariant(
        "order_paid_is_sum_of_payments",
        "What was paid for an order and refunded is the sum over its payments, without those that were voided.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.paid_cents, o.refunded_cents,
               coalesce(rows.paid, 0) AS payments, coalesce(rows.refunded, 0) AS refunds
        FROM orders o
        LEFT JOIN (
            SELECT order_id, sum(amount_cents) FILTER (WHERE voided_at IS NULL) AS paid, sum(refunded_cents) AS refunded
            FROM order_payments WHERE {only("order_id")} GROUP BY order_id
        ) rows ON rows.order_id = o.id
        WHERE {only("o.id")}
          AND (o.paid_cents, o.refunded_cents) <> (coalesce(rows.paid, 0), coalesce(rows.refunded, 0))
        """,
    ),
    Invariant(
        "payments_are_what_events_say",
        "A payment was recorded, and perhaps voided, by whom, when and how its order's events say.",
        AGGREGATE,
        f"""
        WITH story AS (
            SELECT aggregateid AS order_id, type, payload, actor, (payload ->> 'payment_id')::bigint AS id FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")}
              AND type IN ('order.payment_recorded', 'order.payment_voided')
            UNION ALL
            SELECT aggregateid, 'order.payment_recorded', payment, actor, (payment ->> 'payment_id')::bigint
            FROM events CROSS JOIN LATERAL jsonb_array_elements(payload -> 'payments') AS payment
            WHERE aggregatetype = 'order' AND {only("aggregateid")} AND type = 'order.imported'
        ), told AS (
            SELECT recorded.id, recorded.order_id, recorded.payload ->> 'method' AS method,
                   recorded.payload ->> 'reference' AS reference,
                   (recorded.payload ->> 'amount_cents')::bigint AS amount_cents,
                   (recorded.payload ->> 'received_at')::timestamptz AS received_at,
                   (recorded.payload ->> 'recorded_at')::timestamptz AS recorded_at, recorded.actor AS recorded_by,
                   (voided.payload ->> 'voided_at')::timestamptz AS voided_at, voided.actor AS voided_by,
                   coalesce(voided.payload ->> 'reason', '') AS void_reason
            FROM story recorded
            LEFT JOIN story voided ON voided.id = recorded.id AND voided.type = 'order.payment_voided'
            WHERE recorded.type = 'order.payment_recorded'
        ), kept AS (
            SELECT id, order_id, method, reference, amount_cents, received_at, recorded_at, recorded_by,
                   voided_at, voided_by, void_reason
            FROM order_payments WHERE {only("order_id")}
        )
        SELECT order_id, id AS payment_id, to_jsonb(kept) AS kept, to_jsonb(told) AS told
        FROM kept FULL JOIN told USING (id, order_id)
        WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(told)
        """,
    ),
    Invariant(
        "refunds_are_what_events_say",
        "A refund was made of the payment, by whom, when, why and for which return its order's events say.",
        AGGREGATE,
        f"""
        WITH told AS (
            SELECT (payload ->> 'refund_id')::bigint AS id, aggregateid AS order_id,
                   (payload ->> 'payment_id')::bigint AS payment_id,
                   (payload ->> 'return_id')::bigint AS return_id,
                   (payload ->> 'amount_cents')::bigint AS amount_cents, payload ->> 'reference' AS reference,
                   payload ->> 'reason' AS reason, (payload ->> 'refunded_at')::timestamptz AS refunded_at,
                   actor AS refunded_by
            FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")} AND type = 'order.payment_refunded'
        ), kept AS (
            SELECT id, order_id, payment_id, return_id, amount_cents, reference, reason, refunded_at, refunded_by
            FROM order_refunds WHERE {only("order_id")}
        )
        SELECT order_id, id AS refund_id, to_jsonb(kept) AS kept, to_jsonb(told) AS told
        FROM kept FULL JOIN told USING (id, order_id)
        WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(told)
        """,
    ),
)
