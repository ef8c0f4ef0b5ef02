"""What an event adds to the figures of the time in which its order was placed.

This is the one fold of the sales figures: the worker adds what a batch of events says, a report what the events after
the worker's place say, and a rebuild what all events say. Figures only ever add up, so it does not matter which events
were added when.

To add a figure: its name in FIGURES, its sum in `of_line` or `of_order`, a part for the events that change it, and a
column in `models.py`, in a migration that also empties the rollups and removes their cursor: the worker begins anew,
and until it has caught up reports are slower, not wrong.
"""

FIGURES = (
    "orders",
    "units",
    "gross_cents",
    "cancelled_orders",
    "cancelled_units",
    "cancelled_cents",
    "short_closed_units",
    "short_closed_cents",
    "returned_units",
    "returned_cents",
)

# How many orders there are; the others are sums over their lines.
COUNTS = ("orders", "cancelled_orders")


def figures_of_orders(key: str, counts: tuple[str, str], source: str) -> str:
    """Rows of figures, to be summed up, of orders in `source` and of their lines in `of_line`; `counts` are COUNTS."""
    counted = dict(zip(COUNTS, counts, strict=True))
    return f"""
        SELECT {key}, {", ".join(f"{counted.get(figure, '0')} AS {figure}" for figure in FIGURES)} FROM {source}
        UNION ALL
        SELECT {key}, {", ".join("0" if figure in counted else figure for figure in FIGURES)} FROM of_line
    """


WITH_LINES = "'order.placed', 'order.imported', 'order.items_changed'"
ABOUT_LINES = "'order.cancelled', 'order.short_closed', 'order.return_received'"  # lines count as something else then

# Takes `chosen`, any events of the log. Everything that an event does not say itself is looked up in the events of the
# same order before it, by their versions; as subqueries, so that no wrong guess at the number of events makes the
# planner read the whole log for it. `items` are the lines of the order, `units` are some of theirs, without prices.
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
               CASE type WHEN 'order.short_closed' THEN payload -> 'lines'
                         WHEN 'order.return_received' THEN payload -> 'return' -> 'lines'
                         WHEN 'order.cancelled' THEN (
                     SELECT jsonb_agg(given_up) FROM events before
                     CROSS JOIN LATERAL jsonb_array_elements(before.payload -> 'lines') AS given_up
                     WHERE before.aggregatetype = 'order' AND before.aggregateid = chosen.aggregateid
                       AND before.version < chosen.version AND before.type = 'order.short_closed'
               ) END AS units,
               (type = 'order.cancelled' OR payload ->> 'status' = 'CANCELLED')::int AS cancelled
        FROM chosen
        WHERE aggregatetype = 'order' AND type IN ({WITH_LINES}, {ABOUT_LINES})
    ), part AS (
        -- What is ordered counts with the lines that the order was placed with …
        SELECT placed_at, items AS lines, 1 AS ordered, coalesce(cancelled, 0) AS cancelled,
               0 AS short_closed, 0 AS returned
        FROM told WHERE version = 1
        UNION ALL
        -- … then with its new lines and no longer with the old ones …
        SELECT placed_at, items, 1, 0, 0, 0 FROM told WHERE type = 'order.items_changed'
        UNION ALL
        SELECT placed_at, payload -> 'old_items', -1, 0, 0, 0 FROM told WHERE type = 'order.items_changed'
        UNION ALL
        -- … and as cancelled with the lines it has by then.
        SELECT placed_at, items, 0, 1, 0, 0 FROM told WHERE type = 'order.cancelled'
        UNION ALL
        -- Units are short-closed or come back at the price of their line; what is cancelled is no longer short-closed.
        SELECT placed_at, (SELECT jsonb_agg(line || unit) FROM jsonb_array_elements(items) AS line
                           JOIN jsonb_array_elements(units) AS unit ON unit -> 'product_id' = line -> 'product_id'),
               0, 0, CASE type WHEN 'order.short_closed' THEN 1 WHEN 'order.cancelled' THEN -1 ELSE 0 END,
               (type = 'order.return_received')::int
        FROM told WHERE units IS NOT NULL
    ), of_line AS (
        SELECT placed_at, product_id,
               ordered AS orders, ordered * quantity AS units, ordered * cents AS gross_cents,
               cancelled AS cancelled_orders, cancelled * quantity AS cancelled_units,
               cancelled * cents AS cancelled_cents,
               short_closed * quantity AS short_closed_units, short_closed * cents AS short_closed_cents,
               returned * quantity AS returned_units, returned * cents AS returned_cents
        FROM part CROSS JOIN LATERAL jsonb_to_recordset(lines)
             AS line (product_id bigint, quantity bigint, unit_price_cents numeric)
        CROSS JOIN LATERAL (SELECT quantity * unit_price_cents AS cents) money
    ), of_order AS ({figures_of_orders("placed_at", ("(version = 1)::int", "coalesce(cancelled, 0)"), "told")})
"""
