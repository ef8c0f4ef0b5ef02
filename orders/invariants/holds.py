"""What holds an order, as its rows, its header and its events say."""

from common.invariants import Invariant, only
from orders.models import AGGREGATE

HOLDS = (
    Invariant(
        "order_is_held_for_what_holds_it",
        "What an order says it is held for are the kinds of its active holds.",
        AGGREGATE,
        f"""
        SELECT o.id AS order_id, o.status, o.held_for, coalesce(active.kinds, '{{}}') AS active
        FROM orders o
        LEFT JOIN (
            SELECT order_id, array_agg(kind ORDER BY kind COLLATE "C") AS kinds
            FROM order_holds WHERE released_at IS NULL AND {only("order_id")} GROUP BY order_id
        ) active ON active.order_id = o.id
        WHERE {only("o.id")} AND o.held_for <> coalesce(active.kinds, '{{}}')
        """,
    ),
    Invariant(
        "holds_are_what_events_say",
        "A hold was placed and released by whom, when and why its order's events say.",
        AGGREGATE,
        f"""
        WITH story AS (
            SELECT aggregateid AS order_id, type, payload, actor FROM events
            WHERE aggregatetype = 'order' AND {only("aggregateid")}
              AND type IN ('order.hold_placed', 'order.hold_released', 'order.cancelled',
                           'order.short_closed')
        ), released AS (
            SELECT (payload ->> 'hold_id')::bigint AS hold_id, actor, payload ->> 'released_at' AS at,
                   payload ->> 'reason' AS reason
            FROM story WHERE type = 'order.hold_released'
            UNION ALL
            SELECT (hold ->> 'hold_id')::bigint, actor, coalesce(payload ->> 'cancelled_at', payload ->> 'closed_at'),
                   payload ->> 'reason'
            FROM story CROSS JOIN LATERAL jsonb_array_elements(payload -> 'released_holds') AS hold
        ), told AS (
            SELECT (placed.payload ->> 'hold_id')::bigint AS id, placed.order_id, placed.payload ->> 'kind' AS kind,
                   placed.payload ->> 'reason' AS reason, placed.actor AS placed_by,
                   (placed.payload ->> 'placed_at')::timestamptz AS placed_at, released.actor AS released_by,
                   released.at::timestamptz AS released_at, coalesce(released.reason, '') AS release_reason
            FROM story placed
            LEFT JOIN released ON released.hold_id = (placed.payload ->> 'hold_id')::bigint
            WHERE placed.type = 'order.hold_placed'
        ), kept AS (
            SELECT id, order_id, kind, reason, placed_by, placed_at, released_by, released_at, release_reason
            FROM order_holds WHERE {only("order_id")}
        )
        SELECT order_id, id AS hold_id, to_jsonb(kept) AS kept, to_jsonb(told) AS told
        FROM kept FULL JOIN told USING (id, order_id)
        WHERE to_jsonb(kept) IS DISTINCT FROM to_jsonb(told)
        """,
    ),
)
