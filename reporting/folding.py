"""What an event adds to the figures of the time in which its order was placed.

This is the one fold of the sales figures: the worker adds what a batch of events says, a report what the events after
the worker's place say, and a rebuild what all events say. Figures only ever add up, so it does not matter which events
were added when.

To add a figure: its name in FIGURES, its sum in `of_line` or `of_order`, a part for the events that change it, and a
column in `models.py`, in a migration that also empties the rollups and removes their cursor: the worker begins anew,
and until it has caught up reports are slower, not wrong. An event that names products and units only gets its prices
from the order's lines at the time (`items`): `agreed || own` for each pair of an agreed and an own line.
"""

FIGURES = ("orders", "units", "gross_cents", "cancelled_orders", "cancelled_units", "cancelled_cents")

WITH_LINES = "'order.placed', 'order.imported', 'order.items_changed'"
ABOUT_LINES = "'order.cancelled'"  # events after which the same lines count as something else

# Takes `chosen`, any events of the log. Everything that an event does not say itself is looked up in the events of the
# same order before it, by their versions; as subqueries, so that no wrong guess at the number of events makes the
# planner read the whole log for it.
FOLD = f"""
    told AS MATERIALIZED (
        SELECT version, type, payload,
               ((CASE version WHEN 1 THEN payload ELSE (
                     SELECT first.payload FROM events first
                     WHERE first.aggregatetype = 'order' AND first.aggregateid = chosen.aggregateid
                       AND first.version = 1
                 ) END) ->> 'created_at')::timestamptz AS placed_at,
               CASE WHEN type IN ({ABOUT_LINES}) THEN (
                     SELECT before.payload -> 'items' FROM events before
                     WHERE before.aggregatetype = 'order' AND before.aggregateid = chosen.aggregateid
                       AND before.version < chosen.version AND before.type IN ({WITH_LINES})
                     ORDER BY before.version DESC LIMIT 1
               ) ELSE payload -> 'items' END AS items,
               (type = 'order.cancelled' OR payload ->> 'status' = 'CANCELLED')::int AS cancelled
        FROM chosen
        WHERE aggregatetype = 'order' AND type IN ({WITH_LINES}, {ABOUT_LINES})
    ), part AS (
        -- What is ordered counts with the lines that the order was placed with …
        SELECT placed_at, items, 1 AS ordered, coalesce(cancelled, 0) AS cancelled FROM told WHERE version = 1
        UNION ALL
        -- … then with its new lines and no longer with the old ones …
        SELECT placed_at, items, 1, 0 FROM told WHERE type = 'order.items_changed'
        UNION ALL
        SELECT placed_at, payload -> 'old_items', -1, 0 FROM told WHERE type = 'order.items_changed'
        UNION ALL
        -- … and as cancelled with the lines it has by then.
        SELECT placed_at, items, 0, 1 FROM told WHERE type = 'order.cancelled'
    ), of_line AS (
        SELECT placed_at, product_id,
               ordered AS orders, ordered * quantity AS units, ordered * quantity * unit_price_cents AS gross_cents,
               cancelled AS cancelled_orders, cancelled * quantity AS cancelled_units,
               cancelled * quantity * unit_price_cents AS cancelled_cents
        FROM part CROSS JOIN LATERAL jsonb_to_recordset(items)
             AS line (product_id bigint, quantity bigint, unit_price_cents numeric)
    ), of_order AS (
        SELECT placed_at, (version = 1)::int AS orders, 0 AS units, 0 AS gross_cents,
               coalesce(cancelled, 0) AS cancelled_orders, 0 AS cancelled_units, 0 AS cancelled_cents
        FROM told
        UNION ALL
        SELECT placed_at, 0, units, gross_cents, 0, cancelled_units, cancelled_cents FROM of_line
    )
"""
