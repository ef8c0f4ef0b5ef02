"""What lies on the shelf, what it is worth, what is running low, and the ledger that explains it."""

from common.exports.columns import Column, Kind
from reporting.definitions import EVERYBODY, Chart, Report
from reporting.parameters import AT, LIMIT, PRODUCT, RANGE, ZONE
from reporting.reports.naming import order_number

# Units that open orders hold and that have neither left nor been short-closed, by product.
RESERVED = """
    reserved AS (
        SELECT i.product_id, sum(i.quantity - left_already.units - closed.units) AS units
        FROM orders o JOIN order_items i ON i.order_id = o.id
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(l.quantity), 0) AS units FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id
            WHERE l.item_id = i.id AND s.status IN ('dispatched', 'delivered')
        ) left_already
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(quantity), 0) AS units FROM short_closes WHERE item_id = i.id
        ) closed
        WHERE o.status IN ('PENDING', 'CONFIRMED') AND o.takes_stock
        GROUP BY i.product_id
    )
"""
UNITS = """
    p.stock_quantity AS available, coalesce(reserved.units, 0) AS reserved,
    p.stock_quantity + coalesce(reserved.units, 0) AS on_hand
"""
PRODUCT_COLUMNS = (Column("product_id", Kind.INTEGER), Column("sku", Kind.TEXT), Column("name", Kind.TEXT))
UNIT_COLUMNS = (
    Column("available", Kind.INTEGER),
    Column("reserved", Kind.INTEGER),
    Column("on_hand", Kind.INTEGER),
)
VALUE_COLUMNS = (Column("price_cents", Kind.CENTS), Column("value_cents", Kind.CENTS))
WORTH = Chart(labels=("sku", "name"), values=("value_cents",))

STOCK = Report(
    name="stock",
    description="What is available, reserved and on hand of every product, and its value at today's selling price.",
    roles=EVERYBODY,
    parameters=(ZONE, LIMIT),
    chart=WORTH,
    columns=(
        *PRODUCT_COLUMNS,
        Column("state", Kind.TEXT),
        *UNIT_COLUMNS,
        Column("reorder_level", Kind.INTEGER),
        *VALUE_COLUMNS,
    ),
    sql=f"""
        WITH {RESERVED},
        held AS (SELECT p.*, {UNITS} FROM products p LEFT JOIN reserved ON reserved.product_id = p.id)
        SELECT id, sku, name,
               CASE WHEN NOT is_active THEN 'not on sale' WHEN available <= reorder_level THEN 'low' ELSE 'enough' END
                   AS state,
               available, reserved, on_hand, reorder_level, price_cents,
               on_hand::numeric * price_cents AS value_cents
        FROM held
        WHERE is_active OR on_hand > 0
        ORDER BY value_cents DESC, id
    """,
)

LOW_STOCK = Report(
    name="low-stock",
    description="Products on sale of which no more is available than their reorder level; those that lack most first.",
    roles=EVERYBODY,
    parameters=(ZONE, LIMIT),
    chart=Chart(labels=("sku", "name"), values=("missing",)),
    columns=(
        *PRODUCT_COLUMNS,
        *UNIT_COLUMNS,
        Column("reorder_level", Kind.INTEGER),
        Column("missing", Kind.INTEGER),
    ),
    sql=f"""
        WITH {RESERVED}
        SELECT p.id, p.sku, p.name, {UNITS}, p.reorder_level, p.reorder_level - p.stock_quantity AS missing
        FROM products p LEFT JOIN reserved ON reserved.product_id = p.id
        WHERE p.is_active AND p.stock_quantity <= p.reorder_level
        ORDER BY missing DESC, p.id
    """,
)

# An order holds what the ledger took for it, less what of it has left, until it is shipped or cancelled; what came back
# is available. One that was imported as SHIPPED or DELIVERED has no time of shipping and never held anything.
STOCK_AS_OF = Report(
    name="stock-as-of",
    description="What the ledger says was available, reserved and on hand at a moment; its value at today's price.",
    roles=EVERYBODY,
    parameters=(AT, ZONE, LIMIT),
    chart=WORTH,
    columns=(*PRODUCT_COLUMNS, *UNIT_COLUMNS, *VALUE_COLUMNS),
    sql="""
        WITH asked AS (SELECT coalesce(%(at)s::timestamptz, 'infinity') AS moment),
        waiting AS (
            SELECT o.id FROM orders o CROSS JOIN asked
            WHERE (o.shipped_at IS NULL OR o.shipped_at > moment)
              AND (o.cancelled_at IS NULL OR o.cancelled_at > moment)
              AND NOT (o.status IN ('SHIPPED', 'DELIVERED') AND o.shipped_at IS NULL)
        ),
        held AS (
            SELECT product_id, sum(units) AS units
            FROM (
                SELECT m.product_id, -m.delta AS units
                FROM stock_movements m JOIN waiting ON waiting.id = m.order_id CROSS JOIN asked
                WHERE m.created_at <= moment AND m.kind <> 'return'
                UNION ALL
                SELECT i.product_id, -l.quantity
                FROM shipments s JOIN waiting ON waiting.id = s.order_id CROSS JOIN asked
                JOIN shipment_lines l ON l.shipment_id = s.id JOIN order_items i ON i.id = l.item_id
                WHERE s.dispatched_at <= moment
            ) each
            GROUP BY product_id
        ),
        known AS (
            SELECT p.id, p.sku, p.name, last.balance AS available, coalesce(held.units, 0) AS reserved,
                   last.balance + coalesce(held.units, 0) AS on_hand, p.price_cents
            FROM products p
            CROSS JOIN asked
            CROSS JOIN LATERAL (
                SELECT balance FROM stock_movements m
                WHERE m.product_id = p.id AND m.created_at <= moment
                ORDER BY sequence DESC LIMIT 1
            ) last
            LEFT JOIN held ON held.product_id = p.id
        )
        SELECT *, on_hand::numeric * price_cents AS value_cents FROM known ORDER BY value_cents DESC, id
    """,
)

# A statement adds up: opening and closing are sums of what moved, not a reading of the nearest balance.
LEDGER = Report(
    name="ledger",
    description="Every movement of a product's available stock in the range, between opening and closing balance.",
    roles=EVERYBODY,
    parameters=(PRODUCT, *RANGE),
    chart=Chart(labels=("moved_at",), values=("balance",), over_time=True),
    columns=(
        Column("sequence", Kind.INTEGER, optional=True),
        Column("moved_at", Kind.MOMENT, optional=True),
        Column("kind", Kind.TEXT),
        Column("order_number", Kind.TEXT, optional=True),
        Column("delta", Kind.INTEGER, optional=True),
        Column("balance", Kind.INTEGER),
        Column("actor", Kind.TEXT),
        Column("reason", Kind.TEXT),
    ),
    sql=f"""
        WITH moved AS (
            SELECT m.*, (m.created_at AT TIME ZONE %(zone)s)::date AS day
            FROM stock_movements m
            WHERE m.product_id = (SELECT id FROM products WHERE sku = %(product)s)
        ),
        sums AS (
            SELECT coalesce(sum(delta) FILTER (WHERE day < %(first)s::date), 0) AS opening,
                   coalesce(sum(delta) FILTER (WHERE %(end)s::date IS NULL OR day < %(end)s::date), 0) AS closing
            FROM moved
        ),
        statement AS (
            SELECT 1 AS place, NULL::bigint AS sequence, NULL::timestamptz AS moved_at, 'opening' AS kind,
                   NULL::bigint AS order_id, NULL::bigint AS delta, opening AS balance, '' AS actor, '' AS reason
            FROM sums
            UNION ALL
            SELECT 2, sequence, created_at, kind, order_id, delta, balance, actor, reason
            FROM moved
            WHERE (%(first)s::date IS NULL OR day >= %(first)s::date)
              AND (%(end)s::date IS NULL OR day < %(end)s::date)
            UNION ALL
            SELECT 3, NULL, NULL, 'closing', NULL, NULL, closing, '', '' FROM sums
        )
        SELECT sequence, moved_at, kind,
               {order_number("order_id")} AS order_number,
               delta, balance, actor, reason
        FROM statement
        ORDER BY place, sequence
    """,
)
